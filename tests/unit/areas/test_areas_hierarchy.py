from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse

from safeground.engine.areas import leads_to, make_flat_hierarchy, make_hierarchy

SCHEMA = ("delivery", "from_vintage", "from_code", "from_name", "to_vintage", "to_code", "to_name", "change_code")
PAIRS = (
    ("lsoa11", "a", "lsoa21", "a", "U"),
    ("lsoa11", "old", "lsoa21", "b", "S"),
    *(("lsoa21", code, "ward24", ward, None) for code, ward in zip("abcd", ("w1", "w1", "w2", "w3"), strict=True)),
    *(("lsoa21", code, "ltla24", ltla, None) for code, ltla in zip("abcd", ("l1", "l1", "l1", "l2"), strict=True)),
    *(("lsoa21", code, "icb24", "i1", None) for code in "ab"),
    ("ltla24", "l1", "csp24", "c1", None),
    ("ltla24", "l2", "csp24", "c2", None),
    ("csp24", "c1", "pfa24", "p1", None),
    ("csp24", "c2", "pfa24", "p2", None),
)


def make_lookups(pairs=PAIRS) -> pa.Table:
    rows = [("d", low, a, a.upper(), high, b, f"Name of {b}", change) for low, a, high, b, change in pairs]
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(SCHEMA)})


@pytest.fixture
def hierarchy():
    return make_hierarchy(make_lookups())


def test_chains_of_lookups_lead_to_every_level(hierarchy):
    assert set(hierarchy.levels) == {"ward24", "ltla24", "csp24", "pfa24", "icb24"}
    assert list(hierarchy.codes) == ["a", "b", "c", "d"]
    assert list(hierarchy.parents("pfa24")) == ["p1", "p1", "p1", "p2"]
    assert list(hierarchy.parents("pfa24", ["d", "a"])) == ["p2", "p1"]
    assert hierarchy.names("csp24") == {"c1": "Name of c1", "c2": "Name of c2"}


def test_values_are_summed_to_a_level(hierarchy):
    values = np.array([[1, 10], [2, 20], [4, 40], [8, 80]])
    assert hierarchy.roll_up(values, "ward24").tolist() == [[3, 30], [4, 40], [8, 80]]
    assert hierarchy.roll_up(scipy.sparse.csr_array(values), "pfa24").toarray().tolist() == [[7, 70], [8, 80]]
    assert hierarchy.roll_up([8, 1], "ltla24", codes=["d", "a"]).tolist() == [1, 8]


def test_an_area_the_level_does_not_hold_belongs_to_none(hierarchy):
    assert list(hierarchy.parents("icb24")) == ["i1", "i1", None, None]
    assert hierarchy.roll_up([1, 2, 4, 8], "icb24").tolist() == [3]


def test_areas_inside_one_area(hierarchy):
    assert list(hierarchy.within("ltla24", "l1")) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="'l9' is not a code of ltla24"):
        hierarchy.within("ltla24", "l9")


def test_areas_that_lie_whole_in_one_of_a_level(hierarchy):
    assert hierarchy.nest("ward24", "ltla24") == {"w1": "l1", "w2": "l1", "w3": "l2"}
    assert hierarchy.nest("lsoa21", "pfa24") == {"a": "p1", "b": "p1", "c": "p1", "d": "p2"}
    assert hierarchy.nest("ward24", "icb24") == {"w1": "i1"}
    assert hierarchy.nest("ltla24", "icb24") == {}, "a part of l1 lies in no i"
    assert hierarchy.nest("pfa24", "ward24") == {"p2": "w3"}


def test_an_unknown_level_lists_those_there_are(hierarchy):
    with pytest.raises(ValueError, match="no lookup leads from lsoa21 to region; there are csp24"):
        hierarchy.roll_up([1, 2, 4, 8], "region")


def test_a_code_of_an_older_vintage_is_refused(hierarchy):
    with pytest.raises(ValueError, match="'old' is not a code of lsoa21"):
        hierarchy.parents("ward24", ["a", "old"])


def test_values_that_do_not_line_up_are_refused(hierarchy):
    with pytest.raises(ValueError, match="1 rows of values for 4 areas"):
        hierarchy.roll_up([1], "ward24")


def test_an_area_led_to_two_areas_of_a_level_is_in_neither_but_keeps_what_both_lie_in():
    hierarchy = make_hierarchy(
        make_lookups((*PAIRS, ("ltla24", "l1", "csp24", "c9", None), ("csp24", "c9", "pfa24", "p1", None)))
    )
    assert list(hierarchy.parents("csp24")) == [None, None, None, "c2"]
    assert hierarchy.level("csp24").divided == ("a", "b", "c")
    assert list(hierarchy.parents("pfa24")) == ["p1", "p1", "p1", "p2"]
    assert hierarchy.level("pfa24").divided == ()


def test_nothing_leads_up_without_a_lookup():
    with pytest.raises(ValueError, match="no lookup leads up from lsoa21"):
        make_hierarchy(make_lookups(PAIRS[:2]))


@pytest.mark.parametrize(("pairs", "leads"), [(PAIRS, True), (PAIRS[:-4], False), (PAIRS[:2], False), ((), False)])
def test_whether_lookups_lead_to_a_level_is_known_before_they_are_followed(pairs, leads):
    """Cut before the districts' partnerships, or with changes of vintage alone, no way goes up to the forces."""
    assert leads_to(make_lookups(pairs), "pfa24") is leads


def test_forces_of_which_nothing_is_known_but_their_names_hold_no_area():
    flat = make_flat_hierarchy("pfa24", {"p2": "Second", "p1": "First"})
    assert flat.names("pfa24") == {"p1": "First", "p2": "Second"}
    assert list(flat.codes) == [] and list(flat.within("pfa24", "p1")) == []
    assert flat.roll_up(np.zeros((0, 3)), "pfa24").tolist() == [[0, 0, 0], [0, 0, 0]]
