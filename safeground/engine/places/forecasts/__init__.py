"""Forecasts of places, each scored by months that it has not seen: ours beside the simple methods that it is to beat."""
