// Buttons that go along: start, back, play, next, end; and a slider over all places.
import { html, write } from "../kit/elements.js";
import { button, slider } from "../kit/controls.js";

/** {node, draw(now, last, text)}: now() and go(n) count from 0 to last(); `pace()` is the milliseconds of a picture when it plays. */
export function transport(view, { label, now, last, go, pace, shown }) {
  let timer;
  const to = (n) => go(Math.max(0, Math.min(last(), n)));
  const first = button({ text: "Start", label: "To the start", onClick: () => to(0) });
  const back = button({ text: "◀ Back", label: "Step back", onClick: () => to(now() - 1) });
  const play = button({ text: "▶ Play", label: "Play", onClick: () => (timer ? stop() : start()) });
  const next = button({ text: "Next ▶", label: "Next step", onClick: () => to(now() + 1) });
  const end = button({ text: "End", label: "To the end", onClick: () => to(last()) });
  const jump = slider({ label, min: 0, max: 1, step: 1, onInput: to });
  play.classList.add("cb-play");

  function start() {
    if (now() >= last()) to(0);
    timer = setTimeout(tick, pace());
    showPlaying();
  }

  function tick() {
    timer = setTimeout(tick, pace());
    view.guard(() => to(now() + 1));
    if (now() >= last() || !shown()) stop();
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

  function draw(text) {
    first.disabled = back.disabled = now() === 0;
    next.disabled = end.disabled = now() === last();
    jump.input.max = last();
    jump.show(now(), text);
  }

  view.onClean(() => clearTimeout(timer));
  const node = html("div", { class: "cb-bar cb-steps" }, html("div", { class: "cb-buttons", role: "group", "aria-label": "Steps" }, first, back, play, next, end), jump.node);
  return { node, draw };
}
