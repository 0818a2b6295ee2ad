"""Whether a table or an edition, read together with all that was released before, gives a withheld count away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from safeground.engine.catalogue import Catalogue
from safeground.engine.disclosure import Exposure, Release, Status, find_exposures
from safeground.engine.documents import Audience, count_things
from safeground.engine.measures import Measures, open_measures
from safeground.engine.publish import AreaNesting, can_read, load_edition, read_releases, read_table, tie_areas
from safeground.engine.warehouse import open_warehouse
from safeground.engine.workspace import Workspace, WorkspaceError, write_atomically

RESULTS_ENDING = ".release-check.csv"
"""Of the results of an edition's own check, beside its folder: they say which cells are near to being known, so that they are for whoever
releases and not for readers."""

_RELEASED = (
    "editions/*/*/release.json",
    "places/hot_spots/*/*/release.json",
    "evaluations/*/*/reports/*/*/release.json",
)
"""Registers of editions, of packs of hot spots, and of pages of evaluations."""

DECISIONS = "release-decisions.yaml"
_NAMED = 5
_FORCE = "pfa24"
_LEVELS = ("ward24", "ltla24", _FORCE)
"""From the smallest."""


@dataclass(frozen=True)
class ReleaseResult:
    """One cell, in the shape that output checkers know. status: fail, review, or allowed where it was decided so; exception: why."""

    cell: str
    rule: str
    status: str
    reader: Audience
    known_from: float
    known_to: float | None
    releases: tuple[str, ...]
    exception: str

    @property
    def comments(self) -> str:
        span = "has no upper bound" if self.known_to is None else f"is at most {self.known_to:g}"
        return f"a reader of {self.reader} releases can say that it is at least {self.known_from:g} and {span}"


@dataclass(frozen=True)
class ReleaseReport:
    """What was checked, against how many releases, and what was found."""

    name: str
    against: int
    cells: int
    results: tuple[ReleaseResult, ...]

    @property
    def failures(self) -> tuple[ReleaseResult, ...]:
        return tuple(each for each in self.results if each.status == Status.FAIL)

    def lines(self) -> tuple[str, ...]:
        checked = f"{count_things(self.cells, 'cell')} against {count_things(self.against, 'earlier release')}"
        if not self.results:
            return (f"{self.name}: {checked}; nothing is given away.",)
        lines = [f"{self.name}: {checked}; {len(self.failures)} must not be released so."]
        lines += [
            f"{each.status}: {each.cell}: {each.rule}; {each.comments} ({', '.join(each.releases)})."
            + (f" Allowed: {each.exception}" if each.exception else "")
            for each in self.results
        ]
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "cells": self.cells,
            "earlier_releases": self.against,
            "status": "fail" if self.failures else "review" if self.results else "pass",
            "results": [
                {
                    "cell": each.cell,
                    "rule": each.rule,
                    "status": each.status,
                    "exception": each.exception,
                    "comments": each.comments,
                    "reader": str(each.reader),
                    "known_from": each.known_from,
                    "known_to": each.known_to,
                    "releases": list(each.releases),
                }
                for each in self.results
            ],
        }

    def as_csv(self) -> str:
        """The results, a row a cell, for whoever checks outputs in a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("cell", "rule", "status", "exception", "comments", "reader", "releases"))
        writer.writerows(
            (r.cell, r.rule, r.status, r.exception, r.comments, r.reader, "; ".join(r.releases)) for r in self.results
        )
        return out.getvalue()


def check_release(
    workspace: Workspace, catalogue: Catalogue, path: Path, *, audience: Audience = Audience.PUBLIC
) -> ReleaseReport:
    """Check a CSV (see `read_table`), meant for an audience, or an edition against all editions of the workspace.

    Raises EditionError for what cannot be read, WorkspaceError for decisions that cannot.
    """
    if path.is_dir():
        audience = Audience(load_edition(path).audience)
        _, new = read_releases(path)
    else:
        rules = {
            name: catalogue.disclosure.rule(contract.disclosure, audience)
            for name, contract in catalogue.feeds.contracts.items()
        }
        new = read_table(path, rules)
    return compare_with_earlier(workspace, catalogue, new, audience, nestings=find_nestings(workspace, catalogue))


def compare_with_earlier(
    workspace: Workspace,
    catalogue: Catalogue,
    new: Sequence[Release],
    audience: Audience,
    *,
    nestings: Sequence[AreaNesting] = (),
) -> ReleaseReport:
    """New releases for an audience against those of all editions, for each audience that reads them: a number of one edition may be read
    with a number of another. `nestings`: which area lies in which."""
    name = new[0].name if new else "nothing that any rule withholds"
    earlier = [
        (told_to, release)
        for folder in sorted(path for pattern in _RELEASED for path in workspace.root.glob(pattern))
        for told_to, releases in [read_releases(folder.parent)]
        for release in releases
        if release.name != name and not _is_same(release, new)
    ]
    decided = _read_decisions(workspace)
    found: dict[tuple[str, str], ReleaseResult] = {}
    asked: dict[
        tuple[tuple[Release, ...], int], tuple[Exposure, ...]
    ] = {}  # readers of the same releases under the same rule learn the same
    for reader in Audience:
        if not can_read(reader, audience):
            continue
        for release in new:
            feed = _feed_of(release)
            rule = catalogue.disclosure.rule(_rule_of(catalogue, release), reader)
            beside = [
                _as_read_by(reader, told_to, other)
                for told_to, other in earlier
                if can_read(reader, told_to) and _feed_of(other) == feed
            ]
            together = (*beside, _as_read_by(reader, audience, release))
            if (together, rule.threshold) not in asked:
                tied = tie_areas(together, nestings)
                asked[together, rule.threshold] = find_exposures(tied, only=name, threshold=rule.threshold)
            for exposure in asked[together, rule.threshold]:
                found.setdefault((str(exposure.key), exposure.leak), _make_result(exposure, reader, decided))
    return ReleaseReport(name, len({r.name for _, r in earlier}), _count_cells(new), _in_order(found.values()))


def check_before_release(
    workspace: Workspace,
    catalogue: Catalogue,
    new: Sequence[Release],
    audience: Audience,
    *,
    nestings: Sequence[AreaNesting] = (),
) -> ReleaseReport:
    """An edition by itself, and a public one against all that was released before, since everybody may have kept it."""
    name, decided = new[0].name, _read_decisions(workspace)
    alone = [exposure for release in tie_areas(new, nestings) for exposure in find_exposures([release])]
    found = {(str(each.key), str(each.leak)): _make_result(each, audience, decided) for each in alone}
    if audience is not Audience.PUBLIC:
        return ReleaseReport(name, 0, _count_cells(new), _in_order(found.values()))
    with_earlier = compare_with_earlier(workspace, catalogue, new, audience, nestings=nestings)
    found |= {(each.cell, each.rule): each for each in with_earlier.results if (each.cell, each.rule) not in found}
    return ReleaseReport(name, with_earlier.against, with_earlier.cells, _in_order(found.values()))


def put_results(report: ReleaseReport, edition: Path, workspace: Workspace) -> Path:
    """Write a report beside the folder of an edition, which may not be there yet, or never come: then it says why."""
    path = edition.with_name(edition.name + RESULTS_ENDING)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, report.as_csv(), staging=workspace.staging)
    return path


def refuse_leaks(report: ReleaseReport, workspace: Workspace, *, results: Path) -> None:
    """Raise WorkspaceError, naming the cells, where a report has a failure that nobody has decided to allow."""
    if report.failures:
        named = "; ".join(f"{each.cell} ({each.rule})" for each in report.failures[:_NAMED])
        more = f" and {len(report.failures) - _NAMED} more" if len(report.failures) > _NAMED else ""
        raise WorkspaceError(
            f"{report.name} would give counts away that are withheld: {named}{more}. Nothing was published; "
            f"withhold more, or write each cell and why it may be known into {workspace.root / DECISIONS}. All of them are in {results}."
        )


def _count_cells(releases: Sequence[Release]) -> int:
    return sum(len(release.cells) for release in releases)


def _in_order(results: Iterable[ReleaseResult]) -> tuple[ReleaseResult, ...]:
    """The worst first."""
    return tuple(sorted(results, key=lambda each: (each.status != Status.FAIL, each.cell)))


def _is_same(release: Release, new: Sequence[Release]) -> bool:
    """Whether a release says what a new one says, cell by cell: read together they say no more."""
    return any(set(release.cells) == set(each.cells) for each in new)


def _feed_of(release: Release) -> str:
    return release.cells[0].key.series.measure.partition("/")[0]


def _rule_of(catalogue: Catalogue, release: Release) -> str:
    """The rule of its feed; of what no feed holds (an evaluation's own files) the one that it was told under."""
    contract = catalogue.feeds.contracts.get(_feed_of(release))
    return release.rule.name if contract is None else contract.disclosure


def _as_read_by(reader: Audience, told_to: str, release: Release) -> Release:
    """What a reader makes of a release for others: what those may not know, it is not ours to keep from this one."""
    if Audience(told_to) is reader:
        return release
    cells = tuple(cell for cell in release.cells if cell.value is not None)
    return Release(release.name, release.rule, cells, release.sums)


def _make_result(exposure: Exposure, reader: Audience, decided: Mapping[str, str]) -> ReleaseResult:
    cell = str(exposure.key)
    why = decided.get(cell, "")
    upper = exposure.known.upper
    return ReleaseResult(
        cell=cell,
        rule=str(exposure.leak),
        status="allowed" if why else str(exposure.status),
        reader=reader,
        known_from=exposure.known.lower,
        known_to=None if upper == float("inf") else upper,
        releases=exposure.releases,
        exception=why,
    )


def _read_decisions(workspace: Workspace) -> dict[str, str]:
    path = workspace.root / DECISIONS
    if not path.is_file():
        return {}
    try:
        return {str(each["cell"]): str(each["why"]) for each in yaml.safe_load(path.read_text(encoding="utf-8")) or ()}
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError):
        raise WorkspaceError(
            f"{path} cannot be read; it is a list of entries with 'cell', as a check names it, and 'why'."
        ) from None


def find_nestings(workspace: Workspace, catalogue: Catalogue) -> tuple[AreaNesting, ...]:
    """Which area lies in which; nothing where nothing has been built yet."""
    if workspace.warehouse.current is None:
        return ()
    try:
        with open_warehouse(workspace) as warehouse:
            return make_nestings(open_measures(warehouse, catalogue))
    except ValueError:
        return ()


def make_nestings(measures: Measures) -> tuple[AreaNesting, ...]:
    """Our small areas, wards and districts, each level in every larger one that a lookup leads to."""
    if not measures.has_areas:
        return ()
    hierarchy = measures.locator.hierarchy
    levels = (hierarchy.base, *(level for level in _LEVELS if level in hierarchy.levels))
    found = []
    for at, level in enumerate(levels):
        ours = set(measures.areas(level))
        for larger in levels[at + 1 :]:
            parents = {code: parent for code, parent in hierarchy.nest(level, larger).items() if code in ours}
            found.append(AreaNesting(level, parents, leaves_rest=larger == _FORCE))
    return tuple(found)
