"""The chapter on what was tested quotes what was kept, to those who may have it, with what changed since, and no more than it carries."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from partners_county import find_finding, find_table, say

from safeground.engine.assessment import Evidence, QuotedEvaluation, Tested
from safeground.engine.assessment.chapters.evaluations import make_evaluation_pages, make_evaluations
from safeground.engine.catalogue import Catalogue, definitions_folder, load_catalogue, load_economics, load_evidence
from safeground.engine.documents import (
    Audience,
    Block,
    Chapter,
    Direction,
    Document,
    Figure,
    Marking,
    Notice,
    NoticeKind,
)
from safeground.engine.evaluation import (
    KeptEvaluation,
    MadeFrom,
    Result,
    WaitingProtocol,
    appraise,
    evaluate,
    read_evaluation_files,
    read_protocol,
)
from safeground.engine.evaluation.checks import passed
from safeground.engine.evaluation.effects import Side
from safeground.synthetic import write_evaluation_example

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_evaluation" / "protocol.yaml"
NAME = "southend_design"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("wrenshire")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("trial")
    content = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    content["runs"], content["cost_benefit"]["draws"] = 199, 2000
    write_evaluation_example(folder, protocol=yaml.safe_dump(content, sort_keys=False))
    protocol = read_protocol(folder / "protocol.yaml")
    seal = passed("protocol_sealed", "Was it sealed?", "It was.")
    found = evaluate(protocol, read_evaluation_files(protocol, folder), sha256="a1" * 32, seal=seal)
    assert protocol.cost_benefit is not None
    effects = {effect.name: effect for effect in found.effects}
    costs = appraise(protocol.cost_benefit, load_economics("wrenshire"), effects, rng=np.random.default_rng(1))
    return Result(found, costs, MadeFrom((), "b2" * 32, "0.1.0+test", True))


def quote(result: Result, **told: object) -> QuotedEvaluation:
    name = result.evaluation.protocol.approach
    approach = next((each for each in load_evidence("wrenshire") if each.name == name), None)
    settings: dict[str, object] = {"approach": approach} | told
    again = settings.pop("sealed_again", None)
    kept = KeptEvaluation(result, f"evaluations/{NAME}/a1/result.json", "c3" * 32, again)  # type: ignore[arg-type]
    return QuotedEvaluation(kept, **settings)  # type: ignore[arg-type]


def change(result: Result, name: str, *, is_made_up: bool = True, **primary: object) -> Result:
    """The same evaluation under another name, with another answer."""
    protocol = result.evaluation.protocol.model_copy(
        update={"name": name, "title": name.replace("_", " ").capitalize(), "is_made_up": is_made_up}
    )
    effect = dataclasses.replace(result.evaluation.primary, **primary)  # type: ignore[arg-type]
    return dataclasses.replace(
        result, evaluation=dataclasses.replace(result.evaluation, protocol=protocol, primary=effect)
    )


@pytest.fixture(scope="module")
def write(catalogue: Catalogue) -> Callable[..., Document]:
    """The chapter and the pages of an edition. Raises where a block is not for its readers."""

    def make(tested: Tested, audience: Audience = Audience.PARTNERSHIP) -> Document:
        # Of the county this chapter takes the definitions alone: what it tells was counted when it was run.
        evidence = Evidence(None, None, catalogue, (), (), audience, 7, tested)  # type: ignore[arg-type]
        outline = catalogue.outline.chapter("evaluations")
        first = Chapter(outline.id, outline.title, outline.plan.summary, make_evaluations(evidence, outline))
        pages = make_evaluation_pages(evidence)
        marking = Marking(audience, True, "For partners.")
        return Document("A", "A partnership", marking, "30 June 2025", (first, *pages))

    return make


def notices(blocks: tuple[Block, ...], kind: NoticeKind) -> list[str]:
    return [block.markdown for block in blocks if isinstance(block, Notice) and block.kind is kind]


def test_that_nothing_was_tested_is_said_in_words(write: Callable[..., Document]) -> None:
    (chapter,) = write(Tested()).chapters
    assert "No evaluation has been run here" in notices(chapter.blocks, NoticeKind.MISSING)[0]
    (public,) = write(Tested(), Audience.PUBLIC).chapters
    assert "No evaluation is published here" in say(public.blocks)


def test_an_evaluation_is_a_finding_with_its_grade_what_it_cost_and_a_page(
    write: Callable[..., Document], result: Result
) -> None:
    chapter, page = write(Tested(evaluations=(quote(result),))).chapters
    primary = result.evaluation.primary
    finding = find_finding(chapter, f"evaluation.{NAME}.{primary.name}")
    assert finding.estimate.value == primary.estimate and finding.caveats == result.evaluation.protocol.caveats
    assert find_finding(page, finding.id) == finding
    cost = find_finding(chapter, f"evaluation.{NAME}.cost_benefit")
    assert cost.estimate.is_published and find_finding(page, cost.id) == cost
    row = find_table(chapter, "evaluations_listed").rows[0]
    assert (
        row[3] == f"{primary.evidence.maryland} of 5"
        and "times (95% interval" in str(row[1])
        and "made-up data" in str(row[0])
    )
    said = say(chapter.blocks)
    assert f"(evaluation_{NAME}.html)" in said and page.id == f"evaluation_{NAME}"
    assert "The data of this evaluation are made up" in said and "were files beside its protocol" in said
    assert "Elsewhere: Hot spots policing is rated moderate" in said
    assert not [each for each in notices(chapter.blocks, NoticeKind.WARNING) if "changed" in each]


def test_a_patrol_trial_is_never_told_to_the_public(write: Callable[..., Document], result: Result) -> None:
    with pytest.raises(ValueError, match="may not enter a document for the public"):
        write(Tested(evaluations=(quote(result),)), Audience.PUBLIC)


def test_what_changed_since_is_said_in_words(write: Callable[..., Document], result: Result) -> None:
    again = datetime.date(2025, 9, 1)
    quoted = quote(result, sealed_again=again, changed=("2 deliveries of its days have come since",))
    warnings = notices(write(Tested(evaluations=(quoted,))).chapters[0].blocks, NoticeKind.WARNING)
    assert any("changed and sealed again on 1 September 2025" in each for each in warnings)
    assert any("2 deliveries of its days have come since. Until it is run again" in each for each in warnings)


def test_the_forest_holds_all_and_claims_no_more_than_the_intervals(
    write: Callable[..., Document], result: Result
) -> None:
    unclear = change(result, "nothing_clear", estimate=0.9, lower=0.6, upper=1.3, p=0.5)
    chapter = write(Tested(evaluations=(quote(result), quote(unclear)))).chapters[0]
    figure = next(block for block in chapter.blocks if isinstance(block, Figure))
    assert (
        figure.title == "What was found, each beside a line at no difference"
        and "count for nothing" in figure.notes[-1]
    )
    done = [change(each, f"done_{at}", is_made_up=False) for at, each in enumerate((result, unclear))]
    [figure] = [
        block
        for block in write(Tested(evaluations=tuple(quote(each) for each in (unclear, *done)))).chapters[0].blocks
        if isinstance(block, Figure)
    ]
    assert figure.title == "1 of 2 evaluations is clear of no difference", "an example is drawn and counts for nothing"
    figure = next(block for block in chapter.blocks if isinstance(block, Figure))
    assert len(figure.chart.points) == 2  # type: ignore[union-attr]
    told = {str(row[0]): row[2] for row in find_table(chapter, "evaluations_listed").rows}
    assert told["Nothing clear (made-up data)"] == "cannot tell"
    assert (
        find_finding(chapter, f"evaluation.nothing_clear.{result.evaluation.primary.name}").direction
        is Direction.CANNOT_TELL
    )
    alone = write(Tested(evaluations=(quote(unclear),))).chapters[0]
    assert not [block for block in alone.blocks if isinstance(block, Figure)]


def test_what_rests_on_few_events_is_withheld_from_partners_and_told_to_the_police(
    write: Callable[..., Document], result: Result
) -> None:
    few = change(result, "few_events", treated=Side(720, 3.0))
    tested = Tested(evaluations=(quote(few),))
    finding = f"evaluation.few_events.{result.evaluation.primary.name}"
    partners, police = (write(tested, audience).chapters[0] for audience in (Audience.PARTNERSHIP, Audience.POLICE))
    assert find_finding(partners, finding).estimate.value is None
    assert find_finding(partners, finding).direction is Direction.NOT_COMPARED
    assert find_table(partners, "evaluations_listed").rows[0][1:3] == ("suppressed", "not told")
    assert find_finding(partners, "evaluation.few_events.cost_benefit").estimate.value is None
    assert find_finding(police, finding).estimate.value == result.evaluation.primary.estimate


def test_what_is_harmful_or_unproven_elsewhere_is_a_warning(write: Callable[..., Document], result: Result) -> None:
    library = {each.name: each for each in load_evidence("wrenshire")}
    for name in ("boot_camps", "prison_awareness"):
        chapter = write(Tested(evaluations=(quote(result, approach=library[name]),))).chapters[0]
        said = [each for each in notices(chapter.blocks, NoticeKind.WARNING) if each.startswith("Elsewhere:")]
        assert len(said) == 1
    chapter = write(Tested(evaluations=(quote(result, approach=None),))).chapters[0]
    assert "names no approach of the evidence library" in say(chapter.blocks)


def test_what_was_sealed_and_not_run_waits(write: Callable[..., Document], result: Result) -> None:
    waiting = WaitingProtocol(result.evaluation.protocol, datetime.date(2025, 2, 1), was_run=False)
    other = dataclasses.replace(waiting, was_run=True)
    broken_off = dataclasses.replace(waiting, opened=datetime.date(2025, 9, 1))
    said = say(write(Tested(waiting=(waiting, other, broken_off))).chapters[0].blocks)
    assert "sealed on 1 February 2025: its outcomes have not been opened" in said
    assert "its outcomes were opened on 1 September 2025, and no result was kept" in said
    assert "another version of Safeground" in said


def test_priorities_that_name_an_approach_lead_to_what_is_known_and_tested(
    write: Callable[..., Document], result: Result
) -> None:
    table = find_table(write(Tested()).chapters[0], "priorities_and_evidence")
    assert {str(row[1]) for row in table.rows} == {"Mentoring", "Parenting programmes"}
    assert {row[3] for row in table.rows} == {"no"}
    mentors = change(result, "mentors")
    protocol = mentors.evaluation.protocol.model_copy(update={"approach": "mentoring"})
    mentors = dataclasses.replace(mentors, evaluation=dataclasses.replace(mentors.evaluation, protocol=protocol))
    tested = Tested(evaluations=(quote(mentors),))
    table = find_table(write(tested).chapters[0], "priorities_and_evidence")
    assert {str(row[1]): row[3] for row in table.rows} == {"Mentoring": "Mentors", "Parenting programmes": "no"}
    assert "priorities_and_evidence" not in [
        getattr(block, "id", "") for block in write(tested, Audience.POLICE).chapters[1].blocks
    ]


def test_all_that_is_told_is_in_the_fingerprint(result: Result) -> None:
    """What is not would leave an edition in place that says something else."""
    base = Tested(evaluations=(quote(result),))
    others = [
        Tested(),
        Tested(evaluations=(quote(result, changed=("a rule is another now",)),)),
        Tested(evaluations=(quote(result, sealed_again=datetime.date(2025, 9, 1)),)),
        Tested(evaluations=(quote(result),), day_starts={"trial": "06:00"}),
        Tested(
            evaluations=(quote(result),),
            waiting=(WaitingProtocol(result.evaluation.protocol, datetime.date(2025, 2, 1), False),),
        ),
    ]
    assert Tested().fingerprint == ""
    assert len({each.fingerprint for each in (base, *others)}) == len(others) + 1
    assert base.files == {f"evaluations/{NAME}/a1/result.json": "c3" * 32}


def test_the_file_of_a_priority_names_approaches_that_there_are(tmp_path: Path) -> None:
    from safeground.engine.catalogue import DefinitionsError
    from safeground.engine.strategy import read_strategy

    text = (definitions_folder() / "local" / "wrenshire" / "strategy.yaml").read_text(encoding="utf-8")
    path = tmp_path / "strategy.yaml"
    path.write_text(text.replace("approaches: [mentoring]", "approaches: [mentorring]"), encoding="utf-8")
    with pytest.raises(DefinitionsError, match="there is no approach 'mentorring'; did you mean 'mentoring'"):
        read_strategy(path, load_catalogue("wrenshire"))
