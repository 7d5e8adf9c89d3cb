"""What stands in a file, read from its text: functions, classes, loops, what is updated, and what may be its loss. Nothing is run for it."""

import ast
import builtins
import re
from dataclasses import dataclass

from helpers.clinic.model.flow import Functions
from helpers.clinic.model.guess import rate_of
from helpers.clinic.model.plan import Plan
from helpers.clinic.model.reading import tree_of
from helpers.clinic.model.subject import Trouble
from helpers.clinic.model.syntax import inside

_FORWARD = re.compile(r"(?i)forward|predict|propagate|feed|__call__|outputs?$")
_BACKWARD = re.compile(r"(?i)back|grad|\bstep\b|^step|_step|update|train|learn|delta|fit$")
_LOSS = re.compile(r"(?i)loss|cost|(^|_)(j|e|l|mse|sse|bce|nll|err|error|objective|xent|criterion|ce)($|_|\d)")
_ABROAD = re.compile(
    r"(?i)(^|_)(kosten|verlust|fehler|costo|coste|perdida|pérdida|co[uû]t|perte|huber|hinge|log_?cosh|entropy|entropie|entropia|kl|kl_?div|evaluate)($|_|\d)"
)
"""What functions are called that give a loss, in other languages as well; a variable of such a name may be a difference."""
_KEPT = re.compile(r"(?i)hist|list|all|log|prev|old|best|min$|test|val|total|s$")


@dataclass(frozen=True)
class Function:
    """A function or method as it stands in the file: `what` is "forward", "backward", "loss" or ""."""

    name: str
    line: int
    parameters: tuple
    what: str

    @property
    def signature(self):
        """As it is called."""
        return f"{self.name}({', '.join(self.parameters)})"


@dataclass(frozen=True)
class Group:
    """A class with its methods."""

    name: str
    line: int
    methods: tuple

    def those(self, what):
        """The methods of one kind."""
        return [one for one in self.methods if one.what == what]


@dataclass(frozen=True)
class Survey:
    """What a file holds. `losses` are expressions that may be its loss, the likeliest first; `loop` is the line of its training loop."""

    functions: tuple
    classes: tuple
    loops: tuple
    losses: tuple
    loop: int | None
    updated: tuple
    rate: str | None
    backward_prop: bool
    instances: tuple = ()
    gradients: tuple = ()


def survey(text, filename):
    """The Survey of a file's text. Trouble where it is no Python."""
    tree = tree_of(text, filename)
    does = Functions(tree)
    functions = tuple(_function(node, does) for node in tree.body if isinstance(node, ast.FunctionDef))
    classes = tuple(_group(node, does) for node in tree.body if isinstance(node, ast.ClassDef))
    plan = _plan(text, filename, None)
    body = plan.body if plan else tree.body
    losses = tuple(_losses(body, functions))
    known = {part.id for part in ast.walk(ast.parse(losses[0])) if isinstance(part, ast.Name)} if losses else None
    plan = (_plan(text, filename, known) if known else None) or plan
    split = plan.split if plan and plan.updates else None
    updated = _updated(plan) if split else ()
    return Survey(
        functions,
        classes,
        tuple(one.lineno for one in inside(body) if isinstance(one, (ast.For, ast.While))),
        losses,
        loop=split.loops[-1].lineno if split and split.loops else None,
        updated=updated,
        rate=rate_of(plan.updates, plan.functions) if split else None,
        backward_prop=_known(tree, "backward_prop"),
        instances=_instances(body, classes),
        gradients=_gradients(body, does),
    )


def _updated(plan):
    """The names that hold what is updated: those that the pass does not make itself."""
    made = {name for one in inside(plan.block) if isinstance(one, (ast.Assign, ast.For)) for name in _bound(one)}
    again, other = plan.named(), plan.functions.roles.keys() | plan.functions.imported | set(dir(builtins))
    kept = {name for name in plan.split.moving if name not in made or (name in again and name not in _plainly(plan))}
    return tuple(sorted(kept - other)) or tuple(sorted(again))


def _bound(statement):
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {name for target in targets for name in _names(target) if isinstance(target, (ast.Name, ast.Tuple))}


def _plainly(plan):
    """Names that the pass sets without any update."""
    updates = {id(one) for one in plan.updates}
    return {name for one in inside(plan.block) if isinstance(one, (ast.Assign, ast.For)) and id(one) not in updates for name in _bound(one)}


def _group(node, does):
    return Group(node.name, node.lineno, tuple(_function(one, does) for one in node.body if isinstance(one, ast.FunctionDef)))


def _plan(text, filename, names):
    try:
        return Plan(text, filename, names)
    except Trouble:
        return None


def _function(node, does):
    spec = node.args
    names = [one.arg for one in (*spec.posonlyargs, *spec.args)]
    parameters = names[: len(names) - len(spec.defaults)] + [f"*{one.arg}" for one in [spec.vararg] if one]
    what = _what(node.name)
    if not what and not node.name.startswith("__") and any(role.moves for role in does.roles.get(node.name, ())):
        what = "backward"
    return Function(node.name, node.lineno, tuple(parameters), what)


_NO_LOSS = re.compile(r"(?i)grad|back|forward|prime|deriv|slope|^d(?!iv)|print|verbose|plot|show")


def _what(name):
    """What a function is for, by its name."""
    for what, pattern in (("loss", _LOSS), ("loss", _ABROAD), ("backward", _BACKWARD), ("forward", _FORWARD)):
        if pattern.search(name) and not (what == "loss" and _NO_LOSS.search(name)):
            return what
    return ""


def _known(tree, name, takes=4):
    """Whether a file defines a function of so many arguments, or gets the name from elsewhere, or may do so with a star."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name and node in tree.body:
            spec = node.args
            most = len(spec.posonlyargs) + len(spec.args)
            return bool(spec.vararg) or most - len(spec.defaults) <= takes <= most
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any((one.asname or one.name) in (name, "*") for one in node.names):
            return True
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
    return False


def _losses(body, functions):
    """Expressions that may be the loss: names that are set, calls that are made, the likeliest first."""
    scores, defined = {}, {one.name for one in functions}
    for depth, statement in _deep(body):
        if isinstance(statement, (ast.Assign, ast.AugAssign)) and not isinstance(statement.value, (ast.List, ast.Constant)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for name in {name for target in targets for name in _set(target)} - defined:
                score = _score(name, statement.value) + min(depth, 2)
                if _LOSS.search(name) and not _NO_LOSS.search(name) and score > 2:
                    scores[name] = max(scores.get(name, 0), score)
        many = isinstance(statement, ast.Assign) and any(isinstance(target, (ast.Tuple, ast.List)) for target in statement.targets)
        for call in (part for part in ast.walk(statement) if isinstance(part, ast.Call) and not _holds(statement) and not many):
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if _what(name) == "loss" and not any(isinstance(part, ast.Lambda) for part in ast.walk(call)):
                scores.setdefault(ast.unparse(call), 2.0)
    return sorted(scores, key=lambda name: -scores[name])


def _score(name, value):
    """How much a name and what it is set to look like a loss: a sum, a mean, a logarithm, what a function of losses returns."""
    said = ast.unparse(value)
    sums = bool(re.search(r"\b(sum|mean|log|dot)\b|\*\* ?2", said)) or any(_what(one.attr if isinstance(one, ast.Attribute) else one.id) == "loss"
        for part in ast.walk(value) if isinstance(part, ast.Call) for one in [part.func] if isinstance(one, (ast.Name, ast.Attribute)))  # fmt: skip
    clear = bool(re.search(r"(?i)loss|cost", name))
    kept = bool(_KEPT.search(name)) and not re.search(r"(?i)loss$", name)
    return sums + 2 * clear - 2 * kept + 1.0


def _set(target):
    """The names that an assignment sets, not those that say where: none of `w[j] = …`."""
    return {part.id for part in ast.walk(target) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _holds(statement):
    return bool(getattr(statement, "body", None))


def _deep(body, depth=0):
    """(number of loops round it, statement) of every statement outside functions."""
    for statement in body:
        yield depth, statement
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            for name in ("body", "orelse", "finalbody"):
                yield from _deep(getattr(statement, name, None) or (), depth + isinstance(statement, (ast.For, ast.While)))


def _instances(body, classes):
    """(name, class) of the objects that the file makes at its own level."""
    names = {one.name for one in classes}
    return tuple(
        (one.targets[0].id, one.value.func.id)
        for one in inside(body)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call) and isinstance(one.value.func, ast.Name) and one.value.func.id in names
        and isinstance(one.targets[0], ast.Name)
    )  # fmt: skip


def _gradients(body, does):
    """(parameter, name of its gradient) as far as names tell; what is computed from a parameter is none itself."""
    effects = [does.effects(one) for one in inside(body) if isinstance(one, ast.Assign)]
    made, pairs = {name for one in effects for name in one.binds}, {}
    for name in sorted(made):
        match = re.match(r"(?:d_?|g_?|grad_?|to_|nabla_?|delta_?)(?=\w)(.+)$|(.+)_grad$", name)
        parameter = next(filter(None, match.groups()), None) if match else None
        if parameter in made and parameter not in pairs:
            pairs[parameter] = name
    later = set()
    while True:
        more = {name for one in effects if one.reads & (set(pairs) | later) for name in one.binds if name not in one.reads} - later
        if not more:
            return tuple((parameter, name) for parameter, name in pairs.items() if parameter not in later)
        later |= more


def _names(target):
    return {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
