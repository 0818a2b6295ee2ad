"""Negative binomial regression against statsmodels, an implementation of others."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from safeground.engine.statistics import fit_count_regression

statsmodels = pytest.importorskip("statsmodels.api", reason="statsmodels is not installed")


@pytest.mark.parametrize("seed", range(4))
def test_ratios_and_overdispersion_agree_with_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    areas = 300
    factors = rng.normal(size=(areas, 3)) @ np.array([[1, 0.6, 0], [0, 0.8, 0.2], [0, 0, 1]])
    people = rng.uniform(800, 3_000, areas)
    mean = people * np.exp(-4 + factors @ [0.3, -0.1, 0.0])
    counts = rng.poisson(mean * rng.gamma(3, 1 / 3, areas))
    ours = fit_count_regression(counts, people, factors, clusters=np.arange(areas) % 12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = statsmodels.NegativeBinomial(counts, statsmodels.add_constant(factors), exposure=people).fit(
            disp=False, method="bfgs", maxiter=2_000, gtol=1e-9
        )
    np.testing.assert_allclose(ours.ratio.value, np.exp(theirs.params[1:-1]), rtol=2e-4)
    assert ours.overdispersion == pytest.approx(theirs.params[-1], rel=2e-3)


def test_overlap_is_the_share_that_the_other_factors_explain() -> None:
    rng = np.random.default_rng(5)
    factors = rng.normal(size=(200, 3)) @ np.array([[1, 0.6, 0], [0, 0.8, 0.5], [0, 0, 1]])
    fit = fit_count_regression(rng.poisson(20, 200), np.full(200, 1_000), factors, clusters=np.arange(200) % 10)
    for place in range(3):
        others = statsmodels.add_constant(np.delete(factors, place, axis=1))
        assert fit.overlap[place] == pytest.approx(statsmodels.OLS(factors[:, place], others).fit().rsquared)
