// The activation explorer. All its numbers come from helpers.activations, by way of recording.py.
import { readTable } from "../kit/numbers.js";
import { mount } from "../kit/mount.js";
import { look } from "../kit/chart.js";
import { toolbar } from "./toolbar.js";
import { unitView } from "./unit.js";
import { depthView } from "./depth.js";

function render(context) {
  const view = mount(context, "Activation explorer");
  const tape = readRecording(view.get("recording"));
  const shared = { view, tape, chosen: () => chosen(view, tape) };
  const unit = unitView(shared);
  const depth = depthView(shared);
  view.root.append(toolbar(shared), unit, depth);
  view.part(["view"], () => {
    unit.hidden = view.get("view") !== "unit";
    depth.hidden = !unit.hidden;
  });
  return view.start();
}

function readRecording(recording) {
  const { depth } = recording;
  const index = Object.fromEntries(Object.entries(depth.index).map(([name, tables]) => [name, tables.map(readTable)]));
  const tables = { starts: readTable(depth.starts), weights: readTable(depth.weights).data, factors: readTable(depth.factors), products: readTable(depth.products), verdict: readTable(depth.verdict) };
  return { ...recording, z: readTable(recording.z).data, columns: readTable(recording.columns), depth: { ...depth, ...tables, index } };
}

/** The activations that are shown: name, label, look, and which position their dial has. */
function chosen(view, tape) {
  const dials = { relu: tape.slopes_at_zero.indexOf(view.get("slope_at_zero")), leaky_relu: tape.leaks.indexOf(view.get("leak")) };
  return view.get("activations").map((name) => {
    const dial = dials[name] ?? 0;
    return { name, label: tape.labels[name], style: look(tape.looks.indexOf(name)), dial, curve: tape.curves[name][dial] };
  });
}

export default { render };
