"""The gallery: every widget once, under a heading and a sentence."""

import re

import helpers.widgets
from helpers.widgets import base, gallery
from helpers.widgets.gallery import EXHIBITS


def test_every_widget_is_there_once_under_a_heading_and_a_sentence():
    box = gallery()
    texts, widgets = box.children[::2], box.children[1::2]
    assert [type(one).__name__ for one in widgets] == list(EXHIBITS)
    assert set(EXHIBITS) == {name for name in helpers.widgets.__all__ if isinstance(getattr(helpers.widgets, name), type)}
    assert all(re.fullmatch(r"<h2>[^<]+</h2><p>[^<]+\?</p>", one.value) for one in texts)
    assert repr(box) == f"gallery of {', '.join(EXHIBITS)}"


def test_it_shows_what_there_is(monkeypatch):
    monkeypatch.delattr(helpers.widgets, "LossExplorer")
    assert "LossExplorer" not in repr(gallery()) and "GradientCheckExplorer" in repr(gallery())


def test_readers_without_javascript_see_the_pictures():
    bundle, again = gallery()._repr_mimebundle_(), gallery()._repr_mimebundle_()
    assert base.VIEW in bundle and bundle["text/html"] == again["text/html"] and bundle["text/plain"] == again["text/plain"]
    assert bundle["text/html"].count("<img alt=") == len(EXHIBITS)
