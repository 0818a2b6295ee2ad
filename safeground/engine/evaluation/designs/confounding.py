"""How strong something unseen would have to be to explain a ratio away."""

from __future__ import annotations

import math
from dataclasses import dataclass

from safeground.engine.evaluation.effects import Effect, Scale
from safeground.engine.evaluation.errors import EvaluationRefused


@dataclass(frozen=True)
class EValue:
    """The least ratio by which something unseen would have to go with both treatment and outcome to explain the estimate, and to
    bring the interval to 1; 1 where the interval holds 1 already."""

    of_estimate: float
    of_interval: float


def estimate_e_value(effect: Effect) -> EValue:
    """Of an effect that is a ratio of rates. Raises EvaluationRefused for a difference and for a ratio without an end.

    Source: VanderWeele T, Ding P (2017) Annals of Internal Medicine 167:268.
    """
    if effect.scale is not Scale.RATIO or not 0 < effect.estimate < math.inf:
        raise EvaluationRefused(
            "How strong something unseen would have to be can be told of a finite ratio above nought alone."
        )
    near = effect.lower if effect.estimate > 1 else effect.upper
    holds_nothing = math.isnan(near) or effect.lower <= 1 <= effect.upper
    return EValue(_strength(effect.estimate), 1.0 if holds_nothing else _strength(near))


def _strength(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))
