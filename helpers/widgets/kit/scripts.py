"""Joins the JavaScript of a widget with the files that it imports, and with all its styles, into one ES module.

A module that Jupyter loads from text cannot import a neighbour by its path. So the files stay ordinary ES modules, which
an editor understands, and what they import with

    import { chart, number } from "../kit/chart.js";

is put in front of them here: each file once, without its `export`s, private names shared.
"""

import json
import re
from functools import cache
from pathlib import Path

KIT = Path(__file__).parent
STYLES = ("kit.css", "controls.css", "charts.css", "numbers.css")
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.\.?/[\w./-]+\.js)";\n', re.MULTILINE)
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
EXPORTED = re.compile(r"^export (?:async )?(?:function\*?|const|class) (\w+)", re.MULTILINE)


@cache
def module(path):
    """The text of the ES module in the file `path` with everything that it imports in front of it.

    Raises
    ------
    FileNotFoundError
        Names the file that is not there.
    ImportError
        Names the import that its file does not export, or the name that two files declare.
    """
    files = _in_order(Path(path).resolve(), {})
    _check_imports(files)
    _check_declarations(files)
    return "\n".join(re.sub(r"^export (?!default)", "", IMPORT.sub("", text), flags=re.MULTILINE) for text in files.values())


def stylesheet(path):
    """The kit's rules, and behind them those of the file `path`."""
    return "\n".join(_read(one) for one in (*(KIT / name for name in STYLES), Path(path)))


@cache
def bundle(folder):
    """The ES module of a widget, view.js of its folder, and its styles as the constant STYLE, which `mount` puts into the shadow root."""
    return f"const STYLE = {json.dumps(stylesheet(folder / 'style.css'))};\n{module(folder / 'view.js')}"


def page_styles():
    """The few rules that stand in the page itself: the colours."""
    return _read(KIT / "host.css")


def _read(path):
    return path.read_text(encoding="utf-8")


def _imports(path, text):
    """Each import of a file as (names, the file that they come from)."""
    for names, imported in IMPORT.findall(text):
        yield {name.strip() for name in names.split(",") if name.strip()}, (path.parent / imported).resolve()


def _in_order(path, found):
    """{file: text} of the module and all that it imports, what is imported first."""
    text = _read(path)
    for _, imported in _imports(path, text):
        if imported not in found:
            _in_order(imported, found)
    found[path] = text
    return found


def _check_imports(files):
    exports = {path: set(EXPORTED.findall(text)) for path, text in files.items()}
    for path, text in files.items():
        for wanted, imported in _imports(path, text):
            if unknown := sorted(wanted - exports[imported]):
                has = ", ".join(sorted(exports[imported]))
                raise ImportError(f"{path.name} imports {', '.join(unknown)} from {imported.name}, which exports {has}")


def _check_declarations(files):
    owner = {}
    for path, text in files.items():
        for name in DECLARED.findall(text):
            if name in owner:
                raise ImportError(f"{path.name} declares {name}, as {owner[name]} does: joined modules share their top-level names")
            owner[name] = path.name
