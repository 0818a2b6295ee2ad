"""The row-numbered check: every rule on every row of one delivery, and which rows go where.

The quick sieve (`check_sieve`) decides which deliveries need this. What this module says is what the check says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from safeground.engine.catalogue import (
    Contract,
    Feeds,
    Identifiers,
    OneTarget,
    OnFailure,
    Sensitivity,
    UniqueKey,
    Variant,
)
from safeground.engine.feeds.check_outlines import OUTLINE_FAULTS
from safeground.engine.feeds.check_reading import CELLS, HEADER_AGAIN, MALFORMED, QUOTING, ROW, FileLayout
from safeground.engine.feeds.check_report import Problem, Severity
from safeground.engine.feeds.check_words import in_rows, masked, quote_examples
from safeground.engine.feeds.rules import Rule, compile_rules
from safeground.engine.feeds.rules_sql import padded, quote_name, quote_text, quote_texts, trimmed

_TRIMMED = "_trimmed"
_WHOLE = f"{MALFORMED} IS NULL AND NOT {HEADER_AGAIN}"


@dataclass(frozen=True)
class Fault:
    """A rule and the rows that break it, ascending."""

    rule: Rule
    rows: np.ndarray


@dataclass(frozen=True)
class RowOutcome:
    """What became of the rows of one delivery. The accepted ones stay in the connection's table `accepted`."""

    rows: int
    faults: tuple[Fault, ...]
    quarantined: np.ndarray
    duplicates: np.ndarray
    problems: tuple[Problem, ...]
    is_trimmed: bool = False
    """Some cell is not as sent: it had padding, or nothing else."""


def check_rows(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    layout: FileLayout,
    *,
    contract: Contract,
    variant: Variant,
    feeds: Feeds,
    period: str,
) -> RowOutcome:
    """Check every row of `source` (a FROM item of the connection, as `check_reading` describes).

    Leaves a temporary table `accepted` with `_row` and the contract's columns, trimmed, NULL where blank.
    """
    rules = (*_reader_rules(layout), *compile_rules(variant, feeds, columns=layout.columns, period=period))
    _load_cells(connection, source, layout, [rule for rule in rules if rule.of_raw])
    told = f"SELECT count(*), coalesce(bool_or({_TRIMMED}), FALSE) FROM cells"
    ((total, is_trimmed),) = connection.sql(told).fetchall()
    faults = _find_faults(connection, rules)
    quarantined = _union(fault.rows for fault in faults if fault.rule.on_failure is OnFailure.QUARANTINE)
    _keep_sound_rows(connection, quarantined)
    duplicates = np.empty(0, np.int64)
    for check in variant.checks:
        found: Fault | None = None
        match check:
            case Identifiers() if check.column in layout.columns:
                repeats, found = _find_repeats(
                    connection, (check.column,), layout.columns, check.on_failure, "identifiers"
                )
                duplicates = np.union1d(duplicates, repeats)
            case UniqueKey() if set(check.columns) <= set(layout.columns):
                repeats, found = _find_repeats(
                    connection, check.columns, layout.columns, check.on_failure, "unique_key"
                )
                duplicates = np.union1d(duplicates, repeats)
            case OneTarget() if {check.from_column, check.to_column} <= set(layout.columns):
                found = _find_several_targets(connection, check)
        if found is not None and found.rows.size:
            faults = (*faults, found)
            if found.rule.on_failure is OnFailure.QUARANTINE:
                quarantined = np.union1d(quarantined, found.rows)
    duplicates = np.setdiff1d(duplicates, quarantined, assume_unique=True)
    _drop_rows(connection, np.union1d(quarantined, duplicates))
    problems = [_tell(connection, fault, contract, variant) for fault in faults]
    if duplicates.size:
        problems.append(_tell_duplicates(duplicates))
    return RowOutcome(total, faults, quarantined, duplicates, tuple(problems), is_trimmed)


def check_repeats(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    layout: FileLayout,
    repeated: pa.Array,
    *,
    contract: Contract,
    variant: Variant,
) -> RowOutcome:
    """The identifiers' check alone, for a delivery whose rows break no other rule and of whose identifiers some may repeat.

    Looks only at rows with one of `repeated`, and compares what is written there. Leaves no table `accepted`.
    """
    check = next(check for check in variant.checks if isinstance(check, Identifiers))
    connection.register("repeated_identifiers", pa.table({"identifier": repeated}))
    rows = f"(SELECT * FROM {source} WHERE {quote_name(check.column)} IN (SELECT identifier FROM repeated_identifiers))"
    _load_cells(connection, rows, layout, [])
    connection.unregister("repeated_identifiers")
    nothing = np.empty(0, np.int64)
    _keep_sound_rows(connection, nothing)
    duplicates, found = _find_repeats(connection, (check.column,), layout.columns, check.on_failure, "identifiers")
    problems = [_tell(connection, found, contract, variant)] if found.rows.size else []
    if duplicates.size:
        problems.append(_tell_duplicates(duplicates))
    quarantined = found.rows if check.on_failure is OnFailure.QUARANTINE else nothing
    return RowOutcome(layout.delivery.records, (found,), quarantined, duplicates, tuple(problems))


_QUOTING_SAYS = "a quotation mark is not closed, or stands where none may,"


def _reader_rules(layout: FileLayout) -> Iterator[Rule]:
    width = layout.width
    yield Rule(
        "ragged",
        (CELLS,),
        OnFailure.QUARANTINE,
        f"{_WHOLE} AND {CELLS} <> {width}",
        f"the row does not have {width} cells, as the header has (a comma or quotation mark too many or too few),",
        in_any_delivery="the row has more or fewer cells than the header",
    )
    for name, says in {QUOTING: _QUOTING_SAYS, **OUTLINE_FAULTS}.items():
        yield Rule(name, (), OnFailure.QUARANTINE, f"{MALFORMED} = {quote_text(name)}", says)
    says = "the row repeats the header (files were joined?)"
    yield Rule("header_again", (), OnFailure.QUARANTINE, HEADER_AGAIN, says)


def _load_cells(
    connection: duckdb.DuckDBPyConnection, source: str, layout: FileLayout, raw_rules: Sequence[Rule]
) -> None:
    flags = [f"coalesce({rule.breaks}, FALSE) AS {quote_name(_raw_flag(rule))}" for rule in raw_rules]
    cells = [f"{trimmed(quote_name(name))} AS {quote_name(name)}" for name in layout.columns]
    is_trimmed = " OR ".join(padded(quote_name(name)) for name in layout.columns)
    flags.append(f"coalesce({is_trimmed}, FALSE) AS {_TRIMMED}")
    chosen = ", ".join([ROW, CELLS, MALFORMED, HEADER_AGAIN, *flags, *cells])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE cells AS SELECT {chosen} FROM {source}")


def _raw_flag(rule: Rule) -> str:
    return f"_{rule.name} {rule.columns[0]}"


def _find_faults(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> tuple[Fault, ...]:
    """Rows broken by each rule, in one pass with a flag per rule. Only broken rows leave the database."""
    width = next(rule for rule in rules if rule.name == "ragged").breaks
    flags = []
    for number, rule in enumerate(rules):
        breaks = quote_name(_raw_flag(rule)) if rule.of_raw else rule.breaks
        if rule.name not in ("ragged", QUOTING, "header_again", *OUTLINE_FAULTS):
            # The cells of a malformed row stand under the wrong columns: it has one fault, its form.
            breaks = f"{_WHOLE} AND NOT ({width}) AND ({breaks})"
        flags.append(f"coalesce({breaks}, FALSE) AS r{number}")
    any_flag = " OR ".join(f"r{number}" for number in range(len(rules)))
    query = f"SELECT * FROM (SELECT {ROW}, {', '.join(flags)} FROM cells) WHERE {any_flag} ORDER BY {ROW}"
    table = connection.sql(query).to_arrow_table()
    rows = table.column(ROW).to_numpy()
    faults = []
    for number, rule in enumerate(rules):
        broken = rows[table.column(f"r{number}").to_numpy(zero_copy_only=False).astype(bool)]
        if broken.size:
            faults.append(Fault(rule, broken))
    return tuple(faults)


def _union(parts: Iterator[np.ndarray]) -> np.ndarray:
    return np.unique(np.concatenate([np.empty(0, np.int64), *parts]))


def _keep_sound_rows(connection: duckdb.DuckDBPyConnection, quarantined: np.ndarray) -> None:
    """A view of the cells without quarantined rows: what a bad row says is not compared with others."""
    _register_rows(connection, "left_out", quarantined)
    without = f" WHERE {ROW} NOT IN (SELECT row FROM left_out)" if quarantined.size else ""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW sound AS SELECT * FROM cells{without}")


def _drop_rows(connection: duckdb.DuckDBPyConnection, rows: np.ndarray) -> None:
    _keep_sound_rows(connection, rows)
    connection.execute("CREATE OR REPLACE TEMP VIEW accepted AS SELECT * FROM sound")


def _register_rows(connection: duckdb.DuckDBPyConnection, name: str, rows: np.ndarray) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} (row BIGINT)")
    if rows.size:
        chunk = pa.table({"row": pa.array(rows, pa.int64())})
        connection.register("chunk_of_rows", chunk)
        connection.execute(f"INSERT INTO {name} SELECT row FROM chunk_of_rows")
        connection.unregister("chunk_of_rows")


def _find_repeats(
    connection: duckdb.DuckDBPyConnection,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    on_failure: OnFailure,
    name: str,
) -> tuple[np.ndarray, Fault]:
    """Known duplicates (exact repeats of an earlier row) and rows that share a key with a row of other content.

    A key with a blank part is not compared. Of rows with other content, all are named where they go to quarantine (none is
    known to be the right one), and all but the first where they are only reported.
    """
    keys = ", ".join(quote_name(column) for column in key)
    filled = " AND ".join(f"{quote_name(column)} IS NOT NULL" for column in key)
    content = ", ".join(quote_name(column) for column in columns)
    # First the keys that repeat, then their rows alone: a window over everything would carry all cells of a million rows.
    repeated = f"SELECT {keys} FROM sound WHERE {filled} GROUP BY ALL HAVING count(*) > 1"
    query = f"""
        SELECT {ROW}, repeat, contents, min(CASE WHEN NOT repeat THEN {ROW} END) OVER (PARTITION BY {keys}) AS first
        FROM (
            SELECT {ROW}, {keys},
                   row_number() OVER (PARTITION BY {content} ORDER BY {ROW}) > 1 AS repeat,
                   count(DISTINCT content) OVER (PARTITION BY {keys}) AS contents
            FROM (SELECT *, hash({content}) AS content FROM sound SEMI JOIN ({repeated}) USING ({keys}))
        ) ORDER BY {ROW}
    """
    table = connection.sql(query).to_arrow_table()
    rows = table.column(ROW).to_numpy()
    is_repeat = table.column("repeat").to_numpy(zero_copy_only=False).astype(bool)
    differs = table.column("contents").to_numpy() > 1
    named = differs & ~is_repeat
    if on_failure is OnFailure.REPORT:
        named &= rows != table.column("first").to_numpy()
    title = " with ".join(key)
    rule = Rule(name, key, on_failure, "", f"{title} was given before, to a row with other content,")
    return rows[is_repeat], Fault(rule, rows[named])


def _find_several_targets(connection: duckdb.DuckDBPyConnection, check: OneTarget) -> Fault:
    source, target = quote_name(check.from_column), quote_name(check.to_column)
    where = f"{source} IS NOT NULL AND {target} IS NOT NULL"
    if check.unless_column is not None:
        unless = quote_name(check.unless_column)
        where += f" AND coalesce({unless} NOT IN {quote_texts(check.unless_values)}, TRUE)"
    query = f"""
        SELECT {ROW} FROM sound WHERE {where}
        QUALIFY min({target}) OVER (PARTITION BY {source}) <> max({target}) OVER (PARTITION BY {source}) ORDER BY {ROW}
    """
    rows = connection.sql(query).to_arrow_table().column(ROW).to_numpy()
    says = f"{check.from_column} leads to more than one {check.to_column}"
    return Fault(Rule("one_target", (check.from_column, check.to_column), check.on_failure, "", says), rows)


def _tell(connection: duckdb.DuckDBPyConnection, fault: Fault, contract: Contract, variant: Variant) -> Problem:
    rule = fault.rule
    examples = _examples(connection, fault, contract, variant)
    severity = Severity.QUARANTINE if rule.on_failure is OnFailure.QUARANTINE else Severity.REPORT
    message = f"{rule.says} {in_rows(fault.rows)}{quote_examples(examples)}."
    column = rule.columns[0] if rule.columns and rule.columns[0] != CELLS else None
    shown = message[0].upper() + message[1:] if column is None else message
    rows, first = int(fault.rows.size), int(fault.rows[0])
    return Problem(rule.name, severity, column, rows, first, shown, examples, gist=rule.gist)


def _tell_duplicates(duplicates: np.ndarray) -> Problem:
    message = f"The row repeats an earlier row exactly and was left out {in_rows(duplicates)}."
    rows, first = int(duplicates.size), int(duplicates[0])
    gist = "the row repeats an earlier row exactly"
    return Problem("known_duplicate", Severity.REPORT, None, rows, first, message, gist=gist)


def _examples(
    connection: duckdb.DuckDBPyConnection, fault: Fault, contract: Contract, variant: Variant
) -> tuple[str, ...]:
    """Up to three values of the column to blame, from the first rows. Blank ones are left out."""
    if not fault.rule.columns:
        return ()
    first = ", ".join(str(row) for row in fault.rows[:10])
    column = fault.rule.columns[0]
    query = f"SELECT {quote_name(column)}::VARCHAR FROM cells WHERE {ROW} IN ({first}) ORDER BY {ROW}"
    values = [value for (value,) in connection.execute(query).fetchall() if value is not None]
    distinct = tuple(dict.fromkeys(values))[:3]
    if contract.sensitivity is Sensitivity.OPEN or column == CELLS or _is_coded(variant, column):
        return distinct
    return tuple(masked(value) for value in distinct)


def _is_coded(variant: Variant, name: str) -> bool:
    """A column of codes, numbers or dates identifies nobody; any other may hold an identifier or a name."""
    kinds: Mapping[str, bool] = {
        column.name: column.type != "string"
        or column.constraints.enum is not None
        or column.constraints.code_list is not None
        for column in variant.columns
    }
    return kinds.get(name, True)
