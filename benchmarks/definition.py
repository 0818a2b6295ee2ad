"""A definition over a million recorded crimes: our tally beside bare SQL of the same rule.

The crimes are drawn at random, unknown words among every flag, and lie in a warehouse's files as conforming writes them. Both count by
month, area and verdict; ours also says which missing fields leave a crime undetermined, and takes its SQL from the rule file. The goal is
a definition over a million events in under two seconds, imports of the query library apart.

Run: python benchmarks/definition.py [--events 1000000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb
import ibis  # noqa: F401 - a second of import that neither run should be charged for
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measure import measure, print_table

from safeground.engine.catalogue import load_catalogue
from safeground.engine.measures.events import tally_rule
from safeground.engine.measures.tallies import IN, UNDETERMINED
from safeground.engine.warehouse import TABLES, Warehouse

FEED, PARTNER = "recorded_crime", "essex"
MONTHS = np.arange("2023-01", "2025-01", dtype="datetime64[M]")
DRAWN = {
    "ho_class": ["8N", "105A", "34B", "20A", "5D", "1", "3B", "10D", "4.1", "8L", None],
    "crime_status": ["recorded"] * 19 + ["cancelled"],
    "location_type": ["street", "dwelling", "park", "licensed premises", "online", "shop", "unknown", None],
    "domestic": ["no", "no", "yes", "unknown", None],
    "weapon_use": ["none", "none", "used", "threatened", "possessed", "unknown", None],
    "weapon_type": ["none", "knife", "firearm", "bladed article", "other weapon", "unknown"],
    "county_lines": ["not assessed", "not assessed", "no", "yes"],
    "gang": ["no", "no", "no", "yes", "not assessed"],
}
BARE = """
WITH said AS (
    SELECT month, area_code,
        CASE WHEN crime_status NOT IN ('unknown') THEN crime_status = 'recorded' END
        AND (CASE WHEN trim(ho_class) <> '' THEN ho_class IN ('1','4.1','4.2','4.10') END
          OR CASE WHEN trim(ho_class) <> '' THEN ho_class IN ('2','5D','5E','8N','8P','8S','+EW','+NFS') END
          OR CASE WHEN trim(ho_class) <> '' THEN ho_class IN ('34A','34B') END
          OR CASE WHEN trim(ho_class) <> '' THEN ho_class IN ('19C','19D','19E','19F','19G','19H') END
          OR CASE WHEN trim(ho_class) <> '' THEN ho_class IN
             ('17A','17B','20A','20B','21','22A','22B','23','70','71','72','73','88A','88C','88D','88E') END)
        AND CASE WHEN domestic NOT IN ('unknown', 'not stated') THEN domestic = 'no' END
        AND ((CASE WHEN weapon_use NOT IN ('unknown', 'not stated') THEN weapon_use = 'used' END
              AND CASE WHEN weapon_type NOT IN ('unknown', 'not stated')
                  THEN weapon_type IN ('knife','bladed article','firearm','other weapon') END)
          OR CASE WHEN county_lines NOT IN ('unknown', 'not assessed') THEN county_lines = 'yes' END
          OR CASE WHEN gang NOT IN ('unknown', 'not assessed') THEN gang = 'yes' END)
        AND NOT CASE WHEN location_type NOT IN ('unknown', 'not stated') THEN location_type = 'dwelling' END
        AND NOT CASE WHEN location_type NOT IN ('unknown', 'not stated') THEN location_type = 'online' END AS verdict
    FROM read_parquet('{files}')
)
SELECT verdict, month, area_code, count(*) FROM said GROUP BY ALL
"""


def make_warehouse(folder: Path, events: int) -> Warehouse:
    """A generation of one delivery a month."""
    rng = np.random.default_rng(1)
    each = -(-events // len(MONTHS))
    deliveries = []
    for month in MONTHS:
        columns: dict[str, pa.Array] = {
            name: pa.array(np.array(values, dtype=object)[rng.integers(0, len(values), each)], pa.string())
            for name, values in DRAWN.items()
        }
        columns["month"] = pa.array(np.full(each, month.astype("datetime64[D]")), pa.date32())
        columns["area_code"] = pa.array([f"E0{code}" for code in rng.integers(1_021_000, 1_022_100, each)], pa.string())
        columns["event_id"] = pa.array([f"{month}-{number}" for number in range(each)], pa.string())
        order = [name for name in TABLES["events"] if name in columns]
        path = folder / f"events/feed={FEED}/partner={PARTNER}/{month}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({name: columns[name] for name in order}), path, compression="snappy")
        texts = dict.fromkeys(TABLES["deliveries"], "") | {"feed": FEED, "partner": PARTNER, "period": str(month)}
        deliveries.append({n: 0 if kind == "INTEGER" else texts[n] for n, kind in TABLES["deliveries"].items()})
    pq.write_table(pa.Table.from_pylist(deliveries), folder / "deliveries.parquet")
    return Warehouse(folder)


def tally(folder: Path) -> tuple[int, int]:
    """(definite, undetermined)"""
    rule = load_catalogue("essex").definitions["essex_vv"].rule_under()
    with Warehouse(folder) as warehouse:
        start = time.perf_counter()
        found = tally_rule(warehouse, rule, feed=FEED)
        print(f"  the tally itself: {time.perf_counter() - start:.2f} s", flush=True)
    return tuple(int(found.events[found.verdict == verdict].sum()) for verdict in (IN, UNDETERMINED))


def ask_bare(folder: Path) -> tuple[int, int]:
    """The same by hand."""
    answer = duckdb.connect().execute(BARE.replace("{files}", str(folder / "events/**/*.parquet"))).to_arrow_table()
    verdict, events = answer["verdict"].to_pylist(), answer.column(3).to_pylist()
    counts = {said: sum(n for v, n in zip(verdict, events, strict=True) if v is said) for said in (True, None)}
    return counts[True], counts[None]


def read_catalogue(folder: Path) -> int:
    """What the first run does before it asks anything."""
    return len(load_catalogue("essex").definitions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_warehouse(folder, options.events)
        runs = [
            measure("bare SQL of the same rule", ask_bare, folder),
            measure("our tally, definitions read first", tally, folder),
            measure("reading the definitions alone", read_catalogue, folder),
        ]
    if runs[0].result != runs[1].result:
        raise SystemExit(f"The two do not agree: bare SQL {runs[0].result}, ours {runs[1].result}.")
    definite, undetermined = runs[0].result
    print(f"{options.events:,} crimes: {definite:,} in, {undetermined:,} undetermined, by both")
    print_table(runs, unit=runs[0], unit_name="bare SQL")


if __name__ == "__main__":
    main()
