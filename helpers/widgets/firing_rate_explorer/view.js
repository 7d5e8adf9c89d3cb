// The firing-rate explorer. All its numbers come from helpers.firing, by way of recording.py.
import { html, svg, write } from "../kit/elements.js";
import { nearest, number, readTable } from "../kit/numbers.js";
import { mount } from "../kit/mount.js";
import { drag, radios, slider } from "../kit/controls.js";
import { chart, endLabels, linePath, look } from "../kit/chart.js";

function render(context) {
  const view = mount(context, "Firing rate explorer");
  const tape = readRecording(view.get("recording"));
  const { currents } = tape;
  const last = currents.length - 1;
  const left = chart({ heading: "Impulses a second", xLabel: "current I (nA)", yLabel: "rate", height: 286 });
  const right = chart({ heading: "Neuron minus ReLU", xLabel: "current I (nA)", yLabel: "difference", height: 286, left: 76 });
  const moveTo = (row) => view.set({ current: currents[Math.max(0, Math.min(last, row))] });
  const step = Number((currents[1] - currents[0]).toPrecision(6));
  const current = slider({ label: "current I, nA", min: currents[0], max: currents[last], step, onInput: (value) => moveTo(nearest(currents, value)) });
  const options = tape.refractory.map((value) => ({ value, label: number(value) }));
  const refractory = radios({ legend: "Refractory period, ms", options, onChange: (value) => view.set({ refractory: value }) });
  const cells = Object.fromEntries(Object.keys(tape.rows).map((name) => [name, html("td")]));
  const body = Object.entries(tape.rows).map(([name, words]) => html("tr", { "data-name": name }, html("th", { scope: "row" }, words), cells[name]));
  const heads = ["quantity", "impulses a second"].map((text) => html("th", { scope: "col" }, text));
  const table = html("table", { class: "cb-numbers cb-rates" }, html("thead", {}, html("tr", {}, heads)), html("tbody", {}, body));

  left.scale({ x: [currents[0], currents[last]], y: [0, tape.highest] });
  right.scale({ x: [currents[0], currents[last]], y: [tape.lowest, tape.above] });
  for (const one of [left, right]) {
    drag(view, one.svg, { move: (event) => moveTo(nearest(currents, one.xAt(event))) });
    one.svg.classList.add("cb-drag");
  }
  const style = { neuron: look(0), relu: look(1) };
  const kept = () => tape.refractory.indexOf(view.get("refractory"));
  const top = (one, value) => Math.max(one.frame.top, one.y(value));

  view.part(["refractory"], () => {
    const k = kept();
    refractory.show(tape.refractory[k]);
    const [rates, difference] = [tape.rates.row(k), tape.difference.row(k)];
    const line = (one, values, name) => {
      const looks = { stroke: style[name].colour, "stroke-dasharray": style[name].dash, "stroke-width": 2.8, fill: "none" };
      return svg("path", { d: linePath(one, currents, values), class: "cb-curve", "data-name": name, ...looks });
    };
    left.layers.lines.replaceChildren(line(left, tape.relu, "relu"), line(left, rates, "neuron"));
    const level = { x1: right.x(currents[0]), x2: right.x(currents[last]), y1: right.y(tape.offset), y2: right.y(tape.offset), class: "cb-offset" };
    right.layers.lines.replaceChildren(svg("line", level), line(right, difference, "neuron"));
    const ends = [["neuron", rates], ["relu", tape.relu]];
    endLabels(left, ends.map(([name, values]) => ({ text: tape.names[name], style: style[name], at: top(left, values[last]) })));
    const plain = { colour: "var(--cb-text)" };
    const bottom = right.frame.top + right.frame.height;
    const at = Math.min(bottom, top(right, difference[last]));
    endLabels(right, [{ text: "1/(2τ)", style: plain, at: right.y(tape.offset) }, { text: tape.names.neuron, style: style.neuron, at }]);
  });

  view.part(["current", "refractory"], () => {
    const k = kept();
    const row = nearest(currents, view.get("current"));
    const at = { neuron: tape.rates.at(k, row), relu: tape.relu[row], difference: tape.difference.at(k, row) };
    const I = currents[row];
    current.show(I, number(I));
    left.layers.marks.replaceChildren(rodAt(left, I), point(left, I, at.relu, "relu"), point(left, I, at.neuron, "neuron"));
    right.layers.marks.replaceChildren(rodAt(right, I), point(right, I, at.difference, "neuron"));
    for (const name of ["neuron", "relu", "difference"]) write(cells[name], number(at[name]));
    write(cells.ceiling, tape.ceilings[k] ? number(tape.ceilings[k]) : tape.none);
    left.title(`Rates against the current. At ${number(I)} nA: neuron ${number(at.neuron)}, ReLU ${number(at.relu)}.`);
    right.title(`Neuron minus ReLU. At ${number(I)} nA: ${number(at.difference)}.`);
    const { quiet, fires, free, bound } = tape.sentences;
    const numbers = { I, threshold: tape.threshold, rate: at.neuron, relu: at.relu, difference: at.difference };
    Object.assign(numbers, { offset: tape.offset, t_ref: tape.refractory[k], ceiling: tape.ceilings[k] });
    view.say((at.neuron === 0 ? quiet : fires).concat(tape.refractory[k] ? bound : free).replace(/\{(\w+)\}/g, (_, name) => number(numbers[name])));
  });

  function point(one, x, y, name) {
    const held = Math.max(one.frame.top, Math.min(one.frame.top + one.frame.height, one.y(y)));
    const data = { "data-name": name, "data-x": x, "data-y": y };
    return svg("path", { d: style[name].mark, transform: `translate(${one.x(x)} ${held})`, fill: style[name].colour, class: "cb-point", ...data });
  }

  function rodAt(one, x) {
    return svg("line", { x1: one.x(x), x2: one.x(x), y1: one.frame.top, y2: one.frame.top + one.frame.height, class: "cb-rod" });
  }

  const bar = html("div", { class: "cb-bar" }, current.node, refractory.node);
  view.root.append(html("div", { class: "cb-charts" }, left.node, right.node), bar, html("div", { class: "cb-scroll" }, table));
  return view.start();
}

function readRecording(recording) {
  const { currents, relu, rates, difference } = recording;
  return { ...recording, currents: readTable(currents).data, relu: readTable(relu).data, rates: readTable(rates), difference: readTable(difference) };
}

export default { render };
