"""Findings as open data: `findings.json`, valid against `findings.schema.json` of the same version."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

from safeground.engine.disclosure import Protected
from safeground.engine.documents import Document, Finding, Origin, format_estimate, format_interval
from safeground.engine.publish.made import link_origin, made_page_name, say_disclosure_step

SCHEMA_VERSION = "1.2"


def render_findings(document: Document, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Every finding once, in reading order, with the chapters it stands in and how it was made."""
    chapters: dict[str, list[str]] = {}
    for chapter in document.chapters:
        for finding in chapter.findings():
            names = chapters.setdefault(finding.id, [])
            if chapter.id not in names:
                names.append(chapter.id)
    return {
        "schema_version": SCHEMA_VERSION,
        "title": document.title,
        "partnership": document.partnership,
        "audience": str(document.marking.audience),
        "is_draft": document.marking.is_draft,
        "as_at": document.as_at,
        "findings": [_render_finding(finding, chapters[finding.id], document) for finding in document.findings()],
        "origins": [_render_origin(origin, str(manifest.get("code_version", ""))) for origin in document.origins],
    }


def read_schema() -> str:
    """The JSON Schema that `findings.json` is valid against."""
    return (resources.files("safeground") / "definitions" / "national" / "schemas" / "findings.schema.json").read_text(
        encoding="utf-8"
    )


def write_json(content: Mapping[str, Any]) -> str:
    """Canonical JSON: keys in order, two spaces, real letters, and no number that JSON does not have."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _render_finding(finding: Finding, chapters: list[str], document: Document) -> dict[str, Any]:
    origin = document.origin_of(finding)
    return {
        "id": finding.id,
        "sentence": finding.sentence,
        "measure": finding.measure,
        "definition": finding.definition,
        "period": finding.period,
        "area": {"code": finding.area_code, "name": finding.area_name, "vintage": finding.area_vintage},
        "estimate": _render_estimate(finding.estimate),
        "direction": str(finding.direction),
        "sources": list(finding.sources),
        "caveats": list(finding.caveats),
        "chapters": chapters,
        "origin": origin.id if origin else None,
        "page": link_origin(document, finding),
        "disclosure_step": say_disclosure_step(finding.estimate, origin.rule) if origin else None,
    }


def _render_origin(origin: Origin, code_version: str) -> dict[str, Any]:
    return {
        "id": origin.id,
        "page": made_page_name(origin),
        "definition": {
            "title": origin.title,
            "name": origin.id,
            "version": origin.version,
            "file": origin.file,
            "clauses": list(origin.clauses),
            "readings": [{"question": question, "reading": reading} for question, reading in origin.readings],
            "counted": origin.counted,
            "source": origin.source,
        },
        "measures": [dict(vars(measure)) for measure in origin.measures],
        "rows": {
            "period": origin.rows_period,
            **{
                key: _render_rows(number)
                for key, (_, number) in zip(("in", "out", "undetermined"), origin.rows, strict=False)
            },
        },
        "deliveries": [
            {
                "id": each.id,
                "feed": each.feed,
                "title": each.title,
                "sender": each.sender,
                "period": each.period,
                "sha256": each.sha256,
                "contract_version": each.contract_version,
                "received": _render_rows(each.received),
                "accepted": _render_rows(each.accepted),
                "quarantined": _render_rows(each.quarantined),
                "duplicates": _render_rows(each.duplicates),
            }
            for each in origin.deliveries
        ],
        "disclosure": dict(vars(origin.rule)),
        "code_version": code_version,
    }


def _render_rows(rows: Protected) -> dict[str, Any]:
    return {"value": _round(rows.value), "state": str(rows.state), "reason": rows.reason, "flags": list(rows.flags)}


def _render_estimate(estimate: Protected) -> dict[str, Any]:
    return {
        "value": _round(estimate.value),
        "lower": _round(estimate.lower),
        "upper": _round(estimate.upper),
        "count": _round(estimate.count),
        "denominator": _round(estimate.denominator),
        "unit": estimate.unit,
        "words": format_estimate(estimate),
        "interval_words": format_interval(estimate),
        "method": estimate.method,
        "confidence": estimate.confidence,
        "state": str(estimate.state),
        "reason": estimate.reason,
        "rule": estimate.rule,
        "flags": list(estimate.flags),
    }


def _round(value: float | None) -> float | int | None:
    """Whole numbers whole, others to seven significant digits: the last bits differ between machines and mean nothing.

    What is not finite (the count behind a number that rests on no events of its own) is null: JSON has no such number.
    """
    if value is None or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(f"{value:.7g}")
