"""Checks of the answers to notebook 11: shapes, the gradients of a convolution, what data and kernels can tell, ties, blank patches."""

import itertools
import re

import numpy as np

from helpers import convolution
from helpers.exercises.feedback import NotAttempted, Wrong, call, check, compare, items, numbers, short, unfinished

# --- shapes and parameters ------------------------------------------------------------------------------------------------


@check
def check_output_length(my_length):
    """Right: (n + 2 padding - k) // stride + 1.

    my_length(n, k, stride, padding) is asked for whole numbers, one after the other.
    Posed in: notebooks/11_convolution.ipynb
    """
    answers = [_whole(call(my_length, *case, name="my_length"), case) for case in _LENGTHS]
    right = [(n + 2 * p - k) // s + 1 for n, k, s, p in _LENGTHS]
    if answers == right:
        return "a window has n + 2 padding - k + 1 places, and a stride takes every so-manyth of them, the first included."
    for rule, sentence in _LENGTH_MISTAKES:
        if np.allclose(answers, [rule(*case) for case in _LENGTHS]):
            raise Wrong(sentence)
    first = next(k for k, answer in enumerate(answers) if answer != right[k])
    n, k, s, p = _LENGTHS[first]
    raise Wrong(f"for n = {n}, k = {k}, stride {s}, padding {p} you find {answers[first]:g} places: draw the row and count them.")


_LENGTHS = ((8, 3, 1, 0), (8, 3, 1, 1), (8, 3, 2, 0), (8, 3, 2, 1), (7, 2, 3, 0), (5, 5, 1, 0), (11, 4, 3, 2), (10, 2, 2, 0))

_LENGTH_MISTAKES = (
    (lambda n, k, s, p: (n + 2 * p - k) / s + 1, "you divide with /: a place that hangs over the edge is no place, so round down with //."),
    (lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1, "you round up: the last place would hang over the edge."),
    (lambda n, k, s, p: round((n + 2 * p - k) / s) + 1, "you round to the nearest: a place that hangs over the edge is no place, so round down."),
    (lambda n, k, s, p: (n + 2 * p - k) // s, "the first place is missing: + 1. A window as wide as the image has one place, not none."),
    (lambda n, k, s, p: (n + p - k) // s + 1, "the margin is on both sides: 2 padding."),
    (lambda n, k, s, p: (n - k) // s + 1, "the padding is forgotten."),
    (lambda n, k, s, p: n + 2 * p - k + 1, "the stride is forgotten."),
    (lambda n, k, s, p: (n + 2 * p - k + 1) // s, "you divide the number of all places: the first one always counts, so divide before + 1."),
    (lambda n, k, s, p: (n + 2 * p) // s, "the size of the kernel is forgotten."),
    (lambda n, k, s, p: (n - 2 * p - k) // s + 1, "a margin makes the image larger: + 2 padding."),
    (lambda n, k, s, p: (n + 2 * p - k) // s - 1, "- 1 for + 1: a window as wide as the image has one place."),
)  # fmt: skip


def _whole(answer, case):
    return float(numbers(answer, f"my_length{case}", ()))


@check
def check_parameters(my_convolution, my_dense):
    """Right: 16 (3 · 5 · 5 + 1) = 1216 and (3 · 32 · 32 + 1) · 16 · 32 · 32 = 50,348,032.

    Posed in: notebooks/11_convolution.ipynb
    """
    compare(my_convolution, 1216, [
        (1200, "the biases are missing: one for each kernel."),
        (416, "a kernel has an entry for each channel: 3 · 5 · 5, and then its bias."),
        (400, "a kernel has an entry for each of the 3 channels, and each kernel has a bias."),
        (76, "that is one kernel: there are 16."),
        (75, "that is one kernel, without its bias: there are 16."),
        (1248, "a kernel has one bias, not one for each channel."),
        (1203, "each kernel has a bias, 16 in all, not one for each channel."),
        (1201, "each kernel has a bias, 16 in all."),
        (1200 + 16 * 32 * 32, "a kernel has one bias for all its places."),
        (1216 * 32 * 32, "the kernel is the same at each place: do not multiply by the places."),
        (1200 * 32 * 32, "the kernel is the same at each place: do not multiply by the places."),
    ], name="my_convolution")  # fmt: skip
    compare(my_dense, 50348032, [
        (50331648, "the biases are missing: one for each output."),
        (3 * 32 * 32 * 16 + 16, "there are 16 · 32 · 32 outputs, not 16."),
        (3 * 32 * 32 * 16, "there are 16 · 32 · 32 outputs, not 16; and each has a bias."),
        (32 * 32 * 16 * 32 * 32 + 16 * 32 * 32, "the image has three channels: 3 · 32 · 32 inputs."),
        (32 * 32 * 16 * 32 * 32, "the image has three channels: 3 · 32 · 32 inputs; and each output has a bias."),
        (50331648 + 16, "in a dense layer each output has a bias of its own: 16 · 32 · 32."),
        (50331648 + 3072, "a bias belongs to an output, not to an input: 16 · 32 · 32 of them."),
    ], name="my_dense", tolerance=1e-9)  # fmt: skip
    return "about 41,000 times as many, for the same outputs: that is what sharing a kernel saves."


# --- gradients ------------------------------------------------------------------------------------------------------------

TOY_X = np.array([[1.0, 2, 0, 1], [0, 1, 3, 1], [2, 1, 0, 2], [1, 0, 1, 3]])
TOY_dZ = np.array([[0.0, 2, 0], [0, 0, -1], [1, 0, 0]])
"""The image of the notebook, and the dZ of the exercise."""


def slide(X, K):
    """Cross-correlation of two matrices."""
    return convolution.correlate(X[None, None], K[None, None])[0, 0]


@check
def check_kernel_gradient(my_dK):
    """Right: X correlated with dZ, [[3, 0], [3, 4]].

    Posed in: notebooks/11_convolution.ipynb
    """
    X, dZ = TOY_X, TOY_dZ
    right = slide(X, dZ)
    compare(my_dK, right, [
        (slide(X, dZ[::-1, ::-1]), "you turned dZ round: the sum runs over the same places as forward, nothing is turned in dK."),
        (right[::-1, ::-1], "your numbers stand turned round by 180°: entry (1, 1) of K meets the top left corner of each patch."),
        (right.T, "your numbers are transposed: u counts rows of the kernel, v columns."),
        (slide(X, dZ.T), "you read dZ by columns: dZ[i, j] belongs to the patch whose top left corner is in row i, column j."),
        (right / 9, "no mean over the nine places: each place is a path to the loss, so add up."),
        (right / 3, "no mean over the places: each one is a path to the loss, so add up."),
        (slide(X, np.abs(dZ)), "the sign of the -1 got lost."),
        (slide(X, (dZ != 0) * 1.0), "you added the pixels without their dZ: each is multiplied by the slope of its place."),
        (slide(X, np.ones((3, 3))), "you added all nine pixels without their dZ: each is multiplied by the slope of its place."),
        (dZ[:2, :2] * X[:2, :2], "that is a single product for each entry: an entry of K is used at nine places."),
    ], name="my_dK")  # fmt: skip
    return "each entry sums over all places at which it was used; six of the nine have dZ = 0 here."


@check
def check_input_gradient(my_dX):
    """Right: dX[r, t] = Σ dZ[i, j] K[r - i, t - j]: dZ with a margin, correlated with the kernel turned round.

    my_dX(dZ, K) for one image, one kernel, stride 1, no padding.
    Posed in: notebooks/11_convolution.ipynb
    """
    for seed, places, size in ((0, (3, 3), (2, 2)), (1, (3, 5), (3, 2)), (2, (1, 4), (2, 3))):
        rng = np.random.default_rng(seed)
        dZ, K = rng.normal(size=places), rng.normal(size=size)
        wide = np.pad(dZ, ((size[0] - 1,) * 2, (size[1] - 1,) * 2))
        right = slide(wide, K[::-1, ::-1])
        compare(call(my_dX, dZ, K, name="my_dX"), right, [
            (slide(wide, K), "K is not turned round: as the place moves right, a fixed pixel lies under an entry further left."),
            (slide(wide, K[::-1]), "you turned the rows of K alone: the columns run backwards as well, K[::-1, ::-1]."),
            (slide(wide, K[:, ::-1]), "you turned the columns of K alone: the rows run backwards as well, K[::-1, ::-1]."),
            *([(slide(wide, K.T), _TRANSPOSED), (slide(wide, np.rot90(K)), _QUARTER), (slide(wide, np.rot90(K, -1)), _QUARTER)]
              if size[0] == size[1] else []),
            *(_narrow(dZ, K) if places[0] >= size[0] and places[1] >= size[1] else []),
            (right[::-1, ::-1], "the result is turned round as a whole."),
            (right / dZ.size, "no mean over the places: add up all paths."),
        ], name="my_dX(dZ, K)")  # fmt: skip
    return "turned round, with a margin: where the forward pass reads to the right, the backward pass writes from the left."


def _narrow(dZ, K):
    """What comes out without a margin."""
    return [
        (slide(dZ, K[::-1, ::-1]), "the margin is missing: dX is as large as X."),
        (slide(dZ, K), "the margin is missing, and K is not turned round."),
    ]


_TRANSPOSED = "K is transposed, expected turned by 180°: K[::-1, ::-1]."
_QUARTER = "K is turned by 90°, expected 180°: K[::-1, ::-1], or np.rot90(K, 2)."


@check
def check_ties(my_dZ):
    """Right: dZ of A = max(0, Z), P = pool(A): what arrives goes to the first of the largest, and stops where A is 0.

    Posed in: notebooks/11_convolution.ipynb
    """
    first = convolution.max_pool_backward(TIES_dP[None, None], TIES_A[None, None])[0, 0]
    blocks, spread = TIES_A.reshape(2, 2, 2, 2), np.ones((2, 2))
    on, largest = TIES_A > 0, np.kron(blocks.max(axis=(1, 3)), spread) == TIES_A
    counts = np.kron(largest.reshape(2, 2, 2, 2).sum(axis=(1, 3)), spread)
    arriving = np.kron(TIES_dP, spread)
    turned = convolution.max_pool_backward(TIES_dP[::-1, ::-1][None, None], TIES_A[::-1, ::-1][None, None])[0, 0][::-1, ::-1]
    compare(my_dZ, first * on, [
        (first, "that is dA. Then comes ReLU, whose slope at 0 is 0: the first window is off."),
        (largest * arriving / counts * on, "you share among the largest. That is a choice, too; here the first in reading order gets all."),
        (largest * arriving / counts, "you share among the largest, and ReLU is missing: here the first gets all, and where A is 0 nothing passes."),
        (largest * arriving * on, "you give it to each of the largest: then it is counted twice or thrice."),
        (largest * arriving, "you give it to each of the largest, so that it is counted up to four times; and where A is 0 nothing passes."),
        (turned * on, "you give it to the last of the largest: the first in reading order gets all."),
        (turned, "you give it to the last of the largest, and ReLU is missing."),
        (arriving * on, "you give it to all that are on: only the largest of a window has reached the loss."),
        (arriving, "you give it to all four of each window: only the largest has reached the loss."),
    ], name="my_dZ")  # fmt: skip
    return "the tie of zeros does not matter, since ReLU stops it; that of 2 and 2, or of three 3s, is decided by convention."


TIES_A = np.array([[0.0, 0, 2, 1], [0, 0, 2, 0], [3, 1, 0, 4], [3, 3, 0, 0]])
TIES_dP = np.array([[1.0, 2], [3, -4]])
"""Activations with ties in three of four windows, and what arrives at the pool."""


@check
def check_blank_patch(my_formula, my_difference, my_cure):
    """Right: 0 and 0.3, half of what arrives; "random biases".

    Posed in: notebooks/11_convolution.ipynb
    """
    compare(my_formula, 0, [
        (0.6, "that would be slope 1. z is exactly 0, and our ReLU'(0) is 0."),
        (0.3, "that is what the central difference says. The formula takes ReLU'(0) = 0."),
    ], name="my_formula")  # fmt: skip
    compare(my_difference, 0.3, [
        (0.6, "that is the slope to the right alone. A central difference goes as far to the left, where ReLU is flat."),
        (0, "to the right of 0 ReLU rises, so (J(+h) - J(-h)) / 2h is not 0."),
        (0.15, "halved once too often: J(+h) - J(-h) is 0.6 h, divided by 2h."),
        (1.2, "divided by h/2 instead of 2h: J(+h) - J(-h) is 0.6 h."),
        (-0.3, "the sign: a larger b raises z, and J rises by 0.6 for each 1."),
    ], name="my_difference")  # fmt: skip
    cure = _cure(my_cure)
    if cure != "random biases":
        raise Wrong(f'"{cure}" does not help: {_NO_CURE[cure]}')
    return "with b other than 0 a blank patch is no longer on the kink; the gradient was right all the time, the place was not."


_NO_CURE = {
    "smaller h": "z is exactly 0, so each step, however small, stands with one foot on either side of the kink.",
    "float32": "z is exactly 0 in either precision, so both feet stand on either side of the kink; rounding only gets worse.",
}


def _cure(answer):
    if unfinished(answer):
        raise NotAttempted
    for name, sign in (("random biases", r"random|bias"), ("smaller h", r"small|\bh\b"), ("float32", r"float|32")):
        if re.search(sign, str(answer).lower()):
            return name
    raise Wrong(f'my_cure is {short(answer)}, expected "random biases", "smaller h" or "float32".')


# --- what data and kernels can tell ---------------------------------------------------------------------------------------


def data_sets():
    """The sets of images of the exercise, a dict of arrays (m, 1, 8, 8)."""
    rng = np.random.default_rng(3)
    edges = np.stack([np.broadcast_to(np.arange(8) >= k, (8, 8)) for k in range(1, 8)]) * 1.0
    spot = np.zeros((1, 8, 8))
    spot[0, 3, 4] = 1
    board = np.indices((8, 8)).sum(axis=0)[None] % 2 * 1.0
    grey = np.broadcast_to(np.linspace(1, 0, 50)[:, None, None], (50, 8, 8))
    stripes = np.stack([np.outer(np.ones(8), row) for row in rng.random((200, 8))])
    crossed = np.concatenate([stripes[:20].mT, stripes[:20]])
    sets = {"A": rng.random((1, 8, 8)), "B": edges, "C": spot, "D": board, "E": grey, "F": stripes, "G": crossed}
    return {name: images[:, None].copy() for name, images in sets.items()}


_TOLD = {
    "A": "one image of noise has 36 patches, and they span all nine dimensions",
    "B": "in upright edges the three rows of a patch are equal: rank 3, however many there are",
    "C": "the bright pixel shows each entry of the kernel by itself, one after the other",
    "D": "a chessboard has two kinds of patches: rank 2",
    "E": "grey images show the sum of the entries alone: rank 1",
    "F": "in upright stripes the three rows of a patch are equal: rank 3, though there are 200 images",
    "G": "upright and level stripes together: each patch has equal rows or equal columns, rank 5",
}


@check
def check_enough_data(my_sets):
    """Right: A and C, whose 3 × 3 patches have rank 9.

    Posed in: notebooks/11_convolution.ipynb
    """
    named = {str(name).strip().strip("'\"").upper()[-1:] for name in items(my_sets, "my_sets is", 'letters, such as ["B", "E"]')}
    sets = data_sets()
    if unknown := named - sets.keys():
        raise Wrong(f"my_sets holds {min(unknown)!r}, expected letters from A to G.")
    ranks = {name: int(np.linalg.matrix_rank(convolution.im2col(images, 3))) for name, images in sets.items()}
    right = {name for name, rank in ranks.items() if rank == 9}
    for name in sorted(named - right):
        raise Wrong(f"{name} is not enough: {_TOLD[name]}, and the nine entries need 9.")
    for name in sorted(right - named):
        raise Wrong(f"a set is missing that is enough: {_TOLD[name]}.")
    return "the number of images says little; the rank of their patches says all, and 9 is needed."


@check
def check_white_patch(my_kernel):
    """Right: any kernel with positive numbers on the bar (column 2) and negative ones elsewhere: the bar beats all 511 other patches.

    Posed in: notebooks/11_convolution.ipynb
    """
    K = numbers(my_kernel, "my_kernel", (3, 3))
    patches = np.array(list(itertools.product((0.0, 1.0), repeat=9)))
    bar = np.tile([0.0, 1, 0], 3)
    scores = patches @ K.ravel()
    mine = float(bar @ K.ravel())
    rivals = {"the blank patch": np.zeros(9), "the all-white patch": np.ones(9)}
    for name, patch in rivals.items():
        if (score := float(patch @ K.ravel())) >= mine:
            raise Wrong(f"{name} scores {score:g}, the bar {mine:g}: {_RIVALS[name]}")
    others = np.where((patches == bar).all(axis=1), -np.inf, scores)
    if others.max() >= mine - 1e-12:
        worst = patches[others.argmax()].reshape(3, 3).astype(int).tolist()
        tie = others.max() <= mine + 1e-12
        slack = "where the kernel is 0 a pixel costs nothing, so make it negative" if tie else "it pays to be white there, or not to be"
        raise Wrong(f"the patch {worst} scores {others.max():g}, the bar {mine:g}: {slack}.")
    return f"the bar scores {mine:.3g}, the best of the other 511 patches {others.max():.3g}: light where the bar is none must cost."


_RIVALS = {
    "the blank patch": "the light on the bar must count for it.",
    "the all-white patch": "its light is everywhere, so what is off the bar must count against it.",
}
