// One unit: value and slope against z, with what a rule makes of a.
import { attributes, html, svg } from "../kit/elements.js";
import { besideOne, nearest, number } from "../kit/numbers.js";
import { drag, slider } from "../kit/controls.js";
import { chart, endLabels, linePath, spread } from "../kit/chart.js";
import { panZoom } from "../kit/panzoom.js";
import { dot, line, piece, rod, room } from "./lines.js";
import { numbersTable, sentence, wrong } from "./equations.js";

const SHOWN = ["activations", "slope_at_zero", "leak", "rule", "domain", "view"];

const within = (value, low, high) => Math.max(low, Math.min(high, value));

export function unitView({ view, tape, chosen }) {
  const left = chart({ heading: "Value, with its tangent", xLabel: "z", yLabel: "a = g(z)", right: 112 });
  const right = chart({ heading: "Slope", xLabel: "z", yLabel: "g′(z) = da/dz", right: 112 });
  const step = Number((tape.z[1] - tape.z[0]).toPrecision(6));
  const z = slider({ label: "z", min: tape.home[0], max: tape.home[1], step, onInput: (value) => moveTo(value) });
  const ends = [tape.z[0], tape.z.at(-1)];
  const range = { name: "domain", limits: ends, narrowest: tape.narrowest, home: tape.home, step, what: "Range of z", also: (low, high) => ({ z: tape.z[nearest(tape.z, within(view.get("z"), low, high))] }) };
  const table = numbersTable();
  const legend = html("p", { class: "cb-legend" });
  const row = () => nearest(tape.z, view.get("z"));
  const column = (i) => tape.columns.row(i);
  const moveTo = (value) => view.set({ z: tape.z[nearest(tape.z, value)] });

  for (const one of [left, right]) {
    drag(view, one.svg, { when: (event) => !event.shiftKey, move: (event) => moveTo(within(one.xAt(event), ...view.get("domain"))) });
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
    attributes(z.input, { min: tape.z[rows[0]], max: tape.z[rows[1]] });
    legend.hidden = rule === "none";
    legend.replaceChildren(...legendOf(curves[0].style.colour, tape.rule_labels[rule] ?? "each by its own rule"));
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
    left.title(`Value against z. At z = ${number(value)}: ${lines.map((one) => `${one.label} ${besideOne(one.a)}`).join(", ")}.`);
    right.title(`Slope against z. At z = ${number(value)}: ${lines.map((one) => `${one.label} ${number(one.slope)}`).join(", ")}.`);
    view.say(sentence(lines, value, tape.rule_labels[rule]));
  });

  /** What the line and the band of the slopes are. */
  function legendOf(colour, rule) {
    const line = svg("line", { x1: 1, y1: 9, x2: 43, y2: 9, stroke: colour, "stroke-width": 3 });
    const band = svg("line", { x1: 1, y1: 9, x2: 43, y2: 9, stroke: colour, "stroke-width": 12, opacity: 0.38 });
    const entry = (shape, text) => html("span", {}, svg("svg", { class: "cb-swatch", viewBox: "0 0 44 18", "aria-hidden": "true" }, shape), ` ${text}`);
    return [entry(line, "line: from z"), entry(band, `band: from a (${rule})`)];
  }

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
      svg("line", { ...ends, ...data, class: "cb-tangent", "clip-path": left.layers.lines.getAttribute("clip-path") }),
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
      return svg("text", { ...place, class: "cb-factor cb-halo cb-warning", "data-name": one.name }, `${name}${arrow}× ${number(one.factor, 3)}`);
    });
  }

  const below = html("div", { class: "cb-bar cb-below" }, panZoom(view, [left, right], range), legend);
  const bar = html("div", { class: "cb-bar" }, z.node);
  return html("div", {}, html("div", { class: "cb-charts" }, left.node, right.node), below, bar, html("div", { class: "cb-scroll" }, table.node));
}
