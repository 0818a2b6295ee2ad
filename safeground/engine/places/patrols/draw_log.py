"""The log of draws: one line a draw, each with the hash of the line before, so that a line that was changed or taken out is seen.

Whoever keeps the last line's hash, or a commitment that was printed, outside the workspace can also see a log that was cut short or
written anew from the start. Nothing inside a folder can show that by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from safeground.engine.places.patrols.design import to_canonical_json
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.engine.workspace import Workspace

LOG = "patrols/log.jsonl"
_FIRST = "0" * 64
"""What stands before the first line."""


@dataclass(frozen=True)
class DrawEntry:
    """A draw as it was entered, before its first day and before anybody could see the schedule.

    commitment: SHA-256 of the seed and the design, which binds both and tells neither. allocation: SHA-256 of the schedule, so that it is
    known again even should a later library draw otherwise. reason: why it was drawn again; empty for a trial's first draw.
    """

    number: int
    trial: str
    draw: int
    at: str
    by: str
    reason: str
    design: str
    commitment: str
    allocation: str
    previous: str
    sha256: str = ""

    def sealed(self) -> DrawEntry:
        """The same with the hash of all its other fields."""
        return DrawEntry(**{**asdict(self), "sha256": self._hash()})

    @property
    def is_as_entered(self) -> bool:
        return self.sha256 == self._hash()

    def _hash(self) -> str:
        return hashlib.sha256(to_canonical_json({**asdict(self), "sha256": ""})).hexdigest()


@dataclass(frozen=True)
class DrawLog:
    """Every draw of a workspace, in order, and what is wrong with the log in words: nothing where it is whole."""

    entries: tuple[DrawEntry, ...]
    problems: tuple[str, ...]

    def of_trial(self, trial: str) -> tuple[DrawEntry, ...]:
        return tuple(entry for entry in self.entries if entry.trial == trial)

    @property
    def last(self) -> str:
        """The hash that the next line names."""
        return self.entries[-1].sha256 if self.entries else _FIRST


def read_log(workspace: Workspace) -> DrawLog:
    """The log, with every break in its chain told. A workspace without a draw has an empty one."""
    path = workspace.root / LOG
    if not path.exists():
        return DrawLog((), ())
    entries: list[DrawEntry] = []
    problems: list[str] = []
    before = _FIRST
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        entry = _read_line(line)
        if entry is None:
            problems.append(f"Line {number} of {LOG} cannot be read.")
            continue
        if not entry.is_as_entered:
            problems.append(f"Line {number} of {LOG} has been altered: it is not what its own hash was made of.")
        if entry.previous != before or entry.number != number:
            problems.append(f"Before line {number} of {LOG} a line was taken out, put in or altered.")
        before = entry.sha256
        entries.append(entry)
    return DrawLog(tuple(entries), tuple(problems))


def append_entry(workspace: Workspace, log: DrawLog, entry: DrawEntry) -> DrawEntry:
    """Enter a draw: the log as it was and one line more come into being by one rename. Call it holding the workspace's lock.

    Raises TrialRefused where the log is not whole, since a line after a broken one would look sound.
    """
    if log.problems:
        raise TrialRefused(f"{log.problems[0]} Nothing is drawn until the log is restored from a copy.")
    sealed = entry.sealed()
    lines = [*log.entries, sealed]
    text = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in lines)
    workspace.write_atomically(workspace.root / LOG, text)
    return sealed


def _read_line(line: str) -> DrawEntry | None:
    try:
        content: Mapping[str, Any] = json.loads(line)
        return DrawEntry(**content)
    except (ValueError, TypeError):
        return None
