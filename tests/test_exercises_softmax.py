"""The checks of notebook 09: right, untouched, each known mistake by its message, and answers that are no answers."""

import numpy as np
import pytest

from helpers import losses
from helpers.exercises import softmax

P = np.array([0.5, 0.3, 0.2])
MOVES = 0.01 * np.array([0.25, -0.15, -0.1])
LSE = np.log(np.exp(5) + 9)
ZERO, BIASED = np.log(10), LSE - 0.5
ENTROPY = -(0.91 * np.log(0.91) + 0.09 * np.log(0.01))
FLOOR = np.log(np.e + 1) - 1
TOP = np.exp(3.0782)


def single(W2, b2):
    return W2[:1] - W2[1:], b2[0, 0] - b2[1, 0]


def counts(Z1):
    off = Z1 <= 0
    return off.sum(axis=1), off.sum(axis=0), off.all(axis=1).sum()


def rows(A1, P, Y, W2, *, d=lambda P, Y: P - Y, dW=lambda A, d: A.T @ d / len(A), db=lambda d: d.mean(axis=0), dA=lambda d, W: d @ W.T):
    dZ2 = d(P, Y)
    return dW(A1, dZ2), db(dZ2), dA(dZ2, W2)


RIGHT = {
    softmax.check_class_moves: (MOVES,),
    softmax.check_unchanged: (["A", "C", "E", "F"],),
    softmax.check_single_unit: single,
    softmax.check_first_losses: (ZERO, BIASED, ZERO),
    softmax.check_double_floor: (FLOOR, 20),
    softmax.check_sum_rate: (0.64, 0.005),
    softmax.check_count_cut: counts,
    softmax.check_layer_rows: rows,
}
FUNCTIONS = [check for check, answer in RIGHT.items() if callable(answer)]


def moved(*values):
    return (np.array(values) * 0.01,)


def cut(**changes):
    """my_counts with one of its three answers computed otherwise."""
    def answer(Z1):
        found = dict(zip(("per_unit", "per_example", "dead"), counts(Z1), strict=True))
        return tuple(changes[name](Z1) if name in changes else value for name, value in found.items())

    return answer


def slip(**changes):
    return lambda *given: rows(*given, **changes)


MISTAKES = [
    (softmax.check_class_moves, moved(25, -15, -10), "these are the slopes"),
    (softmax.check_class_moves, moved(0.25, 0, 0), "only class 1 moves here: the sum"),
    (softmax.check_class_moves, moved(25, 0, 0), "and these are slopes"),
    (softmax.check_class_moves, moved(1, 0, 0), "how the logit moves"),
    (softmax.check_class_moves, moved(0.5, 0, 0), "not p_1"),
    (softmax.check_class_moves, moved(0.5, 0.3, 0.2), "shares the move"),
    (softmax.check_class_moves, moved(0.25, 0.21, 0.16), "with logit 1 it moves by -p_1 p_j"),
    (softmax.check_class_moves, moved(0.25, -0.21, -0.16), "with logit 1 the others move by -p_1 p_j"),
    (softmax.check_class_moves, moved(0.25, 0.15, 0.1), "the other classes fall"),
    (softmax.check_class_moves, moved(-0.25, 0.15, 0.1), "all signs are turned"),
    (softmax.check_class_moves, moved(0.25, -0.125, -0.125), "not shared equally"),
    (softmax.check_class_moves, (P + MOVES,), "new minus old"),
    (softmax.check_class_moves, moved(0.1, 0.2, 0.3), "wrong in 3 of 3"),
    (softmax.check_unchanged, (["A", "B", "C", "E", "F"],), "temperature 1/2"),
    (softmax.check_unchanged, ("ACDEF",), "D raises one class"),
    (softmax.check_unchanged, (["A", "E", "F"],), "one is missing, C"),
    (softmax.check_unchanged, (["A", "C", "E"],), "one is missing, F"),
    (softmax.check_unchanged, ("E",), "one is missing, A"),
    (softmax.check_unchanged, ([],), "some of them change no probability"),
    (softmax.check_unchanged, (["A", "G"],), "G is none of the six"),
    (softmax.check_unchanged, (["A", 3],), "3 is none of the six"),
    (softmax.check_single_unit, lambda W, b: (W[1:] - W[:1], b[0, 0] - b[1, 0]), "w has the wrong sign: this unit says p_2"),
    (softmax.check_single_unit, lambda W, b: (W[:1], b[0, 0]), "w is the first row of W2 alone"),
    (softmax.check_single_unit, lambda W, b: (W[1:], b[1, 0]), "w is the second row"),
    (softmax.check_single_unit, lambda W, b: (W[:1] + W[1:], b[0, 0] + b[1, 0]), "w is the sum"),
    (softmax.check_single_unit, lambda W, b: ((W[:1] - W[1:]) / 2, b[0, 0] - b[1, 0]), "w is half"),
    (softmax.check_single_unit, lambda W, b: (W.mean(axis=0, keepdims=True), 0.0), "w is the mean of the two rows"),
    (softmax.check_single_unit, lambda W, b: (W[:1] - W[1:], b[1, 0] - b[0, 0]), "b has the wrong sign"),
    (softmax.check_single_unit, lambda W, b: (W[:1] - W[1:], b[0, 0]), "b is the first row of b2 alone"),
    (softmax.check_single_unit, lambda W, b: (W[:1] - W[1:], 0.0), "b is 0"),
    (softmax.check_single_unit, lambda W, b: (W[:1] - W[1:], b), "b has shape (2, 1)"),
    (softmax.check_single_unit, lambda W, b: ((W[:1] - W[1:]).T, b[0] - b[1]), "w has shape (3, 1), expected (1, 3): it is transposed"),
    (softmax.check_single_unit, lambda W, b: W[0] - W[1], "an ndarray, expected"),
    (softmax.check_single_unit, lambda W, b: (W, b, 1), "3 things, expected 2: return w, b"),
    (softmax.check_first_losses, (1.0, BIASED, ZERO), "base 10"),
    (softmax.check_first_losses, (ZERO / np.log(2), BIASED, ZERO), "first_zero is in bits"),
    (softmax.check_first_losses, (0.1, BIASED, ZERO), "the probability of each class"),
    (softmax.check_first_losses, (0.0, BIASED, ZERO), "a sure and right network"),
    (softmax.check_first_losses, (-ZERO, BIASED, ZERO), "wrong sign"),
    (softmax.check_first_losses, (ZERO, ZERO, ZERO), "first_biased is ln 10, the price of equal"),
    (softmax.check_first_losses, (ZERO, LSE, ZERO), "what an example of classes 2 to 10 costs"),
    (softmax.check_first_losses, (ZERO, LSE - 5, ZERO), "what an example of class 1 costs"),
    (softmax.check_first_losses, (ZERO, LSE - 2.5, ZERO), "taken once each"),
    (softmax.check_first_losses, (ZERO, LSE - 4.5, ZERO), "frequencies exchanged"),
    (softmax.check_first_losses, (ZERO, ZERO + 5, ZERO), "go through softmax"),
    (softmax.check_first_losses, (ZERO, BIASED / np.log(2), ZERO), "first_biased is in bits"),
    (softmax.check_first_losses, (ZERO, BIASED, ENTROPY), "the entropy of the labels"),
    (softmax.check_first_losses, (ZERO, BIASED, -np.log(0.91)), "says 0.91 for the frequent class"),
    (softmax.check_first_losses, (ZERO, BIASED, -np.log(0.01)), "-ln of a label's frequency"),
    (softmax.check_first_losses, (ZERO, BIASED, BIASED), "biases 0"),
    (softmax.check_first_losses, (ZERO, BIASED, 1.0), "base 10"),
    (softmax.check_first_losses, (ZERO, BIASED, ZERO / np.log(2)), "first_rare is in bits"),
    (softmax.check_first_losses, (ZERO, 4.5, ZERO), "first_biased is 4.5"),
    (softmax.check_double_floor, (0, 20), "where one softmax ends"),
    (softmax.check_double_floor, (np.log(2), 20), "blind guess: with the logits 1 and 0"),
    (softmax.check_double_floor, (np.log(np.e + 1), 20), "lacks - z_true"),
    (softmax.check_double_floor, (np.log(np.e + 2) - 1, 20), "one class too many"),
    (softmax.check_double_floor, (1.4612, 20), "that of ten classes"),
    (softmax.check_double_floor, (np.e / (np.e + 1), 20), "probability of the true class"),
    (softmax.check_double_floor, (-FLOOR, 20), "wrong sign"),
    (softmax.check_double_floor, (FLOOR / np.log(2), 20), "in bits"),
    (softmax.check_double_floor, (FLOOR, 8), "a blind guess among 8"),
    (softmax.check_double_floor, (FLOOR, np.exp(2.0782)), "e to the loss"),
    (softmax.check_double_floor, (FLOOR, TOP), "subtract e - 1"),
    (softmax.check_double_floor, (FLOOR, 22), "subtract e - 1"),
    (softmax.check_double_floor, (FLOOR, TOP - np.e), "one too few"),
    (softmax.check_double_floor, (FLOOR, 19), "one too few"),
    (softmax.check_double_floor, (FLOOR, TOP - 1), "subtract e and add 1"),
    (softmax.check_double_floor, (FLOOR, np.exp(2.0782) - np.e + 1), "lacks the 1 of the logit"),
    (softmax.check_sum_rate, (0.02 / 32, 0.005), "divided by 32: the mean"),
    (softmax.check_sum_rate, (0.02, 0.005), "the rate of the sum"),
    (softmax.check_sum_rate, (32, 0.005), "the size of the batch"),
    (softmax.check_sum_rate, (1, 0.005), "no rate is right in itself"),
    (softmax.check_sum_rate, (2.56, 0.005), "this run has 32"),
    (softmax.check_sum_rate, (0.64, 0.02), "about four times as large"),
    (softmax.check_sum_rate, (0.64, 0.08), "the wrong way"),
    (softmax.check_sum_rate, (0.64, 0.02 / 128), "grows by 128 / 32"),
    (softmax.check_sum_rate, (0.64, 0.02 / 32), "by 4"),
    (softmax.check_sum_rate, (0.64, 0.64), "the rate of the mean"),
    (softmax.check_sum_rate, (0.64, 0.01), "square root of 4"),
    (softmax.check_count_cut, lambda Z: (counts(Z)[1], counts(Z)[0], counts(Z)[2]), "per_unit counts along the other axis"),
    (softmax.check_count_cut, cut(per_example=lambda Z: (Z <= 0).sum(axis=1)), "per_example counts along the other axis"),
    (softmax.check_count_cut, cut(per_unit=lambda Z: (Z > 0).sum(axis=1)), "per_unit counts where the unit is on"),
    (softmax.check_count_cut, cut(per_unit=lambda Z: (Z < 0).sum(axis=1)), "leaves out z = 0"),
    (softmax.check_count_cut, cut(per_unit=lambda Z: (Z == 0).sum(axis=1)), "z = 0 alone"),
    (softmax.check_count_cut, cut(per_unit=lambda Z: (Z <= 0).mean(axis=1)), "per_unit is a share: count the examples"),
    (softmax.check_count_cut, cut(per_example=lambda Z: (Z <= 0).mean(axis=0)), "per_example is a share: count the units"),
    (softmax.check_count_cut, cut(per_unit=lambda Z: (Z <= 0).all(axis=1)), "says whether all are off"),
    (softmax.check_count_cut, cut(per_example=lambda Z: (Z <= 0).any(axis=0)), "says whether any is off"),
    (softmax.check_count_cut, cut(dead=lambda Z: (Z <= 0).all(axis=0).sum()), "every unit is off"),
    (softmax.check_count_cut, cut(dead=lambda Z: (Z <= 0).any(axis=1).sum()), "all, not any"),
    (softmax.check_count_cut, cut(dead=lambda Z: (Z <= 0).all(axis=1).mean()), "dead is a share"),
    (softmax.check_count_cut, cut(dead=lambda Z: (Z > 0).any(axis=1).sum()), "counts the others"),
    (softmax.check_count_cut, cut(dead=lambda Z: (Z <= 0).sum()), "counts pairs"),
    (softmax.check_count_cut, cut(dead=lambda Z: (Z <= 0).all(axis=1)), "dead has shape (3,), expected a single number"),
    (softmax.check_count_cut, lambda Z: (Z <= 0).sum(axis=1), "an ndarray, expected"),
    (softmax.check_count_cut, lambda Z: counts(Z)[:2], "2 things, expected 3: return per_unit, per_example, dead"),
    (softmax.check_layer_rows, slip(d=lambda P, Y: Y - P), "dW2 has the wrong sign"),
    (softmax.check_layer_rows, slip(d=lambda P, Y: P), "dW2: Y is missing"),
    (softmax.check_layer_rows, slip(d=lambda P, Y: (P - Y) / len(P)), "dW2: 1/m entered twice"),
    (softmax.check_layer_rows, slip(dW=lambda A, d: A.T @ d), "dW2: the sum over the examples lacks its 1/m"),
    (softmax.check_layer_rows, slip(dW=lambda A, d: d.T @ A / len(A)), "columns convention, (K, n)"),
    (softmax.check_layer_rows, slip(dW=lambda A, d: A @ d / len(A)), "dW2: the transpose is missing"),
    (softmax.check_layer_rows, slip(dW=lambda A, d: A.T @ d / d.size), "number of classes"),
    (softmax.check_layer_rows, slip(db=lambda d: d.sum(axis=0)), "db2: the sum over the examples lacks its 1/m"),
    (softmax.check_layer_rows, slip(db=lambda d: d.mean(axis=0) / len(d)), "db2: 1/m entered twice"),
    (softmax.check_layer_rows, slip(db=lambda d: d.sum(axis=1)), "each row of P - Y sums to 0"),
    (softmax.check_layer_rows, slip(db=lambda d: d.mean(axis=1)), "each row of P - Y sums to 0"),
    (softmax.check_layer_rows, slip(db=lambda d: d[0] * 0 - d.mean(axis=0)), "db2 has the wrong sign"),
    (softmax.check_layer_rows, slip(db=lambda d: d), "a row for each example"),
    (softmax.check_layer_rows, slip(db=lambda d: d.mean(axis=0)[:, None]), "db2 has shape (5, 1)"),
    (softmax.check_layer_rows, slip(dA=lambda d, W: d @ W.T / len(d)), "dA1 carries 1/m"),
    (softmax.check_layer_rows, slip(dA=lambda d, W: d @ W), "dA1: the transpose is missing"),
    (softmax.check_layer_rows, slip(dA=lambda d, W: W @ d.T), "columns convention, (n, m)"),
    (softmax.check_layer_rows, slip(dA=lambda d, W: -d @ W.T), "dA1 has the wrong sign"),
    (softmax.check_layer_rows, lambda A1, P, Y, W2: P - Y, "an ndarray, expected"),
]  # fmt: skip


def raises(*_):
    raise ZeroDivisionError("oh")


def overwrites(*arguments):
    arguments[0][:] = 0
    return tuple(np.zeros(1) for _ in range(3))


def name(value):
    return getattr(value, "__name__", None)


def judged(check, answer):
    return check(answer) if check in FUNCTIONS else check(*answer)


@pytest.mark.parametrize("check", RIGHT, ids=name)
def test_right(check):
    feedback = judged(check, RIGHT[check])
    assert feedback.right, feedback


@pytest.mark.parametrize(("check", "answer"), [
    (softmax.check_class_moves, ([0.0025, -0.0015, -0.001],)),
    (softmax.check_class_moves, (tuple(np.float32(MOVES)),)),
    (softmax.check_class_moves, (MOVES[:, None],)),
    (softmax.check_class_moves, ([np.array([[one]]) for one in MOVES],)),
    (softmax.check_class_moves, (losses.softmax(np.log(P)[:, None] + 0.01 * np.eye(3)[:, :1])[:, 0] - P,)),
    (softmax.check_unchanged, ("ACEF",)), (softmax.check_unchanged, ("a, c, e and f",)), (softmax.check_unchanged, ({"E", "F", "A", "C"},)),
    (softmax.check_unchanged, (dict.fromkeys("FECA"),)), (softmax.check_unchanged, ({"A": True, "B": False, "C": True, "E": True, "F": True},)),
    (softmax.check_unchanged, ((letter for letter in " ACEF".strip()),)), (softmax.check_unchanged, (np.array(["A", "C", "E", "F"]),)),
    (softmax.check_unchanged, (("a ", "c", "e", "f"),)),
    (softmax.check_single_unit, lambda W, b: (W[0] - W[1], (b[0] - b[1])[0])),
    (softmax.check_single_unit, lambda W, b: [W[:1] - W[1:], b[:1] - b[1:]]),
    (softmax.check_single_unit, lambda W, b: {"w": W[0] - W[1], "b": float(b[0, 0] - b[1, 0])}),
    (softmax.check_single_unit, lambda W, b: (-np.diff(W, axis=0), -np.diff(b, axis=0))),
    (softmax.check_single_unit, lambda W, b: (np.float32(W[:1]) - np.float32(W[1:]), np.float32(b[0, 0] - b[1, 0]))),
    (softmax.check_first_losses, (2.3026, 4.5589, 2.303)),
    (softmax.check_first_losses, ([[ZERO]], np.array([BIASED]), np.float32(ZERO))),
    (softmax.check_double_floor, (0.3133, TOP - np.e + 1)), (softmax.check_double_floor, (np.array([FLOOR]), np.int64(20))),
    (softmax.check_double_floor, (FLOOR, 20.0)),
    (softmax.check_sum_rate, (0.02 * 32, 0.02 * 32 / 128)), (softmax.check_sum_rate, (np.float32(0.64), [0.005])),
    (softmax.check_count_cut, lambda Z: [part.tolist() for part in counts(Z)]),
    (softmax.check_count_cut, lambda Z: ((Z <= 0).sum(axis=1, keepdims=True), (Z <= 0).sum(axis=0, keepdims=True), np.array([counts(Z)[2]]))),
    (softmax.check_count_cut, lambda Z: dict(zip(("per_unit", "per_example", "dead"), counts(Z), strict=True))),
    (softmax.check_count_cut, lambda Z: (np.sum(~(Z > 0), 1), sum(Z <= 0), sum(all(z <= 0 for z in row) for row in Z))),
    (softmax.check_count_cut, lambda Z: (Z.shape[1] - (Z > 0).sum(1), len(Z) - (Z > 0).sum(0), sum(Z.max(1) <= 0))),
    (softmax.check_layer_rows, slip(db=lambda d: d.mean(axis=0, keepdims=True))),
    (softmax.check_layer_rows, lambda A, P, Y, W: list(rows(A, P, Y, W))),
    (softmax.check_layer_rows, lambda A, P, Y, W: dict(zip(("dA1", "db2", "dW2"), rows(A, P, Y, W)[::-1], strict=True))),
    (softmax.check_layer_rows, lambda A, P, Y, W: rows(*(np.float32(one) for one in (A, P, Y, W)))),
    (softmax.check_layer_rows, lambda A, P, Y, W: (np.einsum("mi,mk->ik", A, (P - Y) / len(A)), sum(P - Y) / len(P), (W @ (P - Y).T).T)),
])  # fmt: skip
def test_every_sensible_form_of_a_right_answer(check, answer):
    feedback = judged(check, answer)
    assert feedback.right, feedback


def test_the_numbers_that_tasks_and_solutions_quote():
    assert f"{ZERO:.4f} {BIASED:.4f} {ENTROPY:.4f} {LSE - 5:.4f} {LSE:.4f} {np.exp(5 - LSE):.3f}" == "2.3026 4.5589 0.5003 0.0589 5.0589 0.943"
    assert f"{softmax.floor(2):.4f} {softmax.floor(20):.4f} {softmax.floor(10):.4f}" == f"0.3133 {softmax.STANDS:.4f} 1.4612"
    assert softmax.floor(2) == pytest.approx(FLOOR)
    A = np.random.default_rng(0).standard_normal((4, 6))
    W2, b2 = np.random.default_rng(1).standard_normal((3, 4)), np.ones((3, 1))
    Z = W2 @ A + b2
    shift = np.arange(6.0)
    same = {"A": Z + 100 * (np.arange(6) == 2), "B": 2 * Z, "C": Z + shift, "D": Z + np.array([[1.0], [0], [0]]),
            "E": Z - Z.max(axis=0), "F": (W2 - W2.mean(axis=0)) @ A + b2}  # fmt: skip
    assert {letter for letter, changed in same.items() if np.allclose(losses.softmax(changed), losses.softmax(Z))} == softmax.SAME


def test_a_single_unit_says_what_two_say():
    W2, b2, A = np.random.default_rng(0).standard_normal((2, 5)), np.array([[0.3], [-0.4]]), np.random.default_rng(1).standard_normal((5, 7))
    w, b = single(W2, b2)
    assert np.allclose(1 / (1 + np.exp(-(w @ A + b))), losses.softmax(W2 @ A + b2)[:1])


@pytest.mark.parametrize("check", RIGHT, ids=name)
def test_untouched(check):
    parts = 1 if check in FUNCTIONS else len(RIGHT[check])
    assert check(*[... if check not in FUNCTIONS else lambda *_: ...] * parts).status == "not attempted"
    assert check(*[...] * parts).status == "not attempted"


@pytest.mark.parametrize("check", FUNCTIONS, ids=name)
def test_one_part_untouched(check):
    def stub(*given):
        return (..., *RIGHT[check](*given)[1:])

    assert check(stub).status == "not attempted"


@pytest.mark.parametrize("check", [check for check in RIGHT if check not in FUNCTIONS], ids=name)
def test_one_answer_of_several_untouched(check):
    for i in range(len(RIGHT[check])):
        answers = [... if j == i else value for j, value in enumerate(RIGHT[check])]
        assert check(*answers).status == "not attempted"
    assert softmax.check_class_moves([0.0025, ..., ...]).status == "not attempted"


@pytest.mark.parametrize(("check", "answer", "words"), MISTAKES, ids=[f"{m[0].__name__}-{m[2]}" for m in MISTAKES])
def test_a_known_mistake_is_named(check, answer, words):
    feedback = judged(check, answer)
    assert feedback.status == "wrong"
    assert words in feedback.message, feedback.message


@pytest.mark.parametrize("check", RIGHT, ids=name)
@pytest.mark.parametrize("answer", [None, "text", float("nan"), np.zeros((2, 7)), {}, [[1], [1, 2]], object(), 7 + 1j, b"", np.inf])
def test_no_answer_is_wrong_and_never_raises(check, answer):
    right = RIGHT[check]
    if check in FUNCTIONS:
        assert check(answer).status == "wrong"
        assert check(lambda *_: answer).status == "wrong"
        for i in range(2):
            assert check(lambda *given: (*right(*given)[:i], answer, *right(*given)[i + 1 :])).status == "wrong"  # noqa: B023
    else:
        for i in range(len(right)):
            assert check(*right[:i], answer, *right[i + 1 :]).status == "wrong"


@pytest.mark.parametrize("check", FUNCTIONS, ids=name)
@pytest.mark.parametrize(
    ("function", "words"),
    [(raises, "raised ZeroDivisionError: oh"), (lambda: 1, "raised TypeError"), (lambda *_: None, "returns None"),
     (overwrites, "overwrites its argument")],
    ids=["raises", "arguments", "None", "overwrites"],
)  # fmt: skip
def test_a_function_that_misbehaves_is_told_so(check, function, words):
    feedback = check(function)
    assert feedback.status == "wrong"
    assert words in feedback.message, feedback.message
