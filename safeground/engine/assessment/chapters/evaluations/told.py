"""One evaluation as these readers may have it: its rule, numbers and sentences. They were found when it was run; none is made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.tested import QuotedEvaluation
from safeground.engine.assessment.wording import check_words_withhold
from safeground.engine.disclosure import DisclosureRule, Protected
from safeground.engine.documents import Chapter, Finding, join_words
from safeground.engine.evaluation import (
    AreaMonthsProtocol,
    CostBenefitSection,
    Effect,
    Evaluation,
    EvidenceGrade,
    Protocol,
    find_rule,
    make_evaluation_chapter,
    make_finding,
    tell_checks,
    tell_cost_benefit,
)

_AGAIN = "Until it is run again (safeground evaluate), read it as being of what it used"


@dataclass(frozen=True)
class ToldEvaluation:
    """An evaluation under the rule that its readers have."""

    evidence: Evidence
    quoted: QuotedEvaluation

    @property
    def evaluation(self) -> Evaluation:
        return self.quoted.kept.result.evaluation

    @property
    def protocol(self) -> Protocol:
        return self.evaluation.protocol

    @property
    def is_trial_run(self) -> bool:
        """Whether it is of made-up data, or of a start at which nothing was done: then it shows the method and answers nothing."""
        protocol = self.protocol
        return protocol.is_made_up or (isinstance(protocol, AreaMonthsProtocol) and protocol.is_placebo)

    @property
    def primary(self) -> Effect:
        return self.evaluation.primary

    @cached_property
    def rule(self) -> DisclosureRule:
        return find_rule(self.evidence.catalogue, self.protocol, self.evidence.audience)

    @property
    def area(self) -> tuple[str, str]:
        force = self.evidence.catalogue.partnership.force
        return force.area.code, force.area.name

    @property
    def question(self) -> str:
        asked = self.protocol.question.strip()
        return asked if asked.endswith(("?", ".")) else f"{asked}."

    @property
    def source(self) -> str:
        return join_words(self.evaluation.sources) or self.protocol.name

    @cached_property
    def estimate(self) -> Protected:
        return self.primary.protect(self.rule)

    @cached_property
    def grade(self) -> EvidenceGrade:
        """With the reasons that may be told."""
        return replace(self.primary, checks=tell_checks(self.primary, self.rule)).evidence

    @cached_property
    def finding(self) -> Finding:
        return make_finding(self.evaluation, self.primary, self.rule, self.area)

    @cached_property
    def costs(self) -> CostBenefitSection | None:
        found = self.quoted.kept.result.cost_benefit
        if found is None:
            return None
        return tell_cost_benefit(
            found,
            {effect.name: effect for effect in self.evaluation.effects},
            rule=self.rule,
            prefix=f"{self.protocol.name}_cost_benefit",
            source=self.source,
            readers=self.protocol.readers,
        )

    @property
    def cost_finding(self) -> Finding | None:
        """What it was worth for each £1 that was paid; None where its protocol names no costs."""
        if self.costs is None:
            return None
        return replace(
            self.finding,
            id=f"evaluation.{self.protocol.name}.cost_benefit",
            sentence=self.costs.sentence,
            estimate=self.costs.estimate,
            measure="benefits for each £1 of costs",
            direction=self.costs.direction,
        )

    @cached_property
    def page(self) -> Chapter:
        """Its own page: all that was looked at, made again from what was kept. Raises EvaluationRefused where its author's words give a
        count away that these readers may not have (any more)."""
        check_words_withhold(self.evaluation, self.rule)
        made = make_evaluation_chapter(
            self.evaluation, rule=self.rule, area=self.area, cost_benefit=self.quoted.kept.result.cost_benefit
        )
        return replace(made, title=f"Evaluation: {made.title}")

    @property
    def stale(self) -> Sequence[str]:
        """Sentences on what it no longer speaks of; none where it is of what is here."""
        kept = self.quoted.kept
        told = []
        if kept.sealed_again is not None:
            day = kept.sealed_again
            told.append(
                f"Its protocol was changed and sealed again on {day.day} {day:%B %Y}, and that version has not been run. What stands "
                "here is what the earlier version found."
            )
        if self.quoted.changed:
            told.append(f"What it was made from has changed: {join_words(self.quoted.changed)}. {_AGAIN}.")
        return told
