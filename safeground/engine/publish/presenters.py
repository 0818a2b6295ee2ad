"""From the document's objects to words and links that a template only has to place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Audience,
    Block,
    Cell,
    Chapter,
    Direction,
    Figure,
    Finding,
    Heading,
    KeyFigures,
    Marking,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
    choose_common_decimals,
    format_bounds,
    format_confidence,
    format_estimate,
    format_interval,
    format_number,
    format_value,
)
from safeground.engine.publish.prose import render_prose

AUDIENCE_WORDS = {
    Audience.POLICE: "For the police only",
    Audience.PARTNERSHIP: "For the partnership",
    Audience.PUBLIC: "For the public",
}
_TONES = {
    NoticeKind.CANNOT_TELL: "limits",
    NoticeKind.MISSING: "missing",
    NoticeKind.WARNING: "warning",
    NoticeKind.METHOD: "method",
}

_MOST_REASONS = 3


@dataclass(frozen=True)
class Picture:
    """A figure's drawing: where it lies in the edition and its size in pixels."""

    href: str
    width: int
    height: int


def present_marking(marking: Marking) -> dict[str, object]:
    return {
        "audience_words": AUDIENCE_WORDS[marking.audience],
        "is_draft": marking.is_draft,
        "handling": marking.handling,
    }


def present_blocks(
    chapter: Chapter, *, find_pictures: Callable[[str], tuple[Picture, Picture]]
) -> list[dict[str, Any]]:
    """The chapter's blocks for the templates; a figure's title is a heading one level below the heading it stands under."""
    level, anchors = 1, {"main-content"}
    presented = []
    for block in chapter.blocks:
        if isinstance(block, Heading):
            level = block.level
            presented.append(
                {"kind": "heading", "text": block.text, "level": level, "anchor": _make_anchor(block.text, anchors)}
            )
        elif isinstance(block, Figure):
            presented.append(_present_figure(block, level=min(level + 1, 4), pictures=find_pictures(block.id)))
        else:
            presented.append(_present_plain(block))
    return presented


def _present_plain(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"kind": "prose", "html": render_prose(block.markdown)}
    if isinstance(block, Notice):
        return {
            "kind": "notice",
            "title": str(block.kind),
            "tone": _TONES[block.kind],
            "html": render_prose(block.markdown),
        }
    if isinstance(block, Table):
        return {"kind": "table", "table": present_table(block)}
    if isinstance(block, Finding):
        return {"kind": "finding", "finding": present_finding(block)}
    if isinstance(block, KeyFigures):
        return {"kind": "key_figures", "figures": [present_key_figure(f.label, f.finding) for f in block.figures]}
    raise TypeError(f"a page cannot show a {type(block).__name__}")


def present_finding(finding: Finding) -> dict[str, Any]:
    """A finding's sentence, its numbers in words, and the rows that say how it is known."""
    estimate = finding.estimate
    rows = [
        ("Measure", finding.measure),
        ("Number", _join(format_estimate(estimate), format_interval(estimate)) if estimate.is_published else ""),
        ("Why there is no number", "" if estimate.is_published else _sentence(estimate.reason or "")),
        ("Area", f"{finding.area_name} ({finding.area_code})" if finding.area_code else finding.area_name),
        ("Geography", finding.area_vintage),
        ("Period", finding.period),
        ("Method", _join(estimate.method or "", _confidence(estimate))),
        ("Definition", finding.definition),
        ("Sources", "; ".join(finding.sources)),
        ("Read with care", " ".join(_sentence(caveat) for caveat in finding.caveats)),
        ("Marked", "; ".join(estimate.flags)),
        ("Disclosure rule", estimate.rule),
    ]
    return {
        "sentence": finding.sentence,
        # A sentence that gives its number with the interval is not followed by the same number again.
        "says_its_interval": bool(format_interval(estimate)) and format_interval(estimate) in finding.sentence,
        "measure": finding.measure,
        "is_published": estimate.is_published,
        "state": str(estimate.state),
        "reason": estimate.reason,
        "words": format_estimate(estimate),
        "interval": format_interval(estimate),
        "area": finding.area_name,
        "period": finding.period,
        "flags": [flag[:1].upper() + flag[1:] for flag in estimate.flags],
        "basis": [{"key": {"text": key}, "value": {"text": value}} for key, value in rows if value],
    }


def present_key_figure(label: str, finding: Finding) -> dict[str, Any]:
    """A large number with its words; where chance explains a change, the words are large and not the number."""
    estimate = finding.estimate
    unit = estimate.unit.removeprefix("%").strip() if estimate.is_published else ""
    # What is large is what is read. A change that chance explains is no result, so its number may not be the largest thing there.
    if estimate.is_published and finding.direction is Direction.CANNOT_TELL:
        large, recorded, unit = "Cannot tell", f"{format_estimate(estimate)} recorded", ""
    else:
        large, recorded = format_value(estimate), ""
    return {
        "label": label,
        "period": finding.period,
        "large": large,
        "is_number": estimate.is_published and not recorded,
        "recorded": recorded,
        "unit": unit,
        "interval": format_interval(estimate),
        "finding": present_finding(finding),
    }


def _present_figure(figure: Figure, *, level: int, pictures: tuple[Picture, Picture]) -> dict[str, Any]:
    wide, narrow = pictures
    return {
        "kind": "figure",
        "id": figure.id,
        "title": figure.title,
        "subtitle": figure.subtitle,
        "alternative": figure.alternative,
        "level": level,
        "wide": wide,
        "narrow": narrow,
        "notes": figure.notes,
        "source": figure.source,
        "table": present_table(figure.table),
    }


def present_table(table: Table) -> dict[str, Any]:
    """A table's cells as text. A column's numbers all have the same decimals; what is withheld or marked is explained below."""
    shown = table.rows if table.rows_shown is None else table.rows[: table.rows_shown]
    table, shown = _leave_out_empty_columns(table, shown)
    decimals = [choose_common_decimals(_numbers(row[place] for row in shown)) for place in range(len(table.columns))]
    flags = list(dict.fromkeys(flag for row in shown for number in _numbers(row) for flag in number.flags))
    marks = {flag: _letter(place) for place, flag in enumerate(flags)}
    return {
        "id": table.id,
        "caption": table.caption,
        "href": f"tables/{table.id}.csv",
        "columns": [{"title": column.title, "is_number": column.is_number} for column in table.columns],
        "rows": [
            [
                _present_cell(cell, is_number=column.is_number, decimals=digits, marks=marks)
                for cell, column, digits in zip(row, table.columns, decimals, strict=True)
            ]
            for row in shown
        ],
        "all_rows": format_number(len(table.rows)),
        "hidden_rows": len(table.rows) - len(shown),
        "notes": [
            *_explain_states(number for row in shown for number in _numbers(row)),
            *(f"({mark}) {_sentence(flag)}" for flag, mark in marks.items()),
            *table.notes,
        ],
        "source": table.source,
    }


def _leave_out_empty_columns(table: Table, shown: Sequence[Sequence[Cell]]) -> tuple[Table, Sequence[Sequence[Cell]]]:
    """The table without columns of words in which none of the rows shown has any: a column of notes on other rows. The CSV has them."""
    kept = [place for place in range(len(table.columns)) if not shown or any(row[place] != "" for row in shown)]
    if len(kept) == len(table.columns):
        return table, shown
    columns = tuple(table.columns[place] for place in kept)
    every = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return replace(table, columns=columns, rows=every), every[: len(shown)]


def _explain_states(numbers: Iterable[Protected]) -> list[str]:
    """Why numbers are withheld or missing, a sentence a reason; many reasons of one state are left to the CSV."""
    reasons: dict[str, dict[str, None]] = {}
    for number in numbers:
        if not number.is_published:
            reasons.setdefault(str(number.state), {})[str(number.reason)] = None
    notes: list[str] = []
    for state, found in reasons.items():
        shown = list(found) if len(found) <= _MOST_REASONS else list(found)[: _MOST_REASONS - 1]
        notes += [f"{state.capitalize()}: {reason}." for reason in shown]
        if len(found) > len(shown):
            notes.append(
                f"{state.capitalize()}: {len(found) - len(shown)} more for reasons of the same kind; the CSV gives each."
            )
    return notes


def _present_cell(cell: Cell, *, is_number: bool, decimals: int | None, marks: dict[str, str]) -> dict[str, object]:
    if isinstance(cell, str):
        return {"text": cell, "is_number": is_number, "state": "", "bounds": "", "marks": ""}
    return {
        "text": format_value(cell, decimals=decimals),
        "is_number": is_number,
        "state": "" if cell.is_published else str(cell.state),
        "bounds": format_bounds(cell, decimals=decimals),
        "marks": ", ".join(marks[flag] for flag in cell.flags),
    }


def _numbers(cells: Iterable[Cell]) -> list[Protected]:
    return [cell for cell in cells if isinstance(cell, Protected)]


def _letter(place: int) -> str:
    return chr(ord("a") + place % 26) * (place // 26 + 1)


def _make_anchor(text: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"
    stem = f"s-{stem}"  # an anchor may not be the name of a figure or table
    anchor, number = stem, 2
    while anchor in taken:
        anchor, number = f"{stem}-{number}", number + 1
    taken.add(anchor)
    return anchor


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."


def _confidence(estimate: Protected) -> str:
    return f"{format_confidence(estimate.confidence)} confidence" if estimate.confidence is not None else ""


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
