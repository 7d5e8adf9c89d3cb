// The loss so far, over the steps on a logarithmic scale, with the floor and the cycle of a dead network.
import { svg } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { drag } from "../kit/controls.js";
import { chart, endLabels, linePath } from "../kit/chart.js";

const TICKS = [0, 1, 2, 3, 5, 10, 20, 50, 100, 300];

/** {node, draw(run, k, now)}; a click or a drag in the chart jumps to the recorded step below it. */
export function lossPanel(view, tape, toStep) {
  const graph = chart({ heading: "Loss", xLabel: "step (logarithmic)", yLabel: "loss J", width: 610, height: 240, left: 64, right: 104, top: 10, bottom: 46 });
  const end = tape.places.length - 1;
  const line = svg("path", { class: "cb-loss-line", fill: "none" });
  const point = svg("circle", { r: 6, class: "cb-loss-point cb-point", "data-name": "loss" });
  const rod = svg("line", { class: "cb-rod", y1: graph.frame.top, y2: graph.frame.top + graph.frame.height });
  const levels = svg("g", {});
  let scaled;
  graph.layers.back.append(levels);
  graph.layers.lines.append(line);
  graph.layers.marks.append(rod, point);
  graph.svg.classList.add("cb-drag");

  drag(view, graph.svg, {
    move: (event) => {
      const at = graph.xAt(event);
      toStep(tape.steps.reduce((best, step) => (Math.abs(tape.places[step] - at) < Math.abs(tape.places[best] - at) ? step : best), 0));
    },
  });

  /** The axes, the floor and the cycle: only where they have changed, for the axes are many elements. */
  function scale(run) {
    const wanted = JSON.stringify([run.range, run.floor, run.cycle]);
    if (scaled === wanted) return;
    scaled = wanted;
    const text = new Map(TICKS.map((step) => [tape.places[step], String(step)]));
    graph.scale({ x: [0, tape.places[end] * 1.01], y: run.range, log: true, xTicks: [...text.keys()], xText: (at) => text.get(at) });
    const across = { x1: graph.frame.left, x2: graph.frame.left + graph.frame.width };
    const level = (loss, name, kind) => svg("line", { ...across, y1: graph.y(loss), y2: graph.y(loss), class: kind, "data-name": name, "data-loss": loss });
    const lines = [level(run.floor, "floor", "cb-floor")];
    const labels = [{ text: `floor ${number(run.floor, 3)}`, at: graph.y(run.floor), style: { colour: "var(--cb-green)" } }];
    if (run.cycle) {
      const [low, high] = run.cycle;
      const band = { x: graph.frame.left, width: graph.frame.width, y: graph.y(high), height: graph.y(low) - graph.y(high), class: "cb-cycle-band" };
      lines.push(svg("rect", band), ...run.cycle.map((loss) => level(loss, "cycle", "cb-cycle")));
      const style = { colour: "var(--cb-vermillion)" };
      labels.push({ text: `cycle ${number(high, 3)}`, at: graph.y(high), style });
      if (number(low, 3) !== number(high, 3)) labels.push({ text: `to ${number(low, 3)}`, at: graph.y(low), style });
    }
    levels.replaceChildren(...lines);
    endLabels(graph, labels);
  }

  function draw(run, k, now) {
    scale(run);
    const step = tape.steps[k];
    const x = graph.x(tape.places[step]);
    const fine = Number.isFinite(now.loss);
    line.setAttribute("d", linePath(graph, tape.places, run.curve, 0, step));
    point.toggleAttribute("hidden", !fine);
    if (fine) {
      const y = Math.max(graph.frame.top, Math.min(graph.frame.top + graph.frame.height, graph.y(now.loss)));
      for (const [name, value] of Object.entries({ cx: x, cy: y, "data-loss": now.loss, "data-step": step })) point.setAttribute(name, value);
    }
    rod.setAttribute("x1", x);
    rod.setAttribute("x2", x);
    const loss = fine ? number(now.loss) : "no finite number";
    graph.heading(`Loss ${loss} at step ${step}`);
    graph.title(`Loss up to step ${step}: ${loss}. The floor is ${number(run.floor)}${run.cycle ? `, the cycle of a dead network ${number(run.cycle[1])}` : ""}.`);
  }

  return { node: graph.node, draw };
}
