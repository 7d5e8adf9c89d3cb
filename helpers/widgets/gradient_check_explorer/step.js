// The step size: chord and tangent, and the error over sixteen decades.
import { html, svg } from "../kit/elements.js";
import { nearest, number } from "../kit/numbers.js";
import { drag, radios, select, slider } from "../kit/controls.js";
import { chart, linePath, look, swatch } from "../kit/chart.js";
import { path, point, shade, upright } from "./marks.js";

const ROOM = 110; // for the name of a region, in units of the drawing
const COLUMNS = ["up", "down", "above", "at", "below", "central", "one_sided"]; // as in recording.differences
const DIGITS = { float64: 17, float32: 9 };

export function stepView(view, tape) {
  const left = chart({ heading: "The chord and the tangent", xLabel: "z", yLabel: "f(z)", height: 280, right: 20, left: 58 });
  const right = chart({ heading: "Relative error against the step", xLabel: "step h", yLabel: "relative error", height: 280, left: 90, right: 22 });
  const { exponents, steps } = tape;
  const pairs = tape.precisions.flatMap((precision, i) => tape.differences.map((kind, j) => ({ precision, kind, i, j, style: look(2 * i + j) })));
  const toRow = (row) => view.set({ h: steps[row] });
  const h = slider({ label: "step h", min: exponents[0], max: exponents.at(-1), step: 0.1, onInput: (value) => toRow(nearest(exponents, value)) });
  const names = select({ label: "f", options: tape.functions.map((name) => ({ value: name, label: tape.labels[name] })), onChange: (value) => view.set({ function: value }) });
  const at = select({ label: "z", options: tape.points.map((value) => ({ value, label: number(value) })), onChange: (value) => view.set({ at: value }) });
  const which = radios({
    legend: "Difference",
    options: tape.differences.map((kind) => ({ value: kind, label: tape.kinds[kind] })),
    onChange: (difference) => view.set({ difference }),
  });
  const precision = radios({ legend: "in", options: tape.precisions.map((name) => ({ value: name, label: name })), onChange: (value) => view.set({ precision: value }) });
  const legend = html("p", { class: "cb-legend", "aria-hidden": "true" }, pairs.map((one) => html("span", {}, swatch(one.style), ` ${tape.kinds[one.kind]}, ${one.precision}`)));
  const body = html("tbody");
  const table = html("table", { class: "cb-numbers cb-digits" }, body);
  const shown = () => view.get("view") === "step";
  const curve = () => tape.curves[view.get("function")][tape.points.indexOf(view.get("at"))];
  const chosen = () => pairs.find((one) => one.precision === view.get("precision") && one.kind === view.get("difference"));
  const row = () => nearest(steps, view.get("h"));

  drag(view, right.svg, { move: (event) => toRow(nearest(exponents, right.xAt(event))) });
  drag(view, left.svg, { move: (event) => toRow(nearest(steps, Math.abs(left.xAt(event) - view.get("at")))) });
  for (const one of [left, right]) one.svg.classList.add("cb-drag");

  view.part(["view", "function", "at"], () => {
    if (!shown()) return;
    const z = view.get("at");
    const values = tape.shapes[view.get("function")].data;
    const ends = [nearest(tape.grid, z - 2), nearest(tape.grid, z + 2)];
    const seen = values.subarray(ends[0], ends[1] + 1);
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    const margin = 0.2 * (high - low);
    left.scale({ x: [tape.grid[ends[0]], tape.grid[ends[1]]], y: [low - margin, high + margin] });
    left.layers.lines.replaceChildren(path(linePath(left, tape.grid, values, ...ends), look(0), { class: "cb-shape", "data-name": view.get("function") }));
    names.show(view.get("function"));
    at.show(z);
  });

  view.part(["view", "function", "at", "difference", "precision"], () => {
    if (!shown()) return;
    const { best, errors } = curve();
    const now = chosen();
    const border = exponents[best[now.i][now.j]];
    which.show(now.kind);
    precision.show(now.precision);
    right.scale({ x: [exponents[0], exponents.at(-1)], y: [tape.floor, 3], log: true, xTicks: [-16, -12, -8, -4, 0], xText: (value) => (value ? `1e−${-value}` : "1") });
    right.layers.back.replaceChildren(
      shade(right, exponents[0], border, { class: "cb-rounding", "data-name": "rounding", "data-to": border }),
      upright(right, border, { class: "cb-border", "data-name": "border", "data-x": border }),
    );
    const { left: edge, width, top, height } = right.frame;
    const level = right.y(tape.tolerance);
    const region = (text, from, to) => {
      const [start, end] = [right.x(from), right.x(to)];
      const place = end - start < ROOM ? { x: end - 4, "text-anchor": "end" } : { x: (start + end) / 2, "text-anchor": "middle" };
      return svg("text", { ...place, y: top + height - 10, class: "cb-region cb-halo", "data-name": text }, text);
    };
    right.layers.labels.replaceChildren(
      svg("line", { x1: edge, x2: edge + width, y1: level, y2: level, class: "cb-level", "data-name": "tolerance" }),
      svg("text", { x: edge + 6, y: level - 6, class: "cb-level-text cb-halo cb-warning", "data-name": "tolerance" }, "passes below 1e−7"),
      region("rounding", exponents[0], border),
      region("truncation", border, exponents.at(-1)),
    );
    const ordered = [...pairs.filter((one) => one !== now), now];
    right.layers.lines.replaceChildren(...ordered.map((one) => {
      const high = Array.from(errors.row(one.i, one.j), (value) => Math.max(value, tape.floor));
      return path(linePath(right, exponents, high), one.style, { class: "cb-error", "data-name": `${one.kind} ${one.precision}`, "stroke-width": one === now ? 3.4 : 1.5 });
    }));
  });

  view.part(["view", "h", "function", "at", "difference", "precision"], () => {
    if (!shown()) return;
    const k = row();
    const { slope, columns, errors, best } = curve();
    const now = chosen();
    const of = Object.fromEntries(COLUMNS.map((name, c) => [name, columns.row(now.i, c)[k]]));
    const reading = { ...of, z: view.get("at"), h: steps[k], slope, value: of[now.kind], error: errors.row(now.i, now.j)[k], now };
    h.show(exponents[k], number(steps[k]));
    left.layers.marks.replaceChildren(...chordMarks(reading));
    right.layers.marks.replaceChildren(
      upright(right, exponents[k], { class: "cb-rod" }),
      point(right, exponents[k], Math.max(reading.error, tape.floor), now.style, { "data-name": "error", "data-h": steps[k], "data-error": reading.error }),
    );
    body.replaceChildren(...rowsOf(reading));
    const region = k < best[now.i][now.j] ? "rounding" : "truncation";
    const verdict = reading.error <= tape.tolerance ? "passes" : "fails";
    const words = `${tape.labels[view.get("function")]} at z = ${number(reading.z)}, h = ${number(reading.h)} in ${now.precision}: ${tape.kinds[now.kind]} difference `;
    const text = `${words}${number(reading.value, 6)}, slope ${number(slope, 6)}, relative error ${number(reading.error, 2)}, which ${verdict} at 1e−7; ${region} rules here.`;
    left.title(`The function with its tangent at z = ${number(reading.z)}, slope ${number(slope)}, and the chord over h = ${number(reading.h)}, slope ${number(reading.value)}.`);
    right.title(`Relative errors of four differences against the step. At h = ${number(reading.h)}: ${number(reading.error, 2)}.`);
    view.say(text);
  });

  /** The tangent, the chord (a line with the difference as its slope), and the points that it goes through. */
  function chordMarks({ z, at: height, up, above, down, below, slope, value, now }) {
    const cut = { "clip-path": left.layers.lines.getAttribute("clip-path") };
    const far = 1.7;
    const line = (x, y, by, more) => svg("line", { x1: left.x(z - far), y1: left.y(y + by * (z - far - x)), x2: left.x(z + far), y2: left.y(y + by * (z + far - x)), ...cut, ...more });
    const ends = now.kind === "central" ? [[down, below, "z − h"], [up, above, "z + h"]] : [[z, height, "z"], [up, above, "z + h"]];
    const close = left.x(ends[1][0]) - left.x(ends[0][0]) < 70;
    const aside = (i) => ({ x: i ? 6 : -6, y: i === (value < 0 ? 1 : 0) ? -13 : 24, "text-anchor": i ? "start" : "end" }); // off the chord, which rises or falls
    return [
      line(up, above, value, { class: "cb-chord", "data-name": "chord", "data-slope": value }),
      line(z, height, slope, { class: "cb-tangent", "data-name": "tangent", "data-slope": slope }),
      ...ends.map(([x, y, name]) => point(left, x, y, look(1), { "data-name": name, "data-x": x, "data-y": y })),
      ...ends.map(([x, y, name], i) => svg("text", { ...(close ? aside(i) : { x: 0, y: 24, "text-anchor": "middle" }), class: "cb-end cb-halo", "data-name": name, transform: `translate(${left.x(x)} ${left.y(y)})` }, name)),
    ];
  }

  /** All digits of the two values, those that agree in grey, and what is left of them. */
  function rowsOf({ above, below, at: height, value, slope, error, now, h: step }) {
    const digits = DIGITS[now.precision];
    const written = [above, now.kind === "central" ? below : height].map((one) => one.toPrecision(digits).replaceAll("-", "−"));
    const same = alike(...written);
    const shared = Array.from(written[0].slice(0, same)).filter((sign) => /\d/.test(sign)).join("").replace(/^0+/, "").length;
    const show = (text) => [html("span", { class: "cb-same" }, text.slice(0, same)), html("b", {}, text.slice(same))];
    const lower = now.kind === "central" ? "f(z − h)" : "f(z)";
    const rows = [
      ["above", "f(z + h)", show(written[0]), "slope f′(z)", number(slope, 8)],
      ["below", lower, show(written[1]), `difference (f(z + h) − ${lower}) / ${now.kind === "central" ? "2h" : "h"}`, number(value, 8)],
      ["error", "digits that agree", [`${shared} of ${digits}: lost in the subtraction`], `relative error at h = ${number(step)}`, number(error, 3)],
    ];
    return rows.map(([name, what, shown, other, result]) =>
      html("tr", { "data-name": name }, html("th", { scope: "row" }, what), html("td", { class: name === "error" ? undefined : "cb-long" }, shown), html("th", { scope: "row" }, other), html("td", {}, html("b", {}, result))));
  }

  const tools = html("div", { class: "cb-bar" }, names.node, at.node, which.node, precision.node);
  const charts = html("div", { class: "cb-charts" }, left.node, right.node);
  return html("div", {}, tools, charts, legend, html("div", { class: "cb-bar" }, h.node), html("div", { class: "cb-scroll" }, table));
}

/** How many signs two texts have in common at their beginning. */
function alike(first, second) {
  let count = 0;
  while (count < first.length && first[count] === second[count]) count++;
  return count;
}
