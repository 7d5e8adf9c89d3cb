"""A tiny notebook that keeps every rule, on which the tests plant faults. Only its last cell needs the helpers."""

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from notebook_tools import ANSWER, PROGRESS

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

SETUP = f'''from IPython.display import HTML, display

PIXEL = "{PIXEL[:60]}" \\
    "{PIXEL[60:]}"

class exercises:
    """Stands for helpers.exercises."""
    def check_double(answer):
        print("Not attempted." if answer is ... else "Right." if answer == 4 else "Wrong.")
    check_triple = check_square = check_double

def predicted(my_guess, value):
    """Stands for helpers.predictions.predicted."""
    print("none yet" if my_guess is ... else f"you said {{my_guess}}, it is {{value:.4f}}")'''

FIGURE = '''display(HTML(
    '<figure><img alt="a line that ends at 0.6931" '
    f'src="data:image/png;base64,{PIXEL}">'
    "<figcaption>The line ends at 0.6931.</figcaption></figure>"))'''

TITLE = """# 00 A sample

**Time:** 15 minutes. **Express route:** [the toss](#What-does-a-coin-toss-cost?): 5 minutes. The loss is $-\\ln p$, that is

$$
J = -\\ln p, \\qquad dW = dZ A^\\top \\odot c
$$

as [the last section](#What-you-can-do-now) says."""

SLIDES = {
    "title": "slide", "question": "slide", "guess-toss": "fragment", "figure": "subslide", "answer": "fragment",
    "try": "slide", "widget": "subslide", "widget-answer": "subslide", "ending": "slide",
}  # fmt: skip


def exercise(slug: str) -> list[NotebookNode]:
    """The five cells of one exercise."""
    hints = "<details><summary>Hint</summary>\n\nTwice two.\n\n</details>"
    solution = (
        f"<details><summary>Solution</summary>\n\n```python\n{slug} = 4\n```\n\n"
        "Two and two make four on every machine.\n\n</details>"
    )
    return [
        new_markdown_cell(f"**Your turn.** The {slug}.", id=f"task-{slug}"),
        new_code_cell(f"{slug} = ...", id=f"ex-{slug}"),
        new_code_cell(f"exercises.check_{slug}({slug})", id=f"ex-{slug}-check"),
        new_markdown_cell(hints, id=f"ex-{slug}-hints"),
        new_markdown_cell(solution, id=f"ex-{slug}-solution"),
    ]


def sample() -> NotebookNode:
    """The notebook before it is run."""
    cells = [
        new_markdown_cell(TITLE, id="title"),
        new_code_cell(SETUP, id="setup"),
        new_markdown_cell("## What does a coin toss cost?\n\n**Predict.** More or less than 1?", id="question"),
        new_code_cell("my_guess = ...  # in nats", id="guess-toss"),
        new_code_cell('import math\ncost = math.log(2)\nprint(f"loss {cost:.4f}")\npredicted(my_guess, cost)', id="loss"),
        new_code_cell(FIGURE, id="figure"),
        new_markdown_cell(f"{ANSWER}\n\nLess: 0.6931.\n\n</details>", id="answer"),
        new_markdown_cell("## Does it move?\n\n**Try.** Drag it. **Question.** What moves?", id="try"),
        new_code_cell("2 > 1", id="widget"),
        new_markdown_cell(f"{ANSWER}\n\nThe line.\n\n</details>", id="widget-answer"),
        *exercise("double"),
        *exercise("triple"),
        *exercise("square"),
        new_markdown_cell("## What you can do now\n\nRead 0.6931 as a guess.", id="ending"),
        new_code_cell(PROGRESS, id="progress"),
    ]
    for cell in cells:
        if kind := SLIDES.get(cell.id):
            cell.metadata["slideshow"] = {"slide_type": kind}
    return nbformat.from_dict(new_notebook(cells=cells))
