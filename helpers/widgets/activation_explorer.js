// The activation explorer. All its numbers come from helpers.activations, by way of activation_recording.py.
import { checks, drag, formula, html, mount, nearest, number, radios, readTable, select, slider, svg } from "./kit.js";
import { chart, endLabels, linePath, look, panZoom, spread, swatch } from "./chart.js";

const SHOWN = ["activations", "slope_at_zero", "leak", "rule", "domain", "view"];
const CHAIN = ["activations", "slope_at_zero", "leak", "weight", "start", "view"];

function render(context) {
  const view = mount(context, "Activation explorer");
  const tape = readRecording(view.get("recording"));
  const shared = { view, tape, chosen: () => chosen(view, tape) };
  const unit = unitView(shared);
  const depth = depthView(shared);
  view.root.append(toolbar(shared), unit, depth);
  view.part(["view"], () => {
    unit.hidden = view.get("view") !== "unit";
    depth.hidden = !unit.hidden;
  });
  return view.start();
}

function readRecording(recording) {
  const { depth } = recording;
  const index = Object.fromEntries(Object.entries(depth.index).map(([name, tables]) => [name, tables.map(readTable)]));
  const tables = { starts: readTable(depth.starts), factors: readTable(depth.factors), products: readTable(depth.products), verdict: readTable(depth.verdict) };
  return { ...recording, z: readTable(recording.z).data, columns: readTable(recording.columns), depth: { ...depth, ...tables, index } };
}

/** The activations that are shown: name, label, look, and which position their dial has. */
function chosen(view, tape) {
  const dials = { relu: tape.slopes_at_zero.indexOf(view.get("slope_at_zero")), leaky_relu: tape.leaks.indexOf(view.get("leak")) };
  return view.get("activations").map((name) => {
    const dial = dials[name] ?? 0;
    return { name, label: tape.labels[name], style: look(tape.looks.indexOf(name)), dial, curve: tape.curves[name][dial] };
  });
}

function toolbar({ view, tape }) {
  const picks = checks({
    legend: "Activations",
    options: tape.order.map((name) => ({ value: name, label: tape.labels[name], mark: swatch(look(tape.looks.indexOf(name))) })),
    onChange: (activations) => view.set({ activations }),
  });
  const views = radios({
    legend: "Show",
    options: [{ value: "unit", label: "one unit" }, { value: "depth", label: "1 to 20 layers" }],
    onChange: (value) => view.set({ view: value }),
  });
  const rules = select({
    label: "Slope from a",
    options: [
      { value: "none", label: "not shown" },
      { value: "own", label: "each by its own rule" },
      ...Object.entries(tape.rule_labels).map(([name, text]) => ({ value: name, label: `${tape.labels[name]}’s rule ${text} for all` })),
    ],
    onChange: (rule) => view.set({ rule }),
  });
  const numbers = (values) => values.map((value) => ({ value, label: number(value) }));
  const zero = select({ label: "ReLU′(0)", options: numbers(tape.slopes_at_zero), onChange: (value) => view.set({ slope_at_zero: value }) });
  const leak = select({ label: "Leak", options: numbers(tape.leaks), onChange: (value) => view.set({ leak: value }) });
  view.part(["activations"], () => {
    const names = view.get("activations");
    picks.show(names);
    zero.node.hidden = !names.includes("relu");
    leak.node.hidden = !names.includes("leaky_relu");
  });
  view.part(["view"], () => {
    views.show(view.get("view"));
    rules.node.hidden = view.get("view") !== "unit";
  });
  view.part(["rule", "slope_at_zero", "leak"], () => {
    rules.show(view.get("rule"));
    zero.show(view.get("slope_at_zero"));
    leak.show(view.get("leak"));
  });
  return html("div", {}, html("div", { class: "cb-bar" }, picks.node), html("div", { class: "cb-bar" }, views.node, rules.node, zero.node, leak.node));
}

// --- one unit ----------------------------------------------------------------------------------------------------------------

function unitView({ view, tape, chosen }) {
  const left = chart({ heading: "Value, with its tangent", xLabel: "z", yLabel: "a = g(z)" });
  const right = chart({ heading: "Slope", xLabel: "z", yLabel: "g′(z) = da/dz" });
  const step = Number((tape.z[1] - tape.z[0]).toPrecision(6));
  const z = slider({ label: "z", min: tape.z[0], max: tape.z.at(-1), step, onInput: (value) => moveTo(value) });
  const ends = [tape.z[0], tape.z.at(-1)];
  const range = { name: "domain", limits: ends, narrowest: tape.narrowest, home: tape.home, step, what: "Range of z" };
  const table = numbersTable();
  const row = () => nearest(tape.z, view.get("z"));
  const column = (i) => tape.columns.row(i);
  const moveTo = (value) => view.set({ z: tape.z[nearest(tape.z, value)] });

  for (const one of [left, right]) {
    drag(view, one.svg, { when: (event) => !event.shiftKey, move: (event) => moveTo(Math.max(ends[0], Math.min(ends[1], one.xAt(event)))) });
    one.svg.classList.add("cb-drag");
  }

  view.part(SHOWN, () => {
    if (view.get("view") !== "unit") return;
    const domain = view.get("domain");
    const rows = [nearest(tape.z, domain[0]), nearest(tape.z, domain[1])];
    const curves = chosen();
    left.scale({ x: domain, y: room(curves.map(({ curve }) => column(curve.value)), rows) });
    right.scale({ x: domain, y: room([[-0.1, 1.1], ...curves.map(({ curve }) => column(curve.slope).slice(rows[0], rows[1] + 1))]) });
    const rule = view.get("rule");
    left.layers.lines.replaceChildren(...curves.map((one) => line(one, linePath(left, tape.z, column(one.curve.value), ...rows), "value")));
    right.layers.back.replaceChildren(...curves.flatMap((one) => fromOutput(one, rule, rows)));
    right.layers.lines.replaceChildren(...curves.flatMap((one) => slopes(one, rows)));
    const labels = (one, which) => curves.map(({ label, style, curve }) => ({ text: label, style, at: one.y(column(curve[which])[rows[1]]) }));
    endLabels(left, labels(left, "value"));
    endLabels(right, labels(right, "slope"));
    right.heading(rule === "none" ? "Slope" : "Slope: the line from z, the band from a");
    table.head(tape.rule_labels[rule]);
  });

  /** The path of a slope, broken where it jumps at the kink. */
  function brokenPath(ys, kink, rows) {
    const at = right.x(tape.z[kink.row]);
    const below = `${linePath(right, tape.z, ys, rows[0], kink.row - 1)}L${at} ${right.y(kink.below)}`;
    return `${below}M${at} ${right.y(kink.above)}${linePath(right, tape.z, ys, kink.row + 1, rows[1]).replace("M", "L")}`;
  }

  /** The kink that is inside the picture, if there is one. */
  const kinkShown = ({ curve: { kink } }, rows) => (kink && kink.row > rows[0] && kink.row < rows[1] ? kink : undefined);

  /** The slope from z; at a kink open dots at the ends of its pieces, and a full one at the slope that is used there. */
  function slopes(one, rows) {
    const ys = column(one.curve.slope);
    const kink = kinkShown(one, rows);
    if (!kink) return [line(one, linePath(right, tape.z, ys, ...rows), "slope")];
    const at = tape.z[kink.row];
    const open = [kink.below, kink.above].filter((y) => y !== ys[kink.row]).map((y) => dot(one, right, at, y, { fill: "var(--cb-back)" }));
    return [line(one, brokenPath(ys, kink, rows), "slope"), ...open, dot(one, right, at, ys[kink.row], { fill: one.style.colour })];
  }

  /** The slope from a: a wide pale band, so that a right one is seen under the line and a wrong one beside it. */
  function fromOutput(one, rule, rows) {
    const used = one.curve.rules[rule];
    if (!used) return [];
    const kink = rule === "own" ? kinkShown(one, rows) : undefined;
    const ys = column(used.slope);
    const path = kink ? brokenPath(ys, kink, rows) : linePath(right, tape.z, ys, ...rows);
    return [line(one, path, "from-output", { "stroke-width": 10, "stroke-dasharray": "", opacity: 0.38 })];
  }

  view.part(["z", ...SHOWN], () => {
    if (view.get("view") !== "unit") return;
    const at = row();
    const value = tape.z[at];
    const rule = view.get("rule");
    z.show(value, number(value));
    const lines = chosen().map((one) => reading(one, at, rule));
    const seen = value >= view.get("domain")[0] && value <= view.get("domain")[1];
    left.layers.marks.replaceChildren(...(seen ? [rod(left, value), ...lines.flatMap((one) => valueMarks(one, value))] : []));
    right.layers.marks.replaceChildren(...(seen ? [rod(right, value), ...lines.flatMap((one) => slopeMarks(one, value)), ...factors(lines, value)] : []));
    table.show(lines, value);
    left.title(`Value against z. At z = ${number(value)}: ${lines.map((one) => `${one.label} ${number(one.a)}`).join(", ")}.`);
    right.title(`Slope against z. At z = ${number(value)}: ${lines.map((one) => `${one.label} ${number(one.slope)}`).join(", ")}.`);
    view.say(sentence(lines, value, tape.rule_labels[rule]));
  });

  /** All numbers of one activation at a row of the recording. */
  function reading(one, at, rule) {
    const used = one.curve.rules[rule];
    const numbers = { z: tape.z[at], a: column(one.curve.value)[at], slope: column(one.curve.slope)[at] };
    const texts = { value: piece(one.curve.text.value, at), slope: piece(one.curve.text.slope, at), rule: used && piece(used.text, at) };
    const fromA = used && { ruled: column(used.slope)[at], factor: column(used.factor)[at] };
    return { ...one, ...numbers, ...fromA, texts, asked: rule !== "none" };
  }

  function valueMarks(one, value) {
    const { x, y, frame } = left;
    const [cx, cy] = [x(value), y(one.a)];
    const far = 0.42 * frame.width; // the tangent's length, measured along it
    const run = x(value + 1) - x(value);
    const rise = y(one.a + one.slope) - y(one.a);
    const share = far / Math.hypot(run, rise) / 2;
    const ends = { x1: cx - run * share, y1: cy - rise * share, x2: cx + run * share, y2: cy + rise * share };
    const data = { "data-name": one.name, "data-z": value, "data-a": one.a, "data-slope": one.slope };
    return [
      svg("line", { ...ends, ...data, class: "cb-tangent", stroke: "var(--cb-text)", "clip-path": left.layers.lines.getAttribute("clip-path") }),
      svg("path", { d: one.style.mark, transform: `translate(${cx} ${cy})`, fill: one.style.colour, class: "cb-point", ...data }),
    ];
  }

  function slopeMarks(one, value) {
    const cx = right.x(value);
    const data = { "data-name": one.name, "data-z": value, "data-slope": one.slope };
    const place = `translate(${cx} ${right.y(one.slope)})`;
    const point = svg("path", { d: one.style.mark, transform: place, fill: one.style.colour, class: "cb-point", ...data });
    if (one.ruled === undefined) return [point];
    const { wanted, cy } = end(one);
    const ruled = { "data-from-output": one.ruled, "data-factor": one.factor };
    const ring = svg("circle", { cx, cy: wanted === cy ? cy : -99, r: 9, fill: "none", stroke: one.style.colour, "stroke-width": 2.5, class: "cb-ring", ...data, ...ruled });
    const gap = svg("line", { x1: cx, x2: cx, y1: right.y(one.slope), y2: cy, class: "cb-gap" });
    return wrong(one) ? [gap, ring, point] : [ring, point];
  }

  /** Where the slope from a stands, and where its bracket ends: at the edge if it has left the picture. */
  function end(one) {
    const { top, height } = right.frame;
    const wanted = right.y(one.ruled);
    return { wanted, cy: Math.max(top - 2, Math.min(top + height + 2, wanted)) };
  }

  /** The factors beside their brackets, as long as there are few enough to be told apart. */
  function factors(lines, value) {
    const gaps = lines.filter((one) => one.ruled !== undefined && wrong(one));
    if (gaps.length > 3) return [];
    const { left: edge, width, top, height } = right.frame;
    const cx = right.x(value);
    const before = cx > edge + width * 0.7;
    const wanted = gaps.map((one) => (end(one).cy + right.y(one.slope)) / 2 + 6);
    const places = spread(wanted, 20, top + 16, top + height - 6);
    return gaps.map((one, i) => {
      const { wanted: at, cy } = end(one);
      const arrow = at === cy ? "" : at < cy ? "↑ " : "↓ ";
      const name = lines.length > 1 ? `${one.label} ` : "";
      const place = { x: before ? cx - 13 : cx + 13, y: places[i], "text-anchor": before ? "end" : "start" };
      return svg("text", { ...place, class: "cb-factor", "data-name": one.name }, `${name}${arrow}× ${number(one.factor, 3)}`);
    });
  }

  const bar = html("div", { class: "cb-bar" }, z.node, panZoom(view, [left, right], range));
  return html("div", {}, html("div", { class: "cb-charts" }, left.node, right.node), bar, html("div", { class: "cb-scroll" }, table.node));
}

/** The text that holds at this row. */
function piece(pieces, row) {
  return pieces.findLast(([first]) => first <= row)[1];
}

function line({ name, style }, d, what, more = {}) {
  const looks = { fill: "none", stroke: style.colour, "stroke-width": 2.8, "stroke-dasharray": style.dash, "stroke-linejoin": "round" };
  return svg("path", { d, ...looks, class: `cb-${what}`, "data-name": name, ...more });
}

function dot({ name, style }, { x, y }, atX, atY, more) {
  return svg("circle", { cx: x(atX), cy: y(atY), r: 5, stroke: style.colour, "stroke-width": 2, class: "cb-kink", "data-name": name, "data-y": atY, ...more });
}

/** The upright line at z. */
function rod({ x, frame }, value) {
  return svg("line", { x1: x(value), x2: x(value), y1: frame.top, y2: frame.top + frame.height, class: "cb-rod" });
}

/** A range of y in which all `columns` fit between two rows, 0 included, with a margin. */
function room(columns, [first, last] = [0, undefined]) {
  let [low, high] = [0, 0];
  for (const values of columns) {
    for (let i = first; i <= (last ?? values.length - 1); i++) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
  }
  const margin = 0.08 * Math.max(high - low, 0.1);
  return [low - margin, high + margin];
}

function numbersTable() {
  const cells = ["activation", "a = g(z)", "slope from z", "slope from a", "times the slope"].map((text) => html("th", { scope: "col" }, text));
  const body = html("tbody");
  const node = html("table", { class: "cb-numbers cb-unit" }, html("thead", {}, html("tr", {}, cells)), body);

  function head(rule) {
    cells[3].textContent = rule ? `slope from a by ${rule}` : "slope from a";
  }

  function show(lines) {
    const asked = lines.some((one) => one.asked);
    cells[3].hidden = cells[4].hidden = !asked;
    body.replaceChildren(...lines.map((one) => html("tr", { "data-name": one.name }, numbersOf(one))));
  }

  return { node, head, show };
}

function numbersOf(one) {
  const place = { z: one.z, a: one.a };
  const name = html("th", { scope: "row" }, swatch(one.style), ` ${one.label}`);
  const cells = [name, equation(one.texts.value, place, one.a, "value"), equation(one.texts.slope, place, one.slope, "slope")];
  if (!one.asked) return cells;
  if (one.ruled === undefined) return [...cells, html("td", { class: "cb-cell-rule", colspan: 2 }, "none: a alone does not determine it")];
  const factor = Number.isNaN(one.factor) ? "both are 0" : `× ${number(one.factor)}`;
  return [...cells, equation(one.texts.rule, place, one.ruled, "rule"), html("td", { class: "cb-cell-factor" }, html("b", { class: wrong(one) ? "cb-wrong" : undefined }, factor))];
}

/** Whether the slope from a is another number than the slope from z, rounding aside. */
function wrong(one) {
  return Math.abs(one.factor - 1) > 1e-6;
}

/** "formula = number", or the number alone where the formula is no more than that. */
function equation(template, place, value, what) {
  const result = html("b", {}, number(value));
  const [sum, reason] = template.split(" as ");
  const nodes = formula(sum, place);
  const same = nodes.length === 1 && nodes[0] === result.textContent;
  const why = reason === undefined ? [] : [reason.startsWith("z") || reason.startsWith("a") ? ", as " : ", ", ...formula(reason, place)];
  return html("td", { class: `cb-cell-${what}` }, ...(same ? [] : [...nodes, " = "]), result, ...why);
}

function sentence(lines, value, rule) {
  const parts = lines.map((one) => {
    const words = `${one.label} a = ${number(one.a)}, slope ${number(one.slope)}`;
    return wrong(one) && lines.length <= 3 ? `${words} (from a, ${rule}: ${number(one.ruled)}, ${number(one.factor)} times it)` : words;
  });
  return `At z = ${number(value)}: ${parts.join("; ")}.`;
}

// --- 1 to 20 layers ------------------------------------------------------------------------------------------------------------

function depthView({ view, tape, chosen }) {
  const { depth } = tape;
  const left = chart({ heading: "Size of the product of all factors so far", xLabel: "layers", yLabel: "product", left: 76 });
  const right = chart({ heading: "The factor w · g′(z) of each layer", xLabel: "layer", yLabel: "factor", left: 76 });
  const starts = depth.starts.data;
  const layers = slider({ label: "Layers", min: 1, max: depth.layers, step: 1, onInput: (value) => view.set({ layers: value }) });
  const start = slider({ label: "a₀", min: starts[0], max: starts.at(-1), step: starts[1] - starts[0], onInput: (value) => view.set({ start: value }) });
  const weight = select({ label: "w", options: depth.weights.map((value) => ({ value, label: number(value) })), onChange: (value) => view.set({ weight: value }) });
  const body = html("tbody");
  const heads = ["activation", "factors", "product", "the gradient is"].map((text) => html("th", { scope: "col" }, text));
  const table = html("table", { class: "cb-numbers" }, html("thead", {}, html("tr", {}, heads)), body);
  const counts = Array.from({ length: depth.layers }, (_, i) => i + 1);
  for (const one of [left, right]) {
    const move = (event) => view.set({ layers: Math.max(1, Math.min(depth.layers, Math.round(one.xAt(event)))) });
    drag(view, one.svg, { move });
    one.svg.classList.add("cb-drag");
  }

  function paths() {
    const at = [depth.weights.indexOf(view.get("weight")), nearest(starts, view.get("start"))];
    return chosen().map((one) => {
      const row = depth.index[one.name][one.dial].row(...at)[0];
      return { ...one, factors: depth.factors.row(row), products: depth.products.row(row), verdicts: depth.verdict.row(row) };
    });
  }

  view.part(CHAIN, () => {
    if (view.get("view") !== "depth") return;
    const runs = paths();
    const sizes = runs.map(({ products }) => Array.from(products, Math.abs));
    const shown = sizes.flat().filter((size) => size > 0);
    const low = Math.max(tape.lowest_product, Math.min(1e-2, ...shown));
    left.scale({ x: [0, depth.layers + 0.5], y: [low / 5, Math.max(10, ...shown) * 3], log: true, xTicks: [1, 5, 10, 15, 20] });
    right.scale({ x: [0, depth.layers + 0.5], y: room(runs.map(({ factors }) => factors)), xTicks: [1, 5, 10, 15, 20] });
    left.layers.lines.replaceChildren(...runs.map((run, i) => line(run, linePath(left, counts, sizes[i].map((size) => size || NaN)), "product")));
    right.layers.lines.replaceChildren(...runs.map((run) => line(run, linePath(right, counts, run.factors), "factors")));
    const bottom = left.frame.top + left.frame.height;
    endLabels(left, runs.map(({ label, style }, i) => ({ text: label, style, at: sizes[i].at(-1) ? Math.min(bottom, left.y(sizes[i].at(-1))) : bottom })));
    endLabels(right, runs.map(({ label, style, factors }) => ({ text: label, style, at: right.y(factors.at(-1)) })));
  });

  view.part(["layers", ...CHAIN], () => {
    if (view.get("view") !== "depth") return;
    const count = view.get("layers");
    layers.show(count, String(count));
    start.show(view.get("start"), number(view.get("start")));
    weight.show(view.get("weight"));
    const runs = paths();
    left.layers.marks.replaceChildren(rod(left, count), ...runs.flatMap((run) => productMarks(run, count)));
    right.layers.marks.replaceChildren(rod(right, count), ...runs.map((run) => mark(run, right, count, right.y(run.factors[count - 1]), { "data-factor": run.factors[count - 1] })));
    body.replaceChildren(...runs.map((run) => html("tr", { "data-name": run.name }, rowOf(run, count))));
    const words = runs.map((run) => `${run.label} ${number(run.products[count - 1])}, ${depth.verdicts[run.verdicts[count - 1]]}`);
    const text = `Product over ${count} ${count === 1 ? "layer" : "layers"} with w = ${number(view.get("weight"))}, from a₀ = ${number(view.get("start"))}: ${words.join("; ")}.`;
    left.title(text);
    right.title(`Factor of layer ${count}: ${runs.map((run) => `${run.label} ${number(run.factors[count - 1])}`).join(", ")}.`);
    view.say(text);
  });

  function mark({ name, style }, { x }, count, at, data) {
    return svg("path", { d: style.mark, transform: `translate(${x(count)} ${at})`, fill: style.colour, class: "cb-point", "data-name": name, "data-layers": count, ...data });
  }

  /** The point on the curve; a cross at the bottom where the product is 0, and a word where it has left the picture. */
  function productMarks(run, count) {
    const product = run.products[count - 1];
    const bottom = left.frame.top + left.frame.height;
    const data = { "data-product": product };
    if (product === 0) {
      const cross = svg("path", { d: "M-7 -7L7 7M-7 7L7 -7", transform: `translate(${left.x(count)} ${bottom - 11})`, stroke: run.style.colour, "stroke-width": 3.5, class: "cb-off", "data-name": run.name, "data-layers": count, ...data });
      return [cross];
    }
    return [mark(run, left, count, Math.min(bottom, left.y(Math.abs(product))), data)];
  }

  function rowOf(run, count) {
    const factors = Array.from(run.factors.subarray(0, count), (value) => number(value, 3));
    const listed = factors.length > 7 ? [...factors.slice(0, 4), "…", ...factors.slice(-2)] : factors;
    const word = depth.verdicts[run.verdicts[count - 1]];
    return [
      html("th", { scope: "row" }, swatch(run.style), ` ${run.label}`),
      html("td", { class: "cb-cell-factors" }, listed.map((text) => (text.startsWith("−") ? `(${text})` : text)).join(" · ")),
      html("td", { class: "cb-cell-product" }, html("b", {}, number(run.products[count - 1]))),
      html("td", { class: "cb-cell-verdict" }, html("b", { class: run.verdicts[count - 1] === 0 ? undefined : "cb-wrong" }, word)),
    ];
  }

  const bar = html("div", { class: "cb-bar" }, layers.node, start.node, weight.node);
  const charts = html("div", { class: "cb-charts" }, left.node, right.node);
  return html("div", { hidden: true }, charts, bar, html("div", { class: "cb-scroll" }, table));
}

export default { render };
