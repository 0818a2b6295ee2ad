"""The analyst's own words: what may be said of which finding, sentence by sentence, and where the words go."""

from __future__ import annotations

from pathlib import Path

import pytest

from safeground.engine.assessment.wording import WordingError, put_in_words
from safeground.engine.assessment.wording.pieces import Piece, split_parts
from safeground.engine.assessment.wording.placing import Wording, read_wording
from safeground.engine.catalogue import load_catalogue
from safeground.engine.disclosure import DisclosureRule, State, protect
from safeground.engine.documents import (
    Audience,
    Chapter,
    Direction,
    Document,
    Finding,
    Heading,
    Marking,
    Paragraph,
)

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
FEW = DisclosureRule("few", "counts below 5", 4, 1, "owner", "made up")


def make_finding(name, sentence, value, lower=None, upper=None, *, unit="%", count=None, rule=OPEN, **options):
    estimate = protect(
        value, unit=unit, rule=rule, lower=lower, upper=upper, count=count, confidence=0.95 if upper else None,
        state=State.NOT_AVAILABLE if value is None else State.PUBLISHED, reason="no month to compare" if value is None else None,
    )  # fmt: skip
    options = {"period": "year ending June 2025", **options}
    return Finding(
        id=name, sentence=sentence, estimate=estimate, measure="Violence", area_code="E1", area_name="Northshire",
        area_vintage="Force areas, 2024", definition="Violence, version 1 (violence)", sources=("street",), **options,
    )  # fmt: skip


FINDINGS = (
    make_finding("level", "There were 63,525 offences: 34.4 per 1,000 residents (95% interval 34.2 to 34.7).", 34.43, 34.2, 34.7,
                 unit="per 1,000 residents"),
    make_finding("change.up", "Recorded violence rose by 12%.", 12.0, 8.0, 16.0, direction=Direction.HIGHER,
                 period="the year to June 2025 compared with the year to June 2024"),
    make_finding("change.down", "Recorded robbery fell by 9%.", -9.0, -14.0, -4.0, direction=Direction.LOWER),
    make_finding("change.unsure", "We cannot tell whether it rose or fell.", 3.0, -4.0, 10.0, direction=Direction.CANNOT_TELL),
    make_finding("beside.harland", "The rate was lower than in Harland.", 0.88, 0.87, 0.90, unit="times", direction=Direction.LOWER),
    make_finding("tenths", "The rate was 2.05 times the least.", 2.05, 1.9, 2.2, unit="times", direction=Direction.HIGHER),
    make_finding("few", "Suppressed. It is not zero.", 3.0, unit="victims", count=3, rule=FEW),
    make_finding("missing", "It cannot be said.", None),
    make_finding("inside", "Only for partners.", 40.0, unit="calls", count=40, readers=frozenset({Audience.PARTNERSHIP})),
)  # fmt: skip


def make_document(audience=Audience.PARTNERSHIP):
    blocks = (Paragraph("An opening."), Heading("How much"), *(f for f in FINDINGS if audience in f.readers))
    return Document(
        "T", "P", Marking(audience, True, "Draft."), "30 June 2025", (Chapter("level", "Level", "", blocks),)
    )


def write(text, *, audiences=(Audience.PARTNERSHIP,), pieces=None):
    pieces = pieces or (Piece("wording/level.md", "level", None, split_parts(text)),)
    return put_in_words({audience: make_document(audience) for audience in audiences}, Wording(pieces))


def refuse(text, **options):
    with pytest.raises(WordingError) as refused:
        write(text, **options)
    return [str(problem) for problem in refused.value.problems]


def words(text):
    blocks = write(text)[Audience.PARTNERSHIP].chapters[0].blocks
    return next(block.markdown for block in blocks[1:] if isinstance(block, Paragraph))


HELD = [
    ("The rate was {{level}}.", "The rate was 34.4 per 1,000 residents."),
    ("The rate was {{level}} ({{level.interval}}).", "The rate was 34.4 per 1,000 residents (95% interval 34.2 to 34.7)."),
    ("The rate was {{ level.value }} in {{level.period}}.", "The rate was 34.4 in year ending June 2025."),
    ("The rate was {{level = 34.4}} for every thousand.", "The rate was 34.4 for every thousand."),
    ("There were 63,525 offences, {{level}}.", "There were 63,525 offences, 34.4 per 1,000 residents."),
    ("There were 63525 offences, {{level}}.", "There were 63525 offences, 34.4 per 1,000 residents."),
    ("The 95% interval of {{level}} runs from 34.2 to 34.7.", None),
    ("Violence rose by {{change.up}}.", "Violence rose by 12%."),
    ("Violence rose by 12% ({{change.up.interval}}).", "Violence rose by 12% (95% interval 8% to 16%)."),
    ("Violence did not fall ({{change.up.bounds}}).", None),
    ("Robbery fell by 9 per cent, {{change.down.interval}}.", None),
    ("Violence rose by {{change.up}}, while robbery fell ({{change.down.bounds}}).", None),
    ("We cannot tell whether weapons offences rose or fell ({{change.unsure.interval}}).", None),
    ("The rate was lower than in Harland ({{beside.harland}}) and, for robbery, it fell ({{change.down.bounds}}).", None),
    ("The rate in the poorest tenth was double, or twice as high as, that of the richest ({{tenths}}).", None),
    ("{{few.sentence}}", "Suppressed. It is not zero."),
    ("Plain words about what the partnership does, and why it matters, need nothing.", None),
    ("See section 8(1), chapter 3, SP1 and the A12; under-25s and those aged 10 to 24 are in 2024/25 as in June 2025.", None),
    ("We want fewer people hurt, and the plan is to reduce violence and lower the rate by working with one or more schools.", None),
    ("Call 999, or 101 at any time, 24/7.", None),
    ("About 1.9 million people live here [source: Office for National Statistics, mid-2023].",
     "About 1.9 million people live here (source: Office for National Statistics, mid-2023)."),
    ("Knife sales rose by a third. [source: Trading Standards, 2024]", None),
    ("Read more in [the method](method.html#s-areas-2021).", None),
    ("Higher education and lower layer super output areas are names. More than {{level.value}} is meant.", None),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "read"), HELD, ids=[typed for typed, _ in HELD])
def test_words_that_the_findings_carry_are_printed(typed, read):
    said = words(typed)
    assert "{{" not in said and "[source" not in said
    if read is not None:
        assert said == read


REFUSED = [
    ("The rate was {{level = 31.0}}.", "it says 31.0, but level is now 34.4 per 1,000 residents"),
    ("There were 61,000 offences ({{level}}).", "no finding quoted here gives the number 61,000"),
    ("It was 34.2, the {{level.interval}} says.", "gives the number 34.2"),  # one bound alone passes for the value
    ("There were 2,025 offences ({{level}}).", "gives the number 2,025"),  # not the year of its period
    ("Of them {{levle}} were young.", "there is no finding 'levle' in this edition; did you mean level"),
    ("There were {{few}}.", "few has no number to quote: it is suppressed"),
    ("It changed by {{missing.value}}.", "missing has no number to quote: it is not available"),
    ("There were 1,204 stabbings last year.", "the number 1,204 cannot be traced"),
    ("Five people died.", "the number Five people cannot be traced"),
    ("One in three victims was a child.", "cannot be traced"),
    ("It cost £1.2m.", "the number £1.2m cannot be traced"),
    ("In 2025 offences were 2025 offences.", "cannot be traced"),
    ("Violence fell by {{change.up}}.", "change.up shows the opposite (95% interval 8% to 16%)"),
    ("Violence did not rise ({{change.up.bounds}}).", "change.up shows the opposite"),
    ("Violence rose slightly ({{change.unsure.interval}}).", "holds both more and fewer: say that we cannot tell"),
    ("Violence did not fall ({{change.unsure.interval}}).", "holds both more and fewer"),
    ("Violence stayed the same ({{change.unsure.interval}}).", "no interval shows that nothing changed"),
    ("It is not clear whether it rose ({{change.up.interval}}).", "the data do tell: change.up shows more"),
    ("The rate rose against Harland ({{beside.harland}}).", "compares two places and not two times"),
    ("The rate was higher than in Harland ({{beside.harland}}).", "shows the opposite"),
    ("Violence increased to {{level}}.", "does not follow from it; quote one that compares: change.up"),
    ("Knife crime has risen.", "“risen” is a claim, and no finding is quoted that shows it"),
    ("We recorded more offences than last year.", "“more” is a claim"),
    ("There was a sharp increase.", "is a claim"),
    ("Violence is falling.", "is a claim"),
    ("Violence doubled ({{change.up.bounds}}).", "change.up is 1.12 times"),
    ("Violence rose by {{change.up}} and robbery rose by {{change.down}}.", "change.down shows the opposite"),
    ("The rate more than doubled, or was more than twice as high as ({{tenths}}).", "does not lie above it"),
    ("It was {{level}} [source: a friend] of 900 offences.", "gives the number 900"),  # a note covers no sentence that quotes
    ("It was {level}} high.", "a quotation is written {{id}}"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "reason"), REFUSED, ids=[typed for typed, _ in REFUSED])
def test_words_that_no_finding_carries_stop_the_build(typed, reason):
    problems = refuse(typed)
    assert any(reason in problem for problem in problems), problems
    assert problems[0].startswith("wording/level.md, line 1: “")


def test_all_problems_are_told_at_once_each_with_its_line():
    text = (
        "Fine words.\n\nViolence fell ({{change.up.bounds}}). Then\n61,000 came ({{level}}).\n\n* Five people died.\n"
    )
    problems = refuse(text)
    assert [problem.split(":")[0].rpartition(" ")[2] for problem in problems] == ["3", "3", "6"]


def test_a_finding_of_another_audience_may_not_be_quoted():
    (problem,) = refuse("There were {{inside}}.", audiences=(Audience.PARTNERSHIP, Audience.PUBLIC))
    assert "inside is told to partnership and not to the audience public" in problem
    assert ".public.md" in problem


def test_a_file_for_one_audience_stands_in_the_place_of_the_common_one():
    pieces = (
        Piece("wording/level.md", "level", None, split_parts("There were {{inside}}.")),
        Piece("wording/level.public.md", "level", Audience.PUBLIC, split_parts("Words for all.")),
    )
    written = write("", audiences=(Audience.PARTNERSHIP, Audience.PUBLIC), pieces=pieces)
    assert written[Audience.PUBLIC].chapters[0].blocks[1] == Paragraph("Words for all.")
    assert written[Audience.PARTNERSHIP].chapters[0].blocks[1] == Paragraph("There were 40 calls.")


def test_words_go_behind_the_opening_or_beneath_the_heading_they_name():
    blocks = write("At the head.\n\n## How much\n\nBeneath it.\n")[Audience.PARTNERSHIP].chapters[0].blocks
    assert blocks[:4] == (
        Paragraph("An opening."),
        Paragraph("At the head."),
        Heading("How much"),
        Paragraph("Beneath it."),
    )


def test_a_heading_the_chapter_lacks_is_told_with_those_it_has():
    (problem,) = refuse("\n\n## How many\n\nWords.\n")
    assert problem == "wording/level.md, line 3: the chapter level has no heading “How many”; it has “How much”."


def test_comments_are_for_the_writer_alone():
    assert words("<!-- 12 to do: it rose -->Plain words.") == "Plain words."


def test_marks_of_markdown_in_a_finding_stay_as_they_are():
    finding = make_finding("marked", "A *star* and [a link](x).", 1.0, unit="calls", count=1)
    document = Document("T", "P", Marking(Audience.PUBLIC, True, "D"), "now", (Chapter("level", "L", "", (finding,)),))
    pieces = (Piece("wording/level.md", "level", None, split_parts("{{marked.sentence}}")),)
    written = put_in_words({Audience.PUBLIC: document}, Wording(pieces))
    assert written[Audience.PUBLIC].chapters[0].blocks[0].markdown == r"A \*star\* and \[a link\](x)."


def test_an_opening_of_the_partnership_is_held_to_the_same():
    intro = Piece("essex/assessment/level.md", "level", None, split_parts("An opening."), is_intro=True)
    assert write("", pieces=(intro,))[Audience.PARTNERSHIP].chapters[0].blocks[0] == Paragraph("An opening.")
    bad = Piece("essex/assessment/level.md", "level", None, split_parts("Violence rose."), is_intro=True)
    assert refuse("", pieces=(bad,))[0].startswith("essex/assessment/level.md, line 1")


def test_files_are_read_by_chapter_and_audience(tmp_path: Path):
    outline = load_catalogue("essex").outline
    (tmp_path / "where.md").write_text("Words.\n", encoding="utf-8")
    (tmp_path / "where.public.md").write_text("\N{BYTE ORDER MARK}Other words.\r\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("12 ways to rise.\n", encoding="utf-8")
    found = read_wording(tmp_path, outline)
    assert [(piece.file, piece.audience) for piece in found.pieces] == [
        ("wording/where.md", None),
        ("wording/where.public.md", Audience.PUBLIC),
    ]
    assert found.pieces[1].parts[0].markdown.strip() == "Other words."
    assert read_wording(tmp_path / "none", outline).pieces == ()


def test_files_that_are_of_no_chapter_are_all_told_at_once(tmp_path: Path):
    (tmp_path / "wher.md").write_text("Words.\n", encoding="utf-8")
    (tmp_path / "where.pubic.md").write_text("Words.\n", encoding="utf-8")
    (tmp_path / "who.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WordingError) as refused:
        read_wording(tmp_path, load_catalogue("essex").outline)
    assert [str(problem) for problem in refused.value.problems] == [
        "wording/wher.md: there is no chapter 'wher'; did you mean where.",
        "wording/where.pubic.md: is named for 'pubic'; an audience is one of police, partnership, public.",
        "wording/who.md: is not UTF-8; save it as UTF-8 text.",
    ]
