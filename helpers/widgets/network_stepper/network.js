// The network of the stepper: units, edges and paths; pointing, choosing, and walking through it with the arrow keys.
import { attributes, html, svg, write } from "../kit/elements.js";
import { brief, largestOf, litBy, short, shownIn, sign, unitWords, weightWords } from "./numbers.js";

const SIZE = { width: 510, height: 452, top: 50, bottom: 446 };
const HINT = matchMedia("(pointer: coarse)").matches
  ? "Tap a unit or an edge: its paths are shown, and what it holds stands here."
  : "Point at a unit or an edge, or walk through the network with the arrow keys; Enter shows its paths.";
const NEAR = 7; // how far from an edge, in units of the drawing, it is still pointed at

/** Where units stand; the same places as in picture.py. */
function places(sizes) {
  const wide = sizes.length <= 4 ? 60 : 48;
  const [left, right] = [wide / 2 + 4, SIZE.width - wide / 2 - 92];
  const gap = Math.min(40, (SIZE.bottom - SIZE.top) / Math.max(...sizes));
  const x = sizes.map((_, l) => left + ((right - left) * l) / (sizes.length - 1));
  const y = sizes.map((n) => Array.from({ length: n }, (_, j) => (SIZE.top + SIZE.bottom) / 2 + (j - (n - 1) / 2) * Math.min(40, (SIZE.bottom - SIZE.top) / n)));
  return { x, y, wide, high: Math.min(28, gap - 4) };
}

/** {node, readout, draw(now), paint(paths, entry, strong)}: `now` is what view.js looks up for the settings; `choose(name)` selects an entry. */
export function networkView({ view, tape, look, choose }) {
  const { sizes } = tape;
  const last = sizes.length - 1;
  const place = places(sizes);
  const middle = (SIZE.top + SIZE.bottom) / 2;
  const ends = (l, j, k) => ({ x1: place.x[l - 1] + place.wide / 2, y1: place.y[l - 1][k], x2: place.x[l] - place.wide / 2, y2: place.y[l][j] });
  const units = sizes.map((n, l) => Array.from({ length: n }, (_, j) => makeUnit(l, j)));
  const edges = sizes.map((n, l) => (l ? Array.from({ length: n }, (_, j) => Array.from({ length: sizes[l - 1] }, (_, k) => makeEdge(l, j, k))) : []));
  const captions = sizes.map((_, l) => svg("text", { x: place.x[l], y: 37, "text-anchor": "middle", class: "cb-quantity" }));
  const loss = makeLoss();
  const layers = { edges: svg("g"), paths: svg("g", { class: "cb-paths" }), marks: svg("g") };
  layers.edges.append(...loss.edges, ...edges.flat(2).map((edge) => edge.node));
  const kinds = sizes.map((_, l) => svg("text", { x: place.x[l], y: 18, "text-anchor": "middle" }, l === 0 ? "input" : l === last ? "output" : `hidden ${l}`));
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, class: "cb-network", role: "group" },
    layers.edges, layers.paths, ...units.flat().map((unit) => unit.node), loss.node, layers.marks, ...kinds, ...captions,
  );
  const readout = html("p", { class: "cb-readout" });
  const node = html("div", {}, picture); // which listens, since Tab would stop at a picture that does
  const drawn = []; // of each layer, what its edges show
  let hot;

  function makeUnit(l, j) {
    const box = svg("rect", { x: -place.wide / 2, y: -place.high / 2, width: place.wide, height: place.high });
    const text = svg("text", { y: 4.8, "text-anchor": "middle" });
    const name = l === 0 ? `Input ${j + 1}` : `Unit ${j + 1} of layer ${l}`;
    const node = svg("g", { class: "cb-node", transform: `translate(${place.x[l]} ${place.y[l][j]})`, role: l ? "button" : "img", "aria-label": name, tabindex: -1 }, box, text);
    return { node, box, text, l, j, entry: l ? `b${l}[${j}]` : "", words: () => unitWords(look(), l, j) };
  }

  function makeEdge(l, j, k) {
    const entry = `W${l}[${j}, ${k}]`;
    const node = svg("line", { ...ends(l, j, k), class: "cb-edge", role: "button", "aria-label": `Weight ${entry}`, tabindex: -1, "data-entry": entry });
    return { node, l, j, k, entry, words: () => weightWords(look(), l, j, k) };
  }

  function makeLoss() {
    const x = SIZE.width - 34;
    const text = svg("text", { y: 4.8, "text-anchor": "middle" });
    const box = svg("rect", { x: -32, y: -14, width: 64, height: 28, rx: 2 });
    const node = svg("g", { class: "cb-node cb-loss", transform: `translate(${x} ${middle})` }, box, text, svg("text", { y: -22, "text-anchor": "middle" }, "loss ℓ"));
    const lines = place.y[last].map((y) => svg("line", { x1: place.x[last] + place.wide / 2, y1: y, x2: x - 32, y2: middle, class: "cb-edge cb-to-loss" }));
    return { node, text, edges: lines };
  }

  // --- drawing -------------------------------------------------------------------------------------------------------------

  function draw(now) {
    const { run, step, position, example } = now;
    const lit = litBy(step);
    picture.setAttribute("aria-label", `Network with ${sizes.join(", ")} units after step ${position + 1}, ${step.name}`);
    for (let l = 0; l <= last; l++) {
      const name = shownIn(run.steps, position, l);
      write(captions[l], name);
      const values = name ? units[l].map(({ j }) => run[name].at(j, example)) : [];
      const largest = largestOf(values);
      for (const unit of units[l]) drawUnit(unit, values[unit.j], largest, name, lit.layers.includes(l));
      if (l) drawEdges(l, run, example, lit.weights === l, step.kind === "dW", now.entry !== undefined);
    }
    const backward = position >= run.steps.findIndex(({ kind }) => kind === "loss");
    write(loss.text, backward ? short(run.loss.at(example + 1), 1, 0, 4) : "");
    loss.node.classList.toggle("cb-lit", step.kind === "loss" || step.name === `dZ${last}`);
    for (const line of loss.edges) line.classList.toggle("cb-lit", step.kind === "loss" || step.name === `dZ${last}`);
    point(hot);
  }

  function drawUnit(unit, value, largest, name, isLit) {
    const known = value !== undefined;
    const look = `cb-node${known ? ` cb-${sign(value)}` : " cb-empty"}${isLit ? " cb-lit" : ""}${hot === unit ? " cb-hot" : ""}`;
    attributes(unit.node, { class: look, "data-value": known ? value : undefined, "data-unit": `${unit.l} ${unit.j}`, "data-of": name || undefined });
    attributes(unit.box, { rx: name.startsWith("d") ? 4 : place.high / 2 });
    write(unit.text, known ? brief(value, largest, tape.noise, place.wide < 60 ? 2 : 3) : "");
  }

  /** Edges show weights, or their gradients where `gradient` says so; most steps leave those of most layers as they are. */
  function drawEdges(l, run, example, isLit, gradient, faded) {
    const [values, index] = gradient && isLit ? [run[`own${l}`], [example]] : [tape.p[`W${l}`], []];
    const wanted = [values, example, isLit, faded];
    if (wanted.every((part, i) => part === drawn[l]?.[i])) return;
    drawn[l] = wanted;
    const all = edges[l].flat();
    const largest = largestOf(all.map(({ j, k }) => values.at(...index, j, k))) || 1;
    for (const edge of all) {
      const now = values.at(...index, edge.j, edge.k);
      const width = Number.isFinite(now) ? 0.6 + (3.2 * Math.abs(now)) / largest : 0.6;
      const state = faded ? " cb-faded" : isLit ? " cb-lit" : "";
      attributes(edge.node, { class: `cb-edge cb-${sign(now)}${state}${hot === edge ? " cb-hot" : ""}`, "stroke-width": width.toFixed(2), "data-value": now });
    }
  }

  /** Draw the paths of the chosen weight: [{units, product, cut}] from layer `l`, the one with `strong` stands out. */
  function paint(paths, entry, strong) {
    layers.paths.replaceChildren();
    layers.marks.replaceChildren();
    if (!entry) return;
    const largest = largestOf(paths.map(({ product }) => product)) || 1;
    const first = entry.kind === "W" ? [[place.x[entry.l - 1] + place.wide / 2, place.y[entry.l - 1][entry.k]]] : [];
    const order = paths.map((_, i) => i).sort((i, j) => (i === strong) - (j === strong) || Math.abs(paths[i].product) - Math.abs(paths[j].product));
    for (const i of order) {
      const { units: through, product, cut } = paths[i];
      const crossing = (l, j) => [-1, 1].map((side) => [place.x[l] + (side * place.wide) / 2, place.y[l][j]]);
      const points = [...first, ...through.flatMap((j, step) => crossing(entry.l + step, j)), [SIZE.width - 34, middle]];
      const width = cut ? 1.4 : 1.6 + (4.4 * Math.abs(product)) / largest;
      const faded = strong !== undefined && i !== strong ? " cb-faded" : "";
      const shape = svg("polyline", { points: points.map((p) => p.map((c) => c.toFixed(1)).join(",")).join(" "), class: `cb-path cb-${cut ? "cut" : sign(product)}${faded}` });
      layers.paths.append(attributes(shape, { "stroke-width": (width + (i === strong ? 2.5 : 0)).toFixed(2), "data-path": i, "data-product": product }));
    }
    const crossed = new Set(paths.flatMap(({ cutAt }) => cutAt ?? []));
    for (const key of crossed) {
      const [l, j] = key.split(" ").map(Number);
      const at = `translate(${place.x[l] + place.wide / 2 - 3} ${place.y[l][j] - place.high / 2 + 3})`;
      layers.marks.append(svg("path", { d: "M-5 -5L5 5M-5 5L5 -5", transform: at, class: "cb-cross", "data-unit": key }));
    }
    if (entry.kind === "b") units[entry.l][entry.j].node.classList.add("cb-chosen");
  }

  // --- pointing ------------------------------------------------------------------------------------------------------------

  function point(item) {
    hot?.node.classList.remove("cb-hot");
    hot = item;
    if (!item) return write(readout, HINT);
    item.node.classList.add("cb-hot");
    readout.textContent = item.words();
    item.node.setAttribute("aria-label", readout.textContent);
  }

  function hit(event) {
    const box = picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIZE.width;
    const y = ((event.clientY - box.top) / box.height) * SIZE.height;
    const near = units.flat().find(({ l, j }) => Math.abs(x - place.x[l]) <= place.wide / 2 && Math.abs(y - place.y[l][j]) <= place.high / 2 + 2);
    if (near) return near;
    const l = place.x.findIndex((right, l) => l && x > place.x[l - 1] + place.wide / 2 && x < right - place.wide / 2);
    if (l < 1) return undefined;
    let found;
    let least = NEAR;
    for (const edge of edges[l].flat()) {
      const { x1, y1, x2, y2 } = ends(l, edge.j, edge.k);
      const distance = Math.abs((y2 - y1) * (x - x1) - (x2 - x1) * (y - y1)) / Math.hypot(x2 - x1, y2 - y1);
      if (distance < least) [found, least] = [edge, distance];
    }
    return found;
  }

  view.listen(picture, "pointermove", (event) => view.guard(() => point(hit(event) ?? focused())));
  view.listen(picture, "pointerleave", () => point(focused()));
  view.listen(picture, "click", (event) => view.guard(() => {
    const item = hit(event);
    if (!item) return;
    point(item);
    reach(item);
    if (item.entry) choose(item.entry === view.get("selected") ? "" : item.entry);
  }));

  // --- walking with the keyboard: one stop for Tab, arrows from unit to edge to unit --------------------------------------------

  let stop = units[1][0];
  stop.node.setAttribute("tabindex", 0);

  /** The unit or edge that has the focus, if one has. */
  function focused() {
    return stop.node.matches(":focus") ? stop : undefined;
  }

  function reach(item) {
    stop.node.setAttribute("tabindex", -1);
    stop = item;
    stop.node.setAttribute("tabindex", 0);
  }

  function neighbour({ l, j, k }, key) {
    const wrap = (n, size) => (n + size) % size;
    if (k === undefined) {
      if (key === "ArrowUp" || key === "ArrowDown") return units[l][wrap(j + (key === "ArrowDown" ? 1 : -1), sizes[l])];
      if (key === "ArrowRight") return edges[l + 1]?.[0]?.[j];
      return l ? edges[l][j][0] : undefined;
    }
    if (key === "ArrowUp" || key === "ArrowDown") return edges[l][wrap(j + (key === "ArrowDown" ? 1 : -1), sizes[l])][k];
    if (key === "PageUp" || key === "PageDown") return edges[l][j][wrap(k + (key === "PageDown" ? 1 : -1), sizes[l - 1])];
    return key === "ArrowRight" ? units[l][j] : units[l - 1][k];
  }

  view.listen(node, "keydown", (event) => {
    if (["Enter", " "].includes(event.key)) {
      event.preventDefault();
      if (stop.entry) choose(stop.entry === view.get("selected") ? "" : stop.entry);
    } else if (event.key === "Escape") choose("");
    else if (/^(Arrow(Up|Down|Left|Right)|Page(Up|Down))$/.test(event.key)) {
      event.preventDefault();
      const next = neighbour(stop, event.key);
      if (!next) return;
      reach(next);
      point(next);
      next.node.focus({ preventScroll: true });
    }
  });
  view.listen(node, "focusin", () => point(stop));
  view.listen(node, "focusout", () => point(undefined));

  return { node, readout, draw, paint };
}
