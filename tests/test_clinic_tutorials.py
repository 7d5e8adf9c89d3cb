"""`check` on programs in the shapes of well-known tutorials: the right ones are acquitted, of the others the parameters are named."""

from functools import partial

import pytest

from clinic_tutorials import P
from helpers.clinic import check, check_script


def report(text, path, call):
    path.write_text(text)
    names = {"PATH": path, "check": partial(check, repair=False), "check_script": partial(check_script, repair=False)}
    if "PATH" not in call:
        exec(compile(text, str(path), "exec"), names)
    return eval(call, names)


@pytest.mark.parametrize("name", P)
def test_right_as_it_stands_and_wrong_with_one_change(name, tmp_path):
    it = P[name]
    right = report(it.text, tmp_path / "right.py", it.call)
    assert right.verdict == it.verdict, str(right)
    assert not it.note or any(it.note in note for note in (*right.notes, right.trouble or "")), right.notes
    if not it.change:
        return
    wrong = report(it.faulty, tmp_path / "wrong.py", it.call)
    assert wrong.verdict == "wrong"
    assert not it.wrong or set(wrong.wrong) == it.wrong
