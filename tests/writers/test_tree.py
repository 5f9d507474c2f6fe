"""A derivation as a tree in plain text, line by line."""

from __future__ import annotations

from typing import Any

from chainrule.walkthrough.derived_entry import DerivedEntry
from chainrule.walkthrough.gradient_check import GradientCheck
from chainrule.walkthrough.judge import Finding
from chainrule.writers.tree import write_tree


def entry(
    name: str, value: float, formula: str = "", numbers: str = "", *parts: DerivedEntry, **how: Any
) -> DerivedEntry:
    return DerivedEntry(
        name, value, formula, numbers, how.get("kind", ""), how.get("nudge"), parts, how.get("note", "")
    )


def nudge(slope: float, gradient: float, reason: str = "") -> GradientCheck:
    finding: Finding = "agrees" if slope == gradient else "differs" if reason else "DIFFERS"
    return GradientCheck("w[0]", gradient, finding, reason, slope, 0.25, "both", (2.5, 2.5 - slope / 2))


X, W = entry("x[0]", 2, kind="input"), entry("W[0]", 3, kind="parameter")
Z = entry("z[0]", 6, "x[0]×W[0]", "2×3", X, W)


def test_a_branch_for_each_part_and_its_kind_at_the_right() -> None:
    assert write_tree(entry("a[0]", 0.5, "tanh(z[0])", "tanh(6)", Z), width=30).split("\n") == [
        "a[0] = 0.5",
        "  = tanh(z[0]) = tanh(6)",
        "  └─ z[0] = 6",
        "     │  = x[0]×W[0] = 2×3",
        "     ├─ x[0] = 2         input",
        "     └─ W[0] = 3     parameter",
    ]


def test_a_line_goes_on_beside_what_comes_later() -> None:
    root = entry("s", 12, "z[0] + z[0]", "6 + 6", Z, entry("z[0]", 6, kind="told above"))
    assert write_tree(root, width=40).split("\n")[2:] == [
        "  ├─ z[0] = 6",
        "  │  │  = x[0]×W[0] = 2×3",
        "  │  ├─ x[0] = 2                   input",
        "  │  └─ W[0] = 3               parameter",
        "  └─ z[0] = 6                 told above",
    ]


def test_a_rule_that_is_too_long_for_a_line_takes_two() -> None:
    long = entry("z[0]", 6, "x[0]×W[0] + b[0]", "2×3 + 0", width=0)
    assert write_tree(long, width=30).split("\n") == ["z[0] = 6", "  = x[0]×W[0] + b[0] = 2×3 + 0"]
    assert write_tree(long, width=29).split("\n") == ["z[0] = 6", "  = x[0]×W[0] + b[0]", "  = 2×3 + 0"]


def test_only_the_root_s_nudge_is_written_out() -> None:
    inner = entry("dz[0]", 0.25, "da[0]", "0.25", nudge=nudge(0.25, 0.25))
    root = entry("dw[0]", 0.5, "dz[0]×x[0]", "0.25×2", inner, nudge=nudge(0.5, 0.5))
    assert write_tree(root, width=60).split("\n") == [
        "dw[0] = 0.5",
        "  = dz[0]×x[0] = 0.25×2",
        "  └─ dz[0] = 0.25" + "nudge 0.25, agrees".rjust(60 - 17),
        "        = da[0] = 0.25",
        "",
        "nudge w[0] by ±0.25:",
        "  (2.5 - 2.25) / 0.5 = 0.5   agrees",
    ]


def test_a_nudge_that_differs_says_so_and_why() -> None:
    wrong = write_tree(entry("dw[0]", 1, nudge=nudge(0.5, 1)))
    assert wrong.endswith("= 0.5   DIFFERS")
    bent = write_tree(entry("dw[0]", 1, nudge=nudge(0.5, 1, "da[0] was put in by what_if")))
    assert " ".join(bent.split()).endswith("= 0.5 differs, for da[0] was put in by what_if")
    assert max(map(len, bent.split("\n"))) <= 80


def test_a_note_that_fits_stands_beside_its_entry_else_below() -> None:
    told = entry("z[0]", 0, "", "", kind="told above", note="0 but for rounding")
    root = entry("a[0]", 0, "z[0]", "0", told)
    assert write_tree(root, width=60).split("\n")[2] == (
        "  └─ z[0] = 0" + "0 but for rounding; told above".rjust(60 - 13)
    )
    below = write_tree(root, width=36).split("\n")[2:]
    assert below == ["  └─ z[0] = 0             told above", "        0 but for rounding"]


def test_in_ascii_every_line_is_there() -> None:
    text = write_tree(entry("a[0]", 0.5, "tanh(z[0])", "tanh(6)", Z), ascii=True)
    assert text.isascii()
    assert [line.strip(" |`'+-\\") for line in text.split("\n")] == [
        "a[0] = 0.5", "= tanh(z[0]) = tanh(6)", "z[0] = 6", "= x[0]*W[0] = 2*3", "x[0] = 2".ljust(67) + "input",
        "W[0] = 3".ljust(63) + "parameter",
    ]  # fmt: skip
