r"""The tensor: an array that remembers what it was computed from, with operators, and with NumPy's own functions.

Derived in: notebooks/10_automatic_differentiation.ipynb
"""

import operator

import numpy as np

from helpers import checks
from helpers.autograd.backward import one_number, own, sweep
from helpers.autograd.numpy_functions import CONSTANT, INSTEAD, MADE_OF_OTHERS, name_of, refuse, takes
from helpers.autograd.rules import BESIDE_A_NUMBER, RULES, joined

# --- forward: compute, and remember ---------------------------------------------------------------------------------------


def record(function, arguments, options=None):
    """The tensor of function(*arguments, **options), which remembers them, and the rules that lead back."""
    values, parents, options = [], [], options or {}
    for argument in arguments:
        if isinstance(argument, Tensor):
            parents.append((len(values), argument))
            argument = argument._value
        elif type(argument) in (list, tuple) and (type(function) is np.ufunc or function is operator.pow):
            argument = np.asarray(argument)
        values.append(argument)
    value = function(*values, **options)
    if type(value) not in _FLOATS or value.dtype.char not in "fd":
        value = _real(function, value)
    made = _new(Tensor)
    made._value, made.grad = value, None
    made.function, made.recorded, made.options, made.parents = function, (value, *values), options, parents
    made.rules = BESIDE_A_NUMBER[function] if function in BESIDE_A_NUMBER and len(parents) == 1 else RULES[function]
    return made


_new = object.__new__
_FLOATS = {np.ndarray, np.float64, np.float32}


def _real(function, value):
    """`value` where it is a float of Python's; otherwise raises the TypeError that says what came."""
    if type(value) is float:
        return np.float64(value)
    came = f"dtype {value.dtype}" if type(value) is np.ndarray else checks.shown(value)
    raise TypeError(f"{name_of(function)} of a tensor gives {came}, expected real numbers in a plain array: is one of its arguments no such array?")


def plain(value):
    """The numbers of a tensor; anything else as it is."""
    return value.value if isinstance(value, Tensor) else value


def _binary(function):
    return lambda self, other: record(function, (self, other)), lambda self, other: record(function, (other, self))


def _in_place(function, sign):
    """a += b makes a new tensor; the old one is emptied, so that another name of it says so where NumPy would have changed it, too."""

    def change(self, other):
        if not self.parents or any(np.may_share_memory(self._value, self.recorded[i + 1]) for i, _ in self.parents):
            what = "another tensor, of which a is a part," if self.parents else "an input of the computation,"
            raise TypeError(f"a {sign}= b would change {what} and a gradient cannot follow: write a = a {sign} b")
        made = record(function, (self, other))
        if made.shape != self.shape:
            raise ValueError(f"a {sign}= b: a has shape {self.shape}, and with b of shape {np.shape(other)} it would become {made.shape}")
        del self._value
        return made

    return change


def _compared(compare):
    return lambda self, other: compare(self.value, plain(other))


def _method(function):
    return lambda self, *args, **kwargs: self.__array_function__(function, (), (self, *args), kwargs)


class Tensor:
    """An array that remembers how it was computed.

    Parameters
    ----------
    value : ndarray or real number
        Copied; whole numbers become float64, float32 stays.

    Attributes
    ----------
    value : ndarray, or NumPy scalar
        Of an input, it may be set: W.value -= learning_rate * W.grad. What was computed from the old value does not follow,
        and says so: compute J anew for each step.
    grad : ndarray of the shape of value, or None
        The sum of what every J.backward() so far has brought, a plain array; set it to None to begin anew.
    function, parents
        What computed it (None for an input), and (position, tensor) of each tensor among its arguments.
    recorded : tuple
        Its value and the plain values of all the arguments, as they were: what the rules take.

    Derived in: notebooks/10_automatic_differentiation.ipynb, "How long is the whole engine?"
    """

    __slots__ = ("__weakref__", "_value", "function", "grad", "options", "parents", "recorded", "rules")
    __hash__ = object.__hash__  # a node of a graph, whatever numbers it holds

    def __init__(self, value):
        if isinstance(value, Tensor):
            raise TypeError("value is a Tensor: use it as it is, or Tensor(t.value) for an input without its history (no second derivatives here)")
        self._value = np.array(checks.reals("value", value))
        self.grad = self.function = self.rules = None
        self.parents, self.recorded, self.options = (), (), {}

    def _set(self, value):
        value = np.array(checks.reals("value", value))
        if self.parents:
            raise TypeError("the value of a computed tensor cannot be set: only that of an input")
        if value.shape != self.shape:
            raise ValueError(f"value has shape {value.shape}, expected {self.shape}, that of the value before")
        self._value = value  # always another array than the one that was computed with, by which `sweep` knows

    value = property(operator.attrgetter("_value"), _set)

    def backward(self):
        """Add dJ/dt to t.grad, for this tensor J, one number, and for every tensor t that it was computed from.

        A second call adds the same once more, to each t alike: no sum on the way starts from what an earlier call left.

        Raises ValueError where J is more than one number, RuntimeError where an input has got a new value since.
        Derived in: notebooks/10_automatic_differentiation.ipynb, "What does a second backward add?"
        """
        for tensor, up in sweep(one_number(self, "backward() was called on a tensor")):
            tensor.grad = own(up if tensor.grad is None else tensor.grad + up, tensor)

    # operators

    __add__, __radd__ = _binary(np.add)
    __sub__, __rsub__ = _binary(np.subtract)
    __mul__, __rmul__ = _binary(np.multiply)
    __truediv__, __rtruediv__ = _binary(np.divide)
    __matmul__, __rmatmul__ = _binary(np.matmul)
    __pow__, __rpow__ = _binary(operator.pow)
    __iadd__, __isub__, __imul__ = _in_place(np.add, "+"), _in_place(np.subtract, "-"), _in_place(np.multiply, "*")
    __itruediv__, __ipow__, __imatmul__ = _in_place(np.divide, "/"), _in_place(operator.pow, "**"), _in_place(np.matmul, "@")
    __eq__, __ne__ = _compared(operator.eq), _compared(operator.ne)
    __lt__, __le__ = _compared(operator.lt), _compared(operator.le)
    __gt__, __ge__ = _compared(operator.gt), _compared(operator.ge)
    __neg__, __pos__, __abs__ = (lambda self, f=f: record(f, (self,)) for f in (np.negative, np.positive, np.absolute))

    def __getitem__(self, index):
        return record(operator.getitem, (self, index))

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __setitem__(self, index, value):
        raise TypeError("a[...] = b would overwrite entries of a tensor, and a gradient cannot follow: write a = np.where(mask, b, a)")

    # methods and attributes of arrays

    sum, mean, max, min, var, std = map(_method, (np.sum, np.mean, np.max, np.min, np.var, np.std))
    dot, clip, ravel, flatten, squeeze, swapaxes = map(_method, (np.dot, np.clip, np.ravel, np.ravel, np.squeeze, np.swapaxes))
    argmax, argmin, any, all, round = map(_method, (np.argmax, np.argmin, np.any, np.all, np.round))
    copy = __copy__ = _method(np.copy)
    T, mT = property(_method(np.transpose)), property(_method(np.matrix_transpose))  # noqa: N815, as NumPy calls it
    shape, ndim, size, dtype = (property(operator.attrgetter(f"_value.{name}")) for name in ("shape", "ndim", "size", "dtype"))

    def reshape(self, *shape):
        """np.reshape, with the shape as one argument or as several."""
        return record(np.reshape, (self, shape[0] if len(shape) == 1 else shape))

    def transpose(self, *axes):
        """np.transpose, with the axes as one argument or as several."""
        return record(np.transpose, (self, (axes[0] if len(axes) == 1 else axes) or None))

    def astype(self, dtype):
        """The tensor itself: its numbers keep their type, float64 mostly. Raises TypeError for another one."""
        if np.dtype(dtype) != self.dtype:
            refuse(f"astype({np.dtype(dtype)}) of a tensor of {self.dtype}", f"{self.dtype} throughout")
        return self

    def __deepcopy__(self, memo):
        return self.copy()

    def __len__(self):
        return len(self.value)

    def __bool__(self):
        return bool(self.value)

    def __repr__(self):
        return f"Tensor({np.array2string(np.asarray(self.value), separator=', ', prefix='Tensor(')})"

    def __format__(self, specification):
        return format(self.value, specification) if specification else repr(self)

    def __getattr__(self, name):
        if name in ("_value", "value"):
            raise RuntimeError("this tensor was changed by an operation in place (a += b), under another of its names: write a = a + b there")
        if hasattr(np.ndarray, name):
            raise AttributeError(f"a Tensor has no .{name}: take t.value.{name} where no gradient is needed, otherwise write it with other functions")
        raise AttributeError(f"a Tensor has no attribute {name!r}")

    # what would lose the gradient

    def _number(self, *args, **kwargs):
        raise TypeError(
            "a Tensor is no plain number or array, and as one it would lose its gradient: write float(t.value) or t.value for its numbers,"
            " np.stack for a list of tensors, also in place of an array that is filled entry by entry (Z[j] = t), NumPy's functions for those"
            " of math, X @ t for X.dot(t)")

    __float__ = __int__ = __index__ = __complex__ = __array__ = _number

    # NumPy's own functions

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if "out" in options:
            raise TypeError(f"np.{ufunc.__name__} cannot write a tensor into an array (out=, or a += b where a is an array): write a = a + b")
        if method == "__call__" and not options:
            if ufunc in RULES:
                return record(ufunc, inputs)
            if ufunc in CONSTANT:
                return ufunc(*map(plain, inputs))
            if ufunc in COMPOSED:
                return COMPOSED[ufunc](*inputs)
        if method == "reduce" and ufunc in _REDUCTIONS:
            return self.__array_function__(_REDUCTIONS[ufunc], (), inputs, {"axis": 0} | options)
        called = "" if method == "__call__" else f".{method}"
        what = f"np.{ufunc.__name__}{called} of a tensor" + (f" with {', '.join(options)}" if options else "")
        return refuse(what, *([INSTEAD[ufunc]] if ufunc in INSTEAD else []))

    def __array_function__(self, function, types, args, kwargs):
        if function in CONSTANT:
            return function(*map(plain, args), **{name: plain(value) for name, value in kwargs.items()})
        kwargs = {name: value for name, value in kwargs.items() if value is not None or name not in ("out", "dtype")}
        if function in COMPOSED and takes(COMPOSED[function], len(args), tuple(kwargs)):
            return COMPOSED[function](*args, **kwargs)
        if function in RULES and takes(RULES[function][-1], 2 + len(args), tuple(kwargs)) and args:
            return record(function, args, kwargs)
        if function in COMPOSED or function in RULES:
            named = f", {', '.join(kwargs)} by name" if kwargs else ""
            raise TypeError(f"{name_of(function)} of a tensor is not known with {len(args)} arguments by position{named}: give the tensor first,"
                            " and axis and keepdims at most")
        return refuse(f"{name_of(function)} of a tensor", *([INSTEAD[function]] if function in INSTEAD else []))


def _concatenate(arrays, axis=0):
    arrays = [array if isinstance(array, Tensor) else np.asarray(array) for array in arrays]
    if axis is None:
        arrays, axis = map(np.ravel, arrays), 0
    return record(joined, arrays, {"axis": axis})


COMPOSED = MADE_OF_OTHERS | {np.concatenate: _concatenate}
_REDUCTIONS = {np.add: np.sum, np.maximum: np.max, np.minimum: np.min}
