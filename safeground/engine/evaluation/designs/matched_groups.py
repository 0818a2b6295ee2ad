"""What people who took part met, beside people like them who did not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from safeground.engine.evaluation.contrasts import Contrast, Span
from safeground.engine.evaluation.designs.confounding import EValue, estimate_e_value
from safeground.engine.evaluation.designs.matched_checks import Followed, check_matched
from safeground.engine.evaluation.designs.matched_people import (
    CALIPER,
    FEWEST_MATCHED,
    Distance,
    MatchedPeople,
    match_people,
)
from safeground.engine.evaluation.designs.refusals import read_counts
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.statistics import NOBODY, find_tolerated_bias

Floats = NDArray[np.float64]

TOOK_PART: Final = Contrast(
    "those who took part",
    "people like them who did not",
    Span.SAME_PERIOD,
    preposition="among",
    unit="person for person",
)
ASSUMPTIONS = (
    "All that leads people to take part and bears on the outcome is among what they were matched on; that can be hoped and not shown.",
    "Whether one person took part changed nothing for another.",
    "The outcome was counted alike, and for as long, on both sides.",
)


@dataclass(frozen=True, eq=False)
class MatchedEffect:
    """`effect`: the ratio of means; `difference`: the same for each 100 people. `e_value`: None where there is no ratio.

    `tolerated_bias`: by how much two people who look alike could differ in their odds of having taken part before the direction of the
    effect could be that alone (Rosenbaum's gamma); 1 where chance could be it. `followed`: those who took part, and the others.
    """

    people: MatchedPeople
    effect: Effect
    difference: Effect
    e_value: EValue | None
    tolerated_bias: float
    followed: tuple[Followed, Followed]


def estimate_matched_effect(
    people: MatchedPeople,
    outcome: ArrayLike,
    *,
    title: str,
    has_own_past: bool,
    contrast: Contrast = TOOK_PART,
    negative_controls: Sequence[Effect] = (),
    name: str = "matched_groups",
    role: Role = Role.PRIMARY,
    confidence: float = 0.95,
) -> MatchedEffect:
    """What matched people who took part met, over what those beside them met.

    outcome: shape (people,), counts or 0 and 1, in the order of the people matched; NaN where somebody was not followed up. title: in
    words that stand after 'fewer' ('offences', 'people arrested again'). has_own_past: whether what was matched on holds what the outcome
    was before; without it the design counts as one step weaker. negative_controls: effects on outcomes of the same
    people on which help can have none.

    The ratio of mean outcomes, those of a set's others making up one; its interval is Student's on the log, from the spread of matched
    sets, which stand for each other alone (Abadie and Spiess). That people were matched by estimated odds is not in it; in made-up
    people it held the truth in 95 to 99 of 100, the more the fewer events. People who were lost leave their set, and sets without
    either side are left out.

    Raises EvaluationRefused for negative numbers and where fewer than `FEWEST_MATCHED` sets were followed up.

    Source: Rosenbaum P, Rubin D (1983) Biometrika 70:41; Abadie A, Spiess J (2022) Journal of the American Statistical Association
    117:983; VanderWeele T, Ding P (2017) Annals of Internal Medicine 167:268; Rosenbaum P (2002) Observational Studies, chapter 4.
    """
    ours, theirs = _read_outcome(people, outcome)
    kind = DesignKind.OBSERVED
    if people.is_comparable:
        kind = DesignKind.MATCHED if has_own_past else DesignKind.COMPARISON
    ratio, difference, table = _estimate(ours, theirs, _Told(name, title, contrast, kind, role, confidence))
    tolerated = find_tolerated_bias(table if difference.estimate > 0 else -table, significance=(1 - confidence) / 2)
    e_value = estimate_e_value(ratio) if ratio.is_available else None
    known = ~np.isnan(ours), ~np.isnan(theirs)
    followed = (
        Followed(people.matched, int(known[0].sum())),
        Followed(people.beside, int(known[1].sum())),
    )
    checks = check_matched(
        people, followed, has_own_past=has_own_past, controls=negative_controls, effect=ratio, tolerated=tolerated
    )
    return MatchedEffect(
        people, ratio.with_checks(*checks), difference.with_checks(*checks), e_value, tolerated, followed
    )


def matched_groups(
    covariates: ArrayLike,
    treated: ArrayLike,
    outcome: ArrayLike,
    *,
    names: Sequence[str],
    title: str,
    has_own_past: bool,
    ratio: int = 1,
    caliper: float = CALIPER,
    distance: Distance = "propensity",
    exactly: ArrayLike | None = None,
    negative_control: tuple[ArrayLike, str] | None = None,
    confidence: float = 0.95,
    rng: np.random.Generator,
) -> MatchedEffect:
    """Match people and estimate what taking part did: `match_people`, then `estimate_matched_effect`. negative_control: an outcome, shape
    (people,), on which help can have no effect, and its title.

    >>> rng = np.random.default_rng(2)
    >>> past = rng.poisson(2, 800)
    >>> took_part = rng.random(800) < 0.08 * (1 + past)
    >>> after = rng.poisson(0.5 * (1 + past) * np.where(took_part, 0.6, 1))
    >>> found = matched_groups(past[:, None], took_part, after, names=["arrests before"], title="arrests", has_own_past=True, rng=rng)
    >>> print(f"{found.effect.estimate:.2f} ({found.effect.lower:.2f} to {found.effect.upper:.2f}), gamma {found.tolerated_bias:.1f}")
    0.57 (0.48 to 0.69), gamma 2.1
    """
    people = match_people(
        covariates, treated, names=names, ratio=ratio, caliper=caliper, distance=distance, exactly=exactly, rng=rng
    )
    controls = []
    if negative_control is not None:
        given, called = negative_control
        found = estimate_matched_effect(
            people,
            given,
            title=called,
            has_own_past=has_own_past,
            name="negative_control",
            role=Role.SECONDARY,
            confidence=confidence,
        )
        controls.append(found.effect)
    return estimate_matched_effect(
        people, outcome, title=title, has_own_past=has_own_past, negative_controls=controls, confidence=confidence
    )


@dataclass(frozen=True)
class _Told:
    """What an effect says besides its numbers."""

    name: str
    title: str
    contrast: Contrast
    kind: DesignKind
    role: Role
    confidence: float


def _read_outcome(people: MatchedPeople, outcome: ArrayLike) -> tuple[Floats, Floats]:
    """Of each set: the outcome of who took part, (sets,), and of the others, (sets, ratio); NaN where there is none."""
    counts = read_counts(outcome, "outcome")
    if counts.shape != (people.took_part + people.others,):
        raise EvaluationRefused("Give one outcome for each person who was matched or could have been, or NaN.")
    sets = people.sets
    ours, theirs = counts[sets.treated], np.where(sets.others == NOBODY, np.nan, counts[sets.others])
    whole = int((~np.isnan(ours) & ~np.isnan(theirs).all(axis=1)).sum())
    if whole < FEWEST_MATCHED:
        raise EvaluationRefused(
            f"Of {people.matched:,} matched sets {whole} were followed up on both sides, and {FEWEST_MATCHED} are the least."
        )
    return ours, theirs


def _estimate(ours: Floats, theirs: Floats, told: _Told) -> tuple[Effect, Effect, Floats]:
    """Ratio, difference for each 100 people, and outcomes by set (sets followed up, 1 + ratio)."""
    whole = ~np.isnan(ours) & ~np.isnan(theirs).all(axis=1)
    one, rest = ours[whole], theirs[whole]
    beside = np.nanmean(rest, axis=1)
    sets, freedom = len(one), len(one) - 1
    reach = -float(special.stdtrit(freedom, (1 - told.confidence) / 2))
    mean, other = float(one.mean()), float(beside.mean())
    people = int((~np.isnan(rest)).sum())
    is_of_people = bool(np.isin(one, (0, 1)).all() and np.isin(rest[~np.isnan(rest)], (0, 1)).all())
    sides = Side(sets, float(one.sum()), is_of_people), Side(people, float(np.nansum(rest)), is_of_people)
    error = 100 * float((one - beside).std(ddof=1)) / math.sqrt(sets)
    gap = 100 * (mean - other)
    nothing = "not available: one side met none, so that no ratio has an interval"
    numbers, p, method = (math.nan, math.nan, math.nan), math.nan, nothing
    if mean > 0 and other > 0:
        spread = float(np.sqrt(((one / mean - beside / other) ** 2).sum() / (sets * freedom)))
        log = math.log(mean / other)
        numbers = (mean / other, math.exp(log - reach * spread), math.exp(log + reach * spread))
        p, method = _tail(log, spread, freedom), "ratio of means of matched sets; Student's t on the log"
    common = {
        "contrast": told.contrast, "kind": told.kind, "confidence": told.confidence, "assumptions": ASSUMPTIONS,
        "role": Role.OBSERVED if told.kind is DesignKind.OBSERVED else told.role,
        "basis": "matched people who were followed up", "treated": sides[0], "other": sides[1],
    }  # fmt: skip
    ratio = Effect(
        name=told.name, outcome=told.title, scale=Scale.RATIO, estimate=numbers[0], lower=numbers[1], upper=numbers[2], p=p,
        method=method, **common,  # type: ignore[arg-type]
    )  # fmt: skip
    difference = Effect(
        name=f"{told.name}_difference", outcome=f"{told.title} for each 100 people", scale=Scale.DIFFERENCE, estimate=gap,
        lower=gap - reach * error, upper=gap + reach * error, p=_tail(gap, error, freedom),
        method="mean difference of matched sets; Student's t", **common,  # type: ignore[arg-type]
    )  # fmt: skip
    return ratio, difference, np.column_stack([one, rest])


def _tail(value: float, error: float, freedom: int) -> float:
    if error == 0:
        return float(value == 0)
    return float(2 * special.stdtr(freedom, -abs(value) / error))
