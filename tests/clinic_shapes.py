"""Networks written in every shape, with planted faults and without; as a script, what the clinic makes of them.

    python tests/clinic_shapes.py                          30 faults in shapes that take turns
    python tests/clinic_shapes.py --sample 200 --salt 3    others
    python tests/clinic_shapes.py --sample 100 --innocents right passes: is any accused?
    python tests/clinic_shapes.py --validate --sample 200  no clinic: is each planted fault a fault, each innocent right?

A case is a file, what its owner has in memory, and the owner's one line that calls the clinic: in a notebook cell below `from mine import *`,
or at the end of the same file. Counted are: the verdict, the names of the wrong gradients, whether the first finding is on a line at fault,
whether the repaired source is right by differences of its own (with the loss unchanged), and whether it is what stood there before the fault
was planted (up to formatting and the order of factors), so what a person would write. `seconds` are of the processor.
"""

import argparse
import ast
import functools
import sys
import zlib
from dataclasses import dataclass, field

import numpy as np

import clinic_manners as manners
import clinic_manners_layers as layers
import clinic_manners_objects as objects
import clinic_manners_scripts as scripts
import clinic_plants
import clinic_shapes_truth as truth
from clinic_ink import Ink, draw_net
from clinic_shapes_results import SECONDS, examine, said, table

MANNERS = (
    manners.dicts, objects.updating_class, scripts.script, layers.layer_objects, objects.listed, manners.tuples, objects.keyed, objects.accumulated,
    manners.flat_vector, layers.normed, manners.floats,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One file with the truth about it; `roots` are the lines at fault, `original` is the text without a fault, `was` its lines there."""

    shape: object
    text: str
    faults: tuple = ()
    roots: frozenset = frozenset()
    original: str = ""
    was: tuple = ()
    verdict: str = "right"
    wrong: frozenset = frozenset()
    known: dict = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self):
        return f"{' + '.join(self.faults) or 'innocent'} | {self.shape.manner}, {self.shape.net.id}"


# --- shapes and formatting ------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=256)
def shape(salt, number):
    """A right network: the manners take turns, everything else is drawn."""
    rng = np.random.default_rng([salt, number])
    net = draw_net(rng, dropout=bool(rng.random() < 0.15))
    words = manners.VOCABULARIES[rng.integers(len(manners.VOCABULARIES))]
    return MANNERS[number % len(MANNERS)](net, Ink(net, rng), words, rng)


def formatted(lines, rng):
    """(text, {line number before: numbers after}): comments, statements joined by `;` or broken in parentheses, tabs or two spaces, the same tree."""
    comments, joins, breaks, by = rng.random() < 0.3, rng.random() < 0.2, rng.random() < 0.15, ("    ",) * 6 + ("  ", "\t")
    by, out, where = by[rng.integers(len(by))], [], {}
    for i, line in enumerate(lines, 1):
        body = line.text.lstrip(" ")
        depth, text = (len(line.text) - len(body)) // 4, body
        assigned = line.role in ("gW", "gb", "delta", "down", "top") and " = " in body
        alike = (
            out
            and (lines[i - 2].role, line.role) == ("gW", "gb")
            and len(lines[i - 2].text) - len(lines[i - 2].text.lstrip()) == len(line.text) - len(body)
        )
        if joins and alike and "\n" not in out[-1] and "#" not in out[-1] and len(out[-1]) < 60:
            out[-1] += "; " + text
            where[i] = where[i - 1]
            continue
        if breaks and assigned and rng.random() < 0.4:
            head, value = text.split(" = ", 1)
            out += [by * depth + f"{head} = (", by * (depth + 1) + value, by * depth + ")"]
            where[i] = {len(out) - 2, len(out) - 1, len(out)}
            continue
        if comments and line.role and rng.random() < 0.4:
            text += ("  # back", "  # gradient", "  # see the lecture, eq. 3", "  # ok")[rng.integers(4)]
        out.append(by * depth + text)
        where[i] = {len(out)}
    return "\n".join(out) + "\n", where


def innocent(salt, number):
    one = shape(salt, number)
    text, _ = formatted(one.lines, np.random.default_rng([salt, number, 1]))
    return Case(one, text, known=truth.differences(one))


# --- faults in them ---------------------------------------------------------------------------------------------------------


def faulty(salt, number, used=(), double=False):
    """A fault in a shape, the one least `used` so far that the truth confirms; None where there is none."""
    one, rng = shape(salt, number), np.random.default_rng([salt, number, 2])
    known = truth.differences(one)
    plants = list(clinic_plants.plants(one))
    order = sorted(range(len(plants)), key=lambda i: (used.count(plants[i].fault) if used else 0, zlib.crc32(f"{salt} {number} {i}".encode())))
    first = _confirmed((plants[i] for i in order), one, known, raises=rng.random() < 0.12)
    if first is None or not double:
        return first and _case(one, (first,), first.lines, known, rng)
    at = min(first.roots) - 1
    others = [p for p in plants if len(p.lines) == len(one.lines) and len(p.roots) == 1 and p.roots != first.roots]
    rng.shuffle(others)
    second = _confirmed(others, one, known) if len(first.roots) == 1 and len(first.lines) == len(one.lines) else None
    if second is None:
        return _case(one, (first,), first.lines, known, rng)
    both = [*second.lines]
    both[at] = first.lines[at]
    return _case(one, (first, second), both, known, rng)


def _confirmed(plants, one, known, raises=False):
    """The first plant that leaves the loss as it is and makes a gradient wrong (or the pass raise)."""
    for plant in plants:
        verdict = _judged(one, plant.lines, known)
        if verdict and verdict[2] and verdict[0] == ("raises" if raises else "wrong"):
            return plant
    return None


def _judged(one, lines, known):
    text = "\n".join(line.text for line in lines) + "\n"
    try:
        ast.parse(text)
        return truth.judged(one, text, known)
    except (truth.Unclear, SyntaxError):
        return None


def _case(one, plants, lines, known, rng):
    text, where = formatted(lines, rng)
    roots = frozenset().union(*(where[min(root, len(lines))] for plant in plants for root in plant.roots))
    judged = _judged(one, lines, known)
    return judged and Case(
        one,
        text,
        tuple(plant.fault for plant in plants),
        roots,
        one.text,
        tuple(plant.original.strip() for plant in plants),
        judged[0],
        judged[1],
        known,
    )


def sample(number, salt=0, innocents=False):
    """So many cases: the shapes take turns, then the faults."""
    used, made, i = [], [], 0
    while len(made) < number:
        case = innocent(salt, i) if innocents else faulty(salt, i, used, double=i % 10 == 7)
        i += 1
        if case is not None:
            made.append(case)
            used += case.faults
    return made


# --- as a script -----------------------------------------------------------------------------------------------------


def main(argv=None):
    parser = argparse.ArgumentParser(description="The clinic on networks of every shape.")
    parser.add_argument("--sample", type=int, default=30)
    parser.add_argument("--salt", type=int, default=0)
    parser.add_argument("--innocents", action="store_true")
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--alike", action="store_true", help="list also what was repaired in another way than it was written before")
    parser.add_argument("--quiet", action="store_true", help="no list of what went wrong")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given = parser.parse_args(argv)
    cases = sample(given.sample, given.salt, given.innocents)
    if given.validate:
        print(*(f"{case.verdict:7} {case.id}" for case in cases), sep="\n")
        return 0
    results = []
    for case in cases:
        results.append(result := examine(case, given.seconds))
        good = result.names if given.innocents else result.names and result.first and (result.alike if given.alike else result.repaired)
        if not good and not given.quiet:
            print(*said(result), sep="\n", flush=True)
    print(table(results, lambda r: r.case.shape.manner), "", table(results, lambda r: " + ".join(r.case.faults[:1]) or "innocent"), sep="\n")
    accused = [r for r in results if given.innocents and not r.verdict]
    return int(bool(accused))


if __name__ == "__main__":
    sys.exit(main())
