"""Landing and checking together, as a user means them: what came, what is wrong with it, and that nothing was lost."""

from __future__ import annotations

import datetime
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from safeground.engine.build.checking import check_for_warehouse
from safeground.engine.catalogue import Catalogue, load_agreements
from safeground.engine.documents import count_things
from safeground.engine.feeds import (
    CheckReport,
    Delivery,
    LandingReport,
    Problem,
    ProblemSummary,
    Refusal,
    Verdict,
    check_workspace,
    get_check_report,
    get_live_deliveries,
    land_files,
    review_agreements,
    summarise_problems,
)
from safeground.engine.workspace import Progress, Workspace, no_progress

_MOST_PROBLEMS_SHOWN = 40
_MOST_FILES_SHOWN = 3
_MOST_REFUSED_SHOWN = 20


@dataclass(frozen=True)
class ReceivingReport:
    """What became of files that were sent. Of each delivery: received = accepted + quarantined + known duplicates."""

    landed: tuple[Delivery, ...]
    unchanged: tuple[Delivery, ...]
    superseded: tuple[Delivery, ...]
    refused: tuple[Refusal, ...]
    checks: tuple[CheckReport, ...]
    stated: tuple[Problem, ...]
    """Totals stated of files that had landed before, where they disagree."""
    strangers: tuple[str, ...]
    """Partners among those landed that are neither the partnership's own nor its neighbours."""
    root: Path
    outdated: tuple[tuple[Delivery, Delivery], ...] = ()
    """Of the unchanged those that count no longer, each with the later delivery that counts."""
    overdue: tuple[str, ...] = ()
    """Agreements under which something landed now, though somebody should have looked at them again."""

    @property
    def refusals(self) -> tuple[str, ...]:
        """A sentence for each reason, with its files below it where there are several."""
        return describe_refusals(self.refused)

    @property
    def is_clean(self) -> bool:
        """As `came_soundly` has it."""
        return came_soundly((*self.landed, *self.unchanged), self.refused, self.checks)

    @property
    def last_line(self) -> str:
        here = len(self.landed) + len(self.unchanged)
        refused = f", {count_things(len(self.refused), 'file')} refused" if self.refused else ""
        following = f" Next: safeground build {shlex.quote(str(self.root))}" if here else ""
        return f"{count_things(here, 'file')} here{refused}.{following}"

    def lines(self) -> tuple[str, ...]:
        """The report for a terminal, without the refusals."""
        by_feed = Counter(delivery.feed for delivery in self.landed)
        lines = [f"Landed {count_things(number, 'file')} of {feed}." for feed, number in sorted(by_feed.items())]
        if self.unchanged:
            lines.append(
                f"{count_things(len(self.unchanged), 'file')} had landed before, byte for byte; nothing was stored twice."
            )
        if self.superseded:
            lines.append(
                f"{count_things(len(self.superseded), 'earlier delivery', 'earlier deliveries')} superseded; both are kept."
            )
        lines += [
            f"{earlier.id} had landed before and does not count, since {later.id} came after it; if the earlier is right after "
            f"all, destroy the later: safeground destroy {shlex.quote(str(self.root))} {later.id} --reason WHY"
            for earlier, later in self.outdated[:_MOST_FILES_SHOWN]
        ]
        if len(self.outdated) > _MOST_FILES_SHOWN:
            lines.append(f"So it is with {len(self.outdated) - _MOST_FILES_SHOWN:,} more; --json names all.")
        if not self.landed and not self.unchanged:
            lines.append("Nothing landed.")
        lines += [
            f"{partner} is neither the partnership's own force nor a neighbour: what it sent is kept, and counted nowhere."
            for partner in self.strangers
        ]
        lines += self.overdue
        if self.checks:
            lines.append(_reconcile(self.checks))
        problems = (*get_problems(self.checks), *self.stated)
        lines.extend(describe_problems(problems, (*self.landed, *self.unchanged)))
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "landed": [delivery.id for delivery in self.landed],
            "unchanged": [delivery.id for delivery in self.unchanged],
            "superseded": [delivery.id for delivery in self.superseded],
            "outdated": [{"delivery": earlier.id, "counts_instead": later.id} for earlier, later in self.outdated],
            "refused": [{"file": refusal.path, "reason": refusal.sentence} for refusal in self.refused],
            "stated": [_problem_as_data(problem) for problem in self.stated],
            "strangers": list(self.strangers),
            "agreements_overdue": list(self.overdue),
            "checks": [_check_as_data(check) for check in self.checks],
        }


@dataclass(frozen=True)
class CheckingReport:
    """What is wrong with what has landed, delivery by delivery and taken together."""

    checks: tuple[CheckReport, ...]
    across: tuple[Problem, ...]
    """Problems that only show when deliveries stand beside each other: a silent feed, half a month, unknown areas."""
    deliveries: tuple[Delivery, ...]

    @property
    def is_clean(self) -> bool:
        return all(check.is_used for check in self.checks)

    def lines(self) -> tuple[str, ...]:
        if not self.checks:
            return ("Nothing has landed.",)
        verdicts = Counter(check.verdict for check in self.checks)
        lines = [f"{count_things(len(self.checks), 'delivery', 'deliveries')} checked: " + ", ".join(
            f"{verdicts[verdict]} {verdict}" for verdict in Verdict if verdicts[verdict]
        ) + "."]  # fmt: skip
        lines.append(_reconcile(self.checks))
        lines.extend(describe_problems((*get_problems(self.checks), *self.across), self.deliveries))
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "checks": [_check_as_data(check) for check in self.checks],
            "across_deliveries": [_problem_as_data(problem) for problem in self.across],
        }


def land_and_check(
    workspace: Workspace,
    catalogue: Catalogue,
    files: Sequence[Path],
    *,
    feed: str | None = None,
    partner: str | None = None,
    period: str | None = None,
    stated_rows: int | None = None,
    despite_destruction: str | None = None,
    keys: Path | None = None,
    progress: Progress | None = None,
) -> ReceivingReport:
    """Land files and check what landed. Takes the workspace's lock. Raises WorkspaceBusy. `keys` as `land_files` has it."""
    progress = progress or no_progress
    with workspace.exclusive():
        report = land_files(
            workspace,
            catalogue.feeds,
            files,
            feed=feed,
            partner=partner,
            period=period,
            stated_rows=stated_rows,
            despite_destruction=despite_destruction,
            keys=keys,
            progress=progress,
        )
        unchecked = _find_unchecked(workspace, report)
        checks = check_for_warehouse(workspace, catalogue.feeds, unchecked, progress=progress)
    return ReceivingReport(
        report.landed,
        report.unchanged,
        report.superseded,
        report.refused,
        tuple(checks),
        report.problems,
        _find_strangers(catalogue, report.landed),
        workspace.root,
        report.outdated,
        _find_overdue(workspace, catalogue, report.landed),
    )


def _find_overdue(workspace: Workspace, catalogue: Catalogue, landed: Sequence[Delivery]) -> tuple[str, ...]:
    """A sentence for each. A day of review is nobody's end of an agreement, so that it bars nothing; but who lands is who can ask."""
    used = {delivery.agreement for delivery in landed if delivery.agreement is not None}
    if not used:
        return ()
    agreements = load_agreements(workspace.partnership, workspace=workspace.root, feeds=catalogue.feeds.contracts)
    reviewed = review_agreements(agreements, catalogue.feeds, today=datetime.date.today())
    late = (each for each in reviewed.agreements if each.is_overdue and each.agreement.name in used)
    return tuple(f"Landed under the agreement {each.agreement.label}; {each.review}." for each in late)


def _find_strangers(catalogue: Catalogue, landed: Sequence[Delivery]) -> tuple[str, ...]:
    """Forces whose deliveries this partnership has no use for: a file of another force landed by mistake."""
    ours = {force.partner for force in catalogue.partnership.forces}
    by_force = {name for name, contract in catalogue.feeds.contracts.items() if contract.partner.column is not None}
    strangers = {d.partner for d in landed if d.feed in by_force and d.partner not in ours}
    return tuple(
        sorted(strangers - {d.partner for d in landed if d.agreement is not None})
    )  # whom an agreement names is none


def _find_unchecked(workspace: Workspace, report: LandingReport) -> tuple[Delivery, ...]:
    """What landed now, and what had landed before but was never checked, as by a run that was killed in between."""
    new = {delivery.id: delivery for delivery in report.landed}
    waiting = {
        delivery.id: delivery
        for delivery in report.unchanged
        if delivery.id not in new and get_check_report(workspace, delivery.id) is None
    }
    return (*new.values(), *waiting.values())


def check_everything(workspace: Workspace, catalogue: Catalogue, *, progress: Progress | None = None) -> CheckingReport:
    """Check every live delivery (what was checked before is not read again), then the deliveries together."""
    with workspace.exclusive():
        live = get_live_deliveries(workspace)
        checks = check_for_warehouse(workspace, catalogue.feeds, live, progress=progress)
        across = check_workspace(workspace, catalogue.feeds, partners=expected_partners(catalogue))
        return CheckingReport(tuple(checks), tuple(across), live)


def expected_partners(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """By feed, who is expected to go on sending it: our own force and its neighbours, and whoever always sends a feed."""
    forces = tuple(force.partner for force in catalogue.partnership.forces)
    return {
        name: (contract.partner.fixed,) if contract.partner.fixed is not None else forces
        for name, contract in catalogue.feeds.contracts.items()
    }


def get_problems(checks: Iterable[CheckReport]) -> tuple[Problem, ...]:
    """Every problem of these checks, each with the delivery it was found in."""
    return tuple(replace(problem, delivery=check.delivery) for check in checks for problem in check.problems)


def came_soundly(here: Sequence[Delivery], refused: Sequence[Refusal], checks: Iterable[CheckReport]) -> bool:
    """Every file that a contract covers is here and is used, though rows of it may be in quarantine. Files that none covers do not spoil
    what came beside them. So `land` and `check FILE` end: one rule, so that a file that may be sent is a file that lands."""
    broken = any(not refusal.is_uncovered for refusal in refused)
    nothing = bool(refused) and not here
    return not broken and not nothing and all(check.is_used for check in checks)


def describe_refusals(refused: Iterable[Refusal]) -> tuple[str, ...]:
    """One sentence a reason, its files in lines of their own: thirty files that wait for one key are one thing to put right."""
    by_reason: dict[str, list[Refusal]] = {}
    for refusal in refused:
        by_reason.setdefault(refusal.why, []).append(refusal)
    return tuple(_describe_reason(why, alike) for why, alike in by_reason.items())


def _describe_reason(why: str, alike: Sequence[Refusal]) -> str:
    if len(alike) == 1:
        return alike[0].sentence
    names = [refusal.path for refusal in alike[:_MOST_REFUSED_SHOWN]]
    if len(alike) > _MOST_REFUSED_SHOWN:
        names.append(f"and {len(alike) - _MOST_REFUSED_SHOWN:,} more; --json names all")
    return "\n    ".join((f"Each of these {len(alike):,} files {why}", *names))


def describe_problems(problems: Iterable[Problem], deliveries: Iterable[Delivery]) -> tuple[str, ...]:
    """Problems as lines, one for each kind of problem of a feed, worst first; the many are cut with their number said."""
    found = summarise_problems(problems, deliveries)
    lines = [
        f"  {problem.severity}: {problem.sentence}{_name_files(problem)}" for problem in found[:_MOST_PROBLEMS_SHOWN]
    ]
    if len(found) > _MOST_PROBLEMS_SHOWN:
        lines.append(f"  and {len(found) - _MOST_PROBLEMS_SHOWN:,} more; --json gives all")
    return tuple(lines)


def _name_files(problem: ProblemSummary) -> str:
    shown = ", ".join(problem.files[:_MOST_FILES_SHOWN])
    more = len(problem.files) - _MOST_FILES_SHOWN
    return f" ({shown}{f' and {more:,} more' if more > 0 else ''})" if shown else ""


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
