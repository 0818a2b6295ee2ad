"""Town centres: much crime for each resident, and much of it where people shop."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import numpy as np
import pytest

from safeground.engine.catalogue import load_catalogue
from safeground.engine.measures import AreaPeriodMatrix, PeriodKind, flag_poor_denominators, get_periods

MONTH = get_periods(PeriodKind.MONTH, [datetime.date(2025, 6, 1)])
RULE = load_catalogue("essex").poor_denominator.model_copy(
    update={"times_the_average": 3.0, "visitor_share": 0.25, "visitor_offences": ("Shoplifting",)}
)


def crimes_of(**by_offence):
    areas = tuple(f"E{place}" for place in range(len(next(iter(by_offence.values())))))
    return {
        offence.replace("_", " "): SimpleNamespace(
            definite=AreaPeriodMatrix(
                np.array(numbers, dtype=float)[:, None], areas, MONTH, "lsoa21", np.zeros((len(areas), 1))
            )
        )
        for offence, numbers in by_offence.items()
    }


@pytest.mark.parametrize(
    ("why", "shoplifting", "violence", "people", "is_flagged"),
    [
        ("much crime, much of it in shops", 60, 60, 1000, True),
        ("much crime, little of it in shops", 10, 110, 1000, False),
        ("little crime, much of it in shops", 10, 5, 1000, False),
        ("nobody lives there", 0, 0, 0, True),
        ("a month is missing", np.nan, 60, 1000, False),
    ],
)
def test_both_must_hold(why, shoplifting, violence, people, is_flagged):
    crimes = crimes_of(Shoplifting=[shoplifting, *[1] * 20], Violence=[violence, *[14] * 20])
    flags = flag_poor_denominators(crimes, np.array([people, *[1000.0] * 20]), RULE, MONTH[0])
    assert flags.tolist() == [is_flagged, *[False] * 20], why
