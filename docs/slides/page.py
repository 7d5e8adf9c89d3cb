"""A deck's notebook as a page of reveal.js: nbconvert's exporter of slides, with a template and mathematics of its own."""

from pathlib import Path

from jinja2 import pass_context
from nbconvert import SlidesExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets.config import Config

from formulas import Formulas

HERE = Path(__file__).parent


class Renderer(IPythonRenderer):
    """nbconvert's Markdown, with its formulas typeset."""

    def __init__(self, formulas: Formulas, mathml: bool):
        super().__init__(escape=False, exclude_anchor_links=True)
        self.formulas, self.mathml = formulas, mathml

    def block_math(self, body: str) -> str:
        """A formula on lines of its own."""
        return f"<div>{self.formulas.html(body, True, self.mathml)}</div>"

    def inline_math(self, body: str) -> str:
        """A formula in a line."""
        return self.formulas.html(body, False, self.mathml)


class Exporter(SlidesExporter):
    """Writes a deck's page; its files lie in vendor/ beside it."""

    def __init__(self, formulas: Formulas):
        config = Config()
        config.TemplateExporter.extra_template_basedirs = [str(HERE)]
        config.SlidesExporter.template_name = "template"
        config.SlidesExporter.exclude_input_prompt = config.SlidesExporter.exclude_output_prompt = True
        self.formulas = formulas
        super().__init__(config=config)

    @pass_context
    def markdown2html(self, context, source: str) -> str:
        """Markdown for a slide."""
        return MarkdownWithMath(renderer=Renderer(self.formulas, mathml=False)).render(source)

    def markdown2notes(self, source: str) -> str:
        """Markdown for the speaker's window."""
        return MarkdownWithMath(renderer=Renderer(self.formulas, mathml=True)).render(source)

    def default_filters(self):
        """nbconvert's filters and those above."""
        yield from super().default_filters()
        yield ("markdown2notes", self.markdown2notes)


def page(deck: NotebookNode, title: str, player: str, formulas: Formulas) -> str:
    """The page of a deck; `player` is the module that brings its widgets to life."""
    text, _ = Exporter(formulas).from_notebook_node(deck, {"deck": {"title": title, "player": player}})
    return text
