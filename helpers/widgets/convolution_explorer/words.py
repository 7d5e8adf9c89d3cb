"""What the convolution explorer says: sentences with places for numbers, which Python and the browser fill in alike."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from helpers.widgets.convolution_explorer import learning
from helpers.widgets.kit.numerals import number

VIEWS = {"slide": "slide a kernel", "learn": "learn Sobel's kernel", "gradient": "where a gradient comes from"}
KERNELS = {
    "sobel_x": "Sobel across", "sobel_y": "Sobel down", "laplacian": "Laplacian", "identity": "identity", "blur": "blur",
    "edges": "from edges", "toy": "toy, 2 × 2",
}  # fmt: skip
OWN = "own entries"
CALLED = {"toy": "the toy image"}
IMAGES = {"toy": "toy, 4 × 4"} | {str(n): f"{'an' if n == 8 else 'a'} {n}" for n in range(10)}
DATA = {"noise": "noise", "digits": "ten digits", "centred": "digits less their mean", "edges": "upright edges"}
OF = {"kernel": "an entry of K", "pixel": "a pixel of X"}
ERRORS = {"kernel": "kernel", "own": "own images", "other": "all digits"}

SHAPE = "Kernel {kernel} on {image}, stride {stride}, padding {padding}: Z is {rows} × {columns}. "
PLACE = "Row {row}, column {column}: the {count} products add up to {sum}."
UNREAD = " Rows and columns of X that no place reads: {unread} of {height}."
ENTRY = "dK, row {u}, column {v}: {sum}, summed over {places} of Z's places. "
ENTRY_TERM = "Z's row {row}, column {column}: dZ = {slope} times the pixel {factor} is {product}."
PIXEL = "dX, row {u}, column {v}: {sum}, summed over the {places} of {all} places that read it. "
PIXEL_TERM = "Z's row {row}, column {column}: dZ = {slope} times the entry {factor} is {product}."
NOT_READ = "Z's row {row}, column {column}, does not read it."
LEARN = (
    "Step {step}, on {data}: patches of rank {rank} of 9, rate {rate}, loss {loss}. Off from Sobel: the kernel by {kernel} %, "
    "its answers by {own} % on its own images, by {other} % on all digits."
)

WAITING = "Computing with the kernel as it is now. What you see is still the one before."
NOT_RECORDED = "This kernel is not recorded on this page. It needs Python: open the notebook and run its cells."

SENTENCES = {
    "shape": SHAPE, "place": PLACE, "unread": UNREAD, "entry": ENTRY, "entry_term": ENTRY_TERM, "pixel": PIXEL, "pixel_term": PIXEL_TERM,
    "not_read": NOT_READ, "learn": LEARN,
}  # fmt: skip


def short(value, places=1, digits=2):
    """A number for a small cell: at most so many digits and decimals, as `short` of grid.js writes it."""
    return number(Decimal(float(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP), digits)


def of_place(explorer):
    """What the kernel makes at the place that is shown."""
    (rows, columns), (i, j) = explorer.Z.shape, explorer.at
    said = SHAPE + PLACE + (UNREAD if explorer.layout["unread"] else "")
    kernel = KERNELS[explorer.kernel] if isinstance(explorer.kernel, str) else OWN
    return said.format(
        kernel=kernel, image=CALLED.get(explorer.image, IMAGES[explorer.image]), stride=explorer.stride, padding=explorer.padding,
        rows=rows, columns=columns, row=i + 1, column=j + 1, count=explorer.K.size, sum=number(explorer.Z[i, j]),
        unread=explorer.layout["unread"], height=len(explorer.X),
    )  # fmt: skip


def of_gradient(explorer):
    """What the gradient of an entry or a pixel is summed from, and the term of the place that is shown."""
    (i, j), (u, v), (factors, products) = explorer.at, explorer.target, explorer.terms
    kernel = explorer.of == "kernel"
    head, term = (ENTRY, ENTRY_TERM) if kernel else (PIXEL, NOT_READ if np.isnan(factors[i, j]) else PIXEL_TERM)
    return (head + term).format(
        u=u + 1, v=v + 1, places=np.isfinite(factors).sum(), all=factors.size, sum=number((explorer.dK if kernel else explorer.dX)[u, v]),
        row=i + 1, column=j + 1, slope=number(explorer.dZ[i, j]), factor=number(factors[i, j]), product=number(products[i, j]),
    )  # fmt: skip


def of_step(explorer):
    """How far the kernel has come."""
    found, k = learning.run(explorer.data), learning.STEPS.index(explorer.step)
    off = {name: number(np.float32(value), 3) for name, value in zip(learning.ERRORS, found.errors[k], strict=True)}
    return LEARN.format(
        step=explorer.step, data=DATA[explorer.data], rank=found.rank, rate=number(found.rate, 3), loss=number(np.float32(found.loss[k]), 3), **off
    )
