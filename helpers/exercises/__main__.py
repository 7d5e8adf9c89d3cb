"""Grade learners' notebooks: a row a learner, a column an exercise, and the reason for each wrong answer.

Each notebook runs in a process of its own, with limits; what it has stored counts for nothing. The tables are rewritten after each
notebook, so that a stop loses none. Exit status: 0 all was graded, 1 something was left out, 2 the command cannot be carried out.
"""

import argparse
import sys
from pathlib import Path

from helpers.exercises.chapters import CHAPTERS
from helpers.exercises.grading.collect import Unknown, found, sorted_out
from helpers.exercises.grading.gradebook import Gradebook
from helpers.exercises.grading.judge import Graded, Judge, Verdict
from helpers.exercises.grading.process import ROOT, Limits
from helpers.exercises.grading.submission import Unusable, originals

EXAMPLES = """\
examples:
  python -m helpers.exercises submissions/ --csv grades.csv          a folder a learner: submissions/ann/00_the_case.ipynb
  python -m helpers.exercises 'submissions/*/05_*.ipynb' --csv 05.csv   one chapter
  python -m helpers.exercises submitted/ --csv grades.csv            nbgrader's submitted/<learner>/<assignment>/
  python -m helpers.exercises moodle/ --csv grades.csv               Moodle's "Ann Other_123_assignsubmission_file_/"
  python -m helpers.exercises in/ --learner-from '_(\\w+)\\.ipynb$' --csv grades.csv
"""


def parsed(arguments):
    """The options of the command."""
    parser = argparse.ArgumentParser(
        "python -m helpers.exercises", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("submissions", nargs="+", metavar="SUBMISSIONS", help="notebooks, folders or patterns")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="where the table goes; the pass rates go to FILE_rates.csv beside it")
    parser.add_argument("--learner-from", metavar="REGEX", help="finds the learner in a notebook's path: its first group")
    parser.add_argument("--seconds", type=_positive, default=Limits.seconds, help="for one cell or one check (default: %(default)g)")
    parser.add_argument("--total", type=_positive, default=Limits.total, help="seconds for one notebook (default: %(default)g)")
    parser.add_argument("--memory", type=_positive, default=Limits.memory, help="megabytes for one notebook (default: %(default)g)")
    parser.add_argument("--notebooks", type=Path, default=ROOT / "notebooks", help="the project's own notebooks")
    return parser.parse_args(arguments)


def _positive(text):
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def main(arguments=None):
    """Grade what the command names; the exit status."""
    options = parsed(arguments)
    try:
        notebooks = found(options.submissions, options.learner_from)
        originals(options.notebooks)
        if not notebooks:
            raise Unknown("no notebooks were named")
        _writable(options.csv)
    except (Unknown, Unusable) as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    submissions, complaints = sorted_out(notebooks, options.notebooks)
    book = Gradebook({one.learner for one in notebooks}, {submission.chapter for _, submission in submissions})
    for learner, complaint in complaints:
        book.notes[learner].append(complaint)
        print(f"left out: {learner}: {complaint}", file=sys.stderr)
    try:
        failures = _grade(submissions, book, options)
    except KeyboardInterrupt:
        print("stopped: what was graded so far is kept", file=sys.stderr)
        return 1
    finally:
        _keep(book, options.csv)
        print(_summary(book))
    return 1 if complaints or failures else 0


def _writable(path):
    """Unknown where the table cannot be written, before anything is run."""
    if path is None:
        return
    if path.is_dir() or not path.resolve().parent.is_dir():
        raise Unknown(f"--csv {path}: {'is a folder' if path.is_dir() else 'its folder does not exist'}")
    if path.is_file() and not path.read_text(encoding="utf-8", errors="replace").startswith("learner,"):
        raise Unknown(f"--csv {path}: is there already, and is no gradebook")


def _grade(submissions, book, options):
    """Grade one after the other, and write the tables after each; on how many the grader itself failed."""
    failures = 0
    limits = Limits(options.total, options.seconds, int(options.memory))
    for i, (learner, submission) in enumerate(submissions, start=1):
        print(f"{i}/{len(submissions)}  {learner}  {submission.chapter}: ", end="", flush=True)
        try:
            graded = Judge(submission, options.notebooks, limits).grade()
        except Exception as error:  # one learner's notebook must not cost the others theirs
            failures += 1
            reason = f"the grader failed on it ({type(error).__name__}: {error})"
            graded = Graded({slug: Verdict("open", reason) for slug in CHAPTERS[submission.chapter]}, [reason])
        book.enter(learner, submission.chapter, graded)
        _keep(book, options.csv)
        count = [sum(verdict.status == status for verdict in graded.verdicts.values()) for status in ("right", "wrong", "open")]
        print("{} right, {} wrong, {} open".format(*count) + f" ({graded.seconds:.0f} s)", flush=True)
    return failures


def _keep(book, path):
    """Write the tables; where that fails once (a spreadsheet holds the file open), say so and go on."""
    if path is None:
        return
    try:
        book.write(path)
    except OSError as error:
        print(f"{path} cannot be written now: {error.strerror}", file=sys.stderr)


def _summary(book):
    """The pass rates as a text."""
    _, *rates = book.rates()
    width = max((len(row[0]) for row in rates), default=0)
    lines = [f"{name:{width}}  {right:3} of {count:3} right   {said}".rstrip() for name, count, right, _, _, _, said in rates]
    return "\n".join(["", "pass rates", *lines])


if __name__ == "__main__":
    sys.exit(main())
