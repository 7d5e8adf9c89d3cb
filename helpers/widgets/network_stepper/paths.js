// The gradient of a chosen weight as a table of its paths: every factor, the product, the sum.
import { html } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { button } from "../kit/controls.js";

/** The listed paths of an entry: [{units, factors, product, cut, cutAt}], all looked up. */
export function pathsOf({ tape, run, example }, { kind, l, j, k }) {
  const which = run[`which${l}`].row(example, j);
  const products = run[`path${l}`].row(example, j, k);
  return Array.from(which, (number, n) => {
    const units = unitsOf(tape.sizes, l, j, number);
    const factors = factorsOf({ tape, run, example }, { kind, l, k }, units);
    const zero = units.map((unit, step) => ({ key: `${l + step} ${unit}`, slope: run[`slope${l + step}`]?.at(unit, example) }));
    const cutAt = zero.filter(({ slope }) => slope === 0).map(({ key }) => key);
    return { units, factors, product: products[n], cut: products[n] === 0, cutAt };
  });
}

/** The units behind a path's number, one in each layer from l on. */
function unitsOf(sizes, l, j, number) {
  const units = [];
  let rest = number;
  for (let q = sizes.length - 1; q > l; q--) {
    units.unshift(rest % sizes[q]);
    rest = Math.floor(rest / sizes[q]);
  }
  return [j, ...units];
}

function factorsOf({ tape, run, example }, { kind, l, k }, units) {
  const last = tape.sizes.length - 1;
  const factors = kind === "W" ? [run[`A${l - 1}`].at(k, example)] : [];
  units.forEach((unit, step) => {
    const q = l + step;
    if (q === last) factors.push(run[`dZ${q}`].at(unit, example));
    else factors.push(run[`slope${q}`].at(unit, example), tape.p[`W${q + 1}`].at(units[step + 1], unit));
  });
  return factors;
}

/** What stands above each factor. */
function headings(tape, { kind, l, k }) {
  const last = tape.sizes.length - 1;
  const names = kind === "W" ? [`A${l - 1}[${k}]`] : [];
  for (let q = l; q < last; q++) names.push(`g′(Z${q})`, `W${q + 1}`);
  return [...names, `dZ${last}`];
}

/** {node, draw(now, paths)}; `point(n)` says which path is pointed at, `close()` ends the choice. */
export function pathsPanel({ tape, point, close }) {
  const title = html("strong", { class: "cb-paths-title" });
  const head = html("thead");
  const body = html("tbody");
  const foot = html("tfoot");
  const table = html("table", { class: "cb-numbers cb-matrix cb-path-table" }, head, body, foot);
  const scroll = html("div", { class: "cb-scroll", tabindex: 0, role: "group", "aria-label": "Table of paths" }, table);
  const node = html("div", { hidden: true }, html("div", { class: "cb-paths-bar" }, title, button({ text: "✕ Close", label: "Close the paths", onClick: close })), scroll);

  function draw({ run, example, entry }, paths) {
    node.hidden = entry === undefined;
    if (!entry) return;
    const { name, kind, l, j, k } = entry;
    const last = tape.sizes.length - 1;
    const count = tape.sizes.slice(l + 1).reduce((product, n) => product * n, 1);
    title.textContent = `d${name} = sum over ${count} path${count === 1 ? "" : "s"}${tape.m > 1 ? `, example ${example + 1}` : ""}`;
    const columns = headings(tape, entry);
    const between = Math.max(0, last - l - (tape.sizes[last] === 1 ? 1 : 0)); // how many layers a path can choose its unit in
    const through = ["path", "through unit"][between] ?? "through units";
    head.replaceChildren(html("tr", {}, [through, ...columns, "product"].map((text) => html("th", { scope: "col" }, text))));
    body.replaceChildren(...paths.map((path, n) => rowOf(path, n, between)));
    const wide = columns.length + 1;
    const line = (text, value, part) => html("tr", { "data-name": part }, html("th", { scope: "row", colspan: wide }, text), html("td", { class: "cb-result", "data-value": value }, number(value)));
    const others = count > paths.length ? [line(`the other ${count - paths.length} paths together`, run[`rest${l}`].at(example, j, k), "rest")] : [];
    const own = run[`own${l}`].at(example, j, k);
    foot.replaceChildren(...others, line(`sum over ${run[`alive${l}`].at(example, j, k)} living of ${count}`, run[`sum${l}`].at(example, j, k), "sum"));
    foot.append(line(`backward pass: d${name}${tape.m > 1 ? ` of example ${example + 1} alone` : ""}`, own, "own"));
    if (tape.m > 1) foot.append(line(`mean over the ${tape.m} examples: d${name}`, kind === "W" ? run[`dW${l}`].at(j, k) : run[`db${l}`].at(j, 0), "mean"));
  }

  function rowOf({ units, factors, product, cut }, n, between) {
    const through = units.slice(1, 1 + between).map((unit) => unit + 1).join(", ") || "direct";
    const cells = factors.map((value) => html("td", { class: value === 0 ? "cb-cut" : undefined, "data-value": value }, number(value, 3) + (value === 0 ? " ✕" : "")));
    const show = button({ text: through, label: between ? `Show the path through ${through}` : "Show the direct path", onClick: () => point(n) });
    const row = html("tr", { "data-path": n }, html("th", { scope: "row" }, show), cells, html("td", { class: cut ? "cb-cut" : "cb-result", "data-value": product }, cut ? "cut" : number(product)));
    row.addEventListener("pointerenter", () => point(n));
    row.addEventListener("pointerleave", () => point(undefined));
    show.addEventListener("focus", () => point(n));
    show.addEventListener("blur", () => point(undefined));
    return row;
  }

  return { node, draw };
}
