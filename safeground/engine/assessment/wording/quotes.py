"""Quotations of findings: `{{level.violence.latest}}`, one part of it with `.interval`, or as typed with `= 34.4`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from safeground.engine.documents import (
    Finding,
    format_bounds,
    format_estimate,
    format_interval,
    format_number,
    format_value,
)

QUOTE = re.compile(r"\{\{\s*(?P<name>[^{}=]*?)\s*(?:=\s*(?P<typed>[^{}]*?)\s*)?\}\}")
_UNIT = re.compile(r"\s+")


def _write_number(finding: Finding) -> str:
    return format_estimate(finding.estimate)


PARTS: Mapping[str, Callable[[Finding], str]] = MappingProxyType(
    {
        "number": _write_number,
        "value": lambda finding: format_value(finding.estimate),
        "interval": lambda finding: format_interval(finding.estimate),
        "bounds": lambda finding: format_bounds(finding.estimate),
        "sentence": lambda finding: finding.sentence,
        "period": lambda finding: finding.period,
        "area": lambda finding: finding.area_name,
    }
)
"""What can be quoted of a finding. Without a part it is its number with the unit."""


@dataclass(frozen=True)
class Quote:
    """A finding quoted in a sentence, and where there. `typed`: what the writer took it to say."""

    finding: Finding
    part: str
    typed: str | None
    start: int
    end: int

    @property
    def words(self) -> str:
        """What a reader sees in its place."""
        return self.typed if self.typed is not None else PARTS[self.part](self.finding)


def name_quote(name: str, findings: Mapping[str, Finding]) -> tuple[str, str]:
    """The finding and the part that a name in braces means. A name that is a finding's whole is never cut."""
    stem, _, part = name.rpartition(".")
    return (stem, part) if name not in findings and stem and part in PARTS else (name, "number")


def may_be_typed(finding: Finding) -> frozenset[str]:
    """Every way in which the page itself writes a finding's number."""
    estimate = finding.estimate
    written = {
        format_value(estimate), format_estimate(estimate), format_bounds(estimate), format_interval(estimate),
        f"{format_estimate(estimate)} ({format_interval(estimate)})",
    }  # fmt: skip
    if estimate.count is not None:
        written.add(format_number(estimate.count))
    return frozenset(even_out(text) for text in written if text)


def even_out(text: str) -> str:
    """Without what a keyboard writes in another way: a hyphen for a minus sign, two spaces for one."""
    return _UNIT.sub(" ", text.strip()).replace("-", "\N{MINUS SIGN}").casefold()
