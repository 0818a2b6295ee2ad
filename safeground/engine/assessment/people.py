"""Who: victims and suspects apart, by age and sex. Bands and counts alone; nobody is listed, and nobody is ranked."""

from __future__ import annotations

from collections.abc import Mapping

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.sentences import say_when
from safeground.engine.disclosure import Protected, State
from safeground.engine.documents import (
    Block,
    ColumnChart,
    Figure,
    Finding,
    Point,
    Table,
    capitalise,
    format_value,
    join_words,
)
from safeground.engine.measures import Ages, Period, split_by_people

BANDS = (Ages(0, 9), *(Ages(age, age + 4) for age in range(10, 60, 5)), Ages(60, None))
SEXES = ("male", "female")
_NOT_KNOWN = "not known"


def make_people(counted: Counted, *, name: str, roles: Mapping[str, str]) -> list[Block]:
    """A figure of ages and a table of sexes for each role that the feed tells of. `roles`: 'victim' to the plural readers know."""
    blocks: list[Block] = []
    for role, people in _split(counted, counted.period).items():
        if role in roles:
            blocks += _make_role(counted, people, name=f"{name}_{role}s", plural=roles[role])
    return blocks


def count_bands(counted: Counted, period: Period, role: str) -> dict[str, int]:
    """People of a role by the label of their band of five years, those of no known age last."""
    ages = {band.label: 0 for band in BANDS} | {_NOT_KNOWN: 0}
    for (band, _), number in _split(counted, period).get(role, {}).items():
        ages[band or _NOT_KNOWN] += number
    return ages


def protect_bands(counted: Counted, bands: Mapping[str, int], period: Period, plural: str) -> dict[str, Protected]:
    """People by the label of their band, each as it may be shown."""
    return _protect_by(counted, bands, period, plural, "age")


def _protect_by(
    counted: Counted, people: Mapping[str, int], period: Period, plural: str, by: str
) -> dict[str, Protected]:
    keys = [counted.key(period, f"{by}={name}", of=plural) for name in people]
    total = counted.key(period, of=plural)
    cells = counted.protect_parts(list(people.values()), unit=plural, keys=keys, total=total)
    return dict(zip(people, cells, strict=True))


def _split(counted: Counted, period: Period) -> dict[str, dict[tuple[str | None, str | None], int]]:
    """People by band and sex, for each role."""
    found = split_by_people(
        counted.evidence.warehouse,
        counted.definition.rule_under(),
        feed=counted.feed,
        months=period.months,
        bands=BANDS,
        partner=counted.evidence.measures.own if counted.is_from_force else None,
    )
    roles = sorted({role for role, _, _ in found}, reverse=True)
    return {role: {(band, sex): n for (r, band, sex), n in found.items() if r == role} for role in roles}


def _make_role(
    counted: Counted, people: Mapping[tuple[str | None, str | None], int], *, name: str, plural: str
) -> list[Block]:
    ages = {band.label: 0 for band in BANDS} | {_NOT_KNOWN: 0}
    sexes = dict.fromkeys((*SEXES, _NOT_KNOWN), 0)
    for (band, sex), number in people.items():
        ages[band or _NOT_KNOWN] += number
        sexes[sex or _NOT_KNOWN] += number
    by_age = protect_bands(counted, ages, counted.period, plural)
    by_sex = _protect_by(counted, sexes, counted.period, plural, "sex")
    return [
        _peak_finding(counted, by_age, name=name, plural=plural),
        _age_figure(counted, by_age, name=name, plural=plural),
        _sex_table(counted, by_sex, name=name, plural=plural),
    ]


def _peak_finding(counted: Counted, by_age: Mapping[str, Protected], *, name: str, plural: str) -> Finding:
    """The band with most, among those that are told."""
    told = {band: cell for band, cell in by_age.items() if cell.value is not None and band != _NOT_KNOWN}
    when, whole = say_when(counted.period.label), f"{plural} of {counted.what}"
    if not told or not any(cell.value for cell in told.values()):
        estimate = next(iter(by_age.values()))
        sentence = f"How old {whole} were {when} cannot be told: {estimate.reason or 'none are stated'}."
    else:
        most = max(cell.value or 0 for cell in told.values())
        peaks = [band for band, cell in told.items() if cell.value == most]
        estimate = told[peaks[0]]
        each = " each" if len(peaks) > 1 else ""
        sentence = (
            f"Of {whole} {when}, more were aged {join_words(peaks)} than any other five years of age that are told: "
            f"{format_value(estimate)}{each}."
        )
    return counted.finding(id=f"who.{name}.most", sentence=sentence, estimate=estimate, period=counted.period.label)


def _age_figure(counted: Counted, by_age: Mapping[str, Protected], *, name: str, plural: str) -> Figure:
    points = tuple(Point(band, cell) for band, cell in by_age.items() if band != _NOT_KNOWN)
    told = [point for point in points if point.estimate.value]
    peak = max(told, key=lambda point: point.estimate.value or 0).label if told else None
    title = (
        f"{capitalise(plural)} aged {peak} are the most of any five years" if peak else f"{capitalise(plural)} by age"
    )
    return Figure(
        id=f"{name}_by_age",
        title=title,
        subtitle=f"{capitalise(plural)} of {counted.what}, {counted.period.label}, by age",
        alternative=(
            f"A column for each band of five years of age. The highest that is told is {peak or 'none'}. "
            f"{sum(point.estimate.state is State.SUPPRESSED for point in points)} bands are withheld."
        ),
        chart=ColumnChart(points, plural, "Age"),
        table=counted.table(
            id=f"{name}_by_age",
            caption=f"{capitalise(plural)} of {counted.what} by age, {counted.period.label}",
            columns=[("age", "Age"), ("people", capitalise(plural))],
            rows=[(band, cell) for band, cell in by_age.items()],
        ),
        source=counted.source,
        notes=(f"Somebody who was in two of them counts twice. {_say_unknown(by_age[_NOT_KNOWN])}",),
        readers=counted.readers,
    )


def _say_unknown(cell: Protected) -> str:
    return f"Age not known: {format_value(cell)}."


def _sex_table(counted: Counted, by_sex: Mapping[str, Protected], *, name: str, plural: str) -> Table:
    return counted.table(
        id=f"{name}_by_sex",
        caption=f"{capitalise(plural)} of {counted.what} by sex, {counted.period.label}",
        columns=[("sex", "Sex"), ("people", capitalise(plural))],
        rows=[(capitalise(sex), cell) for sex, cell in by_sex.items()],
    )
