// The gradient check explorer. All its numbers come from helpers, by way of recording.py.
import { html } from "../kit/elements.js";
import { readTable } from "../kit/numbers.js";
import { mount } from "../kit/mount.js";
import { viewChoice } from "../kit/controls.js";
import { stepView } from "./step.js";
import { kinkView } from "./kink.js";

function render(context) {
  const view = mount(context, "Gradient check explorer");
  const tape = readRecording(view.get("recording"));
  const step = stepView(view, tape);
  const kink = kinkView(view, tape);
  const choice = viewChoice(view, { step: { label: "the step size", node: step }, kink: { label: "a kink", node: kink } });
  view.root.append(html("div", { class: "cb-bar" }, choice), step, kink);
  return view.start();
}

function readRecording(recording) {
  const all = (tables) => Object.fromEntries(Object.entries(tables).map(([name, values]) => [name, readTable(values)]));
  const curves = Object.entries(recording.curves).map(([name, list]) => [name, list.map((one) => ({ ...one, columns: readTable(one.columns), errors: readTable(one.errors) }))]);
  const kinks = Object.entries(recording.kinks).map(([name, list]) => [name, list.map(all)]);
  const read = (name) => readTable(recording[name]).data;
  return {
    ...recording, curves: Object.fromEntries(curves), kinks: Object.fromEntries(kinks), shapes: all(recording.shapes),
    exponents: read("exponents"), steps: read("steps"), grid: read("grid"), shares: read("shares"),
  };
}

export default { render };
