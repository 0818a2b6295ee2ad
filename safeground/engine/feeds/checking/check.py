"""Check landed deliveries against their contracts: what is wrong, which rows go on, and what they add up to."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa

from safeground.engine.catalogue import AreaCodes, Contract, EventsTable, Feeds, RowsTable, Variant
from safeground.engine.feeds.checking.counts import add_up, areas_table, as_distinct, count_areas, count_groups
from safeground.engine.feeds.checking.judging import Verdicts
from safeground.engine.feeds.checking.keeping import RowKeeper
from safeground.engine.feeds.checking.notes import note_layout, tell_named_partner, tell_stated_rows
from safeground.engine.feeds.checking.plain import is_plain
from safeground.engine.feeds.checking.quarantine import quarantine_lines
from safeground.engine.feeds.checking.reading import FileLayout, get_layout
from safeground.engine.feeds.checking.report import CheckReport, Problem, Severity, Verdict
from safeground.engine.feeds.checking.rows import RowOutcome, check_repeats, check_rows
from safeground.engine.feeds.checking.sieve import Sieve, Sifted, can_sift
from safeground.engine.feeds.checking.store import ResultWriter, check_key, get_check_report, hash_rules
from safeground.engine.feeds.checking.whole_delivery import check_whole, has_whole_checks
from safeground.engine.feeds.deliveries import Delivery
from safeground.engine.feeds.sharing.encryption import read_cipher
from safeground.engine.feeds.sharing.minimising import as_landed
from safeground.engine.workspace import NotEnoughMemory, Progress, Workspace, get_memory_limit, no_progress

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
    workspace: Workspace,
    feeds: Feeds,
    deliveries: Sequence[Delivery],
    *,
    keeper: RowKeeper | None = None,
    progress: Progress | None = None,
) -> tuple[CheckReport, ...]:
    """Check deliveries; one report each, in their order. What was checked before and still holds is not checked again.

    keeper: makes something else of the rows of those that are plain and sound, in the same reading.

    Writes check.json, counts.parquet, accepted.parquet and rows.csv as ARCHITECTURE.md lays them out. Raises KeyError for a delivery
    of a feed that has no contract.
    """
    tell = progress or no_progress
    reports: dict[str, CheckReport] = {}
    tasks: list[Task] = []
    rules: dict[str, str] = {}
    for delivery in deliveries:
        contract = feeds.contracts[delivery.feed]
        if delivery.feed not in rules:
            rules[delivery.feed] = hash_rules(contract, feeds)
        key = check_key(delivery, rules[delivery.feed])
        kept = get_check_report(workspace, delivery.id)
        if kept is not None and kept.key == key:
            reports[delivery.id] = kept
        else:
            variant = as_landed(contract.variant(delivery.variant), delivery.pseudonymised_columns)
            tasks.append(Task(delivery, contract, variant, get_layout(delivery, variant), key))
    done = 0
    verdicts: Verdicts = {}
    if tasks:
        with workspace.exclusive(), open_database(workspace) as connection:
            for task, sifted in _sift_ahead(workspace, connection, feeds, tasks, keeper):
                report = _accept(workspace, connection, task, sifted) if sifted else None
                reports[task.delivery.id] = report or check_one(workspace, connection, feeds, task, verdicts)
                done += 1
                tell(done, len(tasks), f"checked {task.delivery.id}")
    return tuple(reports[delivery.id] for delivery in deliveries)


@contextmanager
def open_database(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that spills to the workspace's staging folder. Raises NotEnoughMemory where that is not enough."""
    limit = get_memory_limit(MEMORY_LIMIT)
    config = {"memory_limit": limit, "temp_directory": str(workspace.staging / "duckdb")}
    try:
        with duckdb.connect(":memory:", config=config) as connection:
            yield connection
    except duckdb.OutOfMemoryException as error:
        raise NotEnoughMemory("Checking", limit) from error


def _sift_ahead(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    feeds: Feeds,
    tasks: Iterable[Task],
    keeper: RowKeeper | None,
) -> Iterator[tuple[Task, Sifted | None]]:
    """Every task in turn with what the sieve made of it, None where it has to be checked row by row."""
    sieves: dict[object, Sieve | None] = {}
    waiting: deque[tuple[Task, Future[Sifted | None]]] = deque()
    with ThreadPoolExecutor(_WORKERS) as pool:
        for number, task in enumerate(tasks):
            shape = (task.delivery.feed, task.delivery.variant, task.layout.columns)
            if shape not in sieves:
                columns, variant = task.layout.columns, task.variant
                to_keep = keeper.columns(variant) if keeper else {}
                fits = can_sift(columns, variant)
                sieves[shape] = (
                    Sieve(connection, columns, variant=variant, feeds=feeds, to_keep=to_keep) if fits else None
                )
            sieve = sieves[shape]
            if sieve is None or not task.layout.is_for_duckdb:
                waiting.append((task, pool.submit(lambda: None)))
            else:
                kept = None
                if keeper is not None and sieve.can_keep and is_plain(task.delivery):
                    path = workspace.staging / f"kept-{number}.parquet"
                    kept = keeper.begin(task.delivery, task.variant, report_key=task.key, path=path)
                waiting.append((task, pool.submit(sieve.sift, task.layout, kept)))
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
        found = check_repeats(connection, task.layout, sifted.repeated, contract=task.contract, variant=task.variant)
        if found is None:
            if sifted.kept is not None:
                sifted.kept.discard()
            return None
        problems = found
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
    if sifted.kept is not None:
        writer.put_kept_rows(sifted.kept)
    writer.write_report(report)
    return report


def check_one(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    feeds: Feeds,
    task: Task,
    verdicts: Verdicts | None = None,
) -> CheckReport:
    """Check one delivery row by row and write everything down."""
    outcome = check_rows(
        connection,
        task.layout,
        contract=task.contract,
        variant=task.variant,
        feeds=feeds,
        period=task.delivery.period,
        keep_at=workspace.staging / "check-chunks.arrow",
        verdicts=verdicts,
    )
    with outcome.rows:
        problems = outcome.problems
        if has_whole_checks(task.variant):
            accepted = outcome.rows.choose(outcome.is_accepted)
            problems = (*problems, *check_whole(accepted, task.variant, task.layout.columns))
        is_whole = not (outcome.quarantined.size or outcome.duplicates.size or outcome.is_trimmed)
        report = make_report(
            task,
            quarantined=len(outcome.quarantined),
            blank=outcome.blank,
            duplicates=len(outcome.duplicates),
            problems=problems,
            without_location=0,
            rows_are_rewritten=not (is_whole and task.layout.is_for_duckdb),
        )
        writer = ResultWriter(workspace, task.delivery.id)
        report = replace(report, without_location=_take_accepted(writer, task, outcome, report))
        if report.is_used:
            writer.write_hashes(outcome.hashes)
        writer.write_event_hashes(outcome.event_hashes)
        if outcome.quarantined.size:
            is_quarantined = np.zeros(len(outcome.is_accepted), bool)
            is_quarantined[outcome.quarantined] = True
            as_sent = outcome.rows.as_sent(is_quarantined)
            lines = quarantine_lines(task.delivery.columns, outcome.faults, outcome.quarantined, as_sent)
            encrypted = task.delivery.is_encrypted
            cipher = read_cipher(needed_for=f"{task.delivery.id} is encrypted at rest") if encrypted else None
            writer.write_quarantine(lines, cipher=cipher)
    writer.write_report(report)
    return report


def _take_accepted(writer: ResultWriter, task: Task, outcome: RowOutcome, report: CheckReport) -> int:
    """Go through the accepted rows once: write them where they are not the file's, count events; returns how many have no area."""
    events = task.variant.becomes if isinstance(task.variant.becomes, EventsTable) else None
    area = _area_column(task.variant)
    area = area if area in task.layout.columns else None
    counts: list[pa.Table] = []
    areas: Counter[str] = Counter()
    without_area = 0

    def look_at_rows() -> Iterator[pa.RecordBatch]:
        nonlocal without_area
        for rows in outcome.rows.choose(outcome.is_accepted):
            if area is not None:
                without_area += rows[area].null_count
                areas.update(count_areas(rows[area]))
            if events is not None:
                keys = [as_distinct(rows[name]) for name in (events.month, events.area_code, events.offence)]
                counts.append(count_groups(keys, task.delivery.id))
            yield rows

    if report.is_used and report.rows_are_rewritten and task.delivery.format != "geojson":
        writer.write_accepted(look_at_rows(), outcome.rows.schema)
    elif area is not None:
        deque(look_at_rows(), maxlen=0)
    if report.is_used and events is not None:
        writer.write_counts(add_up(counts))
    elif report.is_used and any(isinstance(check, AreaCodes) and check.column == area for check in task.variant.checks):
        writer.write_areas(areas_table(areas, task.delivery.id))
    return without_area


def make_report(
    task: Task,
    *,
    quarantined: int,
    duplicates: int,
    problems: Sequence[Problem],
    without_location: int,
    rows_are_rewritten: bool,
    blank: int = 0,
) -> CheckReport:
    """The report of a delivery, with what is to be said of it as a whole, and the verdict. blank: of those quarantined, how many hold
    nothing; the share at which a delivery is refused is that of the others."""
    delivery = task.delivery
    told = [*note_layout(task.layout), *tell_named_partner(delivery), *tell_stated_rows(delivery), *problems]
    accepted = delivery.records - quarantined - duplicates
    limit = task.contract.refused_above
    filled, wrong = delivery.records - blank, quarantined - blank
    if wrong > limit * filled or (blank and not filled):
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


def _area_column(variant: Variant) -> str | None:
    """The column, as sent, with the area of an event; None where rows are no events or carry none."""
    target = variant.becomes
    if isinstance(target, EventsTable):
        return target.area_code
    source = target.source("area_code") if isinstance(target, RowsTable) and target.table == "events" else None
    return source.column if source is not None else None
