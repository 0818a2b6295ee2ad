"""A protocol of places drawn by lot day by day."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from safeground.engine.evaluation.contrasts import PATROL_DAYS, Contrast
from safeground.engine.evaluation.protocols.trials import TrialProtocol


class CrossoverProtocol(TrialProtocol):
    """A randomised crossover of places and days, as settled beforehand."""

    design: Literal["crossover"]
    days: int = Field(ge=14, le=1100)
    lags: int = Field(default=3, ge=1, le=7)

    @property
    def contrast(self) -> Contrast:
        return PATROL_DAYS

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        return tuple(self.starts + datetime.timedelta(days=number) for number in range(self.days))
