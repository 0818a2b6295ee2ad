"""The age curve in words and as a figure: where it is highest, where it turns, and what a strategy says of it held against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safeground.engine.assessment.sentences import say_when
from safeground.engine.assessment.single_years import AGES, FIRST_AGE, LAST_AGE, SingleYears
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import (
    Block,
    ColumnChart,
    Figure,
    Finding,
    Heading,
    Point,
    Table,
    capitalise,
    format_number,
    format_value,
)
from safeground.engine.statistics import AgeBreak, AgeCurve, Peak, RatioComparison, estimate_growth, find_peak


@dataclass(frozen=True)
class AgeClaims:
    """What a strategy says of the curve: it rises steeply from an age, peaks at one, and rises sharply again at one."""

    rises_from: int
    peaks_at: int
    rises_again_at: int


@dataclass(frozen=True)
class ReadCurve:
    """A curve with what was found of it."""

    years: SingleYears
    curve: AgeCurve
    peak: Peak
    name: str

    @property
    def whom(self) -> str:
        return f"{self.years.plural} of {self.years.counted.what}"

    def growth(self, first: int, last: int) -> RatioComparison:
        """From each age to the next, along these."""
        chosen = slice(first - FIRST_AGE, last - FIRST_AGE + 1)
        residents = self.years.residents
        if np.isnan(self.years.counts[chosen]).any():
            return estimate_growth([0, 0])
        return estimate_growth(
            self.years.counts[chosen],
            None if residents is None else residents[chosen],
            dispersion=self.years.dispersion,
        )

    def finding(self, *, id: str, sentence: str, estimate: Protected) -> Finding:  # noqa: A002
        counted = self.years.counted
        return counted.finding(
            id=f"age.{self.name}.{id}", sentence=sentence, estimate=estimate, period=self.years.period.label
        )


def read_curve(years: SingleYears, curve: AgeCurve, *, name: str) -> ReadCurve:
    known = np.nan_to_num(years.counts)  # a band that is withheld whole holds few, and no peak
    return ReadCurve(years, curve, find_peak(known, years.residents, dispersion=years.dispersion), name)


def make_age_curve(read: ReadCurve, claims: AgeClaims) -> list[Block]:
    """Peak, breaks, the figure, the yearly growth between breaks, and each claim held against the curve."""
    return [
        _peak_finding(read),
        *_break_findings(read),
        _figure(read),
        *([_segment_table(read)] if read.curve.is_fitted else []),
        Heading(f"What the strategy says of age, held against {read.years.plural}", level=3),
        _rise_claim(read, claims),
        _peak_claim(read, claims),
        _second_rise_claim(read, claims),
    ]


def _peak_finding(read: ReadCurve) -> Finding:
    years, at = read.years, read.peak.highest
    cell, when = years.told[at], say_when(years.period.label)
    if not cell.value:
        why = cell.reason or "there are none of these ages"
        sentence = f"At which age there were most {read.whom} {when} cannot be told: {why}."
        return read.finding(id="peak", sentence=sentence, estimate=cell)
    least = "Of single years of age from 10 to 24, " + (
        "in proportion to residents, " if years.residents is not None else ""
    )
    others = [str(AGES[place]) for place in read.peak.could_be if place != at]
    doubt = (
        f"Chance alone could have put {_say_ages(read.peak.could_be)} first."
        if others
        else "No other age could have been first by chance."
    )
    sentence = f"{least}{AGES[at]} had the most {read.whom} {when}: {format_value(cell)}. {doubt}"
    return read.finding(id="peak", sentence=sentence, estimate=cell)


def _say_ages(places: tuple[int, ...]) -> str:
    """'20', 'any age from 15 to 24' where they are in a row, else '15, 17 or 19'."""
    if len(places) > 2 and places == tuple(range(places[0], places[-1] + 1)):
        return f"any age from {AGES[places[0]]} to {AGES[places[-1]]}"
    *most, last = (str(AGES[place]) for place in places)
    return f"{', '.join(most)} or {last}" if most else last


def _break_findings(read: ReadCurve) -> list[Finding]:
    curve, years = read.curve, read.years
    total = float(np.nansum(years.counts))
    if not curve.is_fitted or not curve.breaks:
        why = (
            "chance alone could make every bend in it"
            if curve.is_fitted
            else curve.method.removeprefix("not available: ")
        )
        estimate = protect(
            None, unit="years of age", rule=years.counted.rule, state=State.NOT_AVAILABLE, reason=f"no break: {why}"
        )
        sentence = f"No age from 10 to 24 can be named at which the number of {read.whom} begins to rise or fall faster: {why}."
        return [read.finding(id="breaks", sentence=sentence, estimate=estimate)]
    found = []
    for at, each in enumerate(curve.breaks):
        estimate = protect(
            float(each.age),
            unit="years of age",
            rule=years.counted.rule,
            lower=float(each.lower),
            upper=float(each.upper),
            count=total,
            method=curve.method,
            confidence=curve.confidence,
        )
        sentence = _say_break(read, each, curve.segments[at].growth, curve.segments[at + 1].growth)
        found.append(read.finding(id=f"break_{at + 1}", sentence=sentence, estimate=estimate))
    return found


def _say_break(read: ReadCurve, each: AgeBreak, before: float, after: float) -> str:
    where = (
        f"At {each.age}"
        if each.lower == each.upper
        else f"Between {each.lower} and {each.upper}, likeliest at {each.age},"
    )
    return (
        f"{where} the curve of {read.whom} turns {'up' if each.turns_up else 'down'}: from {_say_growth(before)} with each year of age "
        f"before it to {_say_growth(after)} after it."
    )


def _say_growth(growth: float) -> str:
    change = 100 * (growth - 1)
    if abs(change) < 0.5:
        return "no change"
    return (
        f"{format_number(growth, decimals=1)} times as many"
        if growth >= 2
        else (f"{format_number(abs(change))}% {'more' if change > 0 else 'fewer'}")
    )


def _figure(read: ReadCurve) -> Figure:
    years, counted = read.years, read.years.counted
    rates = years.protect_rates()
    cells = rates or list(years.told)
    marked = set(read.peak.could_be) if len(read.peak.could_be) <= len(AGES) // 2 else set()
    points = tuple(
        Point(str(age), cell, is_marked=at in marked) for at, (age, cell) in enumerate(zip(AGES, cells, strict=True))
    )
    hidden = [str(age) for age, cell in zip(AGES, cells, strict=True) if cell.state is State.SUPPRESSED]
    highest = years.told[read.peak.highest]
    title = (
        f"{capitalise(years.plural)} of {counted.what}: most at {AGES[read.peak.highest]}"
        if highest.value
        else f"{capitalise(read.whom)} by single year of age"
    )
    unit = f"{years.plural} per 1,000 residents" if rates else years.plural
    notes = [
        f"Somebody who was in two of them counts twice. Whoever is younger than {FIRST_AGE} or older than {LAST_AGE} is not here."
    ]
    notes += ["Columns in another colour are ages that may be the highest, as far as chance allows."] if marked else []
    notes += [f"Denominator: {years.residents_label}; the rate is for the whole period."] if rates else [
        "These are counts, not rates, since no population by single year of age has landed."
    ]  # fmt: skip
    notes += ["For the curve, ages of a band that are withheld share what they have together."] if hidden else []
    return Figure(
        id=f"{read.name}_by_single_year",
        title=title,
        subtitle=f"{capitalise(read.whom)} by single year of age, {years.period.label}",
        alternative=(
            f"A column for each age from {FIRST_AGE} to {LAST_AGE}. {title}. {len(hidden)} ages are withheld. "
            "The table holds every number."
        ),
        chart=ColumnChart(points, unit, "Age"),
        table=counted.table(
            id=f"{read.name}_by_single_year",
            caption=f"{capitalise(read.whom)} by single year of age, {years.period.label}",
            columns=[
                ("age", "Age"),
                ("people", capitalise(years.plural)),
                *([("rate", "Per 1,000 residents")] if rates else []),
            ],
            rows=[
                (str(age), cell, *([rates[at]] if rates else []))
                for at, (age, cell) in enumerate(zip(AGES, years.told, strict=True))
            ],
            rows_shown=len(AGES),
        ),
        source=counted.source,
        notes=tuple(notes),
        readers=counted.readers,
    )


def _segment_table(read: ReadCurve) -> Table:
    """The yearly growth between breaks."""
    rows = []
    for each in read.curve.segments:
        change = _protect_growth(
            read,
            tuple(100 * (number - 1) for number in (each.growth, each.lower, each.upper)),
            each.first,
            each.last,
            method=read.curve.method,
            unit="%",
        )
        rows.append((f"{each.first} to {each.last}", change))
    return read.years.counted.table(
        id=f"{read.name}_age_growth",
        caption=f"How {read.whom} change with each year of age, between the breaks of the curve, {read.years.period.label}",
        columns=[("ages", "Ages"), ("change", "Change with each year of age")],
        rows=rows,
        notes=(capitalise(f"{read.curve.method}; breaks are added only where a test at 5% calls for them."),),
    )


def _protect_growth(
    read: ReadCurve, numbers: tuple[float, ...], first: int, last: int, *, method: str, unit: str = "times"
) -> Protected:
    """A growth is withheld where most of it is: of two ages where either is, of more where fewer than half are told."""
    years = read.years
    cells = years.told[first - FIRST_AGE : last - FIRST_AGE + 1]
    counts = years.counts[first - FIRST_AGE : last - FIRST_AGE + 1]
    hidden = [cell for cell in cells if not cell.is_published]
    if hidden and (len(cells) == 2 or 2 * len(hidden) > len(cells)):
        return protect(None, unit=unit, rule=years.counted.rule, state=hidden[0].state, reason=hidden[0].reason)
    if not np.isfinite(numbers).all():
        why = "too few people are of these ages"
        return protect(None, unit=unit, rule=years.counted.rule, state=State.NOT_AVAILABLE, reason=why)
    value, lower, upper = numbers
    return protect(
        value, unit=unit, rule=years.counted.rule, lower=lower, upper=upper, count=float(counts.sum()), method=method,
        confidence=read.curve.confidence,
    )  # fmt: skip


def _measure(read: ReadCurve, first: int, last: int) -> tuple[Protected, str]:
    """The growth along some ages, and its direction where it is told."""
    growth = read.growth(first, last)
    numbers = (float(growth.value), float(growth.lower), float(growth.upper))
    estimate = _protect_growth(read, numbers, first, last, method=str(growth.method))
    return estimate, str(growth.direction) if estimate.is_published else "not told"


def _say_times(estimate: Protected) -> str:
    if estimate.value is None or estimate.lower is None or estimate.upper is None:
        return f"{estimate.state}: {estimate.reason}"
    value, lower, upper = (format_number(each, decimals=2) for each in (estimate.value, estimate.lower, estimate.upper))
    return f"{value} times as many as the year before (95% interval {lower} to {upper})"


def _rise_claim(read: ReadCurve, claims: AgeClaims) -> Finding:
    """Whether it rises from the age named, and whether the rise begins there."""
    first, last = claims.rises_from, claims.peaks_at
    estimate, direction = _measure(read, first, last)
    said = f"“A steep incline at the age of {first}”"
    along = f"from {first} to {last} each age had {_say_times(estimate)}"
    if direction == "not told":
        sentence = f"{said} cannot be checked: the growth from {first} to {last} is {_say_times(estimate)}."
    elif direction == "higher":
        sentence = f"{said}: they rise; {along}. {_say_where_rise_begins(read, claims)}"
    elif direction == "lower":
        sentence = f"{said} is contradicted: {along}, a fall."
    else:
        sentence = f"{said} cannot be told from chance: {along}."
    return read.finding(id="claim_rise", sentence=sentence, estimate=estimate)


def _say_where_rise_begins(read: ReadCurve, claims: AgeClaims) -> str:
    ups = [each for each in read.curve.breaks if each.turns_up and each.age <= claims.peaks_at]
    if not ups:
        return (
            f"That the rise begins at {claims.rises_from} and not before is not shown: the curve has no bend upwards there beyond "
            "chance."
        )
    each = ups[0]
    where = f"at {each.age}" if each.lower == each.upper else f"between {each.lower} and {each.upper}"
    if each.lower <= claims.rises_from <= each.upper:
        return f"The curve bends upwards {where}, as the strategy says."
    return f"The curve bends upwards {where}, and not at {claims.rises_from}."


def _peak_claim(read: ReadCurve, claims: AgeClaims) -> Finding:
    cell = read.years.told[claims.peaks_at - FIRST_AGE]
    said, place = f"“Peaks at {claims.peaks_at}”", claims.peaks_at - FIRST_AGE
    if not cell.value:
        sentence = f"{said} cannot be checked: the number of that age is {cell.state}{f': {cell.reason}' if cell.reason else ''}."
    elif read.peak.could_be == (place,):
        sentence = f"{said} is borne out: no other age from 10 to 24 could be the highest by chance."
    elif place in read.peak.could_be:
        sentence = f"{said} is possible and not shown: by chance the peak could be at {_say_ages(read.peak.could_be)}."
    else:
        sentence = f"{said} is contradicted: another age is higher beyond chance; the peak is at {_say_ages(read.peak.could_be)}."
    return read.finding(id="claim_peak", sentence=sentence, estimate=cell)


def _second_rise_claim(read: ReadCurve, claims: AgeClaims) -> Finding:
    """The fall behind the peak, and the rise to the age named."""
    at = claims.rises_again_at
    dip, dips = _measure(read, claims.peaks_at, at - 1)
    rise, rises = _measure(read, at - 1, at)
    said = f"“Begins to reduce and then a sharp rise again at {at}”"
    ages = f"{claims.peaks_at} to {at - 1}", f"{at - 1} to {at}"
    if "not told" in (dips, rises):
        hidden = rise if rises == "not told" else dip
        sentence = f"{said} cannot be checked: a number it needs is {hidden.state}: {hidden.reason}."
        return read.finding(id="claim_second_rise", sentence=sentence, estimate=rise)
    words = {"higher": "a rise", "lower": "a fall", "cannot tell": "which chance could make"}
    told = f"from {ages[0]}, {_say_times(dip)}, {words[dips]}; from {ages[1]}, {_say_times(rise)}, {words[rises]}"
    if (dips, rises) == ("lower", "higher"):
        verdict = "is borne out"
    elif dips == "higher" or rises == "lower":
        verdict = "is contradicted"
    else:
        verdict = "cannot be told from chance"
    return read.finding(id="claim_second_rise", sentence=f"{said} {verdict}: {told}.", estimate=rise)
