// A deck: what is on a slide is fitted into it, the keys belong to a widget while one is in use, D turns light and dark over.
const WIDTH = 1280;
const HEIGHT = 720;
const EDGE = 48; // pixels of padding left and right, as in slides.css
const LETTER = 0.602; // width of a letter of code, as a share of its size
const CODE = { least: 16, most: 26 }; // pixels
const TEXT = [1.25, 1.2, 1.15, 1.1, 1.05, 1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6]; // sizes of all that is on a slide, the largest that fits is taken
const WIDGET = { least: 0.6, most: 1.3 }; // sizes of a widget
const PICTURE = 2; // a picture's largest size, as a share of its own
const ROOM = 0.5; // share of the slide's height that text leaves a picture or a widget, at least
const BIG = ".live-widget, figure img:not(.live-widget *)";

/** The height that a slide's content takes, whatever Reveal scales the slide to. */
const needed = (sheet) => sheet.offsetHeight * (parseFloat(sheet.style.zoom) || 1);
const room = (slide) => HEIGHT - parseFloat(getComputedStyle(slide).paddingTop) - parseFloat(getComputedStyle(slide).paddingBottom);

/** Code and printed lines as large as their longest line lets them be. */
function sizeCode(pre, zoom) {
  const columns = Math.max(...pre.textContent.split("\n").map((line) => line.length), 1);
  const indent = pre.closest(".answer") ? 24 : 0;
  const size = ((WIDTH - 2 * EDGE) / zoom - 40 - indent) / (LETTER * columns);
  pre.style.fontSize = `${Math.max(CODE.least / zoom, Math.min(CODE.most, size))}px`;
}

/** Fit what is on a slide: text as large as can be, pictures and widgets into what it leaves. */
function fit(slide) {
  const sheet = slide.querySelector(":scope > .sheet");
  if (!sheet || !sheet.offsetWidth) return;
  const bigs = [...sheet.querySelectorAll(BIG)];
  const formulas = [...sheet.querySelectorAll(".katex-display")];
  const code = [...sheet.querySelectorAll("pre")];
  for (const zoom of TEXT) {
    if (bigs.length && zoom > 1) continue;
    sheet.style.zoom = zoom;
    code.forEach((pre) => sizeCode(pre, zoom));
    formulas.forEach(narrow);
    bigs.forEach((one) => (one.style.display = "none"));
    const left = (room(slide) - needed(sheet)) / zoom;
    bigs.forEach((one) => (one.style.display = ""));
    if (left >= (bigs.length ? (ROOM * HEIGHT) / zoom : 0)) {
      bigs.forEach((one) => fill(one, left / bigs.length, (WIDTH - 2 * EDGE) / zoom));
      break;
    }
  }
}

/** Make a formula that is wider than the slide smaller. */
function narrow(formula) {
  formula.style.fontSize = "";
  const share = formula.clientWidth / formula.scrollWidth;
  if (share < 1) formula.style.fontSize = `${0.97 * share}em`;
}

/** Make a picture or a widget as large as this room lets it be. */
function fill(one, height, width) {
  if (one.matches("img")) {
    const wide = Number(one.getAttribute("width")) || one.naturalWidth;
    one.style.width = `${Math.min(width, (height * one.naturalWidth) / one.naturalHeight, wide * PICTURE)}px`;
    return;
  }
  one.style.width = "";
  const zoom = largest((zoom) => {
    one.style.zoom = zoom;
    return one.offsetHeight * zoom <= height && one.scrollWidth <= one.clientWidth + 1;
  });
  one.style.zoom = zoom;
  const drawn = one.querySelector(".casebook-host")?.shadowRoot.querySelector(".casebook");
  if (drawn) one.style.width = `${drawn.offsetWidth}px`; // so that it stands in the middle
}

/** The largest size of a widget that `fits`, to a hundredth. */
function largest(fits) {
  let [low, top] = [WIDGET.least, WIDGET.most];
  if (fits(top)) return top;
  while (top - low > 0.01) {
    const middle = (low + top) / 2;
    if (fits(middle)) low = middle;
    else top = middle;
  }
  return low;
}

const slides = () => [...document.querySelectorAll(".slides section:not(.stack)")];
const fitShown = () => slides().forEach(fit);

/** The element that has the focus, within shadow roots too. */
function focused() {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one && one !== document.body ? one : undefined;
}

const TURNS = { PageDown: "next", PageUp: "prev" }; // what a presenter's clicker sends

/** While a control has the focus its keys are its own, but for those of a clicker; Escape gives the keys back to the slides. */
function keys(event) {
  const control = focused();
  if (!control && event.key === "?") {
    event.stopImmediatePropagation(); // Reveal asks for the key's place on an American keyboard
    Reveal.toggleHelp();
  }
  if (!control) return;
  if (TURNS[event.key]) {
    event.preventDefault();
    event.stopImmediatePropagation();
    control.blur();
    Reveal[TURNS[event.key]]();
  } else if (event.key === "Escape") {
    event.stopImmediatePropagation();
    control.blur();
  }
}

function turnTheme() {
  const { dataset } = document.body;
  dataset.jpThemeLight = String(dataset.jpThemeLight === "false");
}

const later = new Set();
let pressed = false;

/** Fit a slide, but not while a slider is held: a widget that is fitted is taken out of the page for a moment, and would drop it. */
function fitSoon(slide) {
  if (pressed) later.add(slide);
  else fit(slide);
}

function released() {
  pressed = false;
  later.forEach(fit);
  later.clear();
}

/** Tab stays on the slide that is shown: a control of another would take the keys, and nobody would see it. At a glance all can be clicked. */
function onlyShown() {
  const glance = Reveal.isOverview();
  slides().forEach((one) => (one.inert = !glance && one !== Reveal.getCurrentSlide()));
}

/** On paper every widget is drawn: each is brought near once, as a reader who scrolls would do, and all is fitted into its page. */
async function wakeAll() {
  for (const one of document.querySelectorAll(".slides .live-widget")) {
    one.scrollIntoView();
    await new Promise((done) => setTimeout(done, 100));
  }
  scrollTo(0, 0);
  fitShown();
}

const asked = new URLSearchParams(location.search);
if (asked.has("dark")) turnTheme();
window.addEventListener("keydown", keys, true);
window.addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, released, true);

Reveal.on("pdf-ready", wakeAll);
Reveal.initialize({
  width: WIDTH,
  height: HEIGHT,
  margin: 0,
  minScale: 0.1,
  maxScale: 4,
  center: false,
  hash: true,
  navigationMode: "linear",
  controls: false,
  slideNumber: "c/t",
  transition: "none",
  pdfSeparateFragments: false,
  pdfMaxPagesPerSlide: 1,
  keyboard: { 68: turnTheme },
  keyboardCondition: () => !focused(),
  help: true,
  plugins: [RevealNotes],
}).then(() => {
  const fitAround = (one) => fitSoon(one.closest("section"));
  const watch = new ResizeObserver((changes) => changes.forEach(({ target }) => fitAround(target))); // a widget is drawn after its slide
  document.querySelectorAll(".slides .live-widget").forEach((one) => watch.observe(one));
  document.querySelectorAll(".slides figure img").forEach((one) => one.decode().then(() => fitAround(one), () => {}));
  document.fonts.addEventListener("loadingdone", () => slides().forEach(fitSoon)); // letters come with the first slide that wants them
  Reveal.on("slidechanged", ({ currentSlide }) => fit(currentSlide));
  for (const change of ["slidechanged", "overviewshown", "overviewhidden"]) Reveal.on(change, onlyShown);
  onlyShown();
  fitShown();
});
