"""Joins the JavaScript of a widget with the shared files that it imports, into one ES module.

A module that Jupyter loads from text cannot import a neighbour by its path. So the files stay ordinary ES modules, which
an editor understands, and what they import with

    import { chart, number } from "./chart.js";

is put in front of them here: each file once, without its `export`s, private names shared.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.-]+\.js)";\n', re.MULTILINE)
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
EXPORTED = re.compile(r"^export (?:async )?(?:function\*?|const|class) (\w+)", re.MULTILINE)


@cache
def module(name, folder=FOLDER):
    """The text of the ES module `name` with everything that it imports from `folder` in front of it.

    Raises
    ------
    FileNotFoundError
        Names the file that is not there.
    ImportError
        Names the import that its file does not export, or the name that two files declare.
    """
    files = _in_order(name, folder)
    _check_imports(files)
    _check_declarations(files)
    return "\n".join(re.sub(r"^export (?!default)", "", IMPORT.sub("", text), flags=re.MULTILINE) for text in files.values())


@cache
def stylesheet(name, folder=FOLDER):
    """The shared rules of kit.css, and those of the widget's own style sheet where it has one."""
    own = (folder / name).with_suffix(".css")
    return _read(folder / "kit.css") + ("\n" + _read(own) if own.is_file() else "")


def _read(path):
    return path.read_text(encoding="utf-8")


def _in_order(name, folder, found=None):
    """{file: text} of the module and all that it imports, what is imported first."""
    found = {} if found is None else found
    text = _read(folder / name)
    for _, imported in IMPORT.findall(text):
        if imported not in found:
            _in_order(imported, folder, found)
    found[name] = text
    return found


def _check_imports(files):
    exports = {file: set(EXPORTED.findall(text)) for file, text in files.items()}
    for file, text in files.items():
        for names, imported in IMPORT.findall(text):
            wanted = {name.strip() for name in names.split(",") if name.strip()}
            if unknown := sorted(wanted - exports[imported]):
                raise ImportError(f"{file} imports {', '.join(unknown)} from {imported}, which exports {', '.join(sorted(exports[imported]))}")


def _check_declarations(files):
    owner = {}
    for file, text in files.items():
        for name in DECLARED.findall(text):
            if name in owner:
                raise ImportError(f"{file} declares {name}, as {owner[name]} does: joined modules share their top-level names")
            owner[name] = file
