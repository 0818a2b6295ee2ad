"""Counts that stand in one table with their totals: where one is withheld, another goes with it, lest it be worked out from the rest.

This guards against sums within a table, and given a register against those with all that the edition has told. Earlier editions are
`find_exposures`' part. It does not guard against one who knows some of the events.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.register import Line, Register
from safeground.engine.disclosure import CellKey, DisclosureRule, Protected, Series, State, protect


def protect_cells(
    counts: Sequence[float],
    lines: Iterable[Sequence[int]],
    rule: DisclosureRule,
    *,
    unit: str = "offences",
    withheld_too: Collection[int] = (),
    keys: Sequence[CellKey] | None = None,
    totals: Sequence[CellKey | None] | None = None,
    register: Register | None = None,
) -> list[Protected]:
    """Counts, some of which add up to totals that are told elsewhere: each of `lines` holds the positions of such a sum.

    What goes with a small count is chosen over all lines together, at the least loss, so that of each nobody can say more than the rule's
    marker does. All that a line withholds give the same reason; of two whose sum is 8 it must not be told that both are small, lest both
    be 4. NaN is not available. `withheld_too`: positions withheld for what stands outside the lines. `keys`, `totals`, `register`: what
    the counts and the lines' totals are called in all that the edition tells, and what it has told so far.
    """
    usable = [place for place, count in enumerate(counts) if not math.isnan(count)]
    at = {place: number for number, place in enumerate(usable)}
    names = keys or [CellKey(Series("", "", str(place)), ()) for place in range(len(counts))]
    lines = [list(line) for line in lines]
    hidden = (register or Register(rule)).tell(
        [round(counts[place]) for place in usable],
        [names[place] for place in usable],
        [
            Line(
                tuple(at[place] for place in line if place in at), total if len(line) == len(at.keys() & line) else None
            )
            for line, total in zip(lines, totals or [None] * len(lines), strict=True)
        ],
        withheld_too=[at[place] for place in withheld_too if place in at],
    )
    withheld = [place in at and hidden[at[place]] for place in range(len(counts))]
    together = {place for line in lines for place in line if sum(withheld[other] for other in line) > 1} | {
        *withheld_too,
        *(place for place in usable if withheld[place] and not _is_withheld(counts[place], rule)),
    }
    return [
        _protect(count, rule, unit, goes_with=place in together and hides)
        for place, (count, hides) in enumerate(zip(counts, withheld, strict=True))
    ]


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


def protect_readings(
    readings: Sequence[tuple[float, float]], chosen: int, rule: DisclosureRule
) -> list[tuple[Protected, Protected, Protected]]:
    """What is definite, what cannot be told and both together, for each reading of one open question.

    Readings mostly count nearly the same events. Where one differs from another that is told by few, in any of the three, so that they
    could be worked out, it is withheld; the chosen one stays.
    """
    told: list[tuple[float, float]] = [readings[chosen]]
    found = []
    for place, (definite, undetermined) in enumerate(readings):
        others = [] if place == chosen else told
        hides = any(_is_withheld(abs(definite - other), rule) for other, _ in others)
        hides_more = any(
            _is_withheld(abs(undetermined - more), rule)
            or _is_withheld(abs(definite + undetermined - other - more), rule)
            for other, more in others
        )
        parts = [
            _protect(definite, rule, "offences", goes_with=hides),
            _protect(undetermined, rule, "offences", goes_with=hides_more),
        ]
        if place != chosen:
            told.append((definite, undetermined))
        found.append((parts[0], parts[1], protect_sum(parts, definite + undetermined, rule)))
    return found


def protect_nested(
    tables: Sequence[NDArray[np.float64]], nested: Callable[[int, int], tuple[bool, bool, bool]], rule: DisclosureRule
) -> list[list[tuple[Protected, Protected, Protected]]]:
    """What is definite, what cannot be told and both together, of several definitions side by side, whose column totals are told.

    tables: for each definition an array of shape (rows, 2). nested: whether of two definitions one's events lie within the other's, for
    each of the three. Then their difference counts events too, and is held to the rule, and to its own total, like any other number:
    where it must not be told, the later definition's number is withheld. Where definitions only overlap, their difference counts nobody.
    """
    found = []
    for place, table in enumerate(tables):
        hides = np.zeros(table.shape, dtype=bool)
        for other in range(place):
            definite, undetermined, both = nested(other, place)
            apart = np.abs(table - tables[other])
            if definite:
                hides[:, 0] |= _tells_few(apart[:, 0], rule)
            if undetermined:
                hides[:, 1] |= _tells_few(apart[:, 1], rule)
            if both:
                hides[:, 1] |= _tells_few(np.abs(table.sum(axis=1) - tables[other].sum(axis=1)), rule)
        places = np.arange(table.size).reshape(table.shape)
        columns = [column.tolist() for column in places.T]
        cells = protect_cells(table.ravel().tolist(), columns, rule, withheld_too=set(places[hides].tolist()))
        pairs = zip(cells[::2], cells[1::2], table.sum(axis=1).tolist(), strict=True)
        found.append([(one, two, protect_sum((one, two), total, rule)) for one, two, total in pairs])
    return found


def _tells_few(differences: NDArray[np.float64], rule: DisclosureRule) -> NDArray[np.bool_]:
    """Which of the differences in a column must not be told."""
    told = protect_cells(differences.tolist(), [range(len(differences))], rule)
    return np.array([each.state is State.SUPPRESSED for each in told])


def protect_sum(parts: Sequence[Protected], total: float, rule: DisclosureRule) -> Protected:
    """A total of few parts; where one of them is withheld, so is the total."""
    return _protect(total, rule, "offences", goes_with=any(part.state is State.SUPPRESSED for part in parts))


def _is_withheld(count: float, rule: DisclosureRule) -> bool:
    return not math.isnan(count) and 0 < round(count) <= rule.threshold


def _protect(count: float, rule: DisclosureRule, unit: str, *, goes_with: bool) -> Protected:
    if math.isnan(count):
        reason = "it was not received for the whole period"
        return protect(None, unit=unit, rule=rule, state=State.NOT_AVAILABLE, reason=reason)
    if goes_with:
        reason = (
            f"it, or a number that could be worked out from it, is based on 1 to {rule.threshold} events ({rule.title})"
        )
        return protect(None, unit=unit, rule=rule, state=State.SUPPRESSED, reason=reason)
    whole = float(round(count))
    return protect(whole, unit=unit, rule=rule, count=whole)
