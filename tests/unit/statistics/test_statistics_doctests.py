"""Every example in the statistics' docstrings is true."""

import doctest
import importlib
import pkgutil

import pytest

from safeground.engine import statistics

MODULES = [module.name for module in pkgutil.iter_modules(statistics.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(f"safeground.engine.statistics.{name}")
    assert doctest.testmod(module).failed == 0


def test_examples_are_found():
    assert "rates" in MODULES
