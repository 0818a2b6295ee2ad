"""What protocols of areas and months have in common: where counts come from, which areas were treated, and from when."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.documents import Audience
from safeground.engine.evaluation.protocols.common import Protocol
from safeground.months import month_end, months_between

_MONTH, _YEAR = re.compile(r"\d{4}-(0[1-9]|1[0-2])"), re.compile(r"\d{4}")


_OPEN = "open_data"
LEVELS = {"lsoa21": "lsoa21", "ward": "ward24", "district": "ltla24", "csp": "csp24", "force": "pfa24"}
"""Levels of areas as a protocol writes them, with the vintage that they are counted in."""


def _read_label(given: object) -> object:
    """A year is a number to YAML, and a month a text."""
    text = str(given)
    if not (_MONTH.fullmatch(text) or _YEAR.fullmatch(text)):
        raise ValueError(f"{given!r} is no month and no year; write 2024-07, or 1970")
    return text


PeriodLabel: TypeAlias = Annotated[str, BeforeValidator(_read_label)]
"""'2024-07' or '1970'."""


class FeedCounts(DefinitionModel):
    """Counts from a feed of the workspace: each outcome by its definition, areas of one level, months."""

    feed: str
    level: Literal["lsoa21", "ward", "district", "csp", "force"]
    partners: tuple[str, ...] = ()
    """Forces whose areas are in, by the names of their senders; our own alone unless told."""


class SeriesFile(DefinitionModel):
    """A table beside the protocol: a row an area and period. What is not there is missing, and never nought."""

    table: str
    """CSV with the columns area, period and, for each outcome, one of its name; other names go into the fields below."""
    area: str = "area"
    period: str = "period"
    values: Mapping[str, str] = Field(default_factory=dict)
    """By outcome, the name of its column where it is another."""
    are_counts: bool = True
    """Whether values are counts of events. Amounts and rates are not, and no small-number rule can be held against them."""
    multiplied_by: float = Field(default=1.0, gt=0)
    """What values of a file that are no counts are multiplied by (1000 where the file has thousands)."""
    disclosure: str = "police_confidential"
    """The rule of disclosure.yaml under which its numbers are told."""

    @model_validator(mode="after")
    def _can_be_held_to_its_rule(self) -> SeriesFile:
        if self.are_counts and self.multiplied_by != 1:
            raise ValueError("multiplied_by is for values that are no counts; a count is told as it is")
        if not self.are_counts and self.disclosure != _OPEN:
            raise ValueError(
                "values that are no counts cannot be held to a rule of small numbers; only open data may be told so (disclosure: "
                f"{_OPEN})"
            )
        return self


class Treated(DefinitionModel):
    """Areas that began in one month, by their codes (or, in a file, as the file calls them)."""

    areas: tuple[str, ...] = Field(min_length=1)
    starts: PeriodLabel
    """The first period under treatment."""
    ends: PeriodLabel | None = None
    """The last, where it ended within the data."""


class LeftOut(DefinitionModel):
    """Areas that are no comparison, and why."""

    areas: tuple[str, ...] = Field(min_length=1)
    why: Words


class AreaMonthsProtocol(Protocol):
    """Areas followed over months (or years), some of them treated from a month on."""

    counts: FeedCounts | None = None
    files: SeriesFile | None = None
    first: PeriodLabel
    last: PeriodLabel
    treated: tuple[Treated, ...] = Field(min_length=1)
    left_out: tuple[LeftOut, ...] = ()
    chosen_for_being_extreme: bool | None = None
    """Whether areas were chosen because their figures stood out; None where nobody knows."""
    what_was_done: Words
    """In a phrase that stands after 'from July 2024 on': 'a new team worked in Harlow'."""
    is_placebo: bool = False
    """Whether nothing was done and the start is made up, so that whatever is found is a mistake of the method."""
    told_to: tuple[Audience, ...] = Field(
        default=(Audience.POLICE, Audience.PARTNERSHIP), min_length=1, alias="readers"
    )

    subject: ClassVar[str] = "time looked at"

    @model_validator(mode="after")
    def _fits_together(self) -> AreaMonthsProtocol:
        if (self.counts is None) == (self.files is None):
            raise ValueError(
                "name either a feed of the workspace (counts) or a table beside the protocol (files), and not both"
            )
        for outcome in self.outcomes if self.counts is not None else ():
            if outcome.definition is None:
                raise ValueError(f"outcome {outcome.name}: say which definition counts it")
        labels = [
            self.first,
            self.last,
            *(label for each in self.treated for label in (each.starts, each.ends or each.starts)),
        ]
        if len({len(label) for label in labels}) > 1:
            raise ValueError(
                "first, last and the starts are months in one place and years in another; write all of them alike"
            )
        if self.counts is not None and len(self.first) == 4:
            raise ValueError(
                "what feeds hold is counted by month; write first, last and the starts as months, like 2024-07"
            )
        if not self.first < self.last:
            raise ValueError(f"first ({self.first}) has to lie before last ({self.last})")
        named = [*self.treated_areas, *(area for each in self.left_out for area in each.areas)]
        if twice := next((area for area in named if named.count(area) > 1), None):
            raise ValueError(f"{twice} is named more than once among the areas; each is treated, or left out, once")
        for each in self.treated:
            if each.ends is not None and each.ends < each.starts:
                raise ValueError(f"{each.areas[0]} ends ({each.ends}) before it starts ({each.starts})")
        if self.files is not None:
            names = {outcome.name for outcome in self.outcomes}
            if unknown := sorted(set(self.files.values) - names):
                raise ValueError(f"files.values names {unknown[0]}, which is no outcome; give the names of outcomes")
        return self

    @property
    def periods(self) -> tuple[str, ...]:
        """Every period from first to last, in order."""
        if len(self.first) == 4:
            return tuple(str(year) for year in range(int(self.first), int(self.last) + 1))
        return months_between(self.first, self.last)

    @property
    def period_word(self) -> str:
        return "year" if len(self.first) == 4 else "month"

    @property
    def starts(self) -> str:
        """The first start of all."""
        return min(each.starts for each in self.treated)

    @property
    def treated_areas(self) -> tuple[str, ...]:
        return tuple(area for each in self.treated for area in each.areas)

    @property
    def named_areas(self) -> tuple[str, ...]:
        """Every area that the protocol names, so that one that is not in the data is refused."""
        return (*self.treated_areas, *(area for each in self.left_out for area in each.areas))

    @property
    def span(self) -> tuple[datetime.date, datetime.date]:
        return first_day(self.starts), last_day(self.last)

    @property
    def looked_at(self) -> tuple[datetime.date, datetime.date]:
        return first_day(self.first), last_day(self.last)

    @property
    def period(self) -> str:
        return f"{say_period(self.first)} to {say_period(self.last)}"

    @property
    def is_from_files(self) -> bool:
        return self.files is not None

    @property
    def feeds(self) -> tuple[str, ...]:
        return () if self.counts is None else (self.counts.feed,)

    @property
    def area_level(self) -> str | None:
        return None if self.counts is None else LEVELS[self.counts.level]

    @property
    def rule_of_files(self) -> str:
        return super().rule_of_files if self.files is None else self.files.disclosure

    @property
    def readers(self) -> frozenset[Audience]:
        return frozenset(self.told_to)

    def _worded(self) -> tuple[tuple[str, str], ...]:
        return (*super()._worded(), ("what_was_done", self.what_was_done))


class OneStart(AreaMonthsProtocol):
    """All treated areas began together and went on."""

    @model_validator(mode="after")
    def _has_one_start(self) -> OneStart:
        if len({each.starts for each in self.treated}) > 1 or any(each.ends is not None for each in self.treated):
            raise ValueError(
                "this design knows one start for all treated areas and no end; for others take difference_in_differences"
            )
        return self


def first_day(label: str) -> datetime.date:
    return datetime.date(int(label[:4]), int(label[5:] or 1), 1)


def last_day(label: str) -> datetime.date:
    if len(label) == 4:
        return datetime.date(int(label), 12, 31)
    return month_end(label)


def days_of(label: str) -> int:
    return (last_day(label) - first_day(label)).days + 1


def say_period(label: str) -> str:
    """'July 2024', '1970'."""
    return label if len(label) == 4 else f"{first_day(label):%B %Y}"


def refuse_overlaps(groups: Mapping[str, Iterable[str]]) -> None:
    """Raises ValueError where an area is in two groups (treated and buffer, say): it would be set against itself."""
    seen: dict[str, str] = {}
    for name, areas in groups.items():
        for area in areas:
            if area in seen:
                raise ValueError(f"{area} is in {seen[area]} and in {name}; an area is in one of them")
            seen[area] = name
