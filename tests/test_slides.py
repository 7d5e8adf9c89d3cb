"""What stands on a slide: cells are chosen by their marks and shortened, the rest goes to the speaker. See docs/slides/README.md."""

from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from notebook_tools import CURTAIN, notebook_paths, read


@pytest.fixture
def chosen(docs):
    """The module that chooses."""
    from slides import chosen

    return chosen


@pytest.fixture
def said(docs):
    """The function that divides a text."""
    from slides.shortened import said

    return said


def marked(kind, cell, *tags):
    """The cell with a mark."""
    cell.metadata = nbformat.from_dict({"slideshow": {"slide_type": kind}, "tags": list(tags)} if kind else {})
    return cell


def text(source, kind=None, *tags):
    """A markdown cell."""
    return marked(kind, new_markdown_cell(source), *tags)


def code(source, kind=None, *tags, outputs=(), name="code"):
    """A code cell."""
    return marked(kind, new_code_cell(source, id=name, outputs=list(outputs)), *tags)


def picture(html="<figure></figure>"):
    """An output that is HTML."""
    return new_output("display_data", {"text/html": html})


def deck(chosen, *cells):
    """(slide type, source) of each cell of the deck."""
    return [(cell.metadata.slideshow.slide_type, cell.source) for cell in chosen.deck(new_notebook(cells=list(cells))).cells]


# ---------------------------------------------------------------- which cells


def test_what_is_not_marked_is_on_no_slide(chosen):
    assert deck(chosen, text("## A", "slide"), code("1 + 1"), text("## B"), text("Prose of B.")) == [("slide", "## A")]


def test_prose_of_a_section_with_slides_is_spoken_at_the_slide_before(chosen):
    made = deck(chosen, text("## A", "slide"), text("Said."), text("Own note.", "notes"), text("Gone.", "skip"), text("More.", "fragment"))
    assert made == [("slide", "## A"), ("notes", "Said.\n\nOwn note."), ("fragment", "More.")]


def test_a_section_that_is_left_out_keeps_its_prose(chosen):
    made = deck(chosen, text("## A", "slide"), text("Said."), text("## Further\n\n### Is it?\n\nNot said."), text("Nor this."), text("## B", "slide"))
    assert made == [("slide", "## A"), ("notes", "Said."), ("slide", "## B")]


def test_notes_stand_before_the_steps_or_they_would_show_with_the_last_alone(chosen):
    made = deck(chosen, text("## A", "slide"), text("One.", "fragment"), text("Two.", "fragment"), text("Said."))
    assert [kind for kind, _ in made] == ["slide", "notes", "fragment", "fragment"]


def test_a_slide_without_a_heading_has_that_of_its_section(chosen):
    made = deck(chosen, text("## What is it?"), text("A thing.", "slide"), text("Another.", "subslide"))
    assert made[:2] == [("slide", "## What is it?"), ("-", "A thing.")]
    assert made[2:] == [("subslide", '<p class="where">What is it?</p>'), ("-", "Another.")]


def test_a_reply_on_a_slide_of_its_own_stands_under_its_question(chosen):
    question, number = text("## A\n\nOf ten.\n\n**Predict.** How many?", "slide"), code("print(7)", "subslide")
    answer = text("<details><summary>Answer</summary>\n\nSeven.\n\n</details>", "subslide")
    made = deck(chosen, question, number, answer, code("print(8)", "subslide", name="more"), text("Prose.", "subslide"))
    under = '<p class="where">A</p>\n\n<div class="asked">\n\nHow many?\n\n</div>'
    assert [source for kind, source in made if kind == "subslide"] == [under, under, '<p class="where">A</p>', '<p class="where">A</p>']


def test_a_reply_beside_its_question_does_not_repeat_it(chosen):
    made = deck(chosen, text("**Try.** Drag. **Question.** How many?", "slide"), code("print(7)", "fragment"))
    assert not any("asked" in source for _, source in made)


def test_a_notebook_without_marks_makes_no_deck(chosen):
    with pytest.raises(chosen.NoSlides, match="no cell is marked"):
        deck(chosen, text("## A"))
    with pytest.raises(chosen.NoSlides, match="first marked cell must be a slide"):
        deck(chosen, text("## A", "fragment"))
    with pytest.raises(chosen.NoSlides, match="'silde', expected one of slide, subslide"):
        deck(chosen, text("## A", "silde"))


def test_the_notebook_stays_as_it_was(chosen):
    notebook = new_notebook(cells=[text("## A", "slide"), code("predicted(my_guess, 1)", "fragment", outputs=[picture()])])
    before = deepcopy(notebook)
    chosen.deck(notebook)
    assert notebook == before


# ---------------------------------------------------------------- code


def shown(chosen, cell):
    """The cell as it stands on a slide, and whether its code does."""
    piece, _ = chosen.on_slide(cell)
    return piece, not piece.metadata.get("transient", {}).get("remove_source", False)


def test_of_code_with_a_picture_the_picture_alone_is_shown(chosen):
    assert shown(chosen, code("draw()", "slide", outputs=[picture()]))[1] is False
    assert shown(chosen, code("draw()", "slide", "slide-code", outputs=[picture()]))[1] is True
    assert shown(chosen, code("print(1)", "slide", outputs=[new_output("stream", text="1\n")]))[1] is True
    assert shown(chosen, code("print(1)", "slide", "slide-no-code", outputs=[new_output("stream", text="1\n")]))[1] is False


def test_the_comparison_with_a_readers_guess_is_left_out(chosen):
    outputs = [nbformat.from_dict(CURTAIN), new_output("stream", text="2\n"), new_output("execute_result", {"text/html": "none yet"})]
    piece, with_code = shown(chosen, code("print(1 + 1)\npredicted(my_guess, 2)", "fragment", outputs=outputs))
    assert piece.source == "print(1 + 1)" and with_code
    assert [output.get("text") for output in piece.outputs] == ["2\n"]


OPTIONS = {
    '"yes" or "no"': "yes or no",
    "of ten": "… of ten",
    "forward passes": "… forward passes",
    "a number of times": "a number of times",
    '"left and right" or "top"': "&quot;left and right&quot; or top",
    "how many; and a set of letters such as {\"B\", \"C\"}": "how many; and letters such as B, C",
    'a list such as ["relu"]': "such as relu",
    'names in braces, from "ReLU", "leaky ReLU"': "any of ReLU, leaky ReLU",
    "a list of names, [] for none": "names, or none",
    "(for one side, for both)": "for one side, for both",
    "(1, 1, 1) for up, up, up": "(1, 1, 1) for up, up, up",
}


@pytest.mark.parametrize("comment, options", OPTIONS.items())
def test_of_a_guess_the_options_are_shown(chosen, comment, options):
    piece, _ = chosen.on_slide(code(f"my_guess = ...  # {comment}", "fragment", name="guess-it"))
    assert (piece.cell_type, piece.source) == ("markdown", f'<p class="vote">{options}</p>')


# ---------------------------------------------------------------- prose

MANY_WORDS = "Here a second one that goes on for many words, as some do, and then for some more of them, " * 3
LONG = f"A first sentence of some words. {MANY_WORDS}at last."
IN_FULL = ["$$\na\n\n= b\n$$", "- one\n- two", "| a | b |\n|---|---|", "```python\na = 1\n\nb = 2\n```", "**Predict.** How many?"]


def test_of_a_paragraph_its_beginning_is_shown(said):
    assert said(f"## A\n\n{LONG}\n\nNever.").shown == "## A\n\nA first sentence of some words."
    assert said(f"## A\n\n{LONG}\n\nNever.").rest.startswith("Here a second one") and said(f"## A\n\n{LONG}").rest.endswith("at last.")


@pytest.mark.parametrize("block", IN_FULL)
def test_formulas_lists_tables_code_and_questions_are_shown_in_full(said, block):
    assert block in said(f"{LONG}\n\n{block}\n\n{LONG}").shown


def test_the_conditions_of_a_question_are_shown(said):
    conditions = "Three steps. " * 20 + "Move it by 0.001."
    assert "0.001" in said(f"{conditions}\n\n**Predict.** How far?").shown


def test_what_sends_a_reader_elsewhere_is_left_to_the_speaker(said):
    found = said("The factor is ten. For two layers see [Further](#Further). It belongs to three.")
    assert found.shown == "The factor is ten. It belongs to three." and found.rest == "For two layers see [Further](#Further)."


@pytest.mark.parametrize("claim", ["**Verdict: acquitted.**", "**A good answer.**"])
def test_what_an_answer_comes_to_is_shown_in_full(said, claim):
    answer = said(f"<details><summary>Answer</summary>\n\n{LONG}\n\n{claim} {LONG}\n\n**A poor answer.** No.\n\n</details>")
    assert f"{claim} {LONG}" in answer.shown and "poor" not in answer.shown


LED_TO = ["$$\nx = 1\n$$", "- one\n- two"]


@pytest.mark.parametrize("block", LED_TO)
@pytest.mark.parametrize("lead", ["What it costs is the mean:", "After this you can"])
def test_what_leads_to_a_formula_or_a_list_stands_with_it(said, block, lead):
    text = said(f"{LONG} {lead}\n\n{block}")
    assert text.shown == f"A first sentence of some words. {lead}\n\n{block}" and "at last." in text.rest


def test_a_sentence_round_a_formula_is_not_broken_off(said):
    assert said(f"{LONG}\n\n$$\nx\n$$\n\nwhich is 0 at 1. No more.").shown.endswith("$$\n\nwhich is 0 at 1.")


def test_what_leads_to_the_next_cell_is_spoken(said):
    assert said("| a |\n|---|\n\nThe last word:") == ("| a |\n|---|", "The last word:")
    assert said("## A\n\nThe last word:").shown == "## A\n\nThe last word:"


def test_a_link_in_parentheses_is_not_on_a_slide(chosen):
    assert chosen.without_links("Dead ([all words](#Words)) is [off](02.ipynb#Off) (always).") == "Dead is off (always)."


def test_a_folded_answer_is_open(said):
    answer = said("<details><summary>Answer</summary>\n\nFive.\n\n</details>")
    assert answer.shown.split() == ['<div', 'class="answer">', "Five.", "</div>"]
    whole = said(f"Now.\n\n<details><summary>Answer</summary>\n\n{LONG}\n\n</details>", whole=True)
    assert "at last." in whole.shown and "<details>" not in whole.shown and whole.rest == ""


def test_a_sentence_that_leads_to_something_else_is_spoken(said):
    assert said("It is so. Watch it:").shown == "It is so."
    assert said("Watch it:\n\n$$\na\n$$").shown.startswith("Watch it:")


def test_links_lead_nowhere_on_a_projector(docs):
    from slides.shortened import without_links

    assert without_links("[03](03_loss.ipynb#A) and [b](#B), [UCI](https://x.org)") == "03 and b, [UCI](https://x.org)"


# ---------------------------------------------------------------- the command


def test_a_notebook_that_is_not_there_is_refused(docs, capsys):
    from slides import deck

    with pytest.raises(SystemExit):
        deck.main(["77"])
    assert "there is no notebook 77, expected numbers from 00 to" in capsys.readouterr().err


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_every_deck_has_what_a_lesson_needs(chosen, path):
    cells = chosen.deck(read(path)).cells
    sources = "\n".join(cell.source for cell in cells if cell.metadata.slideshow.slide_type != "notes")
    assert sources.count("**Predict.**") >= 5 and sources.count('class="answer"') >= 5
    assert "**Your turn.**" in sources
