// Moving and zooming the range of a chart.
import { html } from "./elements.js";
import { button, drag } from "./controls.js";

/**
 * Buttons that move and zoom the setting `name`, a pair (from, to), within `limits`; Shift and drag, or Ctrl and the wheel, do
 * the same on the charts. `also(from, to)` gives the settings that change with it.
 */
export function panZoom(view, charts, { name, limits, narrowest, home, step, what, also = () => ({}) }) {
  const round = (value) => Number((Math.round(value / step) * step).toPrecision(10));

  const use = (from, to) => view.set({ [name]: [from, to], ...also(from, to) });

  function show(low, high) {
    const width = Math.min(limits[1] - limits[0], Math.max(narrowest, high - low));
    const from = round(Math.min(limits[1] - width, Math.max(limits[0], (low + high - width) / 2)));
    use(from, round(from + width));
  }

  function shift(share) {
    const [low, high] = view.get(name);
    const by = (high - low) * share;
    show(low + by, high + by);
  }

  function zoom(factor, around) {
    const [low, high] = view.get(name);
    const centre = around ?? (low + high) / 2;
    show(centre - (centre - low) * factor, centre + (high - centre) * factor);
  }

  for (const one of charts) {
    let start;
    const begin = (event) => event.shiftKey && (start = { at: event.clientX, domain: [...view.get(name)], pixels: one.svg.getBoundingClientRect().width });
    const move = (event) => {
      const unit = (start.domain[1] - start.domain[0]) / one.frame.width;
      const by = ((event.clientX - start.at) / start.pixels) * one.svg.viewBox.baseVal.width * unit;
      show(start.domain[0] - by, start.domain[1] - by);
    };
    drag(view, one.svg, { when: begin, move });
    view.listen(one.svg, "wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, one.xAt(event));
    }, { passive: false });
  }
  return html(
    "div",
    { class: "cb-buttons", role: "group", "aria-label": what },
    html("span", { "aria-hidden": "true" }, what),
    button({ text: "◀", label: "Move left", onClick: () => shift(-0.25) }),
    button({ text: "▶", label: "Move right", onClick: () => shift(0.25) }),
    button({ text: "zoom in", label: "Zoom in", onClick: () => zoom(0.5) }),
    button({ text: "zoom out", label: "Zoom out", onClick: () => zoom(2) }),
    button({ text: "reset", label: "Reset the range", onClick: () => use(...home) }),
  );
}
