"""What is known of an event from the rows about its victims and suspects, who come in files of their own."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from safeground.engine.warehouse import Warehouse

YOUNG = 25
"""The strategy's three aims are told for people under 25 on their own (Essex Serious Violence Strategy, January 2024, section 1)."""

_ROLES = ("victim", "suspect")


def join_persons(warehouse: Warehouse, events: ir.Table, *, feed: str, fields: Collection[str]) -> ir.Table:
    """The events with those of `fields` that follow from their persons; the others are left out.

    Where an event states its victim's age itself (the Homicide Index), `victim_under_25` follows from that.

    `<role>_age`: the youngest age stated. `<role>_under_25`: yes where one is stated to be under 25; no where every one is stated and
    none is; else unknown (NULL), as where no row says anything of the role. `victim_sex`: the one all victims share, else NULL.
    """
    if "victim_under_25" in fields and "victim_age" in events.columns:
        events = events.mutate(victim_under_25=_tell_under_25(events.victim_age))
        fields = set(fields) - {"victim_under_25"}
    known = {name for role in _ROLES for name in (f"{role}_age", f"{role}_under_25")} | {"victim_sex"}
    wanted = known & set(fields)
    if not wanted or not warehouse.columns_carried("persons", feed):
        return events
    for role in _ROLES:
        chosen = [name for name in sorted(wanted) if name.startswith(role)]
        if chosen:
            found = _of_role(warehouse, feed, role)[["partner", "event_id", *chosen]]
            events = events.left_join(found, ["partner", "event_id"])[[*events.columns, *chosen]]
    return events


def _of_role(warehouse: Warehouse, feed: str, role: str) -> ir.Table:
    import ibis

    persons = warehouse.table("persons")
    # An age that is no number is none stated; to an engine it would be more than any number.
    persons = persons.mutate(age=ibis.ifelse(persons.age.isnan(), ibis.null("float64"), persons.age))
    chosen = persons.filter((persons.feed == feed) & (persons.role == role) & persons.event_id.notnull())
    youngest = chosen.age.min()
    stated = chosen.age.count()
    grouped = chosen.group_by("partner", "event_id").aggregate(
        age=youngest, stated=stated, everyone=chosen.count(), first_sex=chosen.sex.min(), last_sex=chosen.sex.max()
    )
    is_all_stated = grouped.stated == grouped.everyone
    under = ibis.cases(
        (grouped.age < YOUNG, "yes"), (is_all_stated & (grouped.age >= YOUNG), "no"), else_=ibis.null("string")
    )
    sex = ibis.ifelse(grouped.first_sex == grouped.last_sex, grouped.first_sex, ibis.null("string"))
    return grouped.mutate(**{f"{role}_age": grouped.age, f"{role}_under_25": under, f"{role}_sex": sex})


def _tell_under_25(age: ir.FloatingValue) -> ir.StringValue:
    import ibis

    # NaN is no age: to an engine it would be more than any number, and so 25 and over.
    stated = ~age.isnan()
    return ibis.cases((stated & (age < YOUNG), "yes"), (stated & (age >= YOUNG), "no"), else_=ibis.null("string"))
