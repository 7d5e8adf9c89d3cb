"""What the clinic says of a case of `clinic_shapes`, judged against the truth, and tables of it."""

import ast
import collections
import contextlib
import io
import linecache
import statistics
import tempfile
import time
import traceback
import types
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import clinic_shapes_truth as truth

BELOW = "# ---- my data and the clinic"
SECONDS = 60


@dataclass
class Result:
    """What the clinic said of a case, against the truth."""

    case: object
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


class _Sorted(ast.NodeTransformer):
    """Factors in one order: `a * b` is written like `b * a`."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult):
            factors, inner = [node.right], node.left
            while isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult):
                factors, inner = [inner.right, *factors], inner.left
            first, *rest = sorted([inner, *factors], key=ast.dump)
            for factor in rest:
                first = ast.BinOp(first, ast.Mult(), factor)
            return first
        return node


def _written(text):
    """A file up to formatting and the order of factors."""
    return ast.dump(_Sorted().visit(ast.parse(text)))


def _judge_repair(result):
    text, case = getattr(result.report, "repaired", None), result.case
    if not text or case.verdict == "right":
        return
    text = text.split(BELOW)[0]
    try:
        verdict, _, same = truth.judged(case.shape, text, case.known)
        result.repaired = verdict == "right" and same
        result.alike = result.repaired and _written(text) == _written(case.original)
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
