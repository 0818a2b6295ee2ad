"""People of an evaluation, from CSV files beside its protocol: who they are alike in at once, what became of them only when asked for."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.protocols.matched_groups import MatchedGroupsProtocol
from safeground.engine.evaluation.trial_files import read_rows

Floats = NDArray[np.float64]
_YES, _NO = frozenset({"y", "yes", "1", "true"}), frozenset({"n", "no", "0", "false"})
_ENDLESS = 1e9
"""A count or a score beyond this is a slip of the keyboard."""


@dataclass(frozen=True, eq=False)
class PeopleData:
    """People as they stood before. took_part: bool, (people,); covariates: (people, things); exactly: codes, (people,), or None;
    finished: bool of those who took part, or None. outcomes_known: columns of the file of outcomes, None where it is not there yet.
    fingerprint: SHA-256 of the file of people. open_outcomes: by outcome, (people,), NaN where not followed up; nothing else reads them.
    """

    took_part: NDArray[np.bool_]
    covariates: Floats
    exactly: NDArray[np.int64] | None
    finished: NDArray[np.bool_] | None
    fingerprint: str
    outcomes_known: frozenset[str] | None
    open_outcomes: Callable[[], Mapping[str, Floats]]
    sources: tuple[str, ...]


def read_people_files(protocol: MatchedGroupsProtocol, folder: Path) -> PeopleData:
    """The people of a protocol; of outcomes the names of their columns alone. Raises EvaluationRefused for a file that is not one."""
    path, outcomes = folder / protocol.files.people, folder / protocol.files.outcomes
    things = [each.name for each in protocol.match_on]
    rows = read_rows(path, needed=("person", "took_part", *things, *protocol.exactly))
    at = number_people(path, rows)
    has_finished = bool(rows) and "finished" in rows[0][1]
    strata = [tuple(row[name] for name in protocol.exactly) for _, row in rows]
    return PeopleData(
        took_part=np.array([read_flag(path, line, row, "took_part") for line, row in rows], dtype=bool),
        covariates=np.array([[read_number(path, line, row, name) for name in things] for line, row in rows]),
        exactly=np.unique(strata, axis=0, return_inverse=True)[1].ravel() if protocol.exactly and rows else None,
        finished=np.array(
            [bool(row["finished"]) and read_flag(path, line, row, "finished") for line, row in rows], dtype=bool
        )
        if has_finished
        else None,
        fingerprint=hashlib.sha256(path.read_bytes()).hexdigest(),
        outcomes_known=read_header(outcomes),
        open_outcomes=partial(_read_outcomes, outcomes, at, [outcome.name for outcome in protocol.outcomes]),
        sources=(protocol.files.people, protocol.files.outcomes),
    )


def number_people(path: Path, rows: Sequence[tuple[int, Mapping[str, str]]]) -> dict[str, int]:
    """The row of each person, from 0. Raises EvaluationRefused where one has no pseudonym or stands twice."""
    at: dict[str, int] = {}
    for line, row in rows:
        if not row["person"]:
            raise EvaluationRefused(f"{path}, line {line}: person is empty; give everybody a pseudonym.")
        if row["person"] in at:
            raise EvaluationRefused(
                f"{path}, line {line}: this person stands in an earlier line too; give each one row."
            )
        at[row["person"]] = len(at)
    return at


def read_header(path: Path) -> frozenset[str] | None:
    """The columns of a file, no row of it; None where it is not there."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return frozenset(name.strip().lower() for name in next(csv.reader(file), []))
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise EvaluationRefused(f"{path} is not UTF-8; save it as CSV UTF-8.") from None


def read_flag(path: Path, line: int, row: Mapping[str, str], name: str) -> bool:
    """Y or N, in any of the ways they are written."""
    text = row[name].lower()
    if text not in _YES | _NO:
        raise EvaluationRefused(f"{path}, line {line}: {name} is {row[name]!r}; write Y or N.")
    return text in _YES


def read_number(
    path: Path, line: int, row: Mapping[str, str], name: str, *, least: float = -_ENDLESS, may_lack: bool = False
) -> float:
    """A number, or Y and N as 1 and 0; NaN for an empty cell where one may be."""
    text = row[name].lower()
    if not text and may_lack:
        return math.nan
    if text in ("y", "yes", "n", "no", "true", "false"):
        return float(text in _YES)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= _ENDLESS:
        what = (
            "is empty; leave the person out, or give missing ones a column of their own"
            if not text
            else f"is {row[name]!r}"
        )
        raise EvaluationRefused(
            f"{path}, line {line}: {name} {what}; write a number{' from 0 on' if least == 0 else ''}."
        )
    return number


def _read_outcomes(path: Path, at: Mapping[str, int], names: Sequence[str]) -> dict[str, Floats]:
    """A person of whom there is no row was not followed up. One who is in no row of people is refused: nobody would miss them."""
    rows = read_rows(path, needed=("person", *names))
    number_people(path, rows)
    found = {name: np.full(len(at), math.nan) for name in names}
    for line, row in rows:
        if row["person"] not in at:
            raise EvaluationRefused(f"{path}, line {line}: this person is not among the people; take the row out.")
        for name in names:
            found[name][at[row["person"]]] = read_number(path, line, row, name, least=0, may_lack=True)
    return found
