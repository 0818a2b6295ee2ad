"""Ibis' backend for Spark, made to agree with DuckDB where Ibis 12 does not. Importing it imports Spark."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL
from ibis.backends.sql.compilers.pyspark import PySparkCompiler


@contextmanager
def no_word_of_pandas() -> Iterator[None]:
    """Spark 4 warns of pandas 3 wherever it first imports it; nothing of ours goes through it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        yield


with no_word_of_pandas():
    from ibis.backends.pyspark import Backend


class AgreeingCompiler(PySparkCompiler):
    """On Spark, Ibis takes NaN for NULL when it is asked whether a number is missing, and Spark says of NULL that it is no NaN."""

    __slots__ = ()

    def visit_IsNull(self, op: Any, *, arg: Any) -> Any:
        return arg.is_(NULL)

    def visit_NotNull(self, op: Any, *, arg: Any) -> Any:
        return arg.is_(sge.Not(this=NULL))

    def visit_IsNan(self, op: Any, *, arg: Any) -> Any:
        return self.if_(arg.is_(NULL), NULL, self.f.isnan(arg))


class AgreeingBackend(Backend):
    """Ibis takes Spark's answers through pandas, where a missing number and NaN become one, and a missing boolean an object. Arrow keeps
    them apart."""

    compiler = AgreeingCompiler()

    def to_pyarrow(self, expr: Any, /, *, params: Any = None, limit: Any = None, **kwargs: Any) -> Any:
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        answer = self._session.sql(self.compile(table, params=params, limit=limit, **kwargs)).toArrow()
        return expr.__pyarrow_result__(answer.cast(table.schema().to_pyarrow()))


Backend.register_options()
