"""How much an effect can bear: worked out from its design and its checks, never chosen.

The Maryland scale (Sherman et al. 1998; Farrington et al. 2002) grades what a design can rule out, 1 to 5. Evidence security, 0 to 5,
grades how well this one was carried out, after the idea of the padlocks of the Education Endowment Foundation; the rule is
ours and stands below, and it is no rating of theirs or of the Youth Endowment Fund.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from safeground.engine.evaluation.checks import CheckResult, Verdict


class DesignKind(StrEnum):
    """What separates the treated from the others."""

    RANDOMISED = "drawn by lot"
    MATCHED = "matched or weighted comparison, before and after"
    COMPARISON = "comparison group, before and after"
    BEFORE_AFTER = "before and after alone"
    OBSERVED = "observed together, not assigned"


_MARYLAND: Final[Mapping[DesignKind, int]] = MappingProxyType({
    DesignKind.RANDOMISED: 5,
    DesignKind.MATCHED: 4,
    DesignKind.COMPARISON: 3,
    DesignKind.BEFORE_AFTER: 2,
    DesignKind.OBSERVED: 1,
})  # fmt: skip

_BREAKS: Final = frozenset({"schedule_as_drawn", "draw_sealed_before_start"})
"""A draw that cannot be shown to have been one is no draw: the design counts as a comparison."""

_UNLIKE: Final = frozenset({"pre_fit", "balance", "parallel_trends"})
"""Where nobody drew lots, sides that are seen not to be alike are one step less of a comparison: a match that does not match is a mere
comparison, and one that went another way before says no more than before and after. A lot that came out uneven is still a lot."""
_COMPARED: Final = frozenset({DesignKind.MATCHED, DesignKind.COMPARISON})

SEALED: Final = "protocol_sealed"

_WEIGHTS: Final[Mapping[str, int]] = MappingProxyType({
    SEALED: 2,
    "compliance": 1,
    "left_out": 1,
    "influence": 1,
    "precision": 1,
    "area_shifts": 2,
    "placebo_in_time": 1,
    "placebo_in_space": 1,
    "window": 1,
    "negative_control": 1,
    "displacement": 1,
    "contamination": 1,
    "carry_over": 1,
    "constant_effect": 1,
    "regression_to_the_mean": 2,
    "parallel_trends": 2,
    "pre_fit": 2,
    "like_others": 1,
    "one_force": 2,
    "persistence": 1,
    "balance": 2,
    "began_alike": 2,
    "overlap": 1,
    "hidden_bias": 1,
    "reporting_change": 1,
})  # fmt: skip
"""What each failed check takes from evidence security; one that is not named takes nothing."""


@dataclass(frozen=True)
class EvidenceGrade:
    """`maryland`: 1 to 5. `security`: 0 to 5. `reasons`: a sentence for each thing that was taken off."""

    maryland: int
    security: int
    reasons: tuple[str, ...]


def grade(kind: DesignKind, checks: Iterable[CheckResult]) -> EvidenceGrade:
    """The grade that a design and its checks earn. A check that could not be made takes off one where a failed one takes two, and an
    effect that nobody says was sealed beforehand was not.

    >>> from safeground.engine.evaluation.checks import failed
    >>> found = grade(DesignKind.RANDOMISED, [failed("compliance", "Was it done?", "Of 720 patrols 300 were made.")])
    >>> found.maryland, found.security
    (5, 3)
    >>> found.reasons[1]
    'Was it done? Of 720 patrols 300 were made.'
    """
    maryland, security = _MARYLAND[kind], _MARYLAND[kind]
    reasons: list[str] = []
    made = tuple(checks)
    if all(check.name != SEALED for check in made):
        security -= 1
        reasons.append(
            "Nothing shows that the question and the analysis were settled before the outcome was looked at."
        )
    for check in made:
        lost = _WEIGHTS.get(check.name, 0)
        if check.verdict is Verdict.NOT_APPLICABLE:
            lost -= 1
        if check.verdict is Verdict.FAILED and check.name in _BREAKS:
            maryland, security = min(maryland, _MARYLAND[DesignKind.COMPARISON]), security - 2
            reasons.append(f"{check.question} {check.sentence}")
        elif check.verdict is not Verdict.PASSED and lost > 0:
            if check.verdict is Verdict.FAILED and check.name in _UNLIKE and kind in _COMPARED:
                maryland = _MARYLAND[kind] - 1
            security -= lost
            reasons.append(f"{check.question} {check.sentence}")
    return EvidenceGrade(maryland, max(0, security), tuple(reasons))
