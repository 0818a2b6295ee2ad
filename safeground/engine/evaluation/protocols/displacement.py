"""A protocol of treated areas and like ones, and the rings around both, before and after."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.evaluation.contrasts import AS_THE_CONTROLS, Contrast
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.area_months import OneStart, refuse_overlaps


class WeightedDisplacementProtocol(OneStart):
    """Did it help, and did it move round the corner? Areas named in none of the four groups are not looked at."""

    design: Literal["weighted_displacement"]
    control: tuple[str, ...] = Field(min_length=1)
    buffer: tuple[str, ...] = ()
    """Areas around the treated ones."""
    buffer_control: tuple[str, ...] = ()
    """Areas around the control ones."""
    touching: bool = False
    """Whether the rings are the areas that touch the treated and the control ones; then neither is named."""

    @model_validator(mode="after")
    def _has_four_groups_apart(self) -> WeightedDisplacementProtocol:
        if bool(self.buffer) != bool(self.buffer_control):
            raise ValueError(
                "there is a ring around one side and none around the other; name both buffer and buffer_control, or neither"
            )
        if self.buffer and self.touching:
            raise ValueError(
                "rings are named (buffer, buffer_control) or found by what touches (touching), and not both"
            )
        if (
            (self.buffer or self.touching)
            and self.cost_benefit is not None
            and self.cost_benefit.additionality.displacement.may_be_some
        ):
            raise ValueError(
                "what moved into the rings is in the effect already; set displacement in cost_benefit to 0, without limits"
            )
        refuse_overlaps({
            "treated": self.treated_areas, "control": self.control, "buffer": self.buffer, "buffer_control": self.buffer_control,
            "left_out": [area for each in self.left_out for area in each.areas],
        })  # fmt: skip
        return self

    @property
    def contrast(self) -> Contrast:
        return AS_THE_CONTROLS

    @property
    def kind(self) -> DesignKind:
        return DesignKind.COMPARISON

    @property
    def named_areas(self) -> tuple[str, ...]:
        return (*super().named_areas, *self.control, *self.buffer, *self.buffer_control)
