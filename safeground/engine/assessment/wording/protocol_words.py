"""The author's words of a protocol, held to the rule that words of the assessment are held to: they claim nothing, and give no withheld
count away.

A protocol is settled before anything is found, so that there is no finding to quote: whatever it claims, nothing shows it. It may ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from safeground.engine.assessment.wording.checking import NOTE
from safeground.engine.assessment.wording.claims import Kind, find_claims
from safeground.engine.assessment.wording.pieces import split_parts
from safeground.engine.assessment.wording.typed import COUNTED, find_typed_numbers
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.evaluation import Evaluation, EvaluationRefused, Protocol, find_withheld

_NOT_SHOWN: Final = frozenset({"why_it_matters", "owner", "checked_by", "review_by"})
_QUOTED: Final = frozenset({"published", "source", "wording", "counts"})
"""Others' words: what was published, what was put to people. They claim what they claim, and are no less numbers."""
_OF_TREATMENT: Final = frozenset(
    {"what_was_done", "treatment", "left_out", "costs", "benefits", "not_monetised", "additionality"}
)
"""Words of what was done and paid, which may well have been reduced. Of an outcome they claim nothing either."""

_ASKS = re.compile(
    r"\W*(?:and |or |but )?(?:are|is|was|were|do|does|did|has|have|had|can|could|will|would|should|how|what|which|who|whom|where|when|"
    r"whether|to what|by how|among|in|on|for|of|after|before|with)\b",
    re.IGNORECASE,
)
_BEHIND_NOUN = re.compile(r"\s(?:of|from|in|at|on|by|with|for|who|that|which|to)\b")
_CLAUSE = re.compile(r"[;:–—]")
_NUMBER = r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_EVENTS = rf"(?:{COUNTED}|violence|crime|events?)"
_WORDED: Final[Mapping[str, int]] = {
    word: number
    for number, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), start=2)
}
_OF_THE_DESIGN = re.compile(
    r"\b\d[\d,]*(?:\s(?:to|and|or|of)\s\d[\d,]*)*[\s-](?:(?!the\b|a\b|in\b|of\b|and\b|to\b|for\b|all\b)[\w-]+\s)?"
    r"(?:places?|place-days?|place-months?|hot spots?|spots?|areas?|districts?|wards?|neighbourhoods?|regions?|forces?|countr(?:y|ies)|"
    r"schools?|classes|clusters?|sites?|sides?|days?|nights?|weeks?|months?|quarters?|years?|periods?|seasons?|hours?|minutes?|"
    r"metres?|kilometres?|km|miles?|officers?|teams?|shifts?|visits?|patrols?|waves?|questions?|sessions?|points?|runs|draws?|"
    r"per cent)\b",
    re.IGNORECASE,
)
"""Numbers of places, times and effort: what a design is made of, and no rule withholds."""


def check_protocol_words(protocol: Protocol) -> None:
    """Raises EvaluationRefused with every sentence that claims what nothing shows, or names a number of what is counted and not where
    it comes from. No outcome is needed."""
    problems = [problem for key, text in _find_words(protocol) for problem in _find_problems(protocol, key, text)]
    if problems:
        raise EvaluationRefused("\n".join(problems))


def check_words_withhold(evaluation: Evaluation, rule: DisclosureRule) -> None:
    """Raises EvaluationRefused where the author typed a number that a count of the page has which its readers may not have."""
    withheld = find_withheld(evaluation, rule)
    if not withheld:
        return
    problems = []
    for key, text in _find_words(evaluation.protocol, quoted=True):
        for typed in find_typed_numbers(_OF_THE_DESIGN.sub(" ", text)):
            if _read(typed) in withheld:
                problems.append(
                    f"{key} says “{typed}”, and a count that is withheld from these readers ({rule.title}) is the same: take the number "
                    "out of the protocol, or say of what it is (3 places, 4 months)."
                )
    if problems:
        raise EvaluationRefused("\n".join(dict.fromkeys(problems)))


def _find_problems(protocol: Protocol, key: str, text: str) -> Iterator[str]:
    nouns = _outcome_nouns(protocol)
    of_outcome = re.compile(rf"\b(?:{_EVENTS}|{nouns})\b", re.IGNORECASE)
    counted = re.compile(rf"\b{_NUMBER}\s(?:[\w-]+\s){{0,2}}(?:{_EVENTS}|{nouns})\b", re.IGNORECASE)
    for part in split_parts(text):
        for sentence in part.sentences():
            if NOTE.search(sentence.text):
                continue
            if key.partition(".")[0] in _OF_TREATMENT and not of_outcome.search(sentence.text):
                continue
            claims = [each for each in find_claims(sentence.text) if each.kind is not Kind.UNSURE]
            if claim := next((each for each in claims if not _is_asked(sentence.text, each.start)), None):
                yield (
                    f"{key}: “{sentence.text}” “{claim.word}” is a claim, and a protocol is settled before anything shows it: ask it as "
                    "a question, take the word out, or name where it is shown with [source: ...] at the end of the sentence."
                )
            elif number := counted.search(sentence.text):
                yield (
                    f"{key}: “{sentence.text}” The number in “{number[0]}” cannot be traced: take it out, or name where it comes from "
                    "with [source: ...] at the end of the sentence."
                )


def _is_asked(sentence: str, at: int) -> bool:
    """Whether what stands there is asked, and not taken for granted before a question begins."""
    if not sentence.rstrip(" *_”\"')").endswith("?"):
        return False
    breaks = [found.end() for found in _CLAUSE.finditer(sentence, 0, at)]
    return bool(_ASKS.match(sentence, breaks[-1] if breaks else 0))


def _outcome_nouns(protocol: Protocol) -> str:
    """What outcomes are of, as a pattern: of 'thefts from shops' the thefts."""
    heads = (_BEHIND_NOUN.split(outcome.title.casefold())[0] for outcome in protocol.outcomes)
    stems = sorted({word.removesuffix("s") for head in heads for word in re.findall(r"[a-z]{4,}", head)})
    return "|".join(f"{re.escape(stem)}s?" for stem in stems) or "(?!)"


def _find_words(protocol: Protocol, *, quoted: bool = False) -> Iterator[tuple[str, str]]:
    """Every text of the author's that a page may show, with where it stands. `quoted`: what others said too."""
    skipped = _NOT_SHOWN if quoted else _NOT_SHOWN | _QUOTED
    yield from _walk(protocol.model_dump(mode="json", by_alias=True), "", skipped)


def _walk(value: Any, key: str, skipped: frozenset[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name not in skipped:
                yield from _walk(part, f"{key}.{name}".lstrip("."), skipped)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part, key, skipped)
    elif isinstance(value, str) and " " in value.strip():
        yield key, value


def _read(typed: str) -> float | None:
    """The number that was typed; None of a share or a span."""
    plain = typed.replace(",", "").casefold()
    if re.fullmatch(r"\d+", plain):
        return float(plain)
    first = plain.split()[0] if plain.split() else ""
    return float(_WORDED[first]) if first in _WORDED else None
