// A matrix as cells with their numbers. How strong a colour is compares it with the largest number shown.
import { attributes, html, svg, write } from "../kit/elements.js";
import { number } from "../kit/numbers.js";

const SIDE = 300;
const FAINT = 0.6; // so that numbers stay legible on it, in both themes

/** "{row} of {rows}" with the values in their places, as words.py writes them. */
export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** A number for a small cell: at most so many digits and decimals. */
export const short = (value, places, digits) => number(Number(value.toFixed(places)), digits);

/**
 * {node, draw(values, options), at(event)}: a square drawing in a figure.
 *
 * draw: values are rows of numbers; NaN is an empty cell.
 *   margin: how many cells of zeros stand around; shown(i, j): whether a cell is filled already; ink: pixels, not signed numbers;
 *   written: [decimals, digits] of the numbers at most, null for none; frames: [{rows: [first, last], columns: [first, last], kind}] from 0, without the margin;
 *   heading, label: the caption, and what a screen reader says.
 * at: {row, column} from 1, without the margin, under the pointer.
 */
export function grid(name, onPick) {
  const root = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", class: `cb-grid-picture cb-of-${name}` });
  const layers = { cells: svg("g"), texts: svg("g"), frames: svg("g") };
  root.append(layers.cells, layers.texts, layers.frames);
  const caption = html("figcaption");
  const node = html("figure", { class: "cb-figure", "data-name": name }, caption, root);
  let laid = "";
  let cells = [];
  let size, around, count;

  function lay(rows, columns, margin, written) {
    const wanted = `${rows} ${columns} ${margin} ${Boolean(written)}`;
    if (wanted === laid) return;
    laid = wanted;
    around = margin;
    count = [rows, columns];
    size = SIDE / (Math.max(rows, columns) + 2 * margin);
    cells = [];
    for (let i = -margin; i < rows + margin; i++) {
      for (let j = -margin; j < columns + margin; j++) {
        const inside = i >= 0 && j >= 0 && i < rows && j < columns;
        const [x, y] = [(j + margin) * size, (i + margin) * size];
        const box = svg("rect", { x: x + 0.5, y: y + 0.5, width: size - 1, height: size - 1, "data-row": i + 1, "data-column": j + 1 });
        const text = svg("text", { x: x + size / 2, y: y + size / 2, dy: "0.35em", "text-anchor": "middle" });
        cells.push({ i, j, inside, box, text });
      }
    }
    root.style.setProperty("--cb-size", `${Math.min(23, size * 0.44).toFixed(1)}px`);
    layers.cells.replaceChildren(...cells.map(({ box }) => box));
    layers.texts.replaceChildren(...(written ? cells.map(({ text }) => text) : []));
  }

  function draw(values, { margin = 0, shown = () => true, ink = false, written = [1, 2], frames = [], heading, label, largest }) {
    lay(values.length, values[0].length, margin, written);
    const most = largest || Math.max(...values.flat().map((value) => Math.abs(value) || 0)) || 1;
    for (const { i, j, inside, box, text } of cells) {
      const value = inside ? values[i][j] : 0;
      const seen = !Number.isNaN(value) && (!inside || shown(i, j));
      const kind = !inside ? "cb-outside" : !seen ? "cb-empty" : ink ? "cb-ink" : value < 0 ? "cb-minus" : "cb-plus";
      attributes(box, { class: `cb-square ${kind}`, "fill-opacity": seen ? ((FAINT * Math.abs(value)) / most).toFixed(3) : 0, "data-value": seen ? value : undefined });
      write(text, seen && written ? short(value, ...written) : "");
    }
    layers.frames.replaceChildren(...frames.map(frame));
    write(caption, heading);
    attributes(root, { "aria-label": label });
  }

  function frame({ rows, columns, kind = "cb-window" }) {
    const [x, y] = [(columns[0] + around) * size, (rows[0] + around) * size];
    const span = ([first, last]) => (last - first + 1) * size;
    const place = { "data-rows": rows.map((n) => n + 1).join(" "), "data-columns": columns.map((n) => n + 1).join(" ") };
    return svg("rect", { x: x + 1, y: y + 1, width: span(columns) - 2, height: span(rows) - 2, class: `cb-frame-box ${kind}`, ...place });
  }

  const at = (event) => {
    const box = root.getBoundingClientRect();
    const along = (pixels, length, most) => Math.max(1, Math.min(most, Math.floor(((pixels / length) * SIDE) / size) + 1 - around));
    return [along(event.clientY - box.top, box.height, count[0]), along(event.clientX - box.left, box.width, count[1])];
  };

  if (onPick) root.classList.add("cb-pick");
  return { node, svg: root, draw, at };
}

/** The rows of a table's matrix, an array of numbers, cut into rows of `columns`. */
export const cut = (flat, columns) => Array.from({ length: flat.length / columns }, (_, i) => Array.from(flat.slice(i * columns, (i + 1) * columns)));
