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


LISTS = """
class Net:
    def __init__(self):
        self.w, self.v, self.x = [[0.3, -0.5], [0.8, 0.2]], [0.7, -0.4], [0.5, -1.2]

    def run(self):
        self.a = [sum(w * x for w, x in zip(row, self.x)) ** 2 for row in self.w]
        return sum(v * a for v, a in zip(self.v, self.a))

    def step(self, rate):
        error = self.run() - 1.0
        for j in range(2):
            for i in range(2):
                z = sum(w * x for w, x in zip(self.w[j], self.x)) if i == 0 else z
                self.w[j][i] = self.w[j][i] - rate * error * self.v[j] * 2 * z * self.x[i]
        for j in range(2):
            self.v[j] = self.v[j] - rate * error * self.a[j]
"""


def test_entries_that_are_updated_one_after_the_other_are_one_update(tmp_path):
    call = "check(net, lambda: 0.5 * (net.run() - 1.0) ** 2, step=lambda: net.step(0.1), rate=0.1, only=('w', 'v'))"
    assert report(LISTS + "\n\nnet = Net()\n", tmp_path / "right.py", call).verdict == "right"
    found = report(LISTS.replace("2 * z", "z") + "\n\nnet = Net()\n", tmp_path / "wrong.py", call)
    assert found.verdict == "wrong" and all(name.startswith("w") for name in found.wrong), str(found)
