"""What a publisher gives in pages, brought into one file.

Rows are kept one a line in a .part file as they come, so that going on means asking from behind the last whole one.
"""

from __future__ import annotations

import csv
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from safeground.engine.feeds.fetching.http import Client, FetchError
from safeground.engine.feeds.fetching.sources import ArcgisOutlines, PagedQuery
from safeground.engine.workspace import Progress, move_into_place


def fetch_pages(client: Client, url: str, source: PagedQuery, target: Path, progress: Progress) -> None:
    """Bring every row of a query into `target`, as CSV or GeoJSON under the contract's names. Raises FetchError; what came is kept."""
    part = target.with_name(target.name + ".part")
    total = _count(client, url, source)
    have = _keep_whole_lines(part)
    with part.open("a", encoding="utf-8", newline="") as file:
        while have < total:
            progress(have, total, f"fetching {target.name}")
            page = _read_page(client, url, source, have)
            if not page:
                raise FetchError(f"{url} gave {have:,} of the {total:,} rows it says it has; try again later.")
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in page)
            file.flush()
            have += len(page)
    if have != total:
        part.unlink()
        raise FetchError(f"{url} gave {have:,} rows where it said {total:,}; try again later.")
    _put_together(part, source, target)
    part.unlink()


def _count(client: Client, url: str, source: PagedQuery) -> int:
    query = urllib.parse.urlencode({"where": source.where, "returnCountOnly": "true", "f": "json"})
    answer = client.read_json(f"{url}?{query}")
    if not isinstance(answer, dict) or not isinstance(answer.get("count"), int):
        raise FetchError(f"{url} does not say how many rows it has; the address may have moved.")
    return int(answer["count"])


def _read_page(client: Client, url: str, source: PagedQuery, offset: int) -> list[Any]:
    """Rows from an offset: lists of values, or GeoJSON features under the contract's names."""
    fields = list(source.columns)
    query: dict[str, Any] = {
        "where": source.where,
        "outFields": ",".join(fields),
        "orderByFields": ",".join(fields),
        "returnGeometry": "false",
        "resultOffset": offset,
        "resultRecordCount": source.page_size,
        "f": "json",
    }
    if isinstance(source, ArcgisOutlines):
        query |= {"returnGeometry": "true", "outSR": 4326, "geometryPrecision": source.decimals, "f": "geojson"}
        # Ordering by the code alone: some services refuse to order by a long list beside geometry.
        query["orderByFields"] = fields[0]
    answer = client.read_json(f"{url}?{urllib.parse.urlencode(query)}")
    try:
        if isinstance(source, ArcgisOutlines):
            return [_rename(feature, source) for feature in answer["features"]]
        return [[feature["attributes"][field] for field in fields] for feature in answer["features"]]
    except (KeyError, TypeError):
        raise FetchError(f"{url} does not answer with the columns {', '.join(fields)}; it may have moved.") from None


def _rename(feature: dict[str, Any], source: ArcgisOutlines) -> dict[str, Any]:
    properties = {ours: feature["properties"][field] for field, ours in source.columns.items()}
    return {"type": "Feature", "properties": properties, "geometry": feature["geometry"]}


def _keep_whole_lines(part: Path) -> int:
    """How many rows an earlier attempt brought; a line that was cut off is taken away."""
    if not part.exists():
        part.parent.mkdir(parents=True, exist_ok=True)
        return 0
    lines = end = 0
    with part.open("r+b") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            lines, end = lines + 1, end + len(line)
        file.truncate(end)
    return lines


def _put_together(part: Path, source: PagedQuery, target: Path) -> None:
    unfinished = target.with_name(target.name + ".writing")
    try:
        with part.open(encoding="utf-8") as lines, unfinished.open("w", encoding="utf-8", newline="") as file:
            if isinstance(source, ArcgisOutlines):
                _write_collection(file, (line.rstrip("\n") for line in lines))
            else:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(source.columns.values())
                writer.writerows(json.loads(line) for line in lines)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    move_into_place(unfinished, target)


def _write_collection(file: TextIO, features: Iterator[str]) -> None:
    """A feature a line, so that the file can be looked at."""
    file.write('{"type": "FeatureCollection", "features": [')
    for place, feature in enumerate(features):
        file.write(("," if place else "") + "\n" + feature)
    file.write("\n]}\n")
