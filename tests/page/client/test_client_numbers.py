"""The page's numerals are Python's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from chainrule.notation.numerals import numeral, showing

SOURCE = Path(__file__).parents[3] / "client/src/numbers.js"


def told_by_the_client(browser: Browser, values: list[float], decimals: int, single: bool) -> list[str]:
    page = browser.new_page()
    try:
        source = SOURCE.read_text(encoding="utf-8") + "\nwindow.numeral = numeral;"
        page.add_script_tag(type="module", content=source)
        page.wait_for_function("'numeral' in window")
        told: list[str] = page.evaluate(
            "([values, decimals, single]) => values.map((x) => numeral(Number(x), decimals, single))",
            [[repr(value) for value in values], decimals, single],
        )
        return told
    finally:
        page.close()


def samples(dtype: type) -> list[float]:
    rng = np.random.default_rng(0)
    wide = rng.standard_normal(3000) * 10.0 ** rng.integers(-14, 14, 3000)
    short = np.round(rng.standard_normal(3000), 4)
    ties = [k / 2**n for n in range(1, 12) for k in range(1, 40, 2)]  # halfway between two decimals, exactly
    edges = [
        0.0,
        -0.0,
        1e-3,
        9.9999e-4,
        999999.5,
        1e9,
        1000005000.0,
        123456500000.0,
        0.0000005,
        -4e-7,
        5e-324,
    ]
    found = np.array([*wide, *short, *ties, *[-tie for tie in ties], *edges], dtype=np.float64).astype(dtype)
    return [float(value) for value in found if np.isfinite(value)]


@pytest.mark.parametrize("decimals", [2, 3, 6])
def test_doubles(browser: Browser, decimals: int) -> None:
    values = samples(np.float64)
    with showing(decimals):
        expected = [numeral(value) for value in values]
    told = told_by_the_client(browser, values, decimals, False)
    assert [row for row in zip(values, told, expected, strict=True) if row[1] != row[2]] == []


def test_floats_are_read_as_they_are_written(browser: Browser) -> None:
    values = samples(np.float32)
    expected = [numeral(np.float32(value)) for value in values]
    told = told_by_the_client(browser, values, 6, True)
    assert [row for row in zip(values, told, expected, strict=True) if row[1] != row[2]] == []
