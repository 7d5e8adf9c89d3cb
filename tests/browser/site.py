"""The built site as a host of static pages serves it, and what is looked at on its pages; the tests and the benchmark share it.

    with hosted(folder, "/backprop-casebook") as url:      # ends in "/"; a missing page is answered with 404.html, as GitHub Pages does
        page.goto(url + "notebooks/03_loss.html")
        open_everything(page)
        assert serious(page) == []
"""

from contextlib import contextmanager
from functools import partial
from pathlib import Path

from browser.axe import findings
from browser.export import Quiet, served

# What is opened fades in: it is looked at when that is over.
OPEN_ALL = """() => {
    document.querySelectorAll('article details').forEach((fold) => { fold.open = true; });
    document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity).forEach((one) => one.finish());
}"""
WAKE_ALL = """async () => {
    const frame = () => new Promise((done) => setTimeout(done, 20));
    for (const place of document.querySelectorAll('.live-widget')) {
        place.scrollIntoView({block: 'center', behavior: 'instant'});
        for (let waited = 0; !place.dataset.alive && waited < 1500; waited++) await frame();
    }
    scrollTo({top: 0, behavior: 'instant'});
    return [...document.querySelectorAll('.live-widget')].map((place) => place.dataset.alive);
}"""
# What reaches beyond the window and stands in no box of its own that scrolls.
STICKS_OUT = r"""() => {
    const width = document.documentElement.clientWidth, found = [];
    if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    const boxed = (node) => {
        for (let box = node.parentElement; box && box !== document.body; box = box.parentElement) {
            if (getComputedStyle(box).overflowX !== 'visible' && box.getBoundingClientRect().right <= width + 1) return true;
        }
        return false;
    };
    for (const node of document.querySelectorAll('article *, .content, .content > *, footer *')) {
        const {right, width: own} = node.getBoundingClientRect();
        if (own && right > width + 1 && !boxed(node)) found.push(`${node.tagName}.${node.className} to ${right}: ${node.textContent.slice(0, 40)}`);
    }
    return found.slice(0, 8);
}"""
OVERFLOWING_WIDGETS = """() => [...document.querySelectorAll('.live-widget')].filter((place) => place.scrollWidth > place.clientWidth + 1)
    .map((place) => `${place.querySelector('.casebook-host').shadowRoot.querySelector('.casebook').ariaLabel}: ${place.scrollWidth}`)"""
# A box that scrolls sideways and is no stop of the tab key.
UNREACHED = """() => [...document.querySelectorAll('article *')].filter((box) => box.scrollWidth > box.clientWidth + 1 && box.clientWidth
    && ['auto', 'scroll'].includes(getComputedStyle(box).overflowX) && box.tabIndex < 0)
    .map((box) => `${box.tagName}.${box.className}: ${box.textContent.slice(0, 40)}`)"""
# What a finger cannot hit: WCAG 2.2 asks for 24 pixels of what does not stand in a sentence.
TOO_SMALL = """() => [...document.querySelectorAll('button, summary, .button, .page-links a, .next-page, .prev-page')]
    .filter((node) => node.checkVisibility()).filter((node) => node.getBoundingClientRect().height < 24)
    .map((node) => node.outerHTML.slice(0, 90))"""
# A column of a table that holds sentences and leaves no room for a few words a line.
SQUEEZED = """() => [...document.querySelectorAll('table.docutils td')].filter((cell) => cell.clientWidth && cell.clientWidth < 110)
    .filter((cell) => cell.innerText.length > 24 && !cell.querySelector('.katex'))
    .map((cell) => `${cell.clientWidth}: ${cell.innerText.slice(0, 40)}`)"""
# A table of a widget that is cut at the widget's edge; those of the network stepper are matrices, which scroll.
CUT_TABLES = """() => [...document.querySelectorAll('.casebook-host')].flatMap((host) => [...host.shadowRoot.querySelectorAll('.cb-scroll')])
    .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1 && !box.querySelector('.cb-matrix'))
    .map((box) => `${box.scrollWidth} in ${box.clientWidth}: ${box.textContent.slice(0, 60)}`)"""
# axe-core's time grows with the nodes, most of which are the letters of formulas and the coloured words of code. What is there a
# thousand times is left once: a formula is read out as MathML and has its paragraph's colour, a class of words has one colour.
THIN = """() => {
    document.querySelectorAll('.katex').forEach((formula) => formula.replaceWith('formula'));
    const seen = new Set();
    for (const word of document.querySelectorAll('.highlight pre span[class]')) {
        const kind = `${word.closest('.cell_output') !== null} ${word.className}`;
        if (seen.has(kind)) word.replaceWith(...word.childNodes);
        seen.add(kind);
    }
    document.querySelectorAll('.highlight pre').forEach((code) => code.normalize());
}"""
SEVERE = ("serious", "critical")


@contextmanager
def hosted(folder: Path, prefix: str = ""):
    """The address under which the site in `folder` is served on the loopback, at the path `prefix` of its host."""
    with served(folder, partial(Pages, prefix)) as address:
        yield f"{address}{prefix}/"


class Pages(Quiet):
    """A host of static pages."""

    def __init__(self, prefix, *arguments, **options):
        self.prefix = prefix
        super().__init__(*arguments, **options)

    def translate_path(self, path):
        """The file of a path below the prefix; there is none beside it."""
        return super().translate_path(path.removeprefix(self.prefix) if path.startswith(f"{self.prefix}/") else "/no/such/file")

    def send_error(self, code, message=None, explain=None):
        """The site's own page in place of a missing one."""
        body = (Path(self.directory) / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def open_everything(page) -> list[str]:
    """Open each fold, bring each widget to life; for each whether it is alive, "true" or "false"."""
    page.evaluate(OPEN_ALL)
    return page.evaluate(WAKE_ALL)


def serious(page, *rules: str) -> list[str]:
    """The serious and critical findings of axe-core, with the elements; of these rules alone where some are named. Formulas are gone then."""
    page.evaluate(THIN)
    return [f"{rule['id']}: {[html[:150] for html in rule['nodes']][:5]}" for rule in findings(page, *rules) if rule["impact"] in SEVERE]
