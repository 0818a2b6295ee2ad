"""Numbers that the analyst typed: which stand in a sentence, and which of them a finding supports."""

from __future__ import annotations

import re
from collections.abc import Iterable

from safeground.engine.documents import Finding, format_bounds, format_estimate, format_interval, format_number

COUNTED = (
    r"(?:offences?|crimes?|incidents?|homicides?|murders?|deaths?|victims?|suspects?|patients?|attendances?|admissions?|calls?"
    r"|stabbings?|assaults?|robberies|robbery|residents|people|children|young people|arrests?)"
)
"""What numbers of an assessment are mostly of, as a pattern."""
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_YEAR = r"(?:19|20)\d\d"
_SMALL = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"

_OF_ANYTHING = rf"(?!,\d|\.\d|\s*%|\s+(?:\w+\s+)?{COUNTED}|\s+per\b)"
_NUMBERED = (
    r"(?:section|clause|chapter|figure|table|page|part|theme|level|stage|schedule|article|priority|goal|objective|paragraph|annex|phase"
    r"|step|version|question)"
)
_NO_NUMBERS = re.compile(
    "|".join(
        (
            r"\]\([^)]*\)|https?://\S+",
            r"^\d+[.)]\s",
            r"(?:call|ring|dial|text)\s+\d[\d ]*(?:,? (?:or|and) \d[\d ]*)*|\b24/7\b",
            rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?{_MONTH}\s+{_YEAR}\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\b",
            r"\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d\d(?:-\d\d)?\b",
            rf"\b{_YEAR}(?:[/–-](?:{_YEAR}|\d\d))?\b{_OF_ANYTHING}",
            r"\b\d{1,2}[:.]\d\d\s?(?:am|pm)\b|\b\d{1,2}:\d\d\b|\b\d{1,2}\s?(?:am|pm)\b",
            rf"\b(?:under|over)[- ]\d{{1,2}}s\b|\bunder[- ]\d{{1,2}}\b{_OF_ANYTHING}",
            r"\b(?:aged?|ages)\s+(?:under\s+|over\s+)?\d{1,2}(?:\s?(?:to|and|–|-)\s?\d{1,2})?\b",
            r"\b\d{1,2}\s(?:and|or)\s(?:over|under|older|younger)\b",
            r"\b\d{1,2}(?:\s?(?:to|–|-)\s?\d{1,2})?[- ]years?[- ]olds?\b",
            rf"\b{_NUMBERED}s?\s\d+(?:\.\d+)*(?:\(\w+\))*(?:(?:,\s|\s(?:and|to)\s)\d+)*",
            r"\b\d+(?:st|nd|rd|th)\b",
        )
    ),
    re.IGNORECASE,
)
"""Digits that are dates, times, ages, telephone numbers or places in a document: no numbers that data could contradict."""

_NUMBER = re.compile(
    r"(?<![\w.,/&-])(?P<sign>[-\N{MINUS SIGN}](?=\d))?[£$€]?(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)(?P<end>\s?%|[A-Za-z]+)?"
)
_AFTER_DASH = re.compile(r"(?<=\d[-–])(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)(?P<end>\s?%|[A-Za-z]+)?")
_WORDED = re.compile(
    rf"\b(?:(?:one|two|three|four|five|{_SMALL})\s+(?:in|out of)\s+(?:\w+\s+)?(?:{_SMALL}|every)"
    rf"|{_SMALL}\s+(?:\w+\s+){{0,2}}{COUNTED}"
    r"|(?:a|one|two|three)[- ](?:third|quarter|fifth|tenth)s?\s+(?:of|more|fewer|less|higher|lower)\b"
    r"|(?:more than |less than |over |about |nearly |almost )?(?:half|most)\s+of\s+(?:all|the|them|these|those)\b"
    r"|(?:dozens|hundreds|thousands|millions)\s+of\b|[a-z]+\s+per\s+cent\b)",
    re.IGNORECASE,
)
_INTERVAL = re.compile(r"\d+(?:\.\d+)?% (?:confidence )?interval [^);,]*", re.IGNORECASE)
_CONFIDENCE = re.compile(
    r"\b9\d(?:\.\d+)?%(?= (?:confidence )?interval\b| confidence\b| sure\b| certain\b)", re.IGNORECASE
)


def find_typed_numbers(text: str) -> list[str]:
    """The numbers in a sentence (its quotations and notes taken out), each as typed, in digits or in words."""
    left = _NO_NUMBERS.sub(lambda found: " " * len(found[0]), text)
    found = [
        (each.start(), each[0].strip())
        for pattern in (_NUMBER, _AFTER_DASH, _WORDED)
        for each in pattern.finditer(left)
    ]
    return [number for _, number in sorted(found)]


def find_unsupported(text: str, findings: Iterable[Finding]) -> list[str]:
    """The typed numbers of a sentence that none of the findings quoted in it gives.

    A bound of an interval counts only beside the other bound: alone it would pass for the number itself.
    """
    left = _CONFIDENCE.sub("", text)
    supported: set[str] = set()
    for finding in findings:
        if (bounds := _bounds(finding)) and all(
            re.search(rf"(?<![\d.,]){re.escape(bound)}(?![\d])", left) for bound in bounds
        ):
            supported.update(bounds)
        supported |= _give_numbers(finding)
    return [number for number in find_typed_numbers(left) if _even_out(number) not in supported]


def _bounds(finding: Finding) -> list[str]:
    return [_even_out(bound) for bound in format_bounds(finding.estimate).split(" to ") if bound]


def _give_numbers(finding: Finding) -> set[str]:
    estimate = finding.estimate
    written = [format_estimate(estimate), finding.period, finding.area_name, finding.measure]
    written += [format_number(number) for number in (estimate.count, estimate.denominator) if number is not None]
    written.append(
        _INTERVAL.sub(
            "",
            finding.sentence.replace(format_interval(estimate) or "\0", "").replace(
                format_bounds(estimate) or "\0", ""
            ),
        )
    )
    tokens = {_even_out(found[0]) for text in written for found in _NUMBER.finditer(text)}
    # '45.5 per cent' and 'fell by 3%' are the same numbers as '45.5%' and '−3%'.
    tokens |= {token.removesuffix("%") for token in tokens}
    return tokens | {token.lstrip("\N{MINUS SIGN}") for token in tokens} | {token.replace(",", "") for token in tokens}


def _even_out(number: str) -> str:
    return number.replace("-", "\N{MINUS SIGN}").replace(" ", "").strip()
