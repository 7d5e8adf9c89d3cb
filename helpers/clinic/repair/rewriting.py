"""Another expression in the place of one, and the learner's text otherwise as it stands.

Only the segment of what is replaced changes. What is kept of it is kept as it is written, comments and line breaks included;
parentheses are put where the precedence asks for them. Each rewriting is read again by Python: where it does not say what was
meant, there is none.
"""

import ast
import functools
import io
import keyword
import re
import tokenize

from helpers.clinic.repair.expressions import key, level, meaning, slot

BLOCKS = ast.If | ast.While | ast.For | ast.With | ast.AsyncFor | ast.AsyncWith
"""Statements that hold others: only their first line is rewritten."""

_IGNORED = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


@functools.lru_cache(32)
def line_starts(text):
    """Offset of each line of a text, as Python counts lines, and a last one for its end."""
    return (0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text)), len(text) + 1)


def offset(text, line, column):
    """Where a node's line and column (in bytes, as `ast` counts) are in the text (in characters)."""
    start = line_starts(text)[line - 1]
    piece = text[start : start + column]
    return start + column if piece.isascii() else start + len(text[start : line_starts(text)[line]].encode()[:column].decode(errors="ignore"))


def span(text, node):
    """(start, end) of a node in the text."""
    return offset(text, node.lineno, node.col_offset), offset(text, node.end_lineno, node.end_col_offset)


def applied(changes, text):
    """A text after changes ((start, end, new), ...) of parts that do not overlap."""
    for start, end, new in sorted(changes, key=lambda change: change[:2], reverse=True):
        text = text[:start] + new + text[end:]
    return text


class Written:
    """A statement as it is written; of one that holds others, its first line.

    Attributes
    ----------
    node : ast.stmt
    start, end : int
        Where it stands in the text.
    segment : str
        Its text.
    parents : dict
        The node above each node.
    """

    def __init__(self, text, node):
        self.whole, self.node = text, node
        self.start, self.end = span(text, node)
        if isinstance(node, BLOCKS):
            self.end = self._head_end(text, node)
        self.segment = text[self.start : self.end]
        self.head = ast.parse(self._code(self.segment)).body[0] if isinstance(node, BLOCKS) else node
        self.parents, self._spans, self._held = {}, {}, {}
        self._adopt(node)
        self._tokens = self._tokenized()
        self.tight = "**" in text and " ** " not in text
        self.commented = bool(_comments(self.segment))
        self.bare = node if self.head is node else _headed(node)
        self.keys, self.meanings = {}, {}
        for part in reversed(self.parents):
            if isinstance(part, ast.expr):
                self.keys[part], self.meanings[part] = key(part, self.keys), meaning(part, self.meanings)
        self.said = key(self.bare, self.keys)

    def _head_end(self, text, node):
        last = max(
            span(text, part)[1]
            for part in ast.iter_child_nodes(node)
            if hasattr(part, "lineno") and part not in (*node.body, *getattr(node, "orelse", ()))
        )
        rest = re.compile(r"(?:[\s)\\]|#[^\n]*)*:").match(text, last)
        return rest.end() if rest else span(text, node.body[0])[0]

    def _adopt(self, node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt | ast.ExceptHandler):
                continue
            self.parents[child] = node
            if not isinstance(child, ast.JoinedStr):  # before Python 3.12 what stands in an f-string has no place of its own
                self._adopt(child)

    def _tokenized(self):
        """(word, start, end, partner) of each token; partner: index of the parenthesis that closes one that only groups."""
        tokens, open_, starts = [], [], line_starts(self.segment)
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.segment).readline):
                if token.type in _IGNORED:
                    continue
                start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
                before = tokens[-1][0] if tokens else ""
                tokens.append([token.string, start, end, None])
                if token.string == "(":
                    called = before and (before[-1].isalnum() or before[-1] in "_)]}\"'") and not keyword.iskeyword(before)
                    open_.append(None if called else len(tokens) - 1)
                elif token.string == ")" and open_:
                    opening = open_.pop()
                    if opening is not None:
                        tokens[opening][3] = len(tokens) - 1
        except (tokenize.TokenError, SyntaxError, IndexError):
            pass
        return tokens

    def span(self, node):
        """(start, end) of a node in the segment, without parentheses round it."""
        if node not in self._spans:
            start, end = span(self.whole, node)
            self._spans[node] = start - self.start, end - self.start
        return self._spans[node]

    def held(self, node):
        """(start, end) of a node in the segment, with the parentheses that only group it."""
        if node not in self._held:
            start, end = self.span(node)
            while True:
                before = next((i for i in range(len(self._tokens) - 1, -1, -1) if self._tokens[i][2] <= start), None)
                after = next((i for i, token in enumerate(self._tokens) if token[1] >= end), None)
                if before is None or after is None or self._tokens[before][3] != after:
                    break
                start, end = self._tokens[before][1], self._tokens[after][2]
            self._held[node] = start, end
        return self._held[node]

    def text(self, node):
        """A node's own text."""
        start, end = self.span(node)
        return self.segment[start:end]

    def sign(self, sign, target, value):
        """(start, end) of the sign of an assignment in the file's text; None where it is not there."""
        (_, end), (start, _) = self.held(target), self.held(value)
        at = self.segment.find(sign, end, start) if sign else -1
        return (self.start + at, self.start + at + len(sign)) if at >= 0 else None

    def expressions(self):
        """Every expression of the statement that can be put in another's place, from outside in."""
        todo = [child for child in ast.iter_child_nodes(self.node) if child in self.parents]
        while todo:
            node = todo.pop(0)
            if isinstance(node, ast.expr):
                yield node
            todo += [child for child in ast.iter_child_nodes(node) if child in self.parents]

    def roots(self):
        """The expressions that the statement is about: the assigned or returned value, the condition, what a loop runs over."""
        return [value for name in ("value", "test", "iter", "items") if isinstance(value := getattr(self.node, name, None), ast.expr)]

    def rewritten(self, substitutions):
        """(changes, tree) for {node: expression}; None where nothing changes or it cannot be said in the learner's text."""
        told = _Told(self, substitutions)
        meant = told.tree(self.bare)
        said = key(meant, self.keys)
        if said == self.said:
            return None
        changes, spared = told.changes(), told.sparing() if self.commented or "\n" in self.segment else None
        if not told.is_certain and not self._says(changes, said):
            changes = None
        if spared and (changes is None or self._loses(changes)) and self._says(spared, said):
            changes = spared
        return None if changes is None else (tuple((self.start + start, self.start + end, new) for start, end, new in changes), meant)

    def _loses(self, changes):
        """Whether changes lose a comment."""
        return self.commented and _comments(applied(changes, self.segment)) != _comments(self.segment)

    def after(self, changes):
        """The statement's text after changes."""
        return applied([(start - self.start, end - self.start, new) for start, end, new in changes], self.segment)

    def _says(self, changes, said):
        try:
            body = ast.parse(self._code(applied(changes, self.segment))).body
        except (SyntaxError, ValueError):
            return False
        return len(body) == 1 and key(body[0]) == said

    def _code(self, segment):
        """The segment as a statement that stands alone."""
        if not isinstance(self.node, BLOCKS):
            return segment
        return (segment[2:] if segment.startswith("elif") else segment) + " pass"


def _headed(node):
    """A statement that holds others, without them."""
    fields = {name: getattr(node, name, None) for name in node._fields}
    return type(node)(**(fields | {"body": [ast.Pass()]} | ({"orelse": []} if "orelse" in fields else {})))


def _comments(segment):
    return re.findall(r"#[^\n]*", segment) if "#" in segment else []


class _Told:
    """One set of substitutions, as a tree and as text."""

    def __init__(self, line, substitutions):
        self.line, self.new = line, substitutions
        self.touched = set()
        for node in substitutions:
            while node in line.parents:
                node = line.parents[node]
                self.touched.add(node)

    @property
    def is_certain(self):
        """Whether only names and calls change places with each other, so that no reading is needed."""
        return all(
            level(a) >= 14 and level(b) >= 14 and "\n" not in self.line.text(a) and not isinstance(a, ast.JoinedStr | ast.Constant)
            for a, b in self.new.items()
        )

    def _followed(self, node, seen):
        while node in self.new and node not in seen:
            seen = seen | {node}
            node = self.new[node]
        return node, seen

    def tree(self, node, seen=frozenset()):
        """The tree that is meant."""
        node, seen = self._followed(node, seen)
        if (node in self.line.parents and node not in self.touched) or hasattr(node, "text"):
            return node
        fields = {}
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                value = self.tree(value, seen)
            elif isinstance(value, list):
                value = [self.tree(part, seen) if isinstance(part, ast.AST) else part for part in value]
            fields[name] = value
        return type(node)(**fields)

    def changes(self):
        """((start, end, new), ...) in the segment."""
        return [self._put(node, frozenset()) for node in self._outermost(self.line.node, frozenset())]

    def sparing(self):
        """The same for an operator or one of its sides, with what stands between the two sides kept; None where it is not about that."""
        if len(self.new) != 1:
            return None
        ((node, new),) = self.new.items()
        if not isinstance(node, ast.BinOp):
            return None
        line = self.line
        (_, gap), (after, end) = line.held(node.left), line.held(node.right)
        operator = next((token for token in line._tokens if gap <= token[1] < after), None)
        if operator is None:
            return None
        if isinstance(new, ast.BinOp) and new.left is node.left and new.right is node.right:
            return [(operator[1], operator[2], _SIGNS[type(new.op)])]
        if new is node.left:
            start = operator[1]
            while line.segment[start - 1 : start] in (" ", "\t"):
                start -= 1
            return [(start, end, "")]
        return [(line.held(node.left)[0], after, "")] if new is node.right else None

    def _put(self, node, seen):
        """(start, end, new) for a node of the learner's: parentheses that they put round an operand stay round what takes its place."""
        line, parent = self.line, self.line.parents[node]
        text = self._fitted(node, parent, seen)
        new, _ = self._followed(node, seen)
        if line.held(node) != line.span(node) and slot(parent, node) > 6 and level(new) < 14 and not _enclosed(text):
            text = f"({text})"
        return (*line.held(node), text)

    def _outermost(self, node, seen):
        for child in ast.iter_child_nodes(node):
            if child in self.new and child not in seen:
                yield child
            elif child in self.touched:
                yield from self._outermost(child, seen)

    def _fitted(self, node, parent, seen):
        """Text for the place of a child of `parent`, with parentheses where it needs them or the learner has them."""
        place = slot(parent, node)
        node, seen = self._followed(node, seen)
        text = self._text(node, seen)
        bare = isinstance(node, ast.Tuple) and text.startswith("(") and text.endswith(")")
        own = node in self.line.parents and self.line.held(node) != self.line.span(node)
        keeps = own and ("\n" in text or (6 < place and level(node) < 14))
        if isinstance(node, ast.Tuple) and place == 0:
            bare = True
        return f"({text})" if keeps or (level(node) < place and not bare) else text

    def _text(self, node, seen):
        line = self.line
        if node in line.parents:
            start, end = line.span(node)
            if node not in self.touched:
                return line.segment[start:end]
            parts = [self._put(child, seen) for child in self._outermost(node, seen)]
            return applied([(s - start, e - start, new) for s, e, new in parts], line.segment[start:end])
        if hasattr(node, "text"):
            return node.text
        holes = []
        skeleton = ast.unparse(self._skeleton(node, seen, holes))
        if line.tight:
            skeleton = skeleton.replace(" ** ", "**")
        return re.sub("\0(\\d+)\0", lambda match: holes[int(match[1])], skeleton)

    def _skeleton(self, node, seen, holes):
        """A new expression with marks in place of what has a text already."""
        fields = {}
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value = [self._hole(part, node, seen, holes) for part in value]
            elif isinstance(value, ast.AST):
                value = self._hole(value, node, seen, holes)
            fields[name] = value
        return type(node)(**fields)

    def _hole(self, part, parent, seen, holes):
        if not isinstance(part, ast.expr):
            return self._skeleton(part, seen, holes) if isinstance(part, ast.AST) else part
        if part in self.line.parents or hasattr(part, "text"):
            holes.append(self._fitted(part, parent, seen))
            return ast.Name(f"\0{len(holes) - 1}\0", ast.Load())
        return self._skeleton(part, seen, holes)


def _enclosed(text):
    """Whether one pair of parentheses holds the whole text."""
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return i == len(text) - 1 and letter == ")"
    return False


_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**"}
