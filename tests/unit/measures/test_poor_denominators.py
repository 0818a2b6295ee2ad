"""Town centres: much crime for each resident, and much of it where people shop."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError

from safeground.engine.catalogue import load_catalogue
from safeground.engine.measures import AreaPeriodMatrix, PeriodKind, flag_poor_denominators, get_periods

MONTH = get_periods(PeriodKind.MONTH, [datetime.date(2025, 6, 1)])
RULE = load_catalogue("essex").poor_denominator.model_copy(update={"visitor_offences": ("Shoplifting",)})
"""Small areas: 4 times the average, or 3 with 15% visitor offences. Larger ones: 2.5, or 2."""


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


# Twenty other areas have 15 crimes for 1,000 residents each. An area's own crimes raise the average that it is measured by.
@pytest.mark.parametrize(
    ("why", "shoplifting", "violence", "people", "is_small_area", "is_flagged"),
    [
        ("very much crime, none of it in shops", 0, 75, 1000, True, True),
        ("much crime, some of it in shops", 10, 45, 1000, True, True),
        ("much crime, none of it in shops: an estate", 0, 55, 1000, True, False),
        ("much crime, but a larger area needs less", 0, 55, 1000, False, True),
        ("some crime in a larger area, some of it in shops", 6, 30, 1000, False, True),
        ("some crime in a larger area, none of it in shops", 0, 36, 1000, False, False),
        ("little crime, much of it in shops", 10, 5, 1000, True, False),
        ("nobody lives there", 0, 0, 0, True, True),
        ("a month is missing", np.nan, 600, 1000, True, False),
    ],
)
def test_what_shows_that_many_more_people_come_than_live_here(
    why, shoplifting, violence, people, is_small_area, is_flagged
):
    crimes = crimes_of(Shoplifting=[shoplifting, *[1] * 20], Violence=[violence, *[14] * 20])
    flags = flag_poor_denominators(
        crimes, np.array([people, *[1000.0] * 20]), RULE, MONTH[0], is_small_area=is_small_area
    )
    assert flags.tolist() == [is_flagged, *[False] * 20], why


def test_the_second_witness_asks_for_less_than_the_first_alone():
    with pytest.raises(ValidationError, match="the lower of the two"):
        type(RULE.small_area)(times_the_average=3, times_with_visitors=4)
