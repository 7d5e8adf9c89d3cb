"""Which gradient belongs to which parameter, by what they are called: dW1, gW1, grad_W1, W1_grad, to_W1 or nabla_W1 to W1.

Names are compared in rounds, from strict to generous; in every round a pair counts only if neither fits anything else.
"""

import re


def words(text):
    """The words of a text as a set."""
    return frozenset(text.split())


_SAYS_GRADIENT = words(
    "d g dd grad grads gradient gradients nabla delta deltas del to for step steps up partial dj dl dc de derivative derivatives slope slopes "
    "wrt update updates sum total acc change changes new diff loss cost error"
)
_SAYS_PARAMETER = words("data value values val param params parameter parameters layers layer net model self p")
_PREFIX = re.compile(r"^(?:d[JLCE](?:oss)?_?d|gradients?|grads?|nabla|delta|del|partial|step|d|g|D|G|∂|∇|Δ|δ)_?(?=\w)")
_SUFFIX = re.compile(r"(?<=\w)_?(?:gradients?|grads?|_d|_g)$")
_SAME = {"weights": "w", "weight": "w", "kernel": "w", "kernels": "w", "biases": "b", "bias": "b", "c": "b", "intercept": "b", "coef": "w"}


def words_of(path):
    """The names and numbers along a path, in the order in which they are said."""
    found = []
    for step in path:
        which = step if isinstance(step, (str, int)) else step.which
        found += [w for w in (which if isinstance(which, tuple) else (which,))]
    return [w if isinstance(w, int) else _unmangled(str(w)) for w in found]


def _unmangled(word):
    """`__W1` of `_Net__W1`, which is what Python makes of self.__W1."""
    return re.sub(r"^_[A-Za-z]\w*?(?=__\w)", "", word)


def bare(word):
    """What a name may be without what says that it is a gradient: {"W1"} of d_W1, {"dW1", "W1"} of dW1, {""} of grads."""
    tokens = [t for t in word.split("_") if t]
    kept = [t for t in tokens if t.lower() not in _SAYS_GRADIENT] if len(tokens) > 1 else tokens
    name = "_".join(kept)
    if (name.lower() in _SAYS_GRADIENT and len(name) > 2) or not name:
        return {""}
    shorter = {_PREFIX.sub("", name), _SUFFIX.sub("", name)} - {""}
    found = {name} | shorter | {_PREFIX.sub("", s) for s in shorter}
    return {name for name in found if name and not name.isdigit()} or {word}


def only_says_gradient(step):
    """Whether a step says that gradients stand there and not of what: `grads`."""
    return isinstance(step.which, str) and bare(step.which) == {""}


def says_gradient(path):
    """Whether a word on a path says that a gradient stands at its end: `dW1`, `grads["W1"]`."""
    return any(isinstance(word, str) and bare(word) != {word} for word in words_of(path))


def _joined(parts):
    return re.sub(r"[\W_]+", "", "".join(map(str, parts)))


def as_gradient(path):
    """All that the path to a gradient may be called once the words for "gradient" are left out."""
    ways = [[]]
    for word in words_of(path):
        options = [word] if isinstance(word, int) else sorted(bare(word))
        ways = [[*way, option] for way in ways for option in options][:256]
    found = {name for way in ways for name in _plain(way)}
    said = any(not isinstance(word, int) for word in words_of(path))
    return found if said else set()  # numbers alone are no name, but an order


def as_parameter(path):
    """All that the path to a parameter may be called."""
    return _plain(words_of(path))


def _plain(words):
    """Joined names: with and without words such as `params` and `data`."""
    kept = [w for w in words if isinstance(w, int) or w.lower() not in _SAYS_PARAMETER]
    return {_joined(words), _joined(kept)} - {""}


def _last(path):
    """The last word of a path that is no number, with the numbers behind it."""
    words = words_of(path)
    at = max((k for k, w in enumerate(words) if not isinstance(w, int)), default=0)
    return words[at:]


def _same(name):
    """A name in small letters, with one word for weights and one for biases."""
    found = re.match(r"([A-Za-z]+)(.*)", name.lower(), re.DOTALL)
    return (_SAME.get(found[1], found[1]) + found[2]) if found else name.lower()


def _numbers(names):
    """{stem: numbers} of names that end in one: {"w": {1, 2}} of W1 and W2."""
    found = {}
    for name in names:
        parts = re.fullmatch(r"([A-Za-z]+)(\d+)", _same(name))
        if parts:
            found.setdefault(parts[1], set()).add(int(parts[2]))
    return found


def _shift(parameters, gradients):
    """1 where gradients are counted from 1 and parameters from 0, -1 the other way round, else 0."""
    ours = _numbers(name for path in parameters for name in as_parameter(path))
    theirs = _numbers(name for path in gradients for name in as_gradient(path))
    common = ours.keys() & theirs.keys()
    return next((shift for shift in (1, -1) if common and all({n + shift for n in ours[stem]} == theirs[stem] for stem in common)), 0)


def _less(name, shift):
    """A name with its last number counted as the parameters are."""
    if not shift:
        return name
    return re.sub(r"(?<=[A-Za-z])\d+$", lambda number: str(int(number[0]) - shift) if int(number[0]) >= shift else number[0], name)


_ROUNDS = (
    (as_parameter, as_gradient),
    (lambda path: _plain(_last(path)), as_gradient),
    (lambda path: _plain(_last(path)), lambda path: as_gradient(_last(path))),
    (lambda path: {n.lower() for n in as_parameter(path)}, lambda path: {n.lower() for n in as_gradient(path)}),
    (lambda path: {_same(n) for n in as_parameter(path)}, lambda path: {_same(n) for n in as_gradient(path)}),
    (lambda path: {_same(n) for n in _plain(_last(path))}, lambda path: {_same(n) for n in as_gradient(path)}),
    (lambda path: {_same(n) for n in _plain(_last(path))}, lambda path: {_same(n) for n in as_gradient(_last(path))}),
)


def pairs(parameters, gradients, fits=lambda parameter, gradient: True):
    """{index of a parameter: index of the gradient that is named after it}.

    parameters, gradients : list of path
        Of Steps, or of plain names and numbers.
    fits : callable
        (index of a parameter, index of a gradient) -> whether they may belong together.
    """
    found, shift = {}, _shift(parameters, gradients)
    for of_parameter, of_gradient in _ROUNDS:
        left = {k: of_parameter(path) for k, path in enumerate(parameters) if k not in found}
        free = {k: {_less(name, shift) for name in of_gradient(path)} for k, path in enumerate(gradients) if k not in found.values()}
        options = {p: [g for g, called in free.items() if called & names and fits(p, g)] for p, names in left.items()}
        for p, fitting in options.items():
            if len(fitting) == 1 and sum(fitting[0] in others for others in options.values()) == 1:
                found[p] = fitting[0]
    return found
