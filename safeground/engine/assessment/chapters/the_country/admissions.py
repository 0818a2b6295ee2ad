"""Hospital admissions for assault with a sharp object by region: each number is published rounded, so each is an interval here."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.protecting import protect_whole
from safeground.engine.assessment.sentences import name_period, say_when
from safeground.engine.catalogue import Region
from safeground.engine.disclosure import DisclosureRule, Protected, protect
from safeground.engine.documents import (
    Block,
    Direction,
    Figure,
    Finding,
    LineChart,
    Point,
    Series,
    Table,
    format_bounds,
    format_number,
)
from safeground.engine.measures import Period, PeriodKind, make_period
from safeground.engine.statistics import compare_monthly_periods

TABULATED = "hospital_admissions_tabulated"
_COUNTED, _WHOLE = "FAEs", "England"
_WHAT = "admissions for assault with a sharp object"
_UNIT = "admissions"
_CAVEATS = (
    "All ages. The first episode of each stay in hospital is counted, so that one person may be admitted more than once.",
    "Months are published rounded to the nearest 5, and 1 to 7 as an asterisk: of a region only bounds are known.",
)
_Months = Mapping[datetime.date, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class RegionalAdmissions:
    """By the name of a region, of each month the least and the most that was published of it. `latest` and `before`: years that end with
    the newest month and a year earlier; every region named has all months of both."""

    region: Region
    months: Mapping[str, _Months]
    latest: Period
    before: Period

    def bounds(self, name: str, period: Period) -> tuple[float, float]:
        """The least and the most there can have been in a period."""
        low, high = np.array([self.months[name][month] for month in period.months]).sum(axis=0)
        return float(low), float(high)

    def each(self, name: str, period: Period, end: int) -> list[float]:
        """The least (`end` 0) or the most (1) of each month of a period."""
        return [self.months[name][month][end] for month in period.months]

    def years(self, name: str) -> list[Period]:
        """The years that end with the newest month's, the latest last, as far back as every month has landed."""
        found, year = list[Period](), self.latest
        while set(year.months) <= self.months[name].keys():
            found.insert(0, year)
            year = make_period(PeriodKind.ROLLING_YEAR, year.last.replace(year=year.last.year - 1))
        return found

    def earlier(self, name: str) -> NDArray[np.float64] | None:
        """The middles of the months of years before the two compared, shape (years, 12): they only help to see how much months vary."""
        years = self.years(name)[:-2]
        return np.array([[sum(self.months[name][m]) / 2 for m in year.months] for year in years]) if years else None

    @property
    def regions(self) -> tuple[str, ...]:
        """Our own first, then the others by name; England last."""
        others = sorted(self.months.keys() - {self.region.name, _WHOLE})
        return (self.region.name, *others, _WHOLE)


def read_admissions(evidence: Evidence, region: Region) -> RegionalAdmissions | None:
    """What has landed; None without two whole years of our region and of England."""
    table = evidence.warehouse.table("figures")
    rows = table.filter(
        (table.feed == TABULATED) & (table.category == _COUNTED) & table.area_code.notnull()
    ).to_pyarrow()
    months: dict[str, dict[datetime.date, tuple[float, float]]] = defaultdict(dict)
    for row in rows.select(["area_name", "period_from", "lower", "upper"]).to_pylist():
        if row["lower"] is not None and row["upper"] is not None:
            months[row["area_name"]][row["period_from"]] = (float(row["lower"]), float(row["upper"]))
    if not {region.name, _WHOLE} <= months.keys():
        return None
    newest = min(max(months[name]) for name in (region.name, _WHOLE))
    latest = make_period(PeriodKind.ROLLING_YEAR, newest)
    before = make_period(PeriodKind.ROLLING_YEAR, newest.replace(year=newest.year - 1))
    whole = {
        name: known for name, known in months.items() if {*latest.months, *before.months} <= known.keys()
    }  # fmt: skip
    return RegionalAdmissions(region, whole, latest, before) if {region.name, _WHOLE} <= whole.keys() else None


def make_admissions(evidence: Evidence, found: RegionalAdmissions) -> list[Block]:
    """What happened in our region and in England, whether the two moved apart, and every region in a table."""
    return [_level(evidence, found), _whole(evidence, found), _figure(evidence, found), _table(evidence, found)]


def _change(found: RegionalAdmissions, name: str, rule: DisclosureRule) -> tuple[Protected, Direction]:
    """The latest year against the one before, in per cent, by whatever the months may have been: from the least after the most to the
    most after the least, each with the interval that chance gives it."""
    ends, earlier = [], found.earlier(name)
    for after, before in ((0, 1), (1, 0)):
        ends.append(
            compare_monthly_periods(
                found.each(name, found.before, before),
                found.each(name, found.latest, after),
                earlier=earlier,
                days_before=found.before.days,
                days_after=found.latest.days,
                days_earlier=1.0 if earlier is None else [year.days for year in found.years(name)[:-2]],
            )
        )
    lower, upper = float(ends[0].lower), float(ends[1].upper)
    value = float(np.sqrt(float(ends[0].value) * float(ends[1].value)))
    estimate = protect(
        100 * (value - 1),
        unit="%",
        rule=rule,
        lower=100 * (lower - 1),
        upper=100 * (upper - 1),
        count=min(found.bounds(name, period)[0] for period in (found.latest, found.before)),
        method="the least and the most that rounding allows, each with a quasi-score interval from months",
        confidence=ends[0].confidence,
    )
    direction = Direction.HIGHER if lower > 1 else Direction.LOWER if upper < 1 else Direction.CANNOT_TELL
    return estimate, direction


def _level(evidence: Evidence, found: RegionalAdmissions) -> Finding:
    rule, name = evidence.rule_of_feed(TABULATED), found.region.name
    change, direction = _change(found, name, rule)
    latest, before = (_between(found, name, period) for period in (found.latest, found.before))
    told = (
        f"There were {latest} {_WHAT} in the {name} {say_when(found.latest.label)}, and {before} in the year before: its months are "
        "published rounded, so that no more is known"
    )
    return _make(
        evidence, found, id="country.region_admissions.change", estimate=change, direction=direction, area=name,
        sentence=f"{told}. {_say_change(direction, change)}",
    )  # fmt: skip


def _whole(evidence: Evidence, found: RegionalAdmissions) -> Finding:
    rule = evidence.rule_of_feed(TABULATED)
    change, direction = _change(found, _WHOLE, rule)
    latest, before = (found.bounds(_WHOLE, period)[0] for period in (found.latest, found.before))
    told = (
        f"In England there were {format_number(latest)} such admissions {say_when(found.latest.label)} and {format_number(before)} "
        "in the year before"
    )
    return _make(
        evidence, found, id="country.england_admissions.change", estimate=change, direction=direction, area=_WHOLE,
        sentence=f"{told}. {_say_change(direction, change)}",
    )  # fmt: skip


def _between(found: RegionalAdmissions, name: str, period: Period) -> str:
    low, high = found.bounds(name, period)
    return f"between {format_number(low)} and {format_number(high)}"


def _say_change(direction: Direction, change: Protected) -> str:
    bounds = format_bounds(change)
    if direction is Direction.CANNOT_TELL:
        return f"We cannot tell whether they rose or fell: day for day, any change from {bounds} would be in keeping with it."
    verb = "rose" if direction is Direction.HIGHER else "fell"
    return f"They {verb}: day for day, the change was between {bounds.replace(' to ', ' and ')} (95% interval)."


def _make(
    evidence: Evidence,
    found: RegionalAdmissions,
    *,
    id: str,  # noqa: A002 - the document model's word
    sentence: str,
    estimate: Protected,
    direction: Direction,
    area: str,
) -> Finding:
    contract = evidence.catalogue.feeds.contracts[TABULATED]
    return Finding(
        id=id,
        sentence=sentence,
        estimate=estimate,
        measure="Hospital admissions for assault with a sharp object, first episodes, all ages",
        period=f"{found.latest.label} compared with {found.before.label}",
        area_code=found.region.code if area == found.region.name else "E92000001",
        area_name=area,
        area_vintage="region" if area == found.region.name else "country",
        definition=f"As published: {contract.title}",
        sources=(f"{contract.title}, {found.latest.label}",),
        caveats=_CAVEATS if area == found.region.name else _CAVEATS[:1],
        direction=direction,
    )


def _figure(evidence: Evidence, found: RegionalAdmissions) -> Figure:
    """The bounds of each year."""
    rule, name = evidence.rule_of_feed(TABULATED), found.region.name
    bounds = [(str(year.last.year), *found.bounds(name, year)) for year in found.years(name)]
    month = f"{found.latest.last:%B}"
    return Figure(
        id="region_admissions_by_year",
        title=f"{name}: admissions by year, within the bounds that were published",
        subtitle=f"{_WHAT[:1].upper()}{_WHAT[1:]}, years ending {month}; the true number lies between the lines",
        alternative="; ".join(f"{year}: {low:,.0f} to {high:,.0f}" for year, low, high in bounds) + ".",
        chart=LineChart(
            tuple(
                Series(
                    label,
                    tuple(Point(row[0], protect_whole(row[at], rule, unit=_UNIT)) for row in bounds),
                    is_main=at == 2,
                )
                for at, label in ((2, "At most"), (1, "At least"))
            ),
            _UNIT,
        ),
        table=make_table(
            id="region_admissions_by_year",
            caption=f"{name}: {_WHAT}, years ending {month}",
            columns=[("year", f"Year ending {month}"), ("low", "At least"), ("high", "At most")],
            rows=[
                (year, *(protect_whole(number, rule, unit=_UNIT) for number in numbers)) for year, *numbers in bounds
            ],
            source=evidence.source_line(TABULATED),
        ),
        source=evidence.source_line(TABULATED),
        notes=(
            (
                "A month rounded to the nearest 5 may be 2 more or 2 fewer, so that the bounds of a year lie 48 apart, and further "
                "where a month is an asterisk."
            ),
        ),
    )


def _table(evidence: Evidence, found: RegionalAdmissions) -> Table:
    rule = evidence.rule_of_feed(TABULATED)
    rows = [_row(found, name, rule) for name in found.regions]
    return make_table(
        id="admissions_by_region",
        caption=f"{_WHAT[:1].upper()}{_WHAT[1:]} by region, {name_period(found.latest.label)}",
        columns=[
            ("region", "Region"),
            ("low", "At least"),
            ("high", "At most"),
            ("change", "Change from the year before (95% interval)"),
            ("said", "Rose or fell"),
        ],
        rows=rows,
        source=evidence.source_line(TABULATED),
        notes=(
            "Our own region first, then the others by name: this is no league, and regions differ in how many people live in them.",
        ),
    )


_VERBS = {Direction.HIGHER: "rose", Direction.LOWER: "fell"}


def _row(found: RegionalAdmissions, name: str, rule: DisclosureRule) -> Sequence[str | Protected]:
    change, direction = _change(found, name, rule)
    low, high = (protect_whole(number, rule, unit=_UNIT) for number in found.bounds(name, found.latest))
    return name, low, high, format_bounds(change), _VERBS.get(direction, "cannot be told")
