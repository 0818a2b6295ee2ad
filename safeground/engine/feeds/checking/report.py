"""What a check found: the report of one delivery, its problems, and how both are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    WITH_PROBLEMS = "accepted with problems"
    REFUSED = "refused"


class Severity(StrEnum):
    """What a problem does: nothing, it is told, rows go to quarantine, or the whole delivery is not used."""

    NOTE = "note"
    REPORT = "report"
    QUARANTINE = "quarantine"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Problem:
    """One rule that some rows, a delivery or a feed break, told once however many rows break it."""

    rule: str
    severity: Severity
    column: str | None
    rows: int | None
    """How many rows; None where the problem is not one of rows."""
    first_row: int | None
    """1-based among the data rows as sent, the header not counted."""
    message: str
    """One sentence in the user's words, with row numbers. Identifiers are masked unless the feed is open."""
    examples: tuple[str, ...] = ()
    delivery: str | None = None
    """The delivery's id where the problem is one delivery's."""
    feed: str | None = None
    """The feed where the problem is one feed's and shows only between deliveries."""
    gist: str = ""
    """What is wrong in words that fit every delivery: no row numbers, values or identifiers. Empty where `message` stands alone."""


@dataclass(frozen=True)
class CheckReport:
    """The outcome of a check. `received == accepted + quarantined + duplicates`, always.

    `received` is counted at landing, before and independently of the check. Of a refused delivery nothing is used, whatever
    `accepted` says of its rows.
    """

    delivery: str
    feed: str
    variant: str
    partner: str
    period: str
    verdict: Verdict
    received: int
    accepted: int
    quarantined: int
    duplicates: int
    """Known duplicates: exact repeats of an earlier row."""
    problems: tuple[Problem, ...]
    without_location: int
    """Accepted rows that carry no area code; 0 for feeds without one."""
    rows_are_rewritten: bool
    """True where some rows as sent are not accepted, cells had padding (or nothing else) that was left out, or the file is not a plain
    UTF-8 CSV: read `accepted.parquet` instead of it."""
    key: str
    """Hash of what the report depends on: the content, the contract and the check's own code."""

    def __post_init__(self) -> None:
        if self.received != self.accepted + self.quarantined + self.duplicates:
            raise ValueError(
                f"{self.delivery}: {self.received} rows received are not {self.accepted} accepted + "
                f"{self.quarantined} quarantined + {self.duplicates} known duplicates."
            )

    @property
    def is_used(self) -> bool:
        return self.verdict is not Verdict.REFUSED


def to_json(report: CheckReport) -> str:
    """The report as the text of `check.json`."""
    data = {**vars(report), "problems": [vars(problem) for problem in report.problems]}
    # On one line: with an indent Python's own encoder would write it, at ten times the cost, 1,548 times for a nation.
    return json.dumps(data, ensure_ascii=False) + "\n"


def from_json(text: str) -> CheckReport:
    """The report from the text of `check.json`. Raises KeyError, TypeError or ValueError where it is none."""
    data: Mapping[str, Any] = json.loads(text)
    problems = tuple(
        Problem(**{**item, "severity": Severity(item["severity"]), "examples": tuple(item["examples"])})
        for item in data["problems"]
    )
    return CheckReport(**{**data, "verdict": Verdict(data["verdict"]), "problems": problems})


def of_delivery(problem: Problem, delivery: str) -> Problem:
    return replace(problem, delivery=delivery)
