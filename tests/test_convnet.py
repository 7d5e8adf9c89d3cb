"""The small network for images: against central differences, the engine of `autograd`, and single images; what it refuses."""

import numpy as np
import pytest

from helpers import autograd, convnet, datasets, gradcheck, training
from helpers.checks import DomainError

X = convnet.images(datasets.digits()[0][:, :12] / 16)
Y = datasets.one_hot(datasets.digits()[1][:, :12], 10)


def start(rng=0, **sizes):
    """Parameters with biases that are not 0: a blank patch with bias 0 lies on ReLU's kink."""
    p = convnet.init_params(rng=rng, **sizes)
    return p | {"b1": np.random.default_rng(rng + 100).normal(size=p["b1"].shape) / 10}


def loss_of(p, X=X, Y=Y):
    return convnet.compute_loss(Y, convnet.forward_prop(X, p))


def grads_of(p, X=X, Y=Y):
    return convnet.backward_prop(X, Y, convnet.forward_prop(X, p), p)


@pytest.mark.parametrize("sizes", [{}, {"kernels": 3, "size": 5}, {"kernels": 1, "size": 1}])
def test_gradients_are_those_of_central_differences(sizes):
    p = start(**sizes)
    grads, central = grads_of(p), gradcheck.numerical_gradient(loss_of, p)
    for name in p:
        assert grads[f"d{name}"].shape == p[name].shape
        assert gradcheck.relative_error(grads[f"d{name}"], central[f"d{name}"]) < 1e-7, name


def test_gradients_are_those_of_the_engine():
    p = start(1)

    def loss(K1, b1, W2, b2):
        A1 = np.maximum(0, autograd.correlate(X, K1, b1, padding=1))
        V = autograd.max_pool(A1).reshape(len(X), -1).T
        return autograd.softmax_cross_entropy_from_logits(W2 @ V + b2, Y)

    grads = grads_of(p)
    for name, engine in zip(p, autograd.gradient(loss, *p.values()), strict=True):
        np.testing.assert_allclose(grads[f"d{name}"], engine, rtol=1e-12, atol=1e-15)


def test_gradients_of_z_are_those_of_each_example():
    p = start(2)
    together = grads_of(p)
    for i in range(3):
        alone = grads_of(p, X[[i]], Y[:, [i]])
        np.testing.assert_allclose(together["dZ1"][i], alone["dZ1"][0], atol=1e-14)
        np.testing.assert_allclose(together["dZ2"][:, i], alone["dZ2"][:, 0], atol=1e-14)
    shares = [grads_of(p, X[[i]], Y[:, [i]])["dK1"] for i in range(len(X))]
    np.testing.assert_allclose(together["dK1"], np.mean(shares, axis=0), atol=1e-14)


def test_shapes_and_parameters():
    p = convnet.init_params()
    assert sum(w.size for w in p.values()) == 1370
    c = convnet.forward_prop(X, p)
    shapes = {name: c[name].shape for name in ("A0", "Z1", "A1", "P1", "V", "Z2", "A2")}
    assert shapes == {"A0": X.shape, "Z1": (12, 8, 8, 8), "A1": (12, 8, 8, 8), "P1": (12, 8, 4, 4), "V": (128, 12), "Z2": (10, 12), "A2": (10, 12)}
    np.testing.assert_allclose(c["A2"].sum(axis=0), 1)
    grads = convnet.backward_prop(X, Y, c, p)
    assert all(grads[f"d{name}"].shape == c[name].shape for name in ("Z1", "A1", "P1", "Z2"))


def test_the_start_has_hes_spread():
    p = convnet.init_params(kernels=4000, rng=3)
    assert p["K1"].std() == pytest.approx(np.sqrt(2 / 9), rel=0.02)
    assert p["W2"].std() == pytest.approx(np.sqrt(2 / (4000 * 16)), rel=0.02)
    assert not p["b1"].any() and not p["b2"].any()
    np.testing.assert_array_equal(convnet.init_params(rng=5)["K1"], convnet.init_params(rng=np.random.default_rng(5))["K1"])


def test_columns_become_images_row_by_row():
    columns = np.arange(18.0).reshape(2, 9).T
    np.testing.assert_array_equal(convnet.images(columns)[1, 0], [[9, 10, 11], [12, 13, 14], [15, 16, 17]])
    with pytest.raises(ValueError, match=r"X has shape \(10, 2\), expected \(side², m\)"):
        convnet.images(np.zeros((10, 2)))


def test_it_learns_with_any_rule_of_training():
    for rule, rate in ((training.PLAIN, 0.1), (training.momentum(0.9), 0.02), (training.adam(), 0.01)):
        p = convnet.init_params(rng=0)
        memory, before = rule.start(p), loss_of(p)
        for t in range(30):
            p, memory = rule.step(p, grads_of(p), memory, rate, t + 1)
        assert loss_of(p) < 0.5 * before, rule


@pytest.mark.parametrize(("change", "words"), [
    ({"W2": np.zeros((10, 127))}, "W2"), ({"b2": np.zeros(10)}, "b2"), ({"b2": np.zeros((1, 10))}, "b2"), ({"b1": np.zeros(7)}, "b has shape"),
    ({"K1": np.zeros((8, 3, 3))}, "K has shape"), ({"K1": np.zeros((8, 2, 3, 3))}, "K has shape"),
])  # fmt: skip
def test_parameters_that_do_not_fit_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        convnet.forward_prop(X, convnet.init_params() | change)


def test_other_arguments_that_do_not_fit():
    p = convnet.init_params()
    c = convnet.forward_prop(X, p)
    with pytest.raises(ValueError, match="Y"):
        convnet.backward_prop(X, Y[:, :11], c, p)
    with pytest.raises(ValueError, match="Y"):
        convnet.backward_prop(X, Y / 2, c, p)
    with pytest.raises(ValueError, match="X has shape"):
        convnet.forward_prop(X[:, 0], p)
    with pytest.raises(DomainError, match="X holds nan"):
        convnet.forward_prop(X * np.nan, p)
    with pytest.raises(KeyError, match="b1"):
        convnet.forward_prop(X, {name: w for name, w in p.items() if name != "b1"})
