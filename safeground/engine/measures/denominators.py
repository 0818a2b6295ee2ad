"""Where residents are a poor denominator: many more people come to a town centre than live in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import PoorDenominator
from safeground.engine.measures.counting import DefinitionCounts
from safeground.engine.measures.matrices import FloatMatrix
from safeground.engine.measures.periods import Period


def flag_poor_denominators(
    crimes: Mapping[str, DefinitionCounts],
    people: FloatMatrix,
    rule: PoorDenominator,
    period: Period,
    *,
    is_small_area: bool = True,
) -> NDArray[np.bool_]:
    """Which areas a partnership's rule says residents are a poor denominator for. Shape (areas,).

    crimes: monthly counts of recorded crime by offence, all of the same areas. people: residents, shape (areas,). The average is that of
    all these areas together. An area without residents is always flagged; one without a count (incomplete) by nothing else.
    """
    by_offence = {offence: counts.definite.gather([period]).values[:, 0] for offence, counts in crimes.items()}
    everything = np.sum(list(by_offence.values()), axis=0) if by_offence else np.zeros(len(people))
    visitors = np.sum([by_offence.get(offence, np.zeros(len(people))) for offence in rule.visitor_offences], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = (everything / people) / (np.nansum(everything) / np.nansum(people[~np.isnan(everything)]))
        share = visitors / everything
    limits = rule.small_area if is_small_area else rule.larger_area
    is_centre = (times >= limits.times_with_visitors) & (share >= rule.visitor_share)
    return np.asarray((people == 0) | (times >= limits.times_the_average) | is_centre)
