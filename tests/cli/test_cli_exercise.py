"""chainrule exercise: sheets as users ask for them, and what they are told where they ask for nonsense."""

from __future__ import annotations

import json
import shutil

import pytest


def test_the_worked_example_without_arguments(chainrule):
    result = chainrule("exercise")
    assert result.code == 0
    sheet, _, key = result.out.partition("━" * 80)
    assert sheet.startswith("Worksheet    2 → 3 relu → 2 softmax")
    assert sheet.count("____") == 60
    assert "5.7  dW1 = xᵀ · dz1 = ⎡____  ____  ____⎤" in sheet
    assert "⎣0  0.685  0.428⎦" in key
    assert "____" not in key


def test_a_series_with_all_options(folder, chainrule):
    words = ("exercise", "--layers", "2,3,2", "--activation", "relu", "--batch", "3", "--blanks", "dz1,dW1",
             "--series", "3", "--seed", "1", "--numbers", "integers", "--fade", "--samples-as", "columns",
             "--reduction", "sum", "--halves", "up", "--digits", "4", "--key", "apart", "--out")  # fmt: skip
    result = chainrule(*words, "sheets.txt")
    assert (result.code, result.err) == (0, "written to sheets.txt\nwritten to sheets-key.txt\n")
    tasks, keys = ((folder / name).read_text() for name in ("sheets.txt", "sheets-key.txt"))
    for number in (1, 2, 3):
        assert f"Worksheet {number} of 3    seed 1" in tasks
        assert f"Key to worksheet {number} of 3    seed 1" in keys
    assert "3 samples, one a column; L is the sum of their losses" in tasks
    assert "rounded to 4 significant digits, halves up" in tasks
    # A third, two thirds and all of 9 + 6 numbers.
    assert [page.count("____") for page in tasks.split("━" * 80)] == [5, 10, 15]
    assert "____" not in keys
    assert chainrule(*words, "again.txt").code == 0
    assert (folder / "again.txt").read_text() == tasks


def test_samples_of_your_own(chainrule):
    result = chainrule("exercise", "--x", "1,2", "--y", "0", "--blanks", "dz1", "--key", "none")
    assert result.code == 0
    assert "x = [1  2]" in result.out
    assert "Key" not in result.out


@pytest.mark.parametrize("ending", ["md", "tex", "html", "json"])
def test_every_format(ending, folder, chainrule):
    words = ("exercise", "--blanks", "dz1,L", "--series", "2", "--seed", "3", "--out", f"sheet.{ending}")
    assert chainrule(*words).code == 0
    text = (folder / f"sheet.{ending}").read_text()
    assert "seed 3" in text or json.loads(text)["sheets"][1]["seed"] == 3


def test_json_has_keys_and_hints(chainrule):
    said = json.loads(chainrule("exercise", "--blanks", "dz1", "--format", "json").out)
    (sheet,) = said["sheets"]
    assert [(blank["name"], blank["key"]) for blank in sheet["blanks"]] == [
        ("dz1[0, 0]", "0"), ("dz1[0, 1]", "1.37"), ("dz1[0, 2]", "0.857"),
    ]  # fmt: skip
    wrong = {each["number"]: each["mistakes"] for each in sheet["blanks"][0]["wrong"]}
    assert "slope_skipped" in wrong["-1.2"]
    assert sheet["given"]["dz1"] == [[None, None, None]]
    tasks = json.loads(chainrule("exercise", "--blanks", "dz1", "--format", "json", "--key", "none").out)
    assert all("key" not in blank for blank in tasks["sheets"][0]["blanks"])


def test_a_pdf(folder, chainrule):
    if shutil.which("pdflatex") is None:
        pytest.skip("needs pdflatex")
    assert chainrule("exercise", "--blanks", "dz1", "--out", "sheet.pdf").code == 0
    assert (folder / "sheet.pdf").read_bytes().startswith(b"%PDF")


def test_a_pdf_without_pdflatex_is_refused(folder, refused, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert refused("exercise", "--blanks", "dz1", "--out", "sheet.pdf") == (
        "a PDF needs the program pdflatex, which is not installed: install TeX Live or MiKTeX; or write LaTeX, which "
        "can be compiled elsewhere."
    )
    assert not (folder / "sheet.pdf").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--key", "apart"], "--key apart writes two files, and there is no --out: give one, such as --out "
         "sheets.tex."),
        (["--key", "top"], "there is no place for the keys 'top'. There is: end, apart, none."),
        (["--x", "1,2", "--y", "0", "--series", "3"],
         "--series 3 has numbers drawn, and there is --x: leave one of them out."),
        (["--x", "1,2"], "a worksheet is of a whole step, and this trace is forward only: give --y too, or --data "
         "that has the target."),
        (["--numbers", "floats"], "--numbers floats: they are 'decimals' or 'integers'."),
        (["--samples-as", "both"], "--samples-as both: it is 'rows' or 'columns'."),
        (["--reduction", "max"], "--reduction max: it is 'mean' or 'sum'."),
        (["--digits", "16"], "--digits 16 is out of range: it must be 1 to 15."),
        (["--set", "b1=[1,2,3]", "--seed", "1"], "--set b1=[1,2,3]: the weights are drawn. Give samples of your own, "
         "with --x and --y; or leave --set out."),
        (["--out", "sheet.docx"], "--out sheet.docx: its ending .docx stands for no format. Take .txt, .md, .tex, "
         ".html, .htm, .json, .pdf, .xml, .zip, .xlsx, or say which with --format."),
        (["--layers", "2,9,2"], "W1 has the shape (2, 9): a worksheet shows every number, so at most 6 samples, "
         "inputs and units a layer."),
    ],
)  # fmt: skip
def test_nonsense_is_one_line(refused, words, message):
    assert refused("exercise", *words) == message


def test_explain_tells_some_steps_and_formulas_alone(chainrule, refused):
    steps = chainrule("explain", "--steps", "2-4").out
    assert "Step 2" in steps
    assert "Step 5" not in steps
    assert "next:" not in steps
    formulas = chainrule("explain", "--formulas").out
    assert "  5.7  dW1 = xᵀ · dz1\n" in formulas
    assert "next:" not in formulas
    assert refused("explain", "--steps", "9") == "--steps 9: there are the steps 1 to 7."
    assert refused("explain", "--formulas", "--by-hand") == (
        "--formulas tells no numbers: leave --digits and --by-hand out."
    )
