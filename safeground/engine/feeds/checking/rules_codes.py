"""Codes of a dated list as SQL: what a code means on a day, and what is wrong with codes that mean nothing then."""

from __future__ import annotations

from collections.abc import Iterator

from safeground.engine.catalogue import FAMILY_HEAD, CodeList, CodesInForce, DatedCode
from safeground.engine.feeds.checking.rules_sql import all_of, matches, moment, quote_name, quote_text, quote_texts


def meaning_in_force(codes: CodeList, cell: str, day: str) -> str:
    """SQL: what the code in `cell` means on `day` (a DATE or TIMESTAMP); NULL where the list does not know it or it is not in force.

    The same as `CodeList.meaning_on`, row by row. ValueError for a list without dates.
    """
    return _look_up(codes, cell, [(row, _holds_on(row, day), quote_text(row.meaning)) for row in codes.dated])


def code_rules(
    check: CodesInForce, codes: CodeList, *, has_stated: bool
) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    """Three rules as (name, columns, SQL that is TRUE where broken, words): a code that nobody knows, one that is not in force, and one
    that does not stand for what the row states. The last only where the delivery has the column that states it."""
    cell, day = quote_name(check.column), moment(quote_name(check.as_at))
    known = f"coalesce({_look_up(codes, cell, [(row, '', 'TRUE') for row in codes.dated])}, FALSE)"
    meaning = meaning_in_force(codes, cell, day)
    unknown = "so that what it stands for is not known,"
    yield (
        "code_unknown",
        (check.column,),
        f"{cell} IS NOT NULL AND NOT {known}",
        f"{check.column} is not in the code list {check.code_list}, {unknown}",
    )
    yield (
        "code_not_in_force",
        (check.column, check.as_at),
        all_of([known, f"{day} IS NOT NULL", f"{meaning} IS NULL"]),
        f"{check.column} was not in force on {check.as_at} by the code list {check.code_list}, {unknown}",
    )
    if has_stated and check.stated_in:
        stated = meaning_in_force(codes, quote_name(check.stated_in), day)
        yield (
            "codes_disagree",
            (check.stated_in, check.column),
            f"{stated} <> {meaning}",
            f"{check.stated_in} is not what {check.column} stands for by the code list {check.code_list}; it is taken as stated,",
        )


def _holds_on(row: DatedCode, day: str) -> str:
    ends = [f"{day} >= DATE {quote_text(str(row.valid_from))}"] if row.valid_from else []
    ends += [f"CAST({day} AS DATE) <= DATE {quote_text(str(row.valid_to))}"] if row.valid_to else []
    return " AND ".join(ends)


def _look_up(codes: CodeList, cell: str, answers: list[tuple[DatedCode, str, str]]) -> str:
    """SQL of the first answer (row, on which condition, what) about the code in a cell.

    Codes are told apart by their first characters and then among the few that share them: a force's own list has 1,500 codes, and as many
    comparisons for each row take ten times as long.
    """
    if not answers:
        raise ValueError(f"the code list {codes.name} has no dates; give it the columns valid_from and valid_to")
    by_head: dict[str, list[str]] = {}
    named = {row.code for row in codes.dated if not row.is_family}
    for row, condition, answer in sorted(answers, key=lambda entry: entry[0].is_family):
        head = row.code[:FAMILY_HEAD]
        is_this = [f"{cell} = {quote_text(row.code)}"]
        if row.is_family:
            is_this = [matches(cell, row.pattern)]
            if own := sorted(code for code in named if code.startswith(head) and row.covers(code)):
                is_this.append(f"{cell} NOT IN {quote_texts(own)}")
        is_this += [condition] if condition else []
        by_head.setdefault(head, []).append(f"WHEN {' AND '.join(is_this)} THEN {answer}")
    branches = " ".join(f"WHEN {quote_text(head)} THEN CASE {' '.join(whens)} END" for head, whens in by_head.items())
    return f"CASE left({cell}, {FAMILY_HEAD}) {branches} END"
