"""A rule of the catalogue as Ibis expressions over a table of events, in the same three-valued logic.

SQL's own logic is Kleene's, with NULL for unknown, so a verdict is a plain boolean expression: true is in, false is out, NULL is
undetermined. Only operators that DuckDB and Spark agree on are used, and no text is built: a value in a rule cannot become SQL.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from safeground.engine.catalogue import All, AnyOf, Between, Is, IsIn, Not, Rule, rule_fields

if TYPE_CHECKING:  # Ibis takes a second to import, which `safeground --help` must not pay.
    import ibis.expr.types as ir

    Booleans: TypeAlias = ir.BooleanValue


@dataclass(frozen=True)
class CompiledRule:
    """`verdict`: a nullable boolean (NULL is undetermined). `missing`: an integer, bit i set where `fields[i]` being unknown leaves the
    event undetermined; 0 for every event that is in or out."""

    verdict: ir.BooleanValue
    missing: ir.IntegerValue
    fields: tuple[str, ...]

    def name_fields(self, missing: int) -> tuple[str, ...]:
        """The fields a value of `missing` stands for, sorted by name."""
        return tuple(field for bit, field in enumerate(self.fields) if missing >> bit & 1)


@dataclass(frozen=True)
class _Part:
    """A verdict, whether it is undetermined, and for each field whether its being unknown makes it so. Only `verdict` may be NULL.

    `is_undetermined` is carried along, because Ibis 12 writes `(~x).isnull()` as `NOT (x) IS NULL`, which SQL reads as
    `NOT (x IS NULL)`: NULL is never asked of a negation here.
    """

    verdict: Booleans
    is_undetermined: Booleans
    matters: dict[str, Booleans]


def compile_rule(rule: Rule, table: ir.Table) -> CompiledRule:
    """The rule over a table, equal on every row to `safeground.engine.catalogue.evaluate_rule`.

    A column the table lacks, a NULL, a NaN and an empty text are unknown. Raises ValueError for a rule whose switches have not been
    chosen, or that reads more fields (62) than an integer has bits.
    """
    import ibis

    fields = rule_fields(rule)
    if len(fields) > 62:
        raise ValueError(f"the rule reads {len(fields)} fields and may read 62 at most; split it into two definitions")
    part = _compile(rule, table)
    missing = ibis.literal(0, type="int64")
    for bit, field in enumerate(fields):
        missing = missing + ibis.ifelse(part.matters[field], 1 << bit, 0).cast("int64")
    return CompiledRule(part.verdict, missing, fields)


def _compile(rule: Rule, table: ir.Table) -> _Part:
    match rule:
        case All(parts):
            return _combine([_compile(part, table) for part in parts], operator.and_, empty=True)
        case AnyOf(parts):
            return _combine([_compile(part, table) for part in parts], operator.or_, empty=False)
        case Not(part):
            compiled = _compile(part, table)
            return _Part(~compiled.verdict, compiled.is_undetermined, compiled.matters)
        case Is() | IsIn() | Between():
            return _compile_field(rule, table)
        case _:
            raise ValueError(f"the switch {rule.switch!r} has no reading; choose one before the rule is used")


def _combine(parts: list[_Part], combine: Callable[[Booleans, Booleans], Booleans], *, empty: bool) -> _Part:
    import ibis

    if not parts:
        return _Part(ibis.literal(empty), ibis.literal(False), {})
    if len(parts) == 1:
        return parts[0]
    verdict = functools.reduce(combine, [part.verdict for part in parts])
    fields = sorted({field for part in parts for field in part.matters})
    # A part that is in or out says of no field that it matters, so the union over the parts is over the undetermined ones.
    undetermined = verdict.isnull()
    return _Part(
        verdict,
        undetermined,
        {
            field: undetermined & _any(part.matters[field] for part in parts if field in part.matters)
            for field in fields
        },
    )


def _any(conditions: Iterable[Booleans]) -> Booleans:
    return functools.reduce(operator.or_, conditions)


def _compile_field(rule: Is | IsIn | Between, table: ir.Table) -> _Part:
    import ibis

    unknown = ibis.null("boolean")
    column = table[rule.field] if rule.field in table.columns else None
    if column is None or (isinstance(rule, Between) and not column.type().is_numeric()):
        return _Part(unknown, ibis.literal(True), {rule.field: ibis.literal(True)})
    if isinstance(rule, Between):
        holds = _lies_between(rule, column)
    else:
        holds = _is_among((rule.value,) if isinstance(rule, Is) else rule.values, column)
    is_unknown = _is_blank(column)
    if isinstance(rule, Is | IsIn) and rule.unknown_words and column.type().is_string():
        is_unknown = is_unknown | column.isin(rule.unknown_words)
    return _Part(ibis.ifelse(is_unknown, unknown, holds), is_unknown, {rule.field: is_unknown})


def _is_blank(column: ir.Value) -> Booleans:
    if column.type().is_string():
        return column.isnull() | (column.strip() == "")
    if column.type().is_floating():
        return column.isnull() | column.isnan()
    return column.isnull()


def _is_among(values: tuple[str, ...], column: ir.Value) -> Booleans:
    import ibis

    # A value that is no text equals no text, and an empty list holds nothing: out, as the reference has it.
    return column.isin(values) if values and column.type().is_string() else ibis.literal(False)


def _lies_between(rule: Between, column: ir.NumericValue) -> Booleans:
    import ibis

    ends = [column >= rule.at_least] if rule.at_least is not None else []
    ends += [column < rule.below] if rule.below is not None else []
    return functools.reduce(operator.and_, ends, ibis.literal(True))
