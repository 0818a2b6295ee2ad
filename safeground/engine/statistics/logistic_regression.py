"""How likely something is, from many signs at once: logistic regression that a ridge penalty holds back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics.inputs import FloatArray, as_numbers

_STEPS = 100
_TOLERANCE = 1e-10
_LONGEST_STEP = 5.0
"""In log odds for a spread: a longer step of Newton's overshoots where few are near the middle."""


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """A fitted model of the odds. `coefficients`, shape (features,), are for features less `centre` and divided by `spread`; `intercept`
    is the log odds where all features are at their centre. `method` says how it was made."""

    intercept: float
    coefficients: FloatArray
    centre: FloatArray
    spread: FloatArray
    method: str

    def log_odds(self, features: ArrayLike) -> FloatArray:
        """The logarithm of the odds, (rows,), of features (rows, features)."""
        return np.asarray(
            self.intercept + (np.asarray(features, dtype=np.float64) - self.centre) / self.spread @ self.coefficients
        )


def fit_logistic(features: ArrayLike, outcome: ArrayLike, *, penalty: float = 1.0) -> LogisticFit:
    """Logistic regression that maximises its log likelihood less penalty / 2 times the squared coefficients.

    features: shape (rows, features), standardised here, so that the penalty asks of each the same; a feature that does not vary gets
    nothing. outcome: (rows,), 0 or 1, both of them met. penalty: in people, about; 0 is maximum likelihood, which has no answer where
    features part the two kinds of rows completely. The intercept is not penalised, so that fitted probabilities sum to the outcomes.

    For comparing like with like and for forecasts; with a penalty coefficients are drawn towards nought and are no effects. ValueError:
    shapes that do not fit, missing numbers, an outcome that is not both 0 and 1, no maximum.

    Source: le Cessie S, van Houwelingen J (1992) Applied Statistics 41:191.

    >>> fit = fit_logistic([[0], [0], [0], [0], [1], [1], [1], [1]], [1, 0, 0, 0, 1, 1, 1, 0], penalty=0)
    >>> [round(float(np.exp(each)), 2) for each in fit.log_odds([[0], [1]])]
    [0.33, 3.0]
    """
    table, events = _read(features, outcome)
    if penalty < 0:
        raise ValueError(f"a penalty is 0 or more, not {penalty:g}")
    centre, spread = table.mean(axis=0), table.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(table)), (table - centre) / spread])
    weight = np.r_[0.0, np.full(table.shape[1], penalty)]
    # A feature that does not vary has a column of noughts; a whisper on the diagonal leaves its coefficient at nought.
    ridge = np.diag(weight + np.r_[0.0, np.where((table == table[:1]).all(axis=0), 1.0, 0.0)])
    found = np.zeros(design.shape[1])
    found[0] = special.logit(events.mean())
    for _ in range(_STEPS):
        chance = special.expit(design @ found)
        gradient = design.T @ (events - chance) - weight * found
        curvature = (design * (chance * (1 - chance))[:, np.newaxis]).T @ design + ridge
        try:
            step = np.linalg.solve(curvature, gradient)
        except np.linalg.LinAlgError:
            break
        found = found + step * min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        if float(np.abs(step).max()) < _TOLERANCE:
            method = "logistic regression" + (f", ridge penalty {penalty:g}" if penalty else "")
            return LogisticFit(float(found[0]), found[1:], centre, spread, method)
    raise ValueError(
        "the features tell the two kinds of rows apart completely, or one of them is made of others, so that no model is the likeliest; "
        "take a feature out, or give a penalty above 0"
    )


def _read(features: ArrayLike, outcome: ArrayLike) -> tuple[FloatArray, FloatArray]:
    table, events = as_numbers(features, "features"), as_numbers(outcome, "outcome")
    if table.ndim != 2 or events.shape != table.shape[:1]:
        raise ValueError(
            f"give features (rows, features) and an outcome for each row, not {table.shape} and {events.shape}"
        )
    if np.isnan(table).any() or np.isnan(events).any():
        raise ValueError("a feature or an outcome is missing; leave the row out, or say what stands for a missing one")
    if set(np.unique(events)) != {0.0, 1.0}:
        raise ValueError("the outcome is 0 or 1, and both are needed")
    return table, events
