"""Protocols of people: held against their files before an outcome is read, run, and told on a page that counts nobody out."""

from __future__ import annotations

import dataclasses
import datetime
import statistics
from pathlib import Path

import numpy as np
import pytest

from safeground.cli import main
from safeground.engine.build import run_evaluation, seal_evaluation
from safeground.engine.catalogue import DefinitionsError, load_catalogue, load_economics
from safeground.engine.disclosure import DisclosureRule, Protected, State
from safeground.engine.documents import Audience, Document, Figure, Finding, Table
from safeground.engine.evaluation import (
    CheckResult,
    EvaluationRefused,
    MadeFrom,
    Result,
    Verdict,
    appraise,
    check_cost_benefit_plan,
    check_protocol,
    evaluate,
    make_evaluation_chapter,
    make_evaluation_report,
    read_evaluation_files,
    read_protocol,
    read_result,
    render_result,
)
from safeground.engine.workspace import init_workspace
from safeground.synthetic import people_evaluation

EXAMPLES = Path(__file__).parents[3] / "safeground/definitions/national/examples"
MADE = {
    "mentoring_evaluation": people_evaluation.make_mentoring_files,
    "campaign_survey": people_evaluation.make_campaign_files,
    "outcome_scores": people_evaluation.make_score_files,
}
SEAL = CheckResult("protocol_sealed", "Was it sealed?", Verdict.PASSED, "It was.")
OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
SMALL = DisclosureRule("small", "records of people", 4, 1, "holder", "made up")


@pytest.fixture
def write(tmp_path: Path):
    """Writes an example, with changes to its protocol, and gives the protocol's path."""

    def make(name: str, *changes: tuple[str, str]) -> Path:
        text = (EXAMPLES / name / "protocol.yaml").read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        people_evaluation.write_people_example(tmp_path, MADE[name](), protocol=text)
        return tmp_path / "protocol.yaml"

    return make


def mend(path: Path, file: str, old: str, new: str) -> None:
    text = (path.parent / file).read_text("utf-8")
    assert old in text
    (path.parent / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def run(path: Path):
    protocol = read_protocol(path)
    return evaluate(protocol, read_evaluation_files(protocol, path.parent), sha256="0" * 64, seal=SEAL)


def page(path: Path, rule: DisclosureRule = SMALL) -> Document:
    return make_evaluation_report(
        run(path), rule=rule, audience=Audience.PARTNERSHIP, partnership="P", handling="H", area=("E1", "County")
    )


def tables(document: Document) -> dict[str, Table]:
    blocks = document.chapters[0].blocks
    found = [block.table if isinstance(block, Figure) else block for block in blocks]
    return {table.id.split("_example_")[-1]: table for table in found if isinstance(table, Table)}


def refuse(path: Path, match: str) -> None:
    """Refused before an outcome is read."""

    def never():
        raise AssertionError("outcomes were read")

    protocol = read_protocol(path)
    with pytest.raises(EvaluationRefused, match=match):
        data = dataclasses.replace(read_evaluation_files(protocol, path.parent), open_outcomes=never)
        check_protocol(protocol, data)


def test_the_mentoring_example_finds_what_was_planned(write) -> None:
    found = run(write("mentoring_evaluation"))
    assert found.primary.lower < people_evaluation.MENTORED_RATIO < found.primary.upper < 1
    verdicts = {check.name: check.verdict for check in found.primary.checks}
    assert verdicts["negative_control"] is verdicts["balance"] is verdicts["protocol_sealed"] is Verdict.PASSED
    assert found.primary.evidence.maryland == 4
    names = [effect.name for effect in found.others]
    assert names == ["injuries", "dentist", "arrests_difference", "injuries_difference"]
    assert found.others[0].family_p is None  # one secondary outcome is no family; a control and the primary stand alone


def test_its_page_follows_people_and_shows_how_alike_they_are(write) -> None:
    document = page(write("mentoring_evaluation"))
    flow = tables(document)["flow"]
    assert [row[0] for row in flow.rows] == [
        "Approached", "Consented", "Started, or could be matched", "Finished", "Matched", "Followed up",
        "Arrests of theirs",
    ]  # fmt: skip
    balance = tables(document)["balance_numbers"]
    assert len(balance.rows) == 6 and balance.rows[1][1].is_published
    finding = next(block for block in document.chapters[0].blocks if isinstance(block, Finding))
    assert "fewer arrests among young people who had a mentor than" in finding.sentence


def test_no_pseudonym_and_no_chance_reaches_the_page_or_the_numbers_kept(write) -> None:
    path = write("mentoring_evaluation")
    assert "P0001" not in repr(page(path)) and "P0001" not in repr(run(path))


def test_a_few_people_lost_between_two_steps_are_not_counted_by_subtraction(write) -> None:
    path = write("mentoring_evaluation", ("took_part: 240", "took_part: 137"))
    took_part = [row[1] for row in tables(page(path))["flow"].rows]
    assert took_part[0].is_published and took_part[1].is_published
    assert took_part[2].state is State.SUPPRESSED  # 137 consented and 134 started
    assert tables(page(path, OPEN))["flow"].rows[2][1].is_published


def test_something_that_few_people_have_gives_no_balance_away(write) -> None:
    path = write("mentoring_evaluation")
    people = path.parent / "people.csv"
    lines = people.read_text("utf-8").splitlines()
    marked = [line + (",1" if number in (3, 9) else ",0") for number, line in enumerate(lines[1:])]
    people.write_text("\n".join([lines[0] + ",in_care", *marked]) + "\n", encoding="utf-8")
    mend(path, "protocol.yaml", "exactly:", "  - {name: in_care, title: being in care}\nexactly:")
    rows = {row[0]: row[1] for row in tables(page(path))["balance_numbers"].rows}
    assert rows["Being in care, matched"].state is rows["Being in care, unmatched"].state is State.SUPPRESSED
    assert rows["Age, matched"].is_published


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("took_part: 240", "took_part: 400", "more came as far as a later step"),
        ("ends: 2026-03-31", "ends: 2024-03-31", "which is before"),
        ("exactly: [district]", "exactly: [age]", "one name stands twice"),
        ("who_did_not: young people like them who had none\n", "", "say both who took part and who did not"),
        ("title: arrests, role", "title: reduction of arrests, role", "says 'reduction'"),
    ],
)
def test_a_protocol_of_people_that_cannot_be_is_refused_as_it_is_read(write, old: str, new: str, message: str) -> None:
    with pytest.raises(DefinitionsError, match=message):
        read_protocol(write("mentoring_evaluation", (old, new)))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("people.csv", "P0001,", "P0000,", "this person stands in an earlier line too"),
        ("people.csv", "P0001,", ",", "give everybody a pseudonym"),
        ("people.csv", "arrests_before", "past", "has no column 'arrests_before'"),
        ("people.csv", "P0000,N", "P0000,perhaps", "write Y or N"),
        ("people.csv", ",District 2", "0,District 2", "age is '"),
        ("outcomes.csv", "injuries", "wounds", "Outcome injuries: outcomes.csv has no such column"),
    ],
)  # fmt: skip
def test_files_of_people_that_do_not_fit_are_refused_before_any_outcome_is_read(
    write, file: str, old: str, new: str, message: str
) -> None:
    path = write("mentoring_evaluation")
    if message.startswith("age"):
        text = (path.parent / file).read_text("utf-8").splitlines()
        cells = text[5].split(",")
        cells[5] = "old"
        (path.parent / file).write_text("\n".join([*text[:5], ",".join(cells), *text[6:]]) + "\n", encoding="utf-8")
    else:
        mend(path, file, old, new)
    refuse(path, message)


def test_a_treated_share_of_nought_is_refused_and_so_is_a_missing_file_but_in_planning(write) -> None:
    path = write("mentoring_evaluation")
    text = (path.parent / "people.csv").read_text("utf-8")
    (path.parent / "people.csv").write_text(text.replace(",Y,", ",N,"), encoding="utf-8")
    refuse(path, "The smaller side has 0 people, and 20 are the least")
    path = write("mentoring_evaluation")
    (path.parent / "outcomes.csv").unlink()
    protocol = read_protocol(path)
    check_protocol(protocol, read_evaluation_files(protocol, path.parent), is_planned=True)
    refuse(path, "The file of outcomes, outcomes.csv, is not there yet")


def test_an_outcome_of_nobody_who_was_matched_is_refused(write) -> None:
    path = write("mentoring_evaluation")
    outcomes = path.parent / "outcomes.csv"
    outcomes.write_text(outcomes.read_text("utf-8") + "P9999,1,0,0\n", encoding="utf-8")
    with pytest.raises(EvaluationRefused, match="is not among the people"):
        run(path)


def test_the_campaign_example_finds_what_was_planned_and_says_what_it_is(write) -> None:
    found = run(write("campaign_survey"))
    planned = 100 * (
        people_evaluation.SAID_AFTER - people_evaluation.SAID_BEFORE
        - (people_evaluation.SAID_ELSEWHERE - people_evaluation.SAID_BEFORE)
    )  # fmt: skip
    assert found.primary.lower < planned < found.primary.upper and found.primary.lower > 0
    assert found.primary.evidence.maryland == 3 and found.others[0].role == "secondary"
    document = page(write("campaign_survey"))
    shares = tables(document)["shares"]
    assert len(shares.rows) == 2 and all(
        isinstance(cell, Protected) and cell.lower is not None for cell in shares.rows[0][2:]
    )
    assert "what people say, and not what they do" in repr(document)
    # Answers of one school go together: each side is worth fewer people than were asked.
    plain = run(write("campaign_survey"))
    answers = Path(write("campaign_survey")).parent / "answers.csv"
    answers.write_text(answers.read_text("utf-8").replace(",cluster,", ",school,", 1), encoding="utf-8")
    alone = run(answers.parent / "protocol.yaml")
    assert plain.primary.upper - plain.primary.lower > 1.1 * (alone.primary.upper - alone.primary.lower)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- {name: afraid, wording", "- {name: scared, wording", "every outcome has one question with its wording"),
        ("ends: 2026-01-31", "ends: 2025-01-31", "which is before"),
        ("comparison: before_after_elsewhere", "comparison: after_alone", "comparison"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_as_it_is_read(write, old: str, new: str, message: str) -> None:
    with pytest.raises(DefinitionsError, match=message):
        read_protocol(write("campaign_survey", (old, new)))


def rewrite_answers(path: Path, header: str, rows: list[str]) -> Path:
    (path.parent / "answers.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_answers_that_do_not_fit_are_refused_before_any_is_read(write) -> None:
    path = write("campaign_survey")
    mend(path, "answers.csv", "before,here", "during,here")
    refuse(path, "wave is 'during'; write before or after")
    rewrite_answers(path, "wave,place,equipped,afraid", ["before,here,Y,N"] * 60 + ["after,here,Y,N"] * 60)
    refuse(path, "0 people of answers.csv were asked elsewhere before, and 50 are the least")
    rewrite_answers(path, "wave,place,equipped", ["before,here,Y"])
    refuse(path, "Outcome afraid: answers.csv has no such column")
    (path.parent / "answers.csv").unlink()
    refuse(path, "is not there yet")


def test_the_same_people_are_set_against_themselves_and_those_asked_once_left_out(write) -> None:
    path = write("campaign_survey", ("comparison: before_after_elsewhere", "comparison: same_people"))
    first = [f"p{n},before,{'Y' if n % 2 else 'N'},N" for n in range(150)]
    second = [f"p{n},after,{'Y' if n % 2 or n % 5 == 0 else 'N'},N" for n in range(110)]
    found = run(rewrite_answers(path, "person,wave,equipped,afraid", first + second))
    assert found.primary.treated.units == found.primary.other.units == 110
    assert found.primary.estimate == pytest.approx(10.0) and "McNemar" in found.primary.method
    assert {check.name: check.verdict for check in found.primary.checks}["left_out"] is Verdict.FAILED
    rewrite_answers(path, "person,wave,equipped,afraid", [*first, *second, "p3,after,Y,N"])
    refuse(path, "somebody twice in the survey after")


def test_those_who_saw_it_are_only_observed_and_small_shares_are_withheld(write) -> None:
    path = write("campaign_survey", ("comparison: before_after_elsewhere", "comparison: seen_and_not"))
    rows = [f"Y,{'Y' if n < 70 else 'N'},{'Y' if n < 3 else 'N'}" for n in range(120)]
    rows += [f"N,{'Y' if n < 40 else 'N'},{'Y' if n < 30 else 'N'}" for n in range(130)]
    document = page(rewrite_answers(path, "saw_it,equipped,afraid", rows))
    finding = next(block for block in document.chapters[0].blocks if isinstance(block, Finding))
    assert finding.sentence.startswith("Observed, and not assigned by lot")
    afraid = tables(document)["shares"].rows[1]
    assert afraid[3].state is State.SUPPRESSED and afraid[2].is_published
    effects = {row[0]: row[1] for row in tables(document)["outcomes_numbers"].rows}
    assert effects["Feel unsafe on their way home"].state is State.SUPPRESSED


def test_the_score_example_sets_help_beside_waiting(write) -> None:
    found = run(write("outcome_scores"))
    planned = people_evaluation.SCORE_CHANGE / 2
    assert found.primary.lower < planned < found.primary.upper < 0
    helped = found.others[0]
    assert helped.name == "difficulties_helped" and helped.role == "observed, not assigned"
    assert helped.estimate < found.primary.estimate  # half of it would have come by waiting
    reliable = tables(page(write("outcome_scores")))["reliable"].rows[0]
    rows = [line.split(",") for line in people_evaluation.make_score_files()["before.csv"].splitlines()[1:]]
    spread = statistics.stdev(float(row[2]) for row in rows if row[1] == "Y")
    assert reliable[1] == f"{1.959964 * spread * (2 * 0.2) ** 0.5:.1f}"
    # They make up those asked again: all of them are told, or none is.
    assert len({cell.state for cell in reliable[2:]}) == 1


def test_without_people_who_waited_it_says_what_that_cannot_tell(write) -> None:
    path = write("outcome_scores", ("has_people_who_waited: true", "has_people_who_waited: false"))
    found = run(path)
    assert found.primary.evidence.maryland == 2 and not found.others
    assert {check.name: check.verdict for check in found.primary.checks}["regression_to_the_mean"] is Verdict.FAILED
    assert "better later without it too" in found.words.what_it_is


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("before.csv", ",Y,", ",Y,4", "goes from 0 to 40; mend the score or the range"),
        ("after.csv", "person,difficulties", "person,points", "Outcome difficulties: after.csv has no such column"),
        ("before.csv", "helped", "treated", "has no column 'helped'"),
    ],
)
def test_scores_that_do_not_fit_are_refused_before_a_second_is_read(
    write, file: str, old: str, new: str, message: str
) -> None:
    path = write("outcome_scores")
    mend(path, file, old, new)
    refuse(path, message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lowest: 0", "lowest: 50", "the lowest score lies below the highest"),
        ("reliability: 0.8", "reliability: 1.2", "reliability"),
        ("- name: difficulties", "- name: strengths", "every outcome is the score of one questionnaire"),
        ("ends: 2025-12-31", "ends: 2024-12-31", "which is before"),
    ],
)
def test_scores_that_cannot_be_are_refused_as_they_are_read(write, old: str, new: str, message: str) -> None:
    with pytest.raises(DefinitionsError, match=message):
        read_protocol(write("outcome_scores", (old, new)))


def test_arrests_are_held_against_attendances(write) -> None:
    found = run(write("mentoring_evaluation"))
    check = next(check for check in found.primary.checks if check.name == "reporting_change")
    assert check.verdict is not Verdict.FAILED
    # As many attendances on either side, and ever so many of them: arrests may only be put on record less often.
    path = write("mentoring_evaluation")
    outcomes = path.parent / "outcomes.csv"
    header, *lines = outcomes.read_text("utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    rows = [",".join([one[0], one[1], str(6 + number % 3), one[3]]) for number, one in enumerate(cells)]
    outcomes.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    apart = next(check for check in run(path).primary.checks if check.name == "reporting_change")
    assert apart.verdict is Verdict.FAILED and "may have changed and not violence" in apart.sentence


@pytest.mark.parametrize("name", ["mentoring", "campaign", "scores"])
def test_each_example_is_written_by_its_name(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "example", name, str(tmp_path / name)]) == 0
    assert "Seal it: safeground evaluate seal" in capsys.readouterr().out
    assert run(tmp_path / name / "protocol.yaml").protocol.is_made_up


@pytest.mark.parametrize("name", MADE)
def test_what_is_kept_makes_the_same_page_again(write, name: str) -> None:
    found = run(write(name))
    kept = read_result(
        render_result(Result(found, None, MadeFrom((), "b2" * 32, "test", True))), shown_as="result.json"
    )
    assert kept is not None
    one, other = (make_evaluation_chapter(each, rule=SMALL, area=("E1", "County")) for each in (found, kept.evaluation))
    assert one == other


@pytest.mark.parametrize("name", MADE)
def test_where_the_answer_is_withheld_no_sentence_and_no_table_gives_it_back(write, name: str) -> None:
    """Under a rule that withholds everything of people, not a digit of an estimate, an interval or an E-value is left."""
    path = write(name)
    strict = DisclosureRule("strict", "everything is withheld", 10_000, 1, "Tests", "Tests")
    document, effects = page(path, strict), run(path).effects
    told = repr(document)
    for effect in effects:
        assert not effect.protect(strict).is_published
        for number in (effect.estimate, effect.lower, effect.upper):
            assert f"{number:.2f}" not in told and f"{number:.3f}" not in told
    cells = [cell for table in tables(document).values() for row in table.rows for cell in row]
    assert not any(isinstance(cell, Protected) and cell.is_published for cell in cells)


def test_what_a_scheme_cost_is_set_against_what_was_met_less(write) -> None:
    """Injuries valued as violence with injury: nothing is taken off for what would have come anyway, as people like them show that."""
    none = "{value: 0, why: made up}"
    plan = f"""cost_benefit:
  price_year: 2015-16
  first_year: 2015-16
  years: 1
  costs: [{{title: Mentors, bearer: fiscal, price_year: 2015-16, amounts: [90000], source: made up}}]
  benefits: [{{title: Injuries, outcome: injuries, unit_cost: violence_with_injury}}]
  additionality: {{deadweight: {none}, attribution: {{value: 1, why: made up}}, displacement: {none}, drop_off: {none}}}
  not_monetised: [{{what: What it is like to have a mentor, why: nobody was asked}}]
  draws: 2000
owner:"""
    path = write("mentoring_evaluation", ("owner:", plan))
    found = run(path)
    protocol, economics = read_protocol(path), load_economics("wrenshire")
    check_cost_benefit_plan(protocol.cost_benefit, economics, protocol.priced)
    effects = {effect.name: effect for effect in found.effects}
    costs = appraise(protocol.cost_benefit, economics, effects, rng=np.random.default_rng(1))
    injuries = effects["injuries"]
    expected = injuries.treated.units * injuries.other.events / injuries.other.units
    assert costs.benefits[0].prevented.central == pytest.approx(expected * (1 - injuries.estimate))
    chapter = make_evaluation_chapter(found, rule=SMALL, area=("E1", "County"), cost_benefit=costs)
    assert "Injuries" in repr(chapter)


def test_the_terminal_says_no_more_than_the_page(write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the answer is withheld, so is what its checks saw: a terminal is read by others than who may see the numbers."""
    path = write("mentoring_evaluation")
    workspace, catalogue = init_workspace(tmp_path / "w", partnership="wrenshire"), load_catalogue("wrenshire")
    strict = DisclosureRule("strict", "everything is withheld", 10_000, 1, "Tests", "Tests")
    monkeypatch.setattr("safeground.engine.build.evaluating.find_rule", lambda *_: strict)
    monkeypatch.setattr("safeground.engine.build.evaluating.publish_edition", lambda *_, into, **__: into.mkdir())
    moment = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    seal_evaluation(workspace, catalogue, path, now=moment)
    told = "\n".join(run_evaluation(workspace, catalogue, path, now=moment).lines())
    assert "is not told" in told and "What was seen is not told" in told
    assert "ratio of" not in told and "intervals" not in told
