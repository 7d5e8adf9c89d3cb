"""The decks in a real browser: every slide of every chapter is turned to, step by step, and looked at.

`site` (tests/conftest.py) is the built site; the decks lie in its slides/. Each deck is opened once, and a script walks through it inside
the page, so that some 370 slides take seconds.
"""

import re

import pytest

from browser.conftest import new_tab
from browser.export import served, watch
from notebook_tools import notebook_paths

CHAPTERS = [path.name[:2] for path in notebook_paths()]
FEWEST, MOST = 15, 32  # slides of a lesson
PATIENCE = 20_000  # milliseconds for a deck, or a widget, to be drawn
READY = "() => window.Reveal?.isReady()"

# Walks through the deck with the keys' own command, and returns what is wrong with any slide; every complaint begins with its number.
LOOK = """async () => {
    const [WIDTH, HEIGHT] = [1280, 720], TEXT = 17, CODE = 15.5, WIDGET = 0.9;  // pixels; the least size of a widget
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const zoom = (one) => one.currentCSSZoom ?? 1;
    const found = [], slides = Reveal.getSlides();
    const look = (slide, say) => {
        const box = slide.getBoundingClientRect();
        if (slide.scrollHeight > HEIGHT || slide.scrollWidth > WIDTH) say(`${slide.scrollWidth} by ${slide.scrollHeight} pixels`);
        for (const one of slide.querySelectorAll('.sheet *:not(.notes, .notes *, .katex-mathml, .katex-mathml *, .katex *)')) {
            const at = one.getBoundingClientRect();
            if (!at.width || !at.height) continue;
            const name = `${one.tagName} ${one.textContent.trim().slice(0, 30)}`;
            if (at.right > box.right + 1 || at.bottom > box.bottom + 1 || at.left < box.left - 1) say(`cut: ${name}`);
            if (one.scrollWidth > one.clientWidth + 2 && one.clientWidth && getComputedStyle(one).overflowX !== 'visible') say(`cut inside: ${name}`);
            const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            if (own && !one.closest('.live-widget, figure')) {
                const size = parseFloat(getComputedStyle(one).fontSize) * zoom(one);
                if (size < (one.closest('pre') ? CODE : TEXT)) say(`${size.toFixed(1)} pixels: ${name}`);
            }
        }
        for (const formula of slide.querySelectorAll('.katex-display, .katex-error')) {
            if (formula.matches('.katex-error') || formula.scrollWidth > formula.clientWidth + 2) say(`formula: ${formula.textContent.slice(0, 30)}`);
        }
        for (const image of slide.querySelectorAll('figure img')) if (!image.naturalWidth) say('a picture is missing');
        for (const widget of slide.querySelectorAll('.live-widget')) {
            if (zoom(widget) < WIDGET) say(`a widget at ${zoom(widget).toFixed(2)} of its size`);
        }
        if (/\\$[^$]+\\$/.test(slide.querySelector('.sheet').innerText.replace(/\\$\\d/g, ''))) say('mathematics as it is typed');
    };
    Reveal.slide(0, 0, -1);
    for (const [number, slide] of slides.entries()) {
        const say = (what) => found.push(`${number + 1}: ${what}`);
        await frame();
        if (Reveal.getCurrentSlide() !== slide) return [...found, `${number + 1}: is not the next slide`];
        const asks = /^(Predict|Your turn)\\./m.test(slide.querySelector('.sheet').innerText);
        for (const answer of slide.querySelectorAll('.answer')) {
            if (asks && answer.checkVisibility({ visibilityProperty: true, opacityProperty: true })) say('the answer stands there with its question');
        }
        const steps = slide.querySelectorAll('.fragment').length;
        for (let step = 0; step < steps; step++) Reveal.next();
        if (Reveal.getCurrentSlide() !== slide) say(`has no ${steps} steps`);
        for (const widget of slide.querySelectorAll('.live-widget')) {
            const start = performance.now();
            while (!widget.dataset.alive && performance.now() - start < 15000) await frame();
            if (widget.dataset.alive !== 'true') say('a widget is not alive');
            await frame();
        }
        await document.fonts.ready;
        await frame();
        look(slide, say);
        Reveal.next();
    }
    return found;
}"""
HIDDEN = "(one) => !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })"


@pytest.fixture(scope="module")
def address(site):
    """Where the decks are served."""
    with served(site / "slides") as url:
        yield url


@pytest.fixture(scope="module")
def tab(browser):
    """A tab for all tests of this module."""
    with new_tab(browser) as tab:
        watch(tab)
        yield tab


def open_deck(tab, address, chapter, rest=""):
    """Turn the tab to the beginning of a deck."""
    tab.errors.clear()
    tab.foreign.clear()
    tab.goto("about:blank")
    tab.goto(f"{address}/{chapter}.html{rest}")
    tab.wait_for_function(READY, timeout=PATIENCE)


def turn_to(tab, selector):
    """Turn to the first slide that holds this, before its steps; returns its number."""
    return tab.evaluate(
        """(selector) => {
            const slide = document.querySelector(`.slides ${selector}`).closest("section");
            const { h, v } = Reveal.getIndices(slide);
            Reveal.slide(h, v, -1);
            return Reveal.getSlides().indexOf(slide);
        }""",
        selector,
    )


def current(tab):
    """The number of the slide that is shown, and of the steps that were made on it."""
    return tab.evaluate("() => [Reveal.getSlides().indexOf(Reveal.getCurrentSlide()), Reveal.getIndices().f ?? -1]")


def awake(tab):
    """Wait until the widget of this slide is drawn; returns its first slider."""
    tab.wait_for_function("() => Reveal.getCurrentSlide().querySelector('.live-widget')?.dataset.alive === 'true'", timeout=PATIENCE)
    return tab.locator("section.present section.present .live-widget input[type=range]").first.element_handle()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_slide_fits(tab, address, chapter):
    open_deck(tab, address, chapter)
    assert tab.evaluate(LOOK) == []
    assert FEWEST <= tab.evaluate("() => Reveal.getTotalSlides()") <= MOST
    assert tab.errors == [] and tab.foreign == []


PLANTS = {
    "a tall figure": ("by", "<div style='height: 1300px; width: 40px'>tall</div>"),
    "a wide figure": ("cut", "<div style='width: 2300px'>wide</div>"),
    "a long line": ("cut", f"<pre>{'x' * 160}</pre>"),
    "small print": ("pixels", "<p style='font-size: 9px'>small</p>"),
    "a formula": ("formula", "<span class='katex-error'>x</span>"),
    "dollars": ("typed", "<p>and $x + y$</p>"),
    "a broken picture": ("missing", "<figure><img src='data:image/png;base64,AAAA'></figure>"),
    "a dead widget": ("not alive", "<div class='live-widget' data-alive='false'>dead</div>"),
    "an open answer": ("answer", "<p>Predict. What?</p><div class='answer'>That.</div>"),
}


def test_the_look_finds_what_is_planted_and_where(tab, address):
    open_deck(tab, address, "04")
    plant = "([n, plant]) => Reveal.getSlides()[n - 1].querySelector('.sheet').insertAdjacentHTML('afterbegin', plant)"
    for number, (_, planted) in enumerate(PLANTS.values(), 2):
        tab.evaluate(plant, [number, planted])
    found = [complaint.split(": ", 1) for complaint in tab.evaluate(LOOK)]
    for number, (name, (word, _)) in enumerate(PLANTS.items(), 2):
        assert any(word in said for where, said in found if where == str(number)), f"{name}: {found}"
    assert {where for where, _ in found} == {str(number) for number in range(2, len(PLANTS) + 2)}


def test_an_answer_comes_at_the_next_key(tab, address):
    open_deck(tab, address, "05")
    number = turn_to(tab, ".fragment .answer")
    answer = tab.locator("section.present section.present .answer").first.element_handle()
    seen = []
    for _ in range(4):
        seen.append(not answer.evaluate(HIDDEN))
        tab.keyboard.press("ArrowRight")
    assert seen[0] is False and True in seen
    assert current(tab)[0] > number
    tab.keyboard.press("ArrowLeft")
    assert current(tab)[0] >= number


def test_a_slider_keeps_its_arrow_keys(tab, address):
    open_deck(tab, address, "00")
    number = turn_to(tab, ".live-widget")
    slider = awake(tab)
    before = slider.input_value()
    slider.focus()
    tab.keyboard.press("ArrowRight")
    assert slider.input_value() != before and current(tab)[0] == number
    tab.keyboard.press("Escape")
    assert current(tab)[0] == number and not tab.evaluate("() => Reveal.isOverview()")
    tab.keyboard.press("ArrowRight")
    assert current(tab)[0] == number + 1
    assert tab.errors == []


def test_a_clicker_turns_the_slide_from_within_a_widget(tab, address):
    open_deck(tab, address, "00")
    number = turn_to(tab, ".live-widget")
    slider = awake(tab)
    slider.focus()
    before = slider.input_value()
    tab.keyboard.press("PageDown")
    assert current(tab)[0] == number + 1 and slider.input_value() == before
    tab.keyboard.press("PageUp")
    assert current(tab)[0] == number


def test_a_slider_is_held_while_its_widget_grows(tab, address):
    open_deck(tab, address, "00")
    turn_to(tab, ".live-widget")
    slider = awake(tab)
    box = slider.bounding_box()
    x, y = [box["x"] + box["width"] * share for share in (0.2, 0.4, 0.8)], box["y"] + box["height"] / 2
    tab.mouse.move(x[0], y)
    tab.mouse.down()
    tab.mouse.move(x[1], y)
    tab.locator("section.present section.present .live-widget").evaluate(
        "(one) => { one.style.minHeight = `${one.offsetHeight + 20}px`; return new Promise((done) => setTimeout(done, 100)); }"
    )
    tab.mouse.move(x[2], y, steps=3)
    tab.mouse.up()
    assert slider.evaluate("(one) => (one.value - one.min) / (one.max - one.min)") == pytest.approx(0.8, abs=0.05)


def test_tab_stays_on_the_slide_that_is_shown(tab, address):
    open_deck(tab, address, "00")
    number = turn_to(tab, ".live-widget")
    awake(tab)
    tab.keyboard.press("ArrowRight")
    assert current(tab)[0] == number + 1
    for _ in range(6):
        tab.keyboard.press("Tab")
        assert tab.evaluate("() => !document.activeElement.closest('section') || Reveal.getCurrentSlide().contains(document.activeElement)")
    tab.evaluate("() => Reveal.toggleOverview(true)")
    assert not tab.evaluate("() => Reveal.getSlides().some((one) => one.inert)"), "each can be clicked"


@pytest.mark.parametrize("viewport", [{"width": 1920, "height": 1080}, {"width": 1024, "height": 768}], ids=str)
def test_a_widget_follows_the_pointer_at_other_resolutions(browser, address, viewport):
    with new_tab(browser) as tab:
        tab.set_viewport_size(viewport)
        watch(tab)
        open_deck(tab, address, "02")
        turn_to(tab, ".live-widget")
        slider = awake(tab)
        box = slider.bounding_box()
        tab.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
        share = slider.evaluate("(one) => (one.value - one.min) / (one.max - one.min)")
        assert share == pytest.approx(0.25, abs=0.05)
        assert box["x"] > 0 and box["x"] + box["width"] < viewport["width"]


def test_dark_and_light(tab, address):
    open_deck(tab, address, "02")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    assert tab.evaluate(ground) == "rgb(255, 255, 255)", "a projector shows dark ground badly: slides begin light, whatever the system has"
    turn_to(tab, ".live-widget")
    awake(tab)
    inside = "() => getComputedStyle(document.querySelector('section.present .casebook-host').shadowRoot.querySelector('.casebook')).backgroundColor"
    light = tab.evaluate(inside)
    tab.keyboard.press("d")
    assert tab.evaluate(ground) != "rgb(255, 255, 255)" and tab.evaluate(inside) != light
    tab.keyboard.press("d")
    assert tab.evaluate(ground) == "rgb(255, 255, 255)"
    open_deck(tab, address, "02", "?dark")
    assert tab.evaluate(ground) != "rgb(255, 255, 255)"


# axe cannot say what lies behind the text of a slide: it lies over the whole deck. Contrast as WCAG defines it, of each text that is its own.
FAINT = """() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => channels(colour).slice(0, 3).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (one) => {
        const colour = getComputedStyle(one).backgroundColor;
        return (channels(colour)[3] ?? 1) > 0 ? colour : ground(one.parentElement);
    };
    const texts = [...document.querySelectorAll('.sheet *:not(.notes, .notes *, .live-widget, .live-widget *, figure *, style)')]
        .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
    return [texts.length, texts.map((one) => {
        const both = [light(getComputedStyle(one).color), light(ground(one))];
        return [(Math.max(...both) + 0.05) / (Math.min(...both) + 0.05), one.textContent.slice(0, 30)];
    }).filter(([ratio]) => ratio < 4.5)];
}"""


@pytest.mark.parametrize("ground", ["", "?dark"])
def test_text_stands_out_on_both_grounds(tab, address, ground):
    open_deck(tab, address, "05", ground)
    texts, faint = tab.evaluate(FAINT)
    assert texts > 100 and faint == []


def test_the_speaker_reads_what_the_class_does_not(tab, address):
    open_deck(tab, address, "05")
    turn_to(tab, ".notes")
    notes = tab.locator(".reveal aside.notes")
    assert notes.count() > 10
    assert not any(notes.nth(i).is_visible() for i in range(notes.count()))
    with tab.expect_popup() as opened:
        tab.keyboard.press("s")
    popup = opened.value
    popup.wait_for_function("() => document.querySelector('.speaker-controls-notes .value')?.textContent.trim().length > 20", timeout=PATIENCE)
    assert not tab.locator(".reveal aside.notes").first.is_visible()
    popup.close()
    assert tab.errors == [] and tab.foreign == []


def test_a_deck_prints_one_page_a_slide(tab, address):
    open_deck(tab, address, "03", "?print-pdf")
    tab.wait_for_selector(".pdf-page")
    tab.wait_for_function("() => [...document.querySelectorAll('.live-widget')].every((one) => one.dataset.alive === 'true')", timeout=PATIENCE)
    slides = tab.evaluate("() => Reveal.getTotalSlides()")
    printed = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == slides
    cut = "() => [...document.querySelectorAll('.pdf-page section')].filter((one) => one.scrollHeight > 721 || one.scrollWidth > 1281).length"
    assert tab.evaluate(cut) == 0
    left = "() => Math.min(...[...document.querySelectorAll('.pdf-page .sheet')].map((one) => one.offsetLeft))"
    assert tab.evaluate(left) >= 30, "printed letters want an edge"
    assert not tab.locator("aside.notes").first.is_visible()


def test_a_deck_opened_as_a_file_is_alive(tab, site):
    tab.errors.clear()
    tab.goto((site / "slides" / "05.html").as_uri())
    tab.wait_for_function(READY, timeout=PATIENCE)
    turn_to(tab, ".live-widget")
    awake(tab)
    assert tab.errors == []
