"""What the made-up county's sessions of engagement say is read back as it was planted: who was heard, of what, and who was not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from sharing import make_keys

from safeground.engine.catalogue import load_agreements, load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import Engagement, read_engagement
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county
from safeground.synthetic.assaults import make_assaults
from safeground.synthetic.engagement_files import write_engagement

CATALOGUE = load_catalogue("wrenshire")


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> Iterator[tuple[Engagement, dict]]:
    """What was read, and the truth. Nothing may be refused, set aside or reported."""
    folder = tmp_path_factory.mktemp("engagement")
    county = make_county(seed=2024, small_areas=120, months=14, last_month="2025-06")
    (folder / "sent").mkdir()
    written = write_engagement(county, make_assaults(county), folder / "sent")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(folder / "keys")))
        workspace = init_workspace(folder / "workspace", partnership="wrenshire")
        landing = land_files(workspace, CATALOGUE.feeds, written.paths, agreements=load_agreements("wrenshire"))
    assert [refusal.sentence for refusal in landing.refused] == []
    live = get_live_deliveries(workspace)
    reports = check_deliveries(workspace, CATALOGUE.feeds, live)
    assert [problem.message for report in reports for problem in report.problems] == []
    conform_deliveries(workspace, CATALOGUE.feeds, live, reports)
    with open_warehouse(workspace) as warehouse:
        yield read_engagement(warehouse), json.loads(json.dumps(dict(written.truth)))


def test_each_session_counts_once_however_many_themes_it_had(landed):
    found, truth = landed
    months = found.latest_months
    assert len(months) == 12 and len(found.sessions) == 3 * 12
    people = Counter[str]()
    for month in months:
        counted = truth["by_month"][f"{month:%Y-%m}"]["people_by_group"]
        people.update({group.lower(): number for group, number in counted.items()})
    assert found.people_by(lambda session: session.heard_from) == people


def test_themes_are_counted_by_session_and_places_by_district(landed):
    found, truth = landed
    themes, districts = Counter[str](), Counter[str]()
    for month in found.latest_months:
        counted = truth["by_month"][f"{month:%Y-%m}"]
        themes.update({name.lower(): number for name, number in counted["themes"].items()})
        districts.update({district or None: number for district, number in counted["people_by_district"].items()})
    assert {theme.lower(): len(sessions) for theme, sessions in found.sessions_by_theme().items()} == themes
    assert found.people_by(lambda session: session.district) == districts
    assert not {*truth["districts_not_heard"]} & {*districts}


def test_words_are_told_only_where_their_speaker_agreed_and_somebody_checked_them(landed):
    found, truth = landed
    months = [truth["by_month"][f"{month:%Y-%m}"] for month in found.latest_months]
    agreed, given = (sum(month["words"].get(kind, 0) for month in months) for kind in ("agreed_and_checked", "given"))
    assert sum(raised.quote is not None for raised in found.raised) == agreed
    assert 0 < agreed < given
