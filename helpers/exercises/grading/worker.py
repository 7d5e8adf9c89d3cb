"""The process in which one learner's notebook runs: its cells, and the functions that are its answers.

Started by `process`, with limits of time, memory and files; speaks over the pipes that were its standard input and output. It is as
honest as the learner's code lets it be: whatever it says is taken for the learner's own answer, and nothing else.
"""

import contextlib
import importlib
import json
import os
import signal
import sys

from helpers.exercises.grading.guard import guard, limit
from helpers.exercises.grading.peer import Peer
from helpers.exercises.outcome import raised


class Worker:
    """What the grader can ask for.

    Parameters
    ----------
    seconds : float
        Of the processor, that one cell or one call of an answer's function may take.
    """

    def __init__(self, receive, send, seconds):
        duties = {"run": self.run, "get": self.get, "forget": self.forget, "call": self.call, "beside": self.beside, "execute": self.execute}
        self.peer = Peer(receive, send, duties, caught=BaseException)
        self.seconds = seconds
        self.shell = quiet_shell()
        self.run_cell = self.shell.run_cell  # its own, whatever a cell puts into its place

    def run(self, source):
        """Run a cell; what it raised, in words, or None."""
        with self.in_time():
            result = self.run_cell(source, store_history=False, silent=True)
        error = result.error_before_exec or result.error_in_exec
        return raised(error) if error is not None else None

    def get(self, names):
        """The values of these variables, those that there are."""
        space = self.shell.user_ns
        return {name: self.peer.wire.write(space[name]) for name in names if name in space}

    def forget(self, names):
        """Delete these variables."""
        for name in names:
            self.shell.user_ns.pop(name, None)

    def call(self, f, arguments):
        """Call a function of the learner's; its result, and its arguments as they are afterwards."""
        function = self.peer.wire.lent[f]
        given, named = self.peer.wire.read(arguments)
        try:
            with self.in_time():
                result = function(*given, **named)
        except BaseException as error:
            with contextlib.suppress(Exception):
                error.of_function = function
            raise
        return {"result": self.peer.wire.write(result), "after": self.peer.wire.write(given)}

    def beside(self, module, helper, f, arguments):
        """A helper of a check that looks at more of a function than what it returns."""
        with self.in_time():
            result = getattr(importlib.import_module(module), helper)(self.peer.wire.lent[f], *self.peer.wire.read(arguments))
        return self.peer.wire.write(result)

    def execute(self, text):
        """Run a text of the project's in which one line is the learner's; the functions that it defines."""
        space = {"np": importlib.import_module("numpy")}
        with self.in_time():
            exec(compile(text, "<brought>", "exec"), space)
        return {name: self.peer.wire.write(value) for name, value in space.items() if callable(value) and not name.startswith("_")}

    @contextlib.contextmanager
    def in_time(self):
        """Interrupt what takes too much of the processor; what waits, or is not to be interrupted, is ended by the grader's clock."""
        if not hasattr(signal, "setitimer"):
            yield
            return

        def stop(number, frame):
            raise TimeoutError(f"not done within {self.seconds:g} s")

        signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, self.seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)


def quiet_shell():
    """An IPython, for magics and await, that shows and keeps nothing."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    shell = InteractiveShell.instance(config=config)
    shell.display_formatter.active_types = []  # display(...) formats nothing
    shell.enable_gui = lambda gui=None: None  # %matplotlib asks for it
    shell.showtraceback = shell.showsyntaxerror = lambda *arguments, **named: None
    return shell


def main():
    """Take over the pipes, set the limits, and answer until the grader has left."""
    settings = json.loads(sys.argv[1])
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)

    def receive():
        if not (line := questions.readline()):
            os._exit(0)
        return json.loads(line)

    def send(message):
        answers.write(json.dumps(message).encode() + b"\n")
        answers.flush()

    limit(settings["memory"], settings["total"])
    for module in ("ctypes", "matplotlib.font_manager"):  # they write, or look for libraries, when they are imported
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    worker = Worker(receive, send, settings["seconds"])
    guard(os.getcwd())
    send({"ready": True})
    while True:
        worker.peer.serve(receive())


if __name__ == "__main__":
    main()
