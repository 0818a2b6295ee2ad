"""Published answers and other implementations beside ours: bounds of hidden bias, logistic regression."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from safeground.engine.statistics import bound_hidden_bias, find_tolerated_bias, fit_logistic

STATSMODELS = [-0.5080218188, 0.9585566935, -0.6959807516, 0.1128817046]
HAMMOND = np.r_[np.tile([1.0, 0.0], (110, 1)), np.tile([0.0, 1.0], (12, 1)), np.tile([0.0, 0.0], (500, 1))]
"""Hammond (1964): of 36,975 pairs of a heavy smoker and another, 122 in which one died of lung cancer; of 110 the smoker."""


@pytest.mark.parametrize(("odds", "published"), [(4, 0.0036), (5, 0.03), (6, 0.1)])
def test_hammonds_pairs_as_rosenbaum_tells_them(odds: float, published: float) -> None:
    """Rosenbaum (2002), Observational Studies, table 4.1. His are normal with a correction for steps; ours are exact."""
    chance = odds / (1 + odds)
    normal = stats.norm.sf((109.5 - 122 * chance) / np.sqrt(122 * chance * (1 - chance)))
    assert normal == pytest.approx(published, rel=0.06)
    found = bound_hidden_bias(HAMMOND, odds=odds)
    assert found == pytest.approx(stats.binom.sf(109, 122, chance), rel=1e-9)
    assert abs(found - normal) < 0.006
    assert find_tolerated_bias(HAMMOND, significance=found) == pytest.approx(odds, rel=1e-6)


def test_without_bias_pairs_are_mcnemars() -> None:
    assert bound_hidden_bias(HAMMOND, odds=1) == pytest.approx(stats.binomtest(110, 122, alternative="greater").pvalue)


def test_sets_of_several_have_the_exact_chance_of_a_draw_within_each() -> None:
    """One treated of three in each of two sets: 1/3 and 2/3, written out."""
    sets = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    assert bound_hidden_bias(sets, odds=1) == pytest.approx(1 / 3 * 2 / 3)
    # Odds of 2 for those who have it: 2 / (2 + 2) and 4 / (4 + 1).
    assert bound_hidden_bias(sets, odds=2) == pytest.approx(1 / 2 * 4 / 5)


def test_the_worst_of_counts_is_the_worst_of_every_split() -> None:
    """The bound of counts against all ways in which the unseen could lie in a set of four."""
    rng = np.random.default_rng(5)
    table, odds = rng.poisson(3, (40, 4)).astype(float), 1.7
    means, variances = 0.0, 0.0
    for row in table:
        found = []
        for unseen in np.ndindex(2, 2, 2, 2):
            weight = odds ** np.array(unseen, dtype=float)
            weight /= weight.sum()
            found.append((weight @ row, weight @ row**2 - (weight @ row) ** 2))
        best = max(mean for mean, _ in found)
        means += best
        variances += max(variance for mean, variance in found if np.isclose(mean, best))
    expected = stats.norm.sf((table[:, 0].sum() - means) / np.sqrt(variances))
    assert bound_hidden_bias(table, odds=odds) == pytest.approx(expected)
    shorter = np.c_[table, np.full(40, np.nan)]
    assert bound_hidden_bias(shorter, odds=odds) == pytest.approx(expected)


def test_bias_that_is_not_needed_is_one_and_what_cannot_be_is_refused() -> None:
    assert find_tolerated_bias([[1.0, 0.0], [0.0, 1.0]]) == 1.0
    assert bound_hidden_bias([[1.0, 1.0], [0.0, 0.0]], odds=3) == 1.0
    with pytest.raises(ValueError, match="less than that"):
        bound_hidden_bias([[1.0, 0.0]], odds=0.5)
    with pytest.raises(ValueError, match="leave it out"):
        bound_hidden_bias([[np.nan, 0.0]], odds=1)


def test_logistic_regression_is_statsmodels() -> None:
    """statsmodels 0.15.0, Logit on these rows, frozen."""
    rng = np.random.default_rng(11)
    table = rng.normal(size=(200, 3)).round(3)
    outcome = (rng.random(200) < 1 / (1 + np.exp(0.5 - table @ [0.8, -0.4, 0.0]))).astype(float)
    fit = fit_logistic(table, outcome, penalty=0)
    slope = fit.coefficients / fit.spread
    found = [fit.intercept - fit.centre @ slope, *slope]
    assert found == pytest.approx(STATSMODELS, abs=1e-6)
    score = np.column_stack([np.ones(200), table]).T @ (outcome - 1 / (1 + np.exp(-fit.log_odds(table))))
    assert np.abs(score).max() < 1e-6  # the likelihood is level there


def test_a_penalty_holds_back_what_would_run_away() -> None:
    table, outcome = [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0]], [0, 0, 1, 1]
    with pytest.raises(ValueError, match="apart completely"):
        fit_logistic(table, outcome, penalty=0)
    held = fit_logistic(table, outcome, penalty=1.0)
    assert 0 < held.coefficients[0] < 5 and held.coefficients[1] == 0
    chance = 1 / (1 + np.exp(-held.log_odds(table)))
    assert chance.sum() == pytest.approx(2)  # the intercept is free


def test_rows_that_no_model_can_take_are_refused() -> None:
    for given, match in (
        (([[1.0], [2.0]], [1, 1]), "both are needed"),
        (([[1.0], [np.nan]], [0, 1]), "missing"),
        (([1.0, 2.0], [0, 1]), "an outcome for each row"),
    ):
        with pytest.raises(ValueError, match=match):
            fit_logistic(*given)
    with pytest.raises(ValueError, match="0 or more"):
        fit_logistic([[1.0], [2.0]], [0, 1], penalty=-1)
