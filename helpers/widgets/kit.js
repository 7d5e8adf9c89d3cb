// What all widgets share: elements, settings, controls, announcements, questions to Python, numbers. No formula of the subject.

const SVG = "http://www.w3.org/2000/svg";

// --- elements ----------------------------------------------------------------------------------------------------------

/** Set attributes; undefined, null and false remove one, true sets it empty. What stands there already is not set again: that would be styled anew. */
export function attributes(node, values) {
  for (const [name, value] of Object.entries(values)) {
    const wanted = value === undefined || value === null || value === false ? null : value === true ? "" : String(value);
    if (node.getAttribute(name) === wanted) continue;
    if (wanted === null) node.removeAttribute(name);
    else node.setAttribute(name, wanted);
  }
  return node;
}

/** Set a text, unless it stands there already: that would be laid out anew. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** An HTML element; children are nodes or texts. */
export function html(tag, values = {}, ...children) {
  const node = attributes(document.createElement(tag), values);
  node.append(...children.flat());
  return node;
}

/** An SVG element. */
export function svg(tag, values = {}, ...children) {
  const node = attributes(document.createElementNS(SVG, tag), values);
  node.append(...children.flat());
  return node;
}

let ids = 0;

/** An id that no other element of the page has, also when a widget is displayed twice. */
export function freshId(name = "part") {
  return `casebook-${name}-${Date.now().toString(36)}-${++ids}`;
}

export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// --- numbers that Python sent --------------------------------------------------------------------------------------------

/** A number with at most `digits` significant digits, as helpers.widgets.numerals writes it. */
export function number(value, digits = 4) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const rounded = Number(value.toPrecision(digits));
  if (rounded === 0) return "0";
  const size = Math.abs(rounded);
  const text = size >= 1e-4 && size < 1e7 ? String(rounded) : rounded.toExponential().replace("e+", "e");
  return text.replaceAll("-", "−");
}

/**
 * Nodes for a template such as "1 / (1 + e^{−{(z)}})": {z} becomes the number z, {(z)} the same in parentheses if it has a
 * minus sign, ^{…} is raised.
 */
export function formula(template, numbers, digits = 4) {
  const nodes = [];
  let end = 0;
  for (const found of template.matchAll(/\^\{((?:[^{}]|\{[^{}]*\})*)\}|\{(\(?)(\w+)\)?\}/g)) {
    nodes.push(template.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[1] !== undefined) nodes.push(html("sup", {}, ...formula(found[1], numbers, digits)));
    else {
      const text = number(numbers[found[3]], digits);
      nodes.push(found[2] && text.startsWith("−") ? `(${text})` : text);
    }
  }
  nodes.push(template.slice(end));
  return nodes.filter((node) => node !== "");
}

const ARRAYS = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint16: Uint16Array, uint8: Uint8Array };

/**
 * A `table` of helpers.widgets.base: {shape, data, at(i, j, …), row(i, j, …)}; at gives one number, row what the leading indices leave
 * over, without copying.
 */
export function readTable({ dtype, shape, bytes }) {
  const start = bytes.byteOffset ?? 0;
  const data = new ARRAYS[dtype]((bytes.buffer ?? bytes).slice(start, start + bytes.byteLength));
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const place = (index) => {
    let sum = 0;
    for (let axis = 0; axis < index.length; axis++) sum += index[axis] * strides[axis];
    return sum;
  };
  const at = (...index) => data[place(index)];
  const row = (...index) => data.subarray(place(index), place(index) + (strides[index.length - 1] ?? data.length));
  return { shape, data, at, row };
}

/** The index of the entry of increasing `values` that is nearest to `value`. */
export function nearest(values, value) {
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return Math.abs(values[high] - value) < Math.abs(values[low] - value) ? high : low;
}

// --- a view of a widget --------------------------------------------------------------------------------------------------

const SAVE_AFTER = 250; // milliseconds without a move, so that dragging costs the kernel nothing
const SAY_AFTER = 500;
const ANSWER_WITHIN = 10000;

/**
 * A view in `el`: a labelled group whose parts are drawn anew when a setting that they show has changed.
 *
 *   const view = mount(context, "Activation explorer");
 *   view.root.append(…);
 *   view.part(["z"], () => { … view.get("z") … view.say("z = 1.5 …") });
 *   return view.start();        // draws all parts, returns the clean-up
 */
export function mount({ model, el }, label) {
  const status = html("p", { class: "cb-status" });
  const spoken = html("p", { class: "cb-spoken", "aria-live": "polite", role: "status" });
  const notice = html("p", { class: "cb-notice", role: "alert", hidden: true });
  const root = html("div", { class: "casebook", role: "group", "aria-label": label }, notice);
  const parts = [];
  const undo = [];
  let saving, speaking;

  const get = (name) => model.get(name);
  const value = (name) => JSON.stringify(get(name)) ?? "";

  /** Set settings: drawn at once, in every view; sent to Python when the moves have paused. */
  function set(changes) {
    model.set(changes);
    clearTimeout(saving);
    saving = setTimeout(save, SAVE_AFTER);
  }

  function save() {
    clearTimeout(saving);
    saving = undefined;
    model.save_changes();
  }

  /** Call `draw` now that the view starts, and again whenever one of the settings `names` has changed. */
  function part(names, draw) {
    parts.push({ names, draw, seen: undefined, fault: undefined });
  }

  function update() {
    const faulty = parts.some((one) => one.fault);
    for (const one of parts) {
      const now = one.names.map(value).join("\n");
      if (now === one.seen) continue;
      one.seen = now;
      one.fault = guard(one.draw);
    }
    if (faulty && !parts.some((one) => one.fault)) warn();
  }

  /** Run `action`; what goes wrong is said in the widget, not thrown into the console, and returned. */
  function guard(action) {
    try {
      action();
    } catch (error) {
      warn(`This cannot be drawn: ${error.message}`);
      return error;
    }
  }

  /** Show a message above the widget, or none. */
  function warn(text) {
    notice.hidden = !text;
    write(notice, text ?? "");
  }

  /** Show the line that says what there is to see; it is read aloud once the moves have paused. */
  function say(text) {
    if (status.textContent === text) return;
    const first = status.textContent === "";
    status.textContent = text;
    clearTimeout(speaking);
    if (!first) speaking = setTimeout(() => (spoken.textContent = text), SAY_AFTER);
  }

  function listen(target, event, handler, options) {
    target.addEventListener(event, handler, options);
    undo.push(() => target.removeEventListener(event, handler, options));
  }

  /** Begin: the status line is put last, all parts are drawn. Returns the clean-up. */
  function start() {
    root.append(status, spoken);
    el.append(root);
    model.on("change", update);
    update();
    return clean;
  }

  function clean() {
    if (saving) save();
    clearTimeout(speaking);
    model.off("change", update);
    for (const action of undo.splice(0).reverse()) action();
    root.remove();
  }

  keepKeys(root);
  listen(root, "change", () => saving && save());
  const view = { model, root, get, set, save, part, guard, warn, say, listen, start, onClean: (action) => undo.push(action) };
  view.ask = asker(view);
  return view;
}

/** JupyterLab's command mode takes keys before a control sees them; shortcuts with Ctrl, Alt or Meta still reach it. */
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}

/** Whether this is a page exported without a kernel. */
export function exported() {
  return document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]') !== null;
}

/**
 * ask(question, use): have Python's `answer(question)` computed and call use(answer), tables already read.
 * While one question is under way only the newest of those that follow is kept; it is sent when the answer comes, before that is
 * used, so that Python computes while the browser draws.
 */
function asker(view) {
  const name = freshId("view");
  let count = 0;
  let pending; // {id, use, timer}
  let next; // {question, use}

  function send({ question, use }) {
    const id = `${name}-${++count}`;
    const timer = setTimeout(() => finish(() => view.warn("No answer from Python. This needs a running kernel: run the cell again.")), ANSWER_WITHIN);
    pending = { id, use, timer };
    view.model.send({ kind: "ask", id, question });
  }

  function finish(action) {
    clearTimeout(pending.timer);
    const waiting = next;
    pending = next = undefined;
    if (waiting) send(waiting);
    view.guard(action);
  }

  function received(message, buffers) {
    if (message?.kind !== "answer" || message.id !== pending?.id) return;
    const { use } = pending;
    finish(() => {
      view.warn(message.error);
      if (!message.error) use(withTables(message, buffers));
    });
  }

  view.model.on("msg:custom", received);
  view.onClean(() => {
    view.model.off("msg:custom", received);
    clearTimeout(pending?.timer);
  });

  return (question, use) => {
    if (exported()) view.warn("New numbers need Python: open the notebook and run its cells. What is recorded here goes on working.");
    else if (pending) next = { question, use };
    else send({ question, use });
  };
}

/** The tables of an answer lie one behind the other in one buffer. */
function withTables({ answer, tables }, [all]) {
  let end = 0;
  const read = tables.map((name) => {
    const { size, ...head } = answer[name];
    end += size;
    return [name, readTable({ ...head, bytes: new DataView(all.buffer, all.byteOffset + end - size, size) })];
  });
  return { ...answer, ...Object.fromEntries(read) };
}

// --- controls: native ones, labelled ---------------------------------------------------------------------------------------

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
