// The dials: what is trained. The learning rate, and the way back to the case, stand with the steps: see transport.js.
import { attributes, html } from "../kit/elements.js";
import { exported } from "../kit/mount.js";
import { select } from "../kit/controls.js";

const NAMES = { hidden: "Hidden units", start: "First weights", seed: "Seed", data: "Data", output: "Output and loss" };

/** {node, draw(), words()}: a row of drop-downs, and a box to tick. */
export function dialBar(view, tape) {
  const seeds = Array.from({ length: tape.seeds }, (_, seed) => [seed, String(seed)]);
  const choices = { hidden: tape.hidden, start: tape.start, seed: seeds, data: tape.data, output: tape.output };
  const still = exported();
  const selects = Object.entries(choices).map(([name, options]) => {
    const one = select({
      label: NAMES[name],
      options: options.map(([value, label]) => ({ value, label })),
      onChange: (value) => view.set({ [name]: value }),
    });
    one.node.classList.add("cb-dial", `cb-dial-${name}`);
    return { name, ...one };
  });
  const box = html("input", { type: "checkbox" });
  box.addEventListener("change", () => view.set({ wrong_slope: box.checked }));
  const slope = html("label", { class: "cb-chip" }, box, "slope 1 − A²");
  slope.title = "The slope of the case's comment, in place of the activation's own; for tanh it is the right one";
  const all = [...selects.map(({ input }) => input), box];
  const node = html("div", { class: "cb-dials", role: "group", "aria-label": "What is trained" }, selects.map((one) => one.node), slope);
  const label = (name) => choices[name].find(([value]) => value === view.get(name))[1];

  function draw() {
    for (const { name, show } of selects) show(view.get(name));
    box.checked = view.get("wrong_slope");
    if (still) for (const input of all) attributes(input, { disabled: true, title: "Other settings need Python: open the notebook and run its cells." });
  }

  const words = () => `${label("hidden")} units, ${label("start")} weights of seed ${view.get("seed")}, ${label("data")}, output ${label("output")}${box.checked ? ", slope 1 − A²" : ""}`;
  return { node, draw, words };
}
