"""Networks written in every shape, with planted faults and without; as a script, what the clinic makes of them.

    python tests/clinic_shapes.py                          30 faults in shapes that take turns
    python tests/clinic_shapes.py --sample 200 --salt 3    others
    python tests/clinic_shapes.py --sample 100 --innocents right passes: is any accused?
    python tests/clinic_shapes.py --validate --sample 200  no clinic: is each planted fault a fault, each innocent right?

A case is a file, what its owner has in memory, and the owner's one line that calls the clinic: in a notebook cell below `from mine import *`,
or at the end of the same file. Counted are: the verdict, the names of the wrong gradients, whether the first finding is on a line at fault,
whether the repaired source is right by differences of its own (with the loss unchanged), and whether it is what stood there before the fault
was planted (up to formatting), so what a person would write. `seconds` are of the processor.
"""

import argparse
import ast
import collections
import contextlib
import functools
import io
import linecache
import statistics
import sys
import tempfile
import time
import traceback
import types
import warnings
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import clinic_manners as manners
import clinic_manners_layers as layers
import clinic_manners_objects as objects
import clinic_manners_scripts as scripts
import clinic_plants
import clinic_shapes_truth as truth
from clinic_ink import Ink, draw_net

MANNERS = (
    manners.dicts, objects.updating_class, scripts.script, layers.layer_objects, objects.listed, manners.tuples, objects.keyed, objects.accumulated,
    manners.flat_vector, layers.normed, manners.floats,
)  # fmt: skip
BELOW = "# ---- my data and the clinic"
SECONDS = 60


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


# --- the clinic on them -------------------------------------------------------------------------------------------------------


@dataclass
class Result:
    """What the clinic said of a case, against the truth."""

    case: Case
    report: object = None
    seconds: float = 0.0
    crashed: str = ""
    repaired: bool = False
    alike: bool = False

    @property
    def verdict(self):
        return not self.crashed and self.report.verdict == self.case.verdict

    @property
    def names(self):
        return self.verdict and (self.case.verdict != "wrong" or frozenset(self.report.wrong) == self.case.wrong)

    @property
    def first(self):
        return bool(not self.crashed and self.report.findings and self.report.findings[0].line in self.case.roots)


def examine(case, seconds=SECONDS, same_file=None):
    """Ask the clinic as the owner would, and judge its repair."""
    one, result = case.shape, Result(case)
    same_file = zlib.crc32(case.id.encode()) % 3 == 0 if same_file is None else same_file
    call = f"report = {one.call[:-1]}, seconds={seconds})"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.py"
        below = "\n".join(["from helpers.clinic import check, check_script", "r = np.random.default_rng(5)", *one.setup, call, ""])
        path.write_text(case.text if one.marker or not same_file else f"{case.text}\n\n{BELOW}\nimport numpy as np\n{below}", encoding="utf-8")
        start = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                result.report = _asked(one, path, call, below, same_file)
                str(result.report)
            except Exception:
                result.crashed = traceback.format_exc()
        result.seconds = time.process_time() - start
    _judge_repair(result)
    return result


def _asked(one, path, call, below, same_file):
    module = types.ModuleType("mine")
    module.__file__, module.path = str(path), str(path)
    if not one.marker:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
        if same_file:
            return module.report
    module.np = np
    cell = f"<cell {path}>"
    text = f"from helpers.clinic import check_script\n{call}\n" if one.marker else below
    linecache.cache[cell] = (len(text), None, text.splitlines(keepends=True), cell)
    exec(compile(text, cell, "exec"), module.__dict__)
    return module.report


def _judge_repair(result):
    text, case = getattr(result.report, "repaired", None), result.case
    if not text or case.verdict == "right":
        return
    text = text.split(BELOW)[0]
    try:
        verdict, _, same = truth.judged(case.shape, text, case.known)
        result.repaired = verdict == "right" and same
        result.alike = result.repaired and ast.dump(ast.parse(text)) == ast.dump(ast.parse(case.original))
    except (truth.Unclear, SyntaxError):
        pass


# --- tables --------------------------------------------------------------------------------------------------------------------


def table(results, key):
    groups = collections.defaultdict(list)
    for result in results:
        groups[key(result)].append(result)
    rows = [f"{'':34} cases verdict names line repaired alike  median  95 % s"]
    for name, group in [*sorted(groups.items()), ("all", results)]:
        counts = [sum(getattr(r, what) for r in group) for what in ("verdict", "names", "first", "repaired", "alike")]
        seconds = sorted(r.seconds for r in group)
        late = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
        counted = " ".join(f"{count:{width}}" for count, width in zip(counts, (7, 5, 4, 8, 5), strict=True))
        rows.append(f"{name[:34]:34} {len(group):5} {counted} {statistics.median(seconds):7.1f} {late:7.1f}")
    return "\n".join(rows)


def said(result):
    """One case that went wrong, in a few lines."""
    case, report = result.case, result.report
    lines = case.text.splitlines()
    yield f"--- {case.id}"
    yield f"    truth {case.verdict} {sorted(case.wrong)}; at fault: {[f'{n}: {lines[n - 1].strip()}' for n in sorted(case.roots)]}"
    if case.was:
        yield f"    was   {' | '.join(case.was)}"
    if result.crashed:
        yield "    CRASHED " + result.crashed.strip().splitlines()[-1]
        return
    yield f"    said  {report.verdict} {sorted(report.wrong)} in {result.seconds:.1f} s"
    for finding in report.findings[:3]:
        yield f"    line {finding.line}: {finding.source.strip()}  ->  {finding.repair}"


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
