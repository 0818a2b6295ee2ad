"""To whom an evaluation is told, and under whose rule: the protocol proposes, the owners of its feeds dispose."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from safeground.engine.catalogue import Catalogue, definitions_folder, load_catalogue
from safeground.engine.documents import Audience
from safeground.engine.evaluation import Protocol, find_readers, find_rule, read_protocol

PLACEBO = definitions_folder() / "national" / "examples" / "neighbours_placebo" / "protocol.yaml"
TRIAL = definitions_folder() / "national" / "examples" / "southend_evaluation" / "protocol.yaml"
EVERYBODY = ["police", "partnership", "public"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("wrenshire")


def read(folder: Path, feed: str, readers: list[str]) -> Protocol:
    content = yaml.safe_load(PLACEBO.read_text(encoding="utf-8"))
    content["counts"]["feed"], content["readers"] = feed, readers
    path = folder / "protocol.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return read_protocol(path)


def test_an_owner_bars_whom_a_protocol_lets_in(catalogue: Catalogue, tmp_path: Path) -> None:
    open_feed, barred = read(tmp_path, "police_uk_street", EVERYBODY), read(tmp_path, "patrol_visits", EVERYBODY)
    assert find_readers(catalogue, open_feed) == set(Audience)
    assert find_readers(catalogue, barred) == {Audience.POLICE, Audience.PARTNERSHIP}


def test_a_protocol_bars_whom_an_owner_lets_in(catalogue: Catalogue, tmp_path: Path) -> None:
    assert find_readers(catalogue, read(tmp_path, "police_uk_street", ["police"])) == {Audience.POLICE}


@pytest.mark.parametrize(
    ("feed", "rule"), [("police_uk_street", "open_data"), ("istv", "nhs"), ("recorded_crime", "police_confidential")]
)
def test_numbers_are_told_under_the_rule_of_the_feed_they_were_counted_in(
    catalogue: Catalogue, tmp_path: Path, feed: str, rule: str
) -> None:
    for audience in Audience:
        found = find_rule(catalogue, read(tmp_path, feed, EVERYBODY), audience)
        assert found == catalogue.disclosure.rule(rule, audience)


@pytest.mark.parametrize(("feed", "rule"), [("istv", "nhs"), ("recorded_crime", "police_confidential")])
def test_a_trial_of_the_workspace_is_told_under_the_rule_of_what_it_counts(
    catalogue: Catalogue, tmp_path: Path, feed: str, rule: str
) -> None:
    content = yaml.safe_load(TRIAL.read_text(encoding="utf-8"))
    del content["files"], content["cost_benefit"], content["buffer_metres"]
    content["trial"] = "a_trial"
    for outcome in content["outcomes"]:
        outcome |= {"definition": "assault_attendances", "feed": feed}
    path = tmp_path / "protocol.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    protocol = read_protocol(path)
    assert find_rule(catalogue, protocol, Audience.PARTNERSHIP) == catalogue.disclosure.rule(rule, Audience.PARTNERSHIP)
    assert find_readers(catalogue, protocol) <= {Audience.POLICE, Audience.PARTNERSHIP}
    assert protocol.looked_at == protocol.span
