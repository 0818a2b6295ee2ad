"""The list of defects that people found in the Essex documents by reading them, against what the rules report.

Each line: its number in the list, the rule, and a line of the document that a finding of that rule must name.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from safeground.engine.strategy import RULES, LintReport, lint_file

SAFEGROUND = Path(__file__).resolve().parents[3] / "safeground"
LINT = SAFEGROUND / "engine" / "strategy" / "lint"
ESSEX = SAFEGROUND / "definitions" / "local" / "essex" / "strategy.yaml"

STRATEGY = (
    (1, "goal-dates-differ", 77),
    (2, "share-does-not-follow", 65),
    (3, "rounding-does-not-hold", 63),
    (4, "number-missing", 178),
    (5, "number-repeated", 176),
    (6, "number-repeated", 180),
    (7, "series-share-numbers", 83),
    (8, "statements-nearly-the-same", 156),
    (9, "later-before-earlier", 138),
    (10, "rule-contradicts-itself", 53),
    (11, "footnote-dangling", 65),
    (12, "definition-without-source", 69),
    (13, "periods-differ-side-by-side", 71),
    (14, "kind-of-year-not-stated", 61),
    (15, "comparison-without-counts", 71),
    (16, "comparators-mixed", 71),
    (17, "benchmark-counts-something-else", 77),
    (18, "benchmark-size-differs", 77),
    (19, "benchmark-windows-differ", 77),
    (20, "baseline-missing", 23),
    (21, "indicator-wording-varies", 47),
    (22, "aim-without-target", 48),
    (23, "focus-not-in-rule", 30),
    (24, "used-or-threatened", 52),
    (25, "lengths-of-time-disagree", 105),
    (26, "name-varies", 105),
    (27, "target-blank", 168),
    (27, "target-blank", 172),
    (28, "cell-blank", 157),
    (29, "roles-mixed", 155),
    (30, "area-term-undefined", 186),
    (31, "reference-broken", 37),
    (32, "older-than-the-duty", 99),
    (33, "reach-without-base", 212),
    (33, "share-without-base", 212),
    (38, "number-style-varies", 151),
    (39, "level-without-number", 105),
    (40, "role-missing", 148),
    (41, "set-not-inside-its-whole", 64),
    (42, "offences-overlap", 52),
)
RELEASE = (
    (34, "contrast-told-as-change", 46),
    (35, "money-years-unclear", 10),
    (36, "part-of-unclear-whole", 31),
    (36, "list-mark-missing", 30),
    (37, "study-not-named", 44),
)
NEEDS_THE_WORDS = {16, 25, 37}
"""What a rule can see in the document's words and not in strategy.yaml, which does not hold every sentence."""


def found_at(report: LintReport) -> set[tuple[str, int]]:
    return {(finding.rule, place.line) for finding in report.findings for place in finding.places}


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "defects"),
    [("000_bf70657292fe2f47.txt", STRATEGY), ("003_3e5fb3971ccfcfc2.txt", RELEASE)],
    ids=["strategy", "release"],
)
def test_every_defect_of_the_list_is_found_in_the_documents(
    shared_data: Path, name: str, defects: tuple[tuple[int, str, int], ...]
) -> None:
    document = shared_data.parent / "seeds" / name
    if not document.is_file():
        pytest.skip("the seed documents are not beside this checkout")
    found = found_at(lint_file(document))
    assert [defect for defect in defects if defect[1:] not in found] == []


def test_the_list_is_whole() -> None:
    assert {number for number, *_ in (*STRATEGY, *RELEASE)} == set(range(1, 43))


def test_all_but_three_are_found_in_the_strategy_kept_as_data() -> None:
    """By rule; the lines are those of the parts, which may begin a line earlier than the words."""
    rules = {finding.rule for finding in lint_file(ESSEX).findings}
    missed = {number for number, rule, _ in (*STRATEGY, *RELEASE) if rule not in rules and rule != "list-mark-missing"}
    assert missed == NEEDS_THE_WORDS


def test_no_rule_knows_a_partnership() -> None:
    """No rule names what only the documents of one county would say."""
    names = re.compile(
        r"essex|southend|thurrock|vvp\b|vvu\b|scotland|scottish|glasgow|cardiff|157,000|64,115|\b1,100\b|spot the signs|wrenshire",
        re.IGNORECASE,
    )
    told = {
        f"{path.name}: {match[0]}"
        for path in LINT.glob("*.py")
        for match in names.finditer(re.sub(r'""".*?"""|#.*', "", path.read_text(encoding="utf-8"), flags=re.DOTALL))
    }
    assert told == set()
    assert len(RULES) >= 35
