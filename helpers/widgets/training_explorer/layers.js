// A hidden layer: a lamp for each unit, and the histogram of its sums Z.
import { attributes, svg } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { chart } from "../kit/chart.js";

const [RADIUS, LAMPS, NUMBERS] = [9, 16, 40];
const STATES = ["alive", "dead", "alive again"];

/** The least of these percents that is at least as large as all of `shares`. */
export function tallest(shares) {
  const most = Math.max(...shares);
  return [10, 20, 40, 60, 80].find((percent) => percent >= most) ?? 100;
}

/** {node, draw(run, now)} of hidden layer l, counted from 0. */
export function layerPanel({ axes, bins }, l) {
  const units = 10;
  const name = `layer ${l + 1}`;
  const graph = chart({ heading: name, xLabel: "", yLabel: "", width: 345, height: 184, left: 56, right: 20, top: 56, bottom: 44 });
  const { frame } = graph;
  const lamps = Array.from({ length: units }, (_, j) => lamp(j));
  const bars = [0, 1].map((dead) => Array.from({ length: bins }, (_, bin) => svg("rect", { class: `cb-bar-z ${dead ? "cb-of-dead" : "cb-of-alive"}`, "data-name": `z${dead}-${bin}` })));
  const ground = svg("rect", { class: "cb-off", x: frame.left, y: frame.top, height: frame.height, width: frame.width / 2 });
  const off = svg("text", { class: "cb-unit cb-over", x: frame.left + 6, y: frame.top + 16 }, "off");
  graph.layers.back.append(ground);
  graph.layers.lines.append(...bars.flat());
  const grey = svg("text", { class: "cb-unit cb-over", x: frame.left + frame.width - 6, y: frame.top + 16, "text-anchor": "end" }, "grey: of dead units");
  graph.layers.labels.append(off, grey);
  graph.layers.marks.append(...lamps.map(({ node }) => node));
  const label = graph.svg.querySelector(".cb-name");
  let scaled;

  function lamp(j) {
    const x = frame.left + ((j + 0.5) / units) * frame.width;
    const title = svg("title");
    const bulb = svg("circle", { r: RADIUS, class: "cb-bulb" });
    const cross = svg("path", { d: "M-5 -5L5 5M-5 5L5 -5", class: "cb-cross-out" });
    const ring = svg("circle", { r: RADIUS + 3.5, class: "cb-ring" });
    const node = svg("g", { transform: `translate(${x.toFixed(1)} ${LAMPS})`, class: "cb-lamp", "data-name": `${l + 1}-${j + 1}` }, title, ring, bulb, cross);
    node.append(svg("text", { y: NUMBERS - LAMPS, "text-anchor": "middle", class: "cb-unit" }, String(j + 1)));
    return { node, bulb, title };
  }

  function draw(run, now) {
    const { hidden, data } = run.dials;
    drawBars(data, now);
    for (const node of [off, ground]) node.toggleAttribute("hidden", hidden !== "relu"); // of the others none is off where its sum is below 0
    const states = Array.from({ length: units }, (_, j) => now.states[units * l + j]);
    states.forEach((state, j) => {
      const flow = now.flow[units * l + j];
      const { node, bulb, title } = lamps[j];
      attributes(node, { "data-state": state, "data-flow": flow });
      bulb.style.fillOpacity = state === 1 ? 0 : 0.12 + 0.0088 * flow;
      title.textContent = `unit ${j + 1} of ${name}: ${STATES[state]}${state === 1 ? "" : `, mean slope ${flow} % of the largest`}`;
    });
    const count = (state) => states.filter((one) => one === state).length;
    const again = count(2) ? `, ${count(2)} back` : "";
    const says = `Layer ${l + 1}: ${count(1)} of ${units} dead${again}`;
    graph.heading(says);
    graph.node.classList.toggle("cb-all-dead", count(1) === units);
    grey.toggleAttribute("hidden", !count(1));
    graph.title(`${says}. ${Math.round(now.above[l])} % of the sums Z${l + 1} are above 0.`);
  }

  /** Draw the histogram of the sums. */
  function drawBars(which, { counts }) {
    const [alive, dead] = [counts(l, 0), counts(l, 1)];
    const all = alive.reduce((sum, n) => sum + n, 0) + dead.reduce((sum, n) => sum + n, 0);
    const share = (n) => (100 * n) / all;
    const high = tallest(Array.from(alive, (n, bin) => share(n + dead[bin])));
    const { most, ticks } = axes[which];
    if (scaled !== `${which} ${high}`) {
      const text = new Map([[0, "0"], ...ticks]);
      graph.scale({ x: [-most, most], y: [0, high], yTicks: [0, high / 2, high], yText: (percent) => `${number(percent)} %`, xTicks: [...text.keys()], xText: (at) => text.get(at) });
      label.textContent = `sums Z${"₁₂"[l]} (beyond ±${text.get(most)}: at the ends)`;
      scaled = `${which} ${high}`;
    }
    for (let bin = 0; bin < bins; bin++) {
      const x = frame.left + (bin / bins) * frame.width + 0.6;
      const [low, top] = [graph.y(share(dead[bin])), graph.y(share(dead[bin] + alive[bin]))];
      const width = frame.width / bins - 1.2;
      attributes(bars[1][bin], { x, width, y: low, height: frame.top + frame.height - low, "data-count": dead[bin] });
      attributes(bars[0][bin], { x, width, y: top, height: low - top, "data-count": alive[bin] });
    }
  }

  return { node: graph.node, draw };
}
