"""The words of a place as people type it: made alike, corrected within a bounded edit distance, stripped of what says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

POSTCODE = re.compile(r"\b([a-z]{1,2}[0-9][0-9a-z]?) ?([0-9][a-z]{2})\b")
"""A whole postcode in text made alike. Its first half alone is an area of thousands of homes and is not taken for a place."""

# Written short in many ways; "st" is a saint where a name follows and a street where none does.
_LONG = {
    "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "sq": "square", "cl": "close", "cres": "crescent", "ct": "court",
    "dr": "drive", "gdns": "gardens", "gdn": "gardens", "gr": "grove", "pl": "place", "pk": "park", "stn": "station", "sch": "school",
    "coll": "college", "hosp": "hospital", "jct": "junction", "mkt": "market", "nth": "north", "sth": "south", "est": "estate",
    "saint": "st", "inn": "", "ph": "", "pub": "", "nightclub": "", "club": "", "bar": "", "the": "",
}  # fmt: skip
_FILLER = frozenset(
    "os outside near nr opp opposite next to by behind in inside at on of off from front rear around corner junction between"
    " area vicinity somewhere walking home going and with patient assaulted attacked punched hit states says said was is a an".split()
)
_VAGUE = frozenset(
    "town city village centre center street road high local park pub club bar nightclub house home flat address own friends work school"
    " shop shops car outdoors unknown known not nk na none n k unsure public place somewhere there party bus station".split()
)
_VAGUE_PLACES = ("town centre", "city centre", "town center", "city center")


@dataclass(frozen=True)
class Words:
    """A text made alike: its words in order; whether it says 'town centre', which is no place of its own."""

    words: tuple[str, ...]
    is_centre: bool


def make_alike(text: str) -> str:
    """Small letters and single spaces, without punctuation: "O/S King's Head, High St." is "os kings head high st"."""
    text = text.casefold().replace("o/s", "os").replace("&", " and ")
    # The last two are the curly marks of Windows-1252, whose files are read as Latin-1.
    text = re.sub(r"['’`.\x91\x92]", "", text)
    return " ".join(re.findall(r"[a-z0-9]+", text))


def name_words(name: str) -> tuple[str, ...]:
    """The words by which a name is known, in their long form: 'The Crown Inn' is known as 'crown', 'Wick-on-Sea' as 'wick sea'. All,
    where nothing else is left."""
    plain = make_alike(name).split()
    words = tuple(word for word in _lengthen(plain) if word and word not in _FILLER)
    return words or tuple(plain)


def text_words(text: str) -> Words:
    """The words of a free text that may name a place."""
    plain = make_alike(text)
    is_centre = any(vague in plain for vague in _VAGUE_PLACES)
    for vague in _VAGUE_PLACES:
        plain = plain.replace(vague, " ")
    return Words(tuple(word for word in _lengthen(plain.split()) if word and word not in _FILLER), is_centre)


def says_something(words: Iterable[str]) -> bool:
    """Whether any word could be of a name: 'the park by the school' is in every town."""
    return any(word not in _VAGUE and not word.isdigit() for word in words)


def _lengthen(words: list[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        if word == "st":
            is_last = place == len(words) - 1 or words[place + 1] in _FILLER
            # "Mill St Wrenmere": a street where a name stands before it, which a saint seldom has.
            yield "street" if place and (is_last or words[place - 1] not in _FILLER) else "st"
        else:
            yield _LONG.get(word, word)


def allowed_edits(word: str) -> int:
    """How many letters of a word may be wrong: none of a short one, whose neighbours are other words."""
    return 0 if len(word) < 5 or word.isdigit() else 1 if len(word) < 9 else 2


class Vocabulary:
    """The words of all names, found again when misspelt.

    Each word is listed under itself with up to two letters left out, so that two words near one another meet in one such form: a look-up
    costs as much for fifty thousand words as for five.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._known: dict[str, tuple[tuple[str, ...], int]] = {}

    @cached_property
    def _by_form(self) -> dict[str, list[str]]:
        forms: dict[str, list[str]] = {}
        for word in sorted(self._words):
            for form in _shortened(word, allowed_edits(word)):
                forms.setdefault(form, []).append(word)
        return forms

    def correct(self, word: str) -> tuple[tuple[str, ...], int]:
        """The words it may be, all equally near, and how many letters are wrong; none where nothing is near enough."""
        if word in self._words:
            return (word,), 0
        if word not in self._known:
            self._known[word] = self._nearest(word)
        return self._known[word]

    def _nearest(self, word: str) -> tuple[tuple[str, ...], int]:
        limit = allowed_edits(word)
        near = {found for form in _shortened(word, limit) for found in self._by_form.get(form, ())} if limit else set()
        edits = {found: count_edits(word, found) for found in near if abs(len(found) - len(word)) <= limit}
        least = min(edits.values(), default=limit + 1)
        if least > limit:
            return (), 0
        return tuple(sorted(found for found, distance in edits.items() if distance == least)), least


def _shortened(word: str, letters: int) -> Iterator[str]:
    for left_out in range(letters + 1):
        for places in combinations(range(len(word)), left_out):
            yield "".join(letter for place, letter in enumerate(word) if place not in places)


def count_edits(one: str, other: str) -> int:
    """Letters put in, left out, changed, or swapped with their neighbour (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
