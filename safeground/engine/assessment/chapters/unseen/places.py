"""How surely places were read from what was typed at the desk: by site, and month by month."""

from __future__ import annotations

from collections.abc import Callable

from safeground.engine.assessment.chapters.unseen.shares import tell_share
from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.disclosure import CellKey, Protected
from safeground.engine.documents import Table
from safeground.engine.measures import CONFIDENCES, Period, PeriodKind, count_placements

_PLACED, _NOT_PLACED = "placed", CONFIDENCES[-1]
_COLUMNS = (*CONFIDENCES[:-1], _PLACED, _NOT_PLACED)


def make_placements(counted: Counted) -> list[Table]:
    """Attendances by how likely the area told is right, by site and by month, with the share that names no place. None without words."""
    evidence, period = counted.evidence, counted.period
    if not evidence.measures.has_areas:
        return []
    found = count_placements(
        evidence.warehouse, evidence.measures.typed_places.place_all, feed=counted.feed, months=period.months
    )
    if not found:
        return []

    def count(of: Callable[[tuple[str, object, str]], bool], confidence: str) -> float:
        return float(sum(n for key, n in found.items() if key[2] == confidence and of(key)))

    sites = sorted({site for site, _, _ in found})
    months = [Period((month,), PeriodKind.MONTH) for month in period.months]
    by_site = [[count(lambda key, site=site: key[0] == site, each) for each in CONFIDENCES] for site in sites]  # type: ignore[misc]
    by_month = [
        [count(lambda key, month=month: key[1] == month.first, each) for each in CONFIDENCES]  # type: ignore[misc]
        for month in months
    ]
    site_cells = _protect(counted, by_site, [counted.key(period, f"site={site}") for site in sites])
    month_cells = _protect(counted, by_month, [counted.key(month) for month in months])
    return [
        _make_table(counted, "site", sites, site_cells),
        _make_table(counted, "month", [month.label for month in months], month_cells),
    ]


def _protect(counted: Counted, counts: list[list[float]], totals: list[CellKey]) -> list[list[Protected]]:
    """Of each row the classes of confidence, those placed together, and those not placed: the first add up to the fourth, the last two to
    the row's total."""
    width = len(_COLUMNS)
    flat, keys, lines, sums = [], [], [], []
    for at, (row, total) in enumerate(zip(counts, totals, strict=True)):
        names = [_name(total, column) for column in _COLUMNS]
        flat += [*row[:-1], sum(row[:-1]), row[-1]]
        keys += names
        lines += [[at * width + place for place in range(width - 2)], [at * width + width - 2, at * width + width - 1]]
        sums += [names[-2], total]
    cells = protect_cells(
        flat, lines, counted.rule, unit=counted.unit, keys=keys, totals=sums, register=counted.register
    )
    return [cells[start : start + width] for start in range(0, len(cells), width)]


def _name(total: CellKey, column: str) -> CellKey:
    part = ", ".join(filter(None, (total.series.part, f"place={column}")))
    return CellKey(type(total.series)(total.series.measure, total.series.area, part), total.months)


def _make_table(counted: Counted, kind: str, labels: list[str], cells: list[list[Protected]]) -> Table:
    return counted.table(
        id=f"unseen_places_by_{kind}",
        caption=f"How surely the place could be read, by {kind}, {counted.period.label}",
        columns=[
            (kind, kind.capitalize()),
            *((f"confidence_{number}", f"Confidence {name}") for number, name in enumerate(CONFIDENCES[:-1])),
            ("placed", "Placed"),
            ("not_placed", "Names no known place"),
            ("share", "Share that names none"),
        ],
        rows=[
            (label, *row, tell_share(row[-1], row[-2], counted.rule)) for label, row in zip(labels, cells, strict=True)
        ],
        notes=(
            (
                "Confidence is how likely the area told is right. From 80% an attendance counts in a small area, from 50% in the ward or "
                "district; below, it is in no area's figures."
            ),
        ),
    )
