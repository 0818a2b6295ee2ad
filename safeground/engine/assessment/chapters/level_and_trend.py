"""Level and trend: how much, rising or falling, of what kind, and how neighbours compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from safeground.engine.assessment.evidence import FORCE, STREET, Evidence
from safeground.engine.assessment.headline import (
    VIOLENCE,
    bounds_finding,
    change_finding,
    level_finding,
    missing_months_sentence,
    neighbour_findings,
)
from safeground.engine.assessment.making import change_words, make_table, protect_row
from safeground.engine.assessment.protecting import protect_change, protect_count
from safeground.engine.assessment.sentences import join_words, name_period
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import (
    Audience,
    Block,
    ControlPhase,
    Direction,
    Figure,
    Finding,
    Heading,
    IntervalChart,
    LineChart,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    RunChart,
    Series,
    Table,
)
from safeground.engine.measures import Period, PeriodKind, compare_with_year_before, get_periods
from safeground.engine.statistics import ControlChart

_TYPES = "recorded_crime_by_type"


def make_level_and_trend(evidence: Evidence, outline: ChapterOutline, audience: Audience) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    blocks += [Heading("How much"), level_finding(evidence, VIOLENCE, evidence.latest, id="level.violence.latest")]
    if evidence.latest_year is not None and evidence.latest_year != evidence.latest:
        blocks.append(level_finding(evidence, VIOLENCE, evidence.latest_year, id="level.violence.latest_year"))
    blocks.append(bounds_finding(evidence, evidence.latest, id="level.public_space_violence.latest"))
    for measure in ("robbery_rate", "possession_of_weapons_rate"):
        name = measure.removesuffix("_rate")
        blocks.append(level_finding(evidence, measure, evidence.latest, id=f"level.{name}.latest"))
    if (gap := missing_months_sentence(evidence)) is not None:
        blocks.append(Notice(NoticeKind.MISSING, gap))
    blocks += [Heading("Rising or falling"), Paragraph(notes["chance"])]
    for measure in (VIOLENCE, "robbery_rate", "possession_of_weapons_rate"):
        finding = change_finding(evidence, measure, id=f"change.{measure.removesuffix('_rate')}")
        if finding is not None:
            blocks.append(finding)
    blocks += [_monthly_figure(evidence), _run_chart_figure(evidence)]
    blocks += [Paragraph(notes["gaps"]), Notice(NoticeKind.WARNING, notes["recording"]), _years_table(evidence)]
    blocks += [Heading("Of what kind"), *_kinds(evidence)]
    blocks += [Heading("Beside the neighbours"), Paragraph(notes["neighbours"]), *_neighbours(evidence)]
    return tuple(blocks)


def _monthly_figure(evidence: Evidence) -> Figure:
    """Monthly rates of our force and its neighbours."""
    partners = (evidence.measures.own, *evidence.neighbours)
    measurement = evidence.measures.calculate(VIOLENCE, level=FORCE, periods=evidence.months, partners=partners)
    names = {evidence.measures.home[force.partner]: force.area.name for force in evidence.catalogue.partnership.forces
             if force.partner in evidence.measures.home}  # fmt: skip
    series, rows = [], []
    for area in (evidence.measures.own_area, *(a for a in measurement.areas if a != evidence.measures.own_area)):
        cells = measurement.row(area)
        shown = [(cell, protect_row(evidence, measurement, cell)) for cell in cells]
        points = tuple(Point(f"{c.period.first:%Y-%m}", p) for c, p in shown if p.state is not State.INCOMPLETE)
        series.append(Series(names.get(area, area), points, is_main=area == evidence.measures.own_area))
        rows += [
            (names.get(area, area), cell.period.label, estimate) for cell, estimate in shown if not cell.is_incomplete
        ]
    first, last = evidence.months[0].label, evidence.months[-1].label
    return Figure(
        id="violence_by_month",
        title="Violence recorded each month, where months have been received",
        subtitle=(
            f"Violence recorded by the police, {measurement.unit}, each month from {first} to "
            f"{last}; band: 95% interval"
        ),
        alternative=_describe_series(series[0], evidence.area_name),
        chart=LineChart(tuple(series), measurement.unit),
        table=make_table(
            id="violence_by_month",
            measurement=measurement,
            caption="Violence recorded each month, by force",
            columns=[("area", "Area"), ("month", "Month"), ("rate", f"Rate {measurement.unit}")],
            rows=rows,
            source=evidence.source_line(STREET, "population"),
            rows_shown=24,
        ),
        source=evidence.source_line(STREET, "population"),
        notes=(f"Denominator: {measurement.denominator_label}. Months that have not been received are gaps.",),
    )


def _describe_series(series: Series, name: str) -> str:
    known = [point for point in series.points if point.estimate.value is not None]
    if not known:
        return f"A line chart without any month for {name}."
    low = min(known, key=lambda point: point.estimate.value or 0)
    high = max(known, key=lambda point: point.estimate.value or 0)
    return (
        f"A line chart with a point for each month received. For {name} the lowest month is "
        f"{low.label} and the highest {high.label}; "
        f"the latest is {known[-1].label}. Months not received are gaps. The table below holds every number."
    )


def _run_chart_figure(evidence: Evidence) -> Figure:
    """Our monthly rate with the limits of its own usual variation."""
    run = evidence.measures.run_chart(VIOLENCE)
    unit = f"per {run.per:,.0f} residents and month of 30.4 days"
    signalled = {signal.month for signal in run.chart.signals}
    values = np.asarray(run.chart.value)
    counts = evidence.measures.counts(VIOLENCE, level=FORCE).definite.select_areas([run.area]).values[0]
    known = np.flatnonzero(~np.isnan(values))
    limited = [place for place in known if np.isfinite(run.chart.centre[place])]
    points, rows = [], []
    for place in known:
        period = run.months[place]
        estimate = protect(
            float(values[place]), unit=unit, rule=evidence.rule, count=float(counts[place]), method=run.chart.method
        )
        points.append(Point(f"{period.first:%Y-%m}", estimate, is_marked=place in signalled))
        limits = (_limit(run.chart, side, place, evidence, unit, counts) for side in ("lower", "upper"))
        reading = "signal" if place in signalled else "usual" if place in limited else "no limits"
        rows.append((f"{period.first:%Y-%m}", estimate, *limits, reading))
    phases = tuple(_phases(run.chart, run.months, known))
    unusual = [run.months[place].label for place in known if place in signalled]
    drifting = [phase.label for phase, drifts in zip(phases, run.chart.is_unstable, strict=True) if drifts]
    notes = [
        f"Method: {run.chart.method}. Limits are worked out anew after a gap of a year or more, where a phase has twelve months.",
        "No season has been taken out: a series that rises each spring can signal for that reason.",
    ]
    if drifting:
        notes.append(
            f"Recording rose or fell all through {join_words(drifting)}: limits of a phase that drifts mean little."
        )
    return Figure(
        id="violence_run_chart",
        title=f"{len(unusual)} of {len(limited)} months with limits stand out from the usual variation of their phase",
        subtitle=f"Violence recorded by {evidence.force_name}, {unit}; line: mean of the phase, band: limits of usual variation",
        alternative=(
            f"A run chart of {len(points)} months in {len(phases)} phases. Months that stand out: "
            f"{join_words(unusual[:12]) or 'none'}{' and others' if len(unusual) > 12 else ''}."
        ),
        chart=RunChart(Series(evidence.area_name, tuple(points), is_main=True), phases, unit),
        table=make_table(
            id="violence_run_chart",
            caption="Months with their limits",
            columns=[
                ("month", "Month"),
                ("rate", "Rate"),
                ("lower_limit", "Lower limit"),
                ("upper_limit", "Upper limit"),
                ("signal", "Reading"),
            ],
            rows=rows,
            source=evidence.source_line(STREET, "population"),
            rows_shown=24,
        ),
        source=evidence.source_line(STREET, "population"),
        notes=tuple(notes),
    )


def _limit(chart: ControlChart, side: str, place: int, evidence: Evidence, unit: str, counts: np.ndarray) -> Protected:
    """A control limit. It rests on the events of its whole phase."""
    value = float(getattr(chart, side)[place])
    if not np.isfinite(value):
        reason = "its phase is too short for limits"
        return protect(None, unit=unit, rule=evidence.rule, state=State.NOT_AVAILABLE, reason=reason)
    events = float(np.nansum(counts[np.asarray(chart.phase) == chart.phase[place]]))
    return protect(value, unit=unit, rule=evidence.rule, count=events)


def _phases(chart: ControlChart, months: Sequence[Period], known: np.ndarray) -> Iterable[ControlPhase]:
    """Each phase from its first month received to its last; without limits where it is too short for them."""
    phase = np.asarray(chart.phase)
    for number in np.unique(phase[known]):
        places = [place for place in known if phase[place] == number]
        first, last = months[places[0]].first, months[places[-1]].first
        yield ControlPhase(
            f"{first:%Y-%m}",
            f"{last:%Y-%m}",
            *(_mean_of(getattr(chart, name)[places]) for name in ("centre", "lower", "upper")),
            f"{first:%Y}" if first.year == last.year else f"{first:%Y}–{last:%Y}",
        )


def _mean_of(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _years_table(evidence: Evidence) -> Table:
    """Financial and calendar years with their state: incomplete ones are there and carry no number."""
    kinds = (
        (PeriodKind.QUARTER, "quarter"),
        (PeriodKind.FINANCIAL_YEAR, "financial year"),
        (PeriodKind.CALENDAR_YEAR, "calendar year"),
    )
    rows = []
    for kind, name in kinds:
        periods = get_periods(kind, evidence.covered)
        if not periods:
            continue
        measurement = evidence.measures.calculate(VIOLENCE, level=FORCE, periods=periods)
        for cell in reversed(measurement.row(evidence.measures.own_area)):
            missing = len(cell.period.missing_months(evidence.covered))
            if missing == len(cell.period.months):
                continue
            received = (
                "all received"
                if not missing
                else f"{len(cell.period.months) - missing} of {len(cell.period.months)} months received"
            )
            rows.append(
                (
                    cell.period.label,
                    name,
                    protect_count(cell, evidence.rule),
                    protect_row(evidence, measurement, cell),
                    received,
                )
            )
    return make_table(
        id="violence_by_year",
        caption=f"Violence recorded by {evidence.force_name}, by quarter and year, newest first",
        columns=[
            ("period", "Period"),
            ("kind", "Kind of period"),
            ("count", "Offences"),
            ("rate", "Rate per 1,000 residents"),
            ("received", "Months"),
        ],
        rows=rows,
        source=evidence.source_line(STREET, "population"),
        notes=("An incomplete period has no number: it is not scaled up.",),
        rows_shown=12,
    )


def _kinds(evidence: Evidence) -> list[Block]:
    """Every crime type: how many, and whether it rose or fell."""
    comparison = evidence.comparison
    by_type = evidence.measures.calculate_by(_TYPES, level=FORCE, periods=[evidence.latest])
    monthly = evidence.measures.counts_by(_TYPES, level=FORCE)
    changes = {name: compare_with_year_before(counts.definite) for name, counts in monthly.items()}
    rows, points = [], []
    directions: dict[str, Direction] = {}
    for name, measurement in by_type.items():
        cell = measurement.cell(evidence.measures.own_area, evidence.latest)
        row: list[str | Protected] = [name, protect_count(cell, evidence.rule)]
        compared = changes.get(name)
        if compared is not None:
            counts = tuple(
                float(np.atleast_1d(x)[0]) for x in (compared.change.count_before, compared.change.count_after)
            )
            change, directions[name] = protect_change(compared.change, 0, evidence.rule, counts=counts)
            row += [change, change_words(directions[name])]
            points.append(Point(name, change, is_marked=directions[name] in (Direction.HIGHER, Direction.LOWER)))
        else:
            row += ["not compared", "not compared"]
        rows.append(row)
    table = make_table(
        id="crime_by_type",
        period=evidence.latest.label,
        caption=f"Police recorded crime by type, {evidence.latest.label}",
        columns=[
            ("type", "Crime type"),
            ("count", "Offences"),
            ("change", "Change on the same months a year before"),
            ("reading", "Reading"),
        ],
        rows=rows,
        source=evidence.source_line(STREET),
        notes=()
        if comparison is None
        else (f"Change: {comparison.latest.label} compared with {comparison.before.label}.",),
    )
    if comparison is None or not points:
        return [
            table,
            Notice(
                NoticeKind.MISSING,
                "No month has the same month of the year before beside it, so no change can be told.",
            ),
        ]
    rose, fell = (
        [name for name, found in directions.items() if found is way] for way in (Direction.HIGHER, Direction.LOWER)
    )
    told = [f"{len(rose)} rose" if rose else "", f"{len(fell)} fell" if fell else ""]
    unclear = len(directions) - len(rose) - len(fell)
    return [
        Figure(
            id="change_by_type",
            title=(
                f"Of {len(directions)} crime types, {join_words([t for t in told if t] or ['none clearly changed'])}; "
                f"for {unclear} we cannot tell"
            ),
            subtitle=(
                f"Change in recorded offences, %, {comparison.latest.label} compared with "
                f"{comparison.before.label}; line: 95% interval"
            ),
            alternative=_describe_changes(rose, fell, unclear),
            chart=IntervalChart(
                tuple(sorted(points, key=lambda point: -(point.estimate.value or 0))),
                "%",
                reference=Point("no change", protect(0.0, unit="%", rule=evidence.rule, count=0.0)),
            ),
            table=table,
            source=evidence.source_line(STREET),
            notes=("Marked: types that changed by more than chance, allowing for so many being looked at together.",),
        )
    ]


def _describe_changes(rose: list[str], fell: list[str], unclear: int) -> str:
    parts = [
        f"Rose: {join_words(rose)}." if rose else "None can be said to have risen.",
        f"Fell: {join_words(fell)}." if fell else "None can be said to have fallen.",
    ]
    return " ".join(parts) + f" For {unclear} types the interval includes no change."


def _neighbours(evidence: Evidence) -> list[Block]:
    found = neighbour_findings(evidence, VIOLENCE)
    compared = evidence.measures.compare_with_neighbours(VIOLENCE)
    if compared is None:
        return [
            Notice(
                NoticeKind.MISSING, "No neighbouring force has the latest months, so there is nothing to compare with."
            )
        ]
    partners = (evidence.measures.own, *evidence.neighbours)
    measurement = evidence.measures.calculate(VIOLENCE, level=FORCE, periods=[compared.period], partners=partners)
    names = {force.area.code: force.area.name for force in evidence.catalogue.partnership.forces}
    names[evidence.measures.own_area] = evidence.area_name
    cells = sorted(measurement.column(compared.period), key=lambda cell: -cell.value)
    points, rows = [], []
    for cell in cells:
        estimate = protect_row(evidence, measurement, cell)
        name = names.get(cell.area_code, cell.area_name)
        points.append(Point(name, estimate, is_marked=cell.area_code == evidence.measures.own_area))
        rows.append((name, protect_count(cell, evidence.rule), estimate))
    return [
        *found,
        Figure(
            id="violence_by_force",
            title=_compare_in_words(evidence, found),
            subtitle=(
                f"Violence recorded by the police, {measurement.unit}, "
                f"{name_period(compared.period.label)}; line: 95% interval"
            ),
            alternative="; ".join(
                f"{point.label}: {point.estimate.value:.1f}" for point in points if point.estimate.value is not None
            )
            + ".",
            chart=IntervalChart(tuple(points), measurement.unit),
            table=make_table(
                id="violence_by_force",
                measurement=measurement,
                period=compared.period.label,
                caption=f"Violence by force, {compared.period.label}",
                columns=[("force", "Force area"), ("count", "Offences"), ("rate", f"Rate {measurement.unit}")],
                rows=rows,
                source=evidence.source_line(STREET, "population"),
            ),
            source=evidence.source_line(STREET, "population"),
            notes=("Forces differ in how they record. The order says how much was recorded, not how safe a place is.",),
        ),
    ]


def _compare_in_words(evidence: Evidence, found: Sequence[Finding]) -> str:
    """'Essex: higher than Suffolk, lower than Kent, not clearly different from Hertfordshire'."""
    area_of = {force.partner: force.area.name for force in evidence.catalogue.partnership.neighbours}
    groups = (
        (Direction.HIGHER, "higher than"),
        (Direction.LOWER, "lower than"),
        (Direction.CANNOT_TELL, "not clearly different from"),
    )
    told = []
    for direction, words in groups:
        names = [area_of.get(f.id.rsplit(".", 1)[-1], "") for f in found if f.direction is direction]
        if names:
            told.append(f"{words} {join_words(names)}")
    return f"{evidence.area_name}: {', '.join(told) or 'not compared'}"
