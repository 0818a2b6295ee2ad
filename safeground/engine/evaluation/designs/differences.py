"""Places treated from some month on, beside places that were not: did they come to differ, and had they gone the same way before?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.documents import Direction, count_things, format_number
from safeground.engine.evaluation.checks import CheckResult, judge, not_applicable, passed
from safeground.engine.evaluation.contrasts import AS_THE_OTHERS
from safeground.engine.evaluation.designs.common_checks import check_chosen
from safeground.engine.evaluation.designs.imputation import FEWEST_PLACES, LogRatios, fit_leads, impute_ratios
from safeground.engine.evaluation.designs.refusals import (
    check_confidence,
    check_whole,
    read_counts,
    read_numbers,
    read_yes_or_no,
)
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.wording import say_p
from safeground.engine.statistics import fit_absorbed_regression

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEADS: Final = 3
FEWEST_PRE_PERIODS: Final = 2
_ALPHA = 0.05
_NEVER = np.iinfo(np.int64).max
_IF_CHOSEN = "Places picked at a peak come down by themselves, and the others, not so picked, do not show by how much."

ASSUMPTIONS = (
    "Without treatment the treated places would have changed by the same share as the others; months before can only contradict it.",
    "Nobody acted differently before the start because it was to come.",
    "What was done in the treated places changed nothing in the others.",
    "Events are recorded alike in both, before and after.",
)
_NO_CARRY_OVER = "Where treatment ended, it left nothing behind: months after it count as untreated."


@dataclass(frozen=True)
class EventTime:
    """How treated places compare `periods` after their start (below nought: before), as a ratio to what was to be expected."""

    periods: int
    ratio: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class DifferenceInDifferences:
    """`effect`: of all treated months together. `event_times`: by months since the start, also before it, each interval its own.
    `rings`: the effect at each distance, where given, p adjusted for how many. `pre_trend_p`: that no month before differs.
    `two_way_ratio`: what one regression of all months on treatment says, NaN for nothing. `is_staggered`, `is_reversible`: starts
    at different times; treatment that ends within the data. `without`: shape (places,), the ratio without each place.
    """

    effect: Effect
    event_times: tuple[EventTime, ...]
    rings: tuple[Effect, ...]
    pre_trend_p: float
    two_way_ratio: float
    is_staggered: bool
    is_reversible: bool
    without: Floats


@dataclass(frozen=True, eq=False)
class _Panel:
    counts: Floats
    exposures: Floats
    treated: Bools
    untreated: Bools

    @property
    def ever(self) -> Bools:
        return np.asarray(self.treated.any(axis=1))

    @property
    def since(self) -> NDArray[np.int64]:
        """Months since the first start, (places, months); a very large negative number where there is none."""
        start = np.where(self.ever, self.treated.argmax(axis=1), _NEVER)
        return np.asarray(np.arange(self.counts.shape[1]) - start[:, np.newaxis])

    def impute(self, cells: Bools) -> LogRatios:
        """Places with any of the cells, shape (ratios, places, months), are one side and all others the other."""
        return impute_ratios(self.counts, self.exposures, self.untreated, cells, np.asarray(cells.any(axis=(0, 2))))


def difference_in_differences(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    exposures: ArrayLike | None = None,
    rings: Mapping[str, ArrayLike] | None = None,
    leads: int = LEADS,
    outcome: str = "offences",
    places: str = "the treated places",
    unit: str = "month for month",
    were_chosen_for_being_extreme: bool | None = None,
    confidence: float = 0.95,
) -> DifferenceInDifferences:
    """The ratio of what was counted under treatment to what the same places would have had, from untreated places and months.

    counts: shape (places, months), NaN where a month is missing. treated: the same shape, True where treated; starts may differ and
    treatment may end and begin again. exposures: people at risk, the same shape. rings: by name, where something may have spilt over
    (near treated places, while they are treated); those are no comparison and have an effect of their own. leads: how many months
    before the start are looked at.

    Levels of places and months are fitted to untreated months alone, so that no treated place serves as another's comparison (see
    `imputation`); with one start for all, this is the ratio of ratios of the four sums. Intervals leave out each place in turn, treated
    and others apart, with Student's t; fewer than three on a side give none.

    Raises EvaluationRefused where nothing or everything is treated, shapes differ, a ring overlaps treatment, or no treated place has two
    months before its start.

    Source: Borusyak K, Jaravel X, Spiess J (2024) Review of Economic Studies 91:3253; Wooldridge J (2023) Econometrics Journal 26:C31.

    >>> rng = np.random.default_rng(5)
    >>> treated = np.arange(24) >= np.where(np.arange(20) < 6, 14, 99)[:, np.newaxis]
    >>> counts = rng.poisson(np.linspace(20, 60, 20)[:, np.newaxis] * np.where(treated, 0.8, 1.0))
    >>> effect = difference_in_differences(counts, treated).effect
    >>> print(f"{effect.estimate:.2f} ({effect.lower:.2f} to {effect.upper:.2f}): {effect.direction}")
    0.84 (0.77 to 0.91): lower
    """
    check_confidence(confidence)
    check_whole(leads, "leads")
    panel, ringed = _read(counts, treated, exposures, rings or {})
    found = panel.impute(panel.treated[np.newaxis])
    before = _fit_leads(panel, leads)
    is_staggered, is_reversible = _shape_of(panel.treated)
    two_way = _two_way(panel)
    effect = _effect(found, panel, panel.treated, "difference_in_differences", places, outcome, unit, confidence)
    if is_reversible:
        effect = replace(effect, assumptions=(*effect.assumptions, _NO_CARRY_OVER))
    effect = effect.with_checks(
        _check_trends(before, leads, confidence),
        check_chosen(were_chosen_for_being_extreme, warning=_IF_CHOSEN),
        _check_influence(effect, found),
        _check_places(panel.ever),
        _check_two_way(effect, two_way, is_staggered or is_reversible),
        _check_months(panel),
    )
    spilt = [
        _effect(panel.impute(cells[np.newaxis]), panel, cells, f"ring {name}", name, outcome, unit, confidence)
        for name, cells in ringed.items()
    ]
    return DifferenceInDifferences(
        effect=effect, event_times=_event_times(panel, before, leads, confidence), rings=read_effects_together(spilt),
        pre_trend_p=float("nan") if before is None else before.joint_p, two_way_ratio=two_way, is_staggered=is_staggered,
        is_reversible=is_reversible, without=np.exp(found.left_out[:, 0]),
    )  # fmt: skip


def try_elsewhere(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    exposures: ArrayLike | None = None,
    tries: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> tuple[Effect, ...]:
    """The same estimate where nothing was done: untreated places drawn and taken for treated from the same months on, treated ones left
    out. As many places as were treated, or half of the untreated where those are fewer; none where that leaves too few for an interval.
    """
    panel, _ = _read(counts, treated, exposures, {})
    others = np.flatnonzero(~panel.ever)
    patterns = panel.treated[panel.ever]
    number = min(len(patterns), others.size // 2)
    if number < FEWEST_PLACES:
        return ()
    found = []
    for _ in range(tries):
        cells = np.zeros((others.size, patterns.shape[1]), dtype=bool)
        cells[rng.permutation(others.size)[:number]] = patterns[rng.permutation(len(patterns))[:number]]
        drawn = _Panel(panel.counts[others], panel.exposures[others], cells, ~cells)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = drawn.impute(cells[np.newaxis])
        found.append(_effect(ratio, drawn, cells, "placebo", "places", "events", "month for month", confidence))
    return tuple(found)


def _effect(
    found: LogRatios, panel: _Panel, cells: Bools, name: str, places: str, outcome: str, unit: str, confidence: float
) -> Effect:
    lower, upper = found.interval(confidence)
    method = "two-way Poisson levels of untreated months, imputed; interval by leaving out each place in turn"
    if not np.isfinite(found.value[0]):
        method = "not available: nothing was counted, or nothing was to be expected, under treatment"
    known = ~np.isnan(panel.counts)
    seen, whose = cells & known, np.asarray(cells.any(axis=1))[:, np.newaxis]
    beside = (
        panel.untreated & whose & known,
        panel.untreated & ~whose & known,
    )  # the ratio gives away either, if the rest is told
    return Effect(
        name=name, outcome=outcome, contrast=replace(AS_THE_OTHERS, treated=places, unit=unit),
        role=Role.PRIMARY if name == "difference_in_differences" else Role.SECONDARY, kind=DesignKind.COMPARISON, scale=Scale.RATIO,
        estimate=float(np.exp(found.value[0])), lower=float(lower[0]), upper=float(upper[0]), p=float(found.p[0]),
        confidence=confidence, method=method, basis="all treated months together", assumptions=ASSUMPTIONS,
        treated=Side(int(seen.sum()), float(panel.counts[seen].sum())),
        beside=tuple(Side(int(part.sum()), float(panel.counts[part].sum())) for part in beside),
    )  # fmt: skip


def _fit_leads(panel: _Panel, leads: int) -> LogRatios | None:
    """None where the months before the starts are too few to hold leads and something to set them against."""
    cells = (
        np.stack([panel.since == -lead for lead in range(leads, 0, -1)])
        if leads
        else np.zeros((0, *panel.counts.shape), dtype=bool)
    )
    earlier = panel.untreated & panel.ever[:, np.newaxis] & ~cells.any(axis=0)
    if (
        not leads
        or (~panel.ever).sum() < FEWEST_PLACES
        or not (cells & panel.untreated).any(axis=(1, 2)).all()
        or not earlier.any()
    ):
        return None
    found = fit_leads(panel.counts, panel.exposures, panel.untreated, cells, panel.ever)
    return found if np.isfinite(found.left_out).all() else None


def _event_times(panel: _Panel, before: LogRatios | None, leads: int, confidence: float) -> tuple[EventTime, ...]:
    found = [] if before is None else _times(range(-leads, 0), before, confidence)
    since, seen = panel.since, panel.treated & ~np.isnan(panel.counts)
    after = [number for number in np.unique(since[seen]).tolist() if number >= 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        later = panel.impute(np.stack([(since == number) & panel.treated for number in after]))
    return (*found, *_times(after, later, confidence))


def _times(periods: range | list[int], found: LogRatios, confidence: float) -> list[EventTime]:
    lower, upper = found.interval(confidence)
    return [
        EventTime(number, float(np.exp(value)), float(low), float(high))
        for number, value, low, high in zip(periods, found.value, lower, upper, strict=True)
    ]


def _shape_of(treated: Bools) -> tuple[bool, bool]:
    ever = treated.any(axis=1)
    starts = treated[ever].argmax(axis=1)
    ends = (np.diff(treated.astype(np.int8), axis=1) < 0).any()
    return bool(np.unique(starts).size > 1), bool(ends)


def _two_way(panel: _Panel) -> float:
    place, month = np.indices(panel.counts.shape)
    kept = panel.untreated | panel.treated
    try:
        fit = fit_absorbed_regression(
            np.where(kept, panel.counts, np.nan).ravel(), panel.treated.ravel().astype(np.float64), groups=place.ravel(),
            periods=month.ravel(), exposures=panel.exposures.ravel(),
        )  # fmt: skip
    except ValueError:
        return float("nan")
    return float(fit.ratio.value[0])


def _check_trends(before: LogRatios | None, leads: int, confidence: float) -> CheckResult:
    question = "Did both go the same way before the start?"
    if before is None or np.isnan(before.joint_p):
        return not_applicable(
            "parallel_trends", question, "There are too few months before the start, or too few places, to see."
        )
    lower, upper = before.interval(confidence)
    reach = f"{format_number(float(lower.min()), decimals=2)} to {format_number(float(upper.max()), decimals=2)}"
    p, months = before.joint_p, count_things(leads, "month")
    said = "differ" if p <= _ALPHA else "do not differ by more than chance explains"
    sentence = (
        f"The last {months} before the start {said} from the months before them ({say_p(p)}); ratios within {reach} would be in keeping "
        "with the data, so that a drift of that size could have been missed."
    )
    return judge(p > _ALPHA, "parallel_trends", question, sentence)


def _check_influence(effect: Effect, found: LogRatios) -> CheckResult:
    question = "Does the answer hang on one place?"
    ratios = np.exp(found.left_out[:, 0])
    if not np.isfinite(ratios).all():
        return judge(False, "influence", question, "Without one of them there is no ratio at all.")
    low, high = (format_number(float(bound), decimals=2) for bound in (ratios.min(), ratios.max()))
    is_inside = (ratios >= effect.lower) & (ratios <= effect.upper)
    is_same_side = ((ratios < 1) == (effect.estimate < 1)) | (effect.direction is Direction.CANNOT_TELL)
    is_good = bool((is_inside & is_same_side).all())
    return judge(
        is_good, "influence", question, f"Leaving out each place in turn the ratio lies between {low} and {high}."
    )


def _check_places(ever: Bools) -> CheckResult:
    question = "Are there enough places on either side?"
    treated, others = int(ever.sum()), int((~ever).sum())
    sentence = f"{count_things(treated, 'place')} treated at some time and {others} never; an interval needs {FEWEST_PLACES} of each."
    return judge(min(treated, others) >= FEWEST_PLACES, "precision", question, sentence)


def _check_two_way(effect: Effect, two_way: float, is_mixed: bool) -> CheckResult:
    question = "Were places that began late set against places that began early?"
    if not is_mixed:
        return passed("staggered", question, "No: all began together and went on.")
    said = (
        ""
        if np.isnan(two_way)
        else f" The usual two-way regression does so, and would say {format_number(two_way, decimals=2)}"
    )
    ours = "" if np.isnan(two_way) else f" in place of {format_number(effect.estimate, decimals=2)}."
    return passed("staggered", question, f"No: only months without treatment are a comparison.{said}{ours}")


def _check_months(panel: _Panel) -> CheckResult:
    """Treated months for which there is nothing to go by."""
    question = "Can every treated month be set against something?"
    known = ~np.isnan(panel.counts)
    base = panel.untreated & known
    lost = panel.treated & known & ~np.outer(base.any(axis=1), base.any(axis=0))
    missing = panel.treated & ~known
    if not (lost.any() or missing.any()):
        return passed("left_out", question, f"All {int(panel.treated.sum()):,} treated place-months are in.")
    sentence = (
        f"Of {int(panel.treated.sum()):,} treated place-months {int(missing.sum()):,} are missing and {int(lost.sum()):,} lie in a "
        "place or month that was never untreated."
    )
    return judge(False, "left_out", question, sentence)


def _read(
    counts: ArrayLike, treated: ArrayLike, exposures: ArrayLike | None, rings: Mapping[str, ArrayLike]
) -> tuple[_Panel, dict[str, Bools]]:
    count, on = read_counts(counts, "counts"), read_yes_or_no(treated, "treated")
    people = np.ones(count.shape) if exposures is None else read_numbers(exposures, "exposures")
    if count.ndim != 2 or not count.shape == on.shape == people.shape:
        raise EvaluationRefused(
            f"counts have shape {count.shape}, treated {on.shape} and exposures {people.shape}: give all as places by months."
        )
    if not (people > 0).all():
        raise EvaluationRefused("Exposures have to be above nought in every place and month.")
    if on.all() or not on.any():
        raise EvaluationRefused(
            f"{'Every' if on.any() else 'No'} place-month is treated, so that there is nothing to compare."
        )
    ringed = {name: read_yes_or_no(cells, f"The ring {name}") for name, cells in rings.items()}
    untreated = ~on
    for name, cells in ringed.items():
        if cells.shape != on.shape or not cells.any() or (cells & on).any():
            raise EvaluationRefused(
                f"The ring {name} has to have the shape of treated, hold at least one place-month, and none that is treated itself."
            )
        untreated &= ~cells
    panel = _Panel(count, people, on, untreated)
    known = untreated & ~np.isnan(count)
    if not known[:, on.any(axis=0)].any():
        raise EvaluationRefused(
            "No place is untreated in any month of treatment: months and treatment cannot be told apart."
        )
    pre = (known & (panel.since < 0)).sum(axis=1)[panel.ever]
    if not (pre >= FEWEST_PRE_PERIODS).any():
        raise EvaluationRefused(
            f"No treated place has {FEWEST_PRE_PERIODS} months before its start; with one, its chance high or low is the whole answer."
        )
    return panel, ringed
