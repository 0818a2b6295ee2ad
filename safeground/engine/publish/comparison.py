"""What changed between two editions, and why: findings on one side, inputs, definitions and code on the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from safeground.engine.publish.edition import Edition
from safeground.engine.publish.marks import DestroyedSource, read_marks
from safeground.engine.publish.reasons import NOT_LOOKED_FOR, Explanation, explain_change
from safeground.engine.publish.reuse import RENDERED_FROM
from safeground.engine.publish.table_changes import TableChange, compare_tables

# Parts of a manifest that say what an edition is rather than what it was made from.
_NOT_INPUTS = frozenset({"built_at", "files", "manifest_version", "title", RENDERED_FROM})
# Parts of a finding that say where it comes from and how to read it, not what it says.
_REFERENCES = frozenset({"sources", "caveats"})
_NOTHING = object()


class Change(StrEnum):
    """What happened to a finding or an input from the first edition to the second."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class FindingChange:
    """A finding that is not the same in both editions. `before` and `after` are its number in words, None where it is absent."""

    id: str
    change: Change
    before: str | None
    after: str | None
    sentence_before: str | None
    sentence_after: str | None
    differs_in: tuple[str, ...] = ()
    """Which parts differ: 'value', 'interval', 'state', 'sentence', 'period', 'definition', 'sources', 'caveats' ..."""
    why: Explanation = NOT_LOOKED_FOR
    """What differs of all it was made from."""

    @property
    def is_new_number(self) -> bool:
        """Whether a reader sees another number, interval or state."""
        return self.change is Change.CHANGED and self.before != self.after

    def as_data(self) -> dict[str, Any]:
        return {
            **{name: value for name, value in self.__dict__.items() if name != "why"},
            "change": str(self.change),
            "differs_in": list(self.differs_in),
            **self.why.as_data(),
        }


@dataclass(frozen=True)
class InputChange:
    """Something the edition was made from that is not the same: a delivery, a definition, a parameter, the code."""

    kind: str
    """The manifest's key: 'deliveries', 'definitions', 'code_version' ..."""
    name: str
    change: Change
    before: str | None
    after: str | None


@dataclass(frozen=True)
class EditionDifference:
    """All changes from one edition to another, in the order of the second edition's findings, of tables and of the manifest's keys."""

    findings: tuple[FindingChange, ...]
    """Findings that say something else: another number, state, sentence, period, definition ... or are new or gone."""
    inputs: tuple[InputChange, ...]
    is_same_audience: bool
    references: tuple[FindingChange, ...] = ()
    """Findings that say the same and only name their sources or caveats differently."""
    tables: tuple[TableChange, ...] = ()
    """Tables, those behind charts among them, of which a number differs."""
    destroyed_before: tuple[DestroyedSource, ...] = ()
    """What the first edition was made from and has been destroyed since."""
    destroyed_after: tuple[DestroyedSource, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.findings or self.references or self.inputs or self.tables)

    def lines(self) -> tuple[str, ...]:
        """What changed and why, for a terminal: every number that changed by name, with what lies behind it. `as_data` has everything."""
        from safeground.engine.publish.differences import describe_difference

        return describe_difference(self)

    def as_data(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "is_same_audience": self.is_same_audience,
            "findings": [change.as_data() for change in self.findings],
            "references": [change.as_data() for change in self.references],
            "tables": [change.as_data() for change in self.tables],
            "inputs": [{**change.__dict__, "change": str(change.change)} for change in self.inputs],
            "destroyed": {
                "before": [vars(source) for source in self.destroyed_before],
                "after": [vars(source) for source in self.destroyed_after],
            },
        }


def compare_editions(before: Edition, after: Edition) -> EditionDifference:
    """What changed from `before` to `after`, and what they were made from that differs."""
    ids = [*after.findings, *(name for name in before.findings if name not in after.findings)]
    compared = [_compare_finding(name, before.findings.get(name), after.findings.get(name)) for name in ids]
    changes = [
        replace(change, why=explain_change(change.id, before, after)) for change in compared if change is not None
    ]
    return EditionDifference(
        findings=tuple(change for change in changes if not _is_reference_only(change)),
        inputs=tuple(_compare_inputs(before.manifest, after.manifest)),
        is_same_audience=before.audience == after.audience,
        references=tuple(change for change in changes if _is_reference_only(change)),
        tables=compare_tables(before, after),
        destroyed_before=read_marks(before.path),
        destroyed_after=read_marks(after.path),
    )


def _is_reference_only(change: FindingChange) -> bool:
    return change.change is Change.CHANGED and _REFERENCES.issuperset(change.differs_in)


def _compare_finding(
    name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> FindingChange | None:
    parts_before, parts_after = _take_parts(before), _take_parts(after)
    if parts_before == parts_after:
        return None
    change = Change.ADDED if before is None else Change.REMOVED if after is None else Change.CHANGED
    differs = (
        tuple(part for part in parts_after if parts_before.get(part) != parts_after[part]) if before and after else ()
    )
    return FindingChange(
        id=name,
        change=change,
        before=_words(before),
        after=_words(after),
        sentence_before=before["sentence"] if before else None,
        sentence_after=after["sentence"] if after else None,
        differs_in=differs,
    )


def _take_parts(finding: Mapping[str, Any] | None) -> dict[str, Any]:
    if finding is None:
        return {}
    estimate = finding["estimate"]
    return {
        "value": estimate["value"],
        "interval": (estimate["lower"], estimate["upper"], estimate["confidence"]),
        "basis": (estimate["count"], estimate["denominator"]),
        "unit": estimate["unit"],
        "state": (estimate["state"], estimate["reason"]),
        "method": estimate["method"],
        "disclosure rule": estimate["rule"],
        "flags": estimate["flags"],
        **{
            part: finding[part]
            for part in (
                "sentence",
                "direction",
                "measure",
                "period",
                "area",
                "definition",
                "sources",
                "caveats",
                "chapters",
            )
        },
    }


def _words(finding: Mapping[str, Any] | None) -> str | None:
    if finding is None:
        return None
    estimate = finding["estimate"]
    interval = f" ({estimate['interval_words']})" if estimate["interval_words"] else ""
    return f"{estimate['words']}{interval}"


def _compare_inputs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[InputChange]:
    changes = []
    for kind in sorted((before.keys() | after.keys()) - _NOT_INPUTS):
        old, new = _flatten(before.get(kind, _NOTHING)), _flatten(after.get(kind, _NOTHING))
        for name in sorted(old.keys() | new.keys()):
            if old.get(name, _NOTHING) == new.get(name, _NOTHING):
                continue
            change = Change.ADDED if name not in old else Change.REMOVED if name not in new else Change.CHANGED
            changes.append(InputChange(kind, name, change, _show(old, name), _show(new, name)))
    return changes


def _flatten(value: Any, name: str = "") -> dict[str, Any]:
    """A manifest's part as name to plain value. Objects in a list are named by their `id` or `name`, whatever their order."""
    if value is _NOTHING:
        return {}
    if isinstance(value, Mapping):
        flat: dict[str, Any] = {}
        for key in value:
            flat.update(_flatten(value[key], f"{name}.{key}" if name else str(key)))
        return flat
    if isinstance(value, list | tuple) and all(
        isinstance(item, Mapping) and ("id" in item or "name" in item) for item in value
    ):
        return {str(item.get("id", item.get("name"))): dict(item) for item in value}
    return {name: value}


def _show(flat: Mapping[str, Any], name: str) -> str | None:
    if name not in flat:
        return None
    value = flat[name]
    if isinstance(value, dict):
        return ", ".join(f"{key} {value[key]}" for key in sorted(value) if key not in ("id", "name"))
    return str(value)
