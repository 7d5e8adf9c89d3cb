"""The mock interview: a bank whose links lead somewhere, a fair draw, judgements with reasons, answers that are kept."""

import re
from collections import Counter

import pytest

from helpers import interview
from helpers.interview import BANK, EXPERIMENTS, TRUTHS, Interview, judging, talk, words
from helpers.interview.experiments import RIVALS
from helpers.interview.item import NOTEBOOKS as FILES
from helpers.interview.shown import paragraph
from helpers.predictions import keep
from notebook_rules import BANNED_WORDS, anchor
from notebook_tools import NOTEBOOKS, headings, read


@pytest.fixture(autouse=True)
def own_notes(tmp_path, monkeypatch):
    monkeypatch.setenv("CASEBOOK_NOTES", str(tmp_path / "notes.json"))


# ---------------------------------------------------------------- the bank


def test_the_bank_is_large_and_balanced():
    assert len(BANK) >= 40 and len({item.slug for item in BANK}) == len(BANK) == len({item.answer for item in BANK})
    truths, levels = Counter(item.truth for item in BANK), Counter(item.level for item in BANK)
    assert set(truths) == set(TRUTHS) and min(truths.values()) >= len(BANK) / 4
    assert set(levels) == {1, 2, 3} and min(levels.values()) >= 10
    for level in talk.LEVELS:
        assert {item.truth for item in BANK if item.level == level} == set(TRUTHS)


@pytest.mark.parametrize("item", BANK, ids=lambda item: item.slug)
def test_every_item_has_an_experiment_a_reason_and_plain_words(item):
    assert item.experiment in EXPERIMENTS
    assert item.question.endswith("?") and item.answer.endswith(".") and item.reason.endswith(".")
    assert not re.search(BANNED_WORDS, f"{item.question} {item.answer} {item.reason}", re.IGNORECASE)


def test_every_experiment_decides_something():
    assert {item.experiment for item in BANK} == set(EXPERIMENTS)
    assert len({done for _, done in EXPERIMENTS.values()}) == len(EXPERIMENTS)


def test_rivals_are_experiments_of_different_subjects():
    for pair in RIVALS:
        assert len(pair) == 2 and pair <= set(EXPERIMENTS) and len({EXPERIMENTS[name][0] for name in pair}) == 2


@pytest.mark.parametrize("item", BANK, ids=lambda item: item.slug)
def test_every_section_exists(item):
    file, _, fragment = item.link.partition("#")
    found = {anchor(text) for _, text in headings(read(NOTEBOOKS / file))}
    assert anchor(item.heading) in found and "(" not in item.heading, item.section
    assert fragment and " " not in fragment


def test_the_notebooks_are_all_named():
    assert sorted(FILES.values()) == sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def test_the_questions_of_say_are_the_sections_of_the_chapter():
    notebook = read(NOTEBOOKS / "12_interview.ipynb")
    found = [text for level, text in headings(notebook) if level == 2]
    said = [match[1] for cell in notebook.cells if (match := re.match(r'say\("([\w-]+)", \.\.\.\)', cell.source))]
    assert said == list(words.QUESTIONS) and found[1:-5] == list(words.QUESTIONS.values())


# ---------------------------------------------------------------- the draw


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("levels", [(1, 2, 3), 1, [2, 3], 3])
def test_ten_different_items_are_drawn_easier_ones_first(seed, levels):
    drawn = Interview(seed, levels)
    assert len({item.slug for item in drawn.items}) == talk.QUESTIONS
    assert [item.level for item in drawn.items] == sorted(item.level for item in drawn.items)
    assert min(Counter(item.truth for item in drawn.items)[truth] for truth in TRUTHS) >= 2
    assert {item.level for item in drawn.items} <= set(levels if isinstance(levels, tuple | list) else [levels])
    for item, names in zip(drawn.items, drawn.lists, strict=True):
        assert names.count(item.experiment) == 1 and len(set(names)) == talk.CHOICES
        others = {EXPERIMENTS[name][0] for name in names if name != item.experiment}
        assert EXPERIMENTS[item.experiment][0] not in others, "a neighbour might decide as well"
        assert not any({name, item.experiment} in RIVALS for name in names), "a rival decides as well"


def test_the_seed_decides():
    assert Interview(3).items == Interview(3).items and Interview(3).lists == Interview(3).lists
    assert len({tuple(item.slug for item in Interview(seed).items) for seed in range(50)}) == 50
    assert {item.slug for seed in range(200) for item in Interview(seed).items} == {item.slug for item in BANK}
    drawn = [Interview(seed) for seed in range(50)]
    places = Counter(names.index(item.experiment) for one in drawn for item, names in zip(one.items, one.lists, strict=True))
    assert set(places) == set(range(talk.CHOICES)) and min(places.values()) > 80, "the right one stands at every letter"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"seed": -1}, "seed"), ({"seed": 1.5}, "seed"), ({"levels": 4}, "levels holds 4"), ({"levels": [1, "two"]}, "levels holds 'two'"),
     ({"levels": []}, "levels")],
)  # fmt: skip
def test_a_wrong_draw_is_named(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Interview(**arguments)


# ---------------------------------------------------------------- asking and judging


def right(drawn, n):
    item = drawn.items[n - 1]
    return item.truth, "abcd"[drawn.lists[n - 1].index(item.experiment)]


def test_questions_open_one_at_a_time():
    drawn = Interview(1)
    assert "Question 1 of 10" in repr(drawn.ask(1, ..., ...)) and "replace both" in repr(drawn.ask(1))
    assert repr(drawn.ask(2, "true", "a")) == "Question 2 opens once question 1 is judged."
    assert "✔ It is" in repr(drawn.ask(1, *right(drawn, 1)))
    assert "Question 2 of 10" in repr(drawn.ask(2, ..., "a")) and "Question 3 opens" in repr(drawn.ask(3))
    assert repr(drawn) == "interview 1, levels 1-2-3: 1 of 10 questions judged"
    for number in (0, 11):
        with pytest.raises(ValueError, match="number is"):
            drawn.ask(number)


def test_a_wrong_answer_gets_the_reason_and_the_section():
    drawn = Interview(2)
    item = drawn.items[0]
    wrong = next(truth for truth in TRUTHS if truth != item.truth)
    letter = next(letter for letter in "abcd" if letter != right(drawn, 1)[1])
    shown = drawn.ask(1, wrong, letter)
    text = " ".join(repr(shown).split())
    assert f"✘ You say {wrong}; it is {item.truth}." in text and item.reason in text
    assert EXPERIMENTS[item.experiment][1] in text and item.heading in text
    assert f'<a href="{item.link}">' in shown._repr_html_().replace("&#x27;", "'")


def test_judgement_and_experiment_are_told_apart():
    drawn = Interview(2)
    truth, letter = right(drawn, 1)
    wrong = next(one for one in "abcd" if one != letter)
    assert "✔ It is" in (text := repr(drawn.ask(1, truth, wrong))) and "✘ What decides" in text
    other = next(one for one in TRUTHS if one != truth)
    assert "✘ You say" in (text := repr(drawn.ask(1, other, letter))) and "✔ The experiment decides" in text


def test_answers_are_kept_for_another_day_and_the_latest_counts():
    Interview(5).ask(1, "false", "a")
    assert list(Interview(5).answers()) == [1] and Interview(5).answers()[1][0] == "false"
    assert "it is" in repr(Interview(5).ask(1)).lower()
    Interview(5).ask(1, "true", "b")
    assert Interview(5).answers()[1][0] == "true" and not Interview(6).answers() and not Interview(5, levels=1).answers()


def test_spoilt_notes_count_as_none():
    drawn = Interview(0)
    for spoilt in ("text", {"1": "true"}, {"1": ["maybe", "identity"]}, {"x": ["true", "identity"]}, {"1": ["true", "nothing"]}):
        keep(drawn.name, spoilt)
        assert drawn.answers() == {}


@pytest.mark.parametrize(
    ("given", "meant"),
    [("true", "true"), ("True", "true"), (True, "true"), ("T", "true"), (1, "true"), ("false.", "false"), (False, "false"), (0, "false"),
     ("half-true", "half true"), ("HALF TRUE", "half true"), ("half", "half true"), ("h", "half true"), (0.5, "half true"),
     ("half_true", "half true"), ("partly", "half true"), ("½", "half true")],
)  # fmt: skip
def test_judgements_in_any_usual_spelling(given, meant):
    assert judging.judgement(given) == meant


@pytest.mark.parametrize("given", ["maybe", "", None, 2, [], {"a": 1}, object()])
def test_a_judgement_without_a_meaning_is_not_counted(given):
    drawn = Interview(0)
    assert "Not judged: your judgement is" in repr(drawn.ask(1, given, "a")) and drawn.answers() == {}


@pytest.mark.parametrize("given", ["e", "", "ab", 1, None, object()])
def test_an_experiment_that_is_not_on_the_list_is_not_counted(given):
    drawn = Interview(0)
    assert "Not judged: your experiment is" in repr(drawn.ask(1, "true", given)) and drawn.answers() == {}


def test_an_experiment_may_be_a_letter_or_a_name():
    names = ["identity", "depth", "zeros", "rates"]
    assert [judging.chosen(given, names) for given in ("b", "B", " b) ", "depth")] == ["depth"] * 4


def test_the_report_says_what_to_read_again():
    drawn = Interview(4)
    assert "Nothing is judged yet" in repr(drawn.report())
    for n in range(1, 11):
        truth, letter = right(drawn, n)
        drawn.ask(n, truth if n != 3 else next(t for t in TRUTHS if t != truth), letter if n != 7 else next(one for one in "abcd" if one != letter))
    report = drawn.report()
    text = " ".join(repr(report).split())
    assert "10 of 10 judged: 9 judgements right, 9 experiments right." in text
    links = re.findall(r'href="([^"]+)"', report._repr_html_().replace("&#x27;", "'"))
    assert set(links) == {drawn.items[2].link, drawn.items[6].link}
    for n in (3, 7):
        drawn.ask(n, *right(drawn, n))
    assert "Nothing to read again" in repr(drawn.report())


def test_the_experiments_of_a_list_stand_close_together():
    shown = Interview(0).ask(1)._repr_html_()
    assert shown.count("<br>") == talk.CHOICES - 1 and "<p>a) " in shown and "<br>d) " in shown


def test_html_is_escaped():
    interview.say("linear", "<b>bold</b>")
    assert paragraph("<i>", "a < b").html() == "<strong>&lt;i&gt;:</strong> a &lt; b"
    assert "&lt;b&gt;bold" in interview.said()._repr_html_() and "<b>" not in interview.said()._repr_html_()


# ---------------------------------------------------------------- the reader's own words


def test_own_words_are_kept_and_shown_with_their_questions():
    assert "No answer is kept yet" in repr(interview.said())
    assert "none kept yet" in str(interview.say("kink", ...))
    interview.say("kink", "A subgradient will do: train with 0 and with 1.")
    shown = interview.said()
    assert "1 of 18 questions answered." in repr(shown) and "“A subgradient will do" in repr(shown)
    assert "12_interview.ipynb#Can-ReLU-be-trained-without-a-derivative-at-0?" in shown._repr_html_()


def test_wrong_words_are_named():
    with pytest.raises(ValueError, match="name is 'kinks', expected one of"):
        interview.say("kinks", "…")
    assert "your answer is 3, expected a text between quotation marks: nothing was kept." in str(interview.say("kink", 3))
    assert "No answer is kept yet" in repr(interview.said())
