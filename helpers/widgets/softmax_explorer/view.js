// The softmax explorer. All its numbers come from helpers.network and helpers.losses, by way of recording.py and temperatures.py.
import { html } from "../kit/elements.js";
import { readTable } from "../kit/numbers.js";
import { mount } from "../kit/mount.js";
import { viewChoice } from "../kit/controls.js";
import { gradientView } from "./gradient.js";
import { temperatureView } from "./temperature.js";

function render(context) {
  const view = mount(context, "Softmax explorer");
  const tape = readRecording(view.get("recording"));
  const views = {
    gradient: { label: "which gradients survive", node: gradientView(view, tape) },
    temperature: { label: "temperature and shift", node: temperatureView(view, tape) },
  };
  view.root.append(html("div", { class: "cb-bar" }, viewChoice(view, views)), ...Object.values(views).map(({ node }) => node));
  return view.start();
}

/** The recording with its tables read. */
function readRecording(recording) {
  const tables = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value?.bytes ? readTable(value) : value]));
  const all = (group) => Object.fromEntries(Object.entries(group).map(([name, values]) => [name, tables(values)]));
  return { ...recording, runs: all(recording.runs), samples: all(recording.samples) };
}

export default { render };
