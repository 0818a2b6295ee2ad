"""Which records of one list may be of the same event as one in another, where neither names anybody.

A record has a candidate where one in the other list lies at the same time and place and is of somebody of the same sex and age, as far
as both say. Some candidates are there by chance: how many, the same records tell when they are moved by whole weeks, to a time as busy
when no true partner can be there. What leaves here are counts; no pair of records is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.measures.happenings import Happenings

_WEEK = 7 * 24 * 60
_LONGEST = 24 * 60
"""Minutes. Who knows no more than the day when it happened cannot be found by the time."""


@dataclass(frozen=True)
class LinkRule:
    """What makes a candidate. minutes: how far apart in time; years: in age; metres: in place, where both have a point, else the same
    ward or district, as far as both say."""

    minutes: int = 120
    years: int = 1
    metres: float = 500.0


WEEKS = (-4, -3, -2, -1, 1, 2, 3, 4)
"""By how much records are moved to see what chance finds."""


@dataclass(frozen=True, eq=False)
class Links:
    """Events of a list by whether they have a candidate in each of k other lists.

    found: shape (2,) * k, how many have one (index 1) or not. by_chance: the same for the events moved by whole weeks, each as often as
    it stays within what the others cover. timeless: events left out, for they have no time.
    """

    found: NDArray[np.int64]
    by_chance: NDArray[np.int64]
    timeless: int

    @property
    def events(self) -> int:
        return int(self.found.sum())


def find_links(
    records: Happenings, others: Sequence[Happenings], *, rule: LinkRule = LinkRule(), weeks: Sequence[int] = WEEKS
) -> Links:
    """How many events of a list have candidates in the others, in truth and by chance.

    2,000 records against 20,000 are some 100,000 comparisons for each of the nine times: under a second.
    """
    timed = records.select(records.has_time)
    ready = [_by_start(other) for other in others]
    shape = (2,) * len(others)
    found = _count(timed, ready, rule, 0, shape)
    by_chance = np.zeros(shape, dtype=np.int64)
    for shift in weeks:
        minutes = shift * _WEEK
        inside = np.ones(len(timed), dtype=bool)
        for other in ready:
            if len(other):
                inside &= (timed.start + minutes >= other.start[0]) & (timed.start + minutes <= other.start[-1])
        by_chance += _count(timed.select(inside), ready, rule, minutes, shape)
    return Links(found, by_chance, records.events - timed.events)


def _by_start(other: Happenings) -> Happenings:
    usable = other.select(other.has_time & (other.end - other.start <= _LONGEST))
    return usable.select(np.argsort(usable.start, kind="stable"))


def _count(
    records: Happenings, others: Sequence[Happenings], rule: LinkRule, moved: int, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """Events by whether they have a candidate in each of the others."""
    events, place = np.unique(records.event, return_inverse=True)
    has = np.zeros((len(others), len(events)), dtype=np.int64)
    for number, other in enumerate(others):
        np.maximum.at(has[number], place, _has_candidate(records, other, rule, moved).astype(np.int64))
    counts = np.zeros(shape, dtype=np.int64)
    np.add.at(counts, tuple(has), 1)
    return counts


def _has_candidate(records: Happenings, other: Happenings, rule: LinkRule, moved: int) -> NDArray[np.bool_]:
    start, end = records.start + moved, records.end + moved
    first = np.searchsorted(other.start, start - rule.minutes - _LONGEST, side="left")
    last = np.searchsorted(other.start, end + rule.minutes, side="right")
    number = last - first
    mine = np.repeat(np.arange(len(records)), number)
    theirs = np.arange(len(mine)) - np.repeat(np.cumsum(number) - number, number) + np.repeat(first, number)
    agrees = other.end[theirs] >= start[mine] - rule.minutes
    mine, theirs = mine[agrees], theirs[agrees]
    agrees = _same_person(records, other, mine, theirs, rule) & _same_place(records, other, mine, theirs, rule)
    found = np.zeros(len(records), dtype=bool)
    found[mine[agrees]] = True
    return found


def _same_person(
    one: Happenings, two: Happenings, mine: NDArray[np.int64], theirs: NDArray[np.int64], rule: LinkRule
) -> NDArray[np.bool_]:
    """Sex and age agree as far as both say."""
    sex, other_sex = one.sex[mine], two.sex[theirs]
    alike = (sex == other_sex) | (sex == "") | (other_sex == "")
    apart = np.abs(one.age[mine] - two.age[theirs])
    young, other_young = one.under_25[mine], two.under_25[theirs]
    bands = (young == other_young) | (young < 0) | (other_young < 0)
    return np.asarray(alike & np.where(np.isnan(apart), bands, apart <= rule.years))


def _same_place(
    one: Happenings, two: Happenings, mine: NDArray[np.int64], theirs: NDArray[np.int64], rule: LinkRule
) -> NDArray[np.bool_]:
    """Near where both have a point; else in the same ward, or district, as far as both say."""
    metres = np.hypot(one.easting[mine] - two.easting[theirs], one.northing[mine] - two.northing[theirs])
    agree = [
        (named[mine] == known[theirs]) | (named[mine] == None) | (known[theirs] == None)  # noqa: E711
        for named, known in ((one.ward, two.ward), (one.district, two.district))
    ]
    return np.asarray(np.where(np.isnan(metres), agree[0] & agree[1], metres <= rule.metres)).astype(bool)
