"""The helpers as a house: each public name is documented, imports point down, the maths needs NumPy alone."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from notebook_tools import NOTEBOOKS, ROOT, headings, read

HELPERS = ROOT / "helpers"
MODULES = sorted(HELPERS.rglob("*.py"))

FLOORS = [
    {"checks", "notes"},
    {"activations", "firing"},
    {"losses", "datasets", "initial", "convolution"},
    {"network", "autograd", "convnet", "paths"},
    {"case", "curvature", "gradcheck", "training"},
    {"clinic"},
    {"figures", "widgets"},
    {"exercises"},
    {"predictions"},
    {"interview"},
]
MATHS = set().union(*FLOORS[:5])
FRONT_ENDS = {"matplotlib", "ipywidgets", "IPython", "anywidget", "traitlets"}
REFERENCE = r"notebooks/([\w.-]+)(?:, \"([^\"]+)\")?"
# A person's folder in a path; in pieces, so that this line is not itself a finding.
HOME_PATH = r"(?<![\w.])(?:/(?:ho" + r"me|Users)/\w|/ro" + r"ot/\w|/wo" + r"rk/\w|[A-Z]:\\Users)"


def room(path: Path) -> str:
    """The part of helpers that a file belongs to: `network` for network.py, `figures` for figures/lines.py."""
    return path.relative_to(HELPERS).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    """How high a room lies; the package's own __init__ lies below all, so that it imports none of them."""
    return next((i for i, rooms in enumerate(FLOORS) if name in rooms), -1)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def public_definitions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """(dotted name, node) of each public function and class, methods included, nested functions not."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.ClassDef) or child.name.startswith("_"):
            continue
        yield prefix + child.name, child
        if isinstance(child, ast.ClassDef):
            yield from public_definitions(child, f"{prefix}{child.name}.")


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function, as dotted names."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            inside = [f"helpers.{alias.name}" for alias in node.names] if node.module == "helpers" else [node.module]
            found |= set(inside)
    return found


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# ---------------------------------------------------------------- docstrings


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_every_public_name_has_a_docstring(path):
    module = tree(path)
    missing = [name for name, node in public_definitions(module) if not ast.get_docstring(node)]
    assert not missing, f"{label(path)}: no docstring for {', '.join(missing)}"
    assert ast.get_docstring(module), f"{label(path)}: the module has no docstring"


def derivations(path: Path) -> Iterator[tuple[str, str]]:
    """(name, what follows `Derived in:` or `Defined in:`) of each docstring in a file that says where that is done."""
    module = tree(path)
    for name, node in [("module", module), *public_definitions(module)]:
        paragraphs = re.split(r"\n\s*\n", ast.get_docstring(node) or "")
        for paragraph in paragraphs:
            found = re.search(r"De(?:riv|fin)ed in: (.*)", " ".join(paragraph.split()))
            if found:
                yield name, found[1]


def derivation_complaints(name: str, text: str) -> list[str]:
    """The notebooks named exist and have the headings; a function or class names a heading."""
    references = re.findall(REFERENCE, text)
    found = [] if references else [f"{name}: no notebook in {text!r}"]
    for file, heading in references:
        file = file.rstrip(".")
        if not (NOTEBOOKS / file).is_file():
            found.append(f"{name}: notebooks/{file} does not exist")
        elif heading and heading not in {text for _, text in headings(read(NOTEBOOKS / file))}:
            found.append(f"{name}: notebooks/{file} has no heading {heading!r}")
        elif not heading and name != "module":
            found.append(f'{name}: names no heading of notebooks/{file} (notebooks/{file}, "Heading")')
    return found


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_derivations_stand_where_the_docstrings_say(path):
    complaints = [c for name, text in derivations(path) for c in derivation_complaints(name, text)]
    assert not complaints, "\n" + "\n".join(complaints)


def test_some_derivations_are_named():
    assert sum(1 for path in MODULES for _ in derivations(path)) >= 10


def test_a_wrong_derivation_is_a_complaint():
    assert derivation_complaints("f", 'notebooks/99_nothing.ipynb, "Heading"')
    assert derivation_complaints("f", 'notebooks/00_the_case.ipynb, "No such heading"')
    assert derivation_complaints("f", "notebooks/00_the_case.ipynb")
    assert derivation_complaints("f", "somewhere")


# ---------------------------------------------------------------- floors


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_every_module_has_a_floor(path):
    assert floor(room(path)) >= 0 or room(path) == "__init__", f"add {room(path)} to FLOORS"


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_imports_point_down(path):
    wanted = {name.split(".")[1] for name in imports(path) if name.startswith("helpers.")} - {room(path)}
    up = sorted(name for name in wanted if floor(name) >= floor(room(path)))
    assert not up, f"{label(path)} imports {', '.join(up)}, which do not lie below it"


@pytest.mark.parametrize("path", [path for path in MODULES if room(path) in MATHS], ids=label)
def test_the_maths_imports_numpy_alone(path):
    packages = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names)
    assert packages <= {"numpy", "helpers"}


@pytest.mark.parametrize("module", ["network", "convolution", "convnet", "autograd", "gradcheck", "training", "case", "datasets", "curvature"])
def test_the_maths_loads_no_front_end(module):
    code = f"import sys, helpers.{module}; print(*sorted({FRONT_ENDS!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []


# ---------------------------------------------------------------- the tree


def tracked_files() -> list[Path]:
    """Every file that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_no_file_names_a_persons_folder():
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="ignore") if path.suffix != ".png" else ""
        found += [f"{label(path)}: {text[m.start() : m.end() + 20]!r}" for m in re.finditer(HOME_PATH, text)]
    assert not found, "\n" + "\n".join(found)
