"""What one learner does in a lesson, timed: come in, open a notebook, run all its cells, drag a widget, save."""

import threading
import time
from collections import defaultdict
from contextlib import contextmanager

from load.learner import Learner

LOGITS = {"kind": "logits", "true": 0}
"""What the logits view of LossExplorer asks Python while one of its sliders is dragged."""
PLACES = [[z / 10, 0.0, -1.0] for z in range(-50, 50)]


class Times:
    """Seconds by what was done, and what went wrong; several threads write into it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    @contextmanager
    def of(self, what: str):
        """Time what is done inside."""
        start = time.perf_counter()
        yield
        self.add(what, time.perf_counter() - start)

    def add(self, what: str, seconds: float) -> None:
        """Note how long something took."""
        with self.lock:
            self.seconds[what].append(seconds)

    def wrong(self, name: str, what: str) -> None:
        """Note an error."""
        with self.lock:
            self.errors.append(f"{name}: {what}")


def visit(learner: Learner, notebook: str, drags: int, times: Times) -> None:
    """A first visit, spoken to the server as JupyterLab speaks to it. The kernel stays, as that of a learner who reads on."""
    with times.of("server"):
        learner.sign_in()
        learner.start_server()
    with times.of("open"):
        content = learner.open(notebook)
    with times.of("run all"):
        for cell in content["cells"]:
            if cell["cell_type"] == "code":
                with times.of("cell"):
                    messages = learner.run(cell["source"])
                for message in messages:
                    if message["msg_type"] == "error":
                        times.wrong(learner.name, f"cell {cell.get('id')}: {message['content']['evalue']}")
    drag(learner, drags, times, "widget, few at once")
    with times.of("save"):
        learner.save(notebook, content)


def drag(learner: Learner, drags: int, times: Times, what: str, pause: float = 0.0) -> None:
    """Drag a slider of the first LossExplorer through so many places, `pause` seconds apart."""
    widget = next((comm for comm, name in learner.widgets.items() if name.endswith("LossExplorer")), None)
    if widget is None:
        raise RuntimeError("the notebook shows no LossExplorer to drag")
    for place in (PLACES * (1 + drags // len(PLACES)))[:drags]:
        with times.of(what):
            answer = learner.ask(widget, LOGITS | {"logits": place})
        if "answer" not in answer:
            times.wrong(learner.name, f"the widget says {answer}")
        time.sleep(pause)
