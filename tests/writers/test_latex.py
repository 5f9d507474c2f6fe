"""The walk-through in LaTeX: compiled for real, with nothing that leaves the page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from trees import derivations, of_parts

import chainrule as cr
from chainrule.notation import latex_name
from chainrule.notation.letters import latex_text
from chainrule.writers.breaking import WIDTH, broken, terms, width
from chainrule.writers.equations import Rows, bmatrix, narrow_bmatrix
from pages import GROUPS, pages
from strategies import Case, cases, mish
from thorough import examples

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]
# Of the worked example, to six decimals, in the order in which a walk-through tells them.
NUMBERS = [
    "-0.3", "1.15", "0.75", "0.895", "-0.895", "2.447336", "0.408608", "2.855943", "0.856927", "0.143073",
    "-0.154402", "-1.944402", "1.944402", "-6.989452", "-0.856927", "0.985466", "-0.985466", "0.642695",
    "-0.642695", "-1.199698", "1.371084", "0.685542", "0.428464", "0.593145", "0.395715", "0.693145",
    "0.495715", "0.486289", "0.291431", "0.790145", "-0.790145", "0.493573", "-0.493573", "-0.408569",
    "0.408569", "1.863869", "0.155071",
]  # fmt: skip


def worked(**how: Any) -> Any:
    net = cr.worked_example()
    return net.trace(net.x, net.y, cr.SGD(0.01)).explain(**how)


def batch(optimizer: Any = "sgd") -> Any:
    return cr.worked_example().trace(FOUR, [1, 0, 1, 0], optimizer).explain()


def large() -> Any:
    X = np.random.default_rng(0).random((3, 784))
    return cr.Network([784, 128, 10], seed=0).trace(X, [1, 2, 3], cr.Adam()).explain()


def odd() -> Any:
    """Names that mean something to LaTeX, to HTML and to Markdown."""
    net = cr.Network(
        [2, 3, 2], hidden=leaky_50_percent, scaling=cr.Standardize([1, 2], [3, 4]),
        features=["a_b", "c%"], classes=["x&y", "<b>$\\alpha_1^2$ #é猫~{*|`\"</b>"],
    )  # fmt: skip
    return net.trace([0.5, 0.5], 1, cr.Adam(1e-5)).explain()


def leaky_50_percent(z: Any) -> Any:
    return np.where(z > 0, z, 0.5 * z)


EXPLANATIONS = {
    "worked": worked,
    "by hand": lambda: worked(arithmetic="by_hand"),
    "batch": batch,
    "Adam": lambda: batch(cr.Adam(0.01)),
    "784-128-10": large,
    "own function": lambda: cr.Network([2, 3, 2], hidden=mish).trace(FOUR, [1, 0, 1, 0], "sgd").explain(),
    "odd names": odd,
    "forward": lambda: cr.worked_example().trace(FOUR).explain(),
    "one quantity": lambda: worked(quantity="dW1"),
}


def compile_latex(source: str, folder: Path) -> str:
    """What pdflatex says, each of its messages in one line."""
    if shutil.which("pdflatex") is None:
        pytest.skip("needs pdflatex: apt install texlive-latex-base")
    (folder / "page.tex").write_text(source, encoding="ascii")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=folder, capture_output=True, text=True, errors="replace", timeout=240,
        env={**os.environ, "max_print_line": "1000"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_a_document_compiles_and_stays_within_its_margins(name: str, tmp_path: Path) -> None:
    said = compile_latex(EXPLANATIONS[name]().to_latex(document=True), tmp_path)
    assert [line for line in said.splitlines() if line.startswith(("Overfull", "LaTeX Warning"))] == []


def test_a_fragment_needs_amsmath_alone(tmp_path: Path) -> None:
    fragment = worked().to_latex()
    assert r"\documentclass" not in fragment
    compile_latex(
        "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n" + fragment + "\\end{document}",
        tmp_path,
    )


def test_random_networks_compile_and_stay_on_the_page(tmp_path: Path) -> None:
    fragments: list[str] = []

    @examples(25, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(cases(depth=3, width=7, samples=7))
    def collect(case: Case) -> None:
        X, y = case.data()
        fragments.append(case.network().trace(X, y, "adam").explain().to_latex())

    collect()
    assert too_wide({str(i): fragment for i, fragment in enumerate(fragments)}, tmp_path) == []


def too_wide(fragments: Mapping[str, str], folder: Path) -> list[str]:
    """Where something is more than 1 pt wider than the page: the fragment, and by how much."""
    document = worked().to_latex(document=True)
    names = list(fragments)
    parts = [f"\\typeout{{FRAGMENT {i}}}\n{fragments[name]}\\clearpage\n" for i, name in enumerate(names)]
    head = document[: document.index(r"\section*")]
    said = compile_latex(head + "".join(parts) + "\\end{document}\n", folder)
    found, at = [], ""
    for line in said.splitlines():
        if match := re.match(r"FRAGMENT (\d+)", line):
            at = names[int(match[1])]
        if (match := re.search(r"Overfull \\hbox \((\d+\.\d+)pt too wide\)", line)) and float(match[1]) > 1:
            found.append(f"{at}: {match[1]} pt")
    return found


def test_what_is_too_wide_is_found(tmp_path: Path) -> None:
    wide = r"\begin{align*}x &= " + " + ".join(["1000"] * 30) + r"\end{align*}"
    (found,) = too_wide({"narrow": worked().to_latex(), "wide": wide, "also narrow": "a"}, tmp_path)
    assert re.fullmatch(r"wide: \d{3}\.\d+ pt", found)


@pytest.mark.some(2)
@pytest.mark.parametrize(("samples", "digits"), [(1, (None, 2)), (3, (3,)), (7, (None, 4))])
@pytest.mark.parametrize("group", GROUPS)
def test_every_part_stays_on_the_page(
    group: str, samples: int, digits: tuple[int | None, ...], tmp_path: Path
) -> None:
    fragments = {name: page.to_latex() for name, page in pages(group, samples, digits)}
    assert len(fragments) > 0
    assert too_wide(fragments, tmp_path) == []


@pytest.mark.some(1)
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("group", GROUPS)
def test_every_derivation_stays_on_the_page(group: str, samples: int, tmp_path: Path) -> None:
    trees = {**dict(of_parts(group, samples)), **derivations()}
    assert too_wide({name: why.to_latex() for name, why in trees.items()}, tmp_path) == []


def test_the_lines_of_a_derivation() -> None:
    net = cr.worked_example()
    source = net.trace(net.x, net.y, cr.SGD(0.01)).why("dW1[0, 1]", depth=1).to_latex()
    assert (
        "\\section*{Why dW1[0, 1] is 0.685542}\n\n"
        "\\begin{align*}\n"
        "&\\frac{\\partial L}{\\partial W_{1}[0, 1]} = 0.685542 \\\\*\n"
        "&\\hspace{1.20em} = x[0, 0] \\cdot \\frac{\\partial L}{\\partial z_{1}[0, 1]} \\\\*\n"
        "&\\hspace{1.20em} = 0.5 \\cdot 1.371084 \\\\\n"
        "&\\hspace{1.50em}x[0, 0] = 0.5 \\qquad\\text{\\small input} \\\\\n"
    ) in source
    assert r"$\displaystyle \frac{1.94440907761 - 1.94439536677}{0.00002} = 0.685542$ \quad agrees" in source


@pytest.mark.parametrize("format", ["latex", "markdown", "html"])
def test_every_number_of_the_worked_example_is_there(format: str) -> None:
    shown = getattr(worked(), f"to_{format}")().replace("<mo>&#x02212;</mo><mn>", "-")
    missing = [n for n in NUMBERS if not re.search(rf"(?<![\d.]){re.escape(n)}(?![\d.]\d)", shown)]
    assert missing == []


def test_by_hand_shows_the_numbers_of_the_source() -> None:
    shown = worked(arithmetic="by_hand").to_latex()
    assert r"\begin{bmatrix} 0 & 0 \\ 0.986 & -0.986 \\ 0.643 & -0.643 \end{bmatrix}" in shown
    assert r"\begin{bmatrix} -0.6 & 0.59315 & 0.39572 \\ -0.6 & 0.69315 & 0.49572 \end{bmatrix}" in shown


def test_the_rows_of_a_gradient() -> None:
    explanation = worked()
    line = next(
        line
        for _, steps in explanation.sections
        for step in steps
        for line in step.lines
        if line.name == "dz2"
    )
    rows = Rows(explanation.values).of(line)
    assert [(row.lhs, row.relation, row.latex, row.note) for row in rows] == [
        (
            r"\frac{\partial L}{\partial z_{2}}",
            "=",
            r"a_{2} \odot \left(\frac{\partial L}{\partial a_{2}}"
            r" - \sum \frac{\partial L}{\partial a_{2}} \odot a_{2}\right)",
            "the chain rule: ∂a_i/∂z_j = a_i (δ_ij - a_j)",
        ),
        ("", "=", "a_{2} - y", "a cancels the 1/a of da, and Σ y = 1"),
        (
            "",
            "=",
            r"\begin{bmatrix} 0.856927 & 0.143073 \end{bmatrix} - \begin{bmatrix} 0 & 1 \end{bmatrix}",
            "",
        ),
        ("", "=", r"\begin{bmatrix} 0.856927 & -0.856927 \end{bmatrix}", ""),
    ]
    assert rows[2].text == "dz2 = [0.856927, 0.143073] - [0, 1]"


def test_a_quantity_too_large_to_show_is_told_by_one_entry() -> None:
    explanation = large()
    line = next(
        line
        for _, steps in explanation.sections
        for step in steps
        for line in step.lines
        if line.name == "z1"
    )
    formula, result, entry, value = Rows(explanation.values).of(line)
    assert formula.latex == r"x \cdot W_{1} + b_{1}"
    assert result.latex.count(r"\cdots") == 3
    assert entry.lhs.startswith("z_{1}[")
    assert r"\text{the other }" in entry.latex
    assert value.relation == r"\approx"


@examples(40, few=5, suppress_health_check=[HealthCheck.too_slow])
@given(cases(depth=3, width=7, samples=7))
def test_no_row_is_empty_or_says_the_row_before_again(case: Case) -> None:
    X, y = case.data()
    explanation = case.network().trace(X, y, "adam").explain()
    rows = Rows(explanation.values)
    told = [
        row
        for _, steps in explanation.sections
        for step in steps
        for line in step.lines
        for row in rows.of(line)
    ]
    assert all(row.latex.strip() and row.text.strip() for row in told)
    assert all(not (b.lhs == "" and a.latex == b.latex) for a, b in pairwise(told))
    for written in (explanation.to_latex(), explanation.to_markdown(), explanation.to_html()):
        lines = [line for line in written.splitlines() if line.strip("$ ")]
        assert [a for a, b in pairwise(lines) if a == b] == []


def test_names() -> None:
    names = {
        "dW1": r"\frac{\partial L}{\partial W_{1}}",
        "W1_new": r"W_{1}^{\text{new}}",
        "mW1_hat": r"\hat m_{W_{1}}",
        "mW1_new": r"m_{W_{1}}^{\text{new}}",
        "log_a2": r"\log a_{2}",
        "log_not_a2": r"\log\left(1 - a_{2}\right)",
        "x_raw": r"x_{\text{raw}}",
        "dW1_data": r"\left(\frac{\partial L}{\partial W_{1}}\right)_{\text{data}}",
        "gamma1": r"\gamma_{1}",
        "zhat1": r"\hat z_{1}",
        "l": r"\ell",
        "beta1": r"\beta_{1}",
    }
    assert {name: latex_name(name) for name in names} == names
    assert latex_name("dW1", (0, 1)) == r"\frac{\partial L}{\partial W_{1}[0, 1]}"


def test_text_becomes_ascii() -> None:
    assert latex_text("2 → 3, η = 0.1: a_b 50 % & #1 é ł ½ <x>") == (
        r"2 $\to$ 3, $\eta$ = 0.1: a\_b 50 \% \& \#1 \'{e} \l{} $\tfrac12$ $<$x$>$"
    )
    assert latex_text("猫") == r"\texttt{U+732B}"


def test_terms_are_cut_outside_brackets_only() -> None:
    assert terms(r"-0.5 \cdot (-0.6 + 1) + e^{-1 + 2} \odot \frac{a - b}{c}") == [
        "-0.5", r"\cdot (-0.6 + 1)", "+ e^{-1 + 2}", r"\odot \frac{a - b}{c}",
    ]  # fmt: skip


def test_a_formula_that_is_too_wide_is_cut() -> None:
    sum_of_products = " + ".join([r"0.856927 \cdot (-0.985466)"] * 6)
    lines = broken(sum_of_products)
    assert " ".join(lines) == sum_of_products
    assert len(lines) == 2
    assert all(width(line) <= WIDTH for line in lines)
    within = broken(rf"-\left({sum_of_products}\right)")
    assert within[0].startswith(r"-\bigl( 0.856927")
    assert within[-1].endswith(r"\bigr)")
    assert all(width(line) <= WIDTH for line in within)


def test_a_root_that_is_too_wide_is_a_power() -> None:
    under = " + ".join([r"0.856927^2"] * 12)
    lines = broken(rf"1 + \sqrt{{{under}}}")
    assert " ".join(lines) == rf"1 + \bigl( {under} \bigr)^{{1/2}}"
    assert len(lines) == 2
    assert all(width(line) <= WIDTH for line in lines)
    raised = broken(rf"\sqrt{{{under}}}^2")
    assert " ".join(raised) == rf"\bigl( \bigl( {under} \bigr)^{{1/2}} \bigr)^2"


def test_a_matrix_that_is_too_wide_loses_columns_in_the_middle() -> None:
    cells = [[r"-6.70999 \times 10^{-5}"] * 6] * 2
    assert width(bmatrix(cells)) > WIDTH >= width(narrow_bmatrix(cells))
    assert r"\cdots" in narrow_bmatrix(cells)
    four = [["0.0000000000000000012345"] * 4] * 2
    assert narrow_bmatrix(four).count("&") == 4
    assert width(narrow_bmatrix(four)) <= WIDTH


def test_a_large_network_is_written_in_well_under_a_second() -> None:
    explanation = large()
    for write in (explanation.to_latex, explanation.to_markdown, explanation.to_html, explanation.to_dict):
        start = time.process_time()  # of this process alone: others keep the machine busy
        write()
        assert time.process_time() - start < 1
