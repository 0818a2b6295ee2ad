"""What the police wrote down of what happened: true where they wrote anything, and silent where nobody asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safeground.synthetic.assaults import Assaults
from safeground.synthetic.offences import DWELLING, LISTED_CLASSES, OFFENCES, ONLINE, USED, VEHICLE
from safeground.synthetic.streams import random_stream

#: Shares of crimes of which the extract does not say it.
DOMESTIC_MISSING, PLACE_MISSING, WEAPON_MISSING, COUNTY_LINES_NOT_ASSESSED, GANG_MISSING = 0.02, 0.08, 0.15, 0.60, 0.10
#: Of knife crimes, the share without the force's own flag; of all, the share that the national method has not reached.
FORCE_FLAG_MISSED, NATIONAL_FLAG_NOT_ASSESSED = 0.25, 0.05
YES, NO, UNKNOWN = 1, 0, -1


@dataclass(frozen=True, eq=False)
class PoliceRecord:
    """Of each assault, what the extract states; (n,) bool. `is_blank`: where it does not, the cell is blank rather than a word for it."""

    domestic: np.ndarray
    place: np.ndarray
    weapon: np.ndarray
    county_lines: np.ndarray
    gang: np.ndarray
    is_blank: np.ndarray


def make_police_record(assaults: Assaults, *, is_complete: bool = False) -> PoliceRecord:
    """Draw what was left out, month by month, so that a month is the same whatever other months there are.

    is_complete: nothing was left out, for a test that what is counted is what happened.
    """
    missing = (DOMESTIC_MISSING, PLACE_MISSING, WEAPON_MISSING, COUNTY_LINES_NOT_ASSESSED, GANG_MISSING)
    stated = np.empty((len(missing), len(assaults)), dtype=bool)
    blank = np.empty(len(assaults), dtype=bool)
    for position, month in enumerate(assaults.months):
        rng = random_stream(assaults.county.seed, assaults.county.territory.name, "police record", month)
        rows = np.flatnonzero(assaults.month == position)
        stated[:, rows] = is_complete | (rng.random((len(missing), len(rows))) >= np.array(missing)[:, None])
        blank[rows] = rng.random(len(rows)) < 0.5
    return PoliceRecord(*stated, blank)


def judge_as_recorded(assaults: Assaults, record: PoliceRecord) -> np.ndarray:
    """YES, NO or UNKNOWN for each: whether the table "Serious violence (VV)" takes in what is written, in Kleene's logic.

    What the police do not know, and what is not live, is NO.
    """
    what = assaults.what
    listed = np.array([offence.ho_class in LISTED_CLASSES for offence in OFFENCES])[what.offence]
    armed = (what.use == USED) & (what.weapon < VEHICLE)
    outside = (what.setting != DWELLING) & (what.setting != ONLINE)
    parts = np.stack([
        np.where(assaults.is_live & listed, YES, NO),
        np.where(record.domestic, ~what.domestic, UNKNOWN),
        np.where(record.place, outside, UNKNOWN),
        _any([
            np.where(record.weapon, armed, UNKNOWN), np.where(record.county_lines, what.county_lines, UNKNOWN),
            np.where(record.gang, what.gang, UNKNOWN),
        ]),
    ])  # fmt: skip
    return np.where((parts == NO).any(axis=0), NO, np.where((parts == UNKNOWN).any(axis=0), UNKNOWN, YES))


def _any(parts: list[np.ndarray]) -> np.ndarray:
    found = np.stack(parts)
    return np.where((found == YES).any(axis=0), YES, np.where((found == UNKNOWN).any(axis=0), UNKNOWN, NO))


def knife_flags(assaults: Assaults, month: int) -> tuple[np.ndarray, np.ndarray]:
    """The force's own flag and the national one of a month's rows, as written."""
    rows = np.flatnonzero(assaults.month == month)
    rng = random_stream(assaults.county.seed, assaults.county.territory.name, "knife flags", assaults.months[month])
    knife = assaults.what.is_knife[rows]
    own = np.where(knife & (rng.random(len(rows)) >= FORCE_FLAG_MISSED), "Y", "N")
    national = np.where(rng.random(len(rows)) < NATIONAL_FLAG_NOT_ASSESSED, "Not assessed", np.where(knife, "Y", "N"))
    return own, national
