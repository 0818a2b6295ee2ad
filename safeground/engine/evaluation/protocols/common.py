"""What every protocol says, whatever its design: what is asked, of which outcomes, and what may be said of them."""

from __future__ import annotations

import datetime
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Governed, Words
from safeground.engine.documents import Audience, format_day
from safeground.engine.evaluation.contrasts import Contrast, refuse_causes
from safeground.engine.evaluation.cost_benefit import CostBenefitPlan
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind

NAME = r"^[a-z][a-z0-9_]*$"
_COUNTERS = {
    "recorded_crime": "police", "recorded_crime_tables": "police", "police_uk_street": "police", "knife_offences": "police",
    "istv": "health", "ambulance": "health", "hospital_admissions": "health", "hospital_admissions_tabulated": "health",
}  # fmt: skip
"""Who puts on record what a feed holds."""


class OutcomeOfProtocol(DefinitionModel):
    """One outcome. `title` stands in sentences after 'more' or 'fewer': 'offences of community violence'."""

    name: str = Field(pattern=NAME)
    title: Words
    role: Literal["primary", "secondary", "negative_control"]
    """A negative control is an outcome on which treatment can have no effect: where it seems to, something else is at work."""
    definition: str | None = None
    feed: str | None = None
    counted_by: Literal["police", "health"] | None = None
    """Who puts it on record, where no feed says so: the police, or those who treat the injured."""

    @property
    def counter(self) -> str | None:
        return self.counted_by or _COUNTERS.get(self.feed or "")


class Protocol(Governed):
    """What is settled before an outcome is opened. Each design has a class of its own beside this, named by its `design`."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=NAME)
    title: Words
    question: Words
    why_it_matters: Words
    design: str
    is_made_up: bool = False
    """Whether the data are synthetic: every page then says so."""
    outcomes: tuple[OutcomeOfProtocol, ...] = Field(min_length=1)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    seed: int = Field(default=1, ge=0)
    """Of everything drawn at random, so that a second run tells the same."""
    published: tuple[Words, ...] = ()
    """What others have published of this, each with its source, quoted as published."""
    caveats: tuple[Words, ...] = ()
    cost_benefit: CostBenefitPlan | None = None
    """What it costs and what fewer offences would be worth; settled beforehand like all else."""
    approach: str | None = Field(default=None, pattern=NAME)
    """Which approach of the evidence library this is a trial of, so that what is known of it elsewhere stands beside what was found."""

    subject: ClassVar[str] = "trial"
    """What runs from the first day to the last, for the sentence of the seal: 'after the trial had ended'."""

    @model_validator(mode="after")
    def _has_one_answer_in_words_it_can_carry(self) -> Protocol:
        names = [outcome.name for outcome in self.outcomes]
        if len(set(names)) < len(names):
            raise ValueError("two outcomes have the same name")
        if [outcome.role for outcome in self.outcomes].count("primary") != 1:
            raise ValueError("exactly one outcome is primary: the one that answers the question")
        for where, text in self._worded():
            try:
                self.contrast.check_words(text, where=where)
                if where != "question" and self.kind is not DesignKind.RANDOMISED:
                    refuse_causes(text, where=where)
            except EvaluationRefused as error:
                raise ValueError(str(error)) from None
        return self

    @property
    @abstractmethod
    def contrast(self) -> Contrast:
        """What is set against what, and so which words may be used of it."""

    @property
    @abstractmethod
    def kind(self) -> DesignKind:
        """What separates the treated from the others."""

    @property
    @abstractmethod
    def span(self) -> tuple[datetime.date, datetime.date]:
        """First and last day on which an outcome that the question is about can come about. A seal is good before the first."""

    @property
    @abstractmethod
    def is_from_files(self) -> bool:
        """Whether its data lie beside the protocol, and not in the workspace."""

    @property
    def looked_at(self) -> tuple[datetime.date, datetime.date]:
        """First and last day of all that is read, what went before among it: a delivery of another time changes nothing."""
        return self.span

    @property
    def period(self) -> str:
        """All days looked at, in words."""
        return " to ".join(map(format_day, self.span))

    @property
    def readers(self) -> frozenset[Audience]:
        """Whom its page is for."""
        return frozenset({Audience.POLICE, Audience.PARTNERSHIP})

    @property
    def rule_of_files(self) -> str:
        """The rule of disclosure of what is not counted from a feed (those have the rule of their contract)."""
        return "police_confidential"

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds of the workspace whose rule its numbers are told under; none where `rule_of_files` is."""
        return ()

    @property
    def area_level(self) -> str | None:
        """The level of the areas that numbers are told for, with its vintage ('ltla24'); None where they are of no such areas."""
        return None

    @property
    def negative_controls(self) -> frozenset[str]:
        """Names of the outcomes on which treatment can have no effect: they answer nothing of their own."""
        return frozenset(outcome.name for outcome in self.outcomes if outcome.role == "negative_control")

    @property
    def primary(self) -> OutcomeOfProtocol:
        return next(outcome for outcome in self.outcomes if outcome.role == "primary")

    @property
    def priced(self) -> Mapping[str, DesignKind]:
        """Outcomes that costs may be set against. A negative control is worth nothing by design."""
        return {outcome.name: self.kind for outcome in self.outcomes if outcome.role != "negative_control"}

    def _worded(self) -> tuple[tuple[str, str], ...]:
        """What the page will say in the author's own words. What others published is quoted, and theirs."""
        plan = self.cost_benefit
        lines = [] if plan is None else [*(line.title for line in plan.costs), *(line.title for line in plan.benefits)]
        return (
            ("title", self.title),
            ("question", self.question),
            *((f"the title of {outcome.name}", outcome.title) for outcome in self.outcomes),
            *(("a line of cost_benefit", title) for title in lines),
        )
