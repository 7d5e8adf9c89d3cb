"""A JupyterLite whose kernel starts without the CDN: Pyodide's core from npm, pure Python from PyPI, no NumPy.

NumPy and Matplotlib for WebAssembly are on Pyodide's CDN alone. All else that a kernel loads is the same as on the deployed site: the
same Pyodide, the same versions, the same wheels of this site.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
FIRST = ("backprop-casebook", "ipywidgets", "micropip", "ipython", "jedi")  # what the kernel asks for as it starts
ON_THE_CDN_ALONE = {"numpy", "matplotlib"}


def without_cdn(site: Path, folder: Path, core: Path, cache: Path) -> Path:
    """Copy the site's lab/ into `folder`, with the Pyodide of `core` beside it; wheels from PyPI are kept in `cache`."""
    lab = folder / "lab"
    shutil.copytree(site / "lab", lab)
    shutil.copytree(core, lab / "static" / "pyodide")
    path = lab / "static" / "pyodide-lock" / "pyodide-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    needed = [lock["packages"][name] for name in closure(lock["packages"], FIRST)]
    elsewhere = [entry for entry in needed if "://" in entry["file_name"]]
    fetch(elsewhere, cache)
    for entry in needed:
        entry["depends"] = [other for other in entry["depends"] if other not in ON_THE_CDN_ALONE]
    for entry in elsewhere:
        wheel = cache / file_name(entry)
        shutil.copy(wheel, lab / "static" / "pyodide")
        entry |= {"file_name": f"../pyodide/{wheel.name}", "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    path.write_text(json.dumps(lock), encoding="utf-8")
    configure(lab / "jupyter-lite.json")
    return folder


def closure(packages: dict, names) -> set[str]:
    """These packages and all that they depend on, but for what is on the CDN alone."""
    found, queue = set(), list(names)
    while queue:
        name = queue.pop().replace("_", "-").lower()
        if name not in found | ON_THE_CDN_ALONE:
            found.add(name)
            queue += packages[name]["depends"]
    return found


def file_name(entry: dict) -> str:
    """The name of the wheel of a lock file's entry."""
    return entry["file_name"].rsplit("/", 1)[-1]


def fetch(entries: list[dict], cache: Path) -> None:
    """Fetch the wheels of a lock file's entries that are not in `cache` from PyPI."""
    cache.mkdir(parents=True, exist_ok=True)
    if wanted := [f"{entry['name']}=={entry['version']}" for entry in entries if not (cache / file_name(entry)).is_file()]:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--python-version", "3.14"]
        subprocess.run([*command, "-d", str(cache), *wanted], check=True, timeout=240)


def configure(path: Path):
    """Point the kernel at the Pyodide beside it."""
    config = json.loads(path.read_text(encoding="utf-8"))
    config["jupyter-config-data"]["litePluginSettings"][KERNEL]["pyodideUrl"] = "./static/pyodide/pyodide.mjs"
    path.write_text(json.dumps(config), encoding="utf-8")
