"""What the tests of files share: a network with everything that a file can hold, and what loading says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, FileError
from chainrule.files.document import describe
from chainrule.network import load

TAKE = "Take a file that net.save wrote."


def iris(dtype: str = "float64") -> cr.Network:
    """A small network with everything that a file can hold."""
    X = np.array([[5.1, 3.5], [4.9, 3.0], [6.2, 2.9], [7.7, 2.6]])
    net = cr.Network(
        [2, 3, 2],
        seed=1,
        dtype=dtype,
        scaling=cr.Standardize.fitted(X),
        features=["sepal length", "größe"],
        classes=["setosa", "virginica"],
    )
    net.freeze("W1", "b2")
    net.metadata = {"target": "species", "task": "classification"}
    return net


def same(one: cr.Network, other: cr.Network) -> bool:
    """Whether two networks are equal in all that a file holds, numbers bit by bit."""
    (document, arrays), (document2, arrays2) = describe(one), describe(other)
    return document == document2 and {n: (a.dtype, a.shape, a.tobytes()) for n, a in arrays.items()} == {
        n: (a.dtype, a.shape, a.tobytes()) for n, a in arrays2.items()
    }


def message(path: Any, error: type[ChainruleError] = FileError) -> str:
    with pytest.raises(error) as raised:
        load(path)
    return str(raised.value)


def refused_or_same(path: Path, net: cr.Network) -> bool:
    """Whether a damaged file is refused, or only differs in what carries no meaning, such as a space."""
    try:
        return same(load(path), net)
    except FileError as error:
        return str(error).startswith(f"{path} ")
