// A step in words: Python's sentences with the numbers in their places, as says.py fills them in.
import { number } from "../kit/numbers.js";

const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** A formula with the names of the nodes in their places. */
export const spelt = (tape, formula) => formula.replace(/\{\(?n(\d+)\)?\}/g, (_, k) => tape.names[k]);

/** The line that says what is shown. */
export function sentence(now) {
  const { tape, step, seed, last, values, node, kink } = now;
  const say = tape.sentences;
  if (step === 0) return fill(say.start, { last, inputs: tape.names.slice(0, tape.inputs).map((name, k) => `${name} = ${number(values[k])}`).join(", ") });
  if (step < seed) {
    const said = fill(say.forward, { step, last, name: tape.names[node], formula: spelt(tape, tape.formulas[node]), value: number(values[node]) });
    return said + (kink[node] ? say.kink : "");
  }
  const root = tape.names.length - 1;
  if (step === seed) return fill(say.seed, { step, last, name: tape.names[root], value: number(values[root]) });
  return turnWords(now) + (step === last ? endWords(now) : "");
}

function turnWords({ tape, order, step, last, turn, turns, node, row, run, hands, local, kink }) {
  const say = tape.sentences;
  const up = number(run.up.at(row, turn));
  const share = ({ e, h, to }) => fill(say.share, { parent: tape.names[to], local: number(local[e]), up, share: number(run.share.at(row, h)), sum: number(run.after.at(row, h)) });
  let said = fill(say.turn, { step, last, name: tape.names[node], up, shares: hands.map(share).join("; ") });
  if (kink[node]) said += say.kink;
  if (turns.early[turn]) said += fill(say.early, { missing: turns.early[turn], uses: tape.uses[node], name: tape.names[node] });
  if (turns.again[turn]) said += say.again;
  if (order !== "overwrite") return said;
  const lost = hands.filter(({ h }) => run.before.at(row, h) !== 0);
  return said + lost.map(({ h, to }) => fill(say.lost, { before: number(run.before.at(row, h)), parent: tape.names[to] })).join("");
}

function endWords({ tape, order, row, run, turns, truth }) {
  const say = tape.sentences;
  if (turns.rest) return fill(say.rest, { rest: turns.rest });
  const inputs = tape.names.slice(0, tape.inputs);
  const wrong = inputs.some((_, k) => run.wrong.at(row, k));
  const listed = (value) => inputs.map((name, k) => `${name} ${number(value(k))}`).join(", ");
  const kind = order === "right" ? "right" : wrong ? "wrong" : "lucky";
  return fill(say[`end_${kind}`], { found: listed((k) => run.found.at(row, k)), right: listed((k) => truth[k]) });
}
