"""The ridge-penalised Poisson regression against its own equations, another optimiser, and the plain rate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from safeground.engine.statistics import fit_penalised_poisson


def make_counts(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    features = rng.normal(size=(3_000, 4)) * [1, 5, 0.1, 1] + [0, 20, -3, 1]
    exposures = rng.uniform(0.5, 4, 3_000)
    log_rate = -2 + 0.6 * features[:, 0] - 0.05 * features[:, 1] + 2 * (features[:, 2] + 3)
    return features, rng.poisson(np.exp(log_rate) * exposures).astype(float), exposures


@pytest.mark.parametrize("penalty", [0.5, 50.0, 2_000.0])
def test_another_optimiser_finds_the_same(penalty: float) -> None:
    features, counts, exposures = make_counts(np.random.default_rng(1))
    fitted = fit_penalised_poisson(features, counts, exposures, penalty=penalty)
    design = np.column_stack([np.ones(len(counts)), (features - features.mean(axis=0)) / features.std(axis=0)])

    def loss(beta: np.ndarray) -> float:
        log_mean = design @ beta + np.log(exposures)
        return float(np.exp(log_mean).sum() - counts @ log_mean + penalty / 2 * (beta[1:] ** 2).sum())

    found = optimize.minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-3}).x
    assert np.allclose([fitted.intercept, *fitted.coefficients], found, atol=2e-3)


def test_fitted_counts_sum_to_the_counts() -> None:
    features, counts, exposures = make_counts(np.random.default_rng(2))
    fitted = fit_penalised_poisson(features, counts, exposures, penalty=300.0)
    assert np.exp(fitted.log_rate(features)) @ exposures == pytest.approx(counts.sum(), rel=1e-3)


def test_units_of_a_feature_change_nothing() -> None:
    features, counts, exposures = make_counts(np.random.default_rng(3))
    metres = fit_penalised_poisson(features, counts, exposures, penalty=100.0)
    kilometres = fit_penalised_poisson(features / 1_000, counts, exposures, penalty=100.0)
    assert np.allclose(metres.log_rate(features), kilometres.log_rate(features / 1_000), atol=1e-4)


def test_an_earlier_fit_to_start_from_changes_nothing() -> None:
    features, counts, exposures = make_counts(np.random.default_rng(4))
    earlier = fit_penalised_poisson(features[:1_000] * 1.5 + 2, counts[:1_000], exposures[:1_000], penalty=10.0)
    cold = fit_penalised_poisson(features, counts, exposures, penalty=100.0)
    warm = fit_penalised_poisson(features, counts, exposures, penalty=100.0, start=earlier)
    assert np.allclose(cold.log_rate(features), warm.log_rate(features), atol=5e-3)


def test_with_an_endless_penalty_all_that_is_left_is_the_overall_rate() -> None:
    features, counts, exposures = make_counts(np.random.default_rng(5))
    fitted = fit_penalised_poisson(features, counts, exposures, penalty=1e9)
    assert np.allclose(np.exp(fitted.log_rate(features)), counts.sum() / exposures.sum(), rtol=1e-3)


def test_a_feature_that_is_the_same_everywhere_says_nothing() -> None:
    features, counts, exposures = make_counts(np.random.default_rng(6))
    features[:, 3] = 7.0
    assert fit_penalised_poisson(features, counts, exposures, penalty=10.0).coefficients[3] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"counts": [0, 0, 0]}, "no event"),
        ({"counts": [1, np.nan, 0]}, "missing"),
        ({"exposures": [1, 0, 1]}, "not above 0"),
        ({"exposures": [1, 1]}, "shapes do not fit"),
        ({"penalty": 0.0}, "penalty must be above 0"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], words: str) -> None:
    given = {"features": np.eye(3), "counts": [1, 0, 2], "exposures": [1, 1, 1], "penalty": 1.0} | change
    with pytest.raises(ValueError, match=words):
        fit_penalised_poisson(given.pop("features"), given.pop("counts"), given.pop("exposures"), **given)  # type: ignore[arg-type]
