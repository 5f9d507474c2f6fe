"""Worksheets as text, Markdown, LaTeX and PDF: every blank is there, and every given number."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import chainrule as cr
from chainrule.notation import numeral

GAP = r"\underline{\rule{0pt}{1.4em}\hspace{3em}}"


def exercise(**how: Any) -> cr.Exercise:
    net = cr.Network([2, 3, 2], hidden="relu")
    settings = {"batch": 3, "series": 2, "seed": 4, "fade": True, "optimizer": cr.SGD(0.1)}
    return cr.exercise(net, ["z1", "dW1", "L"], **{**settings, **how})


def blanks(found: cr.Exercise) -> int:
    return sum(len(sheet.keys) for sheet in found.sheets)


@pytest.mark.parametrize("samples_as", ["rows", "columns"])
def test_every_format_has_every_blank_once(samples_as: str) -> None:
    found = exercise(samples_as=samples_as)
    count = blanks(found)
    assert str(found).count("____") == count
    assert found.to_markdown().count(GAP) == count
    assert found.to_latex().count(GAP) == count
    assert found.to_html().count("<input ") == count
    assert sum(len(sheet["blanks"]) for sheet in found.to_dict()["sheets"]) == count
    assert "____" not in str(found.keys)
    assert GAP not in found.keys.to_latex()


def test_given_numbers_of_a_line_stand_among_its_blanks() -> None:
    sheet = exercise().sheets[0]
    told = str(sheet.tasks)
    given = [numeral(v) for v in sheet.told.values["z1"].ravel()][: 9 - len(sheet.blanks["z1"])]
    assert given
    assert all(number in told for number in given)


def test_no_matrix_is_cut() -> None:
    net = cr.Network([6, 6, 6], hidden="tanh")
    text = str(cr.exercise(net, batch=6, seed=1, digits=8))
    assert "…" not in text.replace("1{…}", "").replace("where … holds", "")


def test_in_letters_of_ascii() -> None:
    text = exercise().to_text(ascii=True)
    assert text.isascii()
    assert text.count("____") == blanks(exercise())


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("samples_as", ["rows", "columns"])
def test_a_pdf_has_a_page_for_each_sheet_and_key_and_nothing_leaves_it(
    samples_as: str, tmp_path: Path
) -> None:
    found = exercise(samples_as=samples_as)
    (tmp_path / "sheets.tex").write_text(found.to_latex(document=True), encoding="utf-8")
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "sheets.tex"], cwd=tmp_path, capture_output=True, text=True
    )
    assert ended.returncode == 0
    assert "Overfull" not in ended.stdout
    pages = re.search(r"\((\d+) pages?", ended.stdout)
    assert pages is not None
    assert int(pages[1]) >= 4
    assert found.to_pdf().startswith(b"%PDF")


def test_latex_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("needs pdflatex")
    from chainrule.writers.pdf import pdf

    with pytest.raises(cr.ChainruleError) as refused:
        pdf(r"\documentclass{article}\begin{document}\nonsense\end{document}")
    assert str(refused.value) == "pdflatex failed: Undefined control sequence. Write LaTeX, and compile it."
