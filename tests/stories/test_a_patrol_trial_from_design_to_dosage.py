"""A hot spot lead designs a trial, has it drawn, lands what was done and reads the dose; the officers' tracks are gone afterwards."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
import yaml

from safeground.cli import DONE, REFUSED, main
from safeground.engine.build import schedule_trial
from safeground.engine.catalogue import definitions_folder, load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries
from safeground.engine.warehouse import conform_deliveries
from safeground.engine.workspace import open_workspace

EXAMPLE = definitions_folder() / "national" / "examples" / "southend_patrols"
BEFORE = datetime.datetime(2025, 5, 20, 9, 0, tzinfo=datetime.UTC)


def run(*words: object) -> int:
    return main([str(word) for word in words])


def bring_into_the_warehouse(root: Path) -> None:
    """As a build does before it writes its editions, which are not asked for here."""
    workspace, feeds = open_workspace(root), load_catalogue("wrenshire").feeds
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, feeds, live, check_deliveries(workspace, feeds, live))


@pytest.fixture
def designed(tmp_path: Path) -> Path:
    """A workspace with a trial of two weeks, and its file beside it."""
    workspace = tmp_path / "workspace"
    assert run("init", workspace, "--partnership", "wrenshire") == DONE
    content = yaml.safe_load((EXAMPLE / "trial.yaml").read_text(encoding="utf-8"))
    content |= {"name": "fortnight", "starts": datetime.date(2025, 6, 2), "days": 14}
    (tmp_path / "trial.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (tmp_path / "places.csv").write_bytes((EXAMPLE / "places.csv").read_bytes())
    assert run("patrol", "design", tmp_path / "trial.yaml", "--workspace", workspace, "--simulations", 60) == DONE
    return workspace


def test_from_design_to_dosage(designed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads((designed / "patrols" / "fortnight" / "design.json").read_text(encoding="utf-8"))
    assert told["power"]["is_assumption"] and told["plans_missing"]
    assert run("patrol", "plan", "fortnight", "--workspace", designed) == DONE
    # Drawn before its first day, which lies in the past of whoever runs the tests.
    report = schedule_trial(
        open_workspace(designed), load_catalogue("wrenshire"), "fortnight", seal=True, by="Hot spot lead", now=BEFORE
    )
    schedule = report.schedule
    assert (report.folder / "sheets" / "index.html").is_file()
    assert run("patrol", "schedule", "fortnight", "--workspace", designed) == DONE
    assert run("patrol", "verify", "--workspace", designed, "--commitment", schedule.entry.commitment) == DONE
    assert run("patrol", "verify", "--workspace", designed, "--commitment", "0" * 64) == REFUSED

    # Every place drawn is visited but those of the last day; a tracker stands for the first day.
    names = [place.name for place in schedule.design.places]
    sent = tmp_path / "sent"
    sent.mkdir()
    visits, fixes = (
        ["trial,force,place,unit,started,ended,mode,officers"],
        ["trial,force,unit,fixed_at,easting,northing"],
    )
    for number, day in enumerate(schedule.design.spec.dates[:-1]):
        for row, place in enumerate(schedule.design.places):
            if not schedule.treated[row, number]:
                continue
            start = datetime.datetime.combine(day, datetime.time(15)) + datetime.timedelta(minutes=20 * row)
            if number:
                ended = start + datetime.timedelta(minutes=15)
                visits.append(
                    f"fortnight,Wrenshire Police,{place.name},T-1,{start:%Y-%m-%d %H:%M},{ended:%Y-%m-%d %H:%M},foot,2"
                )
            else:
                for minute in range(0, 15, 2):
                    moment = start + datetime.timedelta(minutes=minute)
                    fixes.append(
                        f"fortnight,Wrenshire Police,T-1,{moment:%Y-%m-%d %H:%M:%S},{place.easting + minute:.0f},{place.northing:.0f}"
                    )
    (sent / "visits-wrenshire-2025-06.csv").write_text("\n".join(visits) + "\n", encoding="utf-8")
    (sent / "fixes-wrenshire-2025-06.csv").write_text("\n".join(fixes) + "\n", encoding="utf-8")
    assert run("land", designed, *sorted(sent.iterdir()), *sorted((report.folder / "to_land").iterdir())) == DONE
    bring_into_the_warehouse(designed)
    capsys.readouterr()

    assert run("patrol", "dosage", "fortnight", "--workspace", designed) == REFUSED
    assert "give --by with a role, or --keep-fixes" in capsys.readouterr().err
    kept = ("--keep-fixes", "the second week is still to come")
    assert run("patrol", "dosage", "fortnight", "--workspace", designed, "--json", *kept) == DONE
    dose = json.loads(capsys.readouterr().out)
    assert dose["why_kept"] == "They are kept for this reason: the second week is still to come."
    assert (dose["visits_recorded"], dose["visits_from_tracks"]) == (12 * 8, 8)
    assert dose["compliance"]["value"] == pytest.approx(13 / 14)
    assert dose["contamination"]["value"] == 0
    assert dose["in_koper_range"]["value"] == 1
    assert dose["minutes_treated"] == pytest.approx((12 * 8 * 15 + 8 * 14) / (14 * 8))
    assert len(dose["missed"]) == 8 and dose["missed"][0][0] in names
    assert dose["plan_differs"] == []
    (track,) = dose["tracks"]

    assert run("patrol", "dosage", "fortnight", "--workspace", designed, "--by", "Data lead") == DONE
    assert not (designed / "landed" / track).exists()
    assert (designed / "certificates" / f"{track}.json").is_file()
    capsys.readouterr()
    # The dose outlives the tracks.
    assert run("patrol", "dosage", "fortnight", "--workspace", designed, "--json") == DONE
    after = json.loads(capsys.readouterr().out)
    assert set(dose.pop("deliveries")) - set(after.pop("deliveries")) == {track}
    assert after == dose | {"tracks": [], "why_kept": ""}


def test_what_is_called_wrongly_gets_a_sentence(designed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("patrol", "schedule", "fortnight", "--workspace", designed, "--seal", "--by", "Hot spot lead") == REFUSED
    assert "has begun" in capsys.readouterr().err
    assert run("patrol", "schedule", "fortnight", "--workspace", designed) == REFUSED
    assert "has not been drawn" in capsys.readouterr().err
    assert run("patrol", "dosage", "nobody", "--workspace", designed) == REFUSED
    assert "no trial 'nobody'" in capsys.readouterr().err
    assert run("patrol", "plan", "--workspace", designed) == REFUSED
    assert "needs the trial" in capsys.readouterr().err
