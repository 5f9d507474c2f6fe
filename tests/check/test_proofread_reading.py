"""What is written on pages, read: each equation is right as it stands, and wrong with another result."""

from __future__ import annotations

import json
import re

import pytest

import chainrule as cr

# Worked with a pocket calculator; the last number of each is the result.
RIGHT = [
    ("z1 = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3775", "text"),
    ("σ(0.3775) = 1/(1+e^{-0.3775}) = 0.593269992", "text"),
    ("E = ½(0.01 − 0.75136507)² = 0.274811083", "text"),
    ("w5⁺ = 0.4 − 0.5·0.082167041 = 0.35891648", "text"),
    ("w5+ = 0.4 - 0.5 * 0.082167041 = 0.35891648", "text"),
    ("so a = sigmoid(0.5) ≈ 0.6225, which is more than a half.", "text"),
    ("1. a = tanh(0.5) = 0.46212", "text"),
    ("L = -ln 0.143 = 1.945", "text"),
    ("L = -log(0.143) ≈ 1.945 (natural logarithm)", "text"),
    ("x = √2 · 3 = 4.2426", "text"),
    ("x = 5 % · 240 = 12", "text"),
    ("y = 1,200 + 34.5 = 1234.5", "text"),
    ("y = 4.28×10^-3 · 2 = 8.56e-3", "text"),
    ("v = 3.2 · 10⁻⁴ + 0.001 = 0.00132", "text"),
    ("m = max(0, -0.3) + |-0.25| = 0.25", "text"),
    ("s = softmax([1, 2]) = [0.2689, 0.7311]", "text"),
    ("z = [0.5, 0.5] · [[-0.6, 0.6], [-0.6, 0.7]] + [0.3, 0.5] = [-0.3, 1.15]", "text"),
    ("z = [0.5 0.5] @ [[-0.6 0.6]\n [-0.6 0.7]] + [0.3 0.5] = [-0.3 1.15]", "text"),
    ("h = [1; 2]ᵀ · [3; 4] = 11", "text"),
    ("p = (1, 2) · (0.5, 0.25) = 1.00", "text"),
    ("    ⎡0.5⎤               ⎡0   0.685⎤\nW = ⎢   ⎥ · [0  1.37] = ⎢         ⎥\n"
     "    ⎣0.5⎦               ⎣0   0.685⎦", "text"),
    ("a = 0,15·0,05 + 0,35 = 0,3575", "text"),
    ("q = 0.1 + 0.2\n  = 0.3\n  ≈ 0.30", "text"),
    ("q = 0.5 *\n0.25 = 0.125", "text"),
    ("1/3 = 0.333… and 2/3 = 0.67", "text"),
    (r"$\frac{\partial E}{\partial w_5} = 0.74136507 \cdot 0.186815602 = 0.138498562$", "markdown"),
    (r"$$\sigma(z) = \dfrac{1}{1+e^{-0.5}} \approx 0.62246$$", "markdown"),
    ("| step | what |\n| --- | --- |\n| 1 | z = 0.5*0.5 = 0.25 |", "markdown"),
    ("```\nz = 0.5*0.5 = 0.25\n```", "markdown"),
    ("- **Then** $a_1 = \\tanh(0.25)$ = 0.2449", "markdown"),
    (r"\begin{align*} z &= \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \cdot "
     r"\begin{pmatrix} 1 \\ 1 \end{pmatrix} \\ &= \begin{pmatrix} 3 \\ 7 \end{pmatrix} \end{align*}", "latex"),
    (r"\[ \left[ \begin{array}{cc} 1 & 2 \end{array} \right] "
     r"\left[ \begin{array}{c} 0.5 \\ 0.25 \end{array} \right] = 1.0 \]",
     "latex"),
    (r"$L = -\log \left( 0{,}5 \right) = 0{,}693$ und $x = 0{,}5 \cdot 3 = 1{,}5$, $y = 2{,}5 + 1 = 3{,}5$",
     "latex"),
    ("<p>net<sub>h1</sub> = 0.15 &times; 0.05 + 0.35 = 0.3575</p>", "html"),
    ("<p>e<sup>&minus;0.5</sup> = 0.6065</p>", "html"),
    ("<math><mi>a</mi><mo>=</mo><mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo><msup><mi>e</mi><mrow><mo>&#8722;</mo><mn>0.5</mn>"
     "</mrow></msup></mrow></mfrac><mo>=</mo><mn>0.6225</mn></math>", "html"),
    (r"<p>\(a = 0.5 \cdot 0.25 = 0.125\)</p>", "html"),
    (json.dumps({"cells": [{"cell_type": "markdown", "source": ["$a = 0.5 \\cdot 0.25$\n", "$= 0.125$"]}]}),
     "notebook"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "format"), RIGHT)
def test_right_ones_are_counted(page: str, format: str) -> None:
    proof = cr.proofread(page + "\n", format)
    assert proof.findings == [], str(proof)
    assert proof.counted > 0, str(proof)
    assert proof.unread == [], str(proof)


@pytest.mark.parametrize(("page", "format"), RIGHT)
def test_with_another_result_they_are_wrong(page: str, format: str) -> None:
    """One digit of the result is another one: the first after its point, or its last."""
    result = [found for found in re.finditer(r"\d+(?:\.|,|\{,\})?\d*", page) if float(_plain(found[0])) != 0][
        -1
    ]
    point = re.search(r"\d(\.|\{,\}|,)\d", result[0])
    at = result.start() + (point.end() - 1 if point else 0)
    if r"\end" not in page and result[0] in ("2", "10"):  # of the text after it
        pytest.skip("its last number is no result")
    changed = page[:at] + ("9" if page[at] < "6" else "3") + page[at + 1 :]
    assert cr.proofread(changed + "\n", format).findings, changed


def _plain(text: str) -> str:
    return text.replace("{,}", ".").replace(",", ".")


@pytest.mark.parametrize(
    "page",
    [
        "After this round E = 0.29 instead of E = 0.3 * 0.99 = 0.297.",
        "The batch has n = 32 samples, and lr = 0.01.",
        "half of 0.4 = 0.2, and 3 times 4 = 12",
        "p(x=1) = 0.25 and f(3) = 2*3 + 1 = 7, g(0.5) = 0.3",
        "See https://example.org/?a=1&b=2 = 5.",
        "v1.2.3 = 4",
        "if a = 0.5 then b = 0.7",
        "x = 0.5 if z > 0 else 0.2 = 0.2",
        "assert 0.1 + 0.2 == 0.5",
        "for i = 1, 2, ..., n",
        "z = w·x + b",
        "y = 0.1 ± 0.3 = 0.4",
        "log 8 = 3 and log(100) = 2",
        "σ(0.5) = tanh(0.5) = 0.4621",
        "a = 0.3 (0.25 before)",
    ],
)
def test_what_is_no_mistake_is_not_called_one(page: str) -> None:
    assert cr.proofread(page + "\n").findings == []


def test_rounded_inputs_and_what_is_carried_in_full() -> None:
    """0.5933 stands for all that rounds to it, and so does what is counted with it."""
    page = "a = 1/(1+exp(-0.3775)) = 0.5933\nb = 0.4 * 0.5933 = 0.23731\n"  # 0.4 · 0.593269992 = 0.237308
    assert cr.proofread(page).right
    assert not cr.proofread(page.replace("0.23731", "0.23741")).right


def test_given_numbers_that_were_rounded() -> None:
    """Weights of a machine are printed with some of their digits: results that need the others are right."""
    page = "w = [0.4967, -0.1383]\nz = [0.4967, -0.1383] · [2, 3] = 0.57863\n"  # 0.49671415·2 - 0.1382643·3
    assert cr.proofread(page).right
    assert not cr.proofread(page.replace("0.57863", "0.57963")).right


def test_a_page_that_rounds_what_it_is_given() -> None:
    """0.36 and 0.74 are short for more digits that the page nowhere says: it is noted, and not accused."""
    page = "a = 0.36 * 0.92 = 0.328\nb = 0.74 * 0.19 = 0.139\nc = 0.62 * 0.48 = 0.301\nd = 0.27 + 0.38 = 0.6512\n"
    proof = cr.proofread(page)
    assert proof.findings == []
    assert proof.notes == [
        "Its given numbers were taken as rounded: as exact ones they give other results than are printed."
    ]
