"""The door: whether a file may land at all, under which agreement, and what of it may be kept.

Open feeds pass. Any other needs an agreement that is live today, names the feed, its sender and every column sent, and a gateway the law
opens for that kind of data. The first objection is told, with its clause, and nothing of the file is stored.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from safeground.engine.catalogue import (
    PART_3,
    UK_GDPR,
    Agreement,
    Agreements,
    Contract,
    DataFlow,
    DefinitionsError,
    Gateway,
    Sensitivity,
    Variant,
    why_not_live,
)
from safeground.engine.feeds.reading.guards import Refused
from safeground.engine.feeds.reading.recognition import Recognition
from safeground.engine.feeds.sharing.encryption import Cipher, read_cipher
from safeground.engine.feeds.sharing.pseudonyms import KeyProblem, PseudonymKey, read_key

_NAMED_AT_MOST = 4
# Articles 9 and 10 of the UK GDPR ask more of such data, by their kind.
_SPECIAL_CATEGORY = ("patient", "social_care")
_CRIMINAL_OFFENCES = ("police", "youth_justice", "probation")


@dataclass(frozen=True)
class Admission:
    """A file that may land, and how. `is_minimised`: a copy lands that holds only what the contract asks for."""

    agreement: Agreement
    is_minimised: bool
    key: PseudonymKey | None
    """Where it has direct identifiers."""
    cipher: Cipher | None
    """Where the agreement asks for encryption at rest."""


class Door:
    """Decides for each file. `load` gives the agreements; it is asked only once a file comes that is not open.

    keys: the folder of keys, by default the one that SAFEGROUND_KEYS names.
    """

    def __init__(
        self, load: Callable[[], Agreements], *, keys: Path | None = None, today: datetime.date | None = None
    ) -> None:
        self._load = load
        self._keys = keys
        self._today = today or datetime.date.today()

    @cached_property
    def _agreements(self) -> Agreements:
        try:
            return self._load()
        except DefinitionsError as error:
            told = "; ".join(str(problem) for problem in error.problems)
            raise Refused(f"needs a sharing agreement, and they cannot be read: {told}.") from None

    def admit(self, recognition: Recognition, partner: str, *, file_format: str) -> Admission | None:
        """None for an open feed. Raises Refused with the reason and its clause, before anything is stored."""
        contract = recognition.contract
        if contract.sensitivity is Sensitivity.OPEN:
            return None
        agreement = self._find_agreement(recognition, partner)
        sent_directly = direct_identifiers(recognition.variant) & _contract_names(recognition)
        is_minimised = (
            contract.sensitivity is Sensitivity.PERSONAL
            or bool(sent_directly or recognition.unknown)
            or file_format == "xlsx"  # whose other sheets nobody agreed to
            or agreement.encrypt_at_rest
        )
        try:
            key = read_key(agreement.purpose, folder=self._keys) if sent_directly else None
            cipher = None
            if agreement.encrypt_at_rest:
                cipher = read_cipher(needed_for=f"The agreement {agreement.label} asks for encryption at rest")
        except KeyProblem as problem:
            raise Refused(f"cannot land safely. {problem}") from None
        return Admission(agreement, is_minimised, key, cipher)

    def _find_agreement(self, recognition: Recognition, partner: str) -> Agreement:
        """The first agreement to which there is no objection. Raises Refused with the objection to the best of them."""
        contract = recognition.contract
        about = self._agreements.about(contract.name, partner)
        if not about:
            raise Refused(
                f"is of {contract.name}, which is {contract.sensitivity}, and no sharing agreement names that feed from {partner}; "
                "nothing of it was stored. Agreements are kept in the partnership's definitions or in the workspace, under agreements/."
            )
        objections = []
        for agreement in sorted(about, key=lambda each: (why_not_live(each, self._today) is not None, each.name)):
            gateway = self._agreements.gateway_of(agreement)
            objection = next(find_objections(agreement, gateway, contract, partner, today=self._today), None)
            objection = objection or next(find_columns_outside(agreement, recognition, partner), None)
            if objection is None:
                return agreement
            objections.append(
                f"cannot land under the agreement {agreement.label}: {objection}; nothing of it was stored."
            )
        raise Refused(objections[0])


def direct_identifiers(variant: Variant) -> frozenset[str]:
    """The contract's columns that name or number a person."""
    return frozenset(column.name for column in variant.columns if column.identifies == "direct")


def find_objections(
    agreement: Agreement, gateway: Gateway, contract: Contract, partner: str, *, today: datetime.date
) -> Iterator[str]:
    """Everything that speaks against a feed under an agreement, whatever its columns: clauses that follow a colon."""
    if reason := why_not_live(agreement, today):
        yield f"it {reason}"
    kind, level = contract.kind_of_data, agreement.identifiers
    flow = DataFlow(
        kind=kind,
        identifiers=level,
        sender=frozenset(agreement.sender(partner).authority),
        recipients=tuple(frozenset(party.authority) for party in agreement.recipients(partner)),
    )
    if limit := gateway.find_objection(flow):
        yield f"its gateway is {gateway.title}, and by {limit.clause} {limit.says}"
    approvals = [approval.kind for approval in agreement.approvals]
    for missing in gateway.missing_approvals(approvals):
        yield f"its gateway is {gateway.title}, which needs the approval {missing.replace('_', ' ')!r}"
    is_personal = contract.sensitivity is Sensitivity.PERSONAL or level.is_personal
    if contract.sensitivity is Sensitivity.PERSONAL and not level.is_personal:
        yield f"it is for data that are {level}, and {contract.name} is personal"
    if is_personal and agreement.data_protection_impact_assessment is None:
        law = (
            "Article 35 of the UK GDPR"
            if agreement.lawful_basis.regime == UK_GDPR
            else "section 64 of the Data Protection Act 2018"
        )
        yield f"it names no data protection impact assessment, which {law} asks for before personal data are processed"
    if is_personal and kind in _SPECIAL_CATEGORY and "caldicott" not in approvals:
        yield "it names no approval of a Caldicott Guardian, which identifiable data about health and care need"
    yield from _find_gaps_in_basis(agreement, contract, is_personal=is_personal)


def _find_gaps_in_basis(agreement: Agreement, contract: Contract, *, is_personal: bool) -> Iterator[str]:
    basis, kind = agreement.lawful_basis, contract.kind_of_data
    if not is_personal:
        return
    if basis.regime == UK_GDPR:
        if kind in _SPECIAL_CATEGORY and not basis.names("Article 9("):
            yield "its lawful basis names no condition of Article 9 of the UK GDPR, which data about health and care need"
        if kind in _CRIMINAL_OFFENCES and not basis.names("Article 10"):
            yield "its lawful basis does not name Article 10 of the UK GDPR, which data about offences need"
    if basis.regime == PART_3 and kind not in _CRIMINAL_OFFENCES:
        yield (
            "its regime is Part 3 of the Data Protection Act 2018, which is for competent authorities and law enforcement (section 29), "
            f"and the data are of the kind {kind}"
        )


def find_columns_outside(agreement: Agreement, recognition: Recognition, partner: str) -> Iterator[str]:
    """The columns sent that the agreement does not name, as one clause; nothing where there is none."""
    shared = agreement.shares(recognition.contract.name, partner)
    allowed = set(shared.columns) if shared else set()
    families = [family.matching for family in recognition.variant.families if family.matching in allowed]
    today = {sent: name for name, sent in recognition.renamed.items()}
    outside = [
        name
        for name in recognition.columns
        if name  # what stands under no name is looked at row by row (`watch_nameless`)
        and name not in allowed
        and today.get(name, name) not in allowed
        and not any(re.search(pattern, name) for pattern in families)
    ]
    if outside:
        named = ", ".join(repr(name) for name in outside[:_NAMED_AT_MOST])
        more = f" and {len(outside) - _NAMED_AT_MOST} more" if len(outside) > _NAMED_AT_MOST else ""
        what = "the column" if len(outside) == 1 else "the columns"
        is_gdpr = agreement.lawful_basis.regime == UK_GDPR
        law = "Article 5(1)(c) of the UK GDPR" if is_gdpr else "section 37 of the Data Protection Act 2018"
        yield f"it does not allow {what} {named}{more}, so have the file sent without (data minimisation, {law})"


def _contract_names(recognition: Recognition) -> frozenset[str]:
    """The contract's columns that were sent, under their names of today."""
    today = {sent: name for name, sent in recognition.renamed.items()}
    return frozenset(today.get(name, name) for name in recognition.columns)
