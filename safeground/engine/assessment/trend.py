"""Over time: each month beside the neighbours, a run chart with its limits, and quarters and years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from safeground.engine.assessment.evidence import FORCE, STREET, Evidence
from safeground.engine.assessment.headline import (
    VIOLENCE,
)
from safeground.engine.assessment.making import (
    level_cells,
    level_columns,
    make_table,
    name_denominator,
    name_values,
    protect_row,
)
from safeground.engine.assessment.sentences import say_run_rule
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import (
    ControlPhase,
    Figure,
    LineChart,
    Point,
    RunChart,
    Series,
    Table,
    join_words,
)
from safeground.engine.measures import Period, PeriodKind, get_periods
from safeground.engine.statistics import ControlChart

_DRIFTS = {"rising": "rose", "falling": "fell"}


def make_monthly_figure(evidence: Evidence) -> Figure:
    """Monthly rates of our force and its neighbours; without residents the counts of our own, as forces differ in size."""
    beside = evidence.neighbours if evidence.measures.has_residents else ()
    partners = (evidence.measures.own, *beside)
    measurement = evidence.measures.monthly_rates(VIOLENCE, partners=partners)
    names = {evidence.measures.home[force.partner]: force.area.name for force in evidence.catalogue.partnership.forces
             if force.partner in evidence.measures.home}  # fmt: skip
    series, rows = [], []
    for area in (evidence.measures.own_area, *(a for a in measurement.areas if a != evidence.measures.own_area)):
        cells = measurement.row(area)
        shown = [(cell, protect_row(evidence, measurement, cell)) for cell in cells]
        points = tuple(Point(f"{c.period.first:%Y-%m}", p) for c, p in shown if p.state is not State.INCOMPLETE)
        series.append(Series(names.get(area, area), points, is_main=area == evidence.measures.own_area))
        rows += [
            (names.get(area, area), f"{cell.period.first:%Y-%m}", estimate)
            for cell, estimate in shown
            if not cell.is_incomplete
        ]
    first, last = evidence.months[0].label, evidence.months[-1].label
    return Figure(
        id="violence_by_month",
        title="Violence recorded each month, where months have been received",
        subtitle=(
            f"Violence recorded by the police, {measurement.unit}, each month from {first} to "
            f"{last}; band: 95% interval"
        ),
        alternative=_describe_series(series[0], evidence),
        chart=LineChart(tuple(series), measurement.unit),
        table=make_table(
            id="violence_by_month",
            measurement=measurement,
            caption="Violence recorded each month, by force",
            columns=[("area", "Area"), ("month", "Month"), ("rate", name_values(measurement))],
            rows=rows,
            source=evidence.source_line(STREET, "population"),
            rows_shown=24,
        ),
        source=evidence.source_line(STREET, "population"),
        notes=(f"{name_denominator(measurement)} Months that have not been received are gaps.",),
    )


def _describe_series(series: Series, evidence: Evidence) -> str:
    known = [point for point in series.points if point.estimate.value is not None]
    if not known:
        return f"A line chart without any month for {series.label}."
    months = {f"{month.first:%Y-%m}": month.label for month in evidence.months}
    low, high = (end(known, key=lambda point: point.estimate.value or 0) for end in (min, max))
    return (
        f"A line chart with a point for each month received. For {series.label} the lowest month is {months[low.label]} and the highest "
        f"{months[high.label]}; the latest is {months[known[-1].label]}. Months not received are gaps. Its table holds every number."
    )


def make_run_chart_figure(evidence: Evidence) -> Figure:
    """Our monthly rate with the limits of its own usual variation."""
    run = evidence.measures.run_chart(VIOLENCE)
    measure = evidence.measures.measure(VIOLENCE)
    unit = f"{measure.unit.title} {'and' if measure.unit.is_rate else 'in a'} month of 30.4 days"
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
        reading = _read_month(run.chart, place) if place in limited else "no limits"
        rows.append((f"{period.first:%Y-%m}", estimate, *limits, reading))
    phases = tuple(_phases(run.chart, run.months, known))
    unusual = [run.months[place].label for place in known if place in signalled]
    drifting = [
        f"{_DRIFTS[drift]} all through {phase.label}"
        for phase, drift in zip(phases, run.chart.drift, strict=True)
        if drift != "none"
    ]
    notes = [
        f"Method: {run.chart.method}. Limits are worked out anew after a gap of a year or more, where a phase has twelve months.",
        "No season has been taken out: a series that rises each spring can signal for that reason.",
    ]
    if drifting:
        notes.append(
            f"Recorded violence {join_words(drifting)}: limits of a phase that drifts mean little, and the months that stand out from "
            "them show the drift."
        )
    return Figure(
        id="violence_run_chart",
        title=(
            f"{len(unusual)} of {len(limited)} months with limits stand out from the usual variation of their phase"
            if limited
            else "Too few months in a row to say what is usual"
        ),
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
                ("rate", "Rate" if measure.unit.is_rate else "Offences"),
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


def _read_month(chart: ControlChart, place: int) -> str:
    """Why a month stands out, since one may do so within the limits: 'beyond the limits, above'; or that it does not."""
    why = [say_run_rule(signal.rule, signal.side) for signal in chart.signals if signal.month == place]
    return "; ".join(why) or "usual"


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


def make_years_table(evidence: Evidence) -> Table:
    """Financial and calendar years with their state: incomplete ones are there and carry no number."""
    kinds = (
        (PeriodKind.QUARTER, "quarter"),
        (PeriodKind.FINANCIAL_YEAR, "financial year"),
        (PeriodKind.CALENDAR_YEAR, "calendar year"),
    )
    rows, columns = [], [("count", "Offences")]
    for kind, name in kinds:
        periods = get_periods(kind, evidence.covered)
        if not periods:
            continue
        measurement = evidence.measures.calculate(VIOLENCE, level=FORCE, periods=periods)
        columns = level_columns(measurement)
        for cell in reversed(measurement.row(evidence.measures.own_area)):
            missing = len(cell.period.missing_months(evidence.covered))
            if missing == len(cell.period.months):
                continue
            received = (
                "all received"
                if not missing
                else f"{len(cell.period.months) - missing} of {len(cell.period.months)} months received"
            )
            rows.append((cell.period.label, name, *level_cells(evidence, measurement, cell), received))
    return make_table(
        id="violence_by_year",
        caption=f"Violence recorded by {evidence.force_name}, by quarter and year, newest first",
        columns=[
            ("period", "Period"),
            ("kind", "Kind of period"),
            *columns,
            ("received", "Months"),
        ],
        rows=rows,
        source=evidence.source_line(STREET, "population"),
        notes=("An incomplete period has no number: it is not scaled up.",),
        rows_shown=12,
    )
