"""The part of a pass that the loss needs: all other statements left out, the updates among them."""

import ast
import copy

from helpers.clinic.model.syntax import blocks, inside

_JUMPS = (ast.Break, ast.Continue, ast.Return, ast.Raise)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def needed_for(block, names, functions, without):
    """(the statements of a block that have a part in what `names` hold at its end, the names that have a part in it at its beginning).

    without : set of int
        The ids of the statements that are left out in any case.
    """
    return _Slice(functions, without).kept(block, set(names))


class _Slice:
    def __init__(self, functions, without):
        self.functions, self.without = functions, without

    def kept(self, block, needed, turning=False):
        """(statements kept, names needed before). `turning`: the block is the body of a loop that goes on."""
        found = []
        for statement in reversed(block):
            if id(statement) in self.without:
                continue
            kept, needed = self._one(statement, needed, bool(found) or turning)
            if kept is not None:
                found.append(kept)
        return found[::-1], needed

    def _one(self, statement, needed, goes_on):
        """(the statement as far as it is needed, or None, names needed before)."""
        if isinstance(statement, _JUMPS):
            return (statement, needed | self.functions.effects(statement).reads) if goes_on else (None, needed)
        if isinstance(statement, _LOOPS):
            return self._loop(statement, needed)
        if isinstance(statement, (ast.If, ast.With)):
            return self._branches(statement, needed, goes_on)
        found = self.functions.effects(statement)
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found.reads |= {name for part in ast.walk(statement) if isinstance(part, ast.Name) for name in [part.id]}
        if not (found.binds | found.changes) & needed:
            return None, needed
        plain = isinstance(statement, (ast.Assign, ast.AnnAssign)) and not blocks(statement)
        return statement, (needed - (found.binds - found.reads - found.changes) if plain else needed) | found.reads | found.changes

    def _loop(self, loop, needed):
        header = self.functions.effects(ast.Pass())
        for part in (getattr(loop, "target", None), getattr(loop, "iter", None), getattr(loop, "test", None)):
            if part is not None:
                header.add(self.functions.effects(part))
        inner = set(needed)
        while True:
            body, before = self.kept(loop.body, set(inner))
            jumps = any(isinstance(part, _JUMPS) for part in inside(loop.body))
            if body and jumps:
                body, before = self.kept(loop.body, set(inner), turning=True)
            if isinstance(loop, ast.While) and (body or header.binds & needed):
                before |= header.reads
            if before <= inner:
                break
            inner |= before
        if not body and not header.binds & needed:
            return None, needed
        kept = copy.copy(loop)
        kept.body, kept.orelse = body or [ast.copy_location(ast.Pass(), loop)], loop.orelse
        return kept, inner | header.reads

    def _branches(self, statement, needed, goes_on):
        body, one = self.kept(statement.body, set(needed), False)
        other, two = self.kept(getattr(statement, "orelse", []), set(needed), False)
        if goes_on and any(isinstance(part, _JUMPS) for part in inside([statement])):
            body, one = self.kept(statement.body, set(needed), True)
            other, two = self.kept(getattr(statement, "orelse", []), set(needed), True)
        if not body and not other:
            return None, needed
        kept = copy.copy(statement)
        kept.body = body or [ast.copy_location(ast.Pass(), statement)]
        header = self.functions.effects(ast.Pass())
        if isinstance(statement, ast.If):
            kept.orelse = other
            header.add(self.functions.effects(statement.test))
            return kept, one | two | header.reads
        for item in statement.items:
            header.add(self.functions.effects(item.context_expr))
        return kept, one | header.reads
