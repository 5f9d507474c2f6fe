"""The examples in docstrings are run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import chainrule

# The racers of a race import the libraries that they race with, which need not be there.
MODULES = [
    info.name
    for info in pkgutil.walk_packages(chainrule.__path__, "chainrule.")
    if not info.name.startswith("chainrule.bench.by_")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = sum(
        bool(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name), name)
    )
    assert found > 15
