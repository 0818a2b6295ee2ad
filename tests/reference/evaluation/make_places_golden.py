"""Make places_golden.json: what diff-diff 3.13.0, pyfixest 0.60.0, statsmodels 0.15.0 and SciPy answer for one made-up panel.

    python tests/reference/evaluation/make_places_golden.py

None of the first three is a dependency; run this where they are installed (pip install diff-diff==3.13.0 pyfixest==0.60.0
statsmodels==0.15.0). The panel is invented: 14 places and 12 months, starts apart, counts in clusters.

* staggered: saturated Poisson regression by cohort and month (Wooldridge), whose mean effect over treated place-months in events is
  turned into a ratio: events met, over events met less the effect. And Poisson dummies fitted to untreated place-months, predicted for
  the treated ones, which is the same estimand by another way, also by months since the start and where treatment ends again.
* wedge: Poisson with two-way effects, the first month after each start with a ratio of its own, errors by place.
* parallel: Poisson of whole places with the logarithm of the count before; and the p of all 70 allocations of 4 of 8 places, by
  Welch's t of the residuals of the model without treatment.
"""

from __future__ import annotations

import itertools
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

PLACES, MONTHS = 14, 12


def make_panel() -> dict[str, Any]:
    rng = np.random.default_rng(20_266)
    starts = np.array([5, 5, 5, 5, 8, 8, 8, 99, 99, 99, 99, 99, 99, 99])
    treated = np.arange(MONTHS) >= starts[:, np.newaxis]
    usual = rng.gamma(3, 3, (PLACES, 1)) + 2
    level = usual * np.exp(0.3 * np.sin(np.arange(MONTHS))) * np.where(treated, 0.7, 1.0)
    counts = rng.poisson(level * rng.gamma(8, 1 / 8, level.shape))
    waves = np.array([2, 2, 2, 4, 4, 4, 6, 6, 6, 8, 8, 8, 10, 10])
    wedge = np.arange(MONTHS) >= waves[:, np.newaxis]
    steps = rng.poisson(usual * np.where(wedge, 0.8, 1.0) * rng.gamma(8, 1 / 8, level.shape))
    groups = rng.permutation(8) < 4
    before, after = rng.poisson(8 * usual[:8, 0]), rng.poisson(8 * usual[:8, 0] * np.where(groups, 0.75, 1.0))
    return {
        "counts": counts.tolist(), "starts": starts.tolist(), "ends": 11, "wedge_counts": steps.tolist(), "waves": waves.tolist(),
        "group_treated": groups.tolist(), "group_before": before.tolist(), "group_counts": after.tolist(),
    }  # fmt: skip


def as_table(counts: Any, starts: Any) -> Any:
    import pandas as pd

    place, month = np.indices(np.shape(counts))
    first = np.asarray(starts)[place.ravel()]
    return pd.DataFrame({
        "place": place.ravel(), "month": month.ravel(), "y": np.ravel(counts), "first": np.where(first > MONTHS, 0, first),
        "treated": (month.ravel() >= first).astype(float), "since": month.ravel() - first,
    })  # fmt: skip


def ask_diff_diff(panel: dict[str, Any]) -> dict[str, float]:
    from diff_diff import WooldridgeDiD

    table = as_table(panel["counts"], panel["starts"])
    found = WooldridgeDiD(method="poisson").fit(table, outcome="y", unit="place", time="month", first_treat="first")
    met, cells = float(table.y[table.treated == 1].sum()), int(table.treated.sum())
    effect = float(found.overall_att)
    return {"effect_in_events": effect, "ratio": met / (met - cells * effect)}


def ask_statsmodels(panel: dict[str, Any]) -> dict[str, Any]:
    table = as_table(panel["counts"], panel["starts"])
    on = table.treated == 1
    expected = impute(table, ~on)
    by_month = {
        int(k): float(table.y[on & (table.since == k)].sum() / expected[on & (table.since == k)].sum())
        for k in range(4)
    }
    ends = on & (table.month < panel["ends"])
    again = impute(table, ~ends)
    return {
        "ratio": float(table.y[on].sum() / expected[on].sum()), "by_months_since": by_month,
        "ratio_where_it_ends": float(table.y[ends].sum() / again[ends].sum()), "parallel": ask_parallel(panel),
    }  # fmt: skip


def impute(table: Any, untreated: Any) -> Any:
    import pandas as pd
    import statsmodels.api as sm

    design = pd.get_dummies(table[["place", "month"]].astype(str), drop_first=True).astype(float)
    design.insert(0, "one", 1.0)
    fit = sm.GLM(table.y[untreated], design[untreated], family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    return fit.predict(design)


def ask_parallel(panel: dict[str, Any]) -> dict[str, float]:
    import statsmodels.api as sm
    from scipy import stats

    y, treated = np.array(panel["group_counts"], float), np.array(panel["group_treated"])
    level = np.log(np.array(panel["group_before"]) + 0.5)
    columns = np.column_stack([np.ones(8), level, treated])
    fit = sm.GLM(y, columns, family=sm.families.Poisson()).fit(tol=1e-12)
    without = sm.GLM(y, columns[:, :2], family=sm.families.Poisson()).fit(tol=1e-12)
    residual = y - without.predict()

    def score(side: np.ndarray) -> float:
        return float(stats.ttest_ind(residual[side], residual[~side], equal_var=False).statistic)

    sides = [np.isin(np.arange(8), chosen) for chosen in itertools.combinations(range(8), 4)]
    scores, own = np.round([score(side) for side in sides], 9), round(score(treated), 9)
    tails = (scores <= own).mean(), (scores >= own).mean()
    return {
        "ratio": float(np.exp(fit.params[2])),
        "welch": own,
        "p_of_all_allocations": float(min(1.0, 2 * min(tails))),
    }


def ask_pyfixest(panel: dict[str, Any]) -> dict[str, Any]:
    import pyfixest as pf

    one = as_table(panel["counts"], panel["starts"])
    two_way = pf.fepois("y ~ treated | place + month", one, vcov={"CRV1": "place"})
    wedge = as_table(panel["wedge_counts"], panel["waves"])
    wedge["full"], wedge["aside"] = (wedge.since >= 1).astype(float), (wedge.since == 0).astype(float)
    fit = pf.fepois("y ~ full + aside | place + month", wedge, vcov={"CRV1": "place"})
    return {"two_way_ratio": float(np.exp(two_way.coef().iloc[0])), "wedge_ratio": float(np.exp(fit.coef()["full"]))}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    made = make_panel()
    answers = {"diff_diff": ask_diff_diff(made), "statsmodels": ask_statsmodels(made), "pyfixest": ask_pyfixest(made)}
    parts = {"made_by": "make_places_golden.py", "panel": made, **answers}
    text = "{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(part)}" for name, part in parts.items()) + "\n}"
    Path(__file__).with_name("places_golden.json").write_text(text + "\n", encoding="utf-8")
