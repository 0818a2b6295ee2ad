"""A contract's rules, compiled: each one a DuckDB expression that is TRUE for a row that breaks it.

Expressions are over columns named as in the contract, trimmed, NULL where blank. An expression that cannot tell (a cell missing, or
broken in a way that another rule reports) must be FALSE or NULL: one fault is reported once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from safeground.engine.catalogue import (
    CodesInForce,
    ColumnContract,
    Constraints,
    Coordinates,
    DateInPeriod,
    DatesInOrder,
    Feeds,
    GridReference,
    MonthOfFile,
    OnFailure,
    RequiredTogether,
    TotalOfFamily,
    Variant,
)
from safeground.engine.feeds.checking.rules_codes import code_rules
from safeground.engine.feeds.checking.rules_sql import (
    INTEGER,
    MONTH,
    YEAR,
    all_of,
    day,
    matches,
    moment,
    month_first,
    number,
    padded,
    quote_name,
    quote_text,
    quote_texts,
    trimmed,
)
from safeground.engine.feeds.sharing.pseudonyms import SHORTENED, STANDS_FOR_SHORTENED


@dataclass(frozen=True)
class Rule:
    """A rule about single rows."""

    name: str
    columns: tuple[str, ...]
    """The columns it looks at, the one to blame first."""
    on_failure: OnFailure
    breaks: str
    """SQL over the trimmed columns; over the columns as sent where `of_raw`."""
    says: str
    """What is wrong, to be followed by 'in 3 rows'."""
    of_raw: bool = False
    in_any_delivery: str = ""
    """What is wrong where `says` names what differs from delivery to delivery."""

    @property
    def gist(self) -> str:
        """What is wrong in words that fit every delivery."""
        return self.in_any_delivery or self.says.rstrip(",")


def compile_rules(variant: Variant, feeds: Feeds, *, columns: tuple[str, ...], period: str) -> tuple[Rule, ...]:
    """Every row rule of a variant for a delivery of `period` that has `columns` (contract names, families' columns included)."""
    present = set(columns)
    rules: list[Rule] = []
    for column in variant.columns:
        if column.name in present:
            rules += _cell_rules(column.name, column.type, column.constraints, column.on_failure, feeds)
            rules += _padding_rules(column, variant)
            if column.identifies == "direct":
                rules.append(_shortened(column))
    for family in variant.families:
        for member in family_columns(family.matching, columns, variant):
            rules += _cell_rules(member, family.type, family.constraints, family.on_failure, feeds)
    for check in variant.checks:
        match check:
            case MonthOfFile():
                rules.append(_month_of_file(check, period))
            case DateInPeriod() if check.column in present:
                rules.append(_date_in_period(check, period))
            case DatesInOrder() if {check.column, check.not_after} <= present:
                rules.append(_dates_in_order(check))
            case GridReference() if {check.easting, check.northing} <= present:
                rules += _grid_reference(check)
            case Coordinates() if {check.longitude, check.latitude} <= present:
                rules += _coordinates(check)
            case RequiredTogether() if {check.column, check.unless_column} <= present:
                rules.append(_filled_unless(check))
            case CodesInForce() if {check.column, check.as_at} <= present:
                codes, has_stated = feeds.code_lists[check.code_list], check.stated_in in present
                rules += [
                    Rule(name, blamed, check.on_failure, breaks, says)
                    for name, blamed, breaks, says in code_rules(check, codes, has_stated=has_stated)
                ]
            case TotalOfFamily():
                rules.append(_total_of_family(check, family_columns(check.family, columns, variant)))
    return tuple(rules)


def family_columns(pattern: str, columns: tuple[str, ...], variant: Variant) -> tuple[str, ...]:
    """The columns of a family: those whose whole name matches and that the contract does not name on their own."""
    named = {column.name for column in variant.columns}
    return tuple(name for name in columns if name not in named and re.fullmatch(pattern, name))


def codes_of(constraints: Constraints, feeds: Feeds) -> tuple[str, ...] | None:
    """The values a cell may have, from the contract or its code list; None where any."""
    if constraints.code_list is not None:
        return feeds.code_lists[constraints.code_list].codes
    return constraints.enum


def _cell_rules(name: str, kind: str, constraints: Constraints, on_failure: OnFailure, feeds: Feeds) -> Iterator[Rule]:
    cell = quote_name(name)

    def rule(rule_name: str, breaks: str, says: str) -> Rule:
        return Rule(rule_name, (name,), on_failure, breaks, f"{name} {says}")

    if constraints.required:
        yield rule("required", f"{cell} IS NULL", "is blank")
    if kind != "string":
        is_date = kind in ("date", "datetime")
        breaks = f"{_is_not(kind, cell)} AND NOT {month_first(cell)}" if is_date else _is_not(kind, cell)
        yield rule("type", breaks, f"is not {_TYPES[kind]}")
        if is_date:
            yield rule("month_first", month_first(cell), _MONTH_FIRST)
    if constraints.pattern is not None:
        like = constraints.looks_like  # a pattern says nothing to whoever keeps the sheet
        says = f"is not like {like}" if like else "is not written as its contract asks"
        yield rule("pattern", f"NOT {matches(cell, constraints.pattern)}", says)
    codes = codes_of(constraints, feeds)
    if codes is not None:
        where = f"the code list {constraints.code_list}" if constraints.code_list else "the values allowed"
        yield rule("code_list", f"{cell} NOT IN {quote_texts(codes)}", f"is not in {where}")
    if constraints.minimum is not None:
        yield rule("minimum", f"{number(cell)} < {constraints.minimum!r}", f"is below {constraints.minimum:g}")
    if constraints.maximum is not None:
        yield rule("maximum", f"{number(cell)} > {constraints.maximum!r}", f"is above {constraints.maximum:g}")


_MONTH_FIRST = (
    "has the month before the day, as in the United States, so that its dates up to the 12th of a month may have been read as of "
    "another month,"
)
_TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "month": "a month (like 2024-01)",
    "year": "a year (like 2024)",
    "date": "a date (like 2024-01-31 or 31/01/2024)",
    "datetime": "a date with a time (like 2024-01-31 23:15 or 31/01/2024 23:15)",
}


def _shortened(column: ColumnContract) -> Rule:
    cell = quote_name(column.name)
    breaks = f"({matches(cell, SHORTENED)} OR {cell} = {quote_text(STANDS_FOR_SHORTENED)})"
    says = f"{column.name} was shortened by a spreadsheet, so that its last digits are lost"
    return Rule("shortened", (column.name,), column.on_failure, breaks, says)


def _is_not(kind: str, cell: str) -> str:
    match kind:
        case "integer":
            return f"NOT {matches(cell, INTEGER)}"
        case "number":
            return f"{cell} IS NOT NULL AND {number(cell)} IS NULL"
        case "month":
            return f"NOT {matches(cell, MONTH)}"
        case "year":
            return f"NOT {matches(cell, YEAR)}"
        case "date":
            return f"{cell} IS NOT NULL AND {day(cell)} IS NULL"
        case _:
            return f"{cell} IS NOT NULL AND {moment(cell)} IS NULL"


def padding_matters(column: ColumnContract, variant: Variant) -> bool:
    """Padding is reported where a value is compared or joined. Numbers are read with or without spaces; free text is trimmed."""
    if column.type != "string":
        return False
    constraints = column.constraints
    compared = {getattr(check, key, None) for check in variant.checks for key in ("column", "from_column", "to_column")}
    keys = {name for check in variant.checks for name in getattr(check, "columns", ())}
    has_rule = constraints.required or constraints.pattern or constraints.enum or constraints.code_list
    return bool(has_rule) or column.name in compared | keys


def _padding_rules(column: ColumnContract, variant: Variant) -> Iterator[Rule]:
    if padding_matters(column, variant):
        cell = quote_name(column.name)
        breaks = f"{padded(cell)} AND {trimmed(cell)} <> {cell}"
        says = f"{column.name} has spaces around its value, which were left out,"
        yield Rule("padded", (column.name,), OnFailure.REPORT, breaks, says, of_raw=True)


def _month_of_file(check: MonthOfFile, period: str) -> Rule:
    cell = quote_name(check.column)
    breaks = all_of([matches(cell, MONTH), f"{cell} <> {quote_text(period)}"])
    says = f"{check.column} is not {period}, the month of the delivery,"
    gist = f"{check.column} is not the month of the delivery"
    return Rule("month_of_file", (check.column,), check.on_failure, breaks, says, in_any_delivery=gist)


def _date_in_period(check: DateInPeriod, period: str) -> Rule:
    cell = quote_name(check.column)
    form = "%Y-%m" if len(period) == len("2024-01") else "%Y"
    breaks = f"strftime({moment(cell)}, {quote_text(form)}) <> {quote_text(period)}"
    says = f"{check.column} is not in {period}, the period of the delivery,"
    gist = f"{check.column} is not in the period of the delivery"
    return Rule("date_in_period", (check.column,), check.on_failure, breaks, says, in_any_delivery=gist)


def _dates_in_order(check: DatesInOrder) -> Rule:
    first, last = quote_name(check.column), quote_name(check.not_after)
    # A day without a time is compared as a day: 31 January is not before 31 January 10:00.
    breaks = (
        f"CASE WHEN {day(first)} IS NOT NULL OR {day(last)} IS NOT NULL "
        f"THEN date_trunc('day', {moment(first)}) > date_trunc('day', {moment(last)}) ELSE {moment(first)} > {moment(last)} END"
    )
    says = f"{check.column} is after {check.not_after}"
    return Rule("dates_in_order", (check.column, check.not_after), check.on_failure, breaks, says)


def _grid_reference(check: GridReference) -> Iterator[Rule]:
    """England and Wales lie between 80 and 660 km east and between 0 and 660 km north of the grid's origin."""
    easting, northing = quote_name(check.easting), quote_name(check.northing)
    east, north = number(easting), number(northing)
    both = (check.easting, check.northing)
    known = f"({east} + {north}) IS NOT NULL"
    inside = f"({east} BETWEEN 80000 AND 660000 AND {north} BETWEEN 0 AND 660000)"
    given = f"({easting} IS NULL) <> ({northing} IS NULL)"
    says = f"only one of {check.easting} and {check.northing} is given"
    yield Rule("one_coordinate", both, check.on_failure, given, says)
    outside = f"the point lies outside England and Wales (metres of the British National Grid in {check.easting} and {check.northing})"
    yield Rule("coordinates_outside", both, check.on_failure, f"{known} AND NOT {inside}", outside)


def _coordinates(check: Coordinates) -> Iterator[Rule]:
    longitude, latitude = quote_name(check.longitude), quote_name(check.latitude)
    east, north = number(longitude), number(latitude)
    inside = box(check, east, north)
    swapped = box(check, north, east)
    both = (check.longitude, check.latitude)
    known = f"({east} + {north}) IS NOT NULL"  # a missing or unreadable one is another rule's fault
    yield Rule(
        "one_coordinate",
        both,
        check.on_failure,
        f"({longitude} IS NULL) <> ({latitude} IS NULL)",
        f"only one of {check.longitude} and {check.latitude} is given",
    )
    yield Rule(
        "coordinates_swapped",
        both,
        check.on_failure,
        f"{known} AND NOT {inside} AND {swapped}",
        f"{check.longitude} and {check.latitude} are swapped",
    )
    yield Rule(
        "coordinates_outside",
        both,
        check.on_failure,
        f"{known} AND NOT {inside} AND NOT {swapped}",
        f"the point lies outside {check.west:g} to {check.east:g} east and {check.south:g} to {check.north:g} north",
    )


def box(check: Coordinates, longitude: str, latitude: str) -> str:
    """SQL: the point lies in the contract's box, its edges included."""
    return f"({longitude} BETWEEN {check.west!r} AND {check.east!r} AND {latitude} BETWEEN {check.south!r} AND {check.north!r})"


def _filled_unless(check: RequiredTogether) -> Rule:
    cell, unless = quote_name(check.column), quote_name(check.unless_column)
    breaks = f"{cell} IS NULL AND coalesce({unless} NOT IN {quote_texts(check.unless_values)}, FALSE)"
    says = f"{check.column} is blank though {check.unless_column} is not {' or '.join(check.unless_values)}"
    return Rule("filled_unless", (check.column, check.unless_column), check.on_failure, breaks, says)


def _total_of_family(check: TotalOfFamily, members: tuple[str, ...]) -> Rule:
    total = number(quote_name(check.column))
    # A sum of which one part is missing or no number is NULL: the part's own rule reports that. Doubles add whole people exactly.
    parts = " + ".join(number(quote_name(member)) for member in members) or "0"
    says = f"{check.column} is not the sum of its {len(members)} parts"
    return Rule("total_of_family", (check.column,), check.on_failure, f"abs({total} - ({parts})) > 1e-6", says)
