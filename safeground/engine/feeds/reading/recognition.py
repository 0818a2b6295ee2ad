"""Which feed a file is of, told from its columns: or which it comes nearest to, and what is missing."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from safeground.engine.catalogue import ColumnContract, ColumnFamily, Contract, Feeds, Variant
from safeground.engine.feeds.deliveries import SheetPlace
from safeground.engine.feeds.reading.guards import Refused, Uncovered

Format = Literal["csv", "geojson"]

DELIMITERS = ",;\t|"
_NAMED_AT_MOST = 4
# Below this share of a variant's columns, a file is of another kind rather than a damaged one of this; and of
# those it is recognised by, to name it as the nearest would send the reader after a likeness that is none.
_IS_NEAR = 0.5


@dataclass(frozen=True)
class Recognition:
    """The variant a file is of, and how its columns answer to the contract's."""

    contract: Contract
    variant: Variant
    columns: tuple[str, ...]
    renamed: Mapping[str, str]
    """The contract's name to the former name that was sent."""
    unknown: tuple[str, ...]


class NotRecognised(Refused):
    """A file that comes near a contract's variant and lacks columns of it."""

    def __init__(self, message: str, match: _Match) -> None:
        super().__init__(message)
        self.contract, self.variant, self.nearness = match.contract, match.variant, match.nearness
        self.missing: Mapping[str, str | None] = {name: _nearest_name(name, match.unknown) for name in match.missing}
        """Each column that is not there, and the one sent that may be it under another name."""
        self.place: SheetPlace | None = None
        """Of a workbook, the sheet and header that came nearest."""

    def with_words(self, message: str) -> NotRecognised:
        """The same, said otherwise. (No copy.copy: it would make an exception anew from its message alone.)"""
        other = NotRecognised.__new__(NotRecognised, message)
        other.__dict__.update(self.__dict__)
        return other


@dataclass(frozen=True)
class _Match:
    """A variant held against the columns of a file."""

    contract: Contract
    variant: Variant
    found: Mapping[str, str]
    missing: tuple[str, ...]
    missing_families: tuple[tuple[ColumnFamily, int], ...]
    """Those with too few columns, and how many there are."""
    unknown: tuple[str, ...]

    @property
    def is_recognised(self) -> bool:
        return not self.missing_families and all(name in self.found for name in self.variant.recognising_columns)

    @property
    def nearness(self) -> float:
        """The share of the needed columns that are there, those of families among them."""
        return (self.columns_needed - len(self.missing) - self.missing_in_families) / self.columns_needed

    @property
    def respelt(self) -> float:
        """The share of the needed columns that are missing only by capitals, spaces or marks between words."""
        sent = {_letters(name) for name in self.unknown}
        return sum(_letters(name) in sent for name in self.missing) / self.columns_needed

    @property
    def likeness(self) -> float:
        """The share of the columns by which the variant is recognised that are there."""
        names = self.variant.recognising_columns
        needed = len(names) + len(self.variant.families)
        there = sum(name in self.found for name in names) + len(self.variant.families) - len(self.missing_families)
        return there / needed

    @property
    def columns_needed(self) -> int:
        in_families = sum(family.at_least for family in self.variant.families)
        return sum(not column.is_optional for column in self.variant.columns) + in_families

    @property
    def missing_in_families(self) -> int:
        return sum(family.at_least - count for family, count in self.missing_families)


def read_header(text: str) -> tuple[str, tuple[str, ...]]:
    """The delimiter and the columns of a CSV file's beginning: the delimiter is the one that makes most columns.

    Raises Refused where a name stands twice.
    """
    delimiter = ","
    columns: tuple[str, ...] = ()
    for candidate in DELIMITERS:
        row = next((row for row in read_rows(text, candidate) if row), [])
        if len(row) > len(columns):
            delimiter, columns = candidate, tuple(row)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise Refused(f"has the column {twice[0]!r} twice; remove one.")
    return delimiter, columns


def read_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows at a file's beginning, as far as they can be read."""
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        return


class Recogniser:
    """`recognise` for many files: those of an archive have one header between them, and it is understood once."""

    def __init__(self, feeds: Feeds) -> None:
        self.feeds = feeds
        self._known: dict[tuple[tuple[str, ...], Format, str | None], Recognition] = {}

    def recognise(self, columns: tuple[str, ...], *, file_format: Format, feed: str | None) -> Recognition:
        """As the function of that name."""
        key = (columns, file_format, feed)
        if key not in self._known:
            self._known[key] = recognise(columns, file_format=file_format, feeds=self.feeds, feed=feed)
        return self._known[key]


def recognise_bare(rows: Sequence[Sequence[str]], *, feeds: Feeds, feed: str | None = None) -> Recognition | None:
    """The variant without a header whose columns the cells look like, in at least half of `rows`, the first of a file; None where
    there is none. A header is never taken for a row: no numeric column can hold its name."""
    for contract in [feeds.contracts[feed]] if feed in feeds.contracts else feeds.contracts.values():
        for variant in contract.variants:
            if not variant.has_header and rows:
                fitting = sum(_looks_like(row, variant) for row in rows)
                if 2 * fitting >= len(rows) and _looks_like(rows[0], variant, at_least=0.5):
                    return Recognition(contract, variant, tuple(column.name for column in variant.columns), {}, ())
    return None


def _looks_like(row: Sequence[str], variant: Variant, *, at_least: float = 1) -> bool:
    if len(row) != len(variant.columns):
        return False
    fitting = sum(_fits(cell.strip(), column) for cell, column in zip(row, variant.columns, strict=True))
    return fitting >= at_least * len(row)


def _fits(cell: str, column: ColumnContract) -> bool:
    limits = column.constraints
    if not cell:
        return not limits.required
    if limits.enum is not None and cell not in limits.enum:
        return False
    if column.type in ("integer", "number") and not cell.replace(".", "", 1).lstrip("-").isdigit():
        return False
    return limits.pattern is None or re.search(limits.pattern, cell) is not None


def recognise(columns: Sequence[str], *, file_format: Format, feeds: Feeds, feed: str | None = None) -> Recognition:
    """The one variant whose columns these are, or the best of the feed named.

    Of several that fit, the one that leaves the fewest columns unexplained is taken: a file of small areas that also
    names their districts is not a file of districts. Raises Refused with what is missing, Uncovered where it is like none.
    """
    if feed is not None and feed not in feeds.contracts:
        raise Refused(f"cannot be of the feed {feed!r}: the feeds are {', '.join(sorted(feeds.contracts))}.")
    contracts = [feeds.contracts[feed]] if feed else list(feeds.contracts.values())
    matches = [
        _match(contract, variant, columns)
        for contract in contracts
        for variant in contract.variants
        if variant.format == file_format and variant.has_header
    ]
    fitting = sorted((match for match in matches if match.is_recognised), key=_loose_ends)
    if not fitting:
        raise _not_recognised(matches, feed)
    best = fitting[0]
    if len(fitting) > 1 and _loose_ends(fitting[1]) == _loose_ends(best):
        names = " and ".join(f"{match.contract.name} ({match.variant.name})" for match in fitting[:2])
        raise Refused(f"could be of {names}; name the feed with --feed.")
    if best.missing:
        raise NotRecognised(
            f"is of {best.contract.name} but has {_what_is_missing(best)}; correct the header and land it again.", best
        )
    renamed = {name: sent for name, sent in best.found.items() if name != sent}
    return Recognition(best.contract, best.variant, tuple(columns), renamed, best.unknown)


def _loose_ends(match: _Match) -> tuple[int, int]:
    return len(match.unknown), len(match.missing)


def _match(contract: Contract, variant: Variant, columns: Sequence[str]) -> _Match:
    sent = set(columns)
    found = {}
    for column in variant.columns:
        name = next((name for name in (column.name, *column.formerly) if name in sent), None)
        if name is not None:
            found[column.name] = name
    others = [name for name in columns if name not in set(found.values())]
    families = [(family, re.compile(family.matching)) for family in variant.families]
    in_families = [(family, sum(bool(pattern.search(name)) for name in others)) for family, pattern in families]
    return _Match(
        contract=contract,
        variant=variant,
        found=found,
        missing=tuple(c.name for c in variant.columns if not c.is_optional and c.name not in found),
        missing_families=tuple((family, count) for family, count in in_families if count < family.at_least),
        unknown=tuple(name for name in others if not any(pattern.search(name) for _, pattern in families)),
    )


def _not_recognised(matches: Sequence[_Match], feed: str | None) -> Refused:
    if not matches:
        if feed is None:
            return Uncovered("is covered by no feed's contract.")
        return Refused(f"is in a format that no delivery of {feed} comes in.")
    nearest = max(matches, key=lambda match: (match.nearness + 0.9 * _near_names(match), -len(match.unknown)))
    title = f"{nearest.contract.name} ({nearest.variant.title})"
    missing = _what_is_missing(nearest)
    if nearest.nearness + nearest.respelt < _IS_NEAR and not feed:
        return Uncovered(_covered_by_none(matches))
    return NotRecognised(
        f"is not recognised: it comes nearest to {title} but has {missing}; correct the header and land it again.",
        nearest,
    )


def _covered_by_none(matches: Sequence[_Match]) -> str:
    # More than half: an area's code, which any table of areas has, is half of what some tables are recognised by.
    like = [match for match in matches if match.likeness > _IS_NEAR]
    if not like:
        return "is covered by no feed's contract."
    nearest = max(like, key=lambda match: (match.likeness, match.nearness))
    title = f"{nearest.contract.name} ({nearest.variant.title})"
    return f"is covered by no feed's contract: the nearest, {title}, would need {_what_is_needed(nearest)}."


def _near_names(match: _Match) -> float:
    """The share of the variant's columns that are missing only by their spelling."""
    near = sum(_nearest_name(name, match.unknown) is not None for name in match.missing)
    return near / match.columns_needed


def _what_is_missing(match: _Match) -> str:
    parts = []
    for name in match.missing[:_NAMED_AT_MOST]:
        near = _nearest_name(name, match.unknown)
        parts.append(f"no column {name!r}" + (f" (is {near!r} the same, renamed?)" if near else ""))
    if len(match.missing) > _NAMED_AT_MOST:
        parts.append(f"{len(match.missing) - _NAMED_AT_MOST} more columns missing")
    parts.extend(
        f"{f'only {count}' if count else 'none'} of the {family.at_least} columns it needs for {family.title}"
        for family, count in match.missing_families
    )
    return _listed(parts)


def _what_is_needed(match: _Match) -> str:
    names = [repr(name) for name in match.missing[:_NAMED_AT_MOST]]
    names.extend(f"columns for {family.title}" for family, _ in match.missing_families[:2])
    return _listed(names)


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)


def _nearest_name(name: str, candidates: Sequence[str]) -> str | None:
    plain = {_plain(candidate): candidate for candidate in candidates}
    near = difflib.get_close_matches(_plain(name), list(plain), n=1, cutoff=0.75)
    return plain[near[0]] if near else None


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.casefold()).strip()
