"""Rules in words, for the page on which a reader judges a definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from safeground.engine.catalogue.rules import (
    All,
    AnyOf,
    Between,
    Is,
    IsIn,
    Not,
    Rule,
    RuleResult,
    RuleVerdict,
    Switched,
)

_NO_TITLES: Mapping[str, str] = MappingProxyType({})


def describe_rule(rule: Rule, titles: Mapping[str, str] = _NO_TITLES) -> str:
    """A rule as a clause without a full stop. `titles` are the fields' names as readers know them.

    >>> describe_rule(All((Is("offence", "Robbery"), Between("victim_age", 10, 25))), {"offence": "the crime type"})
    'the crime type is Robbery, and victim age is at least 10 and below 25'
    """
    match rule:
        case All(parts):
            return ", and ".join(_describe_part(part, titles) for part in parts)
        case AnyOf(parts):
            return ", or ".join(_describe_part(part, titles) for part in parts)
        case Not(Is(field, value)):
            return f"{_title(field, titles)} is not {value}"
        case Not(IsIn() as part):
            none_of = "not" if len(part.values) == 1 or part.code_list else "none of"
            return f"{_title(part.field, titles)} is {none_of} {_values(part)}"
        case Not(part):
            return f"it is not so that ({describe_rule(part, titles)})"
        case Is(field, value):
            return f"{_title(field, titles)} is {value}"
        case IsIn():
            return f"{_title(rule.field, titles)} is {_values(rule)}"
        case Between():
            return f"{_title(rule.field, titles)} is {_range(rule)}"
        case Switched(switch):
            return f"as the reading of “{switch.replace('_', ' ')}” says"


def describe_result(result: RuleResult, titles: Mapping[str, str] = _NO_TITLES) -> str:
    """Why an event is in, out or undetermined, as a sentence.

    >>> describe_result(RuleResult(RuleVerdict.UNDETERMINED, not_carried=("weapon_use",)))
    'It cannot be told whether this event counts: the feed does not carry weapon use.'
    """
    if result.verdict is RuleVerdict.IN:
        return "This event counts."
    if result.verdict is RuleVerdict.OUT:
        return "This event does not count."
    reasons = []
    if result.blank:
        named = join_words([_title(field, titles) for field in result.blank])
        reasons.append(f"{named} {'is' if len(result.blank) == 1 else 'are'} not stated")
    if result.not_carried:
        reasons.append(f"the feed does not carry {join_words([_title(f, titles) for f in result.not_carried])}")
    return f"It cannot be told whether this event counts: {'; '.join(reasons)}."


def join_words(words: Sequence[str], conjunction: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def _describe_part(part: Rule, titles: Mapping[str, str]) -> str:
    words = describe_rule(part, titles)
    return f"({words})" if isinstance(part, All | AnyOf) and len(part.parts) > 1 else words


def _title(field: str, titles: Mapping[str, str]) -> str:
    return titles.get(field, field.replace("_", " "))


def _values(rule: IsIn) -> str:
    return f"in the list {rule.code_list}" if rule.code_list else join_words(rule.values, "or")


def _range(rule: Between) -> str:
    ends = []
    if rule.at_least is not None:
        ends.append(f"at least {rule.at_least:g}")
    if rule.below is not None:
        ends.append(f"below {rule.below:g}")
    return " and ".join(ends)
