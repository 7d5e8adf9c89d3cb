"""nbval's run of a notebook, kept: the site shows it, and the solutions are tried in it, so that no notebook runs again for either.

nbval executes and compares as ever. Its kernel is listened to, by what writes a run's outputs and the state of its widgets elsewhere too
(nbclient); a run whose cells have all ended without an error is left where the site's build looks for it (docs/executed.py), with what
solution_trial.py has noted beside it.
"""

import os
import sys
import tempfile
from copy import deepcopy
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbval.plugin import IPyNbFile

import solution_trial
from notebook_tools import NOTEBOOKS, ROOT, code_cells

REPLY_TIMEOUT = 120  # seconds


class KeptNotebook(IPyNbFile):
    """nbval's notebook, whose run is kept."""

    def setup(self):
        """Start the kernel, in which the trials can be imported."""
        self.folder = tempfile.TemporaryDirectory(prefix="casebook-trials-")
        self.record = Path(self.folder.name) / "tried"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(solution_trial.RECORD, str(self.record))
            patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT / "tests"), os.environ.get("PYTHONPATH")])))
            self.place = executed().place(self.path, executed().CACHE)
            super().setup()
        self.kernel = Heard(self.kernel, self.nb)

    def teardown(self):
        """Stop the kernel; keep the run, unless what it depends on was changed meanwhile."""
        super().teardown()
        with self.folder:
            if self.kernel is not None and self.kernel.ended_well() and executed().place(self.path, executed().CACHE) == self.place:
                executed().keep(executed().shown(self.kernel.run()), self.place)
                solution_trial.keep(self.record, self.place)


class Heard:
    """nbval's kernel with a listener: what each cell sends is written into a copy of the notebook; before a check its solution is tried."""

    def __init__(self, kernel, notebook):
        self.kernel, self.trials = kernel, solution_trial.calls(notebook)
        self.client = NotebookClient(deepcopy(notebook), store_widget_state=True, record_timing=False)
        self.client.reset_execution_trackers()
        self.client.clear_before_next_output = False  # nbclient sets it where it runs a cell itself
        self.ahead = [(index, cell) for index, cell in enumerate(self.client.nb.cells) if cell.cell_type == "code"]
        for _, cell in self.ahead:
            cell.outputs, cell.execution_count = [], None
        self.unended, self.asked = len(self.ahead), None

    def __getattr__(self, name):
        return getattr(self.kernel, name)

    def execute_cell_input(self, source, allow_stdin=None):
        """Ask the kernel to run the next of the cells that has this source, as nbval does, and return the message's id."""
        while self.ahead:
            self.index, self.cell = self.ahead.pop(0)
            if self.cell.source == source:
                break
        if call := self.trials.get(self.cell.id):
            message = self.kernel.kc.execute(call, silent=True, allow_stdin=False)
            self.kernel.await_reply(message, timeout=REPLY_TIMEOUT)
        self.asked = self.kernel.execute_cell_input(source, allow_stdin)
        return self.asked

    def get_message(self, stream, timeout=None):
        """The kernel's next message, which nbval reads, written down on its way."""
        message = self.kernel.get_message(stream, timeout=timeout)
        if message["parent_header"].get("msg_id") == self.asked:
            try:
                self.client.process_message(message, self.cell, self.index)
            except CellExecutionComplete:
                self.unended -= 1
        return message

    def ended_well(self):
        """Whether every cell was run to its end, without an error."""
        return not self.unended and not any(output.output_type == "error" for cell in code_cells(self.client.nb) for output in cell.outputs)

    def run(self):
        """The notebook as it was run, with the state of its widgets."""
        self.client.set_widgets_metadata()
        return self.client.nb


def executed():
    """docs/executed.py, where the site's build keeps runs."""
    sys.path.append(str(ROOT / "docs"))
    try:
        import executed
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return executed


def keeping(collector):
    """In place of nbval's collector of a chapter one that keeps its run; any other as it is."""
    if isinstance(collector, IPyNbFile) and collector.path.parent == NOTEBOOKS:
        return KeptNotebook.from_parent(collector.parent, path=collector.path)
    return collector
