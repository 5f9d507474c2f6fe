"""Workbooks: filled in and computed by another program, every blank is marked, and hints show where they should."""

from __future__ import annotations

import io
import re
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from answers_judged import Judge, hold
from openpyxl.utils import get_column_letter
from recounted import drawn, recount

import chainrule as cr
from chainrule.check import CATALOGUE

AGAIN = "Count once more."
BLANK = "00FFF6D6"


class Sheet:
    """A worksheet of a workbook: the cells of its blanks, and what another program computes of what is filled in."""

    def __init__(self, content: bytes, title: str) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.sheet = self.book[title]
        self.blanks = [
            cell.coordinate
            for row in self.sheet.iter_rows()
            for cell in row
            if cell.fill.fgColor.rgb == BLANK
        ]
        marks = [row for row in self.sheet.iter_rows() if str(row[11].value).startswith("=IF")]
        self.labels = [row[10].value for row in marks]
        self.marks = [(row[11].coordinate, row[12].coordinate) for row in marks]
        self._content = content

    def model(self) -> Any:
        """A function of all blanks: their marks, then their hints."""
        import formulas

        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(folder, "sheet.xlsx")
            path.write_bytes(self._content)
            model = formulas.ExcelModel().loads(str(path)).finish()
            at = "'[sheet.xlsx]{}'!{}".format
            outputs = [cell for pair in zip(*self.marks, strict=True) for cell in pair]
            named = [at(self.sheet.title.upper(), cell) for cell in outputs]
            return model.compile([at(self.sheet.title.upper(), cell) for cell in self.blanks], named)

    def marked(self, model: Any, values: Any) -> list[tuple[str, str]]:
        """What is said of each blank: its mark and its hint."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [str(each.value[0, 0]) for each in model(*values)]
        return list(zip(found[: len(self.marks)], found[len(self.marks) :], strict=True))


def worked(blanks: Any = None, **how: Any) -> cr.Exercise:
    net = cr.worked_example()
    return net.trace(net.x, net.y, cr.SGD(0.01)).exercise(blanks, **how)


def test_the_worked_example() -> None:
    sheet = Sheet(worked(["dz1", "dW1[0, 1]"]).to_excel(), "Worksheet")
    assert sheet.labels == ["dz1[0, 0]", "dz1[0, 1]", "dz1[0, 2]", "dW1[0, 1]"]
    assert len(sheet.blanks) == 4
    model, hint = sheet.model(), CATALOGUE["slope_skipped"].hint
    right = ("right", "")
    assert sheet.marked(model, [0, 1.37, 0.857, 0.685]) == [right] * 4  # as the page's own table has them
    assert sheet.marked(model, [-1.2, 1.3651, "1,37", 0.5]) == [
        ("look again", hint), right, ("no number", ""), ("look again", AGAIN)
    ]  # fmt: skip


def test_an_empty_sheet_says_nothing_and_gives_nothing_away() -> None:
    exercise = worked(["dz1", "L"])
    sheet = Sheet(exercise.to_excel(), "Worksheet")
    assert all(sheet.sheet[cell].value is None for cell in sheet.blanks)
    assert sheet.book.sheetnames == ["Worksheet", "Key", "Hints"]
    assert [each.sheet_state for each in sheet.book] == ["visible", "visible", "hidden"]
    assert Sheet(exercise.tasks.to_excel(), "Worksheet").book.sheetnames == ["Worksheet", "Hints"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import formulas

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "sheet.xlsx")
            path.write_bytes(exercise.to_excel())
            computed = formulas.ExcelModel().loads(str(path)).finish().calculate()
    for mark, hint in sheet.marks:
        assert [computed[f"'[sheet.xlsx]WORKSHEET'!{cell}"].value[0, 0] for cell in (mark, hint)] == ["", ""]


def judge(sheet: Any, found: Sheet) -> Judge:
    model, cells = found.model(), list(sheet.cells())
    keys = [float(key) for key in sheet.keys.values()]

    def judged(responses: Any) -> Any:
        said = found.marked(model, [responses.get(cell, key) for cell, key in zip(cells, keys, strict=True)])
        return {
            cell: (mark == "right", hint)
            for cell, (mark, hint) in zip(cells, said, strict=True)
            if cell in responses
        }

    return judged


@pytest.mark.some(1)
@pytest.mark.parametrize(("seed", "blanks"), [(14, ["z1", "a1"]), (15, ["db1", "dW1"]), (16, "z2")])
def test_every_response_gets_its_mark_and_its_hint(seed: int, blanks: Any) -> None:
    exercise = drawn(seed, blanks=blanks)
    (sheet,) = exercise.sheets
    recount(sheet)
    assert hold(sheet, judge(sheet, Sheet(exercise.to_excel(), "Worksheet")), AGAIN) > 5


def test_numbers_are_numbers_and_the_key_has_them_all() -> None:
    exercise = worked(["dz1", "dW1"], samples_as="columns")
    (sheet,) = exercise.sheets
    book = openpyxl.load_workbook(io.BytesIO(exercise.to_excel()))
    for title, names in (("Worksheet", ["x", "W1", "z1"]), ("Key", ["dz1", "dW1"])):
        for name in names:
            wanted = [[float(v) for v in row] for row in sheet.told.values[name]]
            (row,) = [cell.row for cell in book[title]["B"] if cell.value == name]
            found = [
                [book[title].cell(row + i, 4 + j).value for j in range(len(wanted[0]))]
                for i in range(len(wanted))
            ]
            assert found == wanted, name


def test_no_number_gives_a_blank_away() -> None:
    """a1 lies between two lines with blanks: its formula stands there, and its numbers are in the key."""
    book = openpyxl.load_workbook(io.BytesIO(worked(["z1", "z2"]).to_excel()))
    for title, numbers in (("Worksheet", [None] * 3), ("Key", [0, 1.15, 0.75])):
        (row,) = [cell.row for cell in book[title]["B"] if cell.value == "a1"]
        assert book[title].cell(row, 3).value.startswith("= max(0, z1)")
        assert [book[title].cell(row, 4 + j).value for j in range(3)] == numbers


def test_a_series_is_worksheets_and_then_keys() -> None:
    exercise = cr.exercise(cr.Network([2, 3, 2]), "dz1", series=2, seed=7)
    content = exercise.to_excel()
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Worksheet 1", "Worksheet 2", "Key 1", "Key 2", "Hints"]
    second = Sheet(content, "Worksheet 2")
    keys = [float(key) for key in exercise.sheets[1].keys.values()]
    assert second.marked(second.model(), keys) == [("right", "")] * 3
    assert exercise.to_excel() == content


def test_what_strangers_write_is_no_formula() -> None:
    names = ["=cmd|'/C calc'!A0", "+1", "@x", "<script>", "\x1b[2J\x00"]
    net = cr.Network([2, 3, len(names)], classes=names)
    for label, name in enumerate(names):
        book = openpyxl.load_workbook(io.BytesIO(net.trace([0.5, 0.5], [label]).exercise("dz2").to_excel()))
        texts = [
            cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"
        ]
        assert any(re.sub("[\x00\x1b]", "\ufffd", name) in text for text in texts)
        formulas = [
            cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
        ]
        assert {cell.column_letter for cell in formulas} <= {get_column_letter(12), get_column_letter(13)}
        assert not any("cmd" in cell.value for cell in formulas)


def test_keys_alone_are_no_workbook() -> None:
    with pytest.raises(cr.ChainruleError) as refused:
        worked("dz1").keys.to_excel()
    assert (
        str(refused.value)
        == "a workbook marks the tasks, and these are the keys alone: write the whole exercise."
    )


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(cr.ChainruleError) as refused:
        worked("dz1").to_excel()
    assert str(refused.value) == (
        "writing a workbook needs the package openpyxl. Install it with: pip install openpyxl"
    )
