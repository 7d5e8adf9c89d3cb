"""The same lesson in a real Chromium: what a learner waits for includes JupyterLab itself."""

import shutil
import time

from load.visit import Times

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 180_000  # milliseconds
RAN = """() => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((prompt) => prompt.textContent);
    return prompts.length && !prompts.some((text) => text.includes('*'));
}"""
WIDGET = ".casebook-host .cb-status"
DRAG = """async (slider, drags) => {
    const status = slider.closest('.casebook').querySelector('.cb-status'), low = Number(slider.min), high = Number(slider.max);
    const seconds = [];
    for (let i = 1; i <= drags; i++) {
        const before = status.textContent, start = performance.now();
        slider.value = low + (high - low) * i / (drags + 1);
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        while (status.textContent === before && performance.now() - start < 10000) await new Promise(requestAnimationFrame);
        seconds.push((performance.now() - start) / 1000);
    }
    return seconds;
}"""


def find_browser() -> str | None:
    """The Chromium of this machine, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def visit_in_browser(url: str, name: str, notebook: str, drags: int, times: Times) -> None:
    """Come in by the login page, open the notebook, choose Run All Cells, drag the first slider of a widget."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: times.wrong(name, f"page: {error}"))
        start = time.perf_counter()
        page.goto(f"{url}/hub/login")
        page.fill("#username_input", name)
        page.click("#login_submit")
        page.wait_for_selector(".jp-DirListing-item")
        times.add("JupyterLab in a browser", time.perf_counter() - start)
        with times.of("open in a browser"):
            page.dblclick(f".jp-DirListing-item:has-text('{notebook.rpartition('/')[2][:8]}')")
            page.wait_for_selector(".jp-Notebook .jp-Cell")
            page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
        with times.of("run all in a browser"):
            page.click(".lm-MenuBar-itemLabel:text-is('Run')")
            page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
            page.wait_for_function(RAN)
            page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
        _drag(page, drags, name, times)
        chromium.close()


def _drag(page, drags: int, name: str, times: Times) -> None:
    """JupyterLab draws what is in view, so the page is moved on until a widget is."""
    page.keyboard.press("Escape")
    for _ in range(400):
        if page.locator(WIDGET).count():
            break
        page.mouse.move(760, 400)
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(50)
    slider = page.locator(".casebook-host input[type=range]").first
    slider.scroll_into_view_if_needed()
    seconds = slider.evaluate(DRAG, drags)
    for one in seconds:
        times.add("widget in a browser", one)
    if max(seconds) >= 10:
        times.wrong(name, "the widget in the browser did not answer within 10 s")
