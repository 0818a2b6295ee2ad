"""Many comparisons on one page, read together: of twenty areas that do not differ, one would be called higher or lower by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from safeground.engine.statistics.comparisons import Comparison
from safeground.engine.statistics.inputs import FloatArray, as_given
from safeground.engine.statistics.significance import adjust_false_discovery

_Kind = TypeVar("_Kind", bound=Comparison)


def read_together(comparisons: Sequence[_Kind]) -> tuple[_Kind, ...]:
    """The same comparisons, read as one family: `p_value` adjusted for their number, `direction` allowing for it.

    comparisons: each of any shape; all their elements are one family. `direction` keeps its word only where the adjusted p-value is
    below one minus the confidence, else it is 'cannot tell': of the words left, at most that share is expected to be wrong. Value and
    interval stay as they are, each for its own comparison; so an interval can lie on one side where the word is 'cannot tell', and a
    sentence must take its word from `direction`. Do not read a family twice: the second time would adjust the adjusted.

    One comparison alone stays as it is. Source: see `adjust_false_discovery`.

    ValueError where comparisons differ in confidence.

    >>> from safeground.engine.statistics import compare_rates
    >>> areas = compare_rates([136, 100, 96, 104, 101], 1, 100, 1)
    >>> print(areas.direction[0], "becomes", read_together([areas])[0].direction[0])
    higher becomes cannot tell
    """
    if len({comparison.confidence for comparison in comparisons}) > 1:
        raise ValueError("comparisons that are read together need one confidence")
    sizes = [np.size(comparison.p_value) for comparison in comparisons]
    every = np.concatenate([np.ravel(comparison.p_value) for comparison in comparisons]) if comparisons else np.zeros(0)
    parts = np.split(adjust_false_discovery(every), np.cumsum(sizes)[:-1])
    return tuple(
        _read(comparison, part.reshape(np.shape(comparison.p_value)))
        for comparison, part in zip(comparisons, parts, strict=False)
    )


def _read(comparison: _Kind, adjusted: FloatArray) -> _Kind:
    told = adjusted < 1 - comparison.confidence
    return replace(
        comparison,
        p_value=as_given(adjusted),
        direction=as_given(np.where(told, comparison.direction, "cannot tell")),
    )
