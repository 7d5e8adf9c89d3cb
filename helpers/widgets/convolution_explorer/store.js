// What is recorded, and the kernels of the reader's own, for which Python is asked.
import { readTable } from "../kit/numbers.js";
import { exported } from "../kit/mount.js";

const MOST = 40; // own kernels that are held; one takes 30 kB

/** The recording with its tables read, however deep they lie. */
export function readAll(value) {
  if (value?.bytes) return readTable(value);
  if (Array.isArray(value) || typeof value !== "object" || value === null || value.at) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, readAll(one)]));
}

/** {find(): all that the kernel makes, or undefined; request(draw): have it computed, then draw}. */
export function kernelStore(view, tape) {
  const own = new Map();
  const key = () => JSON.stringify(view.get("kernel"));
  let asked;

  function add(sent) {
    if (!Array.isArray(sent?.kernel)) return;
    own.set(JSON.stringify(sent.kernel), readAll(sent));
    if (own.size > MOST) own.delete(own.keys().next().value);
  }

  function find() {
    if (!own.has(key())) add(view.get("held"));
    const kernel = view.get("kernel");
    return typeof kernel === "string" ? tape.kernels[kernel] : own.get(key());
  }

  function request(draw) {
    if (exported() || asked === key()) return;
    const wanted = key();
    asked = wanted;
    view.ask({ kernel: view.get("kernel") }, (answer) => {
      asked = undefined;
      add(answer);
      if (wanted === key() && typeof answer.kernel === "string") view.set({ kernel: answer.kernel });
      draw();
    });
  }

  return { find, request, again: () => (asked = undefined) };
}

/**
 * Where things stand now: {kernel, name, group, index, side, k, rows, unread, margin, count, i, j, …}; all of it from the recording.
 * `rows[i][u]` is the row of X under row u of the kernel at place i, and so for columns.
 */
export function whereNow(view, tape, kernel) {
  const [group, index] = tape.where[view.get("image")];
  const k = kernel.size;
  const margin = view.get("padding");
  const combination = tape.combinations[`${view.get("stride")} ${margin}`];
  const { rows, unread } = tape.geometry[`${group} ${k}`][combination];
  const pixels = tape.images[group];
  const [i, j] = view.get("place").map((n) => Math.min(n, rows.length) - 1);
  const start = (place) => rows[place][0] + 1; // among the places of stride 1 and padding 1
  return { kernel, group, index, k, margin, combination, rows, unread, count: rows.length, side: pixels.shape[1], pixels: pixels.row(index), i, j, start };
}
