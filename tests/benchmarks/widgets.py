"""How fast the widgets answer, and the activation explorer beside the two usual ways to draw a curve and drag a point on it, in one run.

    python tests/benchmarks/widgets.py            40 moves and 3 seconds of dragging each, in three rounds (about 10 minutes)
    python tests/benchmarks/widgets.py --quick    one round

In a real JupyterLab in Chromium the sigmoid with its point is shown three times: by `ActivationExplorer`, by `interact` with
a matplotlib figure, and by a slider that redraws a figure of ipympl (left out with a note where ipympl is not installed).
Then the moves of all widgets. Each is moved by its own control. A move lasts from the control's event to the end of the
frame in which the new picture is painted. While dragging, 60 moves a second are made, and frames whose picture is another one
than before are counted; what the kernel computes meanwhile is its processor time. Rounds take turns, so that a machine that
changes its speed changes it for all.
"""

import argparse
import importlib.util
import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser.conftest import new_tab
from browser.lab import BROWSER_ARGUMENTS, Lab, find_browser, load
from browser.widgets import RUN_LAST, python, show

MOVES, SECONDS, ROUNDS = 40, 3, 3
START = """import numpy as np, matplotlib.pyplot as plt, ipywidgets
from helpers.activations import ACTIVATIONS
from helpers.widgets import *"""
CURVE = """
zs, sigmoid = np.linspace(-4, 4, 161), ACTIVATIONS["sigmoid"]
def draw(axes, z):
    axes.plot(zs, sigmoid.value(zs)); axes.plot(z, sigmoid.value(z), "o")
"""
INTERACT = (
    """%matplotlib inline
"""
    + CURVE
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
# How a control is moved: there and back over its whole range.
SLIDE = """() => {
    const slider = [...inside(cell).querySelectorAll('input[type=range]')].find((one) => one.checkVisibility());
    const steps = Math.round((slider.max - slider.min) / slider.step);
    count += Math.max(1, Math.floor(steps / 80));
    const at = count % (2 * steps);
    slider.value = Number(slider.min) + slider.step * Math.min(at, 2 * steps - at);
    slider.dispatchEvent(new Event('input', {bubbles: true}));
}"""
SECOND = SLIDE.replace(".find((one) => one.checkVisibility())", ".filter((one) => one.checkVisibility())[1]")
PRESS = """() => {
    const key = (count++ % 80) < 40 ? 'ArrowLeft' : 'ArrowRight';
    cell.querySelector('.noUi-handle').dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
}"""
STEP = """() => {
    const [next, back] = ['Next step', 'Step back'].map((name) => inside(cell).querySelector(`button[aria-label="${name}"]`));
    if (next.disabled) count = -1;
    if (back.disabled) count = 1;
    (count < 0 ? back : next).click();
}"""
CHOOSE = """() => {
    const row = inside(cell).querySelectorAll('.cb-entry select')[1];
    row.selectedIndex = (row.selectedIndex + 1) % row.options.length;
    row.dispatchEvent(new Event('change'));
}"""
# The second of the sliders, and a dial that asks Python: another seed, and after twenty of them other units.
JUMP = SLIDE.replace(".find((one) => one.checkVisibility())", ".filter((one) => one.checkVisibility())[1]")
TURN = """() => {
    const [hidden, seed] = ['hidden', 'seed'].map((name) => inside(cell).querySelector(`.cb-dial-${name} select`));
    const dial = ++count % 20 ? seed : hidden;
    dial.selectedIndex = (dial.selectedIndex + 1) % dial.options.length;
    dial.dispatchEvent(new Event('change'));
}"""
# What is seen of each: a text that differs when its picture does.
STATUS = "(cell) => inside(cell).querySelector('.cb-status')?.textContent"
SET = f"(cell) => ({STATUS})(cell) && inside(cell).querySelector('.cb-rate output').textContent + ({STATUS})(cell)"
ANSWERED = f"(cell) => {{ const text = ({STATUS})(cell); return text?.startsWith('Computing') ? undefined : text; }}"
IMAGE = "(cell) => { const image = cell.querySelector('img'); return image?.complete && image.naturalWidth ? image.src : undefined; }"
CANVAS = "(cell) => cell.querySelector('canvas') && String(window.drawn)"
CONTENDERS = {
    "ActivationExplorer": ("ActivationExplorer('sigmoid')", STATUS, SLIDE),
    "interact with matplotlib": (INTERACT, IMAGE, PRESS),
    "ipympl": (IPYMPL, CANVAS, PRESS),
}
LARGEST = """from helpers import network
NetworkStepper(network.init_params([16] * 5 + [1], rng=1), np.random.default_rng(2).normal(size=(16, 3)), np.array([[1.0, 0, 1]]))"""
TAPE = """TapeStepper("p = a*x + b*y; q = c*x - a*y; r = relu(p); s = relu(q); t = tanh(r*s); w = exp(-t); (w - 1)*w + r*r + s",
    a=1, b=2, c=0.5, x=1.5, y=-0.5)"""
OURS = {
    "ActivationExplorer: z, all of them": ("ActivationExplorer(list(ACTIVATIONS))", STATUS, SLIDE),
    "ActivationExplorer: layers": ("ActivationExplorer('sigmoid', view='depth')", STATUS, SLIDE),
    "NetworkStepper: next step": ("NetworkStepper()", STATUS, STEP),
    "NetworkStepper: paths of a weight": ("NetworkStepper(selected='W1[0, 0]')", STATUS, CHOOSE),
    "NetworkStepper: x, asks Python": ("NetworkStepper()", STATUS, SLIDE),
    "NetworkStepper: the largest network": (LARGEST, STATUS, STEP),
    "LossExplorer: p": ("LossExplorer()", STATUS, SLIDE),
    "LossExplorer: logits, asks Python": ("LossExplorer('logits', logits=(0.1, 0.25, 1))", STATUS, SLIDE),
    "GradientCheckExplorer: step size": ("GradientCheckExplorer()", STATUS, SLIDE),
    "GradientCheckExplorer: kink": ("GradientCheckExplorer('kink')", STATUS, SLIDE),
    "TrainingExplorer: rate": ("TrainingExplorer(step=20)", SET, SLIDE),
    "TrainingExplorer: step": ("TrainingExplorer(rate=0.12)", STATUS, JUMP),
    "TrainingExplorer: seed, asks Python": ("TrainingExplorer(start='he', rate=0.5, step=20, seed=1)", ANSWERED, TURN),
    "TrainingExplorer: tumours, asks Python": ("TrainingExplorer(start='he', rate=0.5, step=20, seed=1, data='standardised')", ANSWERED, TURN),
    "TrainingExplorer: the bowl's rate": ("TrainingExplorer('bowl')", STATUS, SLIDE),
    "FiringRateExplorer: current": ("FiringRateExplorer(refractory=2)", STATUS, SLIDE),
    "SoftmaxExplorer: training step": ("SoftmaxExplorer()", STATUS, SLIDE),
    "SoftmaxExplorer: unit": ("SoftmaxExplorer()", STATUS, SECOND),
    "SoftmaxExplorer: temperature": ("SoftmaxExplorer(view='temperature', sample='wrong')", STATUS, SLIDE),
    "TapeStepper: step": ("TapeStepper(order='unordered')", STATUS, SLIDE),
    "TapeStepper: an input": ("TapeStepper(order='unordered', step='end')", STATUS, SECOND),
    "TapeStepper: the largest graph": (TAPE, STATUS, SLIDE),
    "ConvolutionExplorer: slide": ("ConvolutionExplorer(padding=1)", STATUS, SLIDE),
    "ConvolutionExplorer: a gradient": ("ConvolutionExplorer('gradient', image=3, padding=1)", STATUS, SLIDE),
    "ConvolutionExplorer: learning": ("ConvolutionExplorer('learn')", STATUS, SLIDE),
}
# Widgets stand in a shadow root.
INSIDE = "() => { window.inside = (cell) => cell.querySelector('.casebook-host')?.shadowRoot ?? cell; }"
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
    let count = 0;
    const press = eval(move);
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
    "async ([seen, move, moves]) => {"
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
    "async ([seen, move, seconds]) => {"
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


def measure(page, code, seen, move, moves, seconds):
    """First paint in ms, times of moves in ms, distinct pictures a second, kernel ms in a drag, of what `code` shows in the page's last cell."""
    page.evaluate(RUN_LAST, "")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.content.widgets.at(-1).node.querySelector('.jp-OutputArea-output')")
    first = page.evaluate(APPEAR, [code, seen, f"({RUN_LAST})"])
    page.wait_for_timeout(1000)
    lasted = page.evaluate(MOVE, [seen, move, moves])
    page.wait_for_timeout(500)
    before, start = kernel_time(page), kernel_time(page)
    pictures = page.evaluate(DRAG, [seen, move, seconds])
    page.wait_for_timeout(1500)  # what has queued up is worked off before it is counted, and before the next one's turn
    return first, lasted, pictures, kernel_time(page) - start - (start - before)


def kernel_time(page):
    """Milliseconds of processor time that the kernel has used; to ask takes some as well."""
    return 1000 * float(python(page, "import time; print(time.process_time())"))


def run(rounds, moves, seconds):
    """{name: list of (first paint, times, pictures, kernel)} from all rounds."""
    contenders = {name: one for name, one in (CONTENDERS | OURS).items() if name != "ipympl" or importlib.util.find_spec("ipympl")}
    found = {name: [] for name in contenders}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        root, home = Path(folder, "notebooks"), Path(folder, "jupyter")
        root.mkdir()
        home.mkdir()
        with Lab(root, home) as lab:
            browser = driver.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
            with new_tab(browser) as page:
                load(page, lab)
                show(page, lab, START, "", widgets=0)
                page.evaluate(COUNT)
                page.evaluate(INSIDE)
                for _ in range(rounds):
                    for name, contender in contenders.items():
                        found[name].append(measure(page, *contender, moves, seconds))
            browser.close()
    return found


def report(found):
    """Print medians, 95th percentiles, pictures a second, first paint and kernel time, and how many times slower the others are."""
    print(f"{'':<36}{'median':>10}{'95 %':>10}{'pictures/s':>12}{'kernel':>10}{'first paint':>13}{'times slower':>14}{'pictures, ratio':>17}")
    base = None
    for name, rounds in found.items():
        firsts, lasted, pictures, kernel = zip(*rounds, strict=True)
        times = np.concatenate(lasted)
        median, slow = np.percentile(times, [50, 95])
        first, pictures, kernel = np.median(firsts), np.median(pictures), np.median(kernel)
        base = base or (median, pictures)
        ratios = f"{median / base[0]:>13.1f}x{base[1] / pictures:>16.1f}x" if name in CONTENDERS else ""
        print(f"{name:<36}{median:>7.1f} ms{slow:>7.1f} ms{pictures:>12.1f}{kernel:>7.0f} ms{first:>10.0f} ms{ratios}")
    print(f"{len(times)} moves each. Kernel: its processor time in {SECONDS} s of dragging. First paint: from running the cell, imports warm.")
    if "ipympl" not in found:
        print("ipympl is not installed here and was left out: pip install ipympl")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round")
    report(run(1 if parser.parse_args().quick else ROUNDS, MOVES, SECONDS))
