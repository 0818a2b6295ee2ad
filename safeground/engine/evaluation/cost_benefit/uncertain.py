"""What a number may be besides its best estimate: an effect with its interval, or a value between limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

FloatArray = NDArray[np.float64]


class Spread(StrEnum):
    """How a number that is not known is drawn."""

    KNOWN = "taken as known"
    INTERVAL = "interval of an effect"
    """Normal on the log scale with a side of its own below and above, so that a draw's median is the estimate and the bounds of its
    interval are the interval's: intervals of re-drawn schedules are not symmetric."""
    DIFFERENCE = "interval of a difference"
    """Normal, with a side of its own below and above: a difference may lie on either side of none, where a log has no value."""
    LIMITS = "between limits"
    """Triangular: likeliest at the value, never outside the limits. A choice, and nobody's finding."""


@dataclass(frozen=True)
class Uncertain:
    """`low`, `high`: the bounds of an interval at `confidence`, or limits; both are `central` where it is taken as known."""

    central: float
    low: float
    high: float
    spread: Spread
    confidence: float = 0.95

    @classmethod
    def known(cls, value: float) -> Uncertain:
        return cls(value, value, value, Spread.KNOWN)

    @classmethod
    def limits(cls, value: float, low: float | None, high: float | None) -> Uncertain:
        """Between limits; known where there are none."""
        if low is None or high is None or low == high:
            return cls.known(value)
        if not low <= value <= high:
            raise ValueError(f"{value:g} does not lie between its limits {low:g} and {high:g}")
        return cls(value, low, high, Spread.LIMITS)

    @classmethod
    def ratio(cls, estimate: float, low: float, high: float, *, confidence: float) -> Uncertain:
        """A ratio with its interval. Raises ValueError where its log has no end."""
        if not (0 < low <= estimate <= high < math.inf):
            raise ValueError("an interval that begins at nought or has no end cannot be drawn from")
        return cls(estimate, low, high, Spread.INTERVAL, confidence)

    @classmethod
    def difference(cls, estimate: float, low: float, high: float, *, confidence: float) -> Uncertain:
        """A share worked out from a difference, with its interval. Raises ValueError where that has no end."""
        if not (-math.inf < low <= estimate <= high < math.inf):
            raise ValueError("an interval that has no end cannot be drawn from")
        return cls(estimate, low, high, Spread.DIFFERENCE, confidence)

    @property
    def is_known(self) -> bool:
        return self.spread is Spread.KNOWN

    @property
    def mean(self) -> float:
        """The mean of the draws, exactly. Of an effect it is not the estimate, which is their median."""
        if self.spread is Spread.LIMITS:
            return (self.low + self.central + self.high) / 3
        if self.spread is Spread.KNOWN:
            return self.central
        below, above = self._sides()
        if self.spread is Spread.DIFFERENCE:
            return self.central + (above - below) / math.sqrt(2 * math.pi)
        return float(
            self.central * (math.exp(below**2 / 2) * norm.cdf(-below) + math.exp(above**2 / 2) * norm.cdf(above))
        )

    def draw(self, number: int, *, rng: np.random.Generator) -> FloatArray | float:
        """`number` draws, shape (number,); the bare value where it is known."""
        if self.spread is Spread.KNOWN:
            return self.central
        if self.spread is Spread.LIMITS:
            return rng.triangular(self.low, self.central, self.high, number)
        below, above = self._sides()
        z = rng.standard_normal(number)
        moved = np.where(z < 0, below, above) * z
        return self.central + moved if self.spread is Spread.DIFFERENCE else self.central * np.exp(moved)

    def _sides(self) -> tuple[float, float]:
        """Standard deviations below and above the estimate; of a ratio, those of its log."""
        z = float(norm.ppf((1 + self.confidence) / 2))
        if self.spread is Spread.DIFFERENCE:
            return (self.central - self.low) / z, (self.high - self.central) / z
        return math.log(self.central / self.low) / z, math.log(self.high / self.central) / z
