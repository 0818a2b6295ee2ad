"""Rules about the offence rule of a strategy: what it counts, against what it says it is there for and against itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

from safeground.engine.strategy.lint.findings import Flaw, Rule, Severity, quoted, rule, shortened
from safeground.engine.strategy.lint.language import content_words
from safeground.engine.strategy.lint.modelled import place
from safeground.engine.strategy.lint.subject import OffenceRule, Place, Subject, Table
from safeground.engine.strategy.offence_rule import OffenceRule as StatedRule

_NOT = re.compile(
    r"\b(?:non-|not\s+(?:an?\s+)?|excluding\s+|excludes\s+|except\s+(?:for\s+)?|other than\s+"
    r"|without\s+)([a-z]{4,}(?:\s+[a-z]{4,})?)",
    re.IGNORECASE,
)


@rule("rule-contradicts-itself", Severity.A)
def rule_contradicts_itself(subject: Subject) -> Iterator[Flaw]:
    """The rule lists an offence that one of its own conditions can never let in."""
    for stated in subject.rules:
        free = {text for group in stated.groups if len(group) > 1 for text in group}
        for clause_place, clause in stated.clauses:
            if clause in free:
                continue
            for excluded in _NOT.findall(clause):
                for offence_place, offence in stated.offences:
                    if (
                        content_words(excluded)
                        and content_words(excluded) <= content_words(offence)
                        and not _NOT.search(offence)
                    ):
                        yield _contradiction(offence_place, clause_place, offence, clause)
    if subject.strategy is not None:
        for stated_rule in subject.strategy.offence_rules:
            yield from _clashing_facts(stated_rule)


def _contradiction(offence_place: Place, clause_place: Place, offence: str, clause: str) -> Flaw:
    return Flaw(
        (offence_place, clause_place),
        f"‘{offence}’ is listed, and ‘{shortened(clause)}’ lets none of it in. Take the offence out, or say how it "
        "is an exception, and count both ways until then.",
        (offence, clause),
    )


def _clashing_facts(stated: StatedRule) -> Iterator[Flaw]:
    """Offences whose facts a condition asked of all of them rules out, where the words did not already tell."""
    free = {name for group in stated.any_of if len(group) > 1 for name in group}
    for offence in stated.offences:
        for clause in stated.clauses:
            if clause.id in free:
                continue
            clash = [field for field, value in clause.means.items() if offence.means.get(field, value) != value]
            told = any(
                content_words(excluded) <= content_words(offence.printed) for excluded in _NOT.findall(clause.printed)
            )
            if clash and not told:
                yield _contradiction(
                    place(offence.at, offence.id), place(clause.at, clause.id), offence.printed, clause.printed
                )


_GROUPS = {
    "young people": (
        re.compile(r"\b(?:youth|young|child(?:ren)?|under[- ]?\d\d|aged|teenage\w*)\b", re.IGNORECASE),
        re.compile(r"\b(?:age\w*|under|young|youth|child\w*)\b", re.IGNORECASE),
        frozenset(("age", "victim_age", "suspect_age", "person_age", "victim_under_25", "victim_under_18")),
    ),
    "women and girls": (
        re.compile(r"\bwomen and girls\b|\bfemale\b", re.IGNORECASE),
        re.compile(r"\b(?:female|women|girls|sex)\b", re.IGNORECASE),
        frozenset(("victim_sex", "suspect_sex", "person_sex", "sex")),
    ),
}


@rule("focus-not-in-rule", Severity.B)
def focus_not_in_rule(subject: Subject) -> Iterator[Flaw]:
    """The text says whom the partnership is there for, and the rule that counts its offences does not ask for them."""
    for stated in subject.rules:
        clauses = " ".join(text for _, text in (*stated.clauses, *stated.offences))
        facts = _facts_of(subject, stated)
        for group, (named, asked, fields) in _GROUPS.items():
            focus = next(
                (
                    p
                    for p in subject.focus
                    if p.place.document == stated.place.document and named.search(p.text) and " includes " not in p.text
                ),
                None,
            )
            if focus is not None and not asked.search(clauses) and not fields & facts:
                yield Flaw(
                    (focus.place, stated.place),
                    f"The focus is on {group} (‘{shortened(focus.text, length=60)}’), and the rule that counts has "
                    "no condition on them. Add the condition, or say that "
                    "they are a breakdown of it and not its limit.",
                    tuple(text for _, text in stated.clauses),
                )


def _facts_of(subject: Subject, stated: OffenceRule) -> set[str]:
    if subject.strategy is None:
        return set()
    rules = [r for r in subject.strategy.offence_rules if r.id == stated.place.item]
    return {field for r in rules for clause in r.clauses for field in clause.means}


@rule("used-or-threatened", Severity.A)
def used_or_threatened(subject: Subject) -> Iterator[Flaw]:
    """The rule asks that a weapon was used; 'knife-enabled', which the text counts too, also holds crimes in which one was threatened."""
    texts = [
        passage for passage in subject.passages() if re.search(r"\bknife[- ]enabled\b", passage.text, re.IGNORECASE)
    ]
    if subject.strategy is not None:
        texts = texts or [
            p
            for note in subject.tables()
            for p in note.notes
            if re.search(r"\bknife[- ]enabled\b", p.text, re.IGNORECASE)
        ]
    for stated in subject.rules:
        for clause_place, clause in stated.clauses:
            weapon = re.search(r"\b(?:weapon|knife|blade\w*|firearm)\b", clause, re.IGNORECASE)
            if (
                texts
                and weapon
                and re.search(r"\bused\b", clause)
                and not re.search(r"threat|intimat", clause, re.IGNORECASE)
            ):
                yield Flaw(
                    (clause_place, texts[0].place),
                    f"The rule counts a weapon that was used (‘{shortened(clause, length=70)}’); ‘knife-enabled’, as "
                    "counted nationally, also holds threats with one. Say "
                    "whether threats count, and do not compare the two.",
                    (clause, shortened(texts[0].text)),
                )


# What the main groups of police recorded crime hold (Home Office counting rules: the crime tree).
_HOLDS = {
    "violence against the person": (
        "homicide",
        "violence with injury",
        "violence without injury",
        "stalking",
        "harassment",
        "manslaughter",
        "murder",
        "attempted murder",
    ),
    "homicide": ("murder", "manslaughter", "infanticide"),
    "violence with injury": (
        "attempted murder",
        "grievous bodily harm",
        "actual bodily harm",
        "gbh",
        "abh",
        "wounding",
    ),
    "sexual offence": ("rape", "sexual assault"),
    "robbery": ("personal robbery", "business robbery"),
    "possession of weapon": ("possession of a knife",),
}


@rule("offences-overlap", Severity.B)
def offences_overlap(subject: Subject) -> Iterator[Flaw]:
    """A class of offence is listed beside one that holds it, so that its crimes may be counted twice."""
    for stated in subject.rules:
        pairs = [
            (one, other, _holds_all_of(group, one[1]))
            for one, other in permutations(stated.offences, 2)
            for group, held in _HOLDS.items()
            if content_words(group) <= content_words(one[1])
            and any(content_words(name) <= content_words(other[1]) and name not in one[1].lower() for name in held)
        ]
        injury = next((o for o in stated.offences if "violence with injury" in o[1].lower()), None)
        homicide = next((o for o in stated.offences if "homicide" in o[1].lower()), None)
        if pairs:
            named = "; ".join(
                f"‘{one[1]}’ {'holds' if holds else 'shares crimes with'} ‘{other[1]}’" for one, other, holds in pairs
            )
            more = (
                " ‘Violence with injury’ holds attempted murder, which readers look for under homicide."
                if injury and homicide
                else ""
            )
            yield Flaw(
                tuple(dict.fromkeys(where for one, other, _ in pairs for where, _ in (one, other))),
                f"Classes are listed beside ones that hold the same crimes ({named}).{more} List each by its offence codes, so "
                "that no crime counts twice.",
                tuple(f"{one[1]} {'>' if holds else '&'} {other[1]}" for one, other, holds in pairs),
            )


def _holds_all_of(group: str, printed: str) -> bool:
    """Whether a printed class is a whole group of the crime tree, and not, as 'Domestic homicide', a part of it."""
    return content_words(printed) == content_words(group) or bool(re.search(r",|/|\b(?:and|or|all)\b", printed.lower()))


@rule("set-not-inside-its-whole", Severity.A)
def set_not_inside_its_whole(subject: Subject) -> Iterator[Flaw]:
    """Rows of a table read as sets inside each other, and a note lists things in the inner one that the outer does not hold."""
    for table in subject.tables():
        yield from _sets(table)


_LIST = re.compile(r"(?:\bthese are\b|\bincludes?\b|\bcomprises?\b|\bcovers?\b|:)\s*[-–:]?\s*(.+)$", re.IGNORECASE)


def _sets(table: Table) -> Iterator[Flaw]:
    labels = [(row, row.cells[0]) for row in table.rows]
    for at, (outer, outer_label) in enumerate(labels):
        for inner, inner_label in labels[at + 1 :]:
            shared = (content_words(outer_label) & content_words(inner_label)) - {
                "crime",
                "total",
                "offence",
                "essential",
            }
            marks = re.search(r"(\*+|[†‡])\s*$", inner_label)
            if not shared or not marks or not content_words(outer_label.rstrip("*†‡")) <= content_words(inner_label):
                continue
            note = next(
                (
                    n
                    for n in table.notes
                    if re.match(rf"{re.escape(marks[1])}\s", n.text) or n.place.line == inner.place.line
                ),
                None,
            )
            listed = _LIST.search(note.text) if note else None
            if note is None or listed is None:
                continue
            kinds = [
                kind.strip(" .")
                for kind in re.split(r"[,;]|\band\b(?=\s+\w+ (?:against|offences))", listed[1])
                if kind.strip(" .")
            ]
            foreign = [kind for kind in kinds if not shared & content_words(kind)]
            if len(kinds) >= 3 and foreign:
                yield Flaw(
                    (inner.place, outer.place, note.place),
                    f"‘{inner_label.rstrip('*†‡ ')}’ reads as part of ‘{outer_label.rstrip('*†‡ ')}’, and its note "
                    f"lists {quoted(foreign[:3])}, which is no "
                    f"{' '.join(sorted(shared))}. Say of which total each row is a part, by offence codes.",
                    (shortened(note.text, length=250),),
                )
                return


RULES: tuple[Rule, ...] = (
    rule_contradicts_itself,
    focus_not_in_rule,
    used_or_threatened,
    offences_overlap,
    set_not_inside_its_whole,
)
