"""Checks that several designs make alike."""

from __future__ import annotations

from safeground.engine.evaluation.checks import CheckResult, judge, not_applicable

_CHOSEN = "Was it chosen because its figures stood out?"


def check_chosen(said: bool | None, *, warning: str) -> CheckResult:
    """Regression to the mean, where nothing but the word of whoever chose can say. `warning`: what it does to this design."""
    if said is None:
        return not_applicable("regression_to_the_mean", _CHOSEN, "Nobody said how it was chosen.")
    return judge(not said, "regression_to_the_mean", _CHOSEN, f"Yes. {warning}" if said else "No, as was stated.")


def check_dispersion(dispersion: float | None) -> CheckResult:
    """Offences come in bursts: their counts vary by more than their number says."""
    question = "Is it allowed for that counts vary by more than chance alone would make them?"
    if dispersion is None:
        return not_applicable(
            "dispersion", question,
            "No: nobody said by how much, and where they do the interval is too narrow and p too small.",
        )  # fmt: skip
    return judge(True, "dispersion", question, f"Yes: the variance is taken for {dispersion:g} times the count.")
