// Lines, dots and ranges of the charts.
import { svg } from "../kit/elements.js";

/** The text that holds at this row. */
export function piece(pieces, row) {
  return pieces.findLast(([first]) => first <= row)[1];
}

export function line({ name, style }, d, what, more = {}) {
  const looks = { fill: "none", stroke: style.colour, "stroke-width": 2.8, "stroke-dasharray": style.dash, "stroke-linejoin": "round" };
  return svg("path", { d, ...looks, class: `cb-${what}`, "data-name": name, ...more });
}

export function dot({ name, style }, { x, y }, atX, atY, more) {
  return svg("circle", { cx: x(atX), cy: y(atY), r: 5, stroke: style.colour, "stroke-width": 2, class: "cb-kink", "data-name": name, "data-y": atY, ...more });
}

/** The upright line at z. */
export function rod({ x, frame }, value) {
  return svg("line", { x1: x(value), x2: x(value), y1: frame.top, y2: frame.top + frame.height, class: "cb-rod" });
}

/** A range of y in which all `columns` fit between two rows, 0 included, with a margin. */
export function room(columns, [first, last] = [0, undefined]) {
  let [low, high] = [0, 0];
  for (const values of columns) {
    for (let i = first; i <= (last ?? values.length - 1); i++) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
  }
  const margin = 0.08 * Math.max(high - low, 0.1);
  return [low - margin, high + margin];
}
