"""A choice of hot spots with the rule and the readers under which it may be told. Every number of the pages is made here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import to_wgs84
from safeground.engine.assessment.evidence import SMALL_AREA, STREET, Evidence
from safeground.engine.catalogue import EventDefinition
from safeground.engine.disclosure import DisclosureRule, Protected, protect
from safeground.engine.documents import AreaShape, Audience, Table, capitalise, join_words
from safeground.engine.feeds import HarmWeights
from safeground.engine.measures import Measures
from safeground.engine.places import (
    HotSpot,
    HotSpotPlan,
    HotSpots,
    count_busiest,
    find_hot_spots,
    find_own_weights,
    read_incidents,
)

_FEWEST_EACH = 5
"""Events that half of the places must hold: with fewer, one more or less makes the list."""

_TOO_RARE = (
    "Serious violence by the partnership's own definition is too rare, as far as the record can tell it, for places of this size: the "
    "busiest hold fewer than five offences each, so that luck would choose them. So these are places of another offence that stands in "
    "for it."
)

_TOO_RARE_TOO = (
    "{what} is rare too: half of as many busiest places as are listed hold fewer than five offences each, so that the list is mostly "
    "luck. Do not choose places for patrol by it alone."
)

_FOUND: WeakKeyDictionary[Measures, dict[tuple[object, ...], HotSpots]] = WeakKeyDictionary()
"""Editions for several audiences are made from the same measures: what was found for one is not looked for again."""


class MapRows(NamedTuple):
    """A table and the outline of each of its rows, metres: a layer for map programmes. `title`: what its files are called."""

    table: Table
    polygons: NDArray[np.object_]
    title: str


@dataclass(frozen=True, eq=False)
class ToldSpots:
    """Hot spots for one audience. `what`: what they are of, in the middle of a sentence: 'robbery'."""

    evidence: Evidence
    found: HotSpots
    what: str

    @property
    def definition(self) -> EventDefinition:
        return self.found.incidents.definition

    @property
    def rule(self) -> DisclosureRule:
        return self.evidence.rule_of_feed(self.definition.feeds[0])

    @property
    def readers(self) -> frozenset[Audience]:
        """Whom places may be told. A place for patrol is never the public's."""
        return self.evidence.readers_of_feed(self.definition.feeds[0], SMALL_AREA) - {Audience.PUBLIC}

    @property
    def source(self) -> str:
        return self.evidence.source_line(self.definition.feeds[0])

    @property
    def when(self) -> str:
        """'the 23 months received from March 2021 to June 2025'."""
        months = sorted(self.found.incidents.months)
        if len(months) == 1:
            return f"{months[0]:%B %Y}"
        return f"the {len(months)} months received from {months[0]:%B %Y} to {months[-1]:%B %Y}"

    @property
    def cell_words(self) -> str:
        """'hexagons 150 metres across'."""
        plan = self.found.plan
        return f"{plan.kind}s {plan.cell:g} metres across"

    @property
    def gives_months_alone(self) -> bool:
        return not self.found.incidents.is_dated

    def count(self, number: float, *, unit: str = "offences") -> Protected:
        return protect(float(number), unit=unit, rule=self.rule, count=float(number))

    def per_cent(self, share: float, *, count: float, reason: str | None = None) -> Protected:
        """A share of 0 to 1 that rests on `count` events."""
        return protect(float(np.round(100 * share)), unit="%", rule=self.rule, count=float(count), reason=reason)

    def times(self, spot: HotSpot, share: float) -> Protected:
        """In how many of the plan's repetitions a place was chosen again: '41', of 48."""
        repetitions = self.found.plan.moved_grids
        return protect(
            float(round(share * repetitions)), unit=f"of {repetitions}", rule=self.rule, count=float(spot.events)
        )

    def answer(self, spot: HotSpot, is_shown: bool) -> str:
        """What a test of a place found; not told where its count may not be, since the answer would hint at it."""
        if not self.count(spot.events).is_published:
            return "not told"
        return "yes" if is_shown else "not shown"

    def harm(self, spot: HotSpot) -> Protected:
        return protect(spot.harm, unit="harm", rule=self.rule, count=float(spot.events), reason="no weights are known")

    @cached_property
    def degrees(self) -> tuple[tuple[float, float], ...]:
        """Longitude and latitude of each spot's centre."""
        spots = self.found.spots
        longitudes, latitudes = to_wgs84([spot.easting for spot in spots], [spot.northing for spot in spots])
        return tuple((float(x), float(y)) for x, y in zip(longitudes, latitudes, strict=True))

    def shapes(self, cells: np.ndarray, names: list[str]) -> tuple[AreaShape, ...]:
        """Cells in degrees, as maps draw them."""
        corners = self.found.grid.corners(cells)
        longitudes, latitudes = to_wgs84(corners[..., 0].ravel(), corners[..., 1].ravel())
        rings = np.stack([longitudes, latitudes], axis=-1).reshape(corners.shape)
        return tuple(
            AreaShape(str(cell), name, (((*((float(x), float(y)) for x, y in ring), tuple(map(float, ring[0]))),),))
            for cell, name, ring in zip(cells.tolist(), names, rings, strict=True)
        )

    @property
    def unsure(self) -> tuple[HotSpot, ...]:
        """Those that another grid, or other luck over the same months, would as often as not put elsewhere."""
        return tuple(spot for spot in self.found.spots if is_unsure(spot))


def is_unsure(spot: HotSpot) -> bool:
    return min(spot.kept_when_moved, spot.kept_by_chance) < 0.5


def tell_chosen(
    evidence: Evidence, measure: str, plan: HotSpotPlan, *, harm: HarmWeights | None = None
) -> tuple[ToldSpots, str]:
    """Hot spots of the partnership's own definition, which is what patrols are for; and nothing to say of it.

    Of a measure instead where that definition's events have no points, may not be told by small place, or are so rare that luck would
    choose the places; and the sentence that says so. Raises HotSpotsError where there is nothing to choose from.
    """
    own, why = evidence.own_definition, ""
    if own is not None and own.feeds[0] in evidence.feeds and own.feeds[0] != STREET:
        carried = evidence.warehouse.columns_carried("events", own.feeds[0])
        if "easting" in carried and evidence.audience in evidence.readers_of_feed(own.feeds[0], SMALL_AREA):
            incidents = read_incidents(evidence.measures, own, months=choose_months(evidence, own, plan))
            if np.median(count_busiest(incidents, plan)) >= _FEWEST_EACH:
                return tell_hot_spots(evidence, own, "serious violence", plan, harm=harm), ""
            why = _TOO_RARE
    definition, what = evidence.measures.definition_of(measure), evidence.catalogue.measures[measure].short_title
    told = tell_hot_spots(evidence, definition, what, plan, harm=harm)
    if np.median(count_busiest(told.found.incidents, plan)) < _FEWEST_EACH:
        why = " ".join(part for part in (why, _TOO_RARE_TOO.format(what=capitalise(what))) if part)
    return told, why


def tell_hot_spots(
    evidence: Evidence, definition: EventDefinition, what: str, plan: HotSpotPlan, *, harm: HarmWeights | None = None
) -> ToldSpots:
    """Hot spots by a definition. Raises HotSpotsError where there is nothing to choose from."""
    harm = harm or find_own_weights(evidence.catalogue)
    kept = _FOUND.setdefault(evidence.measures, {})
    key = (definition.name, plan, evidence.seed, None if harm is None else harm.source)
    if key not in kept:
        incidents = read_incidents(
            evidence.measures, definition, months=choose_months(evidence, definition, plan), override=plan.override
        )
        kept[key] = find_hot_spots(evidence.measures, incidents, plan, rng=evidence.random_numbers(), harm=harm)
    left_out = sorted(kept[key].incidents.left_out)
    return ToldSpots(evidence, kept[key], f"{what}, without {join_words(left_out).lower()}" if left_out else what)


def choose_months(evidence: Evidence, definition: EventDefinition, plan: HotSpotPlan) -> tuple[datetime.date, ...]:
    """The months received of our own force among the plan's last ones."""
    covered = evidence.warehouse.coverage(definition.feeds[0]).get(evidence.measures.own, frozenset())
    if not covered:
        return ()
    newest = max(covered)
    return tuple(
        month for month in sorted(covered) if 12 * (newest.year - month.year) + newest.month - month.month < plan.months
    )
