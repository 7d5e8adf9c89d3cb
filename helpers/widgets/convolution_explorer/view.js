// The convolution explorer. All its numbers come from helpers.convolution, by way of recording.py and learning.py.
import { html } from "../kit/elements.js";
import { exported, mount } from "../kit/mount.js";
import { radios } from "../kit/controls.js";
import { gradientPage } from "./gradient.js";
import { learnPage } from "./learn.js";
import { settingsBar } from "./settings.js";
import { slidePage } from "./slide.js";
import { kernelStore, readAll, whereNow } from "./store.js";
import { transport } from "./transport.js";

const PACE = 450; // milliseconds for a place when it plays
const FEW = 16; // places; where there are more it goes faster

function render(context) {
  const view = mount(context, "Convolution explorer");
  const tape = readAll(view.get("recording"));
  const store = kernelStore(view, tape);
  const [slide, gradient, learn] = [slidePage(view, tape), gradientPage(view, tape), learnPage(view, tape)];
  const choice = radios({ legend: "Show", options: Object.entries(tape.views).map(([value, label]) => ({ value, label })), onChange: (value) => view.set({ view: value }) });
  const settings = settingsBar(view, tape);
  let painted; // the kernel whose numbers are painted
  const now = () => whereNow(view, tape, painted);
  const along = transport(view, {
    label: "place",
    now: () => now().i * now().count + now().j,
    last: () => now().count ** 2 - 1,
    go: (n) => view.set({ place: [Math.floor(n / now().count) + 1, (n % now().count) + 1] }),
    pace: () => (now().count ** 2 > FEW ? PACE / 2 : PACE),
    shown: () => view.get("view") !== "learn",
  });
  const computing = html("p", { class: "cb-computing", "aria-hidden": "true" }, exported() ? "not recorded" : "computing");
  const panels = html("div", { class: "cb-panels" }, slide.node, gradient.node, computing);
  const upper = html("div", {}, settings.node, gradient.bar, along.node, panels);
  view.root.append(html("div", { class: "cb-bar" }, choice.node), upper, learn.node);

  view.part(["view"], () => {
    const shown = view.get("view");
    choice.show(shown);
    upper.hidden = shown === "learn";
    learn.node.hidden = shown !== "learn";
    slide.node.hidden = shown !== "slide";
    gradient.node.hidden = gradient.bar.hidden = shown !== "gradient";
  });

  function draw() {
    if (view.get("view") === "learn") return;
    const found = store.find();
    const waited = panels.classList.contains("cb-waiting");
    painted = found ?? painted ?? tape.kernels.sobel_x;
    if (found && waited) view.warn(); // that no answer came does not matter any more
    panels.classList.toggle("cb-waiting", !found);
    settings.draw();
    along.draw(`row ${now().i + 1}, column ${now().j + 1}`);
    (view.get("view") === "slide" ? slide : gradient).draw(painted);
    if (found) return store.again();
    view.say(exported() ? tape.not_recorded : tape.waiting);
    store.request(draw);
  }

  view.part(["view", "image", "kernel", "stride", "padding", "place", "of", "entry", "pixel", "held"], draw);
  view.part(["view", "data", "step"], () => view.get("view") === "learn" && learn.draw());
  return view.start();
}

export default { render };
