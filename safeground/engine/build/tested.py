"""What was tested in a workspace, gathered for the readers of an edition: kept results are read back, and none is made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from safeground.engine.assessment import QuotedEvaluation, Tested
from safeground.engine.build.code_version import get_code_version
from safeground.engine.build.evaluation_inputs import find_inputs, say_changed
from safeground.engine.catalogue import Approach, Catalogue
from safeground.engine.documents import Audience, join_words
from safeground.engine.evaluation import KeptEvaluation, find_readers, read_runs
from safeground.engine.feeds import Delivery
from safeground.engine.places import KeptBacktest, TrialRefused, find_backtest, load_backtest_plan, load_design
from safeground.engine.warehouse import LiveDelivery
from safeground.engine.workspace import Workspace


def read_tested(
    workspace: Workspace, deliveries: Sequence[Delivery | LiveDelivery], catalogue: Catalogue, audience: Audience
) -> Tested:
    """What these readers may be told of it. deliveries: those in use.

    Raises WorkspaceError or EvaluationRefused for a kept file or a log of seals that cannot be read.
    """
    runs = read_runs(workspace)

    def quote(kept: KeptEvaluation) -> QuotedEvaluation:
        protocol = kept.result.evaluation.protocol
        now = find_inputs(catalogue, protocol, deliveries)
        return QuotedEvaluation(
            kept, say_changed(kept.result.made_from, now), _find(catalogue.approaches, protocol.approach)
        )

    return Tested(
        # Which method is best for sending patrols is for those who send them.
        backtest=None if audience is Audience.PUBLIC else _find_backtest(workspace, deliveries, catalogue),
        evaluations=tuple(
            quote(kept) for kept in runs.kept if audience in find_readers(catalogue, kept.result.evaluation.protocol)
        ),
        waiting=tuple(each for each in runs.waiting if audience in find_readers(catalogue, each.protocol)),
        day_starts={} if audience is Audience.PUBLIC else _find_day_starts(workspace),
    )


def _find_day_starts(workspace: Workspace) -> dict[str, str]:
    """Of a trial whose design cannot be read the chapter says that none was made here; `patrol verify` says what is wrong with it."""
    starts = {}
    for path in sorted(workspace.root.glob("patrols/*/design.json")):
        with suppress(TrialRefused):
            starts[path.parent.name] = load_design(workspace, path.parent.name).spec.day_starts
    return starts


def say_tested(tested: Tested, deliveries: Sequence[Delivery | LiveDelivery]) -> tuple[str, ...]:
    """A line for everything that was tested or waits to be, and whether it is of what is here now."""
    lines = []
    for each in tested.evaluations:
        name = each.kept.result.evaluation.protocol.name
        again = ("its protocol was sealed again",) if each.kept.sealed_again is not None else ()
        lines.append(_say_one(f"evaluation {name}", "run", (*again, *each.changed)))
    for waiting in tested.waiting:
        is_open = waiting.was_run or waiting.opened is not None
        state = "to be run again" if is_open else "not run"
        lines.append(f"evaluation {waiting.protocol.name}: sealed on {waiting.sealed}, {state}")
    if (backtest := tested.backtest) is not None:
        found = backtest.found
        used = [each.id for each in deliveries if each.feed == found.outcome.feed and each.partner == found.partner]
        lines.append(_say_one(f"back-test {found.id}", "kept", backtest.changed_since(used, load_backtest_plan())))
    return tuple(lines)


def _say_one(what: str, done: str, changed: Sequence[str]) -> str:
    return f"{what}: {done}, and stale: {join_words(changed)}" if changed else f"{what}: {done}"


def _find(approaches: Sequence[Approach], name: str | None) -> Approach | None:
    return next((each for each in approaches if each.name == name), None)


def _find_backtest(
    workspace: Workspace, deliveries: Sequence[Delivery | LiveDelivery], catalogue: Catalogue
) -> KeptBacktest | None:
    plan, partner = load_backtest_plan(), catalogue.partnership.force.partner
    used = [each.id for each in deliveries if each.feed == plan.outcome.feed and each.partner == partner]
    return find_backtest(workspace, plan, partner=partner, deliveries=used, code_version=get_code_version())
