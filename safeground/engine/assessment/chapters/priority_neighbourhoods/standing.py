"""What the choice is made of, and how far it stands when it is made another way. Names no neighbourhood."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.chapters.priority_neighbourhoods.choice import Choice
from safeground.engine.assessment.making import make_table
from safeground.engine.documents import Table, capitalise, format_number

_ALIKE = 0.8


def make_risk_factor_table(choice: Choice) -> Table:
    """Every risk factor with its domain, its weight in the whole, its vintage, and what is known of chance."""
    found, plan = choice.found, choice.found.plan
    weight_of = {domain.id: domain.weight for domain in plan.domains}
    title_of = {domain.id: domain.title for domain in plan.domains}
    used = [factor.indicator for factor in found.factors]
    total = sum(weight_of[domain] for domain in {indicator.domain for indicator in used})
    inside = {d: sum(i.weight for i in used if i.domain == d) for d in weight_of}
    return make_table(
        id="priority_risk_factors",
        caption="The risk factors, and what each weighs",
        columns=[
            ("factor", "Risk factor"),
            ("why", "Why"),
            ("weight", "Share of the score"),
            ("domain", "Domain"),
            ("vintage", "Of when"),
            ("chance", "How far chance moves it"),
        ],
        rows=[
            (
                capitalise(factor.indicator.title),
                factor.indicator.why,
                f"{100 * weight_of[factor.indicator.domain] / total * factor.indicator.weight / inside[factor.indicator.domain]:.0f}%",
                title_of[factor.indicator.domain],
                factor.indicator.vintage,
                "told from the people counted" if factor.draws is not None else "not stated by its source",
            )
            for factor in found.factors
        ],
        source=choice.source_line,
        about=[("plan", choice.definition)],
    )


def say_double_counting(choice: Choice) -> str:
    """How far the risk factors say the same."""
    found = choice.found
    rows, columns = np.triu_indices(len(found.factors), 1)
    values = found.correlations[rows, columns]
    alike = int((values > _ALIKE).sum())
    at = int(np.nanargmax(values))
    titles = [factor.indicator.title for factor in found.factors]
    return (
        f"The {len(found.factors)} risk factors differ between neighbourhoods as "
        f"{format_number(found.effective_number, decimals=1)} unrelated "
        f"ones would: {alike} of {values.size} pairs go together closely (a correlation above {_ALIKE:g}), most of all "
        f"{titles[rows[at]]} and "
        f"{titles[columns[at]]} ({format_number(float(values[at]), decimals=2)}). So that what goes together is not "
        "counted twice, weights are "
        "given to domains, and the risk factors of a domain share its weight."
    )


def say_standing(choice: Choice) -> str:
    """How many stay, under the other ways and under weights drawn at random."""
    found = choice.found
    kept = [each.kept for each in found.other_choices]
    always = np.all([each.chosen for each in found.other_choices], axis=0) & found.chosen
    least = min(found.other_choices, key=lambda each: each.kept)
    return (
        f"Made in {len(kept)} other ways that could be defended, the choice keeps {min(kept)} to {max(kept)} of its {found.number} "
        f"neighbourhoods, fewest {least.name}; {int(always.sum())} stay in all of them. The probabilities let each "
        f"weight be off by {100 * found.plan.weights_vary:.0f}% or so, as people who agree on the whole would set it, and every "
        f"count by what chance makes of it. Counts are behind {found.counted} of the {len(found.factors)} risk factors; counts of one "
        "source in one domain hold many of the same people, so that they are moved together, which makes less sure than apart. What "
        "no source measures the probabilities do not hold, and they are too sure by as much."
    )


def make_other_choices_table(choice: Choice) -> Table:
    found = choice.found
    return make_table(
        id="priority_other_choices",
        caption=f"The choice made another way: how many of the {found.number} it keeps",
        columns=[
            ("way", "Another way"),
            ("kept", f"Kept, of {found.number}"),
            ("correlation", "Agreement of scores (rank correlation)"),
        ],
        rows=[
            (capitalise(each.name), str(each.kept), format_number(each.correlation, decimals=2))
            for each in found.other_choices
        ],
        source=choice.source_line,
        about=[("plan", choice.definition)],
    )
