"""A publisher's file as a table of ours: only the columns wanted, under the contract's names."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from safeground.engine.feeds.fetching.http import FetchError
from safeground.engine.feeds.fetching.sources import CensusObservations, CsvFile, Download, ExcelSheets
from safeground.engine.workspace import move_into_place

Row: TypeAlias = Sequence[Any]


def convert_download(downloaded: Path, source: Download, url: str, target: Path) -> None:
    """Write `target` as CSV from a file as published. Raises FetchError where it is not what it was; nothing is left then."""
    if isinstance(source, CensusObservations):
        rows = _read_observations(downloaded, source, url)
    elif isinstance(source, ExcelSheets):
        rows = _read_sheets(downloaded, source, url)
    else:
        rows = _read_csv(downloaded, source, url)
    unfinished = target.with_name(target.name + ".writing")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    move_into_place(unfinished, target)


def _read_csv(downloaded: Path, source: CsvFile, url: str) -> Iterator[Row]:
    with downloaded.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        try:
            places = _find_columns(next(rows, []), source.columns)
            _check_all_found([places], source.columns, url)
            yield list(places)
            yield from (_pick(row, places) for row in rows if row)
        except (UnicodeDecodeError, csv.Error):
            raise FetchError(f"{url} is not a CSV file; the address may have moved.") from None


def _read_sheets(downloaded: Path, source: ExcelSheets, url: str) -> Iterator[Row]:
    """The sheets side by side. calamine holds one sheet at a time: the single years of age of every small area take some 0.5 GB."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(downloaded))
    except (CalamineError, OSError):
        raise FetchError(f"{url} is not an Excel workbook; the address may have moved.") from None
    names = [name for name in workbook.sheet_names if re.fullmatch(source.sheets, name)]
    if not names:
        raise FetchError(f"{url} has no sheet {source.sheets!r}; it has {', '.join(workbook.sheet_names)}.")
    joined: dict[Any, dict[str, Any]] = {}
    found: list[dict[str, list[int]]] = []
    for name in names:
        rows = iter(workbook.get_sheet_by_name(name).iter_rows())
        header = next((row for row in rows if row and row[0] == source.header_begins), [])
        places = _find_columns([str(cell) for cell in header], source.columns)
        if source.key not in places:
            raise FetchError(f"{url} has no column {source.header_begins!r} in its sheet {name}; look at what changed.")
        found.append(places)
        for row in rows:
            picked = dict(zip(places, _pick(row, places), strict=True))
            if picked[source.key] != "":
                joined.setdefault(picked[source.key], {}).update(picked)
    _check_all_found(found, source.columns, url)
    columns = list(dict.fromkeys(chain.from_iterable(found)))
    yield columns
    yield from ([row.get(column, "") for column in columns] for row in joined.values())


def _read_observations(downloaded: Path, source: CensusObservations, url: str) -> Iterator[Row]:
    try:
        answer = json.loads(downloaded.read_bytes())
        observations, blocked = answer["observations"], answer.get("blocked_areas") or 0
        yield source.columns
        for each in observations:
            area, category = each["dimensions"]
            if area["dimension_id"] != source.area:
                raise KeyError(source.area)
            yield area["option_id"], area["option"], category["option"], each["observation"]
    except (ValueError, KeyError, TypeError):
        raise FetchError(f"{url} does not answer with numbers by {source.area}; it may have moved.") from None
    if blocked:
        raise FetchError(f"{url} withheld {blocked:,} areas; ask for them on the publisher's page.")


def _find_columns(header: Sequence[str], patterns: Mapping[str, str]) -> dict[str, list[int]]:
    """Our name to the places of the columns that come to it."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        for pattern, ours in patterns.items():
            if match := re.fullmatch(pattern, name.strip()):
                places.setdefault(ours.format(kind=_as_name(match.groupdict().get("kind") or "")), []).append(place)
                break
    return places


def _check_all_found(found: Iterable[Mapping[str, object]], patterns: Mapping[str, str], url: str) -> None:
    """Each pattern came to a column somewhere."""
    names = set(chain.from_iterable(found))
    for ours in patterns.values():
        wanted = re.compile(re.escape(ours).replace(r"\{kind\}", ".+"))
        if not any(wanted.fullmatch(name) for name in names):
            raise FetchError(f"{url} does not have the columns it had; look at the publisher's page for what changed.")


def _as_name(text: str) -> str:
    """'Violence with injury: rate per 1,000' becomes 'violence_with_injury_rate_per_1_000'."""
    return re.sub(r"\W+", "_", text.lower()).strip("_")


def _pick(row: Row, places: Mapping[str, list[int]]) -> list[Any]:
    return [
        _plain(row[columns[0]]) if len(columns) == 1 else _plain(sum(float(row[column] or 0) for column in columns))
        for columns in places.values()
    ]


def _plain(cell: Any) -> Any:
    """A workbook's 12.0 is 12."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
