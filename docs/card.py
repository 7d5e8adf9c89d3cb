"""Draw docs/_static/card.png, the picture that goes with a link to the site: the two runs of the case, computed when it is drawn.

    python docs/card.py
"""

import sys
from pathlib import Path

from matplotlib.figure import Figure

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from helpers import case, datasets, losses, training  # noqa: E402

CARD = DOCS / "_static" / "card.png"
WIDTH, HEIGHT, DOTS = 1200, 630, 100  # what those who show links ask for
STEPS, LAMPS_AFTER = 300, 1
INK, SOFT, BLUE, VERMILLION, LIT = "#1c1c1c", "#595959", "#0072b2", "#d55e00", "#f2a900"
VERSIONS = {
    '"sigmoid"': (case.forward_prop_sigmoid, case.backward_prop_sigmoid, "sigmoid", BLUE),
    "ReLU": (case.forward_prop, case.backward_prop, "relu", VERMILLION),
}


def run(version: str, X, y, steps: int = STEPS):
    """The parameters at the end of a version's run on the moons, as notebook 00 trains it, and its history."""
    forward, backward, hidden, _ = VERSIONS[version]
    start = case.initial_params(n_x=len(X))
    return training.gradient_descent(
        X, y, start, learning_rate=case.LEARNING_RATE, steps=steps, forward_prop=forward, backward_prop=backward, hidden=hidden
    )


def draw_losses(axes, histories: dict, floor: float) -> None:
    """The loss of both runs against the step, and the floor."""
    for name, history in histories.items():
        colour = VERSIONS[name][-1]
        axes.plot(range(len(history.loss)), history.loss, color=colour, lw=4)
        axes.annotate(name, (STEPS, history.loss[-1]), (10, 0), textcoords="offset points", color=colour, fontsize=21, weight="bold", va="center")
    axes.axhline(floor, color=SOFT, lw=1.5, ls=(0, (6, 4)), zorder=0)
    axes.set(xscale="symlog", yscale="log", xlim=(0, STEPS), xticks=(0, 1, 10, 100), xticklabels=("0", "1", "10", "100"))
    axes.set_yticks((0.1, 1), ("0.1", "1"))
    axes.minorticks_off()
    axes.tick_params(labelsize=15, colors=SOFT)
    axes.set_xlabel("step", fontsize=17, color=SOFT)
    axes.set_title("loss", loc="left", fontsize=17, color=SOFT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(SOFT)


def draw_lamps(figure, masks: list, left: float, top: float) -> None:
    """A lamp for each hidden unit, crossed out where it is dead; a row for each layer."""
    axes = figure.add_axes((left, top - 0.2, 0.42, 0.2), xlim=(-0.7, 12), ylim=(-1.6, 1.0), aspect="equal")
    axes.axis("off")
    for layer, mask in enumerate(masks):
        for unit, dead in enumerate(mask.ravel()):
            axes.plot(unit, 0.6 - 1.25 * layer, "o", ms=22, mfc="white" if dead else LIT, mec=SOFT if dead else INK, mew=1.5)
            if dead:
                axes.plot(unit, 0.6 - 1.25 * layer, "x", ms=11, color=SOFT, mew=2)


def card() -> Figure:
    """The whole picture."""
    X, y = datasets.two_moons()
    histories = {version: run(version, X, y)[1] for version in VERSIONS}
    figure = Figure(figsize=(WIDTH / DOTS, HEIGHT / DOTS), dpi=DOTS, facecolor="white")
    for k, line in enumerate(("The Backprop", "Casebook")):
        figure.text(0.05, 0.76 - 0.115 * k, line, fontsize=42, weight="bold", color=INK)
    for k, line in enumerate(('A network trains with "sigmoid"', "and fails with ReLU.", "Is the derivative wrong?")):
        figure.text(0.05, 0.5 - 0.07 * k, line, fontsize=23, color=INK)
    masks = training.dead_mask(case.forward_prop(X, run("ReLU", X, y, LAMPS_AFTER)[0]), "relu")
    draw_lamps(figure, masks, 0.05, 0.29)
    told = f"ReLU after {LAMPS_AFTER} step: {sum(mask.sum() for mask in masks)} of {sum(mask.size for mask in masks)} units are dead"
    figure.text(0.05, 0.06, told, fontsize=15, color=SOFT)
    draw_losses(figure.add_axes((0.55, 0.15, 0.28, 0.68)), histories, losses.uninformed_loss(y))
    return figure


if __name__ == "__main__":
    card().savefig(CARD, dpi=DOTS, metadata={"Software": None})
    print(f"{CARD.name}: {WIDTH} × {HEIGHT} pixels, {CARD.stat().st_size // 1000} kB")
