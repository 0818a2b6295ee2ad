"""An information governance lead lets a police extract in, and nothing else: from the first refusal to the pseudonymised delivery."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from sharing import agreement_data

from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.workspace import open_workspace

pytestmark = pytest.mark.slow

FEED = definitions_folder() / "national" / "feeds" / "recorded_crime"
PERSONS = ("P0048812", "P0048813", "P0031107")


@pytest.fixture
def workspace(run_safeground, tmp_path) -> Path:
    run_safeground.succeed("init", tmp_path / "essex", "--partnership", "essex")
    return tmp_path / "essex"


@pytest.fixture
def victims(tmp_path) -> Path:
    text = (FEED / "example_victims.csv").read_text(encoding="utf-8").replace("Wrenshire Police", "Essex Police")
    path = tmp_path / "2025-03-essex-victims.csv"
    path.write_text(text, encoding="utf-8")
    return path


def write_agreement(workspace: Path, **changes) -> None:
    variant = load_feeds().contracts["recorded_crime"].variant("victims")
    columns = [column.name for column in variant.columns]
    data = agreement_data(
        name="essex_police",
        parties=[
            {"name": "Essex Police", "partner": "essex", "role": "controller", "authority": ["specified"]},
            {"name": "Commissioner", "role": "joint controller", "authority": ["local_policing_body"]},
        ],
        feeds=[{"feed": "recorded_crime", "sent_by": ["essex"], "columns": columns}],
        starts="2020-01-01",
        ends=None,
        review_by="2099-01-01",
    )
    (workspace / "agreements").mkdir(exist_ok=True)
    (workspace / "agreements" / "essex_police.yaml").write_text(yaml.safe_dump({**data, **changes}), encoding="utf-8")


def expect_nobody_named(workspace: Path) -> None:
    for path in workspace.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(person.encode() in content for person in PERSONS), path


def test_a_police_extract_lands_once_it_may(run_safeground, workspace, victims, tmp_path):
    refused = run_safeground("land", workspace, victims)
    assert refused.code == 1 and "no sharing agreement names that feed from essex" in refused.err

    write_agreement(workspace, status="draft")
    assert "it is a draft" in run_safeground("land", workspace, victims).err
    write_agreement(workspace, gateway="nhs_2006_s251")
    refused = run_safeground("land", workspace, victims)
    assert "National Health Service Act 2006, section 251, and by section 251(1)" in refused.err
    checked = run_safeground("agreements", "check", workspace)
    assert (
        checked.code == 1
        and "refused at the door: recorded_crime from essex: its gateway is National Health" in checked.out
    )

    write_agreement(workspace)
    checked = run_safeground("agreements", "check", workspace, SAFEGROUND_KEYS="")
    assert (
        checked.code == 1
        and "cannot land safely: The key of the purpose needs_assessment cannot be found" in checked.out
    )
    assert run_safeground("agreements", "list", workspace).code == 0
    refused = run_safeground("land", workspace, victims)
    assert refused.code == 1 and "set SAFEGROUND_KEYS" in refused.err
    made = run_safeground.succeed("keys", "make", "needs_assessment", "--folder", tmp_path / "keys")
    assert "SAFEGROUND_KEYS" in made.out
    assert not list((workspace / "landed").rglob("*.csv"))
    expect_nobody_named(workspace)

    assert run_safeground("agreements", "check", workspace, SAFEGROUND_KEYS=str(tmp_path / "keys")).code == 0
    landed = run_safeground("land", workspace, victims, "--json", SAFEGROUND_KEYS=str(tmp_path / "keys"))
    assert landed.code == 0, landed.err
    (delivery,) = landed.data["landed"]
    record = json.loads((open_workspace(workspace).landed / delivery / "delivery.json").read_text())
    assert record["agreement"] == "essex_police" and record["pseudonymised_columns"] == ["victim_pid"]
    assert landed.data["checks"][0]["accepted"] == 2
    expect_nobody_named(workspace)


def test_who_lands_under_an_agreement_whose_review_was_due_is_told(run_safeground, workspace, victims, tmp_path):
    write_agreement(workspace, review_by="2024-05-03")
    run_safeground.succeed("keys", "make", "needs_assessment", "--folder", tmp_path / "keys")
    landed = run_safeground.succeed("land", workspace, victims, SAFEGROUND_KEYS=str(tmp_path / "keys"))
    assert "Landed under the agreement essex_police, version 2; its review was due on 3 May 2024: " in landed.out


def test_an_encrypted_delivery_needs_its_key_to_be_checked_again(run_safeground, workspace, victims, tmp_path):
    write_agreement(workspace, encrypt_at_rest=True)
    run_safeground.succeed("keys", "make", "needs_assessment", "--folder", tmp_path / "keys")
    key = run_safeground.succeed("keys", "at-rest").out.strip()
    secrets = {"SAFEGROUND_KEYS": str(tmp_path / "keys"), "SAFEGROUND_AT_REST_KEY": key}
    assert run_safeground("land", workspace, victims, **secrets).code == 0
    (report,) = (workspace / "checked").rglob("check.json")
    report.unlink()
    other = run_safeground.succeed("keys", "at-rest").out.strip()
    refused = run_safeground("check", workspace, **{**secrets, "SAFEGROUND_AT_REST_KEY": other})
    assert refused.code == 1 and "was encrypted with another key" in refused.err and "Traceback" not in refused.err
    assert run_safeground("check", workspace, **secrets).code == 0


def test_agreements_are_listed_for_people_and_for_scripts(run_safeground, workspace):
    write_agreement(workspace, review_by="2025-01-31", equality_impact_assessment=None)
    told = run_safeground.succeed("agreements", "list", workspace).out
    assert "essex_police, version 2: Wrenshire Police and the partnership (live without an end)" in told
    assert "its review was due on 31 January 2025" in told and "equality impact assessment" in told
    assert "recorded_crime (personal, police data): may come from essex under essex_police, version 2" in told
    (agreement,) = run_safeground.succeed("agreements", "list", workspace, "--json").data["agreements"]
    assert agreement["is_live"] and agreement["gateway"] == "pcsc_2022_s16"
    assert run_safeground("agreements", "check", workspace).code == 1
    made_up = run_safeground.succeed("agreements", "check", "--partnership", "wrenshire").out
    assert "Police, Crime, Sentencing and Courts Act 2022, section 16" in made_up


def test_a_mistake_in_an_agreement_is_told_by_its_place(run_safeground, workspace):
    write_agreement(workspace, gateway="pcsc_2022_s61", version="two")
    finished = run_safeground("agreements", "check", workspace)
    assert finished.code == 1 and "workspace/agreements/essex_police.yaml: version: " in finished.err


@pytest.mark.parametrize("arguments", [("keys",), ("keys", "make", "x"), ("agreements",), ("agreements", "show", "w")])
def test_misuse_is_told_apart_from_refusal(run_safeground, arguments):
    assert run_safeground(*arguments).code == 2


def test_whom_an_agreement_names_is_no_stranger(run_safeground, tmp_path):
    run_safeground.succeed("init", tmp_path / "w", "--partnership", "wrenshire")
    example = definitions_folder() / "national" / "feeds" / "istv" / "example.csv"
    landed = run_safeground.succeed("land", tmp_path / "w", example, "--json").data
    assert landed["strangers"] == [] and len(landed["landed"]) == 1
