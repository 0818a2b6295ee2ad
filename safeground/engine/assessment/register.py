"""Every count that an edition tells under a rule that withholds, by its key: so that one count is told alike in all chapters, and none
gives away what another chapter withholds.

Chapters tell in the order of the outline, and what was told stays told. So whatever would give an earlier number away is withheld itself.
True counts stay in here; what leaves are `releases`, which hold only what readers have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from safeground.engine.disclosure import (
    CellKey,
    CountTable,
    DisclosureRule,
    Release,
    Series,
    SeriesSum,
    Sum,
    ToldCell,
    is_small,
    round_counts,
    suppress,
)

_WITHIN = 0.05
"""A table is searched until no choice can lose less by more than this share: the last few per cent cost most of the time."""

_NODES = 200


@dataclass
class _Entry:
    """A count that was told or withheld. `may_be_zero`: whether readers must allow for 0 where it is withheld."""

    count: int
    is_withheld: bool
    may_be_zero: bool


@dataclass(frozen=True)
class Line:
    """Positions of counts that make a total, which readers know; `total` is its key where it has one."""

    places: tuple[int, ...]
    total: CellKey | None = None


_Tie: TypeAlias = tuple[CellKey, tuple[CellKey, ...]]
"""A total and its parts."""


@dataclass
class Register:
    """What one edition has told of one feed, under `rule`."""

    rule: DisclosureRule
    _entries: dict[CellKey, _Entry] = field(default_factory=dict)
    _sums: dict[_Tie, None] = field(default_factory=dict)
    _sums_of: dict[CellKey, dict[_Tie, None]] = field(default_factory=dict)
    _latent: dict[CellKey, int] = field(default_factory=dict)
    """Months that only one of two periods has: counted by subtraction, as a reader would."""
    _totals: dict[CellKey, int] = field(default_factory=dict)
    """Totals of sums that nothing has told by themselves so far: taken to be told, since a chapter yet to come may."""
    _keys_of: dict[Series, list[CellKey]] = field(default_factory=dict)

    def tell(
        self,
        counts: Sequence[int],
        keys: Sequence[CellKey],
        lines: Iterable[Line],
        *,
        withheld_too: Collection[int] = (),
    ) -> tuple[bool, ...]:
        """Which of these counts are withheld, in view of all that was told before. What was told or withheld before stays so.

        A total with no entry of its own is taken to be told.
        """
        if self.rule.threshold == 0:  # nothing is withheld, so that there is nothing to guard
            return (False,) * len(counts)
        lines = [line for line in lines if line.places]
        wanted = dict(zip(keys, counts, strict=True))
        sums = [
            (line.total or CellKey(Series("", "", f"line {at}"), ()), tuple(keys[place] for place in line.places))
            for at, line in enumerate(lines)
        ]
        for total, parts in sums:
            wanted.setdefault(total, self._count(total) or sum(wanted[part] for part in parts))
        new = {key for key in keys if key not in self._entries}
        withheld, may_be_zero = self._choose(wanted, new, sums, {keys[place] for place in withheld_too})
        for key in keys:
            if key in new:
                self._enter(key, _Entry(wanted[key], key in withheld, may_be_zero))
        for total, parts in sums:
            if total.months:
                self._totals.setdefault(total, wanted[total])
                self._sums[total, parts] = None
                for key in (total, *parts):
                    self._sums_of.setdefault(key, {})[total, parts] = None
        return tuple(self._entries[key].is_withheld for key in keys)

    def withhold(self, counts: Sequence[int], keys: Sequence[CellKey]) -> None:
        """Enter counts that are withheld since what they are parts of is."""
        for key, count in zip(keys, counts, strict=True):
            if key not in self._entries and self.rule.threshold > 0:
                self._enter(key, _Entry(count, True, True))

    def release(self, name: str) -> Release:
        """What readers have of it."""
        told = round_counts([entry.count for entry in self._entries.values()], self.rule).tolist()
        cells = tuple(
            ToldCell(key, None if entry.is_withheld else value, 0 if entry.may_be_zero else 1)
            for (key, entry), value in zip(self._entries.items(), told, strict=True)
        )
        sums = dict.fromkeys(
            SeriesSum(total.series, tuple(part.series for part in parts))
            for total, parts in self._sums
            if len({total.months, *(part.months for part in parts)}) == 1
        )
        return Release(name, self.rule, cells, tuple(sums))

    def _count(self, key: CellKey) -> int | None:
        entry = self._entries.get(key)
        return None if entry is None else entry.count

    def _enter(self, key: CellKey, entry: _Entry) -> None:
        self._entries[key] = entry
        self._keys_of.setdefault(key.series, []).append(key)

    def _choose(
        self,
        wanted: dict[CellKey, int],
        new: Collection[CellKey],
        sums: Sequence[_Tie],
        withheld_too: Collection[CellKey],
    ) -> tuple[set[CellKey], bool]:
        """What is withheld, and whether a 0 may be among it."""
        counts, ties = self._in_view(wanted, sums)
        order = list(counts)
        place = {key: at for at, key in enumerate(order)}
        small = is_small(list(counts.values()), self.rule)
        told, hidden = set[int](), set[int]()
        for key, at in place.items():
            entry = self._entries.get(key)
            if entry is not None and not entry.is_withheld:
                told.add(at)
            elif key in new and key in withheld_too and not small[at]:
                hidden.add(at)
            elif key not in new and entry is None and (key in wanted or key in self._totals) and not small[at]:
                told.add(at)  # a total that is told, or may be
            elif key not in new and entry is None and counts[key] == 0:
                told.add(at)  # months that two periods differ by, with nothing in them
        if not hidden and not small.any():
            return set(), False
        tied = tuple(Sum(place[total], tuple(place[part] for part in parts)) for total, parts in ties)
        numbers = np.array(list(counts.values()))
        found = suppress(
            CountTable(numbers, tied, frozenset(told), frozenset(hidden)), self.rule, nodes=_NODES, within=_WITHIN
        )
        # Five withheld that make 5 are 1 each, unless one of them may be 0: then a 0 is withheld with them.
        zeros = set[int]()
        for each in tied:
            bare = [
                part
                for part in each.parts
                if order[part] in new and numbers[part] == 0 and not self._is_told_as_none(order[part])
            ]
            if bare and set(found.unprotected).intersection(each.parts):
                zeros.add(bare[0])
        if zeros:
            table = CountTable(numbers, tied, frozenset(told), frozenset(hidden | zeros))
            found = suppress(table, self.rule, hide_zeros=True, nodes=_NODES, within=_WITHIN)
        withheld = found.withheld.tolist()
        return {key for key, hides in zip(order, withheld, strict=True) if hides}, bool(zeros)

    def _is_told_as_none(self, key: CellKey) -> bool:
        """Whether readers know that there was none in these months, since there was none in months that hold them."""
        months = set(key.months)
        return any(
            not (entry := self._entries[other]).is_withheld and entry.count == 0 and months <= set(other.months)
            for other in self._keys_of.get(key.series, ())
        )

    def _in_view(self, wanted: dict[CellKey, int], sums: Sequence[_Tie]) -> tuple[dict[CellKey, int], list[_Tie]]:
        """The counts that bear on those wanted, and the sums among them. A count told exactly says no more of others than its number, so
        that nothing is looked for behind it."""
        counts, ties, pending = dict(wanted), dict.fromkeys(sums), list(wanted)
        while pending:
            key = pending.pop()
            entry = self._entries.get(key)
            if entry is not None and not entry.is_withheld:
                continue
            for total, parts in (*self._sums_of.get(key, ()), *self._periods(key, counts[key], wanted)):
                ties[total, parts] = None
                for other in (total, *parts):
                    if other not in counts:
                        entry = self._entries.get(other)
                        guess = self._totals.get(other, self._latent.get(other, 0))
                        counts[other] = guess if entry is None else entry.count
                        pending.append(other)
        return counts, list(ties)

    def _periods(self, key: CellKey, count: int, wanted: dict[CellKey, int]) -> Iterable[_Tie]:
        months = set(key.months)
        for other in self._keys_of.get(key.series, ()):
            inner, outer = (key, other) if len(months) < len(other.months) else (other, key)
            if other == key or not set(inner.months) < set(outer.months):
                continue
            known = {key: count, other: self._entries[other].count}
            rest = CellKey(key.series, tuple(month for month in outer.months if month not in set(inner.months)))
            if rest not in self._entries and rest not in wanted:
                self._latent[rest] = max(known[outer] - known[inner], 0)
                if self._latent[rest] > self.rule.threshold or self.rule.rounding > 1:
                    continue  # it says nothing that must not be said; rounded numbers leave room enough
            yield outer, (inner, rest)
