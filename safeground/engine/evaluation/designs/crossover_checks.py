"""What could make the answer of a crossover wrong, looked at one by one."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from safeground.engine.documents import count_things, format_number
from safeground.engine.evaluation.checks import (
    HARMFUL_RATIO,
    CheckResult,
    judge,
    judge_absence,
    not_applicable,
    passed,
)
from safeground.engine.evaluation.designs.place_days import PlaceDays
from safeground.engine.evaluation.effects import Effect
from safeground.engine.evaluation.wording import say_p
from safeground.engine.statistics import (
    DrawSchedule,
    draw_schedules,
    find_shifted_p,
    fit_absorbed_regression,
)

LAGS = (1, 2, 3)
PLANNED_RATIO = 0.7
"""The effect that a trial should be able to find, where its protocol names none."""
_MOST_LEFT_OUT = 0.05
_ALPHA = 0.05
_POWER = 0.8


def check_crossover(
    effect: Effect,
    table: PlaceDays,
    draw_schedule: DrawSchedule,
    *,
    runs: int,
    rng: np.random.Generator,
    planned: float = PLANNED_RATIO,
) -> tuple[CheckResult, ...]:
    """Every check that needs no more than the trial itself."""
    schedules = draw_schedules(draw_schedule, runs, rng)
    log_ratio = math.log(effect.estimate) if 0 < effect.estimate < math.inf else 0.0
    return (
        passed(
            "schedule_as_drawn",
            "Could the mechanism have drawn this schedule?",
            "Its sums by day and by place are among those that the mechanism draws.",
        ),
        check_left_out(table),
        check_placebo_in_time(table, schedules, log_ratio),
        check_carry_over(table, schedules, log_ratio),
        check_influence(effect, table),
        check_model(effect, table),
        check_precision(effect, planned=planned),
    )


def check_left_out(table: PlaceDays) -> CheckResult:
    """Place-days without a count: few, and as many on either side."""
    question = "Were place-days left out, and alike on both sides?"
    missing = np.isnan(table.counts)
    on_treated, on_other = missing[table.treated].mean(), missing[~table.treated].mean()
    if not missing.any():
        return passed("left_out", question, f"None of {missing.size:,} place-days was left out.")
    sentence = (
        f"Left out: {count_things(int(missing.sum()), 'place-day')} of {missing.size:,}, {_percent(on_treated)} of those with treatment "
        f"and {_percent(on_other)} of the others."
    )
    few = missing.mean() <= _MOST_LEFT_OUT and abs(on_treated - on_other) <= _MOST_LEFT_OUT / 2
    return judge(bool(few), "left_out", question, sentence)


def check_placebo_in_time(table: PlaceDays, schedules: np.ndarray, log_ratio: float) -> CheckResult:
    """Tomorrow's patrol can have no effect on today."""
    question = "Does tomorrow's treatment seem to act today, which it cannot?"
    p = _find_p(table, schedules, (-1,), log_ratio)
    if p is None:
        return not_applicable("placebo_in_time", question, "Too few events on days whose tomorrow is known.")
    if p <= _ALPHA:
        seen = f"It seems to ({say_p(p)}), as one true trial in twenty would by chance: look at how events were dated."
        return judge(False, "placebo_in_time", question, seen)
    return judge_absence(
        "placebo_in_time", question, *_find_shifted_ratio(table, (-1,)), seen=f"No sign of it ({say_p(p)})"
    )


def check_carry_over(table: PlaceDays, schedules: np.ndarray, log_ratio: float) -> CheckResult:
    """Residual deterrence: a patrol that still works the day after makes other days better too, and the ratio too near 1."""
    question = f"Does treatment still show in the {len(LAGS)} days after?"
    if table.counts.shape[1] < 10 * max(LAGS):
        return not_applicable("carry_over", question, f"{table.counts.shape[1]} days are too few to see.")
    p = _find_p(table, schedules, LAGS, log_ratio)
    if p is None:
        return not_applicable("carry_over", question, "Too few events on days whose days before are known.")
    if p <= _ALPHA:
        seen = (
            f"Days after treatment differ from others ({say_p(p)}), so that the ratio sets treated days against days that are not "
            "quite untreated."
        )
        return judge(False, "carry_over", question, seen)
    seen = f"No sign of it ({say_p(p)} for the {len(LAGS)} days together)"
    return judge_absence("carry_over", question, *_find_shifted_ratio(table, LAGS), seen=seen)


def check_influence(effect: Effect, table: PlaceDays) -> CheckResult:
    """The ratio without the busiest place-day, and without each place."""
    question = "Does the answer hang on one place-day or one place?"
    if not 0 < effect.estimate < math.inf:
        return not_applicable("influence", question, "There is no finite ratio to look at.")
    busiest = table.counts.copy()
    busiest.flat[int(np.nanargmax(busiest))] = np.nan
    without = [_ratio(busiest, table.treated)]
    for place in range(len(table.counts)):
        others = np.arange(len(table.counts)) != place
        without.append(_ratio(table.counts[others], table.treated[others]))
    found = np.array([ratio for ratio in without if not math.isnan(ratio)])
    if found.size < len(without):
        sentence = (
            "Without one of them there is no ratio at all: too few events for any answer to stand on more than one."
        )
        return judge(False, "influence", question, sentence)
    same_side = bool(((found < 1) == (effect.estimate < 1)).all())
    # Held against a size and not against the effect's own interval: one from 0.3 to 4 would hold anything.
    held = bool((np.abs(np.log(found / effect.estimate)) <= math.log(HARMFUL_RATIO)).all())
    lowest, highest = (format_number(float(x), decimals=2) for x in (found.min(), found.max()))
    sentence = (
        f"Without the busiest place-day the ratio is {format_number(without[0], decimals=2)}; leaving out each place in turn it lies "
        f"between {lowest} and {highest} (it is passed on one side of 1 and within {HARMFUL_RATIO:g} times the ratio either way)."
    )
    return judge(same_side and held, "influence", question, sentence)


def check_model(effect: Effect, table: PlaceDays) -> CheckResult:
    """Negative binomial in place of Poisson: it trusts busy place-days less."""
    question = "Does another model of the counts say the same?"
    if not (np.nan_to_num(table.counts) == np.round(np.nan_to_num(table.counts))).all():
        return not_applicable("model", question, "The outcome is an amount and no count.")
    ratio = _ratio(table.counts, table.treated, family="negative binomial")
    if math.isnan(ratio):
        return not_applicable("model", question, "There is no finite ratio to compare.")
    sentence = (
        f"Negative binomial regression gives {format_number(ratio, decimals=2)} (it is passed within {HARMFUL_RATIO:g} times the ratio "
        "either way)."
    )
    if not (0 < effect.estimate < math.inf and ratio > 0):
        return not_applicable("model", question, "There is no finite ratio to compare.")
    is_alike = abs(math.log(ratio / effect.estimate)) <= math.log(HARMFUL_RATIO)
    return judge(is_alike, "model", question, sentence)


def check_precision(effect: Effect, *, planned: float = PLANNED_RATIO) -> CheckResult:
    """The effect a trial of this precision would usually find. Power at the effect that was found would say no more than its p."""
    question = f"Could the trial have found what it was meant to (a ratio of {planned:g})?"
    if not (effect.lower > 0 and math.isfinite(effect.upper)):
        return judge(False, "precision", question, "Too few events for an interval with two ends.")
    reach = math.log(effect.upper / effect.lower) / 2
    per_error = float(special.ndtri((1 + effect.confidence) / 2))
    detectable = math.exp(-reach / per_error * (per_error + float(special.ndtri(_POWER))))
    sentence = (
        f"With an interval of this width a ratio of {format_number(detectable, decimals=2)} or lower is found in {_percent(_POWER)} of "
        "trials; power at the effect that was found is not given, as it would only repeat the p-value."
    )
    return judge(detectable >= planned, "precision", question, sentence)


def _find_p(table: PlaceDays, schedules: np.ndarray, shifts: tuple[int, ...], log_ratio: float) -> float | None:
    """p of the shifted days together; None where they hold no event."""
    try:
        return find_shifted_p(table.counts, table.treated, schedules=schedules, shifts=shifts, log_ratio=log_ratio)[1]
    except ValueError:
        return None


def _find_shifted_ratio(table: PlaceDays, shifts: tuple[int, ...]) -> tuple[float, float]:
    """Limits of the ratio for one day's treatment `shifts` days away, alike for all of them, today's own allowed for; NaN without."""
    first, last = max(0, *shifts), table.counts.shape[1] + min(0, *shifts)
    away = sum(table.treated[:, first - shift : last - shift].astype(float) for shift in shifts)
    counts, today = table.counts[:, first:last], table.treated[:, first:last]
    place, day = np.indices(counts.shape)
    factors = np.stack([today.ravel(), np.asarray(away).ravel()], axis=-1)
    try:
        fit = fit_absorbed_regression(counts.ravel(), factors, groups=place.ravel(), periods=day.ravel())
    except ValueError:
        return math.nan, math.nan
    return float(fit.ratio.lower[1]), float(fit.ratio.upper[1])


def _ratio(counts: np.ndarray, treated: np.ndarray, family: str = "poisson") -> float:
    place, day = np.indices(counts.shape)
    try:
        fit = fit_absorbed_regression(
            counts.ravel(),
            treated.ravel(),
            groups=place.ravel(),
            periods=day.ravel(),
            family=family,  # type: ignore[arg-type]
        )
    except ValueError:
        return math.nan
    return float(fit.ratio.value[0])


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
