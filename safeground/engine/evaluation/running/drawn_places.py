"""Parallel and stepped-wedge trials from protocol and trial: validated, then opened, then every effect with its checks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import capitalise
from safeground.engine.evaluation.checks import CheckResult
from safeground.engine.evaluation.designs.crossover_details import weigh_harm
from safeground.engine.evaluation.designs.drawn_places_checks import check_neighbours
from safeground.engine.evaluation.designs.parallel import estimate_parallel_effect
from safeground.engine.evaluation.designs.place_days import PlaceDays
from safeground.engine.evaluation.designs.stepped_wedge import (
    estimate_average_since_start,
    estimate_stepped_wedge_effect,
    find_effect_since_start,
    leave_transition,
)
from safeground.engine.evaluation.effects import Effect, Role, Side, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Section
from safeground.engine.evaluation.protocols import (
    DrawnPlacesProtocol,
    OutcomeOfProtocol,
    ParallelProtocol,
    SteppedWedgeProtocol,
)
from safeground.engine.evaluation.running.common import check_negative_controls
from safeground.engine.evaluation.running.drawn_places_page import (
    draw_both_sides,
    draw_since_start,
    flow_of_places,
    say_parallel,
    say_stepped_wedge,
    show_drawn_outcomes,
)
from safeground.engine.evaluation.running.trials import DrawnOnce, TrialRunner
from safeground.engine.evaluation.trial_data import OutcomeEvents, TrialData
from safeground.engine.evaluation.validation import check_trial_protocol

_AROUND = "around the places, as assigned"


def evaluate_parallel(protocol: ParallelProtocol, data: TrialData, *, sha256: str, seal: CheckResult) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more. As `evaluate`."""
    runner, events = _open(_ParallelRunner, protocol, data)
    effects, notes = runner.estimate_all(events, seal)
    opened = events[protocol.primary.name]
    counts, before = runner.count(opened), runner.count_before(opened)
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=effects[0],
        others=effects[1:],
        words=say_parallel(protocol, data),
        sections=(
            show_drawn_outcomes(protocol, effects),
            Section("Both sides over time", (draw_both_sides(protocol, counts, data.treated, before),)),
        ),
        flow=flow_of_places(protocol, data, counts, data.treated[:, 0], runner.doses(), before=before),
        notes=notes,
        sources=data.sources,
    )


def evaluate_stepped_wedge(
    protocol: SteppedWedgeProtocol, data: TrialData, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more. As `evaluate`."""
    runner, events = _open(_WedgeRunner, protocol, data)
    effects, notes = runner.estimate_all(events, seal)
    counts = runner.count(events[protocol.primary.name])
    average = estimate_average_since_start(
        counts, data.treated, transition=protocol.transition, unit=protocol.unit, outcome=protocol.primary.title,
        contrast=protocol.contrast, confidence=protocol.confidence,
    )  # fmt: skip
    effects = (*effects, average)
    found = find_effect_since_start(counts, data.treated, confidence=protocol.confidence)
    if not found:
        notes = (
            *notes,
            "The effect by time since the start could not be estimated: too few events, or too few places.",
        )
    shown = (
        [Section("By time since the start", (draw_since_start(protocol, counts, data.treated, found),))]
        if found
        else []
    )
    table = leave_transition(runner.tabulate(counts), protocol.transition)
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=effects[0],
        others=effects[1:],
        words=say_stepped_wedge(protocol, data),
        sections=(show_drawn_outcomes(protocol, effects), *shown),
        flow=flow_of_places(protocol, data, table.counts, None, runner.doses()),
        notes=notes,
        sources=data.sources,
    )


def _open(runner: Any, protocol: DrawnPlacesProtocol, data: TrialData) -> tuple[Any, dict[str, OutcomeEvents]]:
    check_trial_protocol(protocol, data)
    events = dict(data.open_outcomes())
    rng = np.random.default_rng(protocol.seed)
    return runner(protocol, data, rng, DrawnOnce.of(data.draw, protocol.runs, rng)), events


@dataclass(frozen=True, eq=False)
class _Runner(TrialRunner, ABC):
    protocol: DrawnPlacesProtocol

    def estimate_all(
        self, events: dict[str, OutcomeEvents], seal: CheckResult
    ) -> tuple[tuple[Effect, ...], tuple[str, ...]]:
        """The primary effect first, with its checks; then the others; and what could not be told."""
        notes: list[str] = []
        main = self.protocol.primary
        primary = self._estimate(
            self.count(events[main.name]), before=self.count_before(events[main.name]), role=Role.PRIMARY, name=main.name,
            outcome=main.title, has_checks=True,
        )  # fmt: skip
        others: dict[str, list[Effect]] = {"secondary": [], "negative_control": []}
        for outcome in self.protocol.outcomes:
            if outcome.role != "primary":
                others[outcome.role].extend(self._try(outcome, events[outcome.name], notes))
        harm = self._estimate_harm(main, events[main.name], notes)
        buffer = self._estimate_buffer(main, events[main.name], notes)
        second = read_effects_together([*others["secondary"], *harm, *buffer])
        around = next((effect for effect in second if effect.basis == _AROUND), None)
        primary = primary.with_checks(
            seal,
            *self.check_draw(),
            self.check_compliance(),
            self.check_displacement(around, where="treated places"),
            check_neighbours(self.data.points, self.data.treated, self.data.places, self.data.touching),
            check_negative_controls(others["negative_control"]),
        )
        return (primary, *second, *others["negative_control"]), tuple(notes)

    def tabulate(self, counts: NDArray[np.float64]) -> PlaceDays:
        return PlaceDays(counts, self.data.treated, np.array(self.data.places), np.arange(self.data.shape[1]))

    def _try(self, outcome: OutcomeOfProtocol, events: OutcomeEvents, notes: list[str]) -> list[Effect]:
        try:
            return [
                self._estimate(
                    self.count(events), before=self.count_before(events), role=Role.SECONDARY, name=outcome.name, outcome=outcome.title
                )
            ]  # fmt: skip
        except EvaluationRefused as refusal:
            notes.append(f"{outcome.title[:1].upper()}{outcome.title[1:]} could not be estimated: {refusal}")
            return []

    def _estimate_harm(self, outcome: OutcomeOfProtocol, events: OutcomeEvents, notes: list[str]) -> list[Effect]:
        """Harm of all events, without the one most harmful, and with each held down; the level before the start is that of their number,
        as harm before it is not asked for. Told or withheld by how many events there were, however much harm."""
        if events.harm is None:
            notes.append("Harm is not told: the events carry no weights.")
            return []
        counts = self.count(events)
        found = []
        for name, how, weight in weigh_harm(events.harm):
            harm = np.zeros(self.data.shape)
            np.add.at(harm, (events.place, events.day), weight)
            try:
                effect = self._estimate(
                    np.where(self.data.left_out, np.nan, harm), before=self.count_before(events), role=Role.SECONDARY, name=name,
                    outcome=f"days of harm from {outcome.title}{how}", basis="as assigned",
                )  # fmt: skip
            except EvaluationRefused as refusal:
                notes.append(f"{capitalise(name.replace('_', ' '))} could not be estimated: {refusal}")
                continue
            treated, other = self.sides_of(counts)
            found.append(replace(effect, treated=treated, other=other))
        return found

    def sides_of(self, counts: NDArray[np.float64]) -> tuple[Side, Side]:
        """How many events lie on each side."""
        return self.tabulate(counts).sides

    def _estimate_buffer(self, outcome: OutcomeOfProtocol, events: OutcomeEvents, notes: list[str]) -> list[Effect]:
        if events.buffer_place is None or not events.buffer_place.size:
            return []
        try:
            return [
                self._estimate(
                    self.count(events, in_buffer=True), before=None, role=Role.SECONDARY, name="buffer",
                    outcome=f"{outcome.title} around the places", basis=_AROUND,
                )
            ]  # fmt: skip
        except EvaluationRefused as refusal:
            notes.append(f"What lay around the places could not be estimated: {refusal}")
            return []

    @abstractmethod
    def _estimate(self, counts: NDArray[np.float64], *, before: NDArray[np.float64] | None, **told: Any) -> Effect:
        """One effect of these counts, shape (places, periods), by the design's own estimator."""

    def _told(self, counts: NDArray[np.float64], told: dict[str, Any]) -> dict[str, Any]:
        place, period = np.indices(counts.shape)
        return {
            "counts": counts.ravel(), "treated": self.data.treated.ravel(), "place": place.ravel(), "period": period.ravel(),
            "names": self.data.places, "draw_schedule": self.draw, "unit": self.protocol.unit, "runs": self.protocol.runs,
            "rng": self.rng,
            "contrast": self.protocol.contrast, "confidence": self.protocol.confidence, "planned_ratio": self.protocol.planned_ratio,
            "has_checks": False, **told,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class _ParallelRunner(_Runner):
    protocol: ParallelProtocol

    def _estimate(self, counts: NDArray[np.float64], *, before: NDArray[np.float64] | None, **told: Any) -> Effect:
        effect = estimate_parallel_effect(**self._told(counts, told), before=before)
        return replace(effect, has_plain_rates=before is None)


@dataclass(frozen=True, eq=False)
class _WedgeRunner(_Runner):
    protocol: SteppedWedgeProtocol

    def sides_of(self, counts: NDArray[np.float64]) -> tuple[Side, Side]:
        return leave_transition(self.tabulate(counts), self.protocol.transition).sides

    def _estimate(self, counts: NDArray[np.float64], *, before: NDArray[np.float64] | None, **told: Any) -> Effect:
        effect = estimate_stepped_wedge_effect(**self._told(counts, told), transition=self.protocol.transition)
        return replace(effect, has_plain_rates=False)
