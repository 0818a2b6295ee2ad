"""The supply scorecard: how each partner's feed has been coming in, for the assessment's chapter on data quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safeground.engine.catalogue import Feeds
from safeground.engine.feeds.check_months import months_after
from safeground.engine.feeds.check_report import Problem, Severity
from safeground.engine.feeds.check_store import get_check_report
from safeground.engine.feeds.cross_checks import ExpectedPartners, Supply, get_supplies, is_silent, newest_month
from safeground.engine.feeds.deliveries import get_live_deliveries
from safeground.engine.workspace import Workspace


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
    """Of accepted events, those without an area code; None for feeds of no events."""
    deliveries_refused: int
    is_silent: bool
    problems: tuple[Problem, ...]
    """What its deliveries' reports say, notes left out."""


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
    has_events = any(variant.becomes.table == "events" for variant in supply.contract.variants)
    first = min(supply.reports, default=None)
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
    )


def _told(reports: Sequence) -> tuple[Problem, ...]:
    return tuple(problem for report in reports for problem in report.problems if problem.severity is not Severity.NOTE)
