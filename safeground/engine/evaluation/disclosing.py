"""Under whose rule an evaluation is told, and to whom: its protocol says, and owners of the feeds that it counts have the last word."""

from __future__ import annotations

from safeground.engine.catalogue import Catalogue
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Audience
from safeground.engine.evaluation.protocols import Protocol

_WHOLE_AREA = "pfa24"
"""What is told of an evaluation is of the areas of one force together."""


def find_rule(catalogue: Catalogue, protocol: Protocol, audience: Audience) -> DisclosureRule:
    """The rule of the feed that the numbers come from; of several, the one that withholds most."""
    names = {catalogue.feeds.contracts[feed].disclosure for feed in protocol.feeds} or {protocol.rule_of_files}
    rules = [catalogue.disclosure.rule(name, audience) for name in sorted(names)]
    return max(rules, key=lambda rule: (rule.rounding, rule.threshold))


def find_readers(catalogue: Catalogue, protocol: Protocol) -> frozenset[Audience]:
    """Whom the protocol is told to, less those to whom an owner tells nothing of a feed that it counts."""
    contracts = [catalogue.feeds.contracts[feed] for feed in protocol.feeds]
    return frozenset(
        audience for audience in protocol.readers if all(each.may_tell(audience, _WHOLE_AREA) for each in contracts)
    )
