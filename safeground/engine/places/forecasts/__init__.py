"""Forecasts of places, each scored by months that it has not seen: ours beside the simple methods that it is to beat."""

from safeground.engine.places.forecasts.backtest import BacktestScores, WindowResult, run_backtest
from safeground.engine.places.forecasts.baselines import forecast_simply
from safeground.engine.places.forecasts.count_model import CountForecast, forecast_counts
from safeground.engine.places.forecasts.history import CellHistory, ForecastError, make_history
from safeground.engine.places.forecasts.kept import KeptBacktest, KeptScore, find_backtest, read_backtests
from safeground.engine.places.forecasts.next_cells import NextCells, choose_next_cells
from safeground.engine.places.forecasts.plan import BacktestPlan, Outcome, load_backtest_plan
from safeground.engine.places.forecasts.reading import read_history
from safeground.engine.places.forecasts.residents import share_out_residents, tell_residents
from safeground.engine.places.forecasts.result import BacktestReport, backtests_folder, keep_report, make_report
from safeground.engine.places.forecasts.scoring import OURS, LevelScores, Margin, ScoreEstimate
from safeground.engine.places.forecasts.windows import TestWindow, cut_windows

__all__ = [
    "OURS",
    "BacktestPlan",
    "BacktestReport",
    "BacktestScores",
    "CellHistory",
    "CountForecast",
    "ForecastError",
    "KeptBacktest",
    "KeptScore",
    "LevelScores",
    "Margin",
    "NextCells",
    "Outcome",
    "ScoreEstimate",
    "TestWindow",
    "WindowResult",
    "backtests_folder",
    "choose_next_cells",
    "cut_windows",
    "find_backtest",
    "forecast_counts",
    "forecast_simply",
    "keep_report",
    "load_backtest_plan",
    "make_history",
    "make_report",
    "read_backtests",
    "read_history",
    "run_backtest",
    "share_out_residents",
    "tell_residents",
]
