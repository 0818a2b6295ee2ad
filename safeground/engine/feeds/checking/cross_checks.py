"""What only shows when a workspace's deliveries are seen together: from reports and counts, reading no file again but lookups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from safeground.engine.catalogue import AreaCodes, Contract, Feeds, Identifiers, RowsTable, Variant
from safeground.engine.feeds.checking.areas import AreaUse, get_area_uses, get_known_areas
from safeground.engine.feeds.checking.repeats import find_event_column
from safeground.engine.feeds.checking.report import CheckReport, Problem, Severity
from safeground.engine.feeds.checking.store import get_check_report, get_event_hashes, get_identifier_hashes
from safeground.engine.feeds.deliveries import Delivery, get_live_deliveries
from safeground.engine.feeds.months import find_half_empty, find_missing, month_name
from safeground.engine.workspace import Workspace
from safeground.months import months_after

ExpectedPartners = Mapping[str, Collection[str]]
"""By feed, the partners it is expected from. A feed that is not named is expected from nobody."""


@dataclass(frozen=True)
class Supply:
    """One partner's deliveries of one feed: the live ones that were checked and are used, by period."""

    contract: Contract
    partner: str
    reports: Mapping[str, tuple[CheckReport, ...]]
    is_expected: bool
    """Someone waits for it. What landed by accident is checked like any file, but nobody is chased for more of it."""

    @property
    def is_monthly(self) -> bool:
        return self.contract.cadence == "monthly"

    @property
    def rows_of_months(self) -> dict[str, int]:
        return {period: sum(report.accepted for report in reports) for period, reports in sorted(self.reports.items())}

    @property
    def name(self) -> str:
        return f"{self.contract.title} from {self.partner}"


def get_supplies(workspace: Workspace, feeds: Feeds, partners: ExpectedPartners | None = None) -> tuple[Supply, ...]:
    """Every partner and feed of which something was landed, by feed and partner. A delivery not checked yet is not among the reports.

    Without `partners`, whoever sent something is expected to go on.
    """
    reports: dict[tuple[str, str], dict[str, list[CheckReport]]] = defaultdict(lambda: defaultdict(list))
    for delivery in _get_covered(workspace, feeds):
        own = reports[delivery.feed, delivery.partner]
        report = get_check_report(workspace, delivery.id)
        if report is not None and report.is_used:
            own[delivery.period].append(report)
    return tuple(
        Supply(
            feeds.contracts[feed],
            partner,
            {period: tuple(found) for period, found in own.items()},
            partners is None or partner in partners.get(feed, ()),
        )
        for (feed, partner), own in sorted(reports.items())
    )


def check_workspace(
    workspace: Workspace, feeds: Feeds, *, partners: ExpectedPartners | None = None
) -> tuple[Problem, ...]:
    """Problems between deliveries: months missing or half empty, feeds gone silent, identifiers and area codes that do not fit.

    Months and silence are told of expected partners only: those `partners` names by feed, or without it whoever sent something.
    """
    supplies = get_supplies(workspace, feeds, partners)
    problems: list[Problem] = []
    newest = newest_month(supplies)
    for supply in supplies:
        if supply.is_monthly and supply.is_expected:
            problems += _check_months(supply)
            problems += _check_parts(supply)
            problems += _check_silence(supply, newest)
        problems += _check_identifiers(workspace, supply)
        problems += _check_events_of_persons(workspace, supply)
    problems += _check_areas(workspace, feeds, supplies)
    return tuple(problems)


def newest_month(supplies: Sequence[Supply]) -> str | None:
    """The newest month that anyone who is expected to has sent."""
    expected = (supply for supply in supplies if supply.is_monthly and supply.is_expected)
    return max((period for supply in expected for period in supply.reports), default=None)


def is_silent(supply: Supply, newest: str | None) -> bool:
    """More months behind the newest of the workspace than the contract allows."""
    limit = supply.contract.silent_after_months
    if not supply.is_monthly or not supply.is_expected or limit is None or newest is None:
        return False
    return not supply.reports or months_after(max(supply.reports), newest) > limit


def _get_covered(workspace: Workspace, feeds: Feeds) -> Iterator[Delivery]:
    return (delivery for delivery in get_live_deliveries(workspace) if delivery.feed in feeds.contracts)


def _report(
    rule: str,
    feed: str,
    message: str,
    *,
    column: str | None = None,
    rows: int | None = None,
    delivery: str | None = None,
    gist: str = "",
) -> Problem:
    return Problem(rule, Severity.REPORT, column, rows, None, message, delivery=delivery, feed=feed, gist=gist)


def _check_months(supply: Supply) -> Iterator[Problem]:
    rows = supply.rows_of_months
    for first, last in find_missing(rows):
        number = months_after(first, last) + 1
        when = (
            f"{month_name(first)} has"
            if number == 1
            else f"{month_name(first)} to {month_name(last)} ({number} months) have"
        )
        yield _report(
            "month_missing",
            supply.contract.name,
            f"{supply.name}: {when} not landed, though months before and after have.",
        )
    # An empty file of a feed that may be empty is told by its own report.
    filled = {month: number for month, number in rows.items() if number or not supply.contract.may_be_empty}
    for thin in find_half_empty(filled):
        message = (
            f"{supply.name}: {month_name(thin.month)} has {thin.rows:,} rows where the nearest {thin.neighbours} months landed have "
            f"{thin.expected:,} (their median); ask whether the file is complete."
        )
        (first, *_) = supply.reports[thin.month]
        yield _report("month_half_empty", supply.contract.name, message, rows=thin.rows, delivery=first.delivery)


def _check_parts(supply: Supply) -> Iterator[Problem]:
    """Months of which one file of several is missing: crimes and victims came, the suspects did not.

    A file is missed where the two months before and the two after, as far as they landed, all have it: at least two, so that what comes
    once a quarter is not.
    """
    parts = {variant.name: _part_of(variant) for variant in supply.contract.variants}
    titles = {parts[variant.name]: variant.title for variant in supply.contract.variants}
    months = sorted(supply.reports)
    came = [{parts[report.variant] for report in supply.reports[month]} for month in months]
    for place, month in enumerate(months):
        near = came[max(0, place - 2) : place] + came[place + 1 : place + 3]
        for part, title in titles.items():
            if part not in came[place] and len(near) >= 2 and all(part in others for others in near):
                message = (
                    f"{supply.name}: of {month_name(month)} one file did not come ({title}), though it did for the months around; "
                    "ask for it."
                )
                yield _report("part_missing", supply.contract.name, message)


def _part_of(variant: Variant) -> str:
    """What a variant is a part of: two shapes of the same rows are one part, victims and suspects are two."""
    target = variant.becomes
    role = target.source("role") if isinstance(target, RowsTable) and target.table == "persons" else None
    return f"{target.table} {role.value if role else ''}"


def _check_silence(supply: Supply, newest: str | None) -> Iterator[Problem]:
    if newest is not None and is_silent(supply, newest):
        last = f"nothing after {month_name(max(supply.reports))}" if supply.reports else "nothing that could be used"
        message = f"{supply.name}: {last}, though other data are here for {month_name(newest)}; ask whether the feed still runs."
        yield _report("feed_silent", supply.contract.name, message)


def _check_identifiers(workspace: Workspace, supply: Supply) -> Iterator[Problem]:
    """Identifiers met in more than one delivery of a partner.

    Counted by 64-bit hash and not verified: that even one of a nation's 14 million identifiers shares its hash with another has a
    chance of one in 200,000, and nothing is left out on account of it. Within a delivery, where rows are left out, it is exact.
    """
    columns = {
        check.column
        for variant in supply.contract.variants
        for check in variant.checks
        if isinstance(check, Identifiers)
    }
    if not columns:
        return
    used = [report for reports in supply.reports.values() for report in reports]
    distinct = [_without_repeats(get_identifier_hashes(workspace, report.delivery)) for report in used]
    everything = np.sort(np.concatenate([np.empty(0, np.uint64), *distinct]))
    repeated = _without_repeats(everything[1:][everything[1:] == everything[:-1]])
    if repeated.size:
        met = sorted(
            report.period
            for report, own in zip(used, distinct, strict=True)
            if np.isin(repeated, own, assume_unique=True).any()
        )
        column = min(columns)
        number = f"{repeated.size:,} identifiers were" if repeated.size > 1 else "1 identifier was"
        message = (
            f"{supply.name}: {number} given in more than one delivery ({len(met)} deliveries, {month_name(met[0])} to "
            f"{month_name(met[-1])}); each is counted wherever it was given."
        )
        yield _report("identifiers_across", supply.contract.name, message, column=column, rows=int(repeated.size))


def _check_events_of_persons(workspace: Workspace, supply: Supply) -> Iterator[Problem]:
    """Victims and suspects of events that their partner sent in no period: they count with no event, in no area.

    By 64-bit hash, as identifiers are: that one in a billion is missed costs less than keeping the references themselves.
    """
    columns = {variant.name: find_event_column(supply.contract, variant) for variant in supply.contract.variants}
    is_of_persons = {variant.name: variant.becomes.table == "persons" for variant in supply.contract.variants}
    if not any(columns.values()):
        return
    sent = [
        get_event_hashes(workspace, delivery.id)
        for delivery in get_live_deliveries(workspace, feed=supply.contract.name)
        if delivery.partner == supply.partner and not is_of_persons[delivery.variant]
    ]
    events = np.sort(np.concatenate([np.empty(0, np.uint64), *sent]))
    for report in (
        report for reports in supply.reports.values() for report in reports if is_of_persons[report.variant]
    ):
        rows = _count_missing(get_event_hashes(workspace, report.delivery), events)
        if rows:
            column, title = columns[report.variant], supply.contract.variant(report.variant).title
            gist = f"{column} is of no event that was sent, so whoever was hurt or suspected counts with none"
            message = (
                f"{supply.name}, {month_name(report.period)} ({title}): {column} is of no event they have sent in any period in {rows:,} "
                f"{'row' if rows == 1 else 'rows'}, which count with none; ask for the file that is missing, or for the right references."
            )
            yield _report(
                "person_of_no_event",
                supply.contract.name,
                message,
                column=column,
                rows=rows,
                delivery=report.delivery,
                gist=gist,
            )


def _count_missing(hashes: np.ndarray, in_order: np.ndarray) -> int:
    """How many of `hashes` are not in the other array, which is sorted. NumPy's `isin` would sort that anew for every delivery."""
    if not in_order.size:
        return len(hashes)
    places = np.minimum(np.searchsorted(in_order, hashes), len(in_order) - 1)
    return int((in_order[places] != hashes).sum())


def _without_repeats(in_order: np.ndarray) -> np.ndarray:
    """The distinct values of a sorted array, without sorting it again."""
    return in_order[np.append(True, in_order[1:] != in_order[:-1])] if in_order.size else in_order


def _check_areas(workspace: Workspace, feeds: Feeds, supplies: Sequence[Supply]) -> Iterator[Problem]:
    reports = _events_reports(supplies)
    if not reports:
        return
    known = get_known_areas(workspace, feeds)
    uses = get_area_uses(workspace, feeds, reports, known=known)
    if not uses:
        return
    vintages = {vintage for supply in supplies for check in _area_checks(supply.contract) for vintage in check.vintages}
    for vintage in sorted(vintages - known.keys()):
        yield _note(f"Area codes of {vintage} were not checked: no area lookup with them is landed.")
    if vintages <= known.keys():
        for use in uses:
            yield from _check_area_use(use)


def _note(message: str) -> Problem:
    return Problem("area_codes_not_checked", Severity.NOTE, None, None, None, message)


def _check_area_use(use: AreaUse) -> Iterator[Problem]:
    where = f"{use.report.feed} from {use.report.partner}, {month_name(use.report.period)}"
    if use.unknown_rows:
        message = f"{where}: {use.column} is in no landed lookup in {use.unknown_rows:,} rows, for example {use.unknown[0]!r}."
        yield _report(
            "area_unknown",
            use.report.feed,
            message,
            column=use.column,
            rows=use.unknown_rows,
            delivery=use.report.delivery,
            gist=f"{use.column} is in no landed lookup, so the event counts for no area",
        )
    if use.is_mixed:
        rows = ", ".join(f"{number:,} rows of {vintage} only" for vintage, number in use.rows_only_in.items() if number)
        message = f"{where}: {use.column} mixes vintages ({rows}); a file should use one."
        yield _report(
            "area_vintages_mixed",
            use.report.feed,
            message,
            column=use.column,
            delivery=use.report.delivery,
            gist=f"{use.column} mixes codes of several vintages in one file",
        )


def _area_checks(contract: Contract) -> Iterator[AreaCodes]:
    return (check for variant in contract.variants for check in variant.checks if isinstance(check, AreaCodes))


def _events_reports(supplies: Sequence[Supply]) -> list[CheckReport]:
    return [
        report
        for supply in supplies
        if any(variant.becomes.table == "events" for variant in supply.contract.variants)
        for reports in supply.reports.values()
        for report in reports
    ]
