"""Nonsense as arguments: whatever is public takes it, or refuses it by an error of chainrule's own."""

from __future__ import annotations

import inspect
import io
import random
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from strangers.attack import withstood

X, Y = np.random.default_rng(0).normal(size=(12, 2)), np.arange(12) % 2

NONSENSE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 3, 2.5, -0.0, 10**30, -(10**30), 2**62, 10**10, 1e400, float("nan"), 1e-320, 1j,
    "", "nonsense",
    "relu", "adam", "\x1b[2J", "a\0b", b"bytes", (), [], {}, [1, 2], [[1.0, 2.0], [3.0, 4.0]], [[1], [2, 3]], (1, "a"),
    {"a": 1}, {1: 2}, {(): []}, {"W1": "a"}, set(), frozenset({1}), range(3), slice(1), object(), object, int, len,
    lambda: 1, lambda z: z, lambda *a, **k: None, iter([1]), Ellipsis, NotImplemented, np.nan, np.float32(2),
    np.int64(3), np.array(2.0), np.array([]), np.array([[np.nan, 1.0]]), np.array([[np.inf, 1.0]]),
    np.array(["a", "b"]),
    np.array([object(), None]), np.array([[1, 2]], dtype=object), np.ones((2, 2, 2)), np.zeros((0, 2)), np.ones((1, 2)),
    np.array([1 + 2j]), np.array(["2001-01-01"], dtype="M8[D]"), np.ma.masked_array([1.0, 2.0], [0, 1]),
    np.bool_(True), Path("nowhere/x.csv"), Path("."), "nowhere/x.csv", "~nobody/x.csv", "x" * 300, ValueError("a"),
    X, Y, X[:1], Y[:1],
)  # fmt: skip


def made() -> dict[str, Callable[..., Any]]:
    """Everything public that can be called, by its name; methods are of things freshly made for each case."""
    found: dict[str, Callable[..., Any]] = {}
    for name in cr.__all__:
        each = getattr(cr, name)
        if callable(each) and not (isinstance(each, type) and issubclass(each, Exception | Warning)):
            found[name] = each
    for room in (cr.data, cr.plot):
        for name in room.__all__:
            each = getattr(room, name)
            if callable(each):
                found[f"{room.__name__}.{name}"] = each
    return found


def objects() -> dict[str, Any]:
    net = cr.Network([2, 3, 2], seed=0)
    return {
        "network": net,
        "trace": net.trace(X, Y, "sgd"),
        "history": net.fit(X, Y, epochs=1, progress=False),
        "explanation": net.trace(X[:1], Y[:1], "sgd").explain(),
        "evaluation": net.evaluate(X, Y),
    }


MADE_BY_US = {
    "Trace",
    "Run",
    "History",
    "Evaluation",
    "DataSet",
    "ColumnReport",
    "TableReport",
    "Samples",
    "Kind",
}
SERVES = {"play"}
# Methods that chainrule calls while it writes a program or trains, with what it has made itself.
CALLED_BY_US = {"program", "of_arrays", "take", "replacing", "held_entries", "free", "words", "state_arrays"}
OPERATIONS = {"erf"}  # of rules; like NumPy's own
LEFT_OUT = {*MADE_BY_US, *SERVES, *CALLED_BY_US, *OPERATIONS}
SANE: dict[str, Any] = {"X": X, "y": Y, "x": X, "epochs": 1, "batch_size": 4, "progress": False, "seed": 0}


def arguments(chance: random.Random, called: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments that fit the signature, and nothing else."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in inspect.signature(called).parameters.values():
        asked = parameter.default is inspect.Parameter.empty
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += [chance.choice(NONSENSE) for _ in range(chance.randrange(2))]
        elif parameter.kind is parameter.VAR_KEYWORD:
            if chance.random() < 0.2:
                named["nonsense"] = chance.choice(NONSENSE)
        elif asked or chance.random() < 0.2:
            value = SANE.get(parameter.name) if chance.random() < 0.6 else None
            value = chance.choice(NONSENSE) if value is None else value
            if parameter.kind is parameter.POSITIONAL_ONLY:
                positional.append(value)
            else:
                named[parameter.name] = value
        elif parameter.name in ("epochs", "progress"):
            named[parameter.name] = SANE[parameter.name]
    return positional, named


def tried(called: Callable[..., Any], positional: list[Any], named: dict[str, Any]) -> None:
    try:
        bound = inspect.signature(called).bind(*positional, **named)
    except TypeError:
        return
    try:
        result = called(*bound.args, **bound.kwargs)
        if inspect.isgenerator(result):
            next(result, None)
    except cr.ChainruleError:
        raise
    except Exception as error:
        said = ", ".join([*map(repr, positional), *(f"{k}={v!r}"[:80] for k, v in named.items())])
        raise type(error)(f"{error} | {getattr(called, '__qualname__', called)}({said})") from error


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a nonsense path leads to lies in a folder that is thrown away."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHAINRULE_DATA", str(tmp_path))
    monkeypatch.setenv("MPLBACKEND", "agg")


def test_functions_and_classes() -> None:
    names = {name: called for name, called in made().items() if name.rpartition(".")[2] not in LEFT_OUT}

    def case(chance: random.Random) -> None:
        called = names[chance.choice(sorted(names))]
        with redirect_stdout(io.StringIO()):
            tried(called, *arguments(chance, called))

    withstood(case)


def test_methods() -> None:
    def case(chance: random.Random) -> None:
        things = objects()
        thing = things[chance.choice(sorted(things))]
        methods = [
            name
            for name in dir(type(thing))
            if not name.startswith("_") or name in ("__getitem__", "__contains__")
        ]
        methods = [
            name for name in methods if callable(getattr(type(thing), name, None)) and name not in LEFT_OUT
        ]
        called = getattr(thing, chance.choice(methods))
        with redirect_stdout(io.StringIO()):
            tried(called, *arguments(chance, called))

    withstood(case)
