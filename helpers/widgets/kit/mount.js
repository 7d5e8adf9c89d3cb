// A view of a widget: settings, parts that are drawn anew, announcements, keys, questions to Python, the end.
import { freshId, html, write } from "./elements.js";
import { inOrder, readTable } from "./numbers.js";

const SAVE_AFTER = 250; // milliseconds without a move, so that dragging costs the kernel nothing
const SAY_AFTER = 500;
const ANSWER_WITHIN = 10000;
const NO_ANSWER = "No answer from Python. This needs a running kernel: run the cell again.";

const moves = new WeakMap(); // for each model, the settings that were moved here and not yet sent to Python
let shared;

/** The style sheet of all views: parsed once. STYLE is put in front of the joined module by scripts.py. */
function sheet() {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(STYLE);
  }
  return shared;
}

/**
 * A view in `el`: a labelled group whose parts are drawn anew when a setting that they show has changed.
 *
 *   const view = mount(context, "Activation explorer");
 *   view.root.append(…);
 *   view.part(["z"], () => { … view.get("z") … view.say("z = 1.5 …") });
 *   return view.start();        // draws all parts, returns the clean-up
 *
 * It stands in a shadow root: the page has thousands of rules, and to look each of them up for hundreds of edges would take longer
 * than a frame has. What the page may say are the colours, see host.css.
 */
export function mount({ model, el }, label) {
  const status = html("p", { class: "cb-status" });
  const spoken = html("p", { class: "cb-spoken", "aria-live": "polite", role: "status" });
  const notice = html("p", { class: "cb-notice", role: "alert", hidden: true });
  const root = html("div", { class: "casebook", role: "group", "aria-label": label }, notice);
  const host = html("div", { class: "casebook-host" });
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet()];
  shadow.append(root);
  const parts = [];
  const undo = [];
  let saving, speaking;

  const get = (name) => (name === "recording" ? inOrder(model.get(name)) : model.get(name));
  const value = (name) => JSON.stringify(get(name)) ?? "";
  const moved = () => moves.get(model) ?? {};

  /** Set settings: drawn at once, in every view; sent to Python when the moves have paused. */
  function set(changes) {
    moves.set(model, { ...moved(), ...changes });
    model.set(changes);
    clearTimeout(saving);
    saving = setTimeout(save, SAVE_AFTER);
  }

  function save() {
    clearTimeout(saving);
    saving = undefined;
    moves.delete(model);
    model.save_changes();
  }

  /** Call `draw` now that the view starts, and again whenever one of the settings `names` has changed. */
  function part(names, draw) {
    parts.push({ names, draw, seen: undefined, fault: undefined });
  }

  function update() {
    if (Object.entries(moved()).some(([name, own]) => value(name) !== (JSON.stringify(own) ?? ""))) {
      model.set(moved()); // the kernel's late echo of a move before does not undo the newest; this calls update again
      return;
    }
    const faulty = cannotDraw();
    for (const one of parts) {
      const now = one.names.map(value).join("\n");
      if (now === one.seen) continue;
      one.seen = now;
      one.fault = guard(one.draw);
    }
    if (faulty && !cannotDraw()) warn();
  }

  const cannotDraw = () => parts.some((one) => one.fault);

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
    el.append(host);
    model.on("change", update);
    update();
    undo.push(tabStops(root));
    return clean;
  }

  function clean() {
    if (saving) save();
    clearTimeout(speaking);
    model.off("change", update);
    for (const action of undo.splice(0).reverse()) action();
    host.remove();
  }

  keepKeys(root);
  listen(root, "change", () => saving && save());
  const view = { model, root, get, set, save, part, guard, warn, cannotDraw, say, listen, start, onClean: (action) => undo.push(action) };
  view.ask = asker(view);
  return view;
}

/** JupyterLab's command mode takes keys before a control sees them; shortcuts with Ctrl, Alt or Meta still reach it. */
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}

/** A box is a stop of the tab key while it scrolls, and none where all is seen; one that has its place there keeps it. Returns the end. */
function tabStops(root) {
  const boxes = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of root.querySelectorAll(":is(.cb-scroll, .cb-wide):not([tabindex])")) boxes.observe(box);
  return () => boxes.disconnect();
}

/** Whether this is a page exported without a kernel. */
export function exported() {
  return document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]') !== null;
}

/**
 * ask(question, use, {quiet}): have Python's `answer(question)` computed and call use(answer), tables already read. What is asked
 * ahead, before anybody needs it, is `quiet`: nothing is said where no answer comes.
 * While one question is under way only the newest of those that follow is kept; it is sent when the answer comes, before that is
 * used, so that Python computes while the browser draws.
 */
function asker(view) {
  const name = freshId("view");
  let count = 0;
  let pending; // {id, use, timer}
  let next; // {question, use, quiet}

  function send({ question, use, quiet }) {
    const id = `${name}-${++count}`;
    const fail = () => finish(() => quiet || view.warn(NO_ANSWER));
    pending = { id, use, timer: setTimeout(fail, ANSWER_WITHIN) };
    try {
      view.model.send({ kind: "ask", id, question });
    } catch {
      fail(); // the kernel is gone
    }
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
      if (message.error || !view.cannotDraw()) view.warn(message.error); // what cannot be drawn is no better for an answer
      if (!message.error) use(withTables(message, buffers));
    });
  }

  view.model.on("msg:custom", received);
  view.onClean(() => {
    view.model.off("msg:custom", received);
    clearTimeout(pending?.timer);
  });

  return (question, use, { quiet = false } = {}) => {
    if (exported()) view.warn("New numbers need Python: open the notebook and run its cells. What is recorded here goes on working.");
    else if (pending) next = { question, use, quiet };
    else send({ question, use, quiet });
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
