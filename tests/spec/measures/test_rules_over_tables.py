"""What a rule means: one rule, one table, one answer. A blank cell is unknown; `-` in `missing` means nothing is missing."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from safeground.engine.catalogue import parse_rule
from safeground.engine.measures import compile_rule

SPECIFICATIONS = {
    "a field is a value": (
        {"field": "offence", "is": "Robbery"},
        """
        offence  | verdict      | missing
        Robbery  | in           | -
        Burglary | out          | -
        robbery  | out          | -
                 | undetermined | offence
        """,
    ),
    "a number is at least, and below": (
        {"field": "age", "at_least": 10, "below": 25},
        """
        age | verdict      | missing
        9   | out          | -
        10  | in           | -
        24  | in           | -
        25  | out          | -
            | undetermined | age
        """,
    ),
    "all: one out decides, whatever is unknown": (
        {"all": [{"field": "offence", "is": "Violence"}, {"field": "weapon", "is": "knife"}]},
        """
        offence  | weapon | verdict      | missing
        Violence | knife  | in           | -
        Violence | none   | out          | -
        Violence |        | undetermined | weapon
        Burglary |        | out          | -
                 | none   | out          | -
                 |        | undetermined | offence weapon
        """,
    ),
    "any: one in decides, whatever is unknown": (
        {"any": [{"field": "offence", "is": "Robbery"}, {"field": "weapon", "is": "knife"}]},
        """
        offence  | weapon | verdict      | missing
        Robbery  |        | in           | -
                 | knife  | in           | -
        Burglary | none   | out          | -
        Burglary |        | undetermined | weapon
        """,
    ),
    "not: unknown stays unknown": (
        {"not": {"field": "domestic", "is": "yes"}},
        """
        domestic | verdict      | missing
        yes      | out          | -
        no       | in           | -
                 | undetermined | domestic
        """,
    ),
    "a field the feed does not carry is unknown in every row": (
        {"all": [{"field": "offence", "in": ["Violence", "Robbery"]}, {"not": {"field": "domestic", "is": "yes"}}]},
        """
        offence  | verdict      | missing
        Violence | undetermined | domestic
        Burglary | out          | -
                 | undetermined | domestic offence
        """,
    ),
}


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_rule(name):
    rule, text = SPECIFICATIONS[name]
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    fields = head[:-2]
    cells = {field: [row[place] or None for row in rows] for place, field in enumerate(fields)}
    if "age" in cells:
        cells["age"] = [age and int(age) for age in cells["age"]]
    table = ibis.memtable(pa.table(cells | {"row": range(len(rows))}))
    compiled = compile_rule(parse_rule(rule), table)
    answer = table.select("row", verdict=compiled.verdict, missing=compiled.missing).order_by("row").to_pyarrow()
    words = {True: "in", False: "out", None: "undetermined"}
    found = [
        [words[row["verdict"]], " ".join(compiled.name_fields(row["missing"])) or "-"] for row in answer.to_pylist()
    ]
    assert found == [row[-2:] for row in rows]
