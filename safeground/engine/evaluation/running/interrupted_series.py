"""An interrupted time series from its protocol and its areas: validated, opened, estimated, and what its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from safeground.engine.documents import count_things
from safeground.engine.evaluation.checks import CheckResult, failed, passed
from safeground.engine.evaluation.designs.common_checks import check_placebo_in_space, check_unseen
from safeground.engine.evaluation.designs.interrupted_series import (
    FEWEST_POST_PERIODS,
    FEWEST_PRE_PERIODS,
    FEWEST_SEASONS,
    PERSISTENT,
    InterruptedSeries,
    estimate_alone,
    interrupted_time_series,
)
from safeground.engine.evaluation.effects import Effect, Role, read_effects_together
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Effects, Lines, PageWords, Section
from safeground.engine.evaluation.protocols import InterruptedSeriesProtocol, days_of, say_period
from safeground.engine.evaluation.running.common import check_detectable
from safeground.engine.evaluation.running.series_pages import (
    Floats,
    draw_line,
    find_area,
    flow_of_areas,
    name_areas,
    say_basis,
    say_start,
    say_warning,
)
from safeground.engine.evaluation.series_data import SeriesData, count_before
from safeground.engine.evaluation.series_validation import check_series, refuse

_COLUMN = "Times what was to be expected"
_UNIT = "times what trend and season of before would have brought"


def check_interrupted_series_protocol(
    protocol: InterruptedSeriesProtocol, data: SeriesData, *, is_planned: bool = False
) -> None:
    """Raises EvaluationRefused with a sentence for everything that is wrong. Reads no outcome."""
    _hold(protocol, data, is_planned=is_planned)


def _hold(protocol: InterruptedSeriesProtocol, data: SeriesData, *, is_planned: bool = False) -> SeriesData:
    kept = check_series(protocol, data, is_planned=is_planned, needs_others=False)
    landed = np.ones(len(kept.periods), dtype=bool)
    if not is_planned:
        landed &= kept.has_landed[kept.rows_of(protocol.treated_areas)].all(axis=0)
    before, word = count_before(protocol, kept), protocol.period_word
    season = _season(protocol)
    least = FEWEST_PRE_PERIODS if season is None else FEWEST_SEASONS * season
    problems = []
    if (held := int(landed[:before].sum())) < least:
        problems.append(
            f"There {'is' if held == 1 else 'are'} {count_things(held, word)} with data before the start, and {least} are the least "
            "from which trend and season can be told; begin earlier."
        )
    if (held := int(landed[before + protocol.lag :].sum())) < FEWEST_POST_PERIODS:
        problems.append(
            f"Only {count_things(held, word)} with data lie after the start; wait for {FEWEST_POST_PERIODS}."
        )
    refuse(problems)
    return kept


def evaluate_interrupted_series(
    protocol: InterruptedSeriesProtocol, data: SeriesData, *, sha256: str, seal: CheckResult
) -> Evaluation:
    """Validate, then open the outcomes, then estimate what the protocol asks and no more."""
    kept = _hold(protocol, data)
    tables, start = kept.open_outcomes(), count_before(protocol, kept)
    rows = kept.rows_of(protocol.treated_areas)
    series = {name: table[rows].sum(axis=0) for name, table in tables.items()}
    roles = {outcome.name: outcome.role for outcome in protocol.outcomes}
    control = next((series[name] for name, role in roles.items() if role == "negative_control"), None)
    main = _estimate(protocol, kept, series[protocol.primary.name], start, protocol.primary.title, control)
    effect = replace(main.effect, name=protocol.primary.name)
    primary = effect.with_checks(
        seal,
        check_placebo_in_space(effect, _try_others(protocol, kept, tables[protocol.primary.name], rows, start)),
        check_unseen(effect),
        check_detectable(effect),
        _check_persistence(protocol, main),
    )
    others = [
        replace(
            _estimate(protocol, kept, series[outcome.name], start, outcome.title, None).effect,
            name=outcome.name,
            role=Role.SECONDARY,
            checks=(),
        )
        for outcome in protocol.outcomes
        if outcome.role != "primary"
    ]
    second = read_effects_together([effect for effect in others if roles[effect.name] == "secondary"])
    controls = tuple(effect for effect in others if roles[effect.name] == "negative_control")
    shape = (main.level, main.slope)
    return Evaluation(
        protocol=protocol,
        sha256=sha256,
        primary=primary,
        others=(*second, *controls, *shape),
        words=_say(protocol, kept, main),
        sections=_show(protocol, kept, series[protocol.primary.name], main, (primary, *second, *controls), shape),
        flow=flow_of_areas(
            protocol,
            kept,
            {"Areas looked at": rows},
            tables[protocol.primary.name],
        ),
        notes=(),
        sources=data.sources,
        area=find_area(protocol, kept),
    )


def _check_persistence(protocol: InterruptedSeriesProtocol, found: InterruptedSeries) -> CheckResult:
    """In made-up series whose months hang on the one before by 0.8, p below 0.05 came up in 16 of 100 where nothing was done."""
    word = protocol.period_word
    question = f"Does one {word} say little of the next?"
    sentence = f"A {word} hangs on the one before by {found.persistence:.2f}, of 1."
    if found.persistence > PERSISTENT:
        sentence += (
            f" So few {word}s cannot tell a step from a wave that lasts: the p-value and the interval can be too sure, and left out what "
            "was true in 7 to 21 of 100 made-up series of such waves."
        )
        return failed("persistence", question, sentence)
    return passed("persistence", question, sentence)


def _season(protocol: InterruptedSeriesProtocol) -> int | None:
    return 12 if protocol.period_word == "month" else None


def _exposures(data: SeriesData) -> Floats:
    """Days of each period: a February is no fall."""
    return np.array([days_of(label) for label in data.periods], dtype=np.float64)


def _estimate(
    protocol: InterruptedSeriesProtocol,
    data: SeriesData,
    counts: Floats,
    start: int,
    title: str,
    control: Floats | None,
) -> InterruptedSeries:
    return interrupted_time_series(
        counts, start=start, exposures=_exposures(data), season=_season(protocol), lag=protocol.lag, control=control, outcome=title,
        was_chosen_for_being_extreme=protocol.chosen_for_being_extreme, confidence=protocol.confidence,
    )  # fmt: skip


def _try_others(
    protocol: InterruptedSeriesProtocol, data: SeriesData, table: Floats, rows: Sequence[int], start: int
) -> tuple[Effect, ...]:
    """The same in every area where nothing was done."""
    found = []
    for row in np.setdiff1d(np.arange(len(table)), rows).tolist():
        try:
            found.append(
                estimate_alone(
                    table[row], start=start, exposures=_exposures(data), season=_season(protocol), lag=protocol.lag
                )
            )
        except EvaluationRefused:
            continue
    return tuple(found)


def _say(protocol: InterruptedSeriesProtocol, data: SeriesData, found: InterruptedSeries) -> PageWords:
    names = name_areas([data.names[row] for row in data.rows_of(protocol.treated_areas)])
    lag = (
        f" The first {count_things(protocol.lag, protocol.period_word)} are left out, as was settled beforehand."
        if protocol.lag
        else ""
    )
    return PageWords(
        warning=say_warning(protocol),
        what_it_is=(
            f"{say_start(protocol)} What was counted in {names} is set against where it would have gone, had its own trend and "
            f"season of before gone on ({protocol.period}).{lag} There is no comparison but the past."
        ),
        method=(
            f"Counts vary {found.dispersion:.1f} times as much as chance alone would make them, and a {protocol.period_word} hangs "
            f"on the one before by {found.persistence:.2f}; both are in the interval."
        ),
        cannot_tell=(
            "Whether what was done is why: whatever else began then is in the ratio, a change in recording among it.",
            "Whether the trend of before would have gone on: nothing can show it, and the farther from the start the less.",
        ),
    )


def _show(
    protocol: InterruptedSeriesProtocol,
    data: SeriesData,
    counts: Floats,
    found: InterruptedSeries,
    effects: Sequence[Effect],
    shape: Sequence[Effect],
) -> tuple[Section, ...]:
    exhibit = Effects(
        key="outcomes",
        title="All after the start together, the step at the start, and the change of trend",
        effects=(*effects, *shape),
        labels=(
            *(effect.outcome[:1].upper() + effect.outcome[1:] for effect in effects),
            "The step at the start",
            "Each further year, times the one before",
        ),
        column=_COLUMN,
        subtitle=f"{_UNIT[:1].upper()}{_UNIT[1:]}, {say_basis(protocol)}",
        unit=_UNIT,
        notes=("Left of the line there were fewer than was to be expected, right of it more.",),
    )
    return (
        Section("Outcomes", (exhibit,)),
        Section("What came, and what was to be expected", (_draw_series(protocol, data, counts, found),)),
    )


def _draw_series(
    protocol: InterruptedSeriesProtocol, data: SeriesData, counts: Floats, found: InterruptedSeries
) -> Lines:
    word = protocol.period_word
    return Lines(
        key="series",
        title="What was counted, and where trend and season of before would have led",
        subtitle=f"{protocol.primary.title[:1].upper()}{protocol.primary.title[1:]} a {word}, {protocol.period}",
        alternative=f"Two lines by {word}: what was counted, and what was to be expected; see the table.",
        unit=f"{protocol.primary.title} a {word}",
        lines=(
            draw_line(
                "Counted",
                data.periods,
                counts,
                unit="events",
                marked=protocol.starts,
                is_main=True,
                of=(protocol.primary.name, tuple(data.areas[row] for row in data.rows_of(protocol.treated_areas))),
            ),
            draw_line(
                "Expected",
                data.periods,
                found.counterfactual,
                unit="events",
                counts=np.where(np.isnan(counts), found.counterfactual, counts),
            ),
        ),
        notes=(
            f"The diamond is {say_period(protocol.starts)}, the first {word} under treatment. Where there are no data there is a gap.",
        ),
    )
