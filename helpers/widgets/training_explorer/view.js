// The training explorer. Its numbers come from helpers.training and helpers.network, by way of recording.py.
import { html } from "../kit/elements.js";
import { mount } from "../kit/mount.js";
import { viewChoice } from "../kit/controls.js";
import { bowlView } from "./bowl.js";
import { networkPage } from "./network.js";

function render(context) {
  const view = mount(context, "Training explorer");
  const tape = view.get("recording");
  const network = networkPage(view, tape);
  const bowl = bowlView(view, tape.bowl);
  const choice = viewChoice(view, { network: { label: "the network", node: network.node }, bowl: { label: "a bowl", node: bowl } });
  view.root.append(html("div", { class: "cb-bar cb-head" }, choice, network.transport), network.node, bowl);
  view.part(["view"], () => {
    network.transport.hidden = view.get("view") !== "network";
  });
  return view.start();
}

export default { render };
