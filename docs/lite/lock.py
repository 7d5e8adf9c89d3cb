"""Pyodide's lock file with wheels of this site in it: what the kernel in the browser loads, and from where."""

import hashlib
import json
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from zipfile import Path as InZip

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

# ipywidgets asks for these two, which are JavaScript alone, and which JupyterLab here has already.
FRONT_END = {"jupyterlab-widgets", "widgetsnbextension"}


def merged(lock: dict, own: list[Path], address: str, pyodide: str) -> dict:
    """Pyodide's lock file, whose wheels are at the address `pyodide`, with the wheels `own`, which are at `address`.

    Raises
    ------
    ValueError
        Where a wheel needs a package that is neither in the lock file nor among the wheels, or another version of it.
    """
    packages = {name: {**entry, "file_name": pyodide + entry["file_name"]} for name, entry in lock["packages"].items()}
    environment = _environment(lock["info"])
    needs = {}
    for wheel in own:
        name, found, _, _ = parse_wheel_filename(wheel.name)
        needs[name] = _needs(_distribution(wheel), environment)
        packages[name] = _entry(wheel, name, str(found), address, needs[name])
    for name, requirements in needs.items():
        for wanted in requirements:
            _check(name, wanted, packages.get(canonicalize_name(wanted.name)))
    return {**lock, "packages": packages}


def _distribution(wheel: Path) -> Distribution:
    """The metadata in a wheel."""
    return PathDistribution(next(path for path in InZip(wheel).iterdir() if path.name.endswith(".dist-info")))


def _environment(info: dict) -> dict:
    """What requirements' markers ask about, as it is in this Pyodide."""
    short = ".".join(info["python"].split(".")[:2])
    platform = {"sys_platform": "emscripten", "platform_system": "Emscripten", "platform_machine": info["arch"], "os_name": "posix"}
    return {**platform, "python_version": short, "python_full_version": info["python"], "extra": ""}


def _needs(distribution: Distribution, environment: dict) -> list[Requirement]:
    """What must be there for it to run in a kernel."""
    wanted = map(Requirement, distribution.requires or [])
    return [r for r in wanted if (not r.marker or r.marker.evaluate(environment)) and canonicalize_name(r.name) not in FRONT_END]


def _entry(wheel: Path, name: str, version: str, address: str, needs: list[Requirement]) -> dict:
    """What a lock file says of one wheel."""
    return {
        "name": name,
        "version": version,
        "file_name": address + wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [path.name for path in InZip(wheel).iterdir() if (path / "__init__.py").is_file()],
        "depends": sorted(canonicalize_name(r.name) for r in needs),
        "unvendored_tests": False,
    }


def _check(name: str, wanted: Requirement, there: dict | None):
    """Refuse what would only fail in the reader's browser."""
    if there is None:
        raise ValueError(f"{name} needs {wanted.name}: neither Pyodide nor the site has it; add it to FROM_PYPI in docs/lite/wheels.py")
    if not wanted.specifier.contains(there["version"], prereleases=True):
        raise ValueError(f"{name} needs {wanted}, and Pyodide has {there['version']}")


def read(folder: Path) -> dict:
    """The lock file of a distribution of Pyodide."""
    return json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))
