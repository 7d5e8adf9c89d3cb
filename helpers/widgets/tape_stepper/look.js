// What is known at a step: looked up in what Python recorded, nothing is computed here.
import { readTable } from "../kit/numbers.js";

/** The recording with its tables read. */
export function readTape(recording) {
  const read = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value?.bytes ? readTable(value) : read(value)]));
  return { ...recording, runs: read(recording.runs) };
}

export const seedOf = (tape) => tape.names.length - tape.inputs + 1;
export const lastOf = (tape, order) => seedOf(tape) + tape.turns[order].nodes.length;

/**
 * {row, step, seed, last, turn, node, values, local, kink, truth, run, hands, held, ...}: `turn` counts from 0 and is negative before backward;
 * `node` is the one that is computed or hands on (−1 for none); `hands` are {h, e} of this turn; `held` what each node has, undefined before anything
 * has arrived; `arrived` the numbers of the shares that came so far to each node.
 */
export function lookUp(view, tape) {
  const [order, input] = [view.get("order"), view.get("input")];
  const column = tape.values[input];
  const row = column.indexOf(view.get("value"));
  const [seed, last] = [seedOf(tape), lastOf(tape, order)];
  const step = Math.min(view.get("step"), last);
  const turn = step - seed - 1;
  const turns = tape.turns[order];
  const all = tape.runs[input];
  const run = all[order];
  const hands = turns.hands.map(([at, e], h) => ({ at, e, h, to: tape.edges[e][0] })).filter(({ at }) => at <= turn);
  const held = tape.names.map(() => undefined);
  const arrived = tape.names.map(() => []);
  if (turn >= -1) held[held.length - 1] = 1;
  for (const { h, to } of hands) {
    held[to] = run.after.at(row, h);
    arrived[to].push(h);
  }
  const node = turn >= 0 ? turns.nodes[turn] : step > 0 && step < seed ? tape.inputs + step - 1 : -1;
  const known = (k) => k < tape.inputs || k - tape.inputs < step;
  const tables = { values: all.nodes.row(row), local: all.local.row(row), kink: all.kink.row(row), truth: all.true.row(row) };
  return { tape, order, input, row, column, step, seed, last, turn, turns, node, known, run, held, arrived, used: hands, hands: hands.filter(({ at }) => at === turn), ...tables };
}
