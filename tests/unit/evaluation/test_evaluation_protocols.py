"""A protocol: read, held against its trial before any outcome is read, sealed, run, told on a page."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path

import numpy as np
import pytest

from safeground.engine.build import run_evaluation, seal_evaluation
from safeground.engine.catalogue import Catalogue, DefinitionsError, load_catalogue
from safeground.engine.documents import Audience, Figure, Finding, Table
from safeground.engine.evaluation import (
    CheckResult,
    EvaluationRefused,
    TrialData,
    Verdict,
    check_protocol,
    check_seal,
    evaluate_crossover,
    make_evaluation_report,
    read_protocol,
    read_seals,
    read_trial_files,
)
from safeground.engine.statistics import ParallelDraw, SteppedWedgeDraw, TrialDraw
from safeground.engine.workspace import Workspace, init_workspace
from safeground.synthetic import write_evaluation_example

BEFORE_THE_START = datetime.datetime(2025, 2, 20, 9, tzinfo=datetime.UTC)
AFTER = datetime.datetime(2025, 6, 10, 9, tzinfo=datetime.UTC)
EXAMPLE = Path(__file__).parents[3] / "safeground/definitions/national/examples/southend_evaluation/protocol.yaml"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The ready example with fewer schedules drawn anew; its protocol's path."""
    text = EXAMPLE.read_text("utf-8").replace("runs: 9999", "runs: 399")
    write_evaluation_example(tmp_path / "trial", protocol=text)
    return tmp_path / "trial" / "protocol.yaml"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "w", partnership="wrenshire")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("wrenshire")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def data_of(example: Path) -> TrialData:
    return read_trial_files(read_protocol(example), example.parent)


@pytest.mark.parametrize("name", ["schedule.csv", "places.csv"])
def test_a_file_that_the_protocol_names_and_nobody_put_there_is_told(example: Path, name: str) -> None:
    (example.parent / name).unlink()
    with pytest.raises(EvaluationRefused, match=rf"{name} is not there; put it beside the protocol"):
        data_of(example)


def test_the_shipped_example_is_a_sound_protocol(example: Path) -> None:
    protocol, data = read_protocol(EXAMPLE), data_of(example)
    check_protocol(protocol, data)
    assert protocol.primary.name == "community_violence" and protocol.runs == 9_999
    assert data.shape == (20, 90) and data.treated.sum() == 720
    assert all("as published" in line for line in protocol.published)  # what we worked out ourselves is a caveat
    assert any(line.startswith("Illustration, not that trial's counts:") for line in protocol.caveats)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("question: Are there fewer", "question: Did patrols bring a drop in violence? Fewer", "says 'drop'"),
        ("title: offences of community violence", "title: reduction of community violence", "says 'reduction'"),
        ("role: secondary", "role: primary", "exactly one outcome is primary"),
        ("name: street_crime", "name: community_violence", "two outcomes have the same name"),
        ("design: crossover", "design: clairvoyance", "there is no design 'clairvoyance'; write one of .*crossover"),
        ("design: crossover", "", "it names no design"),
        ("daily, treated: 8", "daily", "how many places are treated a day"),
        ("starts: 2025-03-01", "trial: southend\nstarts: 2025-03-01", "and not both"),
        ("owner: Hot spot lead of the partnership", "owner: n/a", "no one"),
        ("lags: 3", "lagz: 3", "unknown key"),
    ],
)
def test_a_protocol_that_cannot_be_is_refused_as_it_is_read(example: Path, old: str, new: str, message: str) -> None:
    change(example, old, new)
    with pytest.raises(DefinitionsError, match=message):
        read_protocol(example)


def refuse(example: Path, match: str, **changes: object) -> None:
    """The protocol is refused before an outcome is read."""

    def never() -> None:
        raise AssertionError("outcomes were read")

    data = dataclasses.replace(data_of(example), open_outcomes=never, **changes)
    with pytest.raises(EvaluationRefused, match=match):
        check_protocol(read_protocol(example), data)


def test_what_does_not_fit_its_trial_is_refused_before_any_outcome_is_read(example: Path) -> None:
    data = data_of(example)
    shifted = np.roll(data.treated, 1, axis=1)
    refuse(
        example, "Outcome street_crime: there is no", outcomes_known=frozenset({"community_violence", "online_fraud"})
    )
    refuse(
        example,
        "outcomes have landed from 2025-03-01 to 2025-04-30",
        covered=(datetime.date(2025, 3, 1), datetime.date(2025, 4, 30)),
    )
    refuse(example, "are not the schedule's", dates=data.dates[:80])
    refuse(example, "All of the place-days that count are treated", treated=np.ones_like(data.treated))
    refuse(example, "None of the place-days that count are treated", treated=np.zeros_like(data.treated))
    refuse(example, "The draw treats 8 places each day, and the schedule has 12 for 2025-03-01", treated=~data.treated)
    refuse(example, "The schedule does not match the visits.*moved by 1 day back fits them better", treated=shifted)
    backwards = (~data.treated).astype(float)
    refuse(example, "The schedule does not match the visits.*turned over", visits=backwards)
    refuse(
        example,
        "Outcome street_crime: patrols themselves put offences of it on record .such as Drugs",
        police_initiated={"street_crime": ("Drugs",)},
    )
    refuse(example, "no file gives the places' coordinates", points=None)
    change(example, "buffer_metres: 150", "buffer_metres: 500")
    refuse(example, "reaches into Place 02, which is a place of the trial itself")


def test_a_trial_that_was_poorly_carried_out_is_told_and_not_refused(example: Path) -> None:
    data = data_of(example)
    visits = (np.random.default_rng(4).random(data.shape) < np.where(data.treated, 0.3, 0.2)).astype(float)
    poor = dataclasses.replace(data, visits=visits)
    check_protocol(read_protocol(example), poor)
    seal = CheckResult("protocol_sealed", "Was it sealed?", Verdict.PASSED, "It was.")
    found = evaluate_crossover(read_protocol(example), poor, sha256="0" * 64, seal=seal)
    assert {check.name: check.verdict for check in found.primary.checks}["compliance"] is Verdict.FAILED


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (ParallelDraw(20, 90, 8), "of the design parallel, and the protocol is of crossover; write design: parallel"),
        (SteppedWedgeDraw(20, 90, 4), "write design: stepped_wedge"),
    ],
)
def test_a_draw_of_another_design_is_refused_before_any_outcome_is_read(
    example: Path, draw: TrialDraw, message: str
) -> None:
    refuse(example, message, draw=draw, treated=draw(np.random.default_rng(1)), visits=None)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("schedule.csv", "place,day", "spot,day", "has no column 'place'"),
        ("schedule.csv", "Place 01,2025-03-01,", "Place 01,2025-03-02,", "lacks Place 01 on 2025-03-01"),
        ("schedule.csv", "2025-03-01", "1 March", "'1 March' is no day"),
        ("schedule.csv", ",Y,", ",perhaps,", "write Y or N"),
        ("schedule.csv", ",Y,1,", ",Y,-1,", "write a number from 0 on"),
        ("places.csv", "Place 07", "Platz 07", "has no row for Place 07"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line(
    example: Path, file: str, old: str, new: str, message: str
) -> None:
    path = example.parent / file
    path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvaluationRefused, match=message):
        data_of(example)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Place 01,2025-03-01,burglary,,place", "'burglary' is no outcome of southend_design"),
        ("Place 99,2025-03-01,street_crime,,place", "Place 99 on 2025-03-01 is not in the trial"),
        ("Place 01,2026-03-01,street_crime,,place", "is not in the trial"),
        ("Place 01,2025-03-01,street_crime,much,place", "harm is 'much'"),
    ],
)
def test_an_event_that_would_be_lost_is_refused(example: Path, line: str, message: str) -> None:
    path = example.parent / "events.csv"
    path.write_text(path.read_text("utf-8") + line + "\n", encoding="utf-8")
    data = data_of(example)
    with pytest.raises(EvaluationRefused, match=message):
        data.open_outcomes()


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("street_crime", "Outcome burglary: the file of events has it and southend_design does not"),
        ("community_violence", "Outcome community_violence: the file of events has no row of it"),
    ],
)
def test_an_outcome_that_the_file_does_not_know_is_refused_before_any_is_opened(
    example: Path, workspace: Workspace, catalogue: Catalogue, old: str, message: str
) -> None:
    change(example.parent / "events.csv", old, "burglary")
    seal_evaluation(workspace, catalogue, example, now=BEFORE_THE_START)
    with pytest.raises(EvaluationRefused, match=message):
        run_evaluation(workspace, catalogue, example, now=AFTER)
    assert [entry.what for entry in read_seals(workspace)] == ["sealed"]  # and not opened


def test_an_outcome_of_which_nothing_was_met_is_told_as_such_and_costs_the_others_nothing(example: Path) -> None:
    path = example.parent / "events.csv"
    kept = [line for line in path.read_text("utf-8").splitlines(keepends=True) if "online_fraud" not in line]
    path.write_text("".join(kept), encoding="utf-8")
    seal = CheckResult("protocol_sealed", "Was it sealed?", Verdict.PASSED, "It was.")
    found = evaluate_crossover(read_protocol(example), data_of(example), sha256="0" * 64, seal=seal)
    assert found.primary.is_available and "online_fraud" not in {effect.name for effect in found.effects}
    assert any(note.startswith("Reports of fraud on the internet could not be estimated") for note in found.notes)


def test_outcomes_are_not_opened_before_the_seal_nor_after_a_change(
    example: Path, workspace: Workspace, catalogue: Catalogue
) -> None:
    with pytest.raises(EvaluationRefused, match="is not sealed, and outcomes are not opened before"):
        run_evaluation(workspace, catalogue, example, now=AFTER)
    (example.parent / "events.csv").rename(example.parent / "elsewhere.csv")
    report = seal_evaluation(workspace, catalogue, example, now=BEFORE_THE_START)  # without any outcome
    assert (
        seal_evaluation(workspace, catalogue, example, now=AFTER).entry == report.entry
    )  # the same again is nothing new
    change(example, "lags: 3", "lags: 2")
    with pytest.raises(EvaluationRefused, match="has been changed since it was sealed"):
        run_evaluation(workspace, catalogue, example, now=AFTER)
    assert [entry.what for entry in read_seals(workspace)] == ["sealed"]


@pytest.mark.parametrize(
    ("day", "verdict", "words"),
    [
        ("2025-02-28", Verdict.PASSED, "before the first day, 1 March 2025"),
        ("2025-03-01", Verdict.NOT_APPLICABLE, "on day 1 of 90: what had happened by then could be known"),
        ("2025-05-28", Verdict.NOT_APPLICABLE, "on day 89 of 90"),
        ("2025-05-30", Verdict.FAILED, "after the trial had ended on 29 May 2025"),
    ],
)
def test_a_seal_is_as_good_as_its_day(
    example: Path, workspace: Workspace, catalogue: Catalogue, day: str, verdict: Verdict, words: str
) -> None:
    moment = datetime.datetime.fromisoformat(f"{day}T09:00+00:00")
    entry = seal_evaluation(workspace, catalogue, example, now=moment).entry
    found = check_seal(read_seals(workspace), read_protocol(example), entry.protocol)
    assert found.verdict is verdict and words in found.sentence


def test_costs_that_were_changed_after_the_seal_undo_it(
    example: Path, workspace: Workspace, catalogue: Catalogue
) -> None:
    seal_evaluation(workspace, catalogue, example, now=BEFORE_THE_START)
    held = catalogue.economics
    assert held is not None
    dearer = held.unit_costs.model_copy(update={"version": held.unit_costs.version + 1})
    other = dataclasses.replace(catalogue, economics=dataclasses.replace(held, unit_costs=dearer))
    with pytest.raises(EvaluationRefused, match="has been changed since it was sealed"):
        run_evaluation(workspace, other, example, now=AFTER)


def test_a_line_of_the_log_that_was_changed_is_seen(example: Path, workspace: Workspace, catalogue: Catalogue) -> None:
    seal_evaluation(workspace, catalogue, example, now=AFTER)
    path = workspace.root / "evaluations/log.jsonl"
    path.write_text(path.read_text("utf-8").replace("2025-06-10", "2025-02-10"), encoding="utf-8")
    with pytest.raises(EvaluationRefused, match="line 1, is not as it was written"):
        run_evaluation(workspace, catalogue, example, now=AFTER)


def test_the_example_finds_what_was_planned_and_its_page_says_no_more(
    example: Path, workspace: Workspace, catalogue: Catalogue
) -> None:
    seal_evaluation(workspace, catalogue, example, now=BEFORE_THE_START)
    report = run_evaluation(workspace, catalogue, example, now=AFTER)
    found = report.evaluation
    assert found.primary.lower < 0.5 < found.primary.upper < 1  # planned: half
    checks = {check.name: check.verdict for check in found.primary.checks}
    assert checks["protocol_sealed"] is checks["compliance"] is checks["negative_control"] is Verdict.PASSED
    steps = dict(found.flow.steps)
    assert steps["Place-days drawn"] == ("720", "1,080")
    assert int(str(steps["Visited"][0]).removesuffix(" of 720")) > 690
    page = (report.page / "index.html").read_text("utf-8")
    assert "Draft" in page and "made up" in page and "88.5% lower on patrol days" in page
    assert {path.name for path in report.page.iterdir()} >= {
        "assessment.pdf",
        "assessment.docx",
        "tables",
    }
    result = json.loads((report.folder / "result.json").read_text("utf-8"))
    assert result["effects"][0]["estimate"] == pytest.approx(found.primary.estimate)
    seal = next(check for check in found.primary.checks if check.name == "protocol_sealed")
    again = evaluate_crossover(found.protocol, data_of(example), sha256=found.sha256, seal=seal)
    assert again.primary == found.primary  # the seed is the protocol's
    assert [entry.what for entry in read_seals(workspace)] == ["sealed", "opened", "read", "told"]
    own = " ".join(sentence.lower() for sentence in report.sentences)
    assert not any(word in own for word in (" drop", " fell", " fall", "reduc", "decreas", "prevent"))


def test_a_page_is_not_for_the_public_and_withholds_small_counts(example: Path, catalogue: Catalogue) -> None:
    path = example.parent / "events.csv"
    lines = path.read_text("utf-8").splitlines()
    kept = [line for line in lines if "community_violence" not in line]
    violence = [line for line in lines if "community_violence" in line and line.endswith("place")]
    path.write_text("\n".join([*kept, *violence[:6]]) + "\n", encoding="utf-8")
    seal = CheckResult("protocol_sealed", "Was it sealed?", Verdict.PASSED, "It was.")
    found = evaluate_crossover(read_protocol(example), data_of(example), sha256="0" * 64, seal=seal)
    told = {
        "partnership": catalogue.partnership.title, "handling": "For partners.", "area": ("E23", "Wrenshire"),
    }  # fmt: skip
    rule = catalogue.disclosure.rule("police_confidential", Audience.PARTNERSHIP)
    document = make_evaluation_report(found, rule=rule, audience=Audience.PARTNERSHIP, **told)
    blocks = document.chapters[0].blocks
    finding = next(block for block in blocks if isinstance(block, Finding))
    assert not finding.estimate.is_published and "is not told" in finding.sentence
    told_to = [block.readers for block in blocks if isinstance(block, Table | Figure | Finding)]
    assert told_to and not any(Audience.PUBLIC in readers for readers in told_to)
    with pytest.raises(ValueError, match="not to the public"):
        make_evaluation_report(found, rule=rule, audience=Audience.PUBLIC, **told)
