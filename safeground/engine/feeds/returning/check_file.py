"""Checking one file before it is sent, or for whoever sent it: no workspace, no agreement, nothing kept.

The file is taken through landing and the check in a folder of its own that is gone afterwards (`scratch`). Whoever
runs this has the file and may
see what is in it; so its feed counts as open here, and its values are shown as they are.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from safeground.engine.catalogue import Feeds, OnFailure, Sensitivity, Variant
from safeground.engine.feeds.checking.check import check_deliveries, open_database
from safeground.engine.feeds.checking.reading import get_layout, open_landed, read_records
from safeground.engine.feeds.checking.report import CheckReport
from safeground.engine.feeds.checking.rows import check_rows
from safeground.engine.feeds.checking.rules import Rule
from safeground.engine.feeds.deliveries import Delivery
from safeground.engine.feeds.landing.landing import LandingReport, Refusal, land_files
from safeground.engine.feeds.reading.guards import MIB, ReadingLimits, Refused, inflate, read_blocks, sniff_container
from safeground.engine.feeds.reading.recognition import NotRecognised, read_header, read_rows
from safeground.engine.feeds.reading.scanning import sniff_encoding
from safeground.engine.feeds.reading.spreadsheets import SheetRow, read_sheet_at, reopen_sheet
from safeground.engine.feeds.reading.workbooks import is_workbook
from safeground.engine.feeds.returning.advice import get_examples
from safeground.engine.feeds.returning.excel_styles import refuse_unless_new
from safeground.engine.feeds.returning.return_excel import (
    Mark,
    Table,
    mark_faults,
    mark_refusal,
    mark_whole,
    write_return,
)
from safeground.engine.feeds.returning.scratch import scratch_workspace
from safeground.engine.feeds.sharing.pseudonyms import workspace_around
from safeground.engine.workspace import Workspace

_REPEATED = Rule("known_duplicate", (), OnFailure.REPORT, "", "the row repeats an earlier row exactly, and counts once")
_WHOLE_AT_MOST = 64 * MIB
"""Of a refused file, what is read to send it back."""


@dataclass(frozen=True)
class FileCheck:
    """What is wrong with a file: why it was refused, or the report on its rows."""

    path: Path
    deliveries: tuple[Delivery, ...]
    reports: tuple[CheckReport, ...]
    refused: tuple[Refusal, ...]
    returned: Path | None = None
    """The workbook that was written for the sender."""


def check_file(
    path: Path,
    feeds: Feeds,
    *,
    feed: str | None = None,
    partner: str | None = None,
    period: str | None = None,
    stated_rows: int | None = None,
    return_excel: Path | None = None,
    limits: ReadingLimits | None = None,
) -> FileCheck:
    """Check one file (or archive) against the contracts, without a workspace; keeps nothing.

    feed, partner, period, stated_rows: as `land_files` has them.
    return_excel: where to write the workbook that goes back to the sender. Raises Refused where something is there already, where
    there is more than one file in what is checked, or more rows than a sheet holds.
    """
    if return_excel is not None:
        _refuse_out(return_excel, path)
    if return_excel is not None and (around := workspace_around(return_excel)):
        # It shows what was sent as it was sent, names and numbers of persons too, which never touch a workspace.
        raise Refused(
            f"{path} cannot go back from within the workspace {around}; name a place outside it for the workbook."
        )
    feeds = _as_open(feeds)
    with scratch_workspace() as workspace:
        said: dict[str, Any] = {"feed": feed, "partner": partner, "period": period, "stated_rows": stated_rows}
        landing = land_files(workspace, feeds, [path], **said, limits=limits)
        reports = check_deliveries(workspace, feeds, landing.landed)
        found = FileCheck(path, landing.landed, reports, landing.refused)
        if return_excel is None:
            return found
        try:
            _write_return(return_excel, path, workspace, feeds, landing, reports, limits or ReadingLimits())
        except Refused as reason:
            raise Refused(f"{path} {reason}") from None
        return replace(found, returned=return_excel)


def _refuse_out(out: Path, path: Path) -> None:
    if out.exists() and path.exists() and out.samefile(path):
        raise Refused(f"{path} is the file to be checked; name another for what goes back to the sender.")
    refuse_unless_new(out)


def _write_return(
    out: Path,
    path: Path,
    workspace: Workspace,
    feeds: Feeds,
    landing: LandingReport,
    reports: Sequence[CheckReport],
    limits: ReadingLimits,
) -> None:
    if len(landing.landed) + len(landing.refused) != 1:
        raise Refused("holds more than one file; unpack it and check them one by one.")
    if landing.landed:
        _return_rows(out, workspace, feeds, landing.landed[0], reports[0])
    else:
        _return_refused(out, path, landing.refused[0].reason, feeds, limits)


def _as_open(feeds: Feeds) -> Feeds:
    contracts = {
        name: contract.model_copy(update={"sensitivity": Sensitivity.OPEN})
        for name, contract in feeds.contracts.items()
    }
    return replace(feeds, contracts=contracts)


def _return_rows(out: Path, workspace: Workspace, feeds: Feeds, delivery: Delivery, report: CheckReport) -> None:
    contract = feeds.contracts[delivery.feed]
    variant = contract.variant(delivery.variant)
    if delivery.format == "geojson":
        raise Refused("is GeoJSON, which no sheet can show; read what is said of it above.")
    shift = 0 if delivery.sheet is not None else 1  # below a CSV file's header, the first row is row 2 of a sheet
    sent_as = {name: delivery.renamed.get(name, name) for name in get_layout(delivery, variant).columns}
    found = list(_find_faults(workspace, feeds, delivery, variant))
    faults = [(rule, rows + shift) for rule, rows in found]
    table = Table(
        name=delivery.sheet.name if delivery.sheet is not None else delivery.feed,
        columns=delivery.columns,
        header_row=delivery.sheet.header_row if delivery.sheet is not None else 1,
        rows=((number + shift, cells) for number, cells, _ in read_records(delivery)),
        above=_rows_above(delivery),
    )
    of_rows = {rule.name for rule, _ in found}
    marks = [
        *mark_whole(problem for problem in report.problems if problem.rule not in of_rows),
        *mark_faults(faults, variant=variant, feeds=feeds, examples=get_examples(contract), sent_as=sent_as),
    ]
    write_return(out, table, marks, sent_name=delivery.sent_name, feeds=feeds, variant=variant)


def _find_faults(
    workspace: Workspace, feeds: Feeds, delivery: Delivery, variant: Variant
) -> Iterator[tuple[Rule, np.ndarray]]:
    """Each rule that is broken and the rows that break it, exact repeats of a row among them."""
    with workspace.exclusive(), open_database(workspace) as connection:
        outcome = check_rows(
            connection,
            get_layout(delivery, variant),
            contract=feeds.contracts[delivery.feed],
            variant=variant,
            feeds=feeds,
            period=delivery.period,
            keep_at=workspace.staging / "rows.chunks",
        )
        with outcome.rows:
            for fault in outcome.faults:
                yield fault.rule, fault.rows
            if outcome.duplicates.size:
                yield _REPEATED, outcome.duplicates


def _rows_above(delivery: Delivery) -> tuple[SheetRow, ...]:
    if delivery.sheet is None:
        return ()
    with open_landed(delivery) as file:
        return tuple(reopen_sheet(file.read(), delivery.sheet, delivery.columns).read_above())


def _return_refused(out: Path, path: Path, reason: Refused | None, feeds: Feeds, limits: ReadingLimits) -> None:
    reason = reason or Refused("could not be read; see that it is there and whole.")
    table = _table_of_refused(path, reason, limits)
    variant = reason.variant if isinstance(reason, NotRecognised) else None
    marks: list[Mark] = list(mark_refusal(reason, header_row=table.header_row if table is not None else 1))
    write_return(out, table, marks, sent_name=path.name, feeds=feeds, variant=variant)


def _table_of_refused(path: Path, reason: Refused, limits: ReadingLimits) -> Table | None:
    """The rows of a file that is refused for its columns, as far as they can be read. None of any other."""
    if not isinstance(reason, NotRecognised) or sniff_container(path) == "zip":
        return None
    content = b""
    chunks = read_blocks(path, block=MIB)
    for block in inflate(chunks, limits) if sniff_container(path) == "gzip" else chunks:
        content += block
        if len(content) > _WHOLE_AT_MOST:
            return None
    if is_workbook(content):
        sheet = read_sheet_at(content, reason.place) if reason.place is not None else None
        if sheet is None:
            return None
        return Table(
            sheet.place.name, sheet.columns, sheet.place.header_row, sheet.read_rows(), tuple(sheet.read_above())
        )
    encoding, _ = sniff_encoding(content[:MIB])
    try:
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    delimiter, columns = read_header(text[:MIB])
    csv.field_size_limit(sys.maxsize)
    rows = islice((row for row in read_rows(text, delimiter) if row), 1, None)
    return Table(reason.contract.name, columns, 1, enumerate(rows, start=2))
