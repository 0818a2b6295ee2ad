"""Priority neighbourhoods: chosen by risk factors, each with how surely it belongs, why, and how far the choice stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.stats import spearmanr

from safeground.engine.catalogue import PriorityPlan
from safeground.engine.measures import Measures, Period
from safeground.engine.places.priority.reading import (
    NotUsable,
    RiskFactor,
    draw_together,
    read_adjacency,
    read_risk_factor,
    smooth_with_draws,
)
from safeground.engine.places.priority.scores import (
    Layout,
    Membership,
    correlate,
    count_effective,
    draw_membership,
    fill_missing,
    find_highest,
    normal_scores,
    score_areas,
    score_domains,
)

RUNS = 1000
_FEWEST_AREAS = 20
FloatArray = NDArray[np.float64]


class NoPriority(ValueError):
    """Neighbourhoods cannot be chosen from what has landed; the message says what is lacking."""


@dataclass(frozen=True, eq=False)
class OtherChoice:
    """The choice made another way. `kept`: how many of the chosen are chosen still. `correlation`: Spearman's, of the scores."""

    name: str
    kept: int
    correlation: float
    chosen: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class OutcomeBeside:
    """An outcome of the same neighbourhoods, set beside the choice and no part of it: ratios to what all share, with their intervals.

    `events`: what was counted. `percentile`: the share of neighbourhoods with a lower ratio, 0 to 100. `chance_of_highest`: of being
    among as many with most.
    """

    measure: str
    title: str
    events: FloatArray
    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    percentile: FloatArray
    chance_of_highest: FloatArray
    method: str


@dataclass(frozen=True, eq=False)
class PriorityNeighbourhoods:
    """Neighbourhoods of a county by risk factors. Arrays of shape (areas,) or (areas, factors) or (areas, domains).

    `number`: how many are chosen. `chosen`: those that score highest under the stated weights. `membership.probability`: of being among
    them, chance and weights both moving; `bands` read it. `above_average`: of how many risk factors an area has more than the county's
    residents on average. `contributions`: of each domain to the score, which they add up to. `lacking`: risk factors that take no
    part, each with why.
    """

    plan: PriorityPlan
    areas: tuple[str, ...]
    residents: FloatArray
    factors: tuple[RiskFactor, ...]
    lacking: tuple[tuple[str, str], ...]
    number: int
    z: FloatArray
    scores: FloatArray
    contributions: FloatArray
    domains: tuple[str, ...]
    chosen: NDArray[np.bool_]
    membership: Membership
    bands: NDArray[np.str_]
    above_average: NDArray[np.intp]
    missing_share: FloatArray
    other_choices: tuple[OtherChoice, ...]
    correlations: FloatArray
    effective_number: float
    outcomes: tuple[OutcomeBeside, ...]

    def in_band(self, *bands: str) -> NDArray[np.bool_]:
        return np.isin(self.bands, bands)

    @property
    def counted(self) -> int:
        """Of how many risk factors it is known how far chance moves them: those of which people are counted."""
        return sum(factor.draws is not None for factor in self.factors)

    def percentile(self, factor: int) -> FloatArray:
        """The share of neighbourhoods that have less of a risk factor, 0 to 100."""
        return percentiles(self.z[:, factor])

    def reasons(self, area: int, *, at_least: float = 80.0) -> list[tuple[str, float]]:
        """Risk factors by their short titles with their percentiles, the highest first; those that lie high."""
        found = [(factor.indicator.short, float(self._percentiles[area, at])) for at, factor in enumerate(self.factors)]
        return sorted((each for each in found if each[1] >= at_least), key=lambda each: -each[1])

    @property
    def _percentiles(self) -> FloatArray:
        return np.column_stack([self.percentile(at) for at in range(len(self.factors))])


def percentiles(values: FloatArray) -> FloatArray:
    """The share of known values that are lower, 0 to 100; NaN stays."""
    known = np.sort(values[~np.isnan(values)])
    return np.where(np.isnan(values), np.nan, 100 * np.searchsorted(known, values) / max(known.size, 1))


def choose_priority_neighbourhoods(
    measures: Measures,
    plan: PriorityPlan,
    *,
    rng: np.random.Generator,
    period: Period | None = None,
    runs: int = RUNS,
) -> PriorityNeighbourhoods:
    """Choose from what has landed. `period`: of the outcomes set beside the choice; without one there are none.

    NoPriority: no lookup leads to neighbourhoods, or fewer than half of the risk factors have landed.
    """
    codes = measures.areas(measures.locator.base)
    if len(codes) < _FEWEST_AREAS:
        raise NoPriority(
            f"there are {len(codes)} neighbourhoods to choose from and {_FEWEST_AREAS} are needed: land the area lookups"
        )
    adjacency = read_adjacency(measures, codes)
    factors, lacking = _read_factors(measures, plan, codes, adjacency, runs, rng)
    if len(factors) < len(plan.risk_factors) / 2:
        raise NoPriority(
            f"of {len(plan.risk_factors)} risk factors {len(factors)} have landed, too few to choose by; land "
            f"{', '.join(plan.feeds)}"
        )
    layout, domains = _make_layout(plan, factors)
    z = normal_scores(np.column_stack([factor.values for factor in factors]))
    scores = score_areas(z, layout)
    number = max(1, round(plan.share * len(codes)))
    chosen = find_highest(scores, number)
    membership = draw_membership(
        z,
        layout,
        _draw_factors(factors),
        number=number,
        vary=plan.weights_vary,
        runs=runs,
        rng=rng,
    )
    residents = _read_residents(measures, codes)
    shares = layout.weights / np.array([layout.weights[layout.domain_of == at].sum() for at in layout.domain_of])
    correlations = correlate(z)
    return PriorityNeighbourhoods(
        plan=plan,
        areas=tuple(codes),
        residents=residents,
        factors=factors,
        lacking=lacking,
        number=number,
        z=z,
        scores=scores,
        contributions=score_domains(z, layout) * layout.domain_weights / layout.domain_weights.sum(),
        domains=domains,
        chosen=chosen,
        membership=membership,
        bands=np.array([plan.bands.of(float(p)) for p in membership.probability]),
        above_average=_count_above_average(factors, residents),
        missing_share=np.isnan(z) @ (shares * layout.domain_weights[layout.domain_of]) / layout.domain_weights.sum(),
        other_choices=_choose_otherwise(factors, layout, z, scores, chosen, number),
        correlations=correlations,
        effective_number=count_effective(correlations),
        outcomes=tuple(_read_outcomes(measures, plan, codes, adjacency, period, number, runs, rng)),
    )


def _read_factors(
    measures: Measures,
    plan: PriorityPlan,
    codes: Sequence[str],
    adjacency: scipy.sparse.csr_array | None,
    runs: int,
    rng: np.random.Generator,
) -> tuple[tuple[RiskFactor, ...], tuple[tuple[str, str], ...]]:
    factors, lacking = [], []
    for indicator in plan.risk_factors:
        try:
            factors.append(read_risk_factor(measures, indicator, codes, adjacency, runs=runs, rng=rng))
        except NotUsable as reason:
            lacking.append((indicator.title, str(reason)))
    return tuple(factors), tuple(lacking)


def _draw_factors(factors: Sequence[RiskFactor]) -> dict[int, NDArray[np.float32]]:
    """Draws by the position of the factor; those of one feed and domain together.

    A family without work is in the counts of income, of children and of employment at once, so that chance moves them alike. No source
    says how many are in how many, and wholly together is the cautious end: errors that add up make the least sure of areas.
    """
    leading: dict[tuple[str, str], NDArray[np.float32]] = {}
    found = {}
    for at, factor in enumerate(factors):
        if factor.draws is not None:
            first = leading.setdefault((factor.indicator.feed, factor.indicator.domain), factor.draws)
            found[at] = factor.draws if first is factor.draws else draw_together(factor.draws, first)
    return found


def _make_layout(plan: PriorityPlan, factors: Sequence[RiskFactor]) -> tuple[Layout, tuple[str, ...]]:
    """A domain of which nothing has landed falls out, and its weight with it."""
    domains = [domain for domain in plan.domains if any(factor.indicator.domain == domain.id for factor in factors)]
    at = {domain.id: position for position, domain in enumerate(domains)}
    layout = Layout(
        np.array([at[factor.indicator.domain] for factor in factors], dtype=np.intp),
        np.array([factor.indicator.weight for factor in factors]),
        np.array([domain.weight for domain in domains]),
    )
    return layout, tuple(domain.title for domain in domains)


def _read_residents(measures: Measures, codes: Sequence[str]) -> FloatArray:
    if not measures.has_residents:
        return np.ones(len(codes))
    populations = measures.populations(2021)
    return np.nan_to_num(populations.at_level(measures.locator.base, codes)[:, 0])


def _count_above_average(factors: Sequence[RiskFactor], residents: FloatArray) -> NDArray[np.intp]:
    """The average is over residents and not over areas: 'the average across the county' is its people's."""
    counted = np.zeros(residents.size, dtype=np.intp)
    for factor in factors:
        known = ~np.isnan(factor.values)
        counted += known & (factor.values > np.average(factor.values[known], weights=residents[known]))
    return counted


def _choose_otherwise(
    factors: Sequence[RiskFactor],
    layout: Layout,
    z: FloatArray,
    scores: FloatArray,
    chosen: NDArray[np.bool_],
    number: int,
) -> tuple[OtherChoice, ...]:
    """Every other way an analyst might defend: a factor or a domain left out, equal weights, another scale, an earlier vintage, and
    what is missing taken for something."""
    ways: list[tuple[str, FloatArray, Layout]] = []
    for domain in range(layout.domain_weights.size):
        without = layout.domain_of == domain
        if without.sum() > 1:
            ways.append((f"without {_list_titles(factors, without)}", z[:, ~without], layout.without(without)))
    for at, factor in enumerate(factors):
        without = np.arange(len(factors)) == at
        ways.append((f"without {factor.indicator.title}", z[:, ~without], layout.without(without)))
    equal = Layout(layout.domain_of, np.ones(len(factors)), np.array([m.size for m in layout.members], dtype=float))
    ways.append(("every risk factor weighing the same", z, equal))
    values = np.column_stack([factor.values for factor in factors])
    ways.append(
        (
            "by distance from the mean instead of rank",
            (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0),
            layout,
        )
    )
    older = np.column_stack([factor.values if factor.earlier is None else factor.earlier for factor in factors])
    if any(factor.earlier is not None for factor in factors):
        ways.append(("deprivation of 2019 where there is one", normal_scores(older), layout))
    ways += [(name, filled, layout) for name, filled in fill_missing(z)]
    return tuple(_compare(name, score_areas(other, weights), scores, chosen, number) for name, other, weights in ways)


def _list_titles(factors: Sequence[RiskFactor], which: NDArray[np.bool_]) -> str:
    titles = [factor.indicator.title for factor, yes in zip(factors, which.tolist(), strict=True) if yes]
    return f"{', '.join(titles[:-1])} and {titles[-1]}"


def _compare(name: str, other: FloatArray, scores: FloatArray, chosen: NDArray[np.bool_], number: int) -> OtherChoice:
    found = find_highest(other, number)
    correlation = float(spearmanr(other, scores, nan_policy="omit").statistic)
    return OtherChoice(name, int((found & chosen).sum()), correlation, found)


def _read_outcomes(
    measures: Measures,
    plan: PriorityPlan,
    codes: Sequence[str],
    adjacency: scipy.sparse.csr_array | None,
    period: Period | None,
    number: int,
    runs: int,
    rng: np.random.Generator,
) -> list[OutcomeBeside]:
    found: list[OutcomeBeside] = []
    if period is None or not measures.has_residents:
        return found
    for outcome in plan.outcomes:
        counted = measures.calculate(outcome.measure, level=measures.locator.base, periods=[period])
        if counted.denominators is None or tuple(counted.areas) != tuple(codes):
            continue
        events, people = counted.counts.definite.values[:, 0], counted.denominators.values[:, 0]
        if not np.nansum(events):
            continue
        ratio, draws = smooth_with_draws(events, people, adjacency, runs=runs, rng=rng)
        highest = np.zeros(len(codes))
        for drawn in draws:
            highest += find_highest(drawn.astype(float), number)
        value = np.asarray(ratio.value)
        method = str(ratio.method[~np.isnan(value)][0])
        found.append(
            OutcomeBeside(
                outcome.measure, outcome.title, events, value, np.asarray(ratio.lower), np.asarray(ratio.upper),
                percentiles(value), highest / len(draws), method,
            )
        )  # fmt: skip
    return found
