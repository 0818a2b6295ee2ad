"""What is kept of each landed file: the delivery record."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from safeground.engine.feeds.reading.scanning import Encoding, Newline, Quoting
from safeground.engine.workspace import Workspace

RECORD = "delivery.json"


@dataclass(frozen=True)
class Archive:
    """The archive a delivery came in."""

    name: str
    sha256: str
    member: str


@dataclass(frozen=True)
class SheetPlace:
    """Where in a workbook a delivery's rows stand: the check reads what landing has found."""

    name: str
    header_row: int
    """As Excel counts, from 1."""
    places: tuple[int, ...]
    """For each column of the delivery, the sheet's column, from 0."""
    months: tuple[int, ...] = ()
    """Which of the delivery's columns hold months, so that a date in them is read as its month."""
    notes: tuple[str, ...] = ()
    """What was passed over or read into the sheet, in sentences."""


@dataclass(frozen=True)
class Delivery:
    """A landed file. Nothing in it ever changes; `folder` is where it lies here and is not part of the record."""

    id: str
    """<feed>/<partner>/<period>/<first twelve digits of sha256>"""
    feed: str
    variant: str
    partner: str
    period: str
    contract_version: int
    sequence: int
    """Deliveries of a workspace are numbered as they land; of one period the highest is live."""
    landed_at: datetime.datetime

    sha256: str
    """Of the content, decompressed: the same table sent plain, gzipped or in an archive is one delivery."""
    bytes: int
    """Of the content."""
    sent_name: str
    file_name: str
    """Of the file kept: as sent, or a member of an archive made into a gzip file without compressing it anew."""
    file_sha256: str
    file_bytes: int
    compression: Literal["gzip"] | None
    """By the file's first bytes; its name may say otherwise."""
    archive: Archive | None

    format: Literal["csv", "geojson", "xlsx"]
    """"xlsx" is any workbook: .xlsm, .xlsb, .xls and .ods too."""
    columns: tuple[str, ...]
    """As sent, in their order; of GeoJSON, the names of the properties."""
    renamed: Mapping[str, str] = field(hash=False)
    """The contract's name of a column to the former name it was sent under."""
    unknown_columns: tuple[str, ...]
    """Columns the contract does not name. Kept as sent, and not used."""
    records: int
    """Rows below the header (blank lines are none), counted while landing; features of GeoJSON."""
    stated_rows: int | None
    """How many rows the sender says there are."""

    has_header: bool = True
    """Whether the file's first line names its columns. Where it does not, `columns` are the contract's in their order."""
    encoding: Encoding = "utf-8"
    has_bom: bool = False
    delimiter: str = ","
    newline: Newline = "lf"
    quoting: Quoting = "none"
    lines: int = 0
    """Lines that are not blank, the header among them."""
    blank_lines: int = 0
    longest_line: int = 0
    first_line_not_utf8: int | None = None
    surplus_cells: int = 0
    """Cells of all lines together beyond as many a line as the header has; 0 where none is ragged."""
    named_partner: str | None = None
    """Whom the name of the file says, where its rows say someone else."""
    sheet: SheetPlace | None = None
    """Of a workbook."""
    agreement: str | None = None
    """The name of the sharing agreement it landed under; None for an open feed."""
    agreement_version: int | None = None
    is_minimised: bool = False
    """What is kept is not what was sent but a copy with the same rows in their order: only the contract's columns, under its names, and
    pseudonyms for direct identifiers. `sha256` is of what was sent."""
    left_out_columns: tuple[str, ...] = ()
    """Columns sent, allowed, and in no contract: never stored."""
    pseudonymised_columns: tuple[str, ...] = ()
    pseudonym_key: str | None = None
    """The purpose and the fingerprint of the key, by which pseudonyms that can be joined are known."""
    is_encrypted: bool = False
    """What is kept, and what of it goes to quarantine, is encrypted at rest. Read it with `open_landed`."""
    departures: tuple[str, ...] = ()
    """Of a minimised copy: what of the file as sent was read in a way of its own, in sentences. The copy does not show it."""
    notes: tuple[str, ...] = ()
    """What was accepted and is worth knowing, in sentences."""

    folder: Path = field(default=Path(), compare=False)

    @property
    def path(self) -> Path:
        """The file kept."""
        return self.folder / self.file_name


def make_delivery_id(feed: str, partner: str, period: str, sha256: str) -> str:
    return f"{feed}/{partner}/{period}/{sha256[:12]}"


def get_deliveries(workspace: Workspace, *, feed: str | None = None) -> tuple[Delivery, ...]:
    """Every delivery of the workspace, or of one feed, in the order they landed."""
    folders = (folder for folder in delivery_folders(workspace.landed, feed=feed) if (folder / RECORD).exists())
    return tuple(sorted(map(read_delivery, folders), key=lambda delivery: delivery.sequence))


def delivery_folders(root: Path, *, feed: str | None = None) -> list[Path]:
    """The folders under a folder of the workspace that are a delivery's by their depth (<feed>/<partner>/<period>/<sha12>).

    By `scandir`: `glob` takes four times as long, and every command looks through a nation's 1,548 of them more than once.
    """
    top = root / feed if feed else root
    folders = [str(top)] if top.is_dir() else []
    for _ in range(3 if feed else 4):
        folders = [entry.path for folder in folders for entry in os.scandir(folder) if entry.is_dir()]
    return list(map(Path, folders))


def get_live_deliveries(workspace: Workspace, *, feed: str | None = None) -> tuple[Delivery, ...]:
    """The deliveries that count: of each feed, variant, partner and period the one that landed last."""
    return choose_live(get_deliveries(workspace, feed=feed))


def choose_live(deliveries: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Of each feed, variant, partner and period the delivery with the highest sequence, in order of id."""
    live: dict[tuple[str, str, str, str], Delivery] = {}
    for delivery in sorted(deliveries, key=lambda delivery: delivery.sequence):
        live[delivery.feed, delivery.variant, delivery.partner, delivery.period] = delivery
    return tuple(sorted(live.values(), key=lambda delivery: delivery.id))


def read_delivery(folder: Path) -> Delivery:
    """The record in a delivery's folder."""
    raw: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    raw["landed_at"] = datetime.datetime.fromisoformat(raw["landed_at"])
    raw["archive"] = Archive(**raw["archive"]) if raw["archive"] else None
    if raw.get("sheet"):
        sheet = raw["sheet"]
        raw["sheet"] = SheetPlace(
            **{key: tuple(value) if isinstance(value, list) else value for key, value in sheet.items()}
        )
    for key in ("columns", "unknown_columns", "notes", "departures", "left_out_columns", "pseudonymised_columns"):
        raw[key] = tuple(raw.get(key, ()))
    return Delivery(**raw, folder=folder)


def write_record(delivery: Delivery) -> str:
    """The text of delivery.json."""
    raw: dict[str, Any] = {**vars(delivery), "landed_at": delivery.landed_at.isoformat()}
    del raw["folder"]
    if delivery.archive is not None:
        raw["archive"] = vars(delivery.archive)
    if delivery.sheet is not None:
        raw["sheet"] = vars(delivery.sheet)
    return json.dumps(raw, indent=1, ensure_ascii=False) + "\n"
