"""Hurt again, hurt and suspected, and a domestic connection in any role: shares of different people, never a list of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from safeground.engine.assessment.counted import Counted, say_why_not
from safeground.engine.assessment.sentences import say_when
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import (
    Block,
    Figure,
    Finding,
    IntervalChart,
    Notice,
    NoticeKind,
    Point,
    Table,
    capitalise,
    format_interval,
    format_value,
)
from safeground.engine.measures import SUSPECT, VICTIM, PeopleLinks, Period, PeriodKind, Share, link_people
from safeground.engine.statistics import estimate_proportion
from safeground.months import add_months, get_months

_FEWEST = 30
"""Of fewer people a share says little, and its parts are few."""
_ROLES = {VICTIM: "victims", SUSPECT: "suspects"}
_LOOK_BACK = 12


@dataclass
class _Told:
    """One share in words and numbers."""

    id: str
    label: str
    share: Share
    sentence_start: str
    """'were also victims of another crime, of any kind, …'"""
    unit: str
    caveats: tuple[str, ...] = ()
    estimate: Protected = field(init=False)


@dataclass(frozen=True, eq=False)
class _Linked:
    counted: Counted
    links: PeopleLinks
    period: Period
    window: Period

    @property
    def reaches_back(self) -> bool:
        """Whether a whole year before the period has landed too."""
        return len(self.window.months) == len(self.period.months) + _LOOK_BACK


def make_repeats(counted: Counted, *, name: str) -> list[Block]:
    """Findings, a figure and tables for one definition; nothing where its feed lists no people, a notice where it sends no pseudonyms."""
    linked = _link(counted)
    if linked is None:
        return []
    if not linked.links.has_pseudonyms:
        return [
            Notice(
                NoticeKind.MISSING,
                f"Whether people of {counted.what} come again cannot be told: no pseudonyms were sent.",
            )
        ]
    told = [share for share in _shares(linked) if share is not None]
    for each in told:
        each.estimate = _protect_share(counted, each.share)
    _hide_nested(linked, told)
    findings = [_finding(linked, each, name=name) for each in told]
    return [
        *findings,
        _figure(linked, told, name=name),
        _times_table(linked, name=name),
    ]


def _link(counted: Counted) -> _Linked | None:
    """The latest months, and as many as have landed in a row of the twelve before them."""
    period = counted.period
    before: list[datetime.date] = []
    first = period.first
    for month in reversed(get_months(add_months(first, -_LOOK_BACK), first)[:-1]):
        if month not in counted.covered:
            break
        before.insert(0, month)
    links = link_people(
        counted.evidence.warehouse,
        counted.definition.rule_under(),
        feed=counted.feed,
        months=period.months,
        before=before,
        partner=counted.evidence.measures.own if counted.is_from_force else None,
    )
    if links is None:
        return None
    return _Linked(counted, links, period, Period((*before, *period.months), PeriodKind.SELECTED_MONTHS))


def _shares(linked: _Linked) -> list[_Told | None]:
    links, since = linked.links, linked.period.first
    window = say_when(linked.window.label)
    one_window = (
        "Only these months are looked at: who was there shortly before them is missed, so that the share is too low."
    )
    found: list[_Told | None] = [
        _Told(
            "again",
            "Victims who were victims of another crime",
            links.again(VICTIM, since=since),
            "were also victims of another crime, of any kind, recorded in the same months",
            "different victims",
            (one_window,),
        ),
        _within_a_year(linked),
        _Told(
            "stated_repeats",
            "Victims whom the force's own count has in an earlier crime",
            links.stated_repeats(VICTIM),
            "came at least once before in twelve months, by the force's own count",
            "times that somebody was a victim",
            ("The force counts in its own system, by its own way of telling people apart.",),
        )
        if links.has_repeats
        else None,
    ]
    others = {VICTIM: "suspects", SUSPECT: "victims"}
    for role, plural in _ROLES.items():
        found.append(
            _Told(
                f"{plural}_in_both_roles",
                f"{capitalise(plural)} who were {others[role]} of a crime",
                links.in_both_roles(role, since=since),
                f"were also {others[role]} of a crime, of any kind, recorded in the same months",
                f"different {plural}",
                (one_window, "Suspects are not known of many crimes, so that the overlap is larger than it looks."),
            )
        )
    if links.has_domestic:
        for role, plural in reversed(_ROLES.items()):
            found.append(
                _Told(
                    f"{plural}_domestic",
                    f"{capitalise(plural)} with a domestic abuse connection",
                    links.connected_to_domestic(role),
                    f"were victim or suspect of a crime that the police flagged as domestic abuse, recorded {window}",
                    f"different {plural}",
                    ("Roles other than victim and suspect, and incidents that are no crime, are not in the extract.",),
                )
            )
    return found


def _within_a_year(linked: _Linked) -> _Told | None:
    """None where the year before has not landed: who came shortly before the first month would be missed."""
    if not linked.reaches_back:
        return None
    return _Told(
        "within_a_year",
        "Victims who had been victims in the year before",
        linked.links.within_a_year(VICTIM, landed_from=linked.window.first),
        "came within 365 days of another crime, of any kind, with the same victim",
        "times that somebody was a victim",
    )


def _protect_share(counted: Counted, share: Share) -> Protected:
    """A share in per cent, to one decimal so that it does not give the number back that it is of. Withheld where those in it, or those
    who are not, are few; a share of few people is none."""
    if share.of < _FEWEST:
        why = f"there were fewer than {_FEWEST} to take a share of"
        return protect(None, unit="%", rule=counted.rule, state=State.NOT_AVAILABLE, reason=why)
    found = estimate_proportion(share.part, share.of)
    value, lower, upper = (round(100 * float(each), 1) for each in (found.value, found.lower, found.upper))
    smallest = min(share.part, share.of - share.part)
    return protect(
        value, unit="%", rule=counted.rule, lower=lower, upper=upper, count=smallest, method=str(found.method),
        confidence=found.confidence,
    )  # fmt: skip


def _protect_most(counted: Counted, told: _Told) -> Protected:
    """The share were everyone in it of whom it is not stated; withheld where those are few, and where the share is."""
    share = told.share
    if not told.estimate.is_published:
        return told.estimate
    unknown = counted.protect_parts([float(share.unknown)], unit="%")[0]
    return (
        unknown
        if unknown.state is State.SUPPRESSED
        else _protect_share(counted, Share(share.of, share.part + share.unknown))
    )


def _protect_base(counted: Counted, share: Share) -> Protected:
    """Of how many, to the nearest ten: beside the exact number of times they are listed it would tell how many come again."""
    near = float(10 * round(share.of / 10))
    return protect(near, unit="people", rule=counted.rule, count=near, flags=("rounded to the nearest 10",))


def _hide_nested(linked: _Linked, told: list[_Told]) -> None:
    """Whoever was in two counted crimes was in another crime too: where the rest of those are few, the share would give them away."""
    again = next((each for each in told if each.id == "again"), None)
    if again is None:
        return
    rest = again.share.part - int((linked.links.times(VICTIM) > 1).sum())
    if linked.counted.protect_parts([float(rest)])[0].state is State.SUPPRESSED:
        again.estimate = linked.counted.protect_parts([float(rest)], unit="%")[0]


def _finding(linked: _Linked, told: _Told, *, name: str) -> Finding:
    counted, estimate = linked.counted, told.estimate
    whom = f"{told.unit} of {counted.what} {say_when(linked.period.label)}"
    if estimate.is_published:
        base = format_value(_protect_base(counted, told.share))
        sentence = (
            f"Of some {base} {whom}, {format_value(estimate)} ({format_interval(estimate)}) {told.sentence_start}."
        )
        sentence += _say_unknown(counted, told)
    else:
        sentence = f"What share of the {whom}, {told.sentence_start} is {say_why_not(estimate)}"
    return counted.finding(
        id=f"repeat.{name}.{told.id}",
        sentence=sentence,
        estimate=estimate,
        period=linked.window.label if told.id.endswith("domestic") else linked.period.label,
        caveats=told.caveats,
    )


def _say_unknown(counted: Counted, told: _Told) -> str:
    """The share were all of whom it is not stated in it."""
    if not told.share.unknown:
        return ""
    most = _protect_most(counted, told)
    if not most.is_published:
        return " Of a few more it cannot be told."
    return f" Of some it cannot be told; if it were true of all of them, it would be {format_value(most)}."


def _figure(linked: _Linked, told: list[_Told], *, name: str) -> Figure:
    counted = linked.counted
    rows = []
    for each in told:
        rows.append((each.label, each.estimate, _protect_base(counted, each.share), _protect_most(counted, each)))
    title = f"{capitalise(counted.what)}: how many come again, on which side, and with a domestic connection"
    return Figure(
        id=f"{name}_repeats",
        title=title,
        subtitle=f"Shares of different people, {linked.period.label}",
        alternative=f"A dot with its interval for each of {len(told)} shares. The table holds every number.",
        chart=IntervalChart(tuple(Point(each.label, each.estimate) for each in told), "%"),
        table=counted.table(
            id=f"{name}_repeats",
            caption=f"Shares of people of {counted.what}, {linked.period.label}",
            columns=[
                ("share", "Of whom, and what"),
                ("value", "Share, certain"),
                ("of", "Of about how many"),
                ("most", "Share, if true of all of whom it is not known"),
            ],
            rows=rows,
        ),
        source=counted.source,
        notes=(
            "People are told apart by the pseudonym under which the force sends them; one person under two is two people here.",
            f"The domestic connection is looked for in crimes recorded {say_when(linked.window.label)}.",
        ),
        readers=counted.readers,
    )


def _times_table(linked: _Linked, *, name: str) -> Table:
    """In how many crimes of the definition people were. Two classes, since a third would be a handful."""
    counted = linked.counted
    rows = []
    for role, plural in _ROLES.items():
        times = linked.links.times(role)
        keys = [counted.key(linked.period, f"times={word}", of=f"different {plural}") for word in ("one", "more")]
        once, more = counted.protect_parts(
            [float((times == 1).sum()), float((times > 1).sum())], unit="people", keys=keys
        )
        rows.append((capitalise(plural), once, more))
    return counted.table(
        id=f"{name}_times",
        caption=f"Different people by in how many crimes of {counted.what} they were, {linked.period.label}",
        columns=[("role", "Role"), ("once", "In one"), ("more", "In two or more")],
        rows=rows,
        notes=(
            "Several crimes of one occurrence are one. A year is short: most who are hurt again are hurt after it.",
        ),
    )
