"""What is true of the county's people, as numbers: how old, how often, in which roles, and beside domestic abuse or not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from safeground.synthetic.assaults import Assaults
from safeground.synthetic.people import AGES
from safeground.synthetic.persons import AGE_CURVES, Persons

_YEAR = 365
PLANTED_AGES = {"rises_from": 12, "peaks_at": 15, "rises_again_at": 17}
"""Of the curve of the young: it rises from the first, is highest at the second, and rises to the third after a dip."""


def truth_of_people(assaults: Assaults, counted: np.ndarray) -> Mapping[str, object]:
    """People of the assaults that count: (n,) bool. Other assaults are those that the police recorded and let stand.

    For each role the different people; those in two or more that count; in another assault of any kind in that role; in the other role;
    connected to a domestic one in either role; listings that follow another within 365 days, of those with a whole year drawn before
    them; and listings by single year of age.
    """
    roles = {"victims": assaults.victims, "suspects": assaults.suspects}
    live = assaults.is_live
    return {
        "planted_ages": PLANTED_AGES,
        "planted_shares_of_the_young": {
            str(age): round(share, 5)
            for age, share in zip(AGES.tolist(), np.diff(AGE_CURVES["young"], prepend=0.0).tolist(), strict=True)
            if 10 <= age <= 24
        },
        **{
            name: _of_role(assaults, persons, other, counted & live, live)
            for (name, persons), other in zip(roles.items(), reversed(roles.values()), strict=True)
        },
    }


def _of_role(
    assaults: Assaults, persons: Persons, other: Persons, counted: np.ndarray, live: np.ndarray
) -> dict[str, object]:
    is_counted, is_live = counted[persons.assault], live[persons.assault]
    people = np.unique(persons.number[is_counted])
    domestic = np.concatenate([
        each.number[live[each.assault] & assaults.what.domestic[each.assault]] for each in (persons, other)
    ])  # fmt: skip
    return {
        "people": len(people),
        "in_two_or_more": int((np.unique(persons.number[is_counted], return_counts=True)[1] > 1).sum()),
        "in_another": int(np.isin(people, _more_than_once(persons.number[is_live])).sum()),
        "in_the_other_role": int(np.isin(people, other.number[live[other.assault]]).sum()),
        "domestic_connection": int(np.isin(people, domestic).sum()),
        "within_a_year": _within_a_year(assaults, persons, is_counted, is_live),
        "by_age": {
            str(age): int((persons.age[is_counted] == age).sum()) for age in np.unique(persons.age[is_counted]).tolist()
        },
    }


def _more_than_once(numbers: np.ndarray) -> np.ndarray:
    found, times = np.unique(numbers, return_counts=True)
    return found[times > 1]


def _within_a_year(assaults: Assaults, persons: Persons, is_counted: np.ndarray, is_live: np.ndarray) -> dict[str, int]:
    first = np.datetime64(f"{assaults.months[0]}-01").astype(np.int64)
    day = assaults.recorded.astype(np.int64)[persons.assault]
    days_of: dict[int, list[int]] = {}
    for number, when in zip(persons.number[is_live].tolist(), day[is_live].tolist(), strict=True):
        days_of.setdefault(number, []).append(when)
    asked = np.flatnonzero(is_counted & (day - _YEAR >= first))
    follows = [
        any(when - _YEAR <= earlier < when for earlier in days_of[number])
        for number, when in zip(persons.number[asked].tolist(), day[asked].tolist(), strict=True)
    ]
    return {"asked": len(asked), "follow": int(sum(follows))}
