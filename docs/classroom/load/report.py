"""What a class takes from the machine, and the table of a load test."""

import os
import statistics
from collections import defaultdict

import psutil
from load.running import Hub
from load.visit import Times

MIB = 2**20
ROWS = ("server", "open", "run all", "cell", "widget, few at once", "widget, all at once", "save")
BROWSER_ROWS = ("JupyterLab in a browser", "open in a browser", "run all in a browser", "widget in a browser")
NAMES = {
    "server": "sign in, until JupyterLab answers",
    "open": "open the notebook, until its kernel answers",
    "run all": "run all its cells",
    "cell": "one cell",
    "save": "save",
    "widget, few at once": "one place of a dragged slider, answered by Python",
    "widget, all at once": "the same while everybody drags",
    "widget in a browser": "one place of a slider that needs no Python, in a browser",
}
KINDS = {"server": "a learner's server", "kernel": "a notebook's kernel", "hub": "hub and its culler", "proxy": "proxy"}


def consumption(hub: Hub) -> dict[str, dict[str, list[float]]]:
    """{who: {"MiB": proportional memory of each process, "seconds": processor time of each}}, who being hub, proxy, server or kernel."""
    taken = defaultdict(lambda: defaultdict(list))
    for process in hub.processes():
        try:
            with process.oneshot():
                words = " ".join(process.cmdline())
                memory, times = process.memory_full_info().pss / MIB, process.cpu_times()
        except psutil.Error:  # it ended in this moment
            continue
        kinds = {"kernel": "ipykernel", "server": "jupyterhub.singleuser", "proxy": "configurable-http-proxy", "hub": "jupyterhub"}
        kind = next((kind for kind, word in kinds.items() if word in words), "other")
        taken[kind]["MiB"].append(memory)
        taken[kind]["seconds"].append(times.user + times.system)
    return taken


def table(times: Times, taken: dict, learners: int, options: str) -> str:
    """The result in Markdown."""
    lines = [f"`{options}`, {os.cpu_count()} cores: {learners} learners, {len(times.errors)} errors.", ""]
    lines += ["| | times | median | 95 % | slowest |", "|---|---|---|---|---|"]
    for what in (*ROWS, *BROWSER_ROWS):
        if seconds := sorted(times.seconds[what]):
            high = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
            cells = (NAMES.get(what, what), len(seconds), *map(shown, (statistics.median(seconds), high, seconds[-1])))
            lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += ["", "| | processes | memory, each | memory, largest | processor, each |", "|---|---|---|---|---|"]
    for kind, name in KINDS.items():
        memory, seconds = taken[kind]["MiB"], taken[kind]["seconds"]
        if memory:
            each = f"{statistics.mean(memory):.0f} MiB | {max(memory):.0f} MiB | {statistics.mean(seconds):.1f} s"
            lines.append(f"| {name} | {len(memory)} | {each} |")
    together = sum(sum(one["MiB"]) for one in taken.values())
    per = sum(sum(taken[kind]["MiB"]) for kind in ("server", "kernel")) / max(1, learners)
    work = sum(sum(taken[kind]["seconds"]) for kind in ("server", "kernel")) / max(1, learners)
    lines += ["", f"A learner: {per:.0f} MiB and {work:.1f} s of processor time. All together: {together / 1024:.1f} GiB."]
    return "\n".join(lines)


def shown(seconds: float) -> str:
    """A time as one reads it."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
