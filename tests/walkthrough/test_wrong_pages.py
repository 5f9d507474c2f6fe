"""The reader itself is not blind: a page with anything wrong in it is caught."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from checked_page import check_page
from made_pages import CASES, made

import chainrule as cr
import reader
from reader import Unreadable, Untrue
from thorough import share


def caught(text: str, trace: cr.Trace, digits: int | None) -> bool:
    try:
        check_page(text, trace, digits)
    except (Untrue, Unreadable):
        return True
    return False


@pytest.mark.some(1)
@pytest.mark.parametrize("name", ["worked example", "by hand", "batch of four"])
def test_any_one_wrong_digit_is_caught(name: str) -> None:
    trace, text = made(name)
    digits = CASES[name].digits
    assert not caught(text, trace, digits)
    missed = []
    spans = [(0, text.index("FORWARD")), *_equations(text)]
    digit = re.compile(r"(?<![A-Za-z\d_])(?<![A-Za-z]\d)\d|(?<=[\d.])\d")
    places = [m.start() for a, b in spans for m in digit.finditer(text, a, b)]
    assert len(places) > 500
    for place in share(places[::3]):
        other = str((int(text[place]) + 1) % 10)
        if not caught(text[:place] + other + text[place + 1 :], trace, digits):
            line = text.rfind("\n", 0, place) + 1
            missed.append(text[line : text.find("\n", place)] + f"   [{text[place]} → {other}]")
    assert missed == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("z1[0, 0] and z1[1, 1] are 0 but for rounding", "z1[1, 1] is 0 but for rounding"),
        ("z1[0, 0] and z1[1, 1] are 0 but for rounding", "z1[0, 0] and z1[1, 0] are 0 but for rounding"),
        ("; z1[1, 1] > 0 is decided by rounding", ""),
        ("z1[1, 1] > 0 is decided by rounding", "z1[0, 0] > 0 is decided by rounding"),
        ("     ≈ ⎢ 0.8           5.55112e-17", "     = ⎢ 0.8           5.55112e-17"),
        ("Σ over the samples", "0 but for rounding"),
    ],
)
def test_wrong_words_about_rounding_are_caught(old: str, new: str) -> None:
    trace, text = made("dust")
    assert old in text
    assert caught(text.replace(old, new.rjust(len(old)), 1), trace, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What if a1[1, 1] = 0, a1[2, 0] = 0.5", "What if a1[1, 1] = 0, a1[2, 0] = 0.4"),
        ("both with a1[1, 1] = 0", "both with a1[1, 2] = 0"),
        ("L is held at 2", "L is held at 3"),
        ("da1_passed = da1 ⊙ free_a1", "da1_passed = da1"),
    ],
)
def test_wrong_words_about_what_is_held_are_caught(old: str, new: str) -> None:
    trace, text = made("held")
    assert old in text
    assert caught(text.replace(old, new, 1), trace, None)


def test_a_gradient_that_goes_on_where_it_ends_is_caught() -> None:
    trace, text = made("held by hand")
    assert "dz1 = da1_passed ⊙" in text
    assert caught(text.replace("dz1 = da1_passed ⊙", "dz1 = da1 ⊙", 1), trace, 3)


@pytest.mark.some(2)
@pytest.mark.parametrize("name", ["worked example", "by hand", "batch of four", "Adam", "sigmoid by hand"])
def test_a_swapped_relation_is_caught(name: str) -> None:
    trace, text = made(name)
    digits = CASES[name].digits
    places = [p for a, b in _equations(text) for p in range(a, b) if text[p - 1 : p + 2] in (" = ", " ≈ ")]
    places = [p for p in places if "now give" not in (line := _line(text, p)) and "(was" not in line]
    assert len(places) > 40
    missed = [
        _line(text, p)
        for p in places
        if not caught(text[:p] + {"=": "≈", "≈": "="}[text[p]] + text[p + 1 :], trace, digits)
    ]
    # Where the printed numbers give just the middle between two printed numbers, both signs are so.
    assert len(missed) == check_page(text, trace, digits).ties, missed


def _line(text: str, place: int) -> str:
    return text[text.rfind("\n", 0, place) + 1 : text.find("\n", place) if "\n" in text[place:] else None]


def _equations(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines with equations begin and end, without the remarks at the right, or on a line of their own."""
    at = text.index("FORWARD")
    for line in text[at:].split("\n"):
        note = re.search(r"\s+the chain rule.*$", line) or re.search(
            r"(?<=\S)\s{3,}[^⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠\[\]]+$", line
        )
        yield at, at + (note.start() if note else len(line))
        at += len(line) + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("z1 = x · W1 + b1", "z1 = x · W1 - b1"),
        ("dW2 = a1ᵀ · dz2", "dW2 = a2ᵀ · dz2"),
        ("da1 = dz2 · W2ᵀ", "da1 = dz1 · W2ᵀ"),
        ("W1_new = W1 - η dW1", "W1_new = W1 + η dW1"),
        ("a2 ⊙ (da2 - Σ da2 ⊙ a2)", "a2 ⊙ (da2 - Σ da2 ⊙ a1)"),
        ("1{z1 > 0}", "1{z1 < 0}"),
        ("a1 = max(0, z1)", "a1 = min(0, z1)"),
        ("⊙ [0  1  1]", "⊙ [1  1  1]"),
        ("⎡-0.6  0.6  0.4⎤", "⎡-0.6  0.4  0.6⎤"),
        ("max(0, 1.15)", "max(0, 0.75)"),
        ("  5.4  db2 = dz2 = [0.856927  -0.856927]\n", ""),
        ("Step 6", "Step 7"),
        ("label 1", "label 0"),
    ],
)
def test_a_wrong_formula_is_caught(old: str, new: str) -> None:
    trace, text = made("worked example")
    assert old in text
    assert caught(text.replace(old, new, 1), trace, None)


def test_what_is_no_formula_is_not_skipped() -> None:
    trace, text = made("worked example")
    for line in ("  and so on", "  z9 : 0.5", "                 ⎡0.5⎤", "STEP 9"):
        assert caught(text.replace("\nLOSS\n", f"\n{line}\nLOSS\n", 1), trace, None), line


def test_rounding_is_judged_as_it_is_printed() -> None:
    assert reader.rounds_to(Decimal("0.6855421"), "0.685542") is True
    assert reader.rounds_to(Decimal("0.6855426"), "0.685542") is False
    assert reader.rounds_to(Decimal("0.6855425"), "0.685542") is None
    assert reader.rounds_to(Decimal("0.00000042812"), "4.2812e-07") is True
    assert reader.rounds_to(Decimal("0.00000042812"), "4.28e-07") is False
    assert reader.rounds_to(Decimal("1e-17"), "0") is False
