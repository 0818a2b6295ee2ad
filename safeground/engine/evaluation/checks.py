"""Checks of a design: a question, whether it was answered well, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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


def names_of(checks: Iterable[CheckResult], verdict: Verdict) -> tuple[str, ...]:
    return tuple(check.name for check in checks if check.verdict is verdict)
