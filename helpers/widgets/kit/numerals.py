"""Numbers in the pictures that Python draws and in descriptions, written as `number` of numbers.js writes them."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np


def number(value, digits=4):
    """Write a number with at most `digits` significant digits and a true minus sign: 0.0521, −1230, 3.4e−7, nan, ∞.

    Halves are rounded away from zero, as JavaScript does, so that Python and the browser write the same.
    """
    value = float(value)
    if not np.isfinite(value):
        return "nan" if np.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    exact = Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_HALF_UP)
    if Decimal("1e-4") <= abs(rounded) < Decimal("1e7"):
        text = f"{rounded:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"
    return text.replace("-", "−")
