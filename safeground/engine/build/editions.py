"""The order of things: check, conform, measure, assess, publish. What is up to date is not done again."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.assessment import (
    Evidence,
    find_words,
    may_tell_rows,
    put_in_words,
    read_wording,
    write_assessment,
)
from safeground.engine.build.checking import check_for_warehouse
from safeground.engine.build.code_version import get_code_version
from safeground.engine.build.receiving import expected_partners, get_problems
from safeground.engine.build.releasing import check_before_release, make_nestings, put_results, refuse_leaks
from safeground.engine.build.tested import read_tested
from safeground.engine.catalogue import Catalogue, Sensitivity
from safeground.engine.disclosure import Release
from safeground.engine.documents import Audience, Document
from safeground.engine.feeds import (
    CheckReport,
    Delivery,
    check_workspace,
    get_live_deliveries,
    summarise_problems,
    supply_scorecard,
)
from safeground.engine.measures import open_measures
from safeground.engine.publish import AreaNesting, Brand, link_origin, publish_edition
from safeground.engine.warehouse import Engine, check_engine, conform_deliveries, open_warehouse
from safeground.engine.workspace import Generations, Progress, Workspace, WorkspaceError, no_progress

_OPEN_GOVERNMENT = "Open Government Licence"
SEED = 20240131
"""Of every simulation in an edition. In the manifest; changing it makes another edition."""


def choose_audiences(live: Sequence[Delivery], catalogue: Catalogue) -> tuple[Audience, ...]:
    """Whom editions are built for, the partnership first. The police have one of their own where a feed under an agreement has landed:
    of open data alone it would say what the partnership's says."""
    is_open = all(catalogue.feeds.contracts[delivery.feed].sensitivity is Sensitivity.OPEN for delivery in live)
    return (
        (Audience.PARTNERSHIP, Audience.PUBLIC) if is_open else (Audience.PARTNERSHIP, Audience.POLICE, Audience.PUBLIC)
    )


@dataclass(frozen=True)
class BuiltEdition:
    """An edition of this build. `is_new` is false where it was up to date already."""

    audience: Audience
    path: Path
    is_new: bool


@dataclass(frozen=True)
class BuildReport:
    """What a build did."""

    deliveries: int
    parts_made: int
    parts_reused: int
    editions: tuple[BuiltEdition, ...]

    def lines(self) -> tuple[str, ...]:
        if all(not edition.is_new for edition in self.editions):
            lines = [f"Nothing has changed: the editions of {self.deliveries:,} deliveries are up to date."]
        else:
            made = f"{self.parts_made:,} parts made, {self.parts_reused:,} carried over"
            lines = [f"Warehouse: {made}, from {self.deliveries:,} deliveries."]
        lines += [f"The {edition.audience} edition is at {edition.path / 'index.html'}" for edition in self.editions]
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "deliveries": self.deliveries,
            "parts_made": self.parts_made,
            "parts_reused": self.parts_reused,
            "editions": [
                {"audience": str(edition.audience), "path": str(edition.path), "is_new": edition.is_new}
                for edition in self.editions
            ],
        }


def editions_of(workspace: Workspace, audience: Audience) -> Generations:
    """The editions for one audience, of which one is current."""
    return Generations(workspace.editions.folder / audience.value, workspace.staging)


def build_editions(
    workspace: Workspace,
    catalogue: Catalogue,
    *,
    again: bool = False,
    engine: Engine = Engine.DUCKDB,
    now: datetime.datetime | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring warehouse and editions up to date with what has landed. Takes the workspace's lock.

    `again` writes new editions even where nothing has changed, and renders all of them anew. `engine` works out the measures; all
    engines give the same edition. `now` is the time that editions state as theirs, with a time zone. Raises EngineUnavailable before
    anything is done, WorkspaceError where nothing has landed, WorkspaceBusy, and WordingError for words of the analyst's that the data
    do not carry: then no edition is written.
    """
    progress = progress or no_progress
    check_engine(engine)
    with workspace.exclusive():
        live = get_live_deliveries(workspace)
        if not live:
            raise WorkspaceError(
                f"Nothing has landed in {workspace.root}; land files with: safeground land {workspace.root} FILES"
            )
        read_wording(workspace.wording, catalogue.outline)  # a file of no chapter is told before anything is worked out
        checks = check_for_warehouse(workspace, catalogue.feeds, live, progress=progress)
        finished = workspace.warehouse.all
        generation = conform_deliveries(workspace, catalogue.feeds, live, checks, progress=progress)
        # Where nothing has changed it is the one in use, whose record tells of the build that made it and not of this one.
        made = 0 if generation.folder in finished else generation.made
        keys = {
            audience: edition_key(workspace, live, catalogue, audience)
            for audience in choose_audiences(live, catalogue)
        }
        found = {audience: None if again else _find_edition(workspace, audience, keys[audience]) for audience in keys}
        if not all(found.values()):
            now = now or datetime.datetime.now(datetime.UTC)
            found = _publish(workspace, catalogue, live, checks, keys, found, now, progress, engine=engine, again=again)
    return BuildReport(
        deliveries=len(live),
        parts_made=made,
        parts_reused=generation.made + generation.reused - made,
        editions=tuple(edition for edition in found.values() if edition is not None),
    )


def edition_key(workspace: Workspace, live: Sequence[Delivery], catalogue: Catalogue, audience: Audience) -> str:
    """Hash of all an edition depends on: deliveries, definitions, the analyst's words, what was tested and is quoted, code, seed and
    audience."""
    parts: list[Any] = [
        sorted(delivery.id for delivery in live),
        catalogue.version,
        get_code_version(),
        SEED,
        audience.value,
    ]
    if words := _hash_words(workspace, audience):
        parts.append(words)
    if tested := read_tested(workspace, live, catalogue, audience).fingerprint:
        parts.append(tested)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _hash_words(workspace: Workspace, audience: Audience) -> dict[str, str]:
    """The files of words that an audience may read, each with the hash of its content. Line ends are evened out."""
    others = {f".{other}.md" for other in Audience if other is not audience}
    return {
        path.name: hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:12]
        for path in find_words(workspace.wording)
        if not path.name.endswith(tuple(others))
    }


def _find_edition(workspace: Workspace, audience: Audience, key: str) -> BuiltEdition | None:
    """The current edition, where it is of this key."""
    current = editions_of(workspace, audience).current
    if current is None or key not in current.name.split("-"):
        return None
    return BuiltEdition(audience, current, is_new=False)


def _publish(
    workspace: Workspace,
    catalogue: Catalogue,
    live: Sequence[Delivery],
    checks: Sequence[CheckReport],
    keys: dict[Audience, str],
    found: dict[Audience, BuiltEdition | None],
    now: datetime.datetime,
    progress: Progress,
    *,
    engine: Engine,
    again: bool,
) -> dict[Audience, BuiltEdition | None]:
    with open_warehouse(workspace, engine=engine) as warehouse:
        progress(0, 1, "Counting")
        measures = open_measures(warehouse, catalogue)
        expected = expected_partners(catalogue)
        across = check_workspace(workspace, catalogue.feeds, partners=expected)
        problems = summarise_problems((*get_problems(checks), *across), live)
        scorecard = tuple(supply_scorecard(workspace, catalogue.feeds, partners=expected))
        stale = [audience for audience in keys if found[audience] is None]
        evidence = {
            audience: Evidence(
                measures, warehouse, catalogue, scorecard, problems, audience, SEED,
                read_tested(workspace, warehouse.deliveries, catalogue, audience),
            )
            for audience in stale
        }  # fmt: skip
        # All are written before any is published: what the analyst wrote for one audience must not stop the build half way.
        documents = _write_documents(workspace, catalogue, evidence, progress)
        names = {
            audience: _name_edition(editions_of(workspace, audience), evidence[audience], keys[audience])
            for audience in documents
        }
        releases = {audience: evidence[audience].releases(f"{audience}/{names[audience]}") for audience in documents}
        _check_releases(workspace, catalogue, releases, make_nestings(measures), progress)
        for audience, document in documents.items():
            editions = editions_of(workspace, audience)
            staged = workspace.stage_folder(f"edition-{audience}-") / "edition"
            publish_edition(
                document,
                into=staged,
                brand=make_brand(catalogue, {delivery.feed for delivery in live}),
                manifest=_manifest(live, checks, evidence[audience], _hash_words(workspace, audience)),
                built_at=now,
                earlier=None if again else editions.current,
                releases=releases[audience],
                progress=progress,
            )
            path = editions.swap_in(staged, name=names[audience])
            found[audience] = BuiltEdition(audience, path, is_new=True)
            shutil.rmtree(staged.parent, ignore_errors=True)
    return found


def _check_releases(
    workspace: Workspace,
    catalogue: Catalogue,
    releases: Mapping[Audience, Sequence[Release]],
    nestings: Sequence[AreaNesting],
    progress: Progress,
) -> None:
    """Each edition that tells anything under a rule that withholds. What was found is kept beside it."""
    progress(0, 1, "Looking for counts that could be worked out")
    for audience, new in releases.items():
        if new:
            report = check_before_release(workspace, catalogue, new, audience, nestings=nestings)
            results = put_results(report, workspace.editions.folder / new[0].name, workspace)
            refuse_leaks(report, workspace, results=results)


def _write_documents(
    workspace: Workspace, catalogue: Catalogue, evidence: Mapping[Audience, Evidence], progress: Progress
) -> dict[Audience, Document]:
    documents = {}
    for audience, known in evidence.items():
        progress(0, 1, f"Writing the {audience} assessment")
        documents[audience] = write_assessment(known, audience)
    return put_in_words(documents, read_wording(workspace.wording, catalogue.outline), link=link_origin)


def _name_edition(editions: Generations, evidence: Evidence, key: str) -> str:
    """'2025-06-<key>', with a number behind it where it was written before."""
    month = f"{evidence.newest:%Y-%m}" if evidence.covered else "no-month"
    name, number = f"{month}-{key}", 1
    while (editions.folder / name).exists():
        number += 1
        name = f"{month}-{key}-{number}"
    return name


def make_brand(catalogue: Catalogue, feeds: Iterable[str]) -> Brand:
    """How the partnership's pages look and whom they name. feeds: what a document rests on, and so whose licence it names."""
    partnership = catalogue.partnership
    contact = next((line for line in partnership.contacts if line.url), None)
    licences = {catalogue.feeds.contracts[feed].source.licence for feed in feeds}
    is_public_sector = any(licence.startswith(_OPEN_GOVERNMENT) for licence in licences)
    return Brand(
        name=partnership.title,
        colour=partnership.colours.main,
        contact=f"{contact.for_what}: {contact.url}" if contact else "",
        licence=f"Contains public sector information licensed under the {_OPEN_GOVERNMENT} v3.0."
        if is_public_sector
        else "",
    )


def _manifest(
    live: Sequence[Delivery], checks: Sequence[CheckReport], evidence: Evidence, words: Mapping[str, str]
) -> dict[str, Any]:
    """What the edition was made from. When something landed is left out: the same input makes the same edition anywhere. Numbers of rows
    are null where its readers may not have them, which is not zero."""
    catalogue = evidence.catalogue
    check_of = {check.delivery: check for check in checks}
    return {
        "code_version": get_code_version(),
        "definitions_version": catalogue.version,
        "definitions": {name: definition.version for name, definition in sorted(catalogue.definitions.items())},
        "measures": {name: measure.version for name, measure in sorted(catalogue.measures.items())},
        "disclosure_rules": sorted({catalogue.feeds.contracts[delivery.feed].disclosure for delivery in live}),
        "words": dict(words),
        "tested": dict(evidence.tested.files),
        "parameters": {"seed": SEED, "partnership_definition": catalogue.partnership.name},
        "deliveries": [
            {
                "id": delivery.id,
                "feed": delivery.feed,
                "variant": delivery.variant,
                "partner": delivery.partner,
                "period": delivery.period,
                "sha256": delivery.sha256,
                "contract_version": delivery.contract_version,
                **_tell_rows(check_of[delivery.id], evidence, delivery.feed),
                "verdict": str(check_of[delivery.id].verdict),
            }
            for delivery in live
        ],
    }


def _tell_rows(check: CheckReport, evidence: Evidence, feed: str) -> dict[str, int | None]:
    names = ("received", "accepted", "quarantined", "duplicates")
    return {name: getattr(check, name) if may_tell_rows(evidence, feed) else None for name in names}
