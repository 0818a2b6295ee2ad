"""What spreadsheets and exports do to a table on its way to us: each comes in, or is refused in words that say what to do."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sharing import make_keys
from workbooks import save_sheet

from safeground.engine.build.receiving import get_problems
from safeground.engine.catalogue import definitions_folder, load_agreements, load_catalogue
from safeground.engine.feeds import check_deliveries, check_file, land_files, summarise_problems
from safeground.engine.feeds.checking.rules import compile_rules
from safeground.engine.feeds.checking.store import quarantine_path
from safeground.engine.feeds.returning.advice import advise, get_examples
from safeground.engine.workspace import init_workspace

CATALOGUE = load_catalogue("wrenshire")
EXAMPLE = definitions_folder() / "national" / "feeds" / "recorded_crime" / "example.csv"
HEADER, *ROWS = list(csv.reader(io.StringIO(EXAMPLE.read_text(encoding="utf-8"))))
NAME = "2025-03-wrenshire-crimes.csv"
NOTHING = "," * (len(HEADER) - 1) + "\n"


def as_text(rows, *, delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


@pytest.fixture
def land(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Land a file under the county's agreement and check it: the sentences of its refusal, or the delivery, its report and workspace."""
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")

    def run(content: str | Path, name: str = NAME):
        path = content if isinstance(content, Path) else tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        landing = land_files(workspace, CATALOGUE.feeds, [path], agreements=load_agreements("wrenshire"))
        if landing.refused:
            assert not any(file.is_file() for file in workspace.landed.rglob("*"))
            (refusal,) = landing.refused
            return refusal.why
        (report,) = check_deliveries(workspace, CATALOGUE.feeds, landing.landed)
        return landing.landed[0], report, workspace

    return run


def changed(column: str, *values: str) -> list[list[str]]:
    """The example with as many rows as values, each with its own in `column`."""
    place = HEADER.index(column)
    rows = [[*ROWS[0][:place], value, *ROWS[0][place + 1 :]] for value in values]
    return [HEADER, *([f"WR/25/{number:06}", *row[1:]] for number, row in enumerate(rows))]


VICTIMS = EXAMPLE.with_name("example_victims.csv")


def test_a_number_of_a_person_that_was_shortened_is_no_person(land, tmp_path):
    """Two people whose numbers a spreadsheet shows alike would be one, and hurt again."""
    text = VICTIMS.read_text(encoding="utf-8").replace("P0048812", "5.00E+11").replace("P0048813", "5e+11")
    _, report, _ = land(text, name="2025-03-wrenshire-victims.csv")
    assert (report.received, report.accepted, report.quarantined) == (2, 0, 2)
    told = next(problem for problem in report.problems if problem.rule == "shortened")
    assert told.rows == 2 and "victim_pid was shortened by a spreadsheet" in told.message
    path = tmp_path / "2025-03-wrenshire-victims.csv"
    path.write_text(text, encoding="utf-8")
    (seen,) = check_file(path, CATALOGUE.feeds).reports
    assert "shortened" in {problem.rule for problem in seen.problems}


@pytest.mark.parametrize("respell", [str.upper, lambda name: f" {name.replace('_', ' ').title()} "])
def test_headings_in_other_letters_are_named_with_what_they_should_be(land, respell):
    why = land(as_text([[respell(name) for name in HEADER], *ROWS]))
    assert f"no column 'crime_ref' (is {respell('crime_ref')!r} the same, renamed?)" in why
    assert "covered by no feed" not in why


@pytest.mark.parametrize(
    ("above", "line", "what"),
    [
        ("Recorded crime\n\n", 3, "the 2 lines above it"),
        ("sep=,\n", 2, "the line above it"),
        ('"A title, in quotation marks"\n', 2, "the line above it"),
    ],
)
def test_lines_above_the_header_are_to_be_deleted(land, above, line, what):
    assert land(above + as_text([HEADER, *ROWS])) == (
        f"has its header in line {line}; delete {what}, so that the names of the columns come first."
    )


def test_cells_cut_at_a_mark_we_do_not_read(land):
    assert "has its cells separated by '^'" in land(as_text([HEADER, *ROWS], delimiter="^"))


def test_rows_without_a_header_are_told_so(land):
    """Not that a value of theirs is a column given twice."""
    why = land(as_text(ROWS))
    assert "if its first line is a row already, have it sent with the names of its columns above" in why
    assert "twice" not in why


def test_a_table_of_something_else_is_no_header_of_ours_further_down(land):
    assert land(as_text([["item", "price"], ["bread", "two"], *zip(HEADER, ROWS[0], strict=True)])) == (
        "is covered by no feed's contract."
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<html><body><table><tr><td>crime_ref</td></tr></table>", "a web page"),
        ("\ufeff\n<TABLE><tr></tr></TABLE>", "a web page"),
        ('<?xml version="1.0"?><Workbook></Workbook>', "XML"),
    ],
)
def test_an_export_that_only_looks_like_a_workbook(land, content, what):
    why = land(content, name="2025-03-wrenshire-crimes.xls")
    assert why.startswith(f"is {what} by what is in it") and "save it as a workbook (.xlsx) or as CSV" in why


class TestColumnsWithoutName:
    def test_of_nothing_are_passed_over(self, land):
        """A spreadsheet saves so what lies right of a table."""
        delivery, report, _ = land(as_text([[*row[:2], "", *row[2:], "", " "][:-1] for row in [HEADER, *ROWS]]))
        assert report.accepted == len(ROWS)
        assert "" not in delivery.columns

    @pytest.mark.parametrize("place", [0, 5, len(HEADER)])
    def test_with_a_value_are_refused_and_the_value_is_not_told(self, land, place):
        rows = [
            [*row[:place], "" if number != 2 else "J. Doe", *row[place:]] for number, row in enumerate([HEADER, *ROWS])
        ]
        why = land(as_text(rows))
        assert "has a value under a column without a name, in row 2 below its header" in why and "Doe" not in why


class TestRowsOfNothing:
    def test_are_set_aside_and_condemn_nothing(self, land):
        """As spreadsheets leave them below a table, and more of them than there are rows."""
        _, report, workspace = land(as_text([HEADER, *ROWS]) + NOTHING * 31)
        assert (report.received, report.accepted, report.quarantined) == (len(ROWS) + 31, len(ROWS), 31)
        assert report.is_used and [p.rule for p in report.problems if p.rows == 31] == ["blank_row"]
        assert {p.rule for p in report.problems}.isdisjoint({"required", "too_many_rejected"})
        assert quarantine_path(workspace, report.delivery).read_text(encoding="utf-8").count("blank_row") == 31

    def test_alone_are_no_delivery(self, land):
        _, report, _ = land(as_text([HEADER]) + NOTHING * 3)
        assert not report.is_used and report.accepted == 0

    def test_do_not_hide_that_most_of_the_others_are_wrong(self, land):
        rows = changed("recorded_date", "2025-03-01", "soon", "later")
        _, report, _ = land(as_text(rows) + NOTHING * 30)
        assert not report.is_used

    @pytest.mark.parametrize("quoted", [False, True])
    def test_are_seen_by_every_reader(self, land, quoted):
        """A quotation mark sends the file to DuckDB, a line break within quotation marks to Python."""
        text = as_text(changed("offence_title", *(['a "b", c'] if quoted else []), "x\ny", "plain"))
        text = text if quoted else text.replace('"x\ny"', "x")
        _, report, _ = land(text + NOTHING)
        (blank,) = (problem for problem in report.problems if problem.rule == "blank_row")
        assert blank.rows == 1 and blank.first_row == report.received


class TestMonthFirst:
    def test_is_told_and_what_it_may_have_done_to_the_others(self, land):
        _, report, _ = land(as_text(changed("outcome_date", "03/28/2025", "04/05/2025", "")))
        (told,) = (
            problem
            for problem in report.problems
            if problem.column == "outcome_date" and problem.rule != "dates_in_order"
        )
        assert (told.rule, told.rows) == ("month_first", 1)
        assert "the month before the day" in told.message and "another month" in told.message

    def test_of_times_too_and_no_date_at_all_is_that(self, land):
        _, report, _ = land(as_text(changed("committed_from", "02/28/2025 10:15", "28/02/2025 10:15", "99/99/2025")))
        told = {problem.rule: problem.rows for problem in report.problems if problem.column == "committed_from"}
        assert told == {"month_first": 1, "type": 1}


def test_what_the_copy_of_a_personal_file_does_not_show_is_told(land, tmp_path):
    """Of a workbook lands a minimised copy: that formulas came without a result, and are blank, would be known to nobody."""
    place = HEADER.index("offence_title")
    rows = [[*row[:place], "=A1", *row[place + 1 :]] for row in ROWS]
    delivery, report, _ = land(save_sheet(tmp_path / NAME.replace("csv", "xlsx"), [["Crimes"], [], HEADER, *rows]))
    assert delivery.is_minimised and delivery.sheet is None
    told = " ".join(problem.message for problem in report.problems)
    assert "formulas without a result saved with it, read as blank" in told and "The header was found in row 3" in told
    lines = [summary.sentence for summary in summarise_problems(get_problems([report]), [delivery])]
    assert sum("ormula" in line for line in lines) == 2, "two notes of one kind are two"


@pytest.mark.parametrize("name", sorted(CATALOGUE.feeds.contracts))
def test_every_rule_of_every_contract_says_what_to_do(name):
    """To be told to correct it helps nobody who did not know that it was wrong."""
    contract = CATALOGUE.feeds.contracts[name]
    examples = get_examples(contract)
    period = {"month": "2025-03", "year": "2025"}.get(contract.period.kind, "2025")
    for variant in contract.variants:
        columns = tuple(column.name for column in variant.columns)
        for rule in compile_rules(variant, CATALOGUE.feeds, columns=columns, period=period):
            advice = advise(rule, variant, CATALOGUE.feeds, examples)
            assert advice != "Correct it." and "as the contract asks" not in advice, rule.name


def test_what_goes_back_says_it_in_the_senders_words(tmp_path):
    sent, back = tmp_path / NAME, tmp_path / "back.xlsx"
    sent.write_text(as_text(changed("outcome_date", "03/28/2025")) + NOTHING, encoding="utf-8")
    check_file(sent, CATALOGUE.feeds, return_excel=back)
    told = "\n".join(
        str(cell.value) for sheet in load_workbook(back) for row in sheet.iter_rows() for cell in row if cell.value
    )
    assert "Write every date of this column with the day first" in told
    assert "Delete this row: it holds nothing" in told
