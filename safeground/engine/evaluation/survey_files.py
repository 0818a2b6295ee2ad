"""Answers to a survey from a CSV file beside its protocol: who was asked at once, what they said only when asked for."""

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
from safeground.engine.evaluation.people_files import read_flag, read_header, read_number
from safeground.engine.evaluation.protocols.campaign_survey import CampaignSurveyProtocol
from safeground.engine.evaluation.trial_files import read_rows

_WORDS = {"wave": ("before", "after"), "place": ("here", "elsewhere")}
_NEEDED = {
    "before_after": ("wave",),
    "same_people": ("person", "wave"),
    "before_after_elsewhere": ("wave", "place"),
    "seen_and_not": ("saw_it",),
}


@dataclass(frozen=True, eq=False)
class SurveyAnswers:
    """Who was asked, rows of the file. is_after, is_here, weight, cluster: (rows,), cluster None where answers are each by themselves;
    of `seen_and_not` is_after says who saw it. person: of `same_people`, codes. outcomes_known: columns of the file, None where it is not
    there yet. open_outcomes: by outcome 1, 0 and NaN, (rows,)."""

    is_after: NDArray[np.bool_]
    is_here: NDArray[np.bool_]
    weight: NDArray[np.float64]
    cluster: NDArray[np.int64] | None
    person: NDArray[np.int64] | None
    fingerprint: str
    outcomes_known: frozenset[str] | None
    open_outcomes: Callable[[], Mapping[str, NDArray[np.float64]]]
    sources: tuple[str, ...]

    def of(self, *, after: bool, here: bool = True) -> NDArray[np.bool_]:
        """Rows of one side."""
        return np.asarray((self.is_after == after) & (self.is_here == here))


def read_survey_files(protocol: CampaignSurveyProtocol, folder: Path) -> SurveyAnswers:
    """Who was asked. Before the file is there nobody was. Raises EvaluationRefused for a file that is not one.

    The file is no part of the fingerprint: it comes after the seal, and what it says is the outcome.
    """
    path, comparison = folder / protocol.files.answers, protocol.comparison
    header = read_header(path)
    rows = [] if header is None else read_rows(path, needed=_NEEDED[comparison])

    def flags(name: str) -> NDArray[np.bool_]:
        if name not in _NEEDED[comparison]:
            return np.ones(len(rows), dtype=bool)
        return np.array([_read_word(path, line, row, name) for line, row in rows], dtype=bool)

    has = frozenset() if header is None else header
    weights = (
        [read_number(path, line, row, "weight", least=0) for line, row in rows]
        if "weight" in has
        else [1.0] * len(rows)
    )
    if any(weight == 0 for weight in weights):
        raise EvaluationRefused(f"{path} has a weight of 0; leave the row out, or give a weight above 0.")
    return SurveyAnswers(
        is_after=flags("saw_it" if comparison == "seen_and_not" else "wave"),
        is_here=flags("place"),
        weight=np.array(weights, dtype=np.float64),
        cluster=_code([row["cluster"] for _, row in rows]) if "cluster" in has else None,
        person=_code([row["person"] for _, row in rows]) if comparison == "same_people" else None,
        fingerprint=hashlib.sha256(b"answers come after the seal").hexdigest(),
        outcomes_known=header,
        open_outcomes=partial(_read_answers, path, [outcome.name for outcome in protocol.outcomes]),
        sources=(protocol.files.answers,),
    )


def _read_word(path: Path, line: int, row: Mapping[str, str], name: str) -> bool:
    """Whether a row is of the survey after, of here, or saw it."""
    if name == "saw_it":
        return read_flag(path, line, row, name)
    if (word := row[name].lower()) not in _WORDS[name]:
        raise EvaluationRefused(f"{path}, line {line}: {name} is {row[name]!r}; write {' or '.join(_WORDS[name])}.")
    return word in ("after", "here")


def _code(words: list[str]) -> NDArray[np.int64]:
    return np.asarray(np.unique(np.array(words, dtype=str), return_inverse=True)[1], dtype=np.int64)


def _read_answers(path: Path, names: list[str]) -> dict[str, NDArray[np.float64]]:
    rows = read_rows(path, needed=tuple(names))
    return {
        name: np.array([float(read_flag(path, line, row, name)) if row[name] else math.nan for line, row in rows])
        for name in names
    }
