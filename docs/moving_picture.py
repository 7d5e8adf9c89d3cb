"""Film the two runs of the case for the README: the version with "sigmoid", then the one with ReLU.

    python docs/moving_picture.py     writes docs/training_explorer.gif

It needs what tests/requirements.txt lists, and the Chromium or Chrome of the system.
"""

import io
import shutil
import tempfile
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image
from playwright.sync_api import sync_playwright

from executed import DOCS, run  # it also lets the tests' modules be found

from browser.export import served  # isort: skip
from browser.lab import find_browser  # isort: skip
from notebook_tools import KERNELSPEC
from players import with_players

FILM = DOCS / "training_explorer.gif"
SCENES = ("TrainingExplorer(hidden='sigmoid', wrong_slope=True)", "TrainingExplorer()")
STEPS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 300)
BRIEF, LONG = 700, 2600  # milliseconds that a picture stands, the last of a scene longer
WIDTH = 720  # pixels
COLOURS = 96


def page_of_scenes(folder: Path) -> None:
    """Write a page with the widget of each scene into the folder."""
    cells = [new_code_cell(f"from helpers.widgets import TrainingExplorer\n{scene}") for scene in SCENES]
    shown = with_players(run(new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC}), "the film", DOCS), folder)
    places = "".join(cell.outputs[0].data["text/html"] for cell in shown.cells)
    shutil.copy(DOCS / "_static" / "widgets.js", folder)
    script = '<script type="module" src="widgets.js"></script>'
    (folder / "index.html").write_text(f"<meta charset='utf-8'><body style='font-family: sans-serif'>{places}{script}", encoding="utf-8")


def pictures(address: str) -> list[Image.Image]:
    """Each scene at each step."""
    found = []
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"]).new_page(viewport={"width": 900, "height": 1600})
        page.goto(address)
        for n in range(len(SCENES)):
            widget = page.locator(".live-widget[data-alive=true] .casebook").nth(n)
            slider = widget.get_by_label("Step", exact=True).and_(widget.locator("input[type=range]"))
            for step in STEPS:
                for place in range(int(slider.get_attribute("max")) + 1):
                    slider.fill(str(place))
                    if slider.get_attribute("aria-valuetext").split()[0] == str(step):
                        break
                page.evaluate("document.activeElement.blur()")  # nobody is at the keyboard of a film
                found.append(Image.open(io.BytesIO(widget.screenshot())).convert("RGB"))
    return found


def main() -> None:
    """Write the film."""
    with tempfile.TemporaryDirectory() as folder:
        page_of_scenes(Path(folder))
        with served(Path(folder)) as address:
            frames = pictures(f"{address}/index.html")
    size = (WIDTH, round(WIDTH * frames[0].height / frames[0].width))
    small = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    together = Image.new("RGB", (size[0], size[1] * len(small)))  # one palette for all of them
    for n, frame in enumerate(small):
        together.paste(frame, (0, n * size[1]))
    palette = together.quantize(COLOURS)
    film = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    durations = [LONG if n % len(STEPS) == len(STEPS) - 1 else BRIEF for n in range(len(film))]
    film[0].save(FILM, save_all=True, append_images=film[1:], duration=durations, loop=0, optimize=True)
    print(f"{FILM.name}: {len(film)} pictures of {size[0]} × {size[1]} pixels, {FILM.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
