"""An edition on disk: whole, traceable, the same twice, and safe whatever a name contains."""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
import math
import re
import shutil
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from sample_document import (
    HOSTILE,
    OPEN,
    make_choropleth,
    make_document,
    make_estimate,
    make_figure,
    make_finding,
    make_suppressed,
)

from safeground.engine.disclosure import State, protect
from safeground.engine.documents import (
    Audience,
    Chapter,
    Column,
    Direction,
    Document,
    KeyFigure,
    KeyFigures,
    Marking,
    Paragraph,
    Table,
)
from safeground.engine.publish import Brand, EditionError, load_edition, publish_edition
from safeground.engine.publish.prose import link_addresses

BRAND = Brand("Northshire Partnership", colour="#5b2c6f", contact="Ask the partnership's analyst.")
MANIFEST = {"deliveries": [{"id": "street/police/2025-06/0123456789ab", "sha256": "ab" * 32}], "code_version": "0.1.0"}
BUILT_AT = datetime(2025, 9, 1, 12, 0, tzinfo=UTC)


def publish(into: Path, document: Document | None = None, built_at: datetime = BUILT_AT):
    return publish_edition(document or make_document(), into=into, brand=BRAND, manifest=MANIFEST, built_at=built_at)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("editions") / "first")


def read_files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def test_two_builds_of_one_input_differ_in_built_at_alone(edition, tmp_path):
    other = publish(tmp_path / "second", built_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    first, second = read_files(edition.path), read_files(other.path)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == ["manifest.json"]
    one, two = (json.loads(files["manifest.json"]) for files in (first, second))
    assert one.pop("built_at") != two.pop("built_at")
    assert one == two
    assert [name for name in first if b"2025-09-01T12" in first[name]] == ["manifest.json"]


def test_the_manifest_has_the_hash_of_every_file_and_what_it_was_made_from(edition):
    manifest = json.loads((edition.path / "manifest.json").read_text())
    files = read_files(edition.path)
    del files["manifest.json"]
    assert manifest["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert manifest["deliveries"] == MANIFEST["deliveries"]
    assert (manifest["audience"], manifest["is_draft"], manifest["as_at"]) == ("partnership", True, "30 June 2025")


def test_an_altered_file_is_found(edition, tmp_path):
    other = publish(tmp_path / "edition")
    load_edition(other.path, check_files=True)
    (other.path / "tables" / "wide.csv").write_text("area\n")
    with pytest.raises(EditionError, match=r"tables/wide\.csv has been altered"):
        load_edition(other.path, check_files=True)


def test_a_folder_without_a_manifest_is_not_an_edition(tmp_path):
    with pytest.raises(EditionError, match=r"is not an edition: it has no manifest\.json"):
        load_edition(tmp_path)


def test_a_folder_of_editions_names_the_current_ones(edition, tmp_path):
    held = tmp_path / "workspace" / "editions" / "partnership"
    shutil.copytree(edition.path, held / "2025-06-abc")
    (held / "CURRENT").write_text("2025-06-abc\n")
    for folder in (held, held.parent, held.parent.parent):
        with pytest.raises(EditionError, match="holds editions and is not one; name one of them") as refusal:
            load_edition(folder)
        assert str(held / "2025-06-abc") in str(refusal.value)
    assert load_edition(held / "2025-06-abc").findings.keys() == edition.findings.keys()


def test_findings_are_valid_against_the_schema_they_are_shipped_with(edition):
    schema = json.loads((edition.path / "findings.schema.json").read_text())
    findings = json.loads((edition.path / "findings.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(findings, schema, cls=jsonschema.Draft202012Validator)
    assert [finding["id"] for finding in findings["findings"]] == [
        "level",
        "rate",
        "share",
        "injuries",
        "change",
        "missing",
    ]


def test_the_schema_refuses_a_withheld_number_that_has_a_value(edition):
    schema = json.loads((edition.path / "findings.schema.json").read_text())
    findings = json.loads((edition.path / "findings.json").read_text())
    injuries = next(finding for finding in findings["findings"] if finding["id"] == "injuries")
    assert injuries["estimate"]["state"] == "suppressed"
    injuries["estimate"]["value"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(findings, schema, cls=jsonschema.Draft202012Validator)


def test_a_table_says_why_a_number_is_not_there(edition):
    with (edition.path / "tables" / "long.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    assert (rows[0]["rate"], rows[0]["rate_lower"], rows[0]["rate_state"]) == ("", "", "suppressed")
    assert rows[0]["rate_reason"] == "based on 1 to 4 events (police counts below 5)"
    assert [row["rate_state"] for row in rows[:4]] == ["suppressed", "incomplete", "not available", "published"]
    assert (rows[3]["rate"], rows[3]["rate_lower"], rows[3]["rate_unit"]) == (
        "15.34568",
        "14.44568",
        "per 1,000 residents",
    )
    assert (rows[3]["offences"], rows[3]["offences_state"]) == ("1237", "published")
    assert rows[4]["rate_flags"] == "estimated across boundaries"


def test_a_spreadsheet_is_told_the_encoding_of_every_csv(edition):
    tables = sorted((edition.path / "tables").glob("*.csv"))
    assert tables
    for table in tables:
        content = table.read_bytes()
        assert content.startswith(codecs.BOM_UTF8) and content.count(codecs.BOM_UTF8) == 1, table.name


def test_the_readme_names_every_table_and_every_ending(edition):
    text = (edition.path / "tables" / "README.txt").read_text(encoding="utf-8")
    known = ("_lower", "_upper", "_count", "_denominator", "_unit", "_state", "_reason", "_flags")
    assert all(f"rate{ending}" in text for ending in known)
    for table in (edition.path / "tables").glob("*.csv"):
        assert f"\n{table.name}\n" in text
        with table.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file))
        own = [name for name in names if f"\n    {name}: " in text]
        left = [name for name in names if name not in own and name != "source"]
        assert own and all(any(name == f"{base}{ending}" for base in own for ending in known) for name in left)


def test_what_is_not_finite_is_empty_in_a_csv_and_null_in_the_findings(tmp_path):
    limit = protect(4.5, unit="offences", rule=OPEN, count=math.inf)
    table = Table(
        "limits", "Limits", (Column("month", "Month"), Column("limit", "Limit", True)), (("May", limit),), "S"
    )
    chapter = Chapter("start", "Start", "", (table, make_finding("limit", "A limit.", limit)))
    marking = Marking(Audience.PARTNERSHIP, True, "Draft.")
    path = publish(tmp_path / "e", Document("T", "P", marking, "30 June 2025", (chapter,))).path
    assert (path / "tables" / "limits.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "month,limit,limit_unit,limit_state,limit_reason,source",
        "May,4.5,offences,published,,S",
    ]
    assert load_edition(path).findings["limit"]["estimate"]["count"] is None


def test_a_change_that_chance_explains_is_not_told_by_its_number(tmp_path):
    estimate = make_estimate(-2.3, 12.0, unit="% change")
    tiles = KeyFigures(
        (
            KeyFigure("Change", make_finding("change", "We cannot tell.", estimate, direction=Direction.CANNOT_TELL)),
            KeyFigure("Fall", make_finding("fall", "It fell.", estimate, direction=Direction.LOWER)),
        )
    )
    marking = Marking(Audience.PARTNERSHIP, True, "Draft.")
    document = Document("T", "P", marking, "30 June 2025", (Chapter("start", "Start", "", (tiles,)),))
    page = (publish(tmp_path / "e", document).path / "index.html").read_text(encoding="utf-8")
    first, second = page.split('<li class="sg-key-figure">')[1:]
    large = r'<p class="sg-key-figure__number[^>]*>\s*([^<]*?)\s*<'
    assert re.search(large, first)[1] == "Cannot tell"
    assert "−2% change recorded" in first and first.index("Cannot tell") < first.index("−2% change recorded")
    assert re.search(large, second)[1] == "−2%" and " recorded<" not in second
    for tile in (first, second):
        assert tile.index("July 2024 to June 2025") < tile.index("sg-key-figure__number")


def test_the_contact_is_a_link_and_nothing_else_in_it_is():
    html = link_addresses("Ask <b>us</b>: https://example.org/a?b=1&c=2. Or help@example.org.")
    assert html == (
        "Ask &lt;b&gt;us&lt;/b&gt;: "
        '<a class="govuk-footer__link" href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>. '
        'Or <a class="govuk-footer__link" href="mailto:help@example.org">help@example.org</a>.'
    )
    assert link_addresses("javascript:alert(1)") == "javascript:alert(1)"


def test_many_reasons_of_one_state_are_left_to_the_csv(tmp_path):
    rows = tuple(
        (f"200{n}", protect(None, unit="offences", rule=OPEN, state=State.INCOMPLETE, reason=f"200{n} lacks a month"))
        for n in range(9)
    )
    table = Table(
        "years", "Years", (Column("year", "Year"), Column("offences", "Offences", True)), rows, "Made-up counts"
    )
    document = Document(
        "T",
        "P",
        Marking(Audience.PARTNERSHIP, True, "Draft."),
        "30 June 2025",
        (Chapter("start", "Start", "", (table,)),),
    )
    path = publish(tmp_path / "e", document).path
    page = (path / "index.html").read_text(encoding="utf-8")
    assert "Incomplete: 2001 lacks a month." in page and "2002 lacks a month" not in page
    assert "Incomplete: 7 more for reasons of the same kind; the CSV gives each." in page
    assert "2008 lacks a month" in (path / "tables" / "years.csv").read_text(encoding="utf-8")


def test_a_cell_that_a_spreadsheet_would_run_is_made_text(edition):
    text = (edition.path / "tables" / "long.csv").read_text(encoding="utf-8")
    assert "\n'=HYPERLINK(1)," in text


def test_a_suppressed_number_is_nowhere_in_the_edition(edition):
    assert make_suppressed().value is None
    assert not [name for name, content in read_files(edition.path).items() if b"0.731" in content]


def test_hostile_text_reaches_no_page_or_picture_as_markup(edition):
    assert "<script>" in HOSTILE
    for name, content in read_files(edition.path).items():
        if name.endswith((".html", ".svg")):
            assert b"<script" not in content, name
            assert b"https://example.org/x.png" not in content or b"<img" in content
    page = (edition.path / "index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(" in page
    assert '<img class="sg-figure__image" src="figures/' in page
    assert page.count("<img ") == 1, "a picture in prose is not passed on"


ARCHIVES = (".pdf", ".docx", ".xlsx")
"""Their insides are read by tests of their own."""


def test_nothing_of_the_brand_that_only_government_may_use_is_left(edition):
    for name, content in read_files(edition.path).items():
        if name.endswith(ARCHIVES):
            continue
        text = content.decode("utf-8").lower()
        for word in ("gds transport", "crest", "crown copyright", "gov.uk logo", "@font-face"):
            assert word not in text, (name, word)
        if name.endswith(".html"):
            assert "gov.uk" not in text, name


def test_no_file_asks_anything_of_the_network_or_runs_a_script(edition):
    for name, content in read_files(edition.path).items():
        if name.endswith(ARCHIVES):
            continue
        text = content.decode("utf-8")
        if name.endswith(".css"):
            assert "url(" not in text and "@import" not in text, name
        if name.endswith(".html"):
            assert not re.search(r'(?:src|srcset|<link[^>]*href)="(?:https?:)?//', text), name
            assert "<script" not in text and " onclick" not in text, name


class Outline(HTMLParser):
    """The headings, ids, links and tables of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append(tag)
        self.attributes.append((tag, found))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in found:
            self.ids.append(found["id"])
        self.links += [found[name] for name in ("href", "src", "srcset") if name in found]


@pytest.mark.parametrize("name", ["index.html", "trend.html", "where.html", "method.html"])
def test_every_page_is_well_formed(edition, name):
    text = (edition.path / name).read_text(encoding="utf-8")
    page = Outline(text)
    assert text.startswith("<!DOCTYPE html>") and '<html lang="en-GB"' in text
    assert page.headings.count(1) == 1
    # The footer's own heading comes last and starts again at 2.
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    for tag in ("header", "nav", "main", "footer"):
        assert page.tags.count(tag) >= 1, tag
    assert (
        "Draft for partners. Not for onward sharing." in text
        and "For the partnership" in text
        and ">\n  Draft\n<" in text
    )
    assert "Data to 30 June 2025" in text
    assert all(found.get("scope") in ("col", "row") for tag, found in page.attributes if tag == "th")
    assert page.tags.count("table") == page.tags.count("caption")
    assert all(found.get("alt") for tag, found in page.attributes if tag == "img")
    for link in page.links:
        if link and not link.startswith(("#", "data:", "https://example.org")):
            target, _, anchor = link.partition("#")
            assert (edition.path / target).is_file(), link
            assert not anchor or f'id="{anchor}"' in (edition.path / target).read_text(encoding="utf-8")


def test_a_released_edition_does_not_say_draft(tmp_path):
    released = publish(tmp_path / "released", make_document(is_draft=False, audience=Audience.PUBLIC))
    for file in released.path.glob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert "For the public" in text and not re.search(r"\bdraft\b", text, re.IGNORECASE)
    assert released.audience == "public" and not released.is_draft


def test_a_public_edition_refuses_hot_spots_and_writes_nothing(tmp_path):
    figure = make_figure("patrols", make_choropleth(), shows_hot_spots=True)
    document = Document("Title", "Partnership", Marking(Audience.PUBLIC, False, "Released."), "30 June 2025",
                        (Chapter("start", "Start", "", (figure,)),))  # fmt: skip
    with pytest.raises(ValueError, match="may not show places chosen for patrol: take out patrols"):
        publish(tmp_path / "public", document)
    assert not (tmp_path / "public").exists()


def test_a_long_list_of_chapters_is_folded_by_parts_and_a_short_one_is_not(tmp_path):
    def list_chapters(number: int, into: str) -> str:
        parts = ("In short", "Where it is", "Method")
        chapters = tuple(
            Chapter(f"c{place}", f"Chapter {place}", "Summary.", (Paragraph("Words."),), part=parts[min(place // 6, 2)])
            for place in range(number)
        )
        marking = Marking(Audience.PARTNERSHIP, False, "Made up.")
        document = Document("T", "P", marking, "30 June 2025", chapters)
        publish(tmp_path / into, document)
        page = (tmp_path / into / "c7.html").read_text(encoding="utf-8")
        return page[page.index("<nav") : page.index("</nav>")]

    long = list_chapters(13, "long")
    folded = re.findall(r'<details class="sg-contents__part"( open)?>\s*<summary[^>]*>([^<]+)', long)
    assert folded == [("", "In short"), (" open", "Where it is")]  # the part of the page that is read stands open
    assert long.count("<a ") == 13
    assert ">Method<" not in long  # a part of one chapter has the chapter's own title
    short = list_chapters(12, "short")
    assert "sg-contents__part" not in short
    assert short.count("<a ") == 12


def test_an_existing_folder_is_never_written_into(edition):
    with pytest.raises(FileExistsError):
        publish(edition.path)


def test_a_link_that_leads_nowhere_is_refused(tmp_path):
    marking = Marking(Audience.PARTNERSHIP, True, "Draft.")
    chapter = Chapter("start", "Start", "", (Paragraph("See [there](gone.html)."),))
    with pytest.raises(ValueError, match=r"chapter start: the link to gone\.html leads nowhere"):
        publish(tmp_path / "edition", Document("T", "P", marking, "30 June 2025", (chapter,)))


def test_what_the_edition_says_itself_cannot_be_said_for_it(tmp_path):
    with pytest.raises(ValueError, match="the manifest may not say audience, built_at"):
        publish_edition(
            make_document(),
            into=tmp_path / "e",
            brand=BRAND,
            manifest={"built_at": "x", "audience": "public"},
            built_at=BUILT_AT,
        )


def test_progress_counts_up_to_its_total(tmp_path):
    steps = []
    marking = Marking(Audience.PARTNERSHIP, True, "Draft.")
    chapters = (
        Chapter("start", "Start", "", (make_figure("map", make_choropleth(side=3)),)),
        Chapter("end", "End", "", (make_finding("level", "Some.", make_suppressed()),)),
    )
    publish_edition(
        Document("T", "P", marking, "30 June 2025", chapters), into=tmp_path / "e", brand=BRAND, manifest={}, built_at=BUILT_AT,
        progress=lambda done, total, message: steps.append((message, done, total)),
    )  # fmt: skip
    assert steps == [
        ("drawing figures", 1, 1),
        *(("writing PDF, Word and Excel", done, 3) for done in (1, 2, 3)),
        *(("writing pages", done, 3) for done in (1, 2, 3)),
    ]


def test_the_marking_of_printed_sheets_holds_the_handling_and_nothing_else(edition):
    css = (edition.path / "assets" / "edition.css").read_text(encoding="utf-8")
    assert 'content: "DRAFT. For the partnership. Draft for partners. Not for onward sharing."' in css
    assert "--sg-brand: #5b2c6f" in css


def test_a_handling_sentence_cannot_break_out_of_the_stylesheet(tmp_path):
    marking = Marking(Audience.PARTNERSHIP, True, 'x"; } body { display: none } /* \\ </style>')
    document = Document("T", "P", marking, "30 June 2025", (Chapter("start", "Start", "", ()),))
    css = (publish(tmp_path / "e", document).path / "assets" / "edition.css").read_text(encoding="utf-8")
    assert "body {" not in css and "</style>" not in css and css.count("{") == css.count("}") == 6
