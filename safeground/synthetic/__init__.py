"""A made-up county with known truth."""
