// What is chosen above the charts: activations, view, rule, dials.
import { html } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { checks, radios, select } from "../kit/controls.js";
import { look, swatch } from "../kit/chart.js";

export function toolbar({ view, tape }) {
  const picks = checks({
    legend: "Activations",
    options: tape.order.map((name) => ({ value: name, label: tape.labels[name], mark: swatch(look(tape.looks.indexOf(name))) })),
    onChange: (activations) => view.set({ activations }),
  });
  const views = radios({
    legend: "Show",
    options: [{ value: "unit", label: "one unit" }, { value: "depth", label: "1 to 20 layers" }],
    onChange: (value) => view.set({ view: value }),
  });
  const rules = select({
    label: "Slope from a",
    options: [
      { value: "none", label: "not shown" },
      { value: "own", label: "each by its own rule" },
      ...Object.entries(tape.rule_labels).map(([name, text]) => ({ value: name, label: `${tape.labels[name]}’s rule ${text} for all` })),
    ],
    onChange: (rule) => view.set({ rule }),
  });
  const numbers = (values) => values.map((value) => ({ value, label: number(value) }));
  const zero = select({ label: "ReLU′(0)", options: numbers(tape.slopes_at_zero), onChange: (value) => view.set({ slope_at_zero: value }) });
  const leak = select({ label: "Leak", options: numbers(tape.leaks), onChange: (value) => view.set({ leak: value }) });
  view.part(["activations"], () => {
    const names = view.get("activations");
    picks.show(names);
    zero.node.hidden = !names.includes("relu");
    leak.node.hidden = !names.includes("leaky_relu");
  });
  view.part(["view"], () => {
    views.show(view.get("view"));
    rules.node.hidden = view.get("view") !== "unit";
  });
  view.part(["rule", "slope_at_zero", "leak"], () => {
    rules.show(view.get("rule"));
    zero.show(view.get("slope_at_zero"));
    leak.show(view.get("leak"));
  });
  return html("div", {}, html("div", { class: "cb-bar" }, picks.node), html("div", { class: "cb-bar" }, views.node, rules.node, zero.node, leak.node));
}
