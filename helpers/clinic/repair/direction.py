"""From a gradient that is no number times the truth to the statement where it went wrong.

The walk goes from the value that became the gradient to what it was made from, as long as that is not explained either. It ends at a
statement whose value is explained by nothing while what goes into it is; or whose ingredients are right, but not those that belong together.
"""

import ast
import re

import numpy as np

from helpers.clinic.repair.flow import ancestors, inside, is_called

_LEAST = 0.02


class Direction:
    """Charges statements for one gradient after the other."""

    def __init__(self, flow, charges, finals, right=()):
        self.flow, self.charges, self.finals, self.right = flow, charges, finals, right
        self.name, self.waiting, self.done = "", {}, set()

    def blame(self, name, final, weight=1.0):
        """Charge the statements that may have made a gradient wrong."""
        self.name, self.waiting, self.done = name, {}, set()
        chain = self.flow.chain(final)
        if self.another(name, chain):
            return
        if not self.flow.carrying(final) and any(e.site.scope is not final.site.scope for e in chain):
            self._never(chain, weight)
            return
        if any(self._is_own(t, name) for t, _ in self.flow.matches(chain[-1], after=False)):
            self._against(
                chain[-1].whole, 0.9 * weight, "", f"it holds the gradient of {name}, in another shape than {name} has or times another number"
            )
            return
        known = next((k for k, e in enumerate(chain) if self._explained(e)), None)
        if known is not None:
            weight = self._taken_for(name, chain, known, weight)
        if known != 0:
            self.follow(chain[-1] if known is None else chain[known - 1], weight, name)

    def _is_own(self, target, name):
        """Whether a target is the gradient of this parameter, perhaps in another arrangement."""
        parameter = self.flow.parameters[name]
        if target is parameter.truth:
            return True
        view = target.event is not None and target.event.array.size > 1 and not target.event.site.is_load
        return view and _same_numbers(target.event.array, parameter.values[0])

    def _explained(self, event):
        found = self.flow.matches(event, after=False)
        return any(t.kind == "adjoint" and not t.event.site.is_load for t, _ in found) and self.flow.fine(event)

    def _taken_for(self, name, chain, known, weight):
        """A right slope in some value is handed on as this gradient: charges the first line that calls it so. What is left of the weight."""
        what = next(t.name for t, _ in self.flow.matches(chain[known], after=False) if t.kind == "adjoint" and not t.event.site.is_load)
        said = f"what becomes the gradient of {name} is the slope of the loss in {what}"
        for inner, outer in zip(chain[1:], chain, strict=False):
            made = inner.whole
            control = self._skipped(made, outer) if made.site.target and outer.number > made.number else None
            if control is not None:
                self.charges.add(made.site.source, control, 0.7 * weight, name, f"what it guards did not run: {said}")
                return 0.3 * weight
        called = [k for k, e in enumerate(chain) if is_called(e.site.target, name)]
        if called:
            self._against(chain[max(called)].whole, 0.6 * weight, "", said)
            return 0.4 * weight
        takers = list(dict.fromkeys(e.whole for e in chain if e.site.statement is not chain[-1].site.statement)) or [chain[0].whole]
        odd = [e for e in takers if self._is_odd(e.site.statement, name)]
        for event in odd or takers:
            self._against(event, 0.6 * weight / len(odd or takers), "", said)
        return 0.4 * weight

    def _is_odd(self, statement, name):
        """Whether no statement that hands on another gradient is written like this one."""
        others = [self.finals[other] for other in self.right if other != name and self.finals[other] is not None]
        forms = {form(e.site.statement) for final in others for e in self.flow.chain(final)}
        return bool(forms) and form(statement) not in forms

    def follow(self, event, weight, name):
        """Walk from an event to what it was made from, the latest first, so that all that is against an event is known when it is its turn."""
        self.name, self.waiting, self.done = name, {event.whole: weight}, set()
        first = event.whole
        while self.waiting:
            event = max(self.waiting, key=lambda e: e.number)
            weight = self.waiting.pop(event)
            if event not in self.done and weight >= _LEAST:
                self.done.add(event)
                self._step(event, weight, event is first and bool(name))

    def _never(self, chain, weight):
        """What becomes a gradient is a slope of an activation alone: the statement that takes it from the function."""
        own = [e for e in chain if e.site.scope is chain[0].site.scope]
        said = "no slope of the loss goes into what it makes, and it is used as if it were one"
        self._against(own[-1].whole, 0.9 * weight, "", said)

    def another(self, name, chain):
        """Whether what becomes this gradient is another one's, made for that: charges the line that takes it for this one."""
        ours = self.flow.parameters[name]
        for other, final in self.finals.items():
            truth = self.flow.parameters[other].truth.arrays
            if other == name or final is None or any(g is None or not _equal(g, t) for g, t in zip(ours.said, truth, strict=True)):
                continue
            theirs = set(self.flow.chain(final))
            own = [e for e in chain if e not in theirs]
            if own and len(own) < len(chain):
                for k, event in enumerate(reversed(own)):
                    sentence = f"what becomes the gradient of {name} is that of {other}"
                    self.charges.against(event, 0.7 if k == 0 else 0.3 / len(own), name, sentence)
                return True
        return False

    # --- the walk ----------------------------------------------------------------------------------------------------

    def _step(self, event, weight, first):
        flow = self.flow
        if event.is_handed_on and flow.is_backward(event.origin):
            own = 0.1 if flow.carrying(event.origin) or event.site.is_load else 0.4
            self._against(event, own * weight, "though what it is made from is not shown to be wrong")
            self._on(event.origin.whole, (1 - own) * weight)
            return
        event, taken, bad = self._last_bad(event)
        if not bad:
            self._culprit(event, taken, weight, first)
            return
        carrying = [e for e in bad if flow.carrying(e)]
        handed = None if carrying else self._handed_wrong(bad)
        if handed is not None:
            call, said = handed
            alone = len({e.site for e in flow.events if e.origin is not None and e.origin.site is call.origin.site and not e.site.is_load}) == 1
            self._against(event, (1.0 if alone else 0.4) * weight, "", said)
            if not alone:
                self._against(call.origin, 0.6 * weight, "", f"{said}, here as elsewhere: the function is meant for another one")
            return
        own = 0.12 if carrying else self._own_share(event, bad)
        self._against(event, own * weight, "though not everything that goes into it is right")
        for inner in carrying or bad:
            self._up(inner, event, (1 - own) * weight / len(carrying or bad))
        for inner in bad if carrying else ():
            if inner not in carrying:
                self._up(inner, event, 0.3 * weight / len(bad))

    def _last_bad(self, event):
        """(event, its inputs, those that are not right); of what adds up over a loop the last pass that adds something wrong."""
        at = event
        while True:
            taken = list(dict.fromkeys(self.flow.inputs(at)))
            bad = [e for e in taken if not self.flow.fine(e) and not _is_sum_so_far(e, at)]
            if bad:
                return at, taken, bad
            if at.earlier is None or not _is_sum_so_far(at.earlier, at):
                return event, list(dict.fromkeys(self.flow.inputs(event))), []
            at = at.earlier

    def _on(self, event, weight):
        self.waiting[event] = self.waiting.get(event, 0) + weight

    def _handed_wrong(self, bad):
        """(call, sentence) where the learner's function would be right with another value handed to it."""
        for call in bad:
            if isinstance(call.site.node, ast.Call) and call.origin is not None:
                other = self.flow.argument(call)
                if other is not None:
                    return call, f"{call.site.text} is no slope; with {other[1]} in place of {other[0].site.text} it would be"
        return None

    def _own_share(self, event, bad):
        """How much speaks against a statement itself, where only what carries no slope is not explained."""
        called = [e for e in bad if isinstance(e.site.node, ast.Call)]
        if called:
            return 0.45
        return 0.4 if all(self.flow.of_forward(e) for e in bad) else 0.8

    def _up(self, inner, event, weight):
        """On to the statement that made a value."""
        if inner is event.earlier or (inner is event.origin and event.earlier is not None):
            made = inner.whole
        else:
            made = inner.origin.whole if inner.origin is not None else None
        if made is None:
            self._against(event, weight, "though not everything that goes into it is right")
        elif not self.flow.is_backward(made):
            self._against(event, weight, "though what goes into it is right")
        elif made not in self.done:
            self._on(made, weight)

    def _against(self, event, weight, rest, said=None):
        what = event.site.target or event.site.text
        sentence = said or (
            f"{what} is not the slope of the loss in any value of the forward pass, nor a constant times one, {rest}{self._entry(event)}"
        )
        self.charges.against(event, weight, self.name, sentence, self.flow.part(event))

    def _entry(self, event):
        """An entry of a value beside what it should be, as far as that can be told: by its name, or what it is most like."""
        worth = self.flow.worth(event)
        if not worth or not self.flow.carrying(event):
            return ""
        p, value = worth[0]
        every = [*(q.truth for q in self.flow.parameters.values()), *(t for t in self.flow.adjoints.targets if not t.event.site.is_load)]
        every = [t for t in every if t.arrays[p].shape == value.shape and np.isfinite(t.arrays[p]).any()]
        best = max(every, key=lambda t: self._is_like(event, t, value, t.arrays[p]), default=None)
        if best is None:
            return ""
        array, factors = (
            best.arrays[p],
            [m.factor for e in inside(event) for t, m in self.flow.matches(e) if t.kind == "adjoint" and self.flow.carrying(e)],
        )
        expected = (factors[0] if factors and best.kind == "adjoint" else 1.0) * array
        k = np.unravel_index(np.nanargmax(np.abs(value - expected)), value.shape)
        where = f"entry [{', '.join(map(str, k))}]" if k else "it"
        return f": {where} is {value[k]:.4g}, as the slope in {best.name} it would be {expected[k]:.4g}"

    def _is_like(self, event, target, value, array):
        called = target.name == self.name or (event.site.target and _last(target.name) == _bare(_last(event.site.target)))
        known = np.isfinite(array)
        sizes = np.linalg.norm(value[known]) * np.linalg.norm(array[known])
        return bool(called), float(abs((value[known] * array[known]).sum()) / sizes) if sizes else 0.0

    # --- a statement whose ingredients are right ----------------------------------------------------------------------

    def _culprit(self, event, taken, weight, first):
        flow = self.flow
        before = event.earlier
        if before is not None and before.site.statement is not event.site.statement and event.site in {e.site for e in ancestors(before)}:
            self._against(before.whole, 0.7 * weight, "", f"it changes {event.site.target} before everything is added up")
            weight *= 0.3
        for node in loops_around(event.site):
            leaves = next((s for s in node.body if isinstance(s, ast.Return)), None)
            if leaves is not None:
                self.charges.add(event.site.source, leaves, 0.8 * weight, self.name, "it stands in the loop, which ends with its first pass")
                weight *= 0.2
        carried = [e for e in taken if flow.carrying(e)]
        if not carried and self._lost(event, taken, weight, first):
            return
        turned = [e for e in carried if is_turned(flow, e) and getattr(e.outer.site.node if e.outer else None, "attr", "") != "T"]
        for inner in turned:
            made = self._maker(inner)
            if made is not None and made.site.statement is not event.site.statement:
                self._against(
                    made,
                    0.8 * weight / len(turned),
                    "",
                    f"{inner.site.text} is transposed: the slope of the loss in {flow.matches(inner)[0][0].name} turned",
                )
                self._against(event, 0.2 * weight / len(turned), "though what goes into it is right, if transposed")
                return
        wrong = self._misplaced(event, taken, carried, first) if carried else None
        if wrong is None:
            self._against(event, weight, "though what goes into it is right")
            return
        inner, are, proper, there = wrong
        made = self._maker(inner)
        said = f"{inner.site.text} is the slope of the loss in {are}, needed here is that in {proper}"
        if there or made is None:
            self._against(event, 0.8 * weight, "", said)
            if made is not None:
                self._against(made, 0.2 * weight, "", said)
            return
        control = self._skipped(made, event)
        self._against(event, 0.1 * weight, "", said)
        constant = self._constant(made)
        if constant is not None:
            self._against(constant, 0.6 * weight, "", f"it gives {np.unique(constant.array)[0]:.3g} everywhere: {said}")
            weight *= 0.3
        bare = self._handed_through(inner)
        if bare is not None and control is None:
            self._against(bare, 0.7 * weight, "", said)
            weight *= 0.2
        if control is not None:
            text = f"what it guards did not run before line {event.site.statement.lineno}: {said}"
            self.charges.add(event.site.source, control, 0.6 * weight, self.name, text)
        self._against(made, (0.3 if control is not None else 0.9) * weight, "", said)

    def _lost(self, event, taken, weight, first):
        """A statement into which no slope goes at all: what it takes may have lost it."""
        makers = [e.origin.whole for e in taken if e.origin is not None and self.flow.is_backward(e.origin) and _is_array(e)]
        makers = [e for e in dict.fromkeys(makers) if self.flow.of_forward(e) and not self.flow.again(e)]
        if not makers or not (first or self.flow.is_slope(event)):
            return False
        for maker in makers:
            self._against(maker, 0.8 * weight / len(makers), "", "no slope of the loss goes into what it makes, and it is used as if it were one")
        self._against(event, 0.2 * weight, "though what goes into it is right")
        return True

    def _misplaced(self, event, taken, carried, first):
        """(input, what it is the slope in, what it should be, whether that is there) where a right slope stands in the wrong place."""
        flow = self.flow
        values = [p.values[0] for p in flow.parameters.values() if p.values[0].size > 1]
        weights = [e for e in taken if e not in carried and e.array is not None and any(_same_numbers(e.array, v) for v in values)]
        proper = [t for e in weights for t in flow.consumers(e.array)]
        if not proper and first:
            proper = flow.consumers(flow.parameters[self.name].values[0])
        if not proper or event.array is None or event.array.size < 2:
            return self._misnamed(carried)
        allowed = [*proper]
        for inner in carried:
            if _entry_by_entry(inner, event):  # a slope of an activation is multiplied on
                allowed += self._after(proper)
        are = [t for e in carried for t, _ in flow.matches(e) if t.kind == "adjoint" and not t.event.site.is_load]
        if are and not any(t in allowed for t in are):
            inner = next(e for e in carried if any(t in are for t, _ in flow.matches(e)))
            return inner, are[0].name, proper[0].name, self._is_there(proper, event)
        return self._misnamed(carried)

    def _after(self, proper):
        """What is made, entry by entry, of such a value: an activation, times a mask."""
        found, new = [], list(proper)
        while new:
            size = new[0].event.array.size
            at = new.pop(0).event
            around = [t for t in self.flow.adjoints.targets if t.event is not None and at in inside(t.event)]
            new = [t for t in (*self.flow.consumers(at.array), *around) if _is_as_large(t.event, size) and t not in found] + new
            found += new
        return found

    def _is_there(self, proper, event):
        """Whether the backward pass made such a slope before."""
        for e in self.flow.events[: event.number]:
            if self.flow.is_backward(e) and e.site.role != "part" and e.array is not None and any(t in proper for t, _ in self.flow.matches(e)):
                return True
        return False

    def _misnamed(self, carried):
        """A slope that is called after another value than the one it is the slope in."""
        values = [parameter.values[0] for parameter in self.flow.parameters.values()]
        made = [t for t in self.flow.adjoints.targets if t.event.site.role == "value" and not any(_same_numbers(t.event.array, v) for v in values)]
        names = {_last(t.name): t for t in made}
        for inner in carried:
            made = self._maker(inner)
            if made is None or not made.site.target:
                continue
            meant = names.get(_bare(_last(made.site.target)))
            are = [t for t, _ in self.flow.matches(inner) if t.kind == "adjoint"]
            if meant is not None and are and meant not in are and not any(_last(t.name) == _last(meant.name) for t in are):
                return inner, are[0].name, meant.name, False
        return None

    def _maker(self, inner):
        """The event that gave a value its name."""
        made = inner.origin
        while made is not None and made.origin is not None and (made.site.role == "part" or isinstance(made.site.node, ast.Call)):
            made = made.origin
        return made.whole if made is not None and self.flow.is_backward(made) else None

    def _constant(self, made):
        """The return of a function of the learner's that gives one number for everything, where a slope is made with it."""
        for inner in self.flow.inputs(made):
            called = isinstance(inner.site.node, ast.Call) and inner.origin is not None and self.flow.is_backward(inner.origin)
            if called and inner.origin.array is not None and inner.origin.array.size and np.ptp(inner.origin.array) == 0:
                return inner.origin
        return None

    def _handed_through(self, inner):
        """A statement on the way of a value that hands it on as it is: `dz = da`, or a function that returns what it is handed."""
        found, event = [], inner
        while event is not None and event.origin is not None and self.flow.is_backward(event.origin):
            event = event.origin
            if event.site.is_load and event.site.role in ("value", "return") and isinstance(event.site.node, ast.Name):
                found.append(event)
        through = [e for e in found if e.site.role == "value" or _is_argument(e)]
        return through[0] if through else None

    def _skipped(self, made, event):
        """The condition that was asked between two events and left out what sets the same name."""
        between = {e.site.statement for e in self.flow.events[made.number + 1 : event.number + 1]}
        for node in ast.walk(event.site.scope):
            if isinstance(node, ast.If) and node in between:
                inside = [s for part in (node.body, node.orelse) for b in part for s in ast.walk(b) if isinstance(s, ast.stmt)]
                sets = {ast.unparse(t) for s in inside for t in targets_of(s)}
                if made.site.target in sets and not any(s in between for s in inside):
                    return node
        return None


def loops_around(site):
    """The loops around a statement, within its function."""
    every = (node for node in ast.walk(site.scope) if isinstance(node, (ast.For, ast.While)))
    return [node for node in every if node.lineno < site.statement.lineno <= node.end_lineno]


def _is_as_large(event, size):
    """Whether a value has an entry for each of `size`, or a row of them: `v * g` for one g a column."""
    spreads = isinstance(event.site.node, ast.BinOp) and not isinstance(event.site.node.op, ast.MatMult)
    return event.array.size == size or (spreads and event.array.size % size == 0)


def _is_sum_so_far(inner, event):
    """Whether a value is what the same line has added up before: no gradient yet."""
    return inner is event.earlier and inner.site is event.site


def _entry_by_entry(inner, event):
    """Whether a value goes into an expression without a product of matrices or a sum."""
    while inner is not event and inner.outer is not None:
        inner = inner.outer
        if not isinstance(inner.site.node, (ast.BinOp, ast.UnaryOp)) or isinstance(getattr(inner.site.node, "op", None), ast.MatMult):
            return False
    return True


def _is_argument(event):
    """Whether a name is one that its function is handed."""
    arguments = getattr(event.site.scope, "args", None)
    return arguments is not None and event.site.text in {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def is_turned(flow, event):
    """Whether a value is explained only the other way round."""
    found = [m.turned for _, m in flow.matches(event)]
    return bool(found) and all(found)


def form(statement):
    """A statement without its names and numbers of layers."""
    return re.sub(r"\b[A-Za-z_]\w*(?=\s*[^\w(]|$)", "_", ast.unparse(statement).split("\n")[0])


def targets_of(statement):
    """What a statement assigns to."""
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, (ast.AugAssign, ast.AnnAssign, ast.For)) else []


def _is_array(event):
    return event.array is not None and (event.array.size > 1 or isinstance(event.value, float))


def _equal(gradient, truth):
    if np.size(gradient) != truth.size:
        return False
    gradient, known = np.reshape(gradient, truth.shape), np.isfinite(truth)
    ours, truth = gradient[known], truth[known]
    return len(truth) > 0 and np.any(truth) and np.linalg.norm(ours - truth) <= 1e-4 * np.linalg.norm(truth)


def _same_numbers(one, other):
    if one.size != np.size(other):
        return False
    return bool(np.array_equal(one.ravel(), np.ravel(other)) or np.array_equal(one.T.ravel(), np.ravel(other)))


def _last(name):
    """The last word of a name: cache["Z1"], self.Z1, Z1 are Z1."""
    words = re.findall(r"\w+", name)
    return words[-1].lower() if words else name


_MARKS = re.compile(r"^(d_?|g_?|grad_?|delta_?|err_?|to_?|into_?|back_?)|(_?grad|_?delta|_?err|_?slope)$")


def _bare(name):
    """What a slope is called after: dz1, grad_z1 and z1_grad are called after z1."""
    return _MARKS.sub("", name, count=1)
