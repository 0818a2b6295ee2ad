"""Made-up sharing: a personal feed of a few columns, agreements that allow it, and keys."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from safeground.engine.catalogue import Agreement, Agreements, Contract, Feeds, load_agreements, load_feeds
from safeground.engine.feeds import make_key

PURPOSE = "needs_assessment"

_CONTRACT: dict[str, Any] = {
    "schema": 1,
    "name": "assault_cases",
    "version": 1,
    "title": "Assaults, as a force knows them",
    "why_it_matters": "Made up, to test what happens at the door",
    "source": {"name": "Made up", "licence": "None", "attribution": "Made up"},
    "owner": "Analyst of the partnership",
    "checked_by": "Data lead of the partnership",
    "review_by": "2030-01-31",
    "sensitivity": "personal",
    "kind_of_data": "police",
    "retention_months": 84,
    "disclosure": "police_confidential",
    "cadence": "monthly",
    "partner": {"fixed": "wrenshire"},
    "period": {"kind": "month", "column": "month"},
    "variants": [
        {
            "name": "cases",
            "title": "The monthly extract",
            "columns": [
                {"name": "case_ref", "identifies": "direct", "constraints": {"required": True}},
                {"name": "month", "type": "month", "constraints": {"required": True}},
                {"name": "lsoa21", "identifies": "indirect"},
                {"name": "offence", "constraints": {"required": True, "enum": ["assault", "robbery"]}},
                {"name": "victim_nhs", "identifies": "direct", "constraints": {"pattern": r"\d{3} ?\d{3} ?\d{4}"}},
                {"name": "note", "is_optional": True, "formerly": ["remark"]},
            ],
            "checks": [{"rule": "identifiers", "column": "case_ref"}, {"rule": "month_of_file", "column": "month"}],
            "becomes": {
                "table": "events",
                "event_id": "case_ref",
                "month": "month",
                "area_code": "lsoa21",
                "offence": "offence",
            },
        }
    ],
}

_AGREEMENT: dict[str, Any] = {
    "schema": 1,
    "name": "wrenshire_police",
    "version": 2,
    "title": "Wrenshire Police and the partnership",
    "status": "live",
    "purpose": PURPOSE,
    "purpose_in_words": "The needs assessment of the partnership",
    "gateway": "pcsc_2022_s16",
    "parties": [
        {"name": "Wrenshire Police", "partner": "wrenshire", "role": "controller", "authority": ["specified"]},
        {"name": "Police and Crime Commissioner", "role": "joint controller", "authority": ["local_policing_body"]},
        {"name": "A hosting company", "role": "processor", "authority": ["other"]},
    ],
    "lawful_basis": {"regime": "UK GDPR", "basis": ["Article 6(1)(e)", "Article 9(2)(g)", "Article 10"]},
    "identifiers": "identifiable",
    "feeds": [
        {
            "feed": "assault_cases",
            "sent_by": ["wrenshire"],
            "columns": ["case_ref", "month", "lsoa21", "offence", "victim_nhs", "note", "officer"],
        }
    ],
    "frequency": "Monthly",
    "method": "Secure file transfer",
    "retention_months": 60,
    "destruction": "safeground destroy, with its certificate",
    "onward_sharing": "Nobody else receives it",
    "data_protection_impact_assessment": "DPIA 12",
    "equality_impact_assessment": "EqIA 12",
    "approvals": [
        {"kind": "data_protection_officer", "by": "Data protection officer of the force", "given": "2024-12-01"}
    ],
    "starts": "2025-01-01",
    "ends": "2026-12-31",
    "breach_contact": "Information governance lead of the partnership",
    "owner": "Information governance lead of the partnership",
    "checked_by": "Data protection officer of the force",
    "review_by": "2026-06-30",
}


def make_contract(**changes: Any) -> Contract:
    """The personal feed assault_cases."""
    return Contract.model_validate({**_CONTRACT, **changes})


def make_feeds(**changes: Any) -> Feeds:
    """The shipped feeds and assault_cases."""
    shipped = load_feeds()
    return Feeds({**shipped.contracts, "assault_cases": make_contract(**changes)}, shipped.code_lists)


def agreement_data(**changes: Any) -> dict[str, Any]:
    """An agreement that lets assault_cases in from 2025 to 2026, as the YAML of a file would parse."""
    return {**_AGREEMENT, **changes}


def make_agreement(**changes: Any) -> Agreement:
    """The same as an agreement."""
    return Agreement.model_validate(agreement_data(**changes))


def make_agreements(*agreements: Agreement) -> Agreements:
    """These agreements, and the gateways we ship."""
    return Agreements(tuple(agreements), load_agreements("essex").gateways)


def agree_to(contract: Contract, *partners: str) -> Agreement:
    """An agreement under which a feed may come from these partners with every column its contract has."""
    is_patient, is_personal = contract.kind_of_data == "patient", contract.sensitivity == "personal"
    authority = ["specified", "health"] if is_patient else ["specified"]
    columns = {column.name for variant in contract.variants for column in variant.columns}
    columns |= {family.matching for variant in contract.variants for family in variant.families}
    return make_agreement(
        name=contract.name,
        gateway="cda_1998_s115" if not is_patient else "nhs_2006_s251" if is_personal else "cda_1998_s17a",
        identifiers="identifiable" if is_personal else "depersonalised",
        parties=[
            *({"name": name, "partner": name, "role": "controller", "authority": authority} for name in partners),
            {"name": "The partnership's host", "role": "joint controller", "authority": ["specified"]},
        ],
        feeds=[{"feed": contract.name, "sent_by": list(partners), "columns": sorted(columns)}],
        approvals=[
            {"kind": kind, "by": "Caldicott Guardian", "given": "2024-12-01"}
            for kind in ("caldicott", "confidentiality_advisory_group")
        ],
        starts="2000-01-01",
        ends=None,
    )


def make_keys(folder: Path, *purposes: str) -> Path:
    """A folder of keys, one a purpose."""
    for purpose in purposes or (PURPOSE,):
        make_key(purpose, folder)
    return folder


def as_csv(rows: Iterable[Sequence[object]], *, header: Sequence[str] | None = None) -> str:
    """Rows of assault_cases, by default under the contract's columns without the note."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header or ["case_ref", "month", "lsoa21", "offence", "victim_nhs"])
    writer.writerows(rows)
    return out.getvalue()
