"""A protocol of areas treated from some month on, beside areas that were not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.evaluation.contrasts import AS_THE_OTHERS, Contrast
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.area_months import AreaMonthsProtocol, refuse_overlaps


class DifferenceInDifferencesProtocol(AreaMonthsProtocol):
    """Did treated areas come to differ from the others? Starts may differ, and treatment may end."""

    design: Literal["difference_in_differences"]
    leads: int = Field(default=3, ge=1, le=12)
    """How many periods before the start are held against those before them."""
    rings: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """By name, areas into which something may have spilt over from the first start on ('next to Harlow'). They are no comparison."""
    touching: bool = False
    """Whether areas that touch a treated one are a ring too."""
    placebos: int = Field(default=99, ge=0, le=999)
    """How many times as many untreated areas are drawn and taken for treated."""

    @model_validator(mode="after")
    def _has_rings_apart(self) -> DifferenceInDifferencesProtocol:
        left_out = [area for each in self.left_out for area in each.areas]
        refuse_overlaps(
            {
                "treated": self.treated_areas,
                "left_out": left_out,
                **{f"ring {name!r}": areas for name, areas in self.rings.items()},
            }
        )
        return self

    @property
    def contrast(self) -> Contrast:
        return AS_THE_OTHERS

    @property
    def kind(self) -> DesignKind:
        return DesignKind.COMPARISON

    @property
    def named_areas(self) -> tuple[str, ...]:
        return (*super().named_areas, *(area for areas in self.rings.values() for area in areas))
