"""The reader is not blind in the notations of any part: a page or a derivation with one wrong sign in it is caught."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from checked_page import CheckedPage, reading_of

import chainrule as cr
from pages import traced
from reader import Unreadable, Untrue
from thorough import share

PARTS: dict[str, Callable[[], cr.Trace]] = {
    "batch norm, momentum": lambda: traced(
        cr.Network([cr.Dense(2, 2), cr.BatchNorm(), cr.Tanh(), cr.Dense(2, 2), cr.Softmax()]), 3, "momentum"
    ),
    "gelu, log-cosh, clipped": lambda: traced(
        cr.Network([2, 2, 1], hidden="gelu", output="identity", loss="log_cosh"),
        3,
        cr.AdamW(cr.Cosine(0.01, 10), clip=cr.ClipNorm(0.05)),
    ),
    "triplet, elastic net": lambda: traced(
        cr.Network([2, 2], output="elu", loss="triplet", penalty="elastic_net"), 6, cr.Lion(0.1)
    ),
}
_DIGIT = re.compile(r"(?<![A-Za-zα-ω\d_²])(?<![A-Za-zα-ω]\d)\d|(?<=[\d.])\d")
_NOTE = re.compile(
    r" {3,}[^⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠\[\]\n=≈ ][^⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠\[\]\n]*$", re.MULTILINE
)  # words at the right
_ZERO = re.compile(r"(?:[-+] )?(?<![\d.])0(?![\d.])")
_CHOICE = re.compile(r"= (.*) if \(?(-?[\d.]+)\)? > 0, otherwise (.*)$", re.MULTILINE)
_SIGNS = {"+": "-", "=": "≈", "≈": "=", ">": "<", "⊙": "·"}


def _caught(check: Callable[[str], object], text: str) -> bool:
    try:
        with np.errstate(all="ignore"):
            check(text)
    except (Untrue, Unreadable):
        return True
    return False


def _mutants(text: str, start: int, stop: int) -> list[str]:
    """Texts with one other digit, or one other sign, where that makes a difference.

    Taking away 0 is adding it; and in one entry written out, a 0 or a 1 may stand for what a formula leaves out there.
    What an entry does not choose of two says nothing of its value.
    """
    spans = (m.span() for of in (_NOTE, _ZERO) for m in of.finditer(text, start, stop))
    left_out = {place for span in spans for place in range(*span)}
    for m in _CHOICE.finditer(text, start, stop):
        left_out |= set(range(*m.span(3 if float(m[2]) > 0 else 1)))
    digits = (m.start() for m in _DIGIT.finditer(text, start, stop))
    other = {place: str((int(text[place]) + 1) % 10) for place in digits}
    other |= {
        place: _SIGNS[text[place]] for place in range(start, stop) if text[place - 1 : place + 2] in _BETWEEN
    }
    other = {place: sign for place, sign in other.items() if place not in left_out}
    return [text[:place] + sign + text[place + 1 :] for place, sign in sorted(other.items())]


_BETWEEN = {f" {sign} " for sign in _SIGNS}


@pytest.mark.some(1)
@pytest.mark.parametrize("digits", [None, 3])
@pytest.mark.parametrize("name", PARTS)
def test_one_wrong_sign_on_a_page_is_caught(name: str, digits: int | None) -> None:
    trace = PARTS[name]()
    how = {} if digits is None else {"arithmetic": "by_hand", "digits": digits}
    text = trace.explain(**how).to_text()

    def check(page: str) -> object:
        return CheckedPage(page, trace, reading_of(trace, digits))

    assert not _caught(check, text)
    mutants = _mutants(text, text.index("FORWARD"), text.index("\nSIGNS"))[::11]
    assert len(mutants) > 60
    missed = [_differing(text, mutant) for mutant in share(mutants) if not _caught(check, mutant)]
    assert missed == []


@pytest.mark.some(2)
@pytest.mark.parametrize("name", PARTS)
def test_one_wrong_sign_in_a_derivation_is_caught(name: str) -> None:
    trace = PARTS[name]()
    page = CheckedPage(trace.explain().to_text(), trace, reading_of(trace))
    text = str(trace.why("dW1[0, 0]"))
    assert not _caught(page.check_why, text)
    mutants = _mutants(text, 0, text.index("\n\n"))[::7]
    assert len(mutants) > 30
    missed = [_differing(text, mutant) for mutant in share(mutants) if not _caught(page.check_why, mutant)]
    assert missed == []


def _differing(text: str, mutant: str) -> str:
    return next(b for a, b in zip(text.split("\n"), mutant.split("\n"), strict=True) if a != b)
