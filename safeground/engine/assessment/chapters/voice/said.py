"""What was said: themes by the sessions they came up in, what became of each thing heard, and words as spoken."""

from __future__ import annotations

from collections import Counter

from safeground.engine.assessment.chapters.voice.telling import Told
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Block,
    Figure,
    Finding,
    IntervalChart,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    Table,
    capitalise,
    count_things,
    format_value,
    join_words,
)

_NOBODY_SAYS = "nobody has said"
_AS_READ = {
    "done": "done",
    "under way": "under way",
    "planned": "planned",
    "will not be done": "not to be done",
    "not decided": "not decided",
    _NOBODY_SAYS: "without an answer: nobody has said what will become of them",
}


def make_themes_figure(told: Told) -> list[Block]:
    """A finding and a figure of the themes by the number of sessions in which each came up."""
    found = told.engagement.sessions_by_theme()
    people = {theme: sum(session.people for session in sessions) for theme, sessions in found.items()}
    cells = {theme: told.people_of_theme(theme, number) for theme, number in people.items()}
    shown = [
        (capitalise(theme), told.sessions(sessions, beside=cells[theme]), cells[theme])
        for theme, sessions in found.items()
    ]
    # Withheld themes keep no place in the order of size, which would tell something of them.
    shown = [row for row in shown if row[1].is_published] + sorted(
        (row for row in shown if not row[1].is_published), key=lambda row: row[0]
    )
    most, whole = _name_most(shown), told.sessions(told.engagement.sessions)
    title = f"{most} came up most often" if most else "How often each theme came up is withheld"
    figure = Figure(
        id="voice_themes",
        title=title,
        subtitle=f"Sessions with each theme, of {format_value(whole)}, {told.period.label}; no interval, as it is no sample",
        alternative=f"A dot for each of {len(shown)} themes at the number of sessions in which it came up. {title}.",
        chart=IntervalChart(tuple(Point(theme, sessions) for theme, sessions, _ in shown), "sessions"),
        table=told.table(
            id="voice_themes",
            caption=f"Themes, {told.period.label}",
            columns=[("theme", "Theme"), ("sessions", "Sessions"), ("people", "People in them")],
            rows=shown,
            notes=("A session has several themes, so that the sessions of all themes are more than the sessions there were.",),
        ),
        source=told.source,
        notes=("How often a theme came up says what people were asked and what they wished to say. It does not say how common it is.",),
        readers=told.readers,
    )  # fmt: skip
    return [_most_finding(told, most, shown[0][1], whole), figure]


def _name_most(shown: list[tuple[str, Protected, Protected]]) -> str:
    """The themes that came up in most sessions, of those that are told: 'Places to go and feeling safe'; '' where none is."""
    most = max((sessions.value or 0 for _, sessions, _ in shown), default=0)
    names = [theme for theme, sessions, _ in shown if most and sessions.value == most]
    return join_words([*names[:1], *(name[:1].lower() + name[1:] for name in names[1:])])


def _most_finding(told: Told, most: str, sessions: Protected, whole: Protected) -> Finding:
    if most:
        said = (
            f"{most} came up in {format_value(sessions)} of {format_value(whole)} sessions, more than any other theme."
        )
    else:
        said = f"How often each theme came up is {sessions.state}: {sessions.reason}."
    return told.make_finding(id="voice.theme.most", sentence=said, estimate=sessions)


def make_answers(told: Told) -> list[Block]:
    """What was heard and what became of it, one row a thing heard; how many are answered in a sentence."""
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for theme in told.engagement.sessions_by_theme():
        for raised in told.engagement.raised:
            if raised.theme == theme and raised.heard and told.may_tell_words_of(raised.session):
                thing = theme, raised.heard, raised.answer or _NOBODY_SAYS, raised.answered or ""
                groups = rows.setdefault(thing, [])
                if raised.session.heard_from not in groups:
                    groups.append(raised.session.heard_from)
    if not rows:
        return [
            Notice(NoticeKind.MISSING, "What was said is not written down, or was said by so few that it is withheld.")
        ]
    answers = Counter(answer for _, _, answer, _ in rows)
    parts = [
        f"{number} {'is' if number == 1 else 'are'} {_AS_READ[answer]}"
        for answer in _AS_READ
        if (number := answers[answer])
    ]
    table = told.table(
        id="voice_heard_and_done",
        caption=f"What we heard and what was done, {told.period.label}",
        columns=[
            ("theme", "Theme"),
            ("who", "Who said it"),
            ("heard", "What we heard"),
            ("answer", "What became of it"),
            ("done", "What was done"),
        ],
        rows=[
            (capitalise(theme), capitalise(join_words(sorted(groups))), heard, capitalise(answer), done or "Nothing is written down")
            for (theme, heard, answer, done), groups in rows.items()
        ],
        notes=(told.evidence.catalogue.disclosure.of_owner(told.rule.name).note,),
        rows_shown=20,
    )  # fmt: skip
    return [
        Paragraph(f"Of {count_things(len(rows), 'thing')} that we heard and may tell here, {join_words(parts)}."),
        table,
    ]


def make_words_table(told: Told) -> Table | None:
    """Words as spoken, under the theme and the group alone; None where there are none."""
    rows = {
        (raised.theme, raised.quote, raised.session.heard_from): None
        for raised in told.engagement.raised
        if raised.quote is not None and told.may_tell_words_of(raised.session)
    }
    if not rows:
        return None
    by_words: dict[tuple[str, str], list[str]] = {}
    for theme, words, group in rows:
        by_words.setdefault((theme, words), []).append(group)
    return told.table(
        id="voice_words",
        caption="Words as spoken",
        columns=[("words", "Words"), ("who", "Who"), ("theme", "Theme")],
        rows=[
            (f"‘{words}’", capitalise(join_words(sorted(groups))), capitalise(theme))
            for (theme, words), groups in sorted(by_words.items())
        ],
        rows_shown=12,
    )
