// The numbers at z: each formula with its numbers put in, and the sentence that says them.
import { html } from "../kit/elements.js";
import { besideOne, formula, number } from "../kit/numbers.js";
import { swatch } from "../kit/chart.js";

export function numbersTable() {
  const cells = ["activation", "a = g(z)", "slope from z", "slope from a", "times the slope"].map((text) => html("th", { scope: "col" }, text));
  const body = html("tbody");
  const node = html("table", { class: "cb-numbers cb-unit cb-stacked" }, html("thead", {}, html("tr", {}, cells)), body);

  function head(rule) {
    cells[3].textContent = rule ? `slope from a by ${rule}` : "slope from a";
  }

  function show(lines) {
    const asked = lines.some((one) => one.asked);
    cells[3].hidden = cells[4].hidden = !asked;
    body.replaceChildren(...lines.map((one) => html("tr", { "data-name": one.name }, numbersOf(one))));
  }

  return { node, head, show };
}

function numbersOf(one) {
  const place = { z: one.z, a: one.a };
  const name = html("th", { scope: "row" }, swatch(one.style), ` ${one.label}`);
  const cells = [name, equation(one.texts.value, place, one.a, "value"), equation(one.texts.slope, place, one.slope, "slope")];
  if (!one.asked) return cells;
  if (one.ruled === undefined) return [...cells, html("td", { class: "cb-cell-rule", colspan: 2 }, "none: a alone does not determine it")];
  const factor = Number.isNaN(one.factor) ? "both are 0" : `× ${number(one.factor)}`;
  return [...cells, equation(one.texts.rule, place, one.ruled, "rule"), html("td", { class: "cb-cell-factor" }, html("b", { class: wrong(one) ? "cb-wrong" : undefined }, factor))];
}

/** Whether the slope from a is another number than the slope from z, rounding aside. */
export function wrong(one) {
  return Math.abs(one.factor - 1) > 1e-6;
}

/** "formula = number", or the number alone where the formula is no more than that. */
function equation(template, place, value, what) {
  const result = html("b", {}, besideOne(value));
  const [sum, reason] = template.split(" as ");
  const nodes = formula(sum, place);
  const same = nodes.length === 1 && nodes[0] === result.textContent;
  const why = reason === undefined ? [] : [reason.startsWith("z") || reason.startsWith("a") ? ", as " : ", ", ...formula(reason, place)];
  return html("td", { class: `cb-cell-${what}` }, ...(same ? [] : [...nodes, " = "]), result, ...why);
}

export function sentence(lines, value, rule) {
  const parts = lines.map((one) => {
    const words = `${one.label} a = ${besideOne(one.a)}, slope ${number(one.slope)}`;
    return wrong(one) && lines.length <= 3 ? `${words} (from a, ${rule}: ${number(one.ruled)}, ${number(one.factor)} times it)` : words;
  });
  return `At z = ${number(value)}: ${parts.join("; ")}.`;
}
