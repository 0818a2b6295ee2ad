"""What printed pages hold before anything sets them: wide tables last, no empty columns, how each definition was counted."""

from __future__ import annotations

import dataclasses

from sample_document import OPEN, make_count, make_wide_table

from safeground.engine.disclosure import protect
from safeground.engine.documents import (
    Audience,
    Block,
    Chapter,
    Column,
    Document,
    Heading,
    MadeMeasure,
    Marking,
    Origin,
    Paragraph,
    SourceDelivery,
    Table,
)
from safeground.engine.publish import Brand
from safeground.engine.publish.charts.text import measure_text
from safeground.engine.publish.formats.printing import present_print
from safeground.engine.publish.presenters import present_table

MARKING = Marking(Audience.PARTNERSHIP, True, "For partners.")


def present(*blocks: Block, origins: tuple[Origin, ...] = ()) -> list[dict]:
    document = Document(
        "T", "P", MARKING, "30 June 2025", (Chapter("only", "Only", "", tuple(blocks)),), origins=origins
    )
    return present_print(document, brand=Brand("P"))["chapters"]


def make_small(name: str, *rows: tuple) -> Table:
    columns = (Column("area", "Area"), Column("note", "Note"), Column("offences", "Offences", True))
    return Table(name, f"Table of {name}", columns, rows or (("Ashby", "", make_count(20)),), "Made up")


def test_a_table_on_its_side_stands_at_the_end_and_the_text_says_so():
    wide = dataclasses.replace(make_wide_table(), id="wide")
    [chapter] = present(Heading("Before"), wide, Paragraph("After it."), make_small("small"))
    kinds = [(block["kind"], block.get("id", "")) for block in chapter["blocks"]]
    assert kinds == [("heading", ""), ("prose", ""), ("prose", ""), ("table", "small"), ("table", "wide")]
    said = chapter["blocks"][1]["passages"][0]["runs"][0]["text"]
    assert said.startswith("Table 2 is at the end of this chapter") and wide.caption in said
    assert [block["label"] for block in chapter["blocks"] if block["kind"] == "table"] == ["Table 1", "Table 2"]


def test_a_table_on_its_side_that_ends_a_chapter_is_not_spoken_of():
    [chapter] = present(Paragraph("Before it."), make_wide_table())
    assert [block["kind"] for block in chapter["blocks"]] == ["prose", "table"]


def test_contents_that_would_run_over_their_page_list_the_chapters_alone():
    def depth(sections: int) -> int:
        chapter = Chapter("only", "Only", "", tuple(Heading(f"Section {number}") for number in range(sections)))
        document = Document("T", "P", MARKING, "30 June 2025", (chapter,))
        return present_print(document, brand=Brand("P"))["contents_depth"]

    assert (depth(59), depth(60)) == (2, 1)


def test_a_column_of_notes_without_a_note_is_left_out_of_pages_alone():
    table = make_small("small")
    assert [column["title"] for column in present_table(table)["columns"]] == ["Area", "Offences"]
    noted = make_small("noted", ("Ashby", "", make_count(20)), ("Brinkley", "a note", make_count(30)))
    assert [column["title"] for column in present_table(noted)["columns"]] == ["Area", "Note", "Offences"]
    cut = dataclasses.replace(noted, rows_shown=1)
    told = present_table(cut)
    assert [column["title"] for column in told["columns"]] == ["Area", "Offences"] and told["hidden_rows"] == 1


def test_the_name_of_a_row_stays_in_one_line_however_many_columns_there_are():
    """25 rows of 25 lines stand on a page on its side; with a second line for each long name the last would need a page of its own."""
    names = [f"Southend-on-Sea {number:03d}D" for number in range(25)]
    factors = (
        "People in income deprivation", "Children in income deprivation", "People of working age shut out of work",
        "Children who do worse at school or are absent more", "Adults with few qualifications", "Mood and anxiety disorders",
        "Illness and disability", "Overcrowded homes", "Residents under 25",
    )  # fmt: skip
    numbers = (Column(f"c{n}", f"{'ABCDEFGHI'[n]}: {title}", True) for n, title in enumerate(factors))
    columns = (Column("area", "Neighbourhood"), Column("district", "District"), *numbers)
    rows = tuple((name, "Southend-on-Sea", *[make_count(20)] * 9) for name in names)
    [chapter] = present(Table("wide", "Wide", columns, rows, "Made up"))
    layout = next(block["layout"] for block in chapter["blocks"] if block["kind"] == "table")
    assert layout["is_landscape"]
    assert layout["widths"][0] >= measure_text(names[0], size=layout["size"]) + 9, "with the room beside it"


def test_paper_tells_how_each_definition_was_counted():
    rows = protect(12.0, unit="rows", rule=OPEN, count=12.0)
    delivery = SourceDelivery(
        "street/a/2025-06/abc", "street", "Street", "Force", "2025-06", "0" * 64, 1, rows, rows, rows, rows
    )
    origin = Origin(
        id="violence", title="Violence", definition="Violence, version 1 (violence)", label="violence version 1", version=1,
        file="national/definitions/violence.yaml", source="A table", clauses=("The offence is violence",), readings=(),
        counted="each offence once", measures=(MadeMeasure("rate", 1, "A rate", "per 1,000", "95%"),), rows=(("In", rows),),
        rows_period="June 2025", deliveries=(delivery,), rule=OPEN, rule_note="Open.",
    )  # fmt: skip
    chapters = present(Paragraph("Words."), origins=(origin,))
    assert [chapter["title"] for chapter in chapters] == ["Only", "How each definition was counted"]
    said = str(chapters[-1]["blocks"])
    for words in (
        "The offence is violence.",
        "Counted: each offence once.",
        "in 12 rows",
        "12 were set aside",
        "made-violence.html",
        "A rate: interval 95%",
    ):
        assert words in said
