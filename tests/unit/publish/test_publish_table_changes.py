"""Numbers of tables that differ between two editions: each by row and column, with why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_document import OPEN, make_count, make_estimate, make_suppressed

from safeground.engine.disclosure import protect
from safeground.engine.documents import Audience, Chapter, Column, Document, MadeMeasure, Marking, Origin, Table
from safeground.engine.publish import Brand, Edition, compare_editions, publish_edition

NUMBERS = (Column("offences", "Offences", True), Column("rate", "Rate", True))
COLUMNS = (Column("code", "Code"), Column("area", "Area"), *NUMBERS)
ROWS = (
    ("E1", "Ashby", make_count(120), make_estimate(12.3, 0.9)),
    ("E2", "Brinkley", make_count(80), make_estimate(8.1, 0.7)),
)
MAY = {"id": "street/police/2025-05/aaa", "sha256": "a"}
JUNE = {"id": "street/police/2025-06/bbb", "sha256": "b"}


def make_table(*rows: tuple, name: str = "by_area", **options) -> Table:
    return Table(name, "By area", COLUMNS, rows or ROWS, "Made up", **options)


@pytest.fixture
def publish(tmp_path: Path):
    def make(*tables: Table, deliveries=(MAY,), **document) -> Edition:
        marking = Marking(Audience.PARTNERSHIP, True, "Draft.")
        made = Document("T", "P", marking, "30 June 2025", (Chapter("start", "Start", "", tables),), **document)
        number = len(list(tmp_path.iterdir()))
        return publish_edition(
            made, into=tmp_path / str(number), brand=Brand("P"), manifest={"deliveries": list(deliveries), "code_version": "1"},
            built_at=datetime(2025, 1, 1, tzinfo=UTC),
        )  # fmt: skip

    return make


def test_a_table_that_says_the_same_in_another_order_has_not_changed(publish):
    difference = compare_editions(publish(make_table()), publish(make_table(*ROWS[::-1])))
    assert difference.tables == () and difference.is_empty


def test_every_number_that_changed_is_named_by_row_and_column(publish):
    changed = (
        ("E1", "Ashby", make_count(123), make_estimate(12.3, 0.9)),
        ("E2", "Brinkley", make_suppressed(), make_estimate(8.1, 0.6)),
    )
    difference = compare_editions(publish(make_table()), publish(make_table(*changed), deliveries=(MAY, JUNE)))
    (table,) = difference.tables
    found = {(cell.row, cell.column): (cell.before, cell.after) for cell in table.cells}
    assert set(found) == {("E1, Ashby", "offences"), ("E2, Brinkley", "offences"), ("E2, Brinkley", "rate")}
    assert found["E1, Ashby", "offences"][1].startswith("123 (")
    assert found["E2, Brinkley", "offences"][1] == "suppressed"
    lines = difference.lines()
    assert "The table by_area: 3 numbers changed." in lines
    assert lines[0] == "No number of a finding changed.", "and not that none did, above those that did"
    why = lines[lines.index("The table by_area: 3 numbers changed.") + 4]
    assert why.startswith("  Why: ") and "new data (street/police/2025-06/bbb)" in why
    assert difference.as_data()["tables"][0]["reasons"] == [
        {"kind": "new data", "names": ["street/police/2025-06/bbb"]}
    ]


def test_a_change_that_rounding_hides_is_told_in_full(publish):
    narrow = protect(12.3456, unit="%", rule=OPEN, count=50, lower=10.0, upper=15.0, confidence=0.95)
    nearly = protect(12.3457, unit="%", rule=OPEN, count=50, lower=10.0, upper=15.0, confidence=0.95)
    (table,) = compare_editions(
        publish(make_table(("E1", "Ashby", make_count(1), narrow))),
        publish(make_table(("E1", "Ashby", make_count(1), nearly))),
    ).tables
    assert [(cell.before, cell.after) for cell in table.cells] == [("12.3456 (10 to 15)", "12.3457 (10 to 15)")]


def test_a_number_that_came_to_be_told_under_a_rule_has_not_changed(publish):
    """Else "was 0 and is 0" stands before what did change, once a row."""
    told = [protect(number, unit="rows", rule=OPEN, count=number) for number in (50, 51)]
    plain = (*COLUMNS[:3], Column("rate", "Rate"))
    before = publish(Table("by_area", "By area", plain, (("E1", "Ashby", make_count(1), "50"),), "Made up"))
    assert compare_editions(before, publish(make_table(("E1", "Ashby", make_count(1), told[0])))).tables == ()
    (table,) = compare_editions(before, publish(make_table(("E1", "Ashby", make_count(1), told[1])))).tables
    assert [(cell.before, cell.after) for cell in table.cells] == [("50", "51")]


def test_rows_and_tables_that_came_or_went_are_told(publish):
    more = (*ROWS, ("E3", "Corley", make_count(9), make_estimate(1.0, 0.1)))
    difference = compare_editions(publish(make_table()), publish(make_table(*more), make_table(name="other")))
    by_name = {change.id: change for change in difference.tables}
    assert by_name["by_area"].rows_added == ("E3, Corley",) and by_name["by_area"].cells == ()
    assert by_name["other"].is_new
    assert {"The table by_area: 1 row new.", "The table other is new."} <= set(difference.lines())


def test_a_table_that_names_its_definition_is_explained_by_it_alone(publish):
    """Another feed's delivery and another definition changed too, and are no reason of this table's."""
    other = {"id": "census/office/2021/ccc", "sha256": "c"}

    def origin(version: int) -> Origin:
        rows = protect(12.0, unit="rows", rule=OPEN, count=12.0)
        return Origin(
            id="violence", title="Violence", definition=f"Violence, version {version} (violence)", label=f"violence version {version}",
            version=version, file="violence.yaml", source="A table", clauses=("The offence is violence",), readings=(),
            counted="each once", measures=(MadeMeasure("rate", 1, "A rate", "per 1,000", "95%"),), rows=(("In", rows),),
            rows_period="June", deliveries=(), rule=OPEN, rule_note="Open.",
        )  # fmt: skip

    def edition(count: int, version: int, *deliveries: dict) -> Edition:
        rows = (("E1", "Ashby", make_count(count), make_estimate(12.3, 0.9)),)
        about = (("definition", f"violence version {version}"),)
        return publish(make_table(*rows, about=about), deliveries=deliveries, origins=(origin(version),))

    difference = compare_editions(edition(100, 1, MAY), edition(120, 2, MAY, other))
    (table,) = (change for change in difference.tables if change.id == "by_area")
    assert [str(reason.kind) for reason in table.why.reasons] == ["changed definition"]
    assert table.why.is_its_own
