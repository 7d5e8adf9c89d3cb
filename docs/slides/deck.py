"""Make slides of notebooks: the marked cells, with live widgets, for a browser and a projector.

    python docs/slides/deck.py 05             the deck of notebook 05: docs/_build/site/slides/05.html
    python docs/slides/deck.py                the decks of all notebooks
    python docs/slides/deck.py 05 --present   make it, and show it in the browser until Ctrl+C

A deck is one file beside the folder vendor/: take both anywhere; no network is needed. README.md beside this file says which cells
are on a slide, how to change that, and which keys there are.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from webbrowser import open as open_browser

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]

from nbformat import NotebookNode  # noqa: E402

from executed import CannotRun, executed_all  # noqa: E402
from formulas import Formulas  # noqa: E402
from frontend import NoFrontEnd, installed, static_files  # noqa: E402
from players import NoPlayer, with_players  # noqa: E402
from slides.chosen import NoSlides, deck  # noqa: E402
from slides.page import page  # noqa: E402

TARGET = DOCS / "_build" / "site" / "slides"
REVEAL = ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js")
OWN = ("slides.css", "slides.js")
KINDS = {".js": "text/javascript", ".json": "application/json"}


def build(notebooks: Iterable[Path], target: Path = TARGET) -> list[Path]:
    """Write the deck of each notebook into the folder `target`, as 05.html, and what they load into its vendor/; returns the decks.

    Raises CannotRun where a notebook cannot be run, or has no slides, with its name.
    """
    vendor(target / "vendor")
    player = (DOCS / "_static" / "widgets.js").read_text(encoding="utf-8")
    made = []
    with Formulas() as formulas:
        for path, notebook in executed_all(notebooks).items():
            try:
                text = page(deck(with_widgets_inside(notebook)), title(notebook), player, formulas)
            except (NoSlides, ValueError) as error:
                raise CannotRun(f"{path.name} makes no deck: {error}.") from error
            made.append(target / f"{path.name[:2]}.html")
            made[-1].write_text(text, encoding="utf-8", newline="\n")
    return made


def vendor(folder: Path) -> None:
    """Put what all decks load into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in REVEAL:
        shutil.copyfile(installed() / "reveal.js" / name, folder / Path(name).name)
    for name in OWN:
        shutil.copyfile(HERE / name, folder / name)
    static_files(folder)


def with_widgets_inside(notebook: NotebookNode) -> NotebookNode:
    """The notebook with its widgets' code and state inside: a page that is opened as a file may not fetch them from another."""
    with tempfile.TemporaryDirectory() as folder:
        played = with_players(notebook, Path(folder))
        for cell in played.cells:
            for output in cell.get("outputs", []):
                if html := output.get("data", {}).get("text/html"):
                    output.data["text/html"] = re.sub(r'(?<=")live/[\da-f]+\.js(?:on)?(?=")', partial(address, Path(folder)), html)
    return played


def address(folder: Path, found: re.Match) -> str:
    """The content of a file as an address."""
    file = folder / found[0]
    return f"data:{KINDS[file.suffix]};base64,{b64encode(file.read_bytes()).decode()}"


def title(notebook: NotebookNode) -> str:
    """What the browser's tab says: the notebook's title."""
    return notebook.cells[0].source.splitlines()[0].lstrip("# ")


def present(deck: Path) -> None:
    """Serve the decks on the loopback and open this one, until Ctrl+C."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(deck.parent)))
    shown = f"http://127.0.0.1:{server.server_port}/{deck.name}"
    print(f"{shown}  (Ctrl+C ends it)", flush=True)
    open_browser(shown)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


def main(arguments: list[str] | None = None) -> int:
    """Make the decks that are asked for; 1 where one cannot be made, with the reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", metavar="NN", help="numbers of notebooks, such as 05; default: all")
    parser.add_argument("--output", type=Path, default=TARGET, help="the folder of the decks; default: docs/_build/site/slides")
    parser.add_argument("--present", action="store_true", help="show the (first) deck in the browser")
    options = parser.parse_args(arguments)
    paths = sorted((DOCS.parent / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if unknown := sorted(set(options.notebooks) - {path.name[:2] for path in paths}):
        parser.error(f"there is no notebook {', '.join(unknown)}, expected numbers from {paths[0].name[:2]} to {paths[-1].name[:2]}")
    try:
        made = build([path for path in paths if not options.notebooks or path.name[:2] in options.notebooks], options.output.resolve())
    except (CannotRun, NoFrontEnd, NoPlayer) as reason:
        print(f"No slides. {reason}", file=sys.stderr)
        return 1
    print("\n".join(os.path.relpath(path) for path in made))
    if options.present:
        present(made[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
