"""Sealing a protocol: its hash in a log whose lines each name the one before, so that a question changed afterwards is seen.

evaluations/log.jsonl                     a line for each seal, for each time that outcomes were opened, for the files they were read
                                          from, and for each result that was written
evaluations/<name>/<sha12>/protocol.yaml  the protocol as sealed
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from safeground.engine.documents import format_day, join_words
from safeground.engine.evaluation.checks import CheckResult, failed, not_applicable, passed
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import SEALED
from safeground.engine.evaluation.protocols import Protocol
from safeground.engine.workspace import Workspace

LOG = "evaluations/log.jsonl"
_FIRST = "0" * 64


@dataclass(frozen=True)
class SealEntry:
    """A line of the log. `protocol`: SHA-256 of the file and of all it names (`hash_protocol`). `at`: UTC. `by`: a role; of files that
    were read, each with the beginning of its hash; of a result, the hash of its file."""

    number: int
    what: Literal["sealed", "opened", "read", "told"]
    name: str
    protocol: str
    at: str
    by: str
    previous: str
    sha256: str = ""

    def closed(self) -> SealEntry:
        text = json.dumps({**asdict(self), "sha256": ""}, sort_keys=True, ensure_ascii=False)
        return replace(self, sha256=hashlib.sha256(text.encode()).hexdigest())


def hash_protocol(content: bytes, fingerprint: str) -> str:
    """SHA-256 of a protocol's bytes and of the fingerprint of what it names: the schedule, rules of outcomes, costs."""
    return hashlib.sha256(b"safeground protocol\n" + fingerprint.encode() + b"\n" + content).hexdigest()


def read_seals(workspace: Workspace) -> tuple[SealEntry, ...]:
    """The log. Raises EvaluationRefused where a line was changed, taken out or cannot be read."""
    path = workspace.root / LOG
    if not path.exists():
        return ()
    entries: list[SealEntry] = []
    before = _FIRST
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = SealEntry(**json.loads(line))
        except (ValueError, TypeError):
            raise EvaluationRefused(f"{LOG}, line {number}, cannot be read; restore it from a copy.") from None
        if entry.number != number or entry.previous != before or entry.closed() != entry:
            raise EvaluationRefused(f"{LOG}, line {number}, is not as it was written; restore it from a copy.")
        entries.append(entry)
        before = entry.sha256
    return tuple(entries)


def seal_protocol(
    workspace: Workspace, protocol: Protocol, content: bytes, *, fingerprint: str, by: str, now: datetime.datetime
) -> SealEntry:
    """Enter a protocol in the log and keep its bytes. Sealing the same again is nothing new. `by`: the role that answers for it."""
    sha256 = hash_protocol(content, fingerprint)
    with workspace.exclusive():
        entries = read_seals(workspace)
        for entry in entries:
            if entry.what == "sealed" and entry.protocol == sha256:
                return entry
        workspace.write_atomically(protocol_folder(workspace, protocol.name, sha256) / "protocol.yaml", content)
        return _append(workspace, entries, "sealed", protocol.name, sha256, by, now)


def enter_opening(workspace: Workspace, name: str, sha256: str, *, now: datetime.datetime) -> SealEntry:
    """Enter that outcomes are opened, before they are. Raises EvaluationRefused where the protocol was not sealed as it is."""
    with workspace.exclusive():
        entries = read_seals(workspace)
        if not any(entry.what == "sealed" and entry.protocol == sha256 for entry in entries):
            earlier = any(entry.what == "sealed" and entry.name == name for entry in entries)
            why = (
                "has been changed since it was sealed (its file, its schedule, the rule of an outcome, or what offences cost)"
                if earlier
                else "is not sealed"
            )
            raise EvaluationRefused(
                f"{name} {why}, and outcomes are not opened before: safeground evaluate seal PROTOCOL --workspace W"
            )
        opened = [entry for entry in entries if entry.what == "opened" and entry.protocol == sha256]
        return opened[0] if opened else _append(workspace, entries, "opened", name, sha256, "", now)


def check_files(workspace: Workspace, name: str, sha256: str, files: Mapping[str, str]) -> None:
    """Raises EvaluationRefused where a file that outcomes were read from before is another now. files: SHA-256 by name."""
    for entry in read_seals(workspace):
        if entry.what == "read" and entry.protocol == sha256 and entry.by != _list_files(files):
            before = set(entry.by.split(", "))
            changed = [
                name for name, told in zip(files, _list_files(files).split(", "), strict=True) if told not in before
            ]
            which = join_words(changed) if changed else "a file is gone"
            day = format_day(datetime.date.fromisoformat(entry.at[:10]))
            raise EvaluationRefused(
                f"{name} was run on {day} from other files ({which}), and its answer is "
                "not made again from changed ones: put them back, or say in its caveats what was corrected and seal it again, which "
                "its page then tells."
            )


def enter_files(
    workspace: Workspace, name: str, sha256: str, files: Mapping[str, str], *, now: datetime.datetime
) -> None:
    """Enter which files an answer was made from. Once is enough, and none where its data lie in the workspace."""
    with workspace.exclusive():
        entries = read_seals(workspace)
        if files and not any(entry.what == "read" and entry.protocol == sha256 for entry in entries):
            _append(workspace, entries, "read", name, sha256, _list_files(files), now)


def enter_result(workspace: Workspace, name: str, sha256: str, result: str, *, now: datetime.datetime) -> None:
    """Enter the hash of a result's file, before it is written: a file that the log does not know was changed by somebody."""
    with workspace.exclusive():
        entries = read_seals(workspace)
        if not any(entry.what == "told" and entry.protocol == sha256 and entry.by == result for entry in entries):
            _append(workspace, entries, "told", name, sha256, result, now)


def _list_files(files: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {sha256[:16]}" for name, sha256 in files.items())


def check_seal(entries: tuple[SealEntry, ...], protocol: Protocol, sha256: str) -> CheckResult:
    """Whether the protocol was settled before its outcomes could be known: passed before the first day, failed after the last.

    Between them nothing tells. Outcomes so far could be known, and no log shows who had looked.
    """
    question = "Were question and analysis settled before the outcome was looked at?"
    seal = next(entry for entry in entries if entry.what == "sealed" and entry.protocol == sha256)
    day = datetime.date.fromisoformat(seal.at[:10])
    opened = [
        entry
        for entry in entries
        if entry.what == "opened" and entry.name == protocol.name and entry.number < seal.number
    ]
    told = f"Sealed on {format_day(day)} as {sha256[:12]}"
    if opened:
        return failed(SEALED, question, f"{told}, after outcomes of an earlier version had been opened.")
    first, last = protocol.span
    if day > last:
        return failed(
            SEALED,
            question,
            f"{told}, after the {protocol.subject} had ended on {format_day(last)}: its outcome could be known by then.",
        )
    if day >= first:
        return not_applicable(
            SEALED,
            question,
            f"{told}, on day {(day - first).days + 1} of {(last - first).days + 1}: what had happened by then could be known, and "
            "nothing shows whether anybody had looked.",
        )
    return passed(SEALED, question, f"{told}, before the first day, {format_day(first)}.")


def protocol_folder(workspace: Workspace, name: str, sha256: str) -> Path:
    return workspace.root / "evaluations" / name / sha256[:12]


def _append(
    workspace: Workspace,
    entries: tuple[SealEntry, ...],
    what: Literal["sealed", "opened", "read", "told"],
    name: str,
    sha256: str,
    by: str,
    now: datetime.datetime,
) -> SealEntry:
    previous = entries[-1].sha256 if entries else _FIRST
    entry = SealEntry(
        len(entries) + 1, what, name, sha256, now.isoformat(timespec="seconds"), by.strip(), previous
    ).closed()
    lines = [json.dumps(asdict(each), sort_keys=True, ensure_ascii=False) for each in (*entries, entry)]
    workspace.write_atomically(workspace.root / LOG, "\n".join(lines) + "\n")
    return entry
