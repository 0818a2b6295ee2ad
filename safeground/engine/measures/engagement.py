"""What people said in sessions of engagement: the sessions of the latest twelve months, and the themes raised in them.

These are no events and have no rate: people were asked or came, and stand for nobody but themselves.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeground.months import get_months

if TYPE_CHECKING:
    from safeground.engine.warehouse import Warehouse

_MONTHS = 12


@dataclass(frozen=True)
class Session:
    """A session. `people`: how many were heard in it. `district`: code of where they live; None is all over the area, or not stated."""

    id: str
    sender: str
    month: datetime.date
    heard_from: str
    age_band: str | None
    district: str | None
    people: int


@dataclass(frozen=True)
class Raised:
    """A theme raised in a session. `heard`: what was said, in the coder's words; `answer`: what became of it, None where nobody says.

    `quote`: words as spoken, which are here only where their speaker agreed and a second person found that they make nobody known.
    """

    session: Session
    theme: str
    heard: str | None
    answer: str | None
    answered: str | None
    quote: str | None


@dataclass(frozen=True)
class Engagement:
    """Sessions of the latest twelve months in the order of their ids, and what was raised in them, row by row."""

    sessions: tuple[Session, ...]
    raised: tuple[Raised, ...]

    @property
    def latest_months(self) -> tuple[datetime.date, ...]:
        """Twelve months up to that of the newest session; none where there is no session."""
        if not self.sessions:
            return ()
        newest = max(session.month for session in self.sessions)
        return get_months(newest.replace(year=newest.year - 1), newest)[1:]

    @property
    def people(self) -> int:
        """How many were heard. Somebody who was in two sessions counts twice."""
        return sum(session.people for session in self.sessions)

    def people_by(self, group: Callable[[Session], str | None]) -> dict[str | None, int]:
        """How many were heard by what `group` says of their session, most first."""
        counted = Counter[str | None]()
        for session in self.sessions:
            counted[group(session)] += session.people
        return dict(sorted(counted.items(), key=lambda item: (-item[1], str(item[0]))))

    def sessions_by_theme(self) -> dict[str, tuple[Session, ...]]:
        """The sessions in which each theme was raised, each once, the theme of most sessions first."""
        found: dict[str, dict[Session, None]] = defaultdict(dict)
        for raised in self.raised:
            found[raised.theme][raised.session] = None
        return {
            theme: tuple(sessions)
            for theme, sessions in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        }


def read_engagement(warehouse: Warehouse) -> Engagement:
    """The sessions of the twelve months up to the newest. Where rows of a session disagree, the first speaks; the check reports it.

    A theme or group that is blank or not on its list is not stated, which is no reason to leave out who was heard.
    """
    rows = warehouse.table("engagement").to_pyarrow().to_pylist()
    rows.sort(key=lambda row: (row["partner"], row["session_id"], row["delivery"], row["row"]))
    newest = max((row["month"] for row in rows), default=None)
    if newest is None:
        return Engagement((), ())
    oldest = newest.replace(year=newest.year - 1)
    sessions: dict[tuple[str, str], Session] = {}
    raised = []
    for row in rows:
        if row["month"] <= oldest:
            continue
        session = sessions.setdefault((row["partner"], row["session_id"]), _session(row))
        raised.append(_raised(row, session))
    return Engagement(tuple(sessions.values()), tuple(raised))


_NOT_LISTED = "not stated"


def _session(row: dict[str, Any]) -> Session:
    return Session(
        id=row["session_id"],
        sender=row["partner"],
        month=row["month"],
        heard_from=row["heard_from"] or _NOT_LISTED,
        age_band=row["age_band"],
        district=row["area_code"],
        people=row["people"],
    )


def _raised(row: dict[str, Any], session: Session) -> Raised:
    is_agreed = row["quote_consent"] == "yes" and row["quote_checked"] == "yes"
    return Raised(
        session=session,
        theme=row["theme"] or _NOT_LISTED,
        heard=row["heard"] or None,
        answer=row["answer"],
        answered=row["answered"] or None,
        quote=(row["quote"] or None) if is_agreed else None,
    )
