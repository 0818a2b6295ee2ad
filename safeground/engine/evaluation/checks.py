"""Checks of a design: a question, whether it was answered well, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from safeground.engine.documents import format_number

HARMFUL_RATIO: Final = 1.5
"""A ratio, or one over it, that would harm an answer. A check that cannot exclude it has not shown that nothing is there."""


OF_NO_OUTCOME: Final = frozenset({
    "protocol_sealed", "schedule_as_drawn", "draw_sealed_before_start", "left_out", "compliance", "balance", "overlap", "own_past",
})  # fmt: skip
"""Checks whose sentences hold no number of an outcome, so that they are told whatever is withheld."""


class Verdict(StrEnum):
    """How a check came out. None of them proves a design; a failed one takes something from it."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    """It could not be made: what it needs is not there. The sentence says what."""


@dataclass(frozen=True)
class CheckResult:
    """One check. `name` is stable ('carry_over'); `question` and `sentence` are for a reader."""

    name: str
    question: str
    verdict: Verdict
    sentence: str

    def __post_init__(self) -> None:
        if not self.sentence.strip():
            raise ValueError(f"check {self.name} has no sentence")


def passed(name: str, question: str, sentence: str) -> CheckResult:
    return CheckResult(name, question, Verdict.PASSED, sentence)


def failed(name: str, question: str, sentence: str) -> CheckResult:
    return CheckResult(name, question, Verdict.FAILED, sentence)


def not_applicable(name: str, question: str, sentence: str) -> CheckResult:
    return CheckResult(name, question, Verdict.NOT_APPLICABLE, sentence)


def judge(is_good: bool, name: str, question: str, sentence: str) -> CheckResult:
    return CheckResult(name, question, Verdict.PASSED if is_good else Verdict.FAILED, sentence)


def judge_absence(
    name: str, question: str, lower: float, upper: float, *, seen: str, upwards_only: bool = False
) -> CheckResult:
    """Of something that was not clearly seen: passed where its interval excludes a harmful ratio, else too few events to tell.

    Where the interval leaves out 1 it was seen after all, by another test than the one that did not, and fails.

    `seen`: what was looked at, as the beginning of a sentence. `upwards_only`: only a ratio above 1 would harm.
    """
    if not lower <= upper:  # NaN too
        return not_applicable(name, question, f"{seen}, and too few events to tell: there is no interval.")
    interval = f"the ratio lies between {format_number(lower, decimals=2)} and {format_number(upper, decimals=2)}"
    if lower > 1 or (upper < 1 and not upwards_only):
        return failed(name, question, f"There is some sign of it: {interval}, all on one side of 1.")
    if upper > HARMFUL_RATIO or (lower < 1 / HARMFUL_RATIO and not upwards_only):
        return not_applicable(name, question, f"{seen}, but too few events to tell: {interval}.")
    return passed(name, question, f"{seen}, and {interval}.")
