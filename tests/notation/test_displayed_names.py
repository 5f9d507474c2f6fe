"""How names of quantities are shown."""

from __future__ import annotations

import pytest

from chainrule.notation import GREEK, display, entry_text, latex_name
from chainrule.notation.greek import LATEX_GREEK, LATEX_SIGNS, LETTERS


@pytest.mark.parametrize(
    ("name", "text", "latex"),
    [
        ("W1", "W1", "W_{1}"),
        ("x", "x", "x"),
        ("l", "l", r"\ell"),
        ("eta", "η", r"\eta"),
        ("beta1", "β1", r"\beta_{1}"),
        ("gamma2", "γ2", r"\gamma_{2}"),
        ("weight_decay", "λ", r"\lambda"),
        ("dgamma2", "dγ2", r"\frac{\partial L}{\partial \gamma_{2}}"),
        ("dW1", "dW1", r"\frac{\partial L}{\partial W_{1}}"),
        ("log_a2", "log a2", r"\log a_{2}"),
        ("log_not_a2", "log(1 - a2)", r"\log\left(1 - a_{2}\right)"),
        ("W1_new", "W1_new", r"W_{1}^{\text{new}}"),
        ("mW1_hat", "mW1_hat", r"\hat m_{W_{1}}"),
        ("mu1_run", "μ1_run", r"{\mu_{1}}_{\text{run}}"),
        ("dW1_clipped", "dW1_clipped", r"\left(\frac{\partial L}{\partial W_{1}}\right)_{\text{clipped}}"),
        ("step", "step", r"\text{step}"),
        ("λ1", "λ1", r"\lambda_{1}"),
        ("dψ2", "dψ2", r"\frac{\partial L}{\partial \psi_{2}}"),
        ("φ_new", "φ_new", r"\varphi^{\text{new}}"),
        ("mλ1_new", "mλ1_new", r"m_{\lambda_{1}}^{\text{new}}"),
        ("é1", "é1", r"\text{é}_{1}"),
        # letters within a word are no Greek ones
        ("beta_adam", "β_adam", r"\beta_{\text{adam}}"),
        ("metal", "metal", r"\text{metal}"),
    ],
)
def test_a_name_in_text_and_in_latex(name: str, text: str, latex: str) -> None:
    assert display(name) == text
    assert latex_name(name) == latex


def test_entries() -> None:
    assert entry_text("W1", (0, 1)) == "W1[0, 1]"
    assert entry_text("b1", (2,)) == "b1[2]"
    assert entry_text("L", ()) == "L"
    assert latex_name("W1", (0, 1)) == "W_{1}[0, 1]"
    assert latex_name("dW1", (0, 1)) == r"\frac{\partial L}{\partial W_{1}[0, 1]}"
    assert latex_name("W1_new", (0,)) == r"W_{1}^{\text{new}}[0]"


def test_greek_letters_are_those_of_one_table() -> None:
    signs = {sign for sign, _ in LETTERS.values()}
    assert set(GREEK.values()) <= signs <= set(LATEX_SIGNS)
    assert all(LATEX_SIGNS[sign] == LATEX_GREEK[name] for name, sign in GREEK.items())
    assert len(signs) == len(LETTERS)
