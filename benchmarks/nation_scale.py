"""A nation's warehouse at several sizes, and the same tallies from it by DuckDB and by Spark.

    python benchmarks/nation_scale.py [--rows 1000000 5000000 18000000] [--spark-rows 18000000] [--master 'local[2]']

Half a million rows a month, as England and Wales publish. For each size: what it takes to land, check and conform the files; what they
weigh; and two questions of the kinds that measures ask, each in a process of its own with nothing cached but the files' pages:

* counted: the shipped definitions of the street feed from the counted groups, one of them by type of crime, each placed and counted by
  small area and month;
* events: a rule that needs the events themselves (their outcome), by outcome.

Both engines must give the same tallies, or the benchmark fails. Spark's figures hold its start, which is told as well. 60 million rows
need some 35 GB of scratch space. Ratios are of CPU seconds, and Spark's hold all its processes; peak memory is that of the largest.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import Measurement, measure, print_table
from national_archive import check_archive, check_lookups, conform_archive, land_archive, scan_barely, write_archive

ROWS_A_MONTH = 500_000
FEED = "police_uk_street"
SIZES = (1_000_000, 5_000_000, 18_000_000)
BY_TYPE = "police_uk_recorded_crime"


def ask_counted(root: Path, engine: str) -> dict[str, Any]:
    """Every shipped definition of the street feed, tallied, placed and counted by small area and month."""
    from safeground.engine.areas import make_hierarchy
    from safeground.engine.measures import AreaLocator, count_monthly, place_tally, tally_events

    catalogue = _catalogue()
    answers = hashlib.sha256()
    with _open(root, engine) as (warehouse, began):
        locator = AreaLocator(make_hierarchy(warehouse.table("lookups").to_pyarrow()))
        table, coverage = warehouse.table("event_counts"), warehouse.coverage(FEED)
        groups = 0
        for definition in catalogue.definitions.values():
            if FEED not in definition.feeds:
                continue
            by = "offence" if definition.name == BY_TYPE else None
            tally = tally_events(table, definition.rule_under(), feed=FEED, coverage=coverage, by=by)
            groups += len(tally.events)
            counts = count_monthly(tally, place_tally(tally, locator), level=locator.base).definite
            answers.update(counts.values.tobytes())
        return {"groups": groups, "answers": answers.hexdigest(), "start": began}


def ask_events(root: Path, engine: str) -> dict[str, Any]:
    """Violence that ended with nobody identified, by outcome: a rule over every event."""
    from safeground.engine.catalogue import All, Is, IsIn
    from safeground.engine.measures import tally_events

    rule = All(
        (
            IsIn("offence", ("Violence and sexual offences", "Robbery")),
            Is("outcome", "Investigation complete; no suspect identified"),
        )
    )
    with _open(root, engine) as (warehouse, began):
        tally = tally_events(
            warehouse.table("events"), rule, feed=FEED, coverage=warehouse.coverage(FEED), by="outcome"
        )
        rows = sorted(
            zip(
                tally.verdict.tolist(),
                tally.category.tolist(),
                tally.month.tolist(),
                tally.events.tolist(),
                strict=True,
            )
        )
        named = str((sorted(tally.categories), sum(row[-1] for row in rows), len(rows)))
        return {"groups": len(rows), "answers": hashlib.sha256(named.encode()).hexdigest(), "start": began}


class _open:
    """The warehouse under an engine that has begun, and the seconds that took. Spark's processes are waited for, so that they count."""

    def __init__(self, root: Path, engine: str) -> None:
        self.root, self.engine = root, engine

    def __enter__(self) -> tuple[Any, float]:
        from safeground.engine.warehouse import Engine, open_warehouse
        from safeground.engine.workspace import open_workspace

        wall = time.perf_counter()
        self.warehouse = open_warehouse(open_workspace(self.root), engine=Engine(self.engine))
        self.warehouse.table("deliveries")
        return self.warehouse, time.perf_counter() - wall

    def __exit__(self, *error: object) -> None:
        self.warehouse.close()
        if self.engine != "duckdb":
            from pyspark import SparkContext

            gateway = SparkContext._gateway
            gateway.shutdown()
            gateway.proc.stdin.close()
            gateway.proc.wait()


def _catalogue() -> Any:
    from safeground.engine.catalogue import load_catalogue

    return load_catalogue("essex")


def weigh(folder: Path) -> float:
    """Gigabytes of the files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    parser.add_argument(
        "--spark-rows", type=int, default=max(SIZES), help="the largest size that Spark is asked as well"
    )
    parser.add_argument("--master", default=f"local[{os.cpu_count()}]", help="Spark's master")
    parser.add_argument("--memory", default="4g", help="of Spark's driver")
    given = parser.parse_args()
    submitted = f"--driver-memory {given.memory} pyspark-shell"
    os.environ.update(MASTER=given.master, SPARK_LOCAL_IP="127.0.0.1", PYSPARK_SUBMIT_ARGS=submitted)
    has_spark = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
    if not has_spark:
        print("Spark is left out: PySpark or Java is not installed")
    for rows in given.rows:
        scratch = Path(tempfile.mkdtemp(prefix="safeground-nation-"))
        try:
            engines = ("duckdb", "spark") if has_spark and rows <= given.spark_rows else ("duckdb",)
            run(scratch, rows, engines=engines)
        finally:
            shutil.rmtree(scratch)


def run(scratch: Path, rows: int, *, engines: tuple[str, ...]) -> None:
    archive, root = scratch / "archive", scratch / "workspace"
    write_archive(archive, rows, max(rows // ROWS_A_MONTH, 1))
    measure("warming the page cache", scan_barely, archive)
    bare = measure("bare scan of the files", scan_barely, archive)
    landed = measure("land", land_archive, archive, root)
    shutil.rmtree(archive)
    lookups = measure("check the lookups", check_lookups, root)
    checked = measure("check", check_archive, root)
    conformed = measure("conform", conform_archive, root)
    lines = [bare, landed, checked, conformed]
    same = True
    for question in (ask_counted, ask_events):
        asked = {}
        for engine in engines:
            name = f"{question.__name__.removeprefix('ask_')} by {engine}"
            asked[engine] = measure(name, question, root, engine)
            lines.append(asked[engine])
        same = same and len({found.result["answers"] for found in asked.values()}) == 1
    print(f"\n{rows:,} rows, {landed.result:,} files (lookups checked in {lookups.cpu_s:.1f} s)\n")
    print_table(lines, unit=bare, unit_name="bare scans")
    warehouse = root / "warehouse"
    weights = {name: sum(weigh(path) for path in warehouse.glob(f"*/{name}")) for name in ("events", "event_counts")}
    print(f"\nlanded {weigh(root / 'landed'):.2f} GB; " + "; ".join(f"{n} {gb:.3f} GB" for n, gb in weights.items()))
    _tell_ratios(lines)
    if not same:
        raise SystemExit("the engines do not give the same tallies")


def _tell_ratios(lines: list[Measurement]) -> None:
    found = {line.name: line for line in lines}
    for name, line in found.items():
        if not name.endswith(" by spark"):
            continue
        duckdb = found[name.replace("spark", "duckdb")]
        started = line.result["start"]
        print(
            f"{name.removesuffix(' by spark')}: Spark takes {line.cpu_s / duckdb.cpu_s:.1f} times the CPU of DuckDB and "
            f"{line.wall_s / duckdb.wall_s:.1f} times its time, {started:.0f} s of it to start; {line.result['groups']:,} groups, "
            "the same on both"
        )


if __name__ == "__main__":
    main()
