from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

import chainrule as cr

WRONG = "z = 0.5*0.25 + 1 = 1.135\n"


def test_a_page(chainrule, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("right.md").write_text("Here $z = 0.5 \\cdot 0.25 = 0.125$.\n", encoding="utf-8")
    result = chainrule("proofread", "right.md")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "Right: the one result that was counted again.\n\n1 equation read, 1 result counted again.\n"
    )
    Path("wrong.txt").write_text(WRONG, encoding="utf-8")
    result = chainrule("proofread", "wrong.txt")
    assert (result.code, result.out, result.err) == (1, f"{cr.proofread(WRONG)}\n", "")
    result = chainrule("proofread", "wrong.txt", "--format", "json", "--out", "told.json")
    assert (result.code, result.out) == (1, "")
    assert json.loads(Path("told.json").read_text(encoding="utf-8")) == cr.proofread(WRONG).to_dict()
    Path("words.txt").write_text("nothing to count\n", encoding="utf-8")
    assert chainrule("proofread", "words.txt").code == 3


@pytest.mark.parametrize("format", ["text", "markdown", "latex", "html"])
@pytest.mark.parametrize("options", [[], ["--by-hand"]])
def test_our_own_pages_through_a_pipe(chainrule, monkeypatch, format, options):
    page = chainrule("explain", *options, "--format", format).out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(page.encode())))
    result = chainrule("proofread", "-")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Right: all 18 results that were counted again.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.md"], "none.md is not there: give the path of a page, or - for standard input."),
        (["."], ". can't be read: give the path of a page, or - for standard input."),
        (["none.md", "--format", "pdf"], "--format pdf: a proof-reading is written as text or json."),
        (["none.md", "--page-format", "pdf"], "format = 'pdf': a page is text, markdown, latex, html or notebook."),
        ([], "Missing argument 'PAGE'. See: chainrule proofread --help"),
    ],
)  # fmt: skip
def test_bad_input(chainrule, words, message):
    result = chainrule("proofread", *words)
    assert (result.code, result.out, result.err) == (2, "", f"chainrule: {message}\n")
