// What a loss number means.
import { attributes, freshId, html, svg } from "../kit/elements.js";
import { nearest, number } from "../kit/numbers.js";
import { drag, select, slider } from "../kit/controls.js";
import { chart, endLabels, linePath, look } from "../kit/chart.js";
import { NEEDS_PYTHON, answers } from "./answers.js";

const WRITTEN = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf|infinity)$/i;

export function numberView(view, tape) {
  const graph = chart({ heading: "A uniform guess over K classes costs ln K", xLabel: "number of classes K", yLabel: "loss (nats)", width: 440, height: 330, right: 50 });
  const [least, most] = [tape.classes[0], tape.classes.at(-1)];
  const asked = answers(view, tape);
  const toClasses = (value) => view.set({ classes: tape.classes[nearest(tape.classes, value)] });
  const K = slider({ label: "K", min: least, max: most, step: 1, onInput: toClasses });
  const typedK = field("Number of classes", { type: "number", min: least, max: most, step: 1, inputmode: "numeric" }, useClasses);
  const typed = field("Loss", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" }, useLoss);
  const own = { value: -1, label: "your own" };
  const known = select({ label: "Numbers to know", options: [own, ...tape.reading.map(({ label }, i) => ({ value: i, label }))], onChange: useKnown });
  const headline = html("p", { class: "cb-headline" });
  const says = html("p", { class: "cb-says" });
  const heads = ["", "suspect", "the experiment that tells"].map((text) => (text ? html("th", { scope: "col" }, text) : html("td")));
  const body = html("tbody");
  const table = html("table", { class: "cb-numbers cb-suspects" }, html("thead", {}, html("tr", {}, heads)), body);
  const shown = () => view.get("view") === "number";
  const move = (event) => toClasses(Math.max(least, Math.min(most, graph.xAt(event))));
  drag(view, graph.svg, { move });
  graph.svg.classList.add("cb-drag");

  /** {node, input, complain(text)}: a labelled field; what is wrong with its text stands under it. */
  function field(label, values, use) {
    const [id, trouble] = [freshId("field"), freshId("trouble")];
    const input = html("input", { id, "aria-describedby": trouble, ...values });
    const said = html("span", { id: trouble, class: "cb-trouble", role: "alert" });
    const complain = (text) => {
      said.textContent = text;
      attributes(input, { "aria-invalid": text ? "true" : undefined });
    };
    input.addEventListener("input", () => view.guard(() => use(input)));
    return { node: html("div", { class: "cb-field" }, html("label", { for: id }, label), input, said), input, complain };
  }

  function useClasses({ value, validity }) {
    const count = Number(value);
    const fits = value !== "" && !validity.badInput && Number.isInteger(count) && count >= least && count <= most;
    typedK.complain(fits ? "" : `a whole number from ${least} to ${most}, please`);
    if (fits) view.set({ classes: count });
  }

  function useLoss({ value }) {
    const text = plain(value);
    const fits = text.length <= 30 && WRITTEN.test(text);
    typed.complain(fits ? "" : "a number such as 6.908, or nan or inf, please");
    if (fits) view.set({ stuck: text });
  }

  const plain = (text) => text.trim().replace("−", "-").replace(",", ".").replace("∞", "inf");

  function useKnown(i) {
    if (i >= 0) view.set({ stuck: tape.reading[i].loss, classes: tape.reading[i].K });
  }

  // What comes back late from Python must not be written into a field while somebody types there.
  const idle = ({ input }) => !input.matches(":focus");
  const same = ({ loss, K: count }) => loss === view.get("stuck") && count === view.get("classes");

  view.part(["view"], () => {
    if (!shown()) return;
    graph.scale({ x: [0, most], y: [0, tape.top + 0.8] });
    const d = linePath(graph, tape.classes, tape.uniform);
    graph.layers.lines.replaceChildren(svg("path", { d, fill: "none", class: "cb-uniform", stroke: look(0).colour, "stroke-width": 3, "data-name": "uniform" }));
    endLabels(graph, [{ text: "ln K", style: look(0), at: graph.y(tape.uniform.at(-1)) }]);
  });

  view.part(["view", "classes", "stuck", "held"], () => {
    if (!shown()) return;
    const count = view.get("classes");
    K.show(count, `${count}`);
    if (idle(typedK)) {
      if (typedK.input.valueAsNumber !== count) typedK.input.value = count;
      typedK.complain("");
    }
    if (idle(typed)) {
      if (plain(typed.input.value) !== view.get("stuck")) typed.input.value = view.get("stuck");
      typed.complain("");
    }
    known.show(tape.reading.findIndex(same));
    drawCost(count);
    table.classList.add("cb-waiting");
    asked("reading", same, { loss: view.get("stuck"), K: count }, draw, () => missing(count));
  });

  const cost = (count) => tape.uniform[nearest(tape.classes, count)];

  function drawCost(count, stuck = []) {
    const loss = cost(count);
    const [cx, cy] = [graph.x(count), graph.y(loss)];
    const before = cx > graph.frame.left + graph.frame.width * 0.55;
    const low = cy + 30 > graph.frame.top + graph.frame.height;
    const data = { "data-name": "uniform", "data-classes": count, "data-loss": loss };
    const place = { x: before ? cx - 4 : cx + 8, y: low ? cy - 28 : cy + 25, "text-anchor": before ? "end" : "start", class: "cb-slope-text cb-halo", "data-name": "uniform" };
    graph.layers.marks.replaceChildren(
      svg("line", { x1: cx, x2: cx, y1: cy, y2: graph.frame.top + graph.frame.height, class: "cb-rod" }),
      ...stuck,
      svg("path", { d: look(0).mark, transform: `translate(${cx} ${cy})`, fill: look(0).colour, class: "cb-point", ...data }),
      svg("text", place, `ln ${count} = ${number(loss)}`),
    );
    graph.title(`Loss of a uniform guess against the number of classes: for ${count} classes ${number(loss)}.`);
  }

  /** The level of the loss that was typed, or an arrow where it lies above the picture. */
  function level(loss, height) {
    if (height === null) return [];
    const { frame } = graph;
    const at = graph.y(height);
    const text = (y, words) => svg("text", { x: frame.left + 8, y, class: "cb-level-text cb-halo cb-warning", "data-name": "stuck" }, words);
    if (at < frame.top) return [text(frame.top + 18, `↑ ${loss} lies above this picture`)];
    if (at > frame.top + frame.height) return [text(frame.top + frame.height - 8, `↓ ${loss} lies below 0`)];
    const line = svg("line", { x1: frame.left, x2: frame.left + frame.width, y1: at, y2: at, class: "cb-level", "data-name": "stuck", "data-loss": height });
    return [line, text(at < frame.top + 26 ? at + 18 : at - 6, `your loss ${loss}`)];
  }

  function draw(found) {
    if (!shown()) return;
    table.classList.toggle("cb-waiting", !same(found));
    drawCost(view.get("classes"), level(found.loss.replace("-", "−"), found.height));
    headline.textContent = found.headline;
    says.textContent = found.says;
    body.replaceChildren(...found.suspects.map(([cause, experiment], i) => html("tr", { "data-name": `suspect${i}` }, html("td", {}, `${i + 1}.`), html("th", { scope: "row" }, cause), html("td", {}, experiment))));
    view.say(`A uniform guess over ${found.K} classes costs ${number(cost(found.K))}. ${found.headline}`);
  }

  function missing(count) {
    table.classList.remove("cb-waiting");
    headline.textContent = `What ${view.get("stuck")} means for ${count} classes ${NEEDS_PYTHON}`;
    says.textContent = "The curve and the numbers to know are recorded here.";
    body.replaceChildren();
    view.say(`A uniform guess over ${count} classes costs ${number(cost(count))}. ${headline.textContent}`);
  }

  const question = html("div", { class: "cb-bar" }, typed.node, typedK.node, known.node);
  const side = html("div", { class: "cb-reading" }, headline, says, html("div", { class: "cb-scroll" }, table));
  const main = html("div", {}, graph.node, html("div", { class: "cb-bar" }, K.node));
  return html("div", { hidden: true }, question, html("div", { class: "cb-pair" }, main, side));
}
