"""The examples in docstrings are run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import chainrule


def source(info: pkgutil.ModuleInfo) -> str:
    """The text of a module's file."""
    place = info.module_finder.find_spec(info.name).origin  # type: ignore[call-arg, union-attr]
    return Path(place).read_text(encoding="utf-8")


# Of modules with examples. The racers of a race import the libraries that they race with, which need not be there.
MODULES = [
    info.name
    for info in pkgutil.walk_packages(chainrule.__path__, "chainrule.")
    if not info.name.startswith("chainrule.bench.by_") and ">>> " in source(info)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    assert len(MODULES) > 40
