"""An effect: what a design found, how sure that is, and the sentence that says no more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from safeground.engine.disclosure import DisclosureRule, Protected, State, protect, protect_derived
from safeground.engine.documents import Direction
from safeground.engine.evaluation.checks import CheckResult
from safeground.engine.evaluation.contrasts import Contrast
from safeground.engine.evaluation.evidence import DesignKind, EvidenceGrade, grade
from safeground.engine.statistics import RatioComparison, adjust_false_discovery


class Role(StrEnum):
    """What an effect is for. Only the primary one answers the question that the protocol asked."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    EXPLORATORY = "exploratory"
    OBSERVED = "observed, not assigned"
    """Not by the draw: those who were patrolled more may differ in other ways."""


class Scale(StrEnum):
    """How an effect is measured, and so which value means that nothing differs."""

    RATIO = "ratio"
    DIFFERENCE = "difference"

    @property
    def nothing(self) -> float:
        return 1.0 if self is Scale.RATIO else 0.0


@dataclass(frozen=True)
class Side:
    """One side of a contrast: its place-days (or months, or people), and the events met there.

    `is_of_people`: each unit is a person of whom the event is true or not, so that those of whom it is not are people too.
    """

    units: int
    events: float
    is_of_people: bool = False

    @property
    def told_of(self) -> tuple[float, ...]:
        """The counts that a number of this side would give away."""
        return (self.events, self.units - self.events) if self.is_of_people else (self.events,)


@dataclass(frozen=True)
class InEvents:
    """What a difference is in events, so that they can be priced. `of_one`: events for each unit of the difference (all periods after
    the start, times residents where it is a rate). `expected`: events that the treated side would have met in that time by the
    comparison."""

    of_one: float
    expected: float

    def as_share(self, difference: float) -> float:
        """What was met as a share of what was to be expected."""
        return 1 + difference * self.of_one / self.expected


@dataclass(frozen=True)
class Effect:
    """What a design found of one outcome.

    `outcome`: in words that stand after 'more' or 'fewer' ('offences of community violence'). `estimate`, `lower`, `upper`: on `scale`; a
    ratio is treated over other. NaN where there is none, and `method` then begins with 'not available:'. `p`: two-sided. `basis`: what
    the estimate is of ('as assigned'). `treated`, `other`: None where the design has no such sums.
    """

    name: str
    outcome: str
    contrast: Contrast
    role: Role
    kind: DesignKind
    scale: Scale
    estimate: float
    lower: float
    upper: float
    p: float
    confidence: float
    method: str
    basis: str
    assumptions: tuple[str, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    treated: Side | None = None
    other: Side | None = None
    beside: tuple[Side, ...] = ()
    """Further sides that the estimate rests on, such as a comparison's own before and after."""
    has_plain_rates: bool = True
    """Whether the ratio is of the two sides' plain rates. Not where one side's places or months are other ones, which it allows for."""
    in_events: InEvents | None = None
    """Of a difference, what it is in events; None where it is of none, such as of an amount of money."""
    family_p: float | None = None
    """p read together with the other comparisons of its kind (Benjamini-Hochberg); None where it stands alone."""

    def __post_init__(self) -> None:
        self.contrast.check_words(self.outcome, where=f"The outcome of {self.name}")

    @property
    def is_available(self) -> bool:
        return not self.method.startswith("not available")

    @property
    def direction(self) -> Direction:
        """The one word that the interval allows, and of several comparisons read together, their number too."""
        if self.family_p is not None and self.family_p > 1 - self.confidence:
            return Direction.CANNOT_TELL
        if self.lower > self.scale.nothing:
            return Direction.HIGHER
        return Direction.LOWER if self.upper < self.scale.nothing else Direction.CANNOT_TELL

    @property
    def evidence(self) -> EvidenceGrade:
        return grade(self.kind, self.checks)

    def with_checks(self, *checks: CheckResult) -> Effect:
        return replace(self, checks=(*self.checks, *checks))

    def protect(self, rule: DisclosureRule) -> Protected:
        """The estimate as it may be told. It rests on the events of the smaller side, so that few of them withhold it."""
        unit = "times" if self.scale is Scale.RATIO else self.outcome
        if not self.is_available or math.isnan(self.estimate):
            reason = self.method.removeprefix("not available: ")
            return protect(None, unit=unit, rule=rule, state=State.NOT_AVAILABLE, reason=reason)
        of = [side for side in (self.treated, self.other, *self.beside) if side is not None]
        sides, counts = [side.events for side in of], [count for side in of for count in side.told_of]
        small = [count for count in counts if 0 < count <= rule.threshold]
        if any(count == 0 for count in counts) and rule.threshold > 0 and not rule.zero_is_shown:
            small = [1.0]
        if small:
            # A ratio of counts of which one is small would give it away to whoever knows the other.
            return protect(
                None, unit=unit, rule=rule, state=State.SUPPRESSED,
                reason=f"one side rests on 1 to {rule.threshold} events ({rule.title})",
            )  # fmt: skip
        if math.isinf(self.estimate):
            return protect(
                None, unit=unit, rule=rule, state=State.NOT_AVAILABLE,
                reason=f"there was none on {self.contrast.other}, so that no ratio is finite",
            )  # fmt: skip
        count = float(round(sum(sides))) if sides else None
        allowed = protect(self.estimate, unit=unit, rule=rule, count=count)
        # The events that it rests on decide whether it is told, and are not told with it: flow and tables tell counts under their names.
        return protect_derived(
            self.estimate, unit=unit, rule=rule, told=[allowed], lower=_known(self.lower), upper=_known(self.upper),
            method=self.method, confidence=self.confidence,
        )  # fmt: skip


def read_effects_together(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """Effects of one kind, each with its p adjusted for how many they are: of many one is always far out.

    An effect without a p stays as it is. One alone is no family.
    """
    if len(effects) < 2:
        return tuple(effects)
    adjusted = adjust_false_discovery([effect.p for effect in effects]).tolist()
    return tuple(
        effect if math.isnan(p) else replace(effect, family_p=p) for effect, p in zip(effects, adjusted, strict=True)
    )


def effect_of_ratio(ratio: RatioComparison, **told: object) -> Effect:
    """An effect of one ratio: `told` are the other fields."""
    numbers = {
        name: float(np.asarray(getattr(ratio, field)).ravel()[0])
        for name, field in (("estimate", "value"), ("lower", "lower"), ("upper", "upper"), ("p", "p_value"))
    }
    method = str(np.asarray(ratio.method).ravel()[0])
    return Effect(scale=Scale.RATIO, confidence=ratio.confidence, method=method, **numbers, **told)  # type: ignore[arg-type]


def _known(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
