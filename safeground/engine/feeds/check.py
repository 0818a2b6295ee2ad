"""Check landed deliveries against their contracts: what is wrong, which rows go on, and what they add up to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeground.engine.catalogue import Contract, EventsTable, Feeds, Identifiers, RowsTable, Variant
from safeground.engine.feeds.check_identifiers import find_digits, hash_digits
from safeground.engine.feeds.check_notes import note_layout, tell_named_partner, tell_stated_rows
from safeground.engine.feeds.check_reading import ROW, FileLayout, duckdb_rows, get_layout, python_rows
from safeground.engine.feeds.check_report import CheckReport, Problem, Severity, Verdict
from safeground.engine.feeds.check_rows import RowOutcome, check_repeats, check_rows
from safeground.engine.feeds.check_sieve import Sieve, Sifted, can_sift
from safeground.engine.feeds.check_store import COUNTS_SCHEMA, ResultWriter, check_key, get_check_report
from safeground.engine.feeds.deliveries import Delivery
from safeground.engine.feeds.minimising import as_landed
from safeground.engine.feeds.quarantine import write_quarantine
from safeground.engine.feeds.rules_sql import quote_name, quote_text
from safeground.engine.workspace import Progress, Workspace, no_progress

MEMORY_LIMIT = "600MB"
"""DuckDB's share; more spills to the workspace's staging folder. The process stays under 1 GB."""
_WORKERS = 2
"""Files sifted at once. Reading releases the interpreter's lock; of each some 50 MB are held."""


@dataclass(frozen=True)
class Task:
    """One delivery to check, with everything the check needs to know of it."""

    delivery: Delivery
    contract: Contract
    variant: Variant
    layout: FileLayout
    key: str


def check_deliveries(
    workspace: Workspace, feeds: Feeds, deliveries: Sequence[Delivery], *, progress: Progress | None = None
) -> tuple[CheckReport, ...]:
    """Check deliveries; one report each, in their order. What was checked before and still holds is not checked again.

    Writes check.json, counts.parquet, accepted.parquet and rows.csv as ARCHITECTURE.md lays them out. Raises KeyError for a delivery
    of a feed that has no contract.
    """
    tell = progress or no_progress
    reports: dict[str, CheckReport] = {}
    tasks: list[Task] = []
    for delivery in deliveries:
        contract = feeds.contracts[delivery.feed]
        key = check_key(delivery, contract, feeds)
        kept = get_check_report(workspace, delivery.id)
        if kept is not None and kept.key == key:
            reports[delivery.id] = kept
        else:
            variant = as_landed(contract.variant(delivery.variant), delivery.pseudonymised_columns)
            tasks.append(Task(delivery, contract, variant, get_layout(delivery, variant), key))
    done = 0
    if tasks:
        with workspace.exclusive(), open_database(workspace) as connection:
            for task, sifted in _sift_ahead(connection, feeds, tasks):
                report = _accept(workspace, connection, task, sifted) if sifted else None
                reports[task.delivery.id] = report or check_one(workspace, connection, feeds, task)
                done += 1
                tell(done, len(tasks), f"checked {task.delivery.id}")
    return tuple(reports[delivery.id] for delivery in deliveries)


def open_database(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to the workspace's staging folder."""
    config = {"memory_limit": MEMORY_LIMIT, "temp_directory": str(workspace.staging / "duckdb")}
    return duckdb.connect(":memory:", config=config)


def _sift_ahead(
    connection: duckdb.DuckDBPyConnection, feeds: Feeds, tasks: Iterable[Task]
) -> Iterator[tuple[Task, Sifted | None]]:
    """Every task in turn with what the sieve made of it, None where it has to be checked row by row."""
    sieves: dict[object, Sieve] = {}
    waiting: deque[tuple[Task, Future[Sifted | None]]] = deque()
    with ThreadPoolExecutor(_WORKERS) as pool:
        for task in tasks:
            shape = (task.delivery.feed, task.delivery.variant, task.layout.columns)
            if not can_sift(task.layout, task.variant):
                waiting.append((task, pool.submit(lambda: None)))
            else:
                if shape not in sieves:
                    sieves[shape] = Sieve(connection, task.layout.columns, variant=task.variant, feeds=feeds)
                waiting.append((task, pool.submit(sieves[shape].sift, task.layout)))
            if len(waiting) > 2 * _WORKERS:
                ready, sifted = waiting.popleft()
                yield ready, sifted.result()
        for ready, sifted in waiting:
            yield ready, sifted.result()


def _accept(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, task: Task, sifted: Sifted
) -> CheckReport | None:
    """Write down a delivery all of whose rows are accepted. None where some are not: exact repeats, left out row by row."""
    problems: tuple[Problem, ...] = ()
    if len(sifted.repeated):
        outcome = check_repeats(
            connection,
            duckdb_rows(task.layout),
            task.layout,
            sifted.repeated,
            contract=task.contract,
            variant=task.variant,
        )
        if outcome.duplicates.size or outcome.quarantined.size:
            return None
        problems = outcome.problems
    report = make_report(
        task,
        quarantined=0,
        duplicates=0,
        problems=problems,
        without_location=sifted.without_area if isinstance(task.variant.becomes, EventsTable) else 0,
        rows_are_rewritten=False,
    )
    writer = ResultWriter(workspace, task.delivery.id)
    if isinstance(task.variant.becomes, EventsTable):
        writer.write_counts(sifted.counts)
    writer.write_hashes(sifted.hashes)
    writer.write_report(report)
    return report


def check_one(workspace: Workspace, connection: duckdb.DuckDBPyConnection, feeds: Feeds, task: Task) -> CheckReport:
    """Check one delivery row by row and write everything down."""
    outcome = _check_rows(connection, feeds, task)
    duplicates = len(outcome.duplicates)
    quarantined = len(outcome.quarantined)
    report = make_report(
        task,
        quarantined=quarantined,
        duplicates=duplicates,
        problems=outcome.problems,
        without_location=_count_without_location(connection, task.variant),
        rows_are_rewritten=bool(quarantined or duplicates) or outcome.is_trimmed or not task.layout.is_for_duckdb,
    )
    writer = ResultWriter(workspace, task.delivery.id)
    if report.is_used:
        if isinstance(task.variant.becomes, EventsTable):
            writer.write_counts(_count_events(connection, task.delivery.id, task.variant.becomes))
        writer.write_hashes(_hash_identifiers(connection, task.variant, task.layout))
        if report.rows_are_rewritten and task.delivery.format != "geojson":
            columns = ", ".join(quote_name(name) for name in task.layout.columns)
            writer.write_accepted(connection, f"SELECT {ROW} AS row, {columns} FROM accepted ORDER BY {ROW}")
    if quarantined:
        writer.write_quarantine(write_quarantine(task.delivery, outcome.faults, outcome.quarantined))
    writer.write_report(report)
    return report


def _check_rows(connection: duckdb.DuckDBPyConnection, feeds: Feeds, task: Task) -> RowOutcome:
    """By DuckDB's reader where it can account for every record counted at landing, by Python's otherwise."""

    def run(source: str) -> RowOutcome:
        return check_rows(
            connection,
            source,
            task.layout,
            contract=task.contract,
            variant=task.variant,
            feeds=feeds,
            period=task.delivery.period,
        )

    if task.layout.is_for_duckdb:
        try:
            outcome = run(duckdb_rows(task.layout))
        except duckdb.InvalidInputException:
            pass  # "The CSV parser reached an invalid state": a shape of damage it does not survive even when told to
        else:
            if outcome.rows == task.delivery.records:
                return outcome
    rows = python_rows(task.layout)
    connection.register("python_rows", rows)
    try:
        return run("python_rows")
    finally:
        connection.unregister("python_rows")


def make_report(
    task: Task,
    *,
    quarantined: int,
    duplicates: int,
    problems: Sequence[Problem],
    without_location: int,
    rows_are_rewritten: bool,
) -> CheckReport:
    """The report of a delivery, with what is to be said of it as a whole, and the verdict."""
    delivery = task.delivery
    told = [*note_layout(task.layout), *tell_named_partner(delivery), *tell_stated_rows(delivery), *problems]
    accepted = delivery.records - quarantined - duplicates
    limit = task.contract.refused_above
    if quarantined > limit * delivery.records:
        message = (
            f"{quarantined:,} of {delivery.records:,} rows are in quarantine, more than the {limit:.0%} at which the contract refuses a "
            "delivery; nothing of it is used until it is sent again."
        )
        gist = "More rows are in quarantine than the contract allows, so that nothing of the delivery is used"
        told.insert(0, Problem("too_many_rejected", Severity.REFUSE, None, quarantined, None, message, gist=gist))
        verdict = Verdict.REFUSED
    elif all(problem.severity is Severity.NOTE for problem in told):
        verdict = Verdict.ACCEPTED
    else:
        verdict = Verdict.WITH_PROBLEMS
    return CheckReport(
        delivery=delivery.id,
        feed=delivery.feed,
        variant=delivery.variant,
        partner=delivery.partner,
        period=delivery.period,
        verdict=verdict,
        received=delivery.records,
        accepted=accepted,
        quarantined=quarantined,
        duplicates=duplicates,
        problems=tuple(told),
        without_location=without_location,
        rows_are_rewritten=rows_are_rewritten,
        key=task.key,
    )


def _count_without_location(connection: duckdb.DuckDBPyConnection, variant: Variant) -> int:
    column = _area_column(variant)
    if column is None:
        return 0
    query = f"SELECT count(*) FROM accepted WHERE {quote_name(column)} IS NULL"
    return int(connection.sql(query).fetchall()[0][0])


def _area_column(variant: Variant) -> str | None:
    """The column, as sent, with the area of an event; None where rows are no events or carry none."""
    target = variant.becomes
    if isinstance(target, EventsTable):
        return target.area_code
    source = target.source("area_code") if isinstance(target, RowsTable) and target.table == "events" else None
    return source.column if source is not None else None


def _hash_identifiers(connection: duckdb.DuckDBPyConnection, variant: Variant, layout: FileLayout) -> np.ndarray:
    """Sorted hashes of the accepted rows' identifiers: the sieve's where they are of its form, DuckDB's where not."""
    for check in variant.checks:
        if isinstance(check, Identifiers) and check.column in layout.columns:
            cell = quote_name(check.column)
            query = f"SELECT {cell} AS identifier, hash({cell}) AS hash FROM accepted WHERE {cell} IS NOT NULL"
            table = connection.sql(query).to_arrow_table().combine_chunks()
            identifiers, hashes = table["identifier"], table["hash"].to_numpy().astype(np.uint64)
            if digits := find_digits(variant).get(check.column):
                fits = pc.equal(pc.binary_length(identifiers), digits)
                chosen = pa.concat_arrays([pa.array([], pa.string()), *identifiers.filter(fits).chunks])
                hashes[fits.to_numpy()] = hash_digits(chosen)
            return np.sort(hashes)
    return np.empty(0, np.uint64)


def _count_events(connection: duckdb.DuckDBPyConnection, delivery_id: str, events: EventsTable) -> pa.Table:
    month, area, offence = (quote_name(name) for name in (events.month, events.area_code, events.offence))
    query = f"""
        SELECT {quote_text(delivery_id)} AS delivery, CAST({month} || '-01' AS DATE) AS month, {area} AS area_code, {offence} AS offence,
               count(*) AS events
        FROM accepted GROUP BY ALL ORDER BY ALL
    """
    return connection.sql(query).to_arrow_table().cast(COUNTS_SCHEMA)
