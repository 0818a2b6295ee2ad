from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse

from safeground.engine.areas import Method, find_vintages, get_pairs, make_crosswalk

SCHEMA = ("delivery", "from_vintage", "from_code", "from_name", "to_vintage", "to_code", "to_name", "change_code")


def make_lookup(*pairs: tuple[str, str, str]) -> pa.Table:
    rows = [("d", "lsoa11", a, f"Old {a}", "lsoa21", b, f"New {b}", change) for a, b, change in pairs]
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(SCHEMA)})


LOOKUP = make_lookup(
    ("A", "A", "U"), ("B1", "B", "M"), ("B2", "B", "M"), ("C", "C1", "S"), ("C", "C2", "S"), ("X", "Y", "X"), ("Z", "Y", "X")
)  # fmt: skip


def make_simple(populations=None):
    return make_crosswalk(get_pairs(LOOKUP, "lsoa11", "lsoa21"), populations)


def test_each_kind_of_change_is_carried_by_its_method():
    crosswalk = make_simple({"A": 10, "B": 20, "C1": 300, "C2": 100, "Y": 5})
    assert list(crosswalk.sources) == ["A", "B1", "B2", "C", "X", "Z"]
    assert dict(zip(crosswalk.targets, crosswalk.convert([1, 2, 4, 8, 16, 32]), strict=True)) == {
        "A": 1, "B": 6, "C1": 6, "C2": 2, "Y": 48,
    }  # fmt: skip
    assert dict(zip(crosswalk.targets, crosswalk.methods, strict=True)) == {
        "A": Method.EXACT,
        "B": Method.MERGED,
        "C1": Method.ESTIMATED,
        "C2": Method.ESTIMATED,
        "Y": Method.IRREGULAR,
    }
    assert list(crosswalk.targets[crosswalk.is_estimated]) == ["C1", "C2", "Y"]
    assert not crosswalk.has_equal_shares.any()


@pytest.mark.parametrize("populations", [None, {}, {"C1": 300}, {"C1": 0, "C2": 0}, {"C1": float("nan"), "C2": 100}])
def test_a_split_without_its_populations_is_shared_equally_and_says_so(populations):
    crosswalk = make_simple(populations)
    values = dict(zip(crosswalk.targets, crosswalk.convert([0, 0, 0, 8, 0, 0]), strict=True))
    assert (values["C1"], values["C2"]) == (4, 4)
    assert list(crosswalk.targets[crosswalk.has_equal_shares]) == ["C1", "C2"]


def test_values_come_with_their_codes_and_may_be_a_sparse_matrix_of_months():
    crosswalk = make_simple({"C1": 3, "C2": 1})
    values = scipy.sparse.csr_array(np.array([[8, 0], [0, 5]]))
    converted = crosswalk.convert(values, codes=["C", "B2"])
    rows = dict(zip(crosswalk.targets, converted.toarray().tolist(), strict=True))
    assert rows == {"A": [0, 0], "B": [0, 5], "C1": [6, 0], "C2": [2, 0], "Y": [0, 0]}


def test_a_code_that_is_not_of_the_vintage_is_refused_by_name():
    with pytest.raises(ValueError, match=r"'C1' is not a code of lsoa11 \(nor are 1 others\)"):
        make_simple().convert([1, 1, 1], codes=["A", "C1", "nowhere"])


def test_values_that_do_not_line_up_are_refused():
    with pytest.raises(ValueError, match="2 rows of values for 6 areas"):
        make_simple().convert([1, 1])


def test_a_change_we_do_not_know_is_refused():
    with pytest.raises(ValueError, match="change code 'Q'"):
        make_crosswalk(get_pairs(make_lookup(("A", "A", "Q")), "lsoa11", "lsoa21"))


def test_a_missing_lookup_is_named():
    with pytest.raises(ValueError, match="no lookup from lsoa01 to lsoa11 has landed"):
        make_crosswalk(get_pairs(LOOKUP, "lsoa01", "lsoa11"))


def test_a_pair_stated_by_two_deliveries_is_one_pair():
    twice = pa.concat_tables([LOOKUP, LOOKUP])
    assert len(get_pairs(twice, "lsoa11", "lsoa21")) == len(get_pairs(LOOKUP, "lsoa11", "lsoa21")) == 7


def test_a_code_tells_its_vintage():
    pairs = get_pairs(LOOKUP, "lsoa11", "lsoa21")
    assert list(find_vintages(["A", "B1", "B", "C", "C2", "nowhere", None, ""], pairs)) == [
        "lsoa21",
        "lsoa11",
        "lsoa21",
        "lsoa11",
        "lsoa21",
        None,
        None,
        None,
    ]
