"""Every key is counted again by the tests' own reader, and is the number of its line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from recounted import drawn, recount

import chainrule as cr
from reader import Untrue

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]


@pytest.mark.some(2)
@pytest.mark.parametrize("seed", range(12))
def test_any_sheet_is_true(seed: int) -> None:
    (sheet,) = drawn(seed).sheets
    count = recount(sheet)
    assert count.results > 10
    assert count.by_names > 5


@pytest.mark.some(2)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("samples_as", ["rows", "columns"])
def test_a_batch_of_the_worked_example_is_true(samples_as: str, reduction: str) -> None:
    trace = cr.worked_example().trace(FOUR, [1, 0, 1, 0], cr.SGD(0.1))
    (sheet,) = trace.exercise(samples_as=samples_as, reduction=reduction).sheets
    assert recount(sheet).with_numbers > 10


def test_a_wrong_key_would_be_found() -> None:
    net = cr.worked_example()
    (sheet,) = net.trace(net.x, net.y).exercise("dz1").sheets
    sheet.told.values["dz1"][0, 1] += 1  # type: ignore[index]
    with pytest.raises(Untrue):
        recount(sheet)


def test_the_worked_example_by_hand() -> None:
    """As its page prints it: three significant digits, halves to even (shared table of the seven steps)."""
    net = cr.worked_example()
    (sheet,) = net.trace(net.x, net.y, cr.SGD(0.01)).exercise(["dz1", "dW1", "W1_new[0, 1]"]).sheets
    assert {name: float(key) for name, key in sheet.keys.items()} == {
        "dz1[0, 0]": 0, "dz1[0, 1]": 1.37, "dz1[0, 2]": 0.857,
        "dW1[0, 0]": 0, "dW1[0, 1]": 0.685, "dW1[0, 2]": 0.428,
        "dW1[1, 0]": 0, "dW1[1, 1]": 0.685, "dW1[1, 2]": 0.428,
        "W1_new[0, 1]": 0.59315,
    }  # fmt: skip
    assert sheet.accepted("dz1", (0, 1)) == (Decimal("1.37"),)
    (halves_up,) = net.trace(net.x, net.y).exercise("dW1", halves="up").sheets
    assert halves_up.keys["dW1[0, 2]"] == Decimal("0.429")  # 0.5 × 0.857 = 0.4285
    # Whoever carries all digits on has 0.5 × 0.856927 = 0.4284635, so 0.428.
    assert halves_up.accepted("dW1", (0, 2)) == (Decimal("0.429"), Decimal("0.428"))


def test_a_sum_is_the_mean_times_the_samples() -> None:
    net = cr.worked_example()
    trace = net.trace(FOUR, [1, 0, 1, 0])
    summed = trace.as_sum()
    assert summed.summed
    assert not trace.summed
    for name in ("L", "dz2", "dW2", "db1", "dW1"):
        assert abs(summed[name] - 4 * trace[name]).max() < 1e-12
    assert abs(summed["a2"] - trace["a2"]).max() == 0


def test_samples_as_columns_are_the_same_numbers_transposed() -> None:
    trace = cr.worked_example().trace(FOUR, [1, 0, 1, 0], cr.SGD(0.1))
    (rows,) = trace.exercise(["z1", "l", "dW1", "db1", "L"]).sheets
    (columns,) = trace.exercise(["z1", "l", "dW1", "db1", "L"], samples_as="columns").sheets
    turned = {f"{n}[{i}, {j}]": f"{n}[{j}, {i}]" for n in ("z1", "dW1") for i in range(6) for j in range(6)}
    turned |= {f"db1[{i}]": f"db1[{i}, 0]" for i in range(3)}
    assert {turned.get(name, name): key for name, key in rows.keys.items()} == columns.keys
    text = str(columns.tasks)
    assert "z1 = W1 · x + b1" in text
    assert "dW1 = dz1 · xᵀ" in text
    assert "da1 = W2ᵀ · dz2" in text
    assert "4 samples, one a column" in text
    assert "Samples are columns and units rows" in text
