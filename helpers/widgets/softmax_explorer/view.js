// The softmax explorer. All its numbers come from helpers.network and helpers.losses, by way of recording.py and temperatures.py.
import { html } from "../kit/elements.js";
import { readTable } from "../kit/numbers.js";
import { mount } from "../kit/mount.js";
import { radios } from "../kit/controls.js";
import { gradientView } from "./gradient.js";
import { temperatureView } from "./temperature.js";

function render(context) {
  const view = mount(context, "Softmax explorer");
  const tape = readRecording(view.get("recording"));
  const pages = { gradient: gradientView(view, tape), temperature: temperatureView(view, tape) };
  const choice = radios({
    legend: "Show",
    options: [
      { value: "gradient", label: "which gradients survive" },
      { value: "temperature", label: "temperature and shift" },
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

/** The recording with its tables read. */
function readRecording(recording) {
  const tables = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value?.bytes ? readTable(value) : value]));
  const all = (group) => Object.fromEntries(Object.entries(group).map(([name, values]) => [name, tables(values)]));
  return { ...recording, runs: all(recording.runs), samples: all(recording.samples) };
}

export default { render };
