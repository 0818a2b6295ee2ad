"""References between definitions: each leads somewhere, and each value a rule tests for is one its feed can send."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from safeground.engine.catalogue.contract import Contract, Variant
from safeground.engine.catalogue.contract_targets import EventsTable, From, RowsTable
from safeground.engine.catalogue.event_definition import EventDefinition
from safeground.engine.catalogue.feeds import Feeds
from safeground.engine.catalogue.goal import NO_MEASURE
from safeground.engine.catalogue.measure import Counted, Measure
from safeground.engine.catalogue.problems import DefinitionProblem
from safeground.engine.catalogue.rule_parsing import nearest
from safeground.engine.catalogue.rules import All, AnyOf, Is, IsIn, Not, Rule, rule_fields
from safeground.engine.documents import Audience

if TYPE_CHECKING:
    from safeground.engine.catalogue.catalogue import Catalogue

EVENT_COLUMNS = tuple(name for name in EventsTable.model_fields if name != "table")
"""The columns of our events table that a contract can fill; they are fields a rule may read."""

FIELDS_OF_PERSONS = ("suspect_age", "suspect_under_25", "victim_age", "victim_sex", "victim_under_25")
"""Fields of an event that follow from the rows about its victims and suspects (`safeground.engine.measures.persons`)."""


def find_broken_references(catalogue: Catalogue) -> tuple[DefinitionProblem, ...]:
    """Every reference that leads nowhere, in every definition."""
    problems = [*_of_feeds(catalogue), *_of_outline(catalogue), *_of_partnership(catalogue)]
    for definition in catalogue.definitions.values():
        problems.extend(_of_definition(catalogue, definition))
    for measure in catalogue.measures.values():
        problems.extend(_of_measure(catalogue, measure))
    problems.extend(_of_visitor_offences(catalogue))
    problems.extend(_of_goals(catalogue))
    problems.extend(_of_priority(catalogue))
    return tuple(problems)


def fields_carried(contract: Contract) -> tuple[str, ...]:
    """The event fields a feed carries, sorted; none where it holds no events."""
    carried: set[str] = set()
    for variant in contract.variants:
        filled = _event_sources(variant)
        carried |= filled.keys()
        if filled and "date" in filled:
            carried.add("month")
        if isinstance(variant.becomes, RowsTable) and variant.becomes.table == "persons":
            # What is asked of an event's victims and suspects is worked out from the rows about them.
            carried |= set(FIELDS_OF_PERSONS)
    return tuple(sorted(carried)) if any(_event_sources(variant) for variant in contract.variants) else ()


def _event_sources(variant: Variant) -> dict[str, From]:
    """The event fields a variant fills, each with where from; none where its rows are no events."""
    target = variant.becomes
    if isinstance(target, EventsTable):
        stated = {name: getattr(target, name) for name in EVENT_COLUMNS}
        return {name: From(column=column) for name, column in stated.items() if column is not None}
    return target.sources if isinstance(target, RowsTable) and target.table == "events" else {}


def values_carried(feeds: Feeds, contract: Contract, field: str) -> tuple[str, ...] | None:
    """The values a feed can send for an event field, in the order of its code list; None where any text may come."""
    values: dict[str, None] = {}
    for variant in contract.variants:
        source = _event_sources(variant).get(field)
        if source is None:
            continue
        if source.value is not None:
            values[source.value] = None
        if source.through is not None:
            values.update(dict.fromkeys(feeds.code_lists[source.through].values))
            if source.otherwise is not None:
                values[source.otherwise] = None
            continue
        for column in variant.columns:
            if column.name == source.column:
                limits = column.constraints
                if limits.code_list is not None:
                    values.update(dict.fromkeys(feeds.code_lists[limits.code_list].codes))
                elif limits.enum is not None:
                    values.update(dict.fromkeys(limits.enum))
                else:
                    return None
    return tuple(values) or None


def _of_feeds(catalogue: Catalogue) -> Iterator[DefinitionProblem]:
    for name, contract in catalogue.feeds.contracts.items():
        if contract.disclosure not in catalogue.disclosure.names:
            yield DefinitionProblem(
                f"national/feeds/{name}/contract.yaml",
                "disclosure",
                f"disclosure.yaml has no rule {contract.disclosure!r}"
                f"{nearest(contract.disclosure, catalogue.disclosure.names)}",
            )


def _of_definition(catalogue: Catalogue, definition: EventDefinition) -> Iterator[DefinitionProblem]:
    file = catalogue.files[f"definitions/{definition.name}"]
    rules = definition.every_rule()
    read = {field for rule in rules for field in rule_fields(rule)}
    for number, name in enumerate(definition.feeds):
        contract = catalogue.feeds.contracts.get(name)
        if contract is None:
            yield _no_feed(catalogue, file, f"feeds.{number}", name)
            continue
        carried = fields_carried(contract)
        if not carried:
            yield DefinitionProblem(file, f"feeds.{number}", f"the feed {name!r} holds no events")
            continue
        lacking = sorted(read - set(carried))
        if lacking and not definition.cannot_tell:
            yield DefinitionProblem(
                file,
                "cannot_tell",
                f"the feed {name!r} does not carry {', '.join(lacking)}: say what that leaves unknown",
            )
        for rule in rules:
            yield from _of_values(catalogue, contract, rule, file, "rule")


def _of_values(
    catalogue: Catalogue, contract: Contract, rule: Rule, file: str, place: str
) -> Iterator[DefinitionProblem]:
    """A misspelt value would never match and would count zero without a word."""
    for field, value in sorted(set(_values_tested(rule))):
        values = values_carried(catalogue.feeds, contract, field)
        if values is not None and value not in values:
            yield DefinitionProblem(
                file, place, f"the feed {contract.name!r} never sends {value!r} as {field}{nearest(value, values)}"
            )


def _values_tested(rule: Rule) -> Iterator[tuple[str, str]]:
    match rule:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _values_tested(part)
        case Not(part):
            yield from _values_tested(part)
        case Is(field, value):
            yield field, value
        case IsIn(field, values):
            yield from ((field, value) for value in values)
        case _:
            return


def _of_measure(catalogue: Catalogue, measure: Measure) -> Iterator[DefinitionProblem]:
    file = catalogue.files[f"measures/{measure.name}"]
    yield from _of_counted(catalogue, measure.numerator, file, "numerator")
    whole = measure.denominator.events if measure.denominator else None
    if whole is None:
        return
    yield from _of_counted(catalogue, whole, file, "denominator.events")
    ours, theirs = _feeds_of(catalogue, measure.numerator), _feeds_of(catalogue, whole)
    if ours and theirs and not set(ours) & set(theirs):
        yield DefinitionProblem(
            file,
            "denominator.events",
            f"runs on {', '.join(theirs)}, the numerator on {', '.join(ours)}: a share needs one feed",
        )


def _of_counted(catalogue: Catalogue, counted: Counted, file: str, place: str) -> Iterator[DefinitionProblem]:
    if counted.definition is not None:
        if counted.definition not in catalogue.definitions:
            hint = nearest(counted.definition, catalogue.definitions)
            yield DefinitionProblem(file, f"{place}.definition", f"there is no definition {counted.definition!r}{hint}")
        return
    contract = catalogue.feeds.contracts.get(counted.feed or "")
    if contract is None:
        yield _no_feed(catalogue, file, f"{place}.feed", counted.feed or "")
    else:
        rule = IsIn("offence", counted.offences)
        yield from _of_values(catalogue, contract, rule, file, f"{place}.offences")


def _feeds_of(catalogue: Catalogue, counted: Counted) -> tuple[str, ...]:
    if counted.definition is None:
        return (counted.feed,) if counted.feed else ()
    definition = catalogue.definitions.get(counted.definition)
    return definition.feeds if definition else ()


def _of_outline(catalogue: Catalogue) -> Iterator[DefinitionProblem]:
    file = "national/assessment/outline.yaml"
    for number, chapter in enumerate(catalogue.outline.chapters):
        for kind in ("needs", "uses"):
            for feed in getattr(chapter.plan, kind):
                if feed not in catalogue.feeds.contracts:
                    yield _no_feed(catalogue, file, f"chapters.{number}.{kind}", feed)
        for measure in chapter.plan.measures:
            if measure not in catalogue.measures:
                yield DefinitionProblem(
                    file,
                    f"chapters.{number}.measures",
                    f"there is no measure {measure!r}{nearest(measure, catalogue.measures)}",
                )


def _of_partnership(catalogue: Catalogue) -> Iterator[DefinitionProblem]:
    file = catalogue.files["partnership"]
    forces = _partners_named(catalogue.feeds)
    for force in catalogue.partnership.forces:
        if forces and force.partner not in forces:
            yield DefinitionProblem(
                file,
                "force",
                f"no code list of a feed names the partner {force.partner!r}{nearest(force.partner, forces)}",
            )
    for number, partner in enumerate(catalogue.partnership.expected):
        for place, dataset in enumerate(partner.datasets):
            if dataset.feed is not None and dataset.feed not in catalogue.feeds.contracts:
                yield _no_feed(catalogue, file, f"expected.{number}.datasets.{place}.feed", dataset.feed)


def _of_visitor_offences(catalogue: Catalogue) -> Iterator[DefinitionProblem]:
    sent = {
        value
        for contract in catalogue.feeds.contracts.values()
        for value in values_carried(catalogue.feeds, contract, "offence") or ()
    }
    for offence in catalogue.poor_denominator.visitor_offences:
        if offence not in sent:
            yield DefinitionProblem(
                "national/poor_denominator.yaml",
                "visitor_offences",
                f"no feed sends the offence {offence!r}{nearest(offence, sent)}",
            )


def _of_goals(catalogue: Catalogue) -> Iterator[DefinitionProblem]:
    file = catalogue.files["goals"]
    for number, goal in enumerate(catalogue.goals.goals if catalogue.goals else ()):
        measure = catalogue.measures.get(goal.measure)
        if measure is None:
            yield _no_measure(catalogue, file, f"goals.{number}.measure", goal.measure)
        elif measure.direction == "higher_is_better":
            message = f"sets a fall of {goal.measure!r}, of which more is better: choose another measure"
            yield DefinitionProblem(file, f"goals.{number}.measure", message)
        for place, benchmark in enumerate(goal.benchmarks):
            where = f"goals.{number}.benchmarks.{place}"
            if benchmark.measure not in (NO_MEASURE, *catalogue.measures):
                yield _no_measure(catalogue, file, f"{where}.measure", benchmark.measure)
            is_alike = benchmark.measure == goal.measure
            if not is_alike and benchmark.refused is None:
                message = (
                    f"holds {benchmark.counts} ({benchmark.place}) against a goal for {goal.measure!r}, which is not like for like: "
                    "say under refused why it does not count, or take it out"
                )
                yield DefinitionProblem(file, where, message)
            if is_alike and benchmark.refused is not None:
                yield DefinitionProblem(
                    file, f"{where}.refused", "refuses a benchmark that counts what the goal counts"
                )


def _no_measure(catalogue: Catalogue, file: str, place: str, name: str) -> DefinitionProblem:
    return DefinitionProblem(file, place, f"there is no measure {name!r}{nearest(name, catalogue.measures)}")


def _partners_named(feeds: Feeds) -> Collection[str]:
    """Every partner that a contract can read from its rows."""
    return {
        partner
        for contract in feeds.contracts.values()
        if contract.partner.code_list is not None
        for partner in feeds.code_lists[contract.partner.code_list].meanings.values()
    }


def _of_priority(catalogue: Catalogue) -> Iterator[DefinitionProblem]:
    """Feeds there are, none of them the police's, each told of small areas; outcomes that are measures."""
    plan, file = catalogue.priority, catalogue.files["priority"]
    if plan is None:
        return
    for number, indicator in enumerate(plan.risk_factors):
        place = f"risk_factors.{number}.feed"
        contract = catalogue.feeds.contracts.get(indicator.feed)
        if contract is None:
            yield _no_feed(catalogue, file, place, indicator.feed)
        elif not contract.may_tell(Audience.PARTNERSHIP, "lsoa21"):
            yield DefinitionProblem(file, place, f"numbers of {indicator.feed!r} may not be told of neighbourhoods")
    for number, outcome in enumerate(plan.outcomes):
        if outcome.measure not in catalogue.measures:
            hint = nearest(outcome.measure, catalogue.measures)
            yield DefinitionProblem(
                file, f"outcomes.{number}.measure", f"there is no measure {outcome.measure!r}{hint}"
            )


def _no_feed(catalogue: Catalogue, file: str, place: str, name: str) -> DefinitionProblem:
    return DefinitionProblem(file, place, f"there is no feed {name!r}{nearest(name, catalogue.feeds.contracts)}")
