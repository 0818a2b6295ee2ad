"""Words that claim something of two numbers, and what an interval must show for each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from safeground.engine.assessment.wording.typed import COUNTED
from safeground.engine.documents import Direction, Finding, format_interval


class Kind(StrEnum):
    """What a word claims."""

    UP = "a rise"
    DOWN = "a fall"
    HIGHER = "that it was higher"
    LOWER = "that it was lower"
    SAME = "that nothing changed"
    UNSURE = "that it cannot be told"


@dataclass(frozen=True)
class Claim:
    """A word of claim in a sentence. `factor`: how many times, of 'doubled'. `at_least`: 'more than doubled'."""

    kind: Kind
    word: str
    start: int
    end: int
    is_denied: bool = False
    factor: float | None = None
    at_least: bool = False


_ARTICLE = r"(?:an?|the|this|that|any|no|further|sharp|steep|steady|clear|large|small|big|marked) (?:\w+ )?"
_BEING = r"(?:is|are|was|were|been|be|kept|keeps|still) (?:\w+ly )?"
_DID = r"(?:did|does|do|has|have|had|\w+n't) (?:not )?"
_ABOUT = r"(?:(?:broadly|largely|roughly|about|much|very) )*"
_OTHERS = r"(?:the |its )?(?:average|mean|rest|national|England|last|previous|usual|year)"
_THAN = r"(?: \w+){1,5} than\b"
_PATTERNS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.UNSURE: (
            r"(?:cannot|can't|can not|not possible to|unable to) (?:be )?(?:tell|say|know|told|said|known)",
            r"(?:not |un)(?:clear|known|certain)",
            r"not clearly (?:different|higher|lower)",
            r"whether",
        ),
        Kind.SAME: (
            rf"(?:stay(?:ed|s)?|remain(?:ed|s)?|held|is|was|are|were|been|be) {_ABOUT}(?:the same|stable|steady|flat|level)",
            r"(?:no|little) (?:real )?change",
            r"(?:not|\w+n't) changed?",
            r"unchanged|plateaued|levell?ed off",
        ),
        Kind.UP: (
            r"rose|risen|increased|grew|grown|climbed|soared|surged|worsened|rocketed|(?:went|gone|going|goes) up",
            rf"{_BEING}(?:rising|increasing|growing|climbing|worsening)",
            rf"{_DID}(?:rise|increase|grow)",
            rf"{_ARTICLE}(?:rise|increase|growth|surge|upturn)",
            r"(?:rises?|increases?|growth|surge) in",
            r"up (?:on|from|by|since|again)",
            r"on the rise|upward",
        ),
        Kind.DOWN: (
            r"fell|fallen|decreased|declined|dropped|shrank|shrunk|reduced|(?:went|gone|going|goes|came|come) down",
            rf"{_BEING}(?:falling|decreasing|declining|dropping|reducing)",
            rf"{_DID}(?:fall|decrease|decline|drop|reduce)",
            rf"{_ARTICLE}(?:fall|decrease|decline|drop|reduction|downturn)",
            r"(?:falls?|decreases?|declines?|drops?|reductions?) in",
            r"down (?:on|from|by|since|again)",
            r"downward",
        ),
        Kind.HIGHER: (
            r"(?:higher|greater|worse)(?! education)",
            rf"more(?= (?:\w+ )?{COUNTED}\b|{_THAN})",
            rf"above {_OTHERS}",
        ),
        Kind.LOWER: (
            r"lower(?! layer| super| (?:the|our|its) (?:rate|number|risk|level|harm|chance))",
            r"fewer",
            r"better(?= than\b)",
            rf"less(?= (?:\w+ )?(?:violence|crime|{COUNTED})\b|{_THAN})",
            rf"below {_OTHERS}",
        ),
    }
)
_FACTORS = (
    (r"\bdoubl(?:ed|ing)\b|\btwice\b|\btwofold\b|\b(?:two|2) times\b", 2.0),
    (r"\b(?:trebl|tripl)(?:ed|ing)\b|\bthreefold\b|\b(?:three|3) times\b", 3.0),
    (r"\bquadrupl(?:ed|ing)\b|\bfourfold\b|\b(?:four|4) times\b", 4.0),
    (r"\bhalv(?:ed|ing)\b|\bhalf (?:the|as)\b", 0.5),
)
_COMPILED = tuple(
    (kind, re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)) for kind, patterns in _PATTERNS.items()
)
_COMPILED_FACTORS = tuple((re.compile(pattern, re.IGNORECASE), factor) for pattern, factor in _FACTORS)
_WISHED = re.compile(
    r"\b(?:(?:to|will|should|must|would|could|may|might|can|if|so that|wants?|wanted|hopes?|aims?|expects?) (?:\w+ ){0,2}|or )$",
    re.IGNORECASE,
)
"""What stands before a word that is wished or feared and claims nothing: 'so that fewer', 'would have risen', 'one or more'."""
_DENIED = re.compile(r"(?:\b(?:not|no|never|neither|nor|without)|n't) (?:\w+ ){0,2}$", re.IGNORECASE)
_INSIDE_DENIAL = re.compile(r"\b(?:not|no)\b|n't\b", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\s+than\s+(?:\{|\d|£|an?\s+(?:half|third|quarter)|half|doubl|twice|trebl|tripl|halv)", re.IGNORECASE
)
_AT_LEAST = re.compile(r"\bmore than\s+$", re.IGNORECASE)
_COMPARES_PERIODS = re.compile(r"\b(?:rose|fell|rise|fall|risen|fallen)\b")
_NEAR = 0.1
"""'Doubled' may be said of a number within a tenth of twice."""


def find_claims(text: str) -> list[Claim]:
    """The claims of a sentence in their order. Of those that overlap the longest counts; 'cannot tell' takes in all others."""
    found = [_make(kind, each, text) for kind, pattern in _COMPILED for each in pattern.finditer(text)]
    for pattern, factor in _COMPILED_FACTORS:
        for each in pattern.finditer(text):
            kind = Kind.DOWN if factor < 1 else Kind.HIGHER if "as" in text[each.end() : each.end() + 4] else Kind.UP
            times = _make(kind, each, text, factor=factor)
            if "time" not in each[0] or re.match(r"\s+(?:as|the|more|higher)\b", text[each.end() :]):
                found.append(times)
    claims = [claim for claim in found if claim is not None]
    if unsure := [claim for claim in claims if claim.kind is Kind.UNSURE]:
        return unsure[:1]
    kept: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: (claim.start, -claim.end, claim.factor is None)):
        if not kept or claim.start >= kept[-1].end:
            kept.append(claim)
    return kept


def _make(kind: Kind, found: re.Match[str], text: str, *, factor: float | None = None) -> Claim | None:
    before = text[: found.start()]
    is_wish = bool(_WISHED.search(before)) and kind not in (Kind.UNSURE, Kind.SAME)
    is_quantity = kind in (Kind.HIGHER, Kind.LOWER) and factor is None and bool(_QUANTITY.match(text, found.end()))
    if is_wish or is_quantity:
        return None
    at_least = factor is not None and bool(_AT_LEAST.search(before))
    is_denied = kind not in (Kind.UNSURE, Kind.SAME) and bool(_DENIED.search(before) or _INSIDE_DENIAL.search(found[0]))
    return Claim(kind, found[0], found.start(), found.end(), is_denied, factor, at_least)


def why_unsupported(claim: Claim, finding: Finding) -> str | None:
    """Why a finding does not carry a claim, as the end of a sentence; None where it does."""
    name, direction = finding.id, finding.direction
    if claim.kind is Kind.SAME:
        return "no interval shows that nothing changed: say that we cannot tell whether it rose or fell, and quote the interval"
    if direction is Direction.NOT_COMPARED:
        return (
            None if claim.kind is Kind.UNSURE else f"{name} compares nothing, so “{claim.word}” does not follow from it"
        )
    shown = "more" if direction is Direction.HIGHER else "fewer"
    if claim.kind is Kind.UNSURE:
        if direction is Direction.CANNOT_TELL:
            return None
        return f"the data do tell: {name} shows {shown} ({format_interval(finding.estimate)})"
    if claim.kind in (Kind.UP, Kind.DOWN) and not _COMPARES_PERIODS.search(finding.sentence):
        return f"{name} compares two places and not two times, so it was higher or lower and did not rise or fall"
    wanted = Direction.HIGHER if (claim.kind in (Kind.UP, Kind.HIGHER)) is not claim.is_denied else Direction.LOWER
    if direction is Direction.CANNOT_TELL:
        return f"the interval of {name} ({format_interval(finding.estimate)}) holds both more and fewer: say that we cannot tell"
    if direction is not wanted:
        return f"{name} shows the opposite ({format_interval(finding.estimate)})"
    return None if claim.factor is None or claim.is_denied else _why_not_so_many_times(claim, claim.factor, finding)


def _why_not_so_many_times(claim: Claim, factor: float, finding: Finding) -> str | None:
    estimate = finding.estimate
    if estimate.value is None or not (estimate.unit.startswith("%") or estimate.unit == "times"):
        return f"{finding.id} does not say how many times"
    numbers = [number for number in (estimate.value, estimate.lower, estimate.upper) if number is not None]
    times = [1 + number / 100 for number in numbers] if estimate.unit.startswith("%") else numbers
    value, low, high = times[0], min(times), max(times)
    if claim.at_least:
        return (
            None
            if low > factor
            else f"the interval of {finding.id} ({format_interval(estimate)}) does not lie above it"
        )
    is_near = abs(value - factor) <= _NEAR * factor and low <= factor <= high
    return None if is_near else f"{finding.id} is {value:.2f} times, {format_interval(estimate)}"
