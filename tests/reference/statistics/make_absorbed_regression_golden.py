"""Make absorbed_regression_golden.json: what pyfixest 0.60.0 and statsmodels 0.15.0 answer for a panel of 18 places and 24 days.

    python tests/reference/statistics/make_absorbed_regression_golden.py

Neither is a dependency; run this where both are installed (pip install pyfixest==0.60.0 statsmodels==0.15.0). The panel is invented:
two places and a day without events, six place-days lacking, counts in clusters, two factors.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np


def make_panel() -> dict[str, list[float]]:
    rng = np.random.default_rng(20_260)
    place, day = np.divmod(np.arange(18 * 24), 24)
    treated, minutes = (rng.random(place.size) < 0.4).astype(float), rng.integers(0, 5, place.size).astype(float)
    exposure = rng.integers(1, 4, place.size).astype(float)
    mean = exposure * np.exp(-1 + 0.08 * place + 0.4 * np.sin(day) - 0.35 * treated + 0.1 * minutes)
    counts = rng.poisson(mean * rng.gamma(2, 0.5, place.size)).astype(float)
    counts[(place < 2) | (day == 5)] = 0
    kept = np.ones(place.size, dtype=bool)
    kept[rng.choice(place.size, 6, replace=False)] = False
    columns = {
        "place": place,
        "day": day,
        "treated": treated,
        "minutes": minutes,
        "exposure": exposure,
        "counts": counts,
    }
    return {name: column[kept].tolist() for name, column in columns.items()}


def ask_pyfixest(panel: dict[str, list[float]]) -> dict[str, list[float]]:
    import pandas as pd
    import pyfixest as pf

    table = pd.DataFrame(panel)
    table["log_exposure"] = np.log(table.exposure)
    plain = pf.fepois("counts ~ treated + minutes | place + day", table, vcov={"CRV1": "place"})
    by_day = pf.fepois("counts ~ treated + minutes | place + day", table, vcov={"CRV1": "day"})
    offset = pf.fepois("counts ~ treated + minutes | place + day", table, vcov={"CRV1": "place"}, offset="log_exposure")
    return {
        "coefficients": plain.coef().tolist(),
        "errors_by_place": plain.se().tolist(),
        "errors_by_day": by_day.se().tolist(),
        "with_exposure": offset.coef().tolist(),
        "errors_with_exposure": offset.se().tolist(),
    }


def ask_statsmodels(panel: dict[str, list[float]]) -> dict[str, list[float]]:
    import pandas as pd
    import statsmodels.api as sm

    table = pd.DataFrame(panel)
    busy = table[
        table.place.map(table.groupby("place").counts.sum()).gt(0)
        & table.day.map(table.groupby("day").counts.sum()).gt(0)
    ]
    levels = pd.get_dummies(busy[["place", "day"]].astype(str), drop_first=True, dtype=float)
    design = sm.add_constant(pd.concat([busy[["treated", "minutes"]], levels], axis=1)).to_numpy()
    poisson = sm.GLM(busy.counts.to_numpy(), design, family=sm.families.Poisson()).fit(tol=1e-13)
    columns = [1, 2]
    start = np.append(poisson.params, 0.3)
    fit = sm.NegativeBinomial(busy.counts.to_numpy(), design).fit(
        start, disp=0, maxiter=2_000, method="bfgs", gtol=1e-9
    )
    return {
        "poisson": poisson.params[columns].tolist(),
        "negative_binomial": fit.params[columns].tolist(),
        "overdispersion": float(fit.params[-1]),
        "log_likelihood": float(fit.llf),
    }


def main() -> None:
    panel = make_panel()
    golden = {
        "made_by": "pyfixest 0.60.0 (fepois, CRV1), statsmodels 0.15.0 (dummies); see make_absorbed_regression_golden.py",
        "panel": panel,
        "pyfixest": ask_pyfixest(panel),
        "statsmodels": ask_statsmodels(panel),
    }
    Path(__file__).with_name("absorbed_regression_golden.json").write_text(json.dumps(golden) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
