"""What an evaluation rests on in a workspace beside its protocol and its schedule: so that a result whose inputs changed says so."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from safeground.engine.build.code_version import get_code_version
from safeground.engine.catalogue import Catalogue
from safeground.engine.documents import count_things
from safeground.engine.evaluation import MadeFrom, Protocol
from safeground.engine.feeds import Delivery
from safeground.engine.warehouse import LiveDelivery

_VISITS = "patrol_visits"
_MONTH_OR_YEAR = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")


def find_inputs(catalogue: Catalogue, protocol: Protocol, deliveries: Sequence[Delivery | LiveDelivery]) -> MadeFrom:
    """What the evaluation of a protocol would rest on, were it run now. deliveries: those in use."""
    first, last = protocol.looked_at
    feeds = {*protocol.feeds, *(outcome.feed for outcome in protocol.outcomes), _VISITS}

    def is_read(delivery: Delivery | LiveDelivery) -> bool:
        if delivery.feed not in feeds:
            return False
        period = delivery.period
        if not _MONTH_OR_YEAR.fullmatch(period):
            return True  # a period that is no month may hold any day
        return f"{first:%Y-%m}"[: len(period)] <= period <= f"{last:%Y-%m}"[: len(period)]

    return MadeFrom(
        deliveries=() if protocol.is_from_files else tuple(sorted(each.id for each in deliveries if is_read(each))),
        named=_hash(find_named(catalogue, protocol)),
        code_version=get_code_version(),
        are_files=protocol.is_from_files,
    )


def find_named(catalogue: Catalogue, protocol: Protocol) -> dict[str, Any]:
    """What a protocol only names: another rule under the same name is another question.

    Titles and owners of definitions are left out, so that mending a word does not undo a seal.
    """
    named: dict[str, Any] = {}
    for outcome in protocol.outcomes:
        definition = catalogue.definitions.get(outcome.definition or "")
        if definition is not None:
            named[outcome.name] = {"rule": repr(definition.rule_under()), "count_basis": definition.count_basis}
    if protocol.cost_benefit is not None and catalogue.economics is not None:
        tables = vars(catalogue.economics).items()
        named["economics"] = {name: table.model_dump(mode="json") for name, table in tables}
    return named


def name_sources(catalogue: Catalogue, feeds: Iterable[str]) -> tuple[str, ...]:
    """Feeds as they must be named beneath a number: 'Street-level crime and anti-social behaviour, data.police.uk (…licence)'."""
    contracts = (catalogue.feeds.contracts[feed] for feed in dict.fromkeys(feeds))
    return tuple(f"{each.title}, {each.source.name} ({each.source.licence})" for each in contracts)


def say_changed(made_from: MadeFrom, now: MadeFrom) -> tuple[str, ...]:
    """What has changed since an evaluation was run, in words that go on a sentence; nothing where nothing has."""
    told = []
    if made_from.named != now.named:
        told.append("the rule that counts an outcome, or what offences cost, is another now")
    used, here = set(made_from.deliveries), set(now.deliveries)
    if new := len(here - used):
        told.append(
            f"{count_things(new, 'delivery', 'deliveries')} of its days {'has' if new == 1 else 'have'} come since"
        )
    if gone := len(used - here):
        told.append(
            f"{count_things(gone, 'delivery', 'deliveries')} that it used {'is' if gone == 1 else 'are'} no longer in use"
        )
    return tuple(told)


def _hash(named: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(named, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
