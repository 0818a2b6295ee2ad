"""Method: how each number was made, from the file as sent to the sentence."""

from __future__ import annotations

from collections import defaultdict

from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.review import make_review
from safeground.engine.assessment.supplied_rows import ROWS_NOTE, tell_rows
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import Block, Heading, Paragraph


def make_method(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    return (
        Paragraph(outline.intro),
        Heading("From a file to a sentence"),
        Paragraph(notes["tracing"]),
        _source_table(evidence),
        Heading("Intervals and comparisons"),
        Paragraph(notes["intervals"]),
        Paragraph(
            "A change between two periods, and a comparison of two places, has an interval that "
            "allows for offences coming in clusters: it is widened by how much the "
            "months vary beyond chance. An area is compared with the rest of the partnership "
            "without it. A p-value is never the reason for a sentence; the interval is."
        ),
        Heading("Areas"),
        Paragraph(notes["areas"]),
        Heading("Measures"),
        _measure_table(evidence),
        Heading("When this is reviewed"),
        make_review(evidence),
        Heading("Disclosure"),
        Paragraph(notes["disclosure"]),
        Paragraph(f"Rule applied to counts of recorded crime here: {evidence.rule.title} ({evidence.rule.source})."),
    )


_METHODS = {"exact_or_byar": "exact below 10 events, Byar's from 10", "wilson": "Wilson's", "dobson": "Dobson's"}


def _source_table(evidence: Evidence) -> Block:
    contracts = evidence.catalogue.feeds.contracts
    names = evidence.catalogue.partnership.force_names
    grouped: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for delivery in evidence.warehouse.deliveries:
        grouped[delivery.feed, delivery.partner].append((delivery.period, delivery.accepted))
    rows = []
    for (feed, partner), parts in sorted(grouped.items()):
        periods = sorted({period for period, _ in parts})
        span = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
        contract = contracts[feed]
        who = names.get(partner, contract.source.name)
        used = tell_rows(evidence, feed, sum(accepted for _, accepted in parts))
        rows.append((f"{who}: {contract.title}", span, str(len(parts)), used, contract.source.licence))
    attributions = dict.fromkeys(contracts[feed].source.attribution for feed, _ in sorted(grouped))
    return make_table(
        id="sources",
        caption="Sources",
        columns=[
            ("supply", "From, and what"),
            ("periods", "Periods"),
            ("deliveries", "Deliveries"),
            ("rows", "Rows used"),
            ("licence", "Licence"),
        ],
        rows=rows,
        source="Deliveries in this workspace",
        notes=(
            "Each delivery with the hash of its content is in manifest.json.",
            *([ROWS_NOTE] if any(row[3].flags or not row[3].is_published for row in rows) else []),
            *attributions,
        ),
    )


def _measure_table(evidence: Evidence) -> Block:
    return make_table(
        id="measures",
        caption="Measures, and why they are taken",
        columns=[
            ("measure", "Measure"),
            ("unit", "Unit"),
            ("definition", "Counts"),
            ("interval", "Interval"),
            ("why", "Why it matters"),
        ],
        rows=[
            (
                measure.title,
                measure.unit.title,
                evidence.catalogue.numerator_of(measure).title,
                f"{measure.interval.confidence:.0%}, {_METHODS[measure.interval.method]}",
                measure.why_it_matters,
            )
            for measure in evidence.catalogue.measures.values()
        ],
        source="Definitions of the nation and the partnership",
        notes=(
            "These are all the measures there are. One whose data have not landed gives no number in this assessment.",
        ),
    )
