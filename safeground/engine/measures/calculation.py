"""Measures of an edition: each definition is queried once, and every level, period and comparison comes from that answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Catalogue, EventDefinition, Measure
from safeground.engine.measures.comparisons import (
    AreaComparison,
    ForceComparison,
    YearOnYear,
    compare_forces,
    compare_with_rest,
    compare_with_year_before,
)
from safeground.engine.measures.counting import DefinitionCounts, TallyCounter
from safeground.engine.measures.denominators import count_without_residents, flag_poor_denominators
from safeground.engine.measures.estimating import (
    count_bands,
    estimate_measure,
    estimate_standardised,
    restrict_to_ages,
    select_band,
    tell_for_average_month,
)
from safeground.engine.measures.events import tally_rule
from safeground.engine.measures.locating import FORCE, AreaLocator, PlacedTally, place_tally
from safeground.engine.measures.matrices import AreaPeriodMatrix
from safeground.engine.measures.measurement import Measurement
from safeground.engine.measures.periods import Period, find_latest_run, find_latest_year, say_months_of_senders
from safeground.engine.measures.populations import (
    ALL_AGES,
    EUROPEAN_BANDS,
    Ages,
    Populations,
    can_serve,
    choose_populations,
)
from safeground.engine.measures.run_charts import RunChart, make_run_chart
from safeground.engine.measures.tallies import EventTally
from safeground.engine.measures.typed_places import PlacementShares, TypedPlaces, has_typed_places
from safeground.engine.statistics import Estimate

if TYPE_CHECKING:
    from safeground.engine.warehouse import Warehouse

_Kept = TypeVar("_Kept")
_MONTHS_TO_JUDGE = 6


@dataclass(frozen=True, eq=False)
class Measures:
    """The catalogue's measures over a warehouse, for the partnership's own force and its neighbours.

    `home`: the force area of each partner. Areas are those of the partnership's own force unless `partners` says otherwise. Answers of
    queries are kept, so that asking for another level or period costs no query.
    """

    warehouse: Warehouse
    catalogue: Catalogue
    locator: AreaLocator
    home: Mapping[str, str]
    _kept: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    @property
    def own(self) -> str:
        """The partner whose force area the partnership is."""
        return self.catalogue.partnership.force.partner

    @property
    def own_area(self) -> str:
        """The code of the partnership's force area."""
        return self.catalogue.partnership.force.area.code

    @property
    def has_areas(self) -> bool:
        """Whether lookups lead from small areas to our force; without them events are known by the force that recorded them alone."""
        return bool(self.areas(self.locator.base))

    @property
    def has_residents(self) -> bool:
        """Whether there are residents to tell a rate over; without them every rate is told as a count."""
        return self._has_residents(ALL_AGES)

    def measure(self, name: str) -> Measure:
        """A measure as it can be told here: a rate whose residents have not landed is a count. KeyError for one there is not."""
        if name not in self.catalogue.measures:
            raise KeyError(f"there is no measure {name!r}; there are {', '.join(sorted(self.catalogue.measures))}")
        measure = self.catalogue.measures[name]
        is_standardised = measure.unit.type == "directly_standardised_rate"
        if not measure.unit.is_rate or self._has_residents(EUROPEAN_BANDS if is_standardised else _ages_of(measure)):
            return measure
        return count_without_residents(measure, self.catalogue.numerator_of(measure))

    def areas(self, level: str, partners: Sequence[str] | None = None) -> tuple[str, ...]:
        """Codes of the areas of a level inside the force areas of these partners (our own by default), in order."""
        partners = tuple(partners or (self.own,))

        def find() -> tuple[str, ...]:
            if level == FORCE:
                return tuple(sorted(self.home[partner] for partner in partners if partner in self.home))
            inside = self._inside(self.home[partner] for partner in partners if partner in self.home)
            codes, members = self.locator.members(level)
            return tuple(codes[row] for row in np.flatnonzero(members @ inside.astype(float) > 0))

        return self.keep(find, "areas", level, partners)

    def definition_of(self, name: str) -> EventDefinition:
        """The definition behind a measure's numerator."""
        return self.catalogue.numerator_of(self.measure(name))

    def counts(self, name: str, *, level: str, partners: Sequence[str] | None = None) -> DefinitionCounts:
        """Monthly counts of a measure's numerator: definite and undetermined events, gaps and reconciliation."""
        return self._count(self.definition_of(name), level, partners)

    def count_definition(
        self, definition: EventDefinition, *, level: str, partners: Sequence[str] | None = None
    ) -> DefinitionCounts:
        """Monthly counts of a definition that no measure names: the partnership's own, or that of an evaluation."""
        return self._count(definition, level, partners)

    def split_definition(self, definition: EventDefinition, *, by: str, level: str) -> dict[str, DefinitionCounts]:
        """The same by the values of a field, in their order; of those that are blank by 'not stated'. Without months, no values.

        ValueError where the feed carries no such field.
        """
        tally, _ = self._tally(definition, by)
        return {c: self._count(definition, level, None, by, c) for c in tally.counted_categories}

    def counts_by(
        self, name: str, *, by: str = "offence", level: str, partners: Sequence[str] | None = None
    ) -> dict[str, DefinitionCounts]:
        """The same by category of a column of events, the largest category first."""
        definition = self.definition_of(name)
        tally, _ = self._tally(definition, by)
        found = {c: self._count(definition, level, partners, by, c) for c in tally.counted_categories}
        return dict(sorted(found.items(), key=lambda item: (-np.nansum(item[1].definite.values), item[0])))

    def calculate(
        self, name: str, *, level: str, periods: Sequence[Period], partners: Sequence[str] | None = None
    ) -> Measurement:
        """Estimates of a measure for areas of a level and periods. KeyError for a measure there is not.

        One denominator serves all periods: the population nearest to the end of the last, so that no change of denominator looks like a
        change of rate. A rate is for the period, whatever its length: six months are not made a year.
        """
        monthly = self.counts(name, level=level, partners=partners)
        return self._measure_counts(self.measure(name), monthly, tuple(periods))

    def calculate_by(
        self,
        name: str,
        *,
        by: str = "offence",
        level: str,
        periods: Sequence[Period],
        partners: Sequence[str] | None = None,
    ) -> dict[str, Measurement]:
        """A measurement for each category of a column of events, the largest first. A share is of the same whole for all."""
        measure = self.measure(name)
        return {
            category: replace(self._measure_counts(measure, counts, tuple(periods)), category=category)
            for category, counts in self.counts_by(name, by=by, level=level, partners=partners).items()
        }

    def calculate_by_ages(
        self,
        name: str,
        bands: Sequence[Ages],
        *,
        level: str,
        periods: Sequence[Period],
        partners: Sequence[str] | None = None,
    ) -> dict[str, Measurement]:
        """A crude rate (or count) for each band of the victim's age, the youngest victim's where an event has several, over residents of
        the band; by the band's label, in the order given.

        ValueError for a share or a standardised rate, for bands that overlap, and where the events carry no age.
        """
        measure = self.measure(name)
        if measure.unit.type not in ("rate", "count"):
            raise ValueError(f"{name} is a {measure.unit.type}; only a crude rate or a count is told by age")
        if any(one.overlaps(other) for place, one in enumerate(bands) for other in bands[:place]):
            raise ValueError("two age bands overlap, so that people would be counted twice; give bands that do not")
        definition, partners = self.definition_of(name), tuple(partners or (self.own,))
        tally, placed = self._tally(definition, ages=tuple(bands))
        found = {}
        for band in bands:
            counter = TallyCounter(select_band(tally, band), placed, definition.label)
            monthly = counter.count(level).select_areas(self.areas(level, partners)).select_partners(partners)
            told = self._measure_counts(restrict_to_ages(measure, band), monthly, tuple(periods))
            found[band.label] = replace(told, category=band.label)
        return found

    def monthly_rates(
        self,
        name: str,
        *,
        level: str = FORCE,
        periods: Sequence[Period] | None = None,
        partners: Sequence[str] | None = None,
    ) -> Measurement:
        """A crude rate (or count) of each month, told for a month of average length (30.4 days), so that a line chart agrees with the
        run chart.

        periods: single months, by default all from the first to the last. Denominators are residents times the month's days over 30.4.
        Of one month alone `calculate` tells what was recorded in it, whatever its length. ValueError for a share or a standardised rate,
        for a period of several months, and where no month has landed.
        """
        measure, monthly = self.measure(name), self.counts(name, level=level, partners=partners)
        if measure.unit.type not in ("rate", "count"):
            raise ValueError(
                f"{name} is a {measure.unit.type}; only a crude rate or a count is told for months of equal length"
            )
        found = self._measure_counts(measure, monthly, monthly.definite.periods if periods is None else tuple(periods))
        return tell_for_average_month(measure, found)

    def populations(self, year: int, bands: tuple[Ages, ...] = ALL_AGES) -> Populations:
        """Residents nearest to a year that cover all force areas in use."""

        def choose() -> Populations:
            table, needed = self.warehouse.table("populations"), self._inside(self.home.values())
            return choose_populations(table, self.locator, year=year, bands=bands, needed=needed)

        return self.keep(choose, "populations", year, bands)

    def compare_with_rest(self, name: str, *, level: str, period: Period) -> AreaComparison:
        """Each of our areas with the rest of the partnership (itself left out), under a rate or a share."""
        monthly = self.counts(name, level=level)
        wholes = self._denominators(self.measure(name), monthly, (period,))
        return compare_with_rest(monthly.definite, _column(wholes, name), period)

    def compare_with_neighbours(self, name: str, *, period: Period | None = None) -> ForceComparison | None:
        """Our force with each neighbour, in the latest months that all have landed; None where there are none, or no residents to tell
        a rate over: how many were recorded in forces of different size is no comparison."""
        if not self.measure(name).unit.is_rate and self.catalogue.measures[name].unit.is_rate:
            return None
        partners = [partner for partner in self.home if self._covered(name, partner)]
        if self.own not in partners or len(partners) < 2:
            return None
        monthly = self.counts(name, level=FORCE, partners=partners)
        if period is None:
            period = find_latest_run(frozenset.intersection(*(monthly.coverage[partner] for partner in partners)))
        if period is None:
            return None
        wholes = self._denominators(self.measure(name), monthly, (period,))
        return compare_forces(monthly.definite, _column(wholes, name), force=self.own_area, period=period)

    def compare_with_year_before(
        self, name: str, *, level: str, partners: Sequence[str] | None = None
    ) -> YearOnYear | None:
        """Our areas' latest twelve months with the twelve before, or the months that both years have."""
        return compare_with_year_before(
            self.counts(name, level=level, partners=partners).definite,
            confidence=self.measure(name).interval.confidence,
        )

    def run_chart(self, name: str, *, area: str | None = None, level: str = FORCE) -> RunChart:
        """Monthly rates of an area, our force by default, with control limits; of a count or a share its monthly events.

        ValueError where our force has landed no month.
        """
        measure, area = self.measure(name), area or self.own_area
        monthly = self.counts(name, level=level).definite
        if not monthly.periods:
            raise ValueError(
                f"{self.own} has landed no month of what {name} counts; land its files to draw a run chart"
            )
        if not measure.unit.is_rate:
            return make_run_chart(monthly, area, denominator=1, per=1)
        people = self.populations(_year_of(monthly.periods), _ages_of(measure)).at_level(level, [area]).sum()
        return make_run_chart(monthly, area, denominator=float(people), per=measure.unit.per or 1)

    def poor_denominators(self, level: str, areas: Sequence[str] | None = None) -> NDArray[np.bool_]:
        """Which areas (ours by default) residents are a poor denominator for, by the catalogue's rule; shape (areas,).

        Judged on the latest months in a row of our own force, up to twelve; fewer than six and it is the latest complete year, if there
        is one. What all recorded crime is, the measure that is broken down by offence says; without one, no area is flagged.
        """
        areas = self.areas(level) if areas is None else tuple(areas)
        return self.keep(lambda: self._judge_denominators(level, areas), "poor denominators", level, areas)

    def _judge_denominators(self, level: str, areas: tuple[str, ...]) -> NDArray[np.bool_]:
        everything = next((m.name for m in self.catalogue.measures.values() if m.by == "offence"), None)
        if everything is None or not self.has_residents or set(areas) - set(self.areas(level)):
            return np.zeros(0, dtype=bool)
        covered = self._covered(everything, self.own)
        period = find_latest_run(covered)
        if period is None:
            return np.zeros(0, dtype=bool)
        if len(period.months) < _MONTHS_TO_JUDGE:
            # A busy Christmas would make a centre of any high street; a year of some years ago is the better witness.
            period = find_latest_year(covered) or period
        crimes = self.counts_by(everything, level=level)
        people = self.populations(period.last.year).at_level(level, areas)[:, 0]
        rule, is_small = self.catalogue.poor_denominator, level == self.locator.base
        return flag_poor_denominators(crimes, people, rule, period, is_small_area=is_small)

    def _inside(self, forces: Iterable[str]) -> NDArray[np.bool_]:
        """Which base areas lie in these force areas."""
        wanted = set(forces)
        return np.array([force in wanted for force in self.locator.hierarchy.parents(FORCE)], dtype=bool)

    def _has_residents(self, bands: tuple[Ages, ...]) -> bool:
        def find() -> bool:
            return self.has_areas and can_serve(self.warehouse.table("populations"), self.locator, bands)

        return self.keep(find, "residents", bands)

    def _covered(self, name: str, partner: str) -> frozenset[Any]:
        return self._tally(self.definition_of(name))[0].coverage.get(partner, frozenset())

    def keep(self, make: Callable[[], _Kept], *key: Hashable) -> _Kept:
        """The answer kept under a key, made the first time it is asked for, as long as these measures are open."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast(_Kept, self._kept[key])

    def _tally(
        self, definition: EventDefinition, by: str | None = None, ages: tuple[Ages, ...] = (), *, level: str = FORCE
    ) -> tuple[EventTally, PlacedTally]:
        """level: that of the areas to be counted; it matters only where places are told in words."""
        by_text = self.has_areas and has_typed_places(self.catalogue.feeds.contracts[definition.feeds[0]])

        def query() -> EventTally:
            rule, feed = definition.rule_under(), definition.feeds[0]
            for_us = None if self._is_from_forces(feed) else self.own
            return tally_rule(
                self.warehouse, rule, feed=feed, partners=tuple(self.home), by=by, ages=ages, on_behalf_of=for_us,
                by_text_of_place=by_text,
            )  # fmt: skip

        def place() -> tuple[EventTally, PlacedTally]:
            tally = self.keep(query, "query", definition.label, by, ages)
            if by_text:
                tally = self.typed_places.put_into_areas(tally, level=level)
            return tally, place_tally(tally, self.locator, self.home)

        return self.keep(place, "tally", definition.label, by, ages, level if by_text else None)

    def placements(self, name: str) -> PlacementShares | None:
        """How exactly the events of a measure say where; None where they carry codes of areas, or there are no areas here."""
        definition = self.definition_of(name)
        if not self.has_areas or not has_typed_places(self.catalogue.feeds.contracts[definition.feeds[0]]):
            return None
        self._tally(definition)
        return self.typed_places.share(self._kept["query", definition.label, None, ()])

    @property
    def typed_places(self) -> TypedPlaces:
        """What texts that say where mean, by what has landed of names in the force areas in use."""
        hierarchy, inside = self.locator.hierarchy, self._inside(self.home.values())
        return self.keep(lambda: TypedPlaces(self.warehouse, hierarchy, hierarchy.codes[inside]), "typed places")

    def _is_from_forces(self, feed: str) -> bool:
        """Whether police forces send a feed, each for its own area. What hospitals and services send is counted together, for ours."""
        return self.catalogue.feeds.contracts[feed].kind_of_data in ("published", "police")

    def _count(
        self,
        definition: EventDefinition,
        level: str,
        partners: Sequence[str] | None,
        by: str | None = None,
        category: str | None = None,
    ) -> DefinitionCounts:
        counter = self._counter(definition, by, category, level)
        counts = self.keep(lambda: counter.count(level), "counts", definition.label, level, by, category)
        partners = tuple(partners or (self.own,))
        return counts.select_areas(self.areas(level, partners)).select_partners(partners)

    def _counter(self, definition: EventDefinition, by: str | None, category: str | None, level: str) -> TallyCounter:
        tally, placed = self._tally(definition, by, level=level)
        return self.keep(
            lambda: TallyCounter(
                tally if category is None else tally.select_category(category), placed, definition.label
            ),
            "counter", definition.label, by, category, placed,
        )  # fmt: skip

    def _measure_counts(self, measure: Measure, monthly: DefinitionCounts, periods: tuple[Period, ...]) -> Measurement:
        if not periods:
            raise ValueError(f"{measure.name} was asked for no period; give at least one")
        counts = monthly.gather(periods)
        denominators = self._denominators(measure, monthly, periods)
        caveats = measure.caveats
        if monthly.level != FORCE and (shares := self.placements(measure.name)) is not None:
            caveats = (*caveats, shares.caveat)
        if measure.unit.type == "directly_standardised_rate":
            estimate, more = self._standardise(measure, monthly, periods)
            caveats = (*caveats, *more)
            # Undetermined events have ages too, but a bound that no reader could check is no bound.
            bound = np.where(counts.undetermined.values == 0, estimate.value, np.nan)
        else:
            estimate = estimate_measure(measure, counts.definite, denominators)
            bound = np.asarray(estimate_measure(measure, counts.upper, self._bounding(measure, monthly, periods)).value)
        return Measurement(
            measure=measure.name,
            title=measure.title,
            unit=measure.unit.title,
            unit_type=measure.unit.type,
            per=measure.unit.per,
            definition=monthly.definition,
            denominator_label=self._denominator_label(measure, periods),
            sources=self._sources(measure, monthly, periods),
            caveats=caveats,
            counts=counts,
            denominators=denominators,
            estimate=estimate,
            upper_bound=bound,
            area_names=self.locator.names(monthly.level),
            has_poor_denominator=(
                self.poor_denominators(monthly.level, monthly.definite.areas)
                if measure.unit.is_rate and monthly.level != FORCE
                else np.zeros(0, dtype=bool)
            ),
        )

    def _standardise(
        self, measure: Measure, monthly: DefinitionCounts, periods: tuple[Period, ...]
    ) -> tuple[Estimate, tuple[str, ...]]:
        """Standardised rates of the events with a stated age, and the caveat that tells how many have none."""
        tally, placed = self._tally(self.catalogue.numerator_of(measure), ages=EUROPEAN_BANDS, level=monthly.level)
        areas = monthly.definite.areas
        bands = count_bands(tally, placed, level=monthly.level, areas=areas, periods=periods)
        people = self.populations(_year_of(periods), EUROPEAN_BANDS).at_level(monthly.level, areas)
        lost = monthly.gather(periods).definite.values - bands.sum(axis=-1)
        caveat = f"{np.nansum(lost):,.0f} events without a stated age are in no age-standardised rate"
        return estimate_standardised(measure, bands, people), (caveat,) if np.nansum(lost) else ()

    def _bounding(
        self, measure: Measure, monthly: DefinitionCounts, periods: tuple[Period, ...]
    ) -> AreaPeriodMatrix | None:
        """The denominator of the upper bound: of a share the whole's own upper bound, lest a part outgrow its whole."""
        whole = self.catalogue.denominator_of(measure)
        if whole is None:
            return self._denominators(measure, monthly, periods)
        return self._count(whole, monthly.level, tuple(monthly.coverage)).upper.gather(periods)

    def _denominators(
        self, measure: Measure, monthly: DefinitionCounts, periods: tuple[Period, ...]
    ) -> AreaPeriodMatrix | None:
        if measure.denominator is None:
            return None
        whole = self.catalogue.denominator_of(measure)
        if whole is not None:
            return self._count(whole, monthly.level, tuple(monthly.coverage)).definite.gather(periods)
        areas = monthly.definite.areas
        populations = self.populations(_year_of(periods), _ages_of(measure))
        people = populations.at_level(monthly.level, areas).sum(axis=1)
        estimated = populations.is_estimated(monthly.level, areas)
        shape = (len(periods), 1)
        return AreaPeriodMatrix(np.tile(people, shape).T, areas, periods, monthly.level, np.tile(estimated, shape).T)

    def _denominator_label(self, measure: Measure, periods: tuple[Period, ...]) -> str:
        if measure.denominator is None:
            return ""
        whole = self.catalogue.denominator_of(measure)
        if whole is not None:
            return whole.label
        return self.populations(_year_of(periods), _ages_of(measure)).label

    def _sources(self, measure: Measure, monthly: DefinitionCounts, periods: tuple[Period, ...]) -> tuple[str, ...]:
        title = self.catalogue.feeds.contracts[monthly.feed].title
        found = [
            f"{title}: {self.catalogue.partnership.force_names.get(partner, partner)}, {span}"
            for partner, span in say_months_of_senders(monthly.coverage, periods)
        ]
        if measure.denominator is not None and measure.denominator.population is not None:
            residents = self.populations(_year_of(periods), _ages_of(measure))
            contract = self.catalogue.feeds.contracts.get(residents.delivery.split("/")[0])
            found.append(f"{contract.title if contract else residents.delivery}, {residents.year}")
        return tuple(found)


def _ages_of(measure: Measure) -> tuple[Ages, ...]:
    ages = measure.denominator.ages if measure.denominator else None
    if ages is None:
        return ALL_AGES
    return (Ages(ages.at_least or 0, None if ages.below is None else ages.below - 1),)


def _year_of(periods: Sequence[Period]) -> int:
    """The year whose residents serve all the periods: that of the last month."""
    return max(period.last for period in periods).year


def _column(wholes: AreaPeriodMatrix | None, name: str) -> Any:
    if wholes is None:
        raise ValueError(
            f"{name} is a count, and counts of areas of different size are not compared; compare a rate or a share"
        )
    return wholes.values[:, 0]
