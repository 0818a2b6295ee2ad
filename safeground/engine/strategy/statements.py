"""What every statement of a strategy carries: where it stands, and an honest word where the document says nothing."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words

T = TypeVar("T")

NOT_STATED, NOT_MEASURED = "not stated", "not measured"

_WHERE = re.compile(r"^([a-z][a-z0-9_]*):([1-9]\d*)(?:-([1-9]\d*))?$")


def _read_stated(value: Any) -> Any:
    if value is None or value == "":
        raise ValueError("is left blank; write what the document says, or: not stated")
    return None if value == NOT_STATED else value


def _read_measured(value: Any) -> Any:
    if value is None or value == "":
        raise ValueError("is left blank; name what counts it, or write: not measured")
    return None if value == NOT_MEASURED else value


Stated: TypeAlias = Annotated[T | None, BeforeValidator(_read_stated)]
"""What the document says, or None where the file has `not stated`. A blank is refused: nobody could tell it from forgetting."""

Measured: TypeAlias = Annotated[T | None, BeforeValidator(_read_measured)]
"""What counts it, or None where the file has `not measured`."""

Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
"""A name within the file: 'DP11a', 'vv_share'. Of one kind each stands once; the number a document printed stands beside it."""

PartialDate: TypeAlias = Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""As precise as the document is: '2018', '2018-06', '2018-06-30'."""


class Where(DefinitionModel):
    """Document and lines of its text version, as the file writes them: 'strategy:23', or 'strategy:116-120' with both ends in it."""

    document: str
    first: int = Field(ge=1)
    last: int = Field(ge=1)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        found = _WHERE.match(value) if isinstance(value, str) else None
        if found is None:
            raise ValueError("must say document and line, for example 'strategy:23' or 'strategy:116-120'")
        document, first, last = found.groups()
        if last is not None and int(last) < int(first):
            raise ValueError(f"ends at line {last}, before it begins at line {first}")
        return {"document": document, "first": int(first), "last": int(last or first)}

    def __str__(self) -> str:
        return f"{self.document}:{self.first}" + (f"-{self.last}" if self.last > self.first else "")

    @property
    def lines(self) -> str:
        """'line 23', 'lines 116 to 120'."""
        return f"line {self.first}" if self.first == self.last else f"lines {self.first} to {self.last}"


class Passage(DefinitionModel):
    """Words of a document, letter for letter, and where they stand."""

    text: Words
    at: Where


class Document(DefinitionModel):
    """A document the file speaks of. `dated` is the day, month or year it gives itself; `printed_date` is how it writes it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    kind: Literal["strategy", "press release", "delivery plan", "needs assessment", "other"]
    dated: Stated[PartialDate]
    printed_date: Stated[str]
    covers: Stated[str] = None
    """The period the document says it is for, as printed."""
    lines: int = Field(ge=1)
    """Lines of its text version."""


class BodyName(DefinitionModel):
    """A name under which the documents speak of a body, and where."""

    name: Words
    at: tuple[Where, ...] = Field(min_length=1)


class Body(DefinitionModel):
    """The partnership, its unit or its board. More than one name for one body is for the linter to say."""

    id: Id
    what: Words
    names: tuple[BodyName, ...] = Field(min_length=1)


class DatedMention(DefinitionModel):
    """A day, month, year or span of years that a document gives something.

    `date` is the time itself; `years_back` is told back from the document's date ('over the last four years'). `follows`: what the
    document says came before. `window` marks the months a statistic covers, with the last of them in `date`.
    """

    id: Id
    what: Words
    printed: Words
    at: Where
    date: PartialDate | None = None
    years_back: float | None = Field(default=None, gt=0)
    follows: tuple[Id, ...] = ()
    same_as: tuple[Id, ...] = ()
    """Mentions that date the same thing."""
    window: bool = False

    @model_validator(mode="after")
    def _has_a_time(self) -> DatedMention:
        if (self.date is None) == (self.years_back is None):
            raise ValueError("give either date or years_back")
        return self


class PrintedReference(DefinitionModel):
    """A reference to a page, chart, section or picture, and where what it names stands in the text version."""

    printed: Words
    at: Where
    found: Where | Literal["missing"]


class AreaTerm(DefinitionModel):
    """A word for places ('priority localities'), and the unit and count of areas it stands for."""

    printed: Words
    at: Where
    unit: Stated[str]
    how_many: Stated[str] = None


def first_day(date: str) -> datetime.date:
    """The first day that a partial date may mean."""
    year, month, day = (*(int(part) for part in date.split("-")), 1, 1)[:3]
    return datetime.date(year, month, day)


def last_day(date: str) -> datetime.date:
    """The last day that a partial date may mean."""
    year, *rest = (int(part) for part in date.split("-"))
    month = rest[0] if rest else 12
    return datetime.date(year, month, rest[1] if len(rest) == 2 else calendar.monthrange(year, month)[1])
