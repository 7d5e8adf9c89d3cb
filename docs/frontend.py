"""What comes from npm: KaTeX, which renders the mathematics while the site is built, with its style and fonts for the pages.

    from frontend import installed, katex, static_files
    installed()             docs/node_modules, installed with `npm ci` as docs/package-lock.json says
    katex()                 KaTeX's files in it
    static_files(folder)    puts katex/katex.min.css and its fonts into `folder`
"""

import re
import shutil
import subprocess
from pathlib import Path

DOCS = Path(__file__).resolve().parent
MODULES = DOCS / "node_modules"
INSTALLED = MODULES / ".package-lock.json"  # npm writes it last
TIMEOUT = 300  # seconds


class NoFrontEnd(Exception):
    """Why the front end's files cannot be had."""


def installed() -> Path:
    """docs/node_modules; what is missing there, or older than the lock file, is installed."""
    lock = DOCS / "package-lock.json"
    if not INSTALLED.is_file() or INSTALLED.stat().st_mtime < lock.stat().st_mtime:
        install()
    return MODULES


def katex() -> Path:
    """The folder of KaTeX's files."""
    return installed() / "katex" / "dist"


def install() -> None:
    """Run `npm ci` in docs/: exactly the versions of the lock file, their contents checked against its hashes."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise NoFrontEnd(f"There is no {tool} on this machine. The mathematics is rendered with it: install Node.js 18 or later.")
    command = [shutil.which("npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=DOCS, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise NoFrontEnd(f"npm did not fetch the front end within {TIMEOUT} s: is the registry within reach?") from None
    if done.returncode:
        raise NoFrontEnd(f"npm cannot fetch the front end: {done.stderr.strip()[-400:]}")


def static_files(folder: Path) -> None:
    """Put what the pages load into `folder`: KaTeX's style with one kind of fonts, the one that every browser with modules reads."""
    source, target = katex(), folder / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    for font in (source / "fonts").glob("*.woff2"):
        shutil.copyfile(font, target / "fonts" / font.name)
    style = (source / "katex.min.css").read_text(encoding="utf-8")
    (target / "katex.min.css").write_text(re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)', "", style), encoding="utf-8")
