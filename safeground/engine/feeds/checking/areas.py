"""Which vintage of small areas a delivery of events uses, told from landed lookups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from safeground.engine.catalogue import AreaCodes, EventsTable, Feeds, LookupsTable
from safeground.engine.feeds.checking.reading import duckdb_rows, get_layout, python_rows
from safeground.engine.feeds.checking.report import CheckReport
from safeground.engine.feeds.checking.rules_sql import quote_name, quote_text, trimmed
from safeground.engine.feeds.checking.store import areas_path, counts_path, get_check_report
from safeground.engine.feeds.deliveries import get_live_deliveries
from safeground.engine.workspace import NotEnoughMemory, Workspace, get_memory_limit

MEMORY_LIMIT = "600MB"


@dataclass(frozen=True)
class AreaUse:
    """How the area codes of one delivery sit with the vintages its contract allows."""

    report: CheckReport
    column: str
    rows_only_in: Mapping[str, int]
    """Rows whose code is of this vintage and of no other allowed one."""
    unknown_rows: int
    unknown: tuple[str, ...]
    """The codes of no vintage, sorted."""

    @property
    def is_mixed(self) -> bool:
        return sum(number > 0 for number in self.rows_only_in.values()) > 1

    @property
    def vintage(self) -> str | None:
        """The vintage most rows can only be of; None where every code is in several, so that it makes no difference."""
        vintage, rows = max(self.rows_only_in.items(), key=lambda item: item[1], default=("", 0))
        return vintage if rows else None


@contextmanager
def _open_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that spills nowhere, since whoever asks may not hold the workspace. Raises NotEnoughMemory."""
    limit = get_memory_limit(MEMORY_LIMIT)
    try:
        with duckdb.connect(":memory:", config={"memory_limit": limit, "temp_directory": ""}) as connection:
            yield connection
    except duckdb.OutOfMemoryException as error:
        raise NotEnoughMemory("Comparing the codes of areas", limit) from error


def get_known_areas(workspace: Workspace, feeds: Feeds) -> Mapping[str, frozenset[str]]:
    """The codes of each vintage that landed lookups name."""
    known: dict[str, set[str]] = {}
    with _open_database() as connection:
        for delivery in get_live_deliveries(workspace):
            contract = feeds.contracts.get(delivery.feed)
            if contract is None:
                continue
            variant = contract.variant(delivery.variant)
            if not isinstance(variant.becomes, LookupsTable):
                continue
            report = get_check_report(workspace, delivery.id)
            if report is not None and not report.is_used:
                continue
            layout = get_layout(delivery, variant)
            columns = {
                column
                for pair in variant.becomes.pairs
                for column in ((pair.from_vintage, pair.from_code), (pair.to_vintage, pair.to_code))
            }
            source = duckdb_rows(layout)
            if not layout.is_for_duckdb:
                connection.register("lookup_rows", python_rows(layout))
                source = "lookup_rows"
            for vintage, column in sorted(columns):
                query = f"SELECT DISTINCT {trimmed(quote_name(column))} AS code FROM {source}"
                codes = connection.sql(query).to_arrow_table().column("code").to_pylist()
                known.setdefault(vintage, set()).update(code for code in codes if code is not None)
    return {vintage: frozenset(codes) for vintage, codes in known.items()}


def get_area_uses(
    workspace: Workspace, feeds: Feeds, reports: Sequence[CheckReport], *, known: Mapping[str, frozenset[str]]
) -> tuple[AreaUse, ...]:
    """How each delivery of events uses area codes, from its counts; deliveries whose contract states no vintages, or that have no
    code, are left out.

    known: the codes of each vintage, as `get_known_areas` reads them.
    """
    # Files of one shape at a time: DuckDB would read the form of each one first, of a nation's 1,548 files.
    by_vintages: dict[tuple[str, tuple[str, ...], str], dict[Path, CheckReport]] = {}
    for report in reports:
        variant = feeds.contracts[report.feed].variant(report.variant)
        counted = counts_path if isinstance(variant.becomes, EventsTable) else areas_path
        path = counted(workspace, report.delivery)
        for check in variant.checks:
            if isinstance(check, AreaCodes) and path.exists():
                by_vintages.setdefault((check.column, check.vintages, path.name), {})[path] = report
    uses = []
    for (column, vintages, _), own in by_vintages.items():
        uses += _count_uses(own, column, {vintage: known.get(vintage, frozenset()) for vintage in vintages})
    return tuple(sorted(uses, key=lambda use: use.report.delivery))


def _count_uses(reports: Mapping[Path, CheckReport], column: str, known: Mapping[str, frozenset[str]]) -> list[AreaUse]:
    """reports: by the file with its rows by area (`area_code`, `events`)."""
    codes = sorted(set().union(*known.values()))
    vintages = {name: pa.array([code in own for code in codes], pa.bool_()) for name, own in known.items()}
    files = ", ".join(quote_text(str(path)) for path in reports)
    only = [
        f"sum(events) FILTER (WHERE {quote_name(name)} AND NOT ({others or 'FALSE'}))"
        for name in known
        for others in [" OR ".join(quote_name(other) for other in known if other != name)]
    ]
    query = f"""
        SELECT delivery, coalesce(sum(events) FILTER (WHERE code IS NULL), 0),
               list_sort(list(DISTINCT area_code) FILTER (WHERE code IS NULL)),
               {", ".join(only)}
        FROM read_parquet([{files}], hive_partitioning = false) LEFT JOIN known_codes ON code = area_code
        WHERE area_code IS NOT NULL GROUP BY delivery
    """
    by_id = {report.delivery: report for report in reports.values()}
    with _open_database() as connection:
        connection.register("known_codes", pa.table({"code": pa.array(codes, pa.string()), **vintages}))
        rows = connection.sql(query).fetchall()
    return [
        AreaUse(
            by_id[delivery],
            column,
            dict(zip(known, (int(n or 0) for n in numbers), strict=True)),
            int(unknown_rows),
            tuple(unknown or ()),
        )
        for delivery, unknown_rows, unknown, *numbers in rows
    ]
