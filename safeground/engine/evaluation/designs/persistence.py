"""How sure a number is that was fitted to months of which a high one is followed by a high one.

The usual answer (Newey and West, as peers give it for interrupted series) is far too sure in series of a few years: in made-up series of
48 to 96 months its 95% intervals held the truth in 71 to 88 of 100, as the trend that is fitted takes up the very waves that have to be
measured. And a wave hides in counts: where chance makes a month vary as much as the wave does, one month seems to say little of the next,
though the wave goes on for a year. Here a month is therefore a wave (a first-order autoregression) and chance beside it, which is
never less than that of counts; the restricted likelihood allows for the fit, and the answer is averaged over every persistence and
every share of the wave by how likely the months make them, none being taken for known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

_PERSISTENCES = np.array([0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98])
_SHARES = np.linspace(0.0, 1.0, 11)
"""Of the variance of a month, in the wave."""


@dataclass(frozen=True, eq=False)
class Doubt:
    """Of one number: what its error is for each persistence and share of the wave, shape (models,), and how likely that is.

    `persistence`: of the wave, of one month in the next, and `share`: of the wave in the variance of a month, both averaged.
    """

    errors: Floats
    likely: Floats
    freedom: int
    persistence: float
    share: float

    def p(self, value: float) -> float:
        """That as much is seen or more where there is nothing."""
        with np.errstate(divide="ignore"):
            return float(self.likely @ (2 * special.stdtr(self.freedom, -np.abs(value) / self.errors)))

    def reach(self, confidence: float) -> float:
        """Half the width of the interval: where p is 1 - confidence."""
        farthest = -2 * float(special.stdtrit(self.freedom, (1 - confidence) / 2)) * float(self.errors.max())
        if not farthest > 0:
            return 0.0
        return float(optimize.brentq(lambda value: self.p(value) - (1 - confidence), 0.0, farthest))


def measure_doubt(residuals: Floats, columns: Floats, weights: Floats, at: Floats) -> Doubt:
    """Of `weights` times the residuals summed over months.

    residuals: shape (months,), Pearson's, so that chance alone gives them a variance of 1. columns: (months, columns), the design in the
    same scale. at: (months,) their numbers, so that a missing month is a longer step.

    Source: Cheang W, Reinsel G (2000) JASA 95:1173 (restricted likelihood for regression with autoregressive errors); Zeger S (1988)
    Biometrika 75:621 (counts as chance round a wave).
    """
    freedom = len(residuals) - columns.shape[1]
    logs, errors = (np.empty((_PERSISTENCES.size, _SHARES.size)) for _ in range(2))
    whole = np.column_stack([columns, residuals])
    for row, (roots, axes) in enumerate(_waves(tuple(at.tolist()))):
        turned, aimed = axes.T @ whole, axes.T @ weights
        for column, share in enumerate(_SHARES.tolist()):
            variance = np.maximum(1 - share + share * roots, 1e-9)
            basis, triangle = np.linalg.qr(turned[:, :-1] / np.sqrt(variance)[:, np.newaxis])
            white = turned[:, -1] / np.sqrt(variance)
            left = white - basis @ (basis.T @ white)
            squares = float(left @ left)
            logs[row, column] = (
                -freedom / 2 * np.log(squares) - np.log(variance).sum() / 2 - np.log(np.abs(np.diag(triangle))).sum()
                # Chance is no less than that of counts: how likely the scale leaves room for it.
                + np.log(max(float(special.gammainc(freedom / 2, squares * (1 - share) / 2)), 1e-300))
            )  # fmt: skip
            errors[row, column] = np.sqrt(max(squares / freedom * float(variance @ aimed**2), 0.0))
    likely = np.exp(logs - logs.max())
    likely /= likely.sum()
    return Doubt(
        errors.ravel(), likely.ravel(), freedom,
        persistence=float(likely.sum(axis=1) @ _PERSISTENCES), share=float(likely.sum(axis=0) @ _SHARES),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _waves(at: tuple[float, ...]) -> tuple[tuple[Floats, Floats], ...]:
    """Variances and axes of each wave over these months: the same for every series of them."""
    apart = np.abs(np.subtract.outer(at, at))
    return tuple(
        (found.eigenvalues, found.eigenvectors) for found in (np.linalg.eigh(p**apart) for p in _PERSISTENCES.tolist())
    )
