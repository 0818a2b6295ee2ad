"""Residents by ethnic group as they are read: no group of those to whom it does not apply, and no zero where a row is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from safeground.engine.catalogue import load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import open_measures, read_ethnic_groups
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_county


def test_groups_are_read_as_stated_and_a_missing_row_is_not_none(tmp_path: Path) -> None:
    write_county(make_county(seed=11, small_areas=60, months=1), tmp_path / "open")
    files = sorted((tmp_path / "open" / "lookups").iterdir())
    sent = next((tmp_path / "open" / "ethnicity").iterdir())
    lines = sent.read_text(encoding="utf-8").splitlines()
    code, total = lines[1].split(",")[:2]
    second = lines[6].split(",")[0]
    kept = [line for line in lines if not line.startswith(f"{second},") or '"White"' not in line]
    sent.write_text("\n".join([*kept, f'{code},{total},"Does not apply",0,0', ""]), encoding="utf-8")
    catalogue = load_catalogue("wrenshire")
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")
    assert land_files(workspace, catalogue.feeds, [*files, sent]).refused == ()
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, catalogue.feeds, live, check_deliveries(workspace, catalogue.feeds, live))
    with open_warehouse(workspace) as warehouse:
        measures = open_measures(warehouse, catalogue)
        found = read_ethnic_groups(measures)
        codes = list(measures.locator.hierarchy.codes)
    assert found.people.shape == (len(codes), 5) and "Does not apply" not in found.groups
    assert found.people[codes.index(code.strip('"'))].sum() == int(total)
    is_missing = np.isnan(found.people[codes.index(second.strip('"'))])
    assert is_missing.tolist() == [name == "White" for name in found.groups]
