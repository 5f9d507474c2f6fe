"""Everything public is copied and pickled whole: errors come out of processes, and trainings go on from copies."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import data, errors
from chainrule.expressions.node import TABLE
from chainrule.parts.contract import Part

X, Y = data.moons(60, seed=0)
COPIES: list[Any] = [
    *(
        pytest.param(lambda thing, p=protocol: pickle.loads(pickle.dumps(thing, p)), id=f"pickle {protocol}")
        for protocol in (2, pickle.HIGHEST_PROTOCOL)
    ),
    pytest.param(copy.deepcopy, id="deepcopy"),
]
GIVEN: dict[str, Any] = {
    "columns": [("a", "number", (), 1.0, 0.0, 2.0, False, False)],
    "learning_rate": 0.1, "inputs": 3, "outputs": 2, "factor": 0.5, "every": 3, "center": [1.0, 2.0], "scale": 2.0,
    "shift": 1.0, "warmup": 3, "steps": 9, "path": "log.csv", "function": np.tanh, "shape": (2, 2),
}  # fmt: skip


def made(kind: type) -> Any:
    """An object of that class, from its defaults or from something that fits."""
    parameters = inspect.signature(kind).parameters.values()
    return kind(**{p.name: GIVEN[p.name] for p in parameters if p.default is p.empty and p.name in GIVEN})


def same(found: Any, right: Any) -> None:
    """The same values, down to arrays."""
    assert type(found) is type(right)
    if isinstance(right, np.ndarray):
        np.testing.assert_array_equal(found, right)
        assert found.flags.writeable == right.flags.writeable
    elif isinstance(right, list | tuple):
        assert len(found) == len(right)
        for one, other in zip(found, right, strict=True):
            same(one, other)
    elif isinstance(right, dict):
        assert list(found) == list(right)
        for key in right:
            same(found[key], right[key])
    elif isinstance(right, Part) or dataclasses.is_dataclass(right):
        for field in dataclasses.fields(right):
            if field.name == "_tapes":  # which a copy works out for itself
                continue
            same(getattr(found, field.name), getattr(right, field.name))
    elif not callable(right):
        assert str(found) == str(right)


class Kept(cr.Callback):
    """Holds on to what it is given."""

    def start(self, run: cr.Run) -> None:
        self.run = run

    def __repr__(self) -> str:
        return f"Kept({self.run})"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a training leaves, and what is read from it."""
    net, optimizer, kept = cr.Network([2, 4, 2], seed=1, penalty="l2"), cr.Adam(), Kept()
    folder = tmp_path_factory.mktemp("files")
    callbacks = [
        kept,
        cr.EarlyStopping("loss"),
        cr.CSVLog(folder / "log.csv"),
        cr.SaveBest(folder / "best", monitor="loss"),
    ]
    history = net.fit(X, Y, epochs=3, batch_size=20, optimizer=optimizer, callbacks=callbacks)
    trace = net.trace(X[:2], Y[:2], optimizer)
    by_hand = cr.Network([2, 4, 2]).trace(X[:1], Y[:1]).explain(arithmetic="by_hand")
    return {
        "network": net,
        "optimizer": optimizer,
        "history": history,
        "run": kept.run,
        "callbacks": callbacks,
        "parameters": net.parameters,
        "trace": trace,
        "what if": trace.what_if({"a1[0, 1]": 0}),
        "explanation": trace.explain(),
        "by hand": by_hand,
        "why": trace.why("dW1[0, 1]"),
        "program": net.program(optimizer),
        "comparison": cr.compare([2, 3, 2], X, Y, optimizers=["sgd", "adam"], epochs=1, progress=False),
        "data set": data.load("digits"),
    }


# --- what there is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", COPIES)
@pytest.mark.parametrize("module", [cr, data], ids=["chainrule", "data"])
def test_every_public_name(module: ModuleType, again: Callable[[Any], Any]) -> None:
    walked = 0
    for name in module.__all__:
        thing = getattr(module, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)) or hasattr(thing, "__args__"):
            continue
        assert again(thing) is thing  # classes and functions, by their names
        if inspect.isclass(thing) and issubclass(thing, Part):
            right = made(thing)
            same(again(right), right)
            walked += 1
    assert walked > (70 if module is cr else 0)


@pytest.mark.parametrize("again", COPIES)
def test_what_a_training_leaves(trained: dict[str, Any], again: Callable[[Any], Any]) -> None:
    for name, right in trained.items():
        found = again(right)
        if name != "callbacks":
            assert str(found) == str(right) or "object at" in str(right), name
        same(found, right)


@pytest.mark.parametrize("again", COPIES)
def test_what_is_read_from_a_copy_of_a_trace(trained: dict[str, Any], again: Callable[[Any], Any]) -> None:
    right, found = trained["trace"], again(trained["trace"])
    assert str(found.explain()) == str(right.explain())
    assert found.explain().to_latex() == right.explain().to_latex()
    assert str(found.why("dW1[0, 1]")) == str(right.why("dW1[0, 1]"))
    assert str(found.what_if({"a1[0, 1]": 0})) == str(right.what_if({"a1[0, 1]": 0}))
    with pytest.raises(ValueError, match="read-only"):
        found["z1"][0, 0] = 1


@pytest.mark.parametrize("again", COPIES)
def test_operations_stay_rows_of_the_table(again: Callable[[Any], Any]) -> None:
    assert len(TABLE) > 30
    for row in TABLE.values():
        assert again(row) is row


class Long(cr.Activation):
    """A rule that is a chain of so many operations."""

    length: int = 300

    def forward(self, q: Any) -> None:
        a = q.z
        for _ in range(self.length):
            a = a * 0.5 + q.z
        q.a = a


@pytest.mark.some(2)
@pytest.mark.parametrize("again", COPIES)
def test_a_rule_of_any_length(again: Callable[[Any], Any]) -> None:
    right = cr.Network([2, 3, 2], hidden=Long()).trace([[1.0, 2.0]])
    found = again(right)
    rerun = found.program.run(found.leaves)
    for name, value in right.results.items():
        np.testing.assert_array_equal(rerun[name], value)
    right = cr.Network([2, 3, 2], hidden=Long(120)).trace([[1.0, 2.0]])
    assert str(again(right.explain("a1"))) == str(right.explain("a1"))
    why = right.why("a1[0, 1]")
    assert again(why).to_markdown() == why.to_markdown()


# --- a training that goes on ------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", COPIES)
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("first", ["network", "optimizer"])
def test_a_network_and_its_optimizer_go_on_bit_for_bit(
    again: Callable[[Any], Any], engine: str, first: str
) -> None:
    net, optimizer = cr.Network([2, 4, 2], seed=1), cr.Adam(cr.WarmUp(0.01, 5), clip="clip_norm")
    net.fit(X, Y, epochs=2, batch_size=20, optimizer=optimizer, engine=engine)
    if first == "network":
        other, its = again((net, optimizer))
    else:
        its, other = again((optimizer, net))
    for one, of in ((net, optimizer), (other, its)):
        one.fit(X, Y, epochs=2, batch_size=20, optimizer=of, engine=engine, seed=3)
    assert other.parameters.flat.tobytes() == net.parameters.flat.tobytes()
    assert its.t == optimizer.t == 12


@pytest.mark.parametrize("again", COPIES)
def test_a_counted_optimizer_that_is_copied_alone_belongs_to_no_network(again: Callable[[Any], Any]) -> None:
    net, optimizer = cr.Network([2, 4, 2], seed=1), cr.Adam()
    fresh = again(optimizer)
    net.fit(X, Y, optimizer=optimizer)
    for of in (again(net), net):
        with pytest.raises(errors.InputError) as caught:
            of.fit(X, Y, optimizer=again(optimizer))
        assert str(caught.value) == (
            "this Adam has counted 1 step of another network: give each network an optimizer of its own. "
            "A copy of both is made together: copy.deepcopy((network, optimizer))."
        )
    net.fit(X, Y, optimizer=optimizer)
    again(net).fit(X, Y, optimizer=fresh)


def test_a_file_that_is_open_is_no_part_of_a_copy(tmp_path: Path) -> None:
    log = cr.CSVLog(tmp_path / "log.csv")

    def copied(run: cr.Run) -> None:
        assert str(copy.deepcopy(log)) == str(log) == str(pickle.loads(pickle.dumps(log)))

    cr.Network([2, 2]).fit(X, Y, epochs=2, callbacks=[log, copied])
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 3


# --- errors -------------------------------------------------------------------------------------------------------


def all_errors() -> list[errors.ChainruleError]:
    """One of each kind."""
    found: list[errors.ChainruleError] = [
        errors.UnknownName("activation", "rleu", ["relu", "tanh"], "A hint."),
        errors.MissingPackage("llvmlite", "The compiled engine"),
    ]
    kinds = [errors.ChainruleError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return found + [kind("a message.") for kind in kinds if "__init__" not in vars(kind)]


@pytest.mark.parametrize("again", COPIES)
@pytest.mark.parametrize("error", all_errors(), ids=lambda error: type(error).__name__)
def test_errors_with_all_that_they_have(error: errors.ChainruleError, again: Callable[[Any], Any]) -> None:
    error.add_note("and a note")
    error.row = 3  # type: ignore[attr-defined]
    found = again(error)
    assert type(found) is type(error)
    assert (str(found), found.args, vars(found)) == (str(error), error.args, vars(error))
    assert found.row == 3
    assert found.__notes__[-1] == "and a note"


def bad_name(_: int) -> None:
    cr.Network([2, 3, 2], hidden="rleu")


def bad_package(_: int) -> None:
    raise errors.MissingPackage("scipy", "training by L-BFGS")


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("call", [bad_name, bad_package])
def test_errors_of_a_pool_reach_the_caller(method: str, call: Callable[[int], None]) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"needs {method}")
    with pytest.raises(errors.ChainruleError) as right:
        call(0)
    with multiprocessing.get_context(method).Pool(1) as pool, pytest.raises(type(right.value)) as caught:
        pool.apply_async(call, (0,)).get(timeout=60)
    assert str(caught.value) == str(right.value)
