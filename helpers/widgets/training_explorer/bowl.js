// The bowl: descent on a quadratic, or on the output bias of a dead network, at the rate that is dragged across its threshold.
import { html, svg } from "../kit/elements.js";
import { besideOne, nearest, number, readTable } from "../kit/numbers.js";
import { drag, radios, select, slider } from "../kit/controls.js";
import { chart, endLabels, linePath, look } from "../kit/chart.js";

export function bowlView(view, recording) {
  const [width, height] = [440, 236]; // about as large as they are shown beside JupyterLab's sidebar, so that the letters are
  const tape = readBowl(recording);
  const left = chart({ heading: "", xLabel: "", yLabel: "", width, height, left: 58, right: 18 });
  const right = chart({ heading: "", xLabel: "step", yLabel: "loss J", width, height, left: 66, right: 64 });
  const strip = chart({ heading: "", xLabel: "learning rate", yLabel: "", width: 896, height: 134, left: 58, right: 64, top: 8, bottom: 46 });
  const names = { left: left.svg.querySelectorAll(".cb-name"), strip: strip.svg.querySelectorAll(".cb-name") };

  const bowls = select({ label: "Bowl", options: tape.bowls.map((value) => ({ value, label: tape.tapes[value].label })), onChange: change });
  const momenta = radios({ legend: "momentum β", options: tape.momenta.map((value) => ({ value, label: number(value) })), onChange: (value) => view.set({ bowl_momentum: value }) });
  const rate = slider({ label: "rate", min: 1, max: now().rates.length, step: 1, onInput: (place) => view.set({ bowl_rate: now().rates[place - 1] }) });
  const step = slider({ label: "up to step", min: 0, max: tape.steps, step: 1, onInput: (value) => view.set({ bowl_step: value }) });
  rate.node.classList.add("cb-bowl-rate");
  step.node.classList.add("cb-bowl-step");

  const shown = () => view.get("view") === "bowl";
  function now() {
    return tape.tapes[view.get("bowl")];
  }
  const place = () => [tape.momenta.indexOf(view.get("bowl_momentum")), nearest(now().rates, view.get("bowl_rate"))];

  /** Another bowl: the rate stays the same share of its threshold. */
  function change(bowl) {
    const [, j] = place();
    view.set({ bowl, bowl_rate: tape.tapes[bowl].rates[j] });
  }

  for (const [one, pick] of [[strip, (event) => ({ bowl_rate: now().rates[nearest(now().rates, strip.xAt(event))] })], [right, (event) => ({ bowl_step: Math.max(0, Math.min(tape.steps, Math.round(right.xAt(event)))) })]]) {
    drag(view, one.svg, { move: (event) => view.set(pick(event)) });
    one.svg.classList.add("cb-drag");
  }

  view.part(["view", "bowl"], () => {
    if (!shown()) return;
    const one = now();
    const quadratic = one.kind === "quadratic";
    bowls.show(view.get("bowl"));
    const texts = tape.texts[one.kind];
    left.heading(bowlFill(texts.left, { curvature: number(one.curvature) }));
    right.heading(texts.right);
    strip.heading(texts.strip);
    names.left[0].textContent = bowlFill(texts.x, { flat: number(one.flat_curvature ?? 0) });
    names.left[1].textContent = texts.y;
    names.strip[1].textContent = texts.up;
    const reach = one.reach;
    left.scale(quadratic ? { x: [-reach, reach], y: [-reach, reach] } : { x: reach, y: one.loss_range });
    right.scale({ x: [0, tape.steps], y: one.loss_range, log: quadratic });
    strip.scale({ x: [one.rates[0], one.rates.at(-1)], y: quadratic ? [0, 2] : one.loss_range, yTicks: [0, 1, 2] });
    left.layers.back.replaceChildren(...(quadratic ? contours(one) : [curve(one)]));
    right.layers.back.replaceChildren(...(quadratic ? [] : [level(right, one.floor, "floor")]));
    if (!quadratic) endLabels(right, [{ text: "floor", at: right.y(one.floor), style: look(4) }]);
    else right.layers.labels.replaceChildren();
  });

  view.part(["view", "bowl", "bowl_momentum"], () => {
    if (!shown()) return;
    const one = now();
    const i = tape.momenta.indexOf(view.get("bowl_momentum"));
    momenta.show(view.get("bowl_momentum"));
    strip.layers.lines.replaceChildren(...(one.kind === "quadratic" ? multipliers(one, i) : ends(one, i)));
    strip.layers.back.replaceChildren(level(strip, one.kind === "quadratic" ? 1 : one.floor, one.kind === "quadratic" ? "one" : "floor"));
    const x = strip.x(one.thresholds[i]);
    const { top, height } = strip.frame;
    strip.layers.labels.replaceChildren(
      svg("line", { x1: x, x2: x, y1: top, y2: top + height, class: "cb-bowl-threshold", "data-name": "threshold", "data-x": one.thresholds[i] }),
      svg("text", { x: x - 8, y: top + 18, "text-anchor": "end", class: "cb-halo cb-warning", "data-name": "threshold" }, `${formula(one, i)} = ${number(one.thresholds[i])}`),
      ...stripNames(one, i),
    );
  });

  view.part(["view", "bowl", "bowl_momentum", "bowl_rate", "bowl_step"], () => {
    if (!shown()) return;
    const one = now();
    const [i, j] = place();
    const k = view.get("bowl_step");
    const reading = read(one, i, j, k);
    rate.show(j + 1, number(one.rates[j]));
    step.show(k, String(k));
    left.layers.lines.replaceChildren(path(linePath(left, reading.xs, reading.ys), { class: `cb-bowl-path cb-bowl-${one.kind}`, "data-name": "path" }));
    const dots = steps(left, reading.xs, reading.ys, "where");
    left.layers.marks.replaceChildren(...dots, ...gone(one, reading.ys));
    const numbers = Array.from({ length: k + 1 }, (_, n) => n);
    right.layers.lines.replaceChildren(path(linePath(right, numbers, reading.losses), { class: "cb-bowl-loss", "data-name": "loss" }));
    right.layers.marks.replaceChildren(...steps(right, numbers, reading.losses, "loss"));
    strip.layers.marks.replaceChildren(
      svg("line", { x1: strip.x(one.rates[j]), x2: strip.x(one.rates[j]), y1: strip.frame.top, y2: strip.frame.top + strip.frame.height, class: "cb-rod cb-bowl-here", "data-name": "rate", "data-x": one.rates[j] }),
    );
    const words = sentence(one, i, j, k);
    left.title(words);
    right.title(`The loss at each step up to ${k}: ${number(reading.losses[0], tape.templates.digits)} at first, ${number(reading.losses[k], tape.templates.digits)} at step ${k}.`);
    strip.title(`${tape.texts[one.kind].strip}: threshold ${number(one.thresholds[i])}, rate ${number(one.rates[j])}.`);
    view.say(words);
  });

  /** What stands in the two upper charts: abscissae, ordinates and losses up to step k. */
  function read(one, i, j, k) {
    const losses = one.loss.row(i, j).subarray(0, k + 1);
    if (one.kind === "bias") return { xs: one.b.row(i, j).subarray(0, k + 1), ys: losses, losses };
    return { xs: one.flat.row(i, j).subarray(0, k + 1), ys: tape.steep.row(i, j).subarray(0, k + 1), losses };
  }

  const path = (d, more) => svg("path", { d, fill: "none", stroke: look(1).colour, "stroke-width": 1.4, "stroke-linejoin": "round", ...more });
  const level = (one, value, name) =>
    svg("line", { x1: one.frame.left, x2: one.frame.left + one.frame.width, y1: one.y(value), y2: one.y(value), class: "cb-bowl-level", "data-name": name, "data-y": value });
  const formula = (one, i) => tape.templates.formulas[one.kind][tape.momenta[i] > 0 ? 1 : 0];

  /** A dot for each step, the first hollow and the last large; those outside the frame are left out. */
  function steps(one, xs, ys, name) {
    const { left: from, top, width, height } = one.frame;
    const found = [];
    for (let n = 0; n < xs.length; n++) {
      const [x, y] = [one.x(xs[n]), one.y(ys[n])];
      if (!(x >= from - 1 && x <= from + width + 1 && y >= top - 1 && y <= top + height + 1)) continue;
      const last = n === xs.length - 1;
      found.push(svg("circle", { cx: x.toFixed(2), cy: y.toFixed(2), r: last ? 6.5 : n ? 2.8 : 5, class: last ? "cb-bowl-dot cb-bowl-last" : n ? "cb-bowl-dot" : "cb-bowl-dot cb-bowl-first", "data-name": `${name} ${n}` }));
    }
    return found;
  }

  /** Where the path has left the picture, since when. */
  function gone(one, steep) {
    const away = (value) => Math.abs(value) > one.reach;
    if (one.kind !== "quadratic" || !away(steep.at(-1))) return [];
    let since = steep.length - 1;
    while (away(steep[since - 1])) since--;
    const place = { x: left.frame.left + 8, y: left.frame.top + 20, class: "cb-halo cb-warning", "data-name": "gone", "data-step": since };
    return [svg("text", place, bowlFill(tape.texts[one.kind].gone, { step: since }))];
  }

  function contours(one) {
    const [levels, halves] = one.contours.shape;
    const lines = [];
    for (let n = 0; n < levels; n++) {
      for (let half = 0; half < halves; half++) lines.push(svg("path", { d: linePath(left, one.contours.row(n, half, 0), one.contours.row(n, half, 1)), fill: "none", class: "cb-bowl-contour", "data-name": `level ${n} ${half}` }));
    }
    const cross = svg("path", { d: "M-7 0H7M0 -7V7", transform: `translate(${left.x(0)} ${left.y(0)})`, class: "cb-bowl-minimum", "data-name": "minimum" });
    return [...lines, cross];
  }

  const curve = (one) => svg("path", { d: linePath(left, one.grid, one.curve), fill: "none", stroke: look(0).colour, "stroke-width": 2.6, class: "cb-bowl-curve", "data-name": "J" });

  /** The size of the multiplier along both directions, against the rate. */
  function multipliers(one, i) {
    return [0, 1].map((n) => {
      return svg("path", { d: linePath(strip, one.rates, one.sizes.row(n, i)), fill: "none", stroke: look(1 - n).colour, "stroke-width": 2.6, "stroke-dasharray": n ? look(1).dash : "", class: "cb-bowl-multiplier", "data-name": n ? "flat" : "steep" });
    });
  }

  /** Where the loss ends, a dot for each value that it takes on. */
  function ends(one, i) {
    let d = "";
    one.rates.forEach((value, j) => {
      const x = strip.x(value).toFixed(1);
      for (const loss of one.ends.row(i, j)) if (loss === loss) d += `M${x} ${strip.y(loss).toFixed(1)}h0`;
    });
    return [svg("path", { d, fill: "none", class: "cb-bowl-ends", "data-name": "ends" })];
  }

  function stripNames(one, i) {
    const beside = strip.frame.left + strip.frame.width + 8;
    if (one.kind === "bias") return [svg("text", { x: beside, y: strip.y(one.floor) + 5 }, "floor")];
    const high = Math.max(strip.y(one.sizes.row(0, i).at(-1)), strip.frame.top);
    return [svg("text", { x: beside, y: high + 5, class: "cb-bowl-name", "data-name": "steep" }, "steep"), svg("text", { x: beside, y: strip.y(1) + 5, class: "cb-bowl-name", "data-name": "flat" }, "flat")];
  }

  /** As `sentence` of bowl_words.py. */
  function sentence(one, i, j, k) {
    const { templates, momenta: betas } = tape;
    const beta = betas[i];
    const values = {
      label: one.label, momentum: beta ? bowlFill(templates.momentum, { beta: number(beta) }) : "", rate: number(one.rates[j]), sign: templates.signs[one.sides.at(i, j)],
      formula: formula(one, i), threshold: number(one.thresholds[i]), step: String(k), loss: number(one.loss.at(i, j, k), templates.digits),
    };
    if (one.kind === "quadratic") {
      Object.assign(values, { multiplier: besideOne(one.multipliers.at(0, i, j)), steep: number(tape.steep.at(i, j, k)), flat: number(one.flat.at(i, j, k)) });
    } else {
      const written = { low: one.low.at(i, j), high: one.high.at(i, j), floor: one.floor };
      for (const [name, value] of Object.entries(written)) values[name] = number(value, templates.digits);
      Object.assign(values, { b: number(one.b.at(i, j, k)), period: String(one.periods.at(i, j)) });
    }
    return bowlFill(templates.rate + Object.values(tape.rules)[one.rule.at(i, j)] + templates[one.kind], values);
  }

  const charts = html("div", { class: "cb-charts" }, left.node, right.node);
  return html("div", { hidden: true }, html("div", { class: "cb-bar" }, bowls.node, momenta.node), charts, strip.node, html("div", { class: "cb-bar" }, rate.node, step.node));
}

/** A template with {name} replaced by values.name. */
const bowlFill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** The recording with its tables read; rates, grid and curve as plain arrays of numbers. */
function readBowl(recording) {
  const one = (tape) => {
    const read = Object.entries(tape).map(([name, value]) => [name, value?.bytes ? readTable(value) : value]);
    const found = Object.fromEntries(read);
    for (const name of ["rates", "grid", "curve"]) if (found[name]) found[name] = found[name].data;
    return found;
  };
  return { ...recording, steep: readTable(recording.steep), tapes: Object.fromEntries(Object.entries(recording.tapes).map(([name, tape]) => [name, one(tape)])) };
}
