// Temperature and shift: what they do to probabilities, gradient and loss, and to the formula that does not subtract the maximum.
import { attributes, html, svg, write } from "../kit/elements.js";
import { besideOne, nearest, number } from "../kit/numbers.js";
import { drag, select, slider } from "../kit/controls.js";
import { chart, endLabels, linePath, look } from "../kit/chart.js";
import { fill } from "./fill.js";

const [LOWEST, HIGHEST] = [1e-4, 1e3]; // the ends of the chart
const LONGEST = 9; // characters for which the columns of p and of its gradient have room
const LINES = [["loss", "loss"], ["largest", "|dZ|"]];

const fitting = (text, shorter) => (text.length > LONGEST ? shorter() : text);

export function temperatureView(view, tape) {
  const { exponents, temperatures, shifts } = tape;
  const graph = chart({ heading: "Loss and largest |dZ| against T", xLabel: "temperature T", yLabel: "nats", width: 460, height: 300, left: 74, right: 62 });
  const names = Object.keys(tape.samples);
  const sample = select({ label: "Logits of", options: names.map((value) => ({ value, label: tape.samples[value].label })), onChange: (value) => view.set({ sample: value }) });
  const T = slider({ label: "temperature T", min: exponents[0], max: exponents.at(-1), step: 0.05, onInput: (value) => view.set({ temperature: temperatures[nearest(exponents, value)] }) });
  const shift = slider({ label: "add to every logit", min: 0, max: shifts.length - 1, step: 1, onInput: (row) => view.set({ shift: shifts[row] }) });
  const [body, plain] = [html("tbody"), html("tbody")];
  const head = (texts) => html("thead", {}, html("tr", {}, texts.map((text) => html("th", { scope: "col" }, text))));
  const table = html("table", { class: "cb-numbers cb-heat" }, head(["class", "logit z", "p", "of z / T", "p − y", "(p − y) / T"]), body);
  const naive = html("table", { class: "cb-numbers cb-naive" }, head(["without the maximum", ["e", html("sup", {}, "u"), " is ∞ beyond u ="], "largest u = z / T here", "softmax gives"]), plain);
  const shown = () => view.get("view") === "temperature";
  const now = () => tape.samples[view.get("sample")];
  const row = () => nearest(temperatures, view.get("temperature"));
  let rows = [];

  drag(view, graph.svg, { move: (event) => view.set({ temperature: temperatures[nearest(exponents, graph.xAt(event))] }) });
  graph.svg.classList.add("cb-drag");

  view.part(["view", "sample"], () => {
    if (!shown()) return;
    sample.show(view.get("sample"));
    graph.scale({ x: [exponents[0], exponents.at(-1)], y: [LOWEST, HIGHEST], log: true, xTicks: [-1, 0, 1], xText: (value) => number(10 ** value) });
    const heights = LINES.map(([key]) => Array.from(now()[key].data, (value) => Math.max(value, LOWEST)));
    const path = (high, i) => svg("path", { d: linePath(graph, exponents, high), fill: "none", stroke: look(i).colour, "stroke-width": 2.8, "stroke-dasharray": look(i).dash, class: "cb-curve", "data-name": LINES[i][0] });
    graph.layers.lines.replaceChildren(...heights.map(path));
    endLabels(graph, heights.map((high, i) => ({ text: LINES[i][1], at: graph.y(high.at(-1)), style: look(i) })));
    rows = now().classes.map((name, k) => classRow(name + (k === now().true ? " ✓" : ""), k));
    body.replaceChildren(...rows.map(({ node }) => node));
    table.classList.toggle("cb-named", now().classes.some((name) => name.length > 2));
  });

  function classRow(name, k) {
    const bar = (kind) => svg("rect", { y: 2, height: 16, class: `cb-fill cb-${kind}`, "data-name": k });
    const track = (...parts) => svg("svg", { viewBox: "0 0 200 20", preserveAspectRatio: "none", class: "cb-track", "aria-hidden": "true" }, parts);
    const [p, gap] = [bar("p"), bar("gradient")];
    const texts = { z: html("td"), p: html("td"), dZ: html("td") };
    const middle = svg("line", { x1: 100, x2: 100, y1: 0, y2: 20, class: "cb-zero-line" });
    const cells = [html("th", { scope: "row" }, name), texts.z, html("td", {}, track(p)), texts.p, html("td", {}, track(middle, gap)), texts.dZ];
    return { node: html("tr", { "data-name": `class${k}` }, cells), p, gap, texts };
  }

  view.part(["view", "sample", "temperature", "shift"], () => {
    if (!shown()) return;
    const { shifted, p, rest, error: errors, dZ } = now();
    const [t, c] = [row(), nearest(shifts, view.get("shift"))];
    T.show(exponents[t], number(temperatures[t]));
    shift.show(c, number(shifts[c]));
    rows.forEach(({ p: bar, gap, texts }, k) => {
      const value = p.at(t, k);
      const error = errors.at(t, k);
      attributes(bar, { x: 0, width: 200 * value, "data-value": value });
      attributes(gap, { x: 100 + Math.min(0, 100 * error), width: Math.abs(100 * error), "data-value": error });
      gap.classList.toggle("cb-minus", error < 0);
      write(texts.z, number(shifted.at(c, k)));
      write(texts.p, fitting(besideOne(value, 3), () => `1 − ${number(rest.at(t, k), 1)}`));
      write(texts.dZ, fitting(besideOne(dZ.at(t, k), 3), () => number(dZ.at(t, k), 3)));
    });
    drawMarks(t);
    drawPlain(t, c);
    view.say(sentences(t, c));
  });

  function drawMarks(t) {
    const x = graph.x(exponents[t]);
    const mark = ([key], i) => {
      const value = now()[key].at(t);
      const place = `translate(${x} ${graph.y(Math.min(HIGHEST, Math.max(LOWEST, value)))})`;
      return svg("path", { d: look(i).mark, transform: place, fill: look(i).colour, class: "cb-point", "data-name": key, "data-value": value });
    };
    graph.layers.marks.replaceChildren(
      svg("line", { x1: x, x2: x, y1: graph.frame.top, y2: graph.frame.top + graph.frame.height, class: "cb-rod" }),
      ...LINES.map(mark),
    );
    graph.title(`Loss and largest gradient against the temperature. At T = ${number(temperatures[t])}: loss ${number(now().loss.at(t))}, largest |dZ| ${number(now().largest.at(t))}.`);
  }

  /** One row for each precision: what the formula without the maximum comes to there. */
  function drawPlain(t, c) {
    const rowOf = (precision, i) => {
      const code = now().naive.at(t, c, i);
      const verdict = html("td", { class: code ? "cb-wrong" : undefined }, `${code ? "✗" : "✓"} ${tape.naive[code]}`);
      return html("tr", { "data-name": precision }, html("th", { scope: "row" }, precision), html("td", {}, number(tape.overflows[i])), html("td", {}, number(now().top.at(t, c))), verdict);
    };
    plain.replaceChildren(...tape.precisions.map(rowOf));
  }

  function sentences(t, c) {
    const { p, loss, largest, naive: codes, drift, first: top, classes } = now();
    const values = { T: number(temperatures[t]), top: tape.classed[classes[top]], p: besideOne(p.at(t, top), 3), loss: number(loss.at(t)), largest: number(largest.at(t)) };
    Object.assign(values, { shift: number(shifts[c]), drift: number(drift.at(t, c), 1) });
    values.verdicts = tape.precisions.map((precision, i) => `${precision} ${tape.short[codes.at(t, c, i)]}`).join(", ");
    const { heat, shifted, plain: last } = tape.sentences;
    return fill(heat + (shifts[c] ? shifted : "") + last, values);
  }

  return html(
    "div",
    { hidden: true },
    html("div", { class: "cb-bar" }, sample.node),
    html("div", { class: "cb-bar cb-dials" }, T.node, shift.node),
    html("div", { class: "cb-pair cb-matrix-first" }, html("div", { class: "cb-scroll" }, table), graph.node),
    html("div", { class: "cb-scroll" }, naive),
  );
}
