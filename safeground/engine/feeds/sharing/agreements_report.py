"""Where the agreements stand: what is live, what is due for review, and what each feed that is not open still needs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from safeground.engine.catalogue import Agreement, Agreements, Contract, Feeds, Sensitivity, why_not_live
from safeground.engine.documents import format_day
from safeground.engine.feeds.sharing.agreements import direct_identifiers, find_objections
from safeground.engine.feeds.sharing.encryption import read_cipher
from safeground.engine.feeds.sharing.pseudonyms import KeyProblem, read_key

REVIEW_SOON = datetime.timedelta(days=60)
"""How long before its day of review an agreement is named."""


@dataclass(frozen=True)
class AgreementStanding:
    """One agreement on one day."""

    agreement: Agreement
    gateway: str
    """The gateway's official name."""
    not_live: str | None
    """Why nothing may be sent under it today; None where it is live."""
    objections: tuple[str, ...]
    """What speaks against it while it is live, each with the feed and partner it is about."""
    review: str | None
    """What is to be said of its review, where that is due."""
    is_overdue: bool
    remarks: tuple[str, ...]
    """What the door does not ask for and ought to be there."""
    missing_keys: tuple[str, ...] = ()
    """Why what it lets in cannot land safely here; only looked for where `with_keys`."""

    def lines(self) -> tuple[str, ...]:
        agreement = self.agreement
        ends = f"until {format_day(agreement.ends)}" if agreement.ends else "without an end"
        feeds = "; ".join(f"{shared.feed} from {', '.join(shared.sent_by)}" for shared in agreement.feeds)
        state = f"not live: it {self.not_live}" if self.not_live else f"live {ends}"
        told = [f"{agreement.label}: {agreement.title} ({state})", f"  {feeds}", f"  under {self.gateway}"]
        told += [f"  refused at the door: {objection}" for objection in self.objections]
        told += [f"  cannot land safely: {sentence}" for sentence in self.missing_keys]
        told += [f"  {sentence}" for sentence in (self.review, *self.remarks) if sentence]
        return tuple(told)


@dataclass(frozen=True)
class FeedStanding:
    """A feed that is not open, and who may send it today."""

    contract: Contract
    may_send: Mapping[str, str]
    """Partner to the agreement's label."""

    def line(self) -> str:
        contract = self.contract
        title = f"{contract.name} ({contract.sensitivity}, {contract.kind_of_data.replace('_', ' ')} data)"
        if self.may_send:
            senders = ", ".join(f"{partner} under {label}" for partner, label in sorted(self.may_send.items()))
            return f"{title}: may come from {senders}"
        named = sorted({name for variant in contract.variants for name in direct_identifiers(variant)})
        replaced = f"; {', '.join(named)} would be replaced by pseudonyms" if named else ""
        return f"{title}: no live agreement lets it in{replaced}"


@dataclass(frozen=True)
class AgreementsReport:
    """Every agreement and every feed that needs one."""

    agreements: tuple[AgreementStanding, ...]
    feeds: tuple[FeedStanding, ...]

    @property
    def is_clean(self) -> bool:
        """Nothing that says it is live would be refused at the door or lacks a key, and no review is overdue."""
        return all(
            not each.objections and not each.missing_keys and (each.not_live or not each.is_overdue)
            for each in self.agreements
        )

    def lines(self) -> tuple[str, ...]:
        lines = [line for each in self.agreements for line in each.lines()] or ["There are no sharing agreements."]
        if self.feeds:
            lines += ["Feeds that land under an agreement only:", *(f"  {feed.line()}" for feed in self.feeds)]
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "agreements": [
                {
                    "name": each.agreement.name,
                    "version": each.agreement.version,
                    "gateway": each.agreement.gateway,
                    "is_live": each.not_live is None,
                    "not_live": each.not_live,
                    "objections": list(each.objections),
                    "review_by": each.agreement.review_by.isoformat(),
                    "review": each.review,
                    "remarks": list(each.remarks),
                    "missing_keys": list(each.missing_keys),
                }
                for each in self.agreements
            ],
            "feeds": [{"feed": feed.contract.name, "may_send": dict(feed.may_send)} for feed in self.feeds],
        }


def review_agreements(
    agreements: Agreements, feeds: Feeds, *, today: datetime.date, with_keys: bool = False
) -> AgreementsReport:
    """Hold every agreement to the door's rules and every feed that is not open to the agreements.

    with_keys: say too which keys are not there, as where files are to land. Whoever only reads a partnership's agreements needs none.
    """
    standings = tuple(_review(each, agreements, feeds, today) for each in agreements.agreements)
    if with_keys:
        standings = tuple(
            each if each.not_live else replace(each, missing_keys=tuple(_find_missing_keys(each.agreement, feeds)))
            for each in standings
        )
    guarded = [contract for contract in feeds.contracts.values() if contract.sensitivity is not Sensitivity.OPEN]
    may_send = {contract.name: _who_may_send(contract, agreements, today) for contract in guarded}
    return AgreementsReport(
        standings,
        tuple(FeedStanding(contract, may_send[contract.name]) for contract in sorted(guarded, key=lambda c: c.name)),
    )


def _review(agreement: Agreement, agreements: Agreements, feeds: Feeds, today: datetime.date) -> AgreementStanding:
    not_live = why_not_live(agreement, today)
    objections = [] if not_live else list(_objections(agreement, agreements, feeds, today))
    remarks = []
    if agreement.identifiers.is_personal and agreement.equality_impact_assessment is None:
        remarks.append("it names no equality impact assessment (Equality Act 2010, section 149)")
    return AgreementStanding(
        agreement=agreement,
        gateway=agreements.gateway_of(agreement).title,
        not_live=not_live,
        objections=tuple(objections),
        review=_tell_review(agreement, today),
        is_overdue=agreement.review_by < today,
        remarks=tuple(remarks),
    )


def _objections(agreement: Agreement, agreements: Agreements, feeds: Feeds, today: datetime.date) -> Iterable[str]:
    gateway = agreements.gateway_of(agreement)
    for shared in agreement.feeds:
        contract = feeds.contracts.get(shared.feed)
        for partner in shared.sent_by if contract is not None and contract.sensitivity is not Sensitivity.OPEN else ():
            for objection in find_objections(agreement, gateway, contract, partner, today=today):
                yield f"{shared.feed} from {partner}: {objection}"


def _find_missing_keys(agreement: Agreement, feeds: Feeds) -> Iterator[str]:
    """One sentence for each key that the door would ask for and not find."""
    shared = [(feeds.contracts[each.feed], each.columns) for each in agreement.feeds if each.feed in feeds.contracts]
    needs_pseudonyms = any(
        direct_identifiers(variant) & set(columns)
        for contract, columns in shared
        if contract.sensitivity is not Sensitivity.OPEN
        for variant in contract.variants
    )
    try:
        if needs_pseudonyms:
            read_key(agreement.purpose)
    except KeyProblem as problem:
        yield str(problem)
    try:
        if agreement.encrypt_at_rest:
            read_cipher(needed_for="It asks for encryption at rest")
    except KeyProblem as problem:
        yield str(problem)


def _who_may_send(contract: Contract, agreements: Agreements, today: datetime.date) -> Mapping[str, str]:
    return {
        partner: agreement.label
        for agreement in agreements.agreements
        for shared in agreement.feeds
        if shared.feed == contract.name
        for partner in shared.sent_by
        if not any(find_objections(agreement, agreements.gateway_of(agreement), contract, partner, today=today))
    }


def _tell_review(agreement: Agreement, today: datetime.date) -> str | None:
    if agreement.status == "withdrawn":
        return None
    day = format_day(agreement.review_by)
    if agreement.review_by < today:
        return f"its review was due on {day}: {agreement.owner} should look again"
    return f"its review is due by {day}" if agreement.review_by - today <= REVIEW_SOON else None
