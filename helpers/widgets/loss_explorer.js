// The loss explorer. All its numbers come from helpers.losses, by way of loss_recording.py.
import { attributes, button, drag, exported, formula, freshId, html, mount, nearest, number, radios, readTable, select, slider, svg } from "./kit.js";
import { chart, endLabels, linePath, look } from "./chart.js";

const NEEDS_PYTHON = "needs Python: open the notebook and run its cells.";
const WRITTEN = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf|infinity)$/i;

function render(context) {
  const view = mount(context, "Loss explorer");
  view.root.classList.add("cb-losses");
  const tape = readRecording(view.get("recording"));
  const pages = { probability: probabilityView(view, tape), logits: logitsView(view, tape), number: numberView(view, tape) };
  const choice = radios({
    legend: "Show",
    options: [
      { value: "probability", label: "one probability" },
      { value: "logits", label: "logits and softmax" },
      { value: "number", label: "read a loss" },
    ],
    onChange: (value) => view.set({ view: value }),
  });
  view.root.append(html("div", { class: "cb-bar" }, choice.node), ...Object.values(pages));
  view.part(["view"], () => {
    choice.show(view.get("view"));
    for (const [name, page] of Object.entries(pages)) page.hidden = name !== view.get("view");
  });
  return view.start();
}

function readRecording(recording) {
  const read = (columns) => Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, readTable(values).data]));
  const labels = Object.fromEntries(Object.entries(recording.labels).map(([y, columns]) => [y, read(columns)]));
  return { ...recording, labels, p: readTable(recording.p).data, classes: readTable(recording.classes).data, uniform: readTable(recording.uniform).data };
}

/**
 * look up(kind, same, question, draw, missing): draw(answer) with what is recorded, held by Python or answered before; else it is
 * asked for. In a page without Python missing() is called instead.
 */
function answers(view, tape) {
  const last = {};
  const find = (kind, same) => [last[kind], view.get("held")[kind], ...tape[kind]].find((one) => one && same(one));
  return (kind, same, question, draw, missing) => {
    const found = find(kind, same);
    if (found) draw(found);
    else if (exported()) missing();
    else {
      view.ask({ kind, ...question }, (answer) => {
        last[kind] = answer;
        draw(find(kind, same) ?? answer); // also one that somebody has moved on from, or nothing would be seen while they drag
      });
    }
  };
}

// --- the probability of the true class ---------------------------------------------------------------------------------------

function probabilityView(view, tape) {
  const left = chart({ heading: "Loss against the output a, with its tangent", xLabel: "output a = σ(z)", yLabel: "loss (nats)", height: 286 });
  const right = chart({ heading: "The same loss against the logit z", xLabel: "logit z", yLabel: "loss (nats)", height: 286 });
  const rows = tape.p.length;
  const step = Number((tape.p[1] - tape.p[0]).toPrecision(6));
  const moveTo = (row) => view.set({ p: tape.p[Math.max(0, Math.min(rows - 1, row))] });
  const p = slider({ label: "p of the true class", min: tape.p[0], max: tape.p.at(-1), step, onInput: (value) => moveTo(nearest(tape.p, value)) });
  const label = radios({ legend: "True class", options: [1, 0].map((y) => ({ value: y, label: `y = ${y}` })), onChange: (value) => view.set({ label: value }) });
  const body = html("tbody");
  const heads = ["", "formula", "number"].map((text) => html("th", { scope: "col" }, text || "quantity"));
  const table = html("table", { class: "cb-numbers cb-costs" }, html("thead", {}, html("tr", {}, heads)), body);
  const shown = () => view.get("view") === "probability";
  const columns = () => tape.labels[view.get("label")];

  for (const [one, name] of [[left, "a"], [right, "z"]]) {
    const at = (event) => {
      const rising = columns()[name][0] < columns()[name].at(-1);
      const row = nearest(rising ? columns()[name] : columns()[name].toReversed(), one.xAt(event));
      return rising ? row : rows - 1 - row;
    };
    drag(view, one.svg, { move: (event) => moveTo(at(event)) });
    one.svg.classList.add("cb-drag");
  }

  view.part(["view", "label"], () => {
    if (!shown()) return;
    const y = view.get("label");
    label.show(y);
    left.scale({ x: [0, 1], y: [0, tape.top] });
    right.scale({ x: [-tape.top, tape.top], y: [0, tape.top] });
    for (const [one, name] of [[left, "a"], [right, "z"]]) {
      const line = (k) => svg("path", {
        d: linePath(one, tape.labels[k][name], tape.labels[k].loss), fill: "none", class: "cb-cost", "data-name": `y${k}`,
        stroke: look(1 - k).colour, "stroke-width": k === y ? 3 : 1.6, "stroke-dasharray": look(1 - k).dash, opacity: k === y ? 1 : 0.55,
      });
      one.layers.lines.replaceChildren(line(1 - y), line(y));
      endLabels(one, [1, 0].map((k) => ({ text: `y = ${k}`, style: look(1 - k), at: edge(one, tape.labels[k], name) })));
    }
  });

  /** How high a curve stands at the right end of its chart. */
  function edge(one, { loss, ...others }, name) {
    const last = others[name][0] < others[name].at(-1) ? loss.length - 1 : 0;
    return Math.max(one.frame.top, one.y(loss[last]));
  }

  view.part(["p", "view", "label"], () => {
    if (!shown()) return;
    const row = nearest(tape.p, view.get("p"));
    const y = view.get("label");
    const at = Object.fromEntries(Object.entries(columns()).map(([name, values]) => [name, values[row]]));
    p.show(tape.p[row], number(tape.p[row]));
    left.layers.marks.replaceChildren(...marksOf(left, at, "a", "slope", y));
    right.layers.marks.replaceChildren(...marksOf(right, at, "z", "dz", y));
    body.replaceChildren(...rowsOf(tape.formulas[y], { p: tape.p[row], ...at }));
    const words = `The true class, y = ${y}, has probability ${number(tape.p[row])}: it costs ${number(at.loss)}. `;
    left.title(`Loss against the output. At a = ${number(at.a)}: loss ${number(at.loss)}, slope ${number(at.slope)}.`);
    right.title(`Loss against the logit. At z = ${number(at.z)}: loss ${number(at.loss)}, slope ${number(at.dz)}.`);
    view.say(`${words}Slope by a ${number(at.slope)}, by z ${number(at.dz)}, which is a − y.`);
  });

  /** The point with its tangent, the rod at x, and the slope's name. */
  function marksOf(one, at, name, slope, y) {
    const [cx, cy] = [one.x(at[name]), one.y(at.loss)];
    const run = one.x(at[name] + 1) - cx;
    const rise = one.y(at.loss + at[slope]) - cy;
    const share = 82 / Math.hypot(run, rise);
    const ends = { x1: cx - run * share, y1: cy - rise * share, x2: cx + run * share, y2: cy + rise * share };
    const data = { "data-name": `y${y}`, "data-x": at[name], "data-loss": at.loss, "data-slope": at[slope] };
    const { frame } = one;
    const before = cx > frame.left + frame.width * 0.6;
    const place = { x: before ? cx - 16 : cx + 16, y: Math.max(frame.top + 18, cy - 12), "text-anchor": before ? "end" : "start", class: "cb-slope-text", "data-name": `y${y}` };
    const style = look(1 - y);
    return [
      svg("line", { x1: cx, x2: cx, y1: cy, y2: frame.top + frame.height, class: "cb-rod" }),
      svg("line", { ...ends, ...data, class: "cb-tangent", stroke: "var(--cb-text)", "clip-path": one.layers.lines.getAttribute("clip-path") }),
      svg("path", { d: style.mark, transform: `translate(${cx} ${cy})`, fill: style.colour, class: "cb-point", ...data }),
      svg("text", place, `slope ${number(at[slope])}`),
    ];
  }

  /** One row for each quantity: its name, its formula with the numbers put in, the number. */
  function rowsOf(texts, at) {
    const names = { loss: "loss", slope: "slope by a, dL/da", rise: "slope of the sigmoid, da/dz", dz: "slope by z, dZ = a − y" };
    return Object.entries(names).map(([name, words]) => {
      const product = name === "dz" ? [" = dL/da · da/dz = ", ...formula("{(slope)} · {rise}", at)] : [];
      const cells = [html("th", { scope: "row" }, words), html("td", {}, ...formula(texts[name], at), ...product), html("td", {}, html("b", {}, number(at[name])))];
      return html("tr", { "data-name": name }, cells);
    });
  }

  const bar = html("div", { class: "cb-bar" }, p.node, label.node);
  return html("div", {}, html("div", { class: "cb-charts" }, left.node, right.node), bar, html("div", { class: "cb-scroll" }, table));
}

// --- logits ------------------------------------------------------------------------------------------------------------------

function logitsView(view, tape) {
  const [low, high] = tape.logit_range;
  const digits = (value) => Number(value.toFixed(1));
  const asked = answers(view, tape);
  const still = exported();
  const group = freshId("true");
  const logits = () => view.get("logits");
  const truth = () => Math.min(view.get("true_class"), logits().length - 1);
  const move = (change) => view.set({ logits: logits().map((z, k) => digits(Math.max(low, Math.min(high, change(z, k))))) });
  const counts = Array.from({ length: tape.most_logits - 1 }, (_, i) => ({ value: i + 2, label: String(i + 2) }));
  const count = select({ label: "Classes", options: counts, onChange: resize });
  const own = { value: -1, label: "your own" };
  const presets = select({ label: "Example", options: [own, ...tape.logits.map(({ label }, i) => ({ value: i, label }))], onChange: usePreset });
  const tools = [
    button({ text: "All equal", onClick: () => move(() => 0) }),
    button({ text: "Add 1 to all", onClick: () => move((z) => z + 1) }),
    button({ text: "Subtract 1", label: "Subtract 1 from all", onClick: () => move((z) => z - 1) }),
    button({ text: "Double all", onClick: () => move((z) => 2 * z) }),
  ];
  const rows = Array.from({ length: tape.most_logits }, (_, k) => logitRow(k));
  const heads = ["true class", "logit z", "p = softmax(z)", "", "gradient p − y", ""];
  const head = html("tr", {}, heads.map((text, i) => html(text ? "th" : "td", { scope: text ? "col" : undefined, class: i > 2 && !text ? "cb-narrow" : undefined }, text)));
  const table = html("table", { class: "cb-numbers cb-logits" }, html("thead", {}, head), html("tbody", {}, rows.map(({ node }) => node)));
  const sum = html("p", { class: "cb-sum" });
  const note = html("p", { class: "cb-note", hidden: !still }, `Moving a logit ${NEEDS_PYTHON} The examples are recorded.`);
  const shown = () => view.get("view") === "logits";
  if (still) for (const input of [count.input, ...tools, ...rows.flatMap(({ z, radio }) => [z.input, radio])]) input.disabled = true;

  function logitRow(k) {
    const z = slider({ label: `z${sub(k)}`, min: low, max: high, step: tape.logit_step, onInput: (value) => move((old, i) => (i === k ? value : old)) });
    const radio = html("input", { type: "radio", name: group, value: k });
    radio.addEventListener("change", () => view.set({ true_class: k }));
    const fill = (kind) => svg("rect", { y: 2, height: 16, class: `cb-fill cb-${kind}`, "data-name": k });
    const bars = { p: fill("p"), gradient: fill("gradient") };
    const track = (kind, ...more) => svg("svg", { viewBox: "0 0 200 20", preserveAspectRatio: "none", class: "cb-track", "aria-hidden": "true" }, ...more, bars[kind]);
    const texts = { p: html("b"), gradient: html("b") };
    const middle = svg("line", { x1: 100, x2: 100, y1: 0, y2: 20, class: "cb-zero-line" });
    const cells = [
      html("th", { scope: "row" }, html("label", { class: "cb-chip" }, radio, `class ${k}`)),
      html("td", {}, z.node),
      html("td", {}, track("p")),
      html("td", { class: "cb-cell-p" }, texts.p),
      html("td", {}, track("gradient", middle)),
      html("td", { class: "cb-cell-gradient" }, texts.gradient),
    ];
    return { node: html("tr", { "data-name": `class${k}` }, cells), z, radio, bars, texts };
  }

  function resize(K) {
    const more = Array.from({ length: K }, (_, k) => logits()[k] ?? 0);
    view.set({ logits: more, true_class: Math.min(truth(), K - 1) });
  }

  function usePreset(i) {
    if (i >= 0) view.set({ logits: tape.logits[i].values, true_class: tape.logits[i].true });
  }

  const same = ({ values, true: k }) => k === truth() && values.length === logits().length && values.every((z, i) => z === logits()[i]);

  view.part(["view", "logits", "true_class", "held"], () => {
    if (!shown()) return;
    const K = logits().length;
    count.show(K);
    presets.show(tape.logits.findIndex(same));
    rows.forEach(({ node, z, radio }, k) => {
      node.hidden = k >= K;
      if (k < K) z.show(logits()[k], number(logits()[k]));
      radio.checked = k === truth();
    });
    tools[1].disabled = still || Math.max(...logits()) + 1 > high;
    tools[2].disabled = still || Math.min(...logits()) - 1 < low;
    tools[3].disabled = still || Math.max(...logits().map(Math.abs)) * 2 > high;
    table.classList.add("cb-waiting");
    asked("logits", same, { logits: logits(), true: truth() }, draw, () => view.say(`Other logits than the recorded ones: this ${NEEDS_PYTHON}`));
  });

  function draw(found) {
    const { p, gradient, loss, words, true: k } = found;
    if (!shown() || p.length !== logits().length) return;
    table.classList.toggle("cb-waiting", !same(found));
    p.forEach((value, i) => {
      const { bars, texts } = rows[i];
      const slope = gradient[i];
      attributes(bars.p, { x: 0, width: 200 * value, "data-value": value });
      attributes(bars.gradient, { x: 100 + Math.min(0, 100 * slope), width: Math.abs(100 * slope), "data-value": slope });
      bars.gradient.classList.toggle("cb-minus", slope < 0);
      texts.p.textContent = number(value);
      texts.gradient.textContent = number(slope);
    });
    sum.replaceChildren("cross-entropy = ln ∑ e", html("sup", {}, "z"), ` − z${sub(k)} = −ln p${sub(k)} = −ln ${number(p[k])} = `, html("b", { class: "cb-loss" }, number(loss)));
    view.say(words);
  }

  const bar = html("div", { class: "cb-bar" }, presets.node, count.node, html("div", { class: "cb-buttons", role: "group", "aria-label": "All logits" }, tools));
  return html("div", { hidden: true }, bar, note, html("div", { class: "cb-scroll" }, table), sum);
}

/** A lowered digit. */
function sub(k) {
  return String.fromCharCode(0x2080 + k);
}

// --- a loss number -------------------------------------------------------------------------------------------------------------

function numberView(view, tape) {
  const graph = chart({ heading: "A uniform guess over K classes costs ln K", xLabel: "number of classes K", yLabel: "loss (nats)", width: 440, height: 330, right: 50 });
  const [least, most] = [tape.classes[0], tape.classes.at(-1)];
  const asked = answers(view, tape);
  const toClasses = (value) => view.set({ classes: tape.classes[nearest(tape.classes, value)] });
  const K = slider({ label: "K", min: least, max: most, step: 1, onInput: toClasses });
  const typedK = field("Number of classes", { type: "number", min: least, max: most, step: 1, inputmode: "numeric" }, useClasses);
  const typed = field("Loss", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" }, useLoss);
  const own = { value: -1, label: "your own" };
  const known = select({ label: "Numbers to know", options: [own, ...tape.reading.map(({ label }, i) => ({ value: i, label }))], onChange: useKnown });
  const headline = html("p", { class: "cb-headline" });
  const says = html("p", { class: "cb-says" });
  const heads = ["", "suspect", "the experiment that tells"].map((text) => (text ? html("th", { scope: "col" }, text) : html("td")));
  const body = html("tbody");
  const table = html("table", { class: "cb-numbers cb-suspects" }, html("thead", {}, html("tr", {}, heads)), body);
  const shown = () => view.get("view") === "number";
  const move = (event) => toClasses(Math.max(least, Math.min(most, graph.xAt(event))));
  drag(view, graph.svg, { move });
  graph.svg.classList.add("cb-drag");

  /** {node, input, complain(text)}: a labelled field; what is wrong with its text stands under it. */
  function field(label, values, use) {
    const [id, trouble] = [freshId("field"), freshId("trouble")];
    const input = html("input", { id, "aria-describedby": trouble, ...values });
    const said = html("span", { id: trouble, class: "cb-trouble", role: "alert" });
    const complain = (text) => {
      said.textContent = text;
      attributes(input, { "aria-invalid": text ? "true" : undefined });
    };
    input.addEventListener("input", () => view.guard(() => use(input)));
    return { node: html("div", { class: "cb-field" }, html("label", { for: id }, label), input, said), input, complain };
  }

  function useClasses({ value, validity }) {
    const count = Number(value);
    const fits = value !== "" && !validity.badInput && Number.isInteger(count) && count >= least && count <= most;
    typedK.complain(fits ? "" : `a whole number from ${least} to ${most}, please`);
    if (fits) view.set({ classes: count });
  }

  function useLoss({ value }) {
    const text = plain(value);
    const fits = text.length <= 30 && WRITTEN.test(text);
    typed.complain(fits ? "" : "a number such as 6.908, or nan or inf, please");
    if (fits) view.set({ stuck: text });
  }

  const plain = (text) => text.trim().replace("−", "-").replace(",", ".").replace("∞", "inf");

  function useKnown(i) {
    if (i >= 0) view.set({ stuck: tape.reading[i].loss, classes: tape.reading[i].K });
  }

  // What comes back late from Python must not be written into a field while somebody types there.
  const idle = ({ input }) => !input.matches(":focus");
  const same = ({ loss, K: count }) => loss === view.get("stuck") && count === view.get("classes");

  view.part(["view"], () => {
    if (!shown()) return;
    graph.scale({ x: [0, most], y: [0, tape.top + 0.8] });
    const d = linePath(graph, tape.classes, tape.uniform);
    graph.layers.lines.replaceChildren(svg("path", { d, fill: "none", class: "cb-uniform", stroke: look(0).colour, "stroke-width": 3, "data-name": "uniform" }));
    endLabels(graph, [{ text: "ln K", style: look(0), at: graph.y(tape.uniform.at(-1)) }]);
  });

  view.part(["view", "classes", "stuck", "held"], () => {
    if (!shown()) return;
    const count = view.get("classes");
    K.show(count, `${count}`);
    if (idle(typedK)) {
      if (typedK.input.valueAsNumber !== count) typedK.input.value = count;
      typedK.complain("");
    }
    if (idle(typed)) {
      if (plain(typed.input.value) !== view.get("stuck")) typed.input.value = view.get("stuck");
      typed.complain("");
    }
    known.show(tape.reading.findIndex(same));
    drawCost(count);
    table.classList.add("cb-waiting");
    asked("reading", same, { loss: view.get("stuck"), K: count }, draw, () => missing(count));
  });

  const cost = (count) => tape.uniform[nearest(tape.classes, count)];

  function drawCost(count, stuck = []) {
    const loss = cost(count);
    const [cx, cy] = [graph.x(count), graph.y(loss)];
    const before = cx > graph.frame.left + graph.frame.width * 0.55;
    const low = cy + 30 > graph.frame.top + graph.frame.height;
    const data = { "data-name": "uniform", "data-classes": count, "data-loss": loss };
    const place = { x: before ? cx - 4 : cx + 8, y: low ? cy - 28 : cy + 25, "text-anchor": before ? "end" : "start", class: "cb-slope-text", "data-name": "uniform" };
    graph.layers.marks.replaceChildren(
      svg("line", { x1: cx, x2: cx, y1: cy, y2: graph.frame.top + graph.frame.height, class: "cb-rod" }),
      ...stuck,
      svg("path", { d: look(0).mark, transform: `translate(${cx} ${cy})`, fill: look(0).colour, class: "cb-point", ...data }),
      svg("text", place, `ln ${count} = ${number(loss)}`),
    );
    graph.title(`Loss of a uniform guess against the number of classes: for ${count} classes ${number(loss)}.`);
  }

  /** The level of the loss that was typed, or an arrow where it lies above the picture. */
  function level(loss, height) {
    if (height === null) return [];
    const { frame } = graph;
    const at = graph.y(height);
    const text = (y, words) => svg("text", { x: frame.left + 8, y, class: "cb-level-text", "data-name": "stuck" }, words);
    if (at < frame.top) return [text(frame.top + 18, `↑ ${loss} lies above this picture`)];
    if (at > frame.top + frame.height) return [text(frame.top + frame.height - 8, `↓ ${loss} lies below 0`)];
    const line = svg("line", { x1: frame.left, x2: frame.left + frame.width, y1: at, y2: at, class: "cb-level", "data-name": "stuck", "data-loss": height });
    return [line, text(at < frame.top + 26 ? at + 18 : at - 6, `your loss ${loss}`)];
  }

  function draw(found) {
    if (!shown()) return;
    table.classList.toggle("cb-waiting", !same(found));
    drawCost(view.get("classes"), level(found.loss.replace("-", "−"), found.height));
    headline.textContent = found.headline;
    says.textContent = found.says;
    body.replaceChildren(...found.suspects.map(([cause, experiment], i) => html("tr", { "data-name": `suspect${i}` }, html("td", {}, `${i + 1}.`), html("th", { scope: "row" }, cause), html("td", {}, experiment))));
    view.say(`A uniform guess over ${found.K} classes costs ${number(cost(found.K))}. ${found.headline}`);
  }

  function missing(count) {
    table.classList.remove("cb-waiting");
    headline.textContent = `What ${view.get("stuck")} means for ${count} classes ${NEEDS_PYTHON}`;
    says.textContent = "The curve and the numbers to know are recorded here.";
    body.replaceChildren();
    view.say(`A uniform guess over ${count} classes costs ${number(cost(count))}. ${headline.textContent}`);
  }

  const question = html("div", { class: "cb-bar" }, typed.node, typedK.node, known.node);
  const side = html("div", { class: "cb-reading" }, headline, says, html("div", { class: "cb-scroll" }, table));
  const main = html("div", {}, graph.node, html("div", { class: "cb-bar" }, K.node));
  return html("div", { hidden: true }, question, html("div", { class: "cb-pair" }, main, side));
}

export default { render };
