"""What a program, a quantity and a plan are made of: what their docstrings name, and what may be left out."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

import pytest

import chainrule as cr
from chainrule.program.plan import Plan
from chainrule.program.program import PENALTY, Program, Quantity

LEFT_OUT: dict[type, dict[str, Any]] = {
    Plan: {
        "weights": (), "penalty": None, "loss": None, "training": True, "weighted": False, "optimizer": None,
        "frozen": (), "to_inputs": False, "scale_target": None,
    },
    Quantity: {"textbook_form": None, "parameter": "", "note": ""},
    Program: {},
}  # fmt: skip


def told(record: type) -> list[str]:
    """The parameters that the docstring names."""
    text = inspect.getdoc(record) or ""
    lines = re.findall(r"^([a-z_]+(?:, [a-z_]+)*) : ", text.partition("Parameters\n")[2], re.MULTILINE)
    return [name for line in lines for name in line.split(", ")]


@pytest.mark.parametrize("record", LEFT_OUT)
def test_it_is_made_of_what_its_docstring_names(record: Any) -> None:
    fields = [field for field in dataclasses.fields(record) if field.init]
    assert sorted(field.name for field in fields) == sorted(told(record))
    assert {field.name: field.default for field in fields if field.default is not dataclasses.MISSING} == (
        LEFT_OUT[record]
    )
    assert [*inspect.signature(record).parameters] == [field.name for field in fields]


@pytest.mark.parametrize("record", LEFT_OUT)
def test_it_stays_as_it_is_and_is_itself_alone(record: Any) -> None:
    """Readings ask which quantity it is, and a program is shared."""
    program = cr.Network([1, 1], output="identity", loss="half_squared_error").program()
    one = {Program: program, Quantity: program.quantities["z1"], Plan: program.plan}[record]
    again = dataclasses.replace(one)
    assert again != one
    assert len({one, again}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "other"
    assert repr(one).startswith("<")  # no page of numbers


def test_a_penalty_s_numbers_have_their_role() -> None:
    assert PENALTY == "penalty"
    assert cr.Network([2, 2], penalty="l2").program().scalars == {"strength": ("penalty", "strength")}
