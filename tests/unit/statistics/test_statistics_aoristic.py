"""Aoristic weights: against a minute by minute count, nothing lost, and each way in which a range tells nothing."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import aoristic_weights

MONDAY = np.datetime64("2024-03-04T00:00", "s")


def by_the_minute(start: np.ndarray, end: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The slow obvious version, for times on whole minutes."""
    value = np.zeros(168)
    for begin, finish, weight in zip(start, end, weights, strict=True):
        minutes = np.arange(begin, finish, np.timedelta64(1, "m")) if finish > begin else np.array([begin])
        for minute in minutes:
            value[int((minute - MONDAY) / np.timedelta64(1, "h")) % 168] += weight / minutes.size
    return value.reshape(7, 24)


def test_ranges_of_any_length_against_a_count_of_minutes() -> None:
    rng = np.random.default_rng(1)
    start = MONDAY + rng.integers(0, 60 * 24 * 30, 60).astype("timedelta64[m]")
    lasts = np.concatenate(
        [
            np.zeros(10),
            rng.integers(1, 50, 20),
            rng.integers(60, 4_000, 20),
            [60, 120, 10_080, 10_081, 14_400, 20_160, 1, 59, 61, 10_079],
        ]
    )
    end = start + lasts.astype("timedelta64[m]")
    weights = rng.uniform(0.5, 400, 60)
    found = aoristic_weights(start, end, weights=weights, longest_hours=400)
    np.testing.assert_allclose(found.value, by_the_minute(start, end, weights), atol=1e-9)
    assert found.value.sum() == pytest.approx(weights.sum()) == pytest.approx(found.total) and found.unplaced == 0
    begins = ((start - MONDAY) / np.timedelta64(1, "m")).astype(int)
    in_one_hour = (begins + np.maximum(lasts, 1) - 1) // 60 == begins // 60
    assert 10 < in_one_hour.sum() < 40
    assert found.exact_share == pytest.approx(weights[in_one_hour].sum() / weights.sum())


def test_monday_is_first_and_an_hour_ends_where_the_next_begins() -> None:
    found = aoristic_weights(["2024-03-04T00:00", "2024-03-10T23:00"], ["2024-03-04T00:00", "2024-03-11T00:00"])
    assert found.value[0, 0] == 1 and found.value[6, 23] == 1 and found.value.sum() == 2
    assert (found.value >= 0).all()


def test_what_cannot_be_placed_is_counted_and_its_weight_kept() -> None:
    start = ["2024-03-04T10:00", "NaT", "2024-03-04T10:00", "2024-03-04T10:00", "2024-03-04T10:00"]
    end = ["2024-03-04T10:00", "2024-03-04T10:00", "NaT", "2024-03-04T09:00", "2024-03-12T10:00"]
    found = aoristic_weights(start, end, weights=[1, 2, 4, 8, 16])
    assert (found.unknown, found.inverted, found.too_long) == (2, 1, 1)
    assert (found.value.sum(), found.unplaced, found.total) == (1, 30, 31)
    at_start = aoristic_weights(start, end, weights=[1, 2, 4, 8, 16], end_missing="at_start")
    assert (at_start.unknown, at_start.value[0, 10], at_start.unplaced) == (1, 5, 26)


def test_a_week_exactly_is_placed_and_says_nothing_of_the_hour() -> None:
    found = aoristic_weights(["2024-03-04T10:20"], ["2024-03-11T10:20"])
    np.testing.assert_allclose(found.value, 1 / 168)
    assert found.exact == 0


def test_nothing_placed() -> None:
    found = aoristic_weights(["NaT"], ["NaT"])
    assert found.value.sum() == 0 and np.isnan(found.exact_share) and found.unplaced == 1
    assert aoristic_weights([], []).total == 0


@pytest.mark.parametrize(
    ("start", "end", "options", "words"),
    [
        (["2024-03-04"], ["2024-03-04", "2024-03-05"], {}, "both times of each event"),
        (["yesterday"], ["2024-03-04"], {}, "what is no time"),
        (["2024-03-04"], ["2024-03-04"], {"weights": [-1]}, "cannot be negative"),
        (["2024-03-04"], ["2024-03-04"], {"weights": [np.nan]}, "weights are missing"),
        (["2024-03-04"], ["2024-03-04"], {"longest_hours": 0}, "longest_hours is above 0"),
    ],
)
def test_refusals(start: list[str], end: list[str], options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        aoristic_weights(start, end, **options)
