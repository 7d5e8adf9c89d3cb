// The two moons and what the network says around them.
import { html, svg } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { chart, look } from "../kit/chart.js";

const MIDDLE = 127.5; // tones above are class 1
const TINTS = [[0, 114, 178], [213, 94, 0]];
const DEEPEST = 150; // of 255, how much of a tint the surest answer has
const POINT = ["M-2.9 0A2.9 2.9 0 1 0 2.9 0A2.9 2.9 0 1 0 -2.9 0Z", "M-2.7 -2.7H2.7V2.7H-2.7Z"];

/** {node, draw(now)}: a canvas of the answers beneath a chart with the points and the line of 0.5. */
export function fieldPanel({ columns, rows, x_range, y_range, X, y }) {
  const [width, height, left, top] = [330, 240, 42, 10];
  const graph = chart({ heading: "Boundary", xLabel: "x₁", yLabel: "x₂", width, height, left, right: 16, top, bottom: 46 });
  const canvas = html("canvas", { width: columns, height: rows, class: "cb-tones", "aria-hidden": "true" });
  const plane = html("div", { class: "cb-plane" }, canvas);
  const percent = (share) => `${(100 * share).toFixed(3)}%`;
  canvas.style.cssText = `left: ${percent(left / width)}; top: ${percent(top / height)}; width: ${percent(graph.frame.width / width)}; height: ${percent(graph.frame.height / height)}`;
  graph.svg.replaceWith(plane);
  plane.append(graph.svg);
  graph.scale({ x: x_range, y: y_range, xTicks: [-1, 0, 1, 2] });
  const boundary = svg("path", { class: "cb-boundary", fill: "none" });
  const points = Array.from({ length: X.shape[1] }, (_, i) => svg("path", {
    d: POINT[y.at(0, i)], transform: `translate(${graph.x(X.at(0, i)).toFixed(2)} ${graph.y(X.at(1, i)).toFixed(2)})`, fill: look(y.at(0, i)).colour, class: "cb-example",
  }));
  graph.layers.lines.append(...points, boundary);
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  const x = (column) => graph.frame.left + ((column + 0.5) / columns) * graph.frame.width;
  const z = (row) => graph.frame.top + ((row + 0.5) / rows) * graph.frame.height;

  function paint(field) {
    for (let i = 0; i < field.length; i++) {
      const one = field[i] > MIDDLE ? 1 : 0;
      image.data.set(TINTS[one], 4 * i);
      image.data[4 * i + 3] = (Math.abs(field[i] - MIDDLE) / MIDDLE) * DEEPEST;
    }
    pen.putImageData(image, 0, 0);
  }

  function draw({ field, ones, accuracy }) {
    paint(field);
    boundary.setAttribute("d", contour(field, columns, rows, x, z));
    const right = Number.isFinite(accuracy) ? `, accuracy ${number(accuracy, 3)}` : "";
    graph.heading(`Boundary${right}`);
    const says = ones === 0 || ones === 100 ? `class ${ones ? 1 : 0} everywhere` : `class 1 on ${Math.round(ones)} % of the plane`;
    graph.title(`The two moons: class 0 as blue dots, class 1 as vermillion squares. The network says ${says}${right}.`);
  }

  return { node: graph.node, draw };
}

/** The line at MIDDLE through a grid of tones, as a path: in each square of four centres from edge to edge. */
function contour(tones, columns, rows, x, y) {
  let path = "";
  const cut = (i, j) => (MIDDLE - tones[i]) / (tones[j] - tones[i]);
  const differ = (i, j) => tones[i] > MIDDLE !== tones[j] > MIDDLE;
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const [a, b, c, d] = [row * columns + column, row * columns + column + 1, (row + 1) * columns + column + 1, (row + 1) * columns + column];
      const ends = [];
      if (differ(a, b)) ends.push([x(column + cut(a, b)), y(row)]);
      if (differ(b, c)) ends.push([x(column + 1), y(row + cut(b, c))]);
      if (differ(d, c)) ends.push([x(column + cut(d, c)), y(row + 1)]);
      if (differ(a, d)) ends.push([x(column), y(row + cut(a, d))]);
      for (let k = 0; k + 1 < ends.length; k += 2) path += `M${ends[k].map((n) => n.toFixed(1)).join(" ")}L${ends[k + 1].map((n) => n.toFixed(1)).join(" ")}`;
    }
  }
  return path;
}
