"""The rule language: which events count, in three-valued logic.

A rule is a small frozen tree over the fields of an event. A field that is blank, or that the feed does not carry, is unknown; unknown is
never taken for no. The result is Kleene's: `all` is out as soon as one part is out, `any` is in as soon as one part is in, and
otherwise an unknown part leaves the whole undetermined (S. C. Kleene, Introduction to Metamathematics, 1952, section 64).

`evaluate_rule` is the slow, obvious reading of one event. It explains single events to people, and it is the witness of the version that
runs over tables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Rule


@dataclass(frozen=True)
class Is:
    """A text field has this value, letter by letter. `unknown_words` are values of the field that mean it is not known."""

    field: str
    value: str
    unknown_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class IsIn:
    """A text field has one of these values. `code_list` names the list they were read from, if they were."""

    field: str
    values: tuple[str, ...]
    code_list: str | None = None
    unknown_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Between:
    """A number field is at least `at_least` and below `below`; either end may be open. A value that is no number is unknown."""

    field: str
    at_least: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class Switched:
    """The place of a fragment that a named switch of the definition chooses. `choose_readings` puts the fragment here."""

    switch: str


Rule: TypeAlias = All | AnyOf | Not | Is | IsIn | Between | Switched


class RuleVerdict(StrEnum):
    """What a rule says of an event."""

    IN = "in"
    OUT = "out"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class RuleResult:
    """A verdict and, where it is undetermined, the fields that make it so, sorted by name.

    `blank` fields are carried by the feed but empty (or hold a word for unknown) in this event; `not_carried` are no part of the feed.
    A field is named only where its being unknown matters: an unknown weapon does not excuse an event that is out for its offence.
    """

    verdict: RuleVerdict
    blank: tuple[str, ...] = ()
    not_carried: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(sorted((*self.blank, *self.not_carried)))


_IN = RuleResult(RuleVerdict.IN)
_OUT = RuleResult(RuleVerdict.OUT)


def rule_fields(rule: Rule) -> tuple[str, ...]:
    """The fields a rule reads, each once, sorted. Fields inside a switch's readings are not seen until the readings are chosen."""
    match rule:
        case All(parts) | AnyOf(parts):
            return tuple(sorted({field for part in parts for field in rule_fields(part)}))
        case Not(part):
            return rule_fields(part)
        case Switched():
            return ()
        case _:
            return (rule.field,)


def choose_readings(rule: Rule, readings: Mapping[str, Rule]) -> Rule:
    """The rule with every switch replaced by its chosen fragment. Raises ValueError for a switch that has none."""
    match rule:
        case All(parts):
            return All(tuple(choose_readings(part, readings) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(choose_readings(part, readings) for part in parts))
        case Not(part):
            return Not(choose_readings(part, readings))
        case Switched(switch):
            if switch not in readings:
                raise ValueError(f"the switch {switch!r} has no reading; choose one before the rule is used")
            return choose_readings(readings[switch], readings)
        case _:
            return rule


def is_blank(value: object) -> bool:
    """None, NaN, an empty text and a text of spaces are blank."""
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or (isinstance(value, str) and not value.strip())
    )


def evaluate_rule(rule: Rule, event: Mapping[str, object]) -> RuleResult:
    """What the rule says of one event. A key the event lacks is a field its feed does not carry.

    Raises ValueError for a rule whose switches have not been chosen.

    >>> rule = All((Is("offence", "Robbery"), Not(Is("domestic", "yes", unknown_words=("unknown",)))))
    >>> evaluate_rule(rule, {"offence": "Robbery", "domestic": "no"}).verdict
    <RuleVerdict.IN: 'in'>
    >>> evaluate_rule(rule, {"offence": "Robbery", "domestic": "unknown"})
    RuleResult(verdict=<RuleVerdict.UNDETERMINED: 'undetermined'>, blank=('domestic',), not_carried=())
    >>> evaluate_rule(rule, {"offence": "Burglary"}).verdict
    <RuleVerdict.OUT: 'out'>
    """
    match rule:
        case All(parts):
            return _combine([evaluate_rule(part, event) for part in parts], decided_by=_OUT, otherwise=_IN)
        case AnyOf(parts):
            return _combine([evaluate_rule(part, event) for part in parts], decided_by=_IN, otherwise=_OUT)
        case Not(part):
            result = evaluate_rule(part, event)
            return {RuleVerdict.IN: _OUT, RuleVerdict.OUT: _IN}.get(result.verdict, result)
        case Switched(switch):
            raise ValueError(f"the switch {switch!r} has no reading; choose one before the rule is used")
        case _:
            return _evaluate_field(rule, event)


def _combine(results: list[RuleResult], *, decided_by: RuleResult, otherwise: RuleResult) -> RuleResult:
    if any(result.verdict is decided_by.verdict for result in results):
        return decided_by
    unknown = [result for result in results if result.verdict is RuleVerdict.UNDETERMINED]
    if not unknown:
        return otherwise
    return RuleResult(
        RuleVerdict.UNDETERMINED,
        blank=tuple(sorted({field for result in unknown for field in result.blank})),
        not_carried=tuple(sorted({field for result in unknown for field in result.not_carried})),
    )


def _evaluate_field(rule: Is | IsIn | Between, event: Mapping[str, object]) -> RuleResult:
    if rule.field not in event:
        return RuleResult(RuleVerdict.UNDETERMINED, not_carried=(rule.field,))
    value = event[rule.field]
    blank = RuleResult(RuleVerdict.UNDETERMINED, blank=(rule.field,))
    if is_blank(value):
        return blank
    if isinstance(rule, Between):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return blank
        holds = (rule.at_least is None or value >= rule.at_least) and (rule.below is None or value < rule.below)
        return _IN if holds else _OUT
    if value in rule.unknown_words:
        return blank
    values = (rule.value,) if isinstance(rule, Is) else rule.values
    return _IN if value in values else _OUT
