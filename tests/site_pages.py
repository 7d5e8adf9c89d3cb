"""The built site as the tests see it: its pages, what they refer to, and whether that is there."""

import gzip
import re
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup

REFERENCES = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "src", "iframe": "src", "form": "action"}
LOADED = ("script", "img", "source", "iframe", "link")
ELSEWHERE = {"canonical", "author"}  # of <link>: named, not loaded
ROOM = "http://site"


class Page:
    """One HTML file of the site `root`."""

    def __init__(self, path: Path, root: Path):
        self.path, self.root = path, root
        self.name = path.relative_to(root).as_posix()
        self.soup = BeautifulSoup(path.read_bytes(), "html.parser")
        self.said = self.soup.find("base")  # where its relative addresses begin, if it says so
        self.ids = {tag["id"] for tag in self.soup.find_all(id=True)} | {tag["name"] for tag in self.soup.find_all("a", attrs={"name": True})}

    @cached_property
    def references(self) -> list[tuple[str, str]]:
        """(tag, address) of all that the page links to or loads, the files of its widgets included."""
        tags = self.soup.find_all(list(REFERENCES))
        found = [(tag.name, tag[REFERENCES[tag.name]]) for tag in tags if tag.get(REFERENCES[tag.name]) and not ELSEWHERE & set(tag.get("rel", []))]
        files = [tag[name] for tag in self.soup.find_all(class_="live-widget") for name in ("data-module", "data-recording")]
        beside = f"{'../' * self.name.count('/')}_static/"
        return found + [("script", file if file.startswith("data:") else beside + file) for file in files]

    def base(self, prefix: str = "") -> str:
        """What its relative addresses begin at: its own, or what it says."""
        own = f"{ROOM}{prefix}/{self.name}"
        return urljoin(own, self.said["href"]) if self.said else own

    def foreign(self) -> list[str]:
        """What the page would load from another host."""
        return [address for tag, address in self.references if tag in LOADED and urlsplit(address).netloc]

    def broken(self, prefix: str, pages: dict[str, "Page"]) -> list[str]:
        """The addresses within the site that lead nowhere: no such file, or no such place in it."""
        addresses = dict.fromkeys(address for _, address in self.references)
        return [address for address in addresses if not self.leads_somewhere(address, prefix, pages)]

    def leads_somewhere(self, address: str, prefix: str, pages: dict[str, "Page"]) -> bool:
        """Whether an address is there, if it is one within the site."""
        goal = urlsplit(urljoin(self.base(prefix), address))
        if goal.scheme in ("data", "blob", "mailto") or goal.netloc != "site":
            return True
        if not goal.path.startswith(f"{prefix}/"):
            return False
        name = unquote(goal.path.removeprefix(f"{prefix}/")) or "index.html"
        fragment = unquote(goal.fragment)
        return (self.root / name).is_file() and not (fragment and name in pages and fragment not in pages[name].ids)

    def weight(self, prefix: str) -> int:
        """Bytes on the wire: the page and all that it loads, gzipped where that helps."""
        addresses = [address for tag, address in self.references if tag in LOADED and not address.startswith("data:")]
        loaded = {urlsplit(urljoin(self.base(prefix), address)).path.removeprefix(prefix).lstrip("/") for address in addresses}
        files = [self.path] + [self.root / unquote(name) for name in sorted(loaded)]
        styles = [file for file in files if file.suffix == ".css"]
        fonts = {(file.parent / name).resolve() for file in styles for name in style_files(file)}
        return sum(packed(file) for file in [*files, *fonts] if file.is_file())


def style_files(style: Path) -> list[str]:
    """What a style sheet refers to, but for what stands in it."""
    found = re.findall(r"url\(\s*['\"]?([^'\")]+)", style.read_text(encoding="utf-8"))
    return [unquote(name.split("#")[0].split("?")[0]) for name in found if not name.startswith(("data:", "#"))]


@cache
def packed(file: Path) -> int:
    """The bytes of a file as a server sends it."""
    content = file.read_bytes()
    return min(len(content), len(gzip.compress(content, 6)))
