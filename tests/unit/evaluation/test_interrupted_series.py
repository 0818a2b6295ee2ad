"""One series: another programme's coefficients, planted effects, persistence, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.evaluation import EvaluationRefused, Verdict, interrupted_time_series, say_effect
from safeground.engine.evaluation.designs.persistence import measure_doubt

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
MADE_UP = (
    45, 57, 47, 40, 50, 51, 38, 36, 43, 34, 21, 31, 48, 49, 49, 60, 58, 38, 32, 43, 42, 31, 35, 44, 39, 37, 55, 67, 55, 46, 48, 39, 24,
    30, 47, 46, 28, 37, 45, 36, 34, 46, 45, 27, 21, 29, 26, 22, 38, 52, 44, 36, 42, 42, 30, 29, 40, 34, 19, 25,
)  # fmt: skip
STATSMODELS = (
    (3.690584, 0.041504, -0.33465, 0.005671, 0.248724, -0.002058, 0.034098, 0.012694),
    (0.040053, 0.028165, 0.083, 0.052731, 0.029246, 0.03246, 0.041374, 0.041088),
)
"""statsmodels 0.15.0: GLM(counts, design, Poisson).fit(cov_type='HAC', cov_kwds={maxlags: 3, use_correction: True}), run once."""


def make_series(
    seed: int, *, ratio: float = 1.0, months: int = 72, start: int = 48, persistence: float = 0.3, mean: float = 60.0
):
    """Invented: a trend, a season, and waves that last."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(months)
    for month in range(1, months):
        wave[month] = persistence * wave[month - 1] + 0.08 * rng.normal()
    month = np.arange(months)
    level = mean * np.exp(0.002 * month + 0.2 * np.sin(month * np.pi / 6) + wave)
    return rng.poisson(level * np.where(month >= start, ratio, 1.0)).astype(float)


def verdicts(found) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in found.effect.checks}


def test_coefficients_and_customary_errors_are_those_of_another_programme() -> None:
    found = interrupted_time_series(MADE_UP, start=36)
    assert found.coefficients == pytest.approx(np.array(STATSMODELS[0]), abs=2e-6)
    assert found.newey_west == pytest.approx(np.array(STATSMODELS[1]), abs=2e-6)
    assert found.dispersion == pytest.approx(1.3706932838771992, rel=1e-9)


def test_the_ratio_is_what_was_counted_over_what_was_to_be_expected() -> None:
    counts = make_series(1, ratio=0.6)
    found = interrupted_time_series(counts, start=48)
    assert found.effect.estimate == pytest.approx(counts[48:].sum() / found.counterfactual[48:].sum(), rel=1e-8)
    assert found.fitted[:48] == pytest.approx(found.counterfactual[:48])
    assert found.effect.lower < 0.6 < found.effect.upper < 1
    assert found.effect.evidence.maryland == 2


def test_interval_and_p_agree() -> None:
    for seed in range(4):
        effect = interrupted_time_series(make_series(seed, ratio=0.85), start=48).effect
        assert (effect.p < 0.05) == (effect.direction is not Direction.CANNOT_TELL)
    log = np.log([effect.lower, effect.estimate, effect.upper])
    assert log[1] - log[0] == pytest.approx(log[2] - log[1])


@pytest.mark.parametrize("mean", [120.0, 400.0])
def test_months_that_hang_together_are_doubted_more(mean: float) -> None:
    """The more events, the less chance hides of the waves."""
    calm, waves = (
        interrupted_time_series(make_series(3, persistence=each, mean=mean), start=48) for each in (0.0, 0.85)
    )
    width = [np.log(found.effect.upper / found.effect.lower) for found in (calm, waves)]
    assert width[1] > 1.5 * width[0] and waves.persistence > calm.persistence + 0.2


def test_months_of_few_events_that_hang_together_are_doubted_more_on_the_whole() -> None:
    """Of 60 events a month chance hides the waves of some series, so that it is asked of twelve together."""
    wider = []
    for seed in range(12):
        calm, waves = (
            interrupted_time_series(make_series(seed, persistence=each), start=48).effect for each in (0.0, 0.85)
        )
        wider.append(np.log(waves.upper / waves.lower) / np.log(calm.upper / calm.lower))
    assert np.mean(wider) > 1.5


def test_a_wave_that_chance_hides_is_reckoned_with() -> None:
    """Of 50 events a month and a wave of a tenth one month says 0.3 of the next, and the wave keeps 0.8 all the same: the error of a sum
    over a year is that of the wave. The model of a wave alone, without chance, took it for half of that and was too sure in 15 of 100."""
    rng, apart = np.random.default_rng(5), np.abs(np.subtract.outer(np.arange(72), np.arange(72)))
    columns, weights = np.ones((72, 1)), np.r_[np.zeros(60), np.ones(12)]
    spread = np.eye(72) + 0.5 * 0.8**apart
    true = np.sqrt(weights @ spread @ weights)
    found = []
    for _ in range(20):
        residuals = np.linalg.cholesky(spread) @ rng.normal(size=72)
        found.append(measure_doubt(residuals - residuals.mean(), columns, weights, np.arange(72.0)))
    assert np.mean([each.reach(0.95) / 1.96 for each in found]) == pytest.approx(true, rel=0.35)
    assert all(each.likely.sum() == pytest.approx(1) for each in found)


def test_a_missing_month_and_a_lag_are_left_out() -> None:
    counts = make_series(4, ratio=0.6)
    counts[[10, 60]] = np.nan
    found = interrupted_time_series(counts, start=48, lag=3)
    assert found.effect.treated.units == 24 - 3 - 1
    assert np.isfinite(found.counterfactual).all() and found.effect.lower < 0.6 < found.effect.upper


def test_exposures_are_taken_out() -> None:
    counts, days = make_series(5, ratio=0.6), np.tile([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 6).astype(float)
    plain, doubled = (
        interrupted_time_series(counts, start=48, exposures=days * each)
        for each in (1, np.where(np.arange(72) < 48, 1, 2))
    )
    assert doubled.effect.estimate == pytest.approx(plain.effect.estimate / 2, rel=1e-8)


def test_checks_see_what_began_early_and_what_moved_elsewhere() -> None:
    counts = make_series(6, ratio=0.5, start=34)
    assert verdicts(interrupted_time_series(counts, start=48))["placebo_in_time"] is Verdict.FAILED
    fallen = interrupted_time_series(
        make_series(7, ratio=0.6), start=48, control=make_series(8, ratio=0.6), was_chosen_for_being_extreme=True
    )
    assert verdicts(fallen)["negative_control"] is verdicts(fallen)["regression_to_the_mean"] is Verdict.FAILED
    calm = interrupted_time_series(
        make_series(7, ratio=0.6), start=48, control=make_series(8), was_chosen_for_being_extreme=False
    )
    assert set(verdicts(calm).values()) == {Verdict.PASSED}


def test_the_sentences_say_what_each_is_of() -> None:
    found = interrupted_time_series(make_series(1, ratio=0.6), start=48, outcome="knife offences")
    told = [say_effect(effect, effect.protect(OPEN)) for effect in (found.effect, found.level, found.slope)]
    assert (
        told[0].startswith("Month for month there were ")
        and "in the same months, had what went before gone on" in told[0]
    )
    assert "in the first month after the start" in told[1]
    assert told[2].startswith("We cannot tell") and "in each further year after the start" in told[2]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (dict(start=20), "20 periods before the start, and 24 are the least"),
        (dict(start=1), "1 period before the start"),
        (dict(start=70), "2 periods lie after the start; wait for 3"),
        (dict(exposures=np.zeros(72)), "above nought"),
        (dict(exposures=np.ones(3)), "one of each a period"),
        (dict(control=np.ones(3)), "as many periods"),
    ],
)
def test_what_cannot_stand_is_refused(change: dict, sentence: str) -> None:
    with pytest.raises(EvaluationRefused, match=sentence):
        interrupted_time_series(make_series(1), **{"start": 48, **change})


def test_no_events_have_no_ratio() -> None:
    with pytest.raises(EvaluationRefused, match="fewer than 10 events"):
        interrupted_time_series(np.where(np.arange(72) < 48, make_series(1), 0), start=48)
