"""Three made-up strategies that the linter had never seen: twenty defects planted in each, beside what tempts and is sound.

Each text and the list of what was planted in it were written before its author had read a rule; no author knew another's text.

Of the first, 17 of the 20 were found at first sight in the strategy as data, with 4 false alarms, and 8 in its plain text, with 6.

Of the second, kept as data only and written when the rules had been mended for the first, 16 of the 20 were found at first sight, with 6
remarks upon nothing that was planted: 6 false alarms by the letter, of which the goal allows 3. Two were wrong, one gave a wrong
reason, and three are true of what its author had thought sound. The first two are gone; the four others stand in its list as `fair`,
each with its reason, and whoever does not accept the reasons counts 4 false alarms today.

Of the third, kept as data only and written when the rules had been mended for both, 17 of the 20 were found at first sight, with no false
alarm. Missed were a near-duplicate in another order of words, a percentage within a sentence and a financial year told as January to
December.

The rules were mended after each of the first two counts, without one for either text; after the third a rule that read sentences of whole
documents alone was let read those that a file quotes, and near-duplicates are looked for by stems in any order, which was known to be
lacking. What is found now shows
that the mending holds; only the first counts show what the linter makes of a stranger's strategy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from safeground.engine.strategy import Finding, LintReport, lint_file

HERE = Path(__file__).parent
TEXTS = ("unseen", "second_unseen", "third_unseen")
LISTED: dict[str, dict[str, list[dict[str, Any]]]] = {
    text: yaml.safe_load((HERE / text / "planted.yaml").read_text(encoding="utf-8")) for text in TEXTS
}

LEAST_FOUND = 16
MOST_FALSE_ALARMS = 3

ONLY_IN_DATA = {"D09", "D13", "D18", "D20"}
"""Not found in the first's plain text: they ask what a sentence means, and there is no structure to say it."""

MISSED = {"third_unseen": {"D20"}}
"""Not found, and no rule was made for it: one that is found must leave this list."""


@pytest.fixture(
    scope="module",
    params=["unseen/unseen.yaml", "unseen/unseen.txt", "second_unseen/unseen.yaml", "third_unseen/unseen.yaml"],
    ids=lambda path: path,
)
def linted(request: pytest.FixtureRequest) -> tuple[str, LintReport]:
    """The name of a text, and what is found in it."""
    return request.param.partition("/")[0], lint_file(HERE / request.param)


def _is_at(finding: Finding, one: dict[str, Any]) -> bool:
    """Whether a finding is at one of the lines of a listed thing (41, or 'plan:41' where there are two documents), and names it."""
    lines = {line for place in finding.places for line in (place.line, f"{place.document}:{place.line}")}
    return bool(lines & set(one["at"])) and one.get("names", "") in " ".join((finding.sentence, *finding.worked_from))


def _found_and_false(text: str, report: LintReport) -> tuple[set[str], list[str]]:
    """The planted defects that a finding names, at one of their lines; and each finding that names none of them and is not fair."""
    listed = LISTED[text]
    found: set[str] = set()
    false_alarms: list[str] = []
    for finding in report.findings:
        meant = {one["id"] for one in listed["planted"] if _is_at(finding, one)}
        fair = any(finding.rule == one["rule"] and _is_at(finding, one) for one in listed.get("fair", ()))
        found |= meant
        if not meant and not fair:
            false_alarms.append(str(finding))
    return found, false_alarms


@pytest.mark.parametrize("text", TEXTS)
def test_twenty_defects_of_twenty_kinds_were_planted(text: str) -> None:
    assert (
        len({one["id"] for one in LISTED[text]["planted"]})
        == len({one["kind"] for one in LISTED[text]["planted"]})
        == 20
    )
    assert len(LISTED[text]["sound"]) >= 20


@pytest.mark.parametrize("text", TEXTS)
def test_the_goal_is_met_by_the_strategy_as_data(text: str) -> None:
    found, false_alarms = _found_and_false(text, lint_file(HERE / text / "unseen.yaml"))
    assert len(found) >= LEAST_FOUND
    assert len(false_alarms) <= MOST_FALSE_ALARMS


def test_none_is_lost_that_was_found(linted: tuple[str, LintReport]) -> None:
    text, report = linted
    found, _ = _found_and_false(text, report)
    lost = {one["id"] for one in LISTED[text]["planted"]} - found
    if text in MISSED:
        assert lost == MISSED[text]
    else:
        assert lost <= (set() if "yaml" in report.source else ONLY_IN_DATA)


def test_no_alarm_is_raised_at_what_is_sound(linted: tuple[str, LintReport]) -> None:
    """Of the first's pledge of all 41 schools the linter asks for its day: nothing is wrong with it, and the question is fair."""
    _, false_alarms = _found_and_false(*linted)
    assert [alarm for alarm in false_alarms if "period-missing" not in alarm or "pledge" not in alarm] == []


def test_each_thing_planted_stands_where_the_list_says() -> None:
    lines = (HERE / "unseen" / "unseen.txt").read_text(encoding="utf-8").splitlines()
    listed = [*LISTED["unseen"]["planted"], *LISTED["unseen"]["sound"]]
    assert [one["id"] for one in listed if not all(lines[at - 1].strip() for at in one["at"])] == []


def test_each_fair_remark_is_still_made() -> None:
    """The list of them excuses alarms: one that is raised no longer must leave it."""
    findings = lint_file(HERE / "second_unseen" / "unseen.yaml").findings
    unmade = [
        one["of"]
        for one in LISTED["second_unseen"]["fair"]
        if not any(finding.rule == one["rule"] and _is_at(finding, one) for finding in findings)
    ]
    assert unmade == []
