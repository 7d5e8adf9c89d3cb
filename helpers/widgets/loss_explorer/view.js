// The loss explorer. All its numbers come from helpers.losses, by way of recording.py.
import { html } from "../kit/elements.js";
import { readTable } from "../kit/numbers.js";
import { mount } from "../kit/mount.js";
import { radios } from "../kit/controls.js";
import { probabilityView } from "./probability.js";
import { logitsView } from "./logits.js";
import { numberView } from "./reading.js";

function render(context) {
  const view = mount(context, "Loss explorer");
  const tape = readRecording(view.get("recording"));
  const pages = { probability: probabilityView(view, tape), logits: logitsView(view, tape), number: numberView(view, tape) };
  const choice = radios({
    legend: "Show",
    options: [
      { value: "probability", label: "one probability" },
      { value: "logits", label: "logits and softmax" },
      { value: "number", label: "read a loss" },
    ],
    onChange: (value) => view.set({ view: value }),
  });
  view.root.append(html("div", { class: "cb-bar" }, choice.node), ...Object.values(pages));
  view.part(["view"], () => {
    choice.show(view.get("view"));
    for (const [name, page] of Object.entries(pages)) page.hidden = name !== view.get("view");
  });
  return view.start();
}

function readRecording(recording) {
  const read = (columns) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, readTable(values).data]));
  const labels = Object.fromEntries(Object.entries(recording.labels).map(([y, columns]) => [y, read(columns)]));
  return { ...recording, labels, p: readTable(recording.p).data, classes: readTable(recording.classes).data, uniform: readTable(recording.uniform).data };
}

export default { render };
