"""Definitions compared: how many events each counts, which they share, and what one counts that another does not, with the reasons."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from safeground.engine.catalogue import EventDefinition, Rule
from safeground.engine.measures.counting import DefinitionCounts, TallyCounter
from safeground.engine.measures.cross_tallies import (
    MOST_RULES,
    CrossTally,
    Difference,
    Verdicts,
    count_under,
    cross_tally,
    find_differences,
    split_by_field,
)
from safeground.engine.measures.locating import FORCE, place_tally
from safeground.engine.measures.periods import Period, find_latest_run

if TYPE_CHECKING:
    from safeground.engine.measures.calculation import Measures

DETAILS = ("ho_class", "location_type", "weapon_use", "weapon_type", "domestic", "county_lines", "gang", "crime_status")
"""What is told of events that one definition counts and another does not, where the feed carries it."""

UNDER_25 = "victim_under_25"

_AS_SHIPPED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class ChosenDefinition:
    """A definition with the readings of its switches that were asked for; switches not named are read as shipped."""

    definition: EventDefinition
    readings: Mapping[str, str] = field(default_factory=lambda: _AS_SHIPPED)
    origin: str = ""
    """The file it was read from, where it is none of the catalogue's."""

    @property
    def label(self) -> str:
        """Name and version, with what is not as shipped."""
        asked = ", ".join(f"{switch}={reading}" for switch, reading in sorted(self.readings.items()))
        said = "; ".join(text for text in (self.origin, asked) if text)
        return f"{self.definition.label} ({said})" if said else self.definition.label

    @property
    def rule(self) -> Rule:
        return self.definition.rule_under(self.readings)


@dataclass(frozen=True)
class CountedReading:
    """What a definition counts with one switch read in one way and all else as chosen."""

    definition: int
    switch: str
    reading: str
    is_chosen: bool
    definite: int
    undetermined: int


@dataclass(frozen=True, eq=False)
class DefinitionComparison:
    """What several definitions count of one feed, recorded by the partnership's own force.

    `counts`: for each definition its monthly counts by area; `force_counts`: of the force. `combinations`: events of the period by what
    every definition says of them. `differences`: between the first and each other. `under_25`: events by whether a victim was under 25
    ('yes', 'no', None: not known) and what every definition says; empty where the feed says nothing of victims.
    """

    feed: str
    chosen: tuple[ChosenDefinition, ...]
    period: Period
    level: str
    counts: tuple[DefinitionCounts, ...]
    force_counts: tuple[DefinitionCounts, ...]
    combinations: Mapping[Verdicts, int]
    differences: tuple[Difference, ...]
    readings: tuple[CountedReading, ...]
    under_25: Mapping[tuple[str | None, Verdicts], int]

    def count(self, definition: int, verdict: int) -> int:
        """Events of the period of which a definition says this."""
        return sum(events for verdicts, events in self.combinations.items() if verdicts[definition] == verdict)

    def cross(self, one: int, other: int) -> dict[tuple[int, int], int]:
        """Events of the period by what two of the definitions say."""
        found: dict[tuple[int, int], int] = {}
        for verdicts, events in self.combinations.items():
            pair = verdicts[one], verdicts[other]
            found[pair] = found.get(pair, 0) + events
        return found

    @property
    def recorded(self) -> int:
        """All events of the period, whatever any definition says."""
        return sum(self.combinations.values())


def compare_definitions(
    measures: Measures, chosen: Sequence[ChosenDefinition], *, level: str, period: Period | None = None
) -> DefinitionComparison:
    """Compare definitions over what our own force recorded.

    period: the latest months in a row that have landed by default, at most twelve. ValueError, in the user's words: fewer than two
    definitions or more than twelve, no feed on which all can run, nothing of it landed, or a reading there is not.
    """
    if not 2 <= len(chosen) <= MOST_RULES:
        raise ValueError(f"Name two definitions to compare, or up to {MOST_RULES}; {len(chosen)} were named.")
    feed = _common_feed(chosen)
    rules = [each.rule for each in chosen]
    tally = cross_tally(measures.warehouse, rules, feed=feed, partners=tuple(measures.home))
    covered = tally.tally.coverage.get(measures.own, frozenset())
    period = period or find_latest_run(covered)
    if period is None or not period.is_complete(covered):
        said = f"has not landed all of {period.label}" if period else "has landed no month"
        raise ValueError(f"{measures.own} {said} of {feed}, on which these definitions run; land its files and build.")
    asked = {"feed": feed, "partner": measures.own, "months": period.months}
    return DefinitionComparison(
        feed=feed,
        chosen=tuple(chosen),
        period=period,
        level=level,
        counts=_count(measures, tally, len(rules), level),
        force_counts=_count(measures, tally, len(rules), FORCE),
        combinations=tally.count_combinations(measures.own, period.months),
        differences=find_differences(measures.warehouse, rules, details=DETAILS, **asked),
        readings=_count_readings(measures, chosen, **asked),
        under_25=_split_under_25(measures, rules, **asked),
    )


def count_readings(measures: Measures, definition: EventDefinition, *, period: Period) -> tuple[CountedReading, ...]:
    """What a definition counts of our own force with each of its switches read in each way, and all else as shipped."""
    chosen = (ChosenDefinition(definition),)
    return _count_readings(measures, chosen, feed=definition.feeds[0], partner=measures.own, months=period.months)


def _common_feed(chosen: Sequence[ChosenDefinition]) -> str:
    for feed in chosen[0].definition.feeds:
        if all(feed in each.definition.feeds for each in chosen):
            return feed
    runs = "; ".join(f"{each.definition.name} on {', '.join(each.definition.feeds)}" for each in chosen)
    raise ValueError(f"These definitions run on no feed in common, so that they count different things: {runs}.")


def _count(measures: Measures, tally: CrossTally, rules: int, level: str) -> tuple[DefinitionCounts, ...]:
    placed = place_tally(tally.tally, measures.locator, measures.home)
    areas = measures.areas(level)
    return tuple(
        TallyCounter(tally.under(rule), placed).count(level).select_areas(areas).select_partners([measures.own])
        for rule in range(rules)
    )


def _count_readings(
    measures: Measures, chosen: Sequence[ChosenDefinition], *, feed: str, partner: str, months: Sequence[datetime.date]
) -> tuple[CountedReading, ...]:
    asked = [
        (place, switch, reading.name, reading.name == each.readings.get(switch.name, switch.shipped))
        for place, each in enumerate(chosen)
        for switch in each.definition.switches
        for reading in switch.readings
    ]
    rules = [
        chosen[place].definition.rule_under({**chosen[place].readings, switch.name: reading})
        for place, switch, reading, _ in asked
    ]
    counted = count_under(measures.warehouse, rules, feed=feed, partner=partner, months=months)
    return tuple(
        CountedReading(place, switch.name, reading, is_chosen, definite, undetermined)
        for (place, switch, reading, is_chosen), (definite, undetermined) in zip(asked, counted, strict=True)
    )


def _split_under_25(
    measures: Measures, rules: Sequence[Rule], *, feed: str, partner: str, months: Sequence[datetime.date]
) -> Mapping[tuple[str | None, Verdicts], int]:
    return split_by_field(measures.warehouse, rules, UNDER_25, feed=feed, partner=partner, months=months)
