"""A tiny notebook that keeps every rule, on which the tests plant faults. It needs none of the helpers."""

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

SETUP = '''from IPython.display import HTML, display

class exercises:
    """Stands for helpers.exercises."""
    def check_double(answer):
        print("Not attempted yet." if answer is ... else "Right." if answer == 4 else "Wrong.")
    check_triple = check_square = check_double'''

FIGURE = f'''display(HTML(
    '<figure><img alt="a line that ends at 0.6931" src="data:image/png;base64,{PIXEL}">'
    "<figcaption>The line ends at 0.6931.</figcaption></figure>"))'''

TITLE = """# 00 A sample

About 5 minutes. The loss is $-\\ln p$, that is

$$
L = -\\ln p
$$

as [the last section](#What-you-can-do-now) says."""


def exercise(slug: str) -> list[NotebookNode]:
    """The five cells of one exercise."""
    hints = "<details><summary>Hint</summary>\n\nTwice two.\n\n</details>"
    solution = (
        "<details><summary>Solution</summary>\n\n```python\nanswer = 4\n```\n\n"
        "Two and two make four on every machine.\n\n</details>"
    )
    return [
        new_markdown_cell(f"**Your turn.** The {slug}.", id=f"task-{slug}"),
        new_code_cell("answer = ...", id=f"ex-{slug}"),
        new_code_cell(f"exercises.check_{slug}(answer)", id=f"ex-{slug}-check"),
        new_markdown_cell(hints, id=f"ex-{slug}-hints"),
        new_markdown_cell(solution, id=f"ex-{slug}-solution"),
    ]


def sample() -> NotebookNode:
    """The notebook before it is run."""
    cells = [
        new_markdown_cell(TITLE, id="title"),
        new_code_cell(SETUP, id="setup"),
        new_markdown_cell("## What does a coin toss cost?", id="question"),
        new_code_cell('import math\nprint(f"loss {math.log(2):.4f}")', id="loss"),
        new_code_cell(FIGURE, id="figure"),
        *exercise("double"),
        *exercise("triple"),
        *exercise("square"),
        new_markdown_cell("## What you can do now\n\nRead 0.6931 as a guess.", id="ending"),
    ]
    return nbformat.from_dict(new_notebook(cells=cells))
