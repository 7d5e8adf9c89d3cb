"""Gradients that no line makes, or that have no shape that fits, and lines that raise: which place is meant."""

import ast
import re

import numpy as np

from helpers.clinic.repair.direction import is_turned, loops_around
from helpers.clinic.repair.flow import ancestors, is_called
from helpers.clinic.repair.matches import Target, matched


class Absent:
    """Charges the places where a gradient should have been made."""

    def __init__(self, flow, charges, finals, direction):
        self.flow, self.charges, self.finals, self.direction = flow, charges, finals, direction

    def blame(self, name):
        """A parameter whose gradient no event is."""
        said = self.flow.parameters[name].said
        nothing = all(g is None or (np.isfinite(g).all() and not np.any(g)) for g in said)
        if nothing and self._vanishes(name):
            return
        made = self._made_elsewhere(name) if nothing else None
        event = self._unclaimed(name, nothing) if made is None else None
        if not nothing and self._piece(name):
            return
        if event is not None:
            self.direction.blame(name, event)
            return
        if made is not None and not self._in_a_loop(name):
            self._not_used(name, made)
            return
        self._not_made(name)
        if made is not None and not any(name in charge.gradients for charge in self.charges.values()):
            self._not_used(name, made)

    def _unclaimed(self, name, nothing):
        """An event that goes where other gradients go, and is none of theirs; one of that name first."""
        finals = [e for e in self.finals.values() if e is not None]
        statements, stem = {e.site.statement for e in finals}, _stem(name)
        sites = {e.site for other, e in self.finals.items() if e is not None and _stem(other) == stem}
        claimed = {e for final in finals for e in (*self.flow.chain(final), *(a for a in ancestors(final) if a.site is final.site))}
        held = {(e.site, e.array.tobytes()) for e in claimed if e.array is not None}  # the code may have run twice
        found, size = [], self.flow.parameters[name].values[0].size
        for event in self.flow.events:
            if event.site.role == "part" or event.array is None or not self.flow.is_backward(event) or event in claimed or self.flow.again(event):
                continue
            if (event.site, event.array.tobytes()) in held:
                continue
            called = is_called(event.site.target, name)
            fits = not nothing and event.array.size == size and self.flow.carrying(event)
            fits = fits and not self._is_it(event, name)
            placed = event.site in sites or (event.site.statement in statements and not nothing)
            if called or fits or placed:
                found.append((called, event.array.size == size, placed, event.number, event))
        best = max(found, key=lambda f: f[:4], default=None)
        if best is None or not (best[0] or best[1]):
            return (None if nothing else self._by_count(name, claimed)) or (best and best[4])
        return best[4]

    def _vanishes(self, name):
        """Whether a line makes 0 everywhere of a slope that is not 0: charges it."""
        for event in self.flow.events:
            worth = self.flow.worth(event) if self.flow.is_backward(event) and event.site.role != "part" else []
            if not worth or worth[0][1].size < 2 or any(np.any(a) for _, a in worth):
                continue
            if any(np.any(e.array) for e in self.flow.events if e.site is event.site and e.array is not None):
                continue  # for one example, or in one layer, it may be 0
            came = [e for e in self.flow.inputs(event) if self.flow.carrying(e) and e is not event.earlier]
            if any(np.any(a) for e in came for _, a in self.flow.worth(e)):
                self.charges.against(event, 1.2, name, f"what it makes is 0 everywhere, and {came[0].site.text} is not")
                return True
        return False

    def _in_a_loop(self, name):
        """Whether one line in a loop makes the gradients of several parameters like this one."""
        sites = [e.site for other, e in self.finals.items() if e is not None and _stem(other) == _stem(name)]
        return any(sites.count(site) > 1 or _goes_through(site) for site in sites)

    def _piece(self, name):
        """Whether a flat vector of another length can be told piece by piece: the first that is not where it should be is charged."""
        parameter = self.flow.parameters[name]
        wholes = [
            e
            for e in self.flow.events
            if self.flow.is_backward(e) and e.array is not None and e.array.ndim == 1 and isinstance(e.site.node, ast.Call)
        ]
        wholes = [e for e in wholes if len(list(self.flow.inputs(e))) > 2 and sum(i.array.size for i in self.flow.inputs(e)) == e.array.size]
        if parameter.values[0].ndim != 1 or not wholes:
            return False
        at = 0
        for inner in self.flow.inputs(wholes[-1]):
            part = [a.ravel()[at : at + inner.array.size] for a in parameter.truth.arrays]
            match = (
                matched([a.ravel() for _, a in self.flow.value(inner)], Target("gradient", name, part)) if part[0].size == inner.array.size else None
            )
            if match is None or abs(match.factor - 1) > 1e-3:
                chain = self.flow.chain(inner)
                made = next((e for e in chain if e.site.role == "value"), chain[-1]).whole
                said = f"{inner.site.text} is not what belongs behind the first {at} entries of the gradient"
                known = any(t.event is None or not t.event.site.is_load for t, _ in self.flow.matches(inner))
                self.charges.against(made, 1.0 if known else 0.2, name, said)
                self.direction.follow(made, 0.3 if known else 1.0, name)
                return True
            at += inner.array.size
        return False

    def _by_count(self, name, claimed):
        """An event of a line that runs as often as there are parameters like this one, and makes what is nobody's: gb[k] = …"""
        number = sum(_stem(other) == _stem(name) for other in self.finals)
        rows = {}
        for event in self.flow.events:
            kept = event.site.stores or event.site.role in ("argument", "change")
            if kept and event.array is not None and self.flow.is_backward(event) and not self.flow.again(event):
                rows.setdefault(event.site, []).append(event)
        rows = [row for row in rows.values() if number > 1 and len(row) % number == 0 and not any(e in claimed for e in row)]
        return rows[-1][-1] if rows else None

    def _is_it(self, event, name):
        """Whether an event holds this gradient in its shape: then it is not what was taken for it."""
        parameter = self.flow.parameters[name]
        return event.array.shape == parameter.values[0].shape and any(t is parameter.truth for t, _ in self.flow.matches(event, after=False))

    def _made_elsewhere(self, name):
        """An event that is this gradient, though nothing comes of it."""
        truth = self.flow.parameters[name].truth
        for event in reversed(self.flow.events):
            whole = event.site.role != "part" and event.array is not None and self.flow.is_backward(event)
            if whole and any(t is truth for t, _ in self.flow.matches(event, after=False)):
                return event
        return None

    def _not_used(self, name, made):
        """It is made, and no line uses it: the lines that use the others."""
        others = sorted(((_likeness(name, n), e.number, n, e) for n, e in self.finals.items() if e is not None), key=lambda o: (-o[0], o[1]))
        for k, (_, _, other, event) in enumerate(others):
            what = made.site.target or made.site.text
            self.charges.against(event, 0.9 / (k + 1), name, f"{name} is never changed by its gradient, {what}; {other} is, here")
        self.charges.against(made, 0.5, name, f"the gradient of {name} is made here, and nothing comes of it")

    def _not_made(self, name):
        """No line makes it: the loops and conditions around the lines that make the others, then those lines."""
        ways = {n: [e for e in ancestors(final) if self.flow.is_backward(e)] for n, final in self.finals.items() if final is not None}
        ways = ways or {"": [e for e in self.flow.events if self.flow.is_backward(e)]}
        around, said = {}, f"{name} gets no gradient"
        forward = {site.statement for site in self.flow.adjoints.forward} | {e.site.statement for e in self.flow.events if self.flow.again(e.whole)}
        for other, events in ways.items():
            for event in events:
                if self.flow.carrying(event) and event.site.statement not in forward:
                    for node in _around(event.site):
                        around.setdefault(node, (event.site.source, set()))[1].add(other)
        extent = min((node.end_lineno - node.lineno for node in around if not isinstance(node, ast.If)), default=0)
        for node, (source, others) in around.items():
            weight = (1.0 if isinstance(node, (ast.For, ast.While)) else 0.6) * (0.5 + 0.5 * len(others) / len(ways))
            weight *= 1.0 if node.end_lineno - node.lineno <= extent else 0.6
            self.charges.add(source, node, weight, name, f"{said}: the loop ends too early, or the condition leaves it out")
        for other, final in self.finals.items():
            if final is not None:
                weight = 0.6 * (0.2 + _likeness(name, other)) / max(1, len(ways))
                for statement, event in {e.site.statement: e for e in self.flow.chain(final)}.items():
                    self.charges.add(event.site.source, statement, weight, name, f"{said}; the line for {other} is here")
        for event in self.flow.events:
            if event.site.role in ("value", "change", "argument", "return") and is_called(event.site.target, name) and self.flow.is_backward(event):
                self.charges.against(event, 0.3, name, said)
                break


def raising(flow, charges, error, direction):
    """The line that raised, and what goes into it that is not explained."""
    line, filename = getattr(error, "line", None), getattr(error, "filename", None)
    sites = [s for s in flow.adjoints.recorder.sites if s.source.filename == filename]
    sites = [s for s in sites if s.statement.lineno <= (line or 0) <= s.statement.end_lineno]
    statement = sites[-1].statement if sites else flow.events[-1].site.statement if flow.events else None
    if statement is None:
        return
    here = {e.site: e for e in flow.events if e.site.statement is statement}.values()  # as it ran last
    here = sorted(here, key=lambda e: e.number)
    source = sites[-1].source if sites else here[-1].site.source
    taken = [e for last in here if last.outer is None for e in ([last] if last.site.is_load else flow.inputs(last))]
    made = {e: e.origin.whole for e in dict.fromkeys(taken) if e.origin is not None and flow.is_backward(e.origin)}
    made = {e: one for e, one in made.items() if one.site.statement is not statement and not flow.again(e)}
    bad = [e for e in made if not flow.fine(e) and e.array.size * len(flow.points) > 2]  # of two numbers anything is a number times the other
    turned = [e for e in made if e not in bad and (is_turned(flow, e) or (here and _has_no_place(flow, e, here[-1])))]
    charges.add(source, statement, 0.7 if bad or turned else 1.0, "", f"it raises: {error}")
    for event, one in made.items():
        if event in bad:
            direction.follow(one, 1.0, "")
        elif event in turned:
            charges.against(one, 1.1, "", f"{event.site.text} has another shape than what it goes into line {statement.lineno}, which raises")
        else:
            charges.against(one, 0.3, "", f"what it makes goes into line {statement.lineno}, which raises")


def _has_no_place(flow, event, last):
    """Whether an array is added to one that has another shape, and is not what belongs to a third."""
    if any(t.kind == "gradient" and t.arrays[0].shape == event.array.shape and not m.turned for t, m in flow.matches(event)):
        return False
    added = last.before is not None and last.array is not None and event.array is not None and event.array.size > 1
    return added and event.array.shape == last.array.shape != last.before.shape


def _around(site):
    """The loops and conditions around a statement, within its function."""
    every = (node for node in ast.walk(site.scope) if isinstance(node, (ast.For, ast.While, ast.If)))
    return [node for node in every if node.lineno < site.statement.lineno <= node.end_lineno]


def _goes_through(site):
    """Whether a statement in a loop names what the loop goes through."""
    used = {n.id for n in ast.walk(site.statement) if isinstance(n, ast.Name)}
    loops = [loop for loop in loops_around(site) if isinstance(loop, ast.For)]
    return any(isinstance(n, ast.Name) and n.id in used for loop in loops for n in ast.walk(loop.target))


def _stem(name):
    """A name without its last number: those of one list share it."""
    return re.sub(r"\d+(?=\D*$)", "#", name)


def _words(text):
    return re.findall(r"[A-Za-z_]+|\d+", text)


def _likeness(one, other):
    """How alike two names are: W3 and b3 share a layer, W3 and W2 a letter."""
    a, b = _words(one), _words(other)
    shared = len(set(a) & set(b)) / max(1, len(set(a) | set(b)))
    numbers = [int(w) for w in a if w.isdigit()], [int(w) for w in b if w.isdigit()]
    near = 1 / (1 + abs(numbers[0][-1] - numbers[1][-1])) if all(numbers) else 0.0
    return shared + near / 2
