"""The register of what was released: each edition's own `release.json`, and a new table read from a CSV.

It holds what readers have and nothing else: the keys of counts told under a rule that withholds, their values as told, and the sums among
them. So it may be published with the edition, and anybody can repeat the check.
"""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from safeground.engine.disclosure import CellKey, DisclosureRule, Release, Series, SeriesSum, ToldCell, rest_of
from safeground.engine.documents import Audience
from safeground.engine.publish.errors import EditionError
from safeground.months import get_months

RELEASE_FILE = "release.json"
_VERSION = "1.0"
_MOST_MONTHS = 1_200
"""A hundred years: more is a slip of the pen."""
_COLUMNS = ("measure", "area", "part", "from", "to", "count")
_WITHHELD = frozenset({"", "*", "c", "suppressed", "withheld", "x"})
_READS: Mapping[Audience, frozenset[Audience]] = {
    Audience.PUBLIC: frozenset({Audience.PUBLIC}),
    Audience.PARTNERSHIP: frozenset({Audience.PUBLIC, Audience.PARTNERSHIP}),
    Audience.POLICE: frozenset(Audience),
}


class AreaNesting(NamedTuple):
    """Which larger area (by code) each area of a level lies in. `leaves_rest`: whether what is counted for the larger may be in none of
    the smaller: a crime recorded by the force that lies elsewhere, or nobody knows where."""

    level: str
    parents: Mapping[str, str]
    leaves_rest: bool


def can_read(reader: Audience, release: str) -> bool:
    """Whether readers of one audience have an edition of another too: the public's numbers are everybody's."""
    return Audience(release) in _READS[reader]


def render_releases(releases: Iterable[Release], *, audience: str) -> dict[str, Any]:
    """As JSON: the months of each cell as first and last where they are in a row."""
    return {
        "release_version": _VERSION,
        "audience": audience,
        "releases": [
            {
                "rule": {
                    "name": each.rule.name,
                    "title": each.rule.title,
                    "threshold": each.rule.threshold,
                    "rounding": each.rule.rounding,
                    "zero_is_shown": each.rule.zero_is_shown,
                },
                "cells": [
                    [*cell.key.series, list(cell.key.months), cell.value, cell.least]
                    for cell in sorted(each.cells, key=lambda cell: cell.key)
                ],
                "sums": [
                    [list(each_sum.total), [list(part) for part in each_sum.parts]]
                    for each_sum in sorted(each.sums, key=lambda each_sum: (each_sum.total, each_sum.parts))
                ],
            }
            for each in releases
        ],
    }


def read_releases(edition: Path) -> tuple[str, tuple[Release, ...]]:
    """Audience and releases of an edition, named after its folder; none where it was published before it kept a register.

    Raises EditionError where its register cannot be read.
    """
    path = edition / RELEASE_FILE
    if not path.is_file():
        return "", ()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        name = f"{content['audience']}/{edition.name}"
        return str(content["audience"]), tuple(_read_release(each, name) for each in content["releases"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise EditionError(f"{path} cannot be read: {error}; restore it from a copy") from None


def _read_release(content: Mapping[str, Any], name: str) -> Release:
    rule = DisclosureRule(owner="", source="", **content["rule"])
    cells = tuple(
        ToldCell(CellKey(Series(measure, area, part), tuple(months)), value, least)
        for measure, area, part, months, value, least in content["cells"]
    )
    sums = tuple(SeriesSum(Series(*total), tuple(Series(*part) for part in parts)) for total, parts in content["sums"])
    return Release(name, rule, cells, sums)


def read_table(path: Path, rules: Mapping[str, DisclosureRule]) -> tuple[Release, ...]:
    """A new table from a CSV with the columns measure, area, part, from, to, count. `rules`: by the feed that a measure begins with.

    measure: as in release.json ('recorded_crime/essex_vv'); area: a code; part: empty for all, else 'age=10 to 14'; from, to: months as
    2025-06; count: a number, or empty, * or c where it is withheld. Parts of one kind, and areas of one kind, are taken to make their
    total where the table has it. Raises EditionError, with the row, for what cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise EditionError(
                    f"{path} has no column {missing[0]!r}; a table to check has the columns {', '.join(_COLUMNS)}"
                )
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EditionError(f"{path} cannot be read as a CSV: {error}") from None
    cells: dict[str, dict[CellKey, ToldCell]] = {}
    for number, row in enumerate(rows, 2):
        cell = _read_cell(row, f"{path}, row {number}")
        feed = cell.key.series.measure.partition("/")[0]
        if feed not in rules:
            raise EditionError(f"{path}, row {number}: there is no feed {feed!r}; there are {', '.join(sorted(rules))}")
        cells.setdefault(feed, {})[cell.key] = cell
    return tuple(
        Release(path.name, rules[feed], tuple(found.values()), tuple(_find_sums(found)))
        for feed, found in cells.items()
    )


def _read_cell(row: Mapping[str, str | None], where: str) -> ToldCell:
    text = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    try:
        first, last = (datetime.date.fromisoformat(f"{text[end]}-01") for end in ("from", "to"))
        months = tuple(f"{month:%Y-%m}" for month in get_months(first, last))
        if not 1 <= len(months) <= _MOST_MONTHS:
            raise ValueError
    except ValueError:
        raise EditionError(
            f"{where}: {text['from']!r} to {text['to']!r} are no months; write them as 2024-07 and 2025-06"
        ) from None
    try:
        value = None if text["count"].lower() in _WITHHELD else float(text["count"].replace(",", ""))
        if value is not None and not 0 <= value < 1e12:
            raise ValueError
    except ValueError:
        raise EditionError(
            f"{where}: {text['count']!r} is no count; write a number, or * where it is withheld"
        ) from None
    return ToldCell(CellKey(Series(text["measure"], text["area"], text["part"]), months), value)


def _find_sums(cells: Mapping[CellKey, ToldCell]) -> Iterable[SeriesSum]:
    """All that share measure, area and months make their total, one kind of part at a time; so do the areas of one kind."""
    groups: dict[tuple[Series, tuple[str, ...], str], list[Series]] = {}
    for key in cells:
        kind, _, value = key.series.part.partition("=")
        if value:
            groups.setdefault((key.series._replace(part=""), key.months, kind), []).append(key.series)
    for (total, months, _), parts in groups.items():
        if CellKey(total, months) in cells and len(parts) > 1:
            yield SeriesSum(total, tuple(parts))


def tie_areas(releases: Sequence[Release], nestings: Sequence[AreaNesting]) -> tuple[Release, ...]:
    """The releases with the sums of areas inside others, for all measures in them. What is counted for the larger area and for none of
    the smaller is a part too, where there can be such or the releases speak of it."""
    series = {cell.key.series for release in releases for cell in release.cells}
    areas = {each.area for each in series}
    sums: dict[SeriesSum, None] = {}
    for nesting in nestings:
        inside: dict[str, list[str]] = {}
        for child, parent in sorted(nesting.parents.items()):
            inside.setdefault(parent, []).append(child)
        for measure, area, part in sorted(each for each in series if each.area in inside):
            if not areas.intersection(inside[area]):
                continue
            rest = rest_of(area, nesting.level)
            parts = [*inside[area], *([rest] if nesting.leaves_rest or rest in areas else [])]
            sums[SeriesSum(Series(measure, area, part), tuple(Series(measure, each, part) for each in parts))] = None
    return tuple(Release(each.name, each.rule, each.cells, (*each.sums, *sums)) for each in releases)
