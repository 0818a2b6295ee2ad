"""What is asked of matched people before a difference between them is believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from safeground.engine.documents import Direction, count_things, format_number, join_words
from safeground.engine.evaluation.checks import CheckResult, judge, judge_absence, not_applicable
from safeground.engine.evaluation.designs.common_checks import check_unseen
from safeground.engine.evaluation.designs.matched_people import ALIKE, MatchedPeople
from safeground.engine.evaluation.effects import Effect

_MOST_ALONE = 0.1
_MOST_LOST = 0.2
_MOST_APART = 0.1
_TOLERATED = 1.5


@dataclass(frozen=True)
class Followed:
    """Of matched people on one side, those whose outcome is known."""

    matched: int
    known: int

    @property
    def lost(self) -> float:
        return 1 - self.known / self.matched


def check_matched(
    people: MatchedPeople,
    followed: tuple[Followed, Followed],
    *,
    has_own_past: bool,
    controls: Sequence[Effect],
    effect: Effect,
    tolerated: float,
) -> tuple[CheckResult, ...]:
    """Every check of matched people. tolerated: odds of hidden bias (`find_tolerated_bias`)."""
    return (
        _check_balance(people),
        _check_overlap(people),
        _check_followed(followed),
        _check_past(has_own_past),
        _check_controls(controls),
        check_unseen(effect),
        _check_hidden_bias(effect, tolerated),
    )


def _check_balance(people: MatchedPeople) -> CheckResult:
    apart = [each for each in people.balance if abs(each.after) > ALIKE]
    before = sum(abs(each.before) > ALIKE for each in people.balance)
    sentence = (
        f"Of {count_things(len(people.balance), 'thing')} {before or 'none'} differed by more than {ALIKE:g} standard deviations before "
        f"and {len(apart) or 'none'} after"
    )
    named = f": {join_words([each.name for each in apart])}" if apart else ""
    return judge(not apart, "balance", "Are the two sides alike in what they were matched on?", f"{sentence}{named}.")


def _check_overlap(people: MatchedPeople) -> CheckResult:
    share = people.alone / people.took_part
    return judge(
        share <= _MOST_ALONE, "overlap", "Is there somebody like everybody who took part?",
        f"{_say_share(share)} of those who took part found nobody near enough, and nothing is said of them.",
    )  # fmt: skip


def _check_followed(followed: tuple[Followed, Followed]) -> CheckResult:
    ours, theirs = (side.lost for side in followed)
    told = (
        f"{_say_share(ours)} of those who took part and {_say_share(theirs).lower()} of the others were lost, and nothing is known of "
        "how they fared."
    )
    question = "Were most people followed up, and about as many on either side?"
    return judge(max(ours, theirs) <= _MOST_LOST and abs(ours - theirs) <= _MOST_APART, "left_out", question, told)


def _say_share(share: float) -> str:
    """In bands: a share of few people would count them."""
    return "A tenth or less" if share <= 0.1 else "A tenth to a fifth" if share <= 0.2 else "More than a fifth"


def _check_past(has_own_past: bool) -> CheckResult:
    return judge(
        has_own_past, "own_past", "Were people matched on what the outcome was before?",
        "Yes." if has_own_past else "No: who did much before does much after, and the sides may differ in it.",
    )  # fmt: skip


def _check_controls(controls: Sequence[Effect]) -> CheckResult:
    question = "Does taking part seem to act on an outcome that it cannot?"
    known = [control for control in controls if control.is_available]
    if not known:
        return not_applicable("negative_control", question, "There is no such outcome to tell by.")
    named = join_words([control.outcome for control in known])
    if acting := [control.outcome for control in known if control.p <= 1 - control.confidence]:
        return judge(
            False, "negative_control", question,
            f"It seems to, on {join_words(acting)}: the sides differ in something that nobody matched on.",
        )  # fmt: skip
    least, most = min(control.lower for control in known), max(control.upper for control in known)
    return judge_absence("negative_control", question, least, most, seen=f"No sign of it in {named}")


def _check_hidden_bias(effect: Effect, tolerated: float) -> CheckResult:
    """Rosenbaum's gamma, of a clear difference alone."""
    question = "How far would people who look alike have to differ in their odds of taking part?"
    if effect.direction is Direction.CANNOT_TELL:
        return not_applicable("hidden_bias", question, "There is no clear difference that it could explain away.")
    odds = "any number of" if math.isinf(tolerated) else format_number(tolerated, decimals=1)
    return judge(
        tolerated >= _TOLERATED, "hidden_bias", question,
        f"By {odds} times, always the way of the outcome, before chance could be the rest (it is passed from {_TOLERATED:g}).",
    )  # fmt: skip
