"""Counts that stand in one table with their totals: where one is withheld, another goes with it, lest it be worked out from the rest.

This guards against sums within a table. It does not guard against two tables of different editions, nor one who knows some of the events.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from safeground.engine.disclosure import DisclosureRule, Protected, State, protect


def protect_cells(
    counts: Sequence[float], lines: Iterable[Sequence[int]], rule: DisclosureRule, *, unit: str = "offences"
) -> list[Protected]:
    """Counts, some of which add up to totals that are told elsewhere: each of `lines` holds the positions of such a sum.

    No line keeps exactly one number withheld: the smallest other that is not zero goes with it. NaN is not available.
    """
    withheld = [_is_withheld(count, rule) for count in counts]
    lines, changed = [list(line) for line in lines], any(withheld)
    while changed:
        changed = False
        for line in lines:
            shown = [place for place in line if not withheld[place] and counts[place] > 0]
            if shown and sum(withheld[place] for place in line) == 1:
                withheld[min(shown, key=lambda place: counts[place])] = changed = True
    return [_protect(count, rule, unit, goes_with=hides) for count, hides in zip(counts, withheld, strict=True)]


def protect_table(
    counts: NDArray[np.float64], rule: DisclosureRule, *, has_row_totals: bool = False
) -> list[list[Protected]]:
    """Counts of shape (rows, columns) whose column totals are told, and with `has_row_totals` those of the rows too."""
    positions = np.arange(counts.size).reshape(counts.shape)
    lines = [*positions.T, *(positions if has_row_totals else ())]
    cells = protect_cells(counts.ravel().tolist(), [line.tolist() for line in lines], rule)
    return [cells[start : start + counts.shape[1]] for start in range(0, counts.size, counts.shape[1])]


def protect_parts(counts: Sequence[float], rule: DisclosureRule, *, of: Protected | None = None) -> list[Protected]:
    """Counts that add up to a total that is told (`of`); where that is withheld, so is each part."""
    if of is not None and not of.is_published:
        return [_protect(count, rule, "offences", goes_with=True) for count in counts]
    return protect_cells(counts, [range(len(counts))], rule)


def protect_beside(count: float, other: float, rule: DisclosureRule) -> Protected:
    """A count told beside another of nearly the same events: where they differ by a number that is withheld, so is the count."""
    return _protect(count, rule, "offences", goes_with=_is_withheld(abs(count - other), rule))


def protect_sum(parts: Sequence[Protected], total: float, rule: DisclosureRule) -> Protected:
    """A total of few parts; where one of them is withheld, so is the total."""
    return _protect(total, rule, "offences", goes_with=any(part.state is State.SUPPRESSED for part in parts))


def _is_withheld(count: float, rule: DisclosureRule) -> bool:
    return not math.isnan(count) and 0 < round(count) <= rule.threshold


def _protect(count: float, rule: DisclosureRule, unit: str, *, goes_with: bool) -> Protected:
    if math.isnan(count):
        reason = "it was not received for the whole period"
        return protect(None, unit=unit, rule=rule, state=State.NOT_AVAILABLE, reason=reason)
    if goes_with and not _is_withheld(count, rule):
        reason = f"withheld, lest a number based on 1 to {rule.threshold} events be worked out from it ({rule.title})"
        return protect(None, unit=unit, rule=rule, state=State.SUPPRESSED, reason=reason)
    whole = float(round(count))
    return protect(whole, unit=unit, rule=rule, count=whole)
