"""A derivation as a tree in plain text, line by line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Name, Node
from chainrule.expressions import operations as ops
from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.walkthrough.judge import Finding
from chainrule.writers.trees.text import write_text

VALUES = {"x": [2], "W": [3], "b": [0], "z": [6], "dz": [0.25], "da": [0.25]}
RECORD: Any = SimpleNamespace(results={name: np.array(row, float) for name, row in VALUES.items()})


def first(name: str) -> Name:
    return Name(name, index=(0,))


def op(row: Any, *args: Expr) -> Node:
    return Node(row, args, {})


def entry(
    name: str, value: float, rule: Expr | None = None, *parts: DerivedEntry, **how: Any
) -> DerivedEntry:
    return DerivedEntry(RECORD, name, (0,), value, rule=rule, parts=parts, **how)


def nudge(slope: float, gradient: float, reason: str = "") -> GradientCheck:
    finding: Finding = "agrees" if slope == gradient else "differs" if reason else "DIFFERS"
    return GradientCheck("w[0]", gradient, finding, reason, slope, 0.25, "both", (2.5, 2.5 - slope / 2))


X, W = entry("x", 2, kind="input"), entry("W", 3, kind="parameter")
PRODUCT = op(ops.MULTIPLY, first("x"), first("W"))
Z = entry("z", 6, PRODUCT, X, W)
TANH = op(ops.TANH, first("z"))


def test_a_branch_for_each_part_and_its_kind_beside_it() -> None:
    assert write_text(entry("a", 0.5, TANH, Z), width=30).split("\n") == [
        "a[0] = 0.5",
        "  = tanh(z[0]) = tanh(6)",
        "  └─ z[0] = 6",
        "     │  = x[0]×W[0] = 2×3",
        "     ├─ x[0] = 2    input",
        "     └─ W[0] = 3    parameter",
    ]


def test_a_line_goes_on_beside_what_comes_later() -> None:
    both = op(ops.ADD, first("z"), first("z"))
    root = entry("s", 12, both, Z, entry("z", 6, kind="told above"))
    assert write_text(root, width=40).split("\n")[2:] == [
        "  ├─ z[0] = 6",
        "  │  │  = x[0]×W[0] = 2×3",
        "  │  ├─ x[0] = 2    input",
        "  │  └─ W[0] = 3    parameter",
        "  └─ z[0] = 6       told above",
    ]


def test_a_rule_that_is_too_long_for_a_line_takes_two() -> None:
    long = entry("z", 6, op(ops.ADD, PRODUCT, first("b")))
    assert write_text(long, width=30).split("\n") == ["z[0] = 6", "  = x[0]×W[0] + b[0] = 2×3 + 0"]
    assert write_text(long, width=29).split("\n") == ["z[0] = 6", "  = x[0]×W[0] + b[0]", "  = 2×3 + 0"]


def test_only_the_root_s_nudge_is_written_out() -> None:
    inner = entry("dz", 0.25, first("da"), nudge=nudge(0.25, 0.25))
    root = entry("dw", 0.5, op(ops.MULTIPLY, first("dz"), first("x")), inner, nudge=nudge(0.5, 0.5))
    assert write_text(root, width=60).split("\n") == [
        "dw[0] = 0.5",
        "  = dz[0]×x[0] = 0.25×2",
        "  └─ dz[0] = 0.25    nudge 0.25, agrees",
        "        = da[0]",
        "",
        "nudge w[0] by ±0.25:",
        "  (2.5 - 2.25) / 0.5 = 0.5   agrees",
    ]


def test_a_nudge_that_differs_says_so_and_why() -> None:
    wrong = write_text(entry("dw", 1, nudge=nudge(0.5, 1)))
    assert wrong.endswith("= 0.5   DIFFERS")
    bent = write_text(entry("dw", 1, nudge=nudge(0.5, 1, "da[0] was put in by what_if")))
    assert " ".join(bent.split()).endswith("= 0.5 differs, for da[0] was put in by what_if")
    assert max(map(len, bent.split("\n"))) <= 80


def test_a_note_that_fits_stands_beside_its_entry_else_below() -> None:
    told = entry("z", 0, kind="told above", note="0 but for rounding")
    root = entry("a", 0, first("z"), told)
    assert write_text(root, width=60).split("\n")[2] == "  └─ z[0] = 0    0 but for rounding; told above"
    below = write_text(root, width=36).split("\n")[2:]
    assert below == ["  └─ z[0] = 0    told above", "        0 but for rounding"]


def test_what_is_too_long_for_the_column_stands_left_of_it() -> None:
    wide, said = entry("long_name", 6, kind="input"), entry("z", 0, kind="k" * 40)
    lines = write_text(entry("a", 0, first("z"), wide, said), width=56).split("\n")[2:]
    assert lines == ["  ├─ long_name[0] = 6    input", "  └─ z[0] = 0" + " " * 3 + "k" * 40]
    assert max(map(len, lines)) == 56


def test_in_ascii_every_line_is_there() -> None:
    text = write_text(entry("a", 0.5, TANH, Z), ascii=True)
    assert text.isascii()
    assert [line.strip(" |`'+-\\") for line in text.split("\n")] == [
        "a[0] = 0.5", "= tanh(z[0]) = tanh(6)", "z[0] = 6", "= x[0]*W[0] = 2*3", "x[0] = 2    input",
        "W[0] = 3    parameter",
    ]  # fmt: skip
