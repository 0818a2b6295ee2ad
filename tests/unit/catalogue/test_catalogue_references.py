"""What a feed carries, as rules see it; colours; wording of parts."""

from __future__ import annotations

import pytest

from safeground.engine.catalogue import CodeList, Contract, Feeds, PartnershipArea, Unit, load_feeds
from safeground.engine.catalogue.references import fields_carried, values_carried


@pytest.fixture(scope="module")
def street() -> Contract:
    return load_feeds().contracts["police_uk_street"]


def test_a_feed_carries_the_fields_its_contract_fills(street: Contract) -> None:
    assert fields_carried(street) == (
        "area_code",
        "event_id",
        "latitude",
        "location",
        "longitude",
        "month",
        "offence",
        "outcome",
    )
    assert fields_carried(load_feeds().contracts["population"]) == ()


def test_values_come_from_the_code_list_or_may_be_anything(street: Contract) -> None:
    feeds = load_feeds()
    assert values_carried(feeds, street, "offence") == feeds.code_lists["police_uk_crime_types"].codes
    assert values_carried(feeds, street, "location") is None
    assert values_carried(feeds, street, "weapon_use") is None


def test_values_may_be_listed_in_the_contract_itself(street: Contract) -> None:
    data = street.model_dump(by_alias=True)
    for column in data["variants"][0]["columns"]:
        if column["name"] == "Crime type":
            column["constraints"] = {"enum": ("Robbery", "Burglary")}
    feeds = Feeds({}, {"police_uk_outcomes": CodeList("police_uk_outcomes", "made up", {})})
    assert values_carried(feeds, Contract.model_validate(data), "offence") == ("Robbery", "Burglary")


@pytest.mark.parametrize(
    ("unit", "title"),
    [
        ({"type": "rate", "per": 1000}, "per 1,000 residents"),
        ({"type": "directly_standardised_rate", "per": 100000}, "per 100,000 residents, age-standardised"),
        ({"type": "share"}, "%"),
        ({"type": "count"}, "offences"),
        ({"type": "count", "of": "incidents"}, "incidents"),
    ],
)
def test_units_have_titles(unit: dict[str, object], title: str) -> None:
    assert Unit.model_validate(unit).title == title


def test_an_area_needs_a_code_in_the_form_of_the_statistics_office() -> None:
    assert PartnershipArea(level="pfa24", code="W15000001", name="Gwent").code == "W15000001"
    with pytest.raises(ValueError, match="pattern"):
        PartnershipArea(level="pfa24", code="Essex", name="Essex")
