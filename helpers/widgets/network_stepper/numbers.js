// What the network stepper looks up in its recording: runs, entries and names. It looks up; it does not compute.
import { lowered, number, readTable } from "../kit/numbers.js";

/** A run as Python sent it: tables read, everything else as it is. */
export function readRun(sent) {
  return Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, value?.bytes ? readTable(value) : value]));
}

/** The largest size among numbers, for widths of lines and for what counts as rounding error. */
export function largestOf(values) {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** A number with few digits; "≈ 0" where it is rounding error beside the largest of its kind. As `short` of words.py. */
export function short(value, largest, noise, digits = 3) {
  return value !== 0 && Math.abs(value) < noise * largest ? "≈ 0" : number(value, digits);
}

/** As `short`, in at most 7 characters: with fewer digits where they do not fit into a unit. As `brief` of words.py. */
export function brief(value, largest, noise, digits = 3) {
  const written = [short(value, largest, noise, digits), number(value, 2), value.toExponential(1).replace("e+", "e").replaceAll("-", "−")];
  return written.find((text) => text.length <= 7) ?? written.at(-1);
}

export function sign(value) {
  return value > 0 ? "positive" : value < 0 ? "negative" : "zero";
}

/** "W2[3, 1]" as {kind: "W", l, j, k}, "b2[3]" with the column behind the last one as k; undefined for "". */
export function parseEntry(name, sizes) {
  const found = name.match(/^([Wb])(\d+)\[(\d+)(?:, (\d+))?\]$/);
  if (!found) return undefined;
  const [l, j] = [Number(found[2]), Number(found[3])];
  return { name, kind: found[1], l, j, k: found[4] === undefined ? sizes[l - 1] : Number(found[4]) };
}

/** The name of the array whose numbers stand in the units of a layer after step `position`; "" before there is one. */
export function shownIn(steps, position, layer) {
  if (layer === 0) return "A0";
  for (let n = position; n >= 0; n--) {
    const { kind, name } = steps[n];
    if (steps[n].layer === layer && ["Z", "A", "dZ", "dA"].includes(kind)) return name;
  }
  return "";
}

/** Which layers of units, and which layer of weights (0: none), a step is about. */
export function litBy({ kind, layer }) {
  if (kind === "Z" || kind === "dW") return { layers: [layer - 1, layer], weights: layer };
  if (kind === "dA") return { layers: [layer, layer + 1], weights: layer + 1 };
  return { layers: [layer], weights: 0 };
}

/** All numbers of a unit, in words. */
export function unitWords({ tape, run, example }, l, j) {
  const read = (name) => number(run[name].at(j, example));
  if (l === 0) return `Input x${lowered(j + 1)}: ${read("A0")}`;
  const parts = [`z ${read(`Z${l}`)}`, `a ${read(`A${l}`)}`];
  if (run[`dA${l}`]) parts.push(`dA ${read(`dA${l}`)}`, `slope g′ ${read(`slope${l}`)}`);
  parts.push(`dZ ${read(`dZ${l}`)}`, `bias b ${number(tape.p[`b${l}`].at(j, 0))}`, `db ${number(run[`own${l}`].at(example, j, tape.sizes[l - 1]))}`);
  if (tape.m > 1) parts.push(`mean db ${number(run[`db${l}`].at(j, 0))}`);
  return `Unit ${j + 1} of layer ${l}: ${[...parts, ...yours(run, `b${l}`, j, 0)].join(", ")}`;
}

/** All numbers of a weight, in words. */
export function weightWords({ tape, run, example }, l, j, k) {
  const parts = [number(tape.p[`W${l}`].at(j, k)), `gradient ${number(run[`own${l}`].at(example, j, k))}`];
  if (tape.m > 1) parts[1] += ` for example ${example + 1}, mean dW ${number(run[`dW${l}`].at(j, k))}`;
  return `Weight W${l}[${j}, ${k}]: ${[...parts, ...yours(run, `W${l}`, j, k)].join(", ")}`;
}

/** What the learner's backward_prop has there, beside the truth. */
function yours(run, name, j, k) {
  const mine = run[`mine_d${name}`];
  return mine ? [`yours ${number(mine.at(j, k))}, numerical ${number(run[`truth_d${name}`].at(j, k))}`] : [];
}
