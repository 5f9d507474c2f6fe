"""Nonsense as arguments: whatever is public takes it, or refuses it by an error of chainrule's own."""

from __future__ import annotations

import dataclasses
import decimal
import enum
import fractions
import inspect
import io
import itertools
import random
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import chainrule as cr
from chainrule import course, page, sklearn
from chainrule.check.code import check_program
from chainrule.utils.checks import short
from strangers.attack import withstood

X, Y = np.random.default_rng(0).normal(size=(12, 2)), np.arange(12) % 2


class OddPath(type(Path())):  # type: ignore[misc]
    """A path of somebody's own."""


class OddText(str):
    """A text of somebody's own."""


class OddNumber(enum.IntEnum):
    """Whole numbers with names."""

    THREE = 3


class Raises:
    """Raises whatever it is asked for."""

    def __bool__(self) -> bool:
        raise RuntimeError("no truth")

    __len__ = __iter__ = __float__ = __index__ = __eq__ = __array__ = __fspath__ = __bool__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class Claims:
    """Says that it is longer than anything."""

    def __len__(self) -> int:
        return sys.maxsize

    def __getitem__(self, place: Any) -> Any:
        if not isinstance(place, int) or place > 100:
            raise IndexError(place)
        return 1.0


def read_only() -> Any:
    array = X.copy()
    array.flags.writeable = False
    return array


def within_itself() -> list[Any]:
    found: list[Any] = [1]
    found.append(found)
    return found


NONSENSE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 3, 2.5, -0.0, 10**30, -(10**30), 10**400, -(10**4000), 2**62, -(2**63), 10**10,
    1e400, float("nan"), 1e-320, 1j, "", "nonsense", "relu", "adam", "\x1b[2J", "a\0b", "\ud800", "٣", "x" * 300,
    "W1", "dW1[0, 1]", b"bytes", bytearray(b"ab"), memoryview(b"abcd"), (), [], {}, [1, 2], [[1.0, 2.0], [3.0, 4.0]],
    [[1], [2, 3]], (1, "a"), [None], [True, False], {"a": 1}, {1: 2}, {(): []}, {"W1": "a"}, {None: None}, set(),
    frozenset({1}), range(3), range(10**12), slice(1), object(), object, int, len, lambda: 1, lambda z: z, lambda *a,
    **k: None, lambda *a: 1 / 0, Ellipsis, NotImplemented, decimal.Decimal("0.1"), decimal.Decimal("NaN"),
    fractions.Fraction(1, 3), OddNumber.THREE, OddText("relu"), OddPath("nowhere"), Path("nowhere/x.csv"), Path("."),
    Path("a\0b"), "nowhere/x.csv", "~nobody/x.csv", ValueError("a"), Raises(), Claims(), np.nan, np.float32(2),
    np.int64(3), np.uint8(200), np.longdouble(1), np.str_("relu"), np.datetime64("2001-01-01"), np.bool_(True),
    np.array(2.0), np.array(None), np.array([]), np.array([[np.nan, 1.0]]), np.array([[np.inf, 1.0]]),
    np.array(["a", "b"]), np.array(["a\0b", "\ud800"], dtype=object), np.array([object(), None]),
    np.array([[1, 2]], dtype=object), np.array([10**30, 1], dtype=object), np.array([True, False]),
    np.ones((2, 2, 2)), np.zeros((0, 2)), np.ones((1, 2)), np.ones((2, 0)), np.array([1 + 2j]),
    np.array(["2001-01-01"], dtype="M8[D]"), np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
    np.ma.masked_array([1.0, 2.0], [0, 1]), np.ma.masked_array(X, X > 0), np.asmatrix(X),
    np.broadcast_to(1.0, (10**9, 2)), np.zeros(2, "V8"), X, Y, X[:1], Y[:1], X[::-1, ::-1], np.asfortranarray(X),
    X.astype(">f8"), X.astype("float16"), X.astype(np.longdouble), X.tolist(), Y.tolist(), Y.astype(bool),
    Y.astype("U1"), Y - 1, np.full(12, 2**62), read_only(), within_itself(), pd.DataFrame(X, columns=["a", "b"]),
    pd.DataFrame({"a": ["x", None] * 6}), pd.Series(Y), pd.Series([None, "a"]), pd.Categorical(["a", "b"]), pd.NA,
    pd.NaT, scipy.sparse.csr_matrix(X), scipy.sparse.coo_array(X),
)  # fmt: skip
# What is used up by who reads it is made anew each time.
FRESH: tuple[Callable[[], Any], ...] = (
    lambda: iter([1]), lambda: (n for n in (1.0, 2.0)), itertools.count, lambda: map(str, (1, 2)),
    lambda: io.StringIO("a,b"), lambda: zip(X, Y, strict=True),
)  # fmt: skip


def strange(chance: random.Random) -> Any:
    return chance.choice(FRESH)() if chance.random() < 0.04 else chance.choice(NONSENSE)


def made() -> dict[str, Callable[..., Any]]:
    """Everything public that can be called, by its name; methods are of things freshly made for each case."""
    found: dict[str, Callable[..., Any]] = {}
    for name in cr.__all__:
        each = getattr(cr, name)
        if callable(each) and not (isinstance(each, type) and issubclass(each, Exception | Warning)):
            found[name] = each
    for room in (cr.data, cr.plot, course):
        for name in room.__all__:
            each = getattr(room, name)
            if callable(each):
                found[f"{room.__name__}.{name}"] = each
    found["check_program"], found["page.save"] = check_program, page.save
    found["Ensemble.load"] = cr.Ensemble.load
    return found


def network() -> cr.Network:
    return cr.Network([2, 3, 2], seed=0)


def trained() -> cr.Network:
    net = network()
    net.fit(X, Y, epochs=1, progress=False, engine="numpy")
    return net


def table() -> cr.data.DataSet:
    Path("t.csv").write_text("a,b,t\n1,2,x\n3,4,y\n5,6.5,x\n")
    return cr.data.load("t.csv")


OBJECTS: dict[str, Callable[[], Any]] = {
    "network": network,
    "regression": lambda: cr.Network(
        [2, 3, 1], output="identity", loss="huber", scale_target=cr.Standardize(1.0, 2.0)
    ),
    "trace": lambda: network().trace(X, Y, "sgd"),
    "history": lambda: network().fit(X, Y, epochs=1, progress=False, engine="numpy"),
    "explanation": lambda: network().trace(X[:1], Y[:1], "sgd").explain(),
    "derivation": lambda: network().trace(X[:1], Y[:1], "sgd").why("dW1[0, 1]"),
    "checked": lambda: network().trace(X[:1], Y[:1], "sgd").check({"z1": [[1, 2, 3]]}),
    "evaluation": lambda: network().evaluate(X, Y),
    "exercise": lambda: network().trace(X[:1], Y[:1], "sgd").exercise(["dz1"]),
    "ensemble": lambda: cr.Ensemble([network(), network()]),
    "diagnosis": lambda: network().diagnose(X, Y),
    "proof": lambda: cr.proofread("z = 1 + 1 = 3"),
    "comparison": lambda: cr.compare([2, 2, 2], X, Y, optimizers=["sgd", "adam"], epochs=1),
    "data": table,
    "parameters": lambda: network().parameters,
}
# Their methods are called while a program is written; what is set of them is checked.
SET: dict[str, Callable[[], Any]] = {
    **{name: OBJECTS[name] for name in ("network", "regression", "trace")},
    "optimizer": lambda: cr.Adam(cr.Cosine(0.1)),
    "layer": lambda: cr.Dense(2, 3),
    "callback": lambda: cr.EarlyStopping(patience=2),
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
    "Chapter",
    "Mark",
    "Marked",
}
SERVES = {"play"}
DRAWS_LONG = {"to_pdf", "plot"}  # by LaTeX, in a process; what pictures are drawn on is plots' own
# Methods that chainrule calls while it writes a program or trains, with what it has made itself.
CALLED_BY_US = {
    "program", "of_arrays", "take", "replacing", "held_entries", "free", "words", "mark_file", "figure", "views",
}  # fmt: skip
OWN_WAYS = {"index", "count"}  # of sequences, as Python has them
OPERATIONS = {"erf"}  # of rules; like NumPy's own
LEFT_OUT = {*MADE_BY_US, *SERVES, *DRAWS_LONG, *OWN_WAYS, *CALLED_BY_US, *OPERATIONS}
SANE: dict[str, Any] = {"X": X, "y": Y, "x": X, "epochs": 1, "batch_size": 4, "progress": False, "seed": 0}


def arguments(chance: random.Random, called: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments that fit the signature, and nothing else."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in inspect.signature(called).parameters.values():
        asked = parameter.default is inspect.Parameter.empty
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += [strange(chance) for _ in range(chance.randrange(2))]
        elif parameter.kind is parameter.VAR_KEYWORD:
            if chance.random() < 0.2:
                named["nonsense"] = strange(chance)
        elif asked or chance.random() < 0.2:
            value = SANE.get(parameter.name) if chance.random() < 0.6 else None
            value = strange(chance) if value is None else value
            if parameter.kind is parameter.POSITIONAL_ONLY:
                positional.append(value)
            else:
                named[parameter.name] = value
        elif parameter.name in ("epochs", "progress"):
            named[parameter.name] = SANE[parameter.name]
    return positional, named


def told(error: Exception) -> str:
    """An error, and the last line of ours that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((each for each in reversed(frames) if "src/chainrule" in each.filename), frames[-1])
    return f"{type(error).__name__}: {f'{error}':.100} ({own.filename.rpartition('/')[2]}:{own.lineno})"


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
        if "unexpected keyword argument" in str(error):  # what a function passes on as **more
            return
        said = ", ".join(
            [*map(short, positional), *(f"{name}={short(value)}" for name, value in named.items())]
        )
        name = f"{getattr(called, '__module__', '')}.{getattr(called, '__qualname__', called)}"
        raise AssertionError(f"{told(error)} | {name}({said})") from error


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
        thing = OBJECTS[chance.choice(sorted(OBJECTS))]()
        called = getattr(thing, chance.choice(methods(thing)))
        with redirect_stdout(io.StringIO()):
            tried(called, *arguments(chance, called))

    withstood(case)


def methods(thing: Any) -> list[str]:
    """Those that are public; of what is a sequence, items are asked for as of a tuple."""
    own, in_order = type(thing), isinstance(thing, Sequence | cr.Ensemble)
    special = () if in_order else ("__getitem__", "__contains__", "__setitem__")
    named = [name for name in dir(own) if not name.startswith("_") or name in special]
    return [name for name in named if callable(getattr(own, name, None)) and name not in LEFT_OUT]


def test_attributes() -> None:
    """What can be set is checked when it is set; what can't, says so."""

    def case(chance: random.Random) -> None:
        thing = SET[chance.choice(sorted(SET))]()
        names = [
            name for name in dir(thing) if not name.startswith("_") and not callable(getattr(thing, name))
        ]
        name, value = chance.choice([*names, "nonsense"]), strange(chance)
        try:
            setattr(thing, name, value)
            repr(thing)
        except dataclasses.FrozenInstanceError:
            return
        except cr.ChainruleError:
            raise
        except Exception as error:
            raise AssertionError(f"{told(error)} | {type(thing).__name__}.{name} = {short(value)}") from error

    withstood(case)


def test_estimators() -> None:
    """The estimators refuse as scikit-learn's own do, by its checks or by ours."""
    settings = sorted(sklearn.MLPClassifier().get_params())

    def case(chance: random.Random) -> None:
        kind = chance.choice((sklearn.MLPClassifier, sklearn.MLPRegressor))
        given = {name: strange(chance) for name in chance.sample(settings, chance.choice((0, 0, 1, 2)))}
        given = {name: value for name, value in given.items() if name in kind().get_params()}
        samples = [strange(chance) if chance.random() < 0.3 else each for each in (X, Y, X)]
        warnings.simplefilter("ignore")
        try:
            estimator = kind(**{"max_iter": 2, **given}).fit(*samples[:2])
            estimator.predict(samples[2])
            estimator.score(samples[2], samples[1])
        except MemoryError:  # of a range of 10¹² numbers NumPy makes an array
            return
        except cr.ChainruleError:
            raise
        except Exception as error:
            last = error.__traceback__
            while last is not None and last.tb_next is not None:
                last = last.tb_next
            place = last.tb_frame.f_code.co_filename if last is not None else ""
            if "chainrule" in place or not isinstance(
                error, ValueError | TypeError | RuntimeError | OverflowError
            ):
                raise AssertionError(f"{told(error)} | {short(given)} {list(map(short, samples))}") from error

    withstood(case)


def test_everything_public_is_called() -> None:
    """A new name is called, or stands among those that are left out, with a reason."""
    modules = {"data", "page", "plot"}
    errors = {
        name
        for name in cr.__all__
        if isinstance(getattr(cr, name), type) and issubclass(getattr(cr, name), Exception)
    }
    assert set(cr.__all__) - modules - errors <= set(made())
