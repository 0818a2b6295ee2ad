"""The check of a delivery as a whole: what shows only when its accepted rows are seen together.

Costs one more pass over the accepted rows, and only feeds whose contract asks for it pay.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from safeground.engine.catalogue import OneValue, PublishedNumber, RowsTable, ShareAtMost, TotalOfRows, Variant
from safeground.engine.documents import join_words
from safeground.engine.feeds.checking.report import Problem, Severity

_FEWEST = 20
"""Filled cells below which a share says nothing."""
_SHOWN = 3


def has_whole_checks(variant: Variant) -> bool:
    """Whether the contract asks anything of a delivery as a whole."""
    return any(isinstance(check, OneValue | ShareAtMost | TotalOfRows) for check in variant.checks)


def check_whole(rows: Iterable[pa.RecordBatch], variant: Variant, columns: Sequence[str]) -> tuple[Problem, ...]:
    """What is to be reported of the accepted `rows` together: cells trimmed, null where blank, under the contract's names."""
    batches = list(rows)
    table = pa.Table.from_batches(batches) if columns and batches else None
    if table is None or not table.num_rows:
        return ()
    present = set(columns)
    problems: list[Problem] = []
    for check in variant.checks:
        match check:
            case OneValue() if check.column in present:
                problems += _one_value(check, table)
            case ShareAtMost() if {check.column, check.same_as or check.column} <= present:
                problems += _share_at_most(check, table)
            case TotalOfRows() if {check.column, check.value, *check.within} <= present:
                number = variant.becomes.number if isinstance(variant.becomes, RowsTable) else None
                if number is not None:
                    problems += _total_of_rows(check, table, number)
            case _:
                pass
    return tuple(problems)


def _one_value(check: OneValue, table: pa.Table) -> Iterator[Problem]:
    found = Counter(value for value in table[check.column].to_pylist() if value is not None)
    if len(found) > 1:
        told = [f"{value!r} ({rows:,} {'row' if rows == 1 else 'rows'})" for value, rows in found.most_common(_SHOWN)]
        told += [f"{len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        rest = found.total() - max(found.values())
        message = (
            f"{check.column} has {len(found)} values where a file has one: {join_words(told)}; send one file for each."
        )
        gist = f"{check.column} has several values where a file has one"
        yield Problem(check.rule, Severity.REPORT, check.column, rest, None, message, gist=gist)


def _share_at_most(check: ShareAtMost, table: pa.Table) -> Iterator[Problem]:
    cells = table[check.column].cast(pa.string())  # columns of few values come as dictionaries
    if check.same_as is None:
        chosen = pc.is_in(cells, value_set=pa.array(check.values, pa.string()))
        filled = pc.is_valid(cells)
        what = f"is {' or '.join(check.values)}"
    else:
        other = table[check.same_as].cast(pa.string())
        chosen, filled = pc.equal(cells, other), pc.and_(pc.is_valid(cells), pc.is_valid(other))
        what = f"is the same as {check.same_as}"
    of, among = pc.sum(filled).as_py() or 0, pc.sum(pc.and_(pc.fill_null(chosen, False), filled)).as_py() or 0
    by_chance = 2 * math.sqrt(of * check.at_most * (1 - check.at_most))
    if of >= _FEWEST and among > check.at_most * of + by_chance:
        limit = f"{check.at_most:.0%}"
        gist = f"{check.column} {what} in more than {limit} of rows"
        message = f"{check.column} {what} in {among:,} of {of:,} rows, more than the {limit} that may be so; ask how it is filled in."
        yield Problem(check.rule, Severity.REPORT, check.column, among, None, message, gist=gist)


def _total_of_rows(check: TotalOfRows, table: pa.Table, number: PublishedNumber) -> Iterator[Problem]:
    exact = number.exact_where
    needed = dict.fromkeys([*check.within, check.column, check.value, *([exact.column] if exact else [])])
    totals: dict[tuple[str, ...], tuple[float, float] | None] = {}
    parts: dict[tuple[str, ...], list[tuple[float, float] | None]] = {}
    for row in table.select([name for name in needed if name in table.column_names]).to_pylist():
        is_exact = exact is not None and row.get(exact.column) in exact.values
        interval = number.interval(row[check.value], is_exact=is_exact)
        key = tuple(row[name] for name in check.within)
        if row[check.column] == check.total:
            totals[key] = interval
        else:
            parts.setdefault(key, []).append(interval)
    broken = [key for key, total in totals.items() if not _agree(total, parts.get(key, []))]
    if broken:
        named = ", ".join(" ".join(map(str, key)) for key in broken[:_SHOWN]) + (
            " and more" if len(broken) > _SHOWN else ""
        )
        message = (
            f"{check.value} of {check.total} is not what its rows can add up to, even as far as they are rounded, in {len(broken):,} of "
            f"{len(totals):,} totals ({named}); ask the publisher which is right."
        )
        gist = f"{check.value} of {check.total} is not what its rows can add up to"
        yield Problem(check.rule, Severity.REPORT, check.value, len(broken), None, message, gist=gist)


def _agree(total: tuple[float, float] | None, parts: Sequence[tuple[float, float] | None]) -> bool:
    """Whether some numbers within the intervals add up. A part that is not there may be any number, so that only too much is too much."""
    if total is None or not parts:
        return True
    known = [part for part in parts if part is not None]
    low, high = sum(part[0] for part in known), sum(part[1] for part in known)
    return low <= total[1] and (len(known) < len(parts) or total[0] <= high)
