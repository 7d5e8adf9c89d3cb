// The statement of a step: code, formula, shapes, and its numbers as a table; a learner's gradient beside the truth.
import { html, write } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { brief, largestOf, short } from "./numbers.js";

/** {node, draw(now)}. */
export function stepPanel({ view, tape }) {
  const code = html("pre", { class: "cb-code" });
  const formula = html("p", { class: "cb-formula" });
  const shapes = html("p", { class: "cb-shapes" });
  const caption = html("p", { class: "cb-caption" });
  const table = html("table", { class: "cb-numbers cb-matrix" });
  const scroll = html("div", { class: "cb-scroll", tabindex: 0, role: "group", "aria-label": "Numbers of this step" }, table);
  const verdict = html("div", { class: "cb-verdict", hidden: true });
  const yours = html("div", { hidden: true });
  const numbers = html("div", {}, caption, scroll);
  const node = html("div", {}, code, formula, shapes, verdict, html("div", { class: "cb-side-by-side" }, yours, numbers));

  function draw(now) {
    const { run, step, entry } = now;
    write(code, step.code);
    for (const part of [formula, shapes, numbers]) part.hidden = entry !== undefined;
    drawVerdict(run.check, step, entry);
    if (entry) return; // its paths stand here instead
    write(formula, step.formula);
    write(shapes, step.shapes);
    numbers.classList.toggle("cb-judged", !yours.hidden);
    const grid = view.get("batch") && tape.m > 1 ? ofBatch(now) : ofExample(now);
    write(caption, verdict.hidden ? grid.caption : `Reference: ${grid.caption}`);
    table.replaceChildren(html("thead", {}, row(grid.head, "th")), html("tbody", {}, grid.rows.map((cells) => row(cells, "td"))));
  }

  function row(cells, tag) {
    return html("tr", {}, cells.map((cell, i) => {
      if (!cell || typeof cell === "string") return html(i ? tag : cell === "" ? "td" : "th", { scope: tag === "th" ? (cell ? "col" : undefined) : i ? undefined : "row", class: /^(= |db)/.test(cell ?? "") ? "cb-result" : undefined }, cell);
      return html("td", { class: cell.kind, "data-value": cell.value }, cell.text);
    }));
  }

  const number3 = (value, largest, kind) => ({ value, text: short(value, largest, tape.noise), kind: [value === 0 ? "cb-nil" : "", kind ?? ""].join(" ").trim() || undefined });
  const column = (array, example) => Array.from({ length: array.shape[0] }, (_, j) => array.at(j, example));
  const cells = (values, kind) => values.map((value) => number3(value, largestOf(values), kind));

  // --- the chosen example, with what its numbers are computed from ----------------------------------------------------------------

  function ofExample({ run, step, example }) {
    const { kind, layer: l, name } = step;
    const whose = tape.m > 1 ? `, example ${example + 1}` : "";
    if (kind === "Z") return product(tape.p[`W${l}`], false, column(run[`A${l - 1}`], example), column(run[name], example), { inputs: `A${l - 1}`, result: name, matrix: `W${l}`, bias: tape.p[`b${l}`], whose });
    if (kind === "dA") return product(tape.p[`W${l + 1}`], true, column(run[`dZ${l + 1}`], example), column(run[name], example), { inputs: `dZ${l + 1}`, result: name, matrix: `W${l + 1}ᵀ`, whose });
    if (kind === "dW") return outer(run, l, example, whose);
    if (kind === "loss") return losses({ run, step, example });
    if (kind === "A") return beside([[`Z${l}`, column(run[`Z${l}`], example)], [name, column(run[name], example)]], whose);
    if (run[`dA${l}`]) return beside([[`dA${l}`, column(run[`dA${l}`], example)], ["g′", column(run[`slope${l}`], example)], [name, column(run[name], example)]], whose);
    return beside([[`A${l}`, column(run[`A${l}`], example)], ["y", column(tape.y, example)], [name, column(run[name], example)]], whose);
  }

  /** A matrix times a column: the column lies above the matrix, entry above the column that it is multiplied with. */
  function product(W, turned, inputs, result, { inputs: inputName, result: name, matrix, bias, whose }) {
    const entry = turned ? (j, k) => W.at(k, j) : (j, k) => W.at(j, k);
    const all = largestOf(W.data);
    const rows = result.map((value, j) => [
      `${j + 1}`,
      ...inputs.map((_, k) => number3(entry(j, k), all)),
      ...(bias ? [number3(bias.at(j, 0), all, "cb-apart")] : []),
      { ...number3(value, largestOf(result), "cb-result"), text: brief(value, largestOf(result), tape.noise) },
    ]);
    const margin = cells(inputs, "cb-margin").map((cell) => (inputs.length > 8 ? { ...cell, text: short(cell.value, largestOf(inputs), tape.noise, 2) } : cell));
    const head = [inputName, ...margin, ...(bias ? [`+ b${name.slice(1)}`] : []), `= ${name}`];
    return { caption: `${matrix}, with ${inputName} above the columns that it multiplies${whose}`, head, rows };
  }

  function outer(run, l, example, whose) {
    const [n, before] = [tape.sizes[l], tape.sizes[l - 1]];
    const inputs = column(run[`A${l - 1}`], example);
    const deltas = column(run[`dZ${l}`], example);
    const all = largestOf(run[`own${l}`].row(example));
    const rows = Array.from({ length: n }, (_, j) => [
      `${j + 1}`,
      number3(deltas[j], largestOf(deltas), "cb-margin"),
      ...Array.from({ length: before }, (_, k) => number3(run[`own${l}`].at(example, j, k), all)),
      number3(run[`own${l}`].at(example, j, before), all, "cb-result"),
    ]);
    const head = ["", `dZ${l} ↓  A${l - 1} →`, ...cells(inputs, "cb-margin"), `db${l}`];
    return { caption: `dW${l} = dZ${l} A${l - 1}ᵀ, row times column${whose}${whose && " alone"}`, head, rows };
  }

  function beside(columns, whose) {
    const rows = columns[0][1].map((_, j) => [`${j + 1}`, ...columns.map(([, values], i) => number3(values[j], largestOf(values), i === columns.length - 1 ? "cb-result" : undefined))]);
    return { caption: `Unit by unit${whose}`, head: ["unit", ...columns.map(([name]) => name)], rows };
  }

  // --- the whole batch --------------------------------------------------------------------------------------------------------------

  function ofBatch({ run, step, example }) {
    const { kind, layer: l, name } = step;
    if (kind === "loss") return losses({ run, step, example });
    if (kind === "dW") {
      const all = largestOf(run[`dW${l}`].data);
      const rows = Array.from({ length: tape.sizes[l] }, (_, j) => [`${j + 1}`, ...Array.from(run[`dW${l}`].row(j), (value) => number3(value, all)), number3(run[`db${l}`].at(j, 0), all, "cb-result")]);
      return { caption: `dW${l} and db${l}: mean over the ${tape.m} examples`, head: [`dW${l}`, ...Array.from({ length: tape.sizes[l - 1] }, (_, k) => `${k + 1}`), `db${l}`], rows };
    }
    const all = largestOf(run[name].data);
    const rows = Array.from({ length: tape.sizes[l] }, (_, j) => [`${j + 1}`, ...Array.from(run[name].row(j), (value, i) => number3(value, all, i === example ? "cb-result" : undefined))]);
    return { caption: `${name}: a column for each example${tape.shown < tape.m ? ` (the first ${tape.shown} of ${tape.m})` : ""}`, head: [name, ...Array.from({ length: tape.shown }, (_, i) => `${i + 1}`)], rows };
  }

  function losses({ run, step, example }) {
    const l = step.layer;
    const listed = (array, i) => Array.from({ length: tape.sizes[l] }, (_, j) => number(array.at(j, i), 3)).join(", ");
    const rows = Array.from({ length: tape.shown }, (_, i) => [`${i + 1}`, listed(run[`A${l}`], i), listed(tape.y, i), { value: run.loss.at(i + 1), text: number(run.loss.at(i + 1)), kind: i === example ? "cb-result" : undefined }]);
    rows.push(["mean J", "", "", { value: run.loss.at(0), text: number(run.loss.at(0)), kind: "cb-result" }]);
    return { caption: `Loss${step.code.includes("log") ? " in nats" : ""}, example by example`, head: ["example", `A${l}`, "y", "ℓ"], rows };
  }

  // --- a learner's gradient ------------------------------------------------------------------------------------------------------------

  function drawVerdict(check, step, entry) {
    const judged = check?.steps[step.name];
    verdict.hidden = !judged || entry !== undefined;
    yours.hidden = verdict.hidden || !judged.wrong || !judged.rows.length;
    if (verdict.hidden) return;
    const head = html("thead", {}, html("tr", {}, ["entry", "yours", "truth"].map((text) => html("th", { scope: "col" }, text))));
    const body = html("tbody", {}, judged.rows.map(([name, mine, truth]) => html("tr", { "data-name": name }, html("th", { scope: "row" }, name), html("td", {}, mine), html("td", {}, truth))));
    const mark = judged.wrong ? (check.first === step.name ? "✗ First to go wrong. " : "✗ ") : "✓ ";
    verdict.replaceChildren(html("p", { class: judged.wrong ? "cb-wrong" : undefined }, `${mark}Yours: ${judged.verdict}.`));
    yours.replaceChildren(html("table", { class: "cb-numbers cb-matrix" }, head, body));
  }

  return { node, draw };
}
