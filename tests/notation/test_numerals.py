"""How numbers are printed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.notation import latex_numeral, numeral, printed, setting_numeral, showing


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0, "0"),
        (-0.0, "0"),
        (3, "3"),
        (3.0, "3"),
        (True, "1"),
        (np.bool_(False), "0"),
        (np.int8(-5), "-5"),
        (0.5, "0.5"),
        (-0.25, "-0.25"),
        (1 / 3, "0.333333"),
        (2 / 3, "0.666667"),
        (1e-3, "0.001"),
        (0.0005, "0.0005"),  # six decimals hold it
        (0.00012345678, "0.000123457"),  # they don't: six digits
        (-1e-300, "-1e-300"),
        (999_999_999.5, "999999999.5"),
        (1e9, "1e+09"),
        (np.inf, "inf"),
        (-np.inf, "-inf"),
        (np.nan, "nan"),
        (np.float32(25.3), "25.3"),
        (Decimal("0.100"), "0.1"),
        (Decimal("0.00"), "0"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_a_number_for_reading(value: Any, text: str) -> None:
    assert numeral(value) == text


def test_with_so_many_decimals() -> None:
    with showing(2):
        assert numeral(2 / 3) == "0.67"
        assert numeral(2.0) == "2"
    with showing(3):
        assert numeral(123456789012.0) == "1.23e+11"
    assert numeral(2 / 3) == "0.666667"


@given(st.floats(-1e8, 1e8))
def test_what_is_printed_is_the_number_to_six_decimals(value: float) -> None:
    assert abs(printed(value) - value) <= 0.5e-6 + 1e-9 * abs(value)
    assert numeral(printed(value)) == numeral(value)
    assert numeral(value) != "-0"


def test_a_setting_is_printed_in_full() -> None:
    assert setting_numeral(1e-08) == "1e-08"
    assert setting_numeral(0.123456789) == "0.123456789"
    assert setting_numeral(2.0) == "2"
    assert setting_numeral(2) == "2"
    assert setting_numeral(Decimal("0.10")) == "0.1"


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (0.5, "0.5"),
        (1e-7, r"1 \times 10^{-7}"),
        (-2.5e12, r"-2.5 \times 10^{12}"),
        (np.inf, r"\infty"),
        (-np.inf, r"-\infty"),
        (np.nan, r"\text{nan}"),
    ],
)
def test_powers_of_ten_are_written_out_in_latex(value: float, latex: str) -> None:
    assert latex_numeral(value) == latex
