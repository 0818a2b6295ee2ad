"""A synthetic control from its protocol and its areas: validated, opened, estimated, and what its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from safeground.engine.documents import Column, capitalise, count_things, format_number
from safeground.engine.evaluation.checks import CheckResult
from safeground.engine.evaluation.designs.common_checks import check_window
from safeground.engine.evaluation.designs.predictor_mix import PredictorMix
from safeground.engine.evaluation.designs.synthetic_controls import SyntheticControl, synthetic_control
from safeground.engine.evaluation.effects import Effect, InEvents, Role, Side, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Dots, Effects, Lines, Mark, PageWords, Quantity, Rows, Section
from safeground.engine.evaluation.protocols import SyntheticControlProtocol, say_period
from safeground.engine.evaluation.running.common import check_detectable, check_negative_controls
from safeground.engine.evaluation.running.predictors import check_predictors, match_further, tell_further
from safeground.engine.evaluation.running.rings import check_ring, find_touching
from safeground.engine.evaluation.running.series_pages import (
    Floats,
    draw_line,
    find_area,
    flow_of_areas,
    say_start,
    say_warning,
)
from safeground.engine.evaluation.series_data import SeriesData, count_before
from safeground.engine.evaluation.series_validation import check_series, find_gaps, refuse
from safeground.engine.evaluation.wording import say_p

_FEWEST_OTHERS = 2
_SHOWN = 0.001
"""A weight below it is nothing but rounding."""


def check_synthetic_control_protocol(
    protocol: SyntheticControlProtocol, data: SeriesData, *, is_planned: bool = False
) -> None:
    """Raises EvaluationRefused with a sentence for everything that is wrong. Reads no outcome."""
    _hold(protocol, data, is_planned=is_planned)


def _hold(protocol: SyntheticControlProtocol, data: SeriesData, *, is_planned: bool = False) -> SeriesData:
    kept = check_series(protocol, data, is_planned=is_planned)
    others = len(kept.areas) - 1 - len(_find_ring(protocol, kept))
    problems = [] if is_planned else list(find_gaps(kept, kept.areas, "a synthetic control"))
    if others < _FEWEST_OTHERS:
        problems.append("A mix needs at least two other areas; with one take difference_in_differences.")
    if protocol.per is not None and (kept.residents is None or not (kept.residents > 0).all()):
        problems.append(
            "Residents of the areas are not known, and areas of different size need one unit; land a population, and build."
        )
    refuse(problems)
    return kept


def _find_ring(protocol: SyntheticControlProtocol, data: SeriesData) -> tuple[str, ...]:
    """Areas that are in no mix: those named, and those that touch the treated one, where the protocol asks for them."""
    if not protocol.touching:
        return protocol.ring
    return (*protocol.ring, *find_touching(data, protocol.treated_areas, apart_from=frozenset(protocol.ring)))


@dataclass(frozen=True, eq=False)
class _Found:
    """Of one outcome: the answer, the values it is of, shape (areas, periods), the treated first, and its events, None where values are
    none."""

    answer: SyntheticControl
    values: Floats
    counts: Floats | None

    def sides(self, before: int) -> tuple[Side | None, tuple[Side, ...]]:
        """The area's events after the start, and those before, by which its mix was chosen."""
        if self.counts is None:
            return None, ()
        early, late = self.counts[0, :before], self.counts[0, before:]
        return Side(late.size, float(late.sum())), (Side(early.size, float(early.sum())),)

    def fewest(self, before: int) -> Floats:
        """Of each area the events before or after, whichever are fewer without being none, shape (areas,); NaN of amounts."""
        if self.counts is None:
            return np.full(len(self.values), np.nan)
        sums = np.column_stack([self.counts[:, :before].sum(axis=1), self.counts[:, before:].sum(axis=1)])
        return np.asarray(np.where((sums > 0).all(axis=1), sums.min(axis=1), sums.max(axis=1)))


def evaluate_synthetic_control(
    protocol: SyntheticControlProtocol, data: SeriesData, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more."""
    held = _hold(protocol, data)
    own, ringed = protocol.treated_areas, _find_ring(protocol, held)
    kept = held.select((*own, *(area for area in held.areas if area not in (*own, *ringed))))
    tables, before = kept.open_outcomes(), count_before(protocol, kept)
    found = {
        outcome.name: _estimate(protocol, kept, tables[outcome.name], before, outcome.title)
        for outcome in protocol.outcomes
    }
    effects = {name: _name(protocol, kept, each, name) for name, each in found.items()}
    roles = {outcome.name: outcome.role for outcome in protocol.outcomes}
    main = found[protocol.primary.name]
    controls = [effect for name, effect in effects.items() if roles[name] == "negative_control"]
    around = _estimate_ring(protocol, held.select(ringed), main, before) if ringed else None
    ring = () if around is None else (_name_ring(around, before),)
    second = read_effects_together([*(effect for name, effect in effects.items() if roles[name] == "secondary"), *ring])
    levels = {name: float(each.answer.mix[before:].mean()) for name, each in found.items()}
    effect, further = effects[protocol.primary.name], match_further(protocol, kept, main.values)
    primary = replace(effect, role=Role.PRIMARY).with_checks(
        seal,
        check_window(effect, _try_windows(protocol, kept, main, before)),
        check_negative_controls(controls, levels),
        check_detectable(effect, levels[protocol.primary.name]),
        check_ring(
            ring[0] if ring else None, float(around.answer.mix[before:].mean()) if around is not None else np.nan
        ),
        *(() if further is None else (check_predictors(protocol, kept, main.answer, further),)),
    )
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=primary,
        others=(*second, *controls),
        words=_say(protocol, kept, main.answer),
        sections=_show(protocol, kept, main, (primary, *second, *controls), before, further),
        flow=flow_of_areas(
            protocol, kept, {kept.names[0]: [0], "Other areas": list(range(1, len(kept.areas)))}, tables[protocol.primary.name],
            around=held.select(ringed).names,
        ),
        notes=(),
        sources=data.sources,
        area=find_area(protocol, kept),
    )  # fmt: skip


def _estimate(protocol: SyntheticControlProtocol, data: SeriesData, table: Floats, before: int, title: str) -> _Found:
    are_counts = protocol.files is None or protocol.files.are_counts
    values = table
    if protocol.per is not None and data.residents is not None:
        values = table / data.residents[:, np.newaxis] * protocol.per
        title = f"{title} per {protocol.per:,} residents a {protocol.period_word}"
    elif are_counts:
        title = f"{title} a {protocol.period_word}"  # the gap is an average, and no sum of all periods
    answer = synthetic_control(
        values[0], values[1:], pre_periods=before, names=data.names[1:], area=data.names[0], outcome=title,
        was_chosen_for_being_extreme=protocol.chosen_for_being_extreme, confidence=protocol.confidence,
    )  # fmt: skip
    return _Found(answer, values, table if are_counts else None)


def _estimate_ring(protocol: SyntheticControlProtocol, ring: SeriesData, main: _Found, before: int) -> _Found:
    """The areas around as one, beside a mix of the same others: their rate together, or their average where values are of a file."""
    table = ring.open_outcomes()[protocol.primary.name]
    values = table.mean(axis=0)
    if protocol.per is not None and ring.residents is not None:
        values = table.sum(axis=0) / ring.residents.sum() * protocol.per
    answer = synthetic_control(
        values, main.values[1:], pre_periods=before, area=f"the areas around {main.answer.effect.contrast.treated}",
        outcome=main.answer.effect.outcome, confidence=protocol.confidence,
    )  # fmt: skip
    counts = None if main.counts is None else np.vstack([table.sum(axis=0), main.counts[1:]])
    return _Found(answer, np.vstack([values, main.values[1:]]), counts)


def _name_ring(found: _Found, before: int) -> Effect:
    effect, (after, early) = found.answer.effect, found.sides(before)
    contrast = replace(effect.contrast, is_of_amounts=found.counts is None)
    return replace(effect, name="ring", role=Role.SECONDARY, treated=after, beside=early, contrast=contrast, checks=())


def _name(protocol: SyntheticControlProtocol, data: SeriesData, found: _Found, name: str) -> Effect:
    effect, before = found.answer.effect, count_before(protocol, data)
    after, early = found.sides(before)
    contrast = replace(effect.contrast, is_of_amounts=found.counts is None)
    return replace(
        effect, name=name, role=Role.SECONDARY, treated=after, beside=early, contrast=contrast,
        in_events=None if found.counts is None else _in_events(protocol, data, found.answer.mix[before:]),
    )  # fmt: skip


def _in_events(protocol: SyntheticControlProtocol, data: SeriesData, mix: Floats) -> InEvents:
    """mix: shape (periods after,), in the unit that areas were compared in."""
    of_one = 1.0
    if protocol.per is not None and data.residents is not None:
        of_one = float(data.residents[0]) / protocol.per
    return InEvents(of_one=of_one * mix.size, expected=of_one * float(mix.sum()))


def _try_windows(protocol: SyntheticControlProtocol, data: SeriesData, found: _Found, before: int) -> dict[str, Effect]:
    """The later half of the time before, and the earlier half of the time after."""
    after, word, values = len(data.periods) - before, protocol.period_word, found.values
    windows = {
        f"{count_things(before - before // 2, word)} before": (values[:, before // 2 :], before - before // 2),
        f"{count_things(after - after // 2, word)} after": (values[:, : before + after - after // 2], before),
    }
    tried = {}
    for name, (window, pre_periods) in windows.items():
        try:
            tried[name] = synthetic_control(window[0], window[1:], pre_periods=pre_periods).effect
        except EvaluationRefused:
            continue
    return tried


def _say(protocol: SyntheticControlProtocol, data: SeriesData, found: SyntheticControl) -> PageWords:
    name, word = data.names[0], protocol.period_word
    return PageWords(
        warning=say_warning(protocol),
        what_it_is=(
            f"{say_start(protocol)} {name} is set against a mix of {count_things(len(found.names), 'other area')} that went its way "
            f"before ({protocol.period}). Weights are not negative, sum to 1, and are chosen from the {word}s before the start "
            "alone. Chance is what the same method finds in the other areas, where nothing was done."
        ),
        method=(
            f"By the test of Abadie and others (root mean squared gap after over before) {say_p(found.ratio_p)}. The p of the page, and "
            "its interval, are of the average gap over how far a mix usually missed before; the treated area is one of its own "
            "reference set."
        ),
        cannot_tell=(
            f"Whether what was done is why: anything else that began in {name} then, and not in the areas of the mix, is in the gap.",
            "What would have been: the mix is a stand-in, as good as its fit before and no better.",
            f"How the effect went from {word} to {word}: the interval is of the average.",
        ),
    )


def _show(
    protocol: SyntheticControlProtocol,
    data: SeriesData,
    found: _Found,
    effects: Sequence[Effect],
    before: int,
    further: PredictorMix | None,
) -> tuple[Section, ...]:
    second = () if further is None else (tell_further(protocol, data, further),)
    outcomes = Effects(
        key="outcomes",
        title=f"{capitalise(_say_sides(found))} than in the mix, on average",
        effects=tuple(effects),
        labels=tuple(
            capitalise(effect.contrast.treated if effect.name == "ring" else effect.outcome) for effect in effects
        ),
        column=capitalise(_say_sides(found)),
        nothing=0.0,
        is_drawn=False,
    )
    return (
        Section("Outcomes", (outcomes,)),
        Section(
            f"{data.names[0]} and its mix", (_draw_levels(protocol, data, found), _draw_gaps(protocol, data, found))
        ),
        Section("The same where nothing was done", (_draw_placebos(protocol, data, found, before),)),
        Section("What the mix is made of", (_tell_weights(found, before), *second)),
    )


def _draw_levels(protocol: SyntheticControlProtocol, data: SeriesData, found: _Found) -> Lines:
    effect, name = found.answer.effect, data.names[0]
    counts = None if found.counts is None else found.counts[0]
    return Lines(
        key="levels",
        title=f"{name} and the mix of other areas",
        subtitle=f"{capitalise(effect.outcome)}, {protocol.period}",
        alternative=f"Two lines by {protocol.period_word}: {name} and its mix; see the table.",
        unit=effect.outcome,
        lines=(
            draw_line(
                name,
                data.periods,
                found.values[0],
                unit=effect.outcome,
                counts=counts,
                are_amounts=counts is None,
                marked=protocol.starts,
                is_main=True,
                of=None if counts is None else (protocol.primary.name, (data.areas[0],)),
            ),
            draw_line(
                "Mix", data.periods, found.answer.mix, unit=effect.outcome, counts=counts, are_amounts=counts is None
            ),
        ),
        notes=(f"The diamond is {say_period(protocol.starts)}, the first {protocol.period_word} under treatment.",),
    )


def _draw_gaps(protocol: SyntheticControlProtocol, data: SeriesData, found: _Found) -> Lines:
    effect, name = found.answer.effect, data.names[0]
    counts = None if found.counts is None else found.counts[0]
    return Lines(
        key="gaps",
        title=f"The gap between {name} and its mix",
        subtitle=f"{capitalise(effect.outcome)}, {name} less its mix, {protocol.period}",
        alternative=f"A line by {protocol.period_word}, above nought where {name} had more than its mix; see the table.",
        unit=f"{effect.outcome}, {_say_sides(found)}",
        lines=(
            draw_line(
                "Gap",
                data.periods,
                found.answer.gaps,
                unit=effect.outcome,
                counts=counts,
                are_amounts=counts is None,
                marked=protocol.starts,
                is_main=True,
            ),
        ),
    )


def _draw_placebos(protocol: SyntheticControlProtocol, data: SeriesData, found: _Found, before: int) -> Dots:
    times = found.answer.statistics
    events = found.fewest(before)
    order = np.argsort(-np.abs(times))
    marks = tuple(
        Mark(
            data.names[row],
            Quantity(
                float(times[row]), "times its usual miss",
                None if found.counts is None else float(events[row]), is_amount=found.counts is None,
            ),
            row == 0,
        )
        for row in order.tolist()
    )  # fmt: skip
    place = int(np.flatnonzero(order == 0)[0]) + 1
    ordinal = "farthest" if place == 1 else f"{_say_place(place)} farthest"
    return Dots(
        key="placebos",
        title=f"Of {len(order)} areas the gap of {data.names[0]} is the {ordinal} from nought",
        subtitle=f"Average gap after the start over how far a mix usually missed before, each area as if treated, {protocol.period}",
        alternative=f"A dot for each of {len(order)} areas, the farthest from nought first; see the table.",
        unit="times the area's own usual miss before",
        marks=marks,
        heads=("Area", "Average gap, in usual misses"),
        nothing=("no gap", 0.0),
        notes=(f"The diamond is {data.names[0]}. In the other areas nothing was done, so that their dots are chance.",),
    )


def _tell_weights(found: _Found, before: int) -> Rows:
    answer = found.answer
    without = dict(answer.without)
    order = [row for row in np.argsort(-answer.weights).tolist() if answer.weights[row] >= _SHOWN]
    events = None if found.counts is None else float(found.fewest(before)[0])

    def gap_without(name: str) -> str | Quantity:
        return (
            Quantity(without[name], answer.effect.outcome, events, is_amount=events is None)
            if name in without
            else "cannot be left out"
        )

    return Rows(
        key="weights",
        caption="Areas of the mix",
        columns=(
            Column("area", "Area"),
            Column("weight", "Weight", is_number=True),
            Column("without", "Average gap without it", is_number=True),
        ),
        rows=tuple(
            (answer.names[row], format_number(float(answer.weights[row]), decimals=3), gap_without(answer.names[row]))
            for row in order
        ),
        notes=("Weights below 0.001 are left out of the table.",),
    )


def _say_place(place: int) -> str:
    return {2: "second", 3: "third"}.get(
        place, f"{place}th" if place % 10 not in (1, 2, 3) or place in (11, 12, 13) else f"{place}."
    )


def _say_sides(found: _Found) -> str:
    return "higher or lower" if found.counts is None else "more or fewer"
