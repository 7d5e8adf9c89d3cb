"""The convolution explorer: what is sent is what helpers.convolution computes, in numbers and in words."""

import xml.etree.ElementTree as ElementTree
from fractions import Fraction

import numpy as np
import pytest

from helpers import convolution, datasets
from helpers.widgets import ConvolutionExplorer
from helpers.widgets.convolution_explorer import learning, words
from helpers.widgets.convolution_explorer import recording as rec

OWN = [[0.5, -1, 2], [0, 3, -0.25], [1, 0, -7]]
ALL = [(image, kernel, stride, padding) for image in ("toy", "0", "8") for kernel in rec.KERNELS for stride, padding in rec.COMBINATIONS]


@pytest.fixture(scope="module")
def explorer():
    widget = ConvolutionExplorer()
    yield widget
    widget.close()


def array(sent):
    return np.frombuffer(sent["bytes"], sent["dtype"]).reshape(sent["shape"])


def loops(X, K, stride, padding):
    """Z, and the products of each place, by the definition."""
    X = np.pad(X, padding)
    count = (len(X) - len(K)) // stride + 1
    patches = [[X[stride * i : stride * i + len(K), stride * j : stride * j + len(K)] for j in range(count)] for i in range(count)]
    products = np.array(patches) * K
    return products.sum(axis=(2, 3)), products


def own_image(name):
    return rec.TOY if name == "toy" else datasets.digits()[0][:, int(name)].reshape(8, 8)


# ---------------------------------------------------------------- slide


@pytest.mark.parametrize(("image", "kernel", "stride", "padding"), ALL)
def test_what_slides_is_what_the_definition_says(explorer, image, kernel, stride, padding):
    sent = explorer.recording
    group, index = sent["where"][image]
    made, K = sent["kernels"][kernel], rec.KERNELS[kernel]
    Z, products = loops(own_image(image), K, stride, padding)
    rows = sent["geometry"][f"{group} {len(K)}"][sent["combinations"][f"{stride} {padding}"]]["rows"]
    starts = [row[0] + 1 for row in rows]
    assert np.array_equal(array(made["K"]), K) and made["size"] == len(K)
    assert np.allclose(array(made[f"{group} sums"])[index][np.ix_(starts, starts)], Z, rtol=1e-6, atol=1e-5)
    assert np.allclose(array(made[f"{group} products"])[index][np.ix_(starts, starts)], products, rtol=1e-6)
    shown = ConvolutionExplorer(image=image, kernel=kernel, stride=stride, padding=padding)
    assert np.allclose(shown.Z, Z, rtol=1e-6, atol=1e-5) and np.allclose(shown.products, products, rtol=1e-6)
    assert np.allclose(shown.Z, convolution.correlate(shown.X[None, None], K[None, None], None, stride, padding)[0, 0], rtol=1e-6, atol=1e-5)
    shown.close()


@pytest.mark.parametrize(("height", "size", "stride", "padding"), [(h, k, s, p) for h in (4, 8) for k in (2, 3) for s, p in rec.COMBINATIONS])
def test_places_look_where_the_patches_are(height, size, stride, padding):
    found = rec.geometry(height, size, stride, padding)
    numbered = np.repeat(np.arange(height) + 1.0, height).reshape(1, 1, height, height)  # each pixel holds its row, the margin 0
    n = len(found["rows"])
    under = convolution.im2col(numbered, size, stride, padding).reshape(size, size, n, n)
    rows = np.array(found["rows"])
    inside = under[:, :, :, n // 2].max(axis=1).T  # of a column that is not all margin
    assert np.array_equal(np.where((rows < 0) | (rows >= height), 0, rows + 1), inside)
    assert found["unread"] == height - len(set(under.ravel()) - {0})


def test_stride_2_never_reads_the_last_column():
    assert ConvolutionExplorer(stride=2).describe().endswith("Rows and columns of X that no place reads: 1 of 8.")
    assert "no place reads" not in ConvolutionExplorer(stride=2, padding=1).describe()


def test_images_are_the_first_ten_digits_and_the_toy():
    X, y = datasets.digits()
    assert y[0, :10].tolist() == list(range(10))
    for n in range(10):
        assert np.array_equal(ConvolutionExplorer(image=n).X, X[:, n].reshape(8, 8))
    toy = ConvolutionExplorer(image="toy", kernel="toy")
    assert toy.Z.tolist() == [[3, 7, -1], [0, 0, 7], [1, 3, 5]]
    assert toy.dZ.tolist() == [[1, 0, -1], [0, 2, 0], [1, 0, 1]] and toy.dK.tolist() == [[5, 10], [1, 3]]
    assert toy.dX.tolist() == [[1, 0, -1, 0], [-1, 4, 1, -2], [1, -2, 5, 0], [-1, 2, -1, 2]]


# ---------------------------------------------------------------- gradient


@pytest.mark.parametrize(("image", "kernel", "stride", "padding"), ALL)
def test_terms_add_up_to_the_gradient(explorer, image, kernel, stride, padding):
    sent = explorer.recording
    group, index = sent["where"][image]
    K, c = rec.KERNELS[kernel], sent["combinations"][f"{stride} {padding}"]
    k, X = len(K), own_image(image)
    Z, _ = loops(X, K, stride, padding)
    dZ = array(sent["slopes"])[: len(Z), : len(Z)]
    back = {name: array(values) for name, values in sent["back"][f"{group} {k}"].items()}
    dX, dK, _ = convolution.correlate_backward(dZ[None, None], X[None, None], K[None, None], stride, padding)
    terms = back["products"][c, index][:, :, : len(Z), : len(Z)]
    assert np.array_equal(back["dK"][c, index], dK[0, 0]) and np.array_equal(terms.sum(axis=(2, 3)), dK[0, 0])
    wide = np.pad(X, padding)
    for u, v in np.ndindex(K.shape):
        seen = wide[u : u + stride * (len(Z) - 1) + 1 : stride, v : v + stride * (len(Z) - 1) + 1 : stride]
        assert np.array_equal(terms[u, v], dZ * seen)
    made = sent["kernels"][kernel]
    assert np.allclose(array(made[f"{group} dX"])[c], dX[0, 0], rtol=1e-6, atol=1e-6)
    assert np.allclose(array(made["terms"]), K[:, :, None, None] * array(sent["slopes"]), rtol=1e-6)


@pytest.mark.parametrize("settings", [{}, {"image": "toy", "kernel": "toy"}, {"stride": 2, "padding": 1}, {"kernel": OWN, "stride": 3}])
def test_the_terms_of_every_entry_and_every_pixel(settings):
    widget = ConvolutionExplorer("gradient", **settings)
    for of, gradient in (("kernel", widget.dK), ("pixel", widget.dX)):
        widget.of = of
        for u, v in np.ndindex(gradient.shape):
            setattr(widget, "entry" if of == "kernel" else "pixel", (u + 1, v + 1))
            factors, products = widget.terms
            assert np.nansum(products) == pytest.approx(gradient[u, v], abs=1e-5)
            assert np.array_equal(np.isnan(factors), np.isnan(products)) and (of == "pixel" or np.isfinite(factors).all())


def test_the_gradient_is_the_slope_of_a_loss():
    widget = ConvolutionExplorer("gradient", image=3, kernel=OWN, stride=2, padding=1)
    for u, v in np.ndindex(3, 3):
        h = np.zeros((3, 3))
        h[u, v] = 0.5  # the loss is linear in K
        up, down = (loops(widget.X, widget.K + sign * h, 2, 1)[0] for sign in (1, -1))
        assert widget.dK[u, v] == pytest.approx(((up - down) * widget.dZ).sum(), abs=1e-4)


# ---------------------------------------------------------------- learn


@pytest.mark.parametrize("name", learning.SHOWN)
def test_the_recorded_descent_is_plain_descent(explorer, name):
    sent, P = explorer.recording["runs"][name], convolution.im2col(learning.data(name), 3)
    n, k = P.shape[1], np.zeros(9)
    lam = np.linalg.eigvalsh(P @ P.T / n)[-1]
    T = rec.SOBEL.ravel() @ P
    K, loss, errors = (array(sent[key]) for key in ("K", "loss", "errors"))
    assert sent["rate"] == pytest.approx(1 / lam) and sent["rank"] == np.linalg.matrix_rank(P)
    everything = convolution.im2col(learning.digits(), 3)
    for step in range(learning.STEPS[-1] + 1):
        if step in learning.STEPS:
            row = learning.STEPS.index(step)
            assert np.allclose(K[row].ravel(), k, rtol=1e-5, atol=1e-6)
            assert loss[row] == pytest.approx(np.square(k @ P - T).mean() / 2, rel=1e-4, abs=1e-12)
            off = [(k - rec.SOBEL.ravel()) @ patches for patches in (np.eye(9), P, everything)]
            true = [rec.SOBEL.ravel() @ patches for patches in (np.eye(9), P, everything)]
            wanted = [100 * np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(off, true, strict=True)]
            assert np.allclose(errors[row], wanted, rtol=1e-4, atol=2e-9)
        k = k - P @ (k @ P - T) / n / lam


@pytest.mark.parametrize("name", learning.SHOWN)
def test_the_answers_are_those_of_the_kernel(explorer, name):
    sent = explorer.recording["runs"][name]
    K, answers, targets, shown = (array(sent[key]) for key in ("K", "answers", "targets", "shown"))
    assert np.array_equal(shown[1], learning.digits()[13, 0].astype("float32")) and any(np.allclose(shown[0], one[0]) for one in learning.data(name))
    for n in range(2):
        assert np.allclose(targets[n], loops(shown[n], rec.SOBEL, 1, 0)[0], atol=1e-5)
        for row in (0, 1, 20, -1):
            assert np.allclose(answers[row, n], loops(shown[n], K[row], 1, 0)[0], atol=1e-5)


def test_edges_teach_a_false_kernel_and_digits_the_true_one():
    last = {name: learning.run(name) for name in learning.SHOWN}
    assert [last[name].rank for name in ("noise", "digits", "centred", "edges")] == [9, 9, 9, 3]
    first = {
        name: next(step for step, error in zip(learning.STEPS, one.errors[:, 0], strict=True) if error < 1)
        for name, one in last.items()
        if name != "edges"
    }
    assert first == {"noise": 4, "digits": 150, "centred": 40}
    assert np.allclose(last["edges"].K[-1], rec.KERNELS["edges"], atol=2e-4)
    assert last["edges"].errors[-1].round(2).tolist() == [33.33, 0.0, 10.24]


# ---------------------------------------------------------------- settings, an own kernel, words


def test_an_own_kernel_is_held_and_answered():
    widget = ConvolutionExplorer(kernel=OWN)
    assert widget.held["kernel"] == OWN and np.array_equal(array(widget.held["digits sums"])[0][1:-1, 1:-1], widget.Z)
    answered = widget.answer({"kernel": OWN})
    assert answered["kernel"] == OWN and answered.keys() == widget.held.keys()
    assert np.allclose(array(answered["digits sums"])[3], loops(own_image("3"), np.array(OWN), 1, 1)[0], rtol=1e-6)
    assert widget.answer({"kernel": rec.SOBEL.tolist()}) == {"kernel": "sobel_x"}, "a known kernel is called by its name"
    with pytest.raises(ValueError, match=r"kernel has shape \(1, 2\)"):
        widget.answer({"kernel": [[1, 2]]})
    widget.kernel = "blur"
    assert widget.held == {}


@pytest.mark.parametrize("entries", [rec.SOBEL, rec.SOBEL.astype(int), tuple(map(tuple, rec.SOBEL.tolist())), rec.SOBEL.astype("float32")])
def test_entries_may_come_in_any_form(entries):
    assert ConvolutionExplorer(kernel=entries).kernel == "sobel_x"


def test_entries_may_be_fractions():
    assert ConvolutionExplorer(kernel=[[Fraction(1, 2), 0], [0, 1]]).kernel == [[0.5, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"view": "glide"}, "view is 'glide', expected one of slide, learn, gradient: did you mean 'slide'?"),
        ({"image": 10}, "image is '10', expected one of toy, 0, 1"),
        ({"image": 1.0}, "image is 1.0, expected one of toy"),
        ({"image": True}, "image is True, expected one of toy"),
        ({"kernel": "sobel"}, "kernel is 'sobel', expected one of sobel_x, .*: did you mean 'sobel_"),
        ({"kernel": [[1, 2, 3]]}, r"kernel has shape \(1, 3\), expected a name or entries of shape \(2, 2\) or \(3, 3\)"),
        ({"kernel": np.eye(4)}, r"kernel has shape \(4, 4\), expected"),
        ({"kernel": [["a", "b"], [1, 2]]}, r"kernel is \[\['a', 'b'\], \[1, 2\]\], expected a name or entries"),
        ({"kernel": None}, "kernel is None, expected a name or entries"),
        ({"kernel": [[np.nan, 0], [0, 1]]}, "kernel holds nan"),
        ({"kernel": [[100, 0], [0, 1]]}, "kernel holds 100, expected entries from -99 to 99"),
        ({"stride": 4}, "stride is 4, expected one of 1, 2, 3"),
        ({"padding": 2}, "padding is 2, expected one of 0, 1"),
        ({"padding": True}, "padding is True"),
        ({"place": 3}, r"place is 3, expected \(row, column\), counted from 1"),
        ({"place": (0, 1)}, "the row of place is 0"),
        ({"place": (1, 11)}, "the column of place is 11, expected at most 10"),
        ({"entry": (4, 1)}, "the row of entry is 4, expected at most 3"),
        ({"pixel": (1, 1.5)}, "the column of pixel is 1.5"),
        ({"of": "image"}, "of is 'image', expected one of kernel, pixel"),
        ({"data": "cats"}, "data is 'cats', expected one of noise, digits, centred, edges"),
        ({"step": 301}, "step is 301, expected at most 300"),
        ({"step": -1}, "step is -1"),
        ({"rate": 1}, "ConvolutionExplorer has no setting 'rate'"),
    ],
)
def test_a_wrong_setting_is_named(settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ConvolutionExplorer(**settings)


def test_the_last_place_stands_in_where_there_are_fewer():
    widget = ConvolutionExplorer(place=(6, 5))
    assert widget.at == (5, 4)
    widget.stride = 2
    assert widget.at == (2, 2) and "Row 3, column 3" in widget.describe() and widget.place == (6, 5)
    widget = ConvolutionExplorer("gradient", image="toy", kernel="toy", entry=(3, 1))
    assert widget.target == (1, 0) and "dK, row 2, column 1: 1, summed over 9 of Z's places." in widget.describe()


def test_it_says_what_it_is():
    assert repr(ConvolutionExplorer()) == "ConvolutionExplorer()"
    assert repr(ConvolutionExplorer("learn", image=3, step=41)) == "ConvolutionExplorer(view='learn', image='3', step=40)"
    assert repr(ConvolutionExplorer(kernel=[[1, 2], [3, 4]])) == "ConvolutionExplorer(kernel=[[1.0, 2.0], [3.0, 4.0]])"


def test_words_say_what_is_shown():
    assert ConvolutionExplorer(image="toy", kernel="toy", place=(2, 3)).describe() == (
        "Kernel toy, 2 × 2 on the toy image, stride 1, padding 0: Z is 3 × 3. Row 2, column 3: the 4 products add up to 7."
    )
    toy = ConvolutionExplorer("gradient", image="toy", kernel="toy", place=(2, 2))
    assert toy.describe() == "dK, row 1, column 1: 5, summed over 9 of Z's places. Z's row 2, column 2: dZ = 2 times the pixel 1 is 2."
    toy.of, toy.pixel = "pixel", (2, 2)
    assert (
        toy.describe()
        == "dX, row 2, column 2: 4, summed over the 4 of 9 places that read it. Z's row 2, column 2: dZ = 2 times the entry 1 is 2."
    )
    toy.place = (3, 3)
    assert toy.describe().endswith("Z's row 3, column 3, does not read it.")
    said = ConvolutionExplorer("learn", data="edges", step=300).describe()
    assert said.startswith("Step 300, on upright edges: patches of rank 3 of 9, rate 0.192,") and said.endswith("by 10.2 % on all digits.")


@pytest.mark.parametrize(
    ("value", "text"), [(0.25, "0.3"), (-0.25, "−0.3"), (12.44, "12"), (0.0625, "0.1"), (-0.04, "0"), (132, "132"), (-47, "−47")]
)
def test_numbers_of_small_cells(value, text):
    assert words.short(value) == text


def test_the_recording_is_small_and_made_once(explorer):
    def size(sent):
        if isinstance(sent, bytes):
            return len(sent)
        return sum(map(size, sent.values() if isinstance(sent, dict) else sent)) if isinstance(sent, dict | list | tuple) else 0

    assert size(explorer.recording) < 600_000
    again = ConvolutionExplorer(image=3)
    assert again.recording["kernels"] is explorer.recording["kernels"] and again.recording["runs"] is explorer.recording["runs"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"place": (3, 4), "padding": 1, "kernel": "blur"},
        {"view": "gradient", "image": "toy", "kernel": "toy"},
        {"view": "gradient", "of": "pixel", "stride": 3},
        {"view": "learn", "data": "edges", "step": 50},
    ],
)
def test_the_picture_is_the_same_bytes_every_time(settings):
    picture = ConvolutionExplorer(**settings).picture()
    assert picture == ConvolutionExplorer(**settings).picture() and len(picture) < 60_000
    assert ElementTree.fromstring(picture).get("viewBox") in ("0 0 840 360", "0 0 1090 340", "0 0 890 345")


def test_the_picture_fills_z_so_far():
    texts = [
        node.text
        for node in ElementTree.fromstring(ConvolutionExplorer(image="toy", kernel="toy", place=(2, 1)).picture()).iter()
        if node.tag.endswith("text")
    ]
    assert texts[-5:] == ["Z = X ⋆ K, stride 1, padding 0", "3", "7", "−1", "0"] and "sum: 0" in texts
