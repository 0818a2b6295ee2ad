"""Areas beside those like them: groups of our force and its neighbours, words no wider than the limits, nothing ranked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from partners_county import OPEN, PartnersCounty, find_table, land_county, say

from safeground.engine.assessment.chapters.areas_like_this.peers import GROUP_SIZE, Peers, find_peers
from safeground.engine.disclosure import Protected
from safeground.engine.documents import Audience, Chapter, Direction, Finding

DISTRICT = "ltla24"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartnersCounty]:
    with land_county(
        tmp_path_factory.mktemp("like"), [], months=6, small_areas=600, open_files=(*OPEN, "imd")
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
