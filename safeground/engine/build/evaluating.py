"""Evaluations in a workspace: a protocol sealed, its outcomes opened, its page written.

evaluations/<name>/<sha12>/reports/<audience>/CURRENT, <name>-<sha12>/   a page is never changed: another is put beside it, and read from
                                                                         one rename on
"""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from safeground.engine.areas import name_vintage
from safeground.engine.assessment import check_protocol_words, check_words_withhold
from safeground.engine.build.code_version import get_code_version
from safeground.engine.build.editions import make_brand
from safeground.engine.build.evaluation_data import read_workspace_data
from safeground.engine.build.evaluation_inputs import find_inputs, find_named
from safeground.engine.build.releasing import check_before_release, find_nestings, put_results, refuse_leaks
from safeground.engine.catalogue import Catalogue, load_economics
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Audience, Document, join_words
from safeground.engine.evaluation import (
    RESULT,
    CheckResult,
    CostBenefit,
    Evaluation,
    EvaluationRefused,
    Protocol,
    Result,
    SealEntry,
    appraise,
    as_data,
    check_cost_benefit_plan,
    check_files,
    check_protocol,
    check_seal,
    enter_files,
    enter_opening,
    enter_result,
    evaluate,
    find_approach,
    find_readers,
    find_rule,
    hash_protocol,
    make_evaluation_report,
    make_releases,
    protocol_folder,
    read_evaluation_files,
    read_protocol,
    read_seals,
    render_result,
    say_effect,
    seal_protocol,
    tell_checks,
)
from safeground.engine.publish import publish_edition
from safeground.engine.warehouse import LiveDelivery, open_warehouse
from safeground.engine.workspace import Generations, Progress, Workspace, no_progress


@dataclass(frozen=True)
class SealReport:
    """A protocol that was sealed."""

    entry: SealEntry

    def lines(self) -> tuple[str, ...]:
        return (
            f"Sealed: {self.entry.name} on {self.entry.at[:10]}, line {self.entry.number} of the log.",
            f"Its hash is {self.entry.protocol}",
            "Give it to somebody outside: whoever has it can tell later that the question was not changed.",
        )

    def as_data(self) -> dict[str, Any]:
        return dict(vars(self.entry))


@dataclass(frozen=True)
class EvaluationReport:
    """An evaluation that was run. `checks`: as the page tells them, with what is withheld left out. `folder`: of its protocol and
    numbers; `page`: of its page."""

    evaluation: Evaluation
    sentences: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    folder: Path
    page: Path

    def lines(self) -> tuple[str, ...]:
        evidence = self.evaluation.primary.evidence
        return (
            *self.sentences,
            f"Maryland scale {evidence.maryland} of 5, evidence security {evidence.security} of 5.",
            *(f"{check.verdict}: {check.question} {check.sentence}" for check in self.checks),
            *self.evaluation.notes,
            f"The page is at {self.page / 'index.html'}",
        )

    def as_data(self) -> dict[str, Any]:
        where = {"folder": str(self.folder), "page": str(self.page)}
        return {**where, "sentences": list(self.sentences), **as_data(self.evaluation)}


def seal_evaluation(
    workspace: Workspace, catalogue: Catalogue, path: Path, *, by: str = "", now: datetime.datetime | None = None
) -> SealReport:
    """Seal a protocol as it stands, having held it against its data. No outcome is read.

    `by`: the role that answers for it, the protocol's owner unless told. Raises DefinitionsError or EvaluationRefused.
    """
    protocol, content, data = _open(workspace, catalogue, path)
    check_protocol_words(protocol)
    check_protocol(protocol, data, is_planned=True)
    _check_named(workspace, catalogue, protocol)
    moment = now or datetime.datetime.now(datetime.UTC)
    entry = seal_protocol(
        workspace, protocol, content, fingerprint=data.fingerprint, by=by or protocol.owner, now=moment
    )
    return SealReport(entry)


def run_evaluation(
    workspace: Workspace,
    catalogue: Catalogue,
    path: Path,
    *,
    audience: Audience = Audience.PARTNERSHIP,
    now: datetime.datetime | None = None,
    progress: Progress = no_progress,
) -> EvaluationReport:
    """Run a sealed protocol and write its numbers and its page beside the seal.

    Raises DefinitionsError or EvaluationRefused, before an outcome is read, where the protocol cannot stand or was not sealed as it is.
    """
    protocol, content, data = _open(workspace, catalogue, path)
    _check_audience(catalogue, protocol, audience)
    moment = now or datetime.datetime.now(datetime.UTC)
    sha256 = hash_protocol(content, data.fingerprint)
    check_protocol_words(protocol)
    check_protocol(protocol, data)
    _check_named(workspace, catalogue, protocol)
    files = _hash_files(protocol, path.parent)
    check_files(workspace, protocol.name, sha256, files)
    enter_opening(workspace, protocol.name, sha256, now=moment)
    seal = check_seal(read_seals(workspace), protocol, sha256)
    progress(0, 3, "estimating")
    evaluation = evaluate(protocol, data, sha256=sha256, seal=seal)
    enter_files(workspace, protocol.name, sha256, files, now=moment)
    cost_benefit = _appraise(workspace, evaluation)
    for reader in sorted(find_readers(catalogue, protocol) | {audience}):
        check_words_withhold(evaluation, find_rule(catalogue, protocol, reader))
    rule = find_rule(catalogue, protocol, audience)
    force = catalogue.partnership.force
    document = make_evaluation_report(
        evaluation,
        rule=rule,
        audience=audience,
        partnership=catalogue.partnership.title,
        handling=catalogue.partnership.handling.sentence(audience),
        area=(force.area.code, force.area.name),
        cost_benefit=cost_benefit,
    )
    result = Result(evaluation, cost_benefit, find_inputs(catalogue, protocol, _find_used(workspace)))
    progress(1, 3, "writing the page")
    with workspace.exclusive():
        page = _put_page(workspace, catalogue, document, result, rule, moment)
    progress(3, 3, "done")
    sentences = tuple(say_effect(effect, effect.protect(rule)) for effect in evaluation.effects)
    checks = tell_checks(evaluation.primary, rule)
    return EvaluationReport(evaluation, sentences, checks, protocol_folder(workspace, protocol.name, sha256), page)


def reports_of(workspace: Workspace, name: str, sha256: str, audience: Audience) -> Generations:
    """The pages of an evaluation for one audience, of which one is current."""
    return Generations(protocol_folder(workspace, name, sha256) / "reports" / audience.value, workspace.staging)


def _put_page(
    workspace: Workspace,
    catalogue: Catalogue,
    document: Document,
    result: Result,
    rule: DisclosureRule,
    moment: datetime.datetime,
) -> Path:
    """Keep the numbers, and put the page into use once what it gives away by itself and with others was looked at. Where nothing differs
    from the page in use it stays."""
    evaluation, audience = result.evaluation, document.marking.audience
    protocol, text = evaluation.protocol, render_result(result)
    reports = reports_of(workspace, protocol.name, evaluation.sha256, audience)
    key = hashlib.sha256(json.dumps([text, catalogue.version, get_code_version(), audience]).encode()).hexdigest()
    name = f"{protocol.name}-{key[:12]}"
    reports.remove_interrupted()
    if reports.current is not None and reports.current.name == name:
        _keep_result(workspace, result, moment)
        return reports.current
    shutil.rmtree(reports.folder / name, ignore_errors=True)  # not in use, and made again as it was
    if releases := make_releases(evaluation, rule, name=f"{audience}/{name}"):
        # The public may have kept all that it was ever told.
        nestings = find_nestings(workspace, catalogue) if audience is Audience.PUBLIC else ()
        found = check_before_release(workspace, catalogue, releases, audience, nestings=nestings)
        refuse_leaks(found, workspace, results=put_results(found, reports.folder / name, workspace))
    staged = workspace.stage_folder("evaluation-") / "report"
    publish_edition(
        document,
        into=staged,
        brand=make_brand(catalogue, {*protocol.feeds, *(each.feed for each in protocol.outcomes if each.feed)}),
        manifest={
            "code_version": get_code_version(),
            "protocol": evaluation.sha256,
            "deliveries": [{"id": each} for each in result.made_from.deliveries],
            "definitions": {},
        },
        built_at=moment,
        releases=releases,
    )
    _keep_result(workspace, result, moment)
    page = reports.swap_in(staged, name=name)
    shutil.rmtree(staged.parent, ignore_errors=True)
    return page


def _keep_result(workspace: Workspace, result: Result, moment: datetime.datetime) -> None:
    """Into its file, which the log knows first."""
    evaluation, text = result.evaluation, render_result(result)
    name, sha256 = evaluation.protocol.name, evaluation.sha256
    enter_result(workspace, name, sha256, hashlib.sha256(text.encode()).hexdigest(), now=moment)
    workspace.write_atomically(protocol_folder(workspace, name, sha256) / RESULT, text)


def _find_used(workspace: Workspace) -> tuple[LiveDelivery, ...]:
    """What the warehouse holds; nothing before the first build, when data can come from files alone."""
    if workspace.warehouse.current is None:
        return ()
    with open_warehouse(workspace) as warehouse:
        return warehouse.deliveries


def _check_audience(catalogue: Catalogue, protocol: Protocol, audience: Audience) -> None:
    """Whether its page may be told to an audience, before an outcome is opened."""
    if audience not in protocol.readers:
        allowed = join_words([str(reader) for reader in Audience if reader in protocol.readers])
        raise EvaluationRefused(f"{protocol.name} is not for the audience {audience}; its protocol names {allowed}.")
    for feed in protocol.feeds if protocol.area_level is not None else ():
        if not catalogue.feeds.contracts[feed].may_tell(audience, protocol.area_level):
            raise EvaluationRefused(
                f"The feed {feed} may not be told by areas of {name_vintage(protocol.area_level)} to the audience {audience}; choose "
                "larger areas or another audience."
            )


def _check_named(workspace: Workspace, catalogue: Catalogue, protocol: Protocol) -> None:
    """Whether the approach that a protocol names is known and its costs can stand, before an outcome is opened."""
    if protocol.approach is not None:
        find_approach(catalogue.approaches, protocol.approach)
    if protocol.cost_benefit is not None:
        check_cost_benefit_plan(protocol.cost_benefit, load_economics(workspace.partnership), protocol.priced)


def _appraise(workspace: Workspace, evaluation: Evaluation) -> CostBenefit | None:
    plan = evaluation.protocol.cost_benefit
    if plan is None:
        return None
    effects = {effect.name: effect for effect in evaluation.effects}
    economics = load_economics(workspace.partnership)
    return appraise(plan, economics, effects, rng=np.random.default_rng(plan.seed))


def _open(workspace: Workspace, catalogue: Catalogue, path: Path) -> tuple[Protocol, bytes, Any]:
    """The protocol, its bytes, and its data with the outcomes closed."""
    protocol = read_protocol(path)
    data = (
        read_evaluation_files(protocol, path.parent)
        if protocol.is_from_files
        else read_workspace_data(workspace, catalogue, protocol, path.parent)
    )
    fingerprint = _fingerprint_all(data.fingerprint, catalogue, protocol)
    return protocol, path.read_bytes(), replace(data, fingerprint=fingerprint)


def _hash_files(protocol: Protocol, folder: Path) -> dict[str, str]:
    """SHA-256 of every file beside the protocol that it names; none where its data lie in the workspace."""
    named = protocol.model_dump(mode="json").get("files") or {} if protocol.is_from_files else {}
    found = sorted(name for name in named.values() if isinstance(name, str) and (folder / name).is_file())
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in found}


def _fingerprint_all(schedule: str, catalogue: Catalogue, protocol: Protocol) -> str:
    """The schedule's fingerprint with what the protocol only names."""
    named = find_named(catalogue, protocol)
    text = json.dumps({"schedule": schedule, "named": named}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
