"""Many weak signs of a count, taken together: Poisson regression that is held back by a ridge penalty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics.inputs import FloatArray, as_counts, as_numbers

_STEPS = 60
_TOLERANCE = 1e-6
"""Of the penalised likelihood per event: where a further step gains less, the ranking of cells no longer moves."""

_STEEPEST = 30.0
"""Logarithms of a mean beyond this are cut off, so that a first step too long does not overflow."""


@dataclass(frozen=True, eq=False)
class PenalisedPoisson:
    """A fitted model of a rate. `coefficients`, shape (features,), are for features less `centre` and divided by `spread`, so that one
    can be held against another; `intercept` is the log rate where all features are at their centre. `method` says how it was made."""

    intercept: float
    coefficients: FloatArray
    centre: FloatArray
    spread: FloatArray
    events: float
    method: str

    def log_rate(self, features: ArrayLike) -> FloatArray:
        """The logarithm of the rate for one unit of exposure, (rows,), of features (rows, features)."""
        given = np.asarray(features, dtype=np.float64)
        slope = self.coefficients / self.spread
        return np.asarray(given @ slope + (self.intercept - float(self.centre @ slope)))


def fit_penalised_poisson(
    features: ArrayLike,
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    penalty: float,
    start: PenalisedPoisson | None = None,
) -> PenalisedPoisson:
    """Poisson regression with log exposure as offset that maximises its log likelihood less penalty / 2 times the squared coefficients.

    features: shape (rows, features), standardised here, so that the penalty asks of each the same. counts, exposures: (rows,), exposures
    above 0. penalty: above 0; in events, about: with 100 a feature needs the evidence of some hundred events to move far. start: an
    earlier fit of the same features, from which fewer steps are needed; the answer is the same.

    For forecasts, not for explanation: coefficients of features that go together share what each would have alone, so that none of
    them is an effect, and there are no intervals. The intercept is not penalised: the fitted counts sum to the counts. ValueError:
    shapes that do not fit, missing or negative numbers, no events.

    Source: Hoerl A, Kennard R (1970) Technometrics 12:55; le Cessie S, van Houwelingen J (1992) Applied Statistics 41:191.

    >>> rng = np.random.default_rng(1)
    >>> sign = rng.normal(size=(5_000, 2))
    >>> counts = rng.poisson(0.2 * np.exp(0.5 * sign[:, 0]))
    >>> fitted = fit_penalised_poisson(sign, counts, np.ones(5_000), penalty=10.0)
    >>> print(f"{np.exp(fitted.intercept):.2f}", fitted.coefficients.round(1) + 0.0)
    0.19 [0.5 0. ]
    """
    given, count, exposure = _check(features, counts, exposures, penalty)
    centre, spread = given.mean(axis=0, dtype=np.float64), given.std(axis=0, dtype=np.float64)
    spread[spread < 1e-9] = 1.0
    design = np.ones((len(count), given.shape[1] + 1), dtype=np.float32)
    design[:, 1:] = (given - centre) / spread
    weight = np.full(design.shape[1], float(penalty))
    weight[0] = 0.0
    offset = np.log(exposure)
    beta = _first(start, centre, spread, count, exposure)
    beta = _climb(design, count, offset, weight, beta)
    return PenalisedPoisson(
        intercept=float(beta[0]),
        coefficients=beta[1:],
        centre=centre,
        spread=spread,
        events=float(count.sum()),
        method=f"Poisson regression, ridge penalty {penalty:g}",
    )


def _climb(
    design: FloatArray, count: FloatArray, offset: FloatArray, weight: FloatArray, beta: FloatArray
) -> FloatArray:
    """Newton's method; a step that makes things worse is halved. Single precision for the matrix, double for what is summed."""
    events = count.sum()

    def climb_to(at: FloatArray) -> tuple[float, FloatArray]:
        log_mean = np.clip(design @ at.astype(np.float32) + offset, -_STEEPEST, _STEEPEST)
        mean = np.exp(log_mean)
        return float(count @ log_mean - mean.sum() - (weight * at**2).sum() / 2), mean

    height, mean = climb_to(beta)
    for _ in range(_STEPS):
        uphill = design.T @ (count - mean).astype(np.float32) - weight * beta
        root = np.sqrt(mean).astype(np.float32)[:, None]
        bend = (design * root).T @ (design * root)
        step = np.linalg.solve(bend.astype(np.float64) + np.diag(weight + 1e-9), uphill.astype(np.float64))
        for _ in range(_STEPS):
            higher, mean = climb_to(beta + step)
            if higher >= height - _TOLERANCE * events:
                break
            step = step / 2
        beta, gained, height = beta + step, higher - height, higher
        if gained < _TOLERANCE * events:
            break
    return beta


def _first(
    start: PenalisedPoisson | None, centre: FloatArray, spread: FloatArray, count: FloatArray, exposure: FloatArray
) -> FloatArray:
    """Where to begin: at the overall rate, or at an earlier fit told in the new units."""
    beta = np.zeros(len(centre) + 1)
    if start is None or start.centre.shape != centre.shape:
        beta[0] = np.log(count.sum() / exposure.sum())
        return beta
    slope = start.coefficients / start.spread
    beta[0] = start.intercept + float((centre - start.centre) @ slope)
    beta[1:] = slope * spread
    return beta


def _check(
    features: ArrayLike, counts: ArrayLike, exposures: ArrayLike, penalty: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    given = np.asarray(features)  # kept in single precision where it comes so: millions of numbers
    count, exposure = as_counts(counts, "counts"), as_numbers(exposures, "exposures")
    if given.ndim != 2 or not count.shape == exposure.shape == given.shape[:1]:
        raise ValueError(
            f"shapes do not fit together: features {given.shape}, counts {count.shape}, exposures {exposure.shape}; "
            "give a row of features, a count and an exposure for each"
        )
    if not np.isfinite(given).all() or np.isnan(count).any() or not (exposure > 0).all():
        raise ValueError("features, counts or exposures hold a missing number, or an exposure is not above 0")
    if not count.sum() > 0:
        raise ValueError("counts hold no event, so that there is nothing to learn; take a longer period")
    if not penalty > 0:
        raise ValueError(f"penalty must be above 0, for example 100, not {penalty:g}")
    return given, count, exposure
