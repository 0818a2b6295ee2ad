"""What each gateway lets pass: which kind of data, told how closely, from whom to whom. One row, one answer."""

from __future__ import annotations

import itertools

import pytest

from safeground.engine.catalogue import Authority, DataFlow, IdentifiersLevel, load_agreements

GATEWAYS = load_agreements("essex").gateways
KINDS = ("police", "patient", "social_care", "education", "youth_justice", "probation", "fire", "survey")

# The sender's standings are joined by +. The answer is "yes", or the clause that closes the gateway.
TABLE = """
gateway              |kind         |identifiers   |from            |to                 |answer
pcsc_2022_s16        |police       |identifiable  |specified       |local_policing_body|yes
pcsc_2022_s16        |police       |pseudonymised |specified       |specified          |yes
pcsc_2022_s16        |youth_justice|identifiable  |specified       |specified          |yes
pcsc_2022_s16        |education    |identifiable  |relevant        |specified          |yes
pcsc_2022_s16        |probation    |aggregate     |specified       |specified          |yes
pcsc_2022_s16        |fire         |depersonalised|specified       |specified          |yes
pcsc_2022_s16        |patient      |identifiable  |specified+health|specified          |section 16(4)(a)
pcsc_2022_s16        |patient      |pseudonymised |specified+health|specified          |section 16(4)(a)
pcsc_2022_s16        |patient      |depersonalised|specified+health|specified          |section 16(4)(a)
pcsc_2022_s16        |patient      |aggregate     |specified       |specified          |section 16(4)(a)
pcsc_2022_s16        |survey       |identifiable  |specified+health|specified          |section 16(4)(b)
pcsc_2022_s16        |survey       |aggregate     |specified+health|specified          |yes
pcsc_2022_s16        |education    |identifiable  |social_care     |specified          |section 16(4)(b)
pcsc_2022_s16        |social_care  |pseudonymised |specified       |specified          |section 16(4)(b)
pcsc_2022_s16        |social_care  |aggregate     |specified       |specified          |yes
pcsc_2022_s16        |police       |aggregate     |other           |specified          |section 16(2)
pcsc_2022_s16        |police       |identifiable  |specified       |other              |section 16(1) and (2)
pcsc_2022_s17        |police       |aggregate     |specified       |local_policing_body|yes
pcsc_2022_s17        |police       |aggregate     |specified       |specified          |section 17
pcsc_2022_s17        |patient      |aggregate     |specified       |local_policing_body|section 17, read with section 16(4)(a)
cda_1998_s17a        |patient      |depersonalised|health          |specified          |yes
cda_1998_s17a        |police       |aggregate     |specified       |specified          |yes
cda_1998_s17a        |police       |pseudonymised |specified       |specified          |section 17A and regulation 2 of S.I. 2007/1831
cda_1998_s17a        |survey       |aggregate     |other           |specified          |section 17A
cda_1998_s115        |police       |identifiable  |specified       |specified          |yes
cda_1998_s115        |survey       |identifiable  |other           |specified          |yes
cda_1998_s115        |patient      |depersonalised|health          |specified          |yes
cda_1998_s115        |patient      |identifiable  |health          |specified          |section 115(1)
cda_1998_s115        |police       |identifiable  |specified       |other              |section 115(2)
nhs_2006_s251        |patient      |identifiable  |health          |specified          |yes
nhs_2006_s251        |police       |identifiable  |specified       |specified          |section 251(1)
common_law_confidence|patient      |identifiable  |health          |specified          |yes
common_law_confidence|education    |identifiable  |relevant        |specified          |the common law duty of confidentiality
children_act_2004_s10|social_care  |identifiable  |social_care     |specified          |yes
children_act_2004_s10|probation    |identifiable  |specified       |specified          |section 10(2)
children_act_2004_s11|education    |pseudonymised |relevant        |specified          |yes
children_act_2004_s11|probation    |pseudonymised |specified       |specified          |section 11(2)
children_act_1989_s47|social_care  |identifiable  |social_care     |specified          |yes
children_act_1989_s47|social_care  |pseudonymised |social_care     |specified          |section 47(1)
oma_2007_s14         |probation    |identifiable  |specified       |specified          |yes
oma_2007_s14         |patient      |identifiable  |health          |specified          |section 14
common_law_policing  |police       |identifiable  |specified       |other              |yes
common_law_policing  |education    |identifiable  |specified       |specified          |the common law
common_law_policing  |police       |identifiable  |other           |specified          |the common law
"""

ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()[1:]]


def answer(gateway: str, kind: str, identifiers: str, sender: str, *recipients: str) -> str:
    flow = DataFlow(
        kind=kind,
        identifiers=IdentifiersLevel(identifiers),
        sender=frozenset(map(Authority, sender.split("+"))),
        recipients=tuple(frozenset(map(Authority, each.split("+"))) for each in recipients),
    )
    objection = GATEWAYS.get(gateway).find_objection(flow)
    return objection.clause if objection else "yes"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:5]))
def test_a_gateway_lets_pass_what_the_law_allows(row: tuple[str, ...]) -> None:
    gateway, kind, identifiers, sender, recipient, expected = row
    assert answer(gateway, kind, identifiers, sender, recipient) == expected


def test_every_gateway_opens_for_something_and_closes_for_something() -> None:
    for name in GATEWAYS.names:
        answers = {row[5] == "yes" for row in ROWS if row[0] == name}
        assert answers == {True, False}, name


@pytest.mark.parametrize("identifiers", list(IdentifiersLevel))
def test_section_16_never_carries_patient_information(identifiers: IdentifiersLevel) -> None:
    for sender, recipient in itertools.product(Authority, Authority):
        assert answer("pcsc_2022_s16", "patient", identifiers, sender, recipient) == "section 16(4)(a)"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("standing", ["health", "social_care"])
@pytest.mark.parametrize("identifiers", ["pseudonymised", "identifiable"])
def test_section_16_never_carries_personal_information_from_health_or_social_care(
    kind: str, standing: str, identifiers: str
) -> None:
    for more in Authority:
        assert answer("pcsc_2022_s16", kind, identifiers, f"{standing}+{more}", "specified") != "yes"


def test_one_recipient_who_may_not_receive_closes_the_gateway() -> None:
    assert answer("pcsc_2022_s16", "police", "identifiable", "specified", "specified", "relevant") == "yes"
    assert answer("pcsc_2022_s16", "police", "identifiable", "specified", "specified", "other") != "yes"
