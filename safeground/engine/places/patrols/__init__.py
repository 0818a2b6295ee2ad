"""A trial of patrols from its design to its dosage: power, a sealed schedule, sheets for the shifts, plans, and what was done."""
