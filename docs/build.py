"""Build the site: pages with live widgets, JupyterLite in lab/, slides in slides/.

    python docs/build.py                          all of it, into docs/_build/site
    python docs/build.py --only pages             one part, the others are left as they are
    python docs/build.py --notebooks 00 02        a quick look at some notebooks

It needs what docs/requirements.txt lists, and Node.js with npm; the network only to install what is missing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from executed import CannotRun
from frontend import NoFrontEnd, installed, static_files
from players import NoPlayer
from sources import notebook_paths, write_sources

DOCS = Path(__file__).resolve().parent
BUILD = DOCS / "_build"
PARTS = {"pages": None, "lab": "lite/lab.py", "slides": "slides/deck.py"}


def pages(notebooks: list[Path], site: Path, parts: list[str], whole: bool) -> None:
    """The pages; with some notebooks only, links to the others are no fault."""
    source, static = BUILD / "source", BUILD / "static"
    write_sources(notebooks, source, static, parts)
    static_files(static)
    clear(site, keep=("lab", "slides"))
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-E", "-c", str(DOCS), "-d", str(BUILD / "doctrees")]
    command += ["-W", "--keep-going"] if whole else ["-D", "suppress_warnings=myst.xref_missing"]
    environment = os.environ | {"CASEBOOK_PARTS": " ".join(parts)}
    if subprocess.run([*command, str(source), str(site)], env=environment).returncode:
        raise CannotRun("Sphinx found the faults above.")
    for path in notebooks:
        shutil.copyfile(path, site / "notebooks" / path.name)
    (site / ".buildinfo").unlink(missing_ok=True)  # of use to Sphinx alone
    shutil.rmtree(site / "_sources", ignore_errors=True)


def clear(site: Path, keep: tuple[str, ...]) -> None:
    """Empty the folder of the site but for the parts that are built by themselves."""
    site.mkdir(parents=True, exist_ok=True)
    for entry in site.iterdir():
        if entry.name in keep:
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


@contextmanager
def told(what: str):
    """Say what is being done, and how long it took."""
    print(f"{what} …", flush=True)
    start = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - start:.1f} s", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Build what is asked for; 1 where that cannot be, with the reason."""
    there = [name for name, path in PARTS.items() if path is None or (DOCS / path).is_file()]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=there, help="build this part alone")
    parser.add_argument("--notebooks", nargs="+", metavar="NN", help="numbers of the notebooks, such as 00 02; default: all")
    parser.add_argument("--output", type=Path, default=BUILD / "site", help="the folder of the site; default: docs/_build/site")
    options = parser.parse_args(arguments)
    notebooks, site = notebook_paths(options.notebooks), options.output.resolve()
    wanted = [options.only] if options.only else there
    standing = [name for name in there if name in wanted or (site / name).is_dir()]
    try:
        installed()
        for name in wanted:
            with told(name):
                if name == "pages":
                    pages(notebooks, site, standing, whole=not options.notebooks)
                elif name == "lab":
                    import_module("lite.lab").build(site, [path.stem for path in notebooks])
                else:
                    import_module("slides.deck").build(notebooks, site / name)
    except (CannotRun, NoFrontEnd, NoPlayer) as reason:
        print(f"The site cannot be built. {reason}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"The site cannot be built. {error}: install what docs/requirements.txt lists.", file=sys.stderr)
        return 1
    print(f"Look at it: {Path(sys.executable).name} -m http.server --bind 127.0.0.1 -d {os.path.relpath(site)}, then http://127.0.0.1:8000/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
