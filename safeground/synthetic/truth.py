"""What was decided about a made-up county, so that whoever analyses its files can be checked against it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from safeground.synthetic.county import County, Territory
from safeground.synthetic.crime import RATE_RATIO_BY_TENTH
from safeground.synthetic.crime_types import CRIME_TYPES, NAMES
from safeground.synthetic.events import NOWHERE, SHARE_OVER_BORDER, SHARE_WITHOUT_LOCATION, MonthEvents
from safeground.synthetic.geography import first_piece
from safeground.synthetic.hot_spots import planned_hot_spots
from safeground.synthetic.points import POINTS_A_PIECE

SCHEMA = 1
#: An event is drawn with its expected place in the force unless it has no location or fell over the border.
SHARE_LOCATED = 1 - SHARE_WITHOUT_LOCATION - SHARE_OVER_BORDER


def planned_truth(county: County) -> dict[str, object]:
    """What was decided before anything was drawn: rates (yearly, per 1,000 residents of mid-2020), ratios, trends, planted areas."""
    return {
        "schema": SCHEMA,
        "seed": county.seed,
        "county": county.name,
        "switch_month": county.switch_month,
        "crime_types": list(NAMES),
        "share_without_location": SHARE_WITHOUT_LOCATION,
        "share_over_border": SHARE_OVER_BORDER,
        "rate_ratio_by_tenth": list(RATE_RATIO_BY_TENTH),
        "gradient": {kind.name: kind.gradient for kind in CRIME_TYPES},
        "forces": {land.name: _planned(land) for land in county.territories},
    }


def count_events(land: Territory, events: MonthEvents) -> dict[str, object]:
    """What was drawn in a month: rows by type, and located rows by district of the force."""
    types = len(CRIME_TYPES)
    piece_of = np.repeat(np.arange(len(land.geography.shapes)), POINTS_A_PIECE)
    own = (events.place != NOWHERE) & (events.place < len(piece_of))
    district = land.geography.district_of[piece_of[events.place[own]]]
    table = np.bincount(district * types + events.kind[own], minlength=len(land.geography.districts) * types)
    return {
        "rows": len(events.kind),
        "rows_without_location": int((events.place == NOWHERE).sum()),
        "rows_over_border": int((events.place >= len(piece_of)).sum()),
        "by_type": dict(zip(NAMES, np.bincount(events.kind, minlength=types).tolist(), strict=True)),
        "by_district": {
            area.code: dict(zip(NAMES, row, strict=True))
            for area, row in zip(land.geography.districts, table.reshape(-1, types).tolist(), strict=True)
        },
    }


def _planned(land: Territory) -> dict[str, object]:
    geography = land.geography
    year = land.months[-12:]
    nothing = np.zeros((len(geography.shapes), len(CRIME_TYPES)))
    expected = sum((land.crime.expected(month) for month in year), nothing) * SHARE_LOCATED
    residents = land.people.residents
    tenth = land.deprivation.tenth2025[geography.lsoa21_of]
    return {
        "code": geography.force.code,
        "months": list(land.months),
        "residents": int(residents.sum()),
        "expected_year": list(year),
        "expected_located_rows": _by_type(expected.sum(axis=0)),
        "districts": {
            area.code: {
                "name": area.name,
                "residents": int(residents[members].sum()),
                "factor": round(float(land.crime.district_factor[position]), 4),
                "yearly_trend": float(land.crime.district_trend[position]),
                "expected_located_rows": _by_type(expected[members].sum(axis=0)),
                "expected_rate_per_1000": _by_type(1000 * expected[members].sum(axis=0) / residents[members].sum(), 3),
            }
            for position, area in enumerate(geography.districts)
            for members in (geography.district_of == position,)
        },
        "tenths_2025": {
            str(which): {
                "residents": int(residents[tenth == which].sum()),
                "expected_located_rows": _by_type(expected[tenth == which].sum(axis=0)),
            }
            for which in range(1, 11)
        },
        "hot_areas": _codes(land, land.crime.hot),
        "town_centres": _codes(land, geography.centre),
        "hot_spots": planned_hot_spots(land),
    }


def _codes(land: Territory, chosen: np.ndarray) -> list[str]:
    """Codes of 2021 of the areas whose first piece is chosen."""
    geography = land.geography
    return [
        area.code for area, yes in zip(geography.lsoa21, first_piece(chosen, geography.lsoa21_of), strict=True) if yes
    ]


def _by_type(values: np.ndarray, decimals: int = 2) -> Mapping[str, float]:
    return dict(zip(NAMES, np.asarray(values).round(decimals).tolist(), strict=True))
