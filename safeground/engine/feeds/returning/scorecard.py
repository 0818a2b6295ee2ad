"""The supply scorecard: how each partner's feed has been coming in, for the assessment's chapter on data quality."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from safeground.engine.catalogue import EventsTable, Feeds, RowsTable, Variant
from safeground.engine.feeds.checking.cross_checks import (
    ExpectedPartners,
    Supply,
    get_supplies,
    is_silent,
    newest_month,
)
from safeground.engine.feeds.checking.report import Problem, Severity
from safeground.engine.feeds.checking.store import get_check_report
from safeground.engine.feeds.deliveries import get_deliveries, get_live_deliveries
from safeground.engine.workspace import Workspace
from safeground.months import days_in_month, month_end, months_after, months_between

LATE_AFTER_DAYS = 62
"""No contract says a day. Police.uk publishes some two months behind; what takes longer is late for every feed we take in."""


@dataclass(frozen=True)
class ScorecardRow:
    """One partner's feed. Shares are of 1, None where there is nothing to divide by."""

    feed: str
    title: str
    partner: str
    is_monthly: bool
    periods_landed: int
    """Months (or years, vintages) with a live delivery that is used."""
    periods_expected: int | None
    """Months from the first landed to the newest of the workspace; None for feeds that are not monthly or not expected."""
    oldest: str | None
    newest: str | None
    rows: int
    """Received in live deliveries, the refused ones among them."""
    accepted: int
    accepted_share: float | None
    without_location_share: float | None
    """Of accepted events, those without an area code; None for feeds of no events, or whose events carry no code."""
    deliveries_refused: int
    is_silent: bool
    problems: tuple[Problem, ...]
    """What its deliveries' reports say, notes left out."""
    days_to_landing: int | None = None
    """Median days from the end of a month to its first landing; None for feeds that are not monthly. What landed together with a later
    month, as a back series does, tells nothing of punctuality and is left out."""
    months_late: int = 0
    """Of those, the months that took more than `LATE_AFTER_DAYS`."""
    months_timed: int = 0
    months_outside_limits: tuple[str, ...] = ()
    """Months whose accepted rows lie outside the limits of their own usual variation (Laney's u' chart, three sigma)."""
    months_without_place_outside_limits: tuple[str, ...] = ()
    """Months whose share of events without a place does (individuals chart)."""
    quarantined: int = 0
    used_for: tuple[str, ...] = ()
    """What the dataset is used for, as its contract says."""


def supply_scorecard(
    workspace: Workspace, feeds: Feeds, *, partners: ExpectedPartners | None = None
) -> tuple[ScorecardRow, ...]:
    """A row for every partner and feed landed, by feed and partner. Reads reports only. `partners` as for `check_workspace`."""
    supplies = get_supplies(workspace, feeds, partners)
    newest = newest_month(supplies)
    return tuple(_score(workspace, supply, newest) for supply in supplies)


def _score(workspace: Workspace, supply: Supply, newest: str | None) -> ScorecardRow:
    used = [report for reports in supply.reports.values() for report in reports]
    every = [
        report
        for delivery in get_live_deliveries(workspace, feed=supply.contract.name)
        if delivery.partner == supply.partner
        for report in [get_check_report(workspace, delivery.id)]
        if report is not None
    ]
    rows = sum(report.received for report in every)
    accepted = sum(report.accepted for report in used)
    has_events = any(_has_area(variant) for variant in supply.contract.variants)
    first = min(supply.reports, default=None)
    days = _days_to_landing(workspace, supply) if supply.is_monthly else ()
    shares = {
        month: sum(report.without_location for report in reports) / rows_of_month
        for month, reports in supply.reports.items()
        if has_events and (rows_of_month := sum(report.accepted for report in reports))
    }
    is_waited_for = supply.is_monthly and supply.is_expected
    return ScorecardRow(
        feed=supply.contract.name,
        title=supply.contract.title,
        partner=supply.partner,
        is_monthly=supply.is_monthly,
        periods_landed=len(supply.reports),
        periods_expected=months_after(first, newest) + 1 if is_waited_for and first and newest else None,
        oldest=first,
        newest=max(supply.reports, default=None),
        rows=rows,
        accepted=accepted,
        accepted_share=accepted / rows if rows else None,
        without_location_share=sum(report.without_location for report in used) / accepted
        if has_events and accepted
        else None,
        deliveries_refused=len(every) - len(used),
        is_silent=is_silent(supply, newest),
        problems=_told(every),
        days_to_landing=int(median(days)) if days else None,
        months_late=sum(day > LATE_AFTER_DAYS for day in days),
        months_timed=len(days),
        months_outside_limits=find_outside(supply.rows_of_months) if supply.is_monthly else (),
        months_without_place_outside_limits=find_outside(shares, is_count=False) if supply.is_monthly else (),
        quarantined=sum(report.quarantined for report in every),
        used_for=supply.contract.used_for,
    )


def _has_area(variant: Variant) -> bool:
    """Whether rows are events that carry the area where they happened; a place in words is placed later, and told elsewhere."""
    target = variant.becomes
    return isinstance(target, EventsTable) or (
        isinstance(target, RowsTable) and target.table == "events" and target.source("area_code") is not None
    )


def _days_to_landing(workspace: Workspace, supply: Supply) -> tuple[int, ...]:
    """Of each month that landed before any later one, the days from its last day to the day it first landed."""
    first: dict[str, datetime.date] = {}
    for delivery in get_deliveries(workspace, feed=supply.contract.name):
        if delivery.partner == supply.partner:
            first.setdefault(delivery.period, delivery.landed_at.date())
    months = sorted(first)
    return tuple(
        (first[month] - month_end(month)).days
        for place, month in enumerate(months)
        if all(first[later] > first[month] for later in months[place + 1 :])
    )


def find_outside(values: Mapping[str, float], *, is_count: bool = True) -> tuple[str, ...]:
    """Months, of these by their names, that lie beyond three sigma of their own series; none where fewer than twelve are known.

    A month that is missing is a gap. Counts are per day, so that February is not short.
    """
    from safeground.engine.statistics import FEWEST_MONTHS, RunRule, u_chart, xmr_chart  # SciPy: only for whoever asks

    if not values:
        return ()
    months = months_between(min(values), max(values))
    series = [values.get(month, math.nan) for month in months]
    if is_count:
        days = [days_in_month(month) for month in months]
        chart = u_chart(series, days, rules=[RunRule.BEYOND_LIMIT], fewest_months=FEWEST_MONTHS)
    else:
        chart = xmr_chart(series, rules=[RunRule.BEYOND_LIMIT], fewest_months=FEWEST_MONTHS)
    return tuple(months[signal.month] for signal in chart.signals)


def _told(reports: Sequence) -> tuple[Problem, ...]:
    return tuple(problem for report in reports for problem in report.problems if problem.severity is not Severity.NOTE)
