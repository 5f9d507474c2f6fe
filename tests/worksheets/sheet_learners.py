"""Learners who fill in a worksheet of a two-layer net, in plain NumPy: each line rounded, or all digits kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

import chainrule as cr

Values = dict[str, Any]
Slips = Mapping[str, Callable[[Values], Any]]
LINES = ["z1", "a1", "z2", "a2", "L", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1", "W1_new", "b1_new", "W2_new",
         "b2_new"]  # fmt: skip
WEIGHTS = ("W1_new", "b1_new", "W2_new", "b2_new")
ETA = 0.1


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


RULES: dict[str, Callable[[Values], Any]] = {
    "z1": lambda v: v["x"] @ v["W1"] + v["b1"],
    "a1": lambda v: np.maximum(v["z1"], 0),
    "z2": lambda v: v["a1"] @ v["W2"] + v["b2"],
    "a2": lambda v: softmax(v["z2"]),
    "L": lambda v: -(v["y"] * np.log(v["a2"])).sum() / v["m"],
    "dz2": lambda v: (v["a2"] - v["y"]) / v["m"],
    "dW2": lambda v: v["a1"].T @ v["dz2"],
    "db2": lambda v: v["dz2"].sum(axis=0),
    "da1": lambda v: v["dz2"] @ v["W2"].T,
    "dz1": lambda v: v["da1"] * (v["z1"] > 0),
    "dW1": lambda v: v["x"].T @ v["dz1"],
    "db1": lambda v: v["dz1"].sum(axis=0),
    **{
        f"{name}_new": lambda v, name=name: v[name] - ETA * v[f"d{name}"] for name in ("W1", "b1", "W2", "b2")
    },  # type: ignore[misc]
}


def exercise(seed: int, blanks: Sequence[str] = tuple(LINES), **how: Any) -> cr.Exercise:
    """Sheets with numbers of one decimal place; all lines unless given."""
    return _made(seed, tuple(blanks), tuple(how.items()))


@cache
def _made(seed: int, blanks: tuple[str, ...], how: tuple[tuple[str, Any], ...]) -> cr.Exercise:
    settings: dict[str, Any] = {"batch": 3, "seed": seed, "optimizer": cr.SGD(ETA), **dict(how)}
    return cr.exercise(cr.Network([2, 3, 3], hidden="relu"), blanks, **settings)


def fill(
    sheet: Any, slips: Slips | None = None, digits: int = 3, rounded: bool = True, total: bool = False
) -> tuple[Values, dict[str, Any]]:
    """A learner's numbers by line, and as texts, arrays in the learner's own layout: samples as rows.

    Parameters
    ----------
    sheet : whose inputs and first weights are taken
    slips : what is counted otherwise than by the rules
    digits : significant digits that are written
    rounded : whether each line is carried on as it is written
    total : whether the loss is a sum, so that nothing is divided by m
    """
    v: Values = {name: np.array(sheet.record[name], float) for name in ("x", "y", "W1", "b1", "W2", "b2")}
    v["m"] = 1 if total else len(v["x"])
    texts: dict[str, Any] = {}
    for line in LINES:
        value = np.asarray((slips or {}).get(line, RULES[line])(v))
        value = np.where(np.abs(value) < 1e-9, 0.0, value)  # nobody writes what binary arithmetic leaves
        count = 8 if line in WEIGHTS else digits
        written = np.array([f"{each:.{count}g}" for each in value.ravel()], dtype=object).reshape(value.shape)
        texts[line] = written.tolist()
        v[line] = written.astype(float) if rounded else value
    return v, texts
