"""Victims or suspects by single year of age, counted and protected: what the age curve is drawn from and fitted to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.people import count_bands, protect_bands
from safeground.engine.assessment.times import find_long_period
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.measures import Ages, PeopleLinks, Period, link_people
from safeground.engine.statistics import RateEstimate, estimate_cluster_dispersion, estimate_rate

FIRST_AGE, LAST_AGE = 10, 24
"""From the age of criminal responsibility to the last of those whom the strategy's aims call young."""
AGES = tuple(range(FIRST_AGE, LAST_AGE + 1))
_BAND = 5


@dataclass(frozen=True, eq=False)
class SingleYears:
    """People of a role by single year of age.

    told: each as it may be shown. counts: shape (ages,), the same as numbers to fit a curve to: where years of a band are withheld
    each has an equal part of what they have together, so that no curve holds more than its readers could work out; NaN where the whole
    band is withheld. residents: shape (ages,), None
    where no population by single year has landed. dispersion: how much more counts vary since people and events come again.
    """

    counted: Counted
    role: str
    plural: str
    period: Period
    counts: NDArray[np.float64]
    told: tuple[Protected, ...]
    residents: NDArray[np.float64] | None
    residents_label: str
    dispersion: float

    @property
    def rates(self) -> RateEstimate | None:
        """For 1,000 residents of each age, over the period."""
        return None if self.residents is None else estimate_rate(self.counts, self.residents, per=1_000)

    def protect_rates(self) -> list[Protected] | None:
        """Rates, each withheld where its count is."""
        rates = self.rates
        if rates is None:
            return None
        unit, rule, found = f"{self.plural} per 1,000 residents of that age", self.counted.rule, []
        for at, cell in enumerate(self.told):
            if not cell.is_published:
                found.append(protect(None, unit=unit, rule=rule, state=cell.state, reason=cell.reason))
                continue
            value, lower, upper = (float(each[at]) for each in (rates.value, rates.lower, rates.upper))
            found.append(
                protect(
                    value,
                    unit=unit,
                    rule=rule,
                    lower=lower,
                    upper=upper,
                    count=cell.count,
                    method=str(rates.method[at]),
                    confidence=rates.confidence,
                )
            )
        return found


def count_single_years(counted: Counted, links: PeopleLinks, role: str, plural: str) -> SingleYears:
    """People of a role by single year. `links`: of the long period."""
    period = find_long_period(counted)
    by_age = links.by_age(role)
    exact = np.array([float(by_age.get(age, 0)) for age in AGES])
    told, counts = _protect(counted, period, exact, role, plural)
    residents, label = _find_residents(counted, period)
    spread = [estimate_cluster_dispersion(sizes) for sizes in links.cluster_sizes(role)]
    return SingleYears(
        counted=counted,
        role=role,
        plural=plural,
        period=period,
        counts=counts,
        told=told,
        residents=residents,
        residents_label=label,
        dispersion=math.ceil(10 * (sum(spread) - 1)) / 10,  # no finer: it tells how many come again
    )


def link_long(counted: Counted) -> PeopleLinks | None:
    """The people of the long period's counted events; None where the feed lists none."""
    return link_people(
        counted.evidence.warehouse,
        counted.definition.rule_under(),
        feed=counted.feed,
        months=find_long_period(counted).months,
        partner=counted.evidence.measures.own if counted.is_from_force else None,
        with_other_events=False,
    )


def _protect(
    counted: Counted, period: Period, counts: NDArray[np.float64], role: str, plural: str
) -> tuple[tuple[Protected, ...], NDArray[np.float64]]:
    """Each year as a part of its band of five, which another chapter tells for the latest period.

    Where the band is withheld there, so are its years here; and so they are where what a longer period adds to the band is itself few,
    since band and years would give it away.
    """
    latest = count_bands(counted, counted.period, role)
    bands = protect_bands(counted, latest, counted.period, plural)
    told: list[Protected] = []
    known = counts.copy()
    for start in range(0, len(AGES), _BAND):
        label = Ages(AGES[start], AGES[start] + _BAND - 1).label
        parts, band = counts[start : start + _BAND], bands[label]
        added = counted.protect_parts([float(parts.sum()) - latest[label]], unit=plural)[0]
        if added.state is State.SUPPRESSED:
            band = added
        keys = [counted.key(period, f"age={age}", of=plural) for age in AGES[start : start + _BAND]]
        total = counted.key(period, f"age={label}", of=plural)
        cells = counted.protect_parts(parts.tolist(), of=band, unit=plural, keys=keys, total=total)
        hidden = np.array([not cell.is_published for cell in cells])
        if hidden.any():
            known[start : start + _BAND][hidden] = parts[hidden].mean() if band.is_published else np.nan
        told += cells
    return tuple(told), known


def _find_residents(counted: Counted, period: Period) -> tuple[NDArray[np.float64] | None, str]:
    """Residents of the force area by single year, and what they are called."""
    measures = counted.evidence.measures
    try:
        found = measures.populations(period.last.year, tuple(Ages(age, age) for age in AGES))
    except ValueError:  # none by single year has landed, or there are no areas
        return None, ""
    people = found.at_level("pfa24", [measures.own_area])[0]
    if not np.isfinite(people).all() or (people <= 0).any():
        return None, ""
    return people, f"residents of each age in {found.year}"
