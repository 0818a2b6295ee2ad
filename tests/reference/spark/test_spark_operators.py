"""Every operator a measure may use gives the same on Spark as on DuckDB, over NULL, NaN, blanks and the ends of months and years.

Nothing is on the list of allowed operators that is not tried here.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeground.engine.warehouse import Engine, check_operators
from safeground.engine.warehouse.duckdb_engine import open_duckdb
from safeground.engine.warehouse.operators import ALLOWED
from safeground.engine.warehouse.spark_engine import open_spark

pytestmark = pytest.mark.spark

NAN = float("nan")
ROWS = {
    "k": [1, 2, 3, 4, 5, 6, 7, 8],
    "g": ["a", "a", "b", "b", "b", None, "", "a"],
    "a": [5, None, 0, -3, 12, 7, 7, 1],
    "b": [0.0, 2.5, None, NAN, -1.5, 1e-3, 3.0, 0.5],
    "c": [0.25, 4.0, 1.0, None, 9.0, 2.0, 0.5, 16.0],
    "s": [" Knife ", "", None, "Ångström", "it's a_b", "a\\_b", "KNIFE", "straße"],
    "d": [
        datetime.date(2024, 2, 29), datetime.date(2023, 12, 31), None, datetime.date(2024, 1, 1), datetime.date(2021, 1, 3),
        datetime.date(1968, 6, 30), datetime.date(2024, 12, 30), datetime.date(2025, 3, 31),
    ],
}  # fmt: skip
TYPES = {"k": "int64", "g": "string", "a": "int64", "b": "float64", "c": "float64", "s": "string", "d": "date"}

Question = Callable[[Any], Any]

TABLES: dict[str, Question] = {
    "choosing and naming": lambda t: t.select("k", "g", x=t.a).drop("g").rename(y="x"),
    "filter": lambda t: t.filter(t.a > 1),
    "distinct": lambda t: t.select("g").distinct(),
    "drop null": lambda t: t.drop_null(["a", "s"]),
    "fill null": lambda t: t.fill_null({"g": "none", "a": 0}),
    "union": lambda t: t.select("g").union(t.select(g="s")),
    "intersection": lambda t: t.select("g").intersect(t.filter(t.k > 3).select("g")),
    "difference": lambda t: t.select("g").difference(t.filter(t.k > 6).select("g")),
    "sorted and cut": lambda t: t.order_by(ibis.desc("k")).limit(3),
    "left join": lambda t: t.left_join(t.view().select("g", other="k"), "g").select("k", "g", "other"),
    "join of itself": lambda t: t.join(t.view(), "k", rname="{name}_too").select("k", "a_too"),
    "rows of another table": lambda t: t.filter(t.k.isin(t.filter(t.a > 4).select(j=t.k).j)).select("k"),
    "there is another row": lambda t: _exists(t),
    "grouped": lambda t: t.group_by("g").aggregate(
        n=t.count(), stated=t.a.count(), kinds=t.s.nunique(), total=t.a.sum(), mean=t.c.mean(), least=t.a.min(), most=t.s.max(),
        some=(t.a > 5).any(), every=(t.k > 0).all(), first=t.s.argmin(t.k), last=t.s.argmax(t.k),
    ),
    "spread": lambda t: t.aggregate(
        std=t.c.std(how="sample"), var=t.c.var(how="sample"), pop=t.c.var(how="pop"), middle=t.c.median(), high=t.c.quantile(0.9),
    ),
    "distinct rows counted": lambda t: t.select("g", "k").distinct().count().as_table(),
    "windows": lambda t: t.select(
        "k", row=ibis.row_number().over(order_by="k"), rank=ibis.rank().over(group_by="g", order_by="c"),
        dense=ibis.dense_rank().over(order_by="a"), share=ibis.percent_rank().over(order_by="k"), decile=ibis.ntile(3).over(order_by="k"),
        before=t.a.lag().over(order_by="k"), after=t.c.lead(2).over(order_by="k"),
        running=t.k.sum().over(ibis.window(order_by="k", preceding=2, following=0)),
    ),
}  # fmt: skip

VALUES: dict[str, Question] = {
    "cast": lambda t: t.a.cast("float64") + t.k.cast("string").length(),
    "rounded by a cast": lambda t: t.c.cast("int64"),
    "try cast": lambda t: t.s.try_cast("int64"),
    "coalesce": lambda t: ibis.coalesce(t.a, t.k),
    "is null": lambda t: t.s.isnull(),
    "is null, NaN among them": lambda t: t.b.isnull(),
    "not null, NaN among them": lambda t: t.b.notnull(),
    "is nan": lambda t: t.b.isnan(),
    "null if": lambda t: t.a.nullif(7),
    "if else": lambda t: ibis.ifelse(t.a > 1, "more", "less"),
    "cases": lambda t: ibis.cases((t.a > 6, "high"), (t.a > 0, "low"), else_=ibis.null("string")),
    "simple cases": lambda t: t.g.cases(("a", 1), ("b", 2), else_=0),
    "and": lambda t: (t.a > 1) & (t.s == "KNIFE"),
    "or": lambda t: (t.a > 1) | (t.s == "KNIFE"),
    "not": lambda t: ~(t.a > 1),
    "xor": lambda t: (t.a > 1) ^ (t.k > 4),
    "between": lambda t: t.a.between(0, 7),
    "equal, not equal": lambda t: ibis.ifelse(t.s == "", 1, 0) + ibis.ifelse(t.s != "it's a_b", 10, 0),
    "identical": lambda t: t.g.identical_to(t.s),
    "greater, NaN among them": lambda t: t.b > 1,
    "greater or equal": lambda t: t.b >= 2.5,
    "less": lambda t: t.a < 5,
    "less or equal": lambda t: t.d <= datetime.date(2024, 1, 1),
    "among": lambda t: t.s.isin(("KNIFE", "it's a_b", "Ångström")),
    "arithmetic": lambda t: (t.a + t.k * 2 - 1).abs().negate(),
    "division": lambda t: t.k / t.a.nullif(0),
    "division by NaN": lambda t: t.k / t.b.nullif(0),
    "floor": lambda t: (t.c * -1.5).floor(),
    "ceiling": lambda t: t.c.ceil(),
    "root, log and power of e": lambda t: t.c.sqrt() + t.c.ln() + t.c.exp(),
    "greatest": lambda t: ibis.greatest(t.k, 4),
    "least": lambda t: ibis.least(t.k, 4),
    "contains": lambda t: t.s.contains("_b"),
    "starts": lambda t: t.s.startswith("it's"),
    "ends": lambda t: t.s.endswith("\\_b"),
    "regular expression": lambda t: t.s.re_search(r"^[A-Z]{3,}$|_b$"),
    "lower": lambda t: t.s.lower(),
    "upper": lambda t: t.g.upper(),
    "stripped": lambda t: t.s.strip() + "|" + t.s.lstrip() + "|" + t.s.rstrip(),
    "length": lambda t: t.s.length(),
    "part": lambda t: t.s.substr(1, 3),
    "digest": lambda t: t.s.hexdigest("sha256"),
    "truncated": lambda t: t.d.truncate("M"),
    "truncated to years": lambda t: t.d.truncate("Y"),
    "months later": lambda t: (t.d + ibis.interval(months=1)).cast("date"),
    "days before": lambda t: (t.d - ibis.interval(days=60)).cast("date"),
    "months counted": lambda t: (t.d.truncate("M") + t.k.cast("int32").as_interval("D")).cast("date"),
    "year, quarter, month and day": lambda t: t.d.year() * 100000 + t.d.quarter() * 10000 + t.d.month() * 100 + t.d.day(),
    "week": lambda t: t.d.week_of_year(),
    "day of the week": lambda t: t.d.day_of_week.index(),
}  # fmt: skip

NOT_ASKED_ALONE = {
    "Alias", "Namespace", "PhysicalTable", "UnboundTable", "InMemoryTable", "JoinLink", "JoinReference", "SortKey", "WindowBoundary",
}  # fmt: skip
"""Names and parts of others, and tables that are none of a database's: only tests hand over rows."""


def _exists(t: Any) -> Any:
    other = t.view()
    return t.filter((t.g == other.g).any()).select("k")


@pytest.fixture(scope="module")
def tables(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[Engine, Any]:
    path = tmp_path_factory.mktemp("operators") / "rows.parquet"
    _write(path)
    duckdb, spark = open_duckdb(), open_spark()
    duckdb.backend.raw_sql(f"CREATE VIEW trial AS SELECT * FROM read_parquet('{path}')")
    spark.session.read.parquet(str(path)).createOrReplaceTempView("trial")
    schema = ibis.schema(TYPES)
    return {
        engine: ops.DatabaseTable(name="trial", schema=schema, source=database.backend).to_expr()
        for engine, database in ((Engine.DUCKDB, duckdb), (Engine.SPARK, spark))
    }


def _write(path: Path) -> None:
    schema = pa.schema([(name, ibis.dtype(kind).to_pyarrow()) for name, kind in TYPES.items()])
    pq.write_table(pa.table(ROWS, schema=schema), path)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else float(f"{value:.12g}")
    return value


def _answer(question: Any) -> tuple[Any, list[tuple[Any, ...]]]:
    check_operators(question)
    found = question.to_pyarrow()
    return found.schema, sorted((tuple(map(_plain, row.values())) for row in found.to_pylist()), key=repr)


@pytest.mark.parametrize("name", TABLES)
def test_questions_of_tables(tables, name):
    assert _answer(TABLES[name](tables[Engine.SPARK])) == _answer(TABLES[name](tables[Engine.DUCKDB]))


def test_values(tables):
    answers = {}
    for engine, table in tables.items():
        question = table.select("k", **{f"v{n}": ask(table) for n, ask in enumerate(VALUES.values())})
        schema, rows = _answer(question)
        answers[engine] = {
            name: (schema.field(n + 1).type, [(r[0], r[n + 1]) for r in rows]) for n, name in enumerate(VALUES)
        }
    differing = {
        name: (answers[Engine.SPARK][name], said)
        for name, said in answers[Engine.DUCKDB].items()
        if answers[Engine.SPARK][name] != said
    }
    assert differing == {}


def test_every_allowed_operator_is_tried():
    table = ibis.table(TYPES, name="trial")
    asked = [ask(table).op() for ask in (*TABLES.values(), *VALUES.values())]
    tried = {type(node).__name__ for question in asked for node in question.find(ops.Node)}
    # The table of the trial is one of a database, where this one stands for it.
    assert ALLOWED - NOT_ASKED_ALONE - tried - {"DatabaseTable"} == set()
    assert tried - ALLOWED == set()
