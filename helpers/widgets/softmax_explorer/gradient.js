// Which gradients survive: the matrix, the training step, and the sum that makes up the chosen cell.
import { html, svg, write } from "../kit/elements.js";
import { besideOne, nearest, number } from "../kit/numbers.js";
import { drag, radios, slider } from "../kit/controls.js";
import { fill } from "./fill.js";
import { matrix } from "./matrix.js";

export function gradientView(view, tape) {
  const picture = matrix();
  const options = (names, labels) => names.map((value) => ({ value, label: labels[value] }));
  const data = radios({ legend: "Network", options: options(Object.keys(tape.runs), tape.data), onChange: (value) => view.set({ data: value }) });
  const show = radios({ legend: "Colour", options: options(Object.keys(tape.show), tape.chips), onChange: (value) => view.set({ show: value }) });
  const step = slider({ label: "training step", min: 0, max: 1, step: 1, onInput: (row) => view.set({ step: run().steps[row] }) });
  const unit = slider({ label: "unit", min: 1, max: 2, step: 1, onInput: (value) => view.set({ unit: value }) });
  const example = slider({ label: "example", min: 1, max: 2, step: 1, onInput: (value) => view.set({ example: value }) });
  const image = html("div", { class: "cb-image", "aria-hidden": "true" });
  const who = html("p", { class: "cb-who" });
  const largest = html("span");
  const [body, foot] = [html("tbody"), html("tbody", { class: "cb-result" })];
  const heads = ["class", "p", "p − y", "× W2", "product"].map((text) => html("th", { scope: "col" }, text));
  const table = html("table", { class: "cb-numbers cb-chain" }, html("thead", {}, html("tr", {}, heads)), body, foot);
  const shown = () => view.get("view") === "gradient";
  const run = () => tape.runs[view.get("data")];
  const moment = () => nearest(run().steps, view.get("step"));
  const named = ({ classes }) => classes.some((name) => name.length > 2); // "class 3" needs more room than "3"
  const chosen = () => [Math.min(view.get("unit"), run().units) - 1, Math.min(view.get("example"), run().examples) - 1];

  drag(view, picture.svg, { move: (event) => view.set(picture.at(event)), scroll: "none" });

  view.part(["view", "data"], () => {
    if (!shown()) return;
    const { steps, units, examples } = run();
    data.show(view.get("data"));
    step.input.max = steps.length - 1;
    unit.input.max = units;
    example.input.max = examples;
    step.node.hidden = steps.length === 1;
    picture.lay(run());
    table.classList.toggle("cb-named", named(run()));
  });

  view.part(["view", "data", "step", "show"], () => {
    if (!shown()) return;
    const t = moment();
    const { loss, right, examples, steps } = run();
    show.show(view.get("show"));
    step.show(t, `${steps[t]}: loss ${number(loss.at(t))}, ${right.at(t)} of ${examples} right`);
    picture.heading(`Unit by example: ${tape.show[view.get("show")]}`);
    picture.paint(run(), t, view.get("show"));
    write(largest, `strongest: ${number(run().largest[t], 3)}`);
  });

  view.part(["view", "data", "step", "show", "unit", "example"], () => {
    if (!shown()) return;
    const [t, [j, i]] = [moment(), chosen()];
    unit.show(j + 1, String(j + 1));
    example.show(i + 1, String(i + 1));
    picture.choose(run(), t, j, i);
    const said = sentences(run(), t, j, i);
    picture.title(`${tape.show[view.get("show")]}, ${run().units} units by ${run().examples} examples. ${said}`);
    drawImage(run(), i);
    const name = tape.called[run().classes[run().true[i]]];
    const input = run().X.length ? `, x\u00a0=\u00a0(${run().X[i].map((value) => number(value)).join(",\u00a0")})` : "";
    write(who, `Unit ${j + 1}, example ${i + 1}: ${name}${input}`);
    drawChain(run(), t, j, i);
    view.say(said);
  });

  function sentences(now, t, j, i) {
    const values = { step: now.steps[t], unit: j + 1, example: i + 1, name: tape.called[now.classes[now.true[i]]], units: now.units, examples: now.examples };
    Object.assign(values, { wish: number(now.dA1.at(t, j, i)), z: number(now.Z1.at(t, j, i)), passed: number(now.dZ1.at(t, j, i)), state: tape.states[now.off.at(t, j, i)] });
    Object.assign(values, { lost: now.by_example.at(t, i), missed: now.by_unit.at(t, j), dead: now.dead.at(t), everything: now.everything, on: now.everything && now.on.at(t, j) });
    const { cell, counts, everything } = tape.sentences;
    return fill(cell + counts + (now.everything ? everything : "") + ".", values);
  }

  /** The example as an 8 × 8 image, where it is one; ink is dark on light and light on dark. */
  function drawImage({ pixels }, i) {
    image.hidden = pixels.shape[1] === 0;
    if (image.hidden || image.dataset.drawn === `${view.get("data")} ${i}`) return;
    const squares = Array.from(pixels.row(i), (shade, k) => svg("rect", { x: k % 8, y: Math.floor(k / 8), width: 1.02, height: 1.02, "fill-opacity": shade / 16 }));
    image.replaceChildren(svg("svg", { viewBox: "0 0 8 8", class: "cb-digit" }, squares));
    image.dataset.drawn = `${view.get("data")} ${i}`;
  }

  /** A row for each class, p − y times the weight from this unit; their sum is the wish; what ReLU makes of it. */
  function drawChain(now, t, j, i) {
    const cell = (value) => html("td", {}, besideOne(value, 2));
    const rows = now.classes.map((name, k) => {
      const texts = [now.p.at(t, k, i), now.error.at(t, k, i), now.W2.at(t, k, j), now.products.at(t, j, i, k)].map(cell);
      const mark = k === now.true[i] ? " ✓" : "";
      return html("tr", { "data-name": `class${k}` }, html("th", { scope: "row" }, name + mark), texts);
    });
    body.replaceChildren(...rows);
    const off = now.off.at(t, j, i);
    const results = [
      ["wish", "its wish, their sum: dA1", number(now.dA1.at(t, j, i))],
      ["slope", `z = ${number(now.Z1.at(t, j, i), 3)} is ${tape.states[off]}: slope`, off ? "0" : "1"],
      ["passed", "what passes: dZ1", number(now.dZ1.at(t, j, i))],
    ];
    foot.replaceChildren(...results.map(([name, what, value]) => html("tr", { "data-name": name, class: off && name !== "wish" ? "cb-stopped" : undefined }, html("th", { scope: "row", colspan: 3 }, what), html("td", { colspan: 2 }, html("b", {}, value)))));
  }

  const patch = (name, text) => html("span", {}, html("i", { class: `cb-patch ${name}`, "aria-hidden": "true" }), text);
  const legend = html("p", { class: "cb-legend" }, patch("cb-plus", "wants less"), patch("cb-minus", "wants more"), patch("cb-dotted", "off: 0"), largest);
  const side = html("div", { class: "cb-side" }, unit.node, example.node, html("div", { class: "cb-who-is" }, image, who), html("div", { class: "cb-scroll" }, table));
  return html(
    "div",
    {},
    html("div", { class: "cb-bar" }, data.node, show.node),
    html("div", { class: "cb-bar cb-step" }, step.node),
    html("div", { class: "cb-pair cb-matrix-first" }, html("div", {}, picture.node, legend), side),
  );
}
