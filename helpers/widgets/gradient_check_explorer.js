// The gradient check explorer. All its numbers come from helpers, by way of gradcheck_recording.py.
import { drag, html, mount, nearest, number, radios, readTable, select, slider, svg } from "./kit.js";
import { chart, endLabels, linePath, look, swatch } from "./chart.js";

const COLUMNS = ["up", "down", "above", "at", "below", "central", "one_sided"]; // as in gradcheck_recording.differences
const DIGITS = { float64: 17, float32: 9 };

function render(context) {
  const view = mount(context, "Gradient check explorer");
  view.root.classList.add("cb-checking");
  const tape = readRecording(view.get("recording"));
  const pages = { step: stepView(view, tape), kink: kinkView(view, tape) };
  const choice = radios({
    legend: "Show",
    options: [{ value: "step", label: "the step size" }, { value: "kink", label: "a kink" }],
    onChange: (value) => view.set({ view: value }),
  });
  view.root.append(html("div", { class: "cb-bar" }, choice.node), pages.step, pages.kink);
  view.part(["view"], () => {
    choice.show(view.get("view"));
    for (const [name, page] of Object.entries(pages)) page.hidden = name !== view.get("view");
  });
  return view.start();
}

function readRecording(recording) {
  const all = (tables) => Object.fromEntries(Object.entries(tables).map(([name, values]) => [name, readTable(values)]));
  const curves = Object.entries(recording.curves).map(([name, list]) => [name, list.map((one) => ({ ...one, columns: readTable(one.columns), errors: readTable(one.errors) }))]);
  const kinks = Object.entries(recording.kinks).map(([name, list]) => [name, list.map(all)]);
  const read = (name) => readTable(recording[name]).data;
  return {
    ...recording, curves: Object.fromEntries(curves), kinks: Object.fromEntries(kinks), shapes: all(recording.shapes),
    exponents: read("exponents"), steps: read("steps"), grid: read("grid"), shares: read("shares"),
  };
}

const path = (d, style, more) => svg("path", { d, fill: "none", stroke: style.colour, "stroke-width": 2.6, "stroke-dasharray": style.dash, "stroke-linejoin": "round", ...more });
const point = (one, x, y, style, more) => svg("path", { d: style.mark, transform: `translate(${one.x(x)} ${one.y(y)})`, fill: style.colour, class: "cb-point", ...more });
const upright = ({ x, frame }, value, more) => svg("line", { x1: x(value), x2: x(value), y1: frame.top, y2: frame.top + frame.height, ...more });

/** A shaded part of a chart between two values of x. */
function shade({ x, frame }, from, to, more) {
  return svg("rect", { x: x(from), y: frame.top, width: Math.max(0, x(to) - x(from)), height: frame.height, ...more });
}

// --- the step size -------------------------------------------------------------------------------------------------------------

function stepView(view, tape) {
  const left = chart({ heading: "The chord and the tangent", xLabel: "z", yLabel: "f(z)", height: 280, right: 20, left: 58 });
  const right = chart({ heading: "Relative error against the step", xLabel: "step h", yLabel: "relative error", height: 280, left: 90, right: 22 });
  const { exponents, steps } = tape;
  const pairs = tape.precisions.flatMap((precision, i) => tape.differences.map((kind, j) => ({ precision, kind, i, j, style: look(2 * i + j) })));
  const toRow = (row) => view.set({ h: steps[row] });
  const h = slider({ label: "step h", min: exponents[0], max: exponents.at(-1), step: 0.1, onInput: (value) => toRow(nearest(exponents, value)) });
  const names = select({ label: "f", options: tape.functions.map((name) => ({ value: name, label: tape.labels[name] })), onChange: (value) => view.set({ function: value }) });
  const at = select({ label: "z", options: tape.points.map((value) => ({ value, label: number(value) })), onChange: (value) => view.set({ at: value }) });
  const which = radios({
    legend: "Difference",
    options: tape.differences.map((kind) => ({ value: kind, label: tape.kinds[kind] })),
    onChange: (difference) => view.set({ difference }),
  });
  const precision = radios({ legend: "in", options: tape.precisions.map((name) => ({ value: name, label: name })), onChange: (value) => view.set({ precision: value }) });
  const legend = html("p", { class: "cb-legend", "aria-hidden": "true" }, pairs.map((one) => html("span", {}, swatch(one.style), ` ${tape.kinds[one.kind]}, ${one.precision}`)));
  const body = html("tbody");
  const table = html("table", { class: "cb-numbers cb-digits" }, body);
  const shown = () => view.get("view") === "step";
  const curve = () => tape.curves[view.get("function")][tape.points.indexOf(view.get("at"))];
  const chosen = () => pairs.find((one) => one.precision === view.get("precision") && one.kind === view.get("difference"));
  const row = () => nearest(steps, view.get("h"));

  drag(view, right.svg, { move: (event) => toRow(nearest(exponents, right.xAt(event))) });
  drag(view, left.svg, { move: (event) => toRow(nearest(steps, Math.abs(left.xAt(event) - view.get("at")))) });
  for (const one of [left, right]) one.svg.classList.add("cb-drag");

  view.part(["view", "function", "at"], () => {
    if (!shown()) return;
    const z = view.get("at");
    const values = tape.shapes[view.get("function")].data;
    const ends = [nearest(tape.grid, z - 2), nearest(tape.grid, z + 2)];
    const seen = values.subarray(ends[0], ends[1] + 1);
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    const margin = 0.2 * (high - low);
    left.scale({ x: [tape.grid[ends[0]], tape.grid[ends[1]]], y: [low - margin, high + margin] });
    left.layers.lines.replaceChildren(path(linePath(left, tape.grid, values, ...ends), look(0), { class: "cb-shape", "data-name": view.get("function") }));
    names.show(view.get("function"));
    at.show(z);
  });

  view.part(["view", "function", "at", "difference", "precision"], () => {
    if (!shown()) return;
    const { best, errors } = curve();
    const now = chosen();
    const border = exponents[best[now.i][now.j]];
    which.show(now.kind);
    precision.show(now.precision);
    right.scale({ x: [exponents[0], exponents.at(-1)], y: [tape.floor, 3], log: true, xTicks: [-16, -12, -8, -4, 0], xText: (value) => (value ? `1e−${-value}` : "1") });
    right.layers.back.replaceChildren(
      shade(right, exponents[0], border, { class: "cb-rounding", "data-name": "rounding", "data-to": border }),
      upright(right, border, { class: "cb-border", "data-name": "border", "data-x": border }),
    );
    const { left: edge, width, top, height } = right.frame;
    const level = right.y(tape.tolerance);
    const region = (text, from, to) => svg("text", { x: (right.x(from) + right.x(to)) / 2, y: top + height - 10, "text-anchor": "middle", class: "cb-region", "data-name": text }, text);
    right.layers.labels.replaceChildren(
      svg("line", { x1: edge, x2: edge + width, y1: level, y2: level, class: "cb-level", "data-name": "tolerance" }),
      svg("text", { x: edge + 6, y: level - 6, class: "cb-level-text", "data-name": "tolerance" }, "passes below 1e−7"),
      region("rounding", exponents[0], border),
      region("truncation", border, exponents.at(-1)),
    );
    const ordered = [...pairs.filter((one) => one !== now), now];
    right.layers.lines.replaceChildren(...ordered.map((one) => {
      const high = Array.from(errors.row(one.i, one.j), (value) => Math.max(value, tape.floor));
      return path(linePath(right, exponents, high), one.style, { class: "cb-error", "data-name": `${one.kind} ${one.precision}`, "stroke-width": one === now ? 3.4 : 1.5 });
    }));
  });

  view.part(["view", "h", "function", "at", "difference", "precision"], () => {
    if (!shown()) return;
    const k = row();
    const { slope, columns, errors, best } = curve();
    const now = chosen();
    const of = Object.fromEntries(COLUMNS.map((name, c) => [name, columns.row(now.i, c)[k]]));
    const reading = { ...of, z: view.get("at"), h: steps[k], slope, value: of[now.kind], error: errors.row(now.i, now.j)[k], now };
    h.show(exponents[k], number(steps[k]));
    left.layers.marks.replaceChildren(...chordMarks(reading));
    right.layers.marks.replaceChildren(
      upright(right, exponents[k], { class: "cb-rod" }),
      point(right, exponents[k], Math.max(reading.error, tape.floor), now.style, { "data-name": "error", "data-h": steps[k], "data-error": reading.error }),
    );
    body.replaceChildren(...rowsOf(reading));
    const region = k < best[now.i][now.j] ? "rounding" : "truncation";
    const verdict = reading.error <= tape.tolerance ? "passes" : "fails";
    const words = `${tape.labels[view.get("function")]} at z = ${number(reading.z)}, h = ${number(reading.h)} in ${now.precision}: ${tape.kinds[now.kind]} difference `;
    const text = `${words}${number(reading.value, 6)}, slope ${number(slope, 6)}, relative error ${number(reading.error, 2)}, which ${verdict} at 1e−7; ${region} rules here.`;
    left.title(`The function with its tangent at z = ${number(reading.z)}, slope ${number(slope)}, and the chord over h = ${number(reading.h)}, slope ${number(reading.value)}.`);
    right.title(`Relative errors of four differences against the step. At h = ${number(reading.h)}: ${number(reading.error, 2)}.`);
    view.say(text);
  });

  /** The tangent, the chord (a line with the difference as its slope), and the points that it goes through. */
  function chordMarks({ z, at: height, up, above, down, below, slope, value, now }) {
    const cut = { "clip-path": left.layers.lines.getAttribute("clip-path") };
    const far = 1.7;
    const line = (x, y, by, more) => svg("line", { x1: left.x(z - far), y1: left.y(y + by * (z - far - x)), x2: left.x(z + far), y2: left.y(y + by * (z + far - x)), ...cut, ...more });
    const ends = now.kind === "central" ? [[down, below, "z − h"], [up, above, "z + h"]] : [[z, height, "z"], [up, above, "z + h"]];
    const close = left.x(ends[1][0]) - left.x(ends[0][0]) < 70;
    return [
      line(up, above, value, { class: "cb-chord", "data-name": "chord", "data-slope": value }),
      line(z, height, slope, { class: "cb-tangent", "data-name": "tangent", "data-slope": slope, stroke: "var(--cb-text)" }),
      ...ends.map(([x, y, name]) => point(left, x, y, look(1), { "data-name": name, "data-x": x, "data-y": y })),
      ...ends.map(([x, y, name], i) => svg("text", { x: left.x(x) + (close ? (i ? 12 : -12) : 0), y: left.y(y) + (close ? 5 : 24), "text-anchor": close ? (i ? "start" : "end") : "middle", class: "cb-end", "data-name": name }, name)),
    ];
  }

  /** All digits of the two values, those that agree in grey, and what is left of them. */
  function rowsOf({ above, below, at: height, value, slope, error, now, h: step }) {
    const digits = DIGITS[now.precision];
    const written = [above, now.kind === "central" ? below : height].map((one) => one.toPrecision(digits).replaceAll("-", "−"));
    const same = alike(...written);
    const shared = Array.from(written[0].slice(0, same)).filter((sign) => /\d/.test(sign)).join("").replace(/^0+/, "").length;
    const show = (text) => [html("span", { class: "cb-same" }, text.slice(0, same)), html("b", {}, text.slice(same))];
    const lower = now.kind === "central" ? "f(z − h)" : "f(z)";
    const rows = [
      ["above", "f(z + h)", show(written[0]), "slope f′(z)", number(slope, 8)],
      ["below", lower, show(written[1]), `difference (f(z + h) − ${lower}) / ${now.kind === "central" ? "2h" : "h"}`, number(value, 8)],
      ["error", "digits that agree", [`${shared} of ${digits}: lost in the subtraction`], `relative error at h = ${number(step)}`, number(error, 3)],
    ];
    return rows.map(([name, what, shown, other, result]) =>
      html("tr", { "data-name": name }, html("th", { scope: "row" }, what), html("td", { class: name === "error" ? undefined : "cb-long" }, shown), html("th", { scope: "row" }, other), html("td", {}, html("b", {}, result))));
  }

  const tools = html("div", { class: "cb-bar" }, names.node, at.node, which.node, precision.node);
  const charts = html("div", { class: "cb-charts" }, left.node, right.node);
  return html("div", {}, tools, charts, legend, html("div", { class: "cb-bar" }, h.node), html("div", { class: "cb-scroll" }, table));
}

/** How many signs two texts have in common at their beginning. */
function alike(first, second) {
  let count = 0;
  while (count < first.length && first[count] === second[count]) count++;
  return count;
}

// --- a kink ----------------------------------------------------------------------------------------------------------------------

function kinkView(view, tape) {
  const left = chart({ heading: "The step around z, in units of h", xLabel: "z / h", yLabel: "f / h", height: 290, right: 20, left: 58 });
  const right = chart({ heading: "What the check compares", xLabel: "z / h", yLabel: "slope", height: 290, left: 62, right: 100 });
  const { shares } = tape;
  const middle = (shares.length - 1) / 2; // the row of the kink
  const toRow = (row) => view.set({ share: shares[row] });
  const share = slider({ label: "z / h", min: shares[0], max: shares.at(-1), step: 0.025, onInput: (value) => toRow(nearest(shares, value)) });
  const kinked = radios({ legend: "f", options: tape.kinked.map((name) => ({ value: name, label: tape.labels[name] })), onChange: (value) => view.set({ kinked: value }) });
  const step = select({ label: "step h", options: tape.kink_steps.map((value) => ({ value, label: number(value) })), onChange: (value) => view.set({ kink_step: value }) });
  const heads = ["", "z − h", "z", "z + h"].map((text) => (text ? html("th", { scope: "col" }, text) : html("td")));
  const body = html("tbody");
  const table = html("table", { class: "cb-numbers cb-sides" }, html("thead", {}, html("tr", {}, heads)), body);
  const verdict = html("p", { class: "cb-verdict" });
  const shown = () => view.get("view") === "kink";
  const near = () => tape.kinks[view.get("kinked")][tape.kink_steps.indexOf(view.get("kink_step"))];
  for (const one of [left, right]) {
    drag(view, one.svg, { move: (event) => toRow(nearest(shares, one.xAt(event))) });
    one.svg.classList.add("cb-drag");
  }

  view.part(["view", "kinked", "kink_step"], () => {
    if (!shown()) return;
    const columns = near();
    kinked.show(view.get("kinked"));
    step.show(view.get("kink_step"));
    left.scale({ x: [shares[0] - 1.2, shares.at(-1) + 1.2], y: [-1, 4.4] });
    right.scale({ x: [shares[0], shares.at(-1)], y: [-0.12, 1.3] });
    const xs = [shares[0] - 1, ...shares, shares.at(-1) + 1];
    const ys = [columns.below_in_steps.data[0], ...columns.at_in_steps.data, columns.above_in_steps.data.at(-1)];
    left.layers.lines.replaceChildren(path(linePath(left, xs, ys), look(0), { class: "cb-shape", "data-name": view.get("kinked") }));
    left.layers.back.replaceChildren(upright(left, 0, { class: "cb-border", "data-name": "kink" }));
    const crossed = Array.from(columns.crossed.data);
    const [from, to] = [shares[crossed.indexOf(1)], shares[crossed.lastIndexOf(1)]];
    right.layers.back.replaceChildren(shade(right, from, to, { class: "cb-rounding", "data-name": "crossed", "data-from": from, "data-to": to }));
    const slope = columns.slope.data;
    const line = (name, i, d) => path(d, look(i), { class: "cb-curve", "data-name": name });
    right.layers.lines.replaceChildren(
      line("slope", 0, linePath(right, shares, slope, 0, middle - 1) + linePath(right, shares, slope, middle + 1)),
      line("central", 1, linePath(right, shares, columns.central.data)),
      line("one_sided", 2, linePath(right, shares, columns.one_sided.data)),
    );
    const ends = [["slope", 0, -16], ["central", 1, 0], ["one-sided", 2, 16]];
    endLabels(right, ends.map(([text, i, by]) => ({ text, style: look(i), at: right.y(slope.at(-1)) + by })));
    const place = { x: (right.x(from) + right.x(to)) / 2, y: right.frame.top + 20, "text-anchor": "middle", class: "cb-region", "data-name": "crossed" };
    right.layers.labels.append(svg("text", place, "the step crosses the kink"));
  });

  view.part(["view", "share", "kinked", "kink_step"], () => {
    if (!shown()) return;
    const row = nearest(shares, view.get("share"));
    const columns = near();
    const at = Object.fromEntries(Object.entries(columns).filter(([name]) => name !== "sides").map(([name, { data }]) => [name, data[row]]));
    const sides = [0, 1, 2].map((k) => columns.sides.row(k)[row]);
    const x = shares[row];
    share.show(x, number(x));
    left.layers.marks.replaceChildren(...stepMarks(x, at, sides));
    right.layers.marks.replaceChildren(
      upright(right, x, { class: "cb-rod" }),
      svg("line", { x1: right.x(x), x2: right.x(x), y1: right.y(at.slope), y2: right.y(at.central), class: "cb-gap", "data-name": "gap" }),
      ...[["slope", 0], ["one_sided", 2], ["central", 1]].map(([name, i]) => point(right, x, at[name], look(i), { "data-name": name, "data-value": at[name] })),
    );
    const cells = (name, values, texts = values.map((value) => number(value))) =>
      html("tr", { "data-name": name }, html("th", { scope: "row" }, name), texts.map((text, k) => html("td", { class: other(sides, k) ? "cb-wrong" : undefined }, text)));
    body.replaceChildren(cells("position", [at.down, at.z, at.up]), cells("f", [at.below, at.at, at.above]), cells("side", sides, sides.map((side) => tape.sides[side])));
    verdict.replaceChildren(
      "(f(z + h) − f(z − h)) / 2h = ", html("b", {}, number(at.central)), ", slope ", html("b", {}, number(at.slope)), ", relative error ", html("b", {}, number(at.error, 3)),
      html("span", { class: at.verdict ? "cb-wrong cb-stamp" : "cb-stamp" }, `${at.verdict ? "✗" : "✓"} ${tape.verdicts[at.verdict]}`),
    );
    const words = `${tape.labels[view.get("kinked")]} at z = ${number(x)} h, h = ${number(view.get("kink_step"))}: central difference ${number(at.central)}, `;
    left.title(`The step around z = ${number(x)} h. ${tape.crossings[at.crossing]}`);
    right.title(`Slope ${number(at.slope)}, central difference ${number(at.central)}, one-sided ${number(at.one_sided)} at z = ${number(x)} h.`);
    view.say(`${words}slope ${number(at.slope)}. ${tape.crossings[at.crossing]} The check: ${tape.verdicts[at.verdict]}.`);
  });

  /** Whether end k (0 for z − h, 2 for z + h) lies on the other side of the kink than z. */
  const other = (sides, k) => k !== 1 && sides[1] !== 1 && sides[k] !== 1 && sides[k] !== sides[1];

  /** The three points on the curve and the chord; an end on the other side is crossed out and named. */
  function stepMarks(x, at, sides) {
    const places = [[x - 1, at.below_in_steps, "z − h"], [x, at.at_in_steps, "z"], [x + 1, at.above_in_steps, "z + h"]];
    const ends = { x1: left.x(x - 1), y1: left.y(at.below_in_steps), x2: left.x(x + 1), y2: left.y(at.above_in_steps) };
    const dots = places.map(([px, py, name], k) => point(left, px, py, look(k === 1 ? 0 : 1), { "data-name": name, "data-side": sides[k], "data-x": px, "data-y": py }));
    const crosses = places.flatMap(([px, py], k) => (other(sides, k) ? [cross(left.x(px), left.y(py), k)] : []));
    const shifts = [{ by: 12, down: 27, anchor: "end" }, { by: 0, down: 27, anchor: "middle" }, { by: -12, down: -12, anchor: "end" }];
    const texts = places.map(([px, py, name], k) =>
      svg("text", { x: left.x(px) + shifts[k].by, y: left.y(py) + shifts[k].down, "text-anchor": shifts[k].anchor, class: other(sides, k) ? "cb-end cb-beyond" : "cb-end", "data-name": name }, other(sides, k) ? `${name}: other side` : name));
    return [svg("line", { ...ends, class: "cb-chord", "data-name": "chord", "data-slope": at.central }), ...dots, ...crosses, ...texts];
  }

  function cross(x, y, k) {
    return svg("path", { d: "M-11 -11L11 11M-11 11L11 -11", transform: `translate(${x} ${y})`, class: "cb-cross", "data-name": k ? "z + h" : "z − h" });
  }

  const charts = html("div", { class: "cb-charts" }, left.node, right.node);
  return html("div", { hidden: true }, html("div", { class: "cb-bar" }, kinked.node, step.node), charts, html("div", { class: "cb-bar" }, share.node), html("div", { class: "cb-scroll" }, table), verdict);
}

export default { render };
