"""Numbers in the pictures that Python draws and in descriptions, written as `number` of numbers.js writes them."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np


def number(value, digits=4):
    """Write a number with at most `digits` significant digits and a true minus sign: 0.0521, −1230, 3.4e−7, nan, ∞.

    No digit before the point is made up: 4^10 is 1048576, not 1049000. Halves are rounded away from zero, as JavaScript does,
    so that Python and the browser write the same.
    """
    value = float(value)
    if not np.isfinite(value):
        return "nan" if np.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    exact = Decimal(value)
    least = exact.adjusted() - digits + 1  # the power of ten of the last digit
    if exact.adjusted() < 7:
        least = min(least, 0)
    rounded = exact.quantize(Decimal(1).scaleb(least), rounding=ROUND_HALF_UP)
    if Decimal("1e-4") <= abs(rounded) < Decimal("1e7"):
        text = f"{rounded:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def beside_one(value, digits=4):
    """As `number`, but a number close to 1 or −1 is written with as many digits as tell the two apart: 0.99999977, not 1.

    Two digits of the distance are written; below 1e-13 it is taken for rounding error.
    """
    gap = abs(abs(float(value)) - 1)
    if not 1e-13 < gap < 0.5 * 10.0 ** (1 - digits):
        return number(value, digits)
    exponent = Decimal(gap).adjusted()
    return number(value, 1 - exponent + int(abs(value) > 1))
