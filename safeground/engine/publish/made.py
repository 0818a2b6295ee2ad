"""The pages that say how numbers were made: one for each definition, with a place on it for every finding that counts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from safeground.engine.disclosure import DisclosureRule, Protected, State
from safeground.engine.documents import (
    Audience,
    Chapter,
    Column,
    Document,
    Finding,
    Origin,
    Table,
    capitalise,
    count_things,
    format_estimate,
    format_interval,
)
from safeground.engine.publish.presenters import present_table

_SHOWN = 24
_CONTENT_AND_HASH = slice(2, 4)


def made_page_name(origin: Origin) -> str:
    """Beside the chapters, since every page asks for its styles by a path from the edition's folder."""
    return f"made-{origin.id}.html"


def link_origin(document: Document, told: Finding | Table) -> str | None:
    """Where a number's making is told: 'made-police_uk_violence.html#level.violence.latest'; None where it is not recorded."""
    origin = document.origin_of(told)
    if origin is None:
        return None
    return f"{made_page_name(origin)}#{told.id}" if isinstance(told, Finding) else made_page_name(origin)


def origin_tables(origin: Origin) -> tuple[Table, ...]:
    """What its page shows as tables and the edition holds as CSV."""
    deliveries = Table(
        id=f"made-{origin.id}-deliveries",
        caption=f"Deliveries behind {_lower(origin.title)}",
        columns=(
            Column("delivery", "Delivery"),
            Column("sender", "From"),
            Column("content", "What"),
            Column("sha256", "SHA-256 of its content"),
            Column("received", "Rows received", True),
            Column("accepted", "Accepted", True),
            Column("quarantined", "Set aside", True),
            Column("duplicates", "Known duplicates", True),
        ),
        rows=tuple(
            (
                each.id,
                each.sender,
                f"{each.title}, contract version {each.contract_version}",
                each.sha256,
                each.received,
                each.accepted,
                each.quarantined,
                each.duplicates,
            )
            for each in origin.deliveries
        ),
        source="Deliveries in this workspace and their checks",
        rows_shown=_SHOWN if len(origin.deliveries) > _SHOWN else None,
    )
    if not origin.rows:
        return (deliveries,)
    rows = Table(
        id=f"made-{origin.id}-rows",
        caption=f"Rows in and out of the definition, {origin.rows_period}",
        columns=(Column("verdict", "Verdict of the rule"), Column("rows", "Rows", True)),
        rows=origin.rows,
        source="Accepted rows of the deliveries below",
        notes=("Accepted rows = in + out + cannot be told. The latest period alone is counted here.",),
        about=(("period", origin.rows_period), ("definition", origin.label)),
    )
    return (rows, deliveries)


def present_origin(
    document: Document, origin: Origin, manifest: Mapping[str, Any], *, find_page: Mapping[str, str]
) -> dict[str, Any]:
    """An origin for its template. `find_page`: a chapter's page by its id."""
    tables = {table.id.rpartition("-")[2]: present_table(table) for table in origin_tables(origin)}
    # The page shows what fits a line: a delivery's id begins with its feed and ends in its hash, and the CSV has both whole.
    for cells in (tables["deliveries"]["columns"], *tables["deliveries"]["rows"]):
        del cells[_CONTENT_AND_HASH]
    findings = [finding for finding in document.findings() if finding.definition == origin.definition]
    return {
        "title": origin.title,
        "clauses": [f"{clause}." for clause in origin.clauses],
        "readings": origin.readings,
        "counted": origin.counted,
        "about": _list(
            ("Definition", f"{origin.label}, of the file {origin.file}" if origin.file else origin.label),
            ("Source", origin.source),
            *(
                (each.title, f"{each.unit}; interval {each.interval} (measure {each.name}, version {each.version})")
                for each in origin.measures
            ),
        ),
        "rows": tables.get("rows"),
        "deliveries": tables["deliveries"],
        "delivered": _say_delivered(origin),
        "rule": {
            **vars(origin.rule),
            "title": capitalise(origin.rule.title),
            "does": _say_rule(origin.rule),
            "note": origin.rule_note,
        },
        "code_version": manifest.get("code_version", ""),
        "definitions_version": manifest.get("definitions_version", ""),
        "findings": [_present_finding(finding, origin, document, find_page) for finding in findings],
        "can_be_quoted": document.marking.audience is not Audience.PUBLIC,
    }


def describe_origin(origin: Origin) -> str:
    """An origin as Markdown, for paper: its rule, its rows, its deliveries and what became of them, and where its page is."""
    parts = [
        f"{origin.label}. Counted: {origin.counted.rstrip('.')}.",
        "What counts:\n\n" + "\n".join(f"* {clause}." for clause in origin.clauses),
        *(f"Read so: {question} {reading}." for question, reading in origin.readings),
        *(
            f"{each.title}: interval {each.interval} (measure {each.name}, version {each.version})."
            for each in origin.measures
        ),
        f"Source of the definition: {origin.source}" if origin.source else "",
        _say_rows(origin),
        _say_delivered(origin),
        f"{origin.rule_note} {_say_rule(origin.rule)}".strip(),
        f"In the edition of pages: {made_page_name(origin)}.",
    ]
    return "\n\n".join(part for part in parts if part)


def _say_rows(origin: Origin) -> str:
    if not origin.rows:
        return ""
    told = "; ".join(f"{name.lower()} {format_estimate(number)}" for name, number in origin.rows)
    return f"Rows of the feed in {origin.rows_period}: {told}."


def _present_finding(
    finding: Finding, origin: Origin, document: Document, find_page: Mapping[str, str]
) -> dict[str, Any]:
    estimate = finding.estimate
    return {
        "id": finding.id,
        "sentence": finding.sentence,
        "rows": _list(
            ("Number", ", ".join(part for part in (format_estimate(estimate), format_interval(estimate)) if part)),
            ("Method", estimate.method or "counted; it has no interval"),
            ("Disclosure step", say_disclosure_step(estimate, origin.rule)),
            ("Marked", "; ".join(estimate.flags)),
            ("Period", finding.period),
            ("Area", f"{finding.area_name}, {finding.area_vintage}"),
            ("From", "; ".join(finding.sources)),
        ),
        "chapters": [
            {"title": chapter.title, "href": find_page[chapter.id]}
            for chapter in document.chapters
            if _holds(chapter, finding)
        ],
    }


def say_disclosure_step(estimate: Protected, rule: DisclosureRule) -> str:
    """What the rule did to one number."""
    if estimate.state is State.SUPPRESSED:
        return f"Withheld: {estimate.reason}."
    if estimate.state is not State.PUBLISHED:
        return f"None: there is no number, since {estimate.reason}."
    rounded = [flag for flag in estimate.flags if flag.startswith("rounded")]
    return f"Shown {rounded[0]}." if rounded else f"Shown as it is: {_say_rule(rule).lower()}"


def _say_rule(rule: DisclosureRule) -> str:
    hidden = f"Counts of 1 to {rule.threshold} are withheld" if rule.threshold else "No count is withheld"
    rounding = f"all others are rounded to {rule.rounding}" if rule.rounding > 1 else "none is rounded"
    return f"{hidden}, {rounding}."


def _say_delivered(origin: Origin) -> str:
    number = count_things(len(origin.deliveries), "delivery", "deliveries")
    told = [(each.quarantined.value, each.duplicates.value) for each in origin.deliveries]
    if any(None in rows for rows in told):
        return (
            f"{number}. Rows that could not be used were set aside, each with its reason, and known duplicates left out; how many is not "
            "told, since numbers that are withheld could be worked out from it."
        )
    quarantined, duplicates = (sum(rows[at] or 0 for rows in told) for at in (0, 1))
    return (
        f"{number}. Of their rows {quarantined:,.0f} were set aside, each with its reason, and {duplicates:,.0f} were known duplicates; "
        "all others were accepted."
    )


def _holds(chapter: Chapter, finding: Finding) -> bool:
    return any(each.id == finding.id for each in chapter.findings())


def _lower(title: str) -> str:
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _list(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    """Rows of a summary list; those without words are left out."""
    return [{"key": {"text": key}, "value": {"text": value}} for key, value in rows if value]
