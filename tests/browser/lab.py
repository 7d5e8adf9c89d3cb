"""A real JupyterLab for the tests: a server of its own, and a notebook opened and run in a browser.

Nothing of the user's Jupyter is read or written: settings, workspaces and kernels live in a temporary folder.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# Debian's chromium-headless-shell takes a fifth less of the processor's time than the whole chromium, which has a window to keep.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",  # letters are as wide as in a browser with a window
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing comes from elsewhere
]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
START_TIMEOUT = 60  # seconds
PATIENCE = 30  # seconds for something that goes through Python
RUN_TIMEOUT = 120_000  # milliseconds
POLLING = 50  # milliseconds from one look to the next, where a look at each frame would keep the processor from what is waited for

KERNEL_IS_IDLE = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.context?.isReady && panel.sessionContext.session?.kernel?.status === 'idle';
}"""
STARTED = "() => window.jupyterapp?.restored.then(() => true)"
CLOSE_ALL = """async () => {
    for (const panel of [...window.jupyterapp.shell.widgets('main')].filter((panel) => panel.context)) {
        await panel.sessionContext.shutdown();
        panel.context.model.dirty = false;  // or JupyterLab asks whether to save it
        await new Promise((closed) => {
            panel.disposed.connect(() => closed());
            panel.close();
        });
    }
    await window.jupyterapp.serviceManager.kernels.refreshRunning().catch(() => {});
    await new Promise((later) => setTimeout(later));  // what JupyterLab still asked of the kernel is reported to have failed now
}"""
OPEN = """async ([path, sidebar]) => {
    const {commands, shell} = window.jupyterapp;
    if ((shell.mode === 'multiple-document') !== sidebar) await commands.execute('application:toggle-mode');
    if (shell.leftCollapsed === sidebar) await commands.execute('application:toggle-left-area');
    await commands.execute('docmanager:open', {path});
}"""
RUN_CELL = """async (id) => {
    const {content} = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.widgets.findIndex((cell) => cell.model.id === id);
    await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
SHOW_ALL = """async () => {
    await window.jupyterapp.commands.execute('notebook:show-all-cell-outputs');
    document.querySelectorAll('.jp-Notebook details').forEach((answer) => { answer.open = true; });
}"""
OUTPUTS = """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === 'code').map((cell) => {
        const seen = (selector) => [...cell.node.querySelectorAll(selector)].filter((node) => node.checkVisibility());
        const [curtain] = seen('.jp-OutputPlaceholder');
        return [cell.model.id, curtain ? `collapsed: ${curtain.textContent}` : seen('.jp-OutputArea-output').length ? 'open' : 'none'];
    }))"""
USE_THEME = """async (theme) => {
    if (document.body.dataset.jpThemeName !== theme) await window.jupyterapp.commands.execute('apputils:change-theme', {theme});
}"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
CLEAR_ALL = "() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"

# What a server logs begins with "[E 2026-11-26 01:09:01.141 ServerApp] ", what a kernel logs with "[IPKernelApp] ERROR | "
# or, where nothing catches an error, with the traceback.
RECORD = re.compile(r"^(?=\[[A-Z] \d{4}-|\[\w+\] [A-Z]+ \| |Traceback )", re.MULTILINE)
ERROR = re.compile(r"\[[EC] \d{4}-|\[\w+\] (ERROR|CRITICAL) \| ")
# Errors that nothing in this repository causes, by their exact words.
FOREIGN_ERRORS = (
    # jupyter-server 2.21 answers "GET /api/kernels", which JupyterLab asks on its own, with 500 while a kernel starts,
    # and logs the traceback, the headers of the request, and the request.
    "TraitError: The 'last_activity' trait of a ServerKernelManager instance expected a datetime, not the NoneType None.",
    'ServerApp] {\n      "Host": ',
    "ServerApp] 500 GET /api/kernels?",
    # A kernel that is ended while it still starts, as `end_kernels` may do to that of the test before.
    "\nKeyboardInterrupt\n",
)


def find_browser() -> str | None:
    """The path of a Chromium that this machine has, or None. CHROMIUM in the environment names another."""
    names = (os.environ.get("CHROMIUM") or "", *BROWSERS)
    return next((path for name in names if name and (path := shutil.which(name))), None)


class Lab:
    """A JupyterLab server over `root` on a free loopback port, used as a context manager."""

    def __init__(self, root: Path, home: Path):
        self.root = root
        self.home = home
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.log = home / "server.log"

    def __enter__(self):
        self.set_theme("light")
        self.set("@jupyterlab/apputils-extension/notification", fetchNews="false", checkForUpdates=False)
        # Every cell is drawn, not only those in view, so that a test can look at all of them.
        self.set("@jupyterlab/notebook-extension/tracker", windowingMode="none")
        self.process = subprocess.Popen(self.command(), env=self.environment(), stderr=self.log.open("a"))
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception):
        self.stop()

    def command(self) -> list[str]:
        """How the server is started; as root, as in a container, it must be told that this is meant."""
        options = [f"--port={self.port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1", "--no-browser"]
        options += [f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}"]
        options += ["--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None", f"--LabApp.labextensions_path={self.extensions()}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--allow-root")
        return [sys.executable, "-m", "jupyterlab", *options]

    def extensions(self) -> Path:
        """A folder with the extensions that a reader's JupyterLab has: that for JupyterLite, which builds the site, is none of them."""
        folder = self.home / "labextensions"
        folder.mkdir(exist_ok=True)
        for extension in Path(sys.prefix, "share", "jupyter", "labextensions").iterdir():
            if extension.name != "@jupyterlite" and not (folder / extension.name).exists():
                (folder / extension.name).symlink_to(extension)
        return folder

    def environment(self) -> dict[str, str]:
        """The environment, with every folder that Jupyter writes to, and the reader's notes, inside `home`."""
        folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        folders += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
        own = {name: str(self.home / name.lower()) for name in folders}
        return os.environ | own | {"CASEBOOK_NOTES": str(self.home / "notes.json")}

    def set(self, plugin: str, **settings) -> None:
        """Change settings of a plugin; a page that is loaded afterwards has them."""
        path = self.home / "jupyterlab_settings_dir" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))

    def set_theme(self, theme: str) -> None:
        """Use the "light" or the "dark" theme in pages that are loaded from now on."""
        self.set("@jupyterlab/apputils-extension/themes", theme=THEMES[theme])

    def wait(self) -> None:
        """Return as soon as the server answers."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                self.request("api")
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        """End the server, which ends its kernels."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def request(self, path: str, method: str = "GET") -> bytes:
        """Ask the server's own interface."""
        address = f"http://127.0.0.1:{self.port}/{path}?token={self.token}"
        with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=20) as answer:
            return answer.read()

    def end_kernels(self) -> None:
        """End every kernel, so that the next notebook opened has a clean one."""
        for session in json.loads(self.request("api/sessions")):
            self.request(f"api/sessions/{session['id']}", "DELETE")

    def lists_kernels(self) -> bool:
        """Whether the server lists its kernels; while one starts it may answer 500 instead, see FOREIGN_ERRORS."""
        try:
            self.request("api/kernels")
        except urllib.error.HTTPError as error:
            if error.code != 500:
                raise
            return False
        return True

    def logged(self) -> int:
        """How long the log is now: what `complaints` takes to read what came later."""
        return self.log.stat().st_size

    def complaints(self, since: int) -> list[str]:
        """The errors and tracebacks, but for FOREIGN_ERRORS, that were logged since, once the server lists every kernel."""
        wait_until(self.lists_kernels, "the list of kernels")
        return complaints(self.log.read_bytes()[since:].decode(errors="replace"))

    def url(self) -> str:
        """The address of JupyterLab, as it is before anybody has arranged anything."""
        return f"http://127.0.0.1:{self.port}/lab?token={self.token}&reset"


def complaints(log: str) -> list[str]:
    """The records of a server's log that tell of an error which is none of FOREIGN_ERRORS."""
    errors = [record for record in RECORD.split(log) if ERROR.match(record) or "Traceback" in record]
    return [record for record in errors if not any(words in record for words in FOREIGN_ERRORS)]


def wait_until(condition, what: str = "", patience: float = PATIENCE) -> None:
    """Return as soon as `condition()` holds; fail after so many seconds with what was waited for."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited {patience} s in vain: {what}"
        time.sleep(0.02)  # leaves the processor to what is waited for


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(page, lab: Lab) -> None:
    """Load JupyterLab, and return when notebooks can be opened in it."""
    page.goto(lab.url())
    page.wait_for_function(STARTED, timeout=RUN_TIMEOUT)


def open_notebook(page, lab: Lab, notebook: str, sidebar: bool = False) -> None:
    """Open a notebook with a clean kernel in place of the one before, and return when that is ready to run cells.

    It is alone on the screen, or beside JupyterLab's sidebar with the file browser. Nothing is loaded again.
    """
    page.evaluate(CLOSE_ALL)
    lab.end_kernels()
    page.errors.clear()
    page.evaluate(OPEN, [notebook, sidebar])
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=RUN_TIMEOUT)
    page.wait_for_function(KERNEL_IS_IDLE, timeout=RUN_TIMEOUT, polling=POLLING)


def run_all(page) -> None:
    """Run every cell, and return when the last has finished and its outputs are drawn.

    Stored outputs and prompts are cleared first, so that whatever is there afterwards comes from this run.
    """
    page.set_default_timeout(RUN_TIMEOUT)
    page.evaluate(CLEAR_ALL)
    page.evaluate(RUN_ALL)
    page.wait_for_function(KERNEL_IS_IDLE, timeout=RUN_TIMEOUT, polling=POLLING)
    wait_for_pictures(page)


def run_cell(page, cell: str) -> None:
    """Run the cell with this id, and return when it has finished."""
    page.evaluate(RUN_CELL, cell)


def wait_for_pictures(page) -> None:
    """Return when every picture in the outputs is loaded."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-OutputArea img')].every(image => image.complete)"
    )


def outputs(page) -> dict[str, str]:
    """{cell id: "open", "none", or "collapsed: " with what stands in the output's place} for the code cells."""
    return page.evaluate(OUTPUTS)


def show_all(page) -> None:
    """Open every collapsed output and every folded answer."""
    page.evaluate(SHOW_ALL)
    wait_for_pictures(page)


def use_theme(page, theme: str) -> None:
    """Change to the "light" or the "dark" theme on the page that is open, and return when the veil that JupyterLab draws meanwhile is gone."""
    page.evaluate(USE_THEME, THEMES[theme])
    page.wait_for_function(
        "(light) => document.body.dataset.jpThemeLight === light && !document.getElementById('jupyterlab-splash')",
        arg="true" if theme == "light" else "false",
        polling=POLLING,
    )
