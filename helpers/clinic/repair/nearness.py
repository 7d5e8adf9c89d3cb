"""How likely one name is written for another: names that differ by the layer, by the letter's case, by one word, by everything."""

import functools
import itertools
import re


@functools.lru_cache(8192)
def words(text):
    """The words and numbers of an expression: dW2 → d, W, 2; self.zs[k - 1] → self, zs, [, k, -, 1, ]."""
    return tuple(part for piece in re.findall(r"[^\W\d_]+|\d+|[^\w\s'\"]", text) for part in ([piece] if not piece[0].isalpha() else _humps(piece)))


def _humps(letters):
    """dW → d, W; gradTop → grad, Top; also of letters that are not Latin."""
    parts = [letters[0]]
    for before, letter in itertools.pairwise(letters):
        if before.islower() and letter.isupper():
            parts.append(letter)
        else:
            parts[-1] += letter
    return parts


def reworded(text, old, new):
    """A text with one of its words replaced wherever it stands as a word of its own."""
    return re.sub(r"[^\W\d_]+", lambda match: "".join(new if part == old else part for part in _humps(match[0])), text)


NUMBERED = r"(?<=[^\W\d]|[\['\"])(?<!shape\[)\d+"
"""A layer's number in a text: digits that follow a letter, a bracket or a quotation mark."""


_KINDS = (
    {"z", "a", "h", "x", "zs", "acts", "activations", "s", "q", "pre", "act", "out", "output", "in", "input", "inputs"},
    {"w", "v", "u", "weights", "theta"},
    {"b", "c", "bias", "biases"},
)


@functools.lru_cache(65536)
def distance(a, b):
    """0 for the same, about 1 for likely slips, 2 for names that have nothing in common."""
    if a == b:
        return 0.0
    if a.lower() == b.lower():
        return 0.6
    p, q = words(a), words(b)
    if len(p) == len(q):
        pairs = [(x, y) for x, y in zip(p, q, strict=True) if x != y]
        if len(pairs) == 1:
            x, y = pairs[0]
            if x.isdigit() and y.isdigit():
                return 0.75 if abs(int(x) - int(y)) == 1 else 0.9
            if not x.isalpha() or not y.isalpha():
                return 0.8
            return 0.8 if len(p) > 1 or _same_kind(x, y) or _one_letter_apart(x, y) else 1.2
        if pairs and all(x.lower() == y.lower() or (x.isdigit() and y.isdigit()) or (x in "+-" and y in "+-") for x, y in pairs):
            return 0.95
        if len(pairs) < len(p):
            return 1.15
    if {x for x in p if x.isalnum()} == {x for x in q if x.isalnum()}:
        return 0.8
    common = set(p) & set(q) - set(".[]()'\"self")
    return 1.2 if len(common) >= 1 else 1.5


def _one_letter_apart(x, y):
    return len(x) == len(y) > 1 and sum(a != b for a, b in zip(x, y, strict=True)) == 1


def _same_kind(x, y):
    return any(x.lower() in kind and y.lower() in kind for kind in _KINDS)


def number_in(text):
    """The layer's number in a name, such as 2 in dW2, or the index in zs[k - 1]; None where there is none."""
    index = re.search(r"\[([^\]'\"]+)\]", text)
    if index:
        return index[1].replace(" ", "")
    digits = re.findall(r"\d+", text)
    return digits[-1] if digits else None


def related(target, operand):
    """Whether an operand belongs to the target of an assignment by its name: dZ1 and Z1, step_W2 and self.W2, d_mid and mid."""
    if target is None:
        return False
    p, q = ({w for w in words(t) if w.isalnum() and w not in ("self", "d", "grad", "grads", "delta", "dd", "g")} for t in (target, operand))
    digits = {w for w in p if w.isdigit()}
    if digits:
        return bool(digits & q)
    return bool({w.lower() for w in p} & {w.lower() for w in q})


KINDS = frozenset(
    ("d", "g", "grad", "grads", "gradient", "delta", "deltas", "err", "errs", "error", "errors", "back", "push", "to", "δ", "up", "down", "dd")
)
"""Words by which a gradient or delta is told in its name."""

_WEIGHT = frozenset(["w", "v", "u", "weights", "weight", "theta", "θ", "b", "bias", "biases"])


_OF_A_NAME = re.compile(r"[dg](?:[wzabhxysopqu]|out|in|hid|hidden|scores?|logits?|pre|act\w*|mid|x?hat|bn|top|low|norm|loss|pred|y?hat|probs?|layer)")
"""Names such as dz, dout and dhidden."""


@functools.lru_cache(8192)
def role(text):
    """ "gradient", "weight" or "other": what a name sounds like."""
    parts = [part.lower() for part in words(text) if part.isalpha() and part != "self"]
    if parts and (parts[0] in KINDS or parts[-1] in KINDS - {"d", "g", "to", "up", "down"} or _OF_A_NAME.fullmatch(parts[0])):
        return "gradient"
    return "weight" if any(part in _WEIGHT for part in parts) else "other"
