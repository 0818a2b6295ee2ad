"""How the numbers of a document were made, traced back from its findings and tables: definition, rows, deliveries, rule of disclosure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.definitions import say_how_counted
from safeground.engine.assessment.evidence import STREET, Evidence
from safeground.engine.assessment.supplied_rows import tell_delivery_rows
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.catalogue import All, EventDefinition, Rule, describe_rule
from safeground.engine.disclosure import DisclosureRule, Protected
from safeground.engine.documents import (
    Chapter,
    Figure,
    MadeMeasure,
    Origin,
    SourceDelivery,
    Table,
    capitalise,
    format_confidence,
)
from safeground.engine.measures import Period
from safeground.engine.warehouse import LiveDelivery

INTERVALS = {
    "exact_or_byar": "exact below 10 events, Byar's from 10",
    "wilson": "Wilson's, of a share",
    "dobson": "Dobson's, of a standardised rate",
}
"""How an interval is made, in words."""

_NAMED = re.compile(r", version \d+ \((?P<name>\w+)\)$")
_LABELLED = re.compile(r"^(?P<name>\w+) version \d+$")


def trace_numbers(evidence: Evidence, chapters: Sequence[Chapter]) -> tuple[Origin, ...]:
    """An origin for each definition that a finding or a table names, in reading order."""
    found: dict[str, set[str]] = {}
    for chapter in chapters:
        for name in _find_names(chapter):
            found.setdefault(name, set()).update(_feeds_of(evidence, chapter.id))
    traced = ((_find_definition(evidence, name), feeds) for name, feeds in found.items())
    return tuple(_trace(evidence, definition, feeds) for definition, feeds in traced if definition is not None)


def _find_names(chapter: Chapter) -> Iterator[str]:
    for finding in chapter.findings():
        if named := _NAMED.search(finding.definition):
            yield named["name"]
    for block in chapter.blocks:
        table = block.table if isinstance(block, Figure) else block
        if isinstance(table, Table) and (labelled := _LABELLED.match(dict(table.about).get("definition", ""))):
            yield labelled["name"]


def _find_definition(evidence: Evidence, name: str) -> EventDefinition | None:
    """A definition by its own name, or one too small for a file that has its measure's."""
    catalogue = evidence.catalogue
    if name in catalogue.definitions:
        return catalogue.definitions[name]
    return catalogue.numerator_of(catalogue.measures[name]) if name in catalogue.measures else None


def _feeds_of(evidence: Evidence, chapter: str) -> set[str]:
    """The feeds of people and places that the outline names for a chapter: those that hold no events of their own."""
    plan = evidence.catalogue.outline.chapter(chapter).plan
    contracts = evidence.catalogue.feeds.contracts
    return {
        feed
        for feed in (*plan.needs, *plan.uses)
        if feed in contracts and not evidence.warehouse.columns_carried("events", feed)
    }


def _trace(evidence: Evidence, definition: EventDefinition, background: Iterable[str]) -> Origin:
    catalogue = evidence.catalogue
    feed = definition.feeds[0]
    contract = catalogue.feeds.contracts[feed]
    rule = evidence.rule_of_feed(feed)
    period, rows = _count_rows(evidence, definition, rule)
    file = catalogue.files.get(f"definitions/{definition.name}") or catalogue.files.get(
        f"measures/{definition.name}", ""
    )
    return Origin(
        id=definition.name,
        title=definition.title,
        definition=f"{definition.title}, version {definition.version} ({definition.name})",
        label=definition.label,
        version=definition.version,
        file=file,
        source=definition.source,
        clauses=tuple(_describe_clauses(definition.rule_under(), catalogue.event_fields.titles)),
        readings=tuple(
            (switch.question, next(each.title for each in switch.readings if each.name == switch.shipped))
            for switch in definition.switches
        ),
        counted=say_how_counted(definition),
        measures=tuple(_describe_measures(evidence, definition)),
        rows=rows,
        rows_period=period,
        deliveries=tuple(
            _describe_delivery(evidence, delivery)
            for delivery in evidence.warehouse.deliveries
            if delivery.feed in background or (delivery.feed == feed and _is_used(evidence, delivery))
        ),
        rule=rule,
        rule_note=catalogue.disclosure.of_owner(contract.disclosure).note,
    )


def _describe_clauses(rule: Rule, titles: dict[str, str]) -> Iterator[str]:
    """Each part of a rule whose parts must all hold; any other rule is one clause."""
    for part in rule.parts if isinstance(rule, All) else (rule,):
        yield capitalise(describe_rule(part, titles))


def _describe_measures(evidence: Evidence, definition: EventDefinition) -> Iterator[MadeMeasure]:
    catalogue = evidence.catalogue
    for name, measure in sorted(catalogue.measures.items()):
        if catalogue.numerator_of(measure).name == definition.name:
            interval = f"{format_confidence(measure.interval.confidence)}, {INTERVALS[measure.interval.method]}"
            yield MadeMeasure(name, measure.version, measure.title, measure.unit.title, interval)


def _is_used(evidence: Evidence, delivery: LiveDelivery) -> bool:
    """Street files of neighbours stand beside ours; of what forces extract themselves, only our own is counted."""
    forces = {force.partner for force in evidence.catalogue.partnership.forces}
    return delivery.feed == STREET or delivery.partner not in forces or delivery.partner == evidence.measures.own


def _describe_delivery(evidence: Evidence, delivery: LiveDelivery) -> SourceDelivery:
    contract = evidence.catalogue.feeds.contracts[delivery.feed]
    return SourceDelivery(
        id=delivery.id,
        feed=delivery.feed,
        title=contract.title,
        sender=evidence.catalogue.partnership.force_names.get(delivery.partner, delivery.partner),
        period=delivery.period,
        sha256=delivery.sha256,
        contract_version=delivery.contract_version,
        received=tell_delivery_rows(evidence, delivery.feed, delivery.received),
        accepted=tell_delivery_rows(evidence, delivery.feed, delivery.accepted),
        quarantined=tell_delivery_rows(evidence, delivery.feed, delivery.quarantined),
        duplicates=tell_delivery_rows(evidence, delivery.feed, delivery.duplicates),
    )


def _count_rows(
    evidence: Evidence, definition: EventDefinition, rule: DisclosureRule
) -> tuple[str, tuple[tuple[str, Protected], ...]]:
    """The rows of the latest period that are in, that are out, and of which it cannot be told. Only of that period: of all months
    together they would, less what is told of a year, give back a month that is withheld."""
    counted = Counted(evidence, definition, definition.title)
    if not counted.covered:
        return "", ()
    period = counted.period
    definite, undetermined = counted.total(period)
    out = _count_events(evidence, counted.feed, period) - round(definite) - round(undetermined)
    if math.isnan(definite) or out < 0:
        return "", ()
    told = protect_cells(
        [definite, float(out), undetermined],
        [range(3)],
        rule,
        unit="rows",
        keys=[counted.key(period), counted.key(period, of="not in"), counted.key(period, of="cannot tell")],
        register=counted.register,
    )
    return period.label, tuple(zip(("In", "Out", "Cannot be told"), told, strict=True))


def _count_events(evidence: Evidence, feed: str, period: Period) -> int:
    events = evidence.warehouse.table("events")
    chosen = events.filter((events.feed == feed) & events.month.isin(list(period.months)))
    if any(
        delivery.feed == feed and delivery.partner == evidence.measures.own
        for delivery in evidence.warehouse.deliveries
    ):
        chosen = chosen.filter(chosen.partner == evidence.measures.own)
    return int(chosen.count().to_pyarrow().as_py())
