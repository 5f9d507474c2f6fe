"""Pages of every part, in every reading, are true: exact and by hand, whole, of one quantity, and derivations.

The pages are those of the first numbers; `make truth` reads on from there.
"""

from __future__ import annotations

import numpy as np
import pytest
from any_page_read import read_back
from checked_page import CheckedPage, reading_of, same_everywhere

from any_page import draw_page
from pages import steps
from reader import Unreadable, Untrue

CHUNK = 12


@pytest.mark.some(2)
@pytest.mark.parametrize("chunk", range(50))
def test_any_page_of_any_parts_is_true(chunk: int) -> None:
    lines = 0
    for seed in range(CHUNK * chunk, CHUNK * (chunk + 1)):
        page = draw_page(seed)
        try:
            with np.errstate(all="ignore"):
                lines += sum(read.lines for read in read_back(page).values())
        except (Untrue, Unreadable) as error:
            raise AssertionError(f"{page}\n{error}\n{page.text}") from error
    assert lines > 20 * CHUNK


@pytest.mark.some(2)
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("digits", [None, 3])
@pytest.mark.parametrize("group", ["activations", "layers", "optimizers"])
def test_a_page_of_every_part_is_true(group: str, digits: int | None, samples: int) -> None:
    """Each part alone: a share of them in a run, another one in the next."""
    for name, trace in steps(group, samples):
        how = {} if digits is None else {"arithmetic": "by_hand", "digits": digits}
        text = trace.explain(**how).to_text()
        try:
            with np.errstate(all="ignore"):
                CheckedPage(text, trace, reading_of(trace, digits))
        except (Untrue, Unreadable) as error:
            raise AssertionError(f"{name}: {error}\n{text}") from error
        same_everywhere(text)
