"""What changed between two editions, in words for a terminal: every number that changed, and what lies behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from safeground.engine.documents import count_things
from safeground.engine.publish.comparison import Change, EditionDifference, FindingChange, InputChange
from safeground.engine.publish.reasons import NOT_LOOKED_FOR, Explanation, describe_reasons
from safeground.engine.publish.table_changes import TableChange

_MOST_OF_A_KIND = 3
_MOST_REASONS = 6
_KINDS = {
    "deliveries": "delivery",
    "definitions": "definition",
    "measures": "measure",
    "parameters": "parameter",
    "disclosure_rules": "disclosure rule",
    "words": "own words",
    "tested": "result of a test",
}
_PLURALS = {"delivery": "deliveries"}


def describe_difference(difference: EditionDifference) -> tuple[str, ...]:
    """Numbers that changed, each with why; findings that came and went, all by name; those only worded otherwise, of which lists are cut
    and never counts."""
    destroyed = tuple(_describe_destroyed(difference))
    if difference.is_empty:
        return ("Nothing changed: both editions say the same and were made from the same.", *destroyed)
    told = [] if difference.is_same_audience else [_describe_audiences(difference)]
    numbers = [change for change in difference.findings if change.is_new_number]
    references = [_describe_references(difference.references)] if difference.references else []
    if not numbers:
        of_what = "No number of a finding changed." if difference.tables else "No number changed."
        told.append(" ".join([of_what, *references]))
    told += _describe_numbers(numbers)
    for kind in (Change.ADDED, Change.REMOVED):
        group = [change for change in difference.findings if change.change is kind]
        told += _describe_presences(group)
    told += _describe_wording(
        [change for change in difference.findings if change.change is Change.CHANGED and not change.is_new_number]
    )
    if numbers:
        told += references
    told += _describe_tables(difference.tables)
    reasons = [] if numbers else list(_describe_reasons(difference))
    if len(reasons) > _MOST_REASONS + 1:
        reasons[_MOST_REASONS:] = [f"{len(reasons) - _MOST_REASONS} more of what they were made from differ."]
    return (*told, *reasons, *destroyed)


def _describe_destroyed(difference: EditionDifference) -> Iterator[str]:
    """What can no longer be looked up, since the data were destroyed after an edition was made from them."""
    for which, sources in (("first", difference.destroyed_before), ("second", difference.destroyed_after)):
        for source in sources[:_MOST_OF_A_KIND]:
            yield f"The {which} was made from {source.delivery}, destroyed on {source.day}: {source.certificate}."
        if len(sources) > _MOST_OF_A_KIND:
            yield f"The {which} was made from {len(sources) - _MOST_OF_A_KIND} more that were destroyed; --json gives all."


def _describe_audiences(difference: EditionDifference) -> str:
    change = next((each for each in difference.inputs if each.kind == "audience"), None)
    which = f" ({change.before} and {change.after})" if change else ""
    return f"The two editions are for different audiences{which}, so a finding may be missing or withheld on purpose."


def _describe_numbers(numbers: Sequence[FindingChange]) -> Iterator[str]:
    """Numbers that changed for the same reasons beneath each other, and the reasons behind them, once."""
    groups: dict[Explanation, list[FindingChange]] = {}
    for change in numbers:
        groups.setdefault(change.why, []).append(change)
    for why, group in groups.items():
        yield from map(_describe_number, group)
        yield f"  {describe_reasons(why)}"


def _describe_number(change: FindingChange) -> str:
    return f"{change.id} was {change.before} and is {change.after}."


def _describe_tables(changes: Sequence[TableChange]) -> Iterator[str]:
    """Of each table the first few numbers and how many more, above the reasons that it shares with others."""
    groups: dict[Explanation, list[TableChange]] = {}
    for change in changes:
        groups.setdefault(change.why, []).append(change)
    for why, group in groups.items():
        for change in group:
            yield from _describe_table(change)
        if why is not NOT_LOOKED_FOR:
            yield f"  {describe_reasons(why)}"


def _describe_table(change: TableChange) -> Iterator[str]:
    if change.is_new or change.is_gone:
        yield f"The table {change.id} is {'new' if change.is_new else 'gone'}."
        return
    parts = (
        (change.cells, "number", "changed"),
        (change.rows_added, "row", "new"),
        (change.rows_removed, "row", "gone"),
    )
    yield f"The table {change.id}: {', '.join(f'{count_things(len(each), noun)} {what}' for each, noun, what in parts if each)}."
    for cell in change.cells[:_MOST_OF_A_KIND]:
        yield f"  {cell.row}: {cell.column} was {cell.before} and is {cell.after}."
    if len(change.cells) > _MOST_OF_A_KIND:
        yield f"  {len(change.cells) - _MOST_OF_A_KIND:,} more; --json has each."


def _describe_presences(changes: Sequence[FindingChange]) -> Iterator[str]:
    """A line each for the first few, and the names of all others."""
    yield from map(_describe_presence, changes[:_MOST_OF_A_KIND])
    others = [change.id for change in changes[_MOST_OF_A_KIND:]]
    if others:
        verb = "new" if changes[0].change is Change.ADDED else "gone"
        yield f"{count_things(len(others), 'more finding')} {'is' if len(others) == 1 else 'are'} {verb}: {', '.join(others)}."


def _describe_presence(change: FindingChange) -> str:
    if change.change is Change.ADDED:
        return f"{change.id} is new: {change.sentence_after}"
    return f"{change.id} is gone. It said: {change.sentence_before}"


def _describe_wording(changes: Sequence[FindingChange]) -> Iterator[str]:
    """One line for all findings that keep their number as a reader sees it, naming the parts that differ and a few of them."""
    if not changes:
        return
    parts = list(dict.fromkeys(part for change in changes for part in change.differs_in))
    names = [change.id for change in changes]
    shown = ", ".join(names[:_MOST_OF_A_KIND])
    if len(names) > _MOST_OF_A_KIND:
        shown += f" and {len(names) - _MOST_OF_A_KIND} more"
    keep = (
        "1 finding keeps its number and differs"
        if len(names) == 1
        else f"{len(names)} findings keep their numbers and differ"
    )
    yield f"{keep} in {', '.join(parts)}: {shown}."


def _describe_references(changes: Sequence[FindingChange]) -> str:
    if len(changes) == 1:
        return "1 finding names its sources or caveats differently."
    return f"{len(changes)} findings name their sources or caveats differently."


def _describe_reasons(difference: EditionDifference) -> Iterator[str]:
    # That the audience differs has been said first.
    inputs = [change for change in difference.inputs if difference.is_same_audience or change.kind != "audience"]
    if not inputs:
        if difference.is_same_audience:
            yield "No input, definition or code changed: the manifests do not explain why."
        return
    code = inputs[0]
    if len(inputs) == 1 and code.kind == "code_version":
        yield f"Because of the code alone, which changed from {code.before} to {code.after}: all else it was made from is the same."
        return
    groups: dict[tuple[str, Change], list[InputChange]] = {}
    for change in inputs:
        groups.setdefault((change.kind, change.change), []).append(change)
    for (kind, what), group in groups.items():
        if len(group) <= _MOST_OF_A_KIND:
            yield from map(_describe_input, group)
            continue
        noun = _name_kind(kind)
        happened = {Change.ADDED: "were added", Change.REMOVED: "are no longer used", Change.CHANGED: "changed"}[what]
        yield (
            f"Because {len(group)} {_PLURALS.get(noun, f'{noun}s')} {happened}: {group[0].name}, {group[1].name} "
            f"and {len(group) - 2} more."
        )


def _describe_input(change: InputChange) -> str:
    what = f"{_name_kind(change.kind)} {change.name}".strip()
    if change.change is Change.ADDED:
        return f"Because {what} was added."
    if change.change is Change.REMOVED:
        return f"Because {what} is no longer used."
    return f"Because {what} changed from {change.before} to {change.after}."


def _name_kind(kind: str) -> str:
    return _KINDS.get(kind, kind.replace("_", " "))
