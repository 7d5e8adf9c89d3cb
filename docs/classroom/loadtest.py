"""A class on this machine: `python docs/classroom/loadtest.py --learners 30 --at-once 2` starts a hub on loopback, and ends it.

So many learners come in, open a notebook, run all its cells and drag a widget: `--at-once` of them side by side, the others when these are done.
All stay until the last has come; then everybody drags at once. They speak to their servers as JupyterLab does, over the same addresses and
websockets; the first `--browsers` of them do it in a real Chromium. The table is printed in Markdown. Ctrl-C ends everything.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import psutil
from load.browser import find_browser, visit_in_browser
from load.learner import Learner
from load.report import consumption, table
from load.running import Hub
from load.visit import Times, drag, visit

PAUSE = 0.2  # seconds between two places of a slider, where everybody drags


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 where something went wrong for somebody."""
    options = parsed(arguments)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell started this in the background
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: what was started is ended
    times = Times()
    with tempfile.TemporaryDirectory(prefix="casebook-class-") as folder, everything_ends():
        said(f"starting a hub for {options.learners} learners, {options.at_once} at once")
        with Hub(Path(folder)) as hub, contextlib.ExitStack() as leaving:
            learners = [leaving.enter_context(Learner(hub.url, f"learner-{n}")) for n in range(1, options.learners + 1)]
            come(hub.url, learners, options, times)
            taken = consumption(hub)
            together(learners[options.browsers :], options.drags, times)
    for error in times.errors:
        print(error, file=sys.stderr)
    command = f"python docs/classroom/loadtest.py --learners {options.learners} --at-once {options.at_once} --browsers {options.browsers}"
    print(table(times, taken, options.learners, command))
    return bool(times.errors)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The options, checked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--learners", default=30, help="how many learners come (30)", **number)
    parser.add_argument("--at-once", default=os.cpu_count() or 1, help="how many of them at the same time (as many as there are cores)", **number)
    parser.add_argument("--browsers", default=3, help="how many of them use a real Chromium (3)", **number)
    parser.add_argument("--drags", default=30, help="through how many places each drags a slider (30)", **number)
    parser.add_argument("--minutes", default=45, help="give up after so long (45)", **number)
    parser.add_argument("--notebook", default="notebooks/03_loss.ipynb", help="which notebook they run; it must show a LossExplorer")
    options = parser.parse_args(arguments)
    for name, least in (("learners", 1), ("at_once", 1), ("browsers", 0), ("drags", 1), ("minutes", 1)):
        if getattr(options, name) < least:
            parser.error(f"--{name.replace('_', '-')} is {getattr(options, name)}, expected {least} or more")
    options.browsers = min(options.browsers, options.learners)
    if options.browsers and not find_browser():
        parser.error("there is no Chromium on this machine for --browsers; with --browsers 0 all learners do without")
    return options


def come(url: str, learners: list[Learner], options: argparse.Namespace, times: Times) -> None:
    """All visits, so many at once; what goes wrong for one does not stop the others."""
    deadline = time.monotonic() + options.minutes * 60

    def one(n: int) -> None:
        if n < options.browsers:
            visit_in_browser(url, learners[n].name, options.notebook, options.drags, times)
        else:
            visit(learners[n], options.notebook, options.drags, times)

    with ThreadPoolExecutor(options.at_once) as pool:
        running = {pool.submit(one, n): learners[n].name for n in range(len(learners))}
        try:
            for done, future in enumerate(as_completed(running, timeout=deadline - time.monotonic()), 1):
                if error := future.exception():
                    times.wrong(running[future], f"{type(error).__name__}: {error}")
                said(f"{done} of {len(learners)} have been there, {len(times.errors)} errors")
        except TimeoutError:
            times.wrong("all", f"gave up after {options.minutes} minutes")
        except BaseException:
            end_children()  # whoever waits for an answer gets none, and the threads end
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def together(learners: list[Learner], drags: int, times: Times) -> None:
    """Everybody who speaks without a browser drags at the same time."""
    present = [learner for learner in learners if learner.widgets]
    said(f"{len(present)} drag at once")
    with ThreadPoolExecutor(max(1, len(present))) as pool:
        running = {pool.submit(_come_back, learner, drags, times): learner.name for learner in present}
        for future, name in running.items():
            if error := future.exception():
                times.wrong(name, f"{type(error).__name__}: {error}")


def _come_back(learner: Learner, drags: int, times: Times) -> None:
    learner.connect()
    drag(learner, drags, times, "widget, all at once", PAUSE)


@contextlib.contextmanager
def everything_ends():
    """End every process that was started inside and is still there."""
    try:
        yield
    finally:
        end_children()


def end_children() -> None:
    """End the hub with all servers, and browsers."""
    left = psutil.Process().children(recursive=True)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=10)


def said(text: str) -> None:
    """Tell on the error output how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
