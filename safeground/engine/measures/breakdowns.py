"""Events that a rule counts, by who was in them: one grouped query."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from safeground.engine.catalogue import Rule
from safeground.engine.measures.compiling import compile_rule
from safeground.engine.measures.events import choose_events_table
from safeground.engine.measures.populations import Ages
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from safeground.engine.warehouse import Warehouse


def split_by_people(
    warehouse: Warehouse,
    rule: Rule,
    *,
    feed: str,
    months: Collection[datetime.date],
    bands: Sequence[Ages],
    partner: str | None = None,
) -> dict[tuple[str, str | None, str | None], int]:
    """People of events by role ('victim', 'suspect'), label of their age band and sex; None is not known.

    Where a feed lists its people, each listing counts: somebody hurt in two events is there twice. Where it states its victim alone,
    each event is one victim.
    """
    import ibis

    rows = select_counted(warehouse, rule, feed=feed, months=months, partner=partner)
    if warehouse.columns_carried("persons", feed):
        persons = warehouse.table("persons")
        persons = persons.filter(persons.feed == feed)[["partner", "event_id", "role", "age", "sex"]]
        people = persons.semi_join(rows, ["partner", "event_id"])
    else:
        people = rows.select(
            role=ibis.literal("victim"),
            age=rows.victim_age if "victim_age" in rows.columns else ibis.null("float64"),
            sex=rows.victim_sex if "victim_sex" in rows.columns else ibis.null("string"),
        )
    age = ibis.ifelse(people.age.isnan(), ibis.null("float64"), people.age)
    band = ibis.cases(*[(band.contains(age), band.label) for band in bands], else_=ibis.null("string"))
    sex = ibis.ifelse(people.sex.isin(["male", "female"]), people.sex, ibis.null("string"))
    question = people.group_by(role=people.role, band=band, sex=sex).aggregate(people=people.count())
    check_operators(question)
    return {(row["role"], row["band"], row["sex"]): int(row["people"]) for row in question.to_pyarrow().to_pylist()}


def select_counted(
    warehouse: Warehouse, rule: Rule, *, feed: str, months: Collection[datetime.date], partner: str | None
) -> ir.Table:
    """The events that are in, of these months."""
    table = choose_events_table(warehouse, rule, feed=feed)
    is_wanted = (table.feed == feed) & table.month.isin(sorted(months)) & compile_rule(rule, table).verdict
    return table.filter(is_wanted if partner is None else is_wanted & (table.partner == partner))
