"""Text, Word and PDF files are read as what they say, and what cannot be read is refused in a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import docx
import jsonschema
import pypdf
import pytest

from safeground.cli import main
from safeground.engine.strategy import RULES, DocumentUnreadable, lint_file

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = Path(__file__).parent / "documents"
SCHEMA = ROOT / "safeground" / "definitions" / "national" / "schemas" / "strategy_lint.schema.json"


def make_word(path: Path, text: str) -> Path:
    """A Word document of a text: lines with tabs become the rows of tables."""
    document = docx.Document()
    rows: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        if "\t" in line:
            rows.append(line.split("\t"))
            continue
        if rows:
            table = document.add_table(len(rows), len(rows[0]))
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, said in zip(row.cells, cells, strict=True):
                    cell.text = said
            rows = []
        if line.strip():
            document.add_paragraph(line)
    document.save(str(path))
    return path


def make_pdf(path: Path, lines: list[str]) -> Path:
    """A PDF of one page in the plainest form that a reader takes."""
    said = "".join(f"({line.replace('(', '[').replace(')', ']')}) Tj T*\n" for line in lines)
    stream = f"BT /F1 10 Tf 12 TL 40 800 Td\n{said}ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> "
            b">> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(content),
    )
    path.write_bytes(content + end)
    return path


@pytest.mark.parametrize("name", ["sound.txt", "planted.txt"])
def test_a_word_document_has_the_findings_of_its_text(tmp_path: Path, name: str) -> None:
    text = DOCUMENTS / name
    word = make_word(tmp_path / "strategy.docx", text.read_text(encoding="utf-8"))
    assert {finding.rule for finding in lint_file(word).findings} == {
        finding.rule for finding in lint_file(text).findings
    }


def test_a_pdf_is_read_by_its_lines(tmp_path: Path) -> None:
    said = [
        "Strategy, March 2025",
        "Our goal is to reduce homicides outside the home by a third by March 2030, from a baseline of",
        "30 in the three years to March 2024.",
        "In 2023 we had 120 robberies, and 30 of 120 robbers were under 18, which is 35%.",
    ]
    findings = lint_file(make_pdf(tmp_path / "strategy.pdf", said)).findings
    assert [finding.rule for finding in findings] == ["share-does-not-follow"]
    assert findings[0].places[0].document == "strategy.pdf"


def locked_pdf(path: Path) -> Path:
    writer = pypdf.PdfWriter(make_pdf(path, ["Strategy"]))
    writer.encrypt("secret")
    writer.write(path)
    return path


def scanned_pdf(path: Path) -> Path:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(path)
    return path


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path


def swollen(path: Path) -> Path:
    """A Word file that says it unpacks to a gigabyte."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"x")
    bare = content.getvalue()
    path.write_bytes(
        bare.replace(
            (1).to_bytes(4, "little") + (17).to_bytes(2, "little"),
            (10**9).to_bytes(4, "little") + (17).to_bytes(2, "little"),
        )
    )
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (locked_pdf, "locked.pdf", "password"),
        (scanned_pdf, "scanned.pdf", "text recognition"),
        (lambda path: written(path, b"%PDF-1.4 and then nothing"), "broken.pdf", "damaged or is not a PDF"),
        (lambda path: written(path, b"not a zip"), "broken.docx", "damaged"),
        (lambda path: written(path, b"PK\x03\x04" + b"\0" * 40), "cut.docx", "damaged"),
        (lambda path: written(path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "old.docx", "password or is an old .doc"),
        (lambda path: zipped(path, "xl/workbook.xml"), "book.docx", "not a Word document"),
        (lambda path: zipped(path, "word/document.xml"), "empty.docx", "not a Word document"),
        (swollen, "swollen.docx", "would unpack to 1,000 MB"),
        (lambda path: written(path, b"\x89PNG\r\n\0\0\0\0"), "picture.txt", "not text"),
        (lambda path: written(path, b" \n\n"), "blank.txt", "no text"),
        (lambda path: written(path, b"a b c. " * 800_000), "long.txt", "more than 5,000,000 characters"),
        (lambda path: written(path, b"x"), "strategy.odt", "save it as a Word document"),
        (lambda path: path, "nowhere.txt", "There is no file"),
        (lambda path: path, "nowhere.yaml", "There is no file"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, make: object, name: str, said: str) -> None:
    path = make(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(DocumentUnreadable, match=said) as refused:
        lint_file(path)
    assert name in str(refused.value) and "\n" not in str(refused.value)


def test_the_command_fails_for_what_changes_a_number_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strategy", "lint", str(DOCUMENTS / "planted.txt")]) == 1
    assert "[share-does-not-follow]" in capsys.readouterr().out
    slight = tmp_path / "slight.txt"
    slight.write_text("Research shows that mentoring works.\n", encoding="utf-8")
    assert main(["strategy", "lint", str(slight), str(DOCUMENTS / "sound.yaml")]) == 0
    assert "sound.yaml: no defects found." in capsys.readouterr().out
    assert main(["strategy", "lint"]) == 2
    assert main(["strategy", "lint", str(tmp_path / "none.pdf")]) == 1
    assert "There is no file" in capsys.readouterr().err


def test_json_is_of_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strategy", "lint", str(DOCUMENTS / "planted.txt"), str(DOCUMENTS / "sound.yaml"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(told)
    assert [len(report["findings"]) == sum(report["counts"].values()) for report in told] == [True, True]
    assert told[0]["findings"] and not told[1]["findings"]


def test_the_reference_page_lists_the_rules() -> None:
    page = (ROOT / "docs" / "reference" / "strategy-lint.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{rule.id}` | {rule.severity} | {rule.explanation} |" for rule in RULES]
