"""The Knox test against what others counted.

1. Arsons in Chicago in 2016 (Crime Open Database), as the Near Repeat Calculator 1.3 (J. Ratcliffe) counted them with 99 deals of the
   dates; its output is published with Steenbeek's R package NearRepeat (`inst/extdata`, run of 23 September 2019). Its labels are one
   too high, as that package's vignette shows: "0 to 1 days" is the same day, "1 to 200 metres" is above 0 and below 200. Distances
   are Manhattan, of coordinates rounded to a decimetre, as the file lists them: that moves one pair at 399.96 metres.
2. pointpats 2.5.5: `Knox(points, times, delta, tau, permutations=99).statistic_` of the events that `make_events` makes.
"""

import csv
from datetime import date

import numpy as np
import pytest

from safeground.engine.statistics import knox_test

OBSERVED = [[0, 2, 0, 8], [9, 1, 1, 45], [4, 0, 0, 140], [6, 0, 0, 234], [393, 710, 770, 133658]]
MEANS_OF_99 = [
    [0.010101, 0.070707, 0.090909, 9.828283],
    [0.121212, 0.272727, 0.252525, 55.353535],
    [0.343434, 0.767677, 0.838384, 142.050505],
    [0.777778, 1.161616, 1.353535, 236.707071],
    [410.747475, 710.727273, 768.464646, 133641.060606],
]
UPPER_TAILS = [[1, 0.01, 1, 1], [0.01, 0.27, 0.23, 1], [0.01, 1, 1, 0.96], [0.01, 1, 1, 0.96], [1, 0.84, 0.30, 0.01]]


@pytest.fixture(scope="module")
def arsons(shared_data):
    path = shared_data / "worked_examples" / "chicago_arson.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    x, y = (np.array([float(row[column]) for row in rows]).round(1) for column in (0, 1))
    days = [date.fromisoformat(row[2]).toordinal() for row in rows]
    return knox_test(
        x,
        y,
        days,
        space_bands=(199.95, 399.95, 599.95, np.inf),
        time_bands=(0, 1, 2, np.inf),
        metric="manhattan",
        runs=999,
        rng=np.random.default_rng(1),
    )


@pytest.mark.real_data
def test_pairs_of_arsons_are_those_of_the_near_repeat_calculator(arsons):
    assert arsons.observed.tolist() == OBSERVED
    assert (arsons.events, arsons.pairs_near.sum()) == (522, 522 * 521 // 2)


@pytest.mark.real_data
def test_expected_arsons_are_its_mean_within_the_error_of_99_deals(arsons):
    expected, theirs = arsons.expected, np.array(MEANS_OF_99)
    assert (np.abs(expected - theirs) < 4 * np.sqrt(expected / 99)).all()
    # 99 deals are few where next to nothing is expected: its ratio of 74 (9 pairs on 0.12) is 53 on the exact 0.17.
    assert arsons.expected[1, 0] == pytest.approx(56 * 412 / 135_981)


@pytest.mark.real_data
def test_what_it_finds_unlikely_is_unlikely_by_the_two_sided_rule(arsons):
    upper = np.array(UPPER_TAILS)
    assert (arsons.p_value[upper <= 0.01] <= 0.03).all()
    middling = (upper > 0.2) & (upper < 0.9)
    assert (arsons.p_value[middling] > 0.2).all()
    # Fewer than expected is seen too: 393 pairs on the same day far apart, against 411.
    assert arsons.p_value[4, 0] == 0.002


def make_events():
    """300 events at 60 places on a lattice of 50 metres, in 90 days: many at one place, many exactly on the ends of bands."""
    rng = np.random.default_rng(7)
    places = rng.integers(0, 40, (60, 2)) * 50.0
    x, y = places[rng.integers(0, 60, 300)].T
    return x, y, rng.integers(0, 90, 300)


POINTPATS = {
    50: [33, 149, 257, 454],
    100: [37, 162, 288, 500],
    250: [89, 406, 748, 1326],
    500: [272, 1321, 2403, 4195],
}


def test_bands_added_up_are_the_counts_of_pointpats():
    found = knox_test(
        *make_events(), space_bands=list(POINTPATS), time_bands=(1, 7, 14, 28), runs=19, rng=np.random.default_rng(1)
    )
    assert found.observed.cumsum(axis=0).cumsum(axis=1)[1:].tolist() == list(POINTPATS.values())
