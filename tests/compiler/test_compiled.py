"""Machine code by form: what networks share it, in a process and on disk, and what needs code of its own."""

from __future__ import annotations

import dataclasses
import gc
import os
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.compiler import compiled, fingerprint
from chainrule.compiler.jit import host
from chainrule.compiler.tasks import forward_use, task_of
from chainrule.model import model
from chainrule.utils.recent import Recent

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((60, 4)), RNG.integers(0, 3, 60)


KEPT = ("sizes", "optimizer", "inputs")  # what is no setting of a network


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for compiled code that isn't there yet."""
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "code"))
    return tmp_path / "code"


@pytest.fixture
def made(place: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What LLVM has compiled, in a process that knows no code yet."""
    found: list[str] = []
    compiling = compiled.machine_code
    monkeypatch.setattr(compiled, "machine_code", lambda text: found.append(text) or compiling(text))
    monkeypatch.setattr(compiled, "KNOWN", Recent(128))
    monkeypatch.setattr(model, "PROGRAMS", Recent(256))
    return found


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as a new process does, which knows what is on disk alone."""
    monkeypatch.setattr(compiled, "KNOWN", Recent(128))
    monkeypatch.setattr(model, "PROGRAMS", Recent(256))


def trained(
    sizes: Any = (4, 5, 3), optimizer: Any = cr.Adam, batch_size: int = 20, inputs: Any = X, **settings: Any
) -> tuple[np.ndarray, list[float]]:
    """Weights and losses of a compiled training."""
    net = cr.Network(list(sizes), **settings)
    history = net.fit(
        inputs,
        Y,
        epochs=3,
        batch_size=batch_size,
        optimizer=optimizer(),
        progress=False,
        engine="compiled",
    )
    return net.parameters.flat.copy(), history.loss


@pytest.mark.some(3)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({}, {"seed": 1}, id="other weights"),
        pytest.param(
            {"optimizer": lambda: cr.Adam(0.1)},
            {"optimizer": lambda: cr.Adam(0.01, beta1=0.5)},
            id="other numbers",
        ),
        pytest.param({"penalty": cr.L2(0.1)}, {"penalty": cr.L2(0.3)}, id="another strength"),
        pytest.param(
            {"penalty": cr.ElasticNet(0.1, 0.2)}, {"penalty": cr.ElasticNet(0.3, 0)}, id="other strengths"
        ),
        pytest.param({}, {"batch_size": 7}, id="another batch"),
        pytest.param({}, {"inputs": X[:, ::-1].copy()}, id="other samples"),
        pytest.param({"features": list("abcd")}, {"classes": list("xyz")}, id="other names"),
    ],
)
def test_a_second_network_of_a_form_compiles_nothing(
    first: dict[str, Any], second: dict[str, Any], made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(**first)
    assert len(made) == 1
    shared = trained(**second)
    assert len(made) == 1
    monkeypatch.setenv("CHAINRULE_CACHE", "")
    monkeypatch.setenv("HOME", os.devnull)
    forget(monkeypatch)
    alone = trained(**second)
    assert len(made) == 2
    np.testing.assert_array_equal(shared[0], alone[0])
    assert shared[1] == alone[1]


@pytest.mark.some(4)
@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"sizes": (4, 6, 3)}, id="widths"),
        pytest.param({"hidden": "tanh"}, id="activation"),
        pytest.param({"dtype": "float32"}, id="precision"),
        pytest.param({"loss": "mean_squared_error"}, id="loss"),
        pytest.param({"loss": cr.CrossEntropy(class_weights=(1.0, 2.0, 3.0))}, id="loss with constants"),
        pytest.param({"penalty": "l2"}, id="penalty"),
        pytest.param({"penalty": cr.L2(biases=True)}, id="penalty of all"),
        pytest.param({"optimizer": cr.SGD}, id="optimizer"),
        pytest.param({"optimizer": lambda: cr.Adam(clip="clip_norm")}, id="clipping"),
        pytest.param({"inputs": X.astype(np.float32)}, id="samples of another type"),
        pytest.param({"inputs": np.asfortranarray(X)}, id="samples in another layout"),
        pytest.param(
            {"sizes": [cr.Dense(4, 5), cr.LeakyReLU(0.1), cr.Dense(5, 3), cr.Softmax()]}, id="a slope"
        ),
    ],
)
def test_another_form_has_code_of_its_own(other: dict[str, Any], made: list[str]) -> None:
    trained()
    found = trained(**other)
    assert len(made) == 2
    given = {"sizes": (4, 5, 3), "optimizer": cr.Adam, "inputs": X, **other}
    numpys = cr.Network(list(given.pop("sizes")), **{k: v for k, v in other.items() if k not in KEPT})
    options = {"epochs": 3, "batch_size": 20, "progress": False, "engine": "numpy"}
    numpys.fit(given["inputs"], Y, optimizer=given["optimizer"](), **options)
    bound = 1e-4 if numpys.dtype == np.float32 else 1e-9
    np.testing.assert_allclose(found[0], numpys.parameters.flat, rtol=bound, atol=bound)


def test_leaky_slopes_are_told_apart(made: list[str]) -> None:
    for slope in (0.1, 0.2, 0.1):
        trained([cr.Dense(4, 5), cr.LeakyReLU(slope), cr.Dense(5, 3), cr.Softmax()])
    assert len(made) == 2


def test_frozen_parameters_have_code_of_their_own(made: list[str]) -> None:
    for frozen in ((), ("W1",), ("W1",), ()):
        net = cr.Network([4, 5, 3]).freeze(*frozen)
        before = net.parameters["W1"].copy()
        net.fit(X, Y, epochs=2, progress=False, engine="compiled")
        assert np.array_equal(net.parameters["W1"], before) == bool(frozen)
    assert len(made) == 2


def test_a_users_function_is_asked_anew_by_every_network(made: list[str]) -> None:
    slope = 1.0

    def leaning(z: Any) -> Any:
        return slope * z

    outputs = []
    for slope in (1.0, 2.0):  # noqa: B007
        net = cr.Network([4, 5, 3], hidden=leaning)
        outputs.append(net.predict(X, engine="compiled"))
        np.testing.assert_allclose(outputs[-1], net.predict(X, engine="numpy"), rtol=1e-12)
    assert not np.allclose(*outputs)


def test_a_part_of_ones_own_shares_nothing_and_is_not_kept_alive_by_others(made: list[str]) -> None:
    class Doubled(cr.Activation):
        def forward(self, q: Any) -> None:
            q.a = 2 * q.z

    for _ in range(2):
        trained(hidden=Doubled())
    assert len(made) == 1  # the second is found on disk, since its lines are the same
    assert len(model.PROGRAMS) == 0


def test_a_network_is_not_kept_alive_by_what_it_shares(made: list[str]) -> None:
    net = cr.Network([4, 5, 3])
    net.fit(X, Y, epochs=2, progress=False, engine="compiled")
    net.predict(X, engine="compiled")
    flat = weakref.ref(net.parameters.flat)
    del net
    gc.collect()
    assert flat() is None


def test_threads_share_code_and_train_as_each_would_alone(made: list[str]) -> None:
    def one(seed: int) -> np.ndarray:
        return trained(seed=seed, penalty=cr.L2(0.01 * seed))[0]

    alone = [one(seed) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(one, range(8)))
    np.testing.assert_array_equal(together, alone)
    assert len(made) == 1


# --- on disk ------------------------------------------------------------------------------------------------


def test_what_was_compiled_is_taken_from_disk(
    place: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trained()
    forget(monkeypatch)
    second = trained()
    assert len(made) == len(list(place.iterdir())) == 1
    np.testing.assert_array_equal(first[0], second[0])
    (path,) = place.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    forget(monkeypatch)
    np.testing.assert_array_equal(trained()[0], first[0])
    assert len(made) == 2


PROCESS = """
import sys
import numpy as np
import chainrule as cr
from chainrule.compiler import compiled

compiling = compiled.machine_code

def waiting(text):
    code = compiling(text)
    print("compiled", flush=True)
    sys.stdin.readline()
    return code

compiled.machine_code = waiting
rng = np.random.default_rng(0)
X, y = rng.standard_normal((60, 4)), rng.integers(0, 3, 60)
net = cr.Network([4, 5, 3])
net.fit(X, y, epochs=3, batch_size=20, optimizer=cr.Adam(), progress=False, engine="compiled")
print(net.parameters.flat.tobytes().hex())
"""


def process(hash_seed: int) -> subprocess.Popen[str]:
    """A training in a process of its own, with an order of sets of its own."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROCESS], env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_processes_share_what_one_of_them_compiled(place: Path, made: list[str]) -> None:
    both = [process(seed) for seed in (1, 2)]
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == "compiled\n"
    for each in both:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    told = [each.communicate(timeout=60) for each in both]
    assert len(list(place.iterdir())) == 1
    third = process(3).communicate(timeout=60)
    weights = trained()[0].tobytes().hex()
    assert [*told, third] == [(f"{weights}\n", "")] * 3
    assert not made


def test_every_piece_of_a_task_is_in_its_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    net = cr.Network(
        [4, 5, 3], output="identity", loss="huber", scaling=cr.Standardize(np.zeros(4), np.ones(4)),
        scale_target=cr.Standardize(0, 1),
    )  # fmt: skip
    program = net.program(cr.Adam())
    use = dataclasses.replace(
        forward_use(("L", *program.gradients.values()), X, np.eye(3)[Y], 1), updates=True
    )
    task = task_of(net, program, use)
    found = {"": fingerprint.fingerprint(task)}
    for name, value in vars(task).items():
        other: Any = {
            bool: lambda v: not v,
            int: lambda v: v + 1,
            str: lambda v: v + "x",
            list: lambda v: v[:-1] if v else ["x"],
            dict: lambda v: {**v, "x": 1},
            type(None): lambda v: task.x,
        }.get(type(value), lambda v: dataclasses.replace(v, **{dataclasses.fields(v)[0].name: 9}))
        found[name] = fingerprint.fingerprint(dataclasses.replace(task, **{name: other(value)}))
    here = host()
    for change in ({"features": ""}, {"cpu": "other"}):
        monkeypatch.setattr(fingerprint, "host", lambda change=change: dataclasses.replace(here, **change))
        found[str(change)] = fingerprint.fingerprint(task)
    monkeypatch.setattr(fingerprint, "host", lambda: here)
    monkeypatch.setattr(fingerprint, "compiler", lambda: "another")
    found["compiler"] = fingerprint.fingerprint(task)
    assert len(set(found.values())) == len(found)


def test_a_constant_an_operand_and_a_setting_of_a_line_are_in_its_fingerprint() -> None:
    def of(rule: Any) -> str:
        net = cr.Network([4, 5, 3], hidden=rule)
        program = net.program(targets=False)
        return fingerprint.fingerprint(task_of(net, program, forward_use((program.output,), X, None, 1)))

    rules = [
        lambda z: 2 * z, lambda z: 2.5 * z, lambda z: z - 2, lambda z: 2 - z,
        lambda z: z + z.max(axis=1, keepdims=True),
        lambda z: z + z.sum(axis=1, keepdims=True), lambda z: z + z.sum(axis=0, keepdims=True),
    ]  # fmt: skip
    assert len({of(rule) for rule in rules}) == len(rules)
    assert of(lambda z: 2 * z) == of(lambda z: 2 * z)
