"""Code that is not the network that `examine` knows: said plainly, with the call of `clinic.check` to write in its place.

No finding is made of it: a right pass in rows is no forgotten transpose, and one with other layers is not six times wrong.
"""

import inspect
import re

from helpers.clinic import guard
from helpers.clinic.network.report import Report

KNOWS = "columns of examples, two hidden layers, one output unit, forward_prop(X, p) -> c, backward_prop(X, y, c, p) -> a dict of six gradients"
"""The network that `examine` knows, in words."""

ROLES = {
    "X": ("x", "inputs", "input", "data", "features", "xtrain", "xbatch", "xb"),
    "y": ("y", "labels", "targets", "target", "t", "ytrain", "ytrue", "label", "ybatch", "yb"),
    "c": ("c", "cache", "caches", "memory", "activations", "stored", "store", "values"),
    "p": ("p", "params", "parameters", "param", "weights", "theta", "model"),
}
"""Names of arguments by what they stand for; letter case and underscores do not count."""


class Elsewhere(Exception):
    """The code belongs elsewhere: `str` says why, `call` is the call of `clinic.check` to write."""

    def __init__(self, why, call=None):
        super().__init__(why)
        self.call = call


def report(found, backward_prop, forward_prop=None):
    """The report that sends the learner to `clinic.check`, with the call for their functions."""
    trouble = f"{found}. This is not the network that examine knows ({KNOWS}): use clinic.check, which takes code as it is."
    return Report(verdict="raises", wrong=(), findings=(), trouble=trouble, use=found.call or call_for(backward_prop, forward_prop))


def misused(error):
    """The report about a call that cannot be carried out."""
    line = " ".join(str(error.args[0] if error.args else error).split())
    more = "" if "did you mean" in line else " For any other network there is clinic.check."
    return Report(verdict="raises", wrong=(), findings=(), trouble=f"{line}.{more}", misused=True)


# --- the call to write --------------------------------------------------------------------------------------------------------


def check_call(model="p", grads="backward_prop(X, y, forward_prop(X, p), p)", *, step=None):
    """`clinic.check(...)` as code; the loss is the learner's to fill in."""
    start = f"clinic.check({model}, loss=lambda: your_loss(X, y), "
    return start + (f"step=lambda: {step}, rate=learning_rate)" if step else f"grads=lambda: {grads})")


def call_for(function, forward_prop=None, *, step=False):
    """The call of `clinic.check` for a function with whatever arguments it takes."""
    name, names = _name(function), _names(function)
    owner = _owner(function, names)
    if owner:
        names = names[1:] if names[:1] in (["self"], ["cls"]) else names
        name = f"net.{name}"
    fresh = forward_prop is not None and not owner
    texts = [_fresh(argument, forward_prop) if fresh and _role(argument) == "c" else argument for argument in names]
    call = f"{name}({', '.join(texts)})"
    model = "net" if owner else next((n for n in names if _role(n) == "p"), "p")
    return check_call(model, call, step=call if step else None)


def call_of_update(call):
    """A call for gradients made into one for a function that returns the parameters after its update."""
    return re.sub(r"grads=lambda: (.*)\)$", r"step=lambda: p.update(\1), rate=learning_rate)", call)


def _fresh(argument, forward_prop):
    return f"{_name(forward_prop)}({', '.join(_names(forward_prop))})" if _names(forward_prop) else argument


def _name(function):
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else "backward_prop"


def _names(function):
    """The names of the arguments that have no default; none where that cannot be told."""
    signature = _signature(function)
    return (
        []
        if signature is None
        else [p.name for p in signature.parameters.values() if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    )


def _signature(function):
    """What a function takes; None where that cannot be told."""
    try:
        return guard.call(inspect.signature, function)
    except KeyboardInterrupt:
        raise
    except BaseException:  # no function, and its class may do anything
        return None


def _owner(function, names):
    """Whether a function is a method: bound, or written in a class."""
    return inspect.ismethod(function) or names[:1] in (["self"], ["cls"])


def _role(name):
    plain = re.sub(r"[^a-z]", "", name.casefold())
    return next((role for role, names in ROLES.items() if plain in names), None)


# --- what the functions take --------------------------------------------------------------------------------------------------


def in_order(backward_prop, forward_prop):
    """The two functions as `examine` calls them; Elsewhere where they take something else.

    Where the names of four arguments say that they stand in another order, they are handed over in that order.
    """
    backward = _called(backward_prop, "backward_prop", "Xycp", forward_prop)
    return backward, forward_prop and _called(forward_prop, "forward_prop", "Xp", forward_prop, backward_prop)


def _called(function, name, roles, forward_prop, backward_prop=None):
    if isinstance(function, type):
        raise Elsewhere(f"{name} is the class {function.__name__[:40]}: hand in a function, or the network and its methods to clinic.check",
                        check_call("net", "net.backward(X, y)"))  # fmt: skip
    signature = _signature(function)
    if signature is None:
        return function
    try:
        signature.bind(*roles)
    except TypeError:
        raise Elsewhere(_other_arguments(function, name, signature, roles),
                        call_for(backward_prop or function, forward_prop, step=_updates(signature))) from None  # fmt: skip
    mine = [_role(p.name) for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][: len(roles)]
    if set(mine) == set(roles) and mine != list(roles):
        return _reordered(function, [roles.index(role) for role in mine])
    return function


def _reordered(function, places):
    def in_their_order(*arguments):
        return function(*(arguments[place] for place in places))

    in_their_order.__wrapped__ = function
    return in_their_order


def _other_arguments(function, name, signature, roles):
    """How the arguments differ from those that `examine` hands over."""
    theirs = f"{_name(function)}{signature}"[:120]
    method = " It is a method: of an object it would be net." + _name(function) if _names(function)[:1] == ["self"] else ""
    return f"{theirs} takes other arguments than {name}({', '.join(roles)}), which examine calls{'.' + method if method else ''}"


def _updates(signature):
    """Whether a function takes a learning rate: then it updates."""
    return any(re.search(r"(?i)rate|^lr$|^eta$|^alpha$|step", name) for name in signature.parameters)
