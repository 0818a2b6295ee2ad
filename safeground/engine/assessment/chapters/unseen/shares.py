"""Shares and parts of shares, worked out from counts as they are told: any reader could do the same, so nothing more is given away."""

from __future__ import annotations

import math

import numpy as np

from safeground.engine.disclosure import DisclosureRule, Protected, protect_derived
from safeground.engine.statistics import Estimate, estimate_proportion


def tell_share(part: Protected, rest: Protected, rule: DisclosureRule) -> Protected:
    """How many per cent `part` is of both together, with Wilson's interval. Withheld where either is."""
    if part.value is None or rest.value is None or not part.value + rest.value:
        return protect_derived(
            math.nan, unit="%", rule=rule, told=(part, rest), reason="there is nothing to take a share of"
        )
    return tell_estimate(
        estimate_proportion(part.value, part.value + rest.value), (part, rest), rule, unit="%", scale=100
    )


def tell_estimate(
    estimate: Estimate, told: tuple[Protected, ...], rule: DisclosureRule, *, unit: str, scale: float = 1.0
) -> Protected:
    """A single estimate made from numbers as they are told."""
    value, lower, upper = (scale * float(np.asarray(x)) for x in (estimate.value, estimate.lower, estimate.upper))
    method = str(np.asarray(estimate.method))
    is_here = not math.isnan(value)
    return protect_derived(
        value,
        unit=unit,
        rule=rule,
        told=told,
        lower=lower if is_here else None,
        upper=upper if is_here else None,
        method=f"{method}, from counts as they are told",
        confidence=estimate.confidence,
        reason=None if is_here else method.removeprefix("not available: "),
    )
