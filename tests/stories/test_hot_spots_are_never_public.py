"""Hot spots: found from what has landed, told to the police with a page each, and in no file of the public's."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest

from safeground.engine.build import open_with_catalogue, publish_hot_spots
from safeground.engine.documents import Audience
from safeground.engine.places import HotSpotPlan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(run_safeground, demo, tmp_path_factory) -> SimpleNamespace:
    """The demo's workspace and the pack for the police."""
    weights = tmp_path_factory.mktemp("hot-spots") / "weights.csv"
    weights.write_text("crime_type,code,weight\nRobbery,34A,800\nRobbery,34B,800\n", encoding="utf-8")
    pack = run_safeground.succeed(
        "places", "hot-spots", demo.root, "--measure", "robbery_rate", "--count", 8, "--weights", weights, "--json"
    ).data
    return SimpleNamespace(
        root=demo.root,
        weights=weights,
        pack=pack,
        folder=Path(pack["path"]),
        public=demo.edition("public"),
        partnership=demo.edition("partnership"),
    )


def read_everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a folder as text; archives unpacked, PDF read."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        if path.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                text = " ".join(
                    re.sub(r"<[^>]+>", " ", archive.read(name).decode("utf-8", "replace"))
                    for name in archive.namelist()
                )
        elif path.suffix == ".pdf":
            text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        else:
            text = content.decode("utf-8", "replace")
        yield str(path.relative_to(folder)), text


def read_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "tables" / "hot_spots_for_maps.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def find_giveaways(folder: Path, rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Files that hold a hot spot's reference, coordinate or name."""
    told = {row[key] for row in rows for key in ("grid_reference", "easting", "northing")}
    told |= {row["grid_reference"].replace(" ", "") for row in rows} | {row["name"].split(". ", 1)[1] for row in rows}
    pattern = re.compile(
        "|".join(rf"(?<![\w.]){re.escape(each)}(?![\w.])" for each in sorted(told, key=len, reverse=True))
    )
    return [(name, found[0]) for name, text in read_everything(folder) if (found := pattern.search(text))]


def test_a_lead_gets_a_page_for_each_place_and_files_for_maps(built):
    assert len(built.pack["spots"]) == 8 and built.pack["audience"] == "police"
    pages = sorted(path.name for path in built.folder.glob("spot_*.html"))
    assert pages == [f"spot_{number:02d}.html" for number in range(1, 9)]
    for name in ("hot_spots_for_maps.gpkg", "hot_spots_for_maps.geojson", "assessment.pdf"):
        assert (built.folder / name).stat().st_size > 1_000
    page = (built.folder / "spot_01.html").read_text(encoding="utf-8")
    assert "For the police only" in page and built.pack["spots"][0]["grid_reference"] in page
    assert "Whole hot spot pack to comment on (Word)" in (built.folder / "index.html").read_text(encoding="utf-8")
    assert [row["name"] for row in read_rows(built.folder)] == [spot["name"] for spot in built.pack["spots"]]
    assert all(float(row["harm"]) == pytest.approx(800 * float(row["events"])) for row in read_rows(built.folder))


def test_no_file_of_the_public_edition_holds_a_hot_spot(built):
    rows = read_rows(built.folder)
    assert find_giveaways(built.public, rows) == []
    names = {path.suffix for path in built.public.rglob("*")}
    assert not names & {".gpkg", ".geojson"}
    page = (built.public / "hot_spots.html").read_text(encoding="utf-8")
    assert "<figure" not in page and "<table" not in page and "Chance alone would have put" in page


def test_the_search_would_find_them(built):
    """The proof above can fail: the same search finds them in the pack, in each of its formats, and in what partners get."""
    found = {name.rsplit(".", 1)[1] for name, _ in find_giveaways(built.folder, read_rows(built.folder))}
    assert {"html", "csv", "docx", "xlsx", "pdf", "geojson"} <= found
    assert find_giveaways(built.partnership, _listed(built.partnership))


def _listed(folder: Path) -> list[dict[str, str]]:
    with (folder / "tables" / "hot_spots_listed.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{**row, "easting": "no", "northing": "no", "name": row["name"]} for row in csv.DictReader(file)]


def test_the_same_again_changes_nothing(built):
    workspace, catalogue = open_with_catalogue(built.root)
    plan = HotSpotPlan(count=8)
    first, again = (
        publish_hot_spots(workspace, catalogue, plan, measure="robbery_rate", weights=built.weights) for _ in range(2)
    )
    assert again.path == first.path and not again.is_new
    assert again.as_data()["spots"] == built.pack["spots"]


def test_what_is_wrong_gets_a_sentence(built, run_safeground):
    refused = run_safeground("places", "hot-spots", built.root, "--cell", 3)
    assert refused.code == 1 and "25 to 5,000 metres" in refused.err and "Traceback" not in refused.err
    workspace, catalogue = open_with_catalogue(built.root)
    for settings, says in (
        ({"measure": "nothing"}, "there is no measure or definition"),
        ({"weights": built.root / "workspace.yaml"}, "no column for an offence"),
        ({"audience": Audience.PUBLIC}, "never told to the public"),
    ):
        with pytest.raises(ValueError, match=says):
            publish_hot_spots(workspace, catalogue, HotSpotPlan(), **settings)
