// What slides over what: image, kernel, stride and padding; and the kernel's entries, to be edited.
import { attributes, html } from "../kit/elements.js";
import { radios, select } from "../kit/controls.js";
import { exported } from "../kit/mount.js";

/** {node, draw()}: a row of controls; `mine()` gives the own kernel that was shown last. */
export function settingsBar(view, tape) {
  const listed = (labels) => Object.entries(labels).map(([value, label]) => ({ value, label }));
  const numbered = (numbers) => numbers.map((n) => ({ value: n, label: String(n) }));
  let mine;
  const image = select({ label: "Image", options: listed(tape.image_labels), onChange: (value) => view.set({ image: value }) });
  const options = [...listed(tape.labels), { value: "own", label: tape.own }];
  const kernel = select({ label: "Kernel", options, onChange: (value) => view.set({ kernel: value === "own" ? mine : value }) });
  const stride = radios({ legend: "Stride", options: numbered(tape.strides), onChange: (value) => view.set({ stride: value }) });
  const padding = radios({ legend: "Padding", options: numbered(tape.paddings), onChange: (value) => view.set({ padding: value }) });
  const own = kernel.input.options[options.length - 1];

  function draw() {
    const now = view.get("kernel");
    if (typeof now !== "string") mine = now;
    own.disabled = !mine;
    image.show(view.get("image"));
    kernel.show(typeof now === "string" ? now : "own");
    stride.show(view.get("stride"));
    padding.show(view.get("padding"));
  }

  return { node: html("div", { class: "cb-bar cb-settings" }, image.node, kernel.node, stride.node, padding.node), draw };
}

/** {node, draw(entries)}: the kernel as fields, each a number; what is changed becomes an own kernel. */
export function entryFields(view, most) {
  const body = html("div", { class: "cb-entries" });
  const node = html("fieldset", { class: "cb-kernel" }, html("legend", {}, "Kernel K: change it"), body);
  const still = exported();
  const typing = new Set(); // fields with something that is not entered yet
  let fields = [];
  let now = []; // the entries with all their digits

  function lay(k) {
    if (fields.length === k * k) return;
    fields = Array.from({ length: k * k }, (_, n) => {
      const input = html("input", { type: "number", step: "any", min: -most, max: most, "aria-label": `K, row ${Math.floor(n / k) + 1}, column ${(n % k) + 1}` });
      input.addEventListener("input", () => typing.add(input));
      input.addEventListener("blur", () => typing.delete(input));
      input.addEventListener("change", change);
      if (still) attributes(input, { disabled: true, title: "Own entries need Python: open the notebook and run its cells." });
      return input;
    });
    body.style.setProperty("--cb-columns", k);
    body.replaceChildren(...fields);
  }

  function change() {
    const k = Math.sqrt(fields.length);
    const wrong = fields.filter((input) => !input.checkValidity() || Number.isNaN(input.valueAsNumber));
    for (const input of fields) attributes(input, { "aria-invalid": wrong.includes(input) && "true" });
    if (wrong.length) view.warn(`An entry is a number from −${most} to ${most}. The kernel is the one before.`);
    else {
      view.warn();
      const entries = fields.map((input, n) => (typing.has(input) ? input.valueAsNumber : now[n]));
      typing.clear();
      view.set({ kernel: Array.from({ length: k }, (_, u) => entries.slice(u * k, (u + 1) * k)) });
    }
  }

  /** Show entries, but for a field whose text says the same already, or in which somebody is typing. */
  function draw(entries) {
    lay(entries.length);
    if (fields.some((input) => input.hasAttribute("aria-invalid"))) view.warn();
    now = entries.flat();
    now.forEach((value, n) => {
      if (fields[n].valueAsNumber !== value && !typing.has(fields[n])) fields[n].value = Number(value.toPrecision(4));
      attributes(fields[n], { "aria-invalid": undefined });
    });
  }

  return { node, draw };
}
