"""Protected estimates: the only kind of number that may be worded, drawn or written out.

A `Protected` cannot be built by calling its class: `protect` makes it, after the rule of the feed and the audience has been
applied. A suppressed estimate does not carry its number, so no later step can leak it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import InitVar, dataclass
from enum import StrEnum
from typing import Final

_KEY: Final = object()


class State(StrEnum):
    """What may be said of an estimate."""

    PUBLISHED = "published"
    SUPPRESSED = "suppressed"
    """Withheld by a disclosure rule. It is not zero, and it is not missing."""
    INCOMPLETE = "incomplete"
    """The period lacks a month or a partner: shown as a gap, never scaled up."""
    NOT_AVAILABLE = "not available"
    """There is no such number: no denominator, too few events for the method, or the feed cannot tell."""


@dataclass(frozen=True)
class DisclosureRule:
    """The rule a feed's owner sets for an audience.

    `threshold`: counts of 1 up to this number are suppressed (0 suppresses nothing). `rounding`: counts are rounded to this base
    (1 leaves them). `minimum_for_standardised`: a standardised rate on fewer events is not published.
    """

    name: str
    title: str
    threshold: int
    rounding: int
    owner: str
    source: str
    zero_is_shown: bool = True
    minimum_for_standardised: int = 10

    def __post_init__(self) -> None:
        if self.threshold < 0 or self.rounding < 1:
            raise ValueError(f"rule {self.name}: threshold must be 0 or more and rounding 1 or more")


@dataclass(frozen=True)
class Protected:
    """One number that may be published, or the reason why there is none.

    `value`, `lower`, `upper`, `count` and `denominator` are None unless `state` is PUBLISHED. `unit` is what one `value` is
    ("per 1,000 residents", "offences", "%"). `flags` say what a reader must know ("estimated across boundaries").
    """

    value: float | None
    lower: float | None
    upper: float | None
    count: float | None
    denominator: float | None
    unit: str
    method: str | None
    confidence: float | None
    state: State
    reason: str | None
    rule: str
    flags: tuple[str, ...] = ()
    key: InitVar[object] = None
    """Not kept, so that neither `replace` nor a copy can make a Protected that `protect` did not make."""

    def __post_init__(self, key: object) -> None:
        if key is not _KEY:
            raise TypeError("a Protected estimate is made by safeground.engine.disclosure.protect, never directly")

    @property
    def is_published(self) -> bool:
        return self.state is State.PUBLISHED


def protect(
    value: float | None,
    *,
    unit: str,
    rule: DisclosureRule,
    lower: float | None = None,
    upper: float | None = None,
    count: float | None = None,
    denominator: float | None = None,
    method: str | None = None,
    confidence: float | None = None,
    is_standardised: bool = False,
    state: State = State.PUBLISHED,
    reason: str | None = None,
    flags: tuple[str, ...] = (),
) -> Protected:
    """Apply a rule to one number and return what may be published.

    `count` is the number of events behind `value`; where the value is itself a count it may be left out. A rule with a threshold
    refuses a value whose count is not known: nothing can be shown safe without it. `state` and `reason` carry what the caller
    already knows (INCOMPLETE, NOT_AVAILABLE); such numbers never carry a value. NaN is NOT_AVAILABLE, never zero.

    Raises ValueError when a state other than PUBLISHED has no reason, or the rule needs a count that was not given.
    """
    if state is not State.PUBLISHED and not reason:
        raise ValueError(f"a number that is {state} needs a reason")
    if state is State.PUBLISHED and (value is None or math.isnan(value)):
        state, reason = State.NOT_AVAILABLE, reason or "there is no denominator for this number"
    basis = count
    if state is State.PUBLISHED:
        if basis is None and rule.threshold > 0:
            raise ValueError(f"rule {rule.name} needs the number of events behind {value} {unit}")
        if basis is not None and 0 < basis <= rule.threshold:
            state, reason = State.SUPPRESSED, f"based on 1 to {rule.threshold} events ({rule.title})"
        elif basis == 0 and not rule.zero_is_shown:
            state, reason = State.SUPPRESSED, f"zero is not shown ({rule.title})"
        elif is_standardised and basis is not None and basis < rule.minimum_for_standardised:
            state = State.NOT_AVAILABLE
            reason = f"standardised rates need at least {rule.minimum_for_standardised} events"
    if state is not State.PUBLISHED:
        return Protected(None, None, None, None, None, unit, method, confidence, state, reason, rule.name, flags, _KEY)
    if rule.rounding > 1 and basis is not None:
        # The rate of a rounded count would be a different number from the rate of the true one, and would give the true one
        # back; a rounding rule therefore publishes the rounded count alone.
        rounded = rule.rounding * math.floor(basis / rule.rounding + 0.5)
        if value != basis:
            return Protected(
                None, None, None, None, None, unit, method, confidence, State.SUPPRESSED,
                f"only rounded counts are published ({rule.title})", rule.name, flags, _KEY,
            )  # fmt: skip
        value, count, lower, upper = float(rounded), float(rounded), None, None
        flags = (*flags, f"rounded to {rule.rounding}")
    return Protected(
        value,
        lower,
        upper,
        count,
        denominator,
        unit,
        method,
        confidence,
        State.PUBLISHED,
        None,
        rule.name,
        flags,
        _KEY,
    )


def protect_derived(
    value: float,
    *,
    unit: str,
    rule: DisclosureRule,
    told: Iterable[Protected],
    lower: float | None = None,
    upper: float | None = None,
    method: str | None = None,
    confidence: float | None = None,
    reason: str | None = None,
    flags: tuple[str, ...] = (),
) -> Protected:
    """A number worked out from numbers as they are told (`told`), and from nothing else: any reader could work it out again.

    So it gives nothing away that they do not, and a rule that rounds need not round it. Where one of them is withheld or missing it is
    too, for the same reason. NaN is NOT_AVAILABLE, for `reason`.
    """
    for number in told:
        if not number.is_published:
            return protect(None, unit=unit, rule=rule, state=number.state, reason=number.reason, flags=flags)
    if math.isnan(value):
        why = reason or "it cannot be worked out from what is told"
        return protect(None, unit=unit, rule=rule, method=method, state=State.NOT_AVAILABLE, reason=why, flags=flags)
    return Protected(
        value, lower, upper, None, None, unit, method, confidence, State.PUBLISHED, None, rule.name, flags, _KEY
    )
