"""What an evaluation rests on, and the words for what of it has changed since."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import pytest
import yaml

from safeground.engine.build.evaluation_inputs import find_inputs, say_changed
from safeground.engine.catalogue import Catalogue, Not, load_catalogue
from safeground.engine.evaluation import Protocol, read_protocol
from safeground.engine.warehouse import LiveDelivery


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("wrenshire")


@pytest.fixture
def protocol(tmp_path: Path) -> Protocol:
    content = {
        "schema": 1, "name": "eight_weeks", "title": "Patrol days and other days", "design": "crossover", "trial": "eight_weeks",
        "question": "Are there fewer?", "why_it_matters": "It costs.", "starts": datetime.date(2025, 6, 2), "days": 56,
        "planned_ratio": 0.5,
        "outcomes": [{
            "name": "violence", "title": "offences", "role": "primary", "definition": "knife_enabled_serious_violence",
            "feed": "recorded_crime",
        }],
        "owner": "Lead", "checked_by": "Analyst", "review_by": datetime.date(2027, 1, 1),
    }  # fmt: skip
    path = tmp_path / "protocol.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return read_protocol(path)


def deliver(feed: str, period: str, sha: str = "0a1b2c3d4e5f") -> LiveDelivery:
    name = f"{feed}/wrenshire/{period}/{sha}"
    return LiveDelivery(name, feed, "", "wrenshire", period, sha, "a.csv", 1, 1, 0, 0, 1)


def test_deliveries_of_other_days_and_feeds_are_no_part_of_it(catalogue: Catalogue, protocol: Protocol) -> None:
    june, july = deliver("recorded_crime", "2025-06"), deliver("recorded_crime", "2025-07")
    visits = deliver("patrol_visits", "2025-06")
    others = [deliver("recorded_crime", "2025-05"), deliver("recorded_crime", "2025-08"), deliver("istv", "2025-06")]
    found = find_inputs(catalogue, protocol, [june, *others, july, visits])
    assert set(found.deliveries) == {june.id, july.id, visits.id}
    later = find_inputs(catalogue, protocol, [june, july, visits, deliver("recorded_crime", "2025-09")])
    assert say_changed(found, later) == ()


def test_what_changed_is_said_of_deliveries_and_of_rules(catalogue: Catalogue, protocol: Protocol) -> None:
    before = find_inputs(catalogue, protocol, [deliver("recorded_crime", "2025-06")])
    corrected = find_inputs(catalogue, protocol, [deliver("recorded_crime", "2025-06", "ffffffffffff")])
    assert say_changed(before, corrected) == (
        "1 delivery of its days has come since",
        "1 delivery that it used is no longer in use",
    )
    counted = catalogue.definitions["knife_enabled_serious_violence"]
    other = counted.model_copy(update={"rule": Not(counted.rule_under())})
    changed = dataclasses.replace(catalogue, definitions={**catalogue.definitions, counted.name: other})
    (said,) = say_changed(before, find_inputs(changed, protocol, [deliver("recorded_crime", "2025-06")]))
    assert said == "the rule that counts an outcome, or what offences cost, is another now"
    mended = counted.model_copy(update={"title": "Another title"})
    worded = dataclasses.replace(catalogue, definitions={**catalogue.definitions, counted.name: mended})
    assert say_changed(before, find_inputs(worded, protocol, [deliver("recorded_crime", "2025-06")])) == ()
