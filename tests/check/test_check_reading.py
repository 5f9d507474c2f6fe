"""What a learner gives is read, or refused by a message that says what would be right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.check import by_hand
from chainrule.check.reading import written
from chainrule.errors import FileError, InputError, KindError, UnknownName

NET = cr.Network([3, 4, 2], seed=1)
X, Y = np.random.default_rng(2).normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])
TRACE = NET.trace(X, Y, cr.SGD(0.1))


@pytest.mark.parametrize(
    ("given", "digits", "radius"),
    [
        (["0.90", "0.9", "-1.25"], None, [0.005, 0.05, 0.005]),
        (["1", "0.25", "0.5"], None, [0.05, 0.005, 0.05]),
        (["1", "0"], None, [0, 0]),
        (["1.5e-3", "2"], None, [0.5e-4, 0.5e-4]),
        (["0.1234567891", "0.5"], None, [0, 0]),
        ([0.9, 1.25], None, [0, 0]),
        ([-1.2, 1.37, 0.857, 0], 3, [0.005, 0.005, 0.0005, 0.0005]),
        ([123456.0, 0.0012], 2, [5000, 0.00005]),
    ],
)
def test_digits_say_how_far_a_number_may_be_off(given: Any, digits: int | None, radius: list[float]) -> None:
    assert written("z1", given, digits).radius == pytest.approx(np.array(radius), abs=1e-18)


def test_files(tmp_path: Path) -> None:
    mine = {name: np.array(TRACE[name]) for name in ("z1", "a1", "dW1")}
    np.savez(tmp_path / "mine.npz", **mine)
    (tmp_path / "mine.json").write_text(json.dumps({name: value.tolist() for name, value in mine.items()}))
    for name in ("mine.npz", "mine.json"):
        assert TRACE.check(tmp_path / name).right
        assert TRACE.check(str(tmp_path / name)).right
    (tmp_path / "short.json").write_text('{"L": 0.9}')
    assert TRACE.check(tmp_path / "short.json").right == (abs(TRACE.loss - 0.9) <= 0.05)


def test_single_precision() -> None:
    mine = {
        name: np.asarray(TRACE[name], np.float32) for name in TRACE.program.quantities if "2" not in name[:4]
    }
    assert TRACE.check(mine).right
    assert not TRACE.check({name: np.asarray(value, float) for name, value in mine.items()}).right


WRONG: list[tuple[Any, type[Exception], str]] = [
    (3, KindError, '3 is no dict of numbers: write check({"z1": …, "dW1": …}), or give a file\'s path.'),
    ({}, InputError, 'there is nothing to check: give at least one quantity, such as {"z1": …}.'),
    ({4: [1]}, KindError, '4 is no name of a quantity: write check({"z1": …}).'),
    ({"z1": 10**400}, InputError, "z1 holds what is no number, or rows of different lengths: give numbers."),
    ({"z1": [[1, 2], [3]]}, InputError, "z1 holds what is no number, or rows of different lengths: give numbers."),
    ({"z1": ["0,5"]}, InputError, "z1: '0,5' is no number. Write a point for a comma."),
    ({"z1": ["half"]}, InputError, "z1: 'half' is no number."),
    ({"z1": np.zeros((5, 7))}, InputError,
     "z1 has the shape (5, 7): it is (5, 4), samples in rows, or (4, 5), in columns."),
    ({"dW1": np.zeros((2, 7))}, InputError,
     "dW1 has the shape (2, 7): it is (3, 4), (inputs, outputs), or (4, 3), (outputs, inputs)."),
    ({"db1": np.zeros(7)}, InputError, "db1 has the shape (7,), and it is (4,): give as many numbers."),
    ({"L": np.zeros(7)}, InputError, "L has the shape (7,), and it is a single number: give as many numbers."),
    ({"z1": np.zeros((5, 4)), "Z1": np.zeros((5, 4))}, InputError,
     "z1 is given twice, once as 'Z1': give it once."),
    ("mine.txt", InputError,
     "mine.txt: what can be checked is an .npz or a .json file, with a quantity by each name."),
    ("none.npz", FileError, "none.npz is not there: give the path of an .npz or a .json file."),
]  # fmt: skip


@pytest.mark.parametrize(("mine", "kind", "message"), WRONG, ids=[message[:30] for _, _, message in WRONG])
def test_what_can_not_be_read(mine: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        TRACE.check(mine)
    assert str(caught.value) == message


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(UnknownName) as caught:
        TRACE.check({"dw3": [1]})
    assert str(caught.value).startswith("there is no quantity 'dw3'. Did you mean ")
    assert str(caught.value).endswith("Names are those of the walk-through, such as z1, dW1, W1_new.")


@pytest.mark.parametrize("digits", [0, 16, True, 2.0])
def test_digits_out_of_range(digits: Any) -> None:
    with pytest.raises(InputError) as caught:
        TRACE.check({"L": 1}, digits=digits)
    assert str(caught.value) == f"digits = {digits!r} is out of range: it is a whole number from 1 to 15."


def test_damaged_files(tmp_path: Path) -> None:
    for name in ("mine.json", "mine.npz"):
        (tmp_path / name).write_text("{no")
        with pytest.raises(FileError, match="is damaged"):
            TRACE.check(tmp_path / name)
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(InputError) as caught:
        TRACE.check(tmp_path / "list.json")
    told = '{"z1": [[…]], "dW1": [[…]]}'
    assert str(caught.value) == f"{tmp_path / 'list.json'} holds no names: write it as {told}."


def test_numbers_of_the_command_line() -> None:
    assert by_hand("dz1 = [-1.2, 0.90]") == ("dz1", ["-1.2", "0.90"])
    for text, message in (
        ("dz1", "'dz1': write a name, = and numbers, such as dz1=[-1.2,1.37,0.857]."),
        ("dz1=[1,", "'dz1=[1,': '[1,' is no list of numbers, such as [-1.2,1.37,0.857]."),
    ):
        with pytest.raises(InputError) as caught:
            by_hand(text)
        assert str(caught.value) == message
