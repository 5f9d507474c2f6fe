"""Several targets at the command line, from training to prediction."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import r2_score

import chainrule as cr

ROWS = 300
RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(2, ROWS)).round(3)
COLOUR = RNG.choice(["red", "blue"], ROWS)
X, Y = (2 * A - B + (COLOUR == "red")).round(3), (1000 * (A + B)).round(1)
HEAD = ["a", "b", "colour", "x", "y, net", "warm", "big"]


@pytest.fixture
def table(folder: Path) -> None:
    """many.csv, in the working directory."""
    with open(folder / "many.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for a, b, colour, x, y in zip(A, B, COLOUR, X, Y, strict=True):
            writer.writerow([a, b, colour, x, y, "yes" if colour == "red" else "no", int(a > 0)])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("table")
def test_numbers_have_an_output_each_and_their_own_unit(chainrule):
    words = ["--target", 'x,"y, net"', "--ignore", "warm,big", "--quiet", "--out", "m.safetensors"]
    trained = chainrule("train", "many.csv", *words)
    assert (trained.code, trained.err) == (0, "")
    assert trained.out.startswith(
        "many.csv: 240 samples, 60 for validation, 3 features, regression of x, y, net (2 numbers)\n"
    )
    said = rows(chainrule("predict", "m.safetensors", "many.csv").out)
    assert list(said[0]) == ["row", "x", "y, net"]
    found = [r2_score(true, [float(row[name]) for row in said]) for name, true in (("x", X), ("y, net", Y))]
    assert min(found) > 0.95
    told = chainrule("evaluate", "m.safetensors", "many.csv").out
    assert [float(re.search(rf"\n  {name} +(\S+)", told)[1]) for name in ("x", "y, net")] == pytest.approx(
        found, abs=1e-4
    )  # type: ignore[index]
    result = chainrule("explain", "m.safetensors", "--data", "many.csv", "--sample", "1")
    assert result.err == f"sample 1 of many.csv: x, y, net {X[1]:g}, {Y[1]:g}\n"
    assert f"  y_raw = [{X[1]:g}  {Y[1]:g}]\n" in result.out


@pytest.mark.usefixtures("table")
def test_yes_or_no_to_each(chainrule):
    words = ["--target", "warm,big", "--ignore", 'x,"y, net"', "--quiet", "--out", "m.safetensors"]
    trained = chainrule("train", "many.csv", *words)
    assert (trained.code, trained.err) == (0, "")
    assert ", yes or no to each of warm, big\n" in trained.out
    net = cr.load("m.safetensors")
    assert (net.classes, net.outputs, net.answers.separate) == (("warm", "big"), 2, True)
    said = rows(chainrule("predict", "m.safetensors", "many.csv").out)
    assert list(said[0]) == ["row", "warm", "big", "p(warm)", "p(big)"]
    right = np.mean(
        [[int(row["warm"]), int(row["big"])] for row in said] == np.stack([COLOUR == "red", A > 0], 1)
    )
    told = chainrule("evaluate", "m.safetensors", "many.csv").out
    assert float(re.search(r"accuracy +([\d.]+)%", told)[1]) == pytest.approx(100 * right, abs=0.01)  # type: ignore[index]
    assert right > 0.95


@pytest.mark.usefixtures("table")
def test_a_comma_in_the_name_of_one(chainrule):
    words = ["--ignore", "warm,big,x", "--quiet", "--epochs", "1", "--out", "m.safetensors"]
    for name in ("y, net", '"y, net"'):
        assert chainrule("train", "many.csv", "--target", name, *words).code == 0
        assert chainrule("predict", "m.safetensors", "many.csv").out.startswith('row,"y, net"\n')
        assert chainrule("evaluate", "m.safetensors", "many.csv").code == 0


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "x,x"], "--target x is there twice: name it once."),
        (["--target", "x,z"], "there is no column 'z'. There is: a, b, colour"),
        (
            ["--target", "colour,x"],
            "many.csv, column 'colour': several targets are all numbers, or all yes or no: predict this one by itself.",
        ),
        (["--target", "warm,big", "--group", "big"], "--group big is the target: name another column."),
        (["--target", "warm,big", "--class-weight", "balanced"], "--class-weight balanced weighs "),
        (["--target", "warm,big", "--threshold", "best"], "--threshold best: a threshold parts yes from no"),
    ],
)  # fmt: skip
def test_what_does_not_go_together(refused, words, message):
    assert refused("train", "many.csv", "--quiet", *words).startswith(message)
