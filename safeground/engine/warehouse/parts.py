"""Parts: the file that one delivery becomes in one table, what it depends on, and how it is made."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from safeground.engine.catalogue import (
    AttributesTable,
    BoundariesTable,
    EventsTable,
    Feeds,
    LookupsTable,
    OutcomesTable,
    RowsTable,
    Target,
    Variant,
)
from safeground.engine.feeds import CheckReport, Delivery, counts_path, kept_rows_path, quarantine_path
from safeground.engine.warehouse.outlines import read_outlines
from safeground.engine.warehouse.plain_events import can_write_plain, write_plain
from safeground.engine.warehouse.select_rows import select_rows
from safeground.engine.warehouse.selects import select_attributes, select_events, select_lookups, select_populations
from safeground.engine.warehouse.sources import get_source, quote_name, quote_text
from safeground.engine.warehouse.tables import PARQUET, part_path
from safeground.engine.workspace import Workspace, link_or_copy

if TYPE_CHECKING:
    import duckdb

CONFORM_VERSION = 1
"""Raise it when the same delivery would become different rows: every part is then made again."""


_WITH_VINTAGE = ("events", "outcomes", "practice_patients")


_END = b"PAR1"
"""The last bytes of a Parquet file that is whole, behind its footer; to read the footer would take twenty times as long."""


class ConformError(ValueError):
    """A delivery does not give the rows its check promised. The message is a sentence for the analyst."""


@dataclass(frozen=True)
class Part:
    """One delivery in one table. `path` is relative to the generation; `key` is the hash of all it is made from."""

    table: str
    path: str
    key: str
    variant: Variant
    delivery: Delivery
    report: CheckReport
    feeds: Feeds

    @property
    def has_area_vintage(self) -> bool:
        """Its rows have area codes whose vintage is to be told from the lookups."""
        return self.table in _WITH_VINTAGE

    @property
    def target(self) -> Target:
        return self.variant.becomes

    @property
    def is_plain(self) -> bool:
        """Its rows may be read without DuckDB."""
        return isinstance(self.target, EventsTable | OutcomesTable) and can_write_plain(self.delivery, self.report)


def plan_parts(feeds: Feeds, used: Iterable[tuple[Delivery, CheckReport]], *, vintages: str) -> tuple[Part, ...]:
    """The parts that deliveries become, in order of path. vintages: digest of the codes known, on which events depend."""
    parts = []
    for delivery, report in used:
        variant = feeds.contracts[delivery.feed].variant(delivery.variant)
        target = variant.becomes
        tables = ("events", "event_counts") if isinstance(target, EventsTable) else (target.table,)
        for table in tables:
            meanings = _meanings_used(target, feeds) if isinstance(target, RowsTable) else ()
            key = part_key(table, delivery, report.key, target, vintages=vintages, meanings=meanings)
            parts.append(Part(table, part_path(table, delivery), key, variant, delivery, report, feeds))
    return tuple(sorted(parts, key=lambda part: part.path))


def part_key(
    table: str, delivery: Delivery, report_key: str, target: Target, *, vintages: str, meanings: Iterable[str] = ()
) -> str:
    """All that a part is made from, hashed. meanings: the code lists through which its cells are read."""
    made_from = [str(CONFORM_VERSION), table, delivery.id, report_key, target.model_dump_json()]
    if table in _WITH_VINTAGE:
        made_from.append(vintages)
    return hashlib.sha256("\n".join([*made_from, *meanings]).encode()).hexdigest()


def _meanings_used(target: RowsTable, feeds: Feeds) -> list[str]:
    """The code lists through which cells are read: another meaning makes other rows."""
    used = sorted({found.through for found in target.sources.values() if found.through is not None})
    return [f"{name} {feeds.code_lists[name].content}" for name in used]


def select_codes(workspace: Workspace, part: Part) -> str:
    """SQL: the area codes of a delivery that the check does not count."""
    source = get_source(workspace, part.delivery, part.report)
    if isinstance(part.target, RowsTable):
        found = part.target.source("area_code")
        column = quote_name(found.column) if found and found.column in source.columns else "NULL::VARCHAR"
        return f"SELECT {quote_text(part.delivery.id)} AS delivery, {column} AS area_code FROM {source.sql}"
    return f"SELECT {quote_text(part.delivery.id)} AS delivery, {quote_name(part.target.area_code)} AS area_code FROM {source.sql}"


def make_part(
    cursor: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    folder: Path,
    part: Part,
    *,
    vintages: Mapping[str, str],
    vintage_of: Callable[[duckdb.DuckDBPyConnection, Part], str],
) -> None:
    """Write a part into a generation. vintages: of each code known; vintage_of: the same as SQL, for what DuckDB writes.

    Raises ConformError where rows are missing.
    """
    path = folder / part.path
    if part.table == "event_counts":
        # The check has made the very file; it replaces its files and never writes in them, so a link is safe.
        link_or_copy(counts_path(workspace, part.delivery.id), path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(part.target, BoundariesTable):
        outlines = read_outlines(part.delivery, part.target, quarantined=_quarantined_rows(workspace, part))
        pq.write_table(outlines, path, compression="zstd")
        expect_rows(part, outlines.num_rows)
        return
    if part.is_plain and (_take_over(workspace, part, path) or _write_plain(part, path, vintages)):
        return
    select = _select(workspace, part, vintage_of(cursor, part))
    (written,) = cursor.execute(f"COPY ({select}) TO {quote_text(str(path))} ({PARQUET})").fetchone()
    if isinstance(part.target, RowsTable | EventsTable | OutcomesTable):
        expect_rows(part, written, numbers=_numbers_a_row(part.target))


def _numbers_a_row(target: Target) -> int:
    return 1 + len(target.further_numbers) if isinstance(target, RowsTable) else 1


def _take_over(workspace: Workspace, part: Part, path: Path) -> bool:
    """Link what was made of the rows during the check; False where nothing was, or a power cut took the end of it.

    The check has counted its rows: they are all the delivery's, or nothing would be there.
    """
    kept = kept_rows_path(workspace, part.delivery.id, part.key)
    try:
        with kept.open("rb", buffering=0) as file:
            file.seek(-len(_END), os.SEEK_END)
            if file.read() != _END:
                return False
    except OSError:
        return False
    link_or_copy(kept, path)
    return True


def _write_plain(part: Part, path: Path, vintages: Mapping[str, str]) -> bool:
    """False where it did not give the rows the check accepted: what DuckDB makes of the file then decides."""
    target = part.target
    if not isinstance(target, EventsTable | OutcomesTable):
        return False
    try:
        return write_plain(target, part.delivery, path, vintages=vintages) == part.report.accepted
    except pa.ArrowInvalid:
        return False


def expect_rows(part: Part, rows: int, *, numbers: int = 1) -> None:
    """Raises ConformError where a part does not come from the rows that the check accepted, all of them.

    numbers: how many rows of ours each becomes, which is how many numbers a row of figures holds.
    """
    if rows != part.report.accepted * numbers:
        raise ConformError(
            f"{part.delivery.id}: {rows:,} rows were read where the check accepted {part.report.accepted * numbers:,}; "
            "remove its folder under checked/ and build again, so that it is checked anew."
        )


def _quarantined_rows(workspace: Workspace, part: Part) -> frozenset[int]:
    if not part.report.quarantined:
        return frozenset()
    with quarantine_path(workspace, part.delivery.id).open(encoding="utf-8", newline="") as file:
        return frozenset(int(record["row"]) for record in csv.DictReader(file))


def _select(workspace: Workspace, part: Part, vintage: str) -> str:
    source = get_source(workspace, part.delivery, part.report)
    target = part.target
    if isinstance(target, RowsTable):
        return select_rows(target, source, part.delivery, code_lists=part.feeds.code_lists, vintage=vintage)
    if isinstance(target, EventsTable | OutcomesTable):
        return select_events(target, source, part.delivery, vintage=vintage)
    if isinstance(target, LookupsTable):
        return select_lookups(target, source, part.delivery)
    if isinstance(target, AttributesTable):
        named_alone = {column.name for column in part.variant.columns}
        return select_attributes(target, source, part.delivery, named_alone=named_alone)
    return select_populations(target, source, part.delivery)
