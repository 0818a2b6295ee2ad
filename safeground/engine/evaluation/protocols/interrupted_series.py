"""A protocol of one series before and after."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from safeground.engine.evaluation.contrasts import HAD_IT_GONE_ON, Contrast
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.area_months import OneStart


class InterruptedSeriesProtocol(OneStart):
    """Where did the treated areas, added up, go against the trend and season of before? There is no comparison but the past."""

    design: Literal["interrupted_series"]
    lag: int = Field(default=0, ge=0, le=12)
    """Periods after the start left out while it comes into its own."""

    @property
    def contrast(self) -> Contrast:
        return HAD_IT_GONE_ON

    @property
    def kind(self) -> DesignKind:
        return DesignKind.BEFORE_AFTER
