"""The sieve: one quick pass over a delivery that tells whether it needs the row-numbered check.

It may suspect a sound delivery, which costs time. It must never pass one in which `check_rows` would find anything.

A nation is 18 million rows and nearly all are sound. So nothing is asked row by row that can be asked of a column's distinct values: the
contract's rules are put to DuckDB once a value, and remembered over all deliveries. Identifiers and points are looked at with NumPy.
One pass gives the event counts and the identifiers' hashes too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from types import MappingProxyType

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeground.engine.catalogue import (
    AreaCodes,
    Constraints,
    Coordinates,
    EventsTable,
    Feeds,
    Identifiers,
    MonthOfFile,
    OneValue,
    OutcomesTable,
    RequiredTogether,
    Variant,
)
from safeground.engine.feeds.checking.counts import add_up, count_groups
from safeground.engine.feeds.checking.identifiers import find_digits, hash_digits, octets_of
from safeground.engine.feeds.checking.keeping import KeptRows
from safeground.engine.feeds.checking.plain import (
    DISTINCT,
    NUMBER,
    TEXT,
    codes_of_rows,
    is_plain,
    read_plain,
)
from safeground.engine.feeds.checking.reading import FileLayout, read_csv
from safeground.engine.feeds.checking.rules import Rule, codes_of, compile_rules
from safeground.engine.feeds.checking.rules_sql import WHITESPACE, quote_name, quote_text

_MOST_REMEMBERED = 500_000
"""Distinct values whose verdicts are kept; a nation has 36,000 areas."""


@dataclass(frozen=True)
class Sifted:
    """What the sieve made of a delivery in which no row breaks a row rule. Identifiers may still repeat."""

    counts: pa.Table
    """Rows by `month`, `area_code` and `offence`, in that order, as counts.parquet has them (see COUNTS_SCHEMA)."""
    without_area: int
    hashes: np.ndarray
    """Sorted 64-bit hashes of the identifiers that are not blank."""
    repeated: pa.Array
    """The identifiers whose hashes repeat, as text."""
    kept: KeptRows | None = None
    """What was made of the rows, finished; None where nothing was asked for or came of it."""


def can_sift(columns: tuple[str, ...], variant: Variant) -> bool:
    """The sieve is for events and outcomes, the feeds with millions of rows, and for the checks it knows."""
    if not isinstance(variant.becomes, EventsTable | OutcomesTable):
        return False
    keys = _keys(variant)
    known = MonthOfFile | Identifiers | Coordinates | RequiredTogether | AreaCodes | OneValue
    unknown = not all(isinstance(check, known) for check in variant.checks)
    months = {check.column for check in variant.checks if isinstance(check, MonthOfFile)}
    identifiers = {check.column for check in variant.checks if isinstance(check, Identifiers)}
    points = [check for check in variant.checks if isinstance(check, Coordinates)]
    return (
        not unknown
        and months <= {keys[0]}
        and len(identifiers) <= 1
        and identifiers <= find_digits(variant).keys()
        and set(keys) <= set(columns)
        and all({check.longitude, check.latitude} <= set(columns) for check in points)
        and not _points_have_other_rules(variant, points)
    )


def _points_have_other_rules(variant: Variant, points: Sequence[Coordinates]) -> bool:
    covered = {name for check in points for name in (check.longitude, check.latitude)}
    together = [check for check in variant.checks if isinstance(check, RequiredTogether)]
    return bool(covered & {name for check in together for name in (check.column, check.unless_column)}) or any(
        column.type != "number" or column.constraints != Constraints()
        for column in variant.columns
        if column.name in covered
    )


class _Suspect(Exception):
    """Something may be wrong with the delivery."""


class Sieve:
    """For deliveries of one variant whose files have the same columns. Several threads may sift at once.

    to_keep: how columns are read that are wanted of plain files, whatever the rules ask (`keeping.RowKeeper.columns`).
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        columns: tuple[str, ...],
        *,
        variant: Variant,
        feeds: Feeds,
        to_keep: Mapping[str, pa.DataType] = MappingProxyType({}),
    ) -> None:
        self._cursor = connection.cursor()
        self._lock = Lock()
        self._variant = variant
        self._digits = {name: number for name, number in find_digits(variant).items() if name in columns}
        self._points = [check for check in variant.checks if isinstance(check, Coordinates)]
        rules = compile_rules(variant, feeds, columns=columns, period="")
        covered = {name for check in self._points for name in (check.longitude, check.latitude)}
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            name = rule.columns[0]
            is_judged_otherwise = rule.name in ("month_of_file", "filled_unless") or name in covered
            if not is_judged_otherwise and not (
                name in self._digits and rule.name in ("pattern", "padded", "shortened")
            ):
                self._rules.setdefault(name, []).append(rule)
        asked = {**dict.fromkeys(_keys(variant)), **dict.fromkeys(self._rules)}
        asked |= dict.fromkeys(name for rule in rules if rule.name == "filled_unless" for name in rule.columns)
        self._alike = [
            check.column for check in variant.checks if isinstance(check, OneValue) and check.column in columns
        ]
        asked |= dict.fromkeys(self._alike)
        self._kinds = {name: DISTINCT for name in asked}
        self._kinds |= dict.fromkeys(self._digits, TEXT) | dict.fromkeys(covered, NUMBER)
        kept = {name: kind for name, kind in to_keep.items() if name in columns}
        # The rules come first: what they read in another way would be another file.
        self.can_keep = bool(kept) and all(self._kinds.get(name, kind) == kind for name, kind in kept.items())
        """Whether the columns to keep are read as they are wanted."""
        self._kinds_to_keep = {**self._kinds, **kept}
        self._together = [
            check
            for check in variant.checks
            if isinstance(check, RequiredTogether) and {check.column, check.unless_column} <= set(columns)
        ]
        self._verdicts: dict[str, dict[str | None, bool]] = {name: {} for name in self._rules}
        self._codes = {column.name: codes_of(column.constraints, feeds) or () for column in variant.columns}
        self._own_month = any(isinstance(check, MonthOfFile) for check in variant.checks)

    def sift(self, layout: FileLayout, kept: KeptRows | None = None) -> Sifted | None:
        """None where the delivery has to be checked row by row. kept: is given the rows of a plain file, where `can_keep`."""
        if kept is None:
            return self._sift(layout, None)
        try:
            sifted = self._sift(layout, kept)
        except BaseException:
            kept.discard()
            raise
        if sifted is None:
            kept.discard()
            return None
        return sifted if kept.finish() else replace(sifted, kept=None)

    def _sift(self, layout: FileLayout, kept: KeptRows | None) -> Sifted | None:
        alike: dict[str, set[str | None]] = {name: set() for name in self._alike}
        chunks = []
        try:
            for chunk in self._read(layout, self._kinds if kept is None else self._kinds_to_keep):
                chunks.append(self._sift_chunk(chunk, layout, alike))
                if kept is not None:
                    kept.take(chunk)
        except (_Suspect, pa.ArrowInvalid, duckdb.InvalidInputException):
            return None
        if sum(rows for rows, _, _ in chunks) != layout.delivery.records:
            return None
        counts = add_up([counts for _, counts, _ in chunks])
        identifiers = pa.chunked_array([identifiers for _, _, identifiers in chunks], pa.string())
        hashes = np.concatenate([np.empty(0, np.uint64), *(hash_digits(chunk) for chunk in identifiers.chunks)])
        in_order = np.sort(hashes)
        repeated = in_order[1:][in_order[1:] == in_order[:-1]]
        return Sifted(
            counts=counts,
            without_area=pc.sum(counts.filter(pc.is_null(counts["area_code"]))["events"]).as_py() or 0,
            hashes=in_order,
            repeated=_find_texts(identifiers, hashes, repeated),
            kept=kept,
        )

    def _read(self, layout: FileLayout, kinds: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
        if is_plain(layout.delivery):
            yield from read_plain(layout.delivery, layout.names, kinds)
            return
        chosen = []
        for name, kind in self._kinds.items():
            cell = quote_name(name)
            # What is no number must not be taken for a blank: it is made one that no box holds.
            number = (
                f"CASE WHEN {cell} IS NOT NULL THEN coalesce(TRY_CAST({cell} AS DOUBLE), 'nan'::DOUBLE) END AS {cell}"
            )
            chosen.append(number if kind == NUMBER else cell)
        files = f"[{quote_text(str(layout.delivery.path))}]"
        with self._lock:
            table = self._cursor.sql(f"SELECT {', '.join(chosen)} FROM {read_csv(layout, files)}").to_arrow_table()
        for chunk in table.to_batches():
            columns = [
                chunk[name].dictionary_encode() if kind == DISTINCT else chunk[name]
                for name, kind in self._kinds.items()
            ]
            yield pa.RecordBatch.from_arrays(columns, names=list(self._kinds))

    def _sift_chunk(
        self, chunk: pa.RecordBatch, layout: FileLayout, alike: dict[str, set[str | None]]
    ) -> tuple[int, pa.Table, pa.Array]:
        """Rows, their counts and the identifiers that are not blank. Raises _Suspect.

        alike: what came before in the columns that hold one value a file; added to.
        """
        columns = {name: chunk[place] for place, name in enumerate(chunk.schema.names)}
        for name, seen in alike.items():
            seen.update(_values(columns[name]))
            if len(seen - {None}) > 1:
                raise _Suspect
        for name, rules in self._rules.items():
            if name in self._digits:
                self._judge(name, rules, [None] if columns[name].null_count else [])
            else:
                self._judge(name, rules, _values(columns[name]))
        for name, number in self._digits.items():
            octets_of(columns[name], number)
        for point in self._points:
            _judge_points(point, columns[point.longitude], columns[point.latitude])
        for together in self._together:
            _judge_together(together, columns[together.column], columns[together.unless_column])
        keys = [columns[name] for name in _keys(self._variant)]
        if self._own_month and set(_values(keys[0])) - {layout.delivery.period, None}:
            raise _Suspect
        counts = count_groups(keys, layout.delivery.id)
        identified = [check.column for check in self._variant.checks if isinstance(check, Identifiers)]
        identifiers = columns[identified[0]].drop_null() if identified else pa.array([], pa.string())
        return len(chunk), counts, identifiers

    def _judge(self, name: str, rules: Sequence[Rule], values: Sequence[str | None]) -> None:
        with self._lock:
            verdicts = self._verdicts[name]
            new = [value for value in values if value not in verdicts]
            if new:
                if len(verdicts) > _MOST_REMEMBERED:
                    verdicts.clear()
                    new = list(values)
                if (
                    not verdicts
                ):  # the codes that may come, with the first that do: a question costs more than many values
                    new = [*new, *(code for code in self._codes[name] if code not in new)]
                verdicts |= zip(new, self._ask(name, rules, new), strict=True)
            if not all(map(verdicts.__getitem__, values)):
                raise _Suspect

    def _ask(self, name: str, rules: Sequence[Rule], values: Sequence[str | None]) -> list[bool]:
        """Whether each value, as sent, breaks none of the rules of its column. A padded one is looked at row by row."""
        is_trimmed = [value is None or value.strip(WHITESPACE) == value != "" for value in values]
        breaks = " OR ".join(f"coalesce({rule.breaks}, FALSE)" for rule in rules if not rule.of_raw)
        if not breaks:
            return is_trimmed
        self._cursor.register(
            "distinct_values", pa.table({name: pa.array(values, pa.string()), "_place": range(len(values))})
        )
        rows = self._cursor.execute(f"SELECT NOT ({breaks}) FROM distinct_values ORDER BY _place").fetchall()
        self._cursor.unregister("distinct_values")
        return [is_sound and trimmed for (is_sound,), trimmed in zip(rows, is_trimmed, strict=True)]


def _values(column: pa.DictionaryArray) -> list[str | None]:
    """The distinct values, None among them where a cell is blank."""
    return column.dictionary.to_pylist() + [None] * bool(column.null_count)


def _judge_points(check: Coordinates, longitude: pa.Array, latitude: pa.Array) -> None:
    if longitude.null_count != latitude.null_count or not longitude.is_null().equals(latitude.is_null()):
        raise _Suspect
    for column, low, high in ((longitude, check.west, check.east), (latitude, check.south, check.north)):
        numbers = column.drop_null().to_numpy()
        # What is no number fails either comparison.
        if numbers.size and not (numbers.min() >= low and numbers.max() <= high):
            raise _Suspect


def _judge_together(check: RequiredTogether, column: pa.Array, unless: pa.DictionaryArray) -> None:
    if column.null_count:
        values = unless.dictionary.to_pylist()
        may_be_blank = np.array([value in check.unless_values for value in values] + [True])
        is_blank = column.is_null().to_numpy(zero_copy_only=False)
        if not may_be_blank[codes_of_rows(unless)[is_blank]].all():
            raise _Suspect


def _keys(variant: Variant) -> tuple[str, str, str]:
    """The columns by which rows are counted: month, area, and offence or outcome."""
    target = variant.becomes
    if isinstance(target, EventsTable):
        return target.month, target.area_code, target.offence
    if isinstance(target, OutcomesTable):
        return target.month, target.area_code, target.outcome
    raise TypeError(f"{variant.name} is neither of events nor of outcomes")


def _find_texts(identifiers: pa.ChunkedArray, hashes: np.ndarray, repeated: np.ndarray) -> pa.Array:
    if not repeated.size:
        return pa.array([], pa.string())
    places = np.flatnonzero(np.isin(hashes, repeated))
    return identifiers.take(pa.array(places)).combine_chunks().unique()
