"""What is counted over the people who live here: a rate of the whole area with its interval, and districts beside the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.evidence import DISTRICT, Evidence
from safeground.engine.assessment.making import direction_words
from safeground.engine.assessment.protecting import protect_estimate, protect_ratio, protect_whole
from safeground.engine.assessment.sentences import name_period, say_when
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import (
    Block,
    Direction,
    Figure,
    Finding,
    IntervalChart,
    Point,
    capitalise,
    format_interval,
    format_value,
    join_words,
)
from safeground.engine.measures import Ages, Populations, compare_with_rest
from safeground.engine.statistics import estimate_rate

ALL_AGES = Ages()


@dataclass(frozen=True)
class Residents:
    """Over whom a rate is told: `per` so many residents of these ages."""

    per: int
    ages: Ages = ALL_AGES

    @property
    def unit(self) -> str:
        aged = "" if self.ages == ALL_AGES else f" aged {self.ages.label}"
        return f"per {self.per:,} residents{aged}"


def residents_of(evidence: Evidence, measure: str) -> Residents:
    """The residents that a rate is told over. ValueError for a measure that is no crude rate of residents."""
    found = evidence.catalogue.measures[measure]
    if found.unit.type != "rate" or found.unit.per is None or found.denominator is None:
        raise ValueError(f"{measure} is no rate of residents")
    ages = found.denominator.ages
    if ages is None:
        return Residents(found.unit.per)
    return Residents(found.unit.per, Ages(ages.at_least or 0, None if ages.below is None else ages.below - 1))


def make_rates(counted: Counted, residents: Residents, *, name: str) -> list[Block]:
    """The rate of the whole area, and districts where readers may be told of them. Nothing where no such residents have landed, or
    where the rule rounds: a rate of a rounded count is another number."""
    people = _find_people(counted, residents)
    if people is None or counted.rule.rounding > 1:
        return []
    figure = _district_figure(counted, residents, people, name=name)
    return [_finding(counted, residents, people, name=name), *([figure] if figure is not None else [])]


def _find_people(counted: Counted, residents: Residents) -> Populations | None:
    if not counted.evidence.measures.has_areas:
        return None
    try:
        return counted.evidence.measures.populations(counted.period.last.year, (residents.ages,))
    except ValueError:
        return None


def _rate(counted: Counted, residents: Residents, count: float, people: float, beside: Protected) -> Protected:
    """A rate, where the count it is made of is told `beside` it."""
    if not beside.is_published:
        reason = beside.reason or str(beside.state)
        return protect(None, unit=residents.unit, rule=counted.rule, state=beside.state, reason=reason)
    estimate = estimate_rate(count, people, per=residents.per)
    return protect_estimate(estimate, counted.rule, unit=residents.unit, count=count)


def _finding(counted: Counted, residents: Residents, people: Populations, *, name: str) -> Finding:
    evidence, when = counted.evidence, say_when(counted.period.label)
    everyone = float(people.at_level(DISTRICT, evidence.measures.areas(DISTRICT)).sum())
    definite, undetermined = counted.total(counted.period)
    level, _, upper = counted.protect_bounds(counted.period)
    rate = _rate(counted, residents, definite, everyone, level)
    if not rate.is_published:
        said = f"The rate of {counted.what} {when} is {rate.state}: {rate.reason}."
    else:
        said = (
            f"The rate of {counted.what} was {format_value(rate)} {residents.unit} {when}, of what is certain "
            f"({format_interval(rate)})"
        )
        highest = _rate(counted, residents, definite + undetermined, everyone, upper)
        more = undetermined > 0 and highest.is_published
        said += f"; with all that cannot be told it would be {format_value(highest)}." if more else "."
    caveats = (
        f"Residents are those of {people.year}.",
        "A rate is for the period named, whatever its length, and is never scaled up to a year.",
    )
    return counted.finding(
        id=f"rate.{name}.latest", sentence=said, estimate=rate, period=counted.period.label, caveats=caveats
    )


def _district_figure(counted: Counted, residents: Residents, people: Populations, *, name: str) -> Figure | None:
    """Rates of districts with the rest beside each; None for readers who are told of the whole area alone."""
    evidence = counted.evidence
    readers = evidence.readers_of_feed(counted.feed, DISTRICT)
    if evidence.audience not in readers:
        return None
    monthly = evidence.measures.count_definition(counted.definition, level=DISTRICT).definite
    counts = monthly.gather([counted.period]).values[:, 0]
    living = people.at_level(DISTRICT, monthly.areas)[:, 0]
    elsewhere = max(counted.total(counted.period)[0] - float(counts.sum()), 0.0)
    cells = counted.protect_parts(
        [*counts.tolist(), elsewhere],
        keys=[counted.key(counted.period, area=area) for area in (*monthly.areas, counted.elsewhere)],
        total=counted.key(counted.period),
    )
    compared = compare_with_rest(monthly, living.tolist(), counted.period)
    rates, rows, readings = {}, {}, {}
    for at, code in enumerate(monthly.areas):
        district = evidence.district_names[code]
        rates[district] = _rate(counted, residents, round(float(counts[at])), float(living[at]), cells[at])
        _, reading = protect_ratio(compared.ratio, at, counted.rule, counts=(counts[at], counts.sum() - counts[at]))
        readings[district] = reading if rates[district].is_published else Direction.NOT_COMPARED
        number = protect_whole(float(living[at]), evidence.rule_of_feed("population"), unit="residents")
        rows[district] = (district, cells[at], number, rates[district], direction_words(readings[district]))
    # Withheld districts keep no place in the order of size, which would tell something of them.
    order = sorted(
        rates, key=lambda district: (not rates[district].is_published, -(rates[district].value or 0), district)
    )
    is_certain = counted.total(counted.period)[1] == 0
    title = _say_districts(readings, name=counted.what if is_certain else f"{counted.what}, of what is certain")
    together = estimate_rate(float(np.round(counts).sum()), float(living.sum()), per=residents.per)
    whole = protect_estimate(together, counted.rule, unit=residents.unit, count=float(counts.sum()))
    return Figure(
        id=f"{name}_rate_by_district",
        title=title,
        subtitle=f"{capitalise(counted.name())}, {residents.unit}, {name_period(counted.period.label)}; line: 95% interval",
        alternative=f"A row for each of {len(order)} districts with its rate and interval. {title}.",
        chart=IntervalChart(
            tuple(Point(d, rates[d], is_marked=readings[d] is Direction.HIGHER) for d in order),
            residents.unit,
            reference=Point("all districts together", whole) if whole.is_published and _elsewhere_is_told(cells) else None,
        ),
        table=counted.table(
            id=f"{name}_rate_by_district",
            level=DISTRICT,
            readers=readers,
            caption=f"{capitalise(counted.what)} by district, {counted.period.label}",
            columns=[
                ("district", "District"),
                ("count", "Certain"),
                ("residents", f"Residents in {people.year}"),
                ("rate", capitalise(residents.unit)),
                ("reading", "Beside the rest of the area"),
            ],
            rows=[rows[district] for district in order],
            notes=(
                f"Elsewhere, or without a usable place: {format_value(cells[-1])}.",
                "Each district is compared with the rest of the area without it; the comparison allows for events that come in clusters.",
            ),
        ),
        source=counted.source,
        notes=_notes(counted),
        readers=readers,
    )  # fmt: skip


def _notes(counted: Counted) -> tuple[str, ...]:
    """Why a district may stand out for another reason than what happens in it."""
    notes = (
        ["Where many more people come than live, the rate is high for that reason too."]
        if counted.is_from_force
        else []
    )
    if counted.total(counted.period)[1] > 0:
        notes.append("What cannot be told is in no rate of a district: one that stands out may only write more down.")
    return tuple(notes)


def _elsewhere_is_told(cells: Sequence[Protected]) -> bool:
    """Whether the rate of all districts together gives nothing away: what lies elsewhere is told, so their sum is known anyway."""
    return cells[-1].is_published


def _say_districts(readings: dict[str, Direction], *, name: str) -> str:
    higher = sorted(district for district, reading in readings.items() if reading is Direction.HIGHER)
    if not higher:
        return f"{capitalise(name)}: no district is clearly above the rest of the area"
    if len(higher) <= 3:
        return (
            f"{capitalise(name)}: {join_words(higher)} {'is' if len(higher) == 1 else 'are'} above the rest of the area"
        )
    return f"{capitalise(name)}: {len(higher)} of {len(readings)} districts are above the rest of the area"
