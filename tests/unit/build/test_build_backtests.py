"""A back-test through the production path: a small county landed and conformed, tested, told and kept."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from partners_county import say

from safeground.cli import DONE, REFUSED, main
from safeground.engine.areas import cover_outlines, make_grid, make_outlines
from safeground.engine.assessment import Evidence
from safeground.engine.assessment.chapters.hot_spots.forecast import tell_forecast
from safeground.engine.build import backtest_places
from safeground.engine.build.editions import edition_key
from safeground.engine.build.tested import read_tested
from safeground.engine.catalogue import Catalogue, load_catalogue
from safeground.engine.documents import Audience, Block, Chapter, Document, Marking
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import open_measures
from safeground.engine.places import (
    BacktestReport,
    ForecastError,
    NextCells,
    TestWindow,
    backtests_folder,
    read_backtests,
    tell_residents,
)
from safeground.engine.places.forecasts.residents import share_out_residents
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import Workspace, WorkspaceError, init_workspace
from safeground.synthetic import make_county, write_county

MONTHS = 18


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_county(make_county(seed=5, small_areas=40, months=MONTHS, neighbour_months=1), folder)
    return folder


def land(root: Path, *paths: Path) -> tuple[Workspace, Catalogue]:
    catalogue = load_catalogue("wrenshire")
    workspace = init_workspace(root, partnership="wrenshire")
    assert not land_files(workspace, catalogue.feeds, paths).refused
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, catalogue.feeds, live, check_deliveries(workspace, catalogue.feeds, live))
    return workspace, catalogue


def street(files: Path) -> list[Path]:
    return sorted((files / "police_uk" / "wrenshire").glob("*-street.csv.gz"))


@pytest.fixture(scope="module")
def landed(files: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Catalogue]:
    root = tmp_path_factory.mktemp("county") / "workspace"
    return land(root, files / "lookups", files / "boundaries", *street(files))


@pytest.fixture(scope="module")
def report(landed: tuple[Workspace, Catalogue]) -> BacktestReport:
    return backtest_places(*landed)


def test_what_is_told_is_what_is_kept(landed: tuple[Workspace, Catalogue], report: BacktestReport) -> None:
    assert report.path is not None
    assert report.path.parent == backtests_folder(landed[0])
    kept: dict[str, Any] = json.loads(report.path.read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(report.as_data()))
    assert kept["deliveries"] == sorted(kept["deliveries"])
    assert len(kept["deliveries"]) == MONTHS
    assert all(name.startswith("police_uk_street/wrenshire/") for name in kept["deliveries"])
    assert {row["method"] for row in kept["scores"]} == {"ours", *(line.name for line in report.plan.baselines)}
    assert kept["recommendation"] == report.lines()[-1]


def test_the_same_again_is_the_same_report(landed: tuple[Workspace, Catalogue], report: BacktestReport) -> None:
    again = backtest_places(*landed)
    assert again.id == report.id
    assert again.as_data() == report.as_data()
    assert len(list(backtests_folder(landed[0]).glob("robbery-*.json"))) == 1


def test_a_few_words_say_which_method_to_use(report: BacktestReport) -> None:
    said = report.recommendation
    assert said.startswith("Use our count model" if report.scores.ours_is_better else "Use the simple method '")
    assert "interval" in said
    assert "read the intervals as being for windows like these" in " ".join(report.lines())


def test_every_event_is_counted_or_said_to_be_left_out(report: BacktestReport, files: Path) -> None:
    rows = sum(len(gzip.decompress(path.read_bytes()).splitlines()) - 1 for path in street(files))
    kept = rows - report.outside - report.without_point - report.left_out
    assert 0.8 * rows < kept + report.left_out < rows
    assert report.left_out > 0


def test_what_police_record_on_their_own_initiative_needs_a_reason(landed: tuple[Workspace, Catalogue]) -> None:
    name = "robbery_and_possession_of_weapons"
    with pytest.raises(ForecastError, match="Possession of weapons, which police record on their own initiative"):
        backtest_places(*landed, outcome=name)
    with pytest.raises(ForecastError, match="own initiative"):
        backtest_places(*landed, outcome=name, override="  ")
    with pytest.raises(ForecastError, match="leave --override out"):
        backtest_places(*landed, override="for no reason")
    with pytest.raises(ForecastError, match="there is no outcome 'burglary'; there are robbery"):
        backtest_places(*landed, outcome="burglary")


def test_a_side_result_says_so_and_recommends_nothing(landed: tuple[Workspace, Catalogue]) -> None:
    told = backtest_places(
        *landed, outcome="robbery_and_possession_of_weapons", override="to compare with an earlier study"
    )
    assert told.as_data()["recommended"] is None
    assert told.as_data()["is_side_result"]
    assert told.lines()[-1].startswith("A side result that recommends nothing")
    assert "Reason given: to compare with an earlier study" in " ".join(told.lines())


def test_the_command_tells_the_same_and_the_cells_of_the_recommended_method(
    landed: tuple[Workspace, Catalogue], report: BacktestReport, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "next.csv"
    assert main(["places", "backtest", str(landed[0].root), "--next", str(path)]) == DONE
    said = capsys.readouterr().out
    assert said.rstrip().endswith(report.recommendation)
    assert all(title in said for title in report.titles.values())
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len({row["grid_reference"] for row in rows}) == report.plan.headline.cells
    assert "Who lives in the next cells cannot be told" in said
    assert {row["months"] for row in rows} == {"2025-07 to 2025-12"}
    assert {row["method"] for row in rows} == {report.scores.recommended}


def test_who_lives_in_the_next_cells_is_told_beside_all_residents(files: Path, tmp_path: Path) -> None:
    open_files = [files / name for name in ("lookups", "boundaries", "population", "ethnicity", "imd")]
    workspace, catalogue = land(tmp_path / "peopled", *open_files, street(files)[-1])
    with open_warehouse(workspace) as warehouse:
        measures = open_measures(warehouse, catalogue)
        grid = make_grid(cell=150, kind="square")
        outlines = make_outlines(warehouse.table("boundaries").to_pyarrow(), measures.locator.base)
        cells = cover_outlines(grid, outlines, measures.areas(measures.locator.base)[:1])
        shares = share_out_residents(measures, grid.polygons(cells))
        assert 0.8 < shares[measures.areas(measures.locator.base)[0]] <= 1.0
        assert not set(shares) - set(measures.areas(measures.locator.base))
        chosen = NextCells(grid, TestWindow(0, 6), "ours", cells, np.full(len(cells), np.nan), cells[:0])
        rule = catalogue.disclosure.rule(catalogue.feeds.contracts["population"].disclosure, Audience.PARTNERSHIP)
        lines = tell_residents(measures, chosen, lambda feed: rule)
    assert lines[0].startswith("About ") and "spread evenly" in lines[0]
    told = "\n".join(lines)
    assert all(group in told for group in ("Age: ", "Ethnic group: ", "Income deprivation: "))
    assert not re.search(r"\bnan\b|None", told)


def test_a_side_result_chooses_no_places(
    landed: tuple[Workspace, Catalogue], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, name, path = str(landed[0].root), "robbery_and_possession_of_weapons", tmp_path / "next.csv"
    assert main(["places", "backtest", root, "--outcome", name]) == REFUSED
    assert "record on their own initiative" in capsys.readouterr().err
    command = ["places", "backtest", root, "--outcome", name, "--override", "to compare", "--next", str(path)]
    assert main(command) == REFUSED
    assert "a side result chooses no places" in capsys.readouterr().err
    assert not path.exists()


def test_what_is_lacking_is_said_in_a_sentence(files: Path, tmp_path: Path) -> None:
    one = land(tmp_path / "one", files / "lookups", files / "boundaries", street(files)[0])
    with pytest.raises(ForecastError, match="one month was received"):
        backtest_places(*one)
    no_outline = land(tmp_path / "no_outline", files / "lookups", street(files)[0])
    with pytest.raises(ForecastError, match="no outline"):
        backtest_places(*no_outline)
    nothing = land(tmp_path / "nothing", files / "lookups", files / "boundaries")
    with pytest.raises(ForecastError, match="no month of police_uk_street has landed"):
        backtest_places(*nothing)


def tell(landed: tuple[Workspace, Catalogue], audience: Audience = Audience.PARTNERSHIP) -> str:
    """What the chapter says of forecasts, as a build of this workspace makes it."""
    workspace, catalogue = landed
    live = get_live_deliveries(workspace)
    with open_warehouse(workspace) as warehouse:
        tested = read_tested(workspace, live, catalogue, audience)
        evidence = Evidence(open_measures(warehouse, catalogue), warehouse, catalogue, (), (), audience, 7, tested)
        blocks = tell_forecast(evidence, catalogue.outline.chapter("hot_spots").plan.notes)
    document_of(blocks, audience)  # raises where a block is not for these readers
    return say(blocks)


def document_of(blocks: Sequence[Block], audience: Audience) -> Document:
    chapter = Chapter("hot_spots", "Hot spots", "Where.", tuple(blocks))
    return Document("A", "A partnership", Marking(audience, True, "For partners."), "30 June 2025", (chapter,))


def key(landed: tuple[Workspace, Catalogue], audience: Audience) -> str:
    return edition_key(landed[0], get_live_deliveries(landed[0]), landed[1], audience)


def test_what_is_kept_is_read_back_and_quoted_as_it_was_found(
    landed: tuple[Workspace, Catalogue], report: BacktestReport
) -> None:
    kept = {each.found.id: each for each in read_backtests(landed[0])}[report.id]
    assert report.path is not None and kept.name == report.path.relative_to(landed[0].root).as_posix()
    assert kept.found.recommended == report.scores.recommended
    assert {row.method: row.scores["pei"].value for row in kept.headline} == pytest.approx(
        {name: row.scores["pei"].value for name, row in report.headline.items()}
    )
    said = tell(landed)
    assert ("To say where robbery will be recorded next, use our count model" in said) == report.scores.ours_is_better
    assert "95% interval" in said and "earlier inputs" not in said
    assert said.count("read the intervals as being for windows like these") == 1


def test_the_recommendation_is_ours_only_where_the_interval_excludes_zero(
    landed: tuple[Workspace, Catalogue], report: BacktestReport
) -> None:
    """The file with another answer, as another county would give it."""
    path = report.path
    assert path is not None
    content = path.read_text(encoding="utf-8")
    before = {audience: key(landed, audience) for audience in Audience}
    try:
        said = {}
        for shift in (-0.5, 0.0, 0.5):
            told = json.loads(content)
            for margin in told["margins"]:
                margin |= {"value": shift, "lower": shift - 0.1, "upper": shift + 0.1}
                margin |= {"cautious_lower": shift - 0.2, "cautious_upper": shift + 0.2}
            told["recommended"] = "ours" if shift > 0 else told["margins"][0]["against"]
            path.write_text(json.dumps(told), encoding="utf-8")
            said[shift] = tell(landed)
        assert "use our count model" in said[0.5] and "caught more" in said[0.5]
        assert "use the best simple method" in said[0.0] and "was not shown" in said[0.0]
        assert "use the best simple method" in said[-0.5] and "caught less" in said[-0.5]
        after = {audience: key(landed, audience) for audience in Audience}
        assert {audience for audience in Audience if before[audience] != after[audience]} == {
            Audience.PARTNERSHIP,
            Audience.POLICE,
        }
    finally:
        path.write_text(content, encoding="utf-8")
    assert {audience: key(landed, audience) for audience in Audience} == before


def test_a_back_test_of_other_deliveries_says_so_and_none_is_said_to_be_lacking(
    files: Path, landed: tuple[Workspace, Catalogue], report: BacktestReport, tmp_path: Path
) -> None:
    few = land(tmp_path / "few", files / "lookups", files / "boundaries", *street(files)[:-1])
    assert "has not been tested here yet" in tell(few)
    assert report.path is not None
    folder = backtests_folder(few[0])
    folder.mkdir(parents=True)
    (folder / report.path.name).write_bytes(report.path.read_bytes())
    assert "of earlier inputs: 1 delivery that it used is no longer in use." in tell(few)
    told = json.loads(report.path.read_text(encoding="utf-8")) | {"schema": 1}
    (folder / report.path.name).write_text(json.dumps(told), encoding="utf-8")
    assert "has not been tested here yet" in tell(few)
    (folder / report.path.name).write_text("{", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="cannot be read; restore it from a copy"):
        tell(few)
