"""Gradients that are a number times the truth: which statement has that number in it, or has it not.

It stands on the way to the gradients that are so, and not on the way to right ones. Of the statements there that one is likeliest in which
the number is seen: in what it multiplies by, in a slope that goes on larger or smaller than it came, or beside others of its kind.
"""

import ast
import re

import numpy as np

from helpers.clinic.repair.direction import form, targets_of
from helpers.clinic.repair.flow import ancestors


class Constants:
    """Charges statements for all gradients together that are a number times the truth."""

    def __init__(self, flow, charges, finals, right):
        self.flow, self.charges, self.finals = flow, charges, finals
        self.right = [name for name in right if finals.get(name) is not None]

    def blame(self, scaled):
        """scaled : {name: the number}"""
        scaled = {name: c for name, c in scaled.items() if self.finals.get(name) is not None}
        events = {name: ancestors(final) for name, final in self.finals.items() if final is not None}
        ways = {name: {e.site.statement for e in found if self.flow.is_backward(e)} for name, found in events.items()}
        here = {}
        for name in scaled:
            for e in events[name]:
                if self.flow.is_backward(e):
                    here.setdefault(e.site.statement, {})[e] = None
        rows = {name: self._made_by(name) for name in events}
        self._only_there(scaled, ways, rows)
        for statement, found in here.items():
            names = [name for name in scaled if statement in ways[name]]
            against = sum(statement in ways[name] for name in self.right) / max(1, len(self.right))
            weight = len(names) * (len(names) / len(scaled)) * (1 - against) ** 2
            found = sorted(found, key=lambda e: e.number)
            suspicion, said = self._suspicion(statement, found, [scaled[n] for n in names], names, rows)
            for name in names:
                times = f"the gradient of {name} is {scaled[name]:.4g} times what it should be"
                self.charges.add(found[0].site.source, statement, weight * suspicion / len(names), name, times + said, found[-1].site.text)

    def _only_there(self, scaled, ways, rows):
        """Lines on the way to right gradients only, in which the number stands: those that lead to the others lack one."""
        wrong = set().union(*(ways[name] for name in scaled))
        for name in self.right:
            for event in self.flow.chain(self.finals[name]):
                statement = event.site.statement
                at = rows[name].index(statement)
                if statement in wrong or any(_does(row) == _does(statement) for p in scaled for row in rows[p][at : at + 1]):
                    continue
                here = [e for e in self.flow.events if e.site.statement is statement]
                number = self._number(statement, here, scaled.values())
                if number is not None:
                    said = f"{number:.4g} stands here on the way to {name}, and not on the way to {', '.join(scaled)}"
                    self.charges.add(event.site.source, statement, 0.75 * len(scaled) / len(self.right), sorted(scaled)[0], said, event.site.text)

    def _made_by(self, name):
        """The statements that make a gradient from others, and hand it on."""
        return list(dict.fromkeys(e.site.statement for e in self.flow.chain(self.finals[name])))

    def _suspicion(self, statement, here, factors, names, rows):
        """(how suspicious, sentence) a statement is by what stands in it."""
        counted = self._counts_otherwise(statement, here, factors)
        if counted:
            return counted, f"; the number {here[-1].array.item():.4g} that it takes is not that of another axis"
        computed = [e for e in here if not e.site.is_load and e.array is not None]
        if not computed and not isinstance(statement, ast.AugAssign):
            return 0.03, ""
        carried = any(self.flow.carrying(e) for e in here)
        found, said = 0.3, ""
        changed = self._changed(here)
        if changed is not None:
            found, said = found + 0.4, f"; here the slope that goes on becomes {changed:.4g} times as large"
        number = self._number(statement, here, factors)
        if number is not None:
            found, said = found + 0.35, said or f"; {number:.4g} stands here"
        text = ast.unparse(statement).split("\n")[0]
        found += 0.1 * bool(re.search(r"/|mean\(|len\(|shape|size|\b(rate|lr|eta|alpha|m|n)\b", text))
        if any(c < 0 for c in factors) and all(abs(abs(c) - 1) < 1e-3 for c in factors):
            signs = any(isinstance(n, (ast.Sub, ast.USub, ast.Add)) for n in ast.walk(statement))
            found += 0.3 * (signs or isinstance(getattr(statement, "op", None), ast.Add))
        bare = isinstance(statement, ast.AugAssign) and isinstance(statement.value, (ast.Name, ast.Attribute, ast.Subscript))
        if bare and number is None and all(abs(c) > 1 for c in factors) and any(statement is rows[n][0] for n in names):
            found, said = found + 0.6, said or "; it takes the whole gradient, without a rate"
        if number is None and self._lacks_number(statement, factors, names, rows):
            found, said = found + 0.5, said or "; the line for another one has that number"
        elif self._is_odd(statement, names, rows):
            found, said = found + 0.5, said or "; the line for another one is written otherwise"
        if not bare and all(e.origin is not None for e in here if e.site.role != "part"):
            found *= 0.4  # it takes what another line made
        return found * (1.0 if carried else 0.4), said

    def _changed(self, here):
        """How many times as large a slope leaves a statement as it came; None where it stays, or none goes on."""
        for event in here:
            if event.site.role in ("value", "return", "argument"):
                ours = [m.factor for t, m in self.flow.matches(event, after=False) if t.kind == "adjoint"]
                came = [e for e in self.flow.inputs(event) if self.flow.carrying(e)]
                theirs = [m.factor for e in came for t, m in self.flow.matches(e) if t.kind == "adjoint"]
                if ours and theirs and not any(abs(a / b - 1) < 1e-3 for a in ours for b in theirs):
                    return ours[0] / theirs[0]
        return None

    def _number(self, statement, here, factors):
        """A number in the statement that is the factor, or one over it."""
        single = [e for e in here if e.array is not None and e.array.ndim == 0 and np.isfinite(e.array.item()) and not _counts_passes(e)]
        numbers = {abs(e.array.item()) for e in single}
        numbers |= {abs(n.value) for n in ast.walk(statement) if isinstance(n, ast.Constant) and type(n.value) in (int, float)}
        for c in factors:
            for wanted in (abs(c), 1 / abs(c)):
                for number in sorted(numbers):
                    if abs(wanted - 1) > 1e-3 and abs(number - wanted) <= 1e-3 * wanted:
                        return number
        return None

    def _counts_otherwise(self, statement, here, factors):
        """How suspicious a statement is that reads a number of examples, where the factor is that of two numbers that can be read."""
        last = here[-1]
        if last.array is None or last.array.ndim or not re.search(r"len\(|shape|size", ast.unparse(statement).split("\n")[0]):
            return 0.0
        number, arrays = last.array.item(), [e.array for e in self.flow.events if e.array is not None]
        if number < 2:
            return 0.0
        axes, sizes = {n for a in arrays for n in a.shape} - {number, 1}, {a.size for a in arrays} - {number, 0, 1}
        near = [
            {n for n in found if any(abs(number * c - n) < 1e-3 * n or abs(number - c * n) < 1e-3 * c * n for c in factors)}
            for found in (axes, sizes)
        ]
        return 1.5 if near[0] else 0.28 if near[1] else 0.0

    def _lacks_number(self, statement, factors, names, rows):
        """Whether the line that does the same for a right gradient has the number in it, a learning rate mostly."""
        for name in names:
            at = rows[name].index(statement) if statement in rows[name] else None
            for other in self.right if at is not None else ():
                if len(rows[other]) > at and type(rows[other][at]) is type(statement):
                    here = [e for e in self.flow.events if e.site.statement is rows[other][at]]
                    if self._number(rows[other][at], here, factors) is not None:
                        return True
        return False

    def _is_odd(self, statement, names, rows):
        """Whether the line for a right gradient of as many axes is written otherwise."""
        for name in names:
            if statement in rows[name]:
                at = rows[name].index(statement)
                others = [other for other in self.right if len(rows[other]) > at]
                alike = [other for other in others if self._alike(name, other)] or (others if at == 0 else [])
                forms = [form(rows[other][at]) for other in alike]
                if forms and form(statement) not in forms:
                    return True
        return False

    def _alike(self, name, other):
        """Whether two parameters are of a kind: of the same letters, or both weights or both biases."""
        one, two = (re.sub(r"\d+(?=\D*$)", "#", n) for n in (name, other))
        if one == two and re.search(r"[^\W\d_]|\]\[", one):
            return True
        shapes = [np.shape(self.flow.parameters[n].values[0]) for n in (name, other)]
        return len({len(shape) for shape in shapes}) == 1 and len({sum(n > 1 for n in shape) > 1 for shape in shapes}) == 1


def _counts_passes(event):
    """Whether a number is only which pass of a loop it is."""
    if not isinstance(event.value, int) or not isinstance(event.site.node, ast.Name):
        return False
    loops = (node for node in ast.walk(event.site.scope) if isinstance(node, ast.For))
    return any(isinstance(n, ast.Name) and n.id == event.site.node.id for loop in loops for n in ast.walk(loop.target))


def _does(statement):
    """What kind of statement it is, and of target."""
    targets = targets_of(statement)
    return type(statement), form(targets[0]) if targets else ""
