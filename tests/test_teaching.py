"""The teaching guide and the handout: what they name is there, the widgets they set can be set so, the handout's code is right."""

import re
from pathlib import Path

import numpy as np
import pytest

from helpers import case, network, widgets
from helpers.activations import ACTIVATIONS
from notebook_tools import exercise_slugs, notebook_paths, read
from slide_rules import SHOWN, STARTS

DOCS = Path(__file__).resolve().parent.parent / "docs"
GUIDE, HANDOUT = (DOCS / name for name in ("teaching.md", "handout.md"))
CHAPTERS = {path.name[:2]: path for path in notebook_paths()}
PLANS = dict(re.findall(r"^### (\d\d) .+?\n(.*?)(?=^##|\Z)", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
WIDGETS = sorted(set(re.findall(r"`(\w+(?:Explorer|Stepper)\([^`]*\))`", GUIDE.read_text(encoding="utf-8"))))


def sections(number):
    """The headings of a notebook's sections, as links write them with spaces: that of the section, and those within it."""
    found = {}
    for heading in re.findall(r"^##+ .+$", "\n".join(cell.source for cell in read(CHAPTERS[number]).cells if cell.cell_type == "markdown"), re.M):
        if heading.startswith("## "):
            section = found.setdefault(heading[3:], [])
        section.append(heading.lstrip("# ").replace("-", " "))
    return found


def on_slides(number):
    """(its section, cell) of each cell that is on a slide."""
    section, found = "", []
    for cell in read(CHAPTERS[number]).cells:
        if cell.cell_type == "markdown" and (headings := re.findall(r"^## (.+)$", cell.source, re.M)):
            section = headings[-1]
        if cell.metadata.get("slideshow", {}).get("slide_type") in SHOWN:
            found.append((section, cell))
    return found


def test_each_chapter_has_a_plan():
    assert PLANS.keys() == CHAPTERS.keys()


@pytest.mark.parametrize("number", PLANS)
def test_a_plan_takes_fifty_minutes_without_a_gap(number):
    spans = [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+)–(\d+) \|", PLANS[number], re.MULTILINE)]
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])] and spans[-1][1] == 50
    for part in ("**Ask first.**", "**They will", "**Homework:**"):
        assert part in PLANS[number]


@pytest.mark.parametrize("number", PLANS)
def test_homework_is_an_exercise_of_the_chapter(number):
    named = re.findall(r"`([a-z0-9-]+)`", PLANS[number].split("**Homework:**")[1])
    assert named and set(named) <= set(exercise_slugs(read(CHAPTERS[number])))


@pytest.mark.parametrize("number", PLANS)
def test_homework_is_not_solved_on_a_slide(number):
    homework = re.findall(r"`([a-z0-9-]+)`", PLANS[number].split("**Homework:**")[1])
    assert not {f"ex-{slug}-solution" for slug in homework} & {cell.id for _, cell in on_slides(number)}


@pytest.mark.parametrize("number", PLANS)
def test_a_deck_goes_through_its_plan(number):
    timetable = PLANS[number].split("**They will")[0]
    links = [link.replace("-", " ") for link in re.findall(r"\.ipynb#([^)\s]+)\)", timetable)]
    planned = [section for link in links for section, headings in sections(number).items() if link in headings]
    assert len(planned) == len(links), "each part of the plan is a section of the notebook"
    shown = list(dict.fromkeys(section for section, _ in on_slides(number)))[1:-1]  # without the title and the end
    assert list(dict.fromkeys(planned)) == shown
    code = [cell.source for _, cell in on_slides(number) if cell.cell_type == "code"]
    assert [widget for widget in WIDGETS if f"`{widget}`" in timetable and not any(widget in source for source in code)] == []


def slides_in(text):
    """The numbers in "13–15, 17"."""
    spans = [(int(first), int(last or first)) for first, last in re.findall(r"(\d+)(?:–(\d+))?", text)]
    return [number for first, last in spans for number in range(first, last + 1)]


def test_the_express_lesson_names_the_slides_of_what_it_tells():
    rows = re.findall(r"^\| \d+–\d+ \| ((?:\d\d: [^|]+)?) \| (.+) \|$", GUIDE.read_text(encoding="utf-8").split("## A term")[0], re.MULTILINE)
    assert len(rows) == 10
    for slides, row in rows:
        shown = set()
        for number, numbers in re.findall(r"(\d\d): ([^;]+)", slides):
            starts = [section for section, cell in on_slides(number) if cell.metadata.slideshow.slide_type in STARTS]
            shown |= {heading for n in slides_in(numbers) for heading in sections(number)[starts[n - 1]]}
        linked = [link.replace("-", " ") for link in re.findall(r"\.ipynb#([^)\s]+)\)", row)]
        assert not slides or set(linked) <= shown, f"slides {slides} are not of {linked}"


def test_what_a_term_hands_in_are_exercises():
    rows = re.findall(r"^\| \d+ \| \[(\d\d) .*\| (.+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [number for number, _ in rows] == list(CHAPTERS)
    for number, handed_in in rows:
        assert set(re.findall(r"`([a-z0-9-]+)`", handed_in)) <= set(exercise_slugs(read(CHAPTERS[number])))


@pytest.mark.parametrize("code", WIDGETS)
def test_a_widget_can_be_set_so(code):
    eval(code, {**{name: getattr(widgets, name) for name in widgets.__all__}, "case": case}).close()


def test_the_handouts_passes_are_those_of_the_network():
    text = HANDOUT.read_text(encoding="utf-8").replace("`db2` as db3", "`db2 = dZ2.sum(axis=1, keepdims=True) / m`")
    code = re.findall(r"`([dZAWb]+\d = [^`]+)`", text.replace("`db1` as db3", "`db1 = dZ1.sum(axis=1, keepdims=True) / m`"))
    forward = [line for line in code if not line.startswith("d")]
    backward = [line for line in code if line.startswith("d")]
    assert len(forward) == 6 and len(backward) == 9
    rng = np.random.default_rng(0)
    p, X, y = network.init_params((2, 10, 10, 1), rng=0), rng.normal(size=(2, 7)), rng.integers(0, 2, (1, 7)).astype(float)
    names = dict(p) | {"X": X, "y": y, "m": 7, "np": np, "g": ACTIVATIONS["relu"].value, "slope": ACTIVATIONS["relu"].slope}
    exec("\n".join(forward + backward), names)
    right = network.backward_prop(X, y, network.forward_prop(X, p), p)
    for name in p:
        assert np.allclose(names[f"d{name}"], right[f"d{name}"], rtol=1e-12, atol=0), name
