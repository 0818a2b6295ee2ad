"""A protocol of one treated area beside a weighted mix of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.evaluation.contrasts import BESIDE_A_MIX, Contrast
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.area_months import OneStart, PeriodLabel, refuse_overlaps


class Predictor(DefinitionModel):
    """Something else that is known of the areas: the average of a column of the table from one period to another, as far as it is
    filled in."""

    column: str
    title: Words
    first: PeriodLabel
    last: PeriodLabel


class SyntheticControlProtocol(OneStart):
    """Where did one area go, against the mix of others that went its way before? All other areas can be in the mix but those left out."""

    design: Literal["synthetic_control"]
    per: int | None = Field(default=None, ge=1)
    """Residents a count from a feed is told for (1000). Areas of different size need one unit; values of a file are taken as they are."""

    ring: tuple[str, ...] = ()
    """Areas into which something may have spilt over. They are in no mix, and have an effect of their own."""
    touching: bool = False
    """Whether areas that touch the treated one are in the ring too."""
    predictors: tuple[Predictor, ...] = ()
    """What a second mix is matched on, which is told beside the first. Only of a table."""
    fitted_from: PeriodLabel | None = None
    """The first period whose outcome the second mix is to miss least; from there to the start. The first of all unless told."""

    @model_validator(mode="after")
    def _has_one_area_in_one_unit(self) -> SyntheticControlProtocol:
        if len(self.treated_areas) != 1:
            raise ValueError("a synthetic control is of one treated area; for several take difference_in_differences")
        if (self.counts is None) != (self.per is None):
            raise ValueError(
                "per (residents) goes with counts from a feed, and not with a file, whose values are taken as they are"
            )
        refuse_overlaps({
            "treated": self.treated_areas, "ring": self.ring, "left_out": [area for each in self.left_out for area in each.areas],
        })  # fmt: skip
        return self

    @model_validator(mode="after")
    def _matches_on_what_was_before(self) -> SyntheticControlProtocol:
        if self.predictors and self.files is None:
            raise ValueError("predictors are columns of a table beside the protocol (files); a feed of counts has none")
        for predictor in self.predictors:
            if not predictor.first <= predictor.last < self.starts:
                raise ValueError(
                    f"predictor {predictor.column}: {predictor.first} to {predictor.last} has to lie before the start ({self.starts})"
                )
        if self.fitted_from is not None and not self.first <= self.fitted_from < self.starts:
            raise ValueError(
                f"fitted_from ({self.fitted_from}) has to lie between first ({self.first}) and the start ({self.starts})"
            )
        return self

    @property
    def contrast(self) -> Contrast:
        return replace(BESIDE_A_MIX, is_of_amounts=self.files is not None and not self.files.are_counts)

    @property
    def priced(self) -> Mapping[str, DesignKind]:
        """None of an amount that is no number of events."""
        return super().priced if self.files is None or self.files.are_counts else {}

    @property
    def kind(self) -> DesignKind:
        return DesignKind.MATCHED

    @property
    def named_areas(self) -> tuple[str, ...]:
        return (*super().named_areas, *self.ring)
