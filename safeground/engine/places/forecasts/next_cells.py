"""Where the recommended method says that most is to come: the cells of the months after the newest."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import Grid, name_grid_reference
from safeground.engine.places.forecasts.backtest import BacktestScores
from safeground.engine.places.forecasts.baselines import forecast_simply
from safeground.engine.places.forecasts.count_model import forecast_counts
from safeground.engine.places.forecasts.features import SignReader
from safeground.engine.places.forecasts.history import CellHistory
from safeground.engine.places.forecasts.plan import BacktestPlan
from safeground.engine.places.forecasts.scoring import OURS
from safeground.engine.places.forecasts.windows import TestWindow

_MOSTLY = 0.5


@dataclass(frozen=True, eq=False)
class NextCells:
    """The cells put first by a method for a window to come, the first one first. chance: probability of at least one event, (k,); NaN
    where the method gives none. left_out: ids of cells that it puts as high, but in which at least half of what was recorded lies at a
    hospital, a prison or a police station. A list of places for the police and the partnership, never for the public."""

    grid: Grid
    window: TestWindow
    method: str
    cells: NDArray[np.int64]
    chance: NDArray[np.float64]
    left_out: NDArray[np.int64]

    def line(self) -> str:
        """What stands beside the list: for when, and which cells are not in it."""
        first = f"Next cells: {len(self.cells)} for {self.window.title}."
        if not len(self.left_out):
            return first
        names = ", ".join(name_grid_reference(east, north) for east, north in self.grid.centres(self.left_out))
        return (
            f"{first} Left out, though the method puts them as high, for at least half of what was recorded there lies at a hospital, a "
            f"prison or a police station, where a patrol is of no use: {names}. The scores above count it."
        )

    def as_csv(self) -> str:
        """A row a cell: rank, name of the place, grid reference and centre, and the chance, empty where there is none.

        The design of a patrol trial reads it as its file of places.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(
            (
                "rank",
                "place",
                "grid_reference",
                "easting",
                "northing",
                "cell_metres",
                "chance_of_at_least_one",
                "months",
                "method",
            )
        )
        for rank, ((east, north), chance) in enumerate(zip(self.grid.centres(self.cells), self.chance, strict=True), 1):
            told = "" if np.isnan(chance) else f"{chance:.3f}"
            reference = name_grid_reference(east, north)
            place = (f"{rank}. {reference}", reference, f"{east:.0f}", f"{north:.0f}", f"{self.grid.cell:g}")
            writer.writerow((rank, *place, told, self.window.title, self.method))
        return out.getvalue()


def choose_next_cells(history: CellHistory, plan: BacktestPlan, scores: BacktestScores) -> NextCells:
    """The cells that the recommended method puts first in the months after the newest, as many as the headline score is of, without
    those in which at least half of the outcome was recorded at institutions.

    Of cells with equal scores those come first whose ids do: a simple method that has seen nothing in more cells than are asked for
    cannot tell between them.
    """
    window = TestWindow(int(history.months[-1]) + 1, plan.windows.months)
    chance = np.full(len(history.cells), np.nan)
    if scores.recommended == OURS:
        kinds = sorted(set(history.counts) - set(plan.police_initiated.offences))
        forecast = forecast_counts(history, SignReader(history, kinds), window, plan.outcome.offences)
        score, chance = forecast.expected, forecast.chance
    else:
        simple = dict(forecast_simply(history, window, plan.outcome.offences))
        score = next(values for name, values in simple.items() if name == scores.recommended)
    order = np.argsort(-score, kind="stable")
    is_institution = history.share_at_institutions(plan.outcome.offences)[order] >= _MOSTLY
    first = order[~is_institution][: plan.headline.cells]
    passed_over = order[is_institution & (score[order] > score[first[-1]])] if len(first) else order[:0]
    return NextCells(
        history.grid, window, scores.recommended, history.cells[first], chance[first], history.cells[passed_over]
    )
