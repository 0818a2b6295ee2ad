"""How sure a number is that was fitted to months of which a high one is followed by a high one.

The usual answer (Newey and West, as peers give it for interrupted series) is far too sure in series of a few years: in made-up series of
48 to 96 months its 95% intervals held the truth in 71 to 88 of 100, as the trend that is fitted takes up the very waves that have to be
measured. Here persistence is that of a first-order autoregression; its restricted likelihood allows for the fit, and the answer is
averaged over every persistence by how likely the months make it, none being taken for known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

_GRID = np.linspace(0.0, 0.95, 20)


@dataclass(frozen=True, eq=False)
class Doubt:
    """Of one number: what its error is at each persistence, shape (20,), and how likely that is. `mean`: of the persistence."""

    errors: Floats
    likely: Floats
    freedom: int

    @property
    def mean(self) -> float:
        return float(self.likely @ _GRID)

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

    residuals: shape (months,), of one variance. columns: (months, columns), the design in the same scale. at: (months,) their numbers, so
    that a missing month is a longer step.

    Source: Cheang W, Reinsel G (2000) JASA 95:1173 (restricted likelihood for regression with autoregressive errors).
    """
    freedom = len(residuals) - columns.shape[1]
    step = np.diff(at)
    apart = np.abs(at[:, np.newaxis] - at)
    logs, errors = np.empty(_GRID.size), np.empty(_GRID.size)
    for number, persistence in enumerate(_GRID.tolist()):
        kept = persistence**step
        fresh = np.sqrt(1 - kept**2)
        whole = np.column_stack([columns, residuals])
        white = whole.copy()
        white[1:] = (whole[1:] - kept[:, np.newaxis] * whole[:-1]) / fresh[:, np.newaxis]
        basis, triangle = np.linalg.qr(white[:, :-1])
        left = white[:, -1] - basis @ (basis.T @ white[:, -1])
        variance = float(left @ left) / freedom
        logs[number] = -freedom / 2 * np.log(variance) - np.log(fresh).sum() - np.log(np.abs(np.diag(triangle))).sum()
        errors[number] = np.sqrt(max(variance * float(weights @ (persistence**apart) @ weights), 0.0))
    likely = np.exp(logs - logs.max())
    return Doubt(errors, likely / likely.sum(), freedom)
