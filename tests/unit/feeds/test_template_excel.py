"""A template filled in lands and is sound; sent back as it was, nothing of it counts; its lists are those of the contract."""

from __future__ import annotations

import datetime

import pytest
from openpyxl import load_workbook
from workbooks import FEEDS, find_examples

from safeground.engine.feeds import Refused, Severity, check_file, write_template
from safeground.engine.feeds.returning.template_excel import HEADER_ROW

EXAMPLES = {name.removesuffix("-example"): rows for name, rows in find_examples().items() if name.endswith("-example")}


def fill_in(path, rows, *, as_dates=False):
    """Write the rows of an example below the headings of a template, in its own order of columns."""
    book = load_workbook(path)
    sheet = book[book.sheetnames[-1]]
    names = [cell.value for cell in sheet[HEADER_ROW]]
    for number, row in enumerate(rows[1:], start=HEADER_ROW + 1):
        for name, value in zip(rows[0], row, strict=True):
            cell = sheet.cell(number, names.index(name) + 1)
            is_date = as_dates and cell.number_format == "yyyy-mm-dd"
            cell.value = datetime.date.fromisoformat(value) if is_date and value else value
    book.save(path)


@pytest.mark.parametrize("feed", EXAMPLES)
@pytest.mark.parametrize("as_dates", [False, True])
def test_a_template_filled_in_is_sound(feed, as_dates, tmp_path):
    rows, said = EXAMPLES[feed]
    path = tmp_path / f"{feed}.xlsx"
    write_template(path, FEEDS, feed)
    fill_in(path, rows, as_dates=as_dates)
    found = check_file(path, FEEDS, **said)
    assert not found.refused
    (delivery,), (report,) = found.deliveries, found.reports
    assert (delivery.records, report.quarantined) == (len(rows) - 1, 0)
    assert not [problem for problem in report.problems if problem.severity is Severity.QUARANTINE]


@pytest.mark.parametrize("feed", EXAMPLES)
def test_a_template_sent_back_as_it_was_is_refused(feed, tmp_path):
    path = tmp_path / f"{feed}.xlsx"
    write_template(path, FEEDS, feed)
    (refused,) = check_file(path, FEEDS, **EXAMPLES[feed][1]).refused
    assert "has a header and no rows" in refused.sentence


QUIET = [feed for feed in EXAMPLES if FEEDS.contracts[feed].may_be_empty]


@pytest.mark.parametrize("feed", EXAMPLES)
def test_a_template_says_what_an_empty_sheet_says(feed, tmp_path):
    """Only of a feed that may have nothing to report: elsewhere it would invite what is refused."""
    path = tmp_path / f"{feed}.xlsx"
    write_template(path, FEEDS, feed)
    first = "\n".join(str(cell.value) for row in load_workbook(path).worksheets[0] for cell in row if cell.value)
    assert ("say so in the message it comes with" in first) == (feed in QUIET)


@pytest.mark.parametrize("feed", QUIET)
@pytest.mark.parametrize("stated", [None, 3, 0])
def test_a_template_without_rows_says_nothing_unless_its_sender_does(feed, stated, tmp_path):
    path = tmp_path / f"{feed}.xlsx"
    write_template(path, FEEDS, feed)
    said = {"partner": "wrenshire", "period": "2025-08" if feed == "pupil_exclusions" else "2025"}
    found = check_file(path, FEEDS, **said, stated_rows=stated)
    if stated == 0:
        assert not found.refused and [delivery.records for delivery in found.deliveries] == [0]
    else:
        (refused,) = found.refused
        assert "--nothing-to-report" in refused.sentence and "ask for it to be sent again" in refused.sentence


def test_what_goes_back_of_an_empty_sheet_speaks_to_its_sender(tmp_path):
    """Who sent it has no command line."""
    path, back = tmp_path / "sent.xlsx", tmp_path / "back.xlsx"
    write_template(path, FEEDS, QUIET[0])
    check_file(path, FEEDS, return_excel=back)
    told = "\n".join(str(cell.value) for row in load_workbook(back).worksheets[0] for cell in row if cell.value)
    assert "say so in the message it comes with" in told and "--" not in told


def test_lists_tips_and_formats(tmp_path):
    path = tmp_path / "street.xlsx"
    write_template(path, FEEDS, "police_uk_street")
    book = load_workbook(path)
    sheet = book["police_uk_street"]
    names = [cell.value for cell in sheet[HEADER_ROW]]
    types = book["Lists"]
    offered = {types.cell(1, place).value for place in range(1, types.max_column + 1)}
    assert FEEDS.code_lists["police_uk_crime_types"].codes[0] in offered
    assert types.sheet_state == "hidden"
    letter = sheet.cell(HEADER_ROW, names.index("Crime type") + 1).column_letter
    (rule,) = [rule for rule in sheet.data_validations.dataValidation if f"{letter}{HEADER_ROW + 1}" in str(rule.sqref)]
    assert rule.type == "list" and rule.formula1.startswith("'Lists'!$")
    assert sheet.cell(3, 2).value == "e.g. 2024-01"
    assert all(sheet.cell(HEADER_ROW, place).comment for place in range(1, len(names) + 1))
    assert sheet.freeze_panes == f"A{HEADER_ROW + 1}"


def test_every_code_is_there_with_its_meaning(tmp_path):
    path = tmp_path / "recorded.xlsx"
    write_template(path, FEEDS, "recorded_crime")
    told = {tuple(cell.value for cell in row) for row in load_workbook(path)["Codes"].iter_rows()}
    variant = FEEDS.contracts["recorded_crime"].variants[0]
    coded = [column for column in variant.columns if column.constraints.code_list]
    assert len(coded) > 3
    for column in coded:
        meanings = FEEDS.code_lists[column.constraints.code_list].meanings
        assert {(column.name, *pair) for pair in meanings.items()} <= told
    assert any(code != meaning for _, code, meaning in told - {("In the column", "Write", "It means")} if code)


@pytest.mark.parametrize("feed", EXAMPLES)
def test_no_regular_expression_is_shown_to_people(feed, tmp_path):
    path = tmp_path / "template.xlsx"
    write_template(path, FEEDS, feed)
    cells = [cell.value for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    shown = "\n".join(str(value) for value in cells if value)
    assert not [
        column.name
        for variant in FEEDS.contracts[feed].variants
        for column in variant.columns
        if column.constraints.pattern and column.constraints.pattern in shown
    ]


def test_what_has_no_template_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(Refused, match="is not one of the feeds: "):
        write_template(tmp_path / "x.xlsx", FEEDS, "nothing")
    with pytest.raises(Refused, match="is not sent as a table"):
        write_template(tmp_path / "x.xlsx", FEEDS, "area_boundaries")
    with pytest.raises(Refused, match="has no variant 'nothing'; it has "):
        write_template(tmp_path / "x.xlsx", FEEDS, "police_uk_street", variant="nothing")
