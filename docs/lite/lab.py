"""Build JupyterLite: JupyterLab with all notebooks, whose kernel runs in the reader's own browser and needs no server.

    python docs/build.py --only lab     (calls `build`)

The kernel is Python compiled to WebAssembly, Pyodide. Pyodide's lock file says which package comes from where. This build writes one
of its own: what Pyodide has is fetched from Pyodide's CDN, `helpers` and the widgets from the site. Both are loaded before the first
cell runs, so a notebook's `import helpers…` works as it stands.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_KERNEL_PLUGIN_ID, PYODIDE_VERSION

from lite import lock, wheels

HERE = Path(__file__).parent
DOCS, ROOT = HERE.parent, HERE.parents[1]
NOTEBOOKS = ROOT / "notebooks"
PYODIDE = DOCS / "node_modules" / "pyodide"
# JupyterLab in the browser gets these, and nothing else that happens to be installed.
EXTENSIONS = ("anywidget", "@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension")
PRELOADED = ("backprop-casebook", "ipywidgets")
LOCK = Path("static", "pyodide-lock", "pyodide-lock.json")


def build(target: Path, notebooks: list[str] | None = None, pyodide: Path | None = None) -> Path:
    """Write JupyterLite to `target`/lab, and return that folder.

    Parameters
    ----------
    target : Path
        The folder of the site.
    notebooks : list of str, optional
        Beginnings of file names, such as "00"; all notebooks where none are given.
    pyodide : Path, optional
        A folder with a whole distribution of Pyodide, to be copied to the site and used instead of its CDN.
    """
    output = Path(target).resolve() / "lab"
    shutil.rmtree(output, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        lite = Path(scratch)
        for name in ("jupyter-lite.json", "jupyter_lite_config.json"):
            shutil.copy(HERE / name, lite)
        for name in EXTENSIONS:
            shutil.copytree(Path(sys.prefix, "share", "jupyter", "labextensions", name), lite / "labextensions" / name)
        _copy_contents(lite / "files", notebooks)
        theirs = lock.read(pyodide or _from_npm())
        wheels.collect(lite / "pypi", DOCS / "_cache" / "wheels", ".".join(theirs["info"]["python"].split(".")[:2]))
        _run_jupyterlite(lite, output)
    if pyodide:
        shutil.copytree(pyodide, output / "static" / "pyodide")
    _write_lock(theirs, output, "../pyodide/" if pyodide else f"{PYODIDE_CDN_URL}/")
    _configure(output, pyodide)
    return output


def _from_npm() -> Path:
    """Pyodide's package from npm: what is on its CDN, but for the wheels."""
    if not (PYODIDE / "pyodide-lock.json").is_file():
        raise FileNotFoundError(f"{PYODIDE} holds no Pyodide: run `npm ci` in docs/ first")
    has = json.loads((PYODIDE / "package.json").read_text(encoding="utf-8"))["version"]
    if has != PYODIDE_VERSION:
        raise ValueError(f"docs/package.json names Pyodide {has}, and the kernel of docs/requirements.txt runs on {PYODIDE_VERSION}")
    return PYODIDE


def _copy_contents(folder: Path, wanted: list[str] | None):
    """The notebooks and what stands beside them: all that is in git, and nothing that a reader has left."""
    listed = subprocess.run(["git", "ls-files", "-z", "."], cwd=NOTEBOOKS, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if not (wanted and name.endswith(".ipynb") and not name.startswith(tuple(wanted))):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(NOTEBOOKS / name, folder / name)
    for path in folder.glob("**/*.ipynb"):
        # Texts in one piece, as a Jupyter server sends them: JupyterLite puts commas between the lines of a list.
        path.write_text(json.dumps(nbformat.read(path, as_version=4)), encoding="utf-8")


def _run_jupyterlite(lite: Path, output: Path):
    """Run JupyterLite's own build, and say what it said where it fails."""
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", str(output)]
    done = subprocess.run(command, cwd=lite, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"jupyter lite build failed:\n{done.stdout}\n{done.stderr}")


def _write_lock(theirs: dict, output: Path, pyodide: str):
    """Pyodide's lock file with the wheels of this site in it; addresses are relative to it where they are the site's."""
    own = sorted((output / "pypi").glob("*.whl"))
    path = output / LOCK
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(lock.merged(theirs, own, address="../../pypi/", pyodide=pyodide)), encoding="utf-8")


def _configure(output: Path, pyodide: Path | None):
    """Tell the kernel where the lock file is, and what to load before the first cell."""
    path = output / "jupyter-lite.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    kernel = config["jupyter-config-data"].setdefault("litePluginSettings", {}).setdefault(PYODIDE_KERNEL_PLUGIN_ID, {})
    # The hash makes browsers ask anew where the file is another one, as JupyterLite does for its index of wheels.
    digest = hashlib.sha256((output / LOCK).read_bytes()).hexdigest()
    kernel["loadPyodideOptions"] = {"lockFileURL": f"./{LOCK.as_posix()}?sha256={digest}", "packages": list(PRELOADED)}
    if pyodide:
        kernel["pyodideUrl"] = "./static/pyodide/pyodide.mjs"
    path.write_text(json.dumps(config, indent=2), encoding="utf-8")
