// The second view: gradient descent and heavy ball on a quadratic. Its numbers come from helpers.curvature, by way of bowl.py.
import { html } from "../kit/elements.js";

/** The node of the view; view.js hides it while another one is shown. `tape` is what `bowl_recording` of bowl.py returns. */
export function bowlView(view, tape) {
  const node = html("div", { hidden: true });
  view.part(["view"], () => {
    if (view.get("view") === "bowl") view.say("The bowl.");
  });
  return node;
}
