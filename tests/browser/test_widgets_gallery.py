"""All widgets on one page: they are painted, they keep to themselves, and they break no rule."""

from browser.widgets import play, status, violations
from helpers.widgets.gallery import EXHIBITS

DASHES = "(root) => [...root.querySelectorAll('.cb-tangent')].map((line) => getComputedStyle(line).strokeDasharray)"


def test_the_gallery(stage):
    play(stage, "import helpers.widgets\nhelpers.widgets.gallery()", widgets=len(EXHIBITS))
    loss = stage.get_by_role("group", name="Loss explorer")
    assert set(loss.evaluate(DASHES)) == {"none"}, "the style of another widget has come in"
    loss.get_by_label("p of the true class", exact=True).fill("0.5")
    check = stage.get_by_role("group", name="Gradient check explorer")
    check.get_by_label("step h", exact=True).and_(check.locator("input[type=range]")).fill("-5")
    assert "probability 0.5:" in status(loss) and "h = 1e−5" in status(check)
    assert violations(stage) == [] and stage.errors == []
