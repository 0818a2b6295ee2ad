"""Spark with executor processes of its own, and warehouses that both engines open."""

from __future__ import annotations

import importlib.util
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeground.engine.catalogue import load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files, make_key
from safeground.engine.measures import Measures, open_measures
from safeground.engine.warehouse import TABLES, Engine, Warehouse, conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_county, write_partner_files

MASTER = "local-cluster[2,1,1024]"
"""Two executors, each a process of its own with one core and 1,024 MB: what is not sent to them is not there."""


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session on `MASTER`, which every warehouse under Spark then uses."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("PySpark is not installed (the extra 'spark')")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    import pyspark
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "OFF",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.local.dir": str(tmp_path_factory.mktemp("spark")),
        # Each executor's folder; by default it is made inside the installed package.
        "spark.executorEnv.SPARK_LOCAL_DIRS": str(tmp_path_factory.mktemp("executors")),
    }
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPARK_HOME", str(Path(pyspark.__file__).parent))
        environment.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        environment.setenv("SPARK_WORKER_DIR", str(tmp_path_factory.mktemp("workers")))
        builder = SparkSession.builder.master(MASTER).appName("safeground-tests")
        for key, value in settings.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        yield session
        session.stop()


@pytest.fixture(scope="session")
def both_counties(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Engine, Measures]]:
    """The measures of one made-up county under either engine, from files taken through landing, check and conform."""
    made = make_county(seed=7, small_areas=80, months=15, neighbour_months=13, switch_month="2024-10")
    files = [
        *write_county(made, tmp_path_factory.mktemp("county")),
        *write_partner_files(made, tmp_path_factory.mktemp("shared")),
    ]
    # The partnership's own definition is Essex's; the county's agreements let the files in.
    essex, catalogue = load_catalogue("essex"), load_catalogue("wrenshire")
    catalogue = replace(
        catalogue,
        definitions={**catalogue.definitions, **essex.definitions},
        measures={**catalogue.measures, **essex.measures},
    )
    keys = make_key("needs_assessment", tmp_path_factory.mktemp("keys"), secret=bytes(32)).parent
    workspace = init_workspace(tmp_path_factory.mktemp("spark-county") / "workspace", partnership="wrenshire")
    assert not land_files(workspace, catalogue.feeds, files, keys=keys).refused
    deliveries = get_live_deliveries(workspace)
    conform_deliveries(workspace, catalogue.feeds, deliveries, check_deliveries(workspace, catalogue.feeds, deliveries))
    warehouses = {engine: open_warehouse(workspace, engine=engine) for engine in Engine}
    yield {engine: open_measures(warehouse, catalogue) for engine, warehouse in warehouses.items()}
    for warehouse in warehouses.values():
        warehouse.close()


FEED = "recorded_crime"
FOLLOWS = {"victim_under_25", "suspect_under_25", "victim_sex"}
"""What follows from victims and suspects, and so is not stated with the event."""
PARTNERS, MONTHS = ("007", "essex"), ("2024-01", "2024-02")
BLANKS = (None, "", "  ")
TEXTS = {
    "ho_class": ("1", "3B", "8N", "34B"),
    "offence": ("Robbery", "Burglary", "it's", "Ångström"),
    "area_code": ("E01990001", "E01990002"),
    "crime_status": ("recorded", "cancelled"),
}
FLAGS = ("yes", "no", "unknown", "not assessed", "used", "possessed", "none", "knife", "dwelling", "street")
NUMBERS = (None, float("nan"), 0.0, 9.0, 10.0, 17.5, 24.0, 25.0, 40.0)


def _make_cell(rng: random.Random, column: str, kind: str, month: str) -> Any:
    if column == "month":
        return date.fromisoformat(f"{month}-01")
    if column == "event_id":
        return rng.choice((*(f"crime {number}" for number in range(120)), None))
    if column == "role":
        return rng.choice(("victim", "suspect"))
    if kind == "VARCHAR":
        return rng.choice((*TEXTS.get(column, FLAGS), *BLANKS))
    if kind == "DOUBLE":
        return rng.choice(NUMBERS)
    if kind in ("INTEGER", "BIGINT"):
        return rng.choice((None, 0, 1, 3, 24, 25))
    if kind == "DATE":
        return rng.choice((None, date(2024, 1, 31), date(1968, 2, 29)))
    return rng.choice((None, datetime(2024, 3, 31, 1, 30, 0, 125_000)))


_ARROW = {
    "VARCHAR": pa.string(), "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us"), "DOUBLE": pa.float64(),
    "INTEGER": pa.int32(), "BIGINT": pa.int64(),
}  # fmt: skip


def _write_part(folder: Path, table: str, partner: str, month: str, *, without: set[str], rows: int) -> None:
    rng = random.Random(f"{table} {partner} {month}")
    columns = {name: kind for name, kind in TABLES[table].items() if name not in {"feed", "partner", *without}}
    cells = {
        name: pa.array(
            range(rows) if name == "row" else [_make_cell(rng, name, kind, month) for _ in range(rows)], _ARROW[kind]
        )
        for name, kind in columns.items()
    }
    path = folder / table / f"feed={FEED}" / f"partner={partner}" / f"{month}-0123456789ab.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(cells), path)


def _make_deliveries() -> dict[str, pa.Array]:
    stated = {"feed": FEED, "variant": "recorded_crime", "sha256": "0" * 64, "sent_name": "sent.csv"}
    stated |= {"received": 300, "accepted": 300, "quarantined": 0, "duplicates": 0, "contract_version": 1}
    varied = {"id": ("1", "2"), "partner": PARTNERS, "period": MONTHS}
    return {
        name: pa.array(varied.get(name, [stated.get(name)] * 2), _ARROW[kind])
        for name, kind in TABLES["deliveries"].items()
    }


@pytest.fixture(scope="session")
def both_warehouses(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Engine, Warehouse]]:
    """Events with every detail at random, blanks of every kind among them, with victims and suspects. One part lacks columns that the
    other has, and a partner's name looks like a number."""
    folder = tmp_path_factory.mktemp("random-warehouse")
    for partner, month, without in zip(PARTNERS, MONTHS, (FOLLOWS, FOLLOWS | {"domestic", "severity"}), strict=True):
        _write_part(folder, "events", partner, month, without=without, rows=300)
        _write_part(folder, "persons", partner, month, without=set(), rows=400)
    pq.write_table(pa.table(_make_deliveries()), folder / "deliveries.parquet")
    warehouses = {engine: Warehouse(folder, engine) for engine in Engine}
    yield warehouses
    for warehouse in warehouses.values():
        warehouse.close()
