"""A figure is shown with its description as caption and alternative text; descriptions are put in words that agree everywhere."""

import html
import re
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers import figures
from helpers.figures import display, words


def shown(figure, description=None, monkeypatch=None):
    """What `show` hands to Jupyter."""
    import IPython.display

    bundles = []
    monkeypatch.setattr(display, "_shell", lambda: SimpleNamespace())
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: bundles.append(bundle))
    figures.show(figure, description)
    (bundle,) = bundles
    return bundle


def read_caption(page):
    """The text of a caption that is seen at first, and what unfolds."""
    caption = re.search(r"<figcaption[^>]*>(.*?)</figcaption>", page)[1]
    seen, _, folded = caption.partition("</summary>")
    return [html.unescape(re.sub("<[^>]+>", "", part)) for part in (seen, folded)]


def test_show_gives_the_same_text_to_eyes_and_screen_readers(monkeypatch):
    words_given = 'Loss < 0.1 & "falling", it\'s <b>good</b>'
    bundle = shown(figures.bars(["a"], [1]), words_given, monkeypatch)
    page = bundle["text/html"]
    alt = re.search(r'<img alt="([^"]*)"', page)[1]
    assert html.unescape(alt) == bundle["text/plain"] == words_given
    assert read_caption(page) == [words_given, ""]
    assert "<b>" not in page and "<details>" not in page
    assert 'width="864"' in page and "max-width: 100%" in page and page.count("data:image/png;base64,") == 1


def test_a_caption_is_the_first_sentence_and_unfolds_to_the_rest(monkeypatch):
    text = "Bars of 0.5, e.g. a & b. a 1.5. It ends!"
    page = shown(figures.bars(["a"], [1]), text, monkeypatch)["text/html"]
    assert read_caption(page) == ["Bars of 0.5, e.g. a & b.", "a 1.5. It ends!"]
    assert page.count("<details><summary>") == page.count("</summary>") == page.count("</details>") == 1
    assert html.escape(text) in re.search(r'<img alt="([^"]*)"', page)[1]


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [("One.", "One.", ""), ("No end", "No end", ""), ("Up? Down.", "Up?", "Down."), ('"Yes." No.', '"Yes."', "No."), ("z = 0.5 up", "z = 0.5 up", ""),
     ("a vs. b. c", "a vs. b.", "c")],
)  # fmt: skip
def test_the_first_sentence(text, first, rest):
    assert display.first_sentence(text) == (first, rest)


def test_a_caption_is_smaller_than_prose_and_takes_the_themes_colour(monkeypatch):
    page = shown(figures.bars(["a"], [1]), "One. Two.", monkeypatch)["text/html"]
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", page)]
    assert sizes and all(12 <= size <= 13 for size in sizes) and page.count("<small") == 2
    assert "background: transparent" in page and not re.search(r"[ ;\"]color:", page)


def test_the_caption_of_a_narrow_picture_is_as_wide_as_any(monkeypatch):
    page = shown(figures.matrix_heatmap([[1]]), None, monkeypatch)["text/html"]
    assert 'width="192"' in page and "max-width: 864px" in page


def test_show_takes_the_figures_own_description(monkeypatch):
    figure = figures.bars(["a"], [1])
    assert shown(figure, None, monkeypatch)["text/plain"] == figure.get_label() == "Bars of value. a 1."


def test_show_wants_a_figure_and_a_description():
    with pytest.raises(ValueError, match="no description: expected a text"):
        figures.show(Figure())
    with pytest.raises(ValueError, match="no description"):
        figures.show(figures.bars(["a"], [1]), "  ")
    with pytest.raises(TypeError, match="figure is a list, expected a matplotlib Figure"):
        figures.show([1])
    with pytest.raises(TypeError, match="description is an int"):
        figures.show(Figure(), 3)


def test_a_pyplot_figure_is_shown_whole_and_closed(monkeypatch):
    backend = matplotlib.get_backend()
    matplotlib.use("agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    try:
        figure, axes = plt.subplots()
        axes.set_ylabel("two\nlines\nand more")
        assert "image/png" in shown(figure, "A plot.", monkeypatch)["text/html"]
        assert not plt.fignum_exists(figure.number)
    finally:
        plt.close("all")
        matplotlib.use(backend)


def test_half_a_character_in_a_description_can_be_shown(monkeypatch):
    assert shown(Figure(), "a \ud800", monkeypatch)["text/plain"] == r"a \ud800"


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05213, "0.0521"), (-0.0, "0"), (1500, "1500"), (1234.5, "1230"), (-2.0, "-2"), (3.4e-7, "3.4e-7"), (1e-10, "1e-10"), (1e9, "1e9"),
     (np.nan, "not a number"), (-np.inf, "minus infinity"), (0.99999, "1"), (0.0001, "0.0001")],
)  # fmt: skip
def test_numbers_in_words(value, text):
    assert words.number(value) == text


def test_rounding_noise_is_zero_among_larger_numbers():
    assert words.number(1e-17, scale=1) == "0"
    assert words.fixed(-0.001, 2) == "0.00"
    assert words.fixed(-1.5, 1) == "−1.5"


def test_the_course_of_a_curve():
    x = np.arange(5.0)
    assert words.course(x, x * 2) == "rises from 0 to 8"
    assert words.course(x, -x) == "falls from 0 to -4"
    assert words.course(x, x * 0 + 3) == "stays at 3"
    assert words.course(x, (x - 2) ** 2, where="at x =") == "starts at 4 and ends at 4, lowest 0 at x = 2"
    assert words.course(x, np.where(x == 0, np.nan, x)) == "rises from 1 to 4 (1 value not finite)"
    assert words.course(x, x * np.nan) == "is nowhere a finite number"


def test_tex_is_made_readable():
    assert words.plain(r"$\sigma(z)$ of $w_{12}$ in leaky_relu") == "σ(z) of w12 in leaky_relu"


def test_a_dollar_sign_that_is_meant_is_kept():
    assert words.plain(r"\$5 or $w_1$") == "$5 or w1"
    assert "$5" in figures.bars([r"\$5"], [1]).get_label()


def test_a_caption_begins_with_a_capital_unless_it_is_a_symbol():
    for label, begins in (("loss (nats)", "Loss (nats) against"), ("dW2", "dW2 against"), ("z", "z against"), ("tanh(z)", "tanh(z) against")):
        assert figures.curves([0, 1], {"a": [0, 1]}, ylabel=label).get_label().startswith(begins)
    assert figures.slope_products([1, 2], {"a": [1, 0.5]}, ylabel="$dW_2$").get_label().startswith("dW2 against")
