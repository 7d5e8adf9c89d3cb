"""Where a page's notebook can be run without an install."""

from typing import NamedTuple
from urllib.parse import quote, urlsplit


class Link(NamedTuple):
    """What a page shows: the text, the address, and what to expect of it."""

    text: str
    url: str
    title: str


def links(notebook: str, repository: str, root: str = "") -> list[Link]:
    """The links of one notebook, such as "05_backward_propagation", best first.

    `repository` is the project's address on GitHub, GitLab or any other host of git; `root` is where the page finds the root of
    the site: "" or ending in "/".
    """
    file = quote(notebook.removesuffix(".ipynb") + ".ipynb")
    return [
        Link("Run in your browser", f"{root}lab/lab/index.html?path={file}", "Python runs in this browser; starting takes up to a minute"),
        Link("Run on Binder", binder(repository, f"lab/tree/notebooks/{file}"), "Python runs on mybinder.org; starting takes minutes"),
    ]


def binder(repository: str, path: str = "lab") -> str:
    """Binder's address for the branch `main` of a repository, opened at a path of its server.

    Raises
    ------
    ValueError
        For what is not the address of a repository.
    """
    address = urlsplit(repository.removesuffix("/").removesuffix(".git"))
    if address.scheme not in ("http", "https") or address.path.count("/") < 2:
        raise ValueError(f"the address of the repository is {repository!r}, and not like https://github.com/owner/name")
    place = address.path.strip("/")
    if address.hostname == "github.com":
        where = f"gh/{place}"
    elif address.hostname == "gitlab.com":
        where = f"gl/{quote(place, safe='')}"
    else:
        where = f"git/{quote(address.geturl(), safe='')}"
    return f"https://mybinder.org/v2/{where}/main?urlpath={quote(path, safe='')}"
