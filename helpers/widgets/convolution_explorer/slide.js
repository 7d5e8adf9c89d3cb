// The kernel slides: the pixels under it, the products, their sum, and Z being filled.
import { html } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { drag } from "../kit/controls.js";
import { cut, fill, grid } from "./grid.js";
import { entryFields } from "./settings.js";
import { whereNow } from "./store.js";

/** {node, draw(kernel)}. */
export function slidePage(view, tape) {
  const image = grid("image");
  const output = grid("output", true);
  const products = html("div", { class: "cb-products", role: "img" });
  const sum = html("p", { class: "cb-sum" });
  const fields = entryFields(view, tape.most);
  drag(view, output.svg, { move: (event) => view.set({ place: output.at(event) }), scroll: "none" });

  function draw(kernel) {
    const now = whereNow(view, tape, kernel);
    const { k, i, j, rows, count, side, start } = now;
    const span = (place) => [rows[place][0], rows[place][k - 1]];
    const all = kernel[`${now.group} products`].row(now.index, start(i), start(j));
    const sums = kernel[`${now.group} sums`];
    const Z = rows.map((_, r) => rows.map((__, c) => sums.at(now.index, start(r), start(c))));
    const said = sentence(now, Z[i][j]);
    const wanted = view.get("kernel"); // while its answer is awaited the picture is still that of the kernel before
    fields.draw(Array.isArray(wanted) ? wanted : cut(kernel.K.data, k));
    image.draw(cut(now.pixels, side), {
      margin: now.margin, ink: true, largest: tape.ink[now.group], frames: [{ rows: span(i), columns: span(j) }],
      heading: "Image X", label: `Image ${tape.image_labels[view.get("image")]}, ${side} × ${side}${now.margin ? ", with a margin of zeros" : ""}. The kernel lies on rows ${listed(span(i))} and columns ${listed(span(j))}.`,
    });
    output.draw(Z, {
      shown: (r, c) => r < i || (r === i && c <= j), frames: [{ rows: [i, i], columns: [j, j] }],
      heading: `Output Z, ${count} × ${count}`, label: `Output Z, ${count} × ${count}, filled up to row ${i + 1}, column ${j + 1}. ${said}`,
    });
    drawProducts(now, all, Z[i][j]);
    view.say(said);
  }

  const listed = ([first, last]) => `${first + 1} to ${last + 1}`;

  function sentence({ i, j, k, count, unread, side }, value) {
    const { shape, place, unread: never } = tape.sentences;
    const named = { kernel: tape.labels[view.get("kernel")] ?? tape.own, image: tape.called[view.get("image")], stride: view.get("stride"), padding: view.get("padding") };
    return fill(shape + place + (unread ? never : ""), { rows: count, columns: count, row: i + 1, column: j + 1, count: k * k, sum: number(value), unread, height: side, ...named });
  }

  /** Entry times pixel for each entry; the products; their sum. */
  function drawProducts(now, all, value) {
    const { k, i, j, rows, side, pixels, kernel } = now;
    const cells = Array.from(all, (product, n) => {
      const [r, c] = [rows[i][Math.floor(n / k)], rows[j][n % k]];
      const outside = r < 0 || c < 0 || r >= side || c >= side;
      const pixel = outside ? 0 : pixels[r * side + c];
      const entry = number(kernel.K.data[n], 3);
      const factors = `${pixel} × ${entry.startsWith("−") ? `(${entry})` : entry}`;
      return html("div", { class: `cb-product ${product < 0 ? "cb-minus" : product > 0 ? "cb-plus" : ""}`, "data-value": product, "data-outside": outside }, html("span", {}, factors), html("b", {}, number(product)));
    });
    products.style.setProperty("--cb-columns", k);
    products.replaceChildren(...cells);
    const written = Array.from(all, (product) => number(product));
    products.setAttribute("aria-label", `Pixel times entry: ${cells.map((cell, n) => `${cell.firstChild.textContent} = ${written[n]}`).join("; ")}`);
    const joined = written.map((text, n) => (n === 0 ? text : text.startsWith("−") ? ` − ${text.slice(1)}` : ` + ${text}`)).join("");
    sum.replaceChildren(`${joined} = `, html("b", {}, number(value)));
  }

  const middle = html("div", { class: "cb-middle" }, fields.node, html("p", { class: "cb-over" }, "pixel × entry"), products, sum);
  return { node: html("div", { class: "cb-sliding" }, image.node, middle, output.node), draw };
}
