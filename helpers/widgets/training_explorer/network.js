// The first view: the network at one step of one run.
import { html } from "../kit/elements.js";
import { readTable } from "../kit/numbers.js";
import { exported } from "../kit/mount.js";
import { dialBar } from "./dials.js";
import { fieldPanel } from "./field.js";
import { layerPanel } from "./layers.js";
import { lossPanel } from "./loss.js";
import { normsPanel } from "./norms.js";
import { answersPanel } from "./outputs.js";
import { DIALS, runStore } from "./runs.js";
import { transportBar } from "./transport.js";

/** {node, transport}: the view, and the buttons that stand in the head of the widget. */
export function networkPage(view, recording) {
  const tape = { ...recording, places: readTable(recording.places).data, X: readTable(recording.X), y: readTable(recording.y) };
  const store = runStore(view, tape);
  const toStep = (step) => view.set({ step });
  const dials = dialBar(view, tape);
  const transport = transportBar(view, tape);
  const loss = lossPanel(view, tape, toStep);
  const field = fieldPanel(tape);
  const answers = answersPanel(tape);
  const layers = [0, 1].map((l) => layerPanel(tape, l));
  const norms = normsPanel();
  const computing = html("p", { class: "cb-computing", "aria-hidden": "true" });
  const upper = html("div", { class: "cb-upper" }, loss.node, field.node, answers.node);
  const lower = html("div", { class: "cb-lower" }, layers.map(({ node }) => node), norms.node);
  const panels = html("div", { class: "cb-panels" }, upper, lower, computing);
  let shown; // the run that is painted

  function draw() {
    if (view.get("view") !== "network") return;
    const found = store.find();
    const k = tape.steps.indexOf(view.get("step"));
    dials.draw();
    transport.draw(k);
    shown = found ?? shown;
    if (found && panels.classList.contains("cb-waiting")) view.warn(); // that no answer came does not matter any more
    panels.classList.toggle("cb-waiting", !found);
    if (shown) paint(shown, k);
    view.say(found ? found.says[k] : missing());
    if (!found) store.request(draw);
    else if (!found.own) store.ahead();
  }

  function missing() {
    const which = `${dials.words()}, rate ${view.get("rate")}`;
    computing.textContent = exported() ? "not recorded" : "computing";
    if (exported()) return `Not recorded on this page: ${which}. This needs Python: open the notebook and run its cells.`;
    return `Computing: ${which}. What you see is still the run before.`;
  }

  function paint(run, k) {
    const now = run.at(k);
    const moons = Boolean(now.field);
    field.node.hidden = !moons;
    answers.node.hidden = moons;
    loss.draw(run, k, now);
    (moons ? field : answers).draw(now);
    for (const layer of layers) layer.draw(run, now);
    norms.draw(now);
  }

  view.part([...DIALS, "rate", "step", "view", "held"], () => {
    store.hold();
    draw();
  });
  return { node: html("div", { class: "cb-run" }, dials.node, transport.slider, panels), transport: transport.node };
}
