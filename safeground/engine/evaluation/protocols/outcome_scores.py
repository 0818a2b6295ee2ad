"""A protocol of scores of a questionnaire before and after help, with or without people who waited."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.evaluation.contrasts import Contrast
from safeground.engine.evaluation.designs.outcome_scores import AS_THOSE_WHO_WAITED, SECOND_ASKING
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.common import NAME
from safeground.engine.evaluation.protocols.people import FlowStep, PeopleProtocol


class ScoreFiles(DefinitionModel):
    """Files beside the protocol: scores alone, never the questions, which belong to whoever made the questionnaire."""

    before: str
    """CSV, a row a person: person, a column for each score; and, with people who waited, helped (Y or N)."""
    after: str
    """CSV, a row a person who was asked again: person, the same columns. Closed until the seal."""


class Tool(DefinitionModel):
    """A questionnaire: `name` is the column of its score. `reliability`: test-retest, from its own papers. `lowest`, `highest`: of the
    score. `licence`: under which it is used, as most may not be copied."""

    name: str = Field(pattern=NAME)
    questionnaire: Words
    is_lower_better: bool
    lowest: float
    highest: float
    reliability: float = Field(gt=0, lt=1)
    reliability_source: Words
    licence: Words

    @model_validator(mode="after")
    def _has_a_range(self) -> Tool:
        if not self.lowest < self.highest:
            raise ValueError("the lowest score lies below the highest")
        return self


class OutcomeScoresProtocol(PeopleProtocol):
    """People scored before and after. `starts`, `ends`: the days from the first help to the last asking."""

    subject = "asking"

    design: Literal["outcome_scores"]
    files: ScoreFiles
    tools: tuple[Tool, ...] = Field(min_length=1)
    has_people_who_waited: bool = False
    flow: tuple[FlowStep, ...] = ()
    """Its `took_part` are those helped, its `others` those who waited."""

    @model_validator(mode="after")
    def _fits_together(self) -> OutcomeScoresProtocol:
        if self.ends < self.starts:
            raise ValueError(f"help starts on {self.starts} and asking ends on {self.ends}, which is before")
        named, scored = {outcome.name for outcome in self.outcomes}, [tool.name for tool in self.tools]
        if sorted(scored) != sorted(named):
            wrong = sorted(set(scored) ^ named)
            raise ValueError(
                f"every outcome is the score of one questionnaire; look at {', '.join(wrong) or scored[0]}"
            )
        if self.cost_benefit is not None:
            raise ValueError("a score has no price: leave cost_benefit out")
        return self

    @property
    def contrast(self) -> Contrast:
        return AS_THOSE_WHO_WAITED if self.has_people_who_waited else SECOND_ASKING

    @property
    def kind(self) -> DesignKind:
        return DesignKind.COMPARISON if self.has_people_who_waited else DesignKind.BEFORE_AFTER

    def tool(self, name: str) -> Tool:
        return next(tool for tool in self.tools if tool.name == name)
