"""People like people: what matching mends, what it says of itself, and what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from safeground.engine.disclosure import DisclosureRule, State
from safeground.engine.evaluation import (
    DesignKind,
    EvaluationRefused,
    Verdict,
    estimate_matched_effect,
    match_people,
    matched_groups,
    say_effect,
)

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
SMALL = DisclosureRule("small", "records of people", 4, 1, "holder", "made up")
NAMES = ["arrests before", "age"]


def make_people(seed: int = 1, *, people: int = 700, ratio: float = 0.6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those with more arrests before take part more often, and have more after."""
    rng = np.random.default_rng(seed)
    past, age = rng.poisson(2.0, people), rng.normal(19, 3, people)
    took_part = rng.random(people) < 0.05 * (1 + past)
    after = rng.poisson(0.5 * (1 + past) * np.where(took_part, ratio, 1.0))
    return np.column_stack([past, age]), took_part, after.astype(float)


def find(seed: int = 1, **changes):
    table, took_part, after = make_people(seed)
    told = {"names": NAMES, "title": "offences", "has_own_past": True, "rng": np.random.default_rng(5), **changes}
    return matched_groups(
        table, took_part, changes.pop("outcome", after), **{k: v for k, v in told.items() if k != "outcome"}
    )


def verdicts(found) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in found.effect.checks}


def test_matching_takes_away_what_only_looked_like_no_effect() -> None:
    """Unmatched, those who took part have as many offences as others, as they had more to begin with."""
    _table, took_part, after = make_people()
    plain = after[took_part].mean() / after[~took_part].mean()
    found = find()
    assert plain > 0.8 and found.effect.upper < plain
    assert found.effect.lower < 0.6 < found.effect.upper
    before, worst = max(abs(each.before) for each in found.people.balance), abs(found.people.worst.after)
    assert before > 0.4 and worst < 0.1
    assert found.people.matched + found.people.alone == took_part.sum() and found.people.beside == found.people.matched
    assert found.difference.estimate == pytest.approx(
        100 * (found.effect.treated.events - found.effect.other.events) / found.people.matched
    )


def test_the_interval_is_the_one_of_clustered_regressions() -> None:
    """statsmodels: Poisson and least squares with standard errors clustered by matched set, without its small-sample factors."""
    sm = pytest.importorskip("statsmodels.api")
    _table, _took_part, after = make_people()
    found = find(ratio=1)
    sets = found.people.sets
    outcome = np.r_[after[sets.treated], after[sets.others[:, 0]]]
    number = len(sets.treated)
    side = np.column_stack([np.ones(2 * number), np.r_[np.ones(number), np.zeros(number)]])
    groups = {"groups": np.tile(np.arange(number), 2), "use_correction": False}
    quantile = stats.t.ppf(0.975, number - 1)
    scale = np.sqrt(number / (number - 1))
    fit = sm.GLM(outcome, side, family=sm.families.Poisson()).fit(cov_type="cluster", cov_kwds=groups)
    assert np.log(found.effect.estimate) == pytest.approx(fit.params[1], abs=1e-6)
    reach = np.log(found.effect.upper / found.effect.lower) / 2 / quantile
    assert reach == pytest.approx(fit.bse[1] * scale, rel=1e-3)
    line = sm.OLS(outcome, side).fit(cov_type="cluster", cov_kwds=groups)
    width = (found.difference.upper - found.difference.lower) / 2 / quantile
    assert width == pytest.approx(100 * line.bse[1] * scale, rel=1e-3)


def test_two_beside_each_and_all_things_together_find_the_same_answer() -> None:
    for changes in ({"ratio": 2}, {"distance": "mahalanobis"}, {"ratio": 3, "distance": "mahalanobis", "caliper": 0.5}):
        found = find(**changes)
        assert found.effect.lower < 0.6 < found.effect.upper
        assert found.people.beside <= changes.get("ratio", 1) * found.people.matched


def test_what_must_be_the_same_is_the_same() -> None:
    table, took_part, _ = make_people()
    town = np.random.default_rng(2).integers(0, 3, len(table))
    people = match_people(table, took_part, names=NAMES, exactly=town, rng=np.random.default_rng(5))
    assert (town[people.sets.treated] == town[people.sets.others[:, 0]]).all()
    assert "the same in what was to be so" in people.method


def test_nobodys_chance_of_taking_part_is_kept() -> None:
    table, took_part, _ = make_people()
    people = match_people(table, took_part, names=NAMES, rng=np.random.default_rng(5))

    def arrays(thing):
        for field in dataclasses.fields(thing):
            value = getattr(thing, field.name)
            if dataclasses.is_dataclass(value):
                yield from arrays(value)
            elif isinstance(value, np.ndarray):
                yield value

    assert all(array.dtype == np.int64 for array in arrays(people))  # positions, and no chance


def test_the_order_of_rows_and_names_of_people_decide_nothing() -> None:
    first, again = find(), find()
    assert first.effect == again.effect


def test_how_far_a_design_is_believed_follows_from_what_was_matched_on() -> None:
    sound = find()
    assert sound.effect.kind is DesignKind.MATCHED and sound.effect.evidence.maryland == 4
    assert find(has_own_past=False).effect.kind is DesignKind.COMPARISON
    assert verdicts(find(has_own_past=False))["own_past"] is Verdict.FAILED
    table, took_part, after = make_people()
    far = matched_groups(
        table, took_part, after, names=NAMES, title="offences", has_own_past=True, caliper=50.0, ratio=4,
        rng=np.random.default_rng(5),
    )  # fmt: skip
    assert abs(far.people.worst.after) > 0.25 and far.effect.evidence.maryland == 1
    assert {check.name: check.verdict for check in far.effect.checks}["balance"] is Verdict.FAILED
    assert say_effect(far.effect, far.effect.protect(OPEN)).startswith("Observed, and not assigned by lot")


def test_its_sentence_speaks_of_people_alike() -> None:
    found = find()
    told = say_effect(found.effect, found.effect.protect(OPEN))
    assert "fewer offences among those who took part than among people like them who did not (95% interval" in told
    assert told.startswith("Person for person")


def test_something_unseen_is_told_of_a_clear_difference_alone() -> None:
    found = find()
    assert found.tolerated_bias > 1 and found.e_value.of_interval > 1
    nothing = find(outcome=np.random.default_rng(8).poisson(2.0, 700).astype(float))
    assert verdicts(nothing)["hidden_bias"] is verdicts(nothing)["unseen_confounding"] is Verdict.NOT_APPLICABLE
    assert nothing.e_value.of_interval == 1


def test_a_negative_control_that_moves_fails() -> None:
    _table, took_part, after = make_people()
    quiet = np.random.default_rng(4).poisson(3.0, len(after)).astype(float)
    sound = find(negative_control=(quiet, "visits to a dentist"))
    assert verdicts(sound)["negative_control"] is not Verdict.FAILED
    moved = find(negative_control=(np.where(took_part, quiet + 3, quiet), "visits to a dentist"))
    assert verdicts(moved)["negative_control"] is Verdict.FAILED
    assert "visits to a dentist" in next(c.sentence for c in moved.effect.checks if c.name == "negative_control")


def test_people_who_were_lost_leave_and_are_counted() -> None:
    _table, took_part, after = make_people()
    gone = after.copy()
    gone[np.flatnonzero(took_part)[::3]] = np.nan
    found = find(outcome=gone)
    ours, theirs = found.followed
    assert ours.known < ours.matched and theirs.lost == 0
    assert found.effect.treated.units == ours.known
    assert verdicts(found)["left_out"] is Verdict.FAILED


def test_few_people_with_an_outcome_are_not_told() -> None:
    table, took_part, _ = make_people()
    rare = np.zeros(len(took_part))
    people = match_people(table, took_part, names=NAMES, rng=np.random.default_rng(5))
    rare[people.sets.treated[:3]] = rare[people.sets.others[:9, 0]] = 1
    found = estimate_matched_effect(people, rare, title="people arrested again", has_own_past=True)
    assert found.effect.protect(SMALL).state is State.SUPPRESSED
    assert found.difference.protect(SMALL).state is State.SUPPRESSED
    none = estimate_matched_effect(people, np.zeros(len(rare)), title="people arrested again", has_own_past=True)
    assert not none.effect.is_available and none.difference.estimate == 0


def test_few_people_without_an_outcome_are_not_told_either() -> None:
    """Where nearly everybody has it, those who have not are as few."""
    table, took_part, _ = make_people()
    people = match_people(table, took_part, names=NAMES, rng=np.random.default_rng(5))
    common = np.ones(len(took_part))
    common[people.sets.treated[:3]] = common[people.sets.others[:20, 0]] = 0
    found = estimate_matched_effect(people, common, title="people in work", has_own_past=True)
    assert found.effect.protect(SMALL).state is State.SUPPRESSED


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, p, n: (t, p, n[:1]), "1 names are given for 2"),
        (lambda t, p, n: (np.where(t > 9, np.nan, t), p, n), "age is missing for somebody"),
        (lambda t, p, n: (t, p.astype(int), n), "true or false"),
        (lambda t, p, n: (t, p & (np.arange(len(p)) < 60), n), "and 20 are the least"),
        (lambda t, p, n: (np.tile(t, 20), p, n * 20), "five people"),
        (lambda t, p, n: (t + 100 * p[:, None], p, n), "found somebody like them"),
    ],
)  # fmt: skip
def test_people_who_cannot_be_matched_are_refused(change, message: str) -> None:
    table, took_part, _ = make_people()
    with pytest.raises(EvaluationRefused, match=message):
        table, took_part, names = change(table, took_part, NAMES)
        match_people(table, took_part, names=names, rng=np.random.default_rng(1))


def test_outcomes_that_cannot_stand_are_refused() -> None:
    with pytest.raises(EvaluationRefused, match="negative number"):
        find(outcome=np.full(700, -1.0))
    with pytest.raises(EvaluationRefused, match="one outcome for each person"):
        find(outcome=np.ones(7))
    with pytest.raises(EvaluationRefused, match="matched sets 0 were followed up"):
        find(outcome=np.full(700, np.nan))
