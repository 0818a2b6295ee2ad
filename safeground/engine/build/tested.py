"""What was tested in a workspace, gathered for the readers of an edition: kept results are read back, and none is made."""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.assessment import Tested
from safeground.engine.build.code_version import get_code_version
from safeground.engine.catalogue import Catalogue
from safeground.engine.documents import Audience
from safeground.engine.feeds import Delivery
from safeground.engine.places import KeptBacktest, find_backtest, load_backtest_plan
from safeground.engine.workspace import Workspace


def read_tested(workspace: Workspace, live: Sequence[Delivery], catalogue: Catalogue, audience: Audience) -> Tested:
    """What these readers may be told of it. Raises WorkspaceError for a kept file that cannot be read."""
    return Tested(
        # Which method is best for sending patrols is for those who send them.
        backtest=None if audience is Audience.PUBLIC else _find_backtest(workspace, live, catalogue),
    )


def _find_backtest(workspace: Workspace, live: Sequence[Delivery], catalogue: Catalogue) -> KeptBacktest | None:
    plan, partner = load_backtest_plan(), catalogue.partnership.force.partner
    used = [each.id for each in live if each.feed == plan.outcome.feed and each.partner == partner]
    return find_backtest(workspace, plan, partner=partner, deliveries=used, code_version=get_code_version())
