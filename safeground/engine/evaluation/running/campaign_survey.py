"""A campaign's survey from its protocol and its answers: who was asked held against the protocol first, then what they said."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import Column, capitalise, count_things, format_confidence
from safeground.engine.evaluation.checks import CheckResult, judge
from safeground.engine.evaluation.designs.surveys import (
    SMALLEST_BASE,
    compare_same_people,
    compare_surveys,
    compare_with_elsewhere,
    estimate_design_effect,
)
from safeground.engine.evaluation.effects import Effect, Role, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Flow, PageWords, Quantity, Rows, Section, Told
from safeground.engine.evaluation.protocols import CampaignSurveyProtocol, OutcomeOfProtocol
from safeground.engine.evaluation.running.people import count_steps, read_families, show_effects
from safeground.engine.evaluation.survey_files import SurveyAnswers
from safeground.engine.statistics import estimate_proportion

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_ASKED: Final = 50
"""Answers on a side below which no share is told at all (the rule of surveys in disclosure.yaml)."""
_MOST_LOST = 0.2


def check_survey_protocol(protocol: CampaignSurveyProtocol, data: SurveyAnswers, *, is_planned: bool = False) -> None:
    """Raises EvaluationRefused with a sentence, on a line of its own, for everything that is wrong. Reads no answer."""
    if problems := list(_check(protocol, data, is_planned=is_planned)):
        raise EvaluationRefused("\n".join(problems))


def evaluate_campaign_survey(
    protocol: CampaignSurveyProtocol, data: SurveyAnswers, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Open what was said, and compare each question. Raises EvaluationRefused before that where the protocol cannot stand."""
    check_survey_protocol(protocol, data)
    said = data.open_outcomes()
    asked = {outcome.name: _Asked(protocol, data, said[outcome.name]) for outcome in protocol.outcomes}
    controls = frozenset(outcome.name for outcome in protocol.outcomes if outcome.role == "negative_control")
    effects = {outcome.name: asked[outcome.name].compare(outcome) for outcome in protocol.outcomes}
    primary = effects[protocol.primary.name].with_checks(asked[protocol.primary.name].check_left_out(), seal)
    others = read_families(
        [effect for name, effect in effects.items() if name != protocol.primary.name], alone=controls
    )
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=primary,
        others=others,
        words=_say(protocol),
        sections=_show(protocol, (primary, *others), asked),
        flow=_flow(protocol, data, asked[protocol.primary.name]),
        notes=(),
        sources=data.sources,
    )


def _check(protocol: CampaignSurveyProtocol, data: SurveyAnswers, *, is_planned: bool) -> Iterator[str]:
    file = protocol.files.answers
    if data.outcomes_known is None:
        if not is_planned:
            yield f"The file of answers, {file}, is not there yet; put it beside the protocol."
        return
    for outcome in protocol.outcomes:
        if outcome.name not in data.outcomes_known:
            yield f"Outcome {outcome.name}: {file} has no such column; give each question one."
    for name, rows in _sides(protocol, data).items():
        if rows.sum() < FEWEST_ASKED:
            yield (
                f"{count_things(int(rows.sum()), 'person', 'people')} of {file} were asked {name}, and {FEWEST_ASKED} are the least for "
                f"a share to be told ({SMALLEST_BASE} for it to bear much)."
            )
    if data.person is not None:
        for after in (False, True):
            people = data.person[data.is_after == after]
            if len(set(people.tolist())) < people.size:
                yield f"{file} has somebody twice in the survey {'after' if after else 'before'}; give each person one row a wave."


def _sides(protocol: CampaignSurveyProtocol, data: SurveyAnswers) -> Mapping[str, Bools]:
    """Rows by how they are told of, the side that stands for treatment last."""
    if protocol.comparison == "seen_and_not":
        return {"who had not seen it": data.of(after=False), "who had seen it": data.of(after=True)}
    here = {"before": data.of(after=False), "after": data.of(after=True)}
    if protocol.comparison != "before_after_elsewhere":
        return here
    elsewhere = {
        f"elsewhere {name}": data.of(after=after, here=False) for name, after in (("before", False), ("after", True))
    }
    return {**elsewhere, **{f"here {name}": rows for name, rows in here.items()}}


@dataclass(frozen=True, eq=False)
class _Asked:
    """The answers to one question."""

    protocol: CampaignSurveyProtocol
    data: SurveyAnswers
    said: Floats

    @property
    def sides(self) -> Mapping[str, Bools]:
        """Rows of those who answered."""
        sides = {name: rows & ~np.isnan(self.said) for name, rows in _sides(self.protocol, self.data).items()}
        if self.data.person is None:
            return sides
        first, second = (self.data.person[rows] for rows in sides.values())
        twice = np.intersect1d(first, second)
        return {name: rows & np.isin(self.data.person, twice) for name, rows in sides.items()}

    def compare(self, outcome: OutcomeOfProtocol) -> Effect:
        effect = self._compare(outcome)
        raw = [Side(int(rows.sum()), float(self.said[rows].sum()), is_of_people=True) for rows in self.sides.values()]
        role = Role.SECONDARY if outcome.role != "primary" and effect.role is Role.PRIMARY else effect.role
        if min(side.units for side in raw) < FEWEST_ASKED:
            why = f"not available: fewer than {FEWEST_ASKED} people answered on one side"
            effect = replace(effect, estimate=math.nan, lower=math.nan, upper=math.nan, p=math.nan, method=why)
        return replace(effect, role=role, treated=raw[-1], other=raw[-2], beside=tuple(raw[:-2]))

    def _compare(self, outcome: OutcomeOfProtocol) -> Effect:
        sides = list(self.sides.values())
        if any(not rows.any() for rows in sides):
            raise EvaluationRefused(f"Outcome {outcome.name}: nobody answered on one side; take the question out.")
        if self.data.person is not None:
            first, second = (self._in_order(rows) for rows in sides)
            return compare_same_people(
                both=int((first & second).sum()), only_before=int((first & ~second).sum()),
                only_after=int((~first & second).sum()), neither=int((~first & ~second).sum()),
                confidence=self.protocol.confidence, answer=outcome.title, name=outcome.name,
            )  # fmt: skip
        samples = [self._sample(rows) for rows in sides]
        effects = [self.design_effect(rows) for rows in sides]
        if self.protocol.comparison == "before_after_elsewhere":
            return compare_with_elsewhere(
                (samples[2], samples[3]), (samples[0], samples[1]), confidence=self.protocol.confidence,
                design_effect=((effects[2], effects[3]), (effects[0], effects[1])), answer=outcome.title, name=outcome.name,
            )  # fmt: skip
        return compare_surveys(
            samples[0], samples[1], design_effect=(effects[0], effects[1]), contrast=self.protocol.contrast,
            confidence=self.protocol.confidence, answer=outcome.title, name=outcome.name,
        )  # fmt: skip

    def design_effect(self, rows: Bools) -> float:
        cluster = None if self.data.cluster is None else self.data.cluster[rows]
        return estimate_design_effect(
            self.said[rows], weights=self.data.weight[rows], clusters=cluster, confidence=self.protocol.confidence
        )

    def share(self, rows: Bools) -> Quantity:
        """Of 100 asked, with Wilson's interval on as many as the sample is worth."""
        said, asked = self._sample(rows)
        worth = self.design_effect(rows)
        found = estimate_proportion(said / worth, asked / worth, confidence=self.protocol.confidence)
        raw = float(self.said[rows].sum())
        fewest = min(raw, asked - raw) if asked >= FEWEST_ASKED else 1.0
        value, low, high = (100 * float(number) for number in (found.value, found.lower, found.upper))
        return Quantity(value, "%", count=max(fewest, 1.0), lower=low, upper=high)

    def check_left_out(self) -> CheckResult:
        every = list(_sides(self.protocol, self.data).values())
        known = list(self.sides.values())
        lost = max(1 - int(kept.sum()) / int(rows.sum()) for kept, rows in zip(known, every, strict=True))
        if self.data.person is not None:
            return judge(
                lost <= _MOST_LOST, "left_out", "Were most people asked both times?",
                "Most were." if lost <= _MOST_LOST else "More than a fifth were asked once, and nothing is known of how they changed.",
            )  # fmt: skip
        return judge(
            lost <= _MOST_LOST, "left_out", "Did most of those asked answer the question?",
            "Most did. Who would not be asked at all is not known." if lost <= _MOST_LOST else "More than a fifth left it out.",
        )  # fmt: skip

    def _sample(self, rows: Bools) -> tuple[float, int]:
        asked, weight = int(rows.sum()), self.data.weight[rows]
        return asked * float(weight @ self.said[rows]) / float(weight.sum()), asked

    def _in_order(self, rows: Bools) -> Bools:
        """Answers of those asked twice, by person."""
        if self.data.person is None:
            raise EvaluationRefused("Nobody is known by a pseudonym, so that nobody was asked twice.")
        return np.asarray(self.said[rows][np.argsort(self.data.person[rows])] == 1)


def _say(protocol: CampaignSurveyProtocol) -> PageWords:
    alone = "and nobody elsewhere: whatever else happened in that time is in the difference too"
    how = {
        "before_after": f"Different people were asked before and after, {alone}.",
        "same_people": f"The same people were asked before and after, {alone}, and so is being asked twice.",
        "before_after_elsewhere": (
            "People were asked before and after, here and where the campaign was not: what changed there is taken off."
        ),
        "seen_and_not": (
            "Those who had seen it are set beside those who had not, in one survey. Whoever sees a campaign, and remembers it, may have "
            "thought so before."
        ),
    }
    return PageWords(
        what_it_is=(
            f"{how[protocol.comparison]} Asked were {protocol.population}; {protocol.mode} ({protocol.period}). It tells what people "
            "say, and not what they do."
        ),
        method=(
            "Those asked once are left out."
            if protocol.comparison == "same_people"
            else "Each side counts for as many people as a sample drawn by lot would need to be as sure, given weights and who was asked "
            "together."
        ),
        cannot_tell=(
            "Whether anybody does what they say, and whether there is less violence for it.",
            "What those would have said who were not asked or did not answer.",
            *(
                ("Whether anybody has changed: nobody was asked before.",)
                if protocol.comparison == "seen_and_not"
                else ()
            ),
            *(("How many people it reached: impressions and views are no people.",) if protocol.reach else ()),
        ),
        costs_not_told="What it cost: what people say has no price.",
    )


def _show(
    protocol: CampaignSurveyProtocol, effects: tuple[Effect, ...], asked: Mapping[str, _Asked]
) -> tuple[Section, ...]:
    basis = f"{protocol.period}, {format_confidence(protocol.confidence)} intervals"
    titles = {outcome.name: capitalise(outcome.title) for outcome in protocol.outcomes}
    forest = show_effects(
        protocol,
        effects,
        labels=[titles[effect.name] for effect in effects],
        key="outcomes",
        column="More of 100 (or fewer)",
        subtitle=f"More of 100 asked {protocol.contrast.at_treated} than {protocol.contrast.at_other}; {basis}",
        unit="more of 100 asked",
        notes=("Left of the line fewer said so, right of it more.",),
    )
    sections = [
        Section("What changed" if protocol.comparison != "seen_and_not" else "What differs", (forest,)),
        Section("What was asked, and who said so", (_shares(protocol, asked),)),
    ]
    if protocol.reach:
        sections.append(
            Section(
                "What the campaign counted",
                (_reach(protocol),),
                "An impression is a time that it was shown, and no person.",
            )
        )
    return tuple(sections)


def _shares(protocol: CampaignSurveyProtocol, asked: Mapping[str, _Asked]) -> Rows:
    names = list(next(iter(asked.values())).sides)
    columns = (
        Column("question", "Question as it was put"),
        Column("counts", "Counted"),
        *(Column(f"side_{number}", capitalise(name), is_number=True) for number, name in enumerate(names)),
    )
    rows: list[tuple[Told, ...]] = []
    for question in protocol.questions:
        one = asked[question.name]
        rows.append((question.wording, question.counts, *(one.share(side) for side in one.sides.values())))
    return Rows("shares", "Of 100 asked", columns, tuple(rows))


def _reach(protocol: CampaignSurveyProtocol) -> Rows:
    columns = (Column("what", "What"), Column("number", "Number", is_number=True), Column("source", "Source"))
    return Rows(
        "reach", "As its own counts have it", columns,
        tuple((each.what, f"{each.number:,.0f}", each.source) for each in protocol.reach),
    )  # fmt: skip


def _flow(protocol: CampaignSurveyProtocol, data: SurveyAnswers, primary: _Asked) -> Flow:
    every, kept = _sides(protocol, data), primary.sides
    steps = [count_steps([int(every[name].sum()), int(kept[name].sum())]) for name in every]
    told = "Asked both times, with an answer" if data.person is not None else "Answered the main question"
    return Flow(
        caption="From those asked to those who answered",
        sides=tuple(Column(f"side_{number}", capitalise(name), is_number=True) for number, name in enumerate(every)),
        steps=(
            ("Asked", tuple(each[0] for each in steps)),
            (told, tuple(each[1] for each in steps)),
        ),
        notes=("A step is withheld where subtraction from an earlier one would count a few people.",),
    )  # fmt: skip
