"""Which numbers of two editions' tables are not the same: cell by cell, as the files have them, and why.

What a chart draws stands in its table, so that no number of a page is left out. Rows know each other by the texts that stand before their
numbers, whatever their order.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from safeground.engine.documents import choose_decimals, format_number
from safeground.engine.publish.edition import Edition
from safeground.engine.publish.reasons import NOT_LOOKED_FOR, Explanation, explain_table

_FOLDER = "tables/"
_Row: TypeAlias = Mapping[str, str]
_Name: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class CellChange:
    """A number of a table: its row's texts, its column, and in words what it was and is."""

    row: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class TableChange:
    """A table whose numbers are not those of the other edition. Of one that only one edition has, `is_new` or `is_gone` is true."""

    id: str
    cells: tuple[CellChange, ...] = ()
    rows_added: tuple[str, ...] = ()
    rows_removed: tuple[str, ...] = ()
    is_new: bool = False
    is_gone: bool = False
    why: Explanation = NOT_LOOKED_FOR

    def as_data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_new": self.is_new,
            "is_gone": self.is_gone,
            "cells": [vars(cell) for cell in self.cells],
            "rows_added": list(self.rows_added),
            "rows_removed": list(self.rows_removed),
            **self.why.as_data(),
        }


@dataclass(frozen=True)
class _Table:
    """A CSV of an edition. `names`: the columns of text before the first number; `numbers`: the columns that have a state beside them."""

    rows: tuple[_Row, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]

    def by_name(self, columns: int) -> dict[_Name, _Row]:
        """Rows by their first `columns` texts, those of one name numbered."""
        seen: Counter[_Name] = Counter()
        found = {}
        for row in self.rows:
            name = tuple(row[column] for column in self.names[:columns])
            seen[name] += 1
            found[(*name, f"no. {seen[name]}") if seen[name] > 1 else name] = row
        return found

    @property
    def definition(self) -> str:
        return self.rows[0].get("definition", "") if self.rows else ""


def compare_tables(before: Edition, after: Edition) -> tuple[TableChange, ...]:
    """Tables of which a number, or a row that has one, differs. Files that are the same byte for byte are not opened."""
    old, new = (
        {name: digest for name, digest in edition.manifest.get("files", {}).items() if _is_table(name)}
        for edition in (before, after)
    )
    found = []
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            found.append(TableChange(Path(name).stem, is_new=name not in old, is_gone=name not in new))
        elif old[name] != new[name]:
            found.append(_compare(Path(name).stem, before, after))
    return tuple(change for change in found if change is not None)


def _is_table(name: str) -> bool:
    return name.startswith(_FOLDER) and name.endswith(".csv")


def _compare(table: str, before: Edition, after: Edition) -> TableChange | None:
    old, new = (_read(edition.path / _FOLDER / f"{table}.csv") for edition in (before, after))
    columns = _count_names(old, new)
    ours, theirs = old.by_name(columns), new.by_name(columns)
    numbers = [*new.numbers, *(name for name in old.numbers if name not in new.numbers)]
    cells = tuple(
        CellChange(_say_row(theirs[name], new), column, *told)
        for name in theirs
        if name in ours
        for column in numbers
        if (told := _tell_both(ours[name], theirs[name], column)) is not None
    )
    has_numbers = bool(numbers)
    added = tuple(_say_row(theirs[name], new) for name in theirs if name not in ours and has_numbers)
    removed = tuple(_say_row(ours[name], old) for name in ours if name not in theirs and has_numbers)
    if not (cells or added or removed):
        return None
    why = explain_table((old.definition, new.definition), before, after)
    return TableChange(table, cells, added, removed, why=why)


def _read(path: Path) -> _Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = tuple(reader.fieldnames or ()), tuple(reader)
    numbers = tuple(name for name in columns if f"{name}_state" in columns)
    first = columns.index(numbers[0]) if numbers else len(columns)
    return _Table(rows, columns[:first], numbers)


def _count_names(*tables: _Table) -> int:
    """How many of its first texts tell the rows of each table apart; all of them where none do."""
    most = min(len(table.names) for table in tables)
    for columns in range(1, most):
        if all(len({tuple(row[name] for name in t.names[:columns]) for row in t.rows}) == len(t.rows) for t in tables):
            return columns
    return most


def _say_row(row: _Row, table: _Table) -> str:
    return ", ".join(text for text in (row[name] for name in table.names) if text)


def _tell_both(old: _Row, new: _Row, column: str) -> tuple[str, str] | None:
    """A number before and after in words; None where it is the same. What rounding would hide is told in full."""
    parts = [tuple(row.get(f"{column}{end}", "") for end in ("", "_lower", "_upper", "_state")) for row in (old, new)]
    states = [state for *_, state in parts]
    is_same_number = parts[0][:3] == parts[1][:3] and bool(parts[0][0])
    if parts[0] == parts[1] or (
        is_same_number and "" in states
    ):  # a table may come to say how it may tell what it told before
        return None
    if is_same_number:
        before, after = (f"{_tell(part)}, {state}" for part, state in zip(parts, states, strict=True))
        return before, after
    rounded = [_tell(part) for part in parts]
    before, after = rounded if rounded[0] != rounded[1] else (_tell(part, in_full=True) for part in parts)
    return before, after


def _tell(part: Sequence[str], *, in_full: bool = False) -> str:
    value, lower, upper, state = part
    if not value:
        return state or "not there"
    numbers = [float(each) for each in (value, lower, upper) if each]
    if in_full:
        words = [each for each in (value, lower, upper) if each]
    else:
        decimals = choose_decimals(*numbers) if len(numbers) == 3 else choose_decimals(numbers[0])
        words = [format_number(number, decimals=decimals) for number in numbers]
    return f"{words[0]} ({words[1]} to {words[2]})" if len(words) == 3 else words[0]
