"""How often a series in which nothing changes would show a signal: measured for the very series, by simulation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from safeground.engine.statistics.change_points import LevelChanges, find_allowed
from safeground.engine.statistics.control_charts import MOVING_RANGE_TO_SD, ControlChart, u_chart
from safeground.engine.statistics.inputs import BoolArray, FloatArray, IntArray
from safeground.engine.statistics.level_models import LevelModel, draw_counts, fit_levels, fit_seasons, score_steps
from safeground.engine.statistics.run_rules import RunRule, mark_signals

METHOD: Final = (
    "simulated series of the same months, gaps, mean, season and dispersion, with no change, all rules together"
)


@dataclass(frozen=True)
class FalseAlarms:
    """What chance does to a series. All are shares of simulated series.

    `any_signal`: with no change at all, one run rule or one change of level or more. `any_rule`, `any_step`: of either. With the changes
    of level that were found and no other, `as_many`: as many months marked by a run rule as the series has (`marked`), or more; `as_far`:
    a month as many sigmas from its centre as the farthest, or farther; `as_much`: the rarer of these two, doubled since there are two.
    """

    any_signal: float
    any_rule: float
    any_step: float
    marked: int
    as_many: float
    as_far: float
    runs: int
    method: str

    @property
    def as_much(self) -> float:
        return min(1.0, 2 * min(self.as_many, self.as_far))


def chart_levels(changes: LevelChanges, *, rules: Collection[RunRule] = tuple(RunRule)) -> ControlChart:
    """Laney's u' chart of a series with its season taken out, its limits worked out anew at each change of level."""
    model = changes.model
    counts = np.where(model.known, model.counts, np.nan)
    return u_chart(counts, model.exposure * model.season, phase_starts=model.starts, rules=rules)


def measure_false_alarms(
    changes: LevelChanges,
    *,
    rng: np.random.Generator,
    rules: Collection[RunRule] = tuple(RunRule),
    runs: int = 2_000,
) -> FalseAlarms:
    """How often series like this one would show a signal though nothing changes, by `chart_levels` and the search for changes together.

    Counts are drawn with the mean, season and dispersion that were fitted, and everything that was done to the series is done to each of
    them: its season is estimated, its limits are worked out, every rule is looked for. Months are drawn independently: where waves last
    for months, signals come by chance more often than this says.

    >>> from safeground.engine.statistics.change_points import find_level_changes
    >>> rng = np.random.default_rng(1)
    >>> found = find_level_changes(rng.poisson(50, 36), calendar_months=np.arange(36) % 12 + 1, rng=rng)
    >>> alarms = measure_false_alarms(found, rng=rng)
    >>> 0.05 < alarms.any_rule < alarms.any_signal < 0.5
    True
    """
    model = changes.model
    # A change that was found is no part of what chance does: the level without change is that of all months, its dispersion what is left.
    flat = fit_levels(
        np.where(model.known, model.counts, np.nan), model.exposure, model.calendar, (), has_season=model.has_season
    )
    flat = _with_dispersion(flat, model.dispersion)
    drawn = draw_counts(flat, runs, rng)
    by_rule = _mark(drawn, flat, rules)[0].any(axis=1)
    by_step = np.zeros(runs, dtype=np.bool_)
    allowed = find_allowed(flat.known, ())
    if np.isfinite(changes.critical) and allowed.any():
        by_step = np.nanmax(score_steps(drawn, flat, allowed), axis=1) > changes.critical
    marked, far = (found[0] for found in _mark(model.counts[np.newaxis], model, rules))
    marked_by_chance, far_by_chance = _mark(draw_counts(model, runs, rng), model, rules)
    return FalseAlarms(
        any_signal=float((by_rule | by_step).mean()),
        any_rule=float(by_rule.mean()),
        any_step=float(by_step.mean()),
        marked=int(marked.sum()),
        as_many=float((marked_by_chance.sum(axis=1) >= marked.sum()).mean()),
        as_far=float((far_by_chance >= far).mean()),
        runs=runs,
        method=METHOD,
    )


def _with_dispersion(model: LevelModel, dispersion: float) -> LevelModel:
    return LevelModel(
        **{**{name: getattr(model, name) for name in model.__dataclass_fields__}, "dispersion": dispersion}
    )


def _mark(drawn: FloatArray, model: LevelModel, rules: Collection[RunRule]) -> tuple[BoolArray, FloatArray]:
    """Which months of each drawn series a rule marks, and how many sigmas the farthest lies from its centre: the chart of `chart_levels`,
    of thousands of series at once."""
    size = np.where(model.known, model.exposure * fit_seasons(drawn, model), np.nan)
    value = np.where(model.known, drawn, np.nan) / size
    phase: IntArray = np.searchsorted(model.starts, np.arange(model.known.size), side="right").astype(np.int64)
    centre, sigma = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    for number in range(len(model.starts) + 1):
        here = phase == number
        with np.errstate(divide="ignore", invalid="ignore"):
            centre[:, here] = (np.nansum(drawn[:, here], axis=1) / np.nansum(size[:, here], axis=1))[:, np.newaxis]
            plain = np.sqrt(centre[:, here] / size[:, here])
            steps = np.abs(np.diff((value[:, here] - centre[:, here]) / plain, axis=1))
        pairs = (~np.isnan(steps)).sum(axis=1, keepdims=True)
        ratio = np.nansum(steps, axis=1, keepdims=True) / np.maximum(pairs, 1) / MOVING_RANGE_TO_SD
        sigma[:, here] = plain * np.where(pairs > 0, ratio, np.nan)
    marked = mark_signals(value, centre, sigma, phase)
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.nan_to_num(np.where(sigma > 0, np.abs(value - centre) / sigma, 0.0)).max(axis=1)
    return np.any([fired for (rule, _), fired in marked.items() if rule in rules], axis=0), far
