"""Suspensions and permanent exclusions by school year, as the Department for Education publishes them for our authorities."""

from __future__ import annotations

from typing import Any

from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.disclosure import DisclosureRule, Protected, State, protect
from safeground.engine.documents import (
    Block,
    Figure,
    LineChart,
    Notice,
    NoticeKind,
    Point,
    Series,
    format_value,
)

FEED = "school_exclusions"
_RATE = "suspensions per 100 pupils"
_STATISTICS = {
    "suspensions": "Suspensions",
    _RATE: "Suspensions per 100 pupils",
    "permanent exclusions": "Permanent exclusions",
    "permanent exclusions per 100 pupils": "Permanent exclusions per 100 pupils",
}
_WHOLE_COUNTRY = "England"


def make_published_suspensions(evidence: Evidence, *, missing: str) -> list[Block]:
    """A line for each of our authorities and for the country, and every number in a table; `missing` where none of ours is in it."""
    found = _read(evidence)
    authorities = [name for name in found if name != _WHOLE_COUNTRY]
    if not authorities:
        return [Notice(NoticeKind.MISSING, missing)]
    rule = evidence.rule_of_feed(FEED)
    years = sorted({year for numbers in found.values() for year, _ in numbers})
    series = tuple(
        Series(
            name,
            tuple(Point(year, _number(found[name].get((year, _RATE)), _RATE, rule)) for year in years if (year, _RATE) in found[name]),
            is_main=name == authorities[0],
        )
        for name in (*authorities, *([_WHOLE_COUNTRY] if _WHOLE_COUNTRY in found else []))
    )  # fmt: skip
    rows = [
        (name, year, *(_number(found[name].get((year, each)), each, rule) for each in _STATISTICS))
        for name in (*authorities, _WHOLE_COUNTRY)
        for year in reversed(years)
        if any((year, each) in found.get(name, {}) for each in _STATISTICS)
    ]
    source = evidence.source_line(FEED)
    return [
        Figure(
            id="published_suspensions",
            title=_title(found, authorities, years, rule),
            subtitle=f"Suspensions per 100 pupils, {years[0]} to {years[-1]}, by area of the school; published without an interval",
            alternative=f"A line for each of {len(series)} areas over {len(years)} school years. The table holds every number.",
            chart=LineChart(series, "suspensions per 100 pupils"),
            table=make_table(
                id="published_suspensions",
                caption="Suspensions and permanent exclusions by school year",
                columns=[
                    ("area", "Area"),
                    ("year", "School year"),
                    *((each.replace(" ", "_"), title) for each, title in _STATISTICS.items()),
                ],
                rows=rows,
                source=source,
                rows_shown=12,
            ),
            source=source,
            notes=(
                "Every school reports, so that these are counts and no sample. Suspended again is counted again.",
                "A marker in place of a number says that there is none, or none that may be told. It is never zero.",
            ),
        )
    ]  # fmt: skip


def _title(
    found: dict[str, dict[tuple[str, str], dict[str, Any]]],
    authorities: list[str],
    years: list[str],
    rule: DisclosureRule,
) -> str:
    """'Wrenshire: 22.10 suspensions per 100 pupils in 2024/25, 13.20 in England'; what is printed, in words that compare nothing."""
    here = _number(found[authorities[0]].get((years[-1], _RATE)), _RATE, rule)
    there = _number(found.get(_WHOLE_COUNTRY, {}).get((years[-1], _RATE)), _RATE, rule)
    if not here.is_published:
        return "Suspensions by school year"
    beside = f", {format_value(there)} in {_WHOLE_COUNTRY}" if there.is_published else ""
    return f"{authorities[0]}: {format_value(here)} suspensions per 100 pupils in {years[-1]}{beside}"


def _read(evidence: Evidence) -> dict[str, dict[tuple[str, str], dict[str, Any]]]:
    """Area to (school year, statistic) to the figure: our authorities by name, then the country. Of several releases the newest speaks.

    An authority is ours where its code is that of one of our districts, or its name is our area's: a county council has a code that
    leads to no district in the lookups.
    """
    figures = evidence.warehouse.table("figures")
    rows = figures.filter(figures.feed == FEED).to_pyarrow().to_pylist()
    rows.sort(key=lambda row: (row["delivery"], row["row"]))
    ours: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
    country: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if row["category"] not in (None, "Total") or row["statistic"] not in _STATISTICS:
            continue
        key = f"{row['period_from'].year}/{row['period_to'].year % 100:02d}", row["statistic"]
        if row["area_level"] == "country":
            country[key] = row
        elif row["area_level"] == "local authority" and _is_ours(evidence, row):
            ours.setdefault(row["area_name"], {})[key] = row
    return dict(sorted(ours.items())) | ({_WHOLE_COUNTRY: country} if country else {})


def _is_ours(evidence: Evidence, row: dict[str, Any]) -> bool:
    codes = evidence.district_names if evidence.measures.has_areas else {}
    return row["area_code"] in codes or row["area_name"] == evidence.area_name


def _number(row: dict[str, Any] | None, statistic: str, rule: DisclosureRule) -> Protected:
    """A published figure as it was printed; what its marker says where it was not."""
    unit = (
        "suspensions"
        if statistic == "suspensions"
        else "permanent exclusions"
        if "per" not in statistic.split()
        else "per 100 pupils"
    )
    if row is None or row["value"] is None:
        marker = row["marker"] if row is not None else None
        reason = (
            f"the publisher printed {marker!r} in place of a number" if marker else "the release has no such number"
        )
        return protect(None, unit=unit, rule=rule, state=State.NOT_AVAILABLE, reason=reason)
    return protect(row["value"], unit=unit, rule=rule, count=None if rule.threshold == 0 else row["value"])
