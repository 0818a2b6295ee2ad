"""The way from the warehouse to counts: which table a rule runs on, one query, then every level and period from its answer."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from safeground.engine.catalogue import EventDefinition, Rule, rule_fields
from safeground.engine.measures.counting import DefinitionCounts, count_monthly
from safeground.engine.measures.locating import AreaLocator, place_tally
from safeground.engine.measures.periods import PeriodKind, get_periods
from safeground.engine.measures.populations import Ages
from safeground.engine.measures.tallies import EventTally, tally_events

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from safeground.engine.warehouse import Warehouse


AGE_FIELD = "victim_age"
"""The field by which events are counted by age."""


def choose_events_table(warehouse: Warehouse, rule: Rule, by: str | None = None) -> ir.Table:
    """The smallest table on which the rule says the same: the counted groups where they hold every field that the events hold.

    A field that neither table has is unknown in both, so it does not call for the events.
    """
    counts, events = warehouse.table("event_counts"), warehouse.table("events")
    wanted = {*rule_fields(rule), *([by] if by else [])} & set(events.columns)
    return counts if wanted <= set(counts.columns) else events


def tally_rule(
    warehouse: Warehouse,
    rule: Rule,
    *,
    feed: str,
    partners: Collection[str] | None = None,
    by: str | None = None,
    ages: tuple[Ages, ...] = (),
) -> EventTally:
    """One query over a feed. partners: those to count, all that have landed by default. by: a column whose values become categories;
    ages: bands of the victim's age that become categories instead. ValueError where the events have no such column.
    """
    by = AGE_FIELD if ages else by
    table = choose_events_table(warehouse, rule, by)
    if by is not None and by not in table.columns:
        raise ValueError(f"events of {feed} carry no {by}, so they cannot be counted by it; choose a feed that does")
    category = _age_band(table[by], ages) if ages and by else by
    return tally_events(table, rule, feed=feed, coverage=get_coverage(warehouse, feed, partners), by=category)


def _age_band(age: ir.NumericValue, ages: tuple[Ages, ...]) -> ir.StringValue:
    """The label of the band an age lies in; NULL, and so 'not stated', where there is no age or no band for it."""
    import ibis

    return ibis.cases(*[(band.contains(age), band.label) for band in ages], else_=ibis.null("string"))


def get_coverage(
    warehouse: Warehouse, feed: str, partners: Collection[str] | None = None
) -> dict[str, frozenset[datetime.date]]:
    """The months landed of a feed by partner; a partner that has landed nothing has none."""
    landed = warehouse.coverage(feed)
    return {partner: frozenset(landed.get(partner, ())) for partner in (landed if partners is None else partners)}


def count_events(
    warehouse: Warehouse,
    locator: AreaLocator,
    definition: EventDefinition,
    *,
    level: str,
    period_kind: PeriodKind = PeriodKind.MONTH,
    feed: str | None = None,
    partners: Collection[str] | None = None,
    home: Mapping[str, str] | None = None,
) -> DefinitionCounts:
    """Events a definition counts, with its switches as shipped, by area of a level and period of a kind.

    feed: one the definition can run on, its first by default. home: the force area of each partner, found from the events when absent.
    Incomplete periods are there, as gaps. For several levels of one definition use `tally_rule`, `place_tally` and `count_monthly`, so
    that the query runs once.
    """
    feed = feed or definition.feeds[0]
    if feed not in definition.feeds:
        raise ValueError(
            f"the definition {definition.name} cannot run on {feed}; it runs on {', '.join(definition.feeds)}"
        )
    tally = tally_rule(warehouse, definition.rule_under(), feed=feed, partners=partners)
    monthly = count_monthly(tally, place_tally(tally, locator, home), level=level, definition=definition.label)
    return monthly.gather(get_periods(period_kind, tally.months))


def count_events_by(
    warehouse: Warehouse,
    locator: AreaLocator,
    definition: EventDefinition,
    *,
    by: str,
    level: str,
    period_kind: PeriodKind = PeriodKind.MONTH,
    feed: str | None = None,
    partners: Collection[str] | None = None,
    home: Mapping[str, str] | None = None,
) -> dict[str, DefinitionCounts]:
    """The same for each category of a column (`offence`), by its name; events whose category is blank are 'not stated'."""
    feed = feed or definition.feeds[0]
    tally = tally_rule(warehouse, definition.rule_under(), feed=feed, partners=partners, by=by)
    placed = place_tally(tally, locator, home)
    periods = get_periods(period_kind, tally.months)
    return {
        category: count_monthly(
            tally.select_category(category), placed, level=level, definition=definition.label
        ).gather(periods)
        for category in tally.counted_categories
    }
