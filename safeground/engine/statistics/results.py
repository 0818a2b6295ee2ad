"""The shape every result has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safeground.engine.statistics.inputs import FloatArray, TextArray


@dataclass(frozen=True, eq=False)
class Estimate:
    """A value with its interval, how it was made and how sure it claims to be.

    `value`, `lower`, `upper` and `method` share one shape; single numbers in give single numbers out. `method` says for each element
    which formula made it, or begins with 'not available:' and says why there is no value (which is then NaN).
    """

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    method: TextArray
    confidence: float


def read_direction(lower: FloatArray, upper: FloatArray, nothing: float) -> TextArray:
    """What an interval allows to be said: 'higher' or 'lower' when all of it lies beyond `nothing`, else 'cannot tell'.

    A missing limit is never beyond anything, so a missing interval cannot tell.
    """
    side = np.where(np.asarray(lower) > nothing, "higher", "cannot tell")
    return np.where(np.asarray(upper) < nothing, "lower", side)
