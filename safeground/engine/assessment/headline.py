"""The numbers that several chapters open with: level, change, bounds and neighbours. Made once, worded once, found under one id."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.evidence import FORCE, Evidence
from safeground.engine.assessment.making import make_finding, protect_row
from safeground.engine.assessment.protecting import protect_change, protect_count, protect_ratio
from safeground.engine.assessment.sentences import (
    bounds_sentence,
    change_sentence,
    comparison_sentence,
    count_sentence,
    level_sentence,
    name_period,
    say_when,
    share_sentence,
)
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import Finding
from safeground.engine.measures import Cell, Measurement, Period, PeriodKind

VIOLENCE, BOUNDS, SHARE = "violence_rate", "public_space_violence_rate", "violence_share"


def level_finding(evidence: Evidence, measure: str, period: Period, *, id: str) -> Finding:  # noqa: A002
    """How much of a measure was recorded by our force in a period."""
    measurement = evidence.measures.calculate(measure, level=FORCE, periods=[period])
    cell = measurement.cell(evidence.measures.own_area, period)
    estimate = protect_row(evidence, measurement, cell)
    return make_finding(
        evidence,
        measurement,
        id=id,
        sentence=_say_level(evidence, measurement, cell, estimate),
        estimate=estimate,
        period=period,
        area_code=evidence.measures.own_area,
        area_name=evidence.area_name,
        caveats=(*_completeness(evidence, period), *_chance_only(measurement)),
    )


def _say_level(evidence: Evidence, measurement: Measurement, cell: Cell, estimate: Protected) -> str:
    who, when = evidence.force_name, say_when(cell.period.label)
    what = evidence.catalogue.measures[measurement.measure].short_title
    if measurement.unit_type == "share":
        return share_sentence(who=who, what="violence", when=when, share=estimate)
    if measurement.unit_type == "count":
        return count_sentence(who=who, what=what, when=when, count=estimate)
    months, count = len(cell.period.months), protect_count(cell, evidence.rule)
    return level_sentence(who=who, what=what, when=when, months=months, count=count, rate=estimate)


def change_finding(evidence: Evidence, measure: str, *, id: str) -> Finding | None:  # noqa: A002
    """Whether a measure rose or fell from the same months a year before; None where there are none."""
    compared = evidence.measures.compare_with_year_before(measure, level=FORCE)
    if compared is None:
        return None
    at = compared.areas.index(evidence.measures.own_area)
    counts = tuple(float(np.atleast_1d(x)[at]) for x in (compared.change.count_before, compared.change.count_after))
    change, direction = protect_change(compared.change, at, evidence.rule, counts=counts)
    periods = compared.periods
    measurement = evidence.measures.calculate(measure, level=FORCE, periods=[periods.before, periods.latest])
    caveats = [
        "The interval allows for months that move more than chance alone would move them; it cannot allow for a change in recording."
    ]
    if not periods.is_full_year:
        caveats.insert(0, f"Only the months that both years have are compared: {periods.latest.label}.")
    return make_finding(
        evidence,
        measurement,
        id=id,
        sentence=change_sentence(
            what=evidence.catalogue.measures[measure].short_title,
            latest=name_period(periods.latest.label),
            before=name_period(periods.before.label),
            change=change,
            direction=direction,
        ),
        estimate=change,
        period=f"{periods.latest.label} compared with {periods.before.label}",
        area_code=evidence.measures.own_area,
        area_name=evidence.area_name,
        direction=direction,
        caveats=caveats,
    )


def bounds_finding(evidence: Evidence, period: Period, *, id: str) -> Finding:  # noqa: A002
    """The stand-in for the partnership's kind of violence, what more may belong to it, and why that is not known."""
    measurement = evidence.measures.calculate(BOUNDS, level=FORCE, periods=[period])
    cell = measurement.cell(evidence.measures.own_area, period)
    definite = protect_count(cell, evidence.rule)
    more = float(measurement.counts.undetermined.values[measurement.areas.index(cell.area_code), 0])
    undetermined = protect(
        more, unit="offences", rule=evidence.rule, count=more, state=definite.state, reason=definite.reason
    )
    return make_finding(
        evidence,
        measurement,
        id=id,
        sentence=bounds_sentence(
            who=evidence.force_name,
            what=evidence.catalogue.measures[BOUNDS].short_title,
            stands_for="serious violence in public space",
            when=say_when(period.label),
            definite=definite,
            undetermined=undetermined,
            missing=sorted({field for gap in measurement.counts.gaps for field in gap.fields}),
        ),
        estimate=protect_row(evidence, measurement, cell),
        period=period,
        area_code=evidence.measures.own_area,
        area_name=evidence.area_name,
        caveats=(
            *evidence.measures.definition_of(BOUNDS).caveats,
            *_completeness(evidence, period),
            *_chance_only(measurement),
        ),
    )


def neighbour_findings(evidence: Evidence, measure: str) -> tuple[Finding, ...]:
    """Our rate beside each neighbour's, in the latest months that all have."""
    compared = evidence.measures.compare_with_neighbours(measure)
    if compared is None:
        return ()
    partner_of = {area: partner for partner, area in evidence.measures.home.items()}
    names = {force.partner: force.area.name for force in evidence.catalogue.partnership.forces}
    measurement = evidence.measures.calculate(
        measure, level=FORCE, periods=[compared.period], partners=(evidence.measures.own, *evidence.neighbours)
    )
    found = []
    for at, area in enumerate(compared.neighbours):
        partner = partner_of[area]
        counts = tuple(measurement.cell(code, compared.period).count for code in (compared.force, area))
        ratio, direction = protect_ratio(compared.ratio, at, evidence.rule, counts=counts)
        found.append(
            make_finding(
                evidence,
                measurement,
                id=f"level.{measure}.compared_with.{partner}",
                sentence=comparison_sentence(
                    here=evidence.area_name,
                    there=names.get(partner, partner),
                    what=evidence.catalogue.measures[measure].short_title,
                    when=say_when(compared.period.label),
                    ratio=ratio,
                    direction=direction,
                ),
                estimate=ratio,
                period=compared.period,
                area_code=compared.force,
                area_name=evidence.area_name,
                direction=direction,
                caveats=("Forces differ in how they record; part of a difference can be a difference in recording.",),
            )
        )
    return tuple(found)


def missing_months_sentence(evidence: Evidence) -> str | None:
    """What is missing of the twelve months that end with the newest; None where nothing is."""
    missing = evidence.this_year.missing_months(evidence.covered)
    if not missing:
        return None
    names = Period(missing, PeriodKind.SELECTED_MONTHS).label
    return (
        f"The {evidence.this_year.label} is incomplete: {len(missing)} of its 12 months have "
        f"not been received ({names}). "
        "It is not scaled up. The latest months in a row are used instead, and compared only with the same months."
    )


def _chance_only(measurement: Measurement) -> tuple[str, ...]:
    said = "The interval holds chance alone: not crimes that nobody reported, nor a change in recording"
    if measurement.unit_type == "rate":
        return (f"{said}, nor a change in population. Denominator: {measurement.denominator_label}.",)
    return (f"{said}.",)


def _completeness(evidence: Evidence, period: Period) -> tuple[str, ...]:
    if len(period.months) == 12 or evidence.is_year_complete:
        return ()
    return (f"{len(period.months)} months, not a year: the number is for these months and is not scaled up.",)
