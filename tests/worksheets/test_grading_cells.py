"""What stands in a cell, read as the number that a person reads there, or said to be none."""

from __future__ import annotations

import pytest

from chainrule.worksheets.grading import Unread, Written, read_cell


@pytest.mark.parametrize(
    ("text", "value", "radius"),
    [
        ("0.857", 0.857, 5e-4), ("0,857", 0.857, 5e-4), ("-0.857", -0.857, 5e-4), ("−0,86", -0.86, 5e-3),
        ("0.9860", 0.986, 5e-5), (".5", 0.5, 0.05), ("3", 3, 0), ("1.234,5", 1234.5, 0.05),
        ("1,234.5", 1234.5, 0.05), ("1'234.5", 1234.5, 0.05), ("1 234,5", 1234.5, 0.05), ("1,234,567", 1234567, 0),
        ("1e-3", 0.001, 5e-4), ("1.2·10^-3", 0.0012, 5e-5), ("1,2 x 10^(-3)", 0.0012, 5e-5), ("1/3", 1 / 3, 0),
        ("-1 / 4", -0.25, 0), ("85.7 %", 0.857, 5e-4), ("≈ 0.86", 0.86, 5e-3), ("dz1[0, 1] = 1.37", 1.37, 5e-3),
        ("about 0.857", 0.857, 5e-4), ("0.857 (rounded)", 0.857, 5e-4), ("+2.5", 2.5, 0.05), (0.125, 0.125, 5e-4),
    ],
)  # fmt: skip
def test_read(text: object, value: float, radius: float) -> None:
    found = read_cell(text)
    assert isinstance(found, Written)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert found.radius == pytest.approx(radius, rel=1e-9)


@pytest.mark.parametrize("text", ["", "  ", "-", "?", "n/a", None])
def test_empty(text: object) -> None:
    assert read_cell(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("abc", "it is no number"),
        ("nan", "it is no number"),
        ("0.857 or 0.86", "it is not one number alone"),
        ("857 m", "it holds more than a number"),
        ("12 k", "it holds more than a number"),
        ("3 million", "it holds more than a number"),
        ("1/0", "it is no fraction"),
        ("1e999999999", "it is too large"),
        ("1e300/1e-300", "it is too large"),
        ("0.1.2", "its marks can be read in several ways"),
        ("1 2", "its marks can be read in several ways"),
    ],
)
def test_unread(text: str, why: str) -> None:
    assert read_cell(text) == Unread(text, why)


def test_a_mark_in_doubt_is_as_it_is_named() -> None:
    for text, decimal, value in (("1,234", None, 1.234), ("1,234", ",", 1.234), ("1,234", ".", 1234),
                                 ("0.857", ",", 0.857), ("0,857", ".", 0.857)):  # fmt: skip
        found = read_cell(text, decimal)
        assert isinstance(found, Written)
        assert found.value == value
