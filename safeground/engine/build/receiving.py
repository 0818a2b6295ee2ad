"""Landing and checking together, as a user means them: what came, what is wrong with it, and that nothing was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from safeground.engine.catalogue import Catalogue, Feeds
from safeground.engine.feeds import (
    CheckReport,
    Delivery,
    Problem,
    Refusal,
    Severity,
    Verdict,
    check_deliveries,
    check_workspace,
    get_live_deliveries,
    land_files,
)
from safeground.engine.workspace import Progress, Workspace, no_progress

_MOST_PROBLEMS_SHOWN = 40


@dataclass(frozen=True)
class ReceivingReport:
    """What became of files that were sent. Of each delivery: received = accepted + quarantined + known duplicates."""

    landed: tuple[Delivery, ...]
    unchanged: tuple[Delivery, ...]
    superseded: tuple[Delivery, ...]
    refused: tuple[Refusal, ...]
    checks: tuple[CheckReport, ...]

    @property
    def refusals(self) -> tuple[str, ...]:
        return tuple(refusal.sentence for refusal in self.refused)

    @property
    def is_clean(self) -> bool:
        """No file was refused, at the door or by its check."""
        return not self.refused and all(check.is_used for check in self.checks)

    def lines(self) -> tuple[str, ...]:
        """The report for a terminal, without the refusals."""
        by_feed = Counter(delivery.feed for delivery in self.landed)
        lines = [f"Landed {_count(number, 'file')} of {feed}." for feed, number in sorted(by_feed.items())]
        if self.unchanged:
            lines.append(
                f"{_count(len(self.unchanged), 'file')} had landed before, byte for byte; nothing was stored twice."
            )
        if self.superseded:
            lines.append(
                f"{_count(len(self.superseded), 'earlier delivery', 'earlier deliveries')} superseded; both are kept."
            )
        if not self.landed and not self.unchanged:
            lines.append("Nothing landed.")
        if self.checks:
            lines.append(_reconcile(self.checks))
        lines.extend(describe_problems(get_problems(self.checks)))
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "landed": [delivery.id for delivery in self.landed],
            "unchanged": [delivery.id for delivery in self.unchanged],
            "superseded": [delivery.id for delivery in self.superseded],
            "refused": [{"file": refusal.path, "reason": refusal.sentence} for refusal in self.refused],
            "checks": [_check_as_data(check) for check in self.checks],
        }


@dataclass(frozen=True)
class CheckingReport:
    """What is wrong with what has landed, delivery by delivery and taken together."""

    checks: tuple[CheckReport, ...]
    across: tuple[Problem, ...]
    """Problems that only show when deliveries stand beside each other: a silent feed, half a month, unknown areas."""

    @property
    def is_clean(self) -> bool:
        return all(check.is_used for check in self.checks)

    def lines(self) -> tuple[str, ...]:
        if not self.checks:
            return ("Nothing has landed.",)
        verdicts = Counter(check.verdict for check in self.checks)
        lines = [f"{_count(len(self.checks), 'delivery', 'deliveries')} checked: " + ", ".join(
            f"{verdicts[verdict]} {verdict}" for verdict in Verdict if verdicts[verdict]
        ) + "."]  # fmt: skip
        lines.append(_reconcile(self.checks))
        lines.extend(describe_problems(get_problems(self.checks)))
        lines.extend(describe_problems(self.across))
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "checks": [_check_as_data(check) for check in self.checks],
            "across_deliveries": [_problem_as_data(problem) for problem in self.across],
        }


def land_and_check(
    workspace: Workspace,
    feeds: Feeds,
    files: Sequence[Path],
    *,
    feed: str | None = None,
    partner: str | None = None,
    period: str | None = None,
    stated_rows: int | None = None,
    progress: Progress | None = None,
) -> ReceivingReport:
    """Land files and check what landed. Takes the workspace's lock. Raises WorkspaceBusy."""
    progress = progress or no_progress
    with workspace.exclusive():
        report = land_files(
            workspace,
            feeds,
            files,
            feed=feed,
            partner=partner,
            period=period,
            stated_rows=stated_rows,
            progress=progress,
        )
        checks = check_deliveries(workspace, feeds, report.landed, progress=progress)
    return ReceivingReport(report.landed, report.unchanged, report.superseded, report.refused, tuple(checks))


def check_everything(workspace: Workspace, catalogue: Catalogue, *, progress: Progress | None = None) -> CheckingReport:
    """Check every live delivery (what was checked before is not read again), then the deliveries together."""
    with workspace.exclusive():
        live = get_live_deliveries(workspace)
        checks = check_deliveries(workspace, catalogue.feeds, live, progress=progress or no_progress)
        return CheckingReport(tuple(checks), tuple(check_workspace(workspace, catalogue.feeds)))


def get_problems(checks: Iterable[CheckReport]) -> tuple[Problem, ...]:
    """Every problem of these checks, each with the delivery it was found in."""
    return tuple(replace(problem, delivery=check.delivery) for check in checks for problem in check.problems)


def describe_problems(problems: Iterable[Problem]) -> tuple[str, ...]:
    """Problems as lines, worst first; the many are cut with their number said."""
    order = {severity: place for place, severity in enumerate(reversed(Severity))}
    found = sorted(problems, key=lambda problem: (order[problem.severity], problem.delivery or "", problem.rule))
    told = [problem for problem in found if problem.severity is not Severity.NOTE]
    lines = [
        f"  {problem.severity}: {f'{problem.delivery}: ' if problem.delivery else ''}{problem.message}"
        for problem in told[:_MOST_PROBLEMS_SHOWN]
    ]
    if len(told) > _MOST_PROBLEMS_SHOWN:
        lines.append(f"  and {len(told) - _MOST_PROBLEMS_SHOWN:,} more; --json gives all")
    return tuple(lines)


def _reconcile(checks: Sequence[CheckReport]) -> str:
    received, accepted, quarantined, duplicates = (
        sum(getattr(check, name) for check in checks) for name in ("received", "accepted", "quarantined", "duplicates")
    )
    return (
        f"{received:,} rows received = {accepted:,} accepted + {quarantined:,} quarantined + "
        f"{duplicates:,} known duplicates."
    )


def _check_as_data(check: CheckReport) -> dict[str, Any]:
    return {
        "delivery": check.delivery,
        "verdict": str(check.verdict),
        "received": check.received,
        "accepted": check.accepted,
        "quarantined": check.quarantined,
        "duplicates": check.duplicates,
        "problems": [_problem_as_data(problem) for problem in check.problems],
    }


def _problem_as_data(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "severity": str(problem.severity),
        "delivery": problem.delivery,
        "column": problem.column,
        "rows": problem.rows,
        "first_row": problem.first_row,
        "message": problem.message,
        "examples": list(problem.examples),
    }


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
