"""All widgets on one page: they are painted, they keep to themselves, and they break no rule."""

from browser.widgets import IMPORTS, play, show, status, use_theme, violations
from helpers.widgets.gallery import EXHIBITS

DASHES = "(root) => [...root.querySelectorAll('.cb-tangent')].map((line) => getComputedStyle(line).strokeDasharray)"

# What is cut, runs over its neighbour, or leaves its chart.
CUT = """(root) => {
    const seen = (selector) => [...root.querySelectorAll(selector)].filter((node) => node.checkVisibility());
    const wide = seen('.cb-scroll, th, td').filter((node) => node.scrollWidth > node.clientWidth + 1);
    const outside = seen('svg text').filter((text) => text.getBoundingClientRect().right > text.ownerSVGElement.getBoundingClientRect().right + 1);
    return [...wide, ...outside].map((node) => `${node.className.baseVal ?? node.className}: ${node.textContent.slice(0, 60)}`);
}"""
STATES = {
    'NetworkStepper(step="Z2")': 560, 'NetworkStepper(step="dA1", example=2)': 560, 'NetworkStepper(step="loss", batch=True)': 560,
    'NetworkStepper(step="dW1", selected="W1[1, 0]")': 670, 'NetworkStepper(step="dW3", selected="b1[3]", hidden="tanh")': 670,
    'NetworkStepper(backward_prop=case.backward_prop_sigmoid, hidden="sigmoid")': 600,
    'ActivationExplorer("sigmoid", rule="tanh")': 600, 'ActivationExplorer(["leaky_relu", "softplus"], z=-3.15, rule="own")': 670,
    'ActivationExplorer(["leaky_relu", "sigmoid"], view="depth", weight=4)': 600,
    'LossExplorer()': 560, 'LossExplorer("logits")': 560, 'LossExplorer("number", stuck=0.66, classes=2)': 560,
    'TrainingExplorer(step=2)': 600, 'TrainingExplorer(rate=10, step=60)': 600, 'TrainingExplorer(start="he", rate=5, step=60, seed=3)': 600,
    'TrainingExplorer(data="raw", rate=0.001, step=300)': 600, 'TrainingExplorer(data="standardised", rate=12, step=100)': 600,
    'GradientCheckExplorer(h=1e-9)': 560, 'GradientCheckExplorer("kink", share=0.5)': 580,
    'SoftmaxExplorer(unit=4, example=7, step=20)': 605, 'SoftmaxExplorer(data="toy", unit=3)': 590,
    'SoftmaxExplorer(unit=4, example=22, show="wish", step=1000)': 605,
    'FiringRateExplorer(refractory=5)': 520, 'FiringRateExplorer(current=6)': 520,
    'SoftmaxExplorer(view="temperature")': 520, 'SoftmaxExplorer(view="temperature", sample="wrong", temperature=0.05, shift=90)': 560,
    'TapeStepper()': 560, 'TapeStepper(step=8)': 560, 'TapeStepper(order="unordered", step="end", value=0.5)': 560,
    'TapeStepper("(a*b + exp(c)) * a", a=2, b=-3, c=0.5, step="end")': 560,
    'ConvolutionExplorer(kernel="blur", padding=1, place=(8, 8))': 560, 'ConvolutionExplorer(image="toy", kernel="toy")': 560,
    'ConvolutionExplorer("gradient", image=3, of="pixel", pixel=(4, 4), padding=1)': 560, 'ConvolutionExplorer("learn", data="edges", step=300)': 600,
    'ConvolutionExplorer(kernel="edges", stride=3, padding=1)': 560,
}  # fmt: skip
"""Each with the height in pixels that it may have: 600 are seen at once."""


def test_everything_is_seen_beside_the_open_sidebar(lab, desk):
    show(desk, lab, f"{IMPORTS}\nfrom helpers import case", "", widgets=0, sidebar=True)
    for code, highest in STATES.items():
        widget = play(desk, code)
        assert widget.evaluate(CUT) == [], code
        assert widget.bounding_box()["height"] <= highest, code
    for theme in ("dark", "light"):
        use_theme(desk, theme)
        assert violations(desk) == []
    assert desk.errors == []


def test_the_gallery(stage):
    play(stage, "import helpers.widgets\nhelpers.widgets.gallery()", widgets=len(EXHIBITS))
    loss = stage.get_by_role("group", name="Loss explorer")
    assert set(loss.evaluate(DASHES)) == {"none"}, "the style of another widget has come in"
    loss.get_by_label("p of the true class", exact=True).fill("0.5")
    check = stage.get_by_role("group", name="Gradient check explorer")
    check.get_by_label("step h", exact=True).and_(check.locator("input[type=range]")).fill("-5")
    assert "probability 0.5:" in status(loss) and "h = 1e−5" in status(check)
    assert violations(stage) == [] and stage.errors == []
