"""Mathematics as HTML, made by KaTeX while pages and slides are built: they need its style sheet and its fonts, and no script.

    with Formulas() as formulas:
        formulas.html("a^2")
    extensions = ["formulas"]       Sphinx's pages have it in place of MathJax
"""

import json
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.util.logging import getLogger

from frontend import katex

PROGRAM = Path(__file__).with_name("katex.js")


class Formulas:
    """KaTeX in one process of Node, as a context manager; the process begins with the first formula."""

    node = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.node:
            self.node.stdin.close()
            self.node.wait(timeout=30)
            self.node.stdout.close()
            self.node = None

    def html(self, tex: str, display: bool = False, mathml: bool = False) -> str:
        """The formula as HTML; as MathML alone for a page without KaTeX's style sheet, such as the window of the notes.

        Raises ValueError where KaTeX cannot read it, with its own words.
        """
        if not self.node:
            command = ["node", str(PROGRAM), str(katex() / "katex.min.js")]
            self.node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        print(json.dumps({"tex": tex, "display": display, "mathml": mathml}), file=self.node.stdin, flush=True)
        answer = json.loads(self.node.stdout.readline())
        if "error" in answer:
            raise ValueError(f"the formula {tex!r} cannot be typeset: {answer['error']}")
        return answer["html"]


def setup(app):
    """Sphinx's extension: KaTeX as its renderer of mathematics. A formula that cannot be typeset is a warning at its place."""
    formulas, logger = Formulas(), getLogger(__name__)

    def visit(translator, node, tag, display):
        try:
            html = formulas.html(node.astext(), display)
        except ValueError as error:
            logger.warning("%s", error, location=node, type="formulas")
            html = ""
        translator.body.append(translator.starttag(node, tag, "", CLASS="math notranslate nohighlight") + html + f"</{tag}>")
        raise nodes.SkipNode

    def inline(translator, node):
        visit(translator, node, "span", display=False)

    def displayed(translator, node):
        visit(translator, node, "div", display=True)

    app.add_html_math_renderer("katex", (inline, None), (displayed, None))
    app.add_css_file("katex/katex.min.css")
    app.connect("build-finished", lambda app, exception: formulas.__exit__())
    return {"parallel_read_safe": True, "parallel_write_safe": False}
