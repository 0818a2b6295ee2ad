"""A sentence of the analyst's own, held to the findings it quotes: every reason why it may not stand, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from safeground.engine.assessment.wording.claims import Claim, Kind, find_claims, why_unsupported
from safeground.engine.assessment.wording.pieces import Sentence
from safeground.engine.assessment.wording.quotes import PARTS, QUOTE, Quote, even_out, may_be_typed, name_quote
from safeground.engine.assessment.wording.typed import find_typed_numbers, find_unsupported
from safeground.engine.documents import Audience, Direction, Finding, format_estimate, join_words

NOTE = re.compile(r"\s*\[source:\s*(?P<source>[^\]]+)\](?!\()", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[;:,–—]|\b(?:and|but|while|whereas|although|though)\b", re.IGNORECASE)


@dataclass(frozen=True)
class WordingProblem:
    """A sentence that may not stand: where it is written, and why."""

    file: str
    line: int
    sentence: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        said = f"“{self.sentence}” " if self.sentence else ""
        return f"{where}: {said}{self.reason}."


@dataclass(frozen=True)
class Quotable:
    """The findings that words may quote. `told`: those of this edition. `elsewhere`: whom the others may be told, by id."""

    told: Mapping[str, Finding]
    elsewhere: Mapping[str, frozenset[Audience]]
    audience: Audience

    def find(self, name: str) -> Finding:
        """The finding of that id. ValueError says why there is none to quote."""
        if name in self.told:
            return self.told[name]
        if name in self.elsewhere:
            readers = join_words(sorted(self.elsewhere[name])) or "another edition"
            raise ValueError(
                f"{name} is told to {readers} and not to the audience {self.audience}: write words of their own for it in "
                f"a file that ends in .{self.audience}.md"
            )
        near = get_close_matches(name, self.told, n=1, cutoff=0.5)
        raise ValueError(
            f"there is no finding {name!r} in this edition{f'; did you mean {near[0]}?' if near else ''}".rstrip("?")
        )


def check_sentence(sentence: Sentence, quotable: Quotable) -> Iterator[str]:
    """Every reason why a sentence may not stand; none where it may."""
    text, quotes, reasons = _take_quotes(sentence.text, quotable)
    yield from reasons
    if "{{" in text or "}}" in text:
        yield "a quotation is written {{id}}, with two braces on either side"
        return
    note = NOTE.search(text)
    plain = NOTE.sub("", text)
    yield from _check_numbers(plain, quotes, has_note=note is not None, is_whole=not reasons)
    if not (reasons or (note is not None and not quotes)):
        yield from _check_claims(plain, quotes, quotable)


def replace_quotes(markdown: str, quotable: Quotable, *, write: Callable[[Quote], str]) -> str:
    """Checked words as they are read: quotations filled in by `write`, notes of the source in brackets."""

    def fill(found: re.Match[str]) -> str:
        name, part = name_quote(found["name"], quotable.told)
        return write(Quote(quotable.told[name], part, found["typed"], found.start(), found.end()))

    return NOTE.sub(lambda found: f" (source: {' '.join(found['source'].split())})", QUOTE.sub(fill, markdown))


def _take_quotes(text: str, quotable: Quotable) -> tuple[str, list[Quote], list[str]]:
    """The sentence with each quotation as `{}` of its length, the quotations, and what is wrong with them."""
    quotes: list[Quote] = []
    reasons: list[str] = []

    def take(found: re.Match[str]) -> str:
        name, part = name_quote(found["name"], quotable.told)
        try:
            quote = Quote(quotable.find(name), part, found["typed"], found.start(), found.end())
            _check_quote(quote)
            quotes.append(quote)
        except ValueError as error:
            reasons.append(str(error))
        return "{" + "\N{ZERO WIDTH SPACE}" * (len(found[0]) - 2) + "}"

    return QUOTE.sub(take, text), quotes, reasons


def _check_quote(quote: Quote) -> None:
    finding = quote.finding
    estimate = finding.estimate
    if not estimate.is_published and quote.part not in ("sentence", "period", "area"):
        raise ValueError(
            f"{finding.id} has no number to quote: it is {estimate.state}, {estimate.reason}. Its own sentence may be quoted: "
            f"{{{{{finding.id}.sentence}}}}"
        )
    if quote.typed is not None and even_out(quote.typed) not in {even_out(text) for text in may_be_typed(finding)}:
        raise ValueError(f"it says {quote.typed}, but {finding.id} is now {format_estimate(estimate)}")
    if quote.typed is None and not PARTS[quote.part](finding):
        raise ValueError(f"{finding.id} has no {quote.part} to quote")


def _check_numbers(plain: str, quotes: Sequence[Quote], *, has_note: bool, is_whole: bool) -> Iterator[str]:
    if quotes:
        findings = [quote.finding for quote in quotes]
        for number in find_unsupported(plain, findings):
            said = join_words([f"{finding.id} is {format_estimate(finding.estimate)}" for finding in findings[:2]])
            yield f"no finding quoted here gives the number {number}; {said}"
    elif is_whole and not has_note and (numbers := find_typed_numbers(plain)):
        yield (
            f"the number {numbers[0]} cannot be traced: quote the finding it comes from as {{{{id}}}}, or name where it comes from with "
            "[source: ...] at the end of the sentence"
        )


def _check_claims(plain: str, quotes: Sequence[Quote], quotable: Quotable) -> Iterator[str]:
    for claim in find_claims(plain):
        quote = _tie(claim, quotes, plain)
        if quote is not None:
            reason = why_unsupported(claim, quote.finding)
            if reason is not None:
                yield f"{reason}{_suggest(claim, quote.finding, quotable)}"
        elif claim.kind is not Kind.UNSURE:
            yield (
                f"“{claim.word}” is a claim, and no finding is quoted that shows it: quote one that compares, as {{{{id}}}}, or take "
                "the word out"
            )


def _tie(claim: Claim, quotes: Sequence[Quote], plain: str) -> Quote | None:
    """The quotation a claim speaks of: the next one in its part of the sentence, else the last before it there, else the nearest next."""
    ends = [found.start() for found in _CLAUSE_END.finditer(plain)]
    start = max((end for end in ends if end <= claim.start), default=0)
    stop = min((end for end in ends if end >= claim.end), default=len(plain))
    # A finding's own sentence makes its own claims; it is nobody's evidence for another.
    told = [quote for quote in quotes if quote.part not in ("period", "area")]
    inside = [quote for quote in told if start <= quote.start < stop]
    for group in (inside, told):
        after = [quote for quote in group if quote.start >= claim.end]
        before = [quote for quote in group if quote.end <= claim.start]
        if after or before:
            return after[0] if after else before[-1]
    return None


def _suggest(claim: Claim, finding: Finding, quotable: Quotable) -> str:
    """A finding of the same measure that does compare, where the one quoted does not."""
    if finding.direction is not Direction.NOT_COMPARED or claim.kind is Kind.SAME:
        return ""
    others = [
        each.id
        for each in quotable.told.values()
        if each.definition == finding.definition and each.direction is not Direction.NOT_COMPARED
    ]
    return f"; quote one that compares: {others[0]}" if others else ""
