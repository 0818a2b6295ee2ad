"""Whose delivery it is and for which period, as the contract says they are told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from safeground.engine.catalogue import Feeds, Sensitivity
from safeground.engine.feeds.checking.words import masked
from safeground.engine.feeds.reading.guards import Refused
from safeground.engine.feeds.reading.recognition import Recognition

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_MONTH = re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])")
_MONTH_IN_DIGITS = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])")
_BRITISH_DATE = re.compile(r"(?:0[1-9]|[12]\d|3[01])/(?P<month>0[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)")
_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)")

Rows = Sequence[Sequence[str]]


def tell_partner(
    recognition: Recognition, rows: Rows, *, names: Sequence[str], feeds: Feeds, stated: str | None
) -> tuple[str, str | None]:
    """The partner, and whom the name says where that is another. The rows decide; `names` (the file's, its path's)
    stand in where the rows are silent.

    Raises Refused where it cannot be told, is not known, or is not the one stated.
    """
    rule = recognition.contract.partner
    feed = recognition.contract.name
    if rule.fixed is not None:
        return _agree(rule.fixed, stated, f"{feed} always comes from {rule.fixed}"), None
    meanings = feeds.code_lists[rule.code_list].meanings if rule.code_list else None
    known = set(meanings.values()) if meanings is not None else None
    named = _search(rule.file_name, names, "partner")
    value = _first_value(recognition, rule.column, rows)
    if value is not None:
        partner = meanings.get(value) if meanings is not None else value.casefold()
        if partner is None:
            is_known = bool(difflib.get_close_matches(value, meanings or (), 1))
            shown = value if is_known or recognition.contract.sensitivity is Sensitivity.OPEN else masked(value)
            raise Refused(
                f"was reported by {shown!r} in its column {rule.column!r}, whom the code list {rule.code_list} does not know; "
                "correct the file, or add the name to the list."
            )
        _check_slug(partner)
        is_another = named is not None and named != partner and known is not None and named in known
        return _agree(partner, stated, f"its rows say {partner}"), named if is_another else None
    if named is not None and (known is None or named in known):
        return _agree(named, stated, f"its name says {named}"), None
    if stated is None:
        raise Refused("does not tell who sent it; name the partner with --partner.")
    if known is not None and stated not in known:
        raise Refused(f"cannot be from {stated!r}, whom the code list {rule.code_list} does not know.")
    _check_slug(stated)
    return stated, None


def tell_period(
    recognition: Recognition, rows: Rows, *, names: Sequence[str], stated: str | None
) -> tuple[str, tuple[str, ...]]:
    """The period ('2024-01', '2020'), and notes: fixed by the contract, else of the file's name, else of its first row.

    Raises Refused where it cannot be told or is not the one stated.
    """
    rule = recognition.variant.period or recognition.contract.period
    form = _MONTH if rule.kind == "month" else _YEAR
    if rule.fixed is not None:
        return _agree(rule.fixed, stated, f"this kind of file is always for {rule.fixed}"), ()
    named = _period_in_names(rule.file_name, names, rule.kind)
    if named is not None and not form.fullmatch(named):
        raise Refused(f"is named for {named}, which is no {rule.kind}; rename it.")
    value = _first_value(recognition, rule.column, rows)
    in_rows = _period_of(value, rule.kind)
    if named is not None:
        notes: tuple[str, ...] = ()
        if in_rows is not None and in_rows != named:
            notes = (f"The name of the file says {named} and its first row {in_rows}; the name was believed.",)
        return _agree(named, stated, f"its name says {named}"), notes
    if in_rows is not None:
        return _agree(in_rows, stated, f"its rows say {in_rows}"), ()
    if stated is None:
        raise Refused(f"does not tell its {rule.kind}; name it with --period.")
    if not form.fullmatch(stated):
        example = "2024-01" if rule.kind == "month" else "2024"
        raise Refused(f"cannot be for {stated!r}: write its {rule.kind} like {example}.")
    return stated, ()


def _period_of(value: str | None, kind: str) -> str | None:
    """The month or year of a cell that holds one, or a date of it."""
    if value is None:
        return None
    if match := _MONTH_IN_DIGITS.fullmatch(value):
        value = f"{match['year']}-{match['month']}"
    if match := _BRITISH_DATE.match(value):
        value = f"{match['year']}-{match['month']}"
    if kind == "month":
        match = _MONTH.match(value)
        return match.group() if match and value[7:8] in ("", "-") else None
    match = _YEAR.match(value)
    return match.group() if match and value[4:5] in ("", "-", "/") else None


def _first_value(recognition: Recognition, column: str | None, rows: Rows) -> str | None:
    """The first cell of a column that is filled."""
    if column is None:
        return None
    sent = recognition.renamed.get(column, column)
    if sent not in recognition.columns:
        return None
    place = recognition.columns.index(sent)
    return next((row[place].strip() for row in rows if len(row) > place and row[place].strip()), None)


def _search(pattern: str | None, names: Sequence[str], group: str) -> str | None:
    if pattern is None:
        return None
    match = next((match for name in names if (match := re.search(pattern, name))), None)
    return match[group] if match else None


def _period_in_names(pattern: str | None, names: Sequence[str], kind: str) -> str | None:
    year = _search(pattern, names, "year")
    if year is None:
        return None
    year = f"20{year}" if len(year) == 2 else year
    return f"{year}-{_search(pattern, names, 'month')}" if kind == "month" else year


def _agree(told: str, stated: str | None, because: str) -> str:
    if stated is not None and stated != told:
        raise Refused(f"cannot be {stated!r}: {because}; leave the option out, or correct the file.")
    return told


def _check_slug(partner: str) -> None:
    if not _SLUG.fullmatch(partner):
        raise Refused(
            f"names its partner {partner!r}; a partner's short name has lower-case letters, digits and hyphens."
        )
