"""Moodle XML: read and graded as Moodle does it, every response gets the marks and the hint that are its own."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

import cloze
import pytest
from answers_judged import Judge, hold
from recounted import drawn, recount

import chainrule as cr
from chainrule.check import CATALOGUE
from chainrule.worksheets.marking import interval

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]


def worked(blanks: Any = None, **how: Any) -> cr.Exercise:
    net = cr.worked_example()
    return net.trace(net.x, net.y, cr.SGD(0.01)).exercise(blanks, **how)


def judge(sheet: Any, question: cloze.Cloze) -> Judge:
    places = dict(zip(sheet.cells(), question.blanks, strict=True))

    def judged(responses: Any) -> Any:
        graded = {cell: places[cell].graded(response) for cell, response in responses.items()}
        return {cell: (fraction == 1, html.unescape(said)) for cell, (fraction, said) in graded.items()}

    return judged


def test_the_worked_example() -> None:
    category, (question,) = cloze.read(worked(["dz1", "dW1[0, 1]"]).to_moodle())
    assert category == "$course$/top/Worksheets 2 → 3 relu → 2 softmax"
    assert question.name == "Worksheet"
    firsts = [(blank.answers[0].number, blank.answers[0].tolerance) for blank in question.blanks]
    # The page's own table: three digits; 1.37 stands for 1.365 to 1.375, 0.857 for 0.8565 to 0.8575, and 0 for 0.
    assert firsts == [(0, 0), (1.37, 0.005), (0.857, 0.0005), (0.685, 0.0005)]
    fraction, said = question.blanks[0].graded(-1.2)  # da1 as it is: the slope of relu was left out
    assert (fraction, html.unescape(said)) == (0, CATALOGUE["slope_skipped"].hint)
    assert question.blanks[0].graded(0.3) == (0, "")


@pytest.mark.some(1)
@pytest.mark.parametrize("seed", range(5))
def test_every_response_gets_its_marks_and_its_hint(seed: int) -> None:
    exercise = drawn(seed)
    (sheet,) = exercise.sheets
    recount(sheet)
    _, (question,) = cloze.read(exercise.to_moodle())
    assert hold(sheet, judge(sheet, question), slack=2 * 10**-cloze.PRECISION) > 10


@pytest.mark.parametrize("samples_as", ["rows", "columns"])
def test_blanks_stand_where_the_sheet_has_them(samples_as: str) -> None:
    """Each table of the text has the numbers of its line, and its blanks in their order."""
    exercise = (
        cr.worked_example().trace(FOUR, [1, 0, 1, 0]).exercise(["dW1[0, 1]", "db1"], samples_as=samples_as)
    )
    (sheet,) = exercise.sheets
    _, (question,) = cloze.read(exercise.to_moodle())
    tables = cloze.well_formed(question.text).findall("table")
    grids = [
        [["".join(cell.itertext()) for cell in row] for row in table.iterfind("tbody/*")] for table in tables
    ]
    assert [grid[0].pop(0) for grid in grids] == ["∂L∂W1=", "∂L∂b1="]
    key = sheet.told.values["dW1"]
    cell = sheet.blanks["dW1"][0]
    assert grids[0] == [
        ["{#1}" if (i, j) == cell else str(cr.notation.numeral(key[i, j])) for j in range(key.shape[1])]
        for i in range(key.shape[0])
    ]
    row = ["{#2}", "{#3}", "{#4}"]
    assert grids[1] == ([row] if samples_as == "rows" else [[each] for each in row])


def test_no_number_gives_a_blank_away() -> None:
    """a1 lies between two lines with blanks: its formula stands there, and its numbers are told at the end."""
    _, (question,) = cloze.read(worked(["z1", "z2"]).to_moodle())
    assert "<mn>0.75</mn>" in question.told
    assert "0.75" not in question.text


def test_a_series_has_a_category_and_keys() -> None:
    exercise = cr.exercise(cr.Network([2, 3, 2]), "dz1", series=3, seed=7, batch=2)
    category, questions = cloze.read(exercise.to_moodle())
    assert category == "$course$/top/Worksheets 2 → 3 relu → 2 softmax, seed 7"
    assert [question.name for question in questions] == [f"Worksheet {n} of 3, seed 7" for n in (1, 2, 3)]
    assert all("5.6" in question.told for question in questions)
    _, untold = cloze.read(exercise.tasks.to_moodle())
    assert [question.told for question in untold] == [""] * 3
    assert exercise.to_moodle() == exercise.to_moodle()


def test_an_interval_is_what_is_written_alike() -> None:
    def ends(number: str, digits: int) -> tuple[Decimal, Decimal]:
        found = interval(Decimal(number), digits)
        return found.low, found.high

    assert ends("0.6", 3) == (Decimal("0.5995"), Decimal("0.6005"))
    assert ends("-120", 2) == (-125, -115)
    assert ends("1", 3) == (Decimal("0.9995"), Decimal("1.005"))
    assert ends("-0.01", 2) == (Decimal("-0.0105"), Decimal("-0.00995"))
    assert ends("0", 3) == (0, 0)


def test_keys_alone_are_no_questions() -> None:
    with pytest.raises(cr.ChainruleError) as refused:
        worked("dz1").keys.to_moodle()
    assert (
        str(refused.value)
        == "Moodle XML marks the tasks, and these are the keys alone: write the whole exercise."
    )


def test_what_strangers_write_stays_text() -> None:
    names = [
        "}{1:NUMERICAL:=1}",
        "<script>alert(1)</script>",
        r"\(x\) $$y$$",
        "=cmd|'x'!A1",
        "a~b#c]]>",
        "\x1b[2J\x00",
    ]
    net = cr.Network([2, 3, len(names)], classes=names)
    for label in range(len(names)):
        exercise = net.trace([0.5, 0.5], [label]).exercise("dz2")
        _, (question,) = cloze.read(exercise.to_moodle())
        assert len(question.blanks) == len(names)
        text = "".join(cloze.well_formed(question.text).itertext())
        shown = re.sub("[\x00\x1b]", "\ufffd", names[label])
        assert shown in text, label
        assert "<script>" not in question.text
        assert not {r"\(", "$$"} & {question.text[i : i + 2] for i in range(len(question.text))}
