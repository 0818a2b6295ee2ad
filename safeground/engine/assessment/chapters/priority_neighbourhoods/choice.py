"""The choice that the chapter tells of, made once for all audiences, with how its numbers are protected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from safeground.engine.assessment.evidence import SMALL_AREA, Evidence
from safeground.engine.assessment.making import name_source
from safeground.engine.disclosure import DisclosureRule, Protected, State, protect
from safeground.engine.documents import Audience
from safeground.engine.measures import Measures, Period
from safeground.engine.places import PriorityNeighbourhoods, choose_priority_neighbourhoods

NAMED_TO = frozenset({Audience.POLICE, Audience.PARTNERSHIP})
"""Whom a neighbourhood may be named to as a priority. A public list would mark everyone who lives there."""

BANDS = ("always", "likely", "borderline")
_FEED = "deprivation"


@dataclass(frozen=True, eq=False)
class Choice:
    """Priority neighbourhoods as an audience is told of them."""

    evidence: Evidence
    found: PriorityNeighbourhoods

    @property
    def rule(self) -> DisclosureRule:
        """What is chosen by is open, and told under its own rule."""
        return self.evidence.rule_of_feed(_FEED)

    @property
    def definition(self) -> str:
        return f"{self.found.plan.title}, version {self.found.plan.version} (priority_neighbourhoods)"

    @cached_property
    def sources(self) -> tuple[str, ...]:
        used = dict.fromkeys(factor.indicator.feed for factor in self.found.factors)
        return tuple(name_source(self.evidence, feed) for feed in used)

    @property
    def outcomes(self) -> list[int]:
        """Outcomes that this audience may be told of neighbourhoods."""
        return [at for at, each in enumerate(self.found.outcomes) if self.evidence.may_tell(each.measure, SMALL_AREA)]

    @cached_property
    def source_line(self) -> str:
        return self.evidence.source_line(*dict.fromkeys(factor.indicator.feed for factor in self.found.factors))

    def name(self, area: int) -> str:
        code = self.found.areas[area]
        return self.evidence.small_area_names.get(code, code)

    def district(self, area: int) -> str:
        return self.evidence.district_of.get(self.found.areas[area], "")

    def in_order(self, *bands: str) -> list[int]:
        """Areas of these bands, by band, district and name: the bands are what can be told apart, and nothing within one."""
        inside = [int(area) for area in np.flatnonzero(self.found.in_band(*bands))]
        return sorted(inside, key=lambda a: (bands.index(str(self.found.bands[a])), self.district(a), self.name(a)))

    def protect_chance(self, area: int) -> Protected:
        """The probability of belonging, in per cent: never surer, on either side, than so many draws can tell."""
        member = self.found.membership
        chance = float(member.bound(member.probability)[area])
        method = f"share of {member.runs:,} draws of chance and weights"
        return protect(100 * chance, unit="%", rule=self.rule, method=method)

    def protect_people(self, number: float, feed: str = "population") -> Protected:
        whole = float(round(number))
        return protect(whole, unit="residents", rule=self.evidence.rule_of_feed(feed), count=whole)

    def protect_share(self, share: float, people: float, feed: str) -> Protected:
        return protect(100 * share, unit="%", rule=self.evidence.rule_of_feed(feed), count=float(round(people)))

    def protect_outcome(self, outcome: int, area: int) -> Protected:
        """How many times the ratio that all neighbourhoods share, with its interval."""
        beside = self.found.outcomes[outcome]
        rule = self.evidence.rule_for(beside.measure)
        value = float(beside.ratio[area])
        if np.isnan(value):
            reason = "its count or its residents are not known"
            return protect(None, unit="times", rule=rule, state=State.NOT_AVAILABLE, reason=reason)
        return protect(
            value,
            unit="times",
            rule=rule,
            lower=float(beside.lower[area]),
            upper=float(beside.upper[area]),
            count=float(beside.events[area]),
            method=beside.method,
            confidence=0.95,
        )


def make_choice(evidence: Evidence) -> Choice:
    """NoPriority where too little has landed to choose by."""
    period = evidence.latest if evidence.covered else None
    return Choice(evidence, _choose_once(evidence.measures, period, evidence.seed))


@lru_cache(maxsize=1)
def _choose_once(measures: Measures, period: Period | None, seed: int) -> PriorityNeighbourhoods:
    """Seconds of work, and the same for every audience: what an audience may not be told is left out of the telling."""
    plan = measures.catalogue.priority
    if plan is None:
        raise ValueError("there is no plan of priority neighbourhoods")
    return choose_priority_neighbourhoods(measures, plan, rng=np.random.default_rng(seed), period=period)
