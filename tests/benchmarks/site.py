"""What a page of the built site costs its reader, measured in Chromium against a server on the loopback.

    python docs/build.py && python tests/benchmarks/site.py             all pages, each loaded three times by a browser that keeps nothing
    python tests/benchmarks/site.py --rounds 1 index notebooks/03_loss  some pages, once

For each page the median of
    text      from the request to the first text that is painted
    widget    from the request to its first widget alive, the reader going straight to it
    at first  what is fetched until the network is idle, gzipped, in MB
    in all    the same when every fold is open and the reader has been everywhere
and what is over the budgets, asked of another host or complained about in the console. Exit status 1 where there is any.
"""

import argparse
import gzip
import statistics
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser.lab import BROWSER_ARGUMENTS, find_browser
from browser.site import hosted, open_everything
from notebook_tools import ROOT

SITE = ROOT / "docs" / "_build" / "site"
BUDGETS = {"text": 1.0, "widget": 3.0, "at first": 3.0, "in all": 3.0}  # seconds, and megabytes of a million bytes
OTHERS = ("lab", "slides", "_static")  # folders with pages that are not the site's own
# The reader goes to the first widget as soon as the page has been read; the moment when it lives is kept.
GO_TO_THE_FIRST_WIDGET = """addEventListener('DOMContentLoaded', () => {
    const place = document.querySelector('.live-widget');
    if (!place) return;
    for (let fold = place.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    place.scrollIntoView({behavior: 'instant'});
    new MutationObserver(() => { window.alive ??= performance.now(); }).observe(place, {attributeFilter: ['data-alive']});
})"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


class Load:
    """One load of a page by a browser that has seen nothing yet: what it took, and what went wrong."""

    def __init__(self, browser, url: str):
        self.bytes, self.faults = {}, []
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        page = context.new_page()
        page.add_init_script(GO_TO_THE_FIRST_WIDGET)
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("requestfinished", lambda request: self.weigh(request))
        page.on("request", lambda request: self.look_at(request.url))
        page.goto(url, wait_until="networkidle")
        has_widget = page.locator(".live-widget").count()
        if has_widget:
            page.wait_for_function("() => window.alive")
        self.seconds = {"text": page.evaluate(PAINTED) / 1000, "widget": page.evaluate("window.alive") / 1000 if has_widget else None}
        self.weights = {"at first": self.weight()}
        open_everything(page)
        page.evaluate("""async () => { for (let y = 0; y < document.body.scrollHeight; y += 600) {
            scrollTo({top: y, behavior: 'instant'}); await new Promise(requestAnimationFrame); } }""")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        self.weights["in all"] = self.weight()
        context.close()

    def look_at(self, url: str) -> None:
        """A request to another host is a fault."""
        if urlsplit(url).hostname not in ("127.0.0.1", None):
            self.faults.append(f"asks {url}")

    def weigh(self, request) -> None:
        """Keep how many bytes an answer has, gzipped where that helps."""
        body = request.response().body()
        self.bytes[request.url] = min(len(body), len(gzip.compress(body, 6)))

    def weight(self) -> float:
        """All that has been fetched, in megabytes."""
        return sum(self.bytes.values()) / 1e6


def measured(browser, url: str, rounds: int) -> tuple[dict, list[str]]:
    """The medians of several loads, and what went wrong in any of them."""
    loads = [Load(browser, url) for _ in range(rounds)]
    values = {name: [(load.seconds | load.weights)[name] for load in loads] for name in BUDGETS}
    medians = {name: None if None in found else statistics.median(found) for name, found in values.items()}
    faults = [f"{name} {value:.2f} is over {BUDGETS[name]:g}" for name, value in medians.items() if value and value > BUDGETS[name]]
    return medians, faults + sorted({fault for load in loads for fault in load.faults})


def main() -> int:
    """Print a row for each page; 1 where one of them is over a budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", help="such as index or notebooks/03_loss; default: all")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not SITE.is_dir():
        sys.exit("There is no site yet: run python docs/build.py first.")
    there = {path.relative_to(SITE).with_suffix("").as_posix() for path in SITE.rglob("*.html")}
    own = sorted(name for name in there if name.split("/")[0] not in OTHERS or "/" not in name)
    if unknown := sorted(set(options.pages) - there):
        sys.exit(f"There is no page {', '.join(unknown)}, expected some of {', '.join(own)}.")
    print("| page | text | widget | at first | in all | |\n|---|---|---|---|---|---|")
    failed = 0
    with hosted(SITE) as url, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
        for page in options.pages or [name for name in own if name != "404"]:  # whose links begin at the site's own address
            medians, faults = measured(browser, f"{url}{page}.html", options.rounds)
            cells = [f"{medians[name]:.2f} {unit}" if medians[name] else "–" for name, unit in zip(BUDGETS, ("s", "s", "MB", "MB"), strict=True)]
            print(f"| {page} | {' | '.join(cells)} | {'; '.join(faults)} |", flush=True)
            failed += bool(faults)
        browser.close()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
