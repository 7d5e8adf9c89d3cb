"""Explore convolution: slide a kernel over an image, learn one back from images, and see over which places its gradient is summed."""

from pathlib import Path

import numpy as np
import traitlets

from helpers import checks
from helpers.widgets.convolution_explorer import learning, picture, words
from helpers.widgets.convolution_explorer import recording as rec
from helpers.widgets.kit.base import Widget
from helpers.widgets.kit.settings import Own, Setting, one_number_of, one_of, whole_number

SIDE = 10  # places and pixels along a side, at most


def _image(name, value):
    """A check: "toy", or a digit as a name or a number."""
    digit = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return checks.choice(name, str(value) if digit else value, list(rec.IMAGES))


def _kernel(_, value):
    """A check: the name of a kernel, or its entries, which get their name where they have one."""
    if isinstance(value, str):
        return checks.choice("kernel", value, list(rec.KERNELS))
    expected = f"a name or entries of shape (2, 2) or (3, 3): {', '.join(rec.KERNELS)}"
    try:
        K = checks.floats("kernel", value)
    except checks.DomainError:
        raise
    except (TypeError, ValueError):
        raise TypeError(f"kernel is {checks.brief(value)}, expected {expected}") from None
    if K.shape not in ((2, 2), (3, 3)):
        raise ValueError(f"kernel has shape {K.shape}, expected {expected}")
    if np.abs(K).max() > rec.LARGEST:
        raise ValueError(f"kernel holds {K.flat[np.abs(K).argmax()]:g}, expected entries from -{rec.LARGEST} to {rec.LARGEST}")
    return next((name for name, known in rec.KERNELS.items() if np.array_equal(K, known)), K.astype(float).tolist())


def pair_up_to(most):
    """A check: (row, column), two whole numbers from 1 to `most`, kept as a tuple."""

    def check(name, value):
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise TypeError(f"{name} is {checks.brief(value)}, expected (row, column), counted from 1")
        return tuple(whole_number(1, most)(f"the {which} of {name}", one) for which, one in zip(("row", "column"), value, strict=True))

    return check


def _step(name, value):
    """A check: a number of steps; the nearest recorded one is kept."""
    step = whole_number(0, learning.STEPS[-1])(name, value)
    return min(learning.STEPS, key=lambda recorded: abs(recorded - step))


class ConvolutionExplorer(Widget):
    """A kernel that slides over an image, Sobel's kernel being learned, and the terms that a gradient of a kernel is summed from.

    Parameters (all of them traits, which can be set and read later: `explorer.stride = 2`)
    ----------
    view : str
        "slide", "learn" or "gradient".
    image : str or int
        "toy", the 4 x 4 image of notebook 11, or 0 to 9, a digit of 8 x 8 pixels from 0 to 16.
    kernel : str or matrix
        "sobel_x", "sobel_y", "laplacian", "identity", "blur", "edges" (fits upright edges), "toy", or own entries, (2, 2) or (3, 3).
    stride : int
        1, 2 or 3.
    padding : int
        0 or 1, the width of the margin of zeros.
    place : pair of int
        Row and column of Z, counted from 1; up to there Z is filled. The last ones where there are fewer.
    of : str
        Whose gradient: that of an entry of the "kernel", or of a "pixel".
    entry, pixel : pair of int
        Row and column in K and in X, counted from 1; the last ones where there are fewer.
    data : str
        From what the kernel is learned: "noise", "digits", "centred" (less their mean), "edges"; ten images each.
    step : int
        0 to 300; the nearest recorded one is kept. Step 0 is before the first update.

    `explorer.Z`, `explorer.dZ`, `explorer.dK` and `explorer.dX` are the matrices that are shown.

    Raises
    ------
    TypeError, ValueError
        Names the setting, what came and what was expected; DomainError for NaN and infinities.

    Derived in: notebooks/11_convolution.ipynb, "Which places does the gradient of a kernel sum over?"
    """

    _folder = Path(__file__).parent

    view = Setting(one_of(words.VIEWS), "slide")
    image = Setting(_image, "0")
    kernel = Own(_kernel, "sobel_x")
    stride = Setting(one_number_of(rec.STRIDES), 1)
    padding = Setting(one_number_of(rec.PADDINGS), 0)
    place = Setting(pair_up_to(SIDE), (1, 1))
    of = Setting(one_of(words.OF), "kernel")
    entry = Setting(pair_up_to(3), (1, 1))
    pixel = Setting(pair_up_to(SIDE), (1, 1))
    data = Setting(one_of(words.DATA), "digits")
    step = Setting(_step, 0)
    held = traitlets.Dict().tag(sync=True)
    """All that an own kernel makes, so that every view and an exported page have it."""

    def __init__(self, view="slide", **settings):
        super().__init__(view=view, **settings)

    def record(self):
        """The recording, the same for every explorer; what belongs to own entries is held beside it."""
        self._hold()
        names = {
            "views": words.VIEWS,
            "labels": words.KERNELS,
            "own": words.OWN,
            "image_labels": words.IMAGES,
            "called": words.IMAGES | words.CALLED,
            "data": words.DATA,
        }
        said = {"of": words.OF, "errors": words.ERRORS, "sentences": words.SENTENCES, "waiting": words.WAITING, "not_recorded": words.NOT_RECORDED}
        return rec.recording() | learning.recording() | names | said

    @traitlets.observe("kernel")
    def _hold(self, _=None):
        self.held = {} if isinstance(self.kernel, str) else {"kernel": self.kernel} | rec.of_kernel(self.kernel)

    def answer(self, question):
        """All that the kernel of {"kernel": entries} makes, and what it is called."""
        kernel = _kernel(self, question["kernel"])
        return {"kernel": kernel} | ({} if isinstance(kernel, str) else rec.of_kernel(kernel))

    @property
    def K(self):
        """The entries of the kernel."""
        return np.array(rec.KERNELS[self.kernel] if isinstance(self.kernel, str) else self.kernel)

    @property
    def X(self):
        """The image."""
        group, index = rec.where(self.image)
        return rec.images()[group][index, 0]

    @property
    def layout(self):
        """Where each place looks along one side, see `recording.geometry`."""
        return rec.geometry(len(self.X), len(self.K), self.stride, self.padding)

    def _at_most(self, pair, count):
        return tuple(min(one, count) - 1 for one in pair)

    @property
    def at(self):
        """(i, j), the place from 0."""
        return self._at_most(self.place, len(self.layout["rows"]))

    @property
    def target(self):
        """(u, v) or (r, t), what the gradient is of, from 0."""
        return self._at_most(self.entry, len(self.K)) if self.of == "kernel" else self._at_most(self.pixel, len(self.X))

    def _selected(self, arrays):
        """The part that stride and padding select from an array over all places."""
        starts = [rows[0] + 1 for rows in self.layout["rows"]]
        return arrays[np.ix_(starts, starts)]

    @property
    def Z(self):
        """What comes out."""
        group, index = rec.where(self.image)
        return self._selected(rec.sliding(self.K)[f"{group} sums"][index])

    @property
    def products(self):
        """(rows, columns, k, k): what the kernel's entries make at each place."""
        group, index = rec.where(self.image)
        return self._selected(rec.sliding(self.K)[f"{group} products"][index])

    @property
    def dZ(self):
        """What comes back to each place."""
        rows, columns = self.Z.shape
        return rec.slopes()[:rows, :columns]

    @property
    def dK(self):
        """The gradient of the kernel."""
        return rec.backward(self.X[None, None], self.K, self.stride, self.padding)[1][0, 0].astype("float32")

    @property
    def dX(self):
        """The gradient of the image."""
        return rec.backward(self.X[None, None], self.K, self.stride, self.padding)[0][0, 0].astype("float32")

    @property
    def terms(self):
        """(factors, products), both shaped as Z: what dZ is multiplied with at each place, NaN where the pixel is not read there."""
        rows = np.array(self.layout["rows"])
        factors = np.full(self.dZ.shape, np.nan)
        if self.of == "kernel":
            u, v = self.target
            factors = np.pad(self.X, 1)[np.ix_(rows[:, u] + 1, rows[:, v] + 1)]
        else:
            for (i, j), (u, v) in ((place, entry) for place in np.ndindex(factors.shape) for entry in np.ndindex(self.K.shape)):
                if (rows[i, u], rows[j, v]) == self.target:
                    factors[i, j] = self.K[u, v]
        return factors.astype("float32"), (self.dZ * factors).astype("float32")

    def describe(self):
        """What is shown, in words."""
        return {"slide": words.of_place, "learn": words.of_step, "gradient": words.of_gradient}[self.view](self)

    def picture(self):
        """The view as a picture."""
        return {"slide": picture.slide, "learn": picture.learn, "gradient": picture.gradient}[self.view](self)
