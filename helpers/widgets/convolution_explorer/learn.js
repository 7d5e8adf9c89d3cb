// Sobel's kernel is learned: the kernel, its answers beside Sobel's, and how far it is off, step by step.
import { attributes, html, svg } from "../kit/elements.js";
import { nearest, number } from "../kit/numbers.js";
import { drag, radios } from "../kit/controls.js";
import { chart, endLabels, linePath, look } from "../kit/chart.js";
import { cut, fill, grid } from "./grid.js";
import { transport } from "./transport.js";

const HIGHEST = 200; // per cent: where the chart begins
const STEP_PACE = 160;

/** {node, draw()}. */
export function learnPage(view, tape) {
  const { steps, places } = tape;
  const names = Object.keys(tape.errors);
  const last = () => steps.length - 1;
  const at = () => steps.indexOf(view.get("step"));
  const data = radios({ legend: "Learn from", options: Object.entries(tape.data).map(([value, label]) => ({ value, label })), onChange: (value) => view.set({ data: value }) });
  const go = (n) => view.set({ step: steps[n] });
  const along = transport(view, { label: "step", now: at, last, go, pace: () => STEP_PACE, shown: () => view.get("view") === "learn" });
  const graph = chart({ heading: "Off from Sobel, in per cent", xLabel: "step (logarithmic)", yLabel: "per cent", width: 520, height: 400, left: 74, right: 124 });
  const kernels = [grid("learned"), grid("sobel")];
  const rows = [0, 1].map((n) => [grid(`shown${n}`), grid(`answer${n}`), grid(`target${n}`)]);
  let lines = [];

  drag(view, graph.svg, { move: (event) => go(nearest(places, graph.xAt(event))) });
  graph.svg.classList.add("cb-drag");

  function draw() {
    const run = tape.runs[view.get("data")];
    const k = at();
    data.show(view.get("data"));
    along.draw(String(steps[k]));
    const said = sentence(run, k);
    const K = cut(run.K.row(k), 3);
    kernels[0].draw(K, { largest: 2, heading: `K, step ${steps[k]}`, label: `The kernel at step ${steps[k]}: ${written(K)}`, written: [2, 3] });
    kernels[1].draw(cut(tape.sobel.data, 3), { largest: 2, heading: "Sobel", label: `Sobel's kernel: ${written(cut(tape.sobel.data, 3))}`, written: [2, 3] });
    rows.forEach(([shown, answer, target], n) => {
      const wanted = run.targets.row(n);
      const largest = Math.max(...wanted.map(Math.abs)) || 1; // what is painted is compared with Sobel's
      const image = run.shown.row(n);
      const what = n ? "a digit it has not seen" : "one of its images";
      shown.draw(cut(image, 8), { ink: view.get("data") !== "noise" || n === 1, written: null, heading: n ? "not seen" : "seen", label: `An image: ${what}` });
      answer.draw(cut(run.answers.row(k, n), 6), { written: null, largest, heading: "K says", label: `What the kernel answers to ${what} at step ${steps[k]}` });
      target.draw(cut(wanted, 6), { written: null, largest, heading: "Sobel says", label: `What Sobel's kernel answers to ${what}` });
    });
    drawChart(run, k, said);
    view.say(said);
  }

  const written = (K) => K.map((row) => row.map((value) => number(value, 3)).join(", ")).join("; ");

  function drawChart(run, k, said) {
    const columns = names.map((_, n) => steps.map((__, one) => Math.max(run.errors.at(one, n), tape.lowest)));
    if (!lines.length) {
      const text = new Map(tape.ticks.map((step) => [places[steps.indexOf(step)], String(step)]));
      graph.scale({ x: [0, places.at(-1)], y: [tape.lowest, HIGHEST], log: true, xTicks: [...text.keys()], xText: (at) => text.get(at) });
      lines = names.map((name, n) => svg("path", { fill: "none", stroke: look(n).colour, "stroke-width": 2.6, "stroke-dasharray": look(n).dash, class: "cb-curve", "data-name": name }));
      graph.layers.lines.replaceChildren(...lines);
    }
    lines.forEach((line, n) => attributes(line, { d: linePath(graph, places, columns[n], 0, k) })); // so far: what comes is to be played
    endLabels(graph, names.map((name, n) => ({ text: tape.errors[name], at: graph.y(columns[n][k]), style: look(n) })));
    const x = graph.x(places[k]);
    const mark = (name, n) => {
      const value = run.errors.at(k, n);
      const place = `translate(${x.toFixed(2)} ${graph.y(Math.max(value, tape.lowest)).toFixed(2)})`;
      return svg("path", { d: look(n).mark, transform: place, fill: look(n).colour, class: "cb-point", "data-name": name, "data-value": value });
    };
    graph.layers.marks.replaceChildren(svg("line", { x1: x, x2: x, y1: graph.frame.top, y2: graph.frame.top + graph.frame.height, class: "cb-rod" }), ...names.map(mark));
    graph.title(`How far off from Sobel over the steps, in per cent. ${said}`);
  }

  function sentence(run, k) {
    const off = Object.fromEntries(names.map((name, n) => [name, number(run.errors.at(k, n), 3)]));
    return fill(tape.sentences.learn, { step: steps[k], data: tape.data[view.get("data")], rank: run.rank, rate: number(run.rate, 3), loss: number(run.loss.at(k), 3), ...off });
  }

  const sign = (kind, text) => html("span", {}, html("i", { class: `cb-patch ${kind}`, "aria-hidden": "true" }), text);
  const pictures = html("div", { class: "cb-pictures" }, html("p", { class: "cb-legend-of-signs" }, sign("cb-plus", "above 0"), sign("cb-minus", "below 0")), kernels[0].node, kernels[1].node, rows.flat().map(({ node }) => node));
  return { node: html("div", {}, html("div", { class: "cb-bar" }, data.node), along.node, html("div", { class: "cb-learning" }, pictures, graph.node)), draw };
}
