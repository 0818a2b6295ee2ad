"""Why a number differs between two editions: what differs of all that this one number was made from, and of nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from safeground.engine.documents import join_words
from safeground.engine.publish.edition import Edition

_POPULATION = "population"
_MOST_NAMED = 2


class ReasonKind(StrEnum):
    """What can change a number."""

    NEW_DATA = "new data"
    REVISED_DATA = "revised data"
    WITHDRAWN_DATA = "data no longer used"
    POPULATION = "changed population"
    DEFINITION = "changed definition"
    DISCLOSURE = "changed disclosure rule"
    CODE = "changed code"
    SETTING = "changed setting"
    TESTED = "another result of a test"
    OTHER_DEFINITIONS = "another file of the definitions"


@dataclass(frozen=True)
class Reason:
    """One thing that differs. `names`: the deliveries, definitions or versions it is."""

    kind: ReasonKind
    names: tuple[str, ...]

    @property
    def words(self) -> str:
        """'new data (police_uk_street/essex/2025-07/0a1b2c3d4e5f and 2 more)'."""
        if len(self.names) <= _MOST_NAMED:
            return f"{self.kind} ({join_words(self.names)})"
        return f"{self.kind} ({', '.join(self.names[:_MOST_NAMED])} and {len(self.names) - _MOST_NAMED} more)"


class Explanation(NamedTuple):
    """Why a number differs. `is_its_own`: whether the editions say what this one number was made from; else these are what differs of all
    that they were made from, of which some may not concern it."""

    reasons: tuple[Reason, ...]
    is_its_own: bool

    def as_data(self) -> dict[str, Any]:
        return {
            "reasons": [{"kind": str(reason.kind), "names": list(reason.names)} for reason in self.reasons],
            "reasons_are_its_own": self.is_its_own,
            "can_be_separated": len(self.reasons) == 1,
        }


NOT_LOOKED_FOR = Explanation((), False)


def describe_reasons(explanation: Explanation) -> str:
    """The reasons of a number as a sentence. Of several it is not known how much each of them did."""
    reasons, is_its_own = explanation
    if not reasons:
        return "Why: nothing that the editions say they were made from differs."
    said = join_words([reason.words for reason in reasons])
    if not is_its_own:
        return f"Why: what it was made from is not told by itself; of all that the editions were made from, these differ: {said}."
    if len(reasons) == 1:
        return f"Why: {said}."
    return (
        f"Why: {said}. How much each of them did cannot be separated without a build in which only one of them changed."
    )


def explain_change(name: str, before: Edition, after: Edition) -> Explanation:
    """What differs of all that a finding was made from, or where nothing is known of that, or nothing of it differs, of the editions."""
    if tested := _compare_tested(name, before, after):
        return Explanation(tested, True)
    old, new = _find_origin(name, before), _find_origin(name, after)
    if old is not None or new is not None:
        reasons = _explain_by_origin(name, old, new, before, after)
        if reasons:
            return Explanation(reasons, True)
    return Explanation(_explain_by_edition(name, before, after), False)


def explain_table(labels: tuple[str, str], before: Edition, after: Edition) -> Explanation:
    """The same of the numbers of a table, by the definition that it names ('violence version 1'), of all who sent for it."""
    old, new = (
        edition.origins.get(label.partition(" version ")[0])
        for label, edition in zip(labels, (before, after), strict=True)
    )
    if old is not None or new is not None:
        reasons = _explain_by_origin("", old, new, before, after)
        if reasons:
            return Explanation(reasons, True)
    return Explanation(_explain_by_edition("", before, after), False)


def _compare_tested(name: str, before: Edition, after: Edition) -> tuple[Reason, ...]:
    """Files of an evaluation or a back-test that a finding quotes and that are others now: its number is theirs and of nothing else."""
    said = str(after.findings.get(name, before.findings.get(name, {})).get("definition", ""))
    kind, _, rest = said.partition(" ")
    folder = {"evaluation": f"evaluations/{rest.partition(' ')[0]}/", "back-test": "places/backtests/"}.get(kind)
    if folder is None:
        return ()
    old, new = (edition.manifest.get("tested", {}) for edition in (before, after))
    names = tuple(
        each for each in sorted(old.keys() | new.keys()) if each.startswith(folder) and old.get(each) != new.get(each)
    )
    return (Reason(ReasonKind.TESTED, names),) if names else ()


def _explain_by_origin(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, before: Edition, after: Edition
) -> tuple[Reason, ...]:
    gone, come = _take_deliveries(name, old, before), _take_deliveries(name, new, after)
    reasons = [*_compare_deliveries(gone, come)]
    if old is not None and new is not None:
        reasons += _compare_definitions(old, new)
        if old["disclosure"] != new["disclosure"]:
            reasons.append(Reason(ReasonKind.DISCLOSURE, (_name_rule(old, new),)))
    return (*reasons, *_compare_builds(before, after, is_whole=bool(reasons)))


def _explain_by_edition(name: str, before: Edition, after: Edition) -> tuple[Reason, ...]:
    """Of the feeds that the finding's definition names, where it names any; else of all."""
    gone, come = ({str(each["id"]) for each in edition.manifest.get("deliveries", ())} for edition in (before, after))
    said = " ".join(str(edition.findings.get(name, {}).get("definition", "")) for edition in (before, after))
    feeds = {each.split("/")[0] for each in gone | come}
    named = {feed for feed in feeds if f"({feed})" in said} or feeds
    gone, come = ({each for each in ids if each.split("/")[0] in named} for ids in (gone, come))
    changed = [
        item
        for key in ("definitions", "measures")
        for item in _differing(before.manifest.get(key, {}), after.manifest.get(key, {}))
    ]
    reasons = [*_compare_deliveries(gone, come), *([Reason(ReasonKind.DEFINITION, tuple(changed))] if changed else [])]
    return (*reasons, *_compare_builds(before, after, is_whole=bool(reasons)))


def _compare_builds(before: Edition, after: Edition, *, is_whole: bool) -> tuple[Reason, ...]:
    """Code and settings, and where nothing else is known the definitions as a whole."""
    reasons = [*_compare_versions(before, after, ReasonKind.CODE, "code_version")]
    settings = _differing(before.manifest.get("parameters", {}), after.manifest.get("parameters", {}))
    if settings:
        reasons.append(Reason(ReasonKind.SETTING, settings))
    if not reasons and not is_whole:
        reasons += _compare_versions(before, after, ReasonKind.OTHER_DEFINITIONS, "definitions_version")
    return tuple(reasons)


def _find_origin(name: str, edition: Edition) -> Mapping[str, Any] | None:
    finding = edition.findings.get(name)
    return edition.origins.get(finding.get("origin") or "") if finding else None


def _compare_deliveries(gone: set[str], come: set[str]) -> Iterator[Reason]:
    """New, revised and withdrawn deliveries. A delivery of the same feed, sender and period with another content is a revision."""
    slots: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for place, (ours, others) in enumerate(((gone, come), (come, gone))):
        for each in ours - others:
            slots[each.rpartition("/")[0]][place].append(each)
    found: dict[ReasonKind, list[str]] = defaultdict(list)
    for slot, (removed, added) in sorted(slots.items()):
        told = (
            [f"{' and '.join(sorted(added))} in place of {' and '.join(sorted(removed))}"]
            if removed and added
            else removed + added
        )
        kind = (
            ReasonKind.REVISED_DATA
            if removed and added
            else ReasonKind.NEW_DATA
            if added
            else ReasonKind.WITHDRAWN_DATA
        )
        found[ReasonKind.POPULATION if slot.split("/")[0] == _POPULATION else kind] += sorted(told)
    yield from (Reason(kind, tuple(found[kind])) for kind in ReasonKind if kind in found)


def _take_deliveries(name: str, origin: Mapping[str, Any] | None, edition: Edition) -> set[str]:
    """Of a feed with several senders, those that the finding names; where it names none, all."""
    if origin is None:
        return set()
    finding = edition.findings.get(name, {})
    said = " ".join(finding.get("sources", ()))
    senders: dict[str, set[str]] = defaultdict(set)
    for each in origin["deliveries"]:
        senders[each["feed"]].add(each["sender"])
    named = {feed: {sender for sender in found if sender in said} or found for feed, found in senders.items()}
    return {each["id"] for each in origin["deliveries"] if each["sender"] in named[each["feed"]]}


def _compare_definitions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    names = []
    if old["definition"] != new["definition"]:
        names.append(_say_versions(new["definition"]["name"], old["definition"], new["definition"]))
    measures = ({each["name"]: each for each in origin["measures"]} for origin in (old, new))
    before, after = measures
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name] and name != new["definition"]["name"]:
            names.append(_say_versions(f"the measure {name}", before[name], after[name]))
    if names:
        yield Reason(ReasonKind.DEFINITION, tuple(names))


def _say_versions(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if old["version"] == new["version"]:
        return f"{name} under the same version number {new['version']}"
    return f"{name} from version {old['version']} to {new['version']}"


def _name_rule(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    before, after = old["disclosure"], new["disclosure"]
    if before["name"] != after["name"]:
        return f"{after['name']} in place of {before['name']}"
    parts = ", ".join(f"{part} {before[part]} to {after[part]}" for part in after if before.get(part) != after[part])
    return f"{after['name']}: {parts}"


def _compare_versions(before: Edition, after: Edition, kind: ReasonKind, key: str) -> Iterator[Reason]:
    old, new = before.manifest.get(key), after.manifest.get(key)
    if old != new:
        yield Reason(kind, (f"{old} to {new}",))


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{name} {old.get(name)} to {new.get(name)}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )
