"""What a service counts of children: level, change, rate and months, and what share of those known has a flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from safeground.engine.assessment.counted import Counted, say_why_not
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.assessment.rates import make_rates, residents_of
from safeground.engine.assessment.sentences import name_period, say_when
from safeground.engine.assessment.times import make_months
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Audience,
    Block,
    Finding,
    Notice,
    NoticeKind,
    Table,
    capitalise,
    format_interval,
    format_value,
)
from safeground.engine.measures import Period
from safeground.engine.statistics import estimate_proportion


@dataclass(frozen=True)
class Flag:
    """A flag of three values that tells something of each. `yes`: said of those that have it, 'the child was in school …'."""

    field: str
    yes: str
    title: str


_IN_SCHOOL = Flag(
    "in_education",
    "the child was in suitable education, training or work",
    "In suitable education, training or work",
)
_BESIDE = ", and months of two years beside each other"
FLAGS: Mapping[str, tuple[Flag, ...]] = MappingProxyType(
    {
        "youth_first_time_entrants_rate": (_IN_SCHOOL,),
        "youth_serious_violence": (_IN_SCHOOL,),
        "missing_with_exploitation": (
            Flag(
                "interview_in_time",
                "an interview was held within 72 hours of the return",
                "Interview within 72 hours of the return",
            ),
        ),
        "violent_suspensions_rate": (
            Flag("special_needs", "the pupil has special educational needs", "Special educational needs"),
        ),
    }
)
"""What is told of those a measure counts."""


def make_level(counted: Counted, measure: str) -> list[Block]:
    """Level, change, table, rate where it is one, and months."""
    name = measure.removesuffix("_rate")
    change = counted.change_finding(id=f"change.{name}")
    no_change = Notice(
        NoticeKind.MISSING, "No month has the same month of the year before beside it, so no change can be told."
    )
    is_rate = counted.evidence.catalogue.measures[measure].unit.type == "rate"
    months = make_months(counted, name=name)
    return [
        counted.level_finding(id=f"level.{name}.latest"),
        change or no_change,
        _level_table(counted, name=name),
        *(make_rates(counted, residents_of(counted.evidence, measure), name=name) if is_rate else []),
        *([months] if months is not None else []),
    ]


def _level_table(counted: Counted, *, name: str) -> Table:
    """What is certain and what cannot be told: in the latest period, and in the months that may be compared with a year before."""
    periods = _choose_periods(counted)
    bounds = [counted.protect_bounds(period) for period in periods]
    titles = ("Certain", "Cannot be told", "Both together")
    return counted.table(
        id=f"{name}_level",
        caption=f"{counted.definition.title}: {name_period(periods[0].label)}{_BESIDE if len(periods) > 1 else ''}",
        columns=[
            ("part", "What is known"),
            *((f"period_{at}", capitalise(p.label)) for at, p in enumerate(periods, 1)),
        ],
        rows=[(title, *(parts[at] for parts in bounds)) for at, title in enumerate(titles)],
        notes=(counted.evidence.catalogue.disclosure.of_owner(counted.rule.name).note,),
    )


def _choose_periods(counted: Counted) -> tuple[Period, ...]:
    """The latest period, and two that may be compared. Those are left out where the months between are so few that their number, got
    by subtraction, must not be told."""
    compared = counted.comparison
    if compared is None:
        return (counted.period,)
    if compared.latest == counted.period:
        return compared.latest, compared.before
    apart = np.abs(np.subtract(counted.total(counted.period), counted.total(compared.latest)))
    numbers = counted.protect_parts([*apart.tolist(), float(apart.sum())])
    is_safe = all(number.is_published for number in numbers)
    return (counted.period, compared.latest, compared.before) if is_safe else (counted.period,)


def make_flag(counted: Counted, flag: Flag, *, name: str) -> list[Block]:
    """The share of those known that has a flag, and how many are not known. Nothing where no delivery carries it."""
    try:
        counts = counted.split(flag.field, counted.period, values=("yes", "no"))
    except ValueError:
        return []
    yes, no, unknown = (round(number) for number in counts.values())
    cells = counted.protect_parts(
        [yes, no, unknown],
        of=counted.protect_level(counted.period),
        keys=[counted.key(counted.period, f"{flag.field}={answer}") for answer in ("yes", "no", "not known")],
        total=counted.key(counted.period),
    )
    name = f"{name.removesuffix('_rate')}.{flag.field}"
    found = _flag_finding(counted, flag, cells, yes=yes, no=no, name=name)
    # To the public a withheld share is not even named; the table says of its cells what they are.
    is_told = found.estimate.is_published or counted.evidence.audience is not Audience.PUBLIC
    return [
        *([found] if is_told else []),
        counted.table(
            id=name.replace(".", "_"),
            caption=f"{flag.title}: {counted.what}, {counted.period.label}",
            columns=[("answer", flag.title), ("count", capitalise(counted.unit))],
            rows=list(zip(("Yes", "No", "Not known"), cells, strict=True)),
        ),
    ]


def _flag_finding(counted: Counted, flag: Flag, cells: list[Protected], *, yes: int, no: int, name: str) -> Finding:
    when = say_when(counted.period.label)
    hidden = next((cell for cell in cells[:2] if not cell.is_published), None)
    if hidden is not None:
        said = f"In how many of the {counted.what} {when} {flag.yes} is {say_why_not(hidden)}"
        return counted.finding(id=f"share.{name}", sentence=said, estimate=hidden, period=counted.period.label)
    share = protect_estimate(
        estimate_proportion(yes, yes + no), counted.rule, unit="%", count=float(min(yes, no)), scale=100
    )
    if not share.is_published:
        said = f"In how many of the {counted.what} {when} {flag.yes} is not known."
    else:
        said = (
            f"In {format_value(share)} of the {yes + no:,} {counted.what} {when} of which it is known, {flag.yes} "
            f"({format_interval(share)}). Of {format_value(cells[2])} more it is not known."
        )
    return counted.finding(id=f"share.{name}", sentence=said, estimate=share, period=counted.period.label)
