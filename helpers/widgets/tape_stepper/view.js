// The tape stepper. All its numbers come from helpers.autograd, by way of recording.py.
import { html, write } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { mount } from "../kit/mount.js";
import { button, radios, select, slider } from "../kit/controls.js";
import { graphView } from "./graph.js";
import { lastOf, lookUp, readTape, seedOf } from "./look.js";
import { panelView } from "./panel.js";
import { sentence } from "./says.js";

const PACE = 1100; // milliseconds for a step when it plays

function render(context) {
  const view = mount(context, "Tape stepper");
  const tape = readTape(view.get("recording"));
  const [graph, panel] = [graphView(view, tape), panelView(view, tape)];
  const bars = [orderBar(view, tape), stepBar(view, tape), inputBar(view, tape)];
  const expression = html("p", { class: "cb-expression", hidden: !tape.expression }, html("code", {}, tape.expression));
  view.root.append(bars[0].node, bars[1].node, bars[2].node, expression, graph.node, panel.node);
  view.part(["order", "step", "input", "value"], () => {
    const now = lookUp(view, tape);
    const said = sentence(now);
    for (const bar of bars) bar.draw(now);
    graph.draw(now, said);
    panel.draw(now);
    view.say(said);
  });
  return view.start();
}

/** In which order the nodes have their turns. Who is at the end stays there, to compare. */
function orderBar(view, tape) {
  const choose = (order) => {
    const [last, step] = [lastOf(tape, order), view.get("step")];
    view.set({ order, step: step === lastOf(tape, view.get("order")) ? last : Math.min(step, last) });
  };
  const choice = radios({ legend: "Turns", options: Object.entries(tape.orders).map(([value, label]) => ({ value, label })), onChange: choose });
  return { node: html("div", { class: "cb-bar" }, choice.node), draw: ({ order }) => choice.show(order) };
}

/** Back, play, next, and a slider over all steps. */
function stepBar(view, tape) {
  let timer;
  const last = () => lastOf(tape, view.get("order"));
  const go = (step) => view.set({ step: Math.max(0, Math.min(last(), step)) });
  const back = button({ text: "◀ Back", label: "Step back", onClick: () => go(view.get("step") - 1) });
  const play = button({ text: "▶ Play", label: "Play", onClick: () => (timer ? stop() : start()) });
  const next = button({ text: "Next ▶", label: "Next step", onClick: () => go(view.get("step") + 1) });
  const backward = button({ text: "Backward", label: "Where backward begins", onClick: () => go(seedOf(tape)) });
  const end = button({ text: "End", label: "To the last step", onClick: () => go(last()) });
  const jump = slider({ label: "step", min: 0, max: last(), step: 1, onInput: go });

  function start() {
    if (view.get("step") >= last()) go(0);
    timer = setTimeout(tick, PACE);
    showPlaying();
  }

  function tick() {
    timer = setTimeout(tick, PACE);
    view.guard(() => go(view.get("step") + 1));
    if (view.get("step") >= last()) stop();
  }

  function stop() {
    clearTimeout(timer);
    timer = undefined;
    showPlaying();
  }

  function showPlaying() {
    write(play, timer ? "❚❚ Pause" : "▶ Play");
    for (const name of ["aria-label", "title"]) play.setAttribute(name, timer ? "Pause" : "Play");
  }

  function draw({ step, last: end_, seed }) {
    back.disabled = step === 0;
    next.disabled = end.disabled = step === end_;
    backward.disabled = step === seed;
    jump.input.max = end_;
    jump.show(step, `${step} of ${end_}`);
  }

  view.onClean(() => clearTimeout(timer));
  return { node: html("div", { class: "cb-bar cb-steps" }, html("div", { class: "cb-buttons", role: "group", "aria-label": "Steps" }, back, play, next, backward, end), jump.node), draw };
}

/** Which input moves, and its value; the others stand where they were given. */
function inputBar(view, tape) {
  const names = tape.names.slice(0, tape.inputs);
  const which = select({ label: "Move input", options: names.map((name) => ({ value: name, label: name })), onChange: (input) => view.set({ input, value: tape.values[input][tape.middle] }) });
  const value = slider({ label: "its value", min: 0, max: tape.values[names[0]].length - 1, step: 1, onInput: (row) => view.set({ value: tape.values[view.get("input")][row] }) });
  const reset = button({ text: "Reset", label: "Back to the value that was given", onClick: () => view.set({ value: tape.values[view.get("input")][tape.middle] }) });
  const draw = ({ input, row, column }) => {
    which.show(input);
    value.show(row, `${input} = ${number(column[row])}`);
    reset.disabled = row === tape.middle;
  };
  return { node: html("div", { class: "cb-bar cb-move" }, which.node, value.node, reset), draw };
}

export default { render };
