"""What notebook 09 says in prose about a recording that only the browser shows."""

import numpy as np

from helpers.widgets.softmax_explorer import recording


def test_rows_that_are_empty_at_step_0_fill_as_the_answer_says():
    run = recording.digits()
    empty = {step: set(np.flatnonzero(pairs.all(axis=1)) + 1) for step, pairs in zip(run.steps, run.off["pairs"], strict=True)}
    on = dict(zip(run.steps, run.arrays["on"], strict=True))
    assert run.X.shape[1] == 30 and run.everything.shape[1] == 1348
    assert empty[0] == {4, 30, 31}
    assert 30 in empty[10] and 30 not in empty[20] and on[0][30 - 1] == 104
    assert 4 in empty[100] and 4 not in empty[200]
    assert 31 in empty[1000] and on[1000][31 - 1] == 1
