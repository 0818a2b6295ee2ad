"""A crossover from its protocol and its trial: validated, then its outcomes opened, then every effect with its checks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import capitalise
from safeground.engine.evaluation.checks import CheckResult
from safeground.engine.evaluation.designs.crossover import estimate_crossover_effect
from safeground.engine.evaluation.designs.crossover_details import (
    CrossoverTrial,
    estimate_as_treated,
    estimate_days_in_a_row,
    estimate_dose_response,
    estimate_harm_effects,
    estimate_lag_effects,
    estimate_prevalence_effect,
)
from safeground.engine.evaluation.designs.place_days import PlaceDays
from safeground.engine.evaluation.effects import Effect, Role, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.protocols import CrossoverProtocol, OutcomeOfProtocol
from safeground.engine.evaluation.running.common import check_negative_controls
from safeground.engine.evaluation.running.crossover_page import flow_of_place_days, say_crossover, show_crossover
from safeground.engine.evaluation.running.trials import DrawnOnce, TrialRunner
from safeground.engine.evaluation.trial_data import OutcomeEvents, TrialData
from safeground.engine.evaluation.validation import check_trial_protocol


def evaluate_crossover(protocol: CrossoverProtocol, data: TrialData, *, sha256: str, seal: CheckResult) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more.

    sha256: the protocol's hash. seal: whether it was settled before its outcomes could be known (`check_seal`).

    Randomness comes from the protocol's seed. Raises EvaluationRefused before any outcome is read where the protocol cannot stand.
    """
    check_trial_protocol(protocol, data)
    events = data.open_outcomes()
    rng = np.random.default_rng(protocol.seed)
    runner = _Runner(protocol, data, rng, DrawnOnce.of(data.draw, protocol.runs, rng))
    primary = runner.estimate(protocol.primary, events[protocol.primary.name], Role.PRIMARY, has_checks=True)
    second, untold = runner.estimate_second(events)
    details, notes = runner.detail(protocol.primary, events[protocol.primary.name])
    notes = [*untold, *notes]
    named = {outcome.name for outcome in protocol.outcomes if outcome.role == "negative_control"}
    buffer = runner.estimate_buffer(protocol.primary, events[protocol.primary.name])
    primary = primary.with_checks(
        seal,
        *runner.check_draw(),
        runner.check_compliance(),
        runner.check_displacement(buffer, where="the places on patrol days"),
        check_negative_controls([effect for effect in second if effect.name in named]),
    )
    others = _read_families([*second, *details, *([buffer] if buffer is not None else ())], alone=named)
    seen = PlaceDays(
        runner.count(events[protocol.primary.name]), data.treated, np.arange(data.shape[0]), np.arange(data.shape[1])
    )
    assigned = int(data.treated.sum()), int((~data.treated).sum())
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=primary,
        others=others,
        words=say_crossover(protocol, assigned),
        sections=show_crossover(protocol, (primary, *others)),
        flow=flow_of_place_days(primary, assigned, seen.sides, runner.doses()),
        notes=tuple(notes),
        sources=data.sources,
    )


def _read_families(effects: Sequence[Effect], *, alone: Collection[str]) -> tuple[Effect, ...]:
    """Outcomes are read together, and so are days after and days in a row. Negative controls (`alone`) and what was only observed stand
    apart: they answer nothing of their own."""

    def kind(effect: Effect) -> str:
        if effect.name in alone or effect.role is Role.OBSERVED:
            return effect.name
        return next((start for start in ("lag_", "days_in_a_row_") if effect.name.startswith(start)), "outcomes")

    families: dict[str, list[Effect]] = {}
    for effect in effects:
        families.setdefault(kind(effect), []).append(effect)
    read = {each.name: each for family in families.values() for each in read_effects_together(family)}
    return tuple(read[effect.name] for effect in effects)


@dataclass(frozen=True, eq=False)
class _Runner(TrialRunner):
    protocol: CrossoverProtocol

    def estimate(
        self, outcome: OutcomeOfProtocol, events: OutcomeEvents, role: Role, *, has_checks: bool = False
    ) -> Effect:
        return self._estimate(
            self.count(events), role=role, name=outcome.name, outcome=outcome.title, has_checks=has_checks
        )

    def estimate_second(self, events: Mapping[str, OutcomeEvents]) -> tuple[list[Effect], list[str]]:
        """The outcomes beside the primary one, and in words which could not be told, as where nothing of one was met."""
        found, notes = [], []
        for outcome in self.protocol.outcomes:
            if outcome.role == "primary":
                continue
            try:
                found.append(self.estimate(outcome, events[outcome.name], Role.SECONDARY))
            except EvaluationRefused as refusal:
                notes.append(f"{capitalise(outcome.title)} could not be estimated: {refusal}")
        return found, notes

    def estimate_buffer(self, outcome: OutcomeOfProtocol, events: OutcomeEvents) -> Effect | None:
        if events.buffer_place is None or not events.buffer_place.size:
            return None
        return self._estimate(
            self.count(events, in_buffer=True), role=Role.SECONDARY, name="buffer", outcome=f"{outcome.title} around the places",
            basis="around the places, as assigned",
        )  # fmt: skip

    def _estimate(self, counts: NDArray[np.float64], **told: Any) -> Effect:
        place, day = np.indices(counts.shape)
        return estimate_crossover_effect(
            counts.ravel(), self.data.treated.ravel(), place=place.ravel(), day=day.ravel(), draw_schedule=self.draw,
            runs=self.protocol.runs, rng=self.rng, contrast=self.protocol.contrast, confidence=self.protocol.confidence,
            planned_ratio=self.protocol.planned_ratio, **{"has_checks": False, **told},
        )  # fmt: skip

    def detail(self, outcome: OutcomeOfProtocol, events: OutcomeEvents) -> tuple[list[Effect], list[str]]:
        """Everything else that the protocol promises of the primary outcome, and in words what could not be had."""
        counts = self.count(events).ravel()
        place, day = (codes.ravel() for codes in np.indices(self.data.shape))
        trial = CrossoverTrial(
            self.data.treated.ravel(), place, day, self.draw, self.protocol.runs, outcome.title, self.protocol.contrast,
            self.protocol.confidence,
        )  # fmt: skip
        asked: dict[str, Callable[[], tuple[Effect, ...]]] = {
            "Place-days with any event": lambda: (estimate_prevalence_effect(trial, counts, rng=self.rng),)
        }
        if events.harm is not None and not self.data.left_out.any():
            harm = events.harm
            asked["Harm"] = lambda: estimate_harm_effects(trial, harm, events.place, events.day, rng=self.rng)
        lags = range(1, self.protocol.lags + 1)
        asked["The days after"] = lambda: estimate_lag_effects(trial, counts, lags=tuple(lags), rng=self.rng)
        asked["Days in a row"] = lambda: estimate_days_in_a_row(trial, counts)
        if (visits := self.data.visits) is not None:
            asked["By what was done"] = lambda: estimate_as_treated(trial, counts, (visits > 0).ravel())
        if (minutes := self.data.minutes) is not None:
            asked["Minutes of patrol"] = lambda: (estimate_dose_response(trial, counts, minutes.ravel()),)
        found: list[Effect] = []
        notes = [] if events.harm is not None else ["Harm is not told: the events carry no weights."]
        if events.harm is not None and self.data.left_out.any():
            notes = ["Harm is not told: some place-days are left out, and it would be of events that do not count."]
        for name, estimate in asked.items():
            try:
                found.extend(estimate())
            except EvaluationRefused as refusal:
                notes.append(f"{name} could not be estimated: {refusal}")
        return found, notes
