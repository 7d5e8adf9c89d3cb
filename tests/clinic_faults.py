"""Backward passes with planted faults, each with what a teacher would answer; as a script, the clinic's confusion matrix.

python tests/clinic_faults.py              a stratified sample of 1200 cases
python tests/clinic_faults.py --all        every fault for every network, in one style each, the styles taking turns
python tests/clinic_faults.py --all --each 6   ... in each style (tens of thousands of cases)
python tests/clinic_faults.py --innocents  every innocent function on 200 seeds
python tests/clinic_faults.py --validate   no clinic: is each planted fault a fault, each innocent right?
"""

import argparse
import collections
import functools
import itertools
import sys
import time
import zlib
from dataclasses import dataclass, replace

import numpy as np

import clinic_innocents
import clinic_truth as truth
from clinic_catalogue import FAMILIES, catalogue
from clinic_styles import GRADIENTS, STYLES, CannotRender, forward_source, functions

EVERY_STYLE = len(STYLES)
CANONICAL = {"delta": "unrolled", "dA": "dA"}
"""The style in which two faults are compared to see whether anybody could tell them apart."""


@dataclass(frozen=True)
class Case:
    """One fault (or two) in one style for one network."""

    faults: tuple
    style: str
    hidden: str
    output: str
    loss: str

    @property
    def id(self):
        return f"{' + '.join(fault.name for fault in self.faults)} | {self.style} {self.hidden} {self.output} {self.loss}"

    @property
    def family(self):
        """The family that was planted."""
        return self.faults[0].family

    @functools.cached_property
    def source(self):
        style = STYLES[self.style]
        program = style.program(self.hidden, self.output, self.loss)
        for fault in self.faults:
            fault.edit(program)
        forward = dict(itertools.chain(*(fault.forward for fault in self.faults)))
        if forward or style.own_forward:
            return style.source(program, forward_source(self.hidden, self.output, **forward))
        return style.source(program)

    @functools.cached_property
    def functions(self):
        return functions(self.source, self.id)

    @property
    def has_own_forward(self):
        return self.functions[1] is not None

    @functools.cached_property
    def truth(self):
        other_network = any(fault.forward for fault in self.faults)
        return truth.examine(*self.functions, self.hidden, self.output, self.loss, other_network=other_network)

    @property
    def verdict(self):
        return self.truth.verdict

    @property
    def wrong(self):
        return self.truth.wrong

    @property
    def named(self):
        """Whether the mistake belongs to one of the families; einsum stretches axes of length 1 where `@` raises, to nobody's meaning."""
        return all(fault.named for fault in self.faults) and not (self.style == "einsum" and self._stretched)

    @functools.cached_property
    def _stretched(self):
        at_sign = replace(self, style="unrolled")
        return self.verdict == "wrong" and at_sign.renders() and at_sign.verdict == "raises"

    def answers(self, fault=None):
        """(statements, families, places) that count as right for a fault, twins included."""
        fault = fault or self.faults[0]
        known = twins(self.hidden, self.output, self.loss, STYLES[self.style].form).get(fault.name, (fault,))
        statements = frozenset().union(*(twin.statements for twin in known))
        families = fault.families.union(*(twin.families for twin in known if twin.named))
        return statements, families, max(twin.places for twin in known)

    def renders(self):
        try:
            return bool(self.source)
        except (CannotRender, KeyError):  # KeyError: this style has no such statement
            return False

    def is_fault(self):
        return self.truth.decided and self.verdict != "right"

    def examine(self, clinic, **more):
        backward_prop, forward_prop = self.functions
        return clinic.examine(backward_prop, forward_prop, hidden=self.hidden, output=self.output, loss=self.loss, **{"repair": False, **more})


@functools.cache
def examined(case, clinic):
    """The clinic's report on a case, made once for all tests of a process."""
    return case.examine(clinic)


# --- which faults are the same fault --------------------------------------------------------------------------------------


def _fingerprint(case):
    """(shapes, numbers) of all that the outside can see on four networks: gradients, changed arguments; None where it raises."""
    seen = []
    for m, seed in itertools.product((7, 10), truth.SEEDS):
        one = truth.problem(case.hidden, case.output, case.loss, m, seed)
        result = truth.run(case.functions[0], one)
        if result.error is not None:
            return None
        seen += [np.asarray(result.gradients[name], dtype=float) for name in GRADIENTS]
        seen += [np.asarray(value, dtype=float) for _, value in sorted(result.changed.items())]
    return tuple(x.shape for x in seen), np.nan_to_num(np.concatenate([x.ravel() for x in seen]), nan=1e9)


def _equal(a, b):
    return a[0] == b[0] and np.abs(a[1] - b[1]).max() <= 1e-9 * np.abs(a[1]).max()


@functools.cache
def twins(hidden, output, loss, form):
    """{name: the faults that do exactly what it does}, itself among them: from outside nobody can tell which it was."""
    groups = []
    for fault in catalogue(hidden, output, loss, form):
        case = Case((fault,), CANONICAL[form], hidden, output, loss)
        if fault.forward or not case.renders() or (seen := _fingerprint(case)) is None:
            continue
        for members, example in groups:
            if _equal(seen, example):
                members.append(fault)
                break
        else:
            groups.append(([fault], seen))
    return {fault.name: tuple(members) for members, _ in groups for fault in members}


# --- all cases and a sample of them ------------------------------------------------------------------------------------------


def cases(networks=None, each=EVERY_STYLE):
    """Every case of the product, harmless and unrenderable ones included: ask `renders` and `is_fault`.

    each : int
        In how many of the styles a fault is planted for one network; the styles take turns.
    """
    names = list(STYLES)
    for hidden, (output, loss) in networks or itertools.product(truth.HIDDEN, truth.PAIRS):
        catalogues = {form: {fault.name: fault for fault in catalogue(hidden, output, loss, form)} for form in CANONICAL}
        for name in dict.fromkeys(itertools.chain(*catalogues.values())):
            turn = zlib.crc32(f"{name} {hidden} {output} {loss}".encode())
            fitting = [style for style in names if name in catalogues[STYLES[style].form]]
            fitting = [style for style in fitting if style not in catalogues[STYLES[style].form][name].skip]
            for i in range(min(each, len(fitting))):
                style = fitting[(turn + i) % len(fitting)]
                yield Case((catalogues[STYLES[style].form][name],), style, hidden, output, loss)


def planted(networks=None, each=EVERY_STYLE):
    """Every case that is a fault."""
    return (case for case in cases(networks, each) if case.renders() and case.is_fault())


def _shuffled(items, salt):
    return sorted(items, key=lambda case: zlib.crc32(f"{salt} {case.id}".encode()))


NETWORKS = [(truth.HIDDEN[(i + j) % 4], pair) for j, pair in enumerate(truth.PAIRS) for i in (0, 2)]
"""Half of all networks: each pair of output and loss with two hidden activations, each activation with four pairs."""


@functools.cache
def sample(number, salt=0):
    """A stratified sample: the families take turns, in each the faults by name, in each the styles and networks, shuffled."""
    strata = collections.defaultdict(lambda: collections.defaultdict(list))
    for case in cases(networks=NETWORKS):
        strata[case.family][case.faults[0].name].append(case)
    streams = [_in_turn([_faults_of(_shuffled(named, salt)) for named in _shuffled_names(group)]) for group in strata.values()]
    return list(itertools.islice(_in_turn(streams), number))


def _shuffled_names(group):
    return [group[name] for name in sorted(group, key=lambda name: zlib.crc32(name.encode()))]


def _faults_of(stream):
    return (case for case in stream if case.renders() and case.is_fault())


def _in_turn(streams):
    """One item of each stream, then the next of each, until all are used up."""
    streams = list(streams)
    while streams:
        alive = []
        for stream in streams:
            if (item := next(stream, None)) is not None:
                yield item
                alive.append(stream)
        streams = alive


# --- two faults at once --------------------------------------------------------------------------------------------------------

APART = (
    ({("dW", 3)}, {("dZ", 1)}), ({("dW", 3)}, {("dZ", 2)}), ({("dW", 2)}, {("dZ", 1)}), ({("dW", 2)}, {("dZ", 3)}), ({("dW", 1)}, {("dZ", 2)}),
    ({("db", 2)}, {("dW", 3)}), ({("db", 1)}, {("dW", 2)}), ({("dZ", 3)}, {("dZ", 1)}), ({("dZ", 2)}, {("dZ", 1)}), ({("dW", 1)}, {("dW", 3)}),
    ({("dZ", 3)}, {("dW", 1)}), ({("dA", 1)}, {("dW", 3)}), ({("dA", 2)}, {("dZ", 1)}), ({("dZ", 3)}, {("dA", 1)}), ({("dA", 1)}, {("db", 2)}),
)  # fmt: skip
"""Statements, far enough apart that a fault in one does not hide or explain one in the other."""

ENTANGLED = {"dW2 from dZ1", "labels in a column@dZ3", "labels in a column@dA3"}
"""Faults that are no fault of one statement alone, or that break off in most styles."""

FACTORS = {"scale", "sign", "dtype"}
"""Families of which two at once can pass for another two (dZ3 doubled and dW3 halved, say)."""


@functools.cache
def pairs(per_kind=4):
    """Cases of two independent faults, `per_kind` for each pair of statements."""
    chosen = []
    for number, (first, second) in enumerate(APART):
        stream = _pair_candidates(first, second, number)
        chosen += itertools.islice((case for case in stream if _is_pair(case)), per_kind)
    return chosen


def _pair_candidates(first, second, number):
    for turn in range(40):
        style = ("unrolled", "dA", "class", "einsum")[(number + turn) % 4]
        hidden, (output, loss) = NETWORKS[(5 * number + 3 * turn) % len(NETWORKS)]
        both = [
            [fault for fault in catalogue(hidden, output, loss, STYLES[style].form)
             if fault.touches == touched and fault.named and fault.places == 1 and len(fault.families) == 1
             and fault.family != "in_place" and fault.name not in ENTANGLED]
            for touched in (first, second)
        ]  # fmt: skip
        options = [Case((a, b), style, hidden, output, loss) for a, b in itertools.product(*both) if not {a.family, b.family} <= FACTORS]
        yield from _shuffled(options, turn)[:1]


def _is_pair(case):
    """Both are faults by themselves, none raises, and together they do neither what one does alone."""
    if not case.renders() or case.verdict != "wrong":
        return False
    alone = [Case((fault,), *(case.style, case.hidden, case.output, case.loss)) for fault in case.faults]
    if any(not one.is_fault() or one.verdict != "wrong" for one in alone):
        return False
    together = _fingerprint(case)
    return together is not None and not any(_equal(together, _fingerprint(one)) for one in alone)


# --- judging a report ------------------------------------------------------------------------------------------------------------


def judge(case, report):
    """What is wrong with the report, as a list of sentences; empty where all is well."""
    if report.verdict != case.verdict:
        return [f"verdict {report.verdict!r}, expected {case.verdict!r}"]
    if case.verdict == "raises":
        return []
    problems = []
    if set(report.wrong) != case.wrong:
        problems.append(f"wrong {sorted(report.wrong)}, expected {sorted(case.wrong)}")
    if unexplained := set(report.wrong) - {name for finding in report.findings for name in finding.gradients}:
        problems.append(f"no finding spoils {sorted(unexplained)}: found {_listed(report.findings)}")
    return problems + _judge_findings(case, report.findings)


def _judge_findings(case, findings):
    """The first finding names the mistake, and there is none besides that is not another place of it."""
    if not findings:
        return ["no finding"]
    first, fault = findings[0], case.faults[0]
    if first.statement in fault.statements and (not case.named or first.family in fault.families) and len(findings) <= fault.places:
        return []
    statements, families, places = case.answers()
    problems = []
    if first.statement not in statements:
        problems.append(f"statement {first.statement!r}, expected {sorted(statements)}")
    if case.named and first.family not in families:
        problems.append(f"family {first.family!r}, expected {sorted(families)}")
    if len(findings) > places:
        problems.append(f"{len(findings)} findings, expected at most {places}")
    return [*problems, f"found: {_listed(findings)}"] if problems else []


def _listed(findings):
    return ", ".join(f"{finding.statement} {finding.family}" for finding in findings)


def _matching(findings, statements, families):
    return next((finding for finding in findings if finding.statement in statements and finding.family in families), None)


def judge_pair(case, report):
    """The same for two faults: each must be matched by a finding of its own."""
    if report.verdict != "wrong" or set(report.wrong) != case.wrong:
        return [f"{report.verdict}, wrong {sorted(report.wrong)}; expected wrong {sorted(case.wrong)}"]
    left = list(report.findings)
    problems = []
    for fault in case.faults:
        found = _matching(left, fault.statements, fault.families) or _matching(left, *case.answers(fault)[:2])
        if found is None:
            problems.append(f"nothing says {' or '.join(sorted(fault.statements))} {' or '.join(sorted(fault.families))}")
        else:
            left.remove(found)
    if left:
        problems.append(f"left over: {_listed(left)}")
    return problems


# --- the script ------------------------------------------------------------------------------------------------------------------


seconds = {}
"""Processor time of each examination."""


def confusion(clinic, chosen, show=20):
    """Print the matrix of planted and reported families, and how often the statement is right."""
    matrix, right, shown = collections.Counter(), collections.defaultdict(collections.Counter), 0
    for number, case in enumerate(chosen, 1):
        try:
            began = time.process_time()
            report = case.examine(clinic, repair=True)
            seconds[case] = time.process_time() - began
        except Exception as error:
            print(f"THE CLINIC RAISED {type(error).__name__}: {error} for {case.id}")
            right[row(case)].update(["cases", "clinic raised"])
            continue
        problems = judge(case, report)
        _count(case, report, problems, matrix, right[row(case)])
        if "-v" in sys.argv or not repairs(case, report):
            print(f"no repair: {case.id}: {_listed(report.findings)}")
        if problems and shown < show:
            shown += 1
            print(f"{case.id}\n    " + "\n    ".join(problems))
        if number % 200 == 0:
            print(f"... {number} cases, {sum(r['fully right'] for r in right.values())} fully right", file=sys.stderr)
    _print_matrix(matrix)
    _print_rates(right)


def row(case):
    """The row of the matrix that a case belongs to."""
    if case.verdict == "raises":
        return "(raises)"
    return case.family if case.named else "(no family)"


def _count(case, report, problems, matrix, counts):
    first = report.findings[0] if report.findings else None
    reported = first.family if first else "nothing"
    answers = (case.faults[0].statements, case.faults[0].families) if not problems else case.answers()[:2]
    family = first is not None and (not problems or not case.named or reported in answers[1])
    # An acceptable other name counts as the planted one.
    matrix[row(case), case.family if case.named and family else reported] += 1
    counts["cases"] += 1
    counts["verdict"] += report.verdict == case.verdict
    counts["wrong"] += case.verdict == "raises" or set(report.wrong) == case.wrong
    counts["statement"] += first is not None and (first.statement in answers[0] or not (problems or case.verdict == "raises"))
    counts["family"] += family
    counts["fully right"] += not problems
    counts["repair"] += repairs(case, report)
    counts["seconds"] += seconds[case]


def repairs(case, report):
    """Whether every finding has a repair, and the repaired text is right by differences of its own."""
    if not report.findings or not all(finding.repair for finding in report.findings):
        return False
    text = report.repaired
    if text is None:
        text = case.source
        for finding in report.findings:
            text = text.replace(finding.line, finding.repair)
    return truth.examine(*functions(text, f"repaired {case.id}"), case.hidden, case.output, case.loss).verdict == "right"


def _print_matrix(matrix):
    columns = [*(family for family in FAMILIES), *sorted({column for _, column in matrix} - set(FAMILIES))]
    print("\nrows: planted; columns: reported\n" + " " * 30 + "".join(f"{i:>6}" for i, _ in enumerate(columns, 1)))
    for i, row in enumerate([*FAMILIES, "(no family)", "(raises)"], 1):
        print(f"{i:>2} {row:<27}" + "".join(f"{matrix[row, column] or '·':>6}" for column in columns))
    print("columns: " + ", ".join(f"{i} {column}" for i, column in enumerate(columns, 1)))


def _print_rates(right):
    names = ("cases", "verdict", "wrong", "statement", "family", "fully right", "repair")
    print("\n" + f"{'planted':<30}" + "".join(f"{name:>13}" for name in names))
    total = collections.Counter()
    for row in [*FAMILIES, "(no family)", "(raises)"]:
        counts = right[row]
        total.update(counts)
        print(f"{row:<30}" + _rates(counts, names))
    print(f"{'all':<30}" + _rates(total, names))
    print(f"processor time: {total['seconds'] / max(total['cases'], 1):.2f} s a case")


def _rates(counts, names):
    share = [f"{counts[name] / counts['cases']:>12.1%} " if counts["cases"] else f"{'-':>13}" for name in names[1:]]
    return f"{counts['cases']:>13}" + "".join(share)


def validate(each):
    """Without the clinic: counts per family and style, what is harmless, which innocents are not."""
    count, harmless, unrenderable, undecided = collections.Counter(), collections.Counter(), 0, 0
    for case in cases(each=each):
        if not case.renders():
            unrenderable += 1
        elif not case.truth.decided:
            undecided += 1
        elif not case.is_fault():
            harmless[case.faults[0].name, case.hidden, case.style] += 1
        else:
            count[case.family if case.named else "(no family)", case.style] += 1
            count["of these raise", case.style] += case.verdict == "raises"
    print(f"{'':<30}" + "".join(f"{style:>10}" for style in STYLES) + f"{'all':>10}")
    for row in [*FAMILIES, "(no family)", "of these raise"]:
        numbers = [count[row, style] for style in STYLES]
        print(f"{row:<30}" + "".join(f"{n:>10}" for n in numbers) + f"{sum(numbers):>10}")
    planted_total = sum(n for (row, _), n in count.items() if row != "of these raise")
    print(f"{planted_total} faults; dropped: {sum(harmless.values())} harmless, {unrenderable} that a style cannot write, {undecided} without a loss")
    bad = [f"{one.id}: {one.truth}" for one in clinic_innocents.innocents() if one.truth.verdict != "right"]
    print(f"{sum(1 for _ in clinic_innocents.innocents())} innocents, {len(bad)} of them not", *bad, sep="\n  ")
    print("harmless: " + "; ".join(f"{' '.join(key)} x {n}" for key, n in sorted(harmless.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="every case instead of a sample")
    parser.add_argument("--each", type=int, default=1, help="with --all and --validate: in how many styles a fault is planted for one network")
    parser.add_argument("--sample", type=int, default=1200, help="how many cases")
    parser.add_argument("--salt", type=int, default=0, help="another sample: what was mended on one is tried on the next")
    parser.add_argument("--family", help="this planted family only")
    parser.add_argument("--pairs", action="store_true", help="cases of two faults")
    parser.add_argument("--innocents", action="store_true", help="innocents on 200 seeds")
    parser.add_argument("--validate", action="store_true", help="check the generator without the clinic")
    parser.add_argument("--show", type=int, default=20, help="how many failures to print")
    parser.add_argument("--source", help="print the source of each case of the sample whose id holds this text")
    options = parser.parse_args()
    if options.validate:
        validate(options.each)
        return
    if options.source:
        print(*(f"# {case.id}\n{case.source}" for case in sample(options.sample, options.salt) if options.source in case.id), sep="\n\n")
        return
    from helpers import clinic

    if options.innocents:
        clinic_innocents.acquit(clinic, range(200))
    elif options.pairs:
        print(*(f"{case.id}\n    {'; '.join(judge_pair(case, case.examine(clinic))) or 'right'}" for case in pairs()), sep="\n")
    else:
        chosen = planted(each=options.each) if options.all else sample(options.sample, options.salt)
        confusion(clinic, (case for case in chosen if options.family in (None, case.family)), options.show)


if __name__ == "__main__":
    main()
