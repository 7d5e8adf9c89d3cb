"""Finds learners' notebooks, and whose they are."""

import glob
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from helpers.exercises.chapters import CHAPTERS
from helpers.exercises.grading.submission import Unusable, recognised

SKIPPED = re.compile(r"\.|__")  # .ipynb_checkpoints, __MACOSX
NEWER = re.compile(r"\.new(-\d+)?$")  # the class server lays a new version of the material beside a learner's own
MOODLE = re.compile(r"(?P<learner>.+?)_\d+_assignsubmission_")


class Unknown(Exception):
    """What the command was given cannot be used; the message says why."""


@dataclass(frozen=True)
class Found:
    """A file, and the learner who handed it in."""

    path: Path
    learner: str


def found(arguments, learner_from=None):
    """The notebooks that the arguments of the command name, each once.

    Parameters
    ----------
    arguments : list of str
        Notebooks, folders, or patterns with * and ?.
    learner_from : str, optional
        A regular expression that finds the learner in a notebook's path: its group `learner`, or its first group, or all of it.

    Raises
    ------
    Unknown
        An argument names nothing, or the expression finds nobody.
    """
    below, named, folders = {}, {}, []
    for argument in arguments:
        paths = [Path(argument)] if Path(argument).exists() else [Path(name) for name in sorted(glob.glob(argument, recursive=True))]
        if not paths:
            raise Unknown(f"{argument}: there is no such file or folder")
        for path in paths:
            if path.is_file():
                named.setdefault(path.resolve(), None)
                continue
            inside = [one for one in sorted(path.rglob("*.ipynb")) if not any(map(SKIPPED.match, one.relative_to(path).parts))]
            if not inside and len(paths) == 1:
                raise Unknown(f"{argument}: there are no notebooks (*.ipynb) in this folder")
            for one in inside:
                below.setdefault(one.resolve(), path.resolve())
            folders.append(path.resolve())
    files = {**below, **{path: None for path in named if path not in below}}
    several = len(folders) > 1
    return [Found(path, _by_expression(path, learner_from) if learner_from else _learner(path, files[path], named, several)) for path in files]


def _learner(path, folder, named, several=False):
    """Whose a notebook is: by Moodle's or nbgrader's names, by the folders that differ, or, where all lie in one folder, by its own name.

    Parameters
    ----------
    path : Path
    folder : Path or None
        The folder that the command was given, below which it lies.
    named : iterable of Path
        The notebooks that the command was given one by one; a shell makes them of a pattern.
    several : bool
        Whether the command was given several folders: each is a learner's then.
    """
    for part in reversed(path.parts):
        if moodle := MOODLE.match(part):
            return moodle["learner"].strip()
    if "submitted" in path.parts[:-2]:  # nbgrader: submitted/<learner>/<assignment>/<notebook>
        return path.parts[path.parts.index("submitted") + 1]
    if folder is not None and several:
        return folder.name
    if folder is not None and len(path.relative_to(folder).parts) > 1:
        return path.relative_to(folder).parts[0]
    if folder is None and len({one.parent for one in named}) > 1:
        return _first_difference(path, named)
    return _without_chapter(path.stem) or path.parent.name


def _first_difference(path, paths):
    """The first folder on this path that not all of the paths go through."""
    common = Path(os.path.commonpath([one.parent for one in paths]))
    rest = path.parent.relative_to(common).parts
    return rest[0] if rest else common.name


def _without_chapter(stem):
    """What a file's name says besides the chapter: "ann" for "00_the_case_ann" and "ann-03"; nothing for "00_the_case-Copy1"."""
    rest = re.sub(r"[-_ ]?(Copy\d*|\(\d+\))", "", stem)
    for chapter in CHAPTERS:
        rest = rest.replace(chapter, "")
    return re.sub(r"^\d\d(?=[-_ ]|$)|(?<=[-_ ])\d\d$", "", rest.strip("-_ ")).strip("-_ ")


def _by_expression(path, expression):
    try:
        match = re.search(expression, path.as_posix())
    except re.error as error:
        raise Unknown(f"--learner-from {expression!r} is no regular expression: {error}") from None
    if match is None:
        raise Unknown(f"--learner-from {expression!r} finds nobody in {path}")
    learner = match.groupdict().get("learner") or (match[1] if match.re.groups else match[0])
    return (learner or "").strip() or "?"


def sorted_out(notebooks, folder):
    """What can be graded, and what is to be said of the rest.

    Returns
    -------
    submissions : list of (str, Submission)
        One for each learner and chapter, by learner and chapter; of several the one that was saved last.
    complaints : list of (str, str)
        (learner, sentence) for each file that is left out.
    """
    usable, complaints = {}, []
    for one in notebooks:
        if NEWER.search(one.path.stem):
            complaints.append((one.learner, f"{one.path.name} is a new version of the material, not an answer"))
            continue
        try:
            submission = recognised(one.path, folder)
        except Unusable as reason:
            complaints.append((one.learner, f"{one.path.name} {reason}"))
            continue
        usable.setdefault((one.learner, submission.chapter), []).append(submission)
    chosen = []
    for (learner, chapter), several in sorted(usable.items()):
        *older, latest = sorted(several, key=lambda one: (one.path.stat().st_mtime, str(one.path)))
        complaints += [(learner, f"{_near(one.path)} is left out: {_near(latest.path)} is {chapter[:2]} too, and was saved last")
                       for one in older if _digest(one.path) != _digest(latest.path)]  # fmt: skip
        chosen.append((learner, latest))
    return chosen, complaints


def _near(path):
    """A path with its last folder alone."""
    return f"{path.parent.name}/{path.name}"


def _digest(path):
    return hashlib.sha256(path.read_bytes()).digest()
