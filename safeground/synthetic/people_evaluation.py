"""The files of ready examples about people: a made-up mentoring scheme, a campaign and scores before and after, with what was planned."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from safeground.synthetic.streams import random_stream

MENTORED_RATIO = 0.65
"""Planned: among mentored young people 65 arrests for each 100 that they would have had. Visits to a dentist not at all."""
SAID_BEFORE, SAID_AFTER, SAID_ELSEWHERE = 0.42, 0.6, 0.44
"""Planned: who feels equipped to talk, before; after where the campaign was; and after elsewhere."""
SCORE_CHANGE = -2.5
"""Planned: points of difficulty, of which half would have come without help."""
_PEOPLE, _ASKED, _SCHOOLS, _HELPED = 900, 640, 32, 90
_LOST = 0.08


def make_mentoring_files(*, seed: int = 7) -> dict[str, str]:
    """people.csv and outcomes.csv by name, the same for the same seed. Who was arrested before comes to a mentor more often."""
    rng = random_stream(seed, "people evaluation", "mentoring")
    past, age = rng.poisson(1.4, _PEOPLE), rng.integers(14, 20, _PEOPLE)
    suspended, district = rng.poisson(0.8, _PEOPLE), rng.integers(1, 4, _PEOPLE)
    took_part = rng.random(_PEOPLE) < special.expit(-2.5 + 0.4 * past + 0.25 * suspended - 0.1 * (age - 16))
    finished = took_part & (rng.random(_PEOPLE) < 0.8)
    level = 0.35 * (1 + past) * np.exp(0.1 * suspended) * rng.gamma(3, 1 / 3, _PEOPLE)
    arrests = rng.poisson(level * np.where(took_part, MENTORED_RATIO, 1.0))
    injuries = rng.poisson(0.35 * level * np.where(took_part, 0.8, 1.0))
    dentist = rng.poisson(1.5, _PEOPLE)
    people = (
        (f"P{row:04d}", _flag(took_part[row]), _flag(finished[row]) if took_part[row] else "", past[row], suspended[row], age[row],
         f"District {district[row]}")
        for row in range(_PEOPLE)
    )  # fmt: skip
    known = np.flatnonzero(rng.random(_PEOPLE) > _LOST)
    outcomes = ((f"P{row:04d}", arrests[row], injuries[row], dentist[row]) for row in known)
    return {
        "people.csv": _write(
            ("person", "took_part", "finished", "arrests_before", "suspensions_before", "age", "district"), people
        ),
        "outcomes.csv": _write(("person", "arrests", "injuries", "dentist"), outcomes),
    }


def make_campaign_files(*, seed: int = 7) -> dict[str, str]:
    """answers.csv: two waves here and elsewhere, asked in schools, whose pupils answer alike in part."""
    rng = random_stream(seed, "people evaluation", "campaign")
    rows = []
    for place, after in (("here", SAID_AFTER), ("elsewhere", SAID_ELSEWHERE)):
        for wave, share in (("before", SAID_BEFORE), ("after", after)):
            school = rng.integers(0, _SCHOOLS, _ASKED)
            lean = rng.normal(0, 0.25, _SCHOOLS)[school]
            equipped = special.ndtri(share) + lean + rng.normal(0, 1, _ASKED) > 0
            afraid = special.ndtri(0.3) + lean + rng.normal(0, 1, _ASKED) > 0
            weight = rng.choice([0.8, 1.0, 1.4], _ASKED)
            rows += [
                (wave, place, f"{place} school {school[row]:02d}", weight[row], _flag(equipped[row]),
                 "" if rng.random() < 0.03 else _flag(afraid[row]))
                for row in range(_ASKED)
            ]  # fmt: skip
    return {"answers.csv": _write(("wave", "place", "cluster", "weight", "equipped", "afraid"), rows)}


def make_score_files(*, seed: int = 7) -> dict[str, str]:
    """before.csv and after.csv: total difficulties of people who were helped, and of people who waited."""
    rng = random_stream(seed, "people evaluation", "scores")
    helped = np.arange(2 * _HELPED) < _HELPED
    before = np.clip(np.round(rng.normal(18, 5, 2 * _HELPED)), 0, 40)
    change = np.where(helped, SCORE_CHANGE, SCORE_CHANGE / 2) + rng.normal(0, 3.5, 2 * _HELPED)
    after = np.clip(np.round(before + change), 0, 40)
    kept = np.flatnonzero(rng.random(2 * _HELPED) > _LOST)
    return {
        "before.csv": _write(
            ("person", "helped", "difficulties"),
            ((f"P{row:04d}", _flag(helped[row]), int(before[row])) for row in range(2 * _HELPED)),
        ),
        "after.csv": _write(("person", "difficulties"), ((f"P{row:04d}", int(after[row])) for row in kept)),
    }


PEOPLE_EXAMPLES: Final[Mapping[str, Callable[[], dict[str, str]]]] = MappingProxyType({
    "mentoring_evaluation": make_mentoring_files,
    "campaign_survey": make_campaign_files,
    "outcome_scores": make_score_files,
})  # fmt: skip
"""The files of each, by the folder of its protocol."""


def write_people_example(folder: Path, files: dict[str, str], *, protocol: str) -> None:
    """A protocol and its files into a folder. Files that are there already are written over."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"protocol.yaml": protocol, **files}.items():
        (folder / name).write_text(text, encoding="utf-8")


def _flag(is_so: np.bool_ | NDArray[np.bool_]) -> str:
    return "Y" if is_so else "N"


def _write(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
