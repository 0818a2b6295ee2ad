from __future__ import annotations

import datetime

import ibis
import pytest

from safeground.engine.warehouse import TABLES, OperatorNotAllowed, check_operators, open_warehouse
from safeground.engine.workspace import WorkspaceError

VIOLENCE = "Violence and sexual offences"


def test_a_workspace_without_a_warehouse_says_what_to_do(bench):
    with pytest.raises(WorkspaceError, match="has no warehouse yet; build it with: safeground build"):
        open_warehouse(bench.workspace)


def test_a_damaged_warehouse_says_what_to_do_and_is_made_anew(bench):
    bench.send_month("2024-01", [("a", "E01990001", VIOLENCE)])
    (bench.conform().folder / "generation.json").write_text("{")
    with pytest.raises(WorkspaceError, match="is not a finished warehouse; remove the folder and build again"):
        open_warehouse(bench.workspace)
    assert bench.conform().made == 2
    assert len(bench.rows("events")) == 1


def test_every_table_has_its_columns_whether_or_not_anything_landed(bench):
    bench.send_month("2024-01", [("a", "E01990001", VIOLENCE)])
    bench.conform()
    with open_warehouse(bench.workspace) as warehouse:
        for name, columns in TABLES.items():
            assert tuple(warehouse.table(name).columns) == tuple(columns)
        assert warehouse.table("events").count().to_pyarrow().as_py() == 1
        assert warehouse.table("populations").count().to_pyarrow().as_py() == 0
        with pytest.raises(ValueError, match="has no table 'crimes'; it has events, persons"):
            warehouse.table("crimes")


def test_the_types_are_those_written_down(bench):
    bench.send_lookup()
    bench.send_month("2024-01", [("a", "E01990001", VIOLENCE)])
    bench.conform()
    ours = {
        "VARCHAR": "string",
        "DATE": "date",
        "TIMESTAMP": "timestamp",
        "DOUBLE": "float64",
        "INTEGER": "int32",
        "BIGINT": "int64",
        "BLOB": "binary",
    }
    with open_warehouse(bench.workspace) as warehouse:
        for name, columns in TABLES.items():
            types = {column: str(kind) for column, kind in warehouse.table(name).schema().items()}
            assert types == {column: ours[kind] for column, kind in columns.items()}, name


def test_coverage_is_the_months_of_each_partner(bench):
    bench.send_month("2024-01", [("a", "E01990001", VIOLENCE)])
    bench.send_month("2024-03", [("a", "E01990001", VIOLENCE)])
    bench.send_month("2024-03", [("b", "E01990001", VIOLENCE)], partner="essex")
    bench.conform()
    with open_warehouse(bench.workspace) as warehouse:
        assert warehouse.coverage("police_uk_street") == {
            "essex": {datetime.date(2024, 3, 1)},
            "wrenshire": {datetime.date(2024, 1, 1), datetime.date(2024, 3, 1)},
        }
        assert warehouse.coverage("population") == {}
        assert [delivery.period for delivery in warehouse.deliveries] == ["2024-03", "2024-01", "2024-03"]


def test_an_open_warehouse_outlives_two_builds(bench):
    bench.send_month("2024-01", [("a", "E01990001", VIOLENCE)])
    bench.conform()
    with open_warehouse(bench.workspace) as warehouse:
        bench.send_month("2024-02", [("b", "E01990001", VIOLENCE)])
        bench.conform()
        assert warehouse.table("events").count().to_pyarrow().as_py() == 1
    assert len(bench.rows("events")) == 2


TABLE = ibis.table({"a": "int64", "b": "float64", "s": "string", "d": "date"}, name="t")


@pytest.mark.parametrize(
    "expression",
    [
        TABLE.group_by(m=TABLE.d.truncate("M")).aggregate(n=TABLE.count(), x=TABLE.a.sum() / TABLE.b.sum().nullif(0)),
        TABLE.a / 2,
        TABLE.a / TABLE.b.nullif(0).cast("float32"),
        TABLE.filter(TABLE.s.isin(["x"]) | TABLE.s.isnull()).order_by("a").limit(3),
        TABLE.mutate(y=ibis.ifelse(TABLE.a > 1, "x", "y"), z=TABLE.d + ibis.interval(months=1)),
        TABLE.mutate(before=TABLE.a.lag().over(order_by="d")),
    ],
    ids=["grouped", "by a number", "by nullif cast", "filtered", "cases", "window"],
)
def test_operators_on_which_engines_agree_pass(expression):
    check_operators(expression)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        (TABLE.a / TABLE.b, r"divides by 'b' as it is: divide by .nullif\(0\)"),
        (TABLE.a / TABLE.b.nullif(1), r"divide by .nullif\(0\)"),
        (TABLE.a / 0, "divides by '0'"),
        (TABLE.a / TABLE.b.nullif(0).cast("int64"), r"divide by .nullif\(0\)"),
        (TABLE.s.like(r"a\_b"), "may not use StringSQLLike: use contains"),
        (TABLE.aggregate(x=TABLE.a.corr(TABLE.b)), "may not use Correlation: work it out in NumPy"),
        (TABLE.mutate(x=TABLE.a % 2), "may not use Modulus"),
        (TABLE.filter((~(TABLE.a > 1)).isnull()), "whether a negation is null: ask whether the thing itself"),
        (TABLE.filter((~(TABLE.a > 1)).notnull()), "whether a negation is null"),
        (TABLE.filter(ibis.random() < 0.5), "may not use RandomScalar: draw in NumPy"),
        (TABLE.aggregate(x=TABLE.s.group_concat()), "may not use GroupConcat"),
        (TABLE.mutate(x=TABLE.s.reverse()), "may not use Reverse: see the allowed ones"),
    ],
)
def test_an_operator_on_which_engines_differ_is_refused_in_a_sentence(expression, sentence):
    with pytest.raises(OperatorNotAllowed, match=sentence):
        check_operators(expression)
