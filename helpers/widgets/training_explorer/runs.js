// The runs that the browser holds, and those that it asks Python for.
import { readTable } from "../kit/numbers.js";
import { exported } from "../kit/mount.js";

export const DIALS = ["hidden", "start", "seed", "data", "wrong_slope", "output"];
const MOST = 600; // runs that are held; a run of the moons takes 36 kB
const REST = 400; // milliseconds
const PATIENCE = 3000;

/** The experiment of some dials as one text, the same as `Experiment.key` of experiment.py. */
export function keyOf(dials) {
  return DIALS.map((name) => (name === "wrong_slope" ? (dials[name] ? "comment" : "own") : String(dials[name]))).join("|");
}

function dialsOf(key) {
  return Object.fromEntries(key.split("|").map((value, i) => [DIALS[i], value]));
}

/**
 * {find(): the run of the settings as they are, or undefined; request(draw): have it computed, then draw; ahead(draw)}.
 *
 * A run: {key, rate, dials, floor, cycle, range, stopped, says, curve, at(k)}, where at(k) holds what belongs to recorded step k.
 */
export function runStore(view, tape) {
  const runs = new Map();
  let asked; // what the last request was for
  let resting, patience; // timers of `ahead` and `request`
  const dials = () => Object.fromEntries(DIALS.map((name) => [name, view.get(name)]));
  const place = (key, rate) => `${key}@${rate}`;
  const wanted = () => place(keyOf(dials()), view.get("rate"));

  function add(sent, own) {
    if (!sent.key) return;
    const names = ["curve", "loss", "accuracy", "norms", "states", "flow", "counts", "above", "field", "ones", "answers", "told"];
    const tables = Object.fromEntries(names.filter((name) => sent[name]).map((name) => [name, sent[name].at ? sent[name] : readTable(sent[name])]));
    sent.rates.forEach((rate, r) => runs.set(place(sent.key, rate), { ...oneRun(sent, tables, r), own }));
    for (const [name, run] of runs) {
      if (runs.size <= MOST) break;
      if (!run.own) runs.delete(name);
    }
  }

  function request(draw) {
    const now = wanted();
    clearTimeout(resting); // or what is asked ahead would take this one's turn
    if (exported() || asked === now) return;
    asked = now;
    clearTimeout(patience);
    patience = setTimeout(() => asked === now && again(draw), PATIENCE);
    view.ask({ kind: "run", ...dials(), rates: [view.get("rate")] }, (answer) => {
      asked = undefined;
      add(answer);
      draw();
    });
  }

  /** A question may have lost its turn to another one: ask it once more. */
  function again(draw) {
    asked = undefined;
    draw();
  }

  /** The run of the settings as they are. Whatever was asked before may have been dropped for another question, so it is asked again. */
  function find() {
    const run = runs.get(wanted());
    if (run) asked = undefined;
    return run;
  }

  /** Once nobody has moved for a while, have the neighbouring rates computed that are not held yet. */
  function ahead() {
    clearTimeout(resting);
    resting = setTimeout(neighbours, REST);
  }

  /** The nearest rate first, one at a time, so that a new question waits for one run at most. */
  function neighbours() {
    const chosen = dials();
    const here = tape.rates.indexOf(view.get("rate"));
    const missing = tape.rates.filter((rate) => !runs.has(place(keyOf(chosen), rate)));
    if (!missing.length || exported()) return;
    const far = (rate) => Math.abs(tape.rates.indexOf(rate) - here);
    const [nearest] = missing.sort((a, b) => far(a) - far(b));
    const more = (answer) => {
      add(answer);
      if (keyOf(dials()) === keyOf(chosen) && runs.has(wanted())) neighbours();
    };
    view.ask({ kind: "run", ...chosen, rates: [nearest] }, more, { quiet: true });
  }

  add(tape.runs, true);
  view.onClean(() => [resting, patience].forEach(clearTimeout));
  return { find, hold: () => add(view.get("held")), request, ahead };
}

/** The r-th of the runs that Python sent. */
function oneRun(sent, tables, r) {
  const { curve, loss, accuracy, norms, states, flow, counts, above, field, ones, answers, told } = tables;
  const at = (k) => ({
    loss: loss.at(r, k), accuracy: accuracy.at(r, k), norms: norms.row(r, k), states: states.row(r, k), flow: flow.row(r, k),
    counts: (layer, dead) => counts.row(r, k, layer, dead), field: field?.row(r, k), answers: (label) => answers.row(r, k, label),
    above: above.row(r, k), ones: ones?.at(r, k), told: told?.row(r, k), // percents
  });
  const { key, floor } = sent;
  return { key, dials: dialsOf(key), rate: sent.rates[r], floor, range: sent.ranges[r], cycle: sent.cycles[r], stopped: sent.stopped[r], says: sent.says[r], curve: curve.row(r), at };
}
