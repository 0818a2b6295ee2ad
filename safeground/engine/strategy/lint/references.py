"""Rules about what a text leans on: footnotes, charts, sources, terms for areas, list marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeground.engine.strategy.lint.findings import Flaw, Rule, Severity, quoted, rule, shortened
from safeground.engine.strategy.lint.language import YEAR, sentences
from safeground.engine.strategy.lint.modelled import place
from safeground.engine.strategy.lint.subject import Document, Kind, Passage, Place, Subject

_BOLD = re.compile(r"(?<![\w)])\*\*(\S(?:[^*]*\S)?)\*\*")
_MARK = re.compile(r"(?<=[\w.)%’”\]])(\*{1,4}|[†‡])(?=\s|$|[.,;:)])")
_NOTE = re.compile(r"^(\*{1,4}|[†‡])\s*\S")


@rule("footnote-dangling", Severity.B)
def footnote_dangling(subject: Subject) -> Iterator[Flaw]:
    """A footnote sign leads to no note, or a note has no sign."""
    for document in subject.whole_documents():
        notes: dict[str, Passage] = {}
        used: dict[str, tuple[Passage, str]] = {}
        for passage in document.passages:
            text = _BOLD.sub(r"\1", passage.text)
            note = _NOTE.match(text)
            if note:
                notes[note[1]] = passage
                text = text[len(note[1]) :]
            for match in _MARK.finditer(text):
                used.setdefault(match[1], (passage, text[max(match.start() - 40, 0) : match.end()]))
        for mark in used.keys() - notes.keys():
            yield _no_note(used[mark][0].place, mark, used[mark][1])
        for mark in notes.keys() - used.keys():
            yield Flaw(
                (notes[mark].place,),
                f"The note {mark} belongs to nothing: no text carries its sign. Put the sign where it belongs.",
                (shortened(notes[mark].text),),
            )
    if subject.strategy is not None:
        kept = {(mark.at.document, mark.marker) for mark in subject.strategy.footnotes}
        for footnote in subject.strategy.footnotes:
            if footnote.note is None:
                yield _no_note(place(footnote.at), footnote.marker, footnote.of)
        for table in subject.tables():
            for row in table.rows:
                for cell in row.cells:
                    for match in _MARK.finditer(cell):
                        if (table.place.document, match[1]) not in kept:
                            yield _no_note(row.place, match[1], cell)


def _no_note(where: Place, mark: str, on: str) -> Flaw:
    return Flaw(
        (where,),
        f"The sign {mark} after ‘{shortened(on.rstrip('*†‡ '), length=50)}’ leads to no note. Write the note, or "
        "take the sign away.",
        (on,),
    )


_CAPTION = re.compile(
    r"^(?:Chart|Figure|Fig\.?|Table|Map|Diagram|Appendix|Annex)\s+(?:[A-Z]|\d{1,2})\b(?=\s*(?:[–—:.-]|$))"
)
_POINTER = re.compile(r"\b(Chart|Figure|Table|Map|Diagram|Appendix|Annex)\s+([A-Z]\b|\d{1,2}\b)(?!\s*%)")
_SECTION = re.compile(
    r"\b[Ss]ections?\s+(\d{1,2})(?:\s*(?:&|and|to|–|-)\s*(\d{1,2}))?\b(?!\s+of\s+the\s+(?:[A-Z]\w+\s+)*Act)"
)
_BELOW = re.compile(
    r"\b(?:shown|set out|listed|given|illustrated)\s+(?:in the (?:chart|table|figure|diagram)\s+)?below\b|\b(?:chart"
    r"|diagram|picture|map|graphic)\s+below\b",
    re.IGNORECASE,
)


@rule("reference-broken", Severity.C)
def reference_broken(subject: Subject) -> Iterator[Flaw]:
    """The text points at a chart, table, section or picture that is not there."""
    for document in subject.whole_documents():
        yield from _empty_captions(document)
        yield from _missing_charts(document)
        yield from _missing_sections(document)
        yield from _nothing_below(document.passages)
    if subject.strategy is not None:
        missing = [r for r in subject.strategy.references if r.found == "missing" and not _AS_PER.search(r.printed)]
        for reference in missing:
            said = f"‘{shortened(reference.printed)}’ leads to nothing in the text version."
            yield Flaw((place(reference.at),), f"{said} Put it back, or change the reference.", (reference.printed,))
        streams = subject.strategy.workstreams
        if streams is not None and streams.stated is None and streams.at.first not in {r.at.first for r in missing}:
            yield Flaw((place(streams.at),), f"The workstreams are not stated. {streams.why or 'Name them in words.'}")


def _empty_captions(document: Document) -> Iterator[Flaw]:
    """Captions of charts with no table and no text under them."""
    tables = {table.place.line for table in document.tables}
    for here, following in zip(document.passages, (*document.passages[1:], None), strict=True):
        line = here.place.line
        if not _CAPTION.match(here.text) or here.text.startswith(("Appendix", "Annex")) or len(here.text) > 120:
            continue
        if not any(line < table <= line + 4 for table in tables) and (
            following is None or following.place.line > line + 1
        ):
            said = f"‘{shortened(here.text)}’ has a caption and nothing under it."
            yield Flaw((here.place,), f"{said} Put it back, or say in words what it shows.", (here.text,))


def _missing_charts(document: Document) -> Iterator[Flaw]:
    """Charts and tables that are named and have neither a caption nor a table that their paragraph leads to."""
    there = {_named(match) for passage in document.passages if (match := _CAPTION.match(passage.text))}
    there |= {_named(match) for table in document.tables for match in _POINTER.finditer(table.before)}
    for passage in document.passages:
        for match in _POINTER.finditer(passage.text):
            if _named(match) not in there and passage.kind is not Kind.HEADING:
                said = f"‘{match[0]}’ is nowhere in the document."
                yield Flaw(
                    (passage.place,), f"{said} Put it back, or change the reference.", (shortened(passage.text),)
                )


def _named(match: re.Match[str]) -> str:
    return " ".join(re.findall(r"\w+", match[0])).lower()


def _missing_sections(document: Document) -> Iterator[Flaw]:
    """Sections that are named beyond those the document has, of its own and not of an Act."""
    starts = (
        re.match(r"\W*(?:section\s+)?(\d{1,2})\b", p.text, re.IGNORECASE)
        for p in document.passages
        if p.kind is Kind.HEADING
    )
    headings = {int(start[1]) for start in starts if start}
    for passage in document.passages if len(headings) >= 3 else ():
        named = {int(number) for found in _SECTION.findall(passage.text) for number in found if number}
        if named - headings and passage.kind is not Kind.HEADING and not re.search(r"\bAct\b", passage.text):
            yield Flaw(
                (passage.place,),
                f"Section {min(named - headings)} is nowhere in the document, whose sections run to {max(headings)}. "
                "Change the reference.",
                (shortened(passage.text),),
            )


def _nothing_below(passages: tuple[Passage, ...]) -> Iterator[Flaw]:
    for at, passage in enumerate(passages):
        following = passages[at + 1] if at + 1 < len(passages) else None
        match = _BELOW.search(passage.text)
        if (
            match
            and passage.kind is Kind.PROSE
            and (following is None or following.kind in (Kind.PROSE, Kind.HEADING))
            and not passage.text.rstrip().endswith(":")
        ):
            if following is not None and _CAPTION.match(following.text):
                continue
            yield Flaw(
                (passage.place,),
                f"The text says ‘{match[0]}’, and no list, table or chart follows. Put it back, or say in words what "
                "it shows.",
                (shortened(passage.text),),
            )


_AS_PER = re.compile(
    r"\b[Aa]s (?:per|defined by|set out by|used by)\s+(?:the\s+)?[A-Z][\w ]{2,60}?\b(?:categor\w+|definition\w*"
    r"|classification\w*|list|groups?)"
)
_CITED = re.compile(
    rf"\b{YEAR}\b|https?:|www\.|\bsection \d|\btable \w?\d|\bversion\b|\bcounting rules\b", re.IGNORECASE
)


@rule("definition-without-source", Severity.B)
def definition_without_source(subject: Subject) -> Iterator[Flaw]:
    """What is counted is said to be 'as per' somebody's categories, and no document, date or table of theirs is named."""
    texts = [(passage.place, passage.text) for passage in subject.paragraphs()]
    if subject.strategy is not None:
        texts += [
            (place(figure.at, figure.id), figure.definition_printed)
            for figure in subject.strategy.figures
            if figure.definition_printed
        ]
    for where, text in texts:
        match = _AS_PER.search(text)
        if match and not _CITED.search(text):
            yield Flaw(
                (where,),
                f"‘{match[0]}’ names no document, date or table. Say where the definition stands, and give it by "
                "codes.",
                (shortened(text, length=250),),
            )


_STUDY = re.compile(
    r"\b(?:has|have|had|was|is)?\s*(?:today\s+)?publish\w*\s+(?:an?|its|the|their)\s+(?:\w+\s+){0,2}(?:evaluation"
    r"|report|study|review)\b"
    r"|\b(?:research|studies|evidence|a study|an evaluation|evaluations|a review)\s+(?:has |have )?(?:shows?|showed"
    r"|shown|found|finds?|suggests?|demonstrates?|proves?|proven)\b",
    re.IGNORECASE,
)
_SOURCED = re.compile(
    rf"\b{YEAR}\b|https?:|www\.|\[\d+\]|\bsee\b.*\bpage\b|\(\w[^)]*\b{YEAR}\)|[“‘'\"][A-Z][^”’\"]{{10,}}[”’\"]"
)


@rule("study-not-named", Severity.C)
def study_not_named(subject: Subject) -> Iterator[Flaw]:
    """A study or evaluation is leaned on, and nothing says which: no title, year or link."""
    for passage in subject.passages():
        for sentence in sentences(passage.text):
            match = _STUDY.search(sentence)
            if match and not _SOURCED.search(sentence):
                yield Flaw(
                    (passage.place,),
                    f"‘{match[0].strip()}’: nothing says which. Give its title, its date and where it can be read.",
                    (shortened(sentence, length=200),),
                )


_AREA_WORD = r"(?:areas|localities|neighbourhoods|places|locations)"
_PICKED = re.compile(
    rf"\b(?:top|worst|most deprived|highest(?:[- ](?:crime|risk|harm|need))?)\s+(?:\d+\s?%|\d+ per ?cent|\d+|ten"
    rf"|twenty)?\s*(?:of\s+)?{_AREA_WORD}\b|\bpriority\s+{_AREA_WORD}\b"
    rf"|\b{_AREA_WORD}\s+(?:which\s+)?(?:have been |were |are )?identified\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\b(?:LSOAs?|MSOAs?|lower[- ]layer|super output|output areas?|wards?|districts?|boroughs?|postcode sectors?"
    r"|hexagons?|grid (?:cells|squares)|street segments?)\b"
)


@rule("area-term-undefined", Severity.B)
def area_term_undefined(subject: Subject) -> Iterator[Flaw]:
    """'Priority localities', 'the top 5% of areas': places are picked, and nothing says of which kind of area they are."""
    for document in subject.whole_documents():
        picked = [
            (passage, match[0])
            for passage in document.passages
            for match in _PICKED.finditer(passage.text)
            if not _UNIT.search(passage.text)
        ]
        defined = any(_UNIT.search(passage.text) and _PICKED.search(passage.text) for passage in document.passages)
        if picked and not defined:
            terms = list(dict.fromkeys(" ".join(text.lower().split()) for _, text in picked))
            yield Flaw(
                tuple(dict.fromkeys(passage.place for passage, _ in picked)),
                _undefined(terms),
                tuple(shortened(passage.text) for passage, _ in picked[:3]),
            )
    if subject.strategy is not None:
        terms_without = [term for term in subject.strategy.area_terms if term.unit is None]
        if terms_without:
            names = list(dict.fromkeys(term.printed for term in terms_without))
            yield Flaw(tuple(place(term.at) for term in terms_without), _undefined(names))


def _undefined(terms: list[str]) -> str:
    return (
        f"{quoted(terms)}: nothing says what kind of area is meant. Name the unit (small area, ward, district) with "
        "its year, "
        "and list them."
    )


@rule("list-mark-missing", Severity.C)
def list_mark_missing(subject: Subject) -> Iterator[Flaw]:
    """A line inside a list has lost its mark."""
    for document in subject.whole_documents():
        for before, here, after in zip(document.passages, document.passages[1:], document.passages[2:], strict=False):
            close = here.place.line - before.place.line == 1 and after.place.line - here.place.line == 1
            if (
                close
                and before.kind is Kind.ITEM
                and after.kind is Kind.ITEM
                and here.kind is Kind.PROSE
                and here.text[:1].isupper()
            ):
                if not here.text.rstrip().endswith(":"):
                    yield Flaw(
                        (here.place,),
                        f"‘{shortened(here.text, length=60)}’ stands inside a list without its mark. Give it one, or "
                        "set it apart.",
                        (here.text,),
                    )


RULES: tuple[Rule, ...] = (
    footnote_dangling,
    reference_broken,
    definition_without_source,
    study_not_named,
    area_term_undefined,
    list_mark_missing,
)
