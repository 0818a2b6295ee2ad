"""Areas beside those like them: groups of our force and its neighbours, words no wider than the limits, nothing ranked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from partners_county import OPEN, PartnersCounty, find_table, land_county, say

from safeground.engine.assessment.chapters.areas_like_this.peers import (
    GROUP_SIZE,
    Peers,
    choose_description,
    describe_by,
    find_other_choices,
    find_peers,
)
from safeground.engine.disclosure import Protected
from safeground.engine.documents import Audience, Chapter, Direction, Finding
from safeground.engine.measures import read_characteristics

DISTRICT = "ltla24"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartnersCounty]:
    with land_county(
        tmp_path_factory.mktemp("like"), [], months=6, small_areas=600, open_files=(*OPEN, "imd", "boundaries")
    ) as landed:
        yield landed


@pytest.fixture(scope="module")
def chapter(county: PartnersCounty) -> Chapter:
    return county.chapter("areas_like_this")


@pytest.fixture(scope="module")
def peers(county: PartnersCounty) -> Peers:
    evidence = county.evidence(Audience.PARTNERSHIP)
    compared = county.measures.compare_with_neighbours("violence_rate")
    assert compared is not None
    found = find_peers(evidence, DISTRICT, compared.period)
    assert found is not None
    return found


def test_groups_are_chosen_among_neighbours_too_and_never_hold_their_own_district(peers: Peers) -> None:
    assert len(peers.names) > len(peers.ours)
    for row in peers.ours:
        group = peers.similar.members[row].tolist()
        assert len(set(group)) == GROUP_SIZE[DISTRICT]
        assert row not in group
    chosen_from = {peers.partners[member] for row in peers.ours for member in peers.similar.members[row]}
    assert len(chosen_from) > 1


def test_the_interval_holds_one_exactly_where_the_district_lies_within_the_limits(chapter: Chapter) -> None:
    rows = find_table(chapter, "violence_beside_like_districts").rows
    assert [row[0] for row in rows] == sorted(str(row[0]) for row in rows)  # by name: no league
    for row in rows:
        ratio, position = row[3], str(row[4])
        assert isinstance(ratio, Protected)
        assert ratio.lower is not None
        assert ratio.upper is not None
        assert (ratio.lower <= 1 <= ratio.upper) == (position == "inside")


def test_a_district_is_called_higher_only_where_it_stands_out_however_described(chapter: Chapter, peers: Peers) -> None:
    row_of = {peers.measurement.areas[row]: row for row in peers.ours}
    outside = [row for row in peers.ours if peers.side(row) in ("above", "below")]
    findings = [block for block in chapter.blocks if isinstance(block, Finding)]
    assert len(findings) == len(outside)
    for finding in findings:
        stands = peers.stands(row_of[finding.area_code])
        assert (finding.direction in (Direction.HIGHER, Direction.LOWER)) == stands
        assert ("cannot tell" in finding.sentence) == (not stands)


def test_how_groups_are_chosen_and_how_far_they_change_is_said(chapter: Chapter) -> None:
    said = say(chapter.blocks)
    assert "Nothing that the police record is among them" in said
    assert "Described otherwise, a group keeps" in said
    assert "nothing to rank by" in said


def test_density_describes_areas_where_every_neighbours_outlines_have_landed_and_connectivity_elsewhere() -> None:
    rng = np.random.default_rng(3)
    known = {name: rng.normal(size=40) for name in ("income", "connectivity", "density", "aged_16_24", "aged_65")}
    built, values = choose_description(known, DISTRICT)
    assert built == "density" and values is not None and (values[:, 1] == known["density"]).all()
    own_only = {**known, "density": np.where(np.arange(40) < 14, known["density"], np.nan)}
    built, values = choose_description(own_only, DISTRICT)
    assert built == "connectivity" and values is not None and (values[:, 1] == known["connectivity"]).all()
    assert choose_description({"income": known["income"]}, DISTRICT)[1] is None


def test_every_other_way_leaves_out_or_replaces_one_thing() -> None:
    assert "connectivity instead of density" in find_other_choices("density")
    assert not any("density" in name for name in find_other_choices("connectivity"))
    for built in ("density", "connectivity"):
        for characteristics in find_other_choices(built).values():
            assert characteristics != describe_by(built)


def test_density_is_of_the_outlines_that_landed(county: PartnersCounty, peers: Peers) -> None:
    """The county's own areas have outlines and its neighbours' have none, so that connectivity stands in."""
    assert peers.described_by == describe_by("connectivity")
    areas = peers.measurement.areas
    found = read_characteristics(county.measures, ["density"], level=DISTRICT, areas=areas)[:, 0]
    assert [row for row in range(len(areas)) if not np.isnan(found[row])] == list(peers.ours)
    assert 2 < np.nanmin(found) < np.nanmax(found) < 11  # from 10 to 60,000 people a square kilometre
