"""Aoristic weights: what is known to the hour is in it, what is known from when to when is shared out, and the rest is told apart."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.measures.times_of_week import TimesOfWeek, weigh_intervals

MONDAY, FRIDAY, SUNDAY = 0, 4, 6


def weigh(*spans: tuple[str | None, str | None], events: list[float] | None = None) -> TimesOfWeek:
    first, last = (np.array([span[at] or "NaT" for span in spans], "datetime64[m]") for at in (0, 1))
    return weigh_intervals(first, last, np.array(events or [1.0] * len(spans)))


def test_a_moment_weighs_one_in_its_hour():
    found = weigh(("2025-03-14T23:10", "2025-03-14T23:10"), events=[3.0])
    assert found.weights[FRIDAY, 23] == 3 == found.weights.sum() == found.exact


def test_a_stretch_is_shared_out_by_minutes_over_hours_days_and_the_end_of_the_week():
    found = weigh(("2025-03-16T22:30", "2025-03-17T01:00"))
    assert found.weights[SUNDAY, 22] == pytest.approx(30 / 150)
    assert found.weights[SUNDAY, 23] == pytest.approx(60 / 150)
    assert found.weights[MONDAY, 0] == pytest.approx(60 / 150)
    assert (found.exact, found.shared, found.unknown) == (0, 1, 0)


def test_a_stretch_that_ends_on_the_hour_is_still_of_one_hour():
    found = weigh(("2025-03-14T22:00", "2025-03-14T23:00"))
    assert (found.weights[FRIDAY, 22], found.exact) == (1, 1)


def test_what_is_known_worse_than_a_day_backwards_or_not_at_all_is_in_no_hour():
    found = weigh(
        ("2025-03-14T00:00", "2025-03-15T00:00"),
        ("2025-03-14T00:00", "2025-03-15T00:01"),
        ("2025-03-14T10:00", "2025-03-14T09:00"),
        (None, "2025-03-14T09:00"),
        ("2025-03-14T09:00", None),
    )
    assert (found.shared, found.unknown) == (1, 4)
    assert found.weights[FRIDAY] == pytest.approx(np.full(24, 1 / 24))


def test_weights_add_up_to_the_events_in_the_grid():
    rng = np.random.default_rng(2)
    first = np.datetime64("2024-01-01T00:00", "m") + rng.integers(0, 500_000, 2_000)
    last = first + rng.integers(0, 2_000, 2_000)
    events = rng.integers(1, 4, 2_000).astype(float)
    found = weigh_intervals(first, last, events)
    assert found.weights.sum() == pytest.approx(found.exact + found.shared)
    assert found.exact + found.shared + found.unknown == events.sum()


def test_a_rhythm_is_found_again_through_stretches_of_hours():
    """Times blurred to six hours still show the evening; a moment taken in the middle of each stretch would show another hour."""
    rng = np.random.default_rng(3)
    evening = (
        np.datetime64("2024-01-01T00:00", "m")
        + 1440 * rng.integers(0, 700, 5_000)
        + rng.integers(20 * 60, 23 * 60, 5_000)
    )
    before, after = rng.integers(0, 180, 5_000), rng.integers(0, 180, 5_000)
    found = weigh_intervals(evening - before, evening + after, np.ones(5_000)).weights.sum(axis=0)
    assert found[20:23].sum() / found.sum() > 0.55
    assert set(np.argsort(found)[-3:]) == {20, 21, 22}
