"""A goal held against its years, under the real catalogue's rules: what each reader is told, and what follows for the words."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from safeground.engine.assessment.goal_results import GoalResult
from safeground.engine.assessment.goal_sentences import say_benchmark, say_chance, say_detectable, say_latest, say_path
from safeground.engine.catalogue import Goal, load_catalogue
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import Audience
from safeground.engine.measures import Period
from safeground.months import get_months

CATALOGUE = load_catalogue("wrenshire")
AGREED = datetime.date(2024, 1, 1)


@dataclass(frozen=True)
class YearsCounted:
    """Stands in for `Counted`: months that share out a year's count evenly, the latest year ending in June 2025."""

    yearly: Sequence[float]
    rule_name: str = "police_confidential"
    audience: Audience = Audience.PARTNERSHIP
    last: datetime.date = datetime.date(2025, 6, 1)
    unit: str = "victims"
    what: str = "homicides"
    months: dict[datetime.date, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first = self.last.replace(year=self.last.year - len(self.yearly))
        months = get_months(first.replace(month=first.month % 12 + 1, year=first.year + first.month // 12), self.last)
        spread = [np.diff(np.round(np.linspace(0, count, 13))) for count in self.yearly]
        self.months.update(zip(months, np.concatenate(spread).tolist(), strict=True))

    @property
    def covered(self) -> frozenset[datetime.date]:
        return frozenset(self.months)

    @property
    def rule(self) -> Any:
        return CATALOGUE.disclosure.rule(self.rule_name, self.audience)

    @property
    def evidence(self) -> Any:
        return SimpleNamespace(catalogue=CATALOGUE, random_numbers=lambda: np.random.default_rng(7))

    def total(self, period: Period) -> tuple[float, float]:
        return sum(self.months[month] for month in period.months), 0.0

    def protect_level(self, period: Period) -> Protected:
        count = self.total(period)[0]
        return protect(count, unit=self.unit, rule=self.rule, count=count)

    def name(self, number: object = None) -> str:
        return self.what


def _goal(**changed: Any) -> Goal:
    assert CATALOGUE.goals is not None
    return Goal.model_validate({**CATALOGUE.goals.goals[0].model_dump(by_alias=True), **changed})


def _judge(yearly: Sequence[float], *, goal: Goal | None = None, **counted: Any) -> GoalResult:
    return GoalResult(YearsCounted(yearly, **counted), goal or _goal(), AGREED)  # type: ignore[arg-type]


def test_without_a_baseline_each_that_could_be_defended_is_held_against_each_date() -> None:
    result = _judge([60, 85, 85, 85, 70, 75, 75])
    assert [(s.baseline.label.split(",")[0], s.deadline) for s in result.scenarios] == [
        ("year ending June 2023", 2030),
        ("mean of the three years before the strategy", 2030),
        ("year ending June 2019", 2030),
        ("year ending June 2023", 2031),
        ("mean of the three years before the strategy", 2031),
        ("year ending June 2019", 2031),
    ]
    first, mean = result.scenarios[:2]
    assert (first.baseline.count.value, first.limit.value) == (70, 34)
    assert (mean.baseline.count.value, mean.limit.value) == (80, 39)
    assert first.path.value == pytest.approx(100 * ((34 / 70) ** (1 / 7) - 1))
    assert first.path_from_now.value == pytest.approx(100 * ((34 / 75) ** (1 / 5) - 1))


def test_a_stated_baseline_is_the_only_one_and_years_are_the_calendars() -> None:
    goal = _goal(baseline={"year": 2022, "value": 90, "where": "page 3"}, by=[{"year": 2030, "where": "page 3"}])
    result = _judge([60, 85, 85, 85, 70, 75, 75], goal=goal)
    assert [year.label for year in result.years] == ["2019", "2020", "2021", "2022", "2023", "2024"]
    assert [s.baseline.label for s in result.scenarios] == [
        "2022, as the source prints it",
        "2022, as these data count it",
    ]
    assert result.scenarios[0].limit.value == 44


def test_one_withheld_year_withholds_all_that_rests_on_it() -> None:
    result = _judge([9, 8, 3, 10, 9, 9, 10])
    first = result.scenarios[0]
    assert first.chance.state is first.path_from_now.state is result.trend.state is State.SUPPRESSED
    assert all(number.state is State.SUPPRESSED for number in result.fan(0.95))
    assert first.baseline.count.is_published  # a year that may be told is told
    # The police see their own records in full.
    assert _judge([9, 8, 3, 10, 9, 9, 10], audience=Audience.POLICE).scenarios[0].chance.is_published


def test_the_police_and_the_public_read_one_probability() -> None:
    chances = [
        _judge([40, 38, 44, 36, 33, 30, 28], audience=audience).scenarios[0].chance.value for audience in Audience
    ]
    assert len(set(chances)) == 1


def test_a_projection_rests_on_counts_as_they_are_told() -> None:
    """Two histories that round to the same numbers give the same of everything."""
    told = [60, 80, 80, 80, 60, 80, 80]
    other = [61, 81, 79, 80, 60, 81, 80]
    one, two = (_judge(yearly, rule_name="nhs") for yearly in (told, other))
    assert [s.chance.value for s in one.scenarios] == [s.chance.value for s in two.scenarios]
    assert [number.value for number in one.fan(0.95)] == [number.value for number in two.fan(0.95)]


def test_a_falling_series_is_likelier_to_halve_than_a_level_one() -> None:
    falling, level = (
        _judge(yearly).scenarios[0].chance.value for yearly in ([130, 116, 104, 92, 82, 73, 65], [75] * 7)
    )
    assert falling is not None
    assert level is not None
    assert falling > 20 > 5 >= level


def test_too_few_years_say_so() -> None:
    chance = _judge([70, 75]).scenarios[0].chance
    assert chance.state is State.NOT_AVAILABLE
    assert "fewer than 4 years" in (chance.reason or "")


def test_a_goal_whose_year_is_past_is_met_or_not_and_has_no_chance() -> None:
    goal = _goal(by=[{"year": 2025, "where": "page 3"}])
    scenario = _judge([60, 85, 85, 85, 70, 75, 30], goal=goal).scenarios[0]
    assert scenario.met is True
    assert scenario.chance.reason == "the goal's year is past"


def test_the_sentences_claim_no_more_than_the_interval() -> None:
    result = _judge([60, 85, 85, 85, 70, 75, 75])
    first = result.scenarios[0]
    assert "lies above that by more than chance" in say_latest(result, first)
    assert "one year cannot tell whether the path was kept" in say_latest(_judge([60, 85, 85, 85, 70, 64, 60]), first)
    assert say_path(result, first).startswith("For a fall of more than half from the 70 of the year ending June 2023")
    assert "depending on the baseline and the date that are meant" in say_chance(result)
    assert "a fall of less than" in say_detectable(result, years=8)
    said = " ".join((say_latest(result, first), say_path(result, first), say_chance(result)))
    assert not any(word in said.lower() for word in ("on track", "off track", "red", "amber", "green"))


def test_a_benchmark_of_something_else_is_refused_with_its_reason_on_the_page() -> None:
    goal = _goal()
    refused, alike = (say_benchmark(goal, benchmark) for benchmark in goal.benchmarks)
    assert "**It is not held against this goal**: it counts admissions for all assaults" in refused
    assert "4.4% fewer a year" in alike
