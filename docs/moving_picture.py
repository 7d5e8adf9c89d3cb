"""Film the widget of the landing page for the README: the learner's run at the rate 1.2, then at 0.12.

    python docs/build.py --only pages && python docs/moving_picture.py     writes docs/training_explorer.gif

It needs what tests/requirements.txt lists, and the Chromium or Chrome of the system.
"""

import functools
import io
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parent
SITE, FILM = DOCS / "_build" / "site", DOCS / "training_explorer.gif"
SCENES = {"1.2": (0, 1, 2, 5, 20, 300), "0.12": (0, 1, 2, 5, 10, 20, 50, 100, 200, 300)}  # rate: steps
BRIEF, LONG = 700, 2600  # milliseconds that a picture stands, the last of a scene longer
WIDTH = 720  # pixels
COLOURS = 96


class Quiet(SimpleHTTPRequestHandler):
    """Serves without a line for each request."""

    def log_message(self, *_):
        pass


def fill(widget, label: str, text: str) -> None:
    """Move a slider to the place where it says `text`."""
    slider = widget.get_by_label(label, exact=True).and_(widget.locator("input[type=range]"))
    for place in range(int(slider.get_attribute("min")), int(slider.get_attribute("max")) + 1):
        slider.fill(str(place))
        if slider.get_attribute("aria-valuetext").split()[0] == text:
            return
    raise SystemExit(f"{label} of the widget never says {text}")


def main() -> None:
    """Write the film."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    frames, durations = [], []
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        widget = page.locator(".live-widget[data-alive=true] .casebook").first
        for rate, steps in SCENES.items():
            fill(widget, "Learning rate η", rate)
            for step in steps:
                fill(widget, "Step", str(step))
                page.evaluate("document.activeElement.blur()")  # nobody is at the keyboard of a film
                frames.append(Image.open(io.BytesIO(widget.screenshot())).convert("RGB"))
                durations.append(LONG if step == steps[-1] else BRIEF)
    size = (WIDTH, round(WIDTH * frames[0].height / frames[0].width))
    small = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    together = Image.new("RGB", (size[0], size[1] * len(small)))  # one palette for all of them
    for n, frame in enumerate(small):
        together.paste(frame, (0, n * size[1]))
    palette = together.quantize(COLOURS)
    film = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    film[0].save(FILM, save_all=True, append_images=film[1:], duration=durations, loop=0, optimize=True)
    print(f"{FILM.name}: {len(film)} pictures of {size[0]} × {size[1]} pixels, {FILM.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
