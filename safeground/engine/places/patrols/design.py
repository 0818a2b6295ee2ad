"""A trial designed: its places, its draw, what the shifts carry, its power. Frozen and hashed, since what is sealed is sealed for one
design."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from safeground.engine.documents import count_things, format_day, join_words
from safeground.engine.evaluation import design_of, tell_why_untold
from safeground.engine.places.patrols.candidates import ChosenPlaces, TrialPlace, find_overlaps
from safeground.engine.places.patrols.capacity import WindowCapacity, find_far_apart, work_out_capacity
from safeground.engine.places.patrols.power import DesignPower
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.engine.places.patrols.specification import TrialSpec
from safeground.engine.statistics import TrialDraw

SCHEMA = 1


@dataclass(frozen=True, eq=False)
class TrialDesign:
    """What a schedule is drawn for. `fixed` is all that the draw and the analysis depend on; its hash names the design."""

    spec: TrialSpec
    places: tuple[TrialPlace, ...]

    @property
    def draw(self) -> TrialDraw:
        """The mechanism: what drew the schedule, and what its test draws from again."""
        return self.spec.draw.make(places=len(self.places), days=self.spec.days)

    @property
    def fixed(self) -> dict[str, Any]:
        spec = self.spec.model_dump(mode="json", by_alias=True, exclude={"places"})
        places = [vars(place) for place in self.places]
        return {"schema": SCHEMA, "trial": spec, "places": places}

    @property
    def sha256(self) -> str:
        return hashlib.sha256(to_canonical_json(self.fixed)).hexdigest()


@dataclass(frozen=True, eq=False)
class DesignReport:
    """What a person is told of a design before anything is drawn."""

    design: TrialDesign
    chosen: ChosenPlaces
    capacity: tuple[WindowCapacity, ...]
    power: DesignPower
    plans_missing: tuple[str, ...] = ()
    """Places without a problem-solving plan, or with one that is not filled in, in words."""
    police_initiated: tuple[str, ...] = ()
    """Offences of the outcome that are on paper because police were there."""
    deliveries: tuple[str, ...] = ()
    """Ids of those whose events power rests on."""

    @property
    def can_be_carried(self) -> bool:
        return all(window.is_enough for window in self.capacity)

    def lines(self) -> tuple[str, ...]:
        spec, places = self.design.spec, len(self.design.places)
        place_days = round(float(self.design.draw.chances.sum()))
        lines = [
            f"{spec.title}: {count_things(places, 'place')}, {count_things(spec.days, 'day')} from {format_day(spec.starts)}.",
            f"The last day is {format_day(spec.last_day)}; each day begins at {spec.day_starts}.",
            f"Place-days: {places * spec.days:,}, of which {place_days:,} with a patrol ({_tell_draw(self.design)}).",
            *(window.line() for window in self.capacity),
            *find_far_apart(self.design.places, spec),
            *self.chosen.passed_over,
            *find_overlaps(self.design.places),
            *self._power_lines(),
            *self._untold_lines(),
            *self.plans_missing,
            f"The design's fingerprint is {self.design.sha256}.",
        ]
        return tuple(lines)

    def _test_lines(self) -> list[str]:
        """Which test the power is of. Of a draw that no evaluation here tells, it is of none that there is."""
        draw = self.design.draw
        if tell_why_untold(draw):
            return []
        if design_of(draw) == "parallel":
            told = "It is the power of the very test that safeground evaluate makes (design: parallel) where nothing was counted before"
            return [f"{told}; with counts from before the start it finds more."]
        return [f"It is the power of the very test that safeground evaluate makes (design: {design_of(draw)})."]

    def _untold_lines(self) -> list[str]:
        """Before anybody walks a patrol for it: a draw or an outcome that no evaluation here will tell."""
        why = [tell_why_untold(self.design.draw)]
        if self.police_initiated:
            why.append(
                f"Patrols themselves put offences of this outcome on record (such as {join_words(self.police_initiated[:3])}), "
                "so that it would tell where officers were; name a definition without them."
            )
        return [f"safeground evaluate will refuse this trial. {each}" for each in why if each]

    def _power_lines(self) -> list[str]:
        power, curve = self.power, self.power.curve
        planned, lower, upper = power.planned
        alarm = curve.false_alarms
        found = (
            f"A rate ratio of {power.planned_rate_ratio:g} on patrol days would be found in {_percent(planned)} of such trials "
            f"({_percent(lower)} to {_percent(upper)}; {curve.method})."
        )
        lines = [
            f"Power rests on: {power.basis}",
            *self._test_lines(),
            f"Expected without patrols: {curve.events:,.1f} events on all place-days together.",
            found,
        ]
        if curve.detectable == curve.detectable:
            lines.append(
                f"Found with a chance of {_percent(curve.wanted)}: a rate ratio of {curve.detectable:.2f} or lower."
            )
        else:
            lines.append(f"No effect that was tried, down to a rate ratio of {min(curve.rate_ratios):g}, is found with a chance of "
                         f"{_percent(curve.wanted)}.")  # fmt: skip
        if power.days_needed is None:
            lines.append(f"For {_percent(curve.wanted)} at the planned effect even two years are too few.")
        else:
            lines.append(f"For {_percent(curve.wanted)} at the planned effect it takes about {power.days_needed} days.")
        if power.planned_overstated > 1.1:
            lines.append(
                f"Trials that find the planned effect would overstate it {power.planned_overstated:.1f} times on average: "
                "a weak trial that finds something has been lucky."
            )
        lines.append(
            f"Where patrols do nothing, {_percent(float(alarm.value), 1)} of trials find something all the same "
            f"({_percent(float(alarm.lower), 1)} to {_percent(float(alarm.upper), 1)}; 5% is meant)."
        )
        return lines

    def as_data(self) -> dict[str, Any]:
        """For scripts, and for design.json: the design, and what was told of it."""
        curve = self.power.curve
        return {
            "design": self.design.fixed,
            "design_sha256": self.design.sha256,
            "capacity": [{**vars(window), "is_enough": window.is_enough} for window in self.capacity],
            "passed_over": list(self.chosen.passed_over),
            "plans_missing": list(self.plans_missing),
            "deliveries": list(self.deliveries),
            "power": {
                "basis": self.power.basis,
                "is_assumption": self.power.is_assumption,
                "planned_rate_ratio": self.power.planned_rate_ratio,
                "rate_ratios": [float(number) for number in curve.rate_ratios],
                "power": [float(number) for number in curve.value],
                "lower": [float(number) for number in curve.lower],
                "upper": [float(number) for number in curve.upper],
                "overstated": [_or_none(number) for number in curve.overstated],
                "detectable_rate_ratio": _or_none(curve.detectable),
                "wanted": curve.wanted,
                "days_needed": self.power.days_needed,
                "false_alarms": float(curve.false_alarms.value),
                "expected_events": curve.events,
                "method": str(curve.method),
            },
        }


def make_design(spec: TrialSpec, places: Sequence[TrialPlace]) -> TrialDesign:
    """A design of chosen places. Raises TrialRefused, in a sentence, where it cannot be drawn."""
    design = TrialDesign(spec, tuple(places))
    try:
        _ = design.draw
    except ValueError as error:
        raise TrialRefused(f"{spec.name}: {error}.") from None
    return design


def plan_capacity(design: TrialDesign) -> tuple[WindowCapacity, ...]:
    """What the shifts carry beside what the busiest day asks. A daily draw has its treated places, a paired one half, a wedge all."""
    draw, places = design.spec.draw, len(design.places)
    busiest = places // 2 if draw.kind == "paired" else places if draw.treated is None else draw.treated
    return work_out_capacity(design.spec, treated=busiest * places // draw.stratum if draw.stratum else busiest)


def read_design(content: Mapping[str, Any], *, shown_as: str) -> TrialDesign:
    """A design as `DesignReport.as_data` wrote it. Raises TrialRefused where it is not one or its fingerprint does not fit it."""
    try:
        fixed = content["design"]
        trial = {**fixed["trial"], "places": {"file": "in the design"}}
        design = TrialDesign(TrialSpec.model_validate(trial), tuple(TrialPlace(**place) for place in fixed["places"]))
        told = content["design_sha256"]
    except (KeyError, TypeError, ValueError):
        raise TrialRefused(
            f"{shown_as} is no design that can be read; make it again with safeground patrol design."
        ) from None
    if design.sha256 != told:
        raise TrialRefused(
            f"{shown_as} has been altered since it was made: its fingerprint is {design.sha256[:12]} and it says {str(told)[:12]}; "
            "make it again with safeground patrol design."
        )
    return design


def to_canonical_json(content: Any) -> bytes:
    """One way to write the same content, so that its hash is the same everywhere."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _tell_draw(design: TrialDesign) -> str:
    draw = design.spec.draw
    return {
        "daily": f"each day {draw.treated} places drawn afresh",
        "blocked": f"each day {draw.treated} places, and each place as often as any other in every {draw.block} days",
        "paired": "each day one of each pair",
        "stepped_wedge": f"all places in the end, starting in {draw.steps} steps",
        "parallel": f"{draw.treated} {f'of each {draw.stratum} places' if draw.stratum else 'places'} on every day, the others never",
    }[draw.kind]


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f}%"


def _or_none(number: float) -> float | None:
    return float(number) if number == number else None
