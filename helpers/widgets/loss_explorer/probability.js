// The probability of the true class: its cost, against the output and against the logit.
import { html, svg } from "../kit/elements.js";
import { nearest, number } from "../kit/numbers.js";
import { drag, radios, slider } from "../kit/controls.js";
import { chart, endLabels, linePath, look } from "../kit/chart.js";

export function probabilityView(view, tape) {
  const left = chart({ heading: "Loss against the output a, with its tangent", xLabel: "output a = σ(z)", yLabel: "loss ℓ (nats)", height: 286 });
  const right = chart({ heading: "The same loss against the logit z", xLabel: "logit z", yLabel: "loss ℓ (nats)", height: 286 });
  const rows = tape.p.length;
  const step = Number((tape.p[1] - tape.p[0]).toPrecision(6));
  const moveTo = (row) => view.set({ p: tape.p[Math.max(0, Math.min(rows - 1, row))] });
  const p = slider({ label: "p of the true class", min: tape.p[0], max: tape.p.at(-1), step, onInput: (value) => moveTo(nearest(tape.p, value)) });
  const label = radios({ legend: "True class", options: [1, 0].map((y) => ({ value: y, label: `y = ${y}` })), onChange: (value) => view.set({ label: value }) });
  const body = html("tbody");
  const heads = ["", "formula", "number"].map((text) => html("th", { scope: "col" }, text || "quantity"));
  const table = html("table", { class: "cb-numbers cb-costs" }, html("thead", {}, html("tr", {}, heads)), body);
  const shown = () => view.get("view") === "probability";
  const columns = () => tape.labels[view.get("label")];

  for (const [one, name] of [[left, "a"], [right, "z"]]) {
    const at = (event) => {
      const rising = columns()[name][0] < columns()[name].at(-1);
      const row = nearest(rising ? columns()[name] : columns()[name].toReversed(), one.xAt(event));
      return rising ? row : rows - 1 - row;
    };
    drag(view, one.svg, { move: (event) => moveTo(at(event)) });
    one.svg.classList.add("cb-drag");
  }

  view.part(["view", "label"], () => {
    if (!shown()) return;
    const y = view.get("label");
    label.show(y);
    left.scale({ x: [0, 1], y: [0, tape.top] });
    right.scale({ x: [-tape.top, tape.top], y: [0, tape.top] });
    for (const [one, name] of [[left, "a"], [right, "z"]]) {
      const line = (k) => svg("path", {
        d: linePath(one, tape.labels[k][name], tape.labels[k].loss), fill: "none", class: "cb-cost", "data-name": `y${k}`,
        stroke: look(1 - k).colour, "stroke-width": k === y ? 3 : 1.6, "stroke-dasharray": look(1 - k).dash, opacity: k === y ? 1 : 0.55,
      });
      one.layers.lines.replaceChildren(line(1 - y), line(y));
      endLabels(one, [1, 0].map((k) => ({ text: `y = ${k}`, style: look(1 - k), at: edge(one, tape.labels[k], name) })));
    }
  });

  /** How high a curve stands at the right end of its chart. */
  function edge(one, { loss, ...others }, name) {
    const last = others[name][0] < others[name].at(-1) ? loss.length - 1 : 0;
    return Math.max(one.frame.top, one.y(loss[last]));
  }

  view.part(["p", "view", "label"], () => {
    if (!shown()) return;
    const row = nearest(tape.p, view.get("p"));
    const y = view.get("label");
    const at = Object.fromEntries(Object.entries(columns()).map(([name, values]) => [name, values[row]]));
    p.show(tape.p[row], number(tape.p[row]));
    left.layers.marks.replaceChildren(...marksOf(left, at, "a", "slope", y));
    right.layers.marks.replaceChildren(...marksOf(right, at, "z", "dz", y));
    body.replaceChildren(...rowsOf(tape.formulas[y], { p: tape.p[row], ...at }));
    const words = `The true class, y = ${y}, has probability ${number(tape.p[row])}: it costs ${number(at.loss)}. `;
    left.title(`Loss against the output. At a = ${number(at.a)}: loss ${number(at.loss)}, slope ${number(at.slope)}.`);
    right.title(`Loss against the logit. At z = ${number(at.z)}: loss ${number(at.loss)}, slope ${number(at.dz)}.`);
    view.say(`${words}Slope by a ${number(at.slope)}, by z ${number(at.dz)}, which is a − y.`);
  });

  /** The point with its tangent, the rod at x, and the slope's name. */
  function marksOf(one, at, name, slope, y) {
    const [cx, cy] = [one.x(at[name]), one.y(at.loss)];
    const run = one.x(at[name] + 1) - cx;
    const rise = one.y(at.loss + at[slope]) - cy;
    const share = 82 / Math.hypot(run, rise);
    const ends = { x1: cx - run * share, y1: cy - rise * share, x2: cx + run * share, y2: cy + rise * share };
    const data = { "data-name": `y${y}`, "data-x": at[name], "data-loss": at.loss, "data-slope": at[slope] };
    const { frame } = one;
    const before = cx > frame.left + frame.width * 0.6;
    const place = { x: before ? cx - 16 : cx + 16, y: Math.max(frame.top + 18, cy - 12), "text-anchor": before ? "end" : "start", class: "cb-slope-text cb-halo", "data-name": `y${y}` };
    const style = look(1 - y);
    return [
      svg("line", { x1: cx, x2: cx, y1: cy, y2: frame.top + frame.height, class: "cb-rod" }),
      svg("line", { ...ends, ...data, class: "cb-tangent", "clip-path": one.layers.lines.getAttribute("clip-path") }),
      svg("path", { d: style.mark, transform: `translate(${cx} ${cy})`, fill: style.colour, class: "cb-point", ...data }),
      svg("text", place, `slope ${number(at[slope])}`),
    ];
  }

  /** One row for each quantity: its name, its formula with the numbers put in, the number. */
  function rowsOf(texts, at) {
    const names = { loss: "loss ℓ", slope: "slope by a, dℓ/da", rise: "slope of the sigmoid, da/dz", dz: "slope by z, dZ = a − y" };
    return Object.entries(names).map(([name, words]) => {
      const product = name === "dz" ? [" = dℓ/da · da/dz = ", ...formula("{(slope)} · {rise}", at)] : [];
      const cells = [html("th", { scope: "row" }, words), html("td", {}, ...formula(texts[name], at), ...product), html("td", {}, html("b", {}, number(at[name])))];
      return html("tr", { "data-name": name }, cells);
    });
  }

  const bar = html("div", { class: "cb-bar" }, p.node, label.node);
  return html("div", {}, html("div", { class: "cb-charts" }, left.node, right.node), bar, html("div", { class: "cb-scroll" }, table));
}
