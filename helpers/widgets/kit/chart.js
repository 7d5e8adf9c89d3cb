// Charts: axes, lines, points, labels, pan and zoom. Where something stands is computed here; the numbers come from Python.
import { attributes, freshId, html, svg } from "./elements.js";
import { number } from "./numbers.js";

const COLOUR_NAMES = ["blue", "vermillion", "green", "purple", "black"];
const DASHES = ["", "10 5", "14 5 3 5", "3 4", "20 6"];
const MARKS = [
  "M-6.5 0A6.5 6.5 0 1 0 6.5 0A6.5 6.5 0 1 0 -6.5 0Z",
  "M-6 -6H6V6H-6Z",
  "M0 -7.5L7.5 6H-7.5Z",
  "M0 -8L8 0L0 8L-8 0Z",
  "M0 7.5L7.5 -6H-7.5Z",
];

/** How line number `index` looks: colour, dashes and the shape of its points. As in helpers.figures, the first 25 differ. */
export function look(index) {
  const other = (index + Math.floor(index / 5)) % 5;
  return { colour: `var(--cb-${COLOUR_NAMES[index % 5]})`, dash: DASHES[other], mark: MARKS[other] };
}

/** A short line with its point, for a legend or a label. */
export function swatch({ colour, dash, mark }) {
  const line = svg("line", { x1: 1, y1: 9, x2: 43, y2: 9, stroke: colour, "stroke-width": 3, "stroke-dasharray": dash });
  const point = svg("path", { d: mark, transform: "translate(22 9) scale(0.75)", fill: colour });
  return svg("svg", { class: "cb-swatch", viewBox: "0 0 44 18", width: 44, height: 18, "aria-hidden": "true" }, line, point);
}

/** Round numbers between low and high, about `count` of them. */
export function ticks(low, high, count = 6) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten between low and high, at most about `count`. */
function decades(low, high, count) {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((to - from) / count));
  const exponents = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((e) => e % step === 0);
  return exponents.map((e) => Number(`1e${e}`));
}

/**
 * A chart: {svg, node, layers, x(v), y(v), xAt(event), yAt(event), scale({x, y, log, xTicks, xText, yTicks, yText}), title(text), heading(text)}.
 *
 * layers.back and layers.lines are cut at the frame, layers.marks and layers.labels are not. The scales stand in data-x-low,
 * data-x-high, data-y-low, data-y-high, data-y-log, and the frame (left, top, width, height) in data-frame.
 */
export function chart({ heading, xLabel, yLabel, width = 540, height = 296, left = 62, right = 96, top = 12, bottom = 50 }) {
  const frame = { left, top, width: width - left - right, height: height - top - bottom };
  const clip = freshId("clip");
  const box = { x: left, y: top, width: frame.width, height: frame.height };
  const cut = `url(#${clip})`;
  const layers = { grid: svg("g", { class: "cb-grid" }), back: svg("g", { "clip-path": cut }), lines: svg("g", { "clip-path": cut }) };
  Object.assign(layers, { axes: svg("g", { class: "cb-axes" }), marks: svg("g"), labels: svg("g", { class: "cb-labels" }) });
  const names = [
    svg("text", { x: left + frame.width / 2, y: height - 8, "text-anchor": "middle", class: "cb-name" }, xLabel),
    svg("text", { transform: `translate(17 ${top + frame.height / 2}) rotate(-90)`, "text-anchor": "middle", class: "cb-name" }, yLabel),
  ];
  const root = svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", class: "cb-chart", "data-frame": Object.values(frame).join(" ") },
    svg("clipPath", { id: clip }, svg("rect", box)),
    layers.grid, layers.back, layers.lines, layers.axes, ...names, layers.marks, layers.labels,
  );
  const caption = html("figcaption", {}, heading);
  const node = html("figure", { class: "cb-figure" }, caption, root);
  const scales = { x: [0, 1], y: [0, 1], log: false };
  const up = (value) => (scales.log ? Math.log10(value) : value);

  const x = (value) => left + ((value - scales.x[0]) / (scales.x[1] - scales.x[0])) * frame.width;
  const y = (value) => {
    const [low, high] = scales.y.map(up);
    return top + frame.height - ((up(value) - low) / (high - low)) * frame.height;
  };
  const along = (event) => {
    const seen = root.getBoundingClientRect();
    return (((event.clientX - seen.left) / seen.width) * width - left) / frame.width;
  };
  const xAt = (event) => scales.x[0] + along(event) * (scales.x[1] - scales.x[0]);
  const yAt = (event) => {
    const seen = root.getBoundingClientRect();
    const share = 1 - (((event.clientY - seen.top) / seen.height) * height - top) / frame.height;
    const [low, high] = scales.y.map(up);
    return scales.log ? 10 ** (low + share * (high - low)) : low + share * (high - low);
  };

  /** Set the ranges and draw the axes anew. */
  function scale(changes) {
    Object.assign(scales, changes);
    attributes(root, { "data-x-low": scales.x[0], "data-x-high": scales.x[1], "data-y-low": scales.y[0], "data-y-high": scales.y[1] });
    attributes(root, { "data-y-log": scales.log });
    layers.grid.replaceChildren();
    layers.axes.replaceChildren(svg("rect", { ...box, class: "cb-frame" }));
    const yTicks = scales.yTicks ?? (scales.log ? decades(...scales.y, 7) : ticks(...scales.y));
    for (const value of scales.xTicks ?? ticks(...scales.x, 8)) axisMark(x(value), undefined, (scales.xText ?? number)(value), value === 0 && !scales.xText);
    const written = (value) => (scales.log && (value < 0.01 || value > 999) ? value.toExponential().replace("e+", "e").replace("-", "−") : number(value));
    for (const value of yTicks) axisMark(undefined, y(value), (scales.yText ?? written)(value), value === 0 && !scales.log);
  }

  function axisMark(atX, atY, text, zero) {
    const ends = atY === undefined ? { x1: atX, x2: atX, y1: top, y2: top + frame.height } : { x1: left, x2: left + frame.width, y1: atY, y2: atY };
    const place = atY === undefined ? { x: atX, y: top + frame.height + 19, "text-anchor": "middle" } : { x: left - 8, y: atY + 5, "text-anchor": "end" };
    layers.grid.append(svg("line", { ...ends, class: zero ? "cb-zero" : undefined }));
    layers.axes.append(svg("text", place, text));
  }

  const title = (text) => root.setAttribute("aria-label", text);
  return { svg: root, node, frame, layers, scales, x, y, xAt, yAt, scale, title, heading: (text) => (caption.textContent = text) };
}

/** The path through (xs[i], ys[i]) for first <= i <= last; it is interrupted where a number is not finite. */
export function linePath({ x, y }, xs, ys, first = 0, last = xs.length - 1) {
  let path = "";
  let open = false;
  for (let i = first; i <= last; i++) {
    const high = y(ys[i]);
    if (Number.isFinite(high)) path += `${open ? "L" : "M"}${x(xs[i]).toFixed(2)} ${Math.max(-9999, Math.min(9999, high)).toFixed(2)}`;
    open = Number.isFinite(high);
  }
  return path;
}

/** The places of labels that want to stand at `wanted`, moved apart to at least `gap`, kept between low and high. */
export function spread(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i] - wanted[j]);
  const places = [];
  order.forEach((i, k) => (places[k] = Math.max(wanted[i], k ? places[k - 1] + gap : low)));
  for (let k = places.length - 1; k >= 0; k--) places[k] = Math.min(places[k], k === places.length - 1 ? high : places[k + 1] - gap);
  const result = [];
  order.forEach((i, k) => (result[i] = places[k]));
  return result;
}

/** Names at the right end of lines, [{text, at, style}] with `at` in pixels, moved apart where they would overlap. */
export function endLabels({ frame, layers }, labels, gap = 19) {
  const places = spread(labels.map(({ at }) => at), gap, frame.top + 8, frame.top + frame.height - 2);
  const right = frame.left + frame.width;
  const nodes = labels.flatMap(({ text, at, style }, i) => [
    svg("path", { d: `M${right + 2} ${at.toFixed(1)}L${right + 10} ${places[i].toFixed(1)}h4`, fill: "none", stroke: style.colour, "stroke-width": 2 }),
    svg("text", { x: right + 18, y: (places[i] + 5).toFixed(1) }, text),
  ]);
  layers.labels.replaceChildren(...nodes);
}
