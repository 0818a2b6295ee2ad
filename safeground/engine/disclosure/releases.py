"""What has been told of counts over many tables and releases, and what a reader of all of them can work out.

A count is known by what it counts (`Series`) and in which months (`CellKey`). Of two periods of one series the months that only one of
them has are a count too, told or not; so are the parts of a total that nobody told. Only what was published is looked at, never a true
count: so anybody who holds the releases can repeat the check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from safeground.engine.disclosure.audit import Interval
from safeground.engine.disclosure.inference import infer_bounds
from safeground.engine.disclosure.protected import DisclosureRule
from safeground.engine.disclosure.telling import told_interval

_NEAR = 1e-6


class Series(NamedTuple):
    """What is counted: by which measure, where, and which part of it ('' for all, else 'age=under 25')."""

    measure: str
    area: str
    part: str = ""

    def __str__(self) -> str:
        return ", ".join(word for word in self if word)


class CellKey(NamedTuple):
    """A series in some months, each as '2025-06', in order."""

    series: Series
    months: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.series}, {say_months(self.months)}"


def rest_of(area: str, level: str) -> str:
    """What a series calls the area of what is counted for `area` and in none of its areas of a level: it lies elsewhere, or nobody knows
    where."""
    return f"{area} and no {level}"


@dataclass(frozen=True)
class ToldCell:
    """A count as readers have it: `value` None where it is withheld; `least`: the least that a withheld one can be."""

    key: CellKey
    value: float | None
    least: int = 1


@dataclass(frozen=True)
class SeriesSum:
    """One series is the sum of others, in whatever months they are told for."""

    total: Series
    parts: tuple[Series, ...]


@dataclass(frozen=True)
class Release:
    """What was told at once, under one rule. `name` says which edition or table it was, `rule` how its counts were told."""

    name: str
    rule: DisclosureRule
    cells: tuple[ToldCell, ...]
    sums: tuple[SeriesSum, ...] = ()


class Leak(StrEnum):
    """How a count is given away. The values are the rules of a report."""

    TOLD = "told in one place and withheld in another"
    EXACT = "withheld, and can be worked out exactly"
    NARROWED = "withheld, and known more closely than its marker says"
    DIFFERENCE = "a small count that is the difference of counts that are told"
    REVISED = "told with two values, or does not add up"
    NOT_ASKED = "hangs together with too many others to be asked in full: only single sums were read"


class Status(StrEnum):
    FAIL = "fail"
    REVIEW = "review"
    """No rule is broken for certain: somebody who knows the data has to look."""


@dataclass(frozen=True)
class Exposure:
    """One count that readers can know more of than the rule allows: what, how, from which releases, and what they can say of it."""

    key: CellKey
    leak: Leak
    status: Status
    known: Interval
    releases: tuple[str, ...]


def find_exposures(
    releases: Sequence[Release], *, only: str | None = None, threshold: int | None = None
) -> tuple[Exposure, ...]:
    """What a reader of all these releases can work out. `only`: the name of the release whose part in it is asked: what was exposed
    without it is left out. `threshold`: up to which counts must not be known to this reader; by default the highest of the releases'.

    Two values told for one count are a revision: then the later release is believed, and nothing is made of the difference.
    """
    found = _find(releases, threshold)
    if only is None or not found:
        return found
    others = [each for each in releases if each.name != only]
    before = {(each.key, each.leak) for each in _find(others, threshold, keys={each.key for each in found})}
    return tuple(each for each in found if each.leak is Leak.NOT_ASKED or (each.key, each.leak) not in before)


def _find(
    releases: Sequence[Release], threshold: int | None, *, keys: Collection[CellKey] | None = None
) -> tuple[Exposure, ...]:
    """`keys`: of which counts it is asked; by default of all."""
    if threshold is None:
        threshold = max((release.rule.threshold for release in releases), default=0)
    if threshold == 0:
        return ()
    cells, conflicts = _gather(releases, threshold)
    revised = {each.key.series for each in conflicts if each.leak is Leak.REVISED}
    system = _System(threshold)
    for key, cell in cells.items():
        system.add(key, cell)
    sums = dict.fromkeys(each for release in releases for each in release.sums)
    system.tie_sums([each for each in sums if not revised.intersection((each.total, *each.parts))])
    system.tie_periods(revised)
    return (*conflicts, *system.expose(keys))


class _Known(NamedTuple):
    """What is known of a count before any sum is looked at."""

    lower: float
    upper: float
    is_told: bool
    is_withheld: bool
    names: tuple[str, ...]


def _gather(releases: Sequence[Release], threshold: int) -> tuple[dict[CellKey, _Known], list[Exposure]]:
    cells: dict[CellKey, _Known] = {}
    found: list[Exposure] = []
    for release in releases:
        values = np.array([np.nan if cell.value is None else cell.value for cell in release.cells])
        lows, highs = told_interval(np.nan_to_num(values), release.rule)
        for cell, value, low, high in zip(release.cells, values.tolist(), lows.tolist(), highs.tolist(), strict=True):
            before = cells.get(cell.key, _Known(0.0, np.inf, False, False, ()))
            names = tuple(dict.fromkeys((*before.names, release.name)))
            if np.isnan(value):
                low, high = (before.lower, before.upper) if before.is_told else (float(cell.least), np.inf)
                cells[cell.key] = _Known(low, high, before.is_told, True, names)
                continue
            if before.is_told and (low > before.upper or high < before.lower):
                found.append(Exposure(cell.key, Leak.REVISED, Status.REVIEW, Interval(low, high), names))
            elif before.is_told:
                low, high = max(low, before.lower), min(high, before.upper)
            cells[cell.key] = _Known(low, high, True, before.is_withheld, names)
    for key, known in cells.items():
        if known.is_told and known.is_withheld:
            status = Status.FAIL if known.upper <= threshold else Status.REVIEW
            found.append(Exposure(key, Leak.TOLD, status, Interval(known.lower, known.upper), known.names))
    return cells, found


@dataclass
class _System:
    """Counts with what is known of each, and the sums that tie them. Grows by counts that nobody told."""

    threshold: int
    place: dict[CellKey, int] = field(default_factory=dict)
    known: list[_Known] = field(default_factory=list)
    sums: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)

    def add(self, key: CellKey, known: _Known) -> int:
        if key not in self.place:
            self.place[key] = len(self.known)
            self.known.append(known)
        return self.place[key]

    def tie(self, total: CellKey, parts: Iterable[CellKey]) -> None:
        """A total that is told or withheld, and its parts, of which some may be neither."""
        at = self.place[total]
        untold = _Known(0.0, np.inf, False, False, self.known[at].names)
        self.sums.append((at, tuple(self.add(part, untold) for part in parts)))

    def tie_sums(self, sums: Iterable[SeriesSum]) -> None:
        """Each sum in all months for which its total and any of its parts are told or withheld."""
        months_of: dict[Series, set[tuple[str, ...]]] = {}
        for key in self.place:
            months_of.setdefault(key.series, set()).add(key.months)
        for each in sums:
            in_parts = {months for part in each.parts for months in months_of.get(part, ())}
            for months in sorted(months_of.get(each.total, set()) & in_parts):
                self.tie(CellKey(each.total, months), [CellKey(part, months) for part in each.parts])

    def tie_periods(self, revised: Iterable[Series]) -> None:
        """Of each series every period is the sum of the stretches into which its periods cut the months."""
        periods: dict[Series, list[tuple[str, ...]]] = {}
        for key in self.place:
            periods.setdefault(key.series, []).append(key.months)
        for series in sorted(periods.keys() - set(revised)):
            told = sorted(periods[series])
            inside: dict[str, tuple[int, ...]] = {}
            for at, months in enumerate(told):
                for month in months:
                    inside[month] = (*inside.get(month, ()), at)
            stretches: dict[tuple[int, ...], list[str]] = {}
            for month in sorted(inside):
                stretches.setdefault(inside[month], []).append(month)
            for at, months in enumerate(told):
                parts = [tuple(piece) for which, piece in stretches.items() if at in which]
                if parts != [months]:
                    self.tie(CellKey(series, months), [CellKey(series, piece) for piece in parts])

    def expose(self, keys: Collection[CellKey] | None = None) -> list[Exposure]:
        lower, upper = (np.array([getattr(known, end) for known in self.known]) for end in ("lower", "upper"))
        asked = np.array([not known.is_told for known in self.known], dtype=bool)
        if keys is not None:
            asked &= np.array([key in keys for key in self.place], dtype=bool)
        withheld = np.array([known.is_withheld for known in self.known], dtype=bool)
        bounds = infer_bounds(lower, upper, self.sums, asked=asked, withheld=withheld, beyond=self.threshold)
        found = []
        for key, at in self.place.items():
            known, interval = self.known[at], Interval(float(bounds.lower[at]), float(bounds.upper[at]))
            leak = None if known.is_told else self._judge(interval, is_withheld=known.is_withheld)
            if leak is not None:
                status = Status.REVIEW if leak is Leak.NARROWED else Status.FAIL
                found.append(Exposure(key, leak, status, interval, known.names))
        for at in bounds.unasked[:1]:  # once is enough to say that the check is not whole
            key, known = list(self.place)[at], self.known[at]
            whole = Interval(known.lower, known.upper)
            found.append(Exposure(key, Leak.NOT_ASKED, Status.REVIEW, whole, known.names))
        for at in bounds.broken:
            total = self.sums[at][0]
            key, known = list(self.place)[total], self.known[total]
            found.append(Exposure(key, Leak.REVISED, Status.REVIEW, Interval(known.lower, known.upper), known.names))
        return found

    def _judge(self, known: Interval, *, is_withheld: bool) -> Leak | None:
        if known.upper < _NEAR:
            return None  # none: what no rule withholds. What it was withheld for is judged by itself
        if known.upper - known.lower < _NEAR:
            if is_withheld:
                return Leak.EXACT
            return Leak.DIFFERENCE if known.upper < self.threshold + _NEAR else None
        if known.upper > self.threshold + _NEAR or (known.lower <= 1 + _NEAR and known.upper >= self.threshold - _NEAR):
            return None
        return Leak.NARROWED if is_withheld else None


def say_months(months: Sequence[str]) -> str:
    """'2024-07 to 2025-06', '2025-06'; months that are not in a row, one after another."""
    numbers = [12 * int(month[:4]) + int(month[5:7]) for month in months]
    runs: list[list[int]] = []
    for at, number in enumerate(numbers):
        if runs and number == numbers[at - 1] + 1:
            runs[-1][1] = at
        else:
            runs.append([at, at])
    return ", ".join(months[first] if first == last else f"{months[first]} to {months[last]}" for first, last in runs)
