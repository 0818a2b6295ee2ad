"""Whatever changes, bringing counts to other areas neither makes nor loses one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from safeground.engine.areas import get_pairs, make_crosswalk

SCHEMA = ("delivery", "from_vintage", "from_code", "from_name", "to_vintage", "to_code", "to_name", "change_code")


@st.composite
def changes(draw):
    """Districts of areas that did not change, were merged, split or changed irregularly; people of each target, some unknown."""
    rows, district, count = [], {}, 0
    for index, kind in enumerate(draw(st.lists(st.sampled_from("UMSX"), min_size=1, max_size=12))):
        width = draw(st.integers(2, 5))
        place = f"district{draw(st.integers(0, 2))}"
        if kind == "U":
            pairs = [(f"same{index}", f"same{index}")]
        elif kind == "M":
            pairs = [(f"old{index}.{i}", f"new{index}") for i in range(width)]
        elif kind == "S":
            pairs = [(f"old{index}", f"new{index}.{i}") for i in range(width)]
        else:
            pairs = [(f"old{index}.{i}", f"new{index}.{j}") for i in range(2) for j in range(width)]
        for old, new in pairs:
            rows.append(("d", "lsoa11", old, None, "lsoa21", new, None, kind))
            district[old] = district[new] = place
            count += 1
    people = {row[5]: draw(st.one_of(st.integers(0, 5000), st.none())) for row in rows}
    table = pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(SCHEMA)})
    return table, district, {code: value for code, value in people.items() if value is not None}


@given(changes(), st.integers(0, 2**32 - 1))
def test_totals_of_the_whole_and_of_each_district_are_kept(made, seed):
    table, district, people = made
    crosswalk = make_crosswalk(get_pairs(table, "lsoa11", "lsoa21"), people)
    counts = np.random.default_rng(seed).integers(0, 10_000, size=(len(crosswalk.sources), 3))
    converted = crosswalk.convert(counts)
    np.testing.assert_allclose(converted.sum(axis=0), counts.sum(axis=0), rtol=1e-12)
    assert (converted >= 0).all()
    for place in set(district.values()):
        before = counts[[district[code] == place for code in crosswalk.sources]].sum(axis=0)
        after = converted[[district[code] == place for code in crosswalk.targets]].sum(axis=0)
        np.testing.assert_allclose(after, before, rtol=1e-12)
    exact = ~crosswalk.is_estimated
    assert (converted[exact] == np.round(converted[exact])).all()
