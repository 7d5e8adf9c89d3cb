// The loss explorer. All its numbers come from helpers.losses, by way of recording.py.
import { html } from "../kit/elements.js";
import { readTable } from "../kit/numbers.js";
import { mount } from "../kit/mount.js";
import { viewChoice } from "../kit/controls.js";
import { probabilityView } from "./probability.js";
import { logitsView } from "./logits.js";
import { numberView } from "./reading.js";

function render(context) {
  const view = mount(context, "Loss explorer");
  const tape = readRecording(view.get("recording"));
  const views = {
    probability: { label: "one probability", node: probabilityView(view, tape) },
    logits: { label: "logits and softmax", node: logitsView(view, tape) },
    number: { label: "read a loss", node: numberView(view, tape) },
  };
  view.root.append(html("div", { class: "cb-bar" }, viewChoice(view, views)), ...Object.values(views).map(({ node }) => node));
  return view.start();
}

function readRecording(recording) {
  const read = (columns) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, readTable(values).data]));
  const labels = Object.fromEntries(Object.entries(recording.labels).map(([y, columns]) => [y, read(columns)]));
  return { ...recording, labels, p: readTable(recording.p).data, classes: readTable(recording.classes).data, uniform: readTable(recording.uniform).data };
}

export default { render };
