"""Say what was found in a file and what is still to be said: commands that can be copied."""

import re
import shlex
import textwrap

_WIDTH = 100
_BELOW = re.compile(r"(?i)^(d\w?|g|grad\w*|dout|delta\w*|error\w*|err|upstream|output_gradient|d[A-Z_]\w*)$")
"""What the backward pass of a layer takes from the layer above."""
_RESULT = re.compile(r"(?i)^(out\w*|prob\w*|pred\w*|y_?hat|yhat|guess\w*|result|a\d*|h|z|y_?pred\w*)$")
"""What a forward pass returns."""
_RATE = re.compile(r"(?i)^(lr|alpha|eta|\w*rate\w*|step_?size)$")


def told(found, name):
    """(the survey of a file and the commands that check it, whether there is anything to check)."""
    lines, commands = held(found), _commands(found, name)
    if not lines:
        return "", False
    lines = [f"{name} holds", *lines, ""]
    if not commands:
        return "\n".join([*lines, *textwrap.wrap(_NOTHING, _WIDTH)]), False
    lines += textwrap.wrap(_NEEDS, _WIDTH)
    for words, command in commands:
        lines += ["", *textwrap.wrap(words, _WIDTH), "", f"    {command}"]
    return "\n".join(lines), True


_NEEDS = (
    "Nothing was run so far. The gradients are judged by differences of your own loss, so it has to be said which expression that is, "
    "in the names of the file:"
)
_NOTHING = (
    "Nothing in it is seen to compute gradients or to update parameters. If something does: --loss says the loss of a script, with --rate or "
    "--grads; --model, --loss and --step or --grads say what to call. See python -m helpers.clinic --help."
)


def held(found):
    """What a file holds, in lines."""
    lines = [f"class {one.name} (line {one.line}): {_signatures(one.methods)}" for one in found.classes]
    if found.functions:
        lines.append(f"{_many(len(found.functions), 'function')}: {_signatures(found.functions)}")
    rate = f" with the rate {found.rate}" if found.rate else ""
    if found.loop:
        lines.append(f"a training loop (line {found.loop}){f', which updates {_listed(found.updated)}' if found.updated else ''}{rate}")
    elif found.updated:
        lines.append(f"an update of {_listed(found.updated)}{rate}, in no loop")
    else:
        if found.loops:
            lines.append(f"{_many(len(found.loops), 'loop')} (line {_listed(map(str, found.loops))}), none of which is seen to update parameters")
        if found.gradients:
            lines.append(f"gradients, and no update: {_listed(name for _, name in found.gradients)}")
    if found.losses:
        lines.append(f"what may be the loss: {_listed(found.losses[:4])}")
    return [line for long in lines for line in textwrap.wrap(long, _WIDTH, initial_indent="  - ", subsequent_indent="    ")]


def _signatures(functions):
    return _listed((f"{one.name}({', '.join(_asked(one))})" for one in functions if one.name != "__init__"), most=6) or "no methods"


def _many(number, word):
    return f"{number} {word}{'' if number == 1 else 's'}"


def _listed(names, most=8):
    names = list(names)
    return ", ".join(names[:most] + ([f"{len(names) - most} more"] if len(names) > most else []))


# --- commands ----------------------------------------------------------------------------------------------------------


def _commands(found, name):
    """[(what it is for, command)], the likeliest first."""
    if found.updated or found.loop:
        return [_script(found, name)]
    if found.gradients:
        return [_left(found, name)]
    classes = [one for one in found.classes if one.those("backward")]
    nets = [one for one in classes if not any(_BELOW.match(word) for word in _asked(_backward(one)))] or classes
    return [_class(one, found, name) for one in nets[-1:]] or _functions(found, name)


def _script(found, name):
    words = "It updates its parameters, so one pass tells its gradients."
    rate = f" --rate {_quoted(found.rate)}" if found.rate else ""
    return _with_loss(words, found), f"{_start(name)} --loss {_loss(found)}{rate}"


def _left(found, name):
    pairs = ",".join(f"{parameter}={gradient}" for parameter, gradient in found.gradients)
    return _with_loss("It leaves its gradients in names.", found), f"{_start(name)} --loss {_loss(found)} --grads {_quoted(pairs)}"


def _with_loss(words, found):
    if found.losses:
        return f"{words} If {found.losses[0]} is its loss:"
    if function := _loss_function(found):
        return f"{words} If {function.name} is its loss, put what it takes, in the names of the file, in the place of its arguments:"
    return f"{words} Put your own loss in the place of this one:"


def _loss(found):
    function = _loss_function(found)
    return _quoted(found.losses[0] if found.losses else f"{function.name}({_arguments(function)})" if function else "((out - y) ** 2).mean()")


def _loss_function(found):
    """A function that may be the loss, and that the file does not call."""
    return next((one for one in found.functions if one.what == "loss"), None)


def _class(one, found, name):
    """The command for a class: an object, its loss, and its step."""
    made = next((name for name, kind in found.instances if kind == one.name), None)
    net = made or "net"
    init = next((method for method in one.methods if method.name == "__init__"), None)
    forward, backward, loss = next(iter(one.those("forward")), None), _backward(one), next(iter(one.those("loss")), None)
    ahead = _call(net, forward)
    before = "" if made else f" --before {_quoted(f'{net} = {one.name}({_arguments(init)})')}"
    said = _call(net, loss, ahead) if loss else f"(({ahead} - y) ** 2).mean()" if forward else "LOSS"
    results = [word for word in _asked(backward) if _RESULT.match(word)]
    step = "; ".join(filter(None, (f"{results[0]} = {ahead}" if results and ahead else ahead, _call(net, backward))))
    words = (
        f"For {one.name}: put values of yours in the place of the names (--before may make them), and --grads in the place of --step and --rate "
        "where gradients are returned or left in the object, not used."
    )
    return words, f"{_start(name)}{before} --model {net} --loss {_quoted(said)} --step {_quoted(step)} --rate 0.1"


def _backward(one):
    """The method that goes backward: named so, or one that updates; last one that trains."""
    methods = one.those("backward")
    return min(
        methods, key=lambda method: (bool(re.search("(?i)train|fit|learn", method.name)), not re.search("(?i)back|grad", method.name)), default=None
    )


def _asked(method):
    return [name for name in method.parameters if name not in ("self", "cls")] if method else []


def _call(net, method, ahead=None):
    """The call of a method; `ahead` stands for what a forward pass returns."""
    if method is None:
        return None
    name = net if method.name == "__call__" else f"{net}.{method.name}"
    return f"{name}({_arguments(method, ahead)})"


def _arguments(method, ahead=None):
    given = ["0.1" if _RATE.match(name) else ahead if ahead and _RESULT.match(name) else name for name in _asked(method)]
    return ", ".join(given)


def _functions(found, name):
    """The command for functions that take parameters and return gradients."""
    backward = next((one for one in found.functions if one.what == "backward"), None)
    loss = _loss_function(found)
    if backward is None and loss is None:
        return []
    cost = f"{loss.name}({_arguments(loss)})" if loss else "LOSS"
    grads = f"{backward.name}({_arguments(backward)})" if backward else "GRADIENTS"
    words = "For functions: make their arguments with --before, say what holds the parameters with --model, and what to call:"
    before = "import numpy as np; rng = np.random.default_rng(0); p = dict(W1=rng.normal(size=(3, 2)))"
    return [(words, f"{_start(name)} --before {_quoted(before)} --model p --loss {_quoted(cost)} --grads {_quoted(grads)}")]


def _start(name):
    return f"python -m helpers.clinic {_quoted(name)}"


def _quoted(text):
    """For a command line: in double quotes where that does, on Windows as well."""
    if re.fullmatch(r"[\w@%+=:,./-]+", text):
        return text
    return shlex.quote(text) if re.search(r'["$`\\!]', text) else f'"{text}"'
