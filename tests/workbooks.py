"""Workbooks for tests, as partners make them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from safeground.engine.catalogue import load_feeds

FEEDS = load_feeds()
FOLDER = Path(__file__).resolve().parents[1] / "safeground" / "definitions" / "national" / "feeds"
CRIME_ID = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


def example_rows(feed: str) -> list[list[str]]:
    """The example of a feed: its header, then its rows."""
    text = (FOLDER / feed / "example.csv").read_text(encoding="utf-8-sig")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


STREET = example_rows("police_uk_street")[0]


def street_row(**cells: Any) -> list[Any]:
    """A sound row of the street feed for January 2024, with other cells where given (spaces in names as underscores)."""
    sound: dict[str, Any] = dict(zip(STREET, example_rows("police_uk_street")[1], strict=True))
    sound.update({name.replace("_", " "): value for name, value in cells.items()})
    return [sound[name] for name in STREET]


def save_sheet(path: Path, rows: Sequence[Sequence[Any]], *, change: Callable[[Any], object] | None = None) -> Path:
    """A workbook of one sheet, 'Data', with these rows from its first; `change` may do more to the sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Data"
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    book.save(path)
    return path


def with_part(path: Path, part: str, edit: Callable[[bytes], bytes]) -> Path:
    """The same workbook with one of its parts changed, as a hostile hand would."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    parts[part] = edit(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def find_examples() -> dict[str, tuple[list[list[str]], dict[str, str]]]:
    """By the name of its file, the rows of every CSV example that comes with a feed, and what has to be said of it to check it."""
    found = {}
    for path in sorted(FOLDER.glob("*/example*.csv")):
        contract = FEEDS.contracts[path.parent.name]
        rows = [row for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")) if row]
        if rows[0][0] not in {column.name for variant in contract.variants for column in variant.columns}:
            continue  # an example without a header
        period = contract.variants[0].period or contract.period
        said = {"feed": contract.name}
        if period.fixed is None and period.column is None:
            said["period"] = "2024-01" if period.kind == "month" else "2024"
        if contract.partner.fixed is None and contract.partner.column not in rows[0]:
            said["partner"] = "zz"
        found[f"{path.parent.name}-{path.stem}"] = (rows, said)
    return found
