"""The operators a measure may use: those on which DuckDB and Spark were found to agree.

A measure is written once in Ibis and may run on either. Of 52 operations tried on both, ten did not agree, some without an error: a
division by zero is infinite on one and stops the other, and a pattern with an escape matches differently. So the list says what is
allowed, and anything new is tried on both before it joins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

ALLOWED = frozenset(
    {
        # Tables
        "Aggregate", "DatabaseTable", "Difference", "Distinct", "DropColumns", "DropNull", "Field", "FillNull", "Filter",
        "InMemoryTable", "Intersection", "JoinChain", "JoinLink", "JoinReference", "Limit", "Namespace", "PhysicalTable",
        "Project", "SelfReference", "Sort", "SortKey", "UnboundTable", "Union",
        # Values and NULL
        "Alias", "Cast", "TryCast", "Coalesce", "IsNull", "NotNull", "Literal", "NullIf", "IfElse", "SearchedCase", "SimpleCase", "IsNan",
        # Logic and comparison
        "And", "Or", "Not", "Xor", "Between", "Equals", "NotEquals", "IdenticalTo", "Greater", "GreaterEqual", "Less", "LessEqual",
        "InValues", "InSubquery", "ExistsSubquery",
        # Arithmetic
        "Abs", "Add", "Subtract", "Multiply", "Divide", "Negate", "Floor", "Ceil", "Sqrt", "Ln", "Exp", "Greatest", "Least",
        # Sums
        "Count", "CountStar", "CountDistinct", "Sum", "Mean", "Min", "Max", "Any", "All", "StandardDev", "Variance",
        "Median", "Quantile", "ArgMax", "ArgMin",
        # Windows
        "WindowFunction", "WindowBoundary", "RowNumber", "DenseRank", "MinRank", "PercentRank", "NTile", "Lag", "Lead",
        # Text
        "StringContains", "StartsWith", "EndsWith", "RegexSearch", "Lowercase", "Uppercase", "Strip", "LStrip", "RStrip", "StringLength",
        "StringConcat", "Substring", "HexDigest",
        # Dates
        "DateTruncate", "DateAdd", "DateSub", "ExtractYear", "ExtractMonth", "ExtractQuarter", "ExtractDay", "ExtractWeekOfYear",
        "DayOfWeekIndex", "IntervalFromInteger",
    }
)  # fmt: skip

_INSTEAD = {
    "StringSQLLike": "use contains(), startswith() or re_search(), because a pattern with an escape matches differently on Spark",
    "StringSQLILike": "use lower() with contains() or startswith(), because a pattern with an escape matches differently on Spark",
    "FloorDivide": "use (a / b.nullif(0)).floor(), because a division by zero differs between engines",
    "Modulus": "work the remainder out from a division by nullif(0), because a division by zero differs between engines",
    "CountDistinctStar": "use distinct() and then count(), because Spark does not count a row that holds a NULL",
    "ArrayCollect": "aggregate to a number instead, because Spark cannot collect in an order",
    "GroupConcat": "aggregate to a number instead, because Spark cannot join text in an order",
    "Correlation": "work it out in NumPy, because DuckDB and Spark correlate with different divisors",
    "RandomScalar": "draw in NumPy from a generator that is handed in, so that two builds agree",
}


class OperatorNotAllowed(ValueError):
    """A measure uses an operator that does not mean the same on every engine."""


def check_operators(expression: ir.Expr) -> None:
    """Raises OperatorNotAllowed, in a sentence, at the first operator that is not allowed or a division that may be by zero."""
    import ibis.expr.operations as ops

    for node in expression.op().find(ops.Node):
        name = type(node).__name__
        if name not in ALLOWED:
            instead = _INSTEAD.get(name, "see the allowed ones in safeground/engine/warehouse/operators.py")
            raise OperatorNotAllowed(f"a measure may not use {name}: {instead}.")
        if isinstance(node, (ops.IsNull, ops.NotNull)) and isinstance(node.arg, ops.Not):
            # Ibis 12 writes (~x).isnull() without the brackets, which SQL reads as NOT (x IS NULL): the opposite.
            raise OperatorNotAllowed(
                "a measure asks whether a negation is null: ask whether the thing itself is, x.isnull() for (~x).isnull()."
            )
        if isinstance(node, ops.Divide) and not _is_never_zero(node.right):
            raise OperatorNotAllowed(
                f"a measure divides by {node.right.to_expr().get_name()!r} as it is: divide by .nullif(0), "
                "because a division by zero is infinite on DuckDB and an error on Spark."
            )


def _is_never_zero(divisor: object) -> bool:
    import ibis.expr.operations as ops

    if isinstance(divisor, ops.Cast) and divisor.to.is_floating():  # To an integer, 0.4 would become 0.
        return _is_never_zero(divisor.arg)
    if isinstance(divisor, ops.NullIf):
        null_if = divisor.null_if_expr
        return isinstance(null_if, ops.Literal) and null_if.value == 0
    return isinstance(divisor, ops.Literal) and divisor.value != 0
