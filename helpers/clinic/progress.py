"""One line that says what is going on, where something takes long: overwritten in place, and gone at the end.

On a terminal it is written to stderr, in Jupyter to a display of its own; elsewhere (files, pipes, tests) nothing is said, nor in
notebooks that are run to store their outputs, since those may not depend on how fast a machine is.
"""

import contextlib
import os
import sys
import time

PATIENCE = 2.0
"""Seconds before anything is said."""

_AGAIN = 0.3  # seconds between two lines
_COLUMNS = 79


class Progress:
    """Say one line, again and again.

        with Progress() as say:
            say("measuring the loss")

    out : text stream, optional
        None: sys.stderr as it is now, since learners' code runs with another one.
    """

    def __init__(self, out=None):
        self.out = sys.stderr if out is None else out
        self.began = self.last = time.perf_counter()
        self.written, self.display = "", None
        self.kind = "terminal" if _is_terminal(self.out) else "nowhere"
        if out is None and _in_jupyter():
            self.kind = "nowhere" if "CASEBOOK_NOTES" in os.environ else "jupyter"

    def __enter__(self):
        return self

    @property
    def seconds(self):
        """Since it began."""
        return time.perf_counter() - self.began

    def __call__(self, text):
        """Say it, if it lasts long already and not much was said in between."""
        now = time.perf_counter()
        if self.kind == "nowhere" or now - self.began < PATIENCE or now - self.last < _AGAIN:
            return
        self.last = now
        self._show(f"{text}, {now - self.began:.0f} s …"[:_COLUMNS])

    def tried(self, number, seconds=None):
        """Say how many repairs were tried."""
        self(f"tried {number:,} repair{'' if number == 1 else 's'}")

    def _show(self, text):
        with contextlib.suppress(Exception):  # no report is lost because of a line that cannot be written
            if self.kind == "jupyter":
                self._displayed(text)
            else:
                self.out.write(f"\r{text.ljust(len(self.written))}")
                self.out.flush()
        self.written = text

    def _displayed(self, text):
        from IPython.display import Pretty, display

        if self.display is None:
            self.display = display(Pretty(text), display_id=True)
        else:
            self.display.update(Pretty(text))

    def __exit__(self, *error):
        if self.written:
            with contextlib.suppress(Exception):
                if self.kind == "jupyter":
                    self._displayed("")
                else:
                    self.out.write(f"\r{' ' * len(self.written)}\r")
                    self.out.flush()


def _is_terminal(out):
    try:
        return bool(out.isatty())
    except Exception:
        return False


def _in_jupyter():
    """Whether a notebook's kernel shows what is displayed."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"
