"""The file of C99: it compiles without a warning, says what the network says, and notices where it does not."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exported import (
    NASTY,
    UNUSUAL,
    OverSamples,
    close,
    everything,
    filled,
    networks,
    of_table,
    parted,
    rows,
    scaled_target,
    unusual,
)
from hypothesis import HealthCheck, given

import chainrule as cr
from chainrule.errors import InputError
from chainrule.export.c_words import TAKEN
from thorough import examples

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
STRICT = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"]
compiled = pytest.mark.skipif(COMPILER is None, reason="needs a compiler of C, cc, gcc or clang")


class Library:
    """A file of C, compiled, with its check and its functions."""

    def __init__(self, source: str, folder: Path, net: cr.Network) -> None:
        self.net = net
        number = len(list(folder.iterdir()))
        path, made = folder / f"n{number}.c", folder / f"n{number}.so"
        path.write_text(source, encoding="ascii")
        options = ["-O1", "-shared", "-fPIC", "-DNETWORK_SELF_TEST"]
        subprocess.run(
            [str(COMPILER), *STRICT, *options, str(path), "-o", str(made), "-lm"], check=True, timeout=60
        )
        self.library = ctypes.CDLL(str(made))

    def check(self) -> int:
        return int(self.library.main())

    def predict(self, X: Any) -> Any:
        return self._each(
            self.library.network_predict, X, np.empty((len(X), self.net.outputs), self.net.dtype)
        )

    def classify(self, X: Any) -> Any:
        answers = self.net.answers
        if answers.separate and self.net.outputs > 1:
            return self._each(self.library.network_classify, X, np.empty((len(X), self.net.outputs), np.intc))
        return np.array([self.library.network_classify(row.ctypes.data_as(ctypes.c_void_p)) for row in X])

    def classes(self) -> list[str]:
        kind = ctypes.c_char_p * len(self.net.classes or ())
        return [text.decode() for text in kind.in_dll(self.library, "network_classes")]

    def _each(self, function: Callable[..., Any], X: Any, found: Any) -> Any:
        for row, result in zip(X, found, strict=True):
            function(row.ctypes.data_as(ctypes.c_void_p), result.ctypes.data_as(ctypes.c_void_p))
        return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("c")


def same(net: cr.Network, folder: Path) -> Library:
    library, X = Library(net.export("c"), folder, net), rows(net)
    assert library.check() == 0
    close(net, library.predict(X), X)
    return library


@compiled
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_layer_of_each_kind(folder, dtype):
    net = everything(dtype)
    library = same(net, folder)
    np.testing.assert_array_equal(library.classify(rows(net)), net.classify(rows(net)))
    assert library.classes() == list(net.classes or ())


@pytest.mark.some(1)
@compiled
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_activation(folder, dtype):
    names = [*cr.Activation.registry()]
    layers: list[Any] = []
    for name in names:
        layers += [cr.Dense(3, 3), cr.LayerNorm(), cr.Activation.of(name)]
    net = filled(cr.Network([*layers, cr.Dense(3, 2), cr.Identity()], loss="mean_squared_error", dtype=dtype))
    same(net, folder)
    for name in names:
        same(filled(cr.Network([2, 4, 3], hidden=name, dtype=dtype)), folder)


@compiled
@pytest.mark.parametrize("outputs", [1, 2])
def test_a_threshold_decides(folder, outputs):
    net = parted(outputs)
    np.testing.assert_array_equal(same(net, folder).classify(rows(net)), net.classify(rows(net)))


@compiled
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_outputs_in_the_unit_of_the_target(folder, dtype):
    net = scaled_target(dtype)
    library, X = same(net, folder), rows(net)
    far = np.abs(library.predict(X).astype(float) - net.predict(X)) / [20_000, 0.1]
    assert far.max() < (1e-5 if dtype == "float32" else 1e-12)
    assert "network_classify" not in net.export("c")


@compiled
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_rows_of_a_table(folder, dtype):
    net, X = of_table(dtype)
    library = Library(net.export("c"), folder, net)
    assert library.check() == 0
    close(net, library.predict(X), X)


@pytest.mark.some(1)
@compiled
@pytest.mark.parametrize("hidden", UNUSUAL)
def test_parts_of_ones_own(folder, hidden):
    same(unusual(hidden), folder)


@compiled
@given(net=networks())
@examples(40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_any_network(folder, net):
    library, X = same(net, folder), rows(net, 200)
    if net.answers.of_classes:
        said, expected = library.classify(X), net.classify(X)
        outputs = np.sort(net.predict(X), axis=1)
        sure = outputs[:, -1] - outputs[:, -2] > 1e-4 if not net.answers.separate else (
            np.abs(outputs - net.answers.threshold).min(axis=1) > 1e-4
        )  # fmt: skip
        np.testing.assert_array_equal(said[sure], expected[sure])


@compiled
def test_labels_are_any_text(folder):
    net = cr.Network([2, len(NASTY)], classes=NASTY, features=NASTY[:2])
    assert same(net, folder).classes() == NASTY


@compiled
@pytest.mark.parametrize(
    "names",
    [["double", "exp", "j"], ["main", "y1", "i"], ["gamma", "tanhf", "FP_ZERO"], ["sum", "larger", "rows"],
     ["outputs", "M_PI", "network_predict"], ["é", "e", "E"]],
)  # fmt: skip
def test_names_of_ones_own_are_names_in_c(folder, names):
    def forward(self: Any, q: Any) -> None:
        last = q.x_raw
        for name in names:
            setattr(q, name, np.tanh(last))
            last = getattr(q, name)
        q.x = q.x_raw * last

    layer = type("Probe", (cr.Layer,), {"forward": forward, "takes": "x_raw", "gives": "x"})()
    same(filled(cr.Network([layer, cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()])), folder)


@compiled
def test_it_notices_a_changed_weight(folder):
    net = filled(cr.Network([2, 3, 2], hidden="tanh"))
    source = net.export("c")
    changed = source.replace(repr(float(net.parameters["W1"][0, 0])), "0.125", 1)
    assert changed != source
    assert Library(changed, folder, net).check() == 1


@compiled
def test_weights_come_back_bit_by_bit(folder):
    """One layer without a bias on rows with a single 1 gives its weights."""
    values = np.array([[1e-45, -0.0, 3.4e38], [0.1, 1 / 3, -1e-30]], np.float32)
    net = cr.Network(
        [2, 3], output="identity", loss="mean_squared_error", dtype="float32", parameters={"W1": values}
    )
    found = Library(net.export("c"), folder, net).predict(np.eye(2, dtype=np.float32))
    np.testing.assert_array_equal(found, values)


@compiled
def test_two_networks_in_one_program(folder):
    """As docs/export.md has it: the names of one are changed when it is compiled; linked, both say their own."""
    names = [f"network_{name}" for name in ("predict", "classify", "classes")]
    nets = [filled(cr.Network([2, 3, 2], classes=["a", "b"]), seed) for seed in (1, 2)]
    objects = []
    for i, net in enumerate(nets):
        path = folder / f"two{i}.c"
        path.write_text(net.export("c"), encoding="ascii")
        changed = [f"-D{name}={name.replace('network', 'other')}" for name in names] if i else []
        objects.append(str(path.with_suffix(".o")))
        subprocess.run(
            [str(COMPILER), *STRICT, *changed, "-fPIC", "-c", str(path), "-o", objects[-1]],
            check=True,
            timeout=60,
        )
    subprocess.run(
        [str(COMPILER), "-shared", *objects, "-o", str(folder / "two.so"), "-lm"], check=True, timeout=60
    )
    both, X = ctypes.CDLL(str(folder / "two.so")), rows(nets[0], 1)
    for net, function in zip(nets, (both.network_predict, both.other_predict), strict=True):
        found = np.empty(2)
        function(X.ctypes.data_as(ctypes.c_void_p), found.ctypes.data_as(ctypes.c_void_p))
        np.testing.assert_allclose(found, net.predict(X)[0], rtol=1e-12)


def test_the_head_tells_size_and_work():
    text = cr.Network([64, 32, 10], dtype="float32").export("c")
    assert "   9,640 bytes of weights; 2,368 multiplications with additions a row." in text.splitlines()
    assert [line for line in text.splitlines() if line.startswith("#include")] == ["#include <math.h>"]
    assert "alloc" not in text


def test_it_reads_as_the_program_does():
    lines = [line.strip() for line in cr.worked_example().export("c").splitlines()]
    for line in (
        "/* z1 = x @ W1 + b1 */",
        "sum += x[k] * W1[k][j];",
        "z1[j] = sum + b1[j];",
        "a2[j] = e2[j] / s2;",
    ):
        assert line in lines


def test_names_that_are_taken_cover_the_language():
    assert {"int", "restrict", "exp", "expf", "erfl", "larger", "network_predict", "NAN"} <= TAKEN


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (
            lambda: cr.Network([cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), OverSamples(), cr.Softmax()]),
            "n2 of OverSamples() goes over all samples, and a file takes one row at a time: this network can't be "
            "exported.",
        ),
        (
            lambda: cr.Network([2, 2], classes=["a\0b", "c"]),
            "the class 'a\\x00b' can't be a string in C: it holds a zero character or more than 4,000 bytes. "
            "Set net.classes to shorter names.",
        ),
    ],
)  # fmt: skip
def test_what_has_no_place_in_a_file(net, message):
    with pytest.raises(InputError) as caught:
        net().export("c")
    assert str(caught.value) == message


def test_weights_that_are_not_finite():
    net = cr.Network([2, 2])
    net.parameters["W1"][0, 1] = np.nan
    with pytest.raises(InputError, match=r"W1\[0, 1\]"):
        net.export("c")
