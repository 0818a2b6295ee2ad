from __future__ import annotations

import importlib.util
import re

import pytest

from safeground.cli import main
from safeground.engine.warehouse import Engine, EngineUnavailable, Warehouse, check_engine


@pytest.fixture
def no_java(monkeypatch, tmp_path):
    """PySpark is there, and Java is neither on the path nor where JAVA_HOME says."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))


def test_duckdb_needs_nothing_that_is_not_installed(no_java):
    check_engine(Engine.DUCKDB)


def test_without_pyspark_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match=re.escape("install it with: pip install 'safeground[spark]'")):
        check_engine(Engine.SPARK)


def test_without_java_it_says_where_it_looked(no_java):
    with pytest.raises(EngineUnavailable, match=r"needs Java 17 or later.*looked in JAVA_HOME and on the path"):
        check_engine(Engine.SPARK)


def test_a_java_that_only_java_home_names_will_do(no_java, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    check_engine(Engine.SPARK)


def test_a_warehouse_asks_for_the_engine_when_a_table_is_wanted_and_not_before(no_java, tmp_path):
    with Warehouse(tmp_path, Engine.SPARK) as warehouse, pytest.raises(EngineUnavailable, match="needs Java"):
        warehouse.table("events")


def test_the_command_is_refused_in_a_sentence_before_anything_is_built(bench, no_java, capsys):
    bench.send_month("2024-01", [("a", "E01990001", "Robbery")])
    assert main(["build", str(bench.workspace.root), "--engine", "spark"]) == 1
    assert capsys.readouterr().err.startswith("The engine spark needs Java 17 or later")
    assert not bench.workspace.warehouse.all
