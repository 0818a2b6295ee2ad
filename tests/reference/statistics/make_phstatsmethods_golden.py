"""Remake phstatsmethods_golden.csv. Run it by hand in an environment of its own, never in the project's:

python -m venv oracle && oracle/bin/pip install phstatsmethods==0.1.16 pytest
oracle/bin/python tests/reference/statistics/make_phstatsmethods_golden.py

PHStatsMethods (UK Health Security Agency and OHID, GPL-3.0) is called here and nowhere else; only the numbers it returns are kept.
It fails on a count of zero, so that zeros are tested against the handbook's vectors and not here.
"""

import datetime
import pathlib

import numpy as np
import pandas as pd
from PHStatsMethods import calculate_funnel_limits, ph_dsr, ph_proportion, ph_rate

EVENTS = (1, 2, 3, 5, 7, 9, 10, 11, 14, 25, 60, 137, 420, 999, 1503, 26011)
PEOPLE = (1500, 1612, 1733, 980, 2210, 1404, 5230, 1820, 1990, 88000, 93300, 140000, 185000, 180021, 150345, 1826000)
FILE = pathlib.Path(__file__).with_name("phstatsmethods_golden.csv")


def rows():
    areas = pd.DataFrame({"area": [f"{i:02}" for i in range(len(EVENTS))], "n": EVENTS, "d": PEOPLE})
    for confidence, name in ((0.95, "95"), (0.998, "99_8")):
        for kind, found in (
            ("rate", ph_rate(areas, "n", "d", "area", confidence=confidence, multiplier=1000)),
            ("proportion", ph_proportion(areas, "n", "d", "area", confidence=confidence)),
        ):
            for row in found.to_dict("records"):
                limits = (row[f"lower_{name}_ci"], row[f"upper_{name}_ci"])
                yield kind, confidence, row["n"], row["d"], row["Value"], *limits

        rng = np.random.default_rng(19)
        bands = pd.DataFrame(
            {
                "area": np.repeat([f"{i:02}" for i in range(6)], 3),
                "band": ["young", "middle", "old"] * 6,
                "n": rng.poisson(np.repeat([3, 6, 15, 40, 200, 900], 3)) + 1,
                "d": rng.integers(800, 90_000, 18),
                "standard": [16_500, 58_500, 25_000] * 6,
            }
        )
        found = ph_dsr(bands, "n", "d", "standard", "area", confidence=confidence, euro_standard_pops=False)
        for row in found.to_dict("records"):
            of_area = bands[bands.area == row["area"]]
            limits = (row[f"lower_{name}_ci"], row[f"upper_{name}_ci"])
            yield "dsr", confidence, _join(of_area.n), _join(of_area.d), row["Value"], *limits

    funnel = calculate_funnel_limits(
        areas.assign(r=1000 * areas.n / areas.d),
        "n",
        "rate",
        1000,
        denom_col="d",
        rate="r",
        rate_type="crude",
        years_of_data=1,
    )
    for row in funnel.iloc[::9].to_dict("records"):
        for confidence, sigma in ((0.95, "2s"), (0.998, "3s")):
            for side in ("lower", "upper"):
                # A curve given as (events, population at which so many events lie on the limit).
                people, limit = row[f"{side}_{sigma}_population_1_year"], row[f"{side}_{sigma}_limit"]
                yield f"funnel_rate_{side}", confidence, row["Events"], people, row["baseline"], limit, limit
    funnel = calculate_funnel_limits(areas, "n", "proportion", 100, denom_col="d")
    for row in funnel.iloc[::9].to_dict("records"):
        for confidence, sigma in ((0.95, "2s"), (0.998, "3s")):
            limits = (row[f"lower_{sigma}_limit"], row[f"upper_{sigma}_limit"])
            yield "funnel_proportion", confidence, "", row["Population"], row["baseline"], *limits


def _join(values):
    return " ".join(str(value) for value in values)


def main():
    frame = pd.DataFrame(rows(), columns=["kind", "confidence", "counts", "sizes", "value", "lower", "upper"])
    header = (
        "# Numbers returned by PHStatsMethods 0.1.16 (UKHSA and OHID; GPL-3.0; these are its results on invented inputs),\n"
        f"# made on {datetime.date.today()} by make_phstatsmethods_golden.py beside this file. Rates per 1,000, dsr per 100,000,\n"
        "# funnel_proportion in percent; funnel_rate rows give the population (sizes) at which `counts` events lie on the limit.\n"
    )
    FILE.write_text(header + frame.to_csv(index=False, float_format="%.12g", lineterminator="\n"))


if __name__ == "__main__":
    main()
