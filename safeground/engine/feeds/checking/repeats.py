"""Rows that say what another row has said: known duplicates, keys given twice, codes that lead to two others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from safeground.engine.catalogue import (
    Check,
    Contract,
    Identifiers,
    OneTarget,
    OnFailure,
    RowsTable,
    UniqueKey,
    Variant,
)
from safeground.engine.feeds.checking.rules import Rule
from safeground.engine.feeds.checking.rules_sql import quote_name, quote_texts


@dataclass(frozen=True)
class Fault:
    """A rule and the rows that break it, ascending."""

    rule: Rule
    rows: np.ndarray
    examples: tuple[str, ...] = ()
    """Values of the column to blame in the first rows, as sent but for padding; at most three, each another."""


@dataclass(frozen=True)
class RowKey:
    """Columns that together name a row. A row with a blank among them is not compared, unless blanks are a value like others."""

    columns: tuple[str, ...]
    blanks_are_alike: bool = False

    @property
    def is_compared(self) -> str:
        """SQL: whether a row's key is held against others."""
        if self.blanks_are_alike:
            return "TRUE"
        return " AND ".join(f"{quote_name(name)} IS NOT NULL" for name in self.columns)

    @property
    def hashed(self) -> str:
        """SQL: 64 bits that stand for a row's key; 0 where it is not compared."""
        cells = ", ".join(quote_name(name) for name in self.columns)
        return f"(CASE WHEN {self.is_compared} THEN hash({cells}) ELSE 0::UBIGINT END)"


def find_keys(variant: Variant, columns: tuple[str, ...]) -> tuple[RowKey, ...]:
    """What names a row of a file with these columns, in the order of the contract's checks.

    Of an optional column that was not sent all cells are blank: where blanks are alike, the key is of the others.
    """
    keys = (_key_of(check, columns) for check in variant.checks)
    return tuple(key for key in keys if key is not None)


def _key_of(check: Check, columns: tuple[str, ...]) -> RowKey | None:
    match check:
        case Identifiers() if check.column in columns:
            return RowKey((check.column,))
        case UniqueKey(blanks_are_alike=True) if not set(check.columns).isdisjoint(columns):
            return RowKey(tuple(name for name in check.columns if name in columns), blanks_are_alike=True)
        case UniqueKey() if set(check.columns) <= set(columns):
            return RowKey(check.columns)
    return None


def find_event_column(contract: Contract, variant: Variant) -> str | None:
    """The column that names the event of a row, in a contract of events and of persons who are found through them; else None."""
    tables = {other.becomes.table for other in contract.variants if isinstance(other.becomes, RowsTable)}
    if not {"events", "persons"} <= tables or not isinstance(variant.becomes, RowsTable):
        return None
    source = variant.becomes.source("event_id")
    return source.column if source is not None else None


def compares_all_rows(variant: Variant, columns: tuple[str, ...]) -> bool:
    """Some check needs every row beside the others, not only those whose keys repeat."""
    return any(
        isinstance(check, OneTarget) and {check.from_column, check.to_column} <= set(columns)
        for check in variant.checks
    )


def find_repeated(hashes: np.ndarray, is_compared: np.ndarray) -> np.ndarray:
    """(n,) whether a row's key may be another row's too: both are compared and the hashes are the same. 0 stands for no key."""
    compared = np.sort(hashes[is_compared & (hashes != 0)])
    repeated = np.unique(compared[1:][compared[1:] == compared[:-1]])
    if not repeated.size:
        return np.zeros(len(hashes), bool)
    places = np.minimum(np.searchsorted(repeated, hashes), len(repeated) - 1)
    return is_compared & (repeated[places] == hashes)


def compare_rows(
    connection: duckdb.DuckDBPyConnection, rows: Iterable[pa.RecordBatch], variant: Variant, columns: tuple[str, ...]
) -> tuple[tuple[Fault, ...], np.ndarray]:
    """Faults and known duplicates among `rows`: `row` and the contract's columns, trimmed, of all rows that may be any."""
    fields = ", ".join(["row BIGINT", *(f"{quote_name(name)} VARCHAR" for name in columns)])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE compared ({fields})")
    for batch in rows:
        connection.register("compared_now", pa.Table.from_batches([batch]))
        connection.execute("INSERT INTO compared BY NAME SELECT * FROM compared_now")
        connection.unregister("compared_now")
    faults: list[Fault] = []
    duplicates = np.empty(0, np.int64)
    for check in variant.checks:
        key = _key_of(check, columns)
        if key is not None:
            repeats, found = _find_repeats(connection, key, columns, check.on_failure, check.rule)
            duplicates = np.union1d(duplicates, repeats)
        elif isinstance(check, OneTarget) and {check.from_column, check.to_column} <= set(columns):
            found = _find_several_targets(connection, check)
        else:
            continue
        if found.rows.size:
            faults.append(_with_examples(connection, found))
    connection.execute("DROP TABLE compared")
    return tuple(faults), duplicates


def _find_repeats(
    connection: duckdb.DuckDBPyConnection,
    key: RowKey,
    columns: tuple[str, ...],
    on_failure: OnFailure,
    name: str,
) -> tuple[np.ndarray, Fault]:
    """Known duplicates (exact repeats of an earlier row) and rows that share a key with a row of other content.

    Of rows with other content, all are named where they go to quarantine (none is known to be the right one), and all but the first where
    they are only reported.
    """
    names = [quote_name(column) for column in key.columns]
    keys = ", ".join(names)
    content = ", ".join(quote_name(column) for column in columns)
    # First the keys that repeat, then their rows alone: a window over everything would carry all cells of a million rows.
    repeated = f"SELECT {keys} FROM compared WHERE {key.is_compared} GROUP BY {keys} HAVING count(*) > 1"
    is_same = " AND ".join(f"compared.{name} IS NOT DISTINCT FROM repeated.{name}" for name in names)
    query = f"""
        SELECT row, repeat, contents, min(CASE WHEN NOT repeat THEN row END) OVER (PARTITION BY {keys}) AS first
        FROM (
            SELECT row, {keys},
                   row_number() OVER (PARTITION BY {content} ORDER BY row) > 1 AS repeat,
                   count(DISTINCT content) OVER (PARTITION BY {keys}) AS contents
            FROM (SELECT *, hash({content}) AS content FROM compared SEMI JOIN ({repeated}) AS repeated ON {is_same})
        ) ORDER BY row
    """
    table = connection.sql(query).to_arrow_table()
    rows = table.column("row").to_numpy()
    is_repeat = table.column("repeat").to_numpy(zero_copy_only=False).astype(bool)
    differs = table.column("contents").to_numpy() > 1
    named = differs & ~is_repeat
    if on_failure is OnFailure.REPORT:
        named &= rows != table.column("first").to_numpy()
    title = " with ".join(key.columns)
    rule = Rule(name, key.columns, on_failure, "", f"{title} was given before, to a row with other content,")
    return rows[is_repeat], Fault(rule, rows[named])


def _find_several_targets(connection: duckdb.DuckDBPyConnection, check: OneTarget) -> Fault:
    source, target = quote_name(check.from_column), quote_name(check.to_column)
    where = f"{source} IS NOT NULL AND {target} IS NOT NULL"
    if check.unless_column is not None:
        unless = quote_name(check.unless_column)
        where += f" AND coalesce({unless} NOT IN {quote_texts(check.unless_values)}, TRUE)"
    query = f"""
        SELECT row FROM compared WHERE {where}
        QUALIFY min({target}) OVER (PARTITION BY {source}) <> max({target}) OVER (PARTITION BY {source}) ORDER BY row
    """
    rows = connection.sql(query).to_arrow_table().column("row").to_numpy()
    says = f"{check.from_column} leads to more than one {check.to_column}"
    return Fault(Rule("one_target", (check.from_column, check.to_column), check.on_failure, "", says), rows)


FIRST_ROWS = 10
"""Of a fault, from which examples are taken."""


def choose_examples(values: Sequence[str | None]) -> tuple[str, ...]:
    """Up to three values that are filled, each another."""
    return tuple(dict.fromkeys(value for value in values if value is not None))[:3]


def _with_examples(connection: duckdb.DuckDBPyConnection, fault: Fault) -> Fault:
    first = ", ".join(str(row) for row in fault.rows[:FIRST_ROWS])
    query = f"SELECT {quote_name(fault.rule.columns[0])} FROM compared WHERE row IN ({first}) ORDER BY row"
    values = [value for (value,) in connection.execute(query).fetchall()]
    return Fault(fault.rule, fault.rows, choose_examples(values))
