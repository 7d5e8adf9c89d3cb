// Lines, points and shades of the charts.
import { svg } from "../kit/elements.js";

export const path = (d, style, more) => svg("path", { d, fill: "none", stroke: style.colour, "stroke-width": 2.6, "stroke-dasharray": style.dash, "stroke-linejoin": "round", ...more });
export const point = (one, x, y, style, more) => svg("path", { d: style.mark, transform: `translate(${one.x(x)} ${one.y(y)})`, fill: style.colour, class: "cb-point", ...more });
export const upright = ({ x, frame }, value, more) => svg("line", { x1: x(value), x2: x(value), y1: frame.top, y2: frame.top + frame.height, ...more });

/** A shaded part of a chart between two values of x. */
export function shade({ x, frame }, from, to, more) {
  return svg("rect", { x: x(from), y: frame.top, width: Math.max(0, x(to) - x(from)), height: frame.height, ...more });
}
