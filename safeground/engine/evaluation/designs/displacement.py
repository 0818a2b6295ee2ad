"""Eight counts: treated places and like ones, the rings around both, before and after. Did it move round the corner?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from safeground.engine.documents import count_things, format_number
from safeground.engine.evaluation.checks import CheckResult, judge, not_applicable, passed
from safeground.engine.evaluation.contrasts import AS_THE_CONTROLS, Contrast
from safeground.engine.evaluation.designs.area_shifts import AreaShifts
from safeground.engine.evaluation.designs.common_checks import check_chosen, check_dispersion
from safeground.engine.evaluation.designs.refusals import check_confidence, read_counts, read_numbers
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind

Floats = NDArray[np.float64]
Pair = Sequence[float]

FEWEST_EVENTS: Final = 5
"""In each cell, for the normal curve to be near enough."""
_NEXT_TO_NOTHING = 0.005
"""A quotient that would be written as 0.00."""
_NAMES = ("treated", "control", "buffer", "buffer_control")
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0])
_WHO = {
    "local": "the treated places",
    "displaced": "the rings around the treated places",
    "total": "the treated places and the rings around them",
}

ASSUMPTIONS = (
    "Without treatment the treated places and rings would have changed by as many events as the others, for each unit of weight.",
    "What is displaced goes no farther than the ring, and nothing of it reaches the control places.",
    "Events are recorded alike before and after, in all of them.",
)
_RATIO_ASSUMPTIONS = (
    "Without treatment the treated places would have changed by the same share as the control places.",
    *ASSUMPTIONS[1:],
)
_SHIFTS_ALIKE = "Treated areas and rings shift by themselves as far as areas where nothing was done do, each apart."
_IF_CHOSEN = (
    "Places picked at a peak come down by themselves, and the control places, not so picked, do not show by how much."
)


@dataclass(frozen=True, eq=False)
class DisplacementDifference:
    """`effect`: treated places and rings together (the WDD). `local`, `displaced`: each alone. `standard_error`: of the WDD.
    `relative`: the 2x2 ratio of ratios of the treated places alone.

    `success`: the success measure of Bowers and Johnson, negative where treated places did better. `quotient`: their weighted
    displacement quotient, `net_effect`: the total net effect in events (positive is fewer); both None where `why_no_quotient` says why.
    `reading`: what the quotient may be said to say.
    """

    effect: Effect
    local: Effect
    displaced: Effect | None
    relative: Effect
    standard_error: float
    success: float
    quotient: float | None
    net_effect: float | None
    why_no_quotient: str
    reading: str


def weighted_displacement_difference(
    treated: Pair,
    control: Pair,
    buffer: Pair | None = None,
    buffer_control: Pair | None = None,
    *,
    time_weights: Pair = (1.0, 1.0),
    area_weights: Sequence[float] = (1.0, 1.0, 1.0, 1.0),
    dispersion: float | None = None,
    shifts: AreaShifts | None = None,
    outcome: str = "offences",
    were_chosen_for_being_extreme: bool | None = None,
    confidence: float = 0.95,
) -> DisplacementDifference:
    """The change in treated places and the rings around them, less the change in control places and theirs.

    Each pair is (events before, events after). time_weights: the length of both periods in one unit. area_weights: the size of treated,
    control, buffer and buffer control in one unit; counts are divided by both. Without rings the difference is that of the places.
    dispersion: the variance of a count over its mean, from monthly counts before (`estimate_dispersion`); None takes 1 and says so.
    shifts: how far whole areas shift by themselves (`estimate_area_shifts`); None takes none and says so.

    The variance is the sum of all counts, each divided by its weights squared, times the dispersion, and of the shifts; interval and p
    are of the normal curve, or of Student's with shifts. In made-up areas that shifted by a tenth or a fifth p was 0.05 or less without
    an effect in 2 to 6 of 100, and without shifts told in up to 47. The quotient (WDQ) and the total net effect are given only where the
    treated places did better than chance explains: the quotient divides by that success, and by next to nothing it says anything. They
    have no interval and are a description.

    Raises EvaluationRefused for a ring around one side alone, negative or missing counts, and weights that are not positive.

    Source: Wheeler A, Ratcliffe J (2018) Crime Science 7:11; Bowers K, Johnson S (2003) J Quantitative Criminology 19:275.

    >>> found = weighted_displacement_difference((207, 110), (308, 318), (178, 157), (150, 140))
    >>> print(f"{found.effect.estimate:.0f} ({found.effect.lower:.0f} to {found.effect.upper:.0f})")
    -118 (-196 to -40)
    """
    if (buffer is None) != (buffer_control is None):
        raise EvaluationRefused(
            "There is a ring around one side and none around the other: give both, or the difference holds the ring of one side alone."
        )
    pairs = (
        [treated, control] if buffer is None or buffer_control is None else [treated, control, buffer, buffer_control]
    )
    counts = np.array([_pair(pair, name) for pair, name in zip(pairs, _NAMES, strict=False)])
    check_confidence(confidence)
    weights = _weights(time_weights, area_weights)[: len(counts)]
    spread = _check_spread(dispersion)
    rates = counts / weights
    changes = rates @ np.array([-1.0, 1.0]) * _SIGNS[: len(counts)]
    variances = (counts / weights**2).sum(axis=1) * spread
    at_risk = rates[:, 1] ** 2 * (0.0 if shifts is None else shifts.concentration)
    doubts = [_Doubt(variances[part], at_risk[part], shifts) for part in (slice(None, 2), slice(2, None), slice(None))]
    local = _difference("local", changes[:2], doubts[0], outcome, confidence)
    displaced = _difference("displaced", changes[2:], doubts[1], outcome, confidence) if len(counts) > 2 else None
    whole = _difference("total", changes, doubts[2], outcome, confidence) if displaced is not None else local
    relative = _relative(counts[:2], weights[:2], spread, shifts, outcome, confidence)
    checks = (
        check_dispersion(dispersion),
        _check_shifts(shifts),
        _check_enough(counts),
        not_applicable(
            "parallel_trends", "Did both sides move together before?",
            "One count before the start cannot show it; monthly counts and a difference in differences can.",
        ),
        check_chosen(were_chosen_for_being_extreme, warning=_IF_CHOSEN),
        _check_displacement(displaced),
    )  # fmt: skip
    success, quotient, net, why = _quotient(counts / weights, relative)
    return DisplacementDifference(
        effect=replace(whole, role=Role.PRIMARY).with_checks(*checks), local=local, displaced=displaced,
        relative=relative.with_checks(*checks), standard_error=doubts[2].error, success=success, quotient=quotient,
        net_effect=net, why_no_quotient=why, reading=_read_quotient(quotient) if quotient is not None else why,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Doubt:
    """`by_chance`: variances of the changes. `at_risk`: what each adds to the variance for each unit of that of the shifts."""

    by_chance: Floats
    at_risk: Floats
    shifts: AreaShifts | None

    @property
    def variance(self) -> float:
        return float(self.by_chance.sum() + (self.at_risk.sum() * self.shifts.shift.variance if self.shifts else 0.0))

    @property
    def error(self) -> float:
        return math.sqrt(self.variance)

    def reach(self, confidence: float) -> float:
        """Half the width of the interval."""
        return -float(special.stdtrit(self._freedom, (1 - confidence) / 2)) * self.error

    def p(self, estimate: float) -> float:
        return float(2 * special.stdtr(self._freedom, -abs(estimate) / self.error)) if self.variance > 0 else math.nan

    @property
    def _freedom(self) -> float:
        """Without end, that of the normal curve."""
        return self.shifts.shift.freedom(self.variance, float(self.at_risk.sum())) if self.shifts else math.inf


def _difference(which: str, changes: Floats, doubt: _Doubt, outcome: str, confidence: float) -> Effect:
    estimate, reach = float(changes.sum()), doubt.reach(confidence)
    curve = (
        "normal interval" if doubt.shifts is None else "and from shifts of areas where nothing was done, Student's t"
    )
    return Effect(
        name=f"displacement_{which}", outcome=outcome, contrast=_contrast(which), role=Role.SECONDARY, kind=DesignKind.COMPARISON,
        scale=Scale.DIFFERENCE, estimate=estimate, lower=estimate - reach, upper=estimate + reach, p=doubt.p(estimate),
        confidence=confidence, method=f"weighted displacement difference; variance from the counts, {curve}", basis="after less before",
        assumptions=ASSUMPTIONS if doubt.shifts is None else (*ASSUMPTIONS, _SHIFTS_ALIKE),
    )  # fmt: skip


def _relative(
    counts: Floats, weights: Floats, spread: float, shifts: AreaShifts | None, outcome: str, confidence: float
) -> Effect:
    """(treated after / before) / (control after / before), its logarithm taken for normal, or for Student's with shifts."""
    estimate, lower, upper, p, method = (
        math.nan,
        math.nan,
        math.nan,
        math.nan,
        "not available: one of the four counts is nought",
    )
    if (counts > 0).all():
        logs = np.log(counts / weights) @ np.array([-1.0, 1.0])
        middle = float(logs[0] - logs[1])
        at_risk = np.zeros(2) if shifts is None else shifts.concentration[:2]
        doubt = _Doubt(spread * (1 / counts).sum(axis=1), at_risk, shifts)
        reach = doubt.reach(confidence)
        estimate, lower, upper = math.exp(middle), math.exp(middle - reach), math.exp(middle + reach)
        p, method = doubt.p(middle), "ratio of ratios of four counts; interval of its logarithm"
    return Effect(
        name="two_by_two", outcome=outcome, contrast=_contrast("local"), role=Role.SECONDARY, kind=DesignKind.COMPARISON,
        scale=Scale.RATIO, estimate=estimate, lower=lower, upper=upper, p=p, confidence=confidence, method=method,
        basis="after over before", assumptions=_RATIO_ASSUMPTIONS,
        treated=Side(2, float(counts[0].sum())), other=Side(2, float(counts[1].sum())),
    )  # fmt: skip


def _quotient(rates: Floats, relative: Effect) -> tuple[float, float | None, float | None, str]:
    """Success measure, quotient and net effect of Bowers and Johnson; why there is no quotient where there is none."""
    (before, after), (control_before, control_after) = rates[0], rates[1]
    if control_before == 0 or control_after == 0:
        return (
            math.nan,
            None,
            None,
            "There was no event in the control places before or after, so that nothing can be set against them.",
        )
    success = float(after / control_after - before / control_before)
    if len(rates) < 3:
        return success, None, None, "No ring was counted, so that nothing can be said of displacement."
    if not (success < 0 and relative.upper < 1):
        why = "The treated places did not do better by more than chance explains: there is no benefit to set displacement against."
        return success, None, None, why
    ring_before, ring_after = rates[2]
    moved = float(ring_after / control_after - ring_before / control_before)
    trend = float(control_after / control_before)
    return success, moved / success, float((before * trend - after) + (ring_before * trend - ring_after)), ""


def _read_quotient(quotient: float) -> str:
    size = format_number(abs(quotient), decimals=2)
    if abs(quotient) < _NEXT_TO_NOTHING:
        said = "the ring changed as the control places did"
    elif quotient > 0:
        more = "more than" if quotient > 1 else "as much as" if quotient == 1 else f"{size} of"
        said = f"the ring gained {more} what the treated places did, which is what spreading benefit would look like"
    elif quotient > -1:
        said = f"the ring lost {size} of what the treated places gained, which is what displacement less than the benefit would look like"
    else:
        said = "the ring lost as much as the treated places gained or more, which is what displacement of all the benefit would look like"
    return f"By the counts alone {said}. The quotient has no interval, so that chance is not ruled out; see the difference in the rings."


def _check_shifts(shifts: AreaShifts | None) -> CheckResult:
    """Not applicable where nothing could be told of them: an interval of counts alone is then too narrow."""
    question = "Is it allowed for that whole areas shift by themselves, and stay so?"
    if shifts is None:
        return not_applicable(
            "area_shifts", question,
            "No: there are too few areas where nothing was done to see by how much, so that the interval is of the counts alone and "
            "is too narrow if areas shift. In made-up areas that shifted by a tenth, 20 of 100 intervals left out what was true.",
        )  # fmt: skip
    size = format_number(100 * math.sqrt(shifts.shift.variance), decimals=0)
    seen = f"a standard deviation of {size}% is reckoned with, from what {count_things(shifts.areas, 'area')}"
    if shifts.is_from_before:
        return not_applicable(
            "area_shifts", question,
            f"In part: {seen} did between two halves of the time before. Too few were left alone after it to see what shifted then.",
        )  # fmt: skip
    return passed("area_shifts", question, f"Yes: {seen} where nothing was done did from before to after.")


def _check_enough(counts: Floats) -> CheckResult:
    question = "Are there enough events for the normal curve?"
    least = float(counts.min())
    sentence = f"The smallest of {counts.size} counts is {least:g}; {FEWEST_EVENTS} or more are asked for."
    return judge(least >= FEWEST_EVENTS, "precision", question, sentence)


def _check_displacement(displaced: Effect | None) -> CheckResult:
    question = "Were there more events in the rings around the treated places than the other rings would have them?"
    if displaced is None:
        return not_applicable("displacement", question, "No ring was counted.")
    low, high = (format_number(bound, decimals=1) for bound in (displaced.lower, displaced.upper))
    sentence = (
        f"The difference in the rings lies between {low} and {high}: if it holds nought, nothing is shown either way."
    )
    return judge(displaced.lower <= 0, "displacement", question, sentence)


def _contrast(which: str) -> Contrast:
    return replace(AS_THE_CONTROLS, treated=_WHO[which])


def _pair(given: Pair, name: str) -> Floats:
    pair = read_counts(given, name)
    if pair.shape != (2,) or not np.isfinite(pair).all():
        raise EvaluationRefused(f"{name} has to be two counts, before and after, neither of them missing.")
    return pair


def _weights(time_weights: Pair, area_weights: Sequence[float]) -> Floats:
    times, areas = read_numbers(time_weights, "time_weights"), read_numbers(area_weights, "area_weights")
    if times.shape != (2,) or areas.shape != (4,) or not ((times > 0).all() and (areas > 0).all()):
        raise EvaluationRefused("There are two time weights and four area weights, each above nought.")
    return np.outer(areas, times)


def _check_spread(dispersion: float | None) -> float:
    if dispersion is not None and not dispersion > 0:
        raise EvaluationRefused(
            f"A dispersion of {dispersion:g} cannot be: it is a variance over a mean, above nought."
        )
    return 1.0 if dispersion is None else dispersion
