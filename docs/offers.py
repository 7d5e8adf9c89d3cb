"""What each page offers beside its text: the notebook to download, to run in the browser, its slides.

`offers` is the one place where such a link is made; the template page-links.html shows them, and build.py says which parts there are.
"""

import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from links import REPOSITORY, SITE
from lite.links import links as run_links


class Offer(NamedTuple):
    """A link at the top of a page."""

    label: str
    href: str  # from the root of the site, or a whole address
    hint: str
    download: bool = False


def offers(page: str, parts: list[str]) -> list[Offer]:
    """The links of a page, such as notebooks/02_activations; `parts` are those of the site that are built."""
    if not page.startswith("notebooks/"):
        return []
    name = Path(page).name
    found = [Offer("Download this notebook", f"{page}.ipynb", "As it stands in the repository; it needs the package helpers", download=True)]
    found += runs(name, parts)
    if "slides" in parts:
        found.append(Offer("Slides", f"slides/{name[:2]}.html", "The same chapter as slides, widgets included"))
    return found


def runs(name: str, parts: list[str]) -> list[Offer]:
    """Where a notebook, such as 02_activations, can be run without an install."""
    return [Offer(*link) for link in run_links(name, REPOSITORY)] if "lab" in parts else []


def add_offers(app, pagename, templatename, context, doctree) -> None:
    """Give the templates what they show: the page's links, and where the site begins, for the page that stands in for missing ones."""
    parts = os.environ.get("CASEBOOK_PARTS", "pages").split()
    context["offers"] = [
        offer if "://" in offer.href else offer._replace(href=context["content_root"] + offer.href) for offer in offers(pagename, parts)
    ]
    context["base"] = f"{urlsplit(SITE).path}404.html" if pagename == "404" else None
