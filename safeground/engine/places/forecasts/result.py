"""What a back-test tells: a table, a sentence of recommendation, and the same as data that a chapter can quote."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from safeground.engine.places.forecasts.backtest import BacktestScores
from safeground.engine.places.forecasts.history import CellHistory
from safeground.engine.places.forecasts.next_cells import NextCells
from safeground.engine.places.forecasts.plan import BacktestPlan, Outcome, fingerprint
from safeground.engine.places.forecasts.scoring import OURS, LevelScores
from safeground.engine.workspace import Workspace, write_atomically

SCHEMA = 2
_FEW = 8
_CAUTION = "So few windows do not tell how much windows differ: read the intervals as being for windows like these."
_OURS_TITLE = "Our count model"
_LEFT_OUT = "what police record on their own initiative"


@dataclass(frozen=True, eq=False)
class BacktestReport:
    """A back-test of one outcome in one force. deliveries: ids of what it was made from. override: why an outcome that police record
    on their own initiative was scored all the same; None where it is not one. path: where it is kept, once it is. next_cells: where
    the recommended method says most is to come, if that was asked; not kept, since it is a list of places. residents: lines on who lives
    in them."""

    partner: str
    plan: BacktestPlan
    outcome: Outcome
    scores: BacktestScores
    deliveries: tuple[str, ...]
    cells: int
    outside: int
    without_point: int
    left_out: int
    code_version: str
    override: str | None = None
    path: Path | None = None
    next_cells: NextCells | None = None
    residents: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The outcome, the newest month, and a hash of all it depends on: the same inputs give the same id."""
        inputs = [self.partner, fingerprint(self.plan), self.outcome.name, *self.deliveries, self.code_version]
        inputs.append(self.override or "")
        digest = hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:12]
        newest = self.scores.windows[-1].window.title.split()[-1]
        return f"{self.outcome.name}-{newest}-{digest}"

    @property
    def titles(self) -> dict[str, str]:
        return {OURS: _OURS_TITLE, **{line.name: line.title for line in self.plan.baselines}}

    @property
    def headline(self) -> dict[str, LevelScores]:
        """The scores at the headline level by method."""
        return {row.method: row for row in self.scores.scores if row.cells == self.plan.headline.cells}

    @property
    def recommendation(self) -> str:
        """One sentence: which method to use, and why. Of an outcome that needs an override it recommends nothing."""
        best = self.titles[self.scores.best_baseline]
        margin = next(each for each in self.scores.margins if each.against == self.scores.best_baseline)
        where, windows = f"the {self.plan.headline.cells} cells put first", _count(len(self.scores.windows))
        apart = f"{margin.value:+.3f}, interval {margin.lower:+.3f} to {margin.upper:+.3f}, over {windows}"
        if self.override is not None:
            return (
                f"A side result that recommends nothing, since it counts {_LEFT_OUT} ({self.override}): in {where} the PEI of our count "
                f"model less that of the best simple method, '{best}', is {apart}."
            )
        if self.scores.ours_is_better:
            return (
                f"Use our count model: of what as many cells could have caught (PEI), {where} caught more than those of every simple "
                f"method; the difference from the best of them, '{best}', is {apart}."
            )
        return (
            f"Use the simple method '{best}': of what as many cells could have caught (PEI), {where} by our count model did not catch "
            f"more than those of every simple method beyond doubt; the difference from this one is {apart}."
        )

    def lines(self) -> tuple[str, ...]:
        windows = _count(len(self.scores.windows))
        first = f"{self.plan.title}: {self.outcome.title}, {self.partner}, {windows}, {self.cells:,} cells of "
        lines = [f"{first}{self.plan.cells.metres:g} m."]
        if self.override is not None:
            lines.append(f"Counts {_LEFT_OUT}. Reason given: {self.override}")
        for part in (self._window_lines(), self._score_lines(), self._margin_lines(), self._calibration_lines()):
            lines += ["", *part]
        lines += ["", self._interval_line(), self._not_counted()]
        if len(self.scores.windows) < _FEW:
            lines.append(_CAUTION)
        if self.path is not None:
            lines.append(f"Kept as {self.path}")
        if self.next_cells is not None:
            lines += [self.next_cells.line(), *self.residents]
        return (*lines, self.recommendation)

    def _not_counted(self) -> str:
        return (
            f"{self.outside:,} events lie outside the area and {self.without_point:,} have no point; neither is in any count. "
            f"{self.left_out:,} are {_LEFT_OUT}: they are neither learnt from nor forecast."
        )

    def _window_lines(self) -> list[str]:
        names = list(self.titles)
        header = f"{'PEI by window':<22} {'before':>6} {'events':>6} {'most':>5}  " + "  ".join(
            _short(name) for name in names
        )
        rows = [
            f"{each.window.title:<22} {each.months_before:>6} {each.events:>6.0f} {each.most_hits:>5.0f}  "
            + "  ".join(f"{each.hits[name] / each.most_hits:>{len(_short(name))}.3f}" for name in names)
            for each in self.scores.windows
        ]
        return [header, *rows]

    def _score_lines(self) -> list[str]:
        header = f"{'All windows':<26} {'level':<16} {'hit rate':<22} {'PAI':<22} {'PEI':<22} {'RRI':<22}"
        return [header, *(self._score_line(row) for row in self.scores.scores)]

    def _score_line(self, row: LevelScores) -> str:
        told = [
            f"{score.value:.{digits}f} ({score.lower:.{digits}f} to {score.upper:.{digits}f})"
            for score, digits in zip(row.scores.values(), (3, 1, 3, 2), strict=True)
        ]
        return f"{self.titles[row.method]:<26} {row.level:<16} " + " ".join(f"{cell:<22}" for cell in told)

    def _margin_lines(self) -> list[str]:
        share, cells = f"{100 * self.plan.interval.confidence:g}%", self.plan.headline.cells
        header = f"PEI of our count model less that of each, {cells} cells, {share} interval "
        lines = [f"{header}(in brackets with space drawn once for all windows):"]
        for each in self.scores.margins:
            planned, cautious = (each.lower, each.upper), (each.cautious_lower, each.cautious_upper)
            ends = f"{planned[0]:+.3f} to {planned[1]:+.3f} ({cautious[0]:+.3f} to {cautious[1]:+.3f})"
            lines.append(f"  {self.titles[each.against]:<26} {each.value:+.3f}, {ends}")
        return lines

    def _calibration_lines(self) -> list[str]:
        found, came = self.scores.calibration, self.scores.came_of_expected
        rows = zip(found.predicted, found.observed, found.lower, found.upper, found.cases, strict=True)
        times = f"{came.value:.2f} times as many ({_span(came.lower, came.upper, '.2f')})"
        return [
            f"Chance of at least one in a cell: {found.expected:.0f} cells expected, {found.happened:.0f} had one: {times}.",
            *(
                f"  given {predicted:6.1%}, came {observed:6.1%} ({_span(lower, upper, '.1%')}) in {cases:,.0f} cells"
                for predicted, observed, lower, upper, cases in rows
            ),
            f"Whether the chances as a whole are right: p = {found.p_value:.2g} ({found.test}: squares and windows).",
        ]

    def _interval_line(self) -> str:
        """What every interval above is made by, so that none is taken for one of independent events."""
        interval = self.plan.interval
        return (
            f"Intervals ({100 * interval.confidence:g}%) of hit rate, PAI, PEI, RRI, of the margins and of the chances are all made "
            f"alike: windows are drawn with replacement and, in each, squares of {interval.block_metres / 1000:g} km, "
            f"{interval.resamples:,} times, so that places and times in which offences come together stay together."
        )

    def as_data(self) -> dict[str, Any]:
        """The report as plain data; numbers that are not available are null."""
        scores = self.scores
        found = {
            "schema": SCHEMA,
            "id": self.id,
            "title": self.plan.title,
            "partner": self.partner,
            "outcome": self.outcome.model_dump(),
            "override": self.override,
            "is_side_result": self.override is not None,
            "plan": {
                "version": self.plan.version,
                "fingerprint": fingerprint(self.plan),
                "headline_cells": self.plan.headline.cells,
                "confidence": self.plan.interval.confidence,
            },
            "code_version": self.code_version,
            "deliveries": list(self.deliveries),
            "cells": {"metres": self.plan.cells.metres, "kind": self.plan.cells.kind, "number": self.cells},
            "not_counted": {
                "outside": self.outside,
                "without_point": self.without_point,
                "police_initiated": self.left_out,
            },
            "windows": [
                {
                    "title": each.window.title,
                    "months": each.window.months,
                    "months_before": each.months_before,
                    "events": each.events,
                    "expected": each.expected,
                    "most_hits": each.most_hits,
                    "hits": each.hits,
                }
                for each in scores.windows
            ],
            "scores": [{**asdict(row), "title": self.titles[row.method]} for row in scores.scores],
            "margins": [asdict(margin) for margin in scores.margins],
            "calibration": {
                name: getattr(scores.calibration, name).tolist()
                for name in ("predicted", "observed", "lower", "upper", "cases")
            }
            | {
                name: getattr(scores.calibration, name)
                for name in ("expected", "happened", "brier_skill", "p_value", "method")
            }
            | {"came_of_expected": asdict(scores.came_of_expected)},
            "recommended": None if self.override is not None else scores.recommended,
            "recommendation": self.recommendation,
            "caution": _CAUTION if len(scores.windows) < _FEW else None,
        }
        told: dict[str, Any] = _without_nan(found)
        return told


def make_report(
    history: CellHistory,
    plan: BacktestPlan,
    outcome: Outcome,
    scores: BacktestScores,
    *,
    partner: str,
    deliveries: tuple[str, ...],
    code_version: str,
    override: str | None = None,
) -> BacktestReport:
    """Put a back-test beside what it was made from."""
    return BacktestReport(
        partner=partner,
        plan=plan,
        outcome=outcome,
        scores=scores,
        deliveries=deliveries,
        cells=len(history.cells),
        outside=history.outside,
        without_point=history.without_point,
        left_out=history.left_out,
        code_version=code_version,
        override=override,
    )


def backtests_folder(workspace: Workspace) -> Path:
    """Where reports of back-tests are kept."""
    return workspace.root / "places" / "backtests"


def keep_report(workspace: Workspace, report: BacktestReport) -> Path:
    """Write a report into the workspace, at once or not at all; the same report again replaces itself. Returns its path."""
    path = backtests_folder(workspace) / f"{report.id}.json"
    write_atomically(
        path,
        json.dumps(report.as_data(), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        staging=workspace.staging,
    )
    return path


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value


def _span(lower: float, upper: float, form: str) -> str:
    """'0.91 to 1.08', or that there is none."""
    return (
        f"{lower:{form}} to {upper:{form}}" if np.isfinite([lower, upper]).all() else "too few squares for an interval"
    )


def _short(name: str) -> str:
    return name.replace("_kernel_density", " KDE").replace("kernel_density", "KDE").replace("_", " ")


def _count(windows: int) -> str:
    return "one window" if windows == 1 else f"{windows} windows"
