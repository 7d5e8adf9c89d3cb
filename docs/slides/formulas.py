"""Mathematics as HTML, made by KaTeX while the deck is built: the page needs its style sheet and its fonts, and no script."""

import json
import subprocess
from pathlib import Path


class Formulas:
    """KaTeX in one process of node, as a context manager."""

    def __init__(self, katex: Path):
        self.katex = katex

    def __enter__(self):
        command = ["node", str(Path(__file__).with_name("katex.js")), str(self.katex)]
        self.node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        return self

    def __exit__(self, *exception):
        self.node.stdin.close()
        self.node.wait(timeout=30)
        self.node.stdout.close()

    def html(self, tex: str, display: bool = False, mathml: bool = False) -> str:
        """The formula as HTML; as MathML alone for a page without KaTeX's style sheet, such as the window of the notes.

        Raises ValueError where KaTeX cannot read it, with its own words.
        """
        print(json.dumps({"tex": tex, "display": display, "mathml": mathml}), file=self.node.stdin, flush=True)
        answer = json.loads(self.node.stdout.readline())
        if "error" in answer:
            raise ValueError(f"the formula {tex!r} cannot be typeset: {answer['error']}")
        return answer["html"]
