"""Hand notebooks out to a learner, and later bring their new versions without touching what the learner changed.

`update(sources, copy)` compares three versions of each file: the one handed out (kept in `.material.json`), the learner's, the new one.

| the learner's copy | what happens |
|---|---|
| not there: new, deleted or renamed | the file is brought (again), so that renaming yours gets you a fresh one |
| as it was handed out | the new version replaces it |
| changed, and the material is as it was | nothing |
| changed, and the material too | yours stays, the new version is laid beside it as `NAME.new.ipynb` |
| as it was handed out, and no longer in the material | it goes |

A notebook counts as changed where the text of its cells differs: running it changes outputs, which is nobody's work. Nothing here follows from
dates, and an update that was cut short is completed by the next.
"""

import contextlib
import hashlib
import itertools
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

RECORD = ".material.json"
"""In the copy: what was handed out under which name, and what was laid beside."""
NEWS = "what_is_new.md"
"""In the copy: what the last update that changed something brought."""
PRIVATE = (".", "__", "my_", NEWS)
"""How the names begin that stand beside notebooks and belong to their reader, or to a program."""


@dataclass(frozen=True)
class Version:
    """What a file says: `whole` is a hash of its bytes, `text` of what a person writes in it."""

    whole: str
    text: str

    @classmethod
    def of(cls, content: bytes, name: str) -> "Version":
        """The version of a file with this content; a notebook that cannot be read is compared byte by byte."""
        whole = text = hashlib.sha256(content).hexdigest()
        if name.endswith(".ipynb"):
            with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
                cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(content)["cells"]]
                text = hashlib.sha256(json.dumps(cells).encode()).hexdigest()
        return cls(whole, text)


@dataclass
class Update:
    """What an update did, by the names of the files."""

    brought: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    beside: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __bool__(self):
        return bool(self.brought or self.replaced or self.beside or self.removed or self.failed)

    def __str__(self):
        parts = [
            ("new here", self.brought),
            ("replaced, since you had not changed it", self.replaced),
            ("you changed yours, so it stays, and the new version lies beside it", [f"{name} → {new}" for name, new in self.beside]),
            ("no longer part of the material, removed since you had not changed it", self.removed),
            ("could not be written", self.failed),
        ]
        return "\n".join(f"- {what}: {', '.join(names)}" for what, names in parts if names) or "- nothing"


def update(sources: Iterable[Path], copy: Path) -> Update:
    """Bring the folder `copy` to what `sources` hold, a later source before an earlier one, and say what was done.

    A file that cannot be read or written costs only itself. Raises OSError where the copy cannot be made at all, and
    FileNotFoundError where a source is no folder.
    """
    material = collect(sources)
    copy.mkdir(parents=True, exist_ok=True)
    record = Record(copy / RECORD)
    done = Update()
    for name, source in material.items():
        try:
            _hand_out(name, source.read_bytes(), copy, record, done)
        except OSError as error:
            done.failed.append(f"{name} ({error.strerror or error})")
    for name in sorted(set(record.given) - set(material)):
        _take_back(name, copy, record, done)
    record.save()
    return done


def collect(sources: Iterable[Path]) -> dict[str, Path]:
    """{name: file} of the material, without what is PRIVATE."""
    material = {}
    for source in sources:
        if not source.is_dir():
            raise FileNotFoundError(f"the material {source} is no folder")
        for path in sorted(source.rglob("*")):
            name = path.relative_to(source)
            if path.is_file() and not any(part.startswith(PRIVATE) for part in name.parts):
                material[name.as_posix()] = path
    return material


def _hand_out(name: str, content: bytes, copy: Path, record: "Record", done: Update) -> None:
    new, handed = Version.of(content, name), record.given.get(name)
    target = copy / name
    if not os.path.lexists(target):
        _write(target, content)
        done.brought.append(name)
    elif new != handed:
        mine = _version(target)
        if handed and mine and mine.text == handed.text:
            if mine.whole != new.whole:
                _write(target, content)
                done.replaced.append(name)
        elif mine is None or mine.text != new.text:
            beside = _name_beside(name, copy, record)
            _write(copy / beside, content)
            record.beside[beside] = new
            done.beside.append((name, beside))
    record.given[name] = new


def _take_back(name: str, copy: Path, record: "Record", done: Update) -> None:
    """Remove what is no longer handed out, unless the learner wrote in it; either way it is the learner's from now on."""
    handed, mine = record.given.pop(name), _version(copy / name)
    if mine and mine.text == handed.text:
        with contextlib.suppress(OSError):
            (copy / name).unlink()
            done.removed.append(name)


def _name_beside(name: str, copy: Path, record: "Record") -> str:
    """Where the new version may lie: a name that is free, or that holds an earlier new version which the learner left as it was."""
    path = PurePosixPath(name)
    for n in itertools.count(1):
        beside = path.with_name(f"{path.stem}.new{'' if n == 1 else f'-{n}'}{path.suffix}").as_posix()
        laid, mine = record.beside.get(beside), _version(copy / beside)
        if not os.path.lexists(copy / beside) or (laid and mine and mine.text == laid.text):
            return beside


def _version(path: Path) -> Version | None:
    """The version of the learner's file, or None for what is no readable file."""
    try:
        return Version.of(path.read_bytes(), path.name)
    except OSError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)


class Record:
    """What was handed out (`given`) and laid beside, {name: Version}; unreadable, it is empty, and nothing is overwritten."""

    def __init__(self, path: Path):
        self.path = path
        try:
            stored = json.loads(path.read_text())
            self.given, self.beside = ({name: Version(*one) for name, one in stored[part].items()} for part in ("given", "beside"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.given, self.beside = {}, {}

    def save(self) -> None:
        """Write the record."""
        parts = {part: {name: [one.whole, one.text] for name, one in getattr(self, part).items()} for part in ("given", "beside")}
        _write(self.path, json.dumps(parts, indent=1).encode())
