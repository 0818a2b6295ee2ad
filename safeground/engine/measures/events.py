"""The way from the warehouse to counts: which table a rule runs on, one query, then every level and period from its answer."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from safeground.engine.catalogue import Rule, rule_fields
from safeground.engine.measures.persons import join_persons
from safeground.engine.measures.populations import Ages
from safeground.engine.measures.tallies import EventTally, tally_events

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from safeground.engine.warehouse import Warehouse


AGE_FIELD = "victim_age"
"""The field by which events are counted by age."""


def choose_events_table(warehouse: Warehouse, rule: Rule, by: str | None = None, *, feed: str) -> ir.Table:
    """The smallest table on which the rule says the same: the counted groups where they hold every field that the events hold.

    A field that the feed does not carry is no column of the answer, and so unknown; it does not call for the events. What is asked of
    an event's victims and suspects is joined to the events.
    """
    carried = warehouse.columns_carried("events", feed)
    read = {*rule_fields(rule), *([by] if by else [])}
    counts = warehouse.table("event_counts")
    if not read & set(carried) - set(counts.columns) and (warehouse.is_counted(feed) or not carried):
        return counts
    events = warehouse.table("events")
    events = events.filter(events.feed == feed)[list(carried)] if carried else events
    return join_persons(warehouse, events, feed=feed, fields=read - set(carried))


def tally_rule(
    warehouse: Warehouse,
    rule: Rule,
    *,
    feed: str,
    partners: Collection[str] | None = None,
    by: str | None = None,
    ages: tuple[Ages, ...] = (),
    on_behalf_of: str | None = None,
    by_text_of_place: bool = False,
) -> EventTally:
    """One query over a feed. partners: those to count, all that have landed by default. by: a column whose values become categories;
    ages: bands of the victim's age that become categories instead. ValueError where the events have no such column.

    by_text_of_place: the tally's areas are the texts of where events were, to be placed, and no codes.

    on_behalf_of: all who send the feed (hospital sites) are counted together as this partner; a month counts where each has sent it.
    """
    by = AGE_FIELD if ages else by
    table = choose_events_table(warehouse, rule, by, feed=feed)
    if by is not None and by not in table.columns:
        raise ValueError(f"events of {feed} carry no {by}, so they cannot be counted by it; choose a feed that does")
    coverage = get_coverage(warehouse, feed, None if on_behalf_of else partners)
    if on_behalf_of:
        coverage = {on_behalf_of: find_complete_months(coverage)}
        table = _as_one_sender(table, on_behalf_of, coverage[on_behalf_of])
    if by_text_of_place and "location" in table.columns:
        table = table.mutate(area_code=table.location)
    category = _age_band(table[by], ages) if ages and by else by
    return tally_events(table, rule, feed=feed, coverage=coverage, by=category)


def find_complete_months(coverage: Mapping[str, Collection[datetime.date]]) -> frozenset[datetime.date]:
    """The months that every sender has sent. A sender is expected from its first month on, so that one who falls silent leaves a gap and
    not a fall."""
    landed = {month for months in coverage.values() for month in months}
    expected = [(min(months), months) for months in coverage.values() if months]
    return frozenset(month for month in landed if all(month in months for first, months in expected if first <= month))


def _as_one_sender(table: ir.Table, partner: str, months: Collection[datetime.date]) -> ir.Table:
    import ibis

    return table.filter(table.month.isin(sorted(months))).mutate(partner=ibis.literal(partner))


def _age_band(age: ir.NumericValue, ages: tuple[Ages, ...]) -> ir.StringValue:
    """The label of the band an age lies in; NULL, and so 'not stated', where there is no age or no band for it."""
    import ibis

    if age.type().is_floating():
        # To an engine NaN is more than any number: on Spark it would be in the last band, on DuckDB in whichever its statistics suggest.
        age = ibis.ifelse(age.isnan(), ibis.null(age.type()), age)
    return ibis.cases(*[(band.contains(age), band.label) for band in ages], else_=ibis.null("string"))


def get_coverage(
    warehouse: Warehouse, feed: str, partners: Collection[str] | None = None
) -> dict[str, frozenset[datetime.date]]:
    """The months landed of a feed by partner; a partner that has landed nothing has none."""
    landed = warehouse.coverage(feed) or _cover_years(warehouse, feed)
    return {partner: frozenset(landed.get(partner, ())) for partner in (landed if partners is None else partners)}


def _cover_years(warehouse: Warehouse, feed: str) -> dict[str, frozenset[datetime.date]]:
    """The months of a feed that comes by the year. The newest year is taken to reach as far as anything its sender has sent, monthly
    feeds included: months to come are no months without an event. A year without a row, of a sender of nothing else, reaches nowhere."""
    years = [
        (d.partner, int(d.period)) for d in warehouse.deliveries if d.feed == feed and len(d.period) == len("2024")
    ]
    if not years:
        return {}
    monthly = [(d.partner, d.period) for d in warehouse.deliveries if len(d.period) == len("2024-01")]
    events = warehouse.table("events")
    newest = events.filter(events.feed == feed).group_by("partner").aggregate(month=events.month.max()).to_pyarrow()
    told = [(row["partner"], f"{row['month']:%Y-%m}") for row in newest.to_pylist() if row["month"]]
    found: dict[str, set[datetime.date]] = {}
    for partner, year in years:
        reaches = max((month for sender, month in (*monthly, *told) if sender == partner), default="")
        months = (datetime.date(year, month, 1) for month in range(1, 13))
        found.setdefault(partner, set()).update(month for month in months if f"{month:%Y-%m}" <= reaches)
    return {partner: frozenset(months) for partner, months in found.items()}
