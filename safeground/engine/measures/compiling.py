"""A rule of the catalogue as Ibis expressions over a table of events, in the same three-valued logic.

SQL's own logic is Kleene's, with NULL for unknown, so a verdict is a plain boolean expression: true is in, false is out, NULL is
undetermined. Only operators that DuckDB and Spark agree on are used, and no text is built: a value in a rule cannot become SQL.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from safeground.engine.catalogue import All, AnyOf, Between, Is, IsIn, Not, Rule

if TYPE_CHECKING:  # Ibis takes a second to import, which `safeground --help` must not pay.
    import ibis.expr.types as ir

    Booleans: TypeAlias = ir.BooleanValue


@dataclass(frozen=True)
class CompiledRule:
    """`verdict`: a nullable boolean (NULL is undetermined). `missing`: an integer, bit i set where `fields[i]` being unknown leaves the
    event undetermined; 0 for every event that is in or out. A field that the rule reads in several places may have several bits."""

    verdict: ir.BooleanValue
    missing: ir.IntegerValue
    fields: tuple[str, ...]

    def name_fields(self, missing: int) -> tuple[str, ...]:
        """The fields a value of `missing` stands for, each once, sorted by name."""
        return tuple(sorted({field for bit, field in enumerate(self.fields) if missing >> bit & 1}))


@dataclass(frozen=True)
class _Part:
    """A verdict, and the bits of the tests whose being unknown makes it NULL; 0 where it is not. Only `verdict` may be NULL."""

    verdict: Booleans
    missing: ir.IntegerValue


MOST_TESTS = 62
"""As many tests as an integer has bits to tell them apart."""


def compile_rule(rule: Rule, table: ir.Table) -> CompiledRule:
    """The rule over a table, equal on every row to `safeground.engine.catalogue.evaluate_rule`.

    A column the table lacks, a NULL, a NaN and an empty text are unknown. Raises ValueError for a rule whose switches have not been
    chosen, or that makes more tests (62) than an integer has bits.
    """
    compiler = _Compiler(table)
    part = compiler.compile(rule)
    if len(compiler.fields) > MOST_TESTS:
        raise ValueError(
            f"the rule makes {len(compiler.fields)} tests and may make {MOST_TESTS} at most; split it into two definitions"
        )
    return CompiledRule(part.verdict, part.missing, tuple(compiler.fields))


class _Compiler:
    """Gives each test a bit of its own, so that what is missing adds up: the sum over a rule's parts is the union.

    A part's bits are asked for only where the whole is undetermined. To ask for each field anew whether each part is took ten times as
    long as the verdict alone; so it takes some two and a half.
    """

    def __init__(self, table: ir.Table) -> None:
        self.table = table
        self.fields: list[str] = []

    def compile(self, rule: Rule) -> _Part:
        match rule:
            case All(parts):
                return self._combine(parts, operator.and_, empty=True)
            case AnyOf(parts):
                return self._combine(_merge_lists(parts), operator.or_, empty=False)
            case Not(part):
                compiled = self.compile(part)
                return _Part(~compiled.verdict, compiled.missing)
            case Is() | IsIn() | Between():
                return self._compile_test(rule)
            case _:
                raise ValueError(f"the switch {rule.switch!r} has no reading; choose one before the rule is used")

    def _combine(
        self, parts: tuple[Rule, ...], combine: Callable[[Booleans, Booleans], Booleans], *, empty: bool
    ) -> _Part:
        import ibis

        if not parts:
            return _Part(ibis.literal(empty), ibis.literal(0, type="int64"))
        if len(parts) == 1:
            return self.compile(parts[0])
        compiled = [self.compile(part) for part in parts]
        verdict = functools.reduce(combine, [part.verdict for part in compiled])
        # A part that is in or out adds nothing.
        missing = functools.reduce(operator.add, [part.missing for part in compiled])
        return _Part(verdict, ibis.ifelse(verdict.isnull(), missing, 0).cast("int64"))

    def _compile_test(self, rule: Is | IsIn | Between) -> _Part:
        import ibis

        bit = ibis.literal(1 << len(self.fields) if len(self.fields) < MOST_TESTS else 0, type="int64")
        self.fields.append(rule.field)
        column = self.table[rule.field] if rule.field in self.table.columns else None
        if column is None or (isinstance(rule, Between) and not column.type().is_numeric()):
            return _Part(ibis.null("boolean"), bit)
        verdict = _lies_between(rule, column) if isinstance(rule, Between) else _is_among(rule, column)
        return _Part(verdict, ibis.ifelse(verdict.isnull(), bit, 0).cast("int64"))


def _merge_lists(parts: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Alternatives with the lists of one field as one list: a definition names its offences group by group."""
    lists: dict[tuple[str, tuple[str, ...]], IsIn] = {}
    for part in parts:
        if isinstance(part, Is | IsIn):
            key, own = (part.field, part.unknown_words), (part.value,) if isinstance(part, Is) else part.values
            values = (*lists[key].values, *own) if key in lists else own
            lists[key] = IsIn(part.field, values, None, part.unknown_words)
    return (*lists.values(), *(part for part in parts if not isinstance(part, Is | IsIn)))


def _is_among(rule: Is | IsIn, column: ir.Value) -> Booleans:
    """Whether a text is one of the values, as the reference has it: a value that is no text equals none, an empty list holds nothing."""
    import ibis

    unknown = ibis.null("boolean")
    if not column.type().is_string():
        return ibis.ifelse(_is_blank_number(column), unknown, False)
    values = (rule.value,) if isinstance(rule, Is) else rule.values
    values = tuple(value for value in values if value.strip() and value not in rule.unknown_words)
    # What most rows are comes first. Only a text below "!" can be blank: so few are trimmed that it costs nothing.
    cases = [(column.isin(values), True)] if values else []
    cases += [(column.isnull(), unknown)]
    cases += [(column.isin(rule.unknown_words), unknown)] if rule.unknown_words else []
    cases += [((column < "!") & (column.strip() == ""), unknown)]
    return ibis.cases(*cases, else_=False)


def _is_blank_number(column: ir.Value) -> Booleans:
    return column.isnull() | column.isnan() if column.type().is_floating() else column.isnull()


def _lies_between(rule: Between, column: ir.NumericValue) -> Booleans:
    import ibis

    ends = [column >= rule.at_least] if rule.at_least is not None else []
    ends += [column < rule.below] if rule.below is not None else []
    holds = functools.reduce(operator.and_, ends, ibis.literal(True))
    return ibis.ifelse(_is_blank_number(column), ibis.null("boolean"), holds)
