"""What to do about a broken rule, in words for whoever keeps the sheet; and what a column wants, for whoever fills it in."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

from safeground.engine.catalogue import ColumnContract, Constraints, Contract, Feeds, Variant, definitions_folder
from safeground.engine.feeds.checking.rules import Rule, codes_of

_LISTED_AT_MOST = 12
_WANTED = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "month": "a month, like 2024-01",
    "year": "a year, like 2024",
    "date": "a date, like 2024-01-31 or 31/01/2024",
    "datetime": "a date with a time, like 2024-01-31 23:15",
}
_BY_RULE = {
    "required": "Fill it in",
    "padded": "Delete the spaces before or behind the value",
    "month_of_file": "Write the month this file is for, or send the row in the file of its own month",
    "date_in_period": "Write a date in the period this file is for, or send the row in the file of its own period",
    "identifiers": "Two rows have this identifier and differ: keep the right one, or give each its own",
    "unique_key": "Two rows are about the same thing: keep the right one",
    "one_coordinate": "Give both, or neither",
    "coordinates_swapped": "Exchange the two values",
    "coordinates_outside": "Write the place's own coordinates, or leave both blank",
    "code_unknown": "Write a code of the list, with the noughts in front; if yours is right, keep it and say what it stands for",
    "code_not_in_force": "Write the code that was in force on that day, or put the day right",
    "codes_disagree": "The two say different things: put right whichever is wrong",
    "dates_in_order": "Put the two in their order in time",
    "filled_unless": "Fill it in",
    "total_of_family": "Put right whichever is wrong, the total or one of its parts",
    "one_target": "One code leads to two others: keep the right one",
    "month_first": "Write every date of this column with the day first, like 31/01/2024, or as 2024-01-31",
    "shortened": "Take the whole number from where it is kept, and have the spreadsheet hold the column as text",
    "blank_row": "Delete this row: it holds nothing",
    "ragged": "Give every row as many cells as the header has; a comma inside a value needs quotation marks around the value",
    "quoting": "Close every quotation mark",
    "header_again": "Delete this row: it is the header again",
}


def get_examples(contract: Contract) -> Mapping[str, str]:
    """A sound value for each column: the contract's own example, else the first in the example file that comes with the feed."""
    path = definitions_folder() / "national" / "feeds" / contract.name / "example.csv"
    examples: dict[str, str] = {}
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for name, value in row.items():
                    if isinstance(value, str) and value:
                        examples.setdefault(name, value)
    for variant in contract.variants:
        examples |= {column.name: column.example for column in variant.columns if column.example}
    return examples


def advise(rule: Rule, variant: Variant, feeds: Feeds, examples: Mapping[str, str]) -> str:
    """One sentence: what to do with a cell or row that breaks the rule."""
    column = next((column for column in variant.columns if rule.columns and column.name == rule.columns[0]), None)
    constraints = column.constraints if column else _family_constraints(rule, variant)
    kind = column.type if column else "number"
    blank = "" if constraints.required else ", or leave it blank"
    match rule.name:
        case "type":
            return f"Write {_WANTED[kind]}{blank}."
        case "code_list":
            return f"Write {_one_of(codes_of(constraints, feeds) or ())}{blank}."
        case "pattern":
            known = constraints.looks_like or (examples.get(column.name) if column else None)
            return f"Write {f'a value like {known}' if known else 'it as the contract asks'}{blank}."
        case "minimum" | "maximum":
            return f"Write {_WANTED[kind]} {_bounds(constraints)}{blank}."
    return f"{_BY_RULE.get(rule.name, 'Correct it')}."


def describe_column(column: ColumnContract, feeds: Feeds) -> str:
    """What a cell of the column holds: 'a whole number from 0 to 120; required'."""
    codes = codes_of(column.constraints, feeds)
    like = f"like {column.constraints.looks_like}" if column.constraints.looks_like else _bounds(column.constraints)
    wanted = _one_of(codes) if codes else f"{_WANTED[column.type]} {like}".strip()
    return f"{wanted}; {'required' if column.constraints.required else 'may be blank'}"


def _family_constraints(rule: Rule, variant: Variant) -> Constraints:
    return variant.families[0].constraints if variant.families and rule.columns else Constraints()


def _one_of(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:_LISTED_AT_MOST])
    more = f" or another of the {len(codes):,} in the list" if len(codes) > _LISTED_AT_MOST else ""
    return f"one of: {shown}{more}"


def _bounds(constraints: Constraints) -> str:
    low, high = constraints.minimum, constraints.maximum
    if low is not None and high is not None:
        return f"from {low:g} to {high:g}"
    if low is not None:
        return f"of {low:g} or more"
    return f"of {high:g} or less" if high is not None else ""
