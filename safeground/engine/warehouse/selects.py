"""What a contract says its rows become, as SQL over a delivery's accepted rows: rename, cast, recode.

Nothing is sorted that need not be: one thread keeps the order of the file, so the same input is the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from safeground.engine.catalogue import (
    AttributesTable,
    CodePair,
    EventsTable,
    LookupsTable,
    OutcomesTable,
    PopulationsLong,
    PopulationsWide,
)
from safeground.engine.feeds import Delivery
from safeground.engine.warehouse.sources import ROW, Source, quote_name, quote_text, quote_texts
from safeground.engine.warehouse.tables import TABLES, columns_in_files


def select_events(target: EventsTable | OutcomesTable, source: Source, delivery: Delivery, *, vintage: str) -> str:
    """A row an event (or outcome), in the order sent. `vintage`: SQL over `area_code`, from `vintage_expression`."""
    as_sent = {column: getattr(target, column, None) for column in columns_in_files(target.table)}
    expressions = {
        "delivery": quote_text(delivery.id),
        "row": ROW,
        "month": f"{quote_name(target.month)} || '-01'",
        "area_vintage": vintage,
    }
    for column, name in as_sent.items():
        if column not in expressions:
            expressions[column] = quote_name(name) if name in source.columns else "NULL"
    return _select(target.table, expressions, source.sql)


def vintage_expression(*, usual: str | None, exceptions: dict[str, Collection[str]], unknown: Collection[str]) -> str:
    """SQL for the vintage of `area_code`: `usual`, but for the few codes of another vintage and those of none.

    Nearly every code of a delivery is of one vintage, so naming the others is far cheaper than joining each row to 36,000 codes.
    """
    whens = ["WHEN area_code IS NULL THEN NULL"]
    if unknown:
        whens.append(f"WHEN area_code IN {quote_texts(unknown)} THEN NULL")
    for vintage, codes in sorted(exceptions.items()):
        if codes:
            whens.append(f"WHEN area_code IN {quote_texts(codes)} THEN {quote_text(vintage)}")
    return f"CASE {' '.join(whens)} ELSE {quote_text(usual) if usual else 'NULL'} END"


def select_populations(target: PopulationsWide | PopulationsLong, source: Source, delivery: Delivery) -> str:
    """A row an area and age band. The year is the delivery's period."""
    expressions = {
        "delivery": quote_text(delivery.id),
        "vintage": quote_text(target.vintage),
        "area_code": quote_name(target.area_code),
        "year": str(int(delivery.period[:4])),
    }
    if isinstance(target, PopulationsLong):
        label = quote_name(target.age_group)
        ages = {band.label: (band.from_age, band.to_age) for band in target.bands}
        people, rows = quote_name(target.people), source.sql
    else:
        label = "_label"
        names = [name for name in source.columns if re.fullmatch(target.ages, name)]
        ages = {name: _ages(name) for name in names}
        people, rows = "_people", f"({_unpivot(source, names, label='_label', value='_people')})"
    expressions["age_from"] = _recode(label, {name: str(low) for name, (low, _) in ages.items()})
    expressions["age_to"] = _recode(label, {name: str(high) for name, (_, high) in ages.items() if high is not None})
    expressions["people"] = people
    return _select("populations", expressions, rows)


def _ages(name: str) -> tuple[int, int | None]:
    """'17' is 17 to 17, '90+' is 90 and over."""
    return (int(name[:-1]), None) if name.endswith("+") else (int(name), int(name))


def select_attributes(
    target: AttributesTable, source: Source, delivery: Delivery, *, named_alone: Collection[str]
) -> str:
    """A row an area and indicator; a blank indicator is no row. A column the contract names on its own is no indicator."""
    columns = [name for name in source.columns if name not in named_alone]
    matches = {name: match for name in columns if (match := re.fullmatch(target.named, name))}
    kinds = {name: target.kind or match["kind"] for name, match in matches.items()}
    expressions = {
        "delivery": quote_text(delivery.id),
        "vintage": quote_text(target.vintage),
        "area_code": quote_name(target.area_code),
        "source": quote_text(target.source),
        "domain": quote_text(target.domain),
        "kind": _recode("_label", {name: quote_text(kind) for name, kind in kinds.items()}),
        "name": _recode("_label", {name: quote_text(match["name"]) for name, match in matches.items()}),
        "value": "_value",
    }
    rows = f"({_unpivot(source, list(matches), label='_label', value='_value')})"
    return _select("attributes", expressions, rows)


def select_lookups(target: LookupsTable, source: Source, delivery: Delivery) -> str:
    """A row a pair of codes; a pair that many rows state (a ward and its district) is one row."""
    pairs = " UNION ALL ".join(_select_pairs(pair, source, delivery) for pair in target.pairs)
    return f"SELECT * FROM ({pairs}) ORDER BY ALL"


def _select_pairs(pair: CodePair, source: Source, delivery: Delivery) -> str:
    expressions = {"delivery": quote_text(delivery.id)}
    for column in TABLES["lookups"]:
        if column in ("from_vintage", "to_vintage"):
            expressions[column] = quote_text(getattr(pair, column))
        elif column != "delivery":
            name = getattr(pair, column)
            expressions[column] = quote_name(name) if name in source.columns else "NULL"
    return _select("lookups", expressions, source.sql).replace("SELECT ", "SELECT DISTINCT ", 1)


def _select(table: str, expressions: dict[str, str], rows: str) -> str:
    """Every column of a table, in order and typed. A cell that the contract lets through though it is no number becomes NULL."""
    columns = [f"TRY_CAST({expressions[name]} AS {TABLES[table][name]}) AS {name}" for name in columns_in_files(table)]
    return f"SELECT {', '.join(columns)} FROM {rows}"


def _unpivot(source: Source, names: list[str], *, label: str, value: str) -> str:
    on = ", ".join(quote_name(name) for name in names)
    return f"UNPIVOT {source.sql} ON {on} INTO NAME {label} VALUE {value}"


def _recode(value: str, meanings: dict[str, str]) -> str:
    if not meanings:
        return "NULL"
    whens = " ".join(f"WHEN {quote_text(name)} THEN {meaning}" for name, meaning in meanings.items())
    return f"CASE {value} {whens} END"
