"""Networks from Keras: predictions and gradients are Keras's own; what is no chain, and any odd file, is named."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

os.environ["KERAS_BACKEND"] = "torch"
import keras
from keras import layers as kl
from keras.src.backend.common import dtypes

import chainrule as cr
from chainrule.errors import FileError, InputError, KindError

# Keras asks tensors for arrays in a way of which NumPy warns.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
RNG = np.random.default_rng(4)
X, LABELS = RNG.normal(size=(20, 5)), RNG.integers(0, 3, 20)
ACTIVATIONS = [
    "linear", "relu", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "softplus", "silu", "swish", "hard_silu",
    "hard_swish", "gelu", "mish", "softmax", "log_softmax",
]  # fmt: skip
LAYERS = {
    "ReLU": lambda: kl.ReLU(), "ReLU with a slope": lambda: kl.ReLU(negative_slope=0.3),
    "LeakyReLU": lambda: kl.LeakyReLU(0.2), "PReLU": lambda: kl.PReLU(), "ELU": lambda: kl.ELU(0.7),
    "Softmax": lambda: kl.Softmax(), "Activation": lambda: kl.Activation("tanh"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def double(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Keras in double precision, in which it otherwise computes on TensorFlow alone, whatever the dtype is called."""
    monkeypatch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
    precision("float64")
    yield
    precision("float32")


def precision(dtype: str) -> None:
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


def filled(model: Any) -> Any:
    """Numbers in all that training would have changed; variances above 0."""
    for layer in model.layers:
        if isinstance(layer, keras.Sequential):
            filled(layer)
            continue
        for variable in layer.weights:
            if variable.name in ("count", "seed_generator_state"):
                continue
            drawn = RNG.normal(size=variable.shape) * 0.7
            variable.assign(np.abs(drawn) + 0.5 if "variance" in variable.name else drawn)
    return model


def deep(*hidden: Any) -> Any:
    """Both normalizations, dropout that drops nothing, a model within the model, and softmax."""
    return filled(
        keras.Sequential(
            [
                keras.Input((5,)), kl.Dense(6), kl.BatchNormalization(momentum=0.7, epsilon=1e-4), *hidden,
                kl.Dropout(0.0), keras.Sequential([kl.Dense(6, use_bias=False), kl.LayerNormalization(epsilon=1e-3)]),
                kl.Activation("tanh"), kl.Dense(3, activation="softmax"),
            ]
        )
    )  # fmt: skip


def theirs(model: Any, rows: Any, labels: Any) -> tuple[float, dict[str, Any]]:
    """The loss in training and its gradients, by PyTorch's autograd through Keras."""
    probabilities = model(torch.tensor(rows), training=True)
    loss = -torch.log(probabilities[torch.arange(len(rows)), torch.tensor(labels)]).mean()
    for extra in model.losses:
        loss = loss + extra
    variables = model.trainable_variables
    gradients = torch.autograd.grad(loss, [v.value for v in variables])
    return loss.item(), {v.path: g.numpy() for v, g in zip(variables, gradients, strict=True)}


def same(net: cr.Network, model: Any, rows: Any, labels: Any) -> None:
    """Hold every gradient to Keras's, in Keras's order, which is the network's."""
    trace = net.trace(rows, labels)
    loss, expected = theirs(model, rows, labels)
    assert trace.loss == pytest.approx(loss, rel=1e-12)
    names = [name for name in net.parameters if name not in net.frozen]
    assert len(names) == len(expected)
    for name, (path, gradient) in zip(names, expected.items(), strict=True):
        np.testing.assert_allclose(
            trace[f"d{name}"], gradient, rtol=1e-10, atol=1e-12, err_msg=f"{name} {path}"
        )


def both(model: Any, folder: Path, **how: Any) -> list[cr.Network]:
    """The network of the object, and that of its file."""
    model.save(folder / "model.keras")
    return [cr.from_keras(model, **how), cr.from_keras(folder / "model.keras", **how)]


@pytest.mark.parametrize("hidden", LAYERS)
def test_gradients_are_those_of_keras(hidden: str, tmp_path: Path) -> None:
    model = deep(LAYERS[hidden]())
    for net in both(model, tmp_path):
        same(net, model, X, LABELS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation(name: str, tmp_path: Path) -> None:
    model = filled(
        keras.Sequential([keras.Input((5,)), kl.Dense(4, activation=name), kl.Dense(3, "softmax")])
    )
    for net in both(model, tmp_path):
        same(net, model, X, LABELS)
        np.testing.assert_allclose(net.predict(X), model.predict(X, verbose=0), rtol=1e-11)


def test_it_predicts_what_the_model_does(tmp_path: Path) -> None:
    model = deep(kl.PReLU())
    for net in both(model, tmp_path):
        np.testing.assert_allclose(net.predict(X), model.predict(X, verbose=0), rtol=1e-11, atol=1e-14)


def test_a_functional_model_that_is_a_chain(tmp_path: Path) -> None:
    given = keras.Input((5,))
    inner = kl.Dense(4, activation="relu")(given)
    model = filled(keras.Model(given, kl.Dense(3, activation="softmax")(kl.Dropout(0.0)(inner))))
    for net in both(model, tmp_path):
        same(net, model, X, LABELS)


def test_inputs_are_scaled_and_laid_flat(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (20, 2, 3)).astype(float)
    normal = kl.Normalization(axis=-1)
    model = keras.Sequential(
        [
            keras.Input((2, 3)),
            kl.Rescaling(1 / 255, offset=0.25),
            normal,
            kl.Flatten(),
            kl.Dense(3, "softmax"),
        ]
    )
    normal.adapt(images / 255 + 0.25)
    for net in both(model, tmp_path):
        flat = images.reshape(20, 6)
        assert net.inputs == 6
        np.testing.assert_allclose(net.predict(flat), model.predict(images, verbose=0), rtol=1e-9)
        same_layers = [type(layer).__name__ for layer in net.layers]
        assert same_layers == ["Standardize", "Dense", "Softmax"]


@pytest.mark.parametrize(
    ("axis", "mean", "variance"), [(-1, [1.0, 2, 3, 4, 5], [1.0, 4, 9, 16, 0]), (None, 2.0, 9.0)]
)
def test_a_normalization_that_is_told_its_numbers(
    axis: Any, mean: Any, variance: Any, tmp_path: Path
) -> None:
    model = filled(
        keras.Sequential([keras.Input((5,)), kl.Normalization(axis, mean, variance), kl.Dense(3, "tanh")])
    )
    rows = X.copy()
    rows[:, 4] = 5  # where nothing varies
    for net in both(model, tmp_path):
        np.testing.assert_allclose(net.predict(rows), model.predict(rows, verbose=0), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(
    "regularizer", [keras.regularizers.L1(0.1), keras.regularizers.L2(0.2), keras.regularizers.L1L2(0.1, 0.3)]
)
def test_a_regularizer_of_all_kernels_is_the_penalty(regularizer: Any, tmp_path: Path) -> None:
    model = filled(
        keras.Sequential(
            [keras.Input((5,)), kl.Dense(4, "tanh", kernel_regularizer=regularizer),
             kl.Dense(3, "softmax", kernel_regularizer=regularizer)]
        )
    )  # fmt: skip
    for net in both(model, tmp_path):
        same(net, model, X, LABELS)


def test_what_is_not_trained_stays(tmp_path: Path) -> None:
    model = deep(kl.ReLU())
    model.layers[0].trainable = False
    for net in both(model, tmp_path):
        assert {"W1", "b1"} <= net.frozen
        same(net, model, X, LABELS)


def test_what_the_last_sums_are_for() -> None:
    model = filled(keras.Sequential([keras.Input((5,)), kl.Dense(1)]))
    assert str(cr.from_keras(model).loss_part) == "MeanSquaredError()"
    yes = cr.from_keras(model, output="sigmoid", features=list("abcde"), classes=["no", "yes"])
    expected = 1 / (1 + np.exp(-model.predict(X, verbose=0)))
    np.testing.assert_allclose(yes.predict(X), expected, rtol=1e-12)
    assert (yes.features, yes.classes) == (tuple("abcde"), ("no", "yes"))


def test_single_precision_stays(tmp_path: Path) -> None:
    precision("float32")
    model = deep(kl.ReLU())
    for net in both(model, tmp_path):
        assert net.dtype == np.float32
        np.testing.assert_array_equal(net.parameters["W1"], model.layers[0].kernel.numpy())
        np.testing.assert_allclose(net.predict(X), model.predict(X, verbose=0), atol=1e-5)


def test_a_file_needs_no_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = deep(kl.ReLU())
    expected = model.predict(X, verbose=0)
    model.save(tmp_path / "model.keras")
    for name in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
        monkeypatch.setitem(sys.modules, name, None)  # to import it would fail
    np.testing.assert_allclose(cr.from_keras(str(tmp_path / "model.keras")).predict(X), expected, rtol=1e-11)


# --- what is refused ----------------------------------------------------------------------------------------


class Own(kl.Dense):  # type: ignore[misc]
    """A layer that may compute anything."""


def branched() -> Any:
    given = keras.Input((5,), name="given")
    one, other = kl.Dense(3, name="one")(given), kl.Dense(3, name="other")(given)
    return keras.Model(given, kl.Add(name="both")([one, other]))


def chain(*layers: Any) -> Any:
    return keras.Sequential([keras.Input((5,)), *layers])


KNOWN = (
    "Input, Dense, Flatten, Normalization, Rescaling, Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax, Dropout, "
    "BatchNormalization, LayerNormalization"
)
REFUSED: list[tuple[Any, str]] = [
    (
        lambda: chain(kl.Lambda(lambda x: x, name="odd"), kl.Dense(3)),
        f"layer 'odd', Lambda, is none that chainrule has: it has {KNOWN}.",
    ),
    (
        lambda: chain(Own(3, name="own")),
        "layer 'own', Own, is none of Keras's own layers: what it does can't be read.",
    ),
    (
        branched,
        "layer 'both', Add, takes something else than the output of the one layer before it: a network is a chain.",
    ),
    (
        lambda: chain(kl.Dense(3, name="d", activation="relu6")),
        "layer 'd', Dense: its activation is relu6, and there are linear, relu, leaky_relu, elu, selu, sigmoid, tanh, "
        "softplus, silu, swish, hard_silu, hard_swish, gelu, mish, softmax, log_softmax.",
    ),
    (
        lambda: chain(kl.Dense(3, name="d", bias_regularizer="l2")),
        "layer 'd', Dense has a bias_regularizer, which a network of chainrule has not: leave it out, or give its "
        "weights alone to a model without.",
    ),
    (
        lambda: chain(kl.Dense(3, name="a", kernel_regularizer="l2"), kl.Dense(3, name="b")),
        "layer 'a', Dense and layer 'b', Dense have not the same kernel_regularizer, and a network has one penalty for "
        "all weights: give all the same.",
    ),
    (
        lambda: chain(kl.Dense(3), kl.Rescaling(2.0, name="r")),
        "layer 'r', Rescaling stands behind another layer, and chainrule scales inputs alone.",
    ),
    (
        lambda: chain(kl.Rescaling(-1.0, name="r"), kl.Dense(3)),
        "layer 'r', Rescaling: its scale is not above 0, as chainrule's is.",
    ),
    (
        lambda: keras.Sequential([keras.Input((2, 3)), kl.Dense(3, name="d")]),
        "layer 'd', Dense takes samples of the shape (2, 3): put a Flatten before it.",
    ),
    (
        lambda: chain(kl.Dense(3), kl.ReLU(max_value=6, name="r")),
        "layer 'r', ReLU: chainrule's begins at 0 and has no upper bound.",
    ),
    (
        lambda: chain(kl.Dense(3, name="d", dtype="mixed_float16")),
        "layer 'd', Dense computes in mixed_float16: a network is float32 or float64.",
    ),
    (lambda: chain(kl.Flatten()), "the model is empty: it needs a Dense at least."),
    (
        lambda: chain(kl.Dense(3), kl.ReLU(), kl.ReLU(name="again"), kl.Dense(2)),
        "layer 'again', ReLU gives what layer 're_lu', ReLU gives already: between two layers with weights chainrule "
        "has one activation, one normalization and one dropout.",
    ),
    (
        lambda: keras.Sequential([kl.Dense(3, name="d")]),
        "layer 'd', Dense: it has 0 arrays, and needs 2: build the model first.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), REFUSED)
@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_what_is_no_such_chain_is_named(make: Any, message: str) -> None:
    keras.utils.clear_session(free_memory=False)
    with pytest.raises(InputError) as caught:
        cr.from_keras(make())
    assert str(caught.value) == message


def test_what_is_no_model() -> None:
    with pytest.raises(KindError) as caught:
        cr.from_keras(3)
    assert str(caught.value) == "3 is no model of Keras 3 and no path of a .keras file: give one."


# --- files from strangers -----------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    model = filled(keras.Sequential([keras.Input((2,)), kl.Dense(3, "softmax", name="d")]))
    model.save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


def changed(path: Path, member: str, content: bytes | None, how: int = zipfile.ZIP_STORED) -> None:
    """The file with another member, or without it."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members.pop(member)
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        if content is not None:
            archive.writestr(member, content)


def hdf5(write: Any) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file.create_group("layers/dense/vars"))
    return buffer.getvalue()


W, B = np.zeros((2, 3)), np.zeros(3)


def packed(group: Any) -> None:
    group.create_dataset("0", data=W, compression="gzip")
    group["1"] = B


def huge(group: Any) -> None:
    group.create_dataset("0", shape=(2**40, 3), dtype="f8")  # of which nothing is written
    group["1"] = B


def linked(group: Any) -> None:
    group["0"] = h5py.ExternalLink("/etc/passwd", "/")
    group["1"] = B


def outside(group: Any) -> None:
    group.create_dataset("0", shape=(2, 3), dtype="f8", external=[("elsewhere.bin", 0, 48)])
    group["1"] = B


def few(group: Any) -> None:
    group["0"] = W


def other_units(group: Any) -> None:
    group["0"] = np.zeros((2, 4))
    group["1"] = np.zeros(4)


@pytest.mark.parametrize(
    ("write", "kind", "message"),
    [
        (
            packed,
            FileError,
            "layers/dense/vars/0 does not stand in the file as plain numbers, which Keras writes.",
        ),
        (huge, FileError, "layers/dense/vars/0 is no array of numbers that is whole."),
        (
            linked,
            FileError,
            "layers/dense/vars/0 does not stand in the file as plain numbers, which Keras writes.",
        ),
        (
            outside,
            FileError,
            "layers/dense/vars/0 does not stand in the file as plain numbers, which Keras writes.",
        ),
        (few, InputError, "layer 'd', Dense: it has 1 arrays, and needs 2: build the model first."),
        (other_units, InputError, "layer 'd', Dense: its kernel has the shape (2, 4), and units are 3."),
    ],
)
def test_numbers_that_are_not_as_keras_writes_them(saved: Path, write: Any, kind: Any, message: str) -> None:
    changed(saved, "model.weights.h5", hdf5(write))
    with pytest.raises(kind) as caught:
        cr.from_keras(saved)
    assert str(caught.value) == f"{saved}: {message}"


def test_a_file_that_swells(saved: Path) -> None:
    changed(saved, "model.weights.h5", bytes(10**8), zipfile.ZIP_DEFLATED)
    with pytest.raises(FileError) as caught:
        cr.from_keras(saved)
    assert str(caught.value).startswith(
        f"{saved} can't be read: its model.weights.h5 says it has 100,000,000 bytes, and "
    )


EMPTY = {"class_name": "Sequential", "module": "keras", "config": {}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.unlink(), "can't be read: No such file or directory."),
        (lambda path: path.write_bytes(b"something"), "is no .keras file, or is damaged (File is not a zip file)."),
        (
            lambda path: changed(path, "config.json", None),
            "is no .keras file of Keras 3: it has no config.json. Write it by model.save.",
        ),
        (
            lambda path: changed(path, "config.json", b"[1, 2]"),
            "is damaged: its config.json is no description of a model.",
        ),
        (
            lambda path: changed(path, "config.json", json.dumps(EMPTY).encode()),
            "is damaged: its description lacks 'layers'.",
        ),
        (
            lambda path: changed(path, "model.weights.h5", b"no numbers"),
            "is damaged: its model.weights.h5 is no HDF5.",
        ),
    ],
)  # fmt: skip
def test_a_damaged_file(saved: Path, change: Any, message: str) -> None:
    change(saved)
    with pytest.raises(FileError) as caught:
        cr.from_keras(saved)
    assert str(caught.value) == f"{saved} {message}"


def test_no_byte_of_a_file_does_harm(saved: Path) -> None:
    """Files cut short and with changed bytes give a network or one of chainrule's errors, and nothing else."""
    whole = saved.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        data = bytearray(whole[: int(rng.integers(1, len(whole) + 1))] if rng.random() < 0.3 else whole)
        for place in rng.integers(0, len(data), rng.integers(1, 20)):
            data[place] = rng.integers(0, 256)
        saved.write_bytes(bytes(data))
        try:
            net = cr.from_keras(saved)
        except cr.ChainruleError:
            continue
        assert net.outputs > 0


class Nowhere:
    """A path that raises an error of its own."""

    def __fspath__(self) -> str:
        raise RuntimeError("nowhere")

    def __repr__(self) -> str:
        return "Nowhere()"


def test_a_path_that_raises() -> None:
    with pytest.raises(KindError) as caught:
        cr.from_keras(Nowhere())
    assert str(caught.value) == "Nowhere() is no path: give a file's name, such as 'model.safetensors'."
