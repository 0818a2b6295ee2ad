"""Places that start one after another in an order drawn by lot: each is its own control before, and the others are in the meantime."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.documents import count_things
from safeground.engine.evaluation.checks import CheckResult, not_applicable
from safeground.engine.evaluation.contrasts import STARTED_PLACES, Contrast
from safeground.engine.evaluation.designs.crossover import RUNS
from safeground.engine.evaluation.designs.crossover_checks import PLANNED_RATIO, check_precision
from safeground.engine.evaluation.designs.drawn_places_checks import (
    AS_DRAWN,
    check_another_model,
    check_each_place,
    check_left_out,
    judge_placebo,
)
from safeground.engine.evaluation.designs.place_days import PlaceDays, tabulate
from safeground.engine.evaluation.effects import Effect, Role, effect_of_ratio
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.statistics import (
    DrawSchedule,
    RatioComparison,
    estimate_averaged_ratio,
    estimate_wave_ratio,
    find_wave_ratio,
    fit_absorbed_regression,
    split_transition,
)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ASSUMPTIONS = (
    "What is done at one place does not change what happens at another that has not started.",
    "Places did not act differently before their start because it was to come; the check of the time before looks for it.",
    "The effect is about the same from the start on; the check of later periods looks for one that grows or wears off.",
    "Events are recorded alike before and after a place's start.",
)


@dataclass(frozen=True)
class SinceStart:
    """How periods `first` to `last` after a place's start (below nought: before it) compare with the time before, as a ratio."""

    first: int
    last: int
    ratio: float
    lower: float
    upper: float


def estimate_stepped_wedge_effect(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    place: ArrayLike,
    period: ArrayLike,
    draw_schedule: DrawSchedule,
    transition: int = 0,
    unit: str = "day",
    runs: int = RUNS,
    rng: np.random.Generator,
    name: str = "effect",
    outcome: str = "events",
    contrast: Contrast = STARTED_PLACES,
    role: Role = Role.PRIMARY,
    basis: str = "as assigned (intention to treat)",
    confidence: float = 0.95,
    planned_ratio: float = PLANNED_RATIO,
    has_checks: bool = True,
    names: Sequence[str] | None = None,
) -> Effect:
    """Rate ratio of places after their start to places before theirs, within places and periods of a stepped wedge, with its checks.

    counts, treated, place, period: one length, a row a place and period; a count of NaN leaves one out. draw_schedule: what drew the
    order, from a generator to bool of (places, periods) in the order of their sorted labels. transition: how many periods after each
    start belong to neither side. unit: what a period is ('day', 'month'). planned_ratio: what the trial was meant to find. names:
    of places, in the order of their labels, where those are numbers.

    p and interval come from starts drawn anew and from no model of how places wander (see `estimate_wave_ratio`).

    Raises EvaluationRefused, in a sentence, where there is nothing to compare or the schedule is none that the mechanism draws.

    >>> from safeground.engine.statistics import SteppedWedgeDraw
    >>> rng, draw = np.random.default_rng(4), SteppedWedgeDraw(places=24, days=20, steps=4)
    >>> treated, (place, month) = draw(rng), np.indices((24, 20))
    >>> counts = rng.poisson(rng.gamma(5, 1, (24, 1)) * np.where(treated, 0.7, 1.0))
    >>> effect = estimate_stepped_wedge_effect(counts.ravel(), treated.ravel(), place=place.ravel(), period=month.ravel(),
    ...                                        draw_schedule=draw, unit="month", runs=999, rng=rng)
    >>> print(f"{effect.estimate:.2f} ({effect.lower:.2f} to {effect.upper:.2f}), {effect.direction}; {effect.evidence.maryland} of 5")
    0.71 (0.60 to 0.82), lower; 5 of 5
    """
    table = tabulate(counts, treated, place=place, day=period, unit=unit)
    table = table if names is None else replace(table, places=np.array(names))
    if transition < 0:
        raise EvaluationRefused(f"A transition has nought or more {unit}s, not {transition}.")
    try:
        ratio = estimate_wave_ratio(
            table.counts, table.treated, draw_schedule=draw_schedule, runs=runs, rng=rng, transition=transition, unit=unit,
            confidence=confidence,
        )  # fmt: skip
    except ValueError as error:
        text = str(error)
        raise EvaluationRefused(f"{text[:1].upper()}{text[1:]}.") from None
    sides = leave_transition(table, transition).sides
    effect = effect_of_ratio(
        ratio, name=name, outcome=outcome, contrast=contrast, role=role, kind=DesignKind.RANDOMISED, basis=basis,
        assumptions=ASSUMPTIONS, treated=sides[0], other=sides[1],
    )  # fmt: skip
    if not has_checks:
        return effect
    full, aside = split_transition(table.treated, transition)
    return effect.with_checks(
        AS_DRAWN,
        check_left_out(table, unit),
        _check_before(table, full, aside, unit, confidence),
        check_constancy(table, full, aside, unit, confidence),
        check_each_place(
            effect, table, lambda kept: find_wave_ratio(table.counts[kept], table.treated[kept], transition=transition)
        ),
        check_another_model(
            effect, _fit(table, (full, aside), confidence, family="negative binomial"),
            told=f"Negative binomial regression by place and {unit}",
        ),
        check_precision(effect, planned=planned_ratio),
    )  # fmt: skip


def estimate_average_since_start(
    counts: Floats,
    treated: Bools,
    *,
    transition: int = 0,
    unit: str = "day",
    outcome: str = "events",
    contrast: Contrast = STARTED_PLACES,
    confidence: float = 0.95,
) -> Effect:
    """The mean of the ratio over the time since the start, which an effect that grows does not lead astray; a second look at it.

    counts, treated: shape (places, periods). See `estimate_averaged_ratio`.
    """
    table = PlaceDays(counts, treated, np.arange(len(counts)), np.arange(counts.shape[1]))
    sides = leave_transition(table, transition).sides
    return effect_of_ratio(
        estimate_averaged_ratio(counts, treated, transition=transition, confidence=confidence),
        name="average_since_start", outcome=f"{outcome} (mean over the {unit}s since the start)", contrast=contrast,
        role=Role.SECONDARY, kind=DesignKind.RANDOMISED, basis="each time since the start with a ratio of its own",
        assumptions=ASSUMPTIONS[:2] + ASSUMPTIONS[3:], treated=sides[0], other=sides[1],
    )  # fmt: skip


def leave_transition(table: PlaceDays, transition: int) -> PlaceDays:
    """The table without the periods that belong to neither side."""
    aside = split_transition(table.treated, transition)[1]
    return PlaceDays(np.where(aside, np.nan, table.counts), table.treated, table.places, table.days)


def find_effect_since_start(
    counts: Floats, treated: Bools, *, confidence: float = 0.95, stretches: int = 3
) -> tuple[SinceStart, ...]:
    """The ratio by time since the start against the time before it; and first, of the last periods before it, against those earlier.

    counts, treated: shape (places, periods). stretches: into how many as long as each other the time after is cut. Intervals leave out
    each place in turn. Empty where so many cannot be told apart. Each side of the start has a fit of its own: in one for both, what
    chance did just before the start would be in every later ratio.
    """
    since, lead = _find_since(treated), _find_lead(treated)
    edges = np.linspace(0, int(since.max()) + 1, stretches + 1).round().astype(np.int64).tolist()
    after = [(low, high - 1) for low, high in itertools.pairwise(edges) if high > low]
    table = PlaceDays(counts, treated, np.arange(len(counts)), np.arange(counts.shape[1]))
    found = _fit(table, tuple((since >= first) & (since <= last) for first, last in after), confidence)
    early = _fit(table, ((since >= -lead) & (since < 0), treated), confidence)
    if found is None:
        return ()
    first = (
        []
        if early is None
        else [(-lead, -1, *(float(np.ravel(x)[0]) for x in (early.value, early.lower, early.upper)))]
    )
    value, lower, upper = (np.ravel(x).tolist() for x in (found.value, found.lower, found.upper))
    later = [(*bound, *each) for bound, *each in zip(after, value, lower, upper, strict=True)]
    return tuple(SinceStart(*each) for each in (*first, *later))


def _check_before(table: PlaceDays, full: Bools, aside: Bools, unit: str, confidence: float) -> CheckResult:
    """The last periods before a start, when nothing had been done there yet."""
    question = "Does treatment seem to act before its start, when it cannot?"
    lead, since = _find_lead(table.treated), _find_since(table.treated)
    found = _fit(table, ((since >= -lead) & (since < 0), full, aside), confidence)
    if found is None:
        return not_applicable("placebo_in_time", question, "There are too few events shortly before the starts to see.")
    caught = f", in the last {count_things(lead, unit)} before the starts: places may have changed because theirs was to come"
    return judge_placebo("placebo_in_time", question, found, caught=caught)


def check_constancy(table: PlaceDays, full: Bools, aside: Bools, unit: str, confidence: float) -> CheckResult:
    """Later against earlier periods after the start. One ratio for all of them is a mean that the order of starts weighs."""
    question = "Is the effect the same later as soon after the start?"
    since = _find_since(table.treated)
    middle = int(np.median(since[full])) + 1
    found = _fit(table, (full & (since >= middle), full, aside), confidence)
    if found is None:
        return not_applicable("constant_effect", question, "Later and earlier periods cannot be told apart.")
    caught = (
        f", from {unit} {middle + 1} after the start on: the one ratio is no mean of unlike times and may lie below every one of them; "
        "take the mean over the time since the start"
    )
    return judge_placebo("constant_effect", question, found, caught=caught)


def _find_since(treated: Bools) -> NDArray[np.int64]:
    """Periods since the place's start, below nought before it, (places, periods); very far below where a place never starts."""
    start = np.where(treated.any(axis=1), treated.argmax(axis=1), np.iinfo(np.int32).max)
    return np.asarray(np.arange(treated.shape[1]) - start[:, np.newaxis], dtype=np.int64)


def _find_lead(treated: Bools) -> int:
    """Half of the time between two steps, at least one period."""
    starts = np.unique(treated.argmax(axis=1)[treated.any(axis=1)])
    return max(1, int(np.diff(starts, prepend=0).min()) // 2)


def _fit(
    table: PlaceDays, factors: tuple[Bools, ...], confidence: float, *, family: str = "poisson"
) -> RatioComparison | None:
    """Ratios of the factors that hold anything, by leaving out each place in turn; None where they cannot be told apart."""
    place, period = np.indices(table.counts.shape)
    columns = [cells.ravel().astype(np.float64) for cells in factors if cells.any()]
    if family != "poisson" and not (np.nan_to_num(table.counts) == np.round(np.nan_to_num(table.counts))).all():
        return None
    if len(columns) < len(factors) and not factors[0].any():
        return None
    try:
        fit = fit_absorbed_regression(
            table.counts.ravel(), np.column_stack(columns), groups=place.ravel(), periods=period.ravel(),
            family=family, variance="jackknife", confidence=confidence,  # type: ignore[arg-type]
        )  # fmt: skip
    except (ValueError, np.linalg.LinAlgError):
        return None
    return fit.ratio
