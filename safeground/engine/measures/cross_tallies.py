"""Cross tallies: events by what each of several rules says of them, and where two differ, by the part of the rule that decides."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import All, AnyOf, Is, Rule, rule_fields
from safeground.engine.measures.compiling import CompiledRule, compile_rule
from safeground.engine.measures.events import choose_events_table, get_coverage
from safeground.engine.measures.tallies import IN, OUT, UNDETERMINED, EventTally, tally_events
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from safeground.engine.warehouse import Warehouse

Verdicts: TypeAlias = tuple[int, ...]
"""What each rule says, in order: IN, UNDETERMINED or OUT."""

MOST_RULES = 12
"""Verdicts of so many rules are told apart in one number with room to spare; a table of more is read by nobody."""

_BASE = 3


@dataclass(frozen=True, eq=False)
class CrossTally:
    """One tally whose categories are what each of several rules says. `verdicts`: shape (rows of the tally, rules)."""

    tally: EventTally
    verdicts: NDArray[np.intp]

    def under(self, rule: int) -> EventTally:
        """The same events with the verdict of one of the rules."""
        return replace(self.tally, verdict=self.verdicts[:, rule])

    def count_combinations(self, partner: str, months: Collection[datetime.date]) -> dict[Verdicts, int]:
        """Events of a partner in these months by what all the rules say."""
        tally = self.tally
        if partner not in tally.partners:
            return {}
        wanted = [place for place, month in enumerate(tally.months) if month in months]
        chosen = (tally.partner == tally.partners.index(partner)) & np.isin(tally.month, wanted)
        combinations, place = np.unique(self.verdicts[chosen], axis=0, return_inverse=True)
        events = np.bincount(place.ravel(), weights=tally.events[chosen], minlength=len(combinations))
        return {
            tuple(map(int, combination)): int(number) for combination, number in zip(combinations, events, strict=True)
        }


@dataclass(frozen=True)
class Difference:
    """Events that one rule counts and another does not count for certain, with all that tells why.

    `verdict` is the other rule's: OUT or UNDETERMINED. `why`: the fields of its parts that say no, or those that are missing.
    `details`: what the events say in the fields asked for, None where blank.
    """

    counted_by: int
    other: int
    verdict: int
    why: tuple[str, ...]
    details: Mapping[str, str | None]
    events: int


def cross_tally(
    warehouse: Warehouse, rules: Sequence[Rule], *, feed: str, partners: Collection[str] | None = None
) -> CrossTally:
    """Count a feed's events by partner, month, area and what each rule says, in one query. ValueError for more than 12 rules."""
    table = _events_for(warehouse, rules, feed)
    code = _code_of([compile_rule(rule, table) for rule in rules])
    coverage = get_coverage(warehouse, feed, partners)
    tally = tally_events(table, All(()), feed=feed, coverage=coverage, by=code.cast("string"))
    codes = np.array([int(category) for category in tally.categories], dtype=np.int64)
    return CrossTally(tally, _decode(codes, len(rules))[tally.category])


def split_by_field(
    warehouse: Warehouse,
    rules: Sequence[Rule],
    field: str,
    *,
    feed: str,
    partner: str,
    months: Collection[datetime.date],
) -> dict[tuple[str | None, Verdicts], int]:
    """Events of a partner in these months by the value of a field and what each rule says; a blank value is None."""
    table = _events_for(warehouse, rules, feed, field)
    if field not in table.columns:
        return {}
    rows = _of(table.mutate(code=_code_of([compile_rule(rule, table) for rule in rules])), feed, partner, months)
    question = rows.group_by("code", value=rows[field]).aggregate(events=_number(rows))
    check_operators(question)
    answer = question.to_pyarrow()
    verdicts = _decode(answer["code"].to_numpy(), len(rules))
    return {
        (value, tuple(map(int, row))): int(events)
        for value, row, events in zip(answer["value"].to_pylist(), verdicts, answer["events"].to_pylist(), strict=True)
    }


def count_under(
    warehouse: Warehouse, rules: Sequence[Rule], *, feed: str, partner: str, months: Collection[datetime.date]
) -> tuple[tuple[int, int], ...]:
    """For each rule the events of a partner in these months that are in, and those undetermined. One pass over the events, however many
    rules there are."""
    import ibis

    if not rules:
        return ()
    table = _events_for(warehouse, rules, feed)
    rows = _of(table, feed, partner, months)
    weight = rows.events if "events" in rows.columns else ibis.literal(1, type="int64")
    sums = {}
    for number, rule in enumerate(rules):
        verdict = _verdict(compile_rule(rule, rows))
        sums[f"in_{number}"] = ibis.ifelse(verdict == IN, weight, 0).sum()
        sums[f"undetermined_{number}"] = ibis.ifelse(verdict == UNDETERMINED, weight, 0).sum()
    question = rows.aggregate(**sums)
    check_operators(question)
    (row,) = question.to_pyarrow().to_pylist()
    return tuple((row[f"in_{n}"] or 0, row[f"undetermined_{n}"] or 0) for n in range(len(rules)))


def find_differences(
    warehouse: Warehouse,
    rules: Sequence[Rule],
    *,
    feed: str,
    partner: str,
    months: Collection[datetime.date],
    details: Sequence[str] = (),
) -> tuple[Difference, ...]:
    """Where the first of the rules and each other differ: events one counts and the other does not, in one query for each.

    details: fields whose values are told of such events; one that the feed lacks is left out.
    """
    return tuple(
        difference
        for other in range(1, len(rules))
        for difference in _compare_two(warehouse, (rules[0], rules[other]), other, feed, partner, months, details)
    )


def _compare_two(
    warehouse: Warehouse,
    rules: tuple[Rule, Rule],
    position: int,
    feed: str,
    partner: str,
    months: Collection[datetime.date],
    details: Sequence[str],
) -> list[Difference]:
    table = _events_for(warehouse, rules, feed, *details)
    known = [name for name in details if name in table.columns]
    compiled = [compile_rule(rule, table) for rule in rules]
    keys: dict[str, ir.Value] = {}
    for side, rule in enumerate(rules):
        keys[f"verdict_{side}"] = _verdict(compiled[side])
        keys[f"missing_{side}"] = compiled[side].missing
        keys[f"failed_{side}"] = _failed_parts(rule, table)
    rows = _of(table.mutate(**keys), feed, partner, months)
    is_counted = (rows.verdict_0 == IN) | (rows.verdict_1 == IN)
    rows = rows.filter(is_counted & (rows.verdict_0 != rows.verdict_1))
    question = rows.group_by([*keys, *known]).aggregate(number=_number(rows))
    check_operators(question)
    found = []
    for row in question.to_pyarrow().to_pylist():
        other = 1 if row["verdict_0"] == IN else 0
        verdict = row[f"verdict_{other}"]
        if verdict == OUT:
            why = _name_parts(rules[other], row[f"failed_{other}"])
        else:
            why = compiled[other].name_fields(row[f"missing_{other}"])
        places = (0, position)
        told = {name: row[name] for name in known}
        found.append(Difference(places[1 - other], places[other], verdict, why, told, row["number"]))
    return found


def _parts_of(rule: Rule) -> tuple[Rule, ...]:
    """The parts that all must hold; of any other rule the whole."""
    return rule.parts if isinstance(rule, All) else (rule,)


def _failed_parts(rule: Rule, table: ir.Table) -> ir.IntegerValue:
    """An integer, bit i set where part i says no."""
    import ibis

    failed = ibis.literal(0, type="int64")
    for bit, part in enumerate(_parts_of(rule)):
        failed = failed + ibis.ifelse(_verdict(compile_rule(part, table)) == OUT, 1 << bit, 0).cast("int64")
    return failed


def _name_parts(rule: Rule, failed: int) -> tuple[str, ...]:
    """The fields of the parts that say no, sorted: two parts about one field (outside the home, not online) are one reason."""
    parts = _parts_of(rule)
    return tuple(sorted({name for bit, part in enumerate(parts) if failed >> bit & 1 for name in rule_fields(part)}))


def _events_for(warehouse: Warehouse, rules: Sequence[Rule], feed: str, *fields: str) -> ir.Table:
    """The smallest table with what all the rules read, and these fields where there are such."""
    wanted = AnyOf((*rules, *(Is(field, "") for field in fields)))
    return choose_events_table(warehouse, wanted, feed=feed)


def _of(table: ir.Table, feed: str, partner: str, months: Collection[datetime.date]) -> ir.Table:
    return table.filter((table.feed == feed) & (table.partner == partner) & table.month.isin(sorted(months)))


def _number(rows: ir.Table) -> ir.IntegerValue:
    return (rows.events.sum() if "events" in rows.columns else rows.count()).cast("int64")


def _verdict(rule: CompiledRule) -> ir.IntegerValue:
    """The verdict as a number that is never NULL."""
    import ibis

    return ibis.coalesce(OUT - (OUT - IN) * rule.verdict.cast("int64"), UNDETERMINED)


def _code_of(rules: Sequence[CompiledRule]) -> ir.IntegerValue:
    """All verdicts as the digits of one number, the first rule's lowest: one key to group by is far quicker than several."""
    import ibis

    if len(rules) > MOST_RULES:
        raise ValueError(f"{len(rules)} rules cannot be told apart at once; compare {MOST_RULES} at most")
    code = ibis.literal(0, type="int64")
    for place, rule in enumerate(rules):
        code = code + _verdict(rule) * _BASE**place
    return code


def _decode(codes: NDArray[np.int64], rules: int) -> NDArray[np.intp]:
    """Shape (codes, rules)."""
    return np.stack([codes // _BASE**place % _BASE for place in range(rules)], axis=-1).astype(np.intp)
