"""Everything an assessment speaks from: measures over the warehouse, what was delivered, and the windows of time that may be compared."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from safeground.engine.areas import Outlines, dissolve, make_outlines, simplify_for_display
from safeground.engine.assessment.register import Register
from safeground.engine.assessment.tested import NOTHING_TESTED, Tested
from safeground.engine.catalogue import Catalogue, EventDefinition
from safeground.engine.disclosure import DisclosureRule, Release
from safeground.engine.documents import Audience
from safeground.engine.evaluation import find_rule, make_releases
from safeground.engine.feeds import ProblemSummary, ScorecardRow
from safeground.engine.measures import (
    ComparablePeriods,
    Measures,
    Period,
    PeriodKind,
    find_comparison,
    find_latest_run,
    find_latest_year,
    get_periods,
    make_period,
)
from safeground.engine.strategy import Strategy, load_strategy
from safeground.engine.warehouse import Warehouse

SMALL_AREA, WARD, DISTRICT, FORCE = "lsoa21", "ward24", "ltla24", "pfa24"
STREET = "police_uk_street"


@dataclass(frozen=True, eq=False)
class Evidence:
    """What chapters for an audience are made from.

    `seed`: of every simulation, so that two builds of one input agree. `tested`: what was tested before and is quoted.
    """

    measures: Measures
    warehouse: Warehouse
    catalogue: Catalogue
    scorecard: tuple[ScorecardRow, ...]
    problems: tuple[ProblemSummary, ...]
    audience: Audience
    seed: int
    tested: Tested = NOTHING_TESTED

    @cached_property
    def rule(self) -> DisclosureRule:
        """The disclosure rule of the street files, which most of the assessment speaks from."""
        return self.rule_of_feed(STREET)

    def rule_of_feed(self, feed: str) -> DisclosureRule:
        """What the feed's owner lets this audience see."""
        return self.catalogue.disclosure.rule(self.catalogue.feeds.contracts[feed].disclosure, self.audience)

    def rule_for(self, measure: str) -> DisclosureRule:
        """The rule of the feed that a measure counts."""
        return self.rule_of_feed(self.measures.definition_of(measure).feeds[0])

    def may_tell(self, measure: str, level: str) -> bool:
        """Whether a measure may be told to this audience for areas of a level."""
        return self.audience in self.readers_of(measure, level)

    def readers_of(self, measure: str, level: str) -> frozenset[Audience]:
        """Whom a measure may be told for areas of a level: what every document holding it is held to."""
        return self.readers_of_feed(self.measures.definition_of(measure).feeds[0], level)

    def readers_of_feed(self, feed: str, level: str) -> frozenset[Audience]:
        """Whom numbers of a feed may be told for areas of a level."""
        contract = self.catalogue.feeds.contracts[feed]
        return frozenset(audience for audience in Audience if contract.may_tell(audience, level))

    @cached_property
    def own_definition(self) -> EventDefinition | None:
        """The partnership's own definition of serious violence: the one that is not the nation's. None where it has none."""
        files = self.catalogue.files
        own = [name for name in self.catalogue.definitions if not files[f"definitions/{name}"].startswith("national/")]
        return self.catalogue.definitions[min(own)] if own else None

    @cached_property
    def strategy(self) -> Strategy | None:
        """What the partnership's strategy says, as data; None where it keeps none."""
        return load_strategy(self.catalogue)

    @cached_property
    def _registers(self) -> dict[str, Register]:
        return {}

    def register_of_feed(self, feed: str) -> Register:
        """What this edition has told of a feed so far. It grows as chapters are written."""
        return self._registers.setdefault(feed, Register(self.rule_of_feed(feed)))

    def releases(self, name: str) -> tuple[Release, ...]:
        """All that the edition of this name tells under rules that withhold, a feed at a time, the pages of evaluations among it."""
        found = [register.release(name) for _, register in sorted(self._registers.items())]
        for each in self.tested.evaluations:
            evaluation = each.kept.result.evaluation
            found += make_releases(evaluation, find_rule(self.catalogue, evaluation.protocol, self.audience), name=name)
        by_feed: dict[str, Release] = {}
        for release in found:
            if release.cells:
                feed = release.cells[0].key.series.measure.partition("/")[0]
                before = by_feed.get(feed)
                by_feed[feed] = release if before is None else _read_together(before, release)
        return tuple(by_feed.values())

    def random_numbers(self) -> np.random.Generator:
        """A fresh stream: each simulation begins from the seed, so that chapters do not depend on each other's order."""
        return np.random.default_rng(self.seed)

    @cached_property
    def feeds(self) -> frozenset[str]:
        """Feeds of which something is in use."""
        return frozenset(delivery.feed for delivery in self.warehouse.deliveries)

    @cached_property
    def covered(self) -> frozenset[datetime.date]:
        """The months of our own force's street files."""
        return self.warehouse.coverage(STREET).get(self.measures.own, frozenset())

    @cached_property
    def months(self) -> tuple[Period, ...]:
        """Every month from the first to the last of our own force, gaps included."""
        return get_periods(PeriodKind.MONTH, self.covered)

    @property
    def newest(self) -> datetime.date:
        return max(self.covered)

    @cached_property
    def latest(self) -> Period:
        """The latest months in a row that are covered, at most twelve: what the assessment calls 'the latest period'."""
        found = find_latest_run(self.covered)
        if found is None:
            raise ValueError("there are no months to speak of")
        return found

    @cached_property
    def latest_year(self) -> Period | None:
        """The newest twelve months in a row that are all covered, however long ago."""
        return find_latest_year(self.covered)

    @cached_property
    def this_year(self) -> Period:
        """The twelve months that end with the newest, complete or not."""
        return make_period(PeriodKind.ROLLING_YEAR, self.newest)

    @property
    def is_year_complete(self) -> bool:
        return self.this_year.is_complete(self.covered)

    @cached_property
    def comparison(self) -> ComparablePeriods | None:
        """The latest months with the same months a year before."""
        return find_comparison(self.covered)

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """Neighbours of which street files are in use, in the partnership's order."""
        landed = self.warehouse.coverage(STREET)
        return tuple(
            force.partner
            for force in self.catalogue.partnership.neighbours
            if force.partner in landed and force.partner in self.measures.home
        )

    @cached_property
    def district_names(self) -> Mapping[str, str]:
        names = self.measures.locator.names(DISTRICT)
        return {code: names[code] for code in self.measures.areas(DISTRICT)}

    @cached_property
    def small_area_names(self) -> Mapping[str, str]:
        """Names of our small areas as the lookups give them ('Harlow 004B'); the code where they give none."""
        rows = self.warehouse.table("lookups").filter(lambda row: row.from_vintage == SMALL_AREA)
        found = rows.select("from_code", "from_name").distinct().to_pyarrow().to_pylist()
        names = {row["from_code"]: row["from_name"] for row in found if row["from_name"]}
        return {code: names.get(code, code) for code in self.measures.areas(SMALL_AREA)}

    @cached_property
    def district_of(self) -> Mapping[str, str]:
        """Name of the district of each of our small areas."""
        codes = self.measures.areas(SMALL_AREA)
        parents = self.measures.locator.hierarchy.parents(DISTRICT, codes)
        return {code: self.district_names.get(parent, "") for code, parent in zip(codes, parents, strict=True)}

    @cached_property
    def small_area_outlines(self) -> Outlines | None:
        """Our small areas' outlines, simplified for a map; None where no boundaries of them are in use."""
        ours = set(self.measures.areas(SMALL_AREA))
        outlines = make_outlines(self.warehouse.table("boundaries").to_pyarrow(), SMALL_AREA)
        keep = np.array([code in ours for code in outlines.codes], dtype=bool)
        if not keep.any():
            return None
        ours_only = Outlines(SMALL_AREA, outlines.codes[keep], outlines.names[keep], outlines.geometries[keep])
        return simplify_for_display(ours_only)

    @cached_property
    def district_outlines(self) -> Outlines | None:
        """Districts dissolved from the small areas as drawn, so that their borders lie on each other."""
        small = self.small_area_outlines
        if small is None:
            return None
        parents = dict(zip(small.codes, self.measures.locator.hierarchy.parents(DISTRICT, small.codes), strict=True))
        return dissolve(small, parents, vintage=DISTRICT, names=self.district_names).outlines

    @property
    def area_name(self) -> str:
        return self.catalogue.partnership.area.name

    @property
    def force_name(self) -> str:
        return self.catalogue.partnership.force.name

    def is_usable(self, feed: str) -> bool:
        """Whether a chapter that needs a feed has it: of the street files a month of our own force, of lookups a way from small areas to
        our force, of populations one that a rate can be told over, of outlines those of our small areas."""
        if feed == STREET:
            return bool(self.covered)
        if feed == "area_lookup":
            return self.measures.has_areas
        if feed == "population":
            return self.measures.has_residents
        if feed == "area_boundaries":
            return self.small_area_outlines is not None
        return feed in self.feeds

    def source_line(self, *feeds: str) -> str:
        """Where numbers come from, as it must be named beneath a table or figure; what has not landed is no source."""
        contracts = self.catalogue.feeds.contracts
        feeds = tuple(feed for feed in feeds if feed in self.feeds)
        return "; ".join(
            dict.fromkeys(f"{contracts[feed].source.name} ({contracts[feed].source.licence})" for feed in feeds)
        )


def _read_together(one: Release, other: Release) -> Release:
    return Release(one.name, one.rule, (*one.cells, *other.cells), tuple(dict.fromkeys((*one.sums, *other.sums))))
