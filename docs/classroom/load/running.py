"""A class server that is started for a while on loopback, with settings and ports of its own, and leaves nothing running."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil

CONFIG = Path(__file__).resolve().parents[1] / "jupyterhub_config.py"
PATIENCE = 60  # seconds for the hub to answer, or to end


class Hub:
    """`with Hub(folder) as hub:` runs a class server over `folder`; anyone may sign in, from this machine alone.

    `settings` are those of settings.toml. Its parts are `hub.url`, the text of `hub.log`, and `hub.processes()`.
    """

    def __init__(self, folder: Path, **settings):
        self.folder = folder
        port, *inner = free_ports(3)
        self.settings = {"sign_in": "anyone", "port": port, "inner_ports": inner} | settings
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "hub.log"

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        # What JSON writes of texts, numbers, booleans and lists is TOML, too.
        (self.folder / "settings.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in self.settings.items()))
        environment = os.environ | {"CASEBOOK_CLASS": str(self.folder)}
        command = [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)]
        with self.log.open("a") as log:
            # A session of its own, so that Ctrl-C reaches the caller alone, who then ends the hub in order.
            self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception):
        self.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/hub/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the class server did not start:\n{self.log.read_text()[-3000:]}")

    def processes(self) -> list[psutil.Process]:
        """The hub, its services, and every process of the learners."""
        try:
            hub = psutil.Process(self.process.pid)
            return [hub, *hub.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def stop(self) -> None:
        """End the hub, which ends all others; what is left then, as after a crash, is ended one by one."""
        started = self.processes()
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main_thread() else None  # a second Ctrl-C leaves nothing behind either
        try:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            _, left = psutil.wait_procs(started, timeout=3)
            for process in left:
                process.kill()
            psutil.wait_procs(left, timeout=10)
        finally:
            if handler is not None:
                signal.signal(signal.SIGINT, handler)


def is_main_thread() -> bool:
    """Whether this thread may set what a signal does."""
    return threading.current_thread() is threading.main_thread()


def free_ports(n: int) -> list[int]:
    """So many different ports of the loopback interface that nobody uses now."""
    probes = [socket.socket() for _ in range(n)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
