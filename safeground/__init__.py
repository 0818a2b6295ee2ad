"""Safeground: the working system of a violence reduction partnership."""

__version__ = "0.1.0"
