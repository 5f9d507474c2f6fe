"""The walk-through in Markdown, read by a Markdown parser that knows nothing of formulas, as GitHub's once does."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from markdown_it import MarkdownIt
from trees import derivations

import chainrule as cr
from chainrule.writers.markdown import escape, safe, words_in_formula
from strategies import Case, cases
from thorough import examples

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]


def worked() -> Any:
    net = cr.worked_example()
    return net.trace(net.x, net.y, cr.SGD(0.01)).explain()


def check(source: str) -> list[str]:
    """The formulas of a page; each must come through Markdown as one paragraph, letter for letter."""
    tokens = MarkdownIt("commonmark").parse(source)
    formulas = []
    for token in tokens:
        children = token.children or []
        if "$$" not in token.content:
            assert token.type not in ("html_block", "code_block", "hr")
            assert token.type != "fence" or token.content[0] == "╭", "a picture alone stands in a fence"
            continue
        assert {child.type for child in children} <= {"text", "softbreak"}, token.content
        shown = "".join("\n" if child.type == "softbreak" else child.content for child in children)
        assert shown == token.content
        assert shown.startswith("$$\n\\begin{aligned}\n")
        assert shown.endswith("\n$$")
        formulas.append(shown)
    assert len(formulas) == source.count("$$") / 2
    return formulas


TREES = MarkdownIt("commonmark", {"maxNesting": 100})  # as it is unless "commonmark" is asked for


def check_tree(source: str) -> list[str]:
    """The formulas of a derivation; each must come through Markdown letter for letter, in an item of a list."""
    formulas = []
    for token in TREES.parse(source):
        assert token.type not in ("html_block", "code_block", "fence", "hr")
        children = token.children or []
        assert {child.type for child in children} <= {"text", "softbreak", "hardbreak", "em_open", "em_close"}
        shown = "".join(child.content or "\n" for child in children if not child.type.startswith("em_"))
        formulas += re.findall(r"\$([^$]+)\$", shown)
    assert formulas == re.findall(r"\$([^$]+)\$", source)
    return formulas


def depths(source: str) -> list[int]:
    """How deep the items of a page's lists stand, as Markdown sees them."""
    found, depth = [], 0
    for token in TREES.parse(source):
        depth += {"bullet_list_open": 1, "bullet_list_close": -1}.get(token.type, 0)
        found += [depth] if token.type == "list_item_open" else []
    return found


def test_a_derivation_is_lists_in_lists() -> None:
    net = cr.worked_example()
    why = net.trace(net.x, net.y, cr.SGD(0.01)).why("dW1[0, 1]", depth=2)
    source = why.to_markdown()
    assert source.startswith("# Why dW1[0, 1] is 0.685542\n\n- $")
    assert (
        "- $\\frac{\\partial L}{\\partial W_{1}[0, 1]} = 0.685542$  \n"
        "  $= x[0, 0] \\cdot \\frac{\\partial L}{\\partial z_{1}[0, 1]}$  \n"
        "  $= 0.5 \\cdot 1.371084$\n"
        "  - $x[0, 0] = 0.5$ *input*\n"
        "  - $\\frac{\\partial L}{\\partial z_{1}[0, 1]} = 1.371084$ *nudge 1.371084, agrees*  \n"
    ) in source
    assert source.endswith(
        "nudge W1[0, 1] by ±0.00001: $\\frac{1.94440907761 - 1.94439536677}{0.00002} = 0.685542$ agrees\n"
    )
    check_tree(source)
    assert depths(source) == [1, 2, 2, 3, 3]


@pytest.mark.parametrize("name", derivations())
def test_the_lists_of_a_derivation_are_its_levels(name: str) -> None:
    why = derivations()[name]
    check_tree(why.to_markdown())

    def levels(part: Any, depth: int) -> list[int]:
        return [depth, *(level for inner in part.parts for level in levels(inner, depth + 1))]

    assert depths(why.to_markdown()) == levels(why, 1)


def test_the_worked_example() -> None:
    source = worked().to_markdown()
    assert source.startswith(
        "# 2 → 3 relu → 2 softmax\n\n"
        "cross-entropy · SGD, η = 0.01 · exact, 6 decimals\n\n"
        "one sample, label 1 (classes 0, 1)\n\n"
        "dW1 is short for ∂L/∂W1: how fast L grows as W1 grows.\n\n"
        "## Given\n\n"
        "$$\n"
        "\\begin{aligned}\n"
        "x &= \\begin{bmatrix} 0.5 & 0.5 \\end{bmatrix}\n"
    )
    assert (
        "## Forward\n\n"
        "### Step 1: input → hidden\n\n"
        "$$\n"
        "\\begin{aligned}\n"
        "z_{1} &= x \\cdot W_{1} + b_{1} \\cr\n"
        "{} &= \\begin{bmatrix} 0.5 & 0.5 \\end{bmatrix} \\cdot "
        "\\begin{bmatrix} -0.6 & 0.6 & 0.4 \\cr -0.6 & 0.7 & 0.5 \\end{bmatrix} + "
        "\\begin{bmatrix} 0.3 & 0.5 & 0.3 \\end{bmatrix} \\cr\n"
        "{} &= \\begin{bmatrix} -0.3 & 1.15 & 0.75 \\end{bmatrix}\n"
        "\\end{aligned}\n"
        "$$\n"
    ) in source
    titles = re.findall(r"^#+ .*$", source, re.MULTILINE)
    assert titles[1:] == [
        "## Given", "## Forward", "### Step 1: input → hidden", "### Step 2: relu", "### Step 3: hidden → output",
        "### Step 4: softmax", "## Loss", "## Backward",
        "### Step 5: the chain rule, from L back to the weights", "## Update",
        "### Step 6: SGD updates the parameters", "### Step 7: repeat", "## Signs",
    ]  # fmt: skip
    assert len(check(source)) == 26
    assert r"\tag{5.8}" in source


def test_notes_stand_beside_their_formula() -> None:
    formulas = check(worked().to_markdown())
    note = r"a_{2} - y \qquad\text{a cancels the 1/a of da, and }{\Sigma}\text{ y = 1} \cr"
    assert any(note in formula for formula in formulas)


@pytest.mark.parametrize(
    ("note", "formula"),
    [
        ("plain words", r"\text{plain words}"),
        ("Σ over z > 0", r"{\Sigma}\text{ over z }{\gt}\text{ 0}"),
        ("relu′ = 1 - a²", r"\text{relu}'\text{ = 1 - a}^2"),
        ("e^-z, 2^(n)", r"\text{e}^{\text{-z}}\text{, 2}{\wedge}\text{(n)}"),
        ("²′³", r"{}^2{}'{}^3"),
        ("a₁_b $5 {c}", "\\text{a}_1\\text{\uff3fb \uff045 }{\\lbrace}\\text{c}{\\rbrace}"),
        ("", ""),
    ],
)
def test_a_note_is_words_with_signs_between(note: str, formula: str) -> None:
    assert words_in_formula(note) == formula


def test_underscores_open_and_close_nothing() -> None:
    formula = safe(
        r"\hat z_{1} + {\mu_{1}}_{\text{run}} + (a)_{b} + W_{1}^{\text{new}}[0]_{c} + \sum_{i} \text{λ}_{2}"
    )
    assert formula == (
        r"\hat z_{1} + {\mu_{1}}_ {\text{run}} + (a)_ {b} + W_{1}^{\text{new}}[0]_ {c} + \sum_{i} {\lambda}_ {2}"
    )
    check(f"$$\n\\begin{{aligned}}\n{formula}\n\\end{{aligned}}\n$$")


def test_formulas_come_through_markdown_unchanged() -> None:
    net = cr.worked_example()
    X = np.random.default_rng(0).random((3, 784))
    large = cr.Network([784, 128, 10], seed=0)
    for trace in (
        net.trace(FOUR, [1, 0, 1, 0], cr.Adam(0.01)),
        large.trace(X, [1, 2, 3], "adam"),
        net.trace(FOUR),
    ):
        assert check(trace.explain().to_markdown())


@examples(30, few=4, suppress_health_check=[HealthCheck.too_slow])
@given(cases(depth=3, width=7, samples=7))
def test_random_networks(case: Case) -> None:
    X, y = case.data()
    source = case.network().trace(X, y, "adam").explain().to_markdown()
    assert check(source)
    assert "\n\n\n" not in source


@pytest.mark.parametrize(
    "text",
    [
        "a_b_c *x* `y` ~~z~~",
        "<b>1 & 2</b> $3$",
        "[a](b) | c",
        "# 1",
        "1. 2",
        "- 3",
        "= 4",
        "\\alpha &amp; ![x](y)",
    ],
)
def test_text_shows_as_it_is(text: str) -> None:
    (_, inline, _) = MarkdownIt("commonmark").enable("strikethrough").parse(escape(text))
    assert inline.type == "inline"
    assert "".join(child.content for child in inline.children or []) == text
    assert {child.type for child in inline.children or []} <= {"text"}


def test_names_of_ones_own_do_not_become_markup() -> None:
    net = cr.Network([2, 3, 2], hidden=lambda z: z * (z > 0), classes=["x_y_z", "<b>*$|`"])
    source = net.trace([0.5, 0.5], 1, cr.SGD(0.01)).explain().to_markdown()
    assert "label 1 (&lt;b&gt;\\*&#36;\\|\\`)" in source
    check(source)
