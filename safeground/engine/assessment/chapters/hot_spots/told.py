"""A choice of hot spots with the rule and the readers under which it may be told. Every number of the pages is made here."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import to_wgs84
from safeground.engine.assessment.evidence import SMALL_AREA, STREET, Evidence
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.catalogue import EventDefinition
from safeground.engine.disclosure import CellKey, DisclosureRule, Protected, Series, protect
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
from safeground.months import add_months

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

    def key(self, spot: HotSpot, part: str = "", months: Sequence[datetime.date] | None = None) -> CellKey:
        """What a place's count is called in all that an edition tells. A cell is the same in the next edition, so that two of them are
        held against each other. part: 'point=High Street'; months: all of them unless told."""
        plan = self.found.plan
        cell = f"{plan.kind} of {plan.cell:g} m at {spot.grid_reference}"
        series = Series(f"{self.definition.feeds[0]}/{self.definition.name}/in hot spots", cell, part)
        return CellKey(series, tuple(f"{month:%Y-%m}" for month in sorted(months or self.found.incidents.months)))

    @cached_property
    def _events(self) -> list[Protected]:
        spots = self.found.spots
        register = self.evidence.register_of_feed(self.definition.feeds[0])
        keys = [self.key(spot) for spot in spots]
        return protect_cells([spot.events for spot in spots], [], self.rule, keys=keys, register=register)

    def events(self, spot: HotSpot) -> Protected:
        """A place's offences, as all that the edition tells of it agrees."""
        return self._events[spot.rank - 1]

    def parts(self, spot: HotSpot, counts: Sequence[int], keys: Sequence[CellKey]) -> list[Protected]:
        """Parts that make up a place's offences: where one is small, what would give it away goes with it; where the whole is withheld,
        they are."""
        register, whole = self.evidence.register_of_feed(self.definition.feeds[0]), self.events(spot)
        if not whole.is_published:
            register.withhold(counts, keys)
            reason = whole.reason or str(whole.state)
            return [protect(None, unit="offences", rule=self.rule, state=whole.state, reason=reason) for _ in counts]
        lines = [range(len(counts))]
        return protect_cells(counts, lines, self.rule, keys=keys, totals=[self.key(spot)], register=register)

    def points(self, spot: HotSpot) -> list[tuple[str, Protected]]:
        """Where in a place its offences lie, by what each point is called, the busiest first."""
        named: Counter[str] = Counter()
        for anchor in spot.anchors:
            named[anchor.name or "a point without a name"] += anchor.events
        names, counts = zip(*named.most_common(), strict=True)
        keys = [self.key(spot, f"point={name}") for name in names]
        return list(zip(names, self.parts(spot, counts, keys), strict=True))

    def at_one_point(self, spot: HotSpot) -> str:
        """Whether four in five offences or more lie at a single point: 'yes', 'no', or 'not told' where it would bound what is withheld
        of other points, whatever the answer is."""
        if self.rule.threshold > 0:
            points = self.points(spot)
            if len(points) < len(spot.anchors) or not all(number.is_published for _, number in points):
                return "not told"
        return "yes" if spot.is_one_point else "no"

    def times(self, spot: HotSpot, share: float) -> Protected:
        """In how many of the plan's repetitions a place was chosen again: '41', of 48."""
        repetitions = self.found.plan.moved_grids
        return protect(
            float(round(share * repetitions)), unit=f"of {repetitions}", rule=self.rule, count=float(spot.events)
        )

    def answer(self, spot: HotSpot, is_shown: bool) -> str:
        """What a test of a place found; not told where its count may not be, since the answer would hint at it."""
        if not self.events(spot).is_published:
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
    before = add_months(max(covered), -plan.months)
    return tuple(month for month in sorted(covered) if month > before)
