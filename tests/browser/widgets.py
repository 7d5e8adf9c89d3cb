"""Widgets in a real JupyterLab: show them, move them, read what is painted, ask Python what it ought to be.

    def test_something(stage):                   # `stage` is a fixture of conftest.py: a page that stays open for a module
        widget = play(stage, "explorer = ActivationExplorer('tanh')\nexplorer")
        widget.get_by_label("z", exact=True).press("ArrowRight")
        assert status(widget) == ActivationExplorer("tanh", z=1.05).describe()
        wait_until(lambda: python(stage, "print(explorer.z)") == "1.05", "z in Python")
        assert violations(stage) == [] and stage.errors == []

A test that restarts the kernel or needs a notebook of its own takes `lab` and `desk` and calls `show`; it stands after those on stage.
Nothing sleeps. What the keyboard or `fill` does is painted before the call returns; the mouse's and the finger's events may come a
frame later, and what goes through Python later still: await them with `wait_until`.
"""

from dataclasses import dataclass

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook

from browser.axe import findings
from browser.lab import PATIENCE, Lab, open_notebook, run_all, use_theme, wait_until  # noqa: F401, tests take the last two from here
from notebook_tools import KERNELSPEC

PAINTED = ".cb-status:not(:empty)"
HOSTS = ".casebook-host"  # each with a widget in its shadow root, which Playwright's locators look into
IMPORTS = "from helpers.widgets import *"
RUN_LAST = """async (source) => {
    const {content} = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.widgets.length - 1;
    content.activeCell.model.sharedModel.setSource(source);
    await window.jupyterapp.commands.execute('notebook:run-cell');
    document.activeElement.blur();
}"""
ROWS = """(root) => Object.fromEntries([...root.querySelectorAll('tr[data-name]')].filter((row) => row.checkVisibility())
    .map((row) => [row.dataset.name, [...row.cells].map((cell) => cell.textContent)]))"""
EXECUTE = """async (code) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({code, store_history: false});
    let text = "";
    future.onIOPub = ({content, header}) => {
        if (header.msg_type === 'stream') text += content.text;
        if (header.msg_type === 'error') text += content.ename + ': ' + content.evalue;
    };
    await future.done;
    return text.trimEnd();
}"""
CHARTS = """(root) => [...root.querySelectorAll('.cb-chart')].filter((chart) => chart.getBoundingClientRect().width).map((chart) => {
    const box = chart.getBoundingClientRect();
    return {data: {...chart.dataset}, view: chart.getAttribute('viewBox'), label: chart.getAttribute('aria-label'),
            left: box.left, top: box.top, width: box.width};
})"""
MARKS = """(root) => [...root.querySelectorAll('.cb-chart [data-name]:not(path[fill=none])')]
    .filter((node) => node.closest('.cb-chart').checkVisibility())
    .map((node) => {
        const [, x, y] = node.getAttribute('transform')?.match(/translate\\(([-\\d.e]+) ([-\\d.e]+)\\)/) ?? [];
        const own = Object.fromEntries([...node.attributes].map(({name, value}) => [name, value]));
        return {...own, x: Number(x ?? own.cx ?? own.x), y: Number(y ?? own.cy ?? own.y), text: node.textContent};
    })"""
DRAG = """async (slider, values) => {
    const status = slider.closest('.casebook').querySelector('.cb-status'), seen = new Set();
    for (const value of values) {
        slider.value = value;
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        await new Promise(requestAnimationFrame);
        seen.add(status.textContent);
    }
    return [...seen];
}"""
ENOUGH = """([painted, n]) => [...document.querySelectorAll('.casebook-host')]
    .filter(({shadowRoot}) => shadowRoot.querySelector(painted)).length >= n"""
STILL = """async () => {
    const place = () => JSON.stringify(document.querySelector('.casebook-host').getBoundingClientRect());
    const before = place();
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
    return before === place();
}"""
FOCUS = """(look) => {
    let focused = document.activeElement;
    while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return eval(look)(focused);
}"""
FINISHED = """() => window.jupyterapp.shell.currentWidget.content.widgets.every(
    (cell) => cell.model.type !== 'code' || cell.model.executionCount || !cell.model.sharedModel.source)"""


@dataclass
class Chart:
    """One chart as it is painted: where data stand in the drawing and on the screen."""

    data: dict
    view: str
    label: str
    left: float
    top: float
    width: float

    @property
    def frame(self) -> list[float]:
        """Left, top, width and height of the axes, in units of the drawing."""
        return [float(number) for number in self.data["frame"].split()]

    @property
    def scale(self) -> float:
        """Pixels of the screen to one unit of the drawing."""
        return self.width / float(self.view.split()[2])

    def x(self, value: float) -> float:
        """Where x = value stands in the drawing."""
        left, _, width, _ = self.frame
        low, high = float(self.data["xLow"]), float(self.data["xHigh"])
        return left + (value - low) / (high - low) * width

    def y(self, value: float) -> float:
        """Where y = value stands in the drawing, on an axis that may be logarithmic."""
        _, top, _, height = self.frame
        low, high = float(self.data["yLow"]), float(self.data["yHigh"])
        if "yLog" in self.data:
            with np.errstate(divide="ignore"):
                low, high, value = np.log10(low), np.log10(high), np.log10(value)
        return top + height - (value - low) / (high - low) * height

    def on_screen(self, x: float, y: float) -> tuple[float, float]:
        """A point of the drawing in pixels of the page, for the mouse."""
        return self.left + x * self.scale, self.top + y * self.scale


def show(page, lab: Lab, *cells: str, widgets: int = 1, sidebar: bool = False) -> None:
    """Open a new notebook of these cells, run it, and return when so many widgets are painted."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": KERNELSPEC})
    path = lab.root / "widgets_under_test.ipynb"
    nbformat.write(notebook, path)
    open_notebook(page, lab, path.name, sidebar)
    run_all(page)
    page.wait_for_function(FINISHED)
    page.wait_for_function(ENOUGH, arg=[PAINTED, widgets])
    page.set_default_timeout(1000 * PATIENCE)


def play(page, code: str, widgets: int = 1):
    """Run `code` in the last cell of the page, and return the locator of its first widget when all are painted."""
    page.errors.clear()
    page.evaluate(RUN_LAST, code)
    page.wait_for_function(ENOUGH, arg=[PAINTED, widgets])
    page.wait_for_function(STILL)
    return page.locator(".casebook").first


def python(page, code: str) -> str:
    """What `code` prints in the notebook's kernel, or the error that it raises."""
    return page.evaluate(EXECUTE, code)


def status(widget) -> str:
    """The line that says what is shown."""
    return widget.locator(".cb-status").text_content()


def rows(widget) -> dict[str, list[str]]:
    """The texts of the cells of each row of the tables that are seen, by the row's data-name."""
    return widget.evaluate(ROWS)


def charts(widget) -> list[Chart]:
    """The charts of a widget that are seen, left before right."""
    return [Chart(**found) for found in widget.evaluate(CHARTS)]


def marks(widget, kind: str) -> list[dict]:
    """Attributes, place in the drawing and text of every mark of a class in the charts that are seen."""
    return [mark for mark in widget.evaluate(MARKS) if kind in mark["class"].split()]


def point_at(page, widget, chart: int, x: float, down: float = 60) -> None:
    """Move the mouse over x of a chart, so many units of the drawing below the top of its axes."""
    one = charts(widget)[chart]
    page.mouse.move(*one.on_screen(one.x(x), one.frame[1] + down))


def focus(page, look: str):
    """What the JavaScript function `look` says of the element that has the focus, also inside a widget."""
    return page.evaluate(FOCUS, look)


def drag(slider, values) -> list[str]:
    """Drag a slider over these values, one a frame, and return the different lines that said on the way what is shown."""
    return slider.evaluate(DRAG, [float(value) for value in values])


def touch(page, *places) -> None:
    """Put a finger on the first place (x, y) of the page, drag it over the others, and lift it.

    A function in place of a pair is asked when there is a finger: controls are larger then, and what stands below them lower.
    """
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, place in zip(["touchStart"] + ["touchMove"] * (len(places) - 1), places, strict=True):
        place = place() if callable(place) else place
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": place[0], "y": place[1]}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    client.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    client.detach()


def violations(page) -> list[str]:
    """The rules of axe-core that the widgets on the page break, with the elements."""
    return [f"{rule['id']}: {[html[:150] for html in rule['nodes']]}" for rule in findings(page, within=HOSTS)]
