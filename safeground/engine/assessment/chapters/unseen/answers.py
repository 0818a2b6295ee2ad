"""What patients said when they were asked whether the police had been told: in all, by month, by part of the week and by district."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safeground.engine.assessment.chapters.unseen.shares import tell_share
from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.evidence import DISTRICT
from safeground.engine.assessment.sentences import say_when
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.catalogue import All, Is
from safeground.engine.disclosure import CellKey, Protected
from safeground.engine.documents import (
    Block,
    Figure,
    Finding,
    LineChart,
    Point,
    Series,
    Table,
    format_interval,
    format_value,
)
from safeground.engine.measures import Period, PeriodKind, weigh_times_of_week

FIELD = "reported_to_police"
NOT_TOLD, TOLD, NOT_KNOWN = "no", "yes", "not known"
ANSWERS = (NOT_TOLD, TOLD, NOT_KNOWN)
_COLUMNS = [
    ("not_told", "Police not told"),
    ("told", "Police told"),
    ("not_known", "Not known"),
    ("share", "Not told, of those with an answer"),
]
_FEWEST_POINTS = 6
_PARTS = (
    "Friday and Saturday nights, 18:00 to 06:00",
    "Other nights, 18:00 to 06:00",
    "Days, 06:00 to 18:00",
    "Not known",
)


def is_asked(counted: Counted) -> bool:
    """Whether the feed says at all whether the police were told: the standard does not ask for it."""
    return FIELD in counted.evidence.warehouse.columns_carried("events", counted.feed)


def answer_key(counted: Counted, period: Period, answer: str, *, area: str = "") -> CellKey:
    """What a count of an answer is called in all that the edition tells."""
    return counted.key(period, f"police told={answer}", area=area)


def make_answers(counted: Counted, *, place_notes: tuple[str, ...] = ()) -> list[Block]:
    """The share of the latest period, and the same by month, part of the week and district. `place_notes`: how well places are known."""
    period = counted.period
    answers = counted.split(FIELD, period, values=(NOT_TOLD, TOLD))
    cells = counted.protect_parts(
        [answers[answer] for answer in ANSWERS],
        keys=[answer_key(counted, period, answer) for answer in ANSWERS],
        total=counted.key(period),
    )
    districts = _make_district_table(counted, place_notes)
    return [
        _make_finding(counted, cells),
        *_make_months(counted),
        _make_week_table(counted),
        *([districts] if districts is not None else []),
    ]


def _make_finding(counted: Counted, cells: Sequence[Protected]) -> Finding:
    not_told, told, _ = cells
    share = tell_share(not_told, told, counted.rule)
    when = say_when(counted.period.label)
    if not share.is_published:
        sentence = (
            f"What share of patients {when} said that the police had not been told is {share.state}: {share.reason}."
        )
    else:
        sentence = (
            f"Of patients treated in A&E for an assault {when} whose answer is known, {format_value(share)} said that the police had "
            f"not been told ({format_interval(share)})."
        )
        sentence += _say_not_known(cells)
    return counted.finding(
        id="unseen.not_told.latest",
        sentence=sentence,
        estimate=share,
        period=counted.period.label,
        caveats=("It is what patients or staff said at the desk; the police may have come to know by another way.",),
    )


def _say_not_known(cells: Sequence[Protected]) -> str:
    """What the share would be if all, or none, of those without an answer had told."""
    not_told, told, not_known = (cell.value for cell in cells)
    if not_told is None or told is None or not_known is None or not not_known:
        return ""
    total = not_told + told + not_known
    return (
        f" Of {not_known / total:.0%} it is not known: of all patients, the police were not told of {not_told / total:.0%} if they "
        f"were of each of those, and of {(not_told + not_known) / total:.0%} if they were of none."
    )


def _make_months(counted: Counted) -> list[Block]:
    months = [Period((month,), PeriodKind.MONTH) for month in counted.period.months]
    counts = [counted.split(FIELD, month, values=(NOT_TOLD, TOLD)) for month in months]
    rows = _protect_rows(
        counted,
        [[each[answer] for answer in ANSWERS] for each in counts],
        keys=[[answer_key(counted, month, answer) for answer in ANSWERS] for month in months],
        totals=[counted.key(month) for month in months],
    )
    shares = [tell_share(row[0], row[1], counted.rule) for row in rows]
    title = f"Whether the police had been told, by month, {counted.period.label}"
    table = counted.table(
        id="unseen_by_month",
        caption=title,
        columns=[("month", "Month"), *_COLUMNS],
        rows=[(month.label, *row, share) for month, row, share in zip(months, rows, shares, strict=True)],
        notes=("Shares are of the counts as they are told.",),
    )
    points = tuple(
        Point(f"{month.first:%Y-%m}", share) for month, share in zip(months, shares, strict=True) if share.is_published
    )
    if len(points) < _FEWEST_POINTS:
        return [table]
    return [
        Figure(
            id="unseen_by_month",
            title="Patients who said that the police had not been told",
            subtitle=f"% of those whose answer is known, by month, {counted.period.label}; band: 95% interval",
            alternative="; ".join(
                f"{p.label}: {format_value(p.estimate)}, {format_interval(p.estimate)}" for p in points
            )
            + ".",
            chart=LineChart((Series("Not told", points, is_main=True),), "%"),
            table=table,
            source=counted.source,
            notes=("A month differs from another by chance alone as far as its band reaches.",),
            readers=counted.readers,
        )
    ]


def _make_week_table(counted: Counted) -> Table:
    """By part of the week. Fewer parts than hours, so that they may be told."""
    counts = np.array([_by_part_of_week(counted, answer) for answer in (NOT_TOLD, TOLD)])
    both = np.vstack([counts, _by_part_of_week(counted, None) - counts.sum(axis=0)]).T
    period = counted.period
    rows = _protect_rows(
        counted,
        both.tolist(),
        keys=[
            [counted.key(period, f"police told={answer}, part of week={part}") for answer in ANSWERS] for part in _PARTS
        ],
        totals=[counted.key(period, f"part of week={part}") for part in _PARTS],
    )
    return counted.table(
        id="unseen_by_part_of_week",
        caption=f"Whether the police had been told, by part of the week, {period.label}",
        columns=[("part", "When it happened"), *_COLUMNS],
        rows=[(part, *row, tell_share(row[0], row[1], counted.rule)) for part, row in zip(_PARTS, rows, strict=True)],
        notes=("A night belongs to the day on which it begins.",),
    )


def _by_part_of_week(counted: Counted, answer: str | None) -> np.ndarray:
    """Attendances in each of the parts: shape (4,)."""
    rule = counted.definition.rule_under()
    found = weigh_times_of_week(
        counted.evidence.warehouse,
        rule if answer is None else All((rule, Is(FIELD, answer))),
        feed=counted.feed,
        months=counted.period.months,
    )
    hours = np.rint(found.weights)
    night = np.zeros((7, 24), dtype=bool)
    night[:, 18:] = night[:, :6] = True
    weekend = np.zeros((7, 24), dtype=bool)
    weekend[4:6, 18:] = weekend[5:7, :6] = (
        True  # from Monday: Friday and Saturday evenings, Saturday and Sunday small hours
    )
    parts = [hours[weekend].sum(), hours[night & ~weekend].sum(), hours[~night].sum()]
    return np.array([*parts, found.exact + found.shared + found.unknown - sum(parts)])


def _make_district_table(counted: Counted, place_notes: tuple[str, ...]) -> Table | None:
    evidence, period = counted.evidence, counted.period
    readers = evidence.readers_of_feed(counted.feed, DISTRICT)
    if not evidence.measures.has_areas or evidence.audience not in readers:
        return None
    codes = sorted(evidence.district_names, key=lambda code: evidence.district_names[code])
    counts = np.array([count_by_area(counted, answer, codes, DISTRICT) for answer in (NOT_TOLD, TOLD, None)]).T
    counts[:, 2] -= counts[:, 0] + counts[:, 1]
    whole = counted.split(FIELD, period, values=(NOT_TOLD, TOLD))
    rest = [max(whole[answer] - counts[:, place].sum(), 0.0) for place, answer in enumerate(ANSWERS)]
    areas = (*codes, counted.elsewhere)
    rows = _protect_rows(
        counted,
        [*counts.tolist(), rest],
        keys=[[answer_key(counted, period, answer, area=area) for answer in ANSWERS] for area in areas],
        totals=[counted.key(period, area=area) for area in areas],
    )
    labels = [*(evidence.district_names[code] for code in codes), "Elsewhere, or without a usable place"]
    return counted.table(
        id="unseen_by_district",
        caption=f"Whether the police had been told, by district, {period.label}",
        columns=[("district", "District"), *_COLUMNS],
        rows=[(label, *row, tell_share(row[0], row[1], counted.rule)) for label, row in zip(labels, rows, strict=True)],
        notes=(
            "The district is where it happened, as far as what was typed says; districts are in the order of their names.",
            *place_notes,
        ),
        readers=readers,
        level=DISTRICT,
    )


def count_by_area(counted: Counted, answer: str | None, codes: Sequence[str], level: str) -> np.ndarray:
    """Attendances of the latest period with an answer (None: with any or none) in each area: shape (areas,)."""
    measures = counted.evidence.measures
    if answer is None:
        counts = measures.count_definition(counted.definition, level=level)
    else:
        found = measures.split_definition(counted.definition, by=FIELD, level=level)
        if answer not in found:
            return np.zeros(len(codes))
        counts = found[answer]
    matrix = counts.definite.gather([counted.period])
    return np.rint([matrix.values[matrix.areas.index(code), 0] for code in codes])


def _protect_rows(
    counted: Counted, counts: list[list[float]], *, keys: list[list[CellKey]], totals: list[CellKey]
) -> list[list[Protected]]:
    """Counts of rows whose answers add up to a total each, and each answer's to that of the period."""
    places = np.arange(len(counts) * len(ANSWERS)).reshape(len(counts), len(ANSWERS))
    cells = protect_cells(
        [max(number, 0.0) for row in counts for number in row],
        [*places.tolist(), *places.T.tolist()],
        counted.rule,
        unit=counted.unit,
        keys=[key for row in keys for key in row],
        totals=[*totals, *(answer_key(counted, counted.period, answer) for answer in ANSWERS)],
        register=counted.register,
    )
    return [cells[start : start + len(ANSWERS)] for start in range(0, len(cells), len(ANSWERS))]
