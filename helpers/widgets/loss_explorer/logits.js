// Logits, softmax, cross-entropy and the gradient p − y.
import { attributes, freshId, html, svg } from "../kit/elements.js";
import { lowered, number } from "../kit/numbers.js";
import { exported } from "../kit/mount.js";
import { button, select, slider } from "../kit/controls.js";
import { NEEDS_PYTHON, answers } from "./answers.js";

export function logitsView(view, tape) {
  const [low, high] = tape.logit_range;
  const digits = (value) => Number(value.toFixed(1));
  const asked = answers(view, tape);
  const still = exported();
  const group = freshId("true");
  const logits = () => view.get("logits");
  const truth = () => Math.min(view.get("true_class"), logits().length) - 1;
  const move = (change) => view.set({ logits: logits().map((z, k) => digits(Math.max(low, Math.min(high, change(z, k))))) });
  const counts = Array.from({ length: tape.most_logits - 1 }, (_, i) => ({ value: i + 2, label: String(i + 2) }));
  const count = select({ label: "Classes", options: counts, onChange: resize });
  const own = { value: -1, label: "your own" };
  const presets = select({ label: "Example", options: [own, ...tape.logits.map(({ label }, i) => ({ value: i, label }))], onChange: usePreset });
  const tools = [
    button({ text: "All equal", onClick: () => move(() => 0) }),
    button({ text: "Add 1 to all", onClick: () => move((z) => z + 1) }),
    button({ text: "Subtract 1", label: "Subtract 1 from all", onClick: () => move((z) => z - 1) }),
    button({ text: "Double all", onClick: () => move((z) => 2 * z) }),
  ];
  const rows = Array.from({ length: tape.most_logits }, (_, k) => logitRow(k));
  const heads = ["true class", "logit z", "p = softmax(z)", "", "gradient p − y", ""];
  const head = html("tr", {}, heads.map((text, i) => html(text ? "th" : "td", { scope: text ? "col" : undefined, class: i > 2 && !text ? "cb-narrow" : undefined }, text)));
  const table = html("table", { class: "cb-numbers cb-logits cb-stacked" }, html("thead", {}, head), html("tbody", {}, rows.map(({ node }) => node)));
  const sum = html("p", { class: "cb-sum" });
  const note = html("p", { class: "cb-note", hidden: !still }, `Moving a logit ${NEEDS_PYTHON} The examples are recorded.`);
  const shown = () => view.get("view") === "logits";
  if (still) for (const input of [count.input, ...tools, ...rows.flatMap(({ z, radio }) => [z.input, radio])]) input.disabled = true;

  function logitRow(k) {
    const z = slider({ label: `z${lowered(k + 1)}`, min: low, max: high, step: tape.logit_step, onInput: (value) => move((old, i) => (i === k ? value : old)) });
    const radio = html("input", { type: "radio", name: group, value: k });
    radio.addEventListener("change", () => view.set({ true_class: k + 1 }));
    const fill = (kind) => svg("rect", { y: 2, height: 16, class: `cb-fill cb-${kind}`, "data-name": k });
    const bars = { p: fill("p"), gradient: fill("gradient") };
    const track = (kind, ...more) => svg("svg", { viewBox: "0 0 200 20", preserveAspectRatio: "none", class: "cb-track", "aria-hidden": "true" }, ...more, bars[kind]);
    const texts = { p: html("b"), gradient: html("b") };
    const middle = svg("line", { x1: 100, x2: 100, y1: 0, y2: 20, class: "cb-zero-line" });
    const cells = [
      html("th", { scope: "row" }, html("label", { class: "cb-chip" }, radio, `class ${k + 1}`)),
      html("td", {}, z.node),
      html("td", {}, track("p")),
      html("td", { class: "cb-cell-p" }, texts.p),
      html("td", {}, track("gradient", middle)),
      html("td", { class: "cb-cell-gradient" }, texts.gradient),
    ];
    return { node: html("tr", { "data-name": `class${k}` }, cells), z, radio, bars, texts };
  }

  function resize(K) {
    const more = Array.from({ length: K }, (_, k) => logits()[k] ?? 0);
    view.set({ logits: more, true_class: Math.min(truth() + 1, K) });
  }

  function usePreset(i) {
    if (i >= 0) view.set({ logits: tape.logits[i].values, true_class: tape.logits[i].true + 1 });
  }

  const same = ({ values, true: k }) => k === truth() && values.length === logits().length && values.every((z, i) => z === logits()[i]);

  view.part(["view", "logits", "true_class", "held"], () => {
    if (!shown()) return;
    const K = logits().length;
    count.show(K);
    presets.show(tape.logits.findIndex(same));
    rows.forEach(({ node, z, radio }, k) => {
      node.hidden = k >= K;
      if (k < K) z.show(logits()[k], number(logits()[k]));
      radio.checked = k === truth();
    });
    tools[1].disabled = still || Math.max(...logits()) + 1 > high;
    tools[2].disabled = still || Math.min(...logits()) - 1 < low;
    tools[3].disabled = still || Math.max(...logits().map(Math.abs)) * 2 > high;
    table.classList.add("cb-waiting");
    asked("logits", same, { logits: logits(), true: truth() }, draw, () => view.say(`Other logits than the recorded ones: this ${NEEDS_PYTHON}`));
  });

  function draw(found) {
    const { p, gradient, loss, words, true: k } = found;
    if (!shown() || p.length !== logits().length) return;
    table.classList.toggle("cb-waiting", !same(found));
    p.forEach((value, i) => {
      const { bars, texts } = rows[i];
      const slope = gradient[i];
      attributes(bars.p, { x: 0, width: 200 * value, "data-value": value });
      attributes(bars.gradient, { x: 100 + Math.min(0, 100 * slope), width: Math.abs(100 * slope), "data-value": slope });
      bars.gradient.classList.toggle("cb-minus", slope < 0);
      texts.p.textContent = number(value);
      texts.gradient.textContent = number(slope);
    });
    sum.replaceChildren("cross-entropy = ln ∑ e", html("sup", {}, "z"), ` − z${lowered(k + 1)} = −ln p${lowered(k + 1)} = −ln ${number(p[k])} = `, html("b", { class: "cb-loss" }, number(loss)));
    view.say(words);
  }

  const bar = html("div", { class: "cb-bar" }, presets.node, count.node, html("div", { class: "cb-buttons", role: "group", "aria-label": "All logits" }, tools));
  return html("div", { hidden: true }, bar, note, html("div", { class: "cb-scroll" }, table), sum);
}
