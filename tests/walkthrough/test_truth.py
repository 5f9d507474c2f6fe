"""The text of a walk-through is true: every page is read back and counted again.

`reader` is written apart from the package: it reads what is printed, as a person with a calculator does.
"""

from __future__ import annotations

import pytest
from checked_page import check_page, same_everywhere
from made_pages import CASES, made


@pytest.mark.some(10)
@pytest.mark.parametrize("name", CASES)
def test_what_a_page_says_is_so(name: str) -> None:
    trace, text = made(name)
    same_everywhere(text)
    count = check_page(text, trace, CASES[name].digits)
    assert count.by_names + count.with_numbers >= CASES[name].least, count
    assert count.by_names >= 9
    assert count.with_numbers >= 8
    assert count.results >= 19


def test_both_relations_occur_and_are_judged() -> None:
    for name in ("worked example", "by hand", "batch of four"):
        trace, text = made(name)
        count = check_page(text, trace, CASES[name].digits)
        assert count.near == text.count(" ≈ ") >= 4
        assert count.exact >= 10
