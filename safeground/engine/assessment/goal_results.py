"""A goal held against the years there are: baselines, the path each asks for, what may come, and how likely the goal is.

Everything here is worked out from the counts of whole years as they are told, so nothing here tells more than they do.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.counted import Counted
from safeground.engine.catalogue import NOT_STATED, Baseline, Change, Goal
from safeground.engine.disclosure import DisclosureRule, Protected, is_small, protect, protect_derived, round_counts
from safeground.engine.documents import Audience
from safeground.engine.measures import Period, PeriodKind, make_period
from safeground.engine.statistics import (
    DetectableFall,
    Projection,
    estimate_dispersion,
    estimate_rate,
    project_counts,
    project_level,
    required_yearly_change,
    smallest_trend_fall,
    smallest_yearly_fall,
)

_DRAWS = 4_000
_MEAN_OF = 3


@dataclass(frozen=True)
class BaselineYear:
    """A baseline: its words, its count, the years it was counted in and their middle (the year's end, as a number)."""

    label: str
    count: Protected
    middle: float


@dataclass(frozen=True)
class Scenario:
    """One baseline with one date, and what follows. Shares are in per cent; `limit` is the highest count that meets the goal."""

    baseline: BaselineYear
    deadline: int
    goal_year: str
    limit: Protected
    path: Protected
    path_from_now: Protected
    chance: Protected
    chance_of_level: Protected
    met: bool | None
    """Whether the goal was met, where its year is past and told; None where it lies ahead."""


@dataclass(frozen=True, eq=False)
class GoalResult:
    """A goal's years and all that is worked out from them. ValueError where no whole year has landed."""

    counted: Counted
    goal: Goal
    agreed: datetime.date

    @property
    def rule(self) -> DisclosureRule:
        return self.counted.rule

    @property
    def kind(self) -> PeriodKind:
        """Years as the baseline has them; where none is stated, those that end with the latest month."""
        return PeriodKind.CALENDAR_YEAR if isinstance(self.goal.baseline, Baseline) else PeriodKind.ROLLING_YEAR

    @cached_property
    def years(self) -> tuple[Period, ...]:
        """Whole years in a row up to the latest. One kind alone, so that no two overlap and none can be told by subtraction."""
        covered = self.counted.covered
        newest = max(covered)
        if self.kind is PeriodKind.CALENDAR_YEAR and not make_period(self.kind, newest).is_complete(covered):
            newest = newest.replace(year=newest.year - 1, month=12)
        found: list[Period] = []
        while (year := make_period(self.kind, newest.replace(year=newest.year - len(found)))).is_complete(covered):
            found.insert(0, year)
        return tuple(found)

    @cached_property
    def told(self) -> tuple[Protected, ...]:
        return tuple(self.counted.protect_level(year) for year in self.years)

    @cached_property
    def counts(self) -> NDArray[np.float64]:
        """The years' counts as told; NaN where withheld."""
        return np.array([number.value if number.value is not None else np.nan for number in self.told])

    @cached_property
    def latest(self) -> Protected:
        return self.with_interval(len(self.years) - 1)

    def with_interval(self, number: int) -> Protected:
        """A year's count with its interval, which rests on the count as told."""
        told, found = self.told[number], estimate_rate(self.counts[number], 1.0, per=1)
        return self._derive(
            float(self.counts[number]),
            self.counted.unit,
            [told],
            lower=float(found.lower),
            upper=float(found.upper),
            method=str(found.method),
            confidence=found.confidence,
            flags=told.flags,
        )

    @cached_property
    def dispersion(self) -> tuple[float, float, str]:
        """How much counts within years vary over chance, its degrees of freedom, and from what: only from parts of years that every
        reader may be told, so that all readers read one probability."""
        strictest = max(
            (self.counted.evidence.catalogue.disclosure.rule(self.rule.name, audience) for audience in Audience),
            key=lambda rule: rule.threshold,
        )
        months = np.array([[self._month(month) for month in year.months] for year in self.years])
        for parts, word in ((12, "months"), (4, "quarters")):
            counts = months.reshape(len(months), parts, -1).sum(axis=2)
            if len(months) > 1 and not is_small(counts, strictest).any():
                found = estimate_dispersion(round_counts(counts, strictest))
                return float(found.value), float(found.degrees_of_freedom), word
        return np.nan, 0.0, ""

    def _month(self, month: datetime.date) -> float:
        return self.counted.total(Period((month,), PeriodKind.MONTH))[0]

    @cached_property
    def ahead(self) -> int:
        return max((deadline - self.years[-1].last.year for deadline in self.goal.deadlines), default=0)

    @cached_property
    def projection(self) -> Projection:
        value, freedom, _ = self.dispersion
        return project_counts(
            self.counts, ahead=max(1, self.ahead), rng=self.counted.evidence.random_numbers(), dispersion=value,
            degrees_of_freedom=freedom, draws=_DRAWS,
        )  # fmt: skip

    @cached_property
    def level(self) -> Projection | None:
        """The simpler model; None where there are too few years even for it."""
        if len(self.years) < _MEAN_OF:
            return None
        return project_level(
            self.counts, ahead=max(1, self.ahead), rng=self.counted.evidence.random_numbers(), dispersion=self.dispersion[0],
            draws=_DRAWS,
        )  # fmt: skip

    @cached_property
    def baselines(self) -> tuple[BaselineYear, ...]:
        """The one that is stated, or where none is those that could be defended: the last whole year before the strategy, the mean of
        the three before it, and the first year there are data for."""
        stated = self.goal.baseline
        if isinstance(stated, Baseline):
            return self._stated(stated)
        before = [number for number, year in enumerate(self.years) if year.last < self.agreed]
        found = [self._year(before[-1], "last whole year before the strategy")] if before else []
        if len(before) >= _MEAN_OF:
            chosen = before[-_MEAN_OF:]
            mean = self._derive(float(self.counts[chosen].mean()), self.counted.unit, [self.told[n] for n in chosen])
            middle = float(np.mean([self.years[n].last.year for n in chosen]))
            found.append(BaselineYear("mean of the three years before the strategy", mean, middle))
        if not before or before[-1] != 0:
            found.append(self._year(0, "first year there are data for"))
        return tuple(found)

    def _stated(self, stated: Baseline) -> tuple[BaselineYear, ...]:
        found = []
        if stated.value != NOT_STATED:
            # The source printed it: it is not ours to protect.
            printed = protect(float(stated.value), unit=self.counted.unit, rule=self.rule, count=float(stated.value))
            found.append(BaselineYear(f"{stated.year}, as the source prints it", printed, stated.year))
        at = [number for number, year in enumerate(self.years) if year.last.year == stated.year]
        found += [self._year(number, "as these data count it") for number in at]
        return tuple(found)

    def _year(self, number: int, why: str) -> BaselineYear:
        year = self.years[number]
        return BaselineYear(f"{year.label}, {why}", self.told[number], year.last.year)

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Each baseline with each date. None where the goal sets no number or no date, or no baseline has landed."""
        change = self.goal.change
        if not isinstance(change, Change):
            return ()
        return tuple(
            self._scenario(baseline, deadline, change)
            for deadline in self.goal.deadlines
            for baseline in self.baselines
        )

    def _scenario(self, baseline: BaselineYear, deadline: int, change: Change) -> Scenario:
        start = baseline.count.value if baseline.count.value is not None else np.nan
        limit = change.limit(start) if start == start else np.nan
        ahead = deadline - self.years[-1].last.year
        inputs, everything = [baseline.count], [baseline.count, *self.told]
        path = (
            required_yearly_change(start, limit, years=deadline - baseline.middle)
            if deadline > baseline.middle
            else np.nan
        )
        from_now = required_yearly_change(float(self.counts[-1]), limit, years=ahead) if ahead > 0 else np.nan
        if ahead > 0:
            chances = [self._chance(model, limit, ahead, everything) for model in (self.projection, self.level)]
            met = None
        else:
            past = self._derive(np.nan, "%", everything, reason="the goal's year is past")
            chances = [past, past]
            came = self.counts[ahead - 1] if -ahead < len(self.counts) else np.nan
            met = bool(came <= limit) if came == came and limit == limit else None
        end = make_period(self.kind, self.years[-1].last.replace(year=deadline))
        return Scenario(
            baseline=baseline,
            deadline=deadline,
            goal_year=end.label,
            limit=self._derive(limit, self.counted.unit, inputs),
            path=self._derive(100 * path, "%", inputs, reason="the goal's year does not lie after the baseline"),
            path_from_now=self._derive(
                100 * from_now, "%", everything, reason="the goal's year is past, or nothing is left to fall"
            ),
            chance=chances[0],
            chance_of_level=chances[1],
            met=met,
        )

    def _chance(self, model: Projection | None, limit: float, ahead: int, told: Sequence[Protected]) -> Protected:
        """In whole per cent, from 1 to 99: no count of a few years makes anything surer than that."""
        if model is None or limit != limit:
            return self._derive(np.nan, "%", told, reason="there are too few whole years")
        chance = float(model.probability_at_most(max(limit, 0.0), ahead=ahead)) if limit >= 0 else 0.0
        whole = float(np.clip(np.round(100 * chance), 1, 99)) if chance == chance else np.nan
        reason = str(np.asarray(model.method)).removeprefix("not available: ")
        flags = {1.0: ("1% or less",), 99.0: ("99% or more",)}.get(whole, ())
        return self._derive(whole, "%", told, method=str(np.asarray(model.method)), reason=reason, flags=flags)

    @cached_property
    def trend(self) -> Protected:
        """The change a year, in per cent."""
        trend = self.projection.trend
        value, low, high = (100 * float(np.asarray(x)) for x in (trend.value, trend.lower, trend.upper))
        reason = str(np.asarray(trend.method)).removeprefix("not available: ")
        return self._derive(
            value, "%", self.told, lower=low, upper=high, method=str(np.asarray(trend.method)), confidence=trend.confidence,
            reason=reason,
        )  # fmt: skip

    def fan(self, confidence: float) -> list[Protected]:
        """The years ahead: the middle, with the bounds that hold the count with `confidence`."""
        lower, upper = self.projection.interval(confidence)
        return [
            self._derive(
                float(self.projection.value[n]), self.counted.unit, self.told, lower=float(lower[n]), upper=float(upper[n]),
                method=str(np.asarray(self.projection.method)), confidence=confidence,
            )
            for n in range(self.ahead)
        ]  # fmt: skip

    def detectable(self, *, years: int) -> tuple[Protected, Protected, Protected]:
        """The smallest falls in per cent that could be told from chance: from the latest year to the next, a true one that would be
        found four times in five, and a trend through `years` years."""
        count = float(self.counts[-1])
        phi = max(1.0, float(np.nan_to_num(self.dispersion[0], nan=1.0)))
        none = DetectableFall(np.asarray(np.nan), np.asarray(np.nan), 0.95, np.asarray(""))
        yearly = smallest_yearly_fall(count, dispersion=phi) if count > 0 else none
        trend = smallest_trend_fall(count, years=years, dispersion=phi) if count > 0 and years >= 3 else none
        reason = "too few are counted for any fall to stand out from chance"
        found = [
            self._derive(
                float(np.round(100 * float(np.asarray(fall)))), "%", self.told, method=str(np.asarray(made.method)), reason=reason
            )
            for fall, made in ((yearly.seen, yearly), (yearly.found, yearly), (trend.seen, trend))
        ]  # fmt: skip
        return found[0], found[1], found[2]

    def path_points(self, scenario: Scenario) -> list[tuple[str, Protected]]:
        """The path of a scenario, a count a year from its baseline to its goal."""
        if not (scenario.path.is_published and scenario.baseline.count.value is not None):
            return []
        first, rate = round(scenario.baseline.middle), 1 + (scenario.path.value or 0.0) / 100
        return [
            (
                str(year),
                self._derive(
                    scenario.baseline.count.value * rate ** (year - first), self.counted.unit, [scenario.baseline.count]
                ),
            )
            for year in range(first, scenario.deadline + 1)
        ]

    def _derive(
        self,
        value: float,
        unit: str,
        told: Sequence[Protected],
        *,
        lower: float | None = None,
        upper: float | None = None,
        method: str | None = None,
        confidence: float | None = None,
        reason: str | None = None,
        flags: tuple[str, ...] = (),
    ) -> Protected:
        return protect_derived(
            value, unit=unit, rule=self.rule, told=told, lower=lower, upper=upper, method=method, confidence=confidence,
            reason=reason, flags=flags,
        )  # fmt: skip
