"""Who was heard and who was not: groups, ages and districts beside those who live here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from safeground.engine.assessment.chapters.voice.telling import FEED, Told
from safeground.engine.assessment.evidence import DISTRICT
from safeground.engine.assessment.protecting import protect_whole
from safeground.engine.disclosure import Protected
from safeground.engine.documents import Block, Notice, NoticeKind, capitalise, count_things, format_value, join_words
from safeground.engine.measures import Ages, Session

_BANDS = (Ages(0, 9), Ages(10, 17), Ages(18, 24), Ages(25, 64), Ages(65, None))
_YOUNG = (Ages(10, 24),)
_UNKNOWN = "Mixed, or not stated"


def make_groups_table(told: Told) -> list[Block]:
    """Groups that were heard, most people first, and those on the list whom nobody heard."""
    listed = told.evidence.catalogue.feeds.code_lists["engagement_groups"].values
    heard = told.engagement.people_by(lambda session: session.heard_from)
    rows = _rows(told, "group", [str(group) for group in heard], lambda session: session.heard_from)
    shown = [row for row in rows if row[1].is_published] + sorted(
        (row for row in rows if not row[1].is_published), key=lambda row: row[0]
    )
    missing = [group for group in listed if group not in heard]
    table = told.table(
        id="voice_groups",
        caption=f"Who was heard, {told.period.label}",
        columns=[("group", "Group"), ("people", "People"), ("sessions", "Sessions")],
        rows=shown,
        notes=("Somebody who was in two sessions counts twice. A session is told under the group that it was for.",),
    )  # fmt: skip
    if not missing:
        return [table]
    said = f"No session was for {_either(missing)}. What they would have said is not in this chapter."
    return [table, Notice(NoticeKind.MISSING, said)]


def make_ages_table(told: Told) -> list[Block]:
    """Ages of those heard beside residents of those ages."""
    residents = _residents(told, _BANDS)
    labels = [band.label for band in _BANDS]
    rows = _rows(
        told, "age", [*labels, _UNKNOWN], lambda session: session.age_band if session.age_band in labels else _UNKNOWN
    )
    columns = [("age", "Age"), ("people", "People heard"), ("sessions", "Sessions")]
    if residents is not None:
        columns.append(("residents", "Residents"))
        numbers = residents.sum(axis=0).tolist()
        rows = [(*row, _people(told, numbers[at]) if at < len(numbers) else "") for at, row in enumerate(rows)]
    return [
        told.table(
            id="voice_ages",
            caption=f"Ages of those who were heard, {told.period.label}",
            columns=columns,
            rows=rows,
            notes=("Nobody was chosen by chance, so that a share of those heard is no share of residents.",),
        )
    ]


def make_districts_table(told: Told) -> list[Block]:
    """Districts by name with those heard beside those who live there; none for readers who are told of the whole area alone."""
    evidence = told.evidence
    if not evidence.measures.has_areas or evidence.audience not in evidence.readers_of_feed(FEED, DISTRICT):
        return []
    names = evidence.district_names
    elsewhere = "All over the area, or not stated"
    ordered = sorted(names, key=lambda code: names[code])
    rows = _rows(
        told,
        "district",
        [*ordered, elsewhere],
        lambda session: session.district if session.district in names else elsewhere,
    )
    everyone, young = (_residents(told, bands) for bands in ((Ages(),), _YOUNG))
    columns = [("district", "District"), ("people", "People heard"), ("sessions", "Sessions")]
    at = {code: place for place, code in enumerate(evidence.measures.areas(DISTRICT))}
    for key, title, people in (("residents", "Residents", everyone), ("young", "Residents aged 10 to 24", young)):
        if people is not None:
            columns.append((key, title))
            rows = [(*row, _people(told, people[at[row[0]], 0]) if row[0] in at else "") for row in rows]
    heard = {session.district for session in told.engagement.sessions}
    missing = [code for code in ordered if code not in heard]
    table = told.table(
        id="voice_districts",
        level=DISTRICT,
        caption=f"Where those who were heard live, {told.period.label}",
        columns=columns,
        rows=[(names.get(row[0], row[0]), *row[1:]) for row in rows],
    )
    if not missing:
        return [table]
    live = ""
    if everyone is not None:
        number = float(sum(everyone[at[code], 0] for code in missing))
        live = f", where {format_value(_people(told, number))} people live"
    said = (
        f"No session is known to have heard people of {join_words([names[code] for code in missing])}{live}. "
        f"That is {count_things(len(missing), 'district')} of {len(names)}."
    )
    return [table, Notice(NoticeKind.MISSING, said)]


def _rows(told: Told, kind: str, groups: Sequence[str], group_of: Callable[[Session], str | None]) -> list[tuple]:
    """Group, people and sessions, in the order given; a group of nobody has none, which is told. `kind`: of groups, 'age'."""
    sessions = {group: [s for s in told.engagement.sessions if group_of(s) == group] for group in groups}
    people = told.people(
        [sum(session.people for session in found) for found in sessions.values()], kind=kind, parts=groups
    )
    return [
        (capitalise(group), number, told.sessions(found, beside=number))
        for (group, found), number in zip(sessions.items(), people, strict=True)
    ]


def _residents(told: Told, bands: tuple[Ages, ...]) -> np.ndarray | None:
    """Residents by district and band; None where no population has these ages."""
    measures = told.evidence.measures
    try:
        found = measures.populations(told.period.last.year, bands)
    except ValueError:
        return None
    return found.at_level(DISTRICT, measures.areas(DISTRICT))


def _people(told: Told, number: float) -> Protected:
    return protect_whole(number, told.evidence.rule_of_feed("population"), unit="residents")


def _either(words: Sequence[str]) -> str:
    """'a', 'a or b', 'a, b or c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
