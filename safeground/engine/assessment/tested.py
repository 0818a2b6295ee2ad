"""What a partnership tested and keeps in its workspace, as chapters quote it. Nothing is fitted or scored again for a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from safeground.engine.places import KeptBacktest


@dataclass(frozen=True)
class Tested:
    """What the readers of one edition may be told of what was tested. `backtest`: of forecasts of places; None where none is kept."""

    backtest: KeptBacktest | None = None

    @property
    def files(self) -> Mapping[str, str]:
        """Each file that is quoted, by its name in the workspace, with the SHA-256 of its content."""
        return {each.name: each.sha256 for each in (self.backtest,) if each is not None}


NOTHING_TESTED = Tested()
"""Of a workspace in which nothing was tested."""
