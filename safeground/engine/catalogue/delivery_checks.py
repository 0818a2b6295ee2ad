"""Checks of a delivery as a whole: what no row alone can be blamed for. They are reported and quarantine nothing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue.problems import DefinitionModel


class OneValue(DefinitionModel):
    """All rows hold the same value: a file is of one sender, who is told from its first row."""

    rule: Literal["one_value"]
    column: str


class ShareAtMost(DefinitionModel):
    """At most this share of the filled cells has one of these values, or is the same as another column's cell of its row.

    A few such cells are true; many are a form that was filled in without asking. Told where there are more than chance would bring (two
    standard deviations), so that a small file is no false alarm.
    """

    rule: Literal["share_at_most"]
    column: str
    values: tuple[str, ...] = ()
    same_as: str | None = None
    at_most: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _one_way(self) -> ShareAtMost:
        if bool(self.values) == (self.same_as is not None):
            raise ValueError("name either values or the column that is the same_as")
        return self


class TotalOfRows(DefinitionModel):
    """A row with a total agrees with the rows it is the total of, as far as their intervals tell.

    Rows are of one total where they agree `within` these columns; `total` is the value of `column` in the total's row. `value` is the
    published number, whose intervals are those of the variant's `becomes.number`.
    """

    rule: Literal["total_of_rows"]
    column: str
    total: str
    within: tuple[str, ...] = Field(min_length=1)
    value: str
