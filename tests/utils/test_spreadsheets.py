"""No cell that we write is taken for a formula by a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.cli import run
from chainrule.utils.spreadsheets import cell

FORMULAS = [
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "-x",
    "+inf",
    "--1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "value", [-1, 1.5, "-2", "+3", "-0.5e-7", "-.5", "1.", "a=b", "", "+", "-", "'=1", "p(=1)"]
)
def test_numbers_and_other_words_stay_as_they_are(value: object) -> None:
    assert cell(value) == str(value)


def _cells(path: Path) -> list[str]:
    return [each for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))) for each in row]


def _is_formula(text: str) -> bool:
    """As a spreadsheet sees it: a sign of a formula first, and no number."""
    try:
        float(text)
    except ValueError:
        return text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and len(text) > 1
    return False


def test_predictions_hold_no_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["=cmd|'/C calc'!A0", "@SUM(1)"]
    for last in (cr.Softmax(), cr.Sigmoid()):
        net = cr.Network(
            [cr.Dense(2, 2), last], loss="half_squared_error", features=["a", "id2"], classes=names
        )
        net.metadata["target"] = "=target"
        net.save("m.safetensors")
        Path("new.csv").write_text("id,a,id2\n=1+1,0.5,1\n-7,-2,3\n")
        assert run(["predict", "m.safetensors", "new.csv", "--out", "out.csv"]) == 0
        found = _cells(Path("out.csv"))
        assert not [each for each in found if _is_formula(each)]
        assert {"'=target", "'=1+1", "-7"} <= set(found)
        assert set(found) & {f"'{name}" for name in names}


def test_a_grade_holds_no_formula() -> None:
    sheets = cr.exercise(cr.Network([2, 3, 2]), "dz1", seed=1)
    text = sheets.grade([{"name": name, "dz1": [[0, 0, 0]]} for name in ("=1+1", "@x", "Ann")]).to_csv()
    found = [each for row in csv.reader(io.StringIO(text)) for each in row]
    assert not [each for each in found if _is_formula(each)]
    assert {"'=1+1", "'@x", "Ann"} <= set(found)


def test_a_workbook_holds_the_formulas_of_the_step_alone() -> None:
    from openpyxl import load_workbook

    net = cr.Network([2, 3, 2], features=["=1+1", "@x"], classes=["=cmd|'/C calc'!A0", "-2+3"])
    content = net.export("excel")
    assert isinstance(content, bytes)
    for sheet in load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            assert not [
                each for each in row if each.data_type == "f" and ("cmd" in each.value or "1+1" in each.value)
            ]
