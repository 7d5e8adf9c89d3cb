// The graph, at the places that Python gave: values above the nodes, gradients below in brackets, local slopes where they are handed along.
import { attributes, svg, write } from "../kit/elements.js";
import { number } from "../kit/numbers.js";
import { drag } from "../kit/controls.js";

const HIGH = 28; // of a box
const NUDGE = 7; // pixels of the screen to one recorded value

/** {node, draw(now)}; an input can be dragged to the left and to the right. */
export function graphView(view, tape) {
  const { places } = tape;
  const edges = places.edges.map(makeEdge);
  const nodes = places.nodes.map(makeNode);
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${places.width} ${places.height + 6}`, role: "img", class: "cb-graph", style: `min-width: ${Math.round(places.width > 900 ? 0.92 * places.width : 720)}px` },
    edges.map((edge) => edge.node), nodes.map((node) => node.node), edges.map((edge) => edge.text),
  );

  function makeEdge({ d, at: [x, y], end: [endX, endY] }) {
    const line = svg("path", { d, class: "cb-line" });
    const head = svg("path", { d: `M${endX - 2} ${endY - 5}l9 5l-9 5z`, class: "cb-head" });
    return { node: svg("g", {}, line, head), text: svg("text", { x, y, "text-anchor": "middle", class: "cb-local" }) };
  }

  function makeNode([x, y, wide], k) {
    const isInput = k < tape.inputs;
    const box = svg("rect", { x: x - wide / 2, y: y - HIGH / 2, width: wide, height: HIGH, rx: isInput ? 5 : HIGH / 2 });
    const label = svg("text", { x, y: y + 5, "text-anchor": "middle", class: "cb-label" }, tape.labels[k]);
    const value = svg("text", { x, y: y - 20, "text-anchor": "middle", class: "cb-forward" });
    const gradient = svg("text", { x, y: y + 31, "text-anchor": "middle", class: "cb-back" });
    const node = svg("g", { class: isInput ? "cb-input" : "cb-made", "data-node": tape.names[k] }, box, label, value, gradient);
    if (isInput) makeDrag(node, tape.names[k]);
    return { node, value, gradient };
  }

  function makeDrag(node, name) {
    const column = tape.values[name];
    let start;
    const begin = (event) => {
      const row = view.get("input") === name ? column.indexOf(view.get("value")) : tape.middle;
      return Boolean((start = { at: event.clientX, row }));
    };
    const move = (event) => {
      const row = Math.max(0, Math.min(column.length - 1, start.row + Math.round((event.clientX - start.at) / NUDGE)));
      view.set({ input: name, value: column[row] });
    };
    drag(view, node, { when: begin, move, scroll: "none" });
  }

  function draw(now, said) {
    const { step, last, node, values, held, run, row, local, known, input } = now;
    const used = new Set(now.used.map(({ e }) => e));
    const active = new Set(now.hands.map(({ e }) => e));
    edges.forEach((edge, e) => {
      attributes(edge.node, { class: `cb-edge${used.has(e) ? " cb-used" : ""}${active.has(e) ? " cb-now" : ""}`, "data-edge": e });
      write(edge.text, active.has(e) ? `× ${number(local[e], 3)}` : "");
    });
    nodes.forEach((one, k) => {
      const name = tape.names[k];
      const wrong = step === last && run.wrong.at(row, k) === 1;
      one.node.classList.toggle("cb-active", k === node);
      one.node.classList.toggle("cb-moves", name === input);
      one.node.classList.toggle("cb-unknown", !known(k));
      write(one.value, known(k) ? `${name} = ${number(values[k], 3)}` : name);
      write(one.gradient, held[k] === undefined ? "" : `[${number(held[k], 3)}]${wrong ? " ✗" : ""}`);
      attributes(one.node, { "data-value": known(k) ? values[k] : undefined, "data-gradient": held[k] });
    });
    attributes(picture, { "aria-label": `Graph of ${tape.names.length} nodes. ${said}` });
    if (node >= 0) follow(places.nodes[node][0]);
  }

  /** Keep the active node in sight where the graph is wider than its place. */
  function follow(x) {
    const room = scroller.clientWidth;
    const at = (x / places.width) * scroller.scrollWidth;
    if (scroller.scrollWidth > room + 1 && (at < scroller.scrollLeft + 60 || at > scroller.scrollLeft + room - 60)) scroller.scrollLeft = at - room / 2;
  }

  const scroller = document.createElement("div");
  scroller.className = "cb-wide";
  scroller.append(picture);
  reachable(view, scroller, "Graph");
  return { node: scroller, draw };
}

/** Let the keyboard reach what scrolls, where it is wider than its place. */
export function reachable(view, node, label) {
  const look = () => attributes(node, { tabindex: node.scrollWidth > node.clientWidth + 1 ? 0 : undefined, role: "group", "aria-label": label });
  const watch = new ResizeObserver(look);
  for (const one of [node, ...node.children]) watch.observe(one);
  view.onClean(() => watch.disconnect());
}
