"""What links between records are worth where nobody is named: those found, less those that chance alone would have found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics.inputs import FloatArray, as_counts, as_given, check_confidence
from safeground.engine.statistics.intervals import normal_quantile
from safeground.engine.statistics.results import Estimate


@dataclass(frozen=True, eq=False)
class LinkedShare(Estimate):
    """The share of records that truly have a partner. `by_chance`: the share of those that have none which seem to have one."""

    by_chance: float


def estimate_linked_share(
    found: float, records: float, found_by_chance: float, tried_by_chance: float, *, confidence: float = 0.95
) -> LinkedShare:
    """Of records linked by a rule without names, the share that truly have a partner in the other list.

    found: of `records`, how many have a candidate. found_by_chance: of `tried_by_chance` records moved to a time when they cannot have
    one, how many still have a candidate. If c is that share, a true share p shows as p + (1 - p) c; solved for p, with the delta method's
    interval within 0 to 1. It takes the rule to find every true link: where it misses some, p is too low by as much. NaN where there are
    no records, or where chance finds a candidate for all.

    Source: the false-match correction of linkage by comparison with records that cannot belong together; Blakely T, Salmond C (2002)
    International Journal of Epidemiology 31:1246.

    ValueError: negative numbers, or more found than records.

    >>> share = estimate_linked_share(500, 1000, 1000, 8000)
    >>> print(f"{share.value:.0%}, {share.lower:.0%} to {share.upper:.0%}; {share.by_chance:.0%} by chance")
    43%, 39% to 46%; 12% by chance
    """
    confidence = check_confidence(confidence)
    hits, n, false_hits, tries = (
        float(x) for x in as_counts([found, records, found_by_chance, tried_by_chance], "counts")
    )
    if hits > n or false_hits > tries:
        raise ValueError(
            f"{hits:g} of {n:g} records, and {false_hits:g} of {tries:g} by chance: more were found than there are"
        )
    if not n > 0 or not tries > 0 or false_hits >= tries:
        gone = as_given(np.array(np.nan))
        why = (
            "not available: there are no records to link"
            if not n > 0
            else "not available: chance alone links every record"
        )
        return LinkedShare(gone, gone, gone, as_given(np.array(why)), confidence, np.nan)
    seen, chance = hits / n, false_hits / tries
    share = float(np.clip((seen - chance) / (1 - chance), 0.0, 1.0))
    variance = (seen * (1 - seen) / n + (1 - share) ** 2 * chance * (1 - chance) / tries) / (1 - chance) ** 2
    reach = normal_quantile(1 - confidence) * np.sqrt(variance)
    return LinkedShare(
        value=as_given(np.array(share)),
        lower=as_given(np.array(max(0.0, share - reach))),
        upper=as_given(np.array(min(1.0, share + reach))),
        method=as_given(np.array("links found less those of chance, delta method")),
        confidence=confidence,
        by_chance=chance,
    )


def remove_chance_links(found: ArrayLike, chance: ArrayLike, *, missed: float = 0.0) -> FloatArray:
    """How many records truly stand in neither, one or both of two other lists.

    found, chance: shape (2, 2): how many records have a candidate in the first list (index 1) or not, and in the second; as they are, and
    moved to a time when they can have none. Of true links the share `missed` is not found; a record without one has a candidate as often
    as those that were moved. Returned are the four numbers that would show as `found`, none below 0, with the same sum. NaN where chance
    finds a candidate in a list for all.

    ValueError for other shapes, negative numbers, and a share that is none.

    >>> remove_chance_links([[400, 200], [200, 200]], [[810, 90], [90, 10]]).round().tolist()
    [[494.0, 173.0], [173.0, 160.0]]
    """
    seen, moved = as_counts(found, "found"), as_counts(chance, "chance")
    if seen.shape != (2, 2) or moved.shape != (2, 2):
        raise ValueError("links to two lists are counted in two rows of two")
    if not 0 <= missed < 1:
        raise ValueError(f"missed is a share from 0 to below 1, not {missed:g}")
    if not moved.sum() > 0 or moved[0].sum() == 0 or moved[:, 0].sum() == 0:
        return np.full((2, 2), np.nan)
    rate = moved / moved.sum()
    first, second = rate[1].sum(), rate[:, 1].sum()
    finds_first, finds_second = (1 - missed * (1 - by_chance) for by_chance in (first, second))
    # Columns: true links to (neither, second, first, both); rows: what is seen.
    shows = np.array(
        [
            [
                rate[0, 0],
                (1 - first) * (1 - finds_second),
                (1 - finds_first) * (1 - second),
                (1 - finds_first) * (1 - finds_second),
            ],
            [rate[0, 1], (1 - first) * finds_second, (1 - finds_first) * second, (1 - finds_first) * finds_second],
            [rate[1, 0], first * (1 - finds_second), finds_first * (1 - second), finds_first * (1 - finds_second)],
            [rate[1, 1], first * finds_second, finds_first * second, finds_first * finds_second],
        ]
    )
    if rate[0, 0] == 0:
        return np.full((2, 2), np.nan)
    true = np.maximum(np.linalg.solve(shows, seen.ravel()), 0.0)
    return np.asarray((true * (seen.sum() / true.sum() if true.sum() > 0 else 1.0)).reshape(2, 2))
