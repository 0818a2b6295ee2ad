"""A sound strategy has no findings, and each defect put into it is found, by its own rule and by no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from safeground.engine.strategy import RULES, lint_file
from safeground.engine.strategy.lint.language import stem

DOCUMENTS = Path(__file__).parent / "documents"


@pytest.fixture
def rules_found(tmp_path: Path) -> Callable[..., set[str]]:
    """The rules with findings in a sound document in which some words are replaced by others."""

    def lint(name: str, *changes: tuple[str, str]) -> set[str]:
        text = (DOCUMENTS / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return {finding.rule for finding in lint_file(path).findings}

    return lint


@pytest.mark.parametrize("name", ["sound.txt", "sound.yaml"])
def test_a_sound_strategy_has_no_findings(name: str) -> None:
    assert lint_file(DOCUMENTS / name).findings == ()


DEFECTS = [
    (name, defect["rule"], defect["old"], defect["new"])
    for name, defects in yaml.safe_load((DOCUMENTS / "defects.yaml").read_text(encoding="utf-8")).items()
    for defect in defects
]


@pytest.mark.parametrize(
    ("name", "rule", "old", "new"), DEFECTS, ids=[f"{name}-{rule}-{at}" for at, (name, rule, *_) in enumerate(DEFECTS)]
)
def test_a_defect_is_found_by_its_rule_alone(
    rules_found: Callable[..., set[str]], name: str, rule: str, old: str, new: str
) -> None:
    assert rules_found(name, (old, new)) == {rule}


def test_nearly_every_rule_is_broken_here() -> None:
    """The others need more than one change, or are held by the forty-two defects."""
    elsewhere = {
        "goal-incomplete",
        "kind-of-year-not-stated",
        "number-repeated",
        "parts-do-not-add-up",
        "series-share-numbers",
    }
    by_the_forty_two = {"used-or-threatened", "set-not-inside-its-whole", "list-mark-missing"}
    untried = {rule.id for rule in RULES} - {rule for _, rule, *_ in DEFECTS} - elsewhere - by_the_forty_two
    assert untried == set()


def test_two_lists_with_the_same_numbers_are_found(rules_found: Callable[..., set[str]]) -> None:
    assert rules_found("sound.yaml", ("printed: 'SP", "printed: 'No "), ("printed: 'DP", "printed: 'No ")) == {
        "series-share-numbers"
    }


def test_one_number_for_two_statements_is_found(rules_found: Callable[..., set[str]]) -> None:
    found = rules_found("sound.yaml", ("printed: 'DP4:', number: 4", "printed: 'DP3:', number: 3"))
    assert found == {"number-repeated"}


def test_a_year_of_no_stated_kind_is_found(rules_found: Callable[..., set[str]]) -> None:
    changes = (
        ("Crimes in 2023/24", "Crimes (2023)"),
        (" in the financial year 2023/24, as recorded by 31 July 2024", ""),
    )
    assert rules_found("sound.txt", *changes) == {"kind-of-year-not-stated"}


def test_a_goal_without_a_size_is_found(rules_found: Callable[..., set[str]]) -> None:
    changes = (
        ("at_least: 0.3\n", "at_least: not stated\n"),
        ("change: by 30%\n        by:", "change: not stated\n        by:"),
    )
    assert rules_found("sound.yaml", *changes, ("change: 30% lower", "change: not stated")) == {"goal-incomplete"}


def test_parts_that_do_not_make_their_total_are_found(tmp_path: Path) -> None:
    path = tmp_path / "table.txt"
    path.write_text("Crimes in 2023/24\n\nKind\tCrimes\nRobbery\t12\nTheft\t20\nTotal\t35\n", encoding="utf-8")
    [finding] = lint_file(path).findings
    assert (finding.rule, finding.places[0].line) == ("parts-do-not-add-up", 6)
    assert "32" in finding.sentence and "35" in finding.sentence


def test_figures_of_two_areas_for_other_months_are_found(rules_found: Callable[..., set[str]]) -> None:
    """Those of one area are compared because their months differ."""
    changes = (
        (
            "{printed: 'May 2024', kind: year to a month}",
            "{printed: May 2024, kind: span, readings: [{title: May 2024, first: 2024-05, last: 2024-05}]}",
        ),
        (
            "{printed: 'May 2022', kind: year to a month}",
            "{printed: May 2022, kind: span, readings: [{title: May 2022, first: 2022-05, last: 2022-05}]}",
        ),
    )
    assert rules_found("sound.yaml", *changes) == set()
    elsewhere = (
        "    base: {what: young people asked, number: 400}",
        "    area: England\n    base: {what: asked, number: 400}",
    )
    assert rules_found("sound.yaml", *changes, elsewhere) == {"periods-differ-side-by-side"}


@pytest.mark.parametrize(
    ("younger", "older", "found"),
    [
        ("aged under 18', value: 50", "aged 18 and over', value: 90", {"parts-do-not-add-up"}),
        ("aged under 18', value: 30", "aged 18 and over', value: 90", set()),
        ("aged under 25', value: 50", "aged 18 and over', value: 90", set()),  # who is 20 is in both
        ("who were men', value: 50", "aged 18 and over', value: 90", set()),
    ],
)
def test_parts_by_age_that_are_more_than_their_whole_are_found(
    rules_found: Callable[..., set[str]], younger: str, older: str, found: set[str]
) -> None:
    parts = "".join(
        f"  - {{id: part{at}, at: 'plan:78', kind: count, unit: admissions, what: 'Admissions of people {part}, printed: "
        f"'{part[-2:]}', population: residents, period: *year, rounded_to: 1, part_of: whole, counted_by: not measured}}\n"
        for at, part in enumerate((younger, older))
    )
    whole = (
        "  - {id: whole, at: 'plan:78', kind: count, unit: admissions, what: Admissions, printed: '125', value: 125, "
        "population: residents, period: *year, rounded_to: 1, counted_by: not measured}\n"
    )
    assert rules_found("sound.yaml", ("  - id: feel_safe\n", f"{whole}{parts}  - id: feel_safe\n")) == found


ADMISSIONS_COUNTED = (
    "assault with a sharp object, population: residents, area: Harrowdale, period: {printed: the financial year 2023/24, "
    "kind: financial year, readings: [{title: 2023/24, first: 2023-04, last: 2024-03}]}"
)
ADMISSIONS_FORECAST = (
    "assault forecast, population: residents, area: Harrowdale, period: {printed: the financial year 2025/26, "
    "kind: financial year, readings: [{title: 2025/26, first: 2025-04, last: 2026-03}]}"
)


@pytest.mark.parametrize(
    "change",
    [
        (
            "contrast: 2022/23 against 2023/24\n    called: fall",
            "contrast: here compared with Thornshire\n    called: lower than",
        ),
        (
            "dates:\n",
            "dates:\n  - {id: early, what: The first needs assessment was agreed, printed: in 2021, at: 'plan:8', date: '2021'}\n",
        ),
        (ADMISSIONS_COUNTED, ADMISSIONS_FORECAST),
    ],
    ids=["a difference told as one", "the history of the assessment", "a forecast"],
)
def test_what_is_told_rightly_is_left_alone(rules_found: Callable[..., set[str]], change: tuple[str, str]) -> None:
    assert rules_found("sound.yaml", change) == set()


def test_every_rule_says_what_it_looks_for() -> None:
    assert [rule.id for rule in RULES if not rule.explanation.endswith(".")] == []
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (
            "Funding to evaluate any mentoring project when it is for a suspended pupil.",
            "in order and but for their endings",
        ),
        ("For suspended pupils, mentoring projects: fund their evaluation.", "in another order"),
        ("Fund the inspection of policing projects for suspended drivers.", ""),
    ],
)
def test_a_statement_in_other_forms_of_its_words_is_nearly_the_same(tmp_path: Path, other: str, why: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(
        "Plan\n\nPriority 1: Fund an evaluation of mentoring projects for suspended pupils.\n\n"
        f"Priority 2: {other}\n\nPriority 3: Count every knife that is found in a park by wardens.\n",
        encoding="utf-8",
    )
    found = [each for each in lint_file(path).findings if each.rule == "statements-nearly-the-same"]
    assert [why in each.worked_from[0] for each in found] == ([True] if why else [])


def test_words_of_a_family_have_one_stem_and_doers_keep_theirs() -> None:
    families = (
        "reduce reduces reducing reduction",
        "plan plans planned planning",
        "exploit exploited exploitation",
        "community communities",
        "evaluate evaluating evaluation",
        "engage engagement engaging",
    )
    assert [len({stem(word) for word in family.split()}) for family in families] == [1] * len(families)
    assert len({stem(word) for word in families_of_their_own}) == len(families_of_their_own)


families_of_their_own = (
    "offence",
    "offender",
    "school",
    "scheme",
    "policing",
    "place",
    "assess",
    "address",
    "2024",
    "2025",
)
