// The matrix unit × example: a cell's colour is the sign and size of its gradient, a dot stands where ReLU lets nothing pass.
import { attributes, html, svg, write } from "../kit/elements.js";
import { number } from "../kit/numbers.js";

const AREA = { left: 44, top: 40, width: 412, height: 340 };
const [BAR_ACROSS, BAR_DOWN] = [44, 26]; // the longest bars of the counts
const FEW = 24; // cells that are large enough for their numbers
const LEVELS = 16; // shades of each colour: a path for each shade is painted sooner than a thousand squares

/** {node, svg, at(event), lay(run), paint(run, t, show), choose(run, t, j, i), title(text), heading(text)}. */
export function matrix() {
  const { left, top, width, height } = AREA;
  const shades = ["cb-minus", "cb-plus"].map((sign) => Array.from({ length: LEVELS }, (_, k) => svg("path", { class: `cb-cell ${sign}`, "fill-opacity": (k + 1) / LEVELS, "data-level": k + 1 })));
  const layers = { cells: svg("g", {}, shades.flat()), dots: svg("path", { class: "cb-off-dot" }), texts: svg("g"), axes: svg("g"), bars: svg("g"), chosen: svg("g") };
  const root = svg("svg", { viewBox: `0 0 ${left + width + 134} ${top + height + 58}`, role: "img", class: "cb-chart cb-matrix" }, Object.values(layers));
  const caption = html("figcaption");
  const node = html("figure", { class: "cb-figure" }, caption, root);
  let squares, middles; // of each cell, as paths
  let w, h, units, examples;

  /** Place the cells and names for the units and examples of a run. */
  function lay(run) {
    ({ units, examples } = run);
    [w, h] = [width / examples, height / units];
    const gap = Math.min(1, w / 8, h / 8);
    const [across, down] = [(w - gap).toFixed(1), (h - gap).toFixed(1)];
    const cells = Array.from({ length: units * examples }, (_, k) => [left + (k % examples) * w, top + Math.floor(k / examples) * h]);
    squares = cells.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h${across}v${down}h-${across}z`);
    middles = cells.map(([x, y]) => ({ x: (x + w / 2).toFixed(1), y: (y + h / 2).toFixed(1) }));
    layers.axes.replaceChildren(...unitNames(run), ...classNames(run));
  }

  function unitNames({ units }) {
    const every = units <= 12 ? 1 : 8;
    const shown = Array.from({ length: units }, (_, j) => j + 1).filter((unit) => unit === 1 || unit % every === 0);
    const names = shown.map((unit) => svg("text", { x: left - 7, y: top + (unit - 0.5) * h + 5, "text-anchor": "end" }, String(unit)));
    return [...names, svg("text", { x: left - 7, y: top - 10, "text-anchor": "end" }, "unit")];
  }

  /** The class of each column, once for neighbours of the same class, where there is room. */
  function classNames({ true: truth, classes }) {
    const starts = truth.map((_, i) => i).filter((i) => i === 0 || truth[i] !== truth[i - 1]);
    const names = starts.map((i, r) => ({ name: classes[truth[i]], at: i, wide: ((starts[r + 1] ?? truth.length) - i) * w }));
    const room = Math.min(...names.map(({ name, wide }) => wide - 9 * name.length));
    if (room < 4) return [];
    const rule = ({ at, wide }) => svg("path", { d: `M${(left + at * w + 1).toFixed(1)} ${top - 5}h${(wide - 3).toFixed(1)}`, class: "cb-run" });
    const text = ({ name, at, wide }) => svg("text", { x: left + at * w + wide / 2, y: top - 11, "text-anchor": "middle" }, name);
    return names.flatMap((one) => [rule(one), text(one)]);
  }

  /** Colour the cells for moment t. */
  function paint(run, t, show) {
    const [wish, passes, off, largest] = [run.dA1.row(t), run.dZ1.row(t), run.off.row(t), run.largest[t] || 1];
    const cut = (k) => show === "passed" && off[k] === 1;
    const paths = shades.map((row) => row.map(() => ""));
    const few = squares.length <= FEW;
    let dots = "";
    squares.forEach((square, k) => {
      const level = Math.ceil(LEVELS * Math.sqrt(Math.abs(wish[k]) / largest));
      if (!cut(k) && level) paths[wish[k] < 0 ? 0 : 1][level - 1] += square;
      if (cut(k) && !few) dots += `M${middles[k].x} ${middles[k].y}h0.01`;
    });
    shades.forEach((row, sign) => row.forEach((node, level) => attributes(node, { d: paths[sign][level] })));
    attributes(layers.dots, { d: dots });
    layers.bars.replaceChildren(...bars(run, t));
    const written = ({ x, y }, k) => svg("text", { x, y, dy: 6, "text-anchor": "middle", class: "cb-halo" }, number((show === "passed" ? passes : wish)[k]));
    layers.texts.replaceChildren(...(few ? middles.map(written) : []));
  }

  const across = (count, run) => (BAR_ACROSS * count) / run.examples;
  const down = (count, run) => (BAR_DOWN * count) / run.units;
  const beside = (j, length) => `M${left + width + 6} ${(top + j * h).toFixed(1)}h${length.toFixed(1)}v${(h * 0.85).toFixed(1)}h${(-length).toFixed(1)}z`;
  const below = (i, length) => `M${(left + i * w).toFixed(1)} ${top + height + 6}h${(w * 0.85).toFixed(1)}v${length.toFixed(1)}h${(-w * 0.85).toFixed(1)}z`;

  /** How often each unit and each example is off; a unit that is off for all of them is marked. */
  function bars(run, t) {
    const [missed, lost] = [Array.from(run.by_unit.row(t)), Array.from(run.by_example.row(t))];
    const path = (d, name) => svg("path", { d: d.join(""), class: `cb-count ${name}`, "data-counts": name });
    const dead = (count) => count === examples;
    return [
      path(missed.map((count, j) => (dead(count) ? "" : beside(j, across(count, run)))), "cb-by-unit"),
      path(missed.map((count, j) => (dead(count) ? beside(j, across(count, run)) : "")), "cb-dead"),
      path(lost.map((count, i) => below(i, down(count, run))), "cb-by-example"),
      svg("text", { x: left + width + 6, y: top - 10 }, "off for"),
      svg("text", { x: left - 7, y: top + height + 22, "text-anchor": "end" }, "off"),
    ];
  }

  /** Frame the cell of unit j and example i (from 0), and write its counts at the ends of its row and its column. */
  function choose(run, t, j, i) {
    const [x, y] = [left + i * w, top + j * h];
    const [missed, lost] = [run.by_unit.at(t, j), run.by_example.at(t, i)];
    const at = Math.max(left + 30, Math.min(left + width - 30, x + w / 2));
    const frame = (values, name) => svg("rect", { ...values, class: name });
    layers.chosen.replaceChildren(
      frame({ x: left - 1, y: y - 1, width: width + 1, height: h + 1 }, "cb-across"),
      frame({ x: x - 1, y: top - 1, width: w + 1, height: height + 1 }, "cb-across"),
      frame({ x: x - 1.5, y: y - 1.5, width: w + 2, height: h + 2, "data-unit": j + 1, "data-example": i + 1 }, "cb-chosen"),
      svg("path", { d: beside(j, across(missed, run)) + below(i, down(lost, run)), class: "cb-count cb-now" }),
      svg("text", { x: left + width + BAR_ACROSS + 12, y: y + h / 2 + 5, "data-name": "missed" }, `${missed} of ${run.examples}`),
      svg("text", { x: at, y: top + height + BAR_DOWN + 24, "text-anchor": "middle", "data-name": "lost" }, `${lost} of ${run.units}`),
    );
  }

  /** The cell {unit, example}, counted from 1, under the pointer, or the nearest one. */
  function at(event) {
    const box = root.getBoundingClientRect();
    const unit = root.viewBox.baseVal.width / box.width;
    const place = (pixels, start, size, count) => Math.max(1, Math.min(count, 1 + Math.floor((pixels * unit - start) / size)));
    return { unit: place(event.clientY - box.top, top, h, units), example: place(event.clientX - box.left, left, w, examples) };
  }

  return { node, svg: root, at, lay, paint, choose, title: (text) => attributes(root, { "aria-label": text }), heading: (text) => write(caption, text) };
}
