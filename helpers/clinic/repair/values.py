"""Which line is at fault: the first whose value is explained by nothing while what goes into it is right.

The learner's lines run with probes (`instrument`, `recording`), the slope of the loss in every value of the forward pass is measured
(`adjoints`), and the backward pass is followed from each wrong gradient to where it went wrong (`flow`).
"""

import ast
import time
from dataclasses import dataclass, field

import numpy as np

from helpers.clinic.model.truth import judged, overall, points
from helpers.clinic.repair.adjoints import Adjoints
from helpers.clinic.repair.flow import Flow, ancestors
from helpers.clinic.repair.recording import Recorder, lines_of

SECONDS = 8
"""Processor time for one search."""


@dataclass
class Suspect:
    """A statement that may be at fault.

    Attributes
    ----------
    filename : str
    statement : ast.stmt
    score : float
        The larger the more suspicious; comparable within one list only.
    evidence : str
        What speaks against it, in a sentence with numbers.
    gradients : tuple of str
        The parameters it is suspected for.
    part : str
        The expression within it that is off, as it stands there; "" where that is not known.
    """

    filename: str
    statement: ast.stmt
    score: float
    evidence: str
    gradients: tuple = ()
    part: str = ""

    @property
    def line(self):
        return self.statement.lineno


class Suspects(list):
    """Suspects, the most suspicious first; `reason` says why there are none."""

    reason = ""


class _Clock:
    def __init__(self, seconds):
        self.end = time.process_time() + seconds

    def over(self):
        return time.process_time() > self.end


@dataclass
class _Charge:
    """What speaks against one statement."""

    weight: float = 0.0
    evidence: dict = field(default_factory=dict)
    gradients: set = field(default_factory=set)
    parts: list = field(default_factory=list)


def suspects(subject, at=None, *, seconds=SECONDS):
    """The statements that may be at fault, the most suspicious first.

    Parameters
    ----------
    subject : Subject
    at : sequence of Point, optional
        Where to look: `truth.points(subject)`.
    seconds : float
        Processor time.

    Returns
    -------
    Suspects
        A list of Suspect; empty, with a `reason`, where the lines cannot be read or nothing is wrong.
    """
    at = points(subject) if at is None else tuple(at)
    return _Search(subject, at, _Clock(seconds)).suspects()


class _Search:
    def __init__(self, subject, at, clock):
        self.subject, self.points, self.clock = subject, at, clock
        self.charges = {}

    def suspects(self):
        in_loss, in_gradients = lines_of(self.subject, self.points[0].values)
        ran = {key: set(in_loss.get(key, ())) | set(in_gradients.get(key, ())) for key in {**in_loss, **in_gradients}}
        recorder = Recorder(self.subject, ran)
        if not recorder.texts:
            return _none("the text of the lines that ran is not known")
        try:
            with recorder.probing():
                return self._looked(recorder)
        except (SyntaxError, ValueError) as error:
            return _none(f"the lines cannot be followed: {error}")

    def _looked(self, recorder):
        runs = [recorder.events(lambda p=p: self.subject.gradients(p.values)) for p in self.points]
        raised = next((answer for _, answer in runs if isinstance(answer, Exception)), None)
        adjoints = Adjoints(recorder, self.points, self.clock)
        gradients = [{} if isinstance(answer, Exception) else answer for _, answer in runs]
        self.flow = Flow(adjoints, [events for events, _ in runs], gradients)
        if raised is not None:
            self._raised(raised)
        else:
            self._judged(gradients)
        return self._ranked()

    def _judged(self, gradients):
        verdict = overall([judged(point, g) for point, g in zip(self.points, gradients, strict=True)])
        finals = {name: self.flow.final(name) for name in self.points[0].values}
        self.right = {name for name in verdict.right if finals[name] is not None}
        self.paths = {name: {e.site.statement for e in ancestors(final)} for name, final in finals.items() if final is not None}
        scaled = {name: c for name, c in verdict.factors.items() if name in verdict.wrong}
        for name in sorted(verdict.wrong):
            if finals[name] is None:
                self._missing(name, gradients, finals)
            elif name not in scaled:
                self._direction(name, finals[name])
        if scaled:
            self._scale({name: c for name, c in scaled.items() if finals[name] is not None}, finals)
        self.wrong = verdict.wrong

    # --- charges -----------------------------------------------------------------------------------------------------

    def _charge(self, event, weight, name, said, part=True):
        statement = event.site.statement
        charge = self.charges.setdefault(statement, _Charge())
        charge.weight += weight
        charge.gradients.add(name)
        charge.evidence[said] = charge.evidence.get(said, 0) + weight
        charge.source = event.site.source
        if part:
            charge.parts.append((weight, event.site.text))

    def _direction(self, name, final):
        """A gradient that is no number times the truth: walk up to where it went wrong."""
        flow = self.flow
        others = [t for t, _ in flow.matches(final) if t.kind == "gradient" and t.name != name]
        others += [t for t, _ in flow.matches(final, after=False) if t.kind == "gradient" and t.name != name]
        if others:
            self._charge(final, 1.0, name, f"what becomes the gradient of {name} is that of {others[0].name}")
            return
        self._walk(final, 1.0, name, set())

    def _walk(self, event, weight, name, seen):
        if event in seen or weight < 0.01:
            return
        seen.add(event)
        flow, here = self.flow, event.site.statement
        through = next((e for e in event.sources if e.array is not None and e.site not in flow.adjoints.forward and flow.alike(event, e)), None)
        if through is not None and (event.after is None or through is not event.earlier):
            return self._walk(through, weight, name, seen)
        bad = [e for e in event.sources if not flow.fine(e)]
        if not bad:
            return self._culprit(event, weight, name)
        inner = [e for e in bad if e.site.statement is here]
        if inner:
            for e in bad:
                self._walk(e, weight / len(bad), name, seen)
            return None
        neutral = not any(flow.carrying(e) for e in bad)
        own = 0.55 if neutral else 0.2
        self._charge(event, own * weight, name, self._unexplained(event, "what goes into it is not right either"))
        for e in bad:
            self._walk(e, (1 - own) * weight / len(bad), name, seen)
        return None

    def _culprit(self, event, weight, name):
        """An event that is not explained while what it was made from is."""
        off = self._other_role(event, name)
        if off is not None:
            made, said = off
            self._charge(event, 0.25 * weight, name, self._unexplained(event, "what goes into it is right"))
            control = self._skipped(made, event)
            if control is not None:
                self._charge_statement(control, event, 0.5 * weight, name, f"its body did not run before line {event.site.statement.lineno}; {said}")
            self._charge(made, (0.25 if control else 0.75) * weight, name, said)
            return
        self._charge(event, weight, name, self._unexplained(event, "what goes into it is right"))

    def _charge_statement(self, statement, event, weight, name, said):
        charge = self.charges.setdefault(statement, _Charge())
        charge.weight += weight
        charge.gradients.add(name)
        charge.evidence[said] = charge.evidence.get(said, 0) + weight
        charge.source = event.site.source

    def _other_role(self, event, name):
        """(event, sentence) where a slope that goes into an event is one in another value than the rest of it belongs to."""
        flow = self.flow
        loads = [e for e in _leaves(event) if e.array is not None and e.array.size > 1]
        carried = [e for e in loads if flow.carrying(e) and flow.matches(e)]
        if not carried:
            return None
        plain = [e for e in loads if not flow.carrying(e)]
        proper = [t for e in plain for t in flow.adjoints.consumers(e)]
        if not proper:
            proper = [t for t in flow.adjoints.targets if self._consumes(t, name)]
        for e in carried:
            are = [t for t, _ in flow.matches(e) if t.kind == "adjoint"]
            if proper and are and not any(t in proper for t in are):
                origin = e.origin if e.origin is not None else e
                while origin.origin is not None and origin.site.role == "part":
                    origin = origin.origin
                return origin, f"{e.site.text} is the slope of the loss in {are[0].name}, needed here is that in {proper[0].name}"
        return None

    def _consumes(self, target, name):
        values = self.points[0].values[name]
        inside = list(_leaves(target.event)) if target.event is not None else []
        return any(e.array is not None and e.array.size == values.size and np.array_equal(e.array.ravel(), np.ravel(values)) for e in inside)

    def _skipped(self, made, event):
        """The condition or loop that sets the same name, and did not run between two events."""
        names = {made.site.target} if made.site.target else set()
        between = {e.site.statement for e in self.flow.events[made.number + 1 : event.number + 1]}
        for node in ast.walk(event.site.scope):
            if isinstance(node, (ast.If, ast.For, ast.While)):
                inside = [s for part in (node.body, getattr(node, "orelse", [])) for b in part for s in ast.walk(b) if isinstance(s, ast.stmt)]
                sets = {ast.unparse(t) for s in inside for t in _targets(s)}
                if sets & names and not any(s in between for s in inside) and made.site.statement not in inside:
                    return node
        return None

    def _unexplained(self, event, rest):
        name = event.site.target or event.site.text
        return f"the value of {name} is the slope of the loss in nothing, for any constant; {rest}"

    # --- constants ---------------------------------------------------------------------------------------------------

    def _scale(self, scaled, finals):
        """Gradients that are a number times the truth: what is on the way to them and not on the way to right ones."""
        flow, forward = self.flow, self.flow.adjoints.forward
        if not scaled:
            return
        weights = {}
        events = {name: ancestors(finals[name]) for name in scaled}
        for name, found in events.items():
            for statement in {e.site.statement for e in found if e.site not in forward}:
                weights.setdefault(statement, set()).add(name)
        for statement, names in weights.items():
            if not any(e.site.statement is statement for name in names for e in events[name] if e.site not in forward):
                continue
            against = sum(statement in self.paths[n] for n in self.right) / max(1, len(self.right))
            base = len(names) / len(scaled) * (1 - against) ** 2
            here = [e for e in flow.events if e.site.statement is statement]
            bonus, said = self._scale_signs(statement, here, [scaled[n] for n in names])
            carried = any(flow.carrying(e) for e in here)
            weight = base * (0.3 + bonus) * (1.0 if carried else 0.5) * len(scaled)
            if weight > 0:
                c = ", ".join(f"{scaled[n]:.4g} times that of {n}" for n in sorted(names))
                self._charge_names(statement, here[0], weight, sorted(names), f"the gradients it leads to are {c}{said}")

    def _charge_names(self, statement, event, weight, names, said):
        for name in names:
            self._charge_statement(statement, event, weight / len(names), name, said)

    def _scale_signs(self, statement, here, factors):
        """(bonus, sentence): what in a statement can make such a factor."""
        flow, bonus, said = self.flow, 0.0, ""
        for event in here:
            ours = [m.factor for t, m in flow.matches(event, after=False) if t.kind == "adjoint"]
            theirs = [m.factor for e in _leaves(event) for t, m in flow.matches(e) if t.kind == "adjoint" and flow.carrying(e)]
            if ours and theirs and not any(abs(abs(a / b) - 1) < 1e-3 for a in ours for b in theirs) and event.site.role in ("value", "return"):
                bonus, said = max(bonus, 0.4), f"; here the slope that goes on is made {ours[0] / theirs[0]:.4g} times as large"
        numbers = {abs(e.array.item()) for e in here if e.array is not None and e.array.ndim == 0 and np.isfinite(e.array.item())}
        node_numbers = {abs(n.value) for n in ast.walk(statement) if isinstance(n, ast.Constant) and type(n.value) in (int, float)}
        wanted = {abs(c) for c in factors} | {1 / abs(c) for c in factors if c}
        if any(abs(a - b) <= 1e-3 * b for a in numbers | node_numbers for b in wanted if abs(b - 1) > 1e-3):
            bonus += 0.3
        text = ast.unparse(statement).split("\n")[0]
        if any(isinstance(n, ast.Div) for n in ast.walk(statement)) or "mean" in text or node_numbers - {0, 1} or "len(" in text:
            bonus += 0.15
        if any(c < 0 for c in factors):
            bonus += 0.2 * (
                any(isinstance(n, (ast.Sub, ast.USub)) for n in ast.walk(statement)) or isinstance(getattr(statement, "op", None), ast.Add)
            )
        return bonus + 0.35 * _is_odd(statement, here), said

    # --- nothing there, and exceptions -------------------------------------------------------------------------------

    def _missing(self, name, gradients, finals):
        """No line makes this gradient: where those of its neighbours are made."""
        ends = [(e.number, n, e) for n, e in finals.items() if e is not None]
        none = all(g.get(name) is None or not np.any(g.get(name)) for g in gradients)
        said = f"{name} gets no gradient" if none else f"no single line makes what {name} gets"
        written = name.replace("[", ".").replace("]", "").split(".")
        last = [part for part in written if part and not part.isdigit()][-1:] or [name]
        mentioned = [e for e in self.flow.events if self._mentions(e, last[0])]
        for event in mentioned[-1:]:
            self._charge(event, 0.5, name, said)
            self._walk(event, 0.5, name, set())
        for loop in {id(n): n for e in ([x[2] for x in ends] or mentioned) for n in _around(e.site)}.values():
            event = next((x[2] for x in ends), None) or mentioned[-1]
            self._charge_statement(loop, event, 0.6, name, f"{said}: the loop may end too early, or the condition leave it out")
        if ends:
            self._charge(max(ends)[2], 0.4, name, f"{said}; here is the last line that makes one", part=False)

    def _mentions(self, event, word):
        ends = event.site.role in ("value", "change", "return", "argument") and event.site not in self.flow.adjoints.forward
        return ends and word in event.site.target.replace("'", " ").replace(".", " ")

    def _raised(self, error):
        """The line that raised, and what goes into it that is not explained."""
        line, filename = getattr(error, "line", None), getattr(error, "filename", None)
        sites = [
            s
            for s in self.flow.adjoints.recorder.sites
            if s.source.filename == filename and s.statement.lineno <= (line or 0) <= s.statement.end_lineno
        ]
        last = self.flow.events[-1] if self.flow.events else None
        if not sites and last is None:
            return
        statement = sites[-1].statement if sites else last.site.statement
        event = next((e for e in reversed(self.flow.events) if e.site.statement is statement), last)
        if event is None:
            return
        self._charge_statement(statement, event, 1.0, "", f"it raises: {error}")
        for e in self.flow.events[-40:]:
            if e.site.statement is statement and not self.flow.fine(e):
                self._walk(e, 0.8, "", set())

    # --- the list ----------------------------------------------------------------------------------------------------

    def _ranked(self):
        handed = self.subject.handed_over
        found = Suspects()
        for statement, charge in self.charges.items():
            source = charge.source
            if any(c.co_filename == source.filename and _within(statement, c) for c in handed):
                continue
            evidence = max(charge.evidence, key=charge.evidence.get)
            part = max(charge.parts, default=(0, ""))[1]
            found.append(Suspect(source.filename, statement, charge.weight, evidence, tuple(sorted(charge.gradients)), part))
        found.sort(key=lambda s: (-round(s.score, 9), s.filename, s.statement.lineno))
        if not found:
            found.reason = "no gradient is wrong, or no line can be named"
        return found


def _none(reason):
    found = Suspects()
    found.reason = reason
    return found


def _within(statement, code):
    lines = [line for _, _, line in code.co_lines() if line]
    return bool(lines) and min(lines) <= statement.lineno <= max(lines)


def _leaves(event):
    """The loads and calls within an expression."""
    for inner in event.inside:
        if inner.site.is_load and inner.array is not None and not isinstance(inner.site.node, ast.Attribute):
            yield inner
        elif isinstance(inner.site.node, ast.Attribute) and inner.site.node.attr == "T":
            yield from _leaves(inner) if any(e.array is not None for e in inner.inside) else [inner]
        elif inner.site.is_load:
            yield inner
        else:
            yield from _leaves(inner)


def _targets(statement):
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, (ast.AugAssign, ast.AnnAssign, ast.For)) else []


def _around(site):
    """The loops and conditions around a statement, within its function."""
    return [
        node
        for node in ast.walk(site.scope)
        if isinstance(node, (ast.For, ast.While, ast.If)) and node.lineno < site.statement.lineno <= node.end_lineno
    ]


def _is_odd(statement, here):
    """Whether a statement is written otherwise than the others of its kind, numbers in names apart: dW2 = … beside dW1 = … and dW3 = …"""
    scope = here[0].site.scope
    body = getattr(scope, "body", None)
    if not isinstance(body, list) or not here:
        return False
    kinds = [(_shape(s), _shape_of_target(s)) for s in ast.walk(scope) if isinstance(s, (ast.Assign, ast.AugAssign))]
    mine = _shape(statement), _shape_of_target(statement)
    same = [shape for shape, target in kinds if target == mine[1]]
    return len(same) > 2 and same.count(mine[0]) * 2 < len(same)


def _shape(statement):
    return "".join("#" if c.isdigit() else c for c in ast.unparse(statement)) if False else _no_layers(ast.unparse(statement))


def _shape_of_target(statement):
    return _no_layers(ast.unparse(_targets(statement)[0])) if _targets(statement) else ""


def _no_layers(text):
    """The text without the numbers that names end in."""
    out, before = [], ""
    for c in text:
        if not (c.isdigit() and (before.isalpha() or before == "_" or before == "#")):
            out.append(c)
            before = c
        else:
            before = "#"
    return "".join(out)
