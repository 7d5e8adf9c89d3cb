"""What the convolution explorer plays: every product under the kernel at every place, and every term of its gradients.

All of it is recorded at stride 1 with a margin of 1: other strides and no margin select from these places, see `geometry`.
"""

from functools import cache

import numpy as np

from helpers import convolution, datasets
from helpers.widgets.kit.base import table

TOY = np.array([[1.0, 2, 0, 1], [0, 1, 3, 1], [2, 1, 0, 2], [1, 0, 1, 3]])
SOBEL = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
KERNELS = {
    "sobel_x": SOBEL,
    "sobel_y": SOBEL.T,
    "laplacian": np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "identity": np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "blur": np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16,
    "edges": np.tile([-4 / 3, 0, 4 / 3], (3, 1)),
    "toy": np.array([[1.0, 0], [-1, 2]]),
}
STRIDES, PADDINGS = (1, 2, 3), (0, 1)
COMBINATIONS = [(stride, padding) for stride in STRIDES for padding in PADDINGS]
SIZES = (2, 3)
LARGEST = 99  # entry of a kernel
IMAGES = ("toy", *map(str, range(10)))


@cache
def images():
    """{group: images (count, 1, h, w)}: "digits", the first ten of the data set, a 0 to a 9 with pixels from 0 to 16; and "toy"."""
    return {"digits": datasets.digits()[0][:, :10].T.reshape(10, 1, 8, 8), "toy": TOY[None, None]}


def where(image):
    """The group of an image, and which of it."""
    return ("toy", 0) if image == "toy" else ("digits", int(image))


@cache
def slopes():
    """dZ at the places of any output, which takes the upper left part of it: whole numbers; those of notebook 11 in the corner."""
    dZ = np.random.default_rng(0).integers(-2, 3, size=(9, 9)).astype(float)
    dZ[:3, :3] = [[1, 0, -1], [0, 2, 0], [1, 0, 1]]
    return dZ


def shape(height, size, stride, padding):
    """(rows, columns) of Z for a square image and a square kernel."""
    return (convolution.positions(height, size, stride, padding),) * 2


def geometry(height, size, stride, padding):
    """Along one side: "rows" of the image, from 0, under each entry at each place, -1 and `height` being the margin; how many "unread"."""
    places = convolution.positions(height, size, stride, padding)
    rows = stride * np.arange(places)[:, None] + np.arange(size) - padding
    return {"rows": rows.tolist(), "unread": len(set(range(height)) - set(rows.ravel().tolist()))}


def sliding(K):
    """{"digits products": (images, H, W, k, k), "digits sums": (images, H, W), ... of toy} at stride 1 and padding 1, as float32."""
    k, found = len(K), {}
    for group, X in images().items():
        H, W = shape(X.shape[2], k, 1, 1)
        P = convolution.im2col(X, k, 1, 1).reshape(k, k, len(X), H, W)
        found[f"{group} products"] = (K[:, :, None, None, None] * P).transpose(2, 3, 4, 0, 1).astype("float32")
        found[f"{group} sums"] = convolution.correlate(X, K[None, None], None, 1, 1)[:, 0].astype("float32")
    return found


def to_pixels(K):
    """{"terms": dZ times each entry (k, k, 9, 9), "digits dX": (combinations, h, w), "toy dX"}: what a pixel gets back through K."""
    found = {"terms": (K[:, :, None, None] * slopes()).astype("float32")}
    for group, X in images().items():
        found[f"{group} dX"] = np.array([backward(X[:1], K, *pair)[0][0, 0] for pair in COMBINATIONS], dtype="float32")
    return found


def backward(X, K, stride, padding):
    """dX and dK of the images X, all with the same dZ."""
    rows, columns = shape(X.shape[2], len(K), stride, padding)
    dZ = np.broadcast_to(slopes()[:rows, :columns], (len(X), 1, rows, columns))
    return convolution.correlate_backward(dZ, X, K[None, None], stride, padding)[:2]


@cache
def to_kernel(group, size):
    """{"products": (combinations, images, k, k, oh, ow), 0 beyond the last place; "dK": (combinations, images, k, k)}: the kernel plays no part."""
    X = images()[group]
    most = shape(X.shape[2], size, 1, 1)
    products = np.zeros((len(COMBINATIONS), len(X), size, size, *most), "float32")
    dK = np.zeros(products.shape[:4], "float32")
    for c, (stride, padding) in enumerate(COMBINATIONS):
        rows, columns = shape(X.shape[2], size, stride, padding)
        P = convolution.im2col(X, size, stride, padding).reshape(size, size, len(X), rows, columns)
        products[c, ..., :rows, :columns] = P.transpose(2, 0, 1, 3, 4) * slopes()[:rows, :columns]
        dK[c] = [backward(X[i : i + 1], np.zeros((size, size)), stride, padding)[1][0, 0] for i in range(len(X))]
    return {"products": products, "dK": dK}


def of_kernel(K):
    """All that depends on the kernel, as the browser takes it."""
    K = np.asarray(K, dtype=float)
    arrays = sliding(K) | to_pixels(K)
    return {"size": len(K), "K": table(K), **{name: table(values, "float32") for name, values in arrays.items()}}


@cache
def recording():
    """The images, the kernels with all that they make, where each place looks, and the terms of dK."""
    sizes = [(group, X.shape[2], k) for group, X in images().items() for k in SIZES]
    return {
        "images": {group: table(X[:, 0], "uint8") for group, X in images().items()}, "ink": {group: float(X.max()) for group, X in images().items()},
        "where": {name: where(name) for name in IMAGES},
        "kernels": {name: of_kernel(K) for name, K in KERNELS.items()}, "slopes": table(slopes()),
        "combinations": {f"{s} {p}": c for c, (s, p) in enumerate(COMBINATIONS)}, "strides": STRIDES, "paddings": PADDINGS, "most": LARGEST,
        "geometry": {f"{group} {k}": [geometry(height, k, *pair) for pair in COMBINATIONS] for group, height, k in sizes},
        "back": {f"{group} {k}": {name: table(values, "float32") for name, values in to_kernel(group, k).items()} for group, _, k in sizes},
    }  # fmt: skip
