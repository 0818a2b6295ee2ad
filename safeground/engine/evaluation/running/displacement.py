"""A weighted displacement difference from its protocol and its areas: validated, opened, estimated, and what its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from safeground.engine.documents import Column, Direction, capitalise, count_things, format_number
from safeground.engine.evaluation.checks import CheckResult, Verdict, judge, not_applicable
from safeground.engine.evaluation.designs.area_shifts import estimate_area_shifts
from safeground.engine.evaluation.designs.common_checks import check_placebo_in_space, check_unseen, check_window
from safeground.engine.evaluation.designs.differences import difference_in_differences
from safeground.engine.evaluation.designs.displacement import DisplacementDifference, weighted_displacement_difference
from safeground.engine.evaluation.effects import Effect, InEvents, Role, Side, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Effects, PageWords, Quantity, Rows, Section
from safeground.engine.evaluation.protocols import WeightedDisplacementProtocol, days_of
from safeground.engine.evaluation.running.common import check_detectable, check_negative_controls
from safeground.engine.evaluation.running.rings import find_rings
from safeground.engine.evaluation.running.series_pages import (
    Bools,
    Floats,
    draw_both_sides,
    find_area,
    flow_of_areas,
    name_areas,
    say_basis,
    say_start,
    say_warning,
)
from safeground.engine.evaluation.series_data import SeriesData, count_before
from safeground.engine.evaluation.series_validation import check_series, find_gaps, refuse
from safeground.engine.statistics import estimate_dispersion

_TREND = "parallel_trends"
_ALPHA = 0.05
_TRIES = 99
_FEWEST_TO_DRAW = 6
"""Control areas: of fewer the draws are nearly all the same."""


def check_weighted_displacement_protocol(
    protocol: WeightedDisplacementProtocol, data: SeriesData, *, is_planned: bool = False
) -> None:
    """Raises EvaluationRefused with a sentence for everything that is wrong. Reads no outcome."""
    _hold(protocol, data, is_planned=is_planned)


def _hold(
    given: WeightedDisplacementProtocol, data: SeriesData, *, is_planned: bool = False
) -> tuple[WeightedDisplacementProtocol, SeriesData]:
    """The protocol with its rings found, and the data of its groups."""
    kept = check_series(given, data, is_planned=is_planned)
    protocol = find_rings(given, kept)
    kept = kept.select(tuple(area for group in _groups(protocol).values() for area in group))
    refuse([] if is_planned else list(find_gaps(kept, kept.areas, "a difference of sums")))
    return protocol, kept


def _groups(protocol: WeightedDisplacementProtocol) -> dict[str, tuple[str, ...]]:
    """By title, the areas of each: four, or two without rings."""
    rings = (
        {"Around them": protocol.buffer, "Around the control areas": protocol.buffer_control} if protocol.buffer else {}
    )
    return {"Treated areas": protocol.treated_areas, "Control areas": protocol.control, **rings}


def evaluate_weighted_displacement(
    given: WeightedDisplacementProtocol, data: SeriesData, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more."""
    protocol, kept = _hold(given, data)
    tables = kept.open_outcomes()
    sums = _Sums(protocol, kept)
    found = {outcome.name: sums.estimate(tables[outcome.name], outcome.title) for outcome in protocol.outcomes}
    roles = {outcome.name: outcome.role for outcome in protocol.outcomes}
    main, table = found[protocol.primary.name], tables[protocol.primary.name]
    effects = {
        name: replace(
            each.effect,
            name=name,
            role=Role.SECONDARY,
            checks=(),
            treated=sums.side(tables[name]),
            in_events=sums.in_events(tables[name], each.effect),
        )
        for name, each in found.items()
    }
    controls = [
        replace(found[name].relative, name=name, checks=(), treated=sums.side(tables[name]))
        for name, role in roles.items()
        if role == "negative_control"
    ]
    second = read_effects_together([effect for name, effect in effects.items() if roles[name] == "secondary"])
    known = tuple(check for check in main.effect.checks if check.name != _TREND)
    checks = (
        *known,
        seal,
        sums.check_trend(table),
        sums.check_early_start(table),
        check_placebo_in_space(main.effect, sums.try_elsewhere(table)),
        check_window(main.effect, sums.try_windows(table)),
        sums.check_influence(table, main.effect),
        check_unseen(main.relative),
        check_detectable(main.relative),
        check_negative_controls(controls),
    )
    primary = replace(effects[protocol.primary.name], role=Role.PRIMARY, checks=checks)
    parts = tuple(
        replace(part, treated=sums.side(table))
        for part in ((main.local, main.displaced) if main.displaced is not None else ())
        if part is not None
    )
    relative = replace(main.relative, checks=(), treated=sums.side(table))
    groups = {title: kept.rows_of(areas) for title, areas in _groups(protocol).items()}
    return Evaluation(
        protocol=given,
        sha256=sha256,
        primary=primary,
        others=(*second, *parts, relative, *controls),
        words=_say(protocol, kept, sums),
        sections=_show(protocol, kept, table, main, (primary, *second), parts, (relative, *controls)),
        flow=flow_of_areas(
            protocol,
            kept,
            groups,
            table,
        ),
        notes=(),
        sources=data.sources,
        area=find_area(protocol, kept),
    )


@dataclass(frozen=True, eq=False)
class _Sums:
    """Counts of the groups before and after, in units of the treated areas and of the time after."""

    protocol: WeightedDisplacementProtocol
    data: SeriesData

    @property
    def before(self) -> int:
        return count_before(self.protocol, self.data)

    @property
    def time_weights(self) -> tuple[float, float]:
        """The length of the time before in times that after: a difference is then of events in the time after."""
        days = np.array([days_of(label) for label in self.data.periods], dtype=np.float64)
        return float(days[: self.before].sum() / days[self.before :].sum()), 1.0

    def estimate(
        self,
        table: Floats,
        title: str,
        *,
        window: slice = slice(None),
        start: int | None = None,
        groups: Sequence[tuple[str, ...]] | None = None,
    ) -> DisplacementDifference:
        """window: of the periods. start: number of the first period after, and groups: areas, where they are not the protocol's."""
        begin = self.before if start is None else start
        days = np.array([days_of(label) for label in self.data.periods], dtype=np.float64)
        at = np.arange(days.size)
        inside = np.isin(at, at[window])
        early, late = inside & (at < begin), inside & (at >= begin)
        rows = [self.data.rows_of(areas) for areas in (groups or _groups(self.protocol).values())]
        treated, control, *rings = (len(side) for side in rows)
        ring, ring_control = rings or (1, 1)
        counts = [np.column_stack([table[side][:, when].sum(axis=1) for when in (early, late)]) for side in rows]
        spread = self.dispersion(table)
        return weighted_displacement_difference(
            *((float(before), float(after)) for before, after in (side.sum(axis=0) for side in counts)),
            # A difference is then of events in the time after, and twice as many control areas do not count twice.
            time_weights=(float(days[early].sum() / days[late].sum()), 1.0),
            area_weights=(1.0, control / treated, 1.0, ring_control / ring),
            dispersion=spread,
            shifts=estimate_area_shifts(
                counts, range(1, len(rows), 2), dispersion=spread or 1.0, halves=self._halve(table, early, rows)
            ),
            outcome=title,
            were_chosen_for_being_extreme=self.protocol.chosen_for_being_extreme,
            confidence=self.protocol.confidence,
        )

    @staticmethod
    def _halve(table: Floats, early: Bools, rows: Sequence[list[int]]) -> Floats | None:
        """Both halves of the time before in every area; None where it cannot be halved."""
        at = np.flatnonzero(early)
        if at.size < 2:
            return None
        halves = (at[: at.size // 2], at[at.size // 2 :])
        own = table[[row for side in rows for row in side]]
        return np.column_stack([own[:, half].sum(axis=1) for half in halves])

    def try_elsewhere(self, table: Floats) -> tuple[Effect, ...]:
        """Control areas drawn and taken for treated beside the rest of them, without rings; none where there are too few to draw."""
        control = self.protocol.control
        number = min(len(self.protocol.treated_areas), len(control) // 2)
        rng = np.random.default_rng(self.protocol.seed)
        found = []
        for _ in range(_TRIES if len(control) >= _FEWEST_TO_DRAW else 0):
            order = rng.permutation(len(control)).tolist()
            drawn, rest = (tuple(control[at] for at in part) for part in (order[:number], order[number:]))
            found.append(self.estimate(table, "events", groups=(drawn, rest)).effect)
        return tuple(found)

    def try_windows(self, table: Floats) -> dict[str, Effect]:
        """The later half of the time before. Half the time after would be of half as many events, and no answer to the same."""
        half, word = self.before // 2, self.protocol.period_word
        if half < 1:
            return {}
        found = self.estimate(table, "events", window=slice(half, None)).effect
        return {f"{count_things(self.before - half, word)} before": found}

    def check_influence(self, table: Floats, effect: Effect) -> CheckResult:
        """Each control area left out in turn, and each of a ring's controls: a treated one left out would be another question."""
        question = "Does the answer hang on one of the control areas?"
        sides = tuple(_groups(self.protocol).values())
        found = []
        for number in range(1, len(sides), 2):
            for area in sides[number] if len(sides[number]) > 1 else ():
                rest = tuple(other for other in sides[number] if other != area)
                left = self.estimate(table, "events", groups=(*sides[:number], rest, *sides[number + 1 :]))
                found.append((area, left.effect.estimate))
        if not found:
            return not_applicable("influence", question, "There is one of them alone.")
        low, high = min(value for _, value in found), max(value for _, value in found)
        farthest = max(found, key=lambda pair: abs(pair[1] - effect.estimate))[0]
        is_open = effect.direction is Direction.CANNOT_TELL  # which side the estimate lies on was not told
        is_good = effect.lower <= low and high <= effect.upper and (is_open or low * high > 0)
        name = self.data.names[self.data.areas.index(farthest)]
        ends = f"{format_number(low, decimals=1)} and {format_number(high, decimals=1)}"
        return judge(
            is_good,
            "influence",
            question,
            f"Leaving out each in turn the difference lies between {ends}; it moves most without {name}.",
        )

    def dispersion(self, table: Floats) -> float | None:
        """Of single areas and periods before the start, a level for each of either allowed for; None where there are too few to "
        "tell."""
        value = (
            float(estimate_dispersion(table[:, : self.before]).value)
            if min(table.shape[0], self.before) > 1
            else np.nan
        )
        return max(1.0, value) if np.isfinite(value) else None

    def side(self, table: Floats) -> Side:
        """The smallest sum that a difference or a ratio is made of: few events there, and it would follow from the others. A sum of
        none does not hide that another is of few."""
        sums = [
            table[self.data.rows_of(areas)][:, when].sum()
            for areas in _groups(self.protocol).values()
            for when in (slice(None, self.before), slice(self.before, None))
        ]
        return Side(len(self.data.areas), float(min((number for number in sums if number > 0), default=0.0)))

    def in_events(self, table: Floats, effect: Effect) -> InEvents:
        """A difference is of events in the treated areas and the rings around them, in the time after."""
        rows = self.data.rows_of((*self.protocol.treated_areas, *self.protocol.buffer))
        return InEvents(of_one=1.0, expected=float(table[rows, self.before :].sum()) - effect.estimate)

    def check_trend(self, table: Floats) -> CheckResult:
        """Of a difference in differences of the same areas, which sees single periods."""
        treated = np.zeros(table.shape, dtype=bool)
        treated[self.data.rows_of(self.protocol.treated_areas), self.before :] = True
        rows = self.data.rows_of((*self.protocol.treated_areas, *self.protocol.control))
        check = not_applicable(_TREND, "Did both go the same way before the start?", "There are too few areas to see.")
        for leads in (3, 2, 1):  # with few areas fewer months can be looked at together
            try:
                found = difference_in_differences(table[rows], treated[rows], leads=leads)
            except EvaluationRefused:
                continue
            check = next(each for each in found.effect.checks if each.name == _TREND)
            if check.verdict is not Verdict.NOT_APPLICABLE:
                break
        return check

    def check_early_start(self, table: Floats) -> CheckResult:
        question = "Is there a difference before there was any, as if it had begun half-way through the time before?"
        half = self.before // 2
        if half < 1:
            return not_applicable("placebo_in_time", question, "The time before the start is too short to be parted.")
        early = self.estimate(table, "events", start=half, window=slice(None, self.before)).effect
        low, high = (format_number(bound, decimals=1) for bound in (early.lower, early.upper))
        return judge(
            not early.p <= _ALPHA,
            "placebo_in_time",
            question,
            f"The difference would lie between {low} and {high} events.",
        )


def _say(protocol: WeightedDisplacementProtocol, data: SeriesData, sums: _Sums) -> PageWords:
    names = name_areas([data.names[row] for row in data.rows_of(protocol.treated_areas)])
    rings = (
        f", and what was counted in {count_things(len(protocol.buffer), 'area')} around them as in {len(protocol.buffer_control)} "
        "around the control areas"
        if protocol.buffer
        else ""
    )
    before = sums.time_weights[0]
    return PageWords(
        warning=say_warning(protocol),
        what_it_is=(
            f"{say_start(protocol)} The change from before to after in {names} is set against the change in "
            f"{count_things(len(protocol.control), 'control area')}{rings} ({protocol.period}). Nobody drew lots: why these areas "
            "were chosen may also be why they changed."
        ),
        method=(
            f"The time before is {before:.2f} times as long as that after, and counts are brought to the length of the time after; "
            "control areas are brought to the number of those that they stand for."
        ),
        cannot_tell=(
            "Whether what was done is why: whatever else began in the treated areas then, and not in the others, is in the difference.",
            "What moved farther than the areas around, and what moved to another time or another kind of offence.",
        ),
    )


def _show(
    protocol: WeightedDisplacementProtocol,
    data: SeriesData,
    table: Floats,
    found: DisplacementDifference,
    effects: tuple[Effect, ...],
    parts: tuple[Effect, ...],
    ratios: tuple[Effect, ...],
) -> tuple[Section, ...]:
    differences = Effects(
        key="outcomes",
        title="More or fewer events than the control areas would have them",
        effects=(*effects, *parts),
        labels=(
            *(capitalise(effect.outcome) for effect in effects),
            *(capitalise(part.contrast.treated) + " alone" for part in parts),
        ),
        column="More or fewer",
        subtitle=f"Events in the time after, {say_basis(protocol)}",
        unit="events more or fewer",
        nothing=0.0,
        notes=("Left of the line there were fewer than was to be expected, right of it more.",),
    )
    shares = Effects(
        key="ratios",
        title="The same as a ratio, of the treated areas alone",
        effects=ratios,
        labels=tuple(capitalise(effect.outcome) for effect in ratios),
        column="Times what was to be expected",
        is_drawn=False,
    )
    rows = data.rows_of(protocol.treated_areas), data.rows_of(protocol.control)
    name = name_areas([data.names[row] for row in rows[0]])
    sections = [
        Section("Outcomes", (differences, shares)),
        Section("Both sides over time", (draw_both_sides(protocol, data, table, rows, name=name),)),
    ]
    if protocol.buffer:
        sections.append(
            Section(
                "Did it move round the corner?",
                (_tell_quotient(found, effects[0]),) if found.quotient is not None else (),
                found.reading,
                says_effect=True,
            )
        )
    return tuple(sections)


def _tell_quotient(found: DisplacementDifference, effect: Effect) -> Rows:
    """Eight counts make both numbers, so that the smallest of them decides whether they are told: seven of them stand in the flow."""
    sides = [side.events for side in (effect.treated, effect.other, *effect.beside) if side is not None]
    events = min((number for number in sides if number > 0), default=0.0)
    return Rows(
        key="quotient",
        caption="Displacement as the counts alone have it",
        columns=(Column("what", "What"), Column("value", "Value", is_number=True)),
        rows=(
            (
                "Weighted displacement quotient",
                Quantity(found.quotient if found.quotient is not None else np.nan, "times", events),
            ),
            (
                "Total net effect, events fewer",
                Quantity(found.net_effect if found.net_effect is not None else np.nan, "events", events),
            ),
        ),
        notes=("Neither has an interval: they describe the counts and prove nothing.",),
    )
