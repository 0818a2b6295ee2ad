"""Conform: landed deliveries become the next generation of the warehouse, beside the one in use.

Every part depends only on one delivery, its contract, and the vintages of area codes, so its key says whether the generation in use
holds it already. What it holds is carried over by a hard link; only the rest is made. The new generation comes into use by one
rename: whoever dies before that leaves the old one as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from safeground.engine.catalogue import EventsTable, Feeds, LookupsTable
from safeground.engine.feeds import (
    CheckReport,
    Delivery,
    counts_path,
    get_check_report,
    get_live_deliveries,
    remove_kept_rows,
)
from safeground.engine.warehouse.database import WORKERS, open_database
from safeground.engine.warehouse.generation import Generation, read_generation, usable_generation, write_record
from safeground.engine.warehouse.parts import ConformError, Part, expect_rows, make_part, plan_parts, select_codes
from safeground.engine.warehouse.sources import quote_text
from safeground.engine.warehouse.tables import DELIVERIES, TABLES
from safeground.engine.warehouse.vintages import CodeVintages, read_code_vintages
from safeground.engine.workspace import Progress, Workspace, hash_file, link_or_copy, no_progress

if TYPE_CHECKING:
    import duckdb

_CHUNK = 200
"""Deliveries looked at in one query for their codes: enough to make the query's own cost small, few enough to keep it in memory."""
_FILES_AS_SENT = 8
"""The same where files as sent are read: a query holds tens of MB of each at once, and a year of several feeds would not fit."""


def conform_deliveries(
    workspace: Workspace,
    feeds: Feeds,
    deliveries: Sequence[Delivery],
    reports: Sequence[CheckReport],
    *,
    progress: Progress = no_progress,
) -> Generation:
    """Bring the warehouse to these deliveries, as checked, and make it the one in use.

    deliveries: the live ones; reports: theirs, in any order. A refused delivery and its quarantined and repeated rows are left out.
    Where nothing has changed the generation in use is returned as it is. Raises ConformError where a report is missing or a delivery
    does not give the rows its check accepted; the generation in use then stays.
    """
    used = _match_reports(deliveries, reports)
    with workspace.exclusive():
        before = usable_generation(workspace)
        folder = workspace.warehouse.new_generation()
        with open_database(str(workspace.stage_folder("spill-"))) as connection:
            work = _Work(workspace, folder, before, connection)
            vintages = work.bring_lookups(plan_parts(feeds, used, vintages=""), progress)
            parts = plan_parts(feeds, used, vintages=vintages.digest)
            rest = [part for part in parts if part.table != "lookups"]
            new = [part for part in rest if work.find(part) is None]
            _reconcile_counts(connection, workspace, new)
            others = [part for part in new if not part.is_plain]
            expressions = _find_expressions(connection, workspace, others, vintages)

            def vintage_of(cursor: duckdb.DuckDBPyConnection, part: Part) -> str:
                own = _find_expressions(cursor, workspace, [part], vintages) if part.is_plain else expressions
                return own.get(part.delivery.id, vintages.usual)

            work.bring(rest, vintages.vintages, vintage_of, progress)
        keys = {part.path: part.key for part in parts} | {f"{DELIVERIES}.parquet": _write_deliveries(folder, used)}
        if before and before.keys == keys and not work.made:
            shutil.rmtree(folder)
            return before
        write_record(folder, keys, made=work.made)
        generation = read_generation(workspace.warehouse.swap_in(folder))
        workspace.warehouse.sweep()
        remove_kept_rows(workspace)
        return generation


def read_landed_vintages(workspace: Workspace, feeds: Feeds) -> CodeVintages:
    """The vintage of every code that the lookups name which have landed and been checked: what `conform_deliveries` will find.

    Call it while holding the workspace.
    """
    of_lookups = {
        name
        for name, contract in feeds.contracts.items()
        if any(isinstance(variant.becomes, LookupsTable) for variant in contract.variants)
    }
    deliveries = [each for name in sorted(of_lookups) for each in get_live_deliveries(workspace, feed=name)]
    reports = [report for each in deliveries if (report := get_check_report(workspace, each.id)) is not None]
    checked = {report.delivery for report in reports}
    used = _match_reports([each for each in deliveries if each.id in checked], reports)
    folder = workspace.stage_folder("lookups-")
    try:
        with open_database(str(folder)) as connection:
            work = _Work(workspace, folder, usable_generation(workspace), connection)
            return work.bring_lookups(plan_parts(feeds, used, vintages=""), no_progress)
    finally:
        shutil.rmtree(folder)


def _match_reports(
    deliveries: Sequence[Delivery], reports: Sequence[CheckReport]
) -> tuple[tuple[Delivery, CheckReport], ...]:
    by_id = {report.delivery: report for report in reports}
    for delivery in deliveries:
        if delivery.id not in by_id:
            raise ConformError(f"{delivery.id} has not been checked; check it before the warehouse is built.")
    pairs = [(delivery, by_id[delivery.id]) for delivery in sorted(deliveries, key=lambda delivery: delivery.id)]
    return tuple((delivery, report) for delivery, report in pairs if report.is_used)


class _Work:
    """Bringing parts into a folder: by a link where the generation before holds them, else by making them."""

    def __init__(
        self, workspace: Workspace, folder: Path, before: Generation | None, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self.workspace, self.folder, self.before, self.connection = workspace, folder, before, connection
        self.made = 0

    def find(self, part: Part) -> Path | None:
        """The part in the generation before, where that holds the very same."""
        if self.before is None or self.before.keys.get(part.path) != part.key:
            return None
        path = self.before.folder / part.path
        return path if path.is_file() else None

    def bring_lookups(self, parts: Sequence[Part], progress: Progress) -> CodeVintages:
        """Bring those of the parts that are lookups, and read the vintages they tell."""
        lookups = [part for part in parts if part.table == "lookups"]
        self.bring(lookups, {}, lambda cursor, part: "NULL", progress)
        return read_code_vintages(self.folder / part.path for part in lookups)

    def bring(
        self,
        parts: Sequence[Part],
        vintages: Mapping[str, str],
        vintage_of: Callable[[duckdb.DuckDBPyConnection, Part], str],
        progress: Progress,
    ) -> None:
        missing = []
        for part in parts:
            if held := self.find(part):
                link_or_copy(held, self.folder / part.path)
            else:
                missing.append(part)
        with ThreadPoolExecutor(WORKERS) as pool:
            futures = [pool.submit(self._make, part, vintages, vintage_of) for part in missing]
            try:
                for done, future in enumerate(as_completed(futures), start=1):
                    future.result()
                    progress(done, len(futures), "Conforming deliveries")
            finally:
                pool.shutdown(cancel_futures=True)
        self.made += len(missing)

    def _make(
        self, part: Part, vintages: Mapping[str, str], vintage_of: Callable[[duckdb.DuckDBPyConnection, Part], str]
    ) -> None:
        cursor = self.connection.cursor()
        try:
            make_part(cursor, self.workspace, self.folder, part, vintages=vintages, vintage_of=vintage_of)
        finally:
            cursor.close()


def _reconcile_counts(connection: duckdb.DuckDBPyConnection, workspace: Workspace, parts: Sequence[Part]) -> None:
    """The groups the check counted add up to the rows it accepted; they are taken over as they are."""
    counted = [part for part in parts if part.table == "event_counts"]
    for start in range(0, len(counted), _CHUNK):
        chunk = counted[start : start + _CHUNK]
        files = ", ".join(quote_text(str(counts_path(workspace, part.delivery.id))) for part in chunk)
        sums = f"SELECT delivery, sum(events)::BIGINT FROM read_parquet([{files}]) GROUP BY delivery"
        events = dict(connection.execute(sums).fetchall())
        for part in chunk:
            expect_rows(part, events.get(part.delivery.id, 0))


def _find_expressions(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, parts: Sequence[Part], vintages: CodeVintages
) -> dict[str, str]:
    """For each delivery to be made, the SQL of `area_vintage` where it has codes of another vintage."""
    # Of the events to be made, not of the counts: a new lookup makes the former anew and leaves the latter.
    placed = [part for part in parts if part.has_area_vintage]
    counted = [part.delivery.id for part in placed if isinstance(part.target, EventsTable)]
    counts = [quote_text(str(counts_path(workspace, delivery))) for delivery in counted]
    outcomes = [select_codes(workspace, part) for part in placed if not isinstance(part.target, EventsTable)]
    found: dict[str, str] = {}
    for start in range(0, len(counts), _CHUNK):
        chunk = ", ".join(counts[start : start + _CHUNK])
        found |= vintages.find_exceptions(connection, f"read_parquet([{chunk}])")
    for start in range(0, len(outcomes), _FILES_AS_SENT):
        chunk = " UNION ALL ".join(outcomes[start : start + _FILES_AS_SENT])
        found |= vintages.find_exceptions(connection, f"({chunk})")
    return found


def _write_deliveries(folder: Path, used: Sequence[tuple[Delivery, CheckReport]]) -> str:
    """Write the table of deliveries; returns its key."""
    rows = [
        {
            name: getattr(report if name in ("received", "accepted", "quarantined", "duplicates") else delivery, name)
            for name in TABLES[DELIVERIES]
        }
        for delivery, report in used
    ]
    schema = pa.schema(
        [(name, pa.string() if kind == "VARCHAR" else pa.int32()) for name, kind in TABLES[DELIVERIES].items()]
    )
    table = pa.Table.from_pylist(rows, schema=schema)
    path = folder / f"{DELIVERIES}.parquet"
    pq.write_table(table, path, compression="zstd")
    return hash_file(path)
