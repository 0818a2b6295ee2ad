"""No leak, proved: withheld numbers that nobody meets by chance are looked for in every file of an edition, unpacked.

And what its published cells say together gives none of them back. Each proof is shown to fail once protection is broken.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pytest
from unpacking import find_numbers

from safeground.engine.assessment import register as registers
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.register import Register
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.disclosure import (
    CellKey,
    DisclosureRule,
    Leak,
    Release,
    Series,
    Status,
    find_exposures,
    is_small,
)
from safeground.engine.documents import (
    Audience,
    Chapter,
    ColumnChart,
    Document,
    Figure,
    Finding,
    IntervalChart,
    Marking,
    Point,
    format_estimate,
)
from safeground.engine.publish import Brand, publish_edition, read_releases

RAISED = DisclosureRule("raised", "a raised threshold", 999_999, 1, "Tests", "Tests")
KINDS, DISTRICTS = [f"Kind {letter}" for letter in "ABCDE"], [f"District {letter}" for letter in "PQRSTU"]
YEAR = tuple(f"2024-{month:02d}" for month in range(1, 13))
BRAND = Brand(name="A partnership", colour="#1d70b8", contact="", licence="Open Government Licence v3.0")


def key(part: str = "", area: str = "all") -> CellKey:
    return CellKey(Series("recorded_crime/violence", area, part), YEAR)


def draw_counts() -> np.ndarray:
    """Kinds by districts: numbers of seven digits, but for six sentinels of six."""
    rng = np.random.default_rng(20250630)
    counts = rng.integers(1_000_000, 9_000_000, (len(KINDS), len(DISTRICTS)))
    places = rng.choice(counts.size, 6, replace=False)
    counts.flat[places] = rng.choice(np.arange(100_003, 999_999), 6, replace=False)
    return counts


def protect_all(counts: np.ndarray) -> tuple[list[list], Register]:
    """The table with its margins, as a chapter protects it."""
    register = Register(RAISED)
    places = np.arange(counts.size).reshape(counts.shape)
    wholes = [*counts.sum(axis=1), *counts.sum(axis=0)]
    names = [*(key(f"kind={kind}") for kind in KINDS), *(key(area=district) for district in DISTRICTS)]
    totals = protect_cells([float(each) for each in wholes], [], RAISED, keys=names, register=register)
    cells = protect_cells(
        counts.ravel().astype(float).tolist(),
        [*places.tolist(), *places.T.tolist()],
        RAISED,
        keys=[key(f"kind={kind}", district) for kind in KINDS for district in DISTRICTS],
        totals=names,
        register=register,
    )
    width = len(DISTRICTS)
    rows = [[*cells[at * width : (at + 1) * width], totals[at]] for at in range(len(KINDS))]
    return [*rows, [*totals[len(KINDS) :], None]], register


def write_document(counts: np.ndarray, *, slip: str = "") -> tuple[Document, tuple[Release, ...]]:
    """An assessment of one chapter with a table, charts and a finding for every cell. `slip`: what somebody lets fall into a text."""
    rows, register = protect_all(counts)
    table = make_table(
        id="kinds",
        caption="Violence by kind and district",
        columns=[("kind", "Kind"), *((name.lower().replace(" ", "_"), name) for name in DISTRICTS), ("all", "All")],
        rows=[(kind, *row) for kind, row in zip(KINDS, rows, strict=False)],
        source="A force",
    )
    blocks: list = [table]
    for at, (kind, row) in enumerate(zip(KINDS, rows, strict=False)):
        points = tuple(Point(name, cell) for name, cell in zip(DISTRICTS, row, strict=False))
        chart = ColumnChart(points, "offences", "District") if at % 2 else IntervalChart(points, "offences")
        own = make_table(
            id=f"kind_{at}", caption=kind, columns=[("district", "District"), ("count", "Offences")], source="A force",
            rows=list(zip(DISTRICTS, row, strict=False)),
        )  # fmt: skip
        blocks.append(
            Figure(
                f"figure_{at}", f"{kind} by district", "Offences", f"A column a district.{slip}", chart, own, "A force"
            )
        )
        blocks += [
            Finding(
                id=f"level.{at}.{place}", sentence=f"{kind}, {name}: {format_estimate(cell)}.", estimate=cell, measure="Violence",
                period="2024", area_code="E07000066", area_name=name, area_vintage="districts of 2024", definition="violence, version 1",
                sources=("A force",),
            )
            for place, (name, cell) in enumerate(zip(DISTRICTS, row, strict=False))
        ]  # fmt: skip
    document = Document(
        title="An assessment", partnership="A partnership", marking=Marking(Audience.PARTNERSHIP, True, "For partners."),
        as_at="31 December 2024", chapters=(Chapter("level", "Level", "How much", tuple(blocks)),),
    )  # fmt: skip
    return document, (register.release("partnership/edition"),)


def publish(counts: np.ndarray, into: Path, **slips: str) -> Path:
    document, releases = write_document(counts, **slips)
    publish_edition(
        document, into=into, brand=BRAND, manifest={"code_version": "test"}, releases=releases,
        built_at=datetime.datetime(2025, 7, 1, tzinfo=datetime.UTC),
    )  # fmt: skip
    return into


def withheld_counts(counts: np.ndarray) -> set[int]:
    rows, _ = protect_all(counts)
    return {
        int(n)
        for row, line in zip(rows, counts, strict=False)
        for cell, n in zip(row, line, strict=False)
        if cell.value is None
    }


@pytest.fixture(scope="module")
def edition(tmp_path_factory) -> Path:
    return publish(draw_counts(), tmp_path_factory.mktemp("sentinels") / "edition")


def test_no_withheld_number_stands_in_any_file(edition):
    counts = draw_counts()
    hidden = withheld_counts(counts)
    assert len(hidden) > 6, "the sentinels, and what goes with them"
    assert {int(n) for n in counts[is_small(counts, RAISED)]} <= hidden
    assert find_numbers(edition, hidden) == {}
    told = {int(n) for n in counts.ravel()} - hidden
    places = find_numbers(edition, told)
    assert set(places) == told, "the search finds what is told, so that it would find what is not"
    kinds = {name.partition("!")[0].rpartition(".")[2] for names in places.values() for name in names}
    assert kinds >= {"csv", "html", "json", "xlsx", "docx", "pdf"}


def test_a_number_that_slips_into_a_text_is_found(tmp_path):
    counts = draw_counts()
    slipped = int(counts[is_small(counts, RAISED)][0])
    found = find_numbers(publish(counts, tmp_path / "edition", slip=f" One has {slipped:,}."), withheld_counts(counts))
    assert set(found) == {slipped}
    assert {name.partition("!")[0].rpartition(".")[2] for name in found[slipped]} >= {"html", "pdf", "docx"}


def test_no_sum_or_difference_of_published_cells_gives_one_back(edition):
    audience, releases = read_releases(edition)
    assert audience == "partnership" and sum(cell.value is None for cell in releases[0].cells) > 6
    assert find_exposures(releases) == ()


def test_without_what_goes_with_them_the_sentinels_are_worked_out(tmp_path, monkeypatch):
    """The same edition with its complementary suppression taken out: the audit must say so, and give the very numbers."""
    whole = registers.suppress

    def only_small(table, rule, **options):
        found = whole(table, rule, **options)
        object.__setattr__(found, "for_others", np.zeros_like(found.for_others))
        return found

    monkeypatch.setattr(registers, "suppress", only_small)
    counts = draw_counts()
    _, releases = read_releases(publish(counts, tmp_path / "edition"))
    found = {round(each.known.upper) for each in find_exposures(releases) if each.leak is Leak.EXACT}
    sentinels = {int(n) for n in counts[is_small(counts, RAISED)]}
    assert found & sentinels and found <= sentinels


def test_the_register_of_an_edition_holds_nothing_that_readers_do_not_have(edition):
    text = (edition / "release.json").read_text(encoding="utf-8")
    hidden = withheld_counts(draw_counts())
    assert not [n for n in hidden if str(n) in text]
    assert json.loads(text)["releases"][0]["rule"]["threshold"] == RAISED.threshold


def test_a_count_told_in_an_earlier_chapter_is_told_alike_and_withholds_what_would_give_another_away():
    rule = DisclosureRule("police", "police", 4, 1, "o", "s")
    register, whole = Register(rule), key()
    protect_cells([100.0], [], rule, keys=[whole], register=register)
    first = [key(f"age={name}") for name in ("young", "middle", "old")]
    told = protect_cells([3.0, 37.0, 60.0], [range(3)], rule, keys=first, totals=[whole], register=register)
    assert [cell.value for cell in told] == [None, None, 60]
    # Another chapter groups the same people: 'middle or old' is 97, and 100 less 97 are 3.
    other = [key("age=young"), key("age=middle or old")]
    again = protect_cells([3.0, 97.0], [range(2)], rule, keys=other, totals=[whole], register=register)
    assert [cell.value for cell in again] == [None, None]
    longer = CellKey(whole.series, (*YEAR, "2025-01"))
    (later,) = protect_cells([102.0], [], rule, keys=[longer], register=register)
    assert later.value is None, "two more months' worth would be told by subtraction"
    assert [each for each in find_exposures([register.release("all")]) if each.status is Status.FAIL] == []
