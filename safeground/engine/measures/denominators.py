"""Where residents are a poor denominator (many more people come to a town centre than live in it), and where there are none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import EventDefinition, Interval, Measure, PoorDenominator, Unit
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


def count_without_residents(measure: Measure, numerator: EventDefinition) -> Measure:
    """A rate told as the count of its numerator, for want of a population. It keeps its name, so that what asks for it finds it.

    The caveats of the rate are about residents and go; in their place stands what a count cannot say.
    """
    short = measure.short_title
    told = {
        "title": numerator.title if measure.numerator.definition else f"{short[:1].upper()}{short[1:]}",
        "unit": Unit(type="count"),
        "denominator": None,
        "interval": Interval(method="exact_or_byar", confidence=measure.interval.confidence),
        "caveats": (
            "No population to tell a rate over has landed, so this rests on counts: it cannot be set beside a place of another size.",
        ),
    }
    return measure.model_copy(update=told)
