"""Options that are written wrongly are one line."""

from __future__ import annotations

import pytest

from chainrule.errors import UnknownName
from chainrule.parts.contract import Optimizer


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "No such command 'nope'. See: chainrule --help"),
        (["explian"], "No such command 'explian'. Did you mean 'explain'? See: chainrule --help"),
        (["why"], "Missing argument 'NUMBER'. See: chainrule why --help"),
        (["train"], "Missing argument 'DATA'. See: chainrule train --help"),
        (["info"], "give a model's file, or --engine, and not both."),
        (
            ["train", "iris.csv", "--epochs", "1.5"],
            "Invalid value for '--epochs': '1.5' is no whole number: give one that is at least 1. "
            "See: chainrule train --help",
        ),
        (
            ["train", "iris.csv", "--epochs", "0"],
            "Invalid value for '--epochs': 0 is too small, it must be at least 1. "
            "See: chainrule train --help",
        ),
        (
            ["train", "iris.csv", "--batch-size", "-3"],
            "Invalid value for '--batch-size': -3 is too small, it must be at least 1. "
            "See: chainrule train --help",
        ),
        (
            ["code", "--seed", "-1"],
            "Invalid value for '--seed': -1 is too small, it must be at least 0. See: chainrule code --help",
        ),
        (
            ["explain", "--lr", "abc"],
            "Invalid value for '--lr': 'abc' is no number. See: chainrule explain --help",
        ),
        (["explain", "--lr", "-1"], "--lr -1.0 is out of range: it must be at least 0."),
        (["explain", "--lr", "nan"], "--lr nan is out of range: it must be at least 0."),
        (
            ["code", "--optimizer", "adm"],
            str(UnknownName("optimizer", "adm", list(Optimizer.registry()))),
        ),
    ],
)
def test_wrong_words_and_numbers_are_one_line(refused, arguments, message):
    assert refused(*arguments) == message


def test_an_unknown_option_is_named(refused):
    # what it could have been is typer's to say, and differs between its versions
    said = refused("explain", "--bogus")
    assert said.startswith("No such option: --bogus")
    assert said.endswith("See: chainrule explain --help")
