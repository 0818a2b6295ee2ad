"""Disclosure control. Pure: rules and numbers in, protected estimates out. Only this package makes a `Protected`."""

from safeground.engine.disclosure.protected import DisclosureRule, Protected, State, protect

__all__ = ["DisclosureRule", "Protected", "State", "protect"]
