// What the network says of the tumours: how often each output, by label.
import { svg } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { chart } from "../kit/chart.js";
import { tallest } from "./layers.js";

const LABELS = ["malignant, y = 0", "benign, y = 1"];

/** {node, draw(now)}: label 1 upwards, label 0 downwards, each as a share of its own examples. */
export function answersPanel({ output_bins: bins }) {
  const graph = chart({ heading: "Outputs by label", xLabel: "output a", yLabel: "", width: 330, height: 240, left: 58, right: 16, top: 10, bottom: 46 });
  const bars = [0, 1].map((label) => Array.from({ length: bins }, (_, bin) => svg("rect", { class: `cb-answer cb-answer-${label}`, "data-name": `${label}-${bin}` })));
  const names = LABELS.map((text, label) => svg("text", { class: "cb-halo cb-small", x: graph.frame.left + (label ? 8 : graph.frame.width - 8), "text-anchor": label ? "start" : "end", y: label ? graph.frame.top + 18 : graph.frame.top + graph.frame.height - 8 }, text));
  graph.layers.lines.append(...bars.flat());
  graph.layers.labels.append(...names);
  let top;

  function draw({ answers, told, accuracy }) {
    const shares = [0, 1].map((label) => {
      const counts = answers(label);
      const total = counts.reduce((sum, n) => sum + n, 0);
      return Array.from(counts, (n) => (100 * n) / total);
    });
    const high = tallest(shares.flat());
    if (top !== high) graph.scale({ x: [0, 1], y: [-high, high], xTicks: [0, 0.5, 1], yTicks: [-high, 0, high], yText: (percent) => `${number(Math.abs(percent))} %` });
    top = high;
    bars.forEach((row, label) => row.forEach((bar, bin) => {
      const [share, from] = [shares[label][bin], graph.x(bin / bins)];
      const y = graph.y(label ? share : 0);
      const place = { x: from + 0.5, width: graph.x((bin + 1) / bins) - from - 1, y, height: Math.abs(graph.y(share) - graph.y(0)), "data-count": answers(label)[bin] };
      for (const [name, value] of Object.entries(place)) bar.setAttribute(name, value);
    }));
    graph.heading(`Outputs${Number.isFinite(accuracy) ? `, accuracy ${number(accuracy, 3)}` : ""}`);
    graph.title(`Outputs by label: ${Math.round(told[1])} % of the benign ones lie above 0.5, ${Math.round(told[0])} % of the malignant ones at or below it.`);
  }

  return { node: graph.node, draw };
}
