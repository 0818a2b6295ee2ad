"""Rules about numbers and names of things: gaps, repeats, series that cannot be told apart, two names for one thing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

from safeground.engine.strategy.lint.findings import Flaw, Rule, Severity, quoted, rule, shortened
from safeground.engine.strategy.lint.language import likeness, stems, words
from safeground.engine.strategy.lint.modelled import place
from safeground.engine.strategy.lint.subject import NumberedItem, Passage, Subject

NEAR_DUPLICATE = 0.75
"""Two statements of which three quarters of the words agree, in order, differ in a phrase and not in what is to be done."""
LOOSELY_ALIKE = 0.5
"""So far alike in order, two statements that carry their meaning in words of the very same stems are one in two wordings."""
SAME_STEMS = 0.9
"""With so many stems in common, of as many as a whole statement has, the order of the words does not matter."""
FEWEST_WORDS = 6
"""Shorter statements share their words by chance."""


def _by_series(subject: Subject) -> dict[tuple[str, str], list[NumberedItem]]:
    series: dict[tuple[str, str], list[NumberedItem]] = defaultdict(list)
    for item in subject.items:
        series[item.place.document, item.series].append(item)
    return series


@rule("number-missing", Severity.B)
def number_missing(subject: Subject) -> Iterator[Flaw]:
    """A series of printed numbers leaves one out."""
    for items in _by_series(subject).values():
        numbers = {item.number for item in items}
        missing = sorted(set(range(min(numbers), max(numbers))) - numbers)
        if len(numbers) < 3 or not missing or len(missing) > len(numbers) / 2:
            continue
        before = max((item for item in items if item.number < missing[0]), key=lambda item: item.number)
        after = min((item for item in items if item.number > missing[0]), key=lambda item: item.number)
        named = ", ".join(map(str, missing))
        yield Flaw(
            (before.place, after.place),
            f"The numbers run from {min(numbers)} to {max(numbers)}, and {named} is missing. Say whether a statement "
            "was dropped; never close the gap "
            "by numbering anew.",
            (f"found: {', '.join(map(str, sorted(numbers)))}",),
        )


@rule("number-repeated", Severity.A)
def number_repeated(subject: Subject) -> Iterator[Flaw]:
    """One printed number stands before two different statements of a series."""
    for items in _by_series(subject).values():
        for number in sorted({item.number for item in items}):
            same = [item for item in items if item.number == number]
            for suffix in {item.suffix for item in same}:
                alike = [item for item in same if item.suffix == suffix]
                if len({tuple(words(item.text)) for item in alike}) > 1:
                    yield Flaw(
                        tuple(item.place for item in alike),
                        f"Number {number} stands before {len(alike)} different statements: "
                        f"{quoted((shortened(item.text, length=60) for item in alike), joined_by=' and ')}. "
                        f"Give each its own, for instance {number}a and {number}b.",
                        tuple(f"{item.label} {shortened(item.text)}" for item in alike),
                    )


def _label(item: NumberedItem) -> str:
    """The printed number without its punctuation: 'No. 1:' and 'No 1 -' are one."""
    return " ".join(re.findall(r"[a-z]+|\d+", item.label.lower()))


@rule("series-share-numbers", Severity.B)
def series_share_numbers(subject: Subject) -> Iterator[Flaw]:
    """Two series are numbered in the same words, so that 'No 3' may be either."""
    for one, other in combinations(_by_series(subject).items(), 2):
        if one[0][0] != other[0][0]:
            continue
        first, second = ({_label(item): item for item in items} for items in (one[1], other[1]))
        shared = [label for label in first if label in second and label]
        if shared:
            yield Flaw(
                (first[shared[0]].place, second[shared[0]].place),
                "Two lists both use "
                f"{quoted((shared[0], shared[-1]) if len(shared) > 1 else shared, joined_by=' to ')}, so a reference "
                "to one may mean the other. "
                "Give each list letters of its own, as SP1 and DP1.",
                (f"numbers in both: {', '.join(shared)}",),
            )


@rule("number-style-varies", Severity.C)
def number_style_varies(subject: Subject) -> Iterator[Flaw]:
    """The numbers of one series are punctuated in several ways."""
    for items in _by_series(subject).values():
        styles = Counter(re.sub(r"\d+[a-z]?", "#", item.label.strip()) for item in items if item.label)
        if len(styles) > 1:
            firsts = {
                style: next(i for i in items if re.sub(r"\d+[a-z]?", "#", i.label.strip()) == style) for style in styles
            }
            yield Flaw(
                tuple(item.place for item in firsts.values()),
                f"The numbers are written in {len(styles)} ways: "
                f"{quoted(item.label.strip() for item in firsts.values())}. Write all as most are.",
                tuple(f"{count} as ‘{style}’" for style, count in styles.most_common()),
            )


@rule("statements-nearly-the-same", Severity.B)
def statements_nearly_the_same(subject: Subject) -> Iterator[Flaw]:
    """Two numbered statements, aims or impacts differ in a phrase only."""
    stated = [(item.place, item.text, item.label.rstrip(" :.–-")) for item in subject.items]
    stated += [(aim.place, aim.text, "") for aim in subject.aims]
    known = [
        (where, text, label, frozenset(stems(text)))
        for where, text, label in stated
        if len(words(text)) >= FEWEST_WORDS
    ]
    for (here, one, label, first), (there, other, second, last) in combinations(known, 2):
        # Comparing word for word is a thousand times dearer than counting shared stems, and most pairs share few.
        if here.document != there.document or len(first & last) < max(len(first), len(last)) / 2:
            continue
        said = _say_alike(one, other)
        if said:
            yield Flaw(
                (here, there),
                f"{label or 'This'} and {second or 'that'} say nearly the same: "
                f"{quoted((shortened(text, length=200).rstrip('.') for text in (one, other)), joined_by=' and ')}. "
                "Join them, or say what sets them apart.",
                (said,),
            )


def _say_alike(one: str, other: str) -> str:
    """In what two statements agree, nothing where they differ: word for word, or in other forms or another order of the same words."""
    in_words = likeness(words(one), words(other))
    first, last = stems(one), stems(other)
    in_stems = likeness(first, last)
    shared = len({*first} & {*last}) / len({*first} | {*last}) if first or last else 0.0
    if in_words >= NEAR_DUPLICATE:
        return f"{in_words:.0%} of the words agree, in order"
    if in_words >= LOOSELY_ALIKE and shared == 1:
        return "the words that carry meaning are the same but for their endings"
    if min(len(first), len(last)) < FEWEST_WORDS:
        return ""
    if in_stems >= NEAR_DUPLICATE:
        return f"{in_stems:.0%} of the words that carry meaning agree, in order and but for their endings"
    if shared >= SAME_STEMS:
        return f"{shared:.0%} of the words that carry meaning agree, in another order and but for their endings"
    return ""


_BODY = "Partnership|Unit|Board|Roundtable|Panel|Committee|Executive|Team|Network|Alliance|Forum|Taskforce|Programme"
_NAME = re.compile(rf"(?:[A-Z][\w’']+\s+(?:(?:and|&|of|for)\s+)?){{2,6}}(?:{_BODY})\b")


@rule("name-varies", Severity.C)
def name_varies(subject: Subject) -> Iterator[Flaw]:
    """One body goes by names that cannot be made from each other: 'the Partnership' and 'the Unit', two abbreviations."""
    if subject.strategy is not None:
        for body in subject.strategy.bodies:
            names = sorted({name.name for name in body.names}, key=lambda name: (-len(name), name))
            strange = [
                name
                for name in names
                if not any(_is_short_for(name, full) for full in names if full != name) and name != names[0]
            ]
            if strange:
                at = {name.name: name.at[0] for name in body.names}
                yield Flaw(
                    tuple(place(at[name], body.id) for name in (names[0], *strange)),
                    f"‘{body.what}’ goes by {quoted((names[0], *strange))}. Choose one name and one abbreviation, "
                    "and say once what each stands for.",
                    (f"names found: {', '.join(names)}",),
                )
    for document in subject.whole_documents():
        yield from _names_in(document.passages)


def _is_short_for(name: str, full: str) -> bool:
    """Whether a name can be made from a longer one: its words in order, or its initials."""
    kept = [word for word in words(name.replace("&", " and ")) if word not in ("the", "and", "of", "for")]
    whole = [word for word in words(full.replace("&", " and ")) if word not in ("the", "and", "of", "for")]
    remaining = iter(whole)
    if all(word in remaining for word in kept):
        return True
    initials, letters = "".join(word[0] for word in whole), re.sub(r"[^a-z]", "", kept[-1] if kept else "")
    return bool(letters) and initials.endswith(letters) and all(word in whole for word in kept[:-1])


def _names_in(passages: tuple[Passage, ...]) -> Iterator[Flaw]:
    """Names of bodies that share all their words but the last, each with its place."""
    found: dict[str, dict[str, Passage]] = defaultdict(dict)
    for passage in passages:
        for match in _NAME.finditer(passage.text):
            *stem, kind = re.sub(r"&", "and", match[0]).split()
            stem = [word for word in stem if word not in ("The", "Our", "This")]
            # 'a Violence Reduction Unit' is what the country has in many places; only a longer or another name is somebody's own
            if " ".join(stem) == "Violence Reduction" and kind in ("Unit", "Programme"):
                continue
            core = " ".join(stem[-3:] if "and" in stem[-3:] else stem[-2:]).lower()
            found[core].setdefault(kind, passage)
    for core, kinds in found.items():
        if len(kinds) > 1:
            names = [f"{core.title().replace(' And ', ' and ')} {kind}" for kind in kinds]
            yield Flaw(
                tuple(passage.place for passage in kinds.values()),
                f"The text speaks of {quoted(names)}. If they are one body, choose one name and one abbreviation; if "
                "they are several, say once what "
                "each is.",
                tuple(shortened(passage.text) for passage in kinds.values()),
            )


@rule("level-without-number", Severity.C)
def level_without_number(subject: Subject) -> Iterator[Flaw]:
    """A level of a scale is named without its number, where it is named with it elsewhere."""
    if subject.strategy is not None:
        printed = [
            (place(theme.level_now.at, theme.id), theme.level_now.printed)
            for theme in subject.strategy.themes
            if theme.level_now
        ]
        printed += [
            (place(theme.target.at, theme.id), theme.target.printed)
            for theme in subject.strategy.themes
            if theme.target
        ]
        printed += [(place(mention.at), mention.printed) for mention in subject.strategy.level_mentions]
        bare = [(where, text) for where, text in printed if not re.search(r"\d", text)]
        if bare and len(bare) < len(printed):
            yield Flaw(
                tuple(where for where, _ in bare),
                f"{quoted(text for _, text in bare)} stands without the number of the level, which stands beside it "
                "elsewhere. Write both everywhere.",
                tuple(text for _, text in printed),
            )
    for document in subject.whole_documents():
        levels = {
            match[1].strip().lower(): match[0]
            for passage in document.passages
            for match in _LEVEL.finditer(passage.text)
        }
        for passage in document.passages:
            bare_names = [
                name for name in _QUOTED.findall(passage.text) if _plain(name) in {_plain(level) for level in levels}
            ]
            if bare_names and not _LEVEL.search(passage.text):
                yield Flaw(
                    (passage.place,),
                    f"{quoted(bare_names)} stands without the number of the level, which stands beside it elsewhere. "
                    "Write both everywhere.",
                    tuple(levels.values()),
                )


_LEVEL = re.compile(r"([A-Z][\w &–-]{2,40}?)\s*\(level \d\)")
_QUOTED = re.compile(r"[‘'“\"]([A-Za-z][\w &–-]{2,40})[’'”\"]")


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[a-z]+", name.lower())).removeprefix("to maintain ")


RULES: tuple[Rule, ...] = (
    number_missing,
    number_repeated,
    series_share_numbers,
    number_style_varies,
    statements_nearly_the_same,
    name_varies,
    level_without_number,
)
