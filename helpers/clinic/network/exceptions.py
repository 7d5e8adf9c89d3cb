"""What an exception means that is no matter of shapes alone: its family, a sentence, and what to do."""

import ast
import difflib
import re
from dataclasses import dataclass

from helpers.clinic import guard
from helpers.clinic.model.sources import source_of


@dataclass(frozen=True)
class Meaning:
    """What an exception means: `family` (one of `findings.FAMILIES`) and `why`, a sentence without its full stop."""

    family: str
    why: str | None = None


_TEXTS = (
    (r"boolean subtract", "dtype", "two arrays of truth values are subtracted, which NumPy refuses: make them numbers first, 1.0 * (...)"),
    (r"boolean negative|'-' operator, is not supported", "dtype", "an array of truth values has no minus: make it numbers first, 1.0 * (...)"),
    (r"read-only", "in_place", "an array that may not be changed is written into"),
    (r"cast ufunc|cannot cast|casting", "dtype", "numbers with fractions are written into an array of whole numbers: give it dtype=float"),
    (r"only (integer scalar|length-1|size-1|0-dimensional) arrays can be converted|object cannot be interpreted as an integer"
     r"|expected a sequence of integers|must be integers or", None, None),
    (r"truth value of an array", "wrong_derivative", "`if` asks for one answer, and the array has one for each entry: use np.where, or a comparison"),
    (r"not enough values to unpack|too many values to unpack|cannot unpack", None, None),
    (r"axis \S+ is out of bounds", "axis_or_keepdims", "the array has no such axis: was it summed to fewer dimensions before?"),
    (r"too many indices", "axis_or_keepdims", "the array has fewer dimensions than there are indices: was keepdims left out?"),
    (r"index \S+ is out of bounds|list index out of range|tuple index out of range", "axis_or_keepdims",
     "the index runs past the end: the number of examples (or units) is read from another axis"),
    (r"input operand 0 does not have enough dim|input operand 1 does not have enough dim|matmul: input operand", "elementwise_vs_matmul",
     "a matrix product with a number: `*` belongs there, or the array was summed to a number before"),
    (r"zero-dimensional|0-dimensional|0-d array", "axis_or_keepdims", "the array has been reduced to one number before"),
    (r"division by zero", "scale", "what it is divided by is 0"),
    (r"unexpected keyword|positional argument|required argument|missing \d+ required", "none", None),
    (r"has no attribute", "dtype", None),
    (r"unsupported operand|can't multiply|can only concatenate", "dtype", "one side is no array of numbers"),
)  # fmt: skip


def meaning(outcome):
    """The Meaning of the exception of an outcome; family "none" where it has no name."""
    error, text = outcome.exception, outcome.said
    name = type(error).__name__
    if isinstance(error, UnboundLocalError):
        return _unbound(outcome, text)
    if isinstance(error, NameError):
        return _unknown(outcome, text)
    if isinstance(error, KeyError):
        return _key(outcome, text)
    if isinstance(error, AssertionError):
        return Meaning("none", "an assertion of your own does not hold there")
    for pattern, family, why in _TEXTS:
        if re.search(pattern, text, re.IGNORECASE):
            return Meaning(family, why) if family else _shape_or_unpacking(outcome, text)
    return Meaning("none", None if name in ("ValueError", "TypeError") else f"it raises {name}")


def _shape_or_unpacking(outcome, text):
    """An array where a shape or a number belongs; a shape where one number, or as many as there are names."""
    line = statement_text(outcome) or ""
    if "unpack" in text:
        why = "the two sides of the assignment have not the same number of parts"
        if re.search(r"=\s*\w+(\[[^\]]*\])?\s*$", line) and ".shape" not in line:
            return Meaning("missing_term", f"{why}: is .shape missing?")
        return Meaning("axis_or_keepdims" if ".shape[" in line else "missing_term", why + (": .shape[1] is one number" if ".shape[" in line else ""))
    if "float" in text:
        return Meaning("dtype", "a float stands where a whole number belongs: // divides whole numbers")
    if re.search(r"\b(zeros|ones|empty|full|reshape|eye|random\.\w+|standard_normal)\(", line):
        return Meaning("missing_term", "an array is handed over where a shape belongs: .shape is missing (np.zeros_like takes the array itself)")
    if re.search(r"\brange\(", line):
        return Meaning("axis_or_keepdims", "range wants one whole number: one axis of the shape")
    return Meaning("broadcasting", "an array stands where one number belongs: does a function of `math` stand where NumPy's belongs?")


def _unbound(outcome, text):
    name = _quoted(text)
    line = statement_text(outcome) or ""
    if re.match(rf"\s*{re.escape(name)}\b[^=]*[-+*/]=", line):
        return Meaning("missing_term", f"{name} is added to before it has a value: it is to start from 0")
    return Meaning("wrong_layer", f"{name} is used before it is computed: does another layer's belong there?")


def _unknown(outcome, text):
    name = _quoted(text)
    near = difflib.get_close_matches(name, outcome.local_names, n=1, cutoff=0.6)
    return Meaning("none", f"there is no {name} at that place" + (f": did you mean {near[0]}?" if near else ""))


def _key(outcome, text):
    key = _quoted(text) or text
    known = sorted({k for keys in outcome.local_keys.values() for k in keys})
    same = [k for k in known if k.casefold() == key.casefold()]
    near = [k for k in known if k[:-1] == key[:-1] and k[-1:].isdigit() and key[-1:].isdigit()][-1:]
    alike = next(iter(same or near or difflib.get_close_matches(key, known, n=1, cutoff=0.6)), None)
    layer = bool(near) and not same
    return Meaning("wrong_layer" if layer else "none", f"there is no {key!r} in the dict" + (f": did you mean {alike!r}?" if alike else ""))


def _quoted(text):
    found = re.search(r"['\"]([^'\"]+)['\"]", text)
    return found[1] if found else ""


# --- where it was raised --------------------------------------------------------------------------------------------------------


def statement_at(filename, line):
    """(Source, the whole simple statement on a line of the learner's); None where there is no text."""
    source = guard.call(source_of, filename)
    node = source.statement(line) if source is not None else None
    return (source, node) if node is not None else None


def statement_text(outcome):
    """The whole statement that raised, on one line; the line itself where the file cannot be read."""
    for filename, line in outcome.places[:1]:
        found = statement_at(filename, line)
        if found and isinstance(found[1], ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Return):
            return " ".join(found[0].segment(found[1]).split())
    return outcome.line


def statements_on_the_way(outcome):
    """The statements through which an exception came, the innermost first, each on one line."""
    for filename, line in outcome.places:
        found = statement_at(filename, line)
        if found:
            yield " ".join(found[0].segment(found[1]).split())[:200]
