"""The built site in a real browser: each page in both themes, on a desk, on a phone and on paper, its widgets moved by the keyboard.

`site` and `prefix` (tests/conftest.py) are the built site and the path at which it stands on its host. A page is opened once, and
looked at by the tests that take `opened`, one after the other.
"""

import re

import pytest

from browser.conftest import new_tab
from browser.export import watch
from browser.site import CUT_TABLES, OVERFLOWING_WIDGETS, SQUEEZED, STICKS_OUT, TOO_SMALL, UNREACHED, WAKE_ALL, hosted, open_everything, serious
from browser.widgets import focus
from notebook_tools import notebook_paths

DESK, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
NOTEBOOKS = [f"notebooks/{path.stem}" for path in notebook_paths()]
GUIDES = ["lite", "teaching", "handout", "slides", "classroom", "classroom/grading"]
PAGES = ["index", "routes", "questions", "clinic", "widgets", "search", "404", *GUIDES, *NOTEBOOKS]

STATUS = "() => [...document.querySelectorAll('.casebook-host')].map((host) => host.shadowRoot.querySelector('.cb-status').textContent)"
SWITCH = ".theme-toggle-container button"
DARK = "() => document.body.dataset.jpThemeLight === 'false'"
GROUNDS = """() => {
    const colour = (node) => getComputedStyle(node).backgroundColor;
    const inside = [...document.querySelectorAll('.casebook-host')].map((host) => host.shadowRoot.querySelector('.casebook'));
    return [...new Set([document.body, ...inside].map(colour))];
}"""
# The controls that can be reached in a widget; of radio buttons the one that is chosen.
CONTROLS = """(widget) => [...widget.querySelectorAll('button, input, select, [tabindex="0"]')]
    .filter((node) => node.checkVisibility() && !node.disabled && node.tabIndex >= 0)
    .filter((node) => node.type !== 'radio' || node.checked).length"""
STOP = """(node) => {
    const {outlineStyle, outlineWidth, stroke} = getComputedStyle(node), widget = node.closest('.casebook');
    if (!node.dataset.stop) node.dataset.stop = Math.random();
    const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    const drawn = node instanceof SVGElement && stroke !== 'none';
    return [widget?.ariaLabel ?? null, node.dataset.stop, ring || drawn, node.outerHTML.slice(0, 90)];
}"""


@pytest.fixture(scope="module")
def host(site, prefix):
    """The address of the site."""
    with hosted(site, prefix) as url:
        yield url


@pytest.fixture
def tab(browser):
    """A tab that lists foreign requests."""
    with new_tab(browser) as page:
        watch(page)
        yield page


@pytest.fixture(scope="module", params=PAGES)
def opened(request, browser, host):
    """Each page, as it comes; the tests that take it go on from where the one before has left it."""
    with new_tab(browser) as page:
        watch(page)
        page.name = request.param
        page.goto(f"{host}{request.param}.html")
        yield page


# ---------------------------------------------------------------- each page, once


def test_predictions_and_answers_are_closed_until_the_reader_opens_them(opened):
    folds = opened.locator("article details")
    assert opened.locator("article details[open]").count() == 0
    assert folds.count() > 10 or not opened.name.startswith("notebooks/")
    assert not opened.locator("article details .output").first.is_visible()


def test_every_widget_comes_to_life(opened):
    alive = open_everything(opened)
    assert set(alive) <= {"true"}
    assert alive or opened.name not in ("index", "widgets", NOTEBOOKS[0])


def test_every_widget_is_moved_by_the_keyboard(opened):
    for widget in opened.locator(".live-widget .casebook").all():
        assert moved(widget), widget.get_attribute("aria-label")


def moved(widget):
    """Whether a key changes the sentence that says what is shown: on a slider an arrow, on a button the enter key."""
    status = widget.locator(".cb-status")
    before = status.text_content()
    sliders = [(slider, key) for slider in widget.locator("input[type=range]:visible").all() for key in ("ArrowLeft", "ArrowRight")]
    buttons = [(button, "Enter") for button in widget.locator("button:enabled:visible").all()]
    for control, key in [*buttons, *sliders] if widget.get_attribute("aria-label") == "Network stepper" else [*sliders, *buttons]:
        control.press(key)
        if status.text_content() != before:
            return True
    return False


def test_nothing_sticks_out_on_a_desk(opened):
    assert opened.evaluate(STICKS_OUT) == [] and opened.evaluate(OVERFLOWING_WIDGETS) == []


def test_nothing_sticks_out_on_a_phone_and_all_is_in_reach(opened):
    opened.set_viewport_size(PHONE)
    assert left(opened, STICKS_OUT) == []
    assert left(opened, UNREACHED) == []
    assert left(opened, TOO_SMALL) == []
    assert left(opened, SQUEEZED) == [] and left(opened, CUT_TABLES) == []
    opened.set_viewport_size(DESK)


def left(page, faults, patience=5000):
    """What a script finds at fault once the page had time to settle: boxes are made stops of the tab key after they have been drawn."""
    for _ in range(patience // 100):
        if not (found := page.evaluate(faults)):
            break
        page.wait_for_timeout(100)
    return found


def test_no_serious_finding_in_the_light(opened):
    assert opened.evaluate(DARK) is False
    assert serious(opened) == []


def test_everything_follows_the_switch_into_the_dark(opened):
    light = opened.evaluate(GROUNDS)
    opened.locator(SWITCH).locator("visible=true").click()  # from the system's theme, which is light, to the dark one
    opened.wait_for_function(DARK)
    dark = opened.evaluate(GROUNDS)
    assert len(light) == len(dark) == 1 and light != dark, "the page and its widgets have one ground"
    assert serious(opened, "color-contrast", "link-in-text-block") == []


def test_nothing_went_wrong_meanwhile(opened):
    assert opened.errors == [] and opened.foreign == []


def test_no_page_is_left_out(site):
    names = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    assert {name for name in names if not name.startswith(("lab/", "slides/", "_static/"))} == set(PAGES)


# ---------------------------------------------------------------- by the keyboard


def test_a_prediction_is_opened_by_the_keyboard(tab, host):
    tab.goto(f"{host}{NOTEBOOKS[2]}.html")
    fold = tab.locator("details.hide").first
    assert not fold.locator(".cell_output").is_visible()
    fold.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert fold.locator(".cell_output").is_visible() and fold.locator("summary").inner_text() == "Hide the output"
    tab.keyboard.press("Enter")
    assert not fold.locator(".cell_output").is_visible()


def test_the_tab_key_stops_at_every_control_is_seen_there_and_goes_on(tab, host):
    tab.goto(f"{host}widgets.html")
    open_everything(tab)
    for widget in tab.locator(".live-widget .casebook").all():
        name, wanted = widget.get_attribute("aria-label"), widget.evaluate(CONTROLS)
        widget.locator("button:enabled, input, select").first.focus()
        stops = set()
        for _ in range(3 * wanted):
            inside, stop, ring, element = focus(tab, STOP)
            if inside != name:
                break
            assert ring, f"{name}: the focus is not seen on {element}"
            stops.add(stop)
            tab.keyboard.press("Tab")
        assert inside != name, f"{name} keeps the focus"
        assert len(stops) >= wanted - 1, f"{name}: {len(stops)} stops, {wanted} controls"


def test_the_first_key_skips_to_the_text(tab, host):
    tab.goto(f"{host}index.html")
    tab.keyboard.press("Tab")
    assert focus(tab, "(node) => node.getAttribute('href')") == "#furo-main-content"


# ---------------------------------------------------------------- search, the missing page, paper, phone


def test_the_search_finds_a_word_and_leads_to_it(tab, host):
    tab.goto(f"{host}index.html")
    tab.locator("input[name=q]").first.press_sequentially("Jacobian")
    tab.keyboard.press("Enter")
    found = tab.locator("#search-results ul.search a")
    found.first.wait_for()
    pages = [link.get_attribute("href") for link in found.all()]
    assert any("09_softmax" in page for page in pages)
    found.first.click()
    tab.wait_for_url(re.compile(r"/notebooks/"))
    assert tab.errors == [] and tab.foreign == []


def test_a_missing_page_is_met_at_any_depth_with_the_look_and_the_way_on(tab, host):
    answer = tab.goto(f"{host}notebooks/no/such/page.html")
    assert answer.status == 404
    assert tab.locator("h1").inner_text().startswith("There is no such page")
    assert tab.locator("body").evaluate("(body) => getComputedStyle(body).getPropertyValue('--color-brand-primary')").strip()
    tab.locator("article a", has_text="first page").click()
    tab.wait_for_url(host + "index.html")
    assert [error for error in tab.errors if "404" not in error] == [] and tab.foreign == []


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_handout_is_one_sheet(tab, host, paper):
    tab.goto(f"{host}handout.html")
    assert len(re.findall(rb"/Type\s*/Page\b", tab.pdf(format=paper))) == 1


def test_paper_has_everything_open_and_no_controls(tab, host):
    tab.goto(f"{host}{NOTEBOOKS[1]}.html")
    tab.evaluate(WAKE_ALL)
    closed = "document.querySelectorAll('article details:not([open])').length"
    drawn = "[...document.querySelectorAll('.live-widget > :not(style)')].filter((node) => node.checkVisibility()).map((node) => node.tagName)"
    tab.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = [{closed}, {drawn}]; }})")
    before = tab.evaluate(closed)
    tab.pdf()
    assert tab.evaluate("window.printed") == [0, ["FIGURE"]], "the widget's picture, without its controls"
    assert tab.evaluate(closed) == before > 10 and tab.evaluate(drawn) == ["DIV"]
    tab.emulate_media(media="print")
    tab.evaluate("() => { document.body.dataset.theme = 'dark'; }")
    tab.wait_for_function("() => document.body.dataset.jpThemeLight === 'true'")
    heights = tab.locator("article details > :not(summary)").evaluate_all("(all) => all.map((node) => node.getBoundingClientRect().height)")
    assert min(heights) > 0, "without a script, paper has everything open as well"
    fading = tab.locator("article details > *").evaluate_all("(all) => all.map((node) => getComputedStyle(node).animationName)")
    assert set(fading) == {"none"}, "what fades in is printed before it is there"
    controls = (".sidebar-drawer", ".page-links", ".copybtn", ".related-pages", ".theme-toggle-container", ".skip-to-content", ".hide > summary")
    assert not any(node.is_visible() for node in tab.locator(", ".join(controls)).all())


def test_a_phone_is_led_in_within_the_first_screen(browser, host):
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    phone = context.new_page()
    try:
        phone.goto(f"{host}index.html")
        begin = phone.locator("a.button.first")
        box = begin.bounding_box()
        assert box["y"] + box["height"] < PHONE["height"] and box["height"] >= 44
        phone.locator(".live-widget[data-alive=true]").wait_for()
        step = phone.get_by_role("button", name="Take a step")
        before = phone.evaluate(STATUS)
        step.tap()
        assert phone.evaluate(STATUS) != before
        lamps = phone.locator(".cb-lamp").last.bounding_box()
        assert lamps["y"] + lamps["height"] - step.bounding_box()["y"] < 0.8 * PHONE["height"], "whoever presses it sees the lamps"
        begin.tap()
        phone.wait_for_url(re.compile("00_the_case"))
        phone.locator(".mobile-header .nav-overlay-icon").tap()
        assert phone.get_by_role("link", name="07 The verdict").first.is_visible()
        phone.goto(f"{host}{NOTEBOOKS[1]}.html#Where-is-the-transpose,-if-each-unit-has-a-column-of-weights?")
        phone.wait_for_timeout(500)
        heading = phone.get_by_role("heading", name="Where is the transpose").bounding_box()
        assert 0 <= heading["y"] < 200, "widgets on the way do not push the goal away"
        phone.goto(f"{host}search.html")
        phone.locator("article input[name=q]").fill("Jacobian")
        phone.locator("article button").tap()
        phone.locator("#search-results ul.search a").first.wait_for()
    finally:
        context.close()
