// The training explorer. Its numbers come from helpers.training and helpers.network, by way of recording.py.
import { html } from "../kit/elements.js";
import { mount } from "../kit/mount.js";
import { radios } from "../kit/controls.js";
import { bowlView } from "./bowl.js";
import { networkPage } from "./network.js";

function render(context) {
  const view = mount(context, "Training explorer");
  const tape = view.get("recording");
  const network = networkPage(view, tape);
  const pages = { network: network.node, bowl: bowlView(view, tape.bowl) };
  const choice = radios({
    legend: "Show",
    options: [
      { value: "network", label: "the network" },
      { value: "bowl", label: "a bowl" },
    ],
    onChange: (value) => view.set({ view: value }),
  });
  view.root.append(html("div", { class: "cb-bar cb-head" }, choice.node, network.transport), ...Object.values(pages));
  view.part(["view"], () => {
    choice.show(view.get("view"));
    network.transport.hidden = view.get("view") !== "network";
    for (const [name, page] of Object.entries(pages)) page.hidden = name !== view.get("view");
  });
  return view.start();
}

export default { render };
