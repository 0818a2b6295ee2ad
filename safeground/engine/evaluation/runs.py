"""Which evaluations a workspace holds: of each name the version that was sealed last and run, and those that wait to be."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from safeground.engine.catalogue import DefinitionsError
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.kept import RESULT, Result, read_result
from safeground.engine.evaluation.protocols import Protocol, read_protocol
from safeground.engine.evaluation.sealing import SealEntry, protocol_folder, read_seals
from safeground.engine.workspace import Workspace


@dataclass(frozen=True)
class KeptEvaluation:
    """An evaluation as its file has it. `name`: of the file, in the workspace; `sha256`: of its bytes. `sealed_again`: the day on which a
    later version of its protocol was sealed, where one was and has not been run."""

    result: Result
    name: str
    sha256: str
    sealed_again: datetime.date | None = None


@dataclass(frozen=True)
class WaitingProtocol:
    """A protocol that was sealed, and of which no result is told. `opened`: the day on which its outcomes were, though nothing came of
    it; `was_run`: a result is here, of another version of the file."""

    protocol: Protocol
    sealed: datetime.date
    was_run: bool
    opened: datetime.date | None = None


@dataclass(frozen=True)
class EvaluationRuns:
    """What a workspace holds, by name."""

    kept: tuple[KeptEvaluation, ...] = ()
    waiting: tuple[WaitingProtocol, ...] = ()


def read_runs(workspace: Workspace) -> EvaluationRuns:
    """The evaluations of a workspace, as its log has them: a folder that no seal names is none.

    Raises EvaluationRefused for a log that was changed, or a file that cannot be read.
    """
    log = read_seals(workspace)
    seals = [entry for entry in log if entry.what == "sealed"]
    kept: list[KeptEvaluation] = []
    waiting: list[WaitingProtocol] = []
    for name in sorted({entry.name for entry in seals}):
        own = [entry for entry in seals if entry.name == name]
        found = _find_newest(workspace, own, log)
        if found is not None:
            kept.append(found)
        elif (waits := _read_waiting(workspace, own[-1], log)) is not None:
            waiting.append(waits)
    return EvaluationRuns(tuple(kept), tuple(waiting))


def _find_newest(workspace: Workspace, seals: Sequence[SealEntry], log: Sequence[SealEntry]) -> KeptEvaluation | None:
    for entry in reversed(seals):
        path = protocol_folder(workspace, entry.name, entry.protocol) / RESULT
        if not path.exists():
            continue
        content = path.read_bytes()
        shown_as = path.relative_to(workspace.root).as_posix()
        result = read_result(content.decode("utf-8", "replace"), shown_as=shown_as)
        if result is None:
            continue
        if result.evaluation.sha256 != entry.protocol:
            raise EvaluationRefused(f"{shown_as} is of another protocol than its folder; restore it from a copy.")
        sha256 = hashlib.sha256(content).hexdigest()
        told = {each.by for each in log if each.what == "told" and each.protocol == entry.protocol}
        if told and sha256 not in told:
            raise EvaluationRefused(
                f"{shown_as} is not as it was written; restore it from a copy, or run its protocol again: safeground evaluate"
            )
        again = None if entry is seals[-1] else _day(seals[-1])
        return KeptEvaluation(result, shown_as, sha256, again)
    return None


def _read_waiting(workspace: Workspace, entry: SealEntry, log: Sequence[SealEntry]) -> WaitingProtocol | None:
    """None where this version of Safeground cannot read the protocol: nobody can say then whom it may be told to."""
    folder = protocol_folder(workspace, entry.name, entry.protocol)
    try:
        protocol = read_protocol(folder / "protocol.yaml")
    except DefinitionsError:
        return None
    opened = [_day(each) for each in log if each.what == "opened" and each.protocol == entry.protocol]
    return WaitingProtocol(protocol, _day(entry), (folder / RESULT).exists(), min(opened, default=None))


def _day(entry: SealEntry) -> datetime.date:
    return datetime.date.fromisoformat(entry.at[:10])
