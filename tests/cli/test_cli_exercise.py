"""chainrule exercise: sheets as users ask for them, and what they are told where they ask for nonsense."""

from __future__ import annotations

import json
import shutil

import openpyxl
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


def test_formats_that_mark_the_blanks(folder, chainrule):
    words = ("exercise", "--blanks", "dz1", "--series", "2", "--seed", "3")
    for ending, start in (("xml", b"<?xml"), ("zip", b"PK"), ("xlsx", b"PK")):
        for name in ("one", "two"):
            result = chainrule(*words, "--out", f"{name}.{ending}")
            assert (result.code, result.err) == (0, f"written to {name}.{ending}\n")
        written = (folder / f"one.{ending}").read_bytes()
        assert written.startswith(start)
        assert written == (folder / f"two.{ending}").read_bytes()
    assert chainrule(*words, "--format", "moodle").out == (folder / "one.xml").read_text()
    assert chainrule(*words, "--format", "moodle", "--key", "none").out.count("{1:NUMERICAL:") == 6


def test_names_of_strangers_stay_text(folder, chainrule):
    rows = ["=cmd|'x'!A1,<script>,label", *(f"{i},{i * i % 7},}}{{1:NM:=1}}{i % 2}" for i in range(12))]
    (folder / "odd.csv").write_text("\n".join(rows) + "\n")
    words = ("train", "odd.csv", "--hidden", "2", "--epochs", "2", "--quiet", "--out", "odd.safetensors")
    assert chainrule(*words).code == 0
    for ending in ("xml", "zip", "xlsx"):
        words = (
            "exercise",
            "odd.safetensors",
            "--data",
            "odd.csv",
            "--sample",
            "3",
            "--blanks",
            "L",
            "--out",
        )
        result = chainrule(*words, f"odd.{ending}")
        assert (result.code, result.err.splitlines()[-1]) == (0, f"written to odd.{ending}")
    assert (folder / "odd.xml").read_text().count("{1:") == 1
    for sheet in openpyxl.load_workbook(folder / "odd.xlsx"):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            assert "cmd" not in cell.value


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
        (["--format", "qti"], "--format qti is no text, and there is no --out: give one, such as --out sheet.zip."),
        (["--format", "xlsx"],
         "--format xlsx is no text, and there is no --out: give one, such as --out sheet.xlsx."),
        (["--format", "moodle", "--key", "apart"], "--key apart: moodle marks the blanks, so the right numbers are in "
         "its file. Take --key end; or none, which leaves out how they are counted."),
        (["--format", "docx"], "there is no format 'docx'. There is: text, markdown, latex, html, json, pdf, moodle, "
         "qti, xlsx."),
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
