"""Make mix_golden.json: what pysyncon 1.7.0 answers for a made-up panel of 13 areas, 18 periods before and 6 after.

    python tests/reference/evaluation/make_mix_golden.py

pysyncon is no dependency; run this where it is installed (pip install pysyncon==1.7.0). The panel is invented: two waves that areas
share in parts, and three things known of them that go with those parts.

* outcome: the mix on all periods before alike (Synth.w_optimize, the same importance for each), and its average gap after.
* predictors: the same solver over the three predictors, at an importance that is given; and the mix that its own search (Synth.fit)
  ends with, with what it misses before.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

DONORS, BEFORE, AFTER = 12, 18, 6
IMPORTANCE = [0.5, 0.3, 0.2]


def make_panel() -> dict[str, Any]:
    rng = np.random.default_rng(77)
    waves = rng.normal(size=(2, BEFORE + AFTER)).cumsum(axis=1)
    share = np.r_[0.45, rng.random(DONORS)]
    table = (
        30
        + np.outer(share, waves[0])
        + np.outer(1 - share, waves[1])
        + rng.normal(0, 0.3, (DONORS + 1, BEFORE + AFTER))
    )
    known = np.vstack([10 * share, 5 - 3 * share, share**2]) + rng.normal(0, 0.2, (3, DONORS + 1))
    return {"table": table.round(6).tolist(), "known": known.round(6).tolist()}


def ask_pysyncon(panel: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd
    from pysyncon import Dataprep, Synth

    table, known = np.array(panel["table"]), np.array(panel["known"])
    before = table[:, :BEFORE].T
    mix, _ = Synth.w_optimize(V_mat=np.eye(BEFORE), X0=before[:, 1:], X1=before[:, 0])
    scaled = known / known.std(axis=1, ddof=1, keepdims=True)
    nearest, _ = Synth.w_optimize(V_mat=np.diag(IMPORTANCE), X0=scaled[:, 1:], X1=scaled[:, 0])

    rows = [
        {"area": area, "period": period, "y": table[area, period], **{f"x{n}": known[n, area] for n in range(len(known))}}
        for area in range(DONORS + 1) for period in range(BEFORE + AFTER)
    ]  # fmt: skip
    prepared = Dataprep(
        foo=pd.DataFrame(rows), predictors=[f"x{n}" for n in range(len(known))], predictors_op="mean",
        time_predictors_prior=range(BEFORE), dependent="y", unit_variable="area", time_variable="period", treatment_identifier=0,
        controls_identifier=list(range(1, DONORS + 1)), time_optimize_ssr=range(BEFORE),
    )  # fmt: skip
    searched = Synth()
    searched.fit(dataprep=prepared, optim_method="Nelder-Mead", optim_initial="equal")
    weights = np.asarray(searched.W)
    return {
        "outcome": {"weights": mix.tolist(), "gap": float((table[0] - mix @ table[1:])[BEFORE:].mean())},
        "nearest_in_predictors": nearest.tolist(),
        "searched": {
            "weights": weights.tolist(), "miss": float(np.sqrt(((table[0] - weights @ table[1:])[:BEFORE] ** 2).mean())),
        },
    }  # fmt: skip


def main() -> None:
    panel = make_panel()
    golden = {"panel": panel, "importance": IMPORTANCE, "before": BEFORE, "pysyncon": ask_pysyncon(panel)}
    Path(__file__).with_name("mix_golden.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
