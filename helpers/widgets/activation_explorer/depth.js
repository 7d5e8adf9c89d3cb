// A chain of 1 to 20 layers: factors, their product, and what comes of it.
import { html, svg } from "../kit/elements.js";
import { nearest, number } from "../kit/numbers.js";
import { drag, slider } from "../kit/controls.js";
import { chart, endLabels, linePath, swatch } from "../kit/chart.js";
import { line, rod, room } from "./lines.js";

const CHAIN = ["activations", "slope_at_zero", "leak", "weight", "start", "view"];

export function depthView({ view, tape, chosen }) {
  const { depth } = tape;
  const left = chart({ heading: "Size of the product of all factors so far", xLabel: "layers", yLabel: "product", left: 88, right: 112 });
  const right = chart({ heading: "The factor w · g′(z) of each layer", xLabel: "layer", yLabel: "factor", left: 76, right: 112 });
  const starts = depth.starts.data;
  const layers = slider({ label: "Layers", min: 1, max: depth.layers, step: 1, onInput: (value) => view.set({ layers: value }) });
  const start = slider({ label: "a₀", min: starts[0], max: starts.at(-1), step: starts[1] - starts[0], onInput: (value) => view.set({ start: value }) });
  const { weights } = depth;
  const toWeight = (value) => view.set({ weight: weights[nearest(weights, value)] });
  const weight = slider({ label: "w", min: weights[0], max: weights.at(-1), step: weights[1] - weights[0], onInput: toWeight });
  const body = html("tbody");
  const heads = ["activation", "factors", "product", "the gradient is"].map((text) => html("th", { scope: "col" }, text));
  const table = html("table", { class: "cb-numbers cb-stacked" }, html("thead", {}, html("tr", {}, heads)), body);
  const counts = Array.from({ length: depth.layers }, (_, i) => i + 1);
  for (const one of [left, right]) {
    const move = (event) => view.set({ layers: Math.max(1, Math.min(depth.layers, Math.round(one.xAt(event)))) });
    drag(view, one.svg, { move });
    one.svg.classList.add("cb-drag");
  }

  function paths() {
    const at = [nearest(weights, view.get("weight")), nearest(starts, view.get("start"))];
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
    weight.show(view.get("weight"), number(view.get("weight")));
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

  const bar = html("div", { class: "cb-bar" }, weight.node, layers.node, start.node);
  const charts = html("div", { class: "cb-charts" }, left.node, right.node);
  return html("div", { hidden: true }, charts, bar, html("div", { class: "cb-scroll" }, table));
}
