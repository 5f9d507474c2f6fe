"""Expressions to be written: a rule called on symbols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.expressions import Expr, Name, Symbol

MATRICES = {"A": (2, 3), "B": (3, 2), "C": (2, 3), "D": (2, 2)}
SCALARS = {"m": 3.0, "eta": 0.5}


def written(rule: Callable[..., Any]) -> Expr:
    """What a rule writes down; its operands are matrices, scalars, or else vectors, by their names."""
    symbols = []
    for name in rule.__code__.co_varnames[: rule.__code__.co_argcount]:
        if name in SCALARS:
            symbols.append(Symbol(Name(name, scalar=True), SCALARS[name]))
        else:
            symbols.append(Symbol(Name(name), np.ones(MATRICES.get(name, 3))))
    expr: Expr = rule(*symbols).expr
    return expr
