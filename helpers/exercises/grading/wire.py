"""What passes between grader and worker: values as JSON, and functions as names by which the other side may call them.

Nothing that comes in is ever unpickled or run. What is not plain data arrives as an empty object whose class has the same name.
"""

import base64
import builtins
import inspect
import itertools
from collections.abc import Iterator, KeysView, ValuesView
from decimal import Decimal
from fractions import Fraction

import numpy as np

from helpers.exercises.calling import where
from helpers.exercises.outcome import NotAttempted, Wrong, kind, said

DEEPEST = 30
MOST_ITEMS = 1000  # as in helpers.exercises.feedback: an endless generator ends here
PLAIN = "fiubcSU"  # kinds of arrays whose bytes are their value
OURS = {"Wrong": Wrong, "Misfit": Wrong, "NotAttempted": NotAttempted}


class Wire:
    """Writes and reads values for one partner, and knows the functions that were lent to it.

    Parameters
    ----------
    call : function (number, arguments, named) -> result
        Calls the partner's function with this number.
    """

    def __init__(self, call):
        self.call = call
        self.lent = []

    # ------------------------------------------------------------ out

    def write(self, value, depth=0):
        """A value as what JSON can hold."""
        if value is None or value is True or value is False or type(value) in (str, float):
            return value
        if depth > DEEPEST:
            return {"t": "object", "kind": "endless"}
        try:
            return self._write(value, depth)
        except (KeyboardInterrupt, MemoryError, TimeoutError):
            raise
        except BaseException:  # a learner's object may do anything when it is looked at
            return {"t": "object", "kind": kind(value).partition(" ")[2]}

    def _write(self, value, depth):
        many = lambda values: [self.write(one, depth + 1) for one in values]  # noqa: E731
        if isinstance(value, np.ndarray | np.generic):
            return self._write_array(value, many)
        if isinstance(value, int):
            return int(value) if abs(value) < 2**53 else {"t": "int", "v": hex(value)}
        if isinstance(value, str | float):
            return str.__str__(value) if isinstance(value, str) else float(value)
        if isinstance(value, list):
            return many(value)
        if isinstance(value, dict):
            return {"t": "dict", "v": [many(pair) for pair in value.items()]}
        for name, kinds in (("tuple", tuple), ("frozenset", frozenset), ("set", set), ("list", range | Iterator | KeysView | ValuesView)):
            if isinstance(value, kinds):
                return {"t": name, "v": many(itertools.islice(value, MOST_ITEMS if name == "list" else None))}
        return self._write_odd(value)

    def _write_array(self, value, many):
        if isinstance(value, np.ma.MaskedArray):
            return {"t": "masked", "v": many((np.asarray(value.data), np.ma.getmaskarray(value)))}
        if value.dtype.kind == "O":
            return {"t": "objects", "shape": list(value.shape), "v": many(value.ravel().tolist())}
        if value.dtype.kind not in PLAIN:
            return {"t": "object", "kind": type(value).__name__}
        tag = "array" if isinstance(value, np.ndarray) else "scalar"
        return {"t": tag, "d": value.dtype.str, "shape": list(value.shape), "v": base64.b64encode(value.tobytes()).decode()}

    def _write_odd(self, value):
        if value is Ellipsis:
            return {"t": "..."}
        if isinstance(value, complex):
            return {"t": "complex", "v": [value.real, value.imag]}
        if isinstance(value, bytes):
            return {"t": "bytes", "v": base64.b64encode(value).decode()}
        if isinstance(value, Fraction | Decimal):
            return {"t": "fraction" if isinstance(value, Fraction) else "decimal", "v": str(value)}
        if callable(value):
            return {"t": "yours", "f": value.lent} if hasattr(value, "lent") else self._lend(value)
        if type(value).__name__ == "Tensor" and "helpers.autograd" in type(value).__module__:
            return {"t": "tensor", "v": self.write(np.asarray(value.value))}
        if hasattr(value, "__array__"):
            return self.write(np.asarray(value))
        return float(value)  # what has no float is an object, see `write`

    def _lend(self, function):
        """Lend a function: its number, and what the partner may tell a reader of it."""
        self.lent.append(function)
        try:
            kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            names = [parameter.name for parameter in inspect.signature(function).parameters.values() if parameter.kind in kinds]
        except (TypeError, ValueError):
            names = []
        name = getattr(function, "__name__", "") if inspect.isroutine(function) else ""
        return {"t": "function", "f": len(self.lent) - 1, "name": said(name, str, 80), "names": names}

    def write_error(self, error, function=None):
        """An exception: the names of its classes, its arguments, its text, and the learner's line that raised it."""
        names = [cls.__name__ for cls in type(error).__mro__]
        arguments = [self.write(argument) for argument in error.args] if isinstance(error.args, tuple) else []
        return {"names": names, "args": arguments, "text": said(error, str, 400), "line": where(error, function)}

    # ------------------------------------------------------------ in

    def read(self, value):
        """The value that `write` wrote; ValueError where it is none."""
        if isinstance(value, list):
            return [self.read(one) for one in value]
        if not isinstance(value, dict):
            return value
        try:
            return getattr(self, f"_read_{READERS[value['t']]}")(value)
        except (KeyError, TypeError, AttributeError, IndexError, ArithmeticError, RecursionError) as error:
            raise ValueError(f"no value: {error}") from None

    def _read_plain(self, value):
        build = {"int": lambda v: int(v, 16), "dict": lambda v: {self.read(key): self.read(one) for key, one in v},
                 "...": lambda v: Ellipsis, "complex": lambda v: complex(*v),
                 "fraction": Fraction, "decimal": Decimal, "bytes": base64.b64decode}  # fmt: skip
        return build[value["t"]](value.get("v"))

    def _read_items(self, value):
        return {"tuple": tuple, "set": set, "frozenset": frozenset, "list": list}[value["t"]](self.read(one) for one in value["v"])

    def _read_array(self, value):
        dtype = np.dtype(value["d"])
        if dtype.kind not in PLAIN:
            raise ValueError(f"an array of {dtype}")
        array = np.frombuffer(base64.b64decode(value["v"]), dtype).reshape(value["shape"]).copy()
        return array if value["t"] == "array" else array[()]

    def _read_objects(self, value):
        array = np.empty(len(value["v"]), dtype=object)
        array[:] = [self.read(one) for one in value["v"]]
        return array.reshape(value["shape"])

    def _read_masked(self, value):
        return np.ma.array(self.read(value["v"][0]), mask=self.read(value["v"][1]))

    def _read_tensor(self, value):
        from helpers import autograd

        return autograd.Tensor(self.read(value["v"]))

    def _read_object(self, value):
        return type(str(value["kind"])[:80], (), {})()

    def _read_yours(self, value):
        return self.lent[value["f"]]

    def _read_function(self, value):
        """A function that stands for the partner's."""
        number = int(value["f"])

        def lent(*arguments, **named):
            return self.call(number, arguments, named)

        lent.lent = number
        lent.__name__ = str(value["name"]) or "_"
        with_names = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in value["names"]]
        lent.__signature__ = inspect.Signature(with_names)
        return lent

    def read_error(self, told):
        """The exception that `write_error` wrote, of the nearest class that Python itself has; its name is that of its own class."""
        names, text = [str(name) for name in told["names"]], str(told["text"])
        if names[0] in OURS:
            return OURS[names[0]](text) if text else OURS[names[0]]()
        known = (getattr(builtins, name, None) for name in names)
        base = next((cls for cls in known if isinstance(cls, type) and issubclass(cls, Exception)), Exception)
        try:
            error = (base if base.__name__ == names[0] else type(names[0], (base,), {}))(*self.read(told["args"]))
        except Exception:
            error = type(names[0], (Exception,), {})(text)
        if str(error) != text:
            error = type(names[0], (base if base is Exception else Exception,), {})(text)
        error.line_of_answer = str(told["line"])
        return error


READERS = {
    "int": "plain", "dict": "plain", "...": "plain", "complex": "plain", "bytes": "plain", "fraction": "plain", "decimal": "plain",
    "tuple": "items", "set": "items", "frozenset": "items", "list": "items", "array": "array", "scalar": "array", "objects": "objects",
    "masked": "masked", "tensor": "tensor", "object": "object", "yours": "yours", "function": "function",
}  # fmt: skip


def put_back(old, new):
    """Make what was handed out the same as what came back, in place: a function may have changed its arguments."""
    if isinstance(old, dict) and isinstance(new, dict):
        merged = {key: put_back(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(merged)
        return old
    if isinstance(old, list) and isinstance(new, list):
        old[:] = [put_back(*pair) for pair in zip(old, new, strict=False)] + new[len(old):]
        return old
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and old.shape == new.shape and old.dtype == new.dtype:
        old[...] = new
        return old
    return new


