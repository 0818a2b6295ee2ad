"""A back-test of forecasts on the real months of Essex: every method, every window, scores and intervals. Goal: a year under 60 CPU s.

    python benchmarks/backtest.py

Goal besides: ours beats every simple method by a margin whose interval lies above zero, over all windows. Landing and conforming are not
counted. The time is told for the whole back-test and for its mean year, and beside it what a year would
take with nothing but the simple methods.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from safeground.engine.build import open_with_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import open_measures
from safeground.engine.places import cut_windows, forecast_simply, load_backtest_plan, read_history, run_backtest
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDERS = ("police_uk/essex", "boundaries", "lookups")
GOAL = 60.0


def main() -> int:
    if not REAL.is_dir():
        print("not measured: the real data of ../shared/data are not beside this checkout")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        init_workspace(Path(folder) / "workspace", partnership="essex")
        workspace, catalogue = open_with_catalogue(Path(folder) / "workspace")
        land_files(
            workspace, catalogue.feeds, tuple(path for name in FOLDERS for path in sorted((REAL / name).iterdir()))
        )
        live = get_live_deliveries(workspace)
        conform_deliveries(workspace, catalogue.feeds, live, check_deliveries(workspace, catalogue.feeds, live))
        with open_warehouse(workspace) as warehouse:
            plan, start = load_backtest_plan(), time.process_time()
            history = read_history(open_measures(warehouse, catalogue), plan, plan.outcome.feed)
            scores = run_backtest(history, plan, plan.outcome)
            spent = time.process_time() - start
    start = time.process_time()
    for window in cut_windows(history.months, plan.windows):
        forecast_simply(history, window, plan.outcome.offences)
    simple = time.process_time() - start
    years = sum(each.window.months for each in scores.windows) / 12
    a_year = spent / years
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(scores.windows)} windows ({years:.2f} years) of {len(history.cells):,} cells: {spent:.1f} CPU s, peak {peak:.0f} MB"
    )
    verdict = "met" if a_year < GOAL else "NOT MET"
    print(
        f"a year: {a_year:.1f} CPU s, of which the simple methods take {simple / years:.1f} (goal {GOAL:.0f}): {verdict}"
    )
    for margin in scores.margins:
        print(
            f"PEI of ours less {margin.against}: {margin.value:+.3f} ({margin.lower:+.3f} to {margin.upper:+.3f}; "
            f"space drawn once: {margin.cautious_lower:+.3f} to {margin.cautious_upper:+.3f})"
        )
    print(f"ours beats every simple method (goal): {'met' if scores.ours_is_better else 'NOT MET'}")
    return 0 if a_year < GOAL and scores.ours_is_better else 1


if __name__ == "__main__":
    raise SystemExit(main())
