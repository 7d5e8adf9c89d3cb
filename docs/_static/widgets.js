// The widgets of a page, alive without a kernel. Each is an anywidget: an ES module whose `render({model, el})` draws into `el`.
//
// <div class="live-widget" data-module="live/….js" data-recording="live/….json" data-settings="{…}">picture</div>
//
// The picture stays until the widget is drawn, and where it cannot be.
const BASE = new URL(".", import.meta.url);
const NEAR = "1200px"; // a widget is fetched when the reader is about this far away from it

/** What an anywidget expects of its model: settings, and who wants to know when they change. Nothing is sent anywhere. */
class Model {
  #state;
  #listeners = new Map();

  constructor(state) {
    this.#state = state;
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    const changes = typeof name === "object" ? name : { [name]: value };
    const changed = Object.keys(changes).filter((key) => this.#state[key] !== changes[key]);
    Object.assign(this.#state, changes);
    for (const key of changed) this.#tell(`change:${key}`, changes[key]);
    if (changed.length) this.#tell("change");
  }

  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  off(event, listener) {
    this.#listeners.set(event, listener ? (this.#listeners.get(event) ?? []).filter((one) => one !== listener) : []);
  }

  save_changes() {}

  send() {
    throw new Error("There is no Python behind this page.");
  }

  #tell(event, value) {
    for (const listener of this.#listeners.get(event) ?? []) listener({ changed: this.#state }, value);
  }
}

/** What Python recorded; what was bytes there is a DataView here. */
async function recordingOf(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  const { state, buffers } = await answer.json();
  for (const { path, data } of buffers) {
    const last = path.pop();
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    path.reduce((inner, key) => inner[key], state)[last] = new DataView(bytes.buffer);
  }
  return state;
}

/** Put the widget in place of its picture. */
async function enliven(place) {
  const { module, recording, settings } = place.dataset;
  try {
    const [{ default: widget }, recorded] = await Promise.all([import(new URL(module, BASE)), recordingOf(new URL(recording, BASE))]);
    const model = new Model({ ...recorded, ...JSON.parse(settings) });
    const el = document.createElement("div");
    const { render, initialize } = typeof widget === "function" ? await widget() : widget;
    await initialize?.({ model });
    place.append(el);
    const before = place.getBoundingClientRect();
    await render({ model, el });
    place.still = place.querySelector(":scope > figure"); // for paper, see site.js
    place.still?.remove();
    if (before.bottom < 0 && !CSS.supports("overflow-anchor", "auto")) scrollBy(0, place.offsetHeight - before.height); // what is read stays where it is
    place.dataset.alive = "true";
  } catch (error) {
    place.dataset.alive = "false";
    console.error(`A widget cannot be drawn: ${error.message}`);
  }
}

/** Widgets learn from this mark that nobody answers their questions, as in a page that Jupyter exports. */
function sayThatThereIsNoKernel() {
  const mark = document.createElement("script");
  mark.type = "application/vnd.jupyter.widget-state+json";
  mark.textContent = "{}";
  document.head.append(mark);
}

const places = document.querySelectorAll(".live-widget");
if (places.length) {
  sayThatThereIsNoKernel();
  const watcher = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        watcher.unobserve(target);
        enliven(target);
      }
    },
    { rootMargin: NEAR },
  );
  places.forEach((place) => watcher.observe(place));
}
