"""Which part of a file is run once, and which is one pass of its training loop.

The pass is the body of the innermost loop that holds all updates, what the updates are computed from, and the last assignment of the names
in the loss. A loop that picks parameters one after the other (`for k in …: W[k] -= …`) is no training loop, and one that adds up over
the examples has its update outside: it stays whole. Without such a loop the pass begins where a parameter is first used for the loss.
"""

import ast

from helpers.clinic.model.places import DEFINITIONS, Pass, Place, common, places, targets_of
from helpers.clinic.model.sift import sifted
from helpers.clinic.model.subject import Trouble
from helpers.clinic.model.syntax import blocks, inside, links, reached, root, roots
from helpers.clinic.model.updates import adds_up, calls, is_update, moved, picked, steps


class Search:
    """The search for the pass, in a file's unrolled statements."""

    def __init__(self, body, functions, names, wanted=frozenset(), results=frozenset()):
        """names : of the loss, None where it is not known; wanted : of parameters that are known, results : of the gradients left in names."""
        self.body, self.functions, self.names = body, functions, set(names or ())
        self.wanted, self.results = set(wanted), set(results)
        self.places, self.links = places(body), links(body)
        self.needs, self.sums = self._needs(everything=names is None), set()
        self.updates = [place for place in self.places if self._updates(place)]
        self.moving = self._moving()
        self.updates = sifted(self.updates, self)
        self.moving = self._moving()

    def _moving(self):
        """The names that updates move."""
        return {name for place in self.updates for name in self.reached_by(place.statement)} & self.needs

    def reached_by(self, statement):
        """The names that a statement moves, and those that they may stand for."""
        return {other for name in moved(statement, self.functions) for other in reached(name, self.links)}

    def _needs(self, everything):
        """All names that have a part in the loss."""
        if everything:
            return {name for place in self.places for found in [self.functions.effects(place.statement)] for name in found.reads | found.changes}
        return self.needs_of(self.names, ())

    def needs_of(self, names, without):
        """All names that have a part in what some names hold; `without`: ids of statements that are passed over."""
        needs = set(names)
        kept = [place for place in self.places if id(place.statement) not in without and not isinstance(place.statement, DEFINITIONS)]
        effects = [self._effects(place.statement) for place in kept]
        for role in (role for name in names for role in self.functions.roles.get(name, ())):
            needs |= role.reads
        while True:
            more = {name for one in effects if (one.binds | one.changes) & needs for name in one.reads | one.changes} - needs
            if not more:
                return needs
            needs |= more

    def _effects(self, statement):
        """Of a statement without the blocks in it."""
        if not blocks(statement):
            return self.functions.effects(statement)
        found = self.functions.effects(ast.Pass())
        for name in ("target", "iter", "test", "subject"):
            if getattr(statement, name, None) is not None:
                found.add(self.functions.effects(getattr(statement, name)))
        return found

    def _updates(self, place):
        """Whether a statement updates what has a part in the loss, and what a pass finds as the one before has left it."""
        statement = place.statement
        if isinstance(statement, DEFINITIONS) or not is_update(statement, self.functions):
            return False
        names = moved(statement, self.functions)
        own = {target.id for target in targets_of(statement) if isinstance(target, ast.Name)}
        turning = {name for loop in place.loops if isinstance(loop, ast.For) for name in roots(loop.target)}
        adds = adds_up(statement, self.body) or not (calls(statement, self.functions) or steps(statement, own))
        if own and adds and not own & turning and not self._read_before(own, place):
            self.sums |= own
            return False
        if self.results:
            return bool(self.reached_by(statement) & self.wanted)
        loop = next((loop for loop in reversed(place.loops) if not picked(statement, loop, self.links)), None)
        fresh = loop is not None and any(
            names <= self._plain(other.statement) for other in self.places if loop in other.loops and other.statement is not statement
        )  # fmt: skip
        return not fresh and bool(self.reached_by(statement) & self.needs)

    def _read_before(self, own, place):
        """Whether a pass reads a name before it changes it: a sum, such as that of the losses, it does not."""
        before = [other for other in self.places if other.order < place.order and place.loops[:1] == other.loops[:1]]
        return any(self._effects(other.statement).reads & own for other in before)

    def _plain(self, statement):
        """Names that a statement binds without reading them."""
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
            return set()
        found = self.functions.effects(statement)
        return found.binds - found.reads

    # --- where they stand ----------------------------------------------------------------------------------------------

    def found(self):
        """The Pass."""
        core = [self.whole(place) for place in self.updates]
        core += [loops for place in self.updates for name in sorted(self._effects(place.statement).reads) for loops in self._made(name, place)]
        first = next((loops[0] for loops in core if loops), None)
        results, losses = self.last(self.results, first), self.last(self.names, first)
        core += [place.loops for place in results]
        loops = common(core) if core else common([place.loops for place in losses if place.loops])
        losses = [place for place in losses if not self._ahead(place, loops)]
        later = [place for place in losses if len(place.loops) < len(loops) and self._follows(place, loops)]
        chosen = common([loops, *(place.loops for place in losses if place not in later)])
        return self._cut(list(chosen), [place for place in (*losses, *results) if place not in later], [place.statement for place in later])

    def _ahead(self, place, loops):
        """Whether a place stands before the loops, or in them before the next: what is set there is known when the pass begins."""
        depth = len(place.loops)
        if loops and loops[0] not in place.loops and place.order < self.order(loops[0]):
            return True  # data that a loop of its own has made
        return depth < len(loops) and place.loops == loops[:depth] and place.order < self.order(loops[depth])

    def _follows(self, place, loops):
        """Whether a place stands behind the innermost loop, in those round it."""
        depth = len(place.loops)
        return depth < len(loops) and place.loops == loops[:depth] and place.order > self.order(loops[depth])

    def order(self, loop):
        """The place of a loop among the statements as they stand."""
        return next(place.order for place in self.places if place.statement is loop)

    def whole(self, place):
        """The loops round an update, without those that pick what it changes."""
        kept = list(place.loops)
        while kept and picked(place.statement, kept[-1], self.links):
            kept.pop()
        return tuple(kept)

    def _made(self, name, place):
        """The loops within which what an update reads is made anew: the innermost with a plain assignment before it."""
        if name in self.moving or name in self.functions.roles:
            return
        for depth in range(len(place.loops), 0, -1):
            loop = place.loops[depth - 1]
            if isinstance(loop, ast.For) and name in roots(loop.target):
                return
            for other in self.places:
                if other.order < place.order and other.loops == place.loops[:depth] and name in self._plain(other.statement) and self._depends(other):
                    yield place.loops[:depth]
                    return

    def _depends(self, place):
        """Whether what a statement binds depends on the parameters, as far as names tell."""
        known, reads = set(self.moving), [(place.statement, self._effects(place.statement))]
        effects = [self._effects(other.statement) for other in self.places if other.loops and not isinstance(other.statement, DEFINITIONS)]
        while True:
            more = {name for one in effects if one.reads & known for name in one.binds | one.changes} - known
            if not more:
                return bool(reads[0][1].reads & known)
            known |= more

    def last(self, names, within=None):
        """For each name the last place that binds or changes it in the run; that in the loop `within` where there is one."""
        found = []
        for name in sorted(names - self.moving):
            own = [place for place in self.places if not isinstance(place.statement, DEFINITIONS) and name in self.bound(place.statement)]
            own = [place for place in own if within in (*place.loops, place.statement)] or own
            if own:
                found.append(self._inner(own[-1], name))
        return found

    def _inner(self, place, name):
        """A place; of a loop that sets the name for each pass, that of its passes."""
        loop = place.statement
        inner = isinstance(loop, ast.For) and name in roots(loop.target)
        return Place(loop, (*place.loops, loop), place.order) if inner else place

    def bound(self, statement):
        """The names that a statement binds or changes."""
        found = self._effects(statement)
        return found.binds | found.changes

    def _cut(self, loops, last, after):
        """The statements in their parts; behind the last that counts, nothing of a pass is run."""
        parts, block = [], self.body
        for loop in loops:
            at = next((i for i, one in enumerate(block) if one is loop), None)
            if at is None:
                raise Trouble(
                    f"the training loop of line {loop.lineno} stands inside another block than a loop: move it out of there", line=loop.lineno
                )
            parts.append(block[:at])
            block = loop.body
        ends = {id(place.statement) for place in (*self.updates, *last)}
        held = [i for i, one in enumerate(block) if any(id(part) in ends for part in inside([one]))]
        block = block[: max(held) + 1] if held else block
        parts = parts or list(self._parted(block))
        head, before = parts[0], parts[1:] if loops else []
        return Pass(head, loops, before, block if loops else parts[1], [place.statement for place in self.updates], frozenset(self.moving), after)

    def _parted(self, block):
        """(head, pass) of statements without a training loop: from the first that uses a parameter for the loss."""
        own = self.wanted | self.moving
        names, updates = {root(ast.parse(name, mode="eval").body) or name for name in own}, {id(place.statement) for place in self.updates}
        starts = [one for one in block if not isinstance(one, DEFINITIONS) and id(one) not in updates and self._plain(one) & names]
        for at, one in enumerate(block):
            if isinstance(one, DEFINITIONS) or one in starts:
                continue
            found = self.functions.effects(one)
            if found.reads & names and ((found.binds | found.changes) & self.needs or id(one) in updates):
                late = [two for two in block[at:] if two in starts]
                return [*block[:at], *late, *(two for two in block[at:] if isinstance(two, DEFINITIONS))], [
                    two for two in block[at:] if two not in late and not isinstance(two, DEFINITIONS)
                ]  # fmt: skip
        return block, []
