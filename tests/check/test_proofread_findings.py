"""What a proof-reading tells: each kind of finding, whole reports, refused pages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.errors import FileError, InputError, KindError


@pytest.mark.parametrize(
    ("page", "kind", "stands", "should"),
    [
        ("z = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3785", "wrong", "0.3785", "0.3775"),
        ("z = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3757", "swapped digits", "0.3757", "0.3775"),
        ("z = 0.15*0.05 + 0.2*0.1 + 0.35 = -0.3775", "sign", "-0.3775", "0.3775"),
        ("z = 0.15*0.05 + 0.2*0.1 + 0.35 = 3.775", "factor", "3.775", "0.378"),
        ("z = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.0275", "wrong", "0.0275", "0.3775"),
        ("s = e^-0.895 = 0.408", "cut", "0.408", "0.409"),
        ("o = 1/(1 + e^-1.105905967) = 0.75136507\nE = ½(0.01 − 0.7513)² = 0.274811083", "cut", "0.7513", "0.7514"),
        ("a = [[1], [2], [3]] · [0.5, 0.25] = [[0.5, 1, 1.5], [0.25, 0.5, 0.75]]", "transposed",
         "[[0.5, 1, 1.5], [0.25, 0.5, 0.75]]", "its transpose, 3×2"),
        ("a = [1, 2] + [3, 4] = 10", "shape", "10", "2"),
        ("a = 0.123456*2 = 0.246912\nb = a * 3 = 0.246192 * 3 = 0.740736", "swapped digits", "0.246192", "0.246912"),
        ("e = 0.621 - 1 = -0.379\n\nWe found e = -0.747.", "stale", "-0.747", "-0.379"),
        ("w = 0.35\nx = 0.2\nz = w*x + 1 = 0.45*0.2 + 1 = 1.09", "stale", "0.45", "0.35"),
        ("x = 0.25\ny = 2*x = 2*0.35 = 0.70\nz = 3*x = 3*0.35 = 1.05", "stale", "0.25", "0.35"),
    ],
)  # fmt: skip
def test_kinds(page: str, kind: str, stands: str, should: str) -> None:
    found = cr.proofread(page + "\n").findings
    assert [(each.kind, each.stands, each.should) for each in found] == [(kind, stands, should)]


def test_the_slips_of_the_page_that_everything_starts_from() -> None:
    """It cuts e^z, and prints the gradient of a (3, 2) matrix as (2, 3)."""
    page = """
    z2 = [0, 1.15, 0.75] · [[-0.7, 0.7], [0.8, -0.8], [0.5, -0.5]] + [-0.4, 0.4] = [0.895, -0.895]
    e^z2 = [e^0.895, e^-0.895] = [2.447, 0.408]
    sum = 2.447 + 0.408 = 2.855
    a2 = [2.447, 0.408] / 2.855 = [0.857, 0.143]
    L = -log(0.143) = 1.944
    dz2 = [0.857, 0.143] - [0, 1] = [0.857, -0.857]
    dW2 = [0, 1.15, 0.75]ᵀ · [0.857, -0.857] = [[0, 0.986, 0.643], [0, -0.986, -0.643]]
    db2 = dz2 = [0.857, -0.857]
    da1 = [0.857, -0.857] · [[-0.7, 0.8, 0.5], [0.7, -0.8, -0.5]] = [-1.2, 1.37, 0.857]
    W1_new = [-0.6, 0.6, 0.4] - 0.01 * [0, 0.685, 0.428] = [-0.6, 0.59315, 0.39572]
    """
    found = cr.proofread(page).findings
    assert [(each.line, each.kind) for each in found] == [(3, "cut"), (8, "transposed")]


def test_a_report() -> None:
    page = "Given x = 0.5.\n\nz = 0.25*x + 1 = 0.25*0.5 + 1 = 1.135\ny = 0.5 ± 0.1 = 0.3\n"
    proof = cr.proofread(page)
    assert str(proof) == (
        "1 thing is not right.\n"
        "\n"
        "line 3: wrong (sure)\n"
        "  z = 0.25*0.5 + 1 = 1.135\n"
        "  1.135 should be 1.125: one digit differs\n"
        "\n"
        "2 equations read, 1 result counted again; 1 not read:\n"
        "  line 4: 0.5 ± 0.1"
    )
    assert (proof.exit_code, proof.right) == (1, False)
    told = proof.to_dict()
    assert told["findings"] == [
        {"line": 3, "cell": 0, "kind": "wrong", "equation": "z = 0.25*0.5 + 1 = 1.135", "stands": "1.135",
         "should": "1.125", "told": "one digit differs", "sure": "sure"}
    ]  # fmt: skip
    assert told["unread"] == [{"line": 4, "cell": 0, "text": "0.5 ± 0.1"}]


def test_verdicts() -> None:
    assert cr.proofread("a = 1 + 1 = 2\n").verdict == "Right: the one result that was counted again."
    assert cr.proofread("a = 1 + 1 = 2 = 2.0\n").exit_code == 0
    nothing = cr.proofread("no numbers here\n")
    assert nothing.exit_code == 3
    assert (
        nothing.verdict
        == "Nothing could be counted again: the page has no equation with numbers that I can read."
    )
    cut = cr.proofread("a = 2/3 = 0.66\n")
    assert cut.verdict == "1 number is cut instead of rounded, and nothing is wrong."
    both = cr.proofread("a = 2/3 = 0.66\nb = 2 + 2 = 5\n")
    assert both.verdict == "1 thing is not right, and 1 is cut instead of rounded."


def test_refused(tmp_path: Path) -> None:
    def message(page: object, format: str | None = None) -> str:
        with pytest.raises((FileError, InputError, KindError)) as caught:
            cr.proofread(page, format)  # type: ignore[arg-type]
        return str(caught.value)

    missing = tmp_path / "none.md"
    assert message(missing) == f"{missing} is not there: give the path of a page, or - for standard input."
    assert message(3) == "3 is no page: give the path of a file, or its text."
    assert message("a = 1", "word") == ("format = 'word': a page is text, markdown, latex, html or notebook.")
    (tmp_path / "page.bin").write_bytes(b"\x00\x01\x02")
    assert message(tmp_path / "page.bin") == (
        f"{tmp_path / 'page.bin'} is no text: give a page of text, Markdown, LaTeX or HTML, or a notebook."
    )
    (tmp_path / "page.ipynb").write_text("[]")
    assert (
        message(tmp_path / "page.ipynb")
        == f"{tmp_path / 'page.ipynb'} is no notebook: it has to be JSON with cells."
    )


N = 100_000


@pytest.mark.some(6)
@pytest.mark.parametrize(
    "page",
    [
        "z = " + "(" * N + "1" + ")" * N + " = 1", "z = " + "[" * N + "1" + "]" * N + " = 1",
        "$z = " + "{" * N + "1" + "}" * N + " = 1$", "$z = " + r"\frac{1}{" * N + "1" + "}" * N + "$",
        "z = " + "-" * N + "1 = 1", "z = " + "2^" * N + "1 = 1", "z = " + "√" * N + "4 = 2",
        "z = " + "1+" * N + "1 = 2",
        "z = " + "exp " * N + "1 = 1", "1=" * N, "$ a $b " * N, "a_{" * N + " = 1", "x" * N + " = 1", "1" * N + " = 1",
        "1," * N + " = 1", "<html>" + "<div>" * N + "z = 1", "<html><math>" + "<mrow>" * N + "=", "<html>" + "<!--" * N,
        "| " * N + " = 1", r"\begin{bmatrix} 1 & " * 2000 + "=", "z = 9^9^9^9 = 1", "z = exp(exp(exp(9))) = 1",
        "z = 1e308*10 = 5", "e = 1e9999999 = 3", "z = 10^(10^10) = 1", "z = 1/0 = 2", "z = log(-1) = 2", "\x00 = 1",
    ],
)  # fmt: skip
def test_pages_of_strangers_end(page: str) -> None:
    # Twice as much takes no four times as long; where even the half is quick, it is quick.
    format = "html" if page.startswith("<html") else "markdown" if "$" in page else None
    begun = time.process_time()
    cr.proofread(page[: len(page) // 2] + "\n", format)
    half = time.process_time()
    cr.proofread(page + "\n", format)
    assert time.process_time() - half < 3 * max(half - begun, 1)


def test_of_very_many_equations_the_first_are_counted() -> None:
    proof = cr.proofread("1=" * 20_001 + "2 = 2\n")
    assert str(proof).splitlines()[-1] == "Only its first 20,000 equations were counted again, of 20,002."
    assert proof.findings == []


@pytest.mark.parametrize(
    ("page", "should"),
    [
        ("2*3 = 6 = 7", "7 should be 6"), ("z = 0.5 = 0.6", "0.6 should be 0.5"), ("z = -1 = -2", "-2 should be -1"),
        ("z = [0.2, 0.4] = [0.2, 0.5]", "0.5 should be 0.4"),
    ],
)  # fmt: skip
def test_two_results_that_differ_in_the_last_digit_are_not_the_same(page: str, should: str) -> None:
    (finding,) = cr.proofread(page + "\n").findings
    assert f"{finding.stands} should be {finding.should}" == should


@pytest.mark.parametrize(
    "page",
    [
        "z = 0.25 = 0.3",
        "z = 0.65 ≈ 0.6",
        "z = 0.12345678901234567 = 0.12345678901234567",
        "z = 6.0 = 6",
        "z = 6.5 ≈ 7",
    ],
)
def test_two_results_of_which_one_is_rounded_are_the_same(page: str) -> None:
    assert cr.proofread(page + "\n").findings == []
