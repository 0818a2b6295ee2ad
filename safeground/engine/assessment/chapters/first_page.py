"""The first page: for a chief officer with five minutes."""

from __future__ import annotations

from safeground.engine.assessment.counted import Counted, count_own_definition
from safeground.engine.assessment.evidence import STREET, Evidence
from safeground.engine.assessment.headline import (
    BOUNDS,
    SHARE,
    VIOLENCE,
    bounds_finding,
    change_finding,
    level_finding,
    missing_months_sentence,
    neighbour_findings,
)
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.own_definition import own_definition_finding
from safeground.engine.assessment.review import make_review
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.documents import (
    Block,
    Heading,
    KeyFigure,
    KeyFigures,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
)


def make_first_page(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    level = level_finding(evidence, VIOLENCE, evidence.latest, id="level.violence.latest")
    own = count_own_definition(evidence)
    change = change_finding(evidence, VIOLENCE, id="change.violence")
    shown = [
        KeyFigure("Violence recorded by the police", level),
        _serious_violence(evidence, own),
    ]
    if change is not None:
        shown.insert(1, KeyFigure("Change from the same months a year before", change))
    blocks: list[Block] = [Paragraph(outline.intro), Paragraph(notes["rests_on_open_data"])]
    if own is not None:
        blocks[1:] = [Paragraph(notes["rests_on_partners"])]
    blocks.append(KeyFigures(tuple(shown)))
    if (gap := missing_months_sentence(evidence)) is not None:
        blocks.append(Notice(NoticeKind.MISSING, gap))
    blocks += [Heading("What is known"), Paragraph(notes["what_is_known"]), *_known(evidence)]
    blocks += [
        Heading("What is not known"),
        Paragraph(notes["what_is_not_known" if own is None else "what_is_not_written_down"]),
        Notice(NoticeKind.CANNOT_TELL, "\n".join(f"* {item}" for item in _cannot_tell(evidence))),
    ]
    blocks += [Heading("What changed"), *_changes(evidence)]
    blocks += [
        Heading("Which partners are missing"),
        Paragraph(notes["partners_missing"]),
        make_partner_table(evidence),
        Heading("When this is reviewed"),
        make_review(evidence),
    ]
    return tuple(blocks)


def _serious_violence(evidence: Evidence, own: Counted | None) -> KeyFigure:
    """The partnership's own definition, or where it cannot be counted the nearest that open data come to it."""
    if own is not None:
        return KeyFigure("Serious violence, as the partnership defines it", own_definition_finding(own))
    nearest = bounds_finding(evidence, evidence.latest, id="level.public_space_violence.latest")
    return KeyFigure("Robbery and possession of weapons", nearest)


def _known(evidence: Evidence) -> list[Block]:
    found: list[Block] = []
    if evidence.latest_year is not None and evidence.latest_year != evidence.latest:
        found.append(level_finding(evidence, VIOLENCE, evidence.latest_year, id="level.violence.latest_year"))
        if len(evidence.latest.months) < len(evidence.latest_year.months):
            found.append(
                Notice(
                    NoticeKind.WARNING,
                    "A rate for twelve months and a rate for fewer cannot be compared with each other.",
                )
            )
    found.append(level_finding(evidence, SHARE, evidence.latest, id="level.violence_share.latest"))
    found.extend(neighbour_findings(evidence, VIOLENCE))
    return found


def _cannot_tell(evidence: Evidence) -> tuple[str, ...]:
    own = count_own_definition(evidence)
    second = evidence.measures.definition_of(BOUNDS) if own is None else own.definition
    said = (*evidence.measures.definition_of(VIOLENCE).cannot_tell, *second.cannot_tell)
    # One definition says "The ages of those involved." and the other adds the day and the time: the longer one is enough.
    return tuple(
        item for item in dict.fromkeys(said) if not any(o != item and o.startswith(item.rstrip(".")) for o in said)
    )


def _changes(evidence: Evidence) -> list[Block]:
    found: list[Block] = [
        finding
        for measure in ("robbery_rate", "possession_of_weapons_rate")
        if (finding := change_finding(evidence, measure, id=f"change.{measure.removesuffix('_rate')}")) is not None
    ]
    if not found:
        return [
            Notice(
                NoticeKind.MISSING,
                "No month has the same month of the year before beside it, so no change can be told.",
            )
        ]
    contract = evidence.catalogue.feeds.contracts[STREET]
    reasons = [caveat for caveat in contract.caveats if "recording" in caveat.lower()]
    found.append(
        Notice(
            NoticeKind.WARNING,
            "A change in these figures can be a change in violence, in how much of it is "
            "reported, or in how it is recorded. "
            "These data cannot tell the three apart. " + " ".join(reasons),
        )
    )
    return found


def make_partner_table(evidence: Evidence) -> Table:
    """Who is expected to share what, and what of it is here."""
    landed = {(delivery.feed, delivery.partner) for delivery in evidence.warehouse.deliveries}
    rows = []
    for partner in evidence.catalogue.partnership.expected:
        for dataset in partner.datasets:
            here = dataset.feed is not None and (
                (dataset.feed, dataset.partner) in landed
                if dataset.partner is not None
                else any(feed == dataset.feed for feed, _ in landed)
            )
            state = "here" if here else "not received"
            rows.append((partner.name, dataset.title, state, dataset.why_it_matters))
    rows.sort(key=lambda row: row[2] == "here")
    missing = sum(row[2] != "here" for row in rows)
    return make_table(
        id="partners_expected",
        caption="What partners are expected to share, and what is here",
        columns=[("partner", "Partner"), ("dataset", "Data"), ("state", "State"), ("why", "What it would tell")],
        rows=rows,
        source=f"{evidence.catalogue.partnership.source}; deliveries in this workspace",
        notes=(f"{len(rows) - missing} of {len(rows)} are here; those that are not come first.",) if missing else (),
        rows_shown=missing or None,
    )
