// Where a gradient comes from: the places over which one entry of dK, or one pixel of dX, is summed.
import { html } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { drag, radios, slider } from "../kit/controls.js";
import { cut, fill, grid } from "./grid.js";
import { whereNow } from "./store.js";

/** {node, bar, draw(kernel)}. */
export function gradientPage(view, tape) {
  const image = grid("pixels", true);
  const above = grid("dZ", true);
  const product = grid("terms", true);
  const whole = grid("whole", true);
  const kernelChosen = () => view.get("of") === "kernel";
  const name = () => (kernelChosen() ? "entry" : "pixel");
  const of = radios({ legend: "Gradient of", options: Object.entries(tape.of).map(([value, label]) => ({ value, label })), onChange: (value) => view.set({ of: value }) });
  let side = 1; // of what the gradient is shaped like
  const which = slider({ label: "which", min: 0, max: 1, step: 1, onInput: (n) => view.set({ [name()]: [Math.floor(n / side) + 1, (n % side) + 1] }) });
  for (const one of [above, product]) drag(view, one.svg, { move: (event) => view.set({ place: one.at(event) }), scroll: "none" });
  drag(view, whole.svg, { move: (event) => view.set({ [name()]: whole.at(event) }), scroll: "none" });
  drag(view, image.svg, { move: (event) => view.set({ of: "pixel", pixel: image.at(event) }), scroll: "none" });

  /** {factors, products, gradient}: rows over the places; NaN where a place has no part. The lookups find which entry lies on a pixel. */
  function termsOf(now, u, v) {
    const { rows, group, index, combination, k, side: height, pixels, kernel } = now;
    if (kernelChosen()) {
      const back = tape.back[`${group} ${k}`];
      const pixel = (r, c) => (r < 0 || c < 0 || r >= height || c >= height ? 0 : pixels[r * height + c]);
      return {
        factors: rows.map((r) => rows.map((c) => pixel(r[u], c[v]))),
        products: rows.map((_, i) => rows.map((__, j) => back.products.at(combination, index, u, v, i, j))),
        gradient: cut(back.dK.row(combination, index), k),
      };
    }
    const onRow = rows.map((r) => r.indexOf(u));
    const onColumn = rows.map((c) => c.indexOf(v));
    const each = (value) => onRow.map((a, i) => onColumn.map((b, j) => (a < 0 || b < 0 ? NaN : value(a, b, i, j))));
    return {
      factors: each((a, b) => kernel.K.at(a, b)),
      products: each((a, b, i, j) => kernel.terms.at(a, b, i, j)),
      gradient: cut(kernel[`${group} dX`].row(combination), height),
    };
  }

  function draw(kernel) {
    const now = whereNow(view, tape, kernel);
    const { rows, i, j, count, k } = now;
    side = kernelChosen() ? k : now.side;
    const [u, v] = view.get(name()).map((n) => Math.min(n, side) - 1);
    const { factors, products, gradient } = termsOf(now, u, v);
    const said = sentence(now, u, v, factors, products, gradient);
    of.show(view.get("of"));
    which.input.max = side * side - 1;
    which.show(u * side + v, `row ${u + 1}, column ${v + 1}`);
    const here = [{ rows: [i, i], columns: [j, j] }];
    const window = { rows: [rows[i][0], rows[i][k - 1]], columns: [rows[j][0], rows[j][k - 1]], kind: "cb-patch-box" };
    const one = (r, c, kind) => ({ rows: [r, r], columns: [c, c], kind });
    const seen = kernelChosen() ? rows.flatMap((r) => rows.map((c) => one(r[u], c[v], "cb-part"))) : [one(u, v, "cb-part")];
    const point = kernelChosen() ? one(rows[i][u], rows[j][v]) : one(u, v);
    image.draw(cut(now.pixels, now.side), { margin: now.margin, ink: true, largest: tape.ink[now.group], frames: [window, ...seen, point], heading: "Image X", label: `Image ${tape.image_labels[view.get("image")]}. ${said}` });
    const dZ = rows.map((_, r) => rows.map((__, c) => tape.slopes.at(r, c)));
    above.draw(dZ, { frames: here, heading: "dZ, from above", label: `dZ, ${count} × ${count}. ${said}` });
    product.draw(products, { frames: here, heading: kernelChosen() ? "dZ × pixel under it" : "dZ × entry on it", label: `Products. ${said}` });
    const what = kernelChosen() ? "dK" : "dX";
    whole.draw(gradient, { frames: [{ rows: [u, u], columns: [v, v] }], heading: `${what}: ${number(gradient[u][v])} here`, label: `${what}. ${said}` });
    view.say(said);
  }

  function sentence({ i, j, count }, u, v, factors, products, gradient) {
    const { entry, entry_term: entryTerm, pixel, pixel_term: pixelTerm, not_read: notRead } = tape.sentences;
    const term = kernelChosen() ? entryTerm : Number.isNaN(factors[i][j]) ? notRead : pixelTerm;
    const values = { u: u + 1, v: v + 1, row: i + 1, column: j + 1, all: count * count, places: factors.flat().filter((value) => !Number.isNaN(value)).length };
    Object.assign(values, { sum: number(gradient[u][v]), slope: number(tape.slopes.at(i, j)), factor: number(factors[i][j]), product: number(products[i][j]) });
    return fill((kernelChosen() ? entry : pixel) + term, values);
  }

  const bar = html("div", { class: "cb-bar cb-which" }, of.node, which.node);
  return { node: html("div", { class: "cb-terms" }, image.node, above.node, product.node, whole.node), bar, draw };
}
