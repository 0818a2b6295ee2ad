"""Words, numbers, dates and changes in English prose. Nothing here knows what a strategy is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MONTHS = "January February March April May June July August September October November December".split()
MONTH = rf"(?:{'|'.join(MONTHS)})"
YEAR = r"(?:19|20)\d\d"
NUMBER_WORDS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
}
_SENTENCE_END = re.compile(
    r"(?<!\bNo\.)(?<!\bno\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<=[.!?])[”\"’)]?\*{0,3}\s+(?=[A-Z“\"‘'£•])"
)
_STOP_WORDS = frozenset(
    "a an and any all are as at be been by fewer for from has have in into is it its less number of on or our over "
    "per such "
    "than that the their them these this those to was were which who will with within".split()
)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return [part.strip() for part in _SENTENCE_END.split(" ".join(text.split())) if part.strip()]


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"[a-z0-9&]+(?:['’][a-z]+)?", text.lower())


def content_words(text: str) -> frozenset[str]:
    """The words that carry the meaning, without plural endings."""
    return frozenset(_singular(word) for word in words(text) if word not in _STOP_WORDS)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


_ENDINGS = ("ments", "ment", "ings", "ing", "ions", "ion", "ives", "ive", "ies", "ed", "es", "ly", "s", "e", "y")
_SHORTEST_STEM = 4


def stem(word: str) -> str:
    """What a word has in common with others of its family, so that 'reduces', 'reducing' and 'reduction' are one: 'reduc'.

    Endings that make a doer (-er) stay: an offender and an offence are not one. Porter's stemmer (1980) has many more rules for the same
    few words that statements of intent are written in.
    """
    before = ""
    while before != word and not word.isdigit():
        before = word
        for ending in _ENDINGS:
            if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= _SHORTEST_STEM:
                word = word.removesuffix(ending)
                break
        if word.endswith(("at", "ct")) and len(word) - 1 > _SHORTEST_STEM:
            word = (
                word.removesuffix("at") if word.endswith("at") else word.removesuffix("t")
            )  # exploitat(ion), reduct(ion)
        if len(word) > _SHORTEST_STEM and word[-1] == word[-2] != "s":
            word = word[:-1]  # plann(ing)
    return word


def stems(text: str) -> list[str]:
    """The stems of the words that carry the meaning, in their order."""
    return [stem(word) for word in words(text) if word not in _STOP_WORDS]


def overlap(one: str, other: str) -> float:
    """The share of their meaning that two phrases have in common: shared content words over all (Jaccard). 0 to 1."""
    first, second = content_words(one), content_words(other)
    return len(first & second) / len(first | second) if first | second else 0.0


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How alike two texts are word for word and in order (Ratcliff and Obershelp). 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


@dataclass(frozen=True)
class Figure:
    """A number as printed: its value, the half-width of what rounding to its last digit hides, and where it stands in the text."""

    value: float
    text: str
    start: int
    end: int
    half_width: float = 0.5


def parse_number(text: str) -> Figure | None:
    """A cell that is a number ('8,214', '3.5%'; '< 5' is not), or None."""
    found = re.fullmatch(r"\s*[£~]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(?:%|per cent)?\s*", text)
    if found is None:
        return None
    whole, decimals = found[1], found[2] or ""
    value = float(whole.replace(",", "") + decimals)
    return Figure(value, text.strip(), 0, len(text), 0.5 * 10.0 ** -max(len(decimals) - 1, 0))


def rounding_unit(text: str) -> float:
    """What a printed whole number may have been rounded to, judged by the zeros at its end: 83,000 by 1,000 and 8,214 by 1."""
    digits = re.sub(r"\D", "", text)
    zeros = len(digits) - len(digits.rstrip("0"))
    return float(10 ** min(zeros, max(len(digits) - 1, 0))) if digits.strip("0") else 1.0


_FRACTIONS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
CHANGE = (
    r"(?P<bound>(?:(?:at least|over|more than|up to|around|about|nearly|almost|a further)\s+)*)"
    r"(?:an?\s+|one\s+)?"
    r"(?P<amount>half|two[- ]thirds|three[- ]quarters|third|quarter|fifth|tenth|\d+(?:\.\d+)?\s?(?:%|per ?cent))"
)
_BOUNDS = ("at least", "over", "more than", "up to", "around", "about", "nearly", "almost")


def percent_of(amount: str) -> float:
    """A change in words or figures as percent."""
    lowered = amount.lower().replace("-", " ")
    if lowered == "halved":
        return 50.0
    if lowered == "two thirds":
        return 200 / 3
    if lowered == "three quarters":
        return 75.0
    if lowered in _FRACTIONS:
        return _FRACTIONS[lowered]
    return float(re.sub(r"[^\d.]", "", lowered))


def is_bound(words_before: str) -> bool:
    """Whether the words before an amount make it a bound ('over half')."""
    return any(bound in words_before.lower() for bound in _BOUNDS)


@dataclass(frozen=True)
class MonthOfYear:
    """A month of a year, as in 'year to July 2023'."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{MONTHS[self.month - 1]} {self.year}"


def months_in(text: str) -> Iterator[MonthOfYear]:
    """Every 'July 2023' of a text."""
    for found in re.finditer(rf"\b({MONTH})\s+({YEAR})\b", text):
        yield MonthOfYear(int(found[2]), MONTHS.index(found[1]) + 1)


def years_in(text: str) -> list[int]:
    """Every year of a text, in the order of the text. '2024/25' is 2024."""
    return [int(year) for year in re.findall(rf"(?<![\d£,.])({YEAR})(?![\d,%])", text)]


def count_of(word: str) -> int | None:
    """'four' or '4' as a number."""
    return int(word) if word.isdigit() else NUMBER_WORDS.get(word.lower())


PERSON_ROLES = (
    r"\b(?:victims?|suspects?|offenders?|perpetrators?|patients?|admissions?|attendances?|respondents?|accused"
    r"|defendants?|arrest\w*|"
    r"convict\w*|suspected|victimi[sz]ation|offending)\b"
)
