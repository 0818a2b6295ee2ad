"""Where it happens: kinds of place, and districts, by the partnership's own definition."""

from __future__ import annotations

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.evidence import DISTRICT
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Block,
    Figure,
    IntervalChart,
    Notice,
    NoticeKind,
    Point,
    capitalise,
    format_value,
)
from safeground.engine.statistics import estimate_rate

_UNKNOWN = ("unknown", "not stated")


def make_kinds_of_place(counted: Counted, *, name: str) -> list[Block]:
    """Definite events by kind of place, most first; what is not stated is told with its number."""
    found = counted.evidence.measures.split_definition(counted.definition, by="location_type", level="pfa24")
    counts = {kind: counted.total(counted.period, counts=each)[0] for kind, each in found.items()}
    known = {kind: n for kind, n in counts.items() if kind not in _UNKNOWN and n > 0}
    unknown = sum(n for kind, n in counts.items() if kind in _UNKNOWN)
    ordered = sorted(known, key=lambda kind: (-known[kind], kind))
    if not ordered:
        return [Notice(NoticeKind.MISSING, f"In what kind of place {counted.what} happened is not stated.")]
    keys = [counted.key(counted.period, f"kind of place={kind}") for kind in (*ordered, "not known")]
    total = counted.key(counted.period)
    cells = counted.protect_parts([*(known[kind] for kind in ordered), unknown], keys=keys, total=total)
    shown = [
        (capitalise(kind), _with_interval(counted, known[kind], cell))
        for kind, cell in zip(ordered, cells[:-1], strict=True)
    ]
    # Withheld kinds keep no place in the order of size, which would tell something of them.
    shown = [item for item in shown if item[1].is_published] + sorted(
        item for item in shown if not item[1].is_published
    )
    kind, most = shown[0]
    title = (
        f"{kind}: {format_value(most)}, more than in any other kind of place" if most.is_published else "Kinds of place"
    )
    rows: list[tuple[str, Protected]] = [*shown, ("Not known", cells[-1])]
    return [
        Figure(
            id=f"{name}_by_kind_of_place",
            title=title,
            subtitle=f"{capitalise(counted.name())} by kind of place, {counted.period.label}; line: 95% interval",
            alternative=f"A row for each kind of place. {title}. Not known: {format_value(cells[-1])}.",
            chart=IntervalChart(tuple(Point(*item) for item in shown), counted.unit),
            table=counted.table(
                id=f"{name}_by_kind_of_place",
                caption=f"{capitalise(counted.name())} by kind of place, {counted.period.label}",
                columns=[("place", "Kind of place"), ("count", capitalise(counted.unit))],
                rows=rows,
            ),
            source=counted.source,
            notes=(f"Kind of place not known: {format_value(cells[-1])}.",),
            readers=counted.readers,
        )
    ]


def make_districts(counted: Counted, *, name: str) -> list[Block]:
    """Definite events by district, in the order of their names: counts of districts of different size make no league."""
    evidence = counted.evidence
    if not evidence.measures.has_areas or evidence.audience not in evidence.readers_of_feed(counted.feed, DISTRICT):
        return []
    gathered = evidence.measures.count_definition(counted.definition, level=DISTRICT).gather([counted.period])
    inside = gathered.definite.values[:, 0]
    elsewhere = counted.total(counted.period)[0] - float(inside.sum())
    may_be = gathered.undetermined.values[:, 0]
    areas, unsure = (*gathered.definite.areas, counted.elsewhere), "cannot tell"
    definite = counted.protect_parts(
        [*inside.tolist(), max(elsewhere, 0.0)],
        keys=[counted.key(counted.period, area=area) for area in areas],
        total=counted.key(counted.period),
    )
    more = counted.protect_parts(
        [*may_be.tolist(), max(counted.total(counted.period)[1] - float(may_be.sum()), 0.0)],
        keys=[counted.key(counted.period, area=area, of=unsure) for area in areas],
        total=counted.key(counted.period, of=unsure),
    )
    names = [evidence.district_names[code] for code in gathered.definite.areas]
    rows = sorted(zip(names, definite[:-1], more[:-1], strict=True), key=lambda row: row[0])
    return [
        counted.table(
            id=f"{name}_by_district",
            caption=f"{capitalise(counted.name())} by district, {counted.period.label}",
            columns=[("district", "District"), ("count", "Certain"), ("undetermined", "Cannot be told")],
            rows=[*rows, ("Elsewhere, or without a usable place", definite[-1], more[-1])],
            notes=("Districts differ in size: a larger number is not a higher risk.",),
            readers=evidence.readers_of_feed(counted.feed, DISTRICT),
            level=DISTRICT,
        )
    ]


def _with_interval(counted: Counted, count: float, cell: Protected) -> Protected:
    if not cell.is_published:
        return cell
    return protect_estimate(estimate_rate(count, 1.0, per=1), counted.rule, unit=counted.unit, count=count)
