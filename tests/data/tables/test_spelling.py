"""Numbers in people's spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.tables.spelling import is_missing, is_number, readings, spelled


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1234", ".", 1234.0),
        ("1234", ",", 1234.0),
        ("-0.5", ".", -0.5),
        ("−0,5", ",", -0.5),
        (".5", ".", 0.5),
        ("5.", ".", 5.0),
        ("1.5e3", ".", 1500.0),
        ("1,5E-3", ",", 0.0015),
        ("1,234", ".", 1234.0),
        ("1,234", ",", 1.234),
        ("1,234,567.25", ".", 1234567.25),
        ("1.234.567,25", ",", 1234567.25),
        ("1 234,5", ",", 1234.5),
        ("1\u00a0234\u202f567", ".", None),  # two kinds of blanks are told as one
        ("1'234.5", ".", 1234.5),
        ("1’234.5", ".", 1234.5),
        ("$2,848", ".", 2848.0),
        ("-$2,848.50", ".", -2848.5),
        ("$-3", ".", -3.0),
        ("€ 5", ",", 5.0),
        ("1.234,50 €", ",", 1234.5),
        ("20 %", ".", 20.0),
        ("20%", ",", 20.0),
    ],
)
def test_how_numbers_are_spelled(text: str, decimal: str, value: float | None) -> None:
    found = spelled({text}, decimal)
    assert found is not None
    assert found.values == {text: 1234567.0 if value is None else value}


@pytest.mark.parametrize(
    "text",
    ["", "x", "1_000", "1,23,456", "12,34", "0,123", "1,2345", "1.2.3", "--5", "-$-5", "$5€", "5 kg", "1 23", "0x1F",
     "inf", "nan", "2024-01-01", "12:30", "1e400", "1,", "(5)", "١٢"],
)  # fmt: skip
def test_what_is_no_number_with_decimal_points(text: str) -> None:
    assert spelled({text}, ".") is None


def test_numbers_of_one_column_have_one_unit() -> None:
    assert spelled({"$5", "€5"}, ".") is None
    assert spelled({"20 %", "0.2"}, ".") is None
    found = spelled(["$5", "$1,000"], ".")
    assert found is not None
    assert (found.unit, found.grouped, found.said) == ("$", "$1,000", "in $, '$1,000' is 1000")


@pytest.mark.parametrize(
    ("texts", "ways"),
    [
        (["2,848", "7,414"], [[2848, 7414], [2.848, 7.414]]),
        (["2.848", "7.414"], [[2.848, 7.414], [2848, 7414]]),
        (["2,848", "13"], [[2848, 13], [2.848, 13]]),
        (["2,848", "13,99"], [[2.848, 13.99]]),
        (["2,848", "1.5"], [[2848, 1.5]]),
        (["2,848", "0,5"], [[2.848, 0.5]]),
        (["1.234,5", "7"], [[1234.5, 7]]),
        (["1 234", "7"], [[1234, 7]]),
        (["12", "13"], [[12, 13]]),
        (["1.234.567"], [[1234567]]),
        (["1,5", "2.5"], []),
        (["red"], []),
    ],
)
def test_the_ways_to_read_a_column(texts: list[str], ways: list[list[float]]) -> None:
    assert [[way.values[text] for text in texts] for way in readings(texts)] == ways


@given(
    number=st.decimals(-(10**12), 10**12, places=2),
    decimal=st.sampled_from(".,"),
    grouped=st.booleans(),
    unit=st.sampled_from(["{}", "{} %", "€ {}", "{}€"]),
)
def test_what_is_written_is_read(number: object, decimal: str, grouped: bool, unit: str) -> None:
    text = f"{number:,.2f}" if grouped else f"{number:.2f}"
    text = text if decimal == "." else text.translate(str.maketrans(".,", ",."))
    text = unit.format(text)
    found = spelled({text}, decimal)
    assert found is not None
    assert found.values[text] == float(f"{number:.2f}")


def test_words_for_nothing() -> None:
    assert all(map(is_missing, ["", "  ", "?", "-", "NA", "n/a", "NaN", "NULL", "none"]))
    assert not any(map(is_missing, ["0", "no", "nil", "--", "."]))
    assert is_number(" 1.234,5 ")
    assert not is_number("NA")
