"""Any feed's rows as rows of one of our tables, column by column, as SQL: read through code lists, dates and intervals worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from safeground.engine.catalogue import CodeList, From, PublishedNumber, RowsTable
from safeground.engine.feeds import Delivery, meaning_in_force, moment
from safeground.engine.warehouse.sources import ROW, Source, quote_name, quote_text
from safeground.engine.warehouse.tables import PARTITIONS, TABLES

_NUMBER = ("value", "lower", "upper", "marker")


def rows_columns(target: RowsTable) -> tuple[str, ...]:
    """The columns of our table that a feed's files hold, in the table's order: those it fills, and those every part has."""
    filled = {*target.columns, "delivery", "row"}
    if target.table == "events":
        filled |= {
            "event_id",
            "month",
            "date",
            "area_code",
            "area_vintage",
            "offence",
            "outcome",
            "location",
            "longitude",
            "latitude",
        }
    else:
        filled |= set(TABLES[target.table])
    return tuple(name for name in TABLES[target.table] if name in filled and name not in PARTITIONS)


def select_rows(
    target: RowsTable, source: Source, delivery: Delivery, *, code_lists: Mapping[str, CodeList], vintage: str
) -> str:
    """A row of ours for each row of theirs; of figures, for each number in it. `vintage`: SQL over `area_code` (`vintage_expression`).

    A column of theirs that this delivery lacks, a code without a meaning and a text that is no date become NULL.
    """
    cells = {"delivery": quote_text(delivery.id), "row": ROW}
    for name, found in target.sources.items():
        cells[name] = _cell(found, TABLES[target.table][name], source, code_lists)
    if target.number is not None:
        return " UNION ALL ".join(
            f"SELECT {_as_named(target, figure)} FROM {source.sql}"
            for figure in _figures(target, target.number, cells, source)
        )
    if target.table == "events":
        cells.setdefault("month", f"date_trunc('month', {cells['date']})" if "date" in cells else "NULL")
        # A month is no day: an event of which only the month is known has no date.
        cells.setdefault("date", "NULL")
    inner = _as_named(target, cells)
    if "area_vintage" not in rows_columns(target):
        return f"SELECT {inner} FROM {source.sql}"
    outer = [
        f"CAST({vintage} AS VARCHAR) AS {name}" if name == "area_vintage" else name for name in rows_columns(target)
    ]
    return f"SELECT {', '.join(outer)} FROM (SELECT {inner} FROM {source.sql})"


def _as_named(target: RowsTable, cells: Mapping[str, str]) -> str:
    """The cells as our columns with their types, in the table's order. What has no cell is NULL; the vintage is worked out later."""
    return ", ".join(
        f"TRY_CAST({cells.get(name, 'NULL')} AS {TABLES[target.table][name]}) AS {name}"
        for name in rows_columns(target)
        if name != "area_vintage"
    )


def _figures(
    target: RowsTable, number: PublishedNumber, cells: Mapping[str, str], source: Source
) -> Iterator[Mapping[str, str]]:
    """The cells of each number of a row. Bounds that a column states, as a survey's interval, stand before those worked out."""
    numbers = ((None, number), *target.further_numbers.items())
    for statistic, printed in numbers:
        worked_out = dict(zip(_NUMBER, _interval(printed, source), strict=True))
        named = {} if statistic is None else {"statistic": quote_text(statistic)}
        yield {**worked_out, **cells, **named}


def _cell(found: From, kind: str, source: Source, code_lists: Mapping[str, CodeList]) -> str:
    if found.value is not None:
        return quote_text(found.value)
    if found.columns:
        return _first_of_list(found, source, code_lists)
    if found.column not in source.columns:
        return "NULL"
    cell = quote_name(found.column)
    if found.as_at is not None:
        return _meaning_as_at(found, cell, source, code_lists)
    if found.through is not None:
        meanings = code_lists[found.through].meanings
        whens = " ".join(
            f"WHEN {quote_text(code)} THEN {quote_text(meaning)}" for code, meaning in meanings.items() if meaning
        )
        return f"CASE {cell} {whens}{_otherwise(found, [cell])} END"
    if found.reads != "as_sent":
        second = quote_name(found.second_column) if found.second_column in source.columns else "NULL"
        return _day(found.reads, cell, second)
    if kind == "DATE":
        # A month column becomes its first day; what has a time of day, its day.
        return f"coalesce({moment(cell)}, TRY_CAST({cell} || '-01' AS TIMESTAMP))"
    if kind == "TIMESTAMP":
        return moment(cell)
    return cell


def _first_of_list(found: From, source: Source, code_lists: Mapping[str, CodeList]) -> str:
    """The meaning of the code that stands first in the list, of those in any of the columns; without a list, the first that is filled."""
    cells = [quote_name(name) for name in found.columns if name in source.columns]
    if not cells:
        return "NULL"
    if found.through is None:
        return f"coalesce({', '.join(cells)})"
    meanings = code_lists[found.through].meanings
    anywhere = f"[{', '.join(cells)}]"
    whens = " ".join(
        f"WHEN list_contains({anywhere}, {quote_text(code)}) THEN {quote_text(meaning)}"
        for code, meaning in meanings.items()
        if meaning
    )
    return f"CASE {whens}{_otherwise(found, cells)} END"


def _meaning_as_at(found: From, cell: str, source: Source, code_lists: Mapping[str, CodeList]) -> str:
    """What the code meant on the day, unless the row states a meaning that the list knows."""
    codes = code_lists[found.through or ""]
    day = moment(quote_name(found.as_at)) if found.as_at in source.columns else "CAST(NULL AS TIMESTAMP)"
    meaning = meaning_in_force(codes, cell, day)
    if found.stated_in not in source.columns:
        return meaning
    return f"coalesce({meaning_in_force(codes, quote_name(found.stated_in), day)}, {meaning})"


def _otherwise(found: From, cells: Sequence[str]) -> str:
    if found.otherwise is None:
        return ""
    return f" WHEN coalesce({', '.join(cells)}) IS NOT NULL THEN {quote_text(found.otherwise)}"


def _day(reads: str, cell: str, second: str) -> str:
    """The first or last day of the month, year or quarter that a text names."""
    year = f"TRY_CAST(regexp_extract({cell}, '^[^0-9]*([12][0-9]{{3}})', 1) AS INTEGER)"
    if reads.startswith("month"):
        digits = f"regexp_replace({cell}, '[^0-9]', '', 'g')"
        first = f"coalesce(date_trunc('month', {moment(cell)}), try_strptime(left({digits}, 6) || '01', '%Y%m%d'))"
        return first if reads == "month_start" else f"last_day({first})"
    if reads.startswith("quarter"):
        # A financial year's first quarter begins in April.
        number = f"TRY_CAST({second} AS INTEGER)"
        first = f"CASE WHEN {number} BETWEEN 1 AND 4 THEN make_date({year}, 4, 1) + to_months(3 * ({number} - 1)) END"
        return first if reads == "quarter_start" else f"last_day({first} + to_months(2))"
    month, day = {"year": ((1, 1), (12, 31)), "financial_year": ((4, 1), (3, 31)), "academic_year": ((9, 1), (8, 31))}[
        reads.rsplit("_", 1)[0]
    ]["start" not in reads]
    later = 0 if "start" in reads or reads.startswith("year") else 1
    return f"make_date({year} + {later}, {month}, {day})"


def _interval(number: PublishedNumber, source: Source) -> tuple[str, str, str, str]:
    """SQL of value, lower, upper and marker. The value is there only where the printed number is exact."""
    cell = quote_name(number.column) if number.column in source.columns else "NULL"
    printed = f"TRY_CAST(replace(replace({cell}, ',', ''), ' ', '') AS DOUBLE)"
    marker = f"CASE WHEN {printed} IS NULL THEN {cell} END"
    if number.rounded_to is None:
        value = lower = upper = printed
    else:
        half = number.rounded_to // 2
        is_exact = f"({printed} = 0)" if number.zero_is_exact else "FALSE"
        if number.exact_where is not None and number.exact_where.column in source.columns:
            values = ", ".join(map(quote_text, number.exact_where.values))
            is_exact = f"({is_exact} OR coalesce({quote_name(number.exact_where.column)} IN ({values}), FALSE))"
        floor = 0 if number.smallest_shown is None else number.smallest_shown
        value = f"CASE WHEN {is_exact} THEN {printed} END"
        lower = f"CASE WHEN {is_exact} THEN {printed} ELSE greatest({printed} - {half}, {floor!r}) END"
        upper = f"CASE WHEN {is_exact} THEN {printed} ELSE {printed} + {half} END"
        lower = f"CASE WHEN {printed} IS NOT NULL THEN {lower} END"
    for end in ("lower", "upper"):
        stands_for = {
            text: getattr(interval, end)
            for text, interval in number.markers.items()
            if getattr(interval, end) is not None
        }
        whens = " ".join(f"WHEN {quote_text(text)} THEN {bound!r}" for text, bound in stands_for.items())
        if whens and end == "lower":
            lower = f"CASE {cell} {whens} ELSE {lower} END"
        elif whens:
            upper = f"CASE {cell} {whens} ELSE {upper} END"
    return value, lower, upper, marker
