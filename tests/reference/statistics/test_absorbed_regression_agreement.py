"""Regression with absorbed effects against pyfixest and statsmodels with dummies, whose answers are kept in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safeground.engine.statistics import AbsorbedRegression, fit_absorbed_regression

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("absorbed_regression_golden.json").read_text("utf-8"))
PANEL = {name: np.array(column) for name, column in GOLDEN["panel"].items()}
FACTORS = np.column_stack([PANEL["treated"], PANEL["minutes"]])


def fit(**options: Any) -> AbsorbedRegression:
    return fit_absorbed_regression(PANEL["counts"], FACTORS, groups=PANEL["place"], periods=PANEL["day"], **options)


def errors(found: AbsorbedRegression) -> np.ndarray:
    return np.sqrt(np.diag(found.covariance))


def test_ratios_and_errors_by_place_are_those_of_pyfixest() -> None:
    found = fit()
    np.testing.assert_allclose(found.coefficients, GOLDEN["pyfixest"]["coefficients"], rtol=1e-6)
    np.testing.assert_allclose(errors(found), GOLDEN["pyfixest"]["errors_by_place"], rtol=1e-5)


def test_errors_by_day_are_those_of_pyfixest() -> None:
    np.testing.assert_allclose(errors(fit(clusters=PANEL["day"])), GOLDEN["pyfixest"]["errors_by_day"], rtol=1e-5)


def test_an_exposure_is_an_offset() -> None:
    found = fit(exposures=PANEL["exposure"])
    np.testing.assert_allclose(found.coefficients, GOLDEN["pyfixest"]["with_exposure"], rtol=1e-6)
    np.testing.assert_allclose(errors(found), GOLDEN["pyfixest"]["errors_with_exposure"], rtol=1e-5)


def test_poisson_with_a_column_for_every_place_and_day_is_the_same() -> None:
    np.testing.assert_allclose(fit().coefficients, GOLDEN["statsmodels"]["poisson"], rtol=1e-8)


def test_negative_binomial_is_that_of_statsmodels() -> None:
    found = fit(family="negative binomial")
    np.testing.assert_allclose(found.coefficients, GOLDEN["statsmodels"]["negative_binomial"], rtol=1e-5)
    assert found.overdispersion == pytest.approx(GOLDEN["statsmodels"]["overdispersion"], rel=1e-5)


def test_the_quick_jackknife_is_near_refitting_without_each_place() -> None:
    refitted = []
    for place in np.unique(PANEL["place"][PANEL["counts"] > 0]):
        kept = PANEL["place"] != place
        rows = {name: column[kept] for name, column in PANEL.items()}
        again = fit_absorbed_regression(rows["counts"], FACTORS[kept], groups=rows["place"], periods=rows["day"])
        refitted.append(again.coefficients)
    change = np.array(refitted) - fit().coefficients
    slow = np.sqrt((len(change) - 1) / len(change) * (change**2).sum(axis=0))
    np.testing.assert_allclose(errors(fit(variance="jackknife")), slow, rtol=0.02)
