"""JupyterLite as it stands on the built site: what is there, what it fetches from elsewhere, and that its kernel runs `helpers`.

`site` (tests/conftest.py) is the built site. The CDN with NumPy is out of reach of the tests: up to its first fetch the deployed page
is looked at as it is; what comes after is looked at with Pyodide's core from npm, see lite.py.
"""

import json

import pytest

from browser.conftest import new_tab
from browser.export import served
from browser.lab import KERNEL_IS_IDLE, POLLING
from browser.lite import KERNEL, without_cdn
from notebook_tools import NOTEBOOKS, ROOT, notebook_paths, read

CDN = "https://cdn.jsdelivr.net/pyodide/"
PATIENCE = 240_000  # milliseconds; a kernel starts in 10 s on two idle cores
OPENED = "() => window.jupyterapp?.shell.currentWidget?.context?.isReady"
FIRST_CELL = """
import os, sys
import anywidget, ipywidgets
import helpers
from importlib.resources import files
print(sys.version_info[:2], helpers.__file__.startswith("/lib/"))
print(sorted(name for name in os.listdir() if name[0] != "."))
print(len((files("helpers") / "data" / "breast_cancer_wisconsin.csv").read_text().splitlines()))
print(open("brought/script.py").read().splitlines()[0])
open("my_notes.json", "w").write("{}")
ipywidgets.IntSlider(description="live")
"""
RUN = """async (source) => {
    const {content} = window.jupyterapp.shell.currentWidget;
    await window.jupyterapp.commands.execute('notebook:insert-cell-above');
    content.activeCell.model.sharedModel.setSource(source);
    await window.jupyterapp.commands.execute('notebook:run-cell');
    return content.activeCell.model.toJSON().outputs;
}"""


@pytest.fixture(scope="module")
def lab(site):
    """The folder of JupyterLite on the site."""
    return site / "lab"


@pytest.fixture(scope="module")
def kernel_settings(lab):
    """What the page tells the kernel."""
    return json.loads((lab / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]["litePluginSettings"][KERNEL]


def open_lab(tab, url, notebook):
    """Open a notebook as a page's link does, and wait until it is shown; `tab.asked` lists what was asked of other hosts."""
    tab.asked = []
    tab.context.on("request", lambda request: tab.asked.append(request.url) if not request.url.startswith((url, "blob:", "data:")) else None)
    tab.goto(f"{url}/lab/lab/index.html?path={notebook}")
    tab.wait_for_function(OPENED, timeout=PATIENCE, polling=POLLING)


# ---------------------------------------------------------------- what stands there


def test_all_notebooks_and_what_they_read_are_there(lab):
    listed = json.loads((lab / "api" / "contents" / "all.json").read_text(encoding="utf-8"))["content"]
    assert sorted(entry["name"] for entry in listed) == [*(path.name for path in notebook_paths()), "brought"]
    assert (lab / "files" / "brought" / "script.py").read_bytes() == (NOTEBOOKS / "brought" / "script.py").read_bytes()


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_a_notebook_is_the_same_there_with_its_texts_in_one_piece(lab, path):
    assert read(lab / "files" / path.name) == read(path)
    raw = json.loads((lab / "files" / path.name).read_text(encoding="utf-8"))
    for cell in (cell for cell in raw["cells"] if cell["cell_type"] == "code"):
        assert isinstance(cell["source"], str)
        assert all(isinstance(output.get("text", ""), str) for output in cell["outputs"])


def test_each_wheel_of_the_lock_file_is_on_the_cdn_or_there(lab, kernel_settings):
    path = lab / kernel_settings["loadPyodideOptions"]["lockFileURL"].partition("?")[0]
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    own = {name for name, entry in packages.items() if not entry["file_name"].startswith(CDN)}
    assert own == {"anywidget", "backprop-casebook", "comm", "ipywidgets", "psygnal"}
    assert all((path.parent / packages[name]["file_name"]).is_file() for name in own)
    assert {"numpy", "matplotlib"} <= packages.keys() - own
    assert set(kernel_settings["loadPyodideOptions"]["packages"]) <= packages.keys()
    needed = {need.replace("_", "-").lower() for name in own for need in packages[name]["depends"]}
    assert needed <= packages.keys()


def test_the_lab_has_the_widgets_extensions_and_no_others(lab):
    config = json.loads((lab / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    names = {extension["name"] for extension in config["federated_extensions"]}
    assert names == {"anywidget", "@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension"}


# ---------------------------------------------------------------- what it asks for


def test_a_page_shows_its_notebook_and_asks_no_host_but_pyodides_cdn(browser, site):
    with served(site) as url, new_tab(browser) as tab:
        open_lab(tab, url, "00_the_case.ipynb")
        tab.locator(".jp-RenderedMarkdown h1", has_text="00 The case").wait_for()
        for _ in range(60):  # the kernel's first fetch, which is refused here
            if tab.asked:
                break
            tab.wait_for_timeout(500)
        assert tab.asked, "the kernel fetched nothing"
        assert all(address.startswith(CDN) for address in tab.asked)


def test_a_kernel_starts_and_the_first_cell_has_helpers_widgets_and_files(browser, site, tmp_path):
    cache = ROOT / "docs" / "_cache" / "wheels"
    with served(without_cdn(site, tmp_path, ROOT / "docs" / "node_modules" / "pyodide", cache)) as url, new_tab(browser) as tab:
        open_lab(tab, url, "07_the_verdict.ipynb")
        tab.wait_for_function(KERNEL_IS_IDLE, timeout=PATIENCE, polling=POLLING)
        outputs = tab.evaluate(RUN, FIRST_CELL)
        said = "".join(output.get("text", "") for output in outputs).splitlines()
        assert said == [
            "(3, 14) True",
            str([*(path.name for path in notebook_paths()), "brought"]),
            "570",
            "import numpy as np",
        ], outputs
        tab.locator(".jp-OutputArea .widget-slider").wait_for()
        assert tab.asked == []
