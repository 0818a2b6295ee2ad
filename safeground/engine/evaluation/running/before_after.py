"""Areas chosen for being high, before and after: validated, opened, and told beside what their choice alone would bring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from safeground.engine.documents import Column, Direction, capitalise, count_things, format_number
from safeground.engine.evaluation.checks import CheckResult, judge, judge_absence, not_applicable
from safeground.engine.evaluation.designs.common_checks import check_placebo_in_space, check_unseen, check_window
from safeground.engine.evaluation.designs.high_choices import FEWEST_OTHERS, MeanRegression, regression_to_mean
from safeground.engine.evaluation.effects import Effect, Role, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import PageWords, Quantity, Rows, Section
from safeground.engine.evaluation.protocols import BeforeAfterProtocol, days_of
from safeground.engine.evaluation.running.common import check_detectable, check_negative_controls
from safeground.engine.evaluation.running.series_pages import (
    Floats,
    draw_both_sides,
    find_area,
    flow_of_areas,
    name_areas,
    say_start,
    say_warning,
    show_outcomes,
)
from safeground.engine.evaluation.series_data import SeriesData, count_before
from safeground.engine.evaluation.series_validation import check_series, find_gaps, refuse
from safeground.engine.statistics import estimate_dispersion

_TRIES = 99


def check_before_after_protocol(protocol: BeforeAfterProtocol, data: SeriesData, *, is_planned: bool = False) -> None:
    """Raises EvaluationRefused with a sentence for everything that is wrong. Reads no outcome."""
    _hold(protocol, data, is_planned=is_planned)


def _hold(protocol: BeforeAfterProtocol, data: SeriesData, *, is_planned: bool = False) -> SeriesData:
    kept = check_series(protocol, data, is_planned=is_planned)
    others = len(kept.areas) - len(protocol.treated_areas)
    problems = [] if is_planned else list(find_gaps(kept, kept.areas, "a before and after"))
    if others < FEWEST_OTHERS:
        problems.append(
            f"{count_things(others, 'area')} not chosen: from fewer than {FEWEST_OTHERS} it cannot be seen how far high counts come "
            "back by themselves; give all the areas that could have been chosen."
        )
    refuse(problems)
    return kept


def evaluate_before_after(
    protocol: BeforeAfterProtocol, data: SeriesData, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more."""
    kept = _hold(protocol, data)
    tables, start = kept.open_outcomes(), count_before(protocol, kept)
    found = {
        outcome.name: _estimate(protocol, kept, tables[outcome.name], start, outcome.title)
        for outcome in protocol.outcomes
    }
    roles = {outcome.name: outcome.role for outcome in protocol.outcomes}
    effects = {name: replace(each.effect, name=name, role=Role.SECONDARY) for name, each in found.items()}
    main, table = found[protocol.primary.name], tables[protocol.primary.name]
    controls = [replace(effect, checks=()) for name, effect in effects.items() if roles[name] == "negative_control"]
    second = read_effects_together(
        [replace(effect, checks=()) for name, effect in effects.items() if roles[name] == "secondary"]
    )
    effect = effects[protocol.primary.name]
    primary = replace(effect, role=Role.PRIMARY).with_checks(
        seal,
        _check_early_start(protocol, kept, table, start),
        _check_influence(protocol, kept, table, start, effect),
        check_placebo_in_space(effect, _try_elsewhere(protocol, kept, table, start)),
        check_window(effect, _try_windows(protocol, kept, table, start)),
        check_unseen(effect),
        check_detectable(effect),
        check_negative_controls(controls),
    )
    chosen = kept.rows_of(protocol.treated_areas)
    others = np.setdiff1d(np.arange(len(kept.areas)), chosen).tolist()
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=primary,
        others=(*second, *controls),
        words=_say(protocol, kept),
        sections=_show(protocol, kept, table, main, (primary, *second, *controls), (chosen, others)),
        flow=flow_of_areas(
            protocol,
            kept,
            {"Chosen areas": chosen, "Areas not chosen": others},
            table,
        ),
        notes=(),
        sources=data.sources,
        area=find_area(protocol, kept),
    )


def _try_elsewhere(protocol: BeforeAfterProtocol, data: SeriesData, table: Floats, start: int) -> tuple[Effect, ...]:
    """Areas not chosen, drawn and taken for chosen, as many as were; the chosen left out."""
    chosen = data.rows_of(protocol.treated_areas)
    others = np.setdiff1d(np.arange(len(data.areas)), chosen)
    number = min(len(chosen), others.size - FEWEST_OTHERS)
    rng = np.random.default_rng(protocol.seed)
    found = []
    for _ in range(_TRIES if number > 0 else 0):
        drawn = np.isin(others, rng.permutation(others)[:number])
        counts = table[others]
        try:
            found.append(
                regression_to_mean(
                    counts[:, :start].sum(axis=1), counts[:, start:].sum(axis=1), drawn,
                    lengths=(_days(data, slice(None, start)), _days(data, slice(start, None))), dispersion=_dispersion(counts, start),
                    confidence=protocol.confidence,
                ).effect
            )  # fmt: skip
        except EvaluationRefused:
            continue
    return tuple(found)


def _try_windows(protocol: BeforeAfterProtocol, data: SeriesData, table: Floats, start: int) -> dict[str, Effect]:
    """The earlier half of the time after. Another time before would be another choice of areas."""
    half, word = start + (len(data.periods) - start + 1) // 2, protocol.period_word
    try:
        found = _estimate(protocol, data, table, start, "events", stop=half).effect
    except EvaluationRefused:
        return {}
    return {f"{count_things(half - start, word)} after": found}


def _days(data: SeriesData, when: slice) -> float:
    return float(sum(days_of(label) for label in data.periods[when]))


def _dispersion(counts: Floats, start: int) -> float:
    """Of single areas and periods before the start, a level for each of either allowed for; 1 where there are too few to tell."""
    value = float(estimate_dispersion(counts[:, :start]).value) if start > 1 else np.nan
    return max(1.0, value) if np.isfinite(value) else 1.0


def _estimate(
    protocol: BeforeAfterProtocol,
    data: SeriesData,
    table: Floats,
    start: int,
    title: str,
    *,
    stop: int | None = None,
    without: int | None = None,
) -> MeanRegression:
    """stop: number of the period behind the last. without: number of an area left out."""
    kept = np.array([row for row in range(len(data.areas)) if row != without])
    chosen = np.isin(kept, data.rows_of(protocol.treated_areas))
    counts = table[kept]
    residents = None if data.residents is None or not (data.residents > 0).all() else data.residents[kept]
    return regression_to_mean(
        counts[:, :start].sum(axis=1), counts[:, start:stop].sum(axis=1), chosen, exposures=residents,
        lengths=(_days(data, slice(None, start)), _days(data, slice(start, stop))), dispersion=_dispersion(counts, start),
        outcome=title, confidence=protocol.confidence,
    )  # fmt: skip


def _check_early_start(protocol: BeforeAfterProtocol, data: SeriesData, table: Floats, start: int) -> CheckResult:
    question = "Is there an effect before there was any, as if it had begun half-way through the time before?"
    half = start // 2
    try:
        early = _estimate(protocol, data, table, half, "events", stop=start).effect
    except EvaluationRefused as refusal:
        return not_applicable("placebo_in_time", question, str(refusal))
    if early.p <= 0.05:
        low, high = (format_number(bound, decimals=2) for bound in (early.lower, early.upper))
        return judge(False, "placebo_in_time", question, f"There seems to be: the ratio lies between {low} and {high}.")
    return judge_absence("placebo_in_time", question, early.lower, early.upper, seen="No sign of it")


def _check_influence(
    protocol: BeforeAfterProtocol, data: SeriesData, table: Floats, start: int, effect: Effect
) -> CheckResult:
    question = "Does the answer hang on one of the chosen areas?"
    chosen = data.rows_of(protocol.treated_areas)
    if len(chosen) < 2:
        return not_applicable("influence", question, "There is one chosen area alone.")
    try:
        ratios = [_estimate(protocol, data, table, start, "events", without=row).effect.estimate for row in chosen]
    except EvaluationRefused:
        return judge(False, "influence", question, "Without one of them nothing is left to tell a ratio from.")
    low, high = (format_number(bound, decimals=2) for bound in (min(ratios), max(ratios)))
    is_open = effect.direction is Direction.CANNOT_TELL  # which side the estimate lies on was not told
    is_good = all(
        effect.lower <= ratio <= effect.upper and (is_open or (ratio < 1) == (effect.estimate < 1)) for ratio in ratios
    )
    return judge(is_good, "influence", question, f"Leaving out each in turn the ratio lies between {low} and {high}.")


def _say(protocol: BeforeAfterProtocol, data: SeriesData) -> PageWords:
    names = name_areas([data.names[row] for row in data.rows_of(protocol.treated_areas)], otherwise="the chosen areas")
    return PageWords(
        warning=say_warning(protocol),
        what_it_is=(
            f"{say_start(protocol)} What was counted in {names} after the start is set against what their choice for high counts, "
            f"and what moved all {len(data.areas)} areas, make likely with nothing done ({protocol.period}). It is the weakest "
            "comparison that is told here."
        ),
        method="How far high counts come back is worked out from what the areas not chosen kept of theirs.",
        cannot_tell=(
            "Whether what was done is why: whatever else began in the chosen areas then is in the ratio.",
            "How far counts would have come back, if areas were chosen by something other than their counts before.",
        ),
    )


def _show(
    protocol: BeforeAfterProtocol,
    data: SeriesData,
    table: Floats,
    found: MeanRegression,
    effects: tuple[Effect, ...],
    rows: tuple[list[int], list[int]],
) -> tuple[Section, ...]:
    unit = "times what choice and the other areas make likely"
    name = name_areas([data.names[row] for row in rows[0]], otherwise="the chosen areas")
    return (
        show_outcomes(protocol, effects, column="Times what was likely", unit=unit),
        Section(
            "What was seen, and what was to be expected with nothing done",
            (
                _tell_change(protocol, data, found, table[rows[0]]),
                draw_both_sides(protocol, data, table, rows, name=name),
            ),
            "Areas are picked when they are high, and part of being high is chance, which does not come twice. So their counts come "
            "back without anybody doing anything; the change that was seen means nothing without that beside it.",
        ),
    )


def _tell_change(protocol: BeforeAfterProtocol, data: SeriesData, found: MeanRegression, counts: Floats) -> Rows:
    start = count_before(protocol, data)
    events = float(min(counts[:, :start].sum(), counts[:, start:].sum()))
    lines = (
        ("Seen: after over before", found.seen),
        ("To be expected with nothing done", found.expected),
        ("of which because they were chosen for being high", found.by_choice),
        ("of which because all areas moved", found.by_others),
    )
    return Rows(
        key="change",
        caption=f"{capitalise(protocol.primary.title)} in the chosen areas, after over before",
        columns=(Column("what", "What"), Column("ratio", "Times before", is_number=True)),
        rows=tuple((what, Quantity(ratio, "times", events)) for what, ratio in lines),
        notes=("For periods of one length. The two parts multiply to what was to be expected.",),
    )
