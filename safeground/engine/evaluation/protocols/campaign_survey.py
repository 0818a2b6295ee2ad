"""A protocol of a campaign, by what people say who were asked before and after, here and elsewhere, or who saw it and who did not."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.evaluation.contrasts import Contrast
from safeground.engine.evaluation.designs.surveys import (
    BEFORE_AND_AFTER,
    BEYOND_ELSEWHERE,
    SAME_PEOPLE_TWICE,
    SEEN_AND_NOT,
)
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.common import NAME
from safeground.engine.evaluation.protocols.people import PeopleProtocol

Comparison = Literal["before_after", "same_people", "before_after_elsewhere", "seen_and_not"]


class Question(DefinitionModel):
    """The words that were put, exactly: another wording is another question. `counts`: which answers count as having said so."""

    name: str = Field(pattern=NAME)
    wording: Words
    counts: Words


class SurveyFiles(DefinitionModel):
    """A file beside the protocol that stays closed until the seal, but for who was asked when."""

    answers: str
    """CSV, a row an answerer: a column for each outcome, Y, N or empty; wave (before or after), unless `seen_and_not`. Of `same_people`
    also person, the same pseudonym in both waves; of `before_after_elsewhere` place (here or elsewhere); of `seen_and_not` saw_it (Y or
    N). If wanted: weight, and cluster (such as a school)."""


class CampaignReach(DefinitionModel):
    """What the campaign's own counts say. An impression is a time that it was shown, and no person."""

    what: Words
    number: float = Field(ge=0)
    source: Words


class CampaignSurveyProtocol(PeopleProtocol):
    """A campaign and its survey. `starts`, `ends`: the days from the campaign's first to the last of asking after it."""

    subject = "asking"

    design: Literal["campaign_survey"]
    files: SurveyFiles
    comparison: Comparison
    population: Words
    """For whom the campaign was, and who was asked."""
    mode: Words
    """How they were asked, alike in every wave: online panel, in class on paper."""
    questions: tuple[Question, ...] = Field(min_length=1)
    reach: tuple[CampaignReach, ...] = ()
    rule: str = Field(default="survey_answers", pattern=NAME)

    @model_validator(mode="after")
    def _fits_together(self) -> CampaignSurveyProtocol:
        if self.ends < self.starts:
            raise ValueError(f"the campaign starts on {self.starts} and asking ends on {self.ends}, which is before")
        asked, named = [each.name for each in self.questions], {outcome.name for outcome in self.outcomes}
        if sorted(asked) != sorted(named):
            wrong = sorted(set(asked) ^ named)
            raise ValueError(f"every outcome has one question with its wording; look at {', '.join(wrong) or asked[0]}")
        if self.cost_benefit is not None:
            raise ValueError("what people say has no price: leave cost_benefit out, or evaluate what they do")
        return self

    @property
    def contrast(self) -> Contrast:
        return _CONTRASTS[self.comparison]

    @property
    def kind(self) -> DesignKind:
        return _KINDS[self.comparison]


_CONTRASTS: dict[Comparison, Contrast] = {
    "before_after": BEFORE_AND_AFTER,
    "same_people": SAME_PEOPLE_TWICE,
    "before_after_elsewhere": BEYOND_ELSEWHERE,
    "seen_and_not": SEEN_AND_NOT,
}
_KINDS: dict[Comparison, DesignKind] = {
    "before_after": DesignKind.BEFORE_AFTER,
    "same_people": DesignKind.BEFORE_AFTER,
    "before_after_elsewhere": DesignKind.COMPARISON,
    "seen_and_not": DesignKind.OBSERVED,
}
