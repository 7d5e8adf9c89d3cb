// Steps and rates: back, a step, play, jump; the learning rate.
import { html, write } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { button, slider } from "../kit/controls.js";

const SLOW = 700; // milliseconds for a picture of the first ten steps
const FAST = 260;

/** {node, slider, draw(k)}: the buttons, and the two sliders; k counts the recorded steps. */
export function transportBar(view, tape) {
  const last = tape.steps.length - 1;
  const now = () => tape.steps.indexOf(view.get("step"));
  const go = (k) => view.set({ step: tape.steps[Math.max(0, Math.min(last, k))] });
  let timer;
  const first = button({ text: "Step 0", label: "Back to step 0", onClick: () => go(0) });
  const back = button({ text: "◀ Back", label: "Back one picture", onClick: () => go(now() - 1) });
  const next = button({ text: "Take a step ▶", label: "Take a step", onClick: () => go(now() + 1) });
  next.classList.add("cb-next");
  const play = button({ text: "▶ Play", label: "Play", onClick: () => (timer ? stop() : start()) });
  const home = button({ text: "The case", label: "Back to the settings of the case", onClick: () => view.set(tape.own) });
  const node = html("div", { class: "cb-buttons", role: "group", "aria-label": "Steps" }, home, first, back, next, play);
  const rate = slider({ label: "Learning rate η", min: 0, max: tape.rates.length - 1, step: 1, onInput: (r) => view.set({ rate: tape.rates[r] }) });
  const jump = slider({ label: "Step", min: 0, max: last, step: 1, onInput: go });
  rate.node.classList.add("cb-rate");
  jump.node.classList.add("cb-jump");

  function start() {
    if (now() === last) go(0);
    timer = setTimeout(tick, pause());
    showPlaying();
  }

  const pause = () => (view.get("step") < 10 ? SLOW : FAST);

  function tick() {
    timer = setTimeout(tick, pause());
    view.guard(() => go(now() + 1));
    if (now() === last || view.get("view") !== "network") stop();
  }

  function stop() {
    clearTimeout(timer);
    timer = undefined;
    showPlaying();
  }

  function showPlaying() {
    view.root.querySelector(".cb-spoken").setAttribute("aria-live", timer ? "off" : "polite"); // or each picture would be read aloud
    write(play, timer ? "❚❚ Pause" : "▶ Play");
    for (const name of ["aria-label", "title"]) play.setAttribute(name, timer ? "Pause" : "Play");
  }

  function draw(k) {
    const [step, following] = [tape.steps[k], tape.steps[Math.min(last, k + 1)]];
    const many = following - step;
    const words = many > 1 ? `Take ${many} steps` : "Take a step";
    write(next, `${words} ▶`);
    for (const name of ["aria-label", "title"]) next.setAttribute(name, words);
    first.disabled = back.disabled = k === 0;
    next.disabled = k === last;
    home.disabled = Object.entries(tape.own).every(([name, value]) => view.get(name) === value);
    rate.show(tape.rates.indexOf(view.get("rate")), number(view.get("rate")));
    jump.show(k, String(step));
  }

  view.onClean(() => clearTimeout(timer));
  return { node, slider: html("div", { class: "cb-sliders" }, rate.node, jump.node), draw };
}
