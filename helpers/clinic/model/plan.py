"""A script as code that can be run: what runs once, one pass, and the part of the pass that the loss needs."""

import ast
from functools import cached_property

from helpers.clinic.model.flow import Functions
from helpers.clinic.model.passes import Search
from helpers.clinic.model.put_back import once, taken_back
from helpers.clinic.model.reading import tree_of
from helpers.clinic.model.slices import needed_for
from helpers.clinic.model.stage import WithoutPlots
from helpers.clinic.model.syntax import inside, reached
from helpers.clinic.model.unrolled import unrolled
from helpers.clinic.model.updates import is_update, moved

ENTERED = "__entered__"
"""Set where the body of a loop is reached; a list of lines where one is not."""

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Plan:
    """How a script is run, read from its text."""

    def __init__(self, text, filename, names, wanted=(), results=()):
        """names : in the loss, None where it is not known; wanted, results : known names of parameters and of their gradients."""
        self.text, self.filename = text, filename
        self.tree = tree_of(text, filename)
        self.functions = Functions(self.tree)
        self.names = frozenset(names or ()) | {name for one in names or () for role in self.functions.roles.get(one, ()) for name in role.reads}
        self.body, self.placed = unrolled(self.tree, self.functions)
        self.search = Search(self.body, self.functions, names, wanted, results)
        self.split = self.search.found()
        self.known, self.old = {id(one) for one in self.split.updates}, {id(one) for one in inside(self.body)}
        self.quiet = WithoutPlots(self.tree)
        self.block = self._drawn(self.split.block)
        self.keeping = "all"

    def _drawn(self, block):
        """The statements without those that draw or wait."""
        return [self.quiet.visit(statement) for statement in block] if self.quiet.names or "sleep" in self.text else list(block)

    @cached_property
    def updates(self):
        """The statements of the pass that move parameters."""
        return [one for one in inside(self.block) if id(one) in self.known or (id(one) not in self.old and self._moves(one))]

    def _moves(self, statement):
        if isinstance(statement, _DEFINITIONS) or not is_update(statement, self.functions):
            return False
        names = {other for name in moved(statement, self.functions) for other in reached(name, self.search.links)}
        return bool(names & self.split.moving) and not (isinstance(statement, ast.Assign | ast.AugAssign) and _set_by(statement) & self.search.sums)

    # --- code ----------------------------------------------------------------------------------------------------------

    def head(self):
        """Code of what runs once."""
        return self._compiled(self._drawn(self.split.head))

    def entrances(self):
        """[(line, code)] that lead into the body of the training loop, one loop after the other."""
        found = []
        for k, loop in enumerate(self.split.loops):
            into = ast.copy_location(ast.Break(), loop)
            mark = ast.Assign([ast.Name(ENTERED, ast.Store())], ast.Constant(loop.lineno))
            if isinstance(loop, ast.For):
                enter = [ast.For(loop.target, loop.iter, [mark, into], [])]
            else:
                enter = [ast.While(loop.test, [mark, into], [])]
            if k < len(self.split.before):
                enter.append(once([*self._drawn(self.split.before[k]), mark]))
            found.append((loop.lineno, self._compiled([ast.fix_missing_locations(ast.copy_location(one, loop)) for one in enter])))
        return found

    def forward(self):
        """The statements of a pass up to the last that gives or changes a name in the loss; updates alone do not count."""
        updates = {id(one) for one in self.updates}
        names = self.names - self.named()
        end = 0
        for k, statement in enumerate(self.block):
            found = self.functions.effects(statement)
            gives = (found.binds - found.reads) & self.names if id(statement) in updates else found.binds & names or found.changes & self.names
            end = k + 1 if gives else end
        return self.block[:end]

    def steadied(self):
        """Code of one pass as far as `forward`, in which every update is taken back at once."""
        return self._pass(taken_back(self.forward(), {id(one) for one in self.updates}))

    def keep_for_loss(self, what):
        """Of a pass, the loss is computed by what it needs: "nothing" of the updates, "updates" that it needs, or "all" of the pass."""
        self.keeping = what
        self.__dict__.pop("loss_code", None)

    @cached_property
    def pass_code(self):
        """One whole pass, compiled."""
        return self._pass(self.block)

    @cached_property
    def loss_code(self):
        """Code of what the loss needs of one pass; an update that it needs, such as `loss = net.train_on(x, y)`, is taken back at once."""
        if self.keeping == "all":
            return self.steadied()
        updates = {id(one) for one in self.updates}
        if self.keeping == "nothing":
            return self._pass(needed_for(self.forward(), self.names, self.functions, updates)[0])
        return self._pass(taken_back(needed_for(self.forward(), self.names, self.functions, set())[0], updates))

    def _pass(self, block):
        if not block:
            return None
        return self._compiled([once(block)] if self.split.loops else block)

    def _compiled(self, block):
        return compile(ast.Module(list(block), []), self.filename, "exec", dont_inherit=True)

    def needed_before(self):
        """The names whose values at the beginning of a pass have a part in the loss."""
        return needed_for(self.block, self.names, self.functions, {id(one) for one in self.updates})[1]

    def named(self):
        """The names that updates set themselves: W1 of `W1 -= …` and of `W1, b1 = step(W1, b1)`."""
        return {name for one in self.updates if not isinstance(one, ast.Expr) for name in _set_by(one)}

    # --- edits ---------------------------------------------------------------------------------------------------------

    def edited(self, text):
        """(the plan of another text, whether the inside of its functions differs). ValueError where what runs once was changed."""
        other = object.__new__(Plan)
        other.__dict__ |= {name: value for name, value in self.__dict__.items() if name not in ("pass_code", "loss_code", "updates")}
        other.text, other.tree = text, ast.parse(text, self.filename)
        other.body, _ = unrolled(other.tree, self.functions, self.placed)
        mine, theirs = _Lines(self.text), _Lines(text)
        split, block = self.split, other.body
        other.split = type(split)([], [], [], [], [], split.moving)
        for k, loop in enumerate(split.loops):
            above = _before(block, loop)
            _same(_undefined(_before(self._level(k), loop)), _undefined(above), mine, theirs)
            twin = block[len(above)]
            _same([loop.target, loop.iter] if isinstance(loop, ast.For) else [loop.test], _header(twin), mine, theirs)
            other.split.loops.append(twin)
            block = twin.body
        if split.loops:
            cut = len(split.loops[-1].body) - len(split.block)
            other.block = other._drawn(block[: len(block) - cut])
        else:
            other.block = other._drawn(self._parted(other.body, mine, theirs))
        return other

    def _level(self, k):
        return self.body if k == 0 else self.split.loops[k - 1].body

    def _parted(self, body, mine, theirs):
        """The pass of a script without a loop, in another text: what stands between the same statements."""
        ids = {id(one) for one in self.split.block}
        first = next((i for i, one in enumerate(self.body) if id(one) in ids), len(self.body))
        after = len(self.body) - 1 - max((i for i, one in enumerate(self.body) if id(one) in ids), default=-1)
        lifted = [one for one in self.body[first : len(self.body) - after] if id(one) not in ids]
        said = [ast.dump(one) for one in lifted]
        _same(_undefined(self.body[:first]), _undefined(body[:first]), mine, theirs)
        block = [one for one in body[first : len(body) - after] if ast.dump(one) not in said]
        if lifted and len(block) != len(body) - first - after - len(lifted):
            raise ValueError("what gives a parameter its first value runs only once and cannot be tried")
        return block

    def same_functions(self, other):
        """Whether functions that are not part of the pass say the same in another plan."""
        mine, theirs = _Lines(self.text), _Lines(other.text)
        old = [one for one in self.tree.body if isinstance(one, _DEFINITIONS) and one.name not in self.placed.functions]
        new = [one for one in other.tree.body if isinstance(one, _DEFINITIONS) and one.name not in self.placed.functions]
        return len(old) == len(new) and all(mine.of(a) == theirs.of(b) for a, b in zip(old, new, strict=True))

    def functions_of(self, other):
        """This plan's text with the functions of another's, statement for statement: what `sources.patched` takes."""
        lines, new = self.text.split("\n"), other.text.split("\n")
        pairs = zip([one for one in self.tree.body], [one for one in other.tree.body], strict=True)
        for old, one in reversed(list(pairs)):
            if isinstance(old, _DEFINITIONS) and old.name not in self.placed.functions:
                lines[old.lineno - 1 : old.end_lineno] = new[one.lineno - 1 : one.end_lineno]
        return "\n".join(lines)


class _Lines:
    """The lines of a text, to compare statements by."""

    def __init__(self, text):
        self.lines = text.split("\n")

    def of(self, node):
        return self.lines[node.lineno - 1 : node.end_lineno]


def _set_by(statement):
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {part.id for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target]) if isinstance(part, ast.Name)}


def _undefined(block):
    return [one for one in block if not isinstance(one, _DEFINITIONS)]


def _before(block, loop):
    """The statements before a loop, or before its twin in another text: the loop of the same kind that is as many loops down."""
    said = None
    for k, one in enumerate(block):
        if one is loop:
            return block[:k]
        if type(one) is type(loop):
            said = said or _said(loop)
            if _said(one) == said:
                return block[:k]
    raise ValueError("what begins the training loop runs only once and cannot be tried")


def _said(loop):
    return [ast.dump(part) for part in _header(loop)]


def _header(loop):
    return [loop.target, loop.iter] if isinstance(loop, ast.For) else [loop.test]


def _same(old, new, mine, theirs):
    """ValueError unless two rows of statements say the same."""
    if len(old) != len(new) or any(mine.of(a) != theirs.of(b) and ast.dump(a) != ast.dump(b) for a, b in zip(old, new, strict=True)):
        raise ValueError("what stands above the training loop runs only once and cannot be tried")
