"""What an earlier edition lends: only files that a full rendering would make again, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sample_document import make_document

from safeground.engine.documents import Document, Paragraph
from safeground.engine.publish import Brand, pages, publish_edition
from safeground.engine.publish.reuse import Reuse, fingerprint_of

BRAND = Brand("P")
NOW = datetime(2025, 1, 1, tzinfo=UTC)


def publish(document: Document, into: Path, *, earlier: Path | None = None, code: str = "1"):
    return publish_edition(
        document, into=into, brand=BRAND, manifest={"code_version": code}, built_at=NOW, earlier=earlier
    )


def reword(document: Document) -> Document:
    """Other words on the last page alone."""
    *others, last = document.chapters
    return replace(document, chapters=(*others, replace(last, blocks=(*last.blocks, Paragraph("One more thing.")))))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture(scope="module")
def earlier(tmp_path_factory) -> Path:
    return publish(make_document(), tmp_path_factory.mktemp("earlier") / "edition").path


@pytest.fixture
def rendered(monkeypatch) -> list[str]:
    """The names of the files that are rendered and not copied."""
    found: list[str] = []
    real = Reuse._find_or_render

    def note(self, name, inputs, render):
        def render_and_note():
            found.append(name)
            return render()

        return real(self, name, inputs, render_and_note)

    monkeypatch.setattr(Reuse, "_find_or_render", note)
    return found


def test_with_an_earlier_edition_the_files_are_those_of_a_full_rendering(earlier, tmp_path, rendered):
    document = reword(make_document())
    lent = publish(document, tmp_path / "lent", earlier=earlier)
    changed = f"{document.chapters[-1].id}.html"
    downloads = {"assessment.pdf", "assessment.docx", "tables.xlsx"}
    # The first page says how large the downloads are, which the change may have altered.
    assert set(rendered) - {"index.html"} == {changed, *downloads}
    rendered.clear()
    full = publish(document, tmp_path / "full")
    assert len(rendered) > len(contents(earlier)) / 4
    assert contents(lent.path) == contents(full.path)


def test_the_same_document_is_not_rendered_at_all(earlier, tmp_path, rendered, monkeypatch):
    monkeypatch.setattr(pages, "_draw_svg", None)
    again = publish(make_document(), tmp_path / "again", earlier=earlier)
    assert rendered == []
    assert contents(again.path) == contents(earlier)


def test_other_code_lends_nothing(earlier, tmp_path, rendered):
    publish(make_document(), tmp_path / "other", earlier=earlier, code="2")
    assert {"index.html", "assessment.pdf"} <= set(rendered)


def test_a_file_that_was_altered_is_rendered_anew(tmp_path, rendered):
    first = publish(make_document(), tmp_path / "first").path
    whole = contents(first)
    (first / "index.html").write_bytes(b"altered")
    rendered.clear()
    second = publish(make_document(), tmp_path / "second", earlier=first).path
    assert rendered == ["index.html"]
    assert contents(second) == whole


@pytest.mark.parametrize("text", [None, "{}", "not JSON", '{"rendered_from": {"index.html": "x"}}'])
def test_an_earlier_edition_that_cannot_be_read_lends_nothing(tmp_path, text):
    folder = tmp_path / "broken"
    folder.mkdir()
    if text is not None:
        (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert Reuse("1", folder).take("index.html", ("a",), lambda: "text") == b"text"


def test_fingerprints_tell_apart_what_is_not_the_same():
    inputs = [
        ("ab", "c"),
        ("a", "bc"),
        ["a", "bc", ""],
        ("abc",),
        (1,),
        (1.0,),
        ("1",),
        (None,),
        (True,),
        {"a": 1},
        (("a", 1),),
    ]
    assert len({fingerprint_of(each) for each in inputs}) == len(inputs)
    with pytest.raises(TypeError, match="no fingerprint of a function"):
        fingerprint_of(print_nothing)


def print_nothing() -> None: ...


def test_a_fingerprint_is_the_same_in_every_process():
    """Sets of texts come in another order in each process: an order that no two builds share would lend nothing."""
    script = "from safeground.engine.publish.reuse import fingerprint_of; print(fingerprint_of(frozenset('abcdefgh')))"
    runs = {
        subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
                       capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1
