"""Pages exported without a kernel: a notebook of some cells is run, converted with its widgets' state, and served on the loopback.

The front-end files come from the npm registry's packages and from the anywidget that is installed; nothing comes from a CDN.
Without npm or the registry these tests are skipped with the reason, and fail where CI is set.

    def test_something(exported, page):          # `exported` is a fixture of conftest.py
        exported(page, "from helpers.widgets import ActivationExplorer", "ActivationExplorer()")
        assert page.errors == [] and page.foreign == []
"""

import functools
import shutil
import subprocess
import tarfile
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

from notebook_tools import KERNELSPEC
from oracles import missing, require

PACKAGES = ("@jupyter-widgets/html-manager@1.0.15", "requirejs@2.3.7")
WANTED = ("dist/embed-amd.js", "require.js")  # of each package
FETCH_TIMEOUT = 120  # seconds
PATHS = "<script>require.config({paths: {anywidget: '/anywidget'}})</script>"


def front_end(folder: Path) -> Path:
    """`folder` with embed-amd.js, require.js and anywidget.js in it; packages are fetched with npm once."""
    folder.mkdir(parents=True, exist_ok=True)
    if not all((folder / Path(name).name).is_file() for name in WANTED):
        fetch(folder)
    anywidget = Path(require("anywidget").__file__).parent / "nbextension" / "index.js"
    shutil.copyfile(anywidget, folder / "anywidget.js")
    return folder


def fetch(folder: Path) -> None:
    """Fetch the packages and take from each the one file that is wanted."""
    npm = shutil.which("npm") or missing("no npm on this machine, which fetches the front end of exported pages")
    for package, wanted in zip(PACKAGES, WANTED, strict=True):
        command = [npm, "pack", package, "--silent", "--pack-destination", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_TIMEOUT, cwd=folder)
        if done.returncode:
            missing(f"npm cannot fetch {package}: {done.stderr.strip()[-200:]}")
        archive = folder / done.stdout.split()[-1]
        with tarfile.open(archive) as files:
            (folder / Path(wanted).name).write_bytes(files.extractfile(f"package/{wanted}").read())
        archive.unlink()


@contextmanager
def exporting_kernel():
    """The manager of a kernel that runs one notebook after the other; the first that is exported starts it."""
    manager = AsyncKernelManager(kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager())
    yield manager
    if manager.has_kernel:
        run_sync(manager.shutdown_kernel)(now=True)


def export(manager: AsyncKernelManager, folder: Path, *cells: str) -> None:
    """Run a notebook of these cells, and write it with the state of its widgets to `folder`/index.html."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": KERNELSPEC})
    client = NotebookClient(notebook, km=manager, resources={"metadata": {"path": str(folder)}}, store_widget_state=True)
    client.execute(cleanup_kc=False)
    client.kc.stop_channels()
    exporter = HTMLExporter(
        require_js_url="/require.js", widget_renderer_url="/embed-amd.js", mathjax_url="/none.js", mermaid_js_url="/none.js"
    )
    page, _ = exporter.from_notebook_node(notebook)
    (folder / "index.html").write_text(page.replace("</head>", PATHS + "</head>", 1), encoding="utf-8")
    (folder / "none.js").write_text("")


@contextmanager
def served(folder: Path, handler=None):
    """The address under which `folder` is served on the loopback, by `handler`, which is Quiet where none is given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler or Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    """A handler that does not write each request to the terminal; there is no icon, and nobody minds."""

    def log_message(self, *arguments):
        """Say nothing."""

    def do_GET(self):
        """Serve files, and an empty icon."""
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()


def watch(page) -> None:
    """List what the page asks of other hosts in `page.foreign`; the browser refuses it, see BROWSER_ARGUMENTS."""
    page.foreign = []

    def look(request):
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            page.foreign.append(request.url)

    page.on("request", look)
