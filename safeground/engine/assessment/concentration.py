"""How concentrated events are in few small areas, beside chance, and how much of it lasts."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.evidence import SMALL_AREA, STREET, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.assessment.making import make_finding, make_table
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.assessment.sentences import concentration_sentence, name_period, say_when
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import (
    Block,
    ConcentrationCurve,
    Figure,
    Notice,
    NoticeKind,
    format_value,
)
from safeground.engine.measures import Period, PeriodKind
from safeground.engine.statistics import (
    Concentration,
    estimate_concentration,
    estimate_lasting_share,
)

_TOP_SHARE = 0.05
_SIMULATIONS = 499


def make_concentration(evidence: Evidence, measure: str) -> list[Block]:
    period = evidence.latest
    measurement = evidence.measures.calculate(measure, level=SMALL_AREA, periods=[period])
    counts = measurement.counts.definite.values[:, 0]
    people = measurement.denominators.values[:, 0] if measurement.denominators is not None else None
    what = evidence.catalogue.measures[measure].short_title
    if not np.nansum(counts):
        return [Notice(NoticeKind.MISSING, f"No {what} was placed in any small area in {period.label}.")]
    found = estimate_concentration(
        counts, people, rng=evidence.random_numbers(), top_share=_TOP_SHARE, simulations=_SIMULATIONS
    )
    lasting = _lasting_share(evidence, measure, period)
    if lasting is None:
        return [Notice(NoticeKind.MISSING, f"One month is too little to say how lastingly {what} is concentrated.")]
    chosen_by, later, share = lasting
    observed, chance = (_percent(evidence, each, found) for each in (found.observed, found.chance.value))
    name = measure.removesuffix("_rate")
    finding = make_finding(
        evidence,
        measurement,
        id=f"where.{name}.concentration",
        sentence=concentration_sentence(
            what=what,
            when=say_when(period.label),
            share_of_areas=f"{_TOP_SHARE:.0%}",
            observed=observed,
            chance=chance,
            chosen_by=name_period(chosen_by.label),
            later=say_when(later.label),
            lasting=share,
        ),
        estimate=share,
        period=later,
        area_code=evidence.measures.own_area,
        area_name=evidence.area_name,
        caveats=(
            "The areas are chosen by some months and counted in others, so that the luck of the first does not count.",
            "Offences that come in series are not independent, which makes the interval somewhat too narrow.",
        ),
    )
    if measure != VIOLENCE:
        return [finding]
    steps = np.unique(np.r_[np.linspace(0, len(found.curve) - 1, 101).round().astype(int)])
    rows = [
        (
            f"{float(found.curve[at, 0]):.0%}",
            _percent(evidence, float(found.curve[at, 1]), found),
            _percent(evidence, float(found.chance_curve[at, 1]), found),
        )
        for at in steps[1:]
    ]
    return [
        finding,
        Figure(
            id=f"{name}_concentration",
            title=(
                f"Half of the violence with a known place was recorded in {found.areas_for_half:,} of "
                f"{found.areas:,} small areas; "
                f"by chance it would be {found.areas_for_half_by_chance.value:,.0f}"
            ),
            subtitle=f"Share of offences by share of small areas, most affected first, {name_period(period.label)}",
            alternative=(
                f"A curve of the cumulative share of offences. The {_TOP_SHARE:.0%} of small areas "
                f"with most offences hold {format_value(observed)}; "
                f"by chance alone they would hold {format_value(chance)}."
            ),
            chart=ConcentrationCurve(
                _thin(found.curve, steps), _thin(found.chance_curve, steps), _TOP_SHARE, "offences"
            ),
            table=make_table(
                id=f"{name}_concentration",
                measurement=measurement,
                period=period.label,
                caption="Cumulative share of offences",
                columns=[
                    ("areas", "Share of small areas"),
                    ("offences", "Share of offences"),
                    ("chance", "If every resident had the same risk"),
                ],
                rows=rows,
                source=evidence.source_line(STREET, "population", "area_lookup"),
                rows_shown=20,
            ),
            source=evidence.source_line(STREET, "population", "area_lookup"),
            notes=(
                (
                    f"Chance: mean of {_SIMULATIONS} simulations in which every resident runs the same "
                    f"risk (seed {evidence.seed})."
                ),
            ),
        ),
    ]


def _thin(curve: np.ndarray, steps: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((float(curve[at, 0]), float(curve[at, 1])) for at in steps)


def _lasting_share(evidence: Evidence, measure: str, period: Period) -> tuple[Period, Period, Protected] | None:
    """A period's first half, the rest, and what the areas busiest in the first held of the rest; None for a single month."""
    half = len(period.months) // 2
    if not half:
        return None
    halves = tuple(Period(part, PeriodKind.SELECTED_MONTHS) for part in (period.months[:half], period.months[half:]))
    counts = evidence.measures.counts(measure, level=SMALL_AREA).definite.gather(halves).values
    found = estimate_lasting_share(counts[:, 0], counts[:, 1], top_share=_TOP_SHARE)
    share = protect_estimate(found, evidence.rule, unit="%", count=found.events, scale=100)
    return halves[0], halves[1], share


def _percent(evidence: Evidence, value: float, found: Concentration) -> Protected:
    return protect(100 * value, unit="%", rule=evidence.rule, count=found.events)
