"""How fast the activation explorer answers beside the two usual ways to draw a curve and drag a point on it, in one run.

    python tests/benchmarks/widgets.py            60 moves and 4 seconds of dragging each, in three rounds
    python tests/benchmarks/widgets.py --quick    one round

In a real JupyterLab in Chromium the sigmoid with its point is shown three times: by `ActivationExplorer`, by `interact` with
a matplotlib figure, and by a slider that redraws a figure of ipympl (left out with a note where ipympl is not installed).
Each is moved by the same key on its slider. A move lasts from the key to the end of the frame in which the new picture is
painted. While dragging, 60 moves a second are made, and frames whose picture is another one than before are counted.
Rounds take turns, so that a machine that changes its speed changes it for all.
"""

import argparse
import importlib.util
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser.lab import BROWSER_ARGUMENTS, Lab, find_browser
from browser.widgets import RUN_LAST, show

MOVES, SECONDS, ROUNDS = 60, 4, 3
START = """import numpy as np, matplotlib.pyplot as plt, ipywidgets
from helpers.activations import ACTIVATIONS
from helpers.widgets import ActivationExplorer"""
CURVE = """
zs, sigmoid = np.linspace(-4, 4, 161), ACTIVATIONS["sigmoid"]
def draw(axes, z):
    axes.plot(zs, sigmoid.value(zs)); axes.plot(z, sigmoid.value(z), "o")
"""
INTERACT = (
    CURVE
    + """
def figure(z=1.0):
    _, axes = plt.subplots(); draw(axes, z); plt.show()
ipywidgets.interact(figure, z=(-4.0, 4.0, 0.05));
"""
)
IPYMPL = (
    """%matplotlib widget
"""
    + CURVE
    + """
plt.ioff()
fig, axes = plt.subplots(); draw(axes, 1.0); point = axes.lines[-1]
slider = ipywidgets.FloatSlider(1.0, min=-4, max=4, step=0.05)
def move(change):
    point.set_data([change.new], [sigmoid.value(change.new)]); fig.canvas.draw_idle()
slider.observe(move, "value")
ipywidgets.VBox([slider, fig.canvas])
"""
)
EXPLORER = "ActivationExplorer('sigmoid')"
# What is seen of each: a text that differs when its picture does.
CONTENDERS = {
    "ActivationExplorer": (EXPLORER, "(cell) => cell.querySelector('.cb-point')?.getAttribute('transform')"),
    "interact with matplotlib": (
        INTERACT,
        "(cell) => { const image = cell.querySelector('img'); return image?.complete && image.naturalWidth ? image.src : undefined; }",
    ),
    "ipympl": (IPYMPL, "(cell) => cell.querySelector('canvas') && String(window.drawn)"),
}
# Counts what ipympl paints on its canvas.
COUNT = """() => {
    window.drawn = 0;
    const paint = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...all) { window.drawn++; return paint.apply(this, all); };
}"""
TOOLS = """
    const cell = window.jupyterapp.shell.currentWidget.content.widgets.at(-1).node;
    const frame = () => new Promise(requestAnimationFrame);
    const soon = () => new Promise((go) => { const c = new MessageChannel(); c.port1.onmessage = go; c.port2.postMessage(0); });
    const painted = () => frame().then(soon);
    let up = 0;
    const press = () => {
        const slider = cell.querySelector('input[type=range]');
        up = (up + 1) % 80;
        if (slider) { slider.value = (up - 40) / 20; slider.dispatchEvent(new Event('input', {bubbles: true})); return; }
        const key = up < 40 ? 'ArrowLeft' : 'ArrowRight';
        cell.querySelector('.noUi-handle').dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    };
"""
APPEAR = """async ([code, seen, run]) => {
    const look = eval(seen), start = performance.now();
    const ran = eval(run)(code);
    for (;;) {
        await new Promise(requestAnimationFrame);
        const cell = window.jupyterapp.shell.currentWidget.content.widgets.at(-1).node;
        if (look(cell)) break;
        if (performance.now() - start > 30000) throw new Error("nothing is painted");
    }
    const lasted = performance.now() - start;
    await ran;
    return lasted;
}"""
MOVE = (
    "async ([seen, moves]) => {"
    + TOOLS
    + """
    const look = eval(seen), lasted = [];
    for (let k = 0; k < moves; k++) {
        await new Promise((go) => setTimeout(go, 150 + 50 * Math.random()));
        const before = look(cell), start = performance.now();
        press();
        for (;;) {
            const now = look(cell);
            if (now && now !== before) break;
            if (performance.now() - start > 5000) throw new Error("a move was not painted");
            await soon();
        }
        await painted();
        lasted.push(performance.now() - start);
    }
    return lasted;
}"""
)
DRAG = (
    "async ([seen, seconds]) => {"
    + TOOLS
    + """
    const look = eval(seen), start = performance.now(), timer = setInterval(press, 1000 / 60);
    let before = look(cell), pictures = 0;
    while (performance.now() - start < 1000 * seconds) {
        await frame();
        const now = look(cell);
        if (now && now !== before) { pictures++; before = now; }
    }
    clearInterval(timer);
    return pictures / seconds;
}"""
)


def measure(page, code, seen, moves, seconds):
    """First paint in ms, times of moves in ms, distinct pictures a second of one contender in the last cell of the page."""
    page.evaluate(RUN_LAST, "")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.content.widgets.at(-1).node.querySelector('.jp-OutputArea-output')")
    first = page.evaluate(APPEAR, [code, seen, f"({RUN_LAST})"])
    page.wait_for_timeout(1000)
    lasted = page.evaluate(MOVE, [seen, moves])
    pictures = page.evaluate(DRAG, [seen, seconds])
    page.wait_for_timeout(1500)  # what has queued up is worked off before the next one's turn
    return first, lasted, pictures


def run(rounds, moves, seconds):
    """{name: list of (first paint, times, pictures)} from all rounds."""
    contenders = {name: one for name, one in CONTENDERS.items() if name != "ipympl" or importlib.util.find_spec("ipympl")}
    found = {name: [] for name in contenders}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        root, home = Path(folder, "notebooks"), Path(folder, "jupyter")
        root.mkdir()
        home.mkdir()
        with Lab(root, home) as lab:
            browser = driver.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            show(page, lab, START, "", widgets=0)
            page.evaluate(COUNT)
            for _ in range(rounds):
                for name, (code, seen) in contenders.items():
                    found[name].append(measure(page, code, seen, moves, seconds))
            browser.close()
    return found


def report(found):
    """Print medians, 95th percentiles, pictures a second and first paint, and how many times slower the others are."""
    print(f"{'':<26}{'median':>10}{'95 %':>10}{'pictures/s':>12}{'first paint':>13}{'times slower':>14}{'pictures, ratio':>17}")
    base = None
    for name, rounds in found.items():
        times = np.concatenate([lasted for _, lasted, _ in rounds])
        median, slow = np.percentile(times, [50, 95])
        pictures, first = np.median([one[2] for one in rounds]), np.median([one[0] for one in rounds])
        base = base or (median, pictures)
        ratios = f"{median / base[0]:>13.1f}x{base[1] / pictures:>16.1f}x"
        print(f"{name:<26}{median:>7.1f} ms{slow:>7.1f} ms{pictures:>12.1f}{first:>10.0f} ms{ratios}")
    print(f"{len(times)} moves each. First paint: from running the cell to its picture, kernel and imports warm.")
    if "ipympl" not in found:
        print("ipympl is not installed here and was left out: pip install ipympl")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round")
    report(run(1 if parser.parse_args().quick else ROUNDS, MOVES, SECONDS))
