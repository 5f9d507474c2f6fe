"""Plain text in LaTeX."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.notation import HARD_SPACE, ascii_math, latex_text


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("a plain line.", "a plain line."),
        ("100% of $5 & more", r"100\% of \$5 \& more"),
        ("dW1_new {x}", r"dW1\_new \{x\}"),
        ("η = 0.1", r"$\eta$ = 0.1"),
        ("a → b", r"a $\to$ b"),
        ("∂L/∂W", r"$\partial$L/$\partial$W"),
        ("x²", "x$^2$"),
        ("größe", r"gr\"{o}\ss{}e"),
        ("naïve", r"na\"{i}ve"),
        ("a–b…", r"a--b\dots{}"),
        ("漢", r"\texttt{U+6F22}"),
        ("a" + HARD_SPACE + "b", "a~b"),
        ("a   b", "a~~ b"),  # spaces that TeX would take for one
    ],
)
def test_signs_that_tex_cant_set(text: str, latex: str) -> None:
    assert latex_text(text) == latex


@given(st.text())
def test_whatever_is_written_is_plain_ascii_and_its_braces_are_closed(text: str) -> None:
    latex = latex_text(text)
    assert latex.isascii()
    assert latex.isprintable() or not latex
    free = latex.replace("\\\\", "").replace(r"\{", "").replace(r"\}", "")
    assert free.count("{") == free.count("}")
    assert free.replace(r"\$", "").count("$") % 2 == 0


def test_names_in_a_formula_may_hold_any_letter() -> None:
    assert ascii_math(r"a \odot b") == r"a \odot b"
    assert ascii_math("Δ + γ") == r"\Delta + \gamma"
    assert ascii_math(r"\text{λx, é}") == r"\text{$\lambda$x, \'{e}}"
    assert ascii_math("ö") == r"\text{\"{o}}"
