// How long the gradient of each layer is.
import { attributes, html, svg } from "../kit/elements.js";
import { number } from "../kit/numbers.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP] = [250, 184, 66, 98, 26, 42];
const POWERS = [-6, 2]; // the bars begin at 1e-6 and end at 100
const MARKED = [-6, 0];

/** {node, draw(now)}: a bar for each layer on a logarithmic scale, its number behind it. */
export function normsPanel() {
  const across = WIDTH - LEFT - RIGHT;
  const x = (power) => LEFT + ((Math.max(POWERS[0], Math.min(POWERS[1], power)) - POWERS[0]) / (POWERS[1] - POWERS[0])) * across;
  const floor = TOP + 3 * GAP - 8;
  const grid = MARKED.flatMap((power) => [
    svg("line", { x1: x(power), x2: x(power), y1: TOP - 14, y2: floor }),
    svg("text", { x: x(power), y: floor + 20, "text-anchor": "middle", class: "cb-unit" }, power ? `1e${power}`.replace("-", "−") : "1"),
  ]);
  const rows = [1, 2, 3].map((layer, i) => {
    const y = TOP + i * GAP;
    const bar = svg("rect", { x: LEFT, y: y - 9, height: 18, class: "cb-norm", "data-name": `norm${layer}` });
    const value = svg("text", { x: WIDTH - RIGHT + 8, y: y + 5, class: "cb-norm-value", "data-name": `norm${layer}` });
    return { bar, value, label: svg("text", { x: LEFT - 8, y: y + 5, "text-anchor": "end" }, `layer ${layer}`) };
  });
  const root = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "cb-chart" }, svg("g", { class: "cb-grid" }, grid), rows.flatMap((row) => Object.values(row)));
  const node = html("figure", { class: "cb-figure" }, html("figcaption", {}, "Gradient norms"), root);

  function draw({ norms }) {
    const said = Array.from(norms, (norm, i) => {
      const text = Number.isFinite(norm) ? number(norm, 3) : "–";
      attributes(rows[i].bar, { width: norm > 0 ? Math.max(0, x(Math.log10(norm)) - LEFT) : 0, "data-value": norm });
      rows[i].value.textContent = text;
      return `layer ${i + 1}: ${text}`;
    });
    root.setAttribute("aria-label", `Norms of the gradients, weights and biases together. ${said.join(", ")}.`);
  }

  return { node, draw };
}
