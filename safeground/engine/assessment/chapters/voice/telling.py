"""Who was heard as numbers that may be told: people under the rule of sessions, sessions under the number of people in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from safeground.engine.areas import name_vintage
from safeground.engine.assessment.evidence import FORCE, Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.sentences import say_when
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.catalogue import Contract
from safeground.engine.disclosure import CellKey, DisclosureRule, Protected, Series, protect
from safeground.engine.documents import Audience, Finding, Table, format_value
from safeground.engine.measures import Engagement, Period, PeriodKind, Session, make_period

FEED = "engagement"


@dataclass(frozen=True)
class Told:
    """Sessions of engagement under the rule that holds for this audience."""

    evidence: Evidence
    engagement: Engagement

    @property
    def contract(self) -> Contract:
        return self.evidence.catalogue.feeds.contracts[FEED]

    @property
    def rule(self) -> DisclosureRule:
        return self.evidence.rule_of_feed(FEED)

    @property
    def readers(self) -> frozenset[Audience]:
        return self.evidence.readers_of_feed(FEED, FORCE)

    @property
    def source(self) -> str:
        return f"{self.contract.source.name} ({self.contract.source.licence})"

    @property
    def period(self) -> Period:
        """The twelve months up to the newest session."""
        return make_period(PeriodKind.ROLLING_YEAR, self.engagement.latest_months[-1])

    def people(self, counts: Sequence[int], *, kind: str = "", parts: Sequence[str] = ("",)) -> list[Protected]:
        """People heard: all of them, or by the parts of one kind, which make them up. Held to all that the edition tells of them."""
        keys = [self._key(f"{kind}={part}" if kind else "") for part in parts]
        lines = [range(len(counts))] if kind else []
        return protect_cells(
            counts,
            lines,
            self.rule,
            unit="people",
            keys=keys,
            totals=[self._key("")] * len(lines),
            register=self.evidence.register_of_feed(FEED),
        )

    def people_of_theme(self, theme: str, number: int) -> Protected:
        """People in the sessions in which a theme came up; a session has several, so that themes do not make up the whole."""
        (told,) = protect_cells(
            [number],
            [],
            self.rule,
            unit="people",
            keys=[self._key(f"theme={theme}")],
            register=self.evidence.register_of_feed(FEED),
        )
        return told

    def _key(self, part: str) -> CellKey:
        months = tuple(f"{month:%Y-%m}" for month in self.period.months)
        return CellKey(Series(f"{FEED}/people heard", self.evidence.measures.own_area, part), months)

    def sessions(self, sessions: Collection[Session], *, beside: Protected | None = None) -> Protected:
        """How many sessions: told where enough people were in them, and where the number of people `beside` it is told."""
        if beside is not None and not beside.is_published:
            reason = beside.reason or str(beside.state)
            return protect(None, unit="sessions", rule=self.rule, state=beside.state, reason=reason)
        people = sum(session.people for session in sessions)
        return protect(float(len(sessions)), unit="sessions", rule=self.rule, count=float(people))

    def may_tell_words_of(self, session: Session) -> bool:
        """What so few people said that their number is withheld is withheld too."""
        return not 0 < session.people <= self.rule.threshold

    def finding(self) -> Finding:
        """How many were heard."""
        (people,), sessions = self.people([self.engagement.people]), self.sessions(self.engagement.sessions)
        when = say_when(self.period.label)
        if not people.is_published:
            said = f"How many people were heard {when} is {people.state}: {people.reason}."
        else:
            number = "one session" if sessions.value == 1 else f"{format_value(sessions)} sessions"
            said = f"{format_value(people)} people were heard {when}, in {number}."
        return self.make_finding(id="voice.people.latest", sentence=said, estimate=people)

    def make_finding(self, *, id: str, sentence: str, estimate: Protected) -> Finding:  # noqa: A002
        evidence = self.evidence
        return Finding(
            id=id,
            sentence=sentence,
            estimate=estimate,
            measure="People heard in sessions of engagement",
            period=self.period.label,
            area_code=evidence.measures.own_area,
            area_name=evidence.area_name,
            area_vintage=name_vintage(FORCE),
            definition=f"{self.contract.title}, version {self.contract.version} ({FEED})",
            sources=(f"{self.contract.title}, {self.period.label}",),
            caveats=self.contract.caveats,
            readers=self.readers,
        )

    def table(self, *, level: str = FORCE, **parts: Any) -> Table:
        """A table (see `make_table`) whose CSV says what it is of and under whose rule."""
        about = (("geography", name_vintage(level)), ("feed", self.contract.title), ("rule", self.rule.title))
        readers = self.evidence.readers_of_feed(FEED, level)
        return make_table(source=self.source, readers=readers, about=about, period=self.period.label, **parts)
