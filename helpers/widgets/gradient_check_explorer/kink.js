// A kink: the three points of a central difference around it, and what the check makes of them.
import { html, svg } from "../kit/elements.js";
import { nearest, number } from "../kit/numbers.js";
import { drag, radios, select, slider } from "../kit/controls.js";
import { chart, endLabels, linePath, look } from "../kit/chart.js";
import { path, point, shade, upright } from "./marks.js";

export function kinkView(view, tape) {
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
    const ends = [["slope", 0, -19], ["central", 1, 0], ["one-sided", 2, 19]];
    endLabels(right, ends.map(([text, i, by]) => ({ text, style: look(i), at: right.y(slope.at(-1)) + by })));
    const place = { x: (right.x(from) + right.x(to)) / 2, y: right.frame.top + 20, "text-anchor": "middle", class: "cb-region cb-halo", "data-name": "crossed" };
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
    const low = left.x(x - 1) < left.frame.left + 40; // beside the axis
    const shifts = [low ? { by: -18, down: 27, anchor: "start" } : { by: 12, down: 27, anchor: "end" }, { by: 0, down: 27, anchor: "middle" }, { by: -12, down: -12, anchor: "end" }];
    const texts = places.map(([px, py, name], k) =>
      svg("text", { x: left.x(px) + shifts[k].by, y: left.y(py) + shifts[k].down, "text-anchor": shifts[k].anchor, class: other(sides, k) ? "cb-end cb-halo cb-warning" : "cb-end cb-halo", "data-name": name }, other(sides, k) ? `${name}: other side` : name));
    return [svg("line", { ...ends, class: "cb-chord", "data-name": "chord", "data-slope": at.central }), ...dots, ...crosses, ...texts];
  }

  function cross(x, y, k) {
    return svg("path", { d: "M-11 -11L11 11M-11 11L11 -11", transform: `translate(${x} ${y})`, class: "cb-cross", "data-name": k ? "z + h" : "z − h" });
  }

  const charts = html("div", { class: "cb-charts" }, left.node, right.node);
  return html("div", { hidden: true }, html("div", { class: "cb-bar" }, kinked.node, step.node), charts, html("div", { class: "cb-bar" }, share.node), html("div", { class: "cb-scroll" }, table), verdict);
}
