"""Widgets on a page without a kernel: their state and their code as files, and in the notebook's outputs a place where each is drawn.

    from players import with_players
    notebook = with_players(executed(path), static)      # static: the folder that holds widgets.js

Afterwards an output with a live view is plain HTML, the widget's picture inside a `<div class="live-widget">`, which Sphinx and
nbconvert show alike. A page that loads `widgets.js` as a module brings it to life. All widgets of the notebooks are anywidgets: an ES
module each, for which those few lines do what Jupyter's own manager needs a megabyte for.
"""

import hashlib
import json
import re
from copy import deepcopy
from html import escape
from pathlib import Path

from nbformat import NotebookNode

VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
FOLDER = "live"  # beneath the static folder
CODE, STYLE = "_esm", "_css"
RUN_IT = " Run the cell to make it move."  # what the picture says in JupyterLab; here there is nothing to run
OF_JUPYTER = ("layout", "tabbable", "tooltip")  # what says where Jupyter puts a widget


class NoPlayer(Exception):
    """A widget that cannot live on a page."""


def with_players(notebook: NotebookNode, static: Path) -> NotebookNode:
    """A copy of `notebook` in which each live view is the HTML that widgets.js brings to life; its files are written below `static`."""
    shown = deepcopy(notebook)
    models = shown.metadata.pop("widgets", {}).get(STATE, {}).get("state", {})
    for cell in shown.cells:
        for output in cell.get("outputs", []):
            if view := output.get("data", {}).pop(VIEW, None):
                output.data = {"text/html": player(models[view["model_id"]], output.data, cell.id, static)}
    return shown


def player(model: dict, data: dict, cell: str, static: Path) -> str:
    """The place for one widget, with its picture in it."""
    if model["model_module"] != "anywidget":
        raise NoPlayer(f"cell {cell} shows a {model['model_name']} of {model['model_module']}: a page without a kernel plays anywidgets alone")
    state = dict(model["state"])
    code, style = state.pop(CODE), state.pop(STYLE, "")
    values = {key: value for key, value in state.items() if not key.startswith("_") and key not in OF_JUPYTER}
    buffers = [{"path": buffer["path"], "data": buffer["data"]} for buffer in model.get("buffers", [])]
    heavy = {buffer["path"][0] for buffer in buffers}  # what is recorded; the rest are settings
    recording = {"state": {key: values.pop(key) for key in sorted(heavy)}, "buffers": buffers}
    attributes = {
        "module": stored(static, code, ".js"),
        "recording": stored(static, compact(recording), ".json"),
        "settings": compact(values),
    }
    written = "".join(f' data-{name}="{escape(value)}"' for name, value in attributes.items())
    style = re.sub(r"\n\s*\n", "\n", style)  # a blank line would end HTML that stands in Markdown
    still = data["text/html"].replace(RUN_IT, "")
    return f'<div class="live-widget"{written}><style>{style}</style>{still}</div>'


def compact(values: dict) -> str:
    """JSON without blanks, the same for the same values."""
    return json.dumps(values, separators=(",", ":"), sort_keys=True)


def stored(static: Path, text: str, suffix: str) -> str:
    """Write `text` into a file that is called after its content, so that pages share it and browsers keep it; returns its address."""
    name = f"{FOLDER}/{hashlib.sha256(text.encode()).hexdigest()[:16]}{suffix}"
    (static / FOLDER).mkdir(parents=True, exist_ok=True)
    (static / name).write_text(text, encoding="utf-8")
    return name
