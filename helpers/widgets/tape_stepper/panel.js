// Beside the graph: what happens at this step, with all its numbers, and the gradients of the inputs.
import { html, write } from "../kit/elements.js";
import { formula, number } from "../kit/numbers.js";
import { reachable } from "./graph.js";
import { spelt } from "./says.js";

/** {node, draw(now)}. */
export function panelView(view, tape) {
  const heading = html("p", { class: "cb-heading" });
  const body = html("tbody");
  const head = html("thead");
  const inputs = html("tbody");
  const wrongHead = html("th", { scope: "col", hidden: true }, "right");
  const title = html("tr", {}, ["input", "value", `d${tape.names.at(-1)}/d·`].map((text) => html("th", { scope: "col" }, text)), wrongHead);
  const table = html("table", { class: "cb-numbers cb-handed" }, head, body);
  const gradients = html("table", { class: "cb-numbers cb-inputs" }, html("thead", {}, title), inputs);
  const [left, right] = [html("div", { class: "cb-scroll" }, table), html("div", { class: "cb-scroll" }, gradients)];
  const node = html("div", { class: "cb-pair cb-panel" }, html("div", { class: "cb-step" }, heading, left), right);
  reachable(view, left, "This step");
  reachable(view, right, "Gradients of the inputs");
  const numbers = (values) => Object.fromEntries(Array.from(values, (value, k) => [`n${k}`, value]));
  const cell = (...content) => html("td", {}, ...content);

  function draw(now) {
    const { turn, node: k, step, seed, values } = now;
    if (turn >= 0) drawTurn(now);
    else {
      write(heading, step === 0 ? "The inputs" : step < seed ? `Forward: ${tape.names[k]}` : "Backward begins");
      head.replaceChildren();
      body.replaceChildren(...(step > 0 && step < seed ? [computed(k, values)] : []));
      if (step === seed) body.replaceChildren(html("tr", { "data-name": "seed" }, html("th", { scope: "row" }, `d${tape.names.at(-1)}/d${tape.names.at(-1)}`), cell(html("b", {}, "1"))));
      if (step === 0) body.replaceChildren(html("tr", { "data-name": "next" }, cell("Each step computes one node, from left to right; then gradients go back.")));
    }
    drawInputs(now);
    wrongHead.hidden = now.order === "right" || step !== now.last;
  }

  function computed(k, values) {
    const of = tape.formulas[k];
    return html("tr", { "data-name": "forward" }, html("th", { scope: "row" }, tape.names[k]), cell(`= ${spelt(tape, of)}`), cell("= ", ...formula(of, numbers(values))), cell("= ", html("b", {}, number(values[k]))));
  }

  /** A row for each share that is handed on: the local slope, times what the node has, and what has arrived there one by one. */
  function drawTurn({ turn, node: k, run, row, hands, local, arrived, order }) {
    const up = number(run.up.at(row, turn));
    write(heading, `${tape.names[k]} has ${up}, and hands on`);
    const heads = ["to", "local slope", `× ${up} =`, order === "overwrite" ? "there then" : "arrived there, one by one"];
    head.replaceChildren(html("tr", {}, heads.map((text) => html("th", { scope: "col" }, text))));
    const rows = hands.map(({ e, h, to }) => {
      const slope = spelt(tape, tape.edges[e][3]);
      const shown = number(local[e]);
      const sum = arrived[to].filter((one) => one <= h);
      return html(
        "tr", { "data-name": `share${h}` },
        html("th", { scope: "row" }, tape.names[to]),
        cell(slope && slope !== shown ? `${slope}${slope.includes(" if ") ? "; here " : " = "}${shown}` : shown),
        cell(html("b", {}, number(run.share.at(row, h)))),
        cell(sums(run, row, h, sum, order)),
      );
    });
    body.replaceChildren(...rows);
  }

  function sums(run, row, h, sum, order) {
    const after = number(run.after.at(row, h));
    if (order === "overwrite") return sum.length > 1 ? `${after}, and ${number(run.before.at(row, h))} is lost` : after;
    const bracket = (text, i) => (i && text.startsWith("−") ? `(${text})` : text);
    const texts = sum.map((one, i) => bracket(number(run.share.at(row, one)), i));
    const shown = texts.length > 5 ? ["…", ...texts.slice(-4)] : texts;
    return texts.length > 1 ? `${shown.join(" + ")} = ${after}` : after;
  }

  function drawInputs({ step, last, order, values, held, run, row, truth, turns }) {
    const over = step === last && order !== "right";
    const rows = tape.names.slice(0, tape.inputs).map((name, k) => {
      const wrong = over && run.wrong.at(row, k) === 1;
      const found = held[k] === undefined ? (step === last && !turns.rest ? "0" : "") : number(held[k]);
      return html("tr", { "data-name": `input${k}`, class: wrong ? "cb-wrong" : undefined }, html("th", { scope: "row" }, name), cell(number(values[k])), cell(found + (wrong ? " ✗" : "")), over ? cell(number(truth[k])) : []);
    });
    inputs.replaceChildren(...rows);
  }

  return { node, draw };
}
