"""A back-test of forecasts in a workspace: read, run, told, and kept for whoever quotes it."""

from __future__ import annotations

from dataclasses import replace

from safeground.engine.build.code_version import get_code_version
from safeground.engine.catalogue import Catalogue
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Audience
from safeground.engine.measures import open_measures
from safeground.engine.places import (
    BacktestReport,
    ForecastError,
    choose_next_cells,
    keep_report,
    load_backtest_plan,
    make_report,
    read_history,
    run_backtest,
    tell_residents,
)
from safeground.engine.warehouse import open_warehouse
from safeground.engine.workspace import Progress, Workspace, no_progress


def backtest_places(
    workspace: Workspace,
    catalogue: Catalogue,
    *,
    outcome: str | None = None,
    override: str | None = None,
    wants_next: bool = False,
    progress: Progress = no_progress,
) -> BacktestReport:
    """Score every method over all the test windows that the months received allow, and keep the report in the workspace.

    outcome: one that the plan names; its first by default. override: why an outcome that holds what police record on their own
    initiative is scored; without it such a one is refused. wants_next: whether the report is to hold the cells that the recommended
    method puts first in the months after the newest. Raises ForecastError or WorkspaceError, each in a sentence.
    """
    plan = load_backtest_plan()
    try:
        chosen = plan.find_outcome(outcome)
    except ValueError as error:
        raise ForecastError(f"{error}; name one of them") from None
    theirs = sorted(set(chosen.offences) & set(plan.police_initiated.offences))
    if theirs and not (override and override.strip()):
        raise ForecastError(
            f"{chosen.title} holds {', '.join(theirs)}, which police record on their own initiative; it is scored only as a side result, "
            "with a reason: --override REASON"
        )
    if theirs and wants_next:
        raise ForecastError("a side result chooses no places: ask for the next cells without --outcome and --override")
    if override and not theirs:
        raise ForecastError(f"{chosen.title} holds nothing that an override is for; leave --override out")
    with open_warehouse(workspace) as warehouse:
        progress(0, 1, "Reading what was recorded")
        measures = open_measures(warehouse, catalogue)
        history = read_history(measures, plan, chosen.feed, keep=theirs)
        used = [each.id for each in warehouse.deliveries if each.feed == chosen.feed and each.partner == measures.own]
        scores = run_backtest(history, plan, chosen, progress=progress)
        report = make_report(
            history,
            plan,
            chosen,
            scores,
            partner=measures.own,
            deliveries=tuple(used),
            code_version=get_code_version(),
            override=override,
        )
        if wants_next:
            progress(0, 1, "Looking ahead")
            following = choose_next_cells(history, plan, scores)
            residents = tell_residents(measures, following, lambda feed: _find_rule(catalogue, feed))
            report = replace(report, next_cells=following, residents=residents)
    with workspace.exclusive():
        return replace(report, path=keep_report(workspace, report))


def _find_rule(catalogue: Catalogue, feed: str) -> DisclosureRule:
    """Partners' rule, the stricter of those whom the list is for."""
    return catalogue.disclosure.rule(catalogue.feeds.contracts[feed].disclosure, Audience.PARTNERSHIP)
