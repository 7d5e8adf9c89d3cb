// Controls: native ones, labelled; and dragging.
import { attributes, freshId, html } from "./elements.js";

/** {node, input, show(value, text)}: a slider from `min` to `max`; `text` is what stands and is read beside it. */
export function slider({ label, min, max, step, onInput }) {
  const id = freshId("slider");
  const input = html("input", { type: "range", id, min, max, step });
  const output = html("output", { for: id, class: "cb-value" });
  const node = html("div", { class: "cb-slider" }, html("label", { for: id }, label), input, output);
  input.addEventListener("input", () => onInput(input.valueAsNumber));
  const show = (value, text) => {
    if (input.valueAsNumber !== value) input.value = value;
    if (output.textContent === text) return;
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  return { node, input, show };
}

/** {node, input, show(value)}: a drop-down of [{value, label}]. */
export function select({ label, options, onChange }) {
  const id = freshId("select");
  const items = options.map((option) => html("option", { value: String(option.value) }, option.label));
  const input = html("select", { id }, items);
  const node = html("div", { class: "cb-select" }, html("label", { for: id }, label), input);
  input.addEventListener("change", () => onChange(options[input.selectedIndex].value));
  return { node, input, show: (value) => (input.value = String(value)) };
}

/** {node, inputs, show(values)}: tick boxes for [{value, label, mark}]; at least one stays ticked. */
export function checks({ legend, options, onChange }) {
  const inputs = options.map(() => html("input", { type: "checkbox" }));
  const items = options.map((option, i) => html("label", { class: "cb-chip" }, inputs[i], option.mark ?? [], option.label));
  const chosen = () => options.filter((_, i) => inputs[i].checked).map((option) => option.value);
  inputs.forEach((input, i) => {
    attributes(input, { value: options[i].value });
    input.addEventListener("change", () => {
      if (!chosen().length) input.checked = true;
      else onChange(chosen());
    });
  });
  const node = html("fieldset", { class: "cb-group" }, html("legend", {}, legend), items);
  const show = (values) =>
    options.forEach((option, i) => {
      inputs[i].checked = values.includes(option.value);
      inputs[i].title = inputs[i].checked && values.length === 1 ? "at least one stays chosen" : "";
    });
  return { node, inputs, show };
}

/** {node, inputs, show(value)}: one of [{value, label}]. */
export function radios({ legend, options, onChange }) {
  const name = freshId("radios");
  const inputs = options.map((option) => html("input", { type: "radio", name, value: option.value }));
  const items = options.map((option, i) => html("label", { class: "cb-chip" }, inputs[i], option.label));
  inputs.forEach((input, i) => input.addEventListener("change", () => input.checked && onChange(options[i].value)));
  const node = html("fieldset", { class: "cb-group cb-radios" }, html("legend", {}, legend), items);
  return { node, inputs, show: (value) => options.forEach((option, i) => (inputs[i].checked = option.value === value)) };
}

/** The radios that choose among the views of a widget, {name: {label, node}}, by its trait `view`; the nodes of the others are hidden. */
export function viewChoice(view, views) {
  const options = Object.entries(views).map(([value, { label }]) => ({ value, label }));
  const choice = radios({ legend: "Show", options, onChange: (value) => view.set({ view: value }) });
  view.part(["view"], () => {
    choice.show(view.get("view"));
    for (const [name, { node }] of Object.entries(views)) node.hidden = name !== view.get("view");
  });
  return choice.node;
}

/** A button; `label` is what it is called where `text` is a sign. */
export function button({ text, label, onClick }) {
  const node = html("button", { type: "button", "aria-label": label, title: label }, text);
  node.addEventListener("click", onClick);
  return node;
}

/**
 * Drag with mouse, pen or finger: move(event) is called when the pointer goes down and at each move until it goes up.
 * The page can still be scrolled the other way (`scroll`: "pan-y", "pan-x" or "none").
 */
export function drag(view, node, { move, end = () => {}, when = () => true, scroll = "pan-y" }) {
  node.style.touchAction = scroll;
  let active;
  view.listen(node, "pointerdown", (event) => {
    if (event.button !== 0 || active !== undefined || !when(event)) return;
    active = event.pointerId;
    node.setPointerCapture(active);
    event.preventDefault();
    view.guard(() => move(event));
  });
  view.listen(node, "pointermove", (event) => event.pointerId === active && view.guard(() => move(event)));
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    view.listen(node, name, (event) => {
      if (event.pointerId !== active) return;
      active = undefined;
      view.save();
      end(event);
    });
  }
}
