"""Places drawn by lot to be treated all along, beside places drawn not to be: whole places are compared, as whole places were drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.documents import format_number
from safeground.engine.evaluation.checks import CheckResult, judge, not_applicable
from safeground.engine.evaluation.contrasts import TREATED_PLACES, Contrast
from safeground.engine.evaluation.designs.common_checks import check_window
from safeground.engine.evaluation.designs.crossover import RUNS
from safeground.engine.evaluation.designs.crossover_checks import PLANNED_RATIO, check_precision
from safeground.engine.evaluation.designs.drawn_places_checks import (
    ALPHA,
    AS_DRAWN,
    check_another_model,
    check_each_place,
    check_left_out,
    judge_placebo,
)
from safeground.engine.evaluation.designs.place_days import PlaceDays, tabulate
from safeground.engine.evaluation.designs.refusals import read_counts
from safeground.engine.evaluation.effects import Effect, Role, effect_of_ratio
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.wording import say_p
from safeground.engine.statistics import (
    DrawSchedule,
    RandomisedRatio,
    RatioComparison,
    estimate_group_ratio,
    find_group_ratio,
    fit_count_regression,
)

Floats = NDArray[np.float64]

ASSUMPTIONS = (
    "What is done at one place does not change what happens at another; places that lie close together are looked at apart.",
    "Events are recorded alike at treated and at other places.",
    "Places that were not counted for a while would have had as many events as the others then, relative to their own level.",
)
_CHECK_RUNS = 1_999
_WINDOW = 4
"""A quarter of the trial is left out at either end."""


def estimate_parallel_effect(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    place: ArrayLike,
    period: ArrayLike,
    draw_schedule: DrawSchedule,
    before: ArrayLike | None = None,
    unit: str = "day",
    runs: int = RUNS,
    rng: np.random.Generator,
    name: str = "effect",
    outcome: str = "events",
    contrast: Contrast = TREATED_PLACES,
    role: Role = Role.PRIMARY,
    basis: str = "as assigned (intention to treat)",
    confidence: float = 0.95,
    planned_ratio: float = PLANNED_RATIO,
    has_checks: bool = True,
    names: Sequence[str] | None = None,
) -> Effect:
    """Rate ratio of places drawn to be treated to the others of a parallel trial, as assigned, with its checks.

    counts, treated, place, period: one length, a row a place and period; a count of NaN leaves one out. draw_schedule: what drew the
    places, its strata or pairs included, from a generator to bool of (places, periods) in the order of their sorted labels. before:
    (places, periods before the start), counts of the same kind, in the order of the sorted places; it is a covariate of the estimate and
    what balance is told from. unit: what a period is ('day', 'month'). planned_ratio: what the trial was meant to find. names: of
    places, in the order of their labels, where those are numbers.

    p and interval come from the lots drawn anew and from no model of how places differ (see `estimate_group_ratio`).

    Raises EvaluationRefused, in a sentence, where there is nothing to compare or the schedule is none that the mechanism draws.

    >>> from safeground.engine.statistics import ParallelDraw
    >>> rng, draw = np.random.default_rng(3), ParallelDraw(places=30, days=12, treated=15)
    >>> treated, usual, (place, month) = draw(rng), rng.gamma(4, 1, (30, 1)), np.indices((30, 12))
    >>> counts, before = rng.poisson(usual * np.where(treated, 0.7, 1.0)), rng.poisson(usual, (30, 12))
    >>> effect = estimate_parallel_effect(counts.ravel(), treated.ravel(), place=place.ravel(), period=month.ravel(),
    ...                                   draw_schedule=draw, before=before, unit="month", runs=999, rng=rng)
    >>> print(f"{effect.estimate:.2f} ({effect.lower:.2f} to {effect.upper:.2f}), {effect.direction}; {effect.evidence.maryland} of 5")
    0.63 (0.49 to 0.81), lower; 5 of 5
    """
    table = tabulate(counts, treated, place=place, day=period, unit=unit)
    table = table if names is None else replace(table, places=np.array(names))
    earlier = None if before is None else _read_before(before, table)
    ratio = _estimate(table.counts, table.treated, earlier, draw_schedule, runs, rng, confidence)
    sides = table.sides
    effect = effect_of_ratio(
        ratio, name=name, outcome=outcome, contrast=contrast, role=role, kind=DesignKind.RANDOMISED, basis=basis,
        assumptions=ASSUMPTIONS, treated=sides[0], other=sides[1],
    )  # fmt: skip
    if not has_checks:
        return effect
    few = min(runs, _CHECK_RUNS)
    return effect.with_checks(
        AS_DRAWN,
        check_left_out(table, unit),
        _check_balance(table, earlier, draw_schedule, few, rng),
        _check_placebo(table, earlier, draw_schedule, few, rng),
        check_each_place(effect, table, lambda kept: _find_ratio(table, earlier, kept)),
        _check_window(effect, table, earlier, unit),
        check_another_model(
            effect, _fit_another(table, earlier, confidence), told="Negative binomial regression of whole places"
        ),
        check_precision(effect, planned=planned_ratio),
    )


def _read_before(before: ArrayLike, table: PlaceDays) -> Floats:
    given = read_counts(before, "The counts before")
    if given.ndim != 2 or len(given) != len(table.counts) or not given.size:
        raise EvaluationRefused(
            f"The counts before have shape {given.shape}: give a row for each of the {len(table.counts)} places, a column a period."
        )
    return given


def _estimate(
    counts: Floats, treated: NDArray[np.bool_], before: Floats | None, draw: DrawSchedule, runs: int, rng: np.random.Generator,
    confidence: float = 0.95,
) -> RandomisedRatio:  # fmt: skip
    try:
        return estimate_group_ratio(
            counts, treated, draw_schedule=draw, runs=runs, rng=rng, before=before, confidence=confidence
        )
    except ValueError as error:
        text = str(error)
        raise EvaluationRefused(f"{text[:1].upper()}{text[1:]}.") from None


def _find_ratio(table: PlaceDays, before: Floats | None, kept: NDArray[np.bool_]) -> float:
    return find_group_ratio(table.counts[kept], table.treated[kept], before=None if before is None else before[kept])


def _check_balance(
    table: PlaceDays, before: Floats | None, draw: DrawSchedule, runs: int, rng: np.random.Generator
) -> CheckResult:
    """The lot makes both sides alike on average and not in every trial."""
    question = "Were both sides alike before the start?"
    if before is None or not np.nansum(before) > 0:
        return not_applicable(
            "balance_at_baseline", question, "Nothing was counted before the start: the lot alone vouches for it."
        )
    width = table.treated.shape[1]
    whole = np.repeat(_mean(before), width, axis=1)
    found = _estimate(whole, table.treated, None, draw, runs, rng)
    sentence = (
        f"Before it, places that were then treated had {format_number(float(found.value), decimals=2)} times the rate of the others "
        f"({say_p(float(found.p_value))} by the draw); the estimate allows for each place's own count before."
    )
    return judge(float(found.p_value) > ALPHA, "balance_at_baseline", question, sentence)


def _check_placebo(
    table: PlaceDays, before: Floats | None, draw: DrawSchedule, runs: int, rng: np.random.Generator
) -> CheckResult:
    """The later half of the time before the start, allowing for the earlier half: nothing had been done yet."""
    question = "Does treatment seem to act before its start, when it cannot?"
    half = 0 if before is None else before.shape[1] // 2
    if before is None or half < 1 or not (np.nansum(before[:, :half]) > 0 and np.nansum(before[:, half:]) > 0):
        return not_applicable("placebo_in_time", question, "There is too little from before the start to see.")
    width = table.treated.shape[1]
    later = np.repeat(_mean(before[:, half:]), width, axis=1) * (before.shape[1] - half) / width
    found = _estimate(later, table.treated, before[:, :half], draw, runs, rng)
    return judge_placebo("placebo_in_time", question, found, caught=": look at how places were chosen and drawn")


def _check_window(effect: Effect, table: PlaceDays, before: Floats | None, unit: str) -> CheckResult:
    cut = table.counts.shape[1] // _WINDOW
    ends = (
        {}
        if not cut
        else {f"the first {cut} {unit}s left out": slice(cut, None), f"the last {cut} left out": slice(None, -cut)}
    )
    found = {}
    for told, window in ends.items():
        try:
            ratio = find_group_ratio(table.counts[:, window], table.treated[:, window], before=before)
        except ValueError:
            ratio = math.nan
        found[told] = replace(effect, estimate=ratio)
    return check_window(effect, found)


def _fit_another(table: PlaceDays, before: Floats | None, confidence: float) -> RatioComparison | None:
    """Negative binomial: it trusts busy places less than Poisson does."""
    columns = [table.treated[:, 0].astype(np.float64)]
    if before is not None:
        level = np.log(_mean(before)[:, 0] * before.shape[1] + 0.5)
        if np.ptp(level[~np.isnan(level)]) > 0:
            columns.append(level)
    total = np.nansum(table.counts, axis=1)
    if not (total == np.round(total)).all():
        return None
    try:
        fit = fit_count_regression(
            total, (~np.isnan(table.counts)).mean(axis=1), np.column_stack(columns), clusters=np.arange(len(total)),
            confidence=confidence,
        )  # fmt: skip
    except (ValueError, np.linalg.LinAlgError):
        return None
    return fit.ratio


def _mean(counts: Floats) -> Floats:
    """Of each place over the periods in which it was counted, shape (places, 1); NaN where it never was."""
    seen = (~np.isnan(counts)).sum(axis=1, keepdims=True)
    return np.where(seen > 0, np.nansum(counts, axis=1, keepdims=True) / np.maximum(seen, 1), np.nan)
