"""From events to hot spots: cells, scores, the choice, and what is known of each spot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import Grid, make_grid, name_grid_reference
from safeground.engine.feeds import HarmWeights
from safeground.engine.measures import Measures
from safeground.engine.places.hot_spots.choosing import (
    CellScores,
    choose_cells,
    move_grids,
    repeat_choice,
    score_cells,
)
from safeground.engine.places.hot_spots.detecting import (
    classify_over_time,
    find_more_than_even,
    find_near_repeats,
    find_standing_out,
    weigh_hours,
)
from safeground.engine.places.hot_spots.harm import weigh_incidents
from safeground.engine.places.hot_spots.held_out import hold_out
from safeground.engine.places.hot_spots.incidents import Anchors, Incidents, read_anchors
from safeground.engine.places.hot_spots.model import Anchor, HotSpot, HotSpots
from safeground.engine.places.hot_spots.plan import HotSpotPlan, HotSpotsError, find_excluded
from safeground.engine.places.published_points import KINDS_OF_PLACE, PREFIX
from safeground.engine.statistics import Concentration, estimate_concentration

_SIMULATIONS = 199
_DISTRICT = "ltla24"
_NAMED_FEED = "police_uk_street"
"""Whose points have the names of streets, where the events' own have none."""


def find_hot_spots(
    measures: Measures,
    incidents: Incidents,
    plan: HotSpotPlan,
    *,
    rng: np.random.Generator,
    harm: HarmWeights | None = None,
) -> HotSpots:
    """The places where most of these events were recorded, by a plan.

    harm: the weight of one event by its offence; needed where the plan ranks by harm. Raises HotSpotsError where there is nothing
    to choose from: no events, none with a point, all at one point, or weights that know none of the offences.
    """
    kept, at_institutions = _leave_out_institutions(incidents, plan)
    placed = kept.select(kept.is_placed)
    _check(incidents, placed)
    weights = weigh_incidents(measures, placed, harm)
    if plan.score == "harm" and weights is None:
        raise HotSpotsError(
            "to rank by harm takes an index that knows the offences of nine events in ten; give another file of weights, or rank by count"
        )
    scored_by = np.nan_to_num(weights) if plan.score == "harm" and weights is not None else np.ones(len(placed))
    grid = make_grid(cell=plan.cell, kind=plan.kind)
    moved = move_grids(grid, plan.moved_grids, rng)
    scores = score_cells(grid, moved, placed.easting, placed.northing, scored_by)
    chosen = _choose_cells(scores, plan)
    cell_of = grid.locate(placed.easting, placed.northing)
    streets = read_anchors(measures, placed.feed)
    in_use = np.unique(np.r_[grid.locate(streets.easting, streets.northing), scores.ids])
    again = repeat_choice(
        grid,
        moved,
        placed.easting,
        placed.northing,
        scored_by,
        scores,
        chosen,
        in_use=in_use,
        spacing=plan.spacing,
        rng=rng,
        method=plan.method,
        exclusions=plan.exclusions,
    )
    at_use = np.searchsorted(in_use, scores.ids[chosen])
    standing_out = find_standing_out(grid, in_use, cell_of, rng)
    hot = (standing_out.kind == "hot")[at_use]
    more_than_even = find_more_than_even(in_use, cell_of)[at_use]
    kinds = classify_over_time(grid, in_use, cell_of, placed, rng)
    in_spots = np.isin(cell_of, scores.ids[chosen])
    named = streets if (streets.name != "").any() else read_anchors(measures, _NAMED_FEED)
    describer = _Describer(
        measures, placed.select(in_spots), cell_of[in_spots], None if weights is None else weights[in_spots], named
    )
    spots = tuple(
        describer.describe(
            int(scores.ids[at]),
            scores.centres[at],
            rank=place + 1,
            steady=float(scores.steady[at]),
            kept_when_moved=float(again.moved[place]),
            kept_by_chance=float(again.redrawn[place]),
            hot=bool(hot[place]),
            more_than_even=bool(more_than_even[place]),
            over_time="" if kinds is None else str(kinds[at_use[place]]),
        )
        for place, at in enumerate(chosen)
    )
    return HotSpots(
        plan=plan,
        grid=grid,
        spots=spots,
        incidents=placed,
        placed=len(placed),
        unplaced=len(kept) - len(placed),
        at_institutions=at_institutions,
        in_exclusions=_count_in_exclusions(placed, grid, cell_of, plan),
        cells_in_use=in_use,
        standing_out=standing_out,
        concentration=_concentrate(cell_of, in_use, rng),
        in_spots=in_spots,
        held_out=hold_out(placed, grid, moved, scored_by, plan),
        near_repeats=find_near_repeats(placed, rng),
        hours=weigh_hours(placed, in_spots),
        weighed=None if weights is None else int(np.isfinite(weights).sum()),
        harm_source=None if weights is None or harm is None else harm.source,
    )


def choose_hot_cells(incidents: Incidents, plan: HotSpotPlan, *, rng: np.random.Generator) -> NDArray[np.int64]:
    """Ids of the cells that a plan chooses by count, and nothing else of them: to compare two choices.

    From random numbers that begin alike, the grids are those of find_hot_spots, so that two choices differ by their events alone.
    Raises HotSpotsError where there is nothing to choose from.
    """
    kept, _ = _leave_out_institutions(incidents, plan)
    placed = kept.select(kept.is_placed)
    _check(incidents, placed)
    grid = make_grid(cell=plan.cell, kind=plan.kind)
    moved = move_grids(grid, plan.moved_grids, rng)
    scores = score_cells(grid, moved, placed.easting, placed.northing, np.ones(len(placed)))
    chosen = _choose_cells(scores, plan)
    return np.asarray(scores.ids[chosen])


def count_busiest(incidents: Incidents, plan: HotSpotPlan) -> NDArray[np.int64]:
    """Events in the busiest cells, as many as the plan chooses, however near to each other: what a list could hold at best. 0 where there
    are no more cells."""
    kept, _ = _leave_out_institutions(incidents, plan)
    placed = kept.select(kept.is_placed)
    grid = make_grid(cell=plan.cell, kind=plan.kind)
    cells, numbers = np.unique(grid.locate(placed.easting, placed.northing), return_counts=True)
    counts = np.sort(numbers[~find_excluded(plan.exclusions, grid.centres(cells))])[::-1]
    return np.pad(counts, (0, plan.count))[: plan.count].astype(np.int64)


def measure_concentration(
    measures: Measures, incidents: Incidents, plan: HotSpotPlan, *, rng: np.random.Generator
) -> Concentration | None:
    """How far events are concentrated in few cells of those in use, which tells no place. None where there is nothing to tell it
    from."""
    kept, _ = _leave_out_institutions(incidents, plan)
    placed = kept.select(kept.is_placed)
    if not len(placed):
        return None
    grid = make_grid(cell=plan.cell, kind=plan.kind)
    cell_of = grid.locate(placed.easting, placed.northing)
    streets = read_anchors(measures, placed.feed)
    in_use = np.unique(np.r_[grid.locate(streets.easting, streets.northing), cell_of])
    return _concentrate(cell_of, in_use, rng)


def _leave_out_institutions(incidents: Incidents, plan: HotSpotPlan) -> tuple[Incidents, dict[str, int]]:
    there = incidents.is_at_institution
    if plan.keeps_institutions or not there.any():
        return incidents, {}
    names = Counter(str(name).removeprefix(PREFIX) for name in incidents.location[there])
    return incidents.select(~there), dict(sorted(names.items()))


def _choose_cells(scores: CellScores, plan: HotSpotPlan) -> NDArray[np.intp]:
    """Raises HotSpotsError where the exclusions leave nothing to choose from."""
    chosen = choose_cells(
        scores, count=plan.count, spacing=plan.spacing, method=plan.method, exclusions=plan.exclusions
    )
    if plan.exclusions and not chosen.size:
        raise HotSpotsError(
            "every place with an event lies where none may be chosen; leave out fewer places, or less around them"
        )
    return chosen


def _count_in_exclusions(
    placed: Incidents, grid: Grid, cell_of: NDArray[np.int64], plan: HotSpotPlan
) -> dict[str, int]:
    """Events in cells where none may be chosen, each under the first exclusion that its cell lies in."""
    centres, taken, found = grid.centres(cell_of), np.zeros(len(placed), dtype=bool), dict[str, int]()
    for each in plan.exclusions:
        inside = find_excluded([each], centres) & ~taken
        found[each.name], taken = found.get(each.name, 0) + int(inside.sum()), taken | inside
    return found


def _check(incidents: Incidents, placed: Incidents) -> None:
    what = incidents.definition.title
    if not len(incidents):
        raise HotSpotsError(
            f"no event of {what} was recorded in these months; name another measure, or look further back"
        )
    if not len(placed):
        raise HotSpotsError(f"none of the events of {what} has a usable point; ask the sender for coordinates")
    if len(placed) > 1 and np.ptp(placed.easting) == 0 and np.ptp(placed.northing) == 0:
        raise HotSpotsError(
            f"all events of {what} lie at one point, which is where systems put what they cannot place; ask the sender"
        )


def _concentrate(
    cell_of: NDArray[np.int64], in_use: NDArray[np.int64], rng: np.random.Generator
) -> Concentration | None:
    counts = np.bincount(np.searchsorted(in_use, cell_of), minlength=in_use.size)
    if in_use.size < 20:
        return None
    return estimate_concentration(counts, rng=rng, simulations=_SIMULATIONS, top_share=0.05)


@dataclass(frozen=True, eq=False)
class _Describer:
    """What is needed to say what is known of a cell: the events in chosen cells, their cells and weights, and streets everywhere."""

    measures: Measures
    events: Incidents
    cell_of: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    streets: Anchors

    def describe(
        self,
        cell: int,
        centre: NDArray[np.float64],
        *,
        rank: int,
        steady: float,
        kept_when_moved: float,
        kept_by_chance: float,
        hot: bool,
        more_than_even: bool,
        over_time: str,
    ) -> HotSpot:
        inside = self.cell_of == cell
        events = self.events.select(inside)
        easting, northing = map(float, centre)
        anchors = _find_anchors(events)
        area_codes = self._find_areas(events)
        district = self._find_district(area_codes)
        name = _name(anchors, self._streets_alone, easting, northing)
        months, counts = np.unique(events.month, return_counts=True)
        return HotSpot(
            rank=rank,
            cell=cell,
            easting=easting,
            northing=northing,
            grid_reference=name_grid_reference(easting, northing),
            name=", ".join(part for part in (name, district) if part),
            district=district,
            events=len(events),
            harm=None if self.weights is None else float(np.nansum(self.weights[inside])),
            steady=steady,
            kept_when_moved=kept_when_moved,
            kept_by_chance=kept_by_chance,
            hot=hot,
            more_than_even=more_than_even,
            over_time=over_time,
            by_month=dict(zip(months.tolist(), map(int, counts), strict=True)),
            anchors=anchors,
            area_codes=area_codes,
        )

    @cached_property
    def _streets_alone(self) -> Anchors:
        names = [str(name).removeprefix(PREFIX) for name in self.streets.name]
        is_street = np.array([bool(name) and name not in KINDS_OF_PLACE for name in names], dtype=bool)
        return Anchors(
            self.streets.easting[is_street], self.streets.northing[is_street], np.array(names, dtype=object)[is_street]
        )

    @cached_property
    def _shares(self) -> dict[str, dict[str, float]]:
        """How each code that events state spreads over small areas of the current vintage."""
        if not self.measures.has_areas:
            return {}
        codes = np.unique(self.events.area_code.astype(str)).tolist()
        shares, _ = self.measures.locator.shares(codes)
        own = self.measures.locator.hierarchy.codes
        rows = (shares[[at], :].tocoo() for at in range(len(codes)))
        return {
            code: {str(own[column]): float(share) for column, share in zip(row.coords[1], row.data, strict=True)}
            for code, row in zip(codes, rows, strict=True)
        }

    def _find_areas(self, events: Incidents) -> dict[str, float]:
        """Small areas of the current vintage to the share of the events whose stated area lies in each."""
        found: Counter[str] = Counter()
        for code in events.area_code:
            for own, share in self._shares.get(str(code), {}).items():
                found[own] += share / len(events)  # type: ignore[assignment]
        return dict(sorted(found.items()))

    def _find_district(self, area_codes: Mapping[str, float]) -> str:
        if not area_codes or _DISTRICT not in self.measures.locator.hierarchy.levels:
            return ""
        names = self.measures.locator.names(_DISTRICT)
        parents = self.measures.locator.hierarchy.parents(_DISTRICT, list(area_codes))
        share: Counter[str] = Counter()
        for code, parent in zip(area_codes, parents, strict=True):
            share[names.get(parent, "")] += area_codes[code]  # type: ignore[assignment]
        return max(sorted(share), key=share.__getitem__)


def _find_anchors(events: Incidents) -> tuple[Anchor, ...]:
    points = np.column_stack([events.easting, events.northing])
    places, which = np.unique(points, axis=0, return_inverse=True)
    found = []
    for at, (easting, northing) in enumerate(places):
        names = Counter(str(name) for name in events.location[which.ravel() == at])
        name, _ = min(names.items(), key=lambda item: (-item[1], item[0]))
        found.append(Anchor(name.removeprefix(PREFIX), float(easting), float(northing), sum(names.values())))
    return tuple(sorted(found, key=lambda anchor: (-anchor.events, anchor.easting, anchor.northing)))


def _name(anchors: tuple[Anchor, ...], streets: Anchors, easting: float, northing: float) -> str:
    """The street with most of a spot's events; where its points are no streets, what they are, near the nearest street."""
    named = [anchor.name for anchor in anchors if anchor.name and anchor.name not in KINDS_OF_PLACE]
    if named and sum(anchor.events for anchor in anchors if anchor.name == named[0]) * 2 >= anchors[0].events:
        return named[0]
    if not streets.name.size:
        return anchors[0].name or name_grid_reference(easting, northing)
    nearest = str(streets.name[np.hypot(streets.easting - easting, streets.northing - northing).argmin()])
    kind = anchors[0].name
    return f"{kind} near {nearest}" if kind in KINDS_OF_PLACE else nearest
