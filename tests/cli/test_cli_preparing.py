"""What a training that is told little begins with."""

from __future__ import annotations

import math

import pytest

from chainrule.cli.preparing import usual_epochs


@pytest.mark.parametrize(
    ("samples", "size", "epochs"),
    [(160, 32, 200), (1600, 32, 60), (1599, 32, 60), (150, 32, 200), (33, 32, 500), (5, 32, 1000), (60_000, 32, 20),
     (1000, 7, 21), (340, 7, 60), (4800, 32, 20), (3200, 32, 30), (500, 32, 63), (6916, 32, 47), (8000, 32, 40),
     (5000, 100, 60), (200, None, 20)],
)  # fmt: skip
def test_epochs_unless_given(samples, size, epochs):
    assert usual_epochs(samples, size) == epochs
    if size is not None:
        steps = math.ceil(samples / size)
        assert epochs * steps >= 1000
        assert epochs == 20 or (epochs - 1) * steps < (
            1000 if epochs > 60 else 10_000 if samples >= 5000 else 3000
        )


@pytest.mark.parametrize(("rows", "units"), [(6250, "64 relu → 64 relu"), (6000, "32 relu")])
def test_a_large_table_has_more_units(chainrule, folder, rows, units):
    (folder / "large.csv").write_text(
        "a,b,c\n" + "".join(f"{i % 7}.5,{i % 11},{'xy'[i % 2]}\n" for i in range(rows))
    )
    out = chainrule("train", "large.csv", "--epochs", "1", "--quiet").out
    assert f"\nNetwork  2 → {units} → 2 softmax   loss cross_entropy   float32\n" in out
    out = chainrule("train", "large.csv", "--epochs", "1", "--quiet", "--hidden", "5").out
    assert "\nNetwork  2 → 5 relu → 2 softmax " in out


def test_a_small_table_is_gone_through_often_enough(chainrule):
    assert "\n1000 epochs of 3 samples in " in chainrule("train", "few.csv", "--validation", "0").out
    assert "\n20 epochs of " in chainrule("train", "moons", "--batch-size", "2").out
