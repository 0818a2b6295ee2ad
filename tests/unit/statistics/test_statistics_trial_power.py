"""Power by simulation: days of the past stay whole, effects are those asked for, and what cannot be asked is refused in a sentence."""

import numpy as np
import pytest

from safeground.engine.statistics import (
    BlockedDraw,
    DailyDraw,
    ParallelDraw,
    SteppedWedgeDraw,
    estimate_group_ratio,
    estimate_trial_power,
    find_randomisation_p,
    resample_days,
    simulate_counts,
)
from safeground.engine.statistics.trial_power import find_p_values


def rng(seed=3):
    return np.random.default_rng(seed)


def test_resampled_weeks_are_weeks_of_the_past_at_all_places_and_keep_their_weekday():
    history = np.arange(84)[np.newaxis, :] + np.array([[0], [1000]])
    trials = resample_days(history, days=30, runs=4, rng=rng(), first_weekday=3)
    assert trials.shape == (4, 2, 30)
    assert (trials[:, 1] - trials[:, 0] == 1000).all()
    assert (trials[:, 0] % 7 == (np.arange(30) + 3) % 7).all()
    assert (np.diff(trials[:, 0, :7], axis=1) == 1).all()


def test_declared_rates_have_the_spread_and_clusters_declared():
    counts = simulate_counts(0.5, places=40, days=200, runs=20, rng=rng(), spread=0.5, dispersion=2.0)
    assert counts.mean() == pytest.approx(0.5, rel=0.06)
    means = counts.mean(axis=2)
    assert means.std() / means.mean() == pytest.approx(0.5, abs=0.1)
    within = counts.var(axis=2) / np.maximum(means, 1e-9)
    assert np.average(within, weights=means) == pytest.approx(2.0, rel=0.1)


def test_power_grows_with_the_effect_and_no_effect_is_found_as_rarely_as_promised():
    counts = simulate_counts(0.3, places=12, days=60, runs=400, rng=rng(), dispersion=1.5)
    power = estimate_trial_power(
        counts, DailyDraw(places=12, days=60, treated=5), rate_ratios=[0.9, 0.7, 0.5, 0.3], redraws=199, rng=rng()
    )
    assert (np.diff(power.value) > 0).all() and power.value[-1] > 0.99
    assert power.false_alarms.lower < 0.05 < power.false_alarms.upper
    assert 0.5 < power.detectable < 0.9
    assert power.events == pytest.approx(0.3 * 12 * 60, rel=0.1)
    # The weaker the trial, the more those that find something overstate it.
    assert power.overstated[0] > power.overstated[1] > power.overstated[2]
    assert power.overstated[-1] == pytest.approx(1.0, abs=0.05)


def test_power_agrees_with_the_formula_where_there_is_one():
    """Plain chance, many events: log rate ratio over its standard error sqrt(1/a + 1/b) is normal."""
    from scipy.stats import norm

    places, days, treated, rate, ratio = 10, 40, 5, 2.0, 0.85
    counts = rng().poisson(rate, size=(600, places, days))
    power = estimate_trial_power(
        counts, DailyDraw(places=places, days=days, treated=treated), rate_ratios=[ratio], redraws=199, rng=rng()
    )
    half = places * days / 2 * rate
    expected = norm.cdf(-np.log(ratio) / np.sqrt(1 / half + 1 / (half * ratio)) - norm.ppf(0.975))
    assert power.value[0] == pytest.approx(expected, abs=0.07)


def test_an_effect_that_makes_things_worse_is_found_too():
    counts = rng().poisson(1.0, size=(100, 10, 40))
    power = estimate_trial_power(
        counts, DailyDraw(places=10, days=40, treated=5), rate_ratios=[1.6], redraws=99, rng=rng()
    )
    assert power.value[0] > 0.8
    assert np.isnan(power.detectable)


def test_a_wedge_tells_no_overstatement():
    counts = rng().poisson(1.0, size=(60, 9, 40))
    power = estimate_trial_power(
        counts, SteppedWedgeDraw(places=9, days=40, steps=4), rate_ratios=[0.2], redraws=99, rng=rng()
    )
    assert power.value[0] > 0.5
    assert np.isnan(power.overstated).all()


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda: resample_days(np.ones((3, 30)), days=10, runs=2, rng=rng()), "at least 56"),
        (lambda: resample_days([[1.0, np.nan] * 40], days=10, runs=2, rng=rng()), "leave out days"),
        (lambda: simulate_counts(0, places=3, days=10, runs=2, rng=rng()), "above 0"),
        (lambda: simulate_counts(1, places=3, days=10, runs=2, rng=rng(), dispersion=0.5), "1 or more"),
        (lambda: _ask(np.zeros((5, 4, 9))), "no event in any"),
        (lambda: _ask(np.ones((5, 4, 8))), "places x 9 days"),
        (lambda: _ask(np.ones((5, 4, 9)), redraws=9), "at least 19"),
        (lambda: _ask(np.ones((5, 4, 9)), rate_ratios=[0.0]), "above 0"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(run, words):
    with pytest.raises(ValueError, match=words):
        run()


def _ask(counts, *, redraws=19, rate_ratios=(0.5,)):
    draw = DailyDraw(places=4, days=9, treated=2)
    return estimate_trial_power(counts, draw, rate_ratios=rate_ratios, redraws=redraws, rng=rng())


@pytest.mark.parametrize(
    "draw",
    [
        DailyDraw(places=7, days=25, treated=3),
        BlockedDraw(places=6, days=24, treated=2, block=6),
        SteppedWedgeDraw(places=6, days=24, steps=3),
    ],
    ids=lambda draw: type(draw).__name__,
)
def test_a_simulated_trial_gets_the_p_value_that_its_evaluation_would_give(draw):
    """To the last digit, for the same redraws: also with places and days on which nothing happened, and next to no events at all."""
    numbers = rng(8)
    counts = numbers.poisson(
        np.repeat([0.02, 0.1, 0.6], 4)[:, None, None] * numbers.gamma(1, 1, (1, draw.places, 1)),
        (12, draw.places, draw.days),
    )
    counts = np.asarray(counts, dtype=float)
    counts[:, 0], counts[:, :, 3] = 0, 0
    counts[:, 1, 1] += 1
    schedules, reference = draw.draw_many(numbers, runs=12), draw.draw_many(numbers, runs=199)
    p_values, _ = find_p_values(counts, schedules, reference.astype(float), within_places=True)
    one_by_one = [find_randomisation_p(*trial, schedules=reference) for trial in zip(counts, schedules, strict=True)]
    np.testing.assert_allclose(p_values, one_by_one, rtol=1e-12)
    assert len(set(one_by_one)) > 5


@pytest.mark.parametrize(
    "draw", [ParallelDraw(places=11, days=5, treated=4), ParallelDraw(places=12, days=5, treated=1, stratum=2)]
)
def test_a_simulated_parallel_trial_gets_the_p_value_that_its_evaluation_would_give(draw):
    """The same statistic, held against every allocation that either may draw."""
    counts = rng().poisson(rng().gamma(1, 2, size=(3, draw.places, 1)), size=(3, draw.places, draw.days)).astype(float)
    schedules, reference = draw.draw_many(rng(), runs=3), draw.draw_many(np.random.default_rng(8), runs=399)
    p_values, _ = find_p_values(counts, schedules, reference.astype(float), within_places=False)
    for count, schedule, p in zip(counts, schedules, p_values, strict=True):
        found = estimate_group_ratio(count, schedule, draw_schedule=draw, runs=399, rng=np.random.default_rng(8))
        assert found.p_value == pytest.approx(p)
