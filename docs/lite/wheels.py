"""The wheels that a kernel in the browser needs and Pyodide does not have: `helpers` of this checkout, and pure Python from PyPI."""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Of the versions that are installed, since the widgets' JavaScript is taken from there too.
FROM_PYPI = ("anywidget", "comm", "ipywidgets", "psygnal")
# In a wheel and in no browser: any file of these folders changes the wheel's name.
PACKAGED = ("pyproject.toml", "LICENSE", "helpers")
PURE = ("--no-deps", "--only-binary", ":all:", "--platform", "any", "--implementation", "py", "--abi", "none")


def collect(folder: Path, cache: Path, python: str) -> list[Path]:
    """Put all wheels for this version of Python, such as "3.14", into `folder`; what PyPI gave is kept in `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    found = [_fetched(name, cache, python) for name in FROM_PYPI] + [own(cache)]
    folder.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copy(wheel, folder)) for wheel in found]


def _fetched(name: str, cache: Path, python: str) -> Path:
    """A wheel from PyPI, fetched once."""
    pattern = f"{name}-{version(name)}-py*-none-any.whl"
    if not list(cache.glob(pattern)):
        _pip("download", *PURE, "--python-version", python, "-d", cache, f"{name}=={version(name)}")
    return next(cache.glob(pattern))


def own(cache: Path) -> Path:
    """The wheel of `helpers`, built where a build leaves nothing in the checkout and finds nothing of an earlier one.

    Its version ends with a hash of what is in it. A browser that still has the wheel of an older site, under the same address,
    would find that it is not what the lock file says, and start no kernel.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        for name in PACKAGED:
            _copy(ROOT / name, copy / name)
        content = digest(copy)
        pattern = f"backprop_casebook-*+{content}-py3-none-any.whl"
        if not list(cache.glob(pattern)):
            project = copy / "pyproject.toml"
            said = project.read_text(encoding="utf-8")
            project.write_text(re.sub(r'(?m)^version = "(.+)"$', rf'version = "\1+{content}"', said), encoding="utf-8")
            _pip("wheel", "--no-deps", "-w", cache, copy)
        return next(cache.glob(pattern))


def _copy(source: Path, target: Path):
    """A file or a folder, without what Python and editors leave there."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    else:
        shutil.copy(source, target)


def digest(folder: Path) -> str:
    """Ten digits that change with any file of the folder."""
    digits = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digits.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digits.hexdigest()[:10]


def _pip(*arguments):
    """Run pip, and say what it said where it fails."""
    done = subprocess.run([sys.executable, "-m", "pip", *map(str, arguments), "-q"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"pip {arguments[0]} failed:\n{done.stderr}")
