"""What a rule reports, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeground.engine.strategy.lint.subject import Place, Subject


class Severity(StrEnum):
    """How much a defect matters."""

    A = "A"
    """Changes a number or a decision."""
    B = "B"
    """Can be read in more than one way."""
    C = "C"
    """Editorial."""


@dataclass(frozen=True)
class Flaw:
    """What a rule's function yields: where, a sentence that says what is wrong and what to do, and what it was worked out from."""

    places: tuple[Place, ...]
    sentence: str
    worked_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A defect of a strategy, under the rule that found it."""

    rule: str
    severity: Severity
    places: tuple[Place, ...]
    sentence: str
    worked_from: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = "; ".join(str(place) for place in self.places)
        return f"{self.severity} {self.rule}: {where}: {self.sentence}"


@dataclass(frozen=True)
class Rule:
    """A named check over a whole subject. `explanation` is its function's docstring and goes into the reference page."""

    id: str
    severity: Severity
    explanation: str
    find: Callable[[Subject], Iterator[Flaw]]

    def check(self, subject: Subject) -> tuple[Finding, ...]:
        """Every defect of this kind, in the order of the document; one told twice for the same places is told once."""
        found = (
            Finding(self.id, self.severity, flaw.places, flaw.sentence, flaw.worked_from) for flaw in self.find(subject)
        )
        return tuple(dict.fromkeys(found))


def rule(id: str, severity: Severity) -> Callable[[Callable[[Subject], Iterator[Flaw]]], Rule]:  # noqa: A002
    """Declare a function as a rule. Its docstring says in plain words what it looks for."""

    def declare(find: Callable[[Subject], Iterator[Flaw]]) -> Rule:
        return Rule(id, severity, " ".join((find.__doc__ or "").split()), find)

    return declare


def quoted(texts: Iterable[str], *, joined_by: str = ", ") -> str:
    """Texts in quotation marks, in one phrase."""
    return joined_by.join(f"‘{text}’" for text in texts)


def shortened(text: str, *, length: int = 90) -> str:
    """A text cut at a word, for a sentence that only has to recall it."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[:length].rsplit(' ', 1)[0]} …"
