"""Scores before and after from CSV files beside a protocol: the first asking at once, the second only when asked for."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.people_files import number_people, read_flag, read_header, read_number
from safeground.engine.evaluation.protocols.outcome_scores import OutcomeScoresProtocol, Tool
from safeground.engine.evaluation.trial_files import read_rows

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScoreData:
    """The first asking: by questionnaire (people,), NaN where it was not filled in. helped: bool, (people,), all true if nobody waited.
    outcomes_known: columns of the second, None where it is not there yet. open_outcomes: by questionnaire (people,), NaN where
    not asked again."""

    before: Mapping[str, Floats]
    helped: NDArray[np.bool_]
    fingerprint: str
    outcomes_known: frozenset[str] | None
    open_outcomes: Callable[[], Mapping[str, Floats]]
    sources: tuple[str, ...]


def read_score_files(protocol: OutcomeScoresProtocol, folder: Path) -> ScoreData:
    """The first asking; of the second the names of its columns alone. Raises EvaluationRefused for a file that is not one."""
    path, after = folder / protocol.files.before, folder / protocol.files.after
    needed = ("person", *(tool.name for tool in protocol.tools))
    rows = read_rows(path, needed=(*needed, "helped") if protocol.has_people_who_waited else needed)
    at = number_people(path, rows)
    helped = [not protocol.has_people_who_waited or read_flag(path, line, row, "helped") for line, row in rows]
    return ScoreData(
        before={
            tool.name: np.array([_read_score(path, line, row, tool) for line, row in rows]) for tool in protocol.tools
        },
        helped=np.array(helped, dtype=bool),
        fingerprint=hashlib.sha256(path.read_bytes()).hexdigest(),
        outcomes_known=read_header(after),
        open_outcomes=partial(_read_second, after, at, protocol.tools),
        sources=(protocol.files.before, protocol.files.after),
    )


def _read_score(path: Path, line: int, row: Mapping[str, str], tool: Tool) -> float:
    score = read_number(path, line, row, tool.name, may_lack=True)
    if not (math.isnan(score) or tool.lowest <= score <= tool.highest):
        raise EvaluationRefused(
            f"{path}, line {line}: {tool.name} is {score:g}, and {tool.questionnaire} goes from {tool.lowest:g} to {tool.highest:g}; "
            "mend the score or the range."
        )
    return score


def _read_second(path: Path, at: Mapping[str, int], tools: tuple[Tool, ...]) -> dict[str, Floats]:
    rows = read_rows(path, needed=("person", *(tool.name for tool in tools)))
    number_people(path, rows)
    found = {tool.name: np.full(len(at), math.nan) for tool in tools}
    for line, row in rows:
        if row["person"] not in at:
            raise EvaluationRefused(f"{path}, line {line}: this person was not asked before; take the row out.")
        for tool in tools:
            found[tool.name][at[row["person"]]] = _read_score(path, line, row, tool)
    return found
