"""Where a link leads: headings as Jupyter names them, and files of the repository, which are pages of the site or stand in the repository."""

import os
import posixpath
import re
from pathlib import Path

from executed import DOCS, ROOT

REPOSITORY = os.environ.get("CASEBOOK_REPOSITORY", "https://github.com/backprop-casebook/backprop-casebook").rstrip("/")
SITE = os.environ.get("CASEBOOK_SITE", "https://backprop-casebook.github.io/backprop-casebook/").rstrip("/") + "/"
TARGET = re.compile(r"(\]\(\s*<?)([^)\s>]+)")
FENCED = re.compile(r"(^```.*?^```\s*$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
PICTURES = (".png", ".svg", ".jpg", ".gif")


def anchor(heading: str) -> str:
    """The id that Jupyter gives a heading: its shown text with hyphens for blanks."""
    return heading.replace(" ", "-")


def place(file: Path) -> str | None:
    """Where a file of the repository stands among the pages' sources, such as notebooks/00_the_case.ipynb; None where it is no page."""
    inside = file.relative_to(ROOT).as_posix()
    if file.name == "README.md" and file.parent.parent == DOCS:
        return f"{file.parent.name}.md"
    if inside.startswith("docs/") and (file.suffix == ".md" or file.suffix in PICTURES):
        return inside.removeprefix("docs/")
    if file.parent == ROOT / "notebooks" and file.suffix == ".ipynb":
        return inside
    return None


def moved(markdown: str, home: Path, page: str) -> str:
    """`markdown` of the repository's file `home`, its links as they are right on the page `page`; code is left alone."""
    pieces = FENCED.split(markdown)
    pieces[::2] = [TARGET.sub(lambda found: found[1] + target(found[2], home, page), piece) for piece in pieces[::2]]
    return "".join(pieces)


def target(link: str, home: Path, page: str) -> str:
    """One link of the file `home` as it is right on `page`: to a page of the site, else into the repository."""
    name, hash_, fragment = link.partition("#")
    if re.match(r"[a-z]+:", link) or (not name and place(home) == page):
        return link
    file = (home.parent / name).resolve() if name else home
    if not file.exists() or not file.is_relative_to(ROOT):
        return link  # Sphinx complains about it
    if there := place(file):
        return posixpath.relpath(there, posixpath.dirname(page) or ".") + hash_ + fragment
    kind = "tree" if file.is_dir() else "blob"
    return f"{REPOSITORY}/{kind}/main/{file.relative_to(ROOT).as_posix()}{hash_}{fragment}"


def pictures(markdown: str, home: Path) -> list[Path]:
    """The files of docs/ that a text shows as pictures."""
    files = [(home.parent / link).resolve() for _, link in TARGET.findall(markdown) if link.endswith(PICTURES) and ":" not in link]
    return [file for file in files if file.is_file() and file.is_relative_to(DOCS)]
