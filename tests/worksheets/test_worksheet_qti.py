"""QTI packages: their items run, every response gets the score and the hint that are its own."""

from __future__ import annotations

from typing import Any

import items
import pytest
from answers_judged import Judge, hold
from recounted import drawn, recount

import chainrule as cr
from chainrule.check import CATALOGUE

NOT_YET = " not right yet"


def judge(sheet: Any, item: items.Item) -> Judge:
    fields = dict(zip(sheet.cells(), item.fields, strict=True))

    def judged(responses: Any) -> Any:
        score, shown = item.run({fields[cell]: response for cell, response in responses.items()})
        assert score == sum(said == " right" for said in shown.values())
        assert all(
            not said for field, said in shown.items() if field not in {fields[cell] for cell in responses}
        )
        said = {cell: shown[fields[cell]] for cell in responses}
        return {
            cell: (each == " right", each.removeprefix(NOT_YET).removeprefix(": "))
            for cell, each in said.items()
        }

    return judged


def test_the_worked_example() -> None:
    net = cr.worked_example()
    (item,) = items.unpacked(net.trace(net.x, net.y).exercise("dz1").to_qti())
    assert item.correct == {"R1": 0, "R2": 1.37, "R3": 0.857}  # as the page's own table has them
    assert item.run({"R1": 0, "R2": 1.37, "R3": 0.857}) == (
        3,
        {"R1": " right", "R2": " right", "R3": " right"},
    )
    hint = CATALOGUE["slope_skipped"].hint  # da1 as it is
    assert item.run({"R1": -1.2, "R3": 5}) == (0, {"R1": f"{NOT_YET}: {hint}", "R2": "", "R3": NOT_YET})
    assert item.run({}) == (0, {"R1": "", "R2": "", "R3": ""})
    assert item.defaults["MAXSCORE"] == 3


@pytest.mark.some(1)
@pytest.mark.parametrize("seed", range(8, 11))
def test_every_response_gets_its_score_and_its_hint(seed: int) -> None:
    exercise = drawn(seed)
    (sheet,) = exercise.sheets
    recount(sheet)
    (item,) = items.unpacked(exercise.to_qti())
    assert hold(sheet, judge(sheet, item)) > 10
    keys = {field: float(key) for field, key in zip(item.fields, sheet.keys.values(), strict=True)}
    assert item.correct == keys
    assert item.run(keys)[0] == len(keys) == item.defaults["MAXSCORE"]


def test_a_series_is_a_package_of_items_with_keys_for_those_who_score() -> None:
    exercise = cr.exercise(cr.Network([2, 3, 2]), "dz1", series=3, seed=7)
    found = items.unpacked(exercise.to_qti())
    assert [item.root.attrib["title"] for item in found] == [f"Worksheet {n} of 3, seed 7" for n in (1, 2, 3)]
    assert len({item.root.attrib["identifier"] for item in found}) == 3
    for item in found:
        (rubric,) = item.root.iter(f"{items.QTI}rubricBlock")
        assert rubric.attrib["view"] == "scorer tutor"
        assert "5.6" in "".join(rubric.itertext())
    assert not [
        e
        for item in items.unpacked(exercise.tasks.to_qti())
        for e in item.root.iter(f"{items.QTI}rubricBlock")
    ]
    assert exercise.to_qti() == exercise.to_qti()


def test_keys_alone_are_no_items() -> None:
    with pytest.raises(cr.ChainruleError) as refused:
        cr.exercise(cr.Network([2, 2]), "dz1").keys.to_qti()
    assert (
        str(refused.value) == "QTI marks the tasks, and these are the keys alone: write the whole exercise."
    )


def test_what_strangers_write_stays_text() -> None:
    names = ["<feedbackInline>", "=cmd|'x'!A1", 'a"b&amp;', "]]>}", "\x1b[2J"]
    net = cr.Network([2, 3, len(names)], classes=names)
    for label, name in enumerate(names):
        (item,) = items.unpacked(net.trace([0.5, 0.5], [label]).exercise("dz2").to_qti())
        assert name.replace("\x1b", "\ufffd") in "".join(item.root.itertext())
