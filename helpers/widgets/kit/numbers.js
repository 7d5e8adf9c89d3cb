// Numbers: as they are written, as they stand in formulas, and the tables that Python sent. No formula of the subject.
import { html } from "./elements.js";

/** A number with at most `digits` significant digits, as helpers.widgets.numerals writes it. */
export function number(value, digits = 4) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const whole = Math.abs(value) < 1e7 ? Math.floor(Math.abs(value)).toString().length : 0;
  const rounded = Number(value.toPrecision(Math.max(digits, whole))); // no digit before the point is made up
  if (rounded === 0) return "0";
  const size = Math.abs(rounded);
  const text = size >= 1e-4 && size < 1e7 ? String(rounded) : rounded.toExponential().replace("e+", "e");
  return text.replaceAll("-", "−");
}

/** As number, but a number close to 1 or −1 is written with as many digits as tell the two apart. As beside_one of helpers.widgets.kit.numerals. */
export function besideOne(value, digits = 4) {
  const gap = Math.abs(Math.abs(value) - 1);
  if (!(gap > 1e-13 && gap < 0.5 * 10 ** (1 - digits))) return number(value, digits);
  const exponent = Number(gap.toExponential().split("e")[1]);
  return number(value, 1 - exponent + (Math.abs(value) > 1 ? 1 : 0));
}

/** A number as lowered digits: x₁, x₁₂. */
export function lowered(number) {
  return Array.from(String(number), (digit) => String.fromCharCode(0x2080 + Number(digit))).join("");
}

/**
 * Nodes for a template such as "1 / (1 + e^{−{(z)}})": {z} becomes the number z, {(z)} the same in parentheses if it has a
 * minus sign, ^{…} is raised.
 */
export function formula(template, numbers, digits = 4) {
  const nodes = [];
  let end = 0;
  for (const found of template.matchAll(/\^\{((?:[^{}]|\{[^{}]*\})*)\}|\{(\(?)(\w+)\)?\}/g)) {
    nodes.push(template.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[1] !== undefined) nodes.push(html("sup", {}, ...formula(found[1], numbers, digits)));
    else {
      const text = besideOne(numbers[found[3]], digits);
      nodes.push(found[2] && text.startsWith("−") ? `(${text})` : text);
    }
  }
  nodes.push(template.slice(end));
  return nodes.filter((node) => node !== "");
}

const ARRAYS = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint16: Uint16Array, uint8: Uint8Array };

/**
 * A `table` of helpers.widgets.base: {shape, data, at(i, j, …), row(i, j, …)}; at gives one number, row what the leading indices leave
 * over, without copying.
 */
export function readTable({ dtype, shape, bytes }) {
  const start = bytes.byteOffset ?? 0;
  const data = new ARRAYS[dtype]((bytes.buffer ?? bytes).slice(start, start + bytes.byteLength));
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const place = (index) => {
    let sum = 0;
    for (let axis = 0; axis < index.length; axis++) sum += index[axis] * strides[axis];
    return sum;
  };
  const at = (...index) => data[place(index)];
  const row = (...index) => data.subarray(place(index), place(index) + (strides[index.length - 1] ?? data.length));
  return { shape, data, at, row };
}

/** The index of the entry of increasing `values` that is nearest to `value`. */
export function nearest(values, value) {
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return Math.abs(values[high] - value) < Math.abs(values[low] - value) ? high : low;
}

/** A recording whose keys stand as Python wrote them: where it was stored they are sorted. See `key_order` of base.py. */
export function inOrder(recording) {
  for (const [path, keys] of recording.key_order ?? []) {
    const last = path.at(-1);
    const around = path.slice(0, -1).reduce((value, key) => value[key], recording);
    around[last] = Object.fromEntries(keys.map((key) => [key, around[last][key]]));
  }
  return recording;
}
