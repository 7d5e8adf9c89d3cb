"""The grader's end of the line: a worker for one learner's notebook, started, asked with a limit of time, and ended in any case."""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from helpers.exercises.grading.peer import Nonsense, Peer

ROOT = Path(__file__).resolve().parents[3]
LONGEST = 16 * 2**20  # bytes of one message
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE", "LD_LIBRARY_PATH")
PATIENCE, GRACE = 2, 5
"""By the clock a cell has twice its seconds of the processor (the machine may be busy), and some to be interrupted, before it is ended."""


@dataclass(frozen=True)
class Limits:
    """What a notebook may use: seconds by the clock in all, seconds of the processor for a cell or a check, megabytes."""

    total: float = 600.0
    seconds: float = 30.0
    memory: int = 2048


class Ended(Exception):
    """The worker is no more; the message says how it ended."""


class Process:
    """A worker in a folder of its own; use it in a `with`.

    Parameters
    ----------
    limits : Limits
    end : float
        The moment, by time.monotonic, at which the notebook's time is over.
    beside : Path
        The folder whose files, but for notebooks, lie beside the learner's notebook.
    """

    def __init__(self, limits, end, beside):
        self.limits, self.end = limits, end
        self.ended = None
        self.folder = Path(tempfile.mkdtemp(prefix="casebook-")).resolve()
        shutil.copytree(beside, self.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.ipynb", ".*", "my_*", "__pycache__"))
        settings = json.dumps({"memory": limits.memory, "total": limits.total, "seconds": limits.seconds})
        own_group = {"start_new_session": True} if os.name == "posix" else {}
        self.child = subprocess.Popen(
            [sys.executable, "-P", "-m", "helpers.exercises.grading.worker", settings], cwd=self.folder, env=self._environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **own_group,
        )  # fmt: skip
        self.inbox = queue.Queue(maxsize=4)
        threading.Thread(target=self._listen, daemon=True).start()
        self.peer = Peer(self._receive, self._send, {"call": self._called_back})
        self.until = time.monotonic() + 60  # starting takes its time on a busy machine
        self.ready = self._ready()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self):
        """Nothing of the grader's but what Python and Matplotlib need to start: no tokens, no notes."""
        own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
        place = {"CASEBOOK_NOTES": str(self.folder / "my_notes.json"), "IPYTHONDIR": str(self.folder / ".ipython"), "TMPDIR": str(self.folder)}
        return own | threads | place | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "MPLBACKEND": "agg"}

    # ------------------------------------------------------------ asking

    def ask(self, do, **what):
        """What the worker answers within the time that one cell or one check has; Ended where there is none."""
        self.start_clock()
        return self.peer.ask(do, **what)

    def start_clock(self):
        """From now on count the seconds of one cell or one check."""
        self.until = min(time.monotonic() + PATIENCE * self.limits.seconds + GRACE, self.end)

    def values(self, names):
        """{name: value} of the learner's variables that there are."""
        told = self.ask("get", names=names)
        return {name: self._read(told[name]) for name in names if name in told}

    def run_beside(self, function, helper, *arguments):
        """helper(function, *arguments) in the worker; for `calling.beside`."""
        written = self.peer.wire.write(list(arguments))
        told = self.peer.ask("beside", module=helper.__module__, helper=helper.__name__, f=function.lent, arguments=written)
        return self._read(told)

    def execute(self, text, space):
        """Run a text in the worker, and put stand-ins for its functions into `space`; for `calling.execute`."""
        for name, value in self.peer.ask("execute", text=text).items():
            space[name] = self._read(value)

    def _read(self, value):
        try:
            return self.peer.wire.read(value)
        except (ValueError, RecursionError):
            self._end("sent nonsense")

    def _called_back(self, f, arguments):
        """A function of the check's that the learner's function was given and calls."""
        function = self.peer.wire.lent[f]
        given, named = self.peer.wire.read(arguments)
        return {"result": self.peer.wire.write(function(*given, **named)), "after": self.peer.wire.write(given)}

    # ------------------------------------------------------------ the line

    def _ready(self):
        try:
            return self._receive() == {"ready": True}
        except Ended:
            return False

    def _listen(self):
        """Take in what the worker says, as long as it says it in lines of a sensible length."""
        with contextlib.suppress(OSError, ValueError):
            while line := self.child.stdout.readline(LONGEST):
                self.inbox.put(line)
        self.inbox.put(None)

    def _receive(self):
        if self.ended:
            raise Ended(self.ended)
        try:
            if (left := self.until - time.monotonic()) <= 0:  # also where it never stops asking
                raise queue.Empty
            line = self.inbox.get(timeout=left)
        except queue.Empty:
            over = self.end <= time.monotonic()
            self._end(f"was stopped: the {self.limits.total:g} s of the notebook were over" if over else
                      f"was not done within {PATIENCE * self.limits.seconds:g} s by the clock")  # fmt: skip
        if line is None:
            self._end("")
        try:
            message = json.loads(line)
            if not isinstance(message, dict):
                raise ValueError("no message")
        except (ValueError, RecursionError):
            self._end("sent nonsense")
        return message

    def _send(self, message):
        if self.ended:
            raise Ended(self.ended)
        try:
            watch = threading.Timer(max(0.0, self.until - time.monotonic()), self.child.kill)  # for a worker that does not read
            watch.start()
            self.child.stdin.write(json.dumps(message).encode() + b"\n")
            self.child.stdin.flush()
        except OSError:
            self._end("")
        finally:
            watch.cancel()

    def _end(self, how):
        """End the worker and say how it went; an empty `how` is what the system tells."""
        self._kill()
        self.ended = how or _told(self.child.returncode)
        raise Ended(self.ended) from None

    def _kill(self):
        """End the worker and all of its group."""
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(self.child.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.child.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


def _told(status):
    """How a process ended, in words."""
    if status is not None and status < 0:
        with contextlib.suppress(ValueError):
            return f"ended the process ({signal.Signals(-status).name})"
    return f"ended the process (exit status {status})"


__all__ = ["Ended", "Limits", "Nonsense", "Process"]
