"""The small places where most is to be expected: crimes in public space gather at few points, and how many at each is known."""

from __future__ import annotations

import numpy as np

from safeground.synthetic.county import Territory
from safeground.synthetic.crime_types import CRIME_TYPES, NAMES
from safeground.synthetic.outline import KM_PER_DEGREE
from safeground.synthetic.points import POINTS_A_PIECE

OF_TYPE = "Robbery"
SPOTS, APART_KM = 20, 0.5


def expected_at_points(land: Territory, crime_type: str = OF_TYPE) -> np.ndarray:
    """Rows of a type expected at each point in an average month of the reference year, (points,)."""
    column = NAMES.index(crime_type)
    cumulative = land.points.public if CRIME_TYPES[column].public else land.points.everywhere
    share = np.diff(cumulative, axis=1, prepend=0.0)
    return (land.crime.monthly[:, column, None] * share).ravel()


def choose_hot_points(land: Territory, *, count: int = SPOTS, apart_km: float = APART_KM) -> list[int]:
    """The points with most robbery to be expected, highest first, none nearer to another than `apart_km`."""
    expected = expected_at_points(land)
    place = np.column_stack([land.points.longitude, land.points.latitude]) * KM_PER_DEGREE
    chosen: list[int] = []
    for point in np.argsort(-expected, kind="stable").tolist():
        if len(chosen) == count:
            break
        if not chosen or np.hypot(*(place[chosen] - place[point]).T).min() >= apart_km:
            chosen.append(point)
    return chosen


def planned_hot_spots(land: Territory) -> dict[str, object]:
    """What is true of them: where each is, what is to be expected there, and how many times what the mean point has."""
    expected = expected_at_points(land)
    return {
        "crime_type": OF_TYPE,
        "metres_apart": round(1000 * APART_KM),
        "spots": [
            {
                "longitude": float(land.points.longitude[point]),
                "latitude": float(land.points.latitude[point]),
                "location": f"On or near {land.points.location[point]}",
                "lsoa21": land.geography.lsoa21[land.geography.lsoa21_of[point // POINTS_A_PIECE]].code,
                "expected_a_month": round(float(expected[point]), 4),
                "times_the_mean_point": round(float(expected[point] / expected.mean()), 1),
            }
            for point in choose_hot_points(land)
        ],
    }
