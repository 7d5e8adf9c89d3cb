"""The rooms of the widgets and the list of them: each has the same shape, and the gallery shows every one once."""

import re
from pathlib import Path

import pytest

import helpers.widgets
from helpers.widgets import gallery
from helpers.widgets.gallery import EXHIBITS, exhibit, folder
from helpers.widgets.kit import base

ROOMS = Path(helpers.widgets.__file__).parent
SHAPE = {"__init__.py", "widget.py", "recording.py", "words.py", "view.js", "style.css"}
LONGEST = 250  # lines of a file


def test_there_is_a_room_for_each_widget_on_the_list_and_one_for_the_kit():
    rooms = {path.name for path in ROOMS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms == {folder(name) for name in EXHIBITS} | {"kit"}
    assert {path.name for path in ROOMS.iterdir() if path.is_file()} == {"__init__.py", "gallery.py"}


@pytest.mark.parametrize("name", EXHIBITS)
def test_each_room_has_the_same_shape(name):
    files = {path.name for path in (ROOMS / folder(name)).iterdir() if path.is_file()}
    assert files >= SHAPE, f"{folder(name)} lacks {', '.join(sorted(SHAPE - files))}"
    assert {Path(file).suffix for file in files} == {".py", ".js", ".css"}
    kind = exhibit(name)
    assert issubclass(kind, base.Widget) and kind.__module__ == f"helpers.widgets.{folder(name)}.widget"


@pytest.mark.parametrize("name", EXHIBITS)
def test_a_room_knows_the_kit_and_no_other_room(name):
    others = {folder(other) for other in EXHIBITS} - {folder(name)} | {"gallery"}
    for path in (ROOMS / folder(name)).iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.findall(rf"helpers\.widgets\.(?:{'|'.join(others)})\b|\./(?:{'|'.join(others)})/", text), path.name


@pytest.mark.parametrize("path", sorted(ROOMS.glob("kit/*.*")), ids=lambda path: path.name)
def test_the_kit_knows_no_room(path):
    assert not re.search("|".join(map(folder, EXHIBITS)), path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*sorted(ROOMS.rglob("*.py")), *sorted(ROOMS.rglob("*.js"))], ids=lambda path: str(path.relative_to(ROOMS)))
def test_no_file_is_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_widget_is_there_once_under_a_heading_and_a_sentence():
    box = gallery()
    texts, widgets = box.children[::2], box.children[1::2]
    assert [type(one).__name__ for one in widgets] == list(EXHIBITS)
    assert helpers.widgets.__all__ == [*EXHIBITS, "gallery"] and helpers.widgets.LossExplorer is exhibit("LossExplorer")
    assert all(re.fullmatch(r"<h2>[^<]+</h2><p>[^<]+\?</p>", one.value) for one in texts)
    assert repr(box) == f"gallery of {', '.join(EXHIBITS)}"
    with pytest.raises(AttributeError, match="has no attribute 'LostExplorer'"):
        _ = helpers.widgets.LostExplorer


def test_readers_without_javascript_see_the_pictures():
    bundle, again = gallery()._repr_mimebundle_(), gallery()._repr_mimebundle_()
    assert base.VIEW in bundle and bundle["text/html"] == again["text/html"] and bundle["text/plain"] == again["text/plain"]
    assert bundle["text/html"].count("<img alt=") == len(EXHIBITS)
