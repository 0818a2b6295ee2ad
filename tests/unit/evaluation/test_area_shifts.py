"""How far whole areas shift by themselves: by hand, from made-up areas of known truth, and in a weighted displacement difference."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.evaluation import Verdict, weighted_displacement_difference
from safeground.engine.evaluation.designs.area_shifts import Shift, estimate_area_shifts


def make_groups(rng: np.random.Generator, *, areas: tuple[int, ...], mean: float, shift: float) -> list[np.ndarray]:
    return [
        np.column_stack([rng.poisson(mean, n), rng.poisson(mean * np.exp(rng.normal(0, shift, n)))]).astype(float)
        for n in areas
    ]


def test_the_variance_of_shifts_is_found_and_chance_is_not_taken_for_it() -> None:
    rng = np.random.default_rng(1)
    large = estimate_area_shifts(make_groups(rng, areas=(4, 2_000), mean=400, shift=0.1), [1], dispersion=1.0)
    assert large is not None and large.shift.variance == pytest.approx(0.01, rel=0.15)
    none = [
        estimate_area_shifts(make_groups(rng, areas=(4, 30), mean=50, shift=0.0), [1], dispersion=1.0)
        for _ in range(200)
    ]
    assert abs(np.mean([found.shift.estimate for found in none if found is not None])) < 0.003, (
        "chance of counts of 50 alone is 0.04"
    )


def test_four_alike_by_hand() -> None:
    """100 in each before; 80, 120, 90, 110 after: chi-squared 10, of which 2 x 3 by chance, and 300 for each unit of variance."""
    groups = [np.array([[50.0, 50.0]]), np.array([[100.0, 80.0], [100.0, 120.0], [100.0, 90.0], [100.0, 110.0]])]
    found = estimate_area_shifts(groups, [1], dispersion=1.0)
    assert found is not None
    assert found.shift.estimate == pytest.approx((10 - 6) / 300)
    assert found.concentration.tolist() == [1.0, 0.25] and found.areas == 4
    assert found.shift.error == pytest.approx(np.sqrt(2 / 3) * (2 + 100 * 4 / 300) / 100)


def test_what_is_reckoned_with_is_never_nought_and_nears_the_estimate_where_that_is_sure() -> None:
    """The mean of a normal curve cut off at nought: of one at nought 0.798 of its error."""
    assert Shift(0.0, 0.01, 5).variance == pytest.approx(0.01 * np.sqrt(2 / np.pi))
    assert Shift(0.1, 0.01, 5).variance == pytest.approx(0.1) and 0 < Shift(-0.1, 0.01, 5).variance < 0.002
    assert Shift(0.0, 0.01, 5).freedom(1e-4, 1.0) == 5 and Shift(0.0, 0.01, 5).freedom(1.0, 1.0) == 20_000


def test_too_few_areas_say_nothing_and_halves_of_before_stand_in() -> None:
    pair = [np.array([[50.0, 50.0]]), np.array([[60.0, 60.0]])]
    assert estimate_area_shifts(pair, [1], dispersion=1.0) is None
    halves = np.array([[20.0, 30.0], [30.0, 30.0], [40.0, 20.0], [25.0, 35.0]])
    found = estimate_area_shifts(pair, [1], dispersion=1.0, halves=halves)
    assert found is not None and found.is_from_before and found.areas == 4


def test_shifts_widen_the_interval_and_their_check_says_so() -> None:
    groups = make_groups(np.random.default_rng(3), areas=(3, 8), mean=300, shift=0.15)
    sums = [group.sum(axis=0) for group in groups]
    shifts = estimate_area_shifts(groups, [1], dispersion=1.0)
    told, untold = (
        weighted_displacement_difference(*sums, area_weights=(1, 8 / 3, 1, 1), dispersion=1.0, shifts=each)
        for each in (shifts, None)
    )
    assert told.effect.estimate == untold.effect.estimate
    assert told.effect.upper - told.effect.lower > 1.5 * (untold.effect.upper - untold.effect.lower)
    assert told.relative.upper / told.relative.lower > untold.relative.upper / untold.relative.lower
    verdicts = [
        next(check.verdict for check in each.effect.checks if check.name == "area_shifts") for each in (told, untold)
    ]
    assert verdicts == [Verdict.PASSED, Verdict.NOT_APPLICABLE]
    assert len(told.effect.evidence.reasons) < len(untold.effect.evidence.reasons)
