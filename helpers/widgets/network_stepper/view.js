// The network stepper. Its numbers come from helpers.network, helpers.paths and helpers.gradcheck, by way of recording.py.
import { freshId, html, write } from "../kit/elements.js";
import { lowered, number, readTable } from "../kit/numbers.js";
import { exported, mount } from "../kit/mount.js";
import { button, radios, select, slider } from "../kit/controls.js";
import { networkView } from "./network.js";
import { parseEntry, readRun } from "./numbers.js";
import { stepPanel } from "./panel.js";
import { pathsOf, pathsPanel } from "./paths.js";

const SHOWN = ["step", "example", "hidden", "selected", "batch"];

function render(context) {
  const view = mount(context, "Network stepper");
  const tape = readTape(view.get("recording"));
  let fresh; // {hidden, example, run}: what Python answered for another input
  const look = () => lookUp(view, tape, fresh);
  const choose = (selected) => view.set({ selected });
  const shared = { view, tape, look, choose };
  const network = networkView(shared);
  const panel = stepPanel(shared);
  const paths = pathsPanel({ tape, point: (n) => emphasise(n), close: () => choose("") });
  const learner = html("p", { class: "cb-learner", hidden: !tape.learner });
  let listed = [];
  let told = "";

  function emphasise(n) {
    const { entry } = look();
    network.paint(listed, entry, n);
  }

  function draw() {
    const now = look();
    listed = now.entry ? pathsOf(now, now.entry) : [];
    network.draw(now);
    network.paint(listed, now.entry);
    panel.draw(now);
    paths.draw(now, listed);
    bars.forEach((bar) => bar.draw(now));
    learner.textContent = now.run.check?.summary ?? "";
    learner.classList.toggle("cb-wrong", Boolean(now.run.check?.first || now.run.check?.message));
    if (told !== now.run.message) view.warn(now.run.message); // what else is said there stays
    told = now.run.message;
    view.say(words(tape, now));
  }

  const inputs = inputBar(shared);
  const bars = [playBar(shared), stepBar(shared), inputs, entryBar(shared)];

  function ask() {
    const question = { hidden: view.get("hidden"), example: view.get("example"), x: view.get("x") };
    view.ask(question, (answer) => {
      if (!view.get("x").length) return;
      fresh = { ...question, run: readRun(answer) };
      draw();
    });
  }

  const right = html("div", { class: "cb-panel" }, panel.node, paths.node);
  const below = html("div", { class: "cb-bar" }, inputs.node, bars[3].node);
  view.root.append(bars[0].node, bars[1].node, learner, html("div", { class: "cb-stepper" }, network.node, right), below, network.readout);
  view.part(SHOWN, draw);
  view.part(["x", "example", "hidden"], () => {
    const asked = view.get("x").length > 0;
    if (asked) ask(); // until the answer comes, what stands there stays
    if (asked && exported()) view.set({ x: [] }); // the slider goes back
    if (!asked && fresh) {
      fresh = undefined;
      draw();
    }
    inputs.draw(look());
  });
  return view.start();
}

function readTape(recording) {
  const runs = Object.fromEntries(Object.entries(recording.runs).map(([hidden, run]) => [hidden, readRun(run)]));
  const p = Object.fromEntries(Object.entries(recording.p).map(([name, sent]) => [name, readTable(sent)]));
  return { ...recording, runs, p, y: readTable(recording.y) };
}

/** Everything that the parts draw from, for the settings as they are now. */
function lookUp(view, tape, fresh) {
  const [hidden, example] = [view.get("hidden"), view.get("example") - 1]; // the column, from 0
  const answered = view.get("x").length && fresh?.hidden === hidden && fresh.example === example + 1;
  const run = answered ? fresh.run : tape.runs[hidden];
  const position = run.steps.findIndex(({ name }) => name === view.get("step"));
  return { tape, run, example, position, step: run.steps[position], entry: parseEntry(view.get("selected"), tape.sizes) };
}

/** The line under the picture, as `describe` of widget.py says it. */
function words(tape, { run, example, position, step, entry }) {
  if (run.message) return `Step ${position + 1} of ${run.steps.length}: ${step.name} has no numbers. ${run.message}`;
  const says = run.says[position][example];
  if (!entry) return says;
  const { name, kind, l, j, k } = entry;
  const count = tape.sizes.slice(l + 1).reduce((product, n) => product * n, 1);
  const text = `${says} ${name}: ${count} ${count === 1 ? "path" : "paths"}, ${run[`alive${l}`].at(example, j, k)} alive, adding up to ${number(run[`sum${l}`].at(example, j, k))}`;
  if (tape.m === 1) return `${text} = d${name}.`;
  const whole = kind === "W" ? run[`dW${l}`].at(j, k) : run[`db${l}`].at(j, 0);
  return `${text} for example ${example + 1}; mean over the ${tape.m} examples: d${name} = ${number(whole)}.`;
}

// --- controls ------------------------------------------------------------------------------------------------------------------

/** Back, play, next, speed; example, hidden activation, and whether the table shows the whole batch. */
function playBar({ view, tape, look }) {
  let timer;
  const go = (by) => {
    const { run, position } = look();
    const next = run.steps[position + by];
    if (next) view.set({ step: next.name });
    return Boolean(run.steps[position + by * 2]);
  };
  const back = button({ text: "◀ Back", label: "Step back", onClick: () => go(-1) });
  const play = button({ text: "▶ Play", label: "Play", onClick: () => (timer ? stop() : start()) });
  const next = button({ text: "Next ▶", label: "Next step", onClick: () => go(1) });
  const speed = select({
    label: "Speed",
    options: tape.speeds.map((value) => ({ value, label: `${number(value)} / s` })),
    onChange: (value) => view.set({ speed: value }),
  });

  function start() {
    const { run, position } = look();
    if (position === run.steps.length - 1) view.set({ step: run.steps[0].name });
    const tick = () => {
      timer = setTimeout(tick, 1000 / view.get("speed"));
      view.guard(() => go(1) || stop());
    };
    timer = setTimeout(tick, 1000 / view.get("speed"));
    showPlaying();
  }

  function stop() {
    clearTimeout(timer);
    timer = undefined;
    showPlaying();
  }

  function showPlaying() {
    play.textContent = timer ? "❚❚ Pause" : "▶ Play";
    for (const name of ["aria-label", "title"]) play.setAttribute(name, timer ? "Pause" : "Play");
  }

  view.onClean(stop);
  const example = select({
    label: "Example",
    options: Array.from({ length: tape.shown }, (_, i) => ({ value: i + 1, label: `${i + 1} (y = ${Array.from({ length: tape.y.shape[0] }, (_, j) => number(tape.y.at(j, i), 3)).join(", ")})` })),
    onChange: (value) => view.set({ example: value, x: [] }),
  });
  const hidden = radios({ legend: "Hidden", options: tape.hidden.map((value) => ({ value, label: tape.labels[value] })), onChange: (value) => view.set({ hidden: value }) });
  example.node.hidden = tape.shown === 1;
  const batch = html("input", { type: "checkbox" });
  batch.addEventListener("change", () => view.set({ batch: batch.checked }));
  const whole = html("label", { class: "cb-chip", hidden: tape.m === 1 }, batch, "whole batch");
  view.part(["speed"], () => speed.show(view.get("speed")));
  const node = html("div", { class: "cb-bar" }, html("div", { class: "cb-buttons" }, back, play, next), speed.node, example.node, hidden.node, whole);
  const draw = ({ run, position }) => {
    back.disabled = position === 0;
    next.disabled = position === run.steps.length - 1;
    example.show(view.get("example"));
    hidden.show(view.get("hidden"));
    batch.checked = view.get("batch");
  };
  return { node, draw };
}

/** All steps in a row: forward, then back; those that a learner's code gets wrong carry a cross. */
function stepBar({ view, tape }) {
  const { steps } = tape.runs[tape.hidden[0]];
  const options = steps.map(({ name, keys }) => ({ value: name, label: keys.length > 1 ? keys.join(", ") : name }));
  const choice = radios({ legend: "Step", options, onChange: (step) => view.set({ step }) });
  choice.node.classList.add("cb-steps");
  const marks = choice.inputs.map((input) => {
    const mark = html("span", { class: "cb-step-mark" });
    input.after(mark);
    return mark;
  });
  const draw = ({ run }) => {
    choice.show(view.get("step"));
    const wrong = run.check?.steps ?? {};
    steps.forEach(({ name }, i) => {
      write(marks[i], wrong[name]?.wrong ? "✗" : "");
      marks[i].parentNode.classList.toggle("cb-first-wrong", run.check?.first === name);
    });
  };
  return { node: html("div", { class: "cb-bar cb-step-bar" }, choice.node), draw };
}

/** Sliders of the first two inputs; what they ask for is computed by Python. */
function inputBar({ view, tape, look }) {
  const current = () => Array.from({ length: tape.sizes[0] }, (_, k) => view.get("x")[k] ?? look().run.A0.at(k, look().example));
  const sliders = Array.from({ length: Math.min(2, tape.sizes[0]) }, (_, k) =>
    slider({ label: `x${lowered(k + 1)}`, min: -tape.reach, max: tape.reach, step: 0.1, onInput: (value) => view.set({ x: current().map((old, i) => (i === k ? value : old)) }) }),
  );
  const reset = button({ text: "Reset x", onClick: () => view.set({ x: [] }) });
  const draw = () => {
    current().slice(0, 2).forEach((value, k) => sliders[k].show(Number.isFinite(value) ? value : 0, number(value, 3)));
    reset.disabled = view.get("x").length === 0;
  };
  return { node: html("div", { class: "cb-inputs" }, sliders.map(({ node }) => node), reset), draw };
}

/** Choose a weight or a bias by name: layer, row, column. */
function entryBar({ view, tape, choose }) {
  const last = tape.sizes.length - 1;
  const names = Array.from({ length: last }, (_, i) => [`W${i + 1}`, `b${i + 1}`]).flat();
  const which = select({ label: "Paths of", options: [{ value: "", label: "none" }, ...names.map((name) => ({ value: name, label: name }))], onChange: (name) => change(name, 0, 0) });
  const [row, column] = ["row", "column"].map((name) => {
    const id = freshId(name);
    const input = html("select", { id });
    const label = html("label", { for: id });
    input.addEventListener("change", () => change(which.input.value, row.input.selectedIndex, column.input.selectedIndex));
    return { input, label, node: html("div", { class: "cb-select" }, label, input) };
  });

  function change(name, j, k) {
    if (!name) choose("");
    else choose(name[0] === "W" ? `${name}[${j}, ${k}]` : `${name}[${j}]`);
  }

  function fill(input, size, chosen) {
    if (input.options.length !== size) input.replaceChildren(...Array.from({ length: size }, (_, i) => html("option", { value: i }, `${i + 1}`)));
    input.selectedIndex = chosen;
  }

  const draw = ({ entry }) => {
    which.show(entry ? `${entry.kind}${entry.l}` : "");
    row.node.hidden = !entry;
    column.node.hidden = entry?.kind !== "W";
    if (!entry) return;
    write(row.label, entry.kind === "W" ? "to unit" : "of unit");
    write(column.label, entry.l === 1 ? "from input" : "from unit");
    fill(row.input, tape.sizes[entry.l], entry.j);
    if (entry.kind === "W") fill(column.input, tape.sizes[entry.l - 1], entry.k);
  };
  return { node: html("div", { class: "cb-entry" }, which.node, row.node, column.node), draw };
}

export default { render };
