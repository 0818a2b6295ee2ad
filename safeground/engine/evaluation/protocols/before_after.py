"""A protocol of areas chosen for being high, before and after: never without how far they would have come back by themselves."""

from __future__ import annotations

from typing import Literal

from safeground.engine.evaluation.contrasts import COME_BACK_BY_ITSELF, Contrast
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.area_months import OneStart


class BeforeAfterProtocol(OneStart):
    """Treated areas after, over what their choice for high counts and the other areas make likely. The weakest design there is here."""

    design: Literal["before_after"]

    @property
    def contrast(self) -> Contrast:
        return COME_BACK_BY_ITSELF

    @property
    def kind(self) -> DesignKind:
        return DesignKind.BEFORE_AFTER
