"""One file checked before it is sent, as a user means it: what it is, what is wrong with it, and what goes back to the sender."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.build.receiving import came_soundly, describe_refusals
from safeground.engine.catalogue import load_catalogue, load_feeds
from safeground.engine.feeds import FileCheck, Severity, check_file

_SHOWN = {
    Severity.REFUSE: "refused",
    Severity.QUARANTINE: "must be put right",
    Severity.REPORT: "please look at it",
    Severity.NOTE: "note",
}


@dataclass(frozen=True)
class FileReport:
    """What is wrong with one file. Nothing of it was kept."""

    found: FileCheck

    @property
    def is_clean(self) -> bool:
        """As `came_soundly` has it."""
        return came_soundly(self.found.deliveries, self.found.refused, self.found.reports)

    def lines(self) -> tuple[str, ...]:
        found = self.found
        lines = list(describe_refusals(found.refused))
        for delivery, report in zip(found.deliveries, found.reports, strict=True):
            told = any(problem.severity is not Severity.NOTE for problem in report.problems)
            verdict = "nothing to put right" if not told else f"{report.quarantined:,} to put right"
            lines.append(
                f"{delivery.sent_name}: {delivery.feed}, {delivery.partner}, {delivery.period}; {report.received:,} rows, {verdict}."
            )
        for report in found.reports:
            lines.extend(f"  {_SHOWN[problem.severity]}: {problem.message}" for problem in report.problems)
        if found.returned is not None:
            lines.append(f"For the sender: {shlex.quote(str(found.returned))}")
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        found = self.found
        return {
            "file": str(found.path),
            "refused": [refusal.sentence for refusal in found.refused],
            "checks": [
                {
                    "feed": report.feed,
                    "variant": report.variant,
                    "partner": report.partner,
                    "period": report.period,
                    "received": report.received,
                    "accepted": report.accepted,
                    "quarantined": report.quarantined,
                    "duplicates": report.duplicates,
                    "problems": [
                        {"rule": problem.rule, "severity": str(problem.severity), "column": problem.column,
                         "rows": problem.rows, "first_row": problem.first_row, "message": problem.message}
                        for problem in report.problems
                    ],
                }
                for report in found.reports
            ],
            "returned": str(found.returned) if found.returned else None,
        }  # fmt: skip


def check_one_file(
    path: Path,
    *,
    partnership: str | None = None,
    feed: str | None = None,
    partner: str | None = None,
    period: str | None = None,
    stated_rows: int | None = None,
    return_excel: Path | None = None,
) -> FileReport:
    """Check one file against the contracts that come with Safeground; of a `partnership` with its own code lists over the nation's, as it
    would land there. Raises Refused as `check_file` does, DefinitionsError for a partnership there is not."""
    feeds = load_feeds() if partnership is None else load_catalogue(partnership).feeds
    said: dict[str, Any] = {"feed": feed, "partner": partner, "period": period, "stated_rows": stated_rows}
    return FileReport(check_file(path, feeds, **said, return_excel=return_excel))
