from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import ChainruleError, FileError, InputError, KindError, MissingPackage
from chainrule.files import save
from chainrule.files.document import describe
from chainrule.network import load
from chainrule.parts.contract import Activation, Layer, Loss

TAKE = "Take a file that net.save wrote."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file for the examples of hypothesis, which don't get a folder each."""
    return tmp_path_factory.mktemp("networks") / "scratch.safetensors"


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


# --- there and back -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_everything_comes_back(path: Path, dtype: str) -> None:
    net = iris(dtype)
    net.save(str(path))
    loaded = load(str(path))
    assert str(loaded) == str(net)
    assert (loaded.frozen, loaded.features, loaded.classes) == (
        {"W1", "b2"},
        ("sepal length", "größe"),
        ("setosa", "virginica"),
    )
    assert loaded.metadata == {"target": "species", "task": "classification"}
    assert same(net, loaded)


def test_the_scaling_keeps_its_own_float64(path: Path) -> None:
    net = iris("float32")
    save(net, path)
    scaling, loaded = net.layers[0], load(path).layers[0]
    assert isinstance(scaling, cr.Standardize)
    assert isinstance(loaded, cr.Standardize)
    assert scaling.center.astype(np.float32).astype(np.float64).tolist() != scaling.center.tolist()
    assert loaded.center.tolist() == scaling.center.tolist()
    assert loaded.scale.tolist() == scaling.scale.tolist()


def test_a_scaling_that_is_a_view_of_something_larger(path: Path) -> None:
    table = np.array([[1.0, 10], [2, 20], [3, 30]])
    save(cr.Network([3, 2], scaling=cr.Standardize(table[:, 0], table[:, 1])), path)
    loaded = load(path).layers[0]
    assert isinstance(loaded, cr.Standardize)
    assert (loaded.center.tolist(), loaded.scale.tolist()) == ([1, 2, 3], [10, 20, 30])


def test_it_goes_on_training_as_the_saved_one_does(path: Path) -> None:
    X, y = np.random.default_rng(0).normal(5, 1, (20, 2)), np.arange(20) % 2
    net = iris()
    net.fit(X, y, epochs=3, progress=False)
    save(net, path)
    loaded = load(path)
    for network in (net, loaded):
        network.fit(X, y, epochs=3, batch_size=8, optimizer="adam", progress=False)
    assert same(net, loaded)


def test_a_network_that_was_trained_with_numpy_sizes(path: Path) -> None:
    net = cr.Network([cr.Dense(np.int64(2), np.int32(2)), "softmax"])
    save(net, path)
    assert same(load(path), net)


NAMES = st.text(st.characters(), max_size=8)  # surrogates too: names of files may become names of classes


@st.composite
def networks(draw: st.DrawFn) -> cr.Network:
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    activations = st.sampled_from(sorted(Activation.registry()))
    scaling = st.builds(
        lambda seed, n: cr.Standardize(*np.random.default_rng(seed).uniform(0.1, 9, (2, n))),
        st.integers(0, 9),
        st.sampled_from([1, sizes[0]]),
    )
    try:
        net = cr.Network(
            sizes,
            hidden=[draw(activations) for _ in sizes[2:]],
            output=draw(activations),
            loss=draw(st.sampled_from(sorted(Loss.registry()))),
            seed=draw(st.integers(0, 9)),
            dtype=draw(st.sampled_from(["float32", "float64"])),
            scaling=draw(st.none() | scaling),
            features=draw(st.none() | st.lists(NAMES, min_size=sizes[0], max_size=sizes[0])),
            classes=draw(st.none() | st.lists(NAMES, min_size=max(sizes[-1], 2), max_size=max(sizes[-1], 2))),
        )
    except InputError:  # an output and a loss that don't go together
        assume(False)
        raise
    net.freeze(*draw(st.sets(st.sampled_from(sorted(net.parameters)))))
    net.metadata = draw(st.dictionaries(NAMES, NAMES, max_size=2))
    for array in net.parameters.values():
        array[...] *= draw(st.sampled_from([1, -0.0, 1e-40, 1e30]))
    return net


@settings(deadline=None)
@given(net=networks())
def test_any_network_comes_back(scratch: Path, net: cr.Network) -> None:
    save(net, scratch)
    loaded = load(scratch)
    assert same(loaded, net)
    assert [type(layer) for layer in loaded.layers] == [type(layer) for layer in net.layers]
    X = np.random.default_rng(0).normal(size=(4, net.inputs))
    with np.errstate(all="ignore"):
        assert loaded.predict(X).tobytes() == net.predict(X).tobytes()


@pytest.mark.parametrize("loss", sorted(Loss.registry()))
def test_every_loss(path: Path, loss: str) -> None:
    output = {"kl_divergence": "softmax", "poisson": "identity"}.get(loss, "sigmoid")
    net = cr.Network([2, 2], output=output, loss=loss)
    save(net, path)
    loaded = load(path)
    X, y = np.eye(6, 2), np.eye(2)[[1, 0, 0, 1, 0, 1]]
    assert (type(loaded.loss_part), loaded.loss(X, y)) == (type(net.loss_part), net.loss(X, y))


def test_other_tools_read_the_file(path: Path) -> None:
    net = iris()
    save(net, path)
    tensors = safetensors.numpy.load_file(path)
    assert sorted(tensors) == ["W1", "W2", "b1", "b2", "layers.0.center", "layers.0.scale"]
    assert tensors["W1"].tolist() == net.parameters["W1"].tolist()


# --- saving ---------------------------------------------------------------------------------------------


class Doubled(Activation):
    def forward(self, q: Any) -> None:
        q.a = 2 * q.z


class ReLU(cr.ReLU):  # the name of a part of chainrule, and other rules
    pass


def softplus(z: Any) -> Any:
    return np.log1p(np.exp(z))


@pytest.mark.parametrize(
    ("hidden", "own"),
    [
        (softplus, "function softplus"),
        (lambda z: z * z, "function <lambda>"),
        (Doubled(), "class Doubled"),
        (ReLU(), "class ReLU"),
    ],
)
def test_own_code_is_not_stored(path: Path, hidden: Any, own: str) -> None:
    path.write_bytes(b"as it was")
    net = cr.Network([2, 3, 2], hidden=hidden)
    with pytest.raises(KindError) as raised:
        net.save(path)
    assert str(raised.value) == (
        f"the network can't be saved: the {own} is your own code, and a file holds data alone. Take a "
        f"part of chainrule ({', '.join(Activation.registry())}), or save the parameters alone: "
        'np.savez("parameters.npz", **net.parameters).'
    )
    assert (path.read_bytes(), os.listdir(path.parent)) == (b"as it was", [path.name])


def test_the_way_out_that_the_message_offers_works(tmp_path: Path) -> None:
    net = cr.Network([2, 3, 2], hidden=softplus)
    np.savez(tmp_path / "parameters.npz", **net.parameters)
    with np.load(tmp_path / "parameters.npz") as arrays:
        again = cr.Network([2, 3, 2], hidden=softplus, seed=5, parameters=dict(arrays))
    assert again.parameters.flat.tolist() == net.parameters.flat.tolist()


def test_own_loss_and_layer_are_not_stored(path: Path) -> None:
    class Half(cr.MeanSquaredError):
        pass

    class Thin(cr.Dense):
        pass

    with pytest.raises(KindError, match=r"the class Half is your own code.* Take a part of chainrule \("):
        save(cr.Network([2, 2], loss=Half()), path)
    with pytest.raises(KindError, match=r"the class Thin is your own code.* Take a part of chainrule \("):
        save(cr.Network([Thin(2, 2), cr.Softmax()]), path)
    assert os.listdir(path.parent) == []


def spoil_weight(net: cr.Network) -> None:
    net.parameters["W1"][1, 2] = np.nan


def spoil_about(net: cr.Network) -> None:
    net.metadata = {"target": 3}


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (spoil_weight, "W1[1, 2] is nan: every entry must be finite."),
        (spoil_about, "its about is {'target': 3}: it must be texts by name."),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(
    path: Path, spoil: Callable[[cr.Network], None], expected: str
) -> None:
    net = iris()
    save(net, path)
    before = path.read_bytes()
    spoil(net)
    with pytest.raises(InputError) as raised:
        save(net, path)
    assert str(raised.value) == f"the network can't be saved: {expected}"
    assert path.read_bytes() == before


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_failure_at_the_end_leaves_the_old_network(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    old = iris()
    save(old, path)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises((FileError, KeyboardInterrupt)):
            save(cr.Network([2, 2]), path)
    assert os.listdir(path.parent) == [path.name]
    assert same(load(path), old)


def test_no_folder_to_save_to(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "model.safetensors"
    with pytest.raises(FileError) as raised:
        iris().save(path)
    assert str(raised.value) == f"{path} can't be written: there is no folder {path.parent}. Make it first."


# --- files that are something else, or damaged ----------------------------------------------------------


def test_no_such_file(path: Path) -> None:
    assert message(path) == f"{path} can't be read: No such file or directory."


def test_a_folder(tmp_path: Path) -> None:
    assert message(tmp_path) == f"{tmp_path} can't be read: Is a directory."


def test_no_path() -> None:
    assert message(7, KindError) == "7 is no path: give a file's name, such as 'model.safetensors'."


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    pixel = chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])) + chunk(
        b"IDAT", zlib.compress(b"\0\0")
    )
    return b"\x89PNG\r\n\x1a\n" + pixel + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"\x10", "is no safetensors file"),
        (png(), "is no safetensors file"),
        (b"x0,x1,y\n1,2,0\n3,4,1\n", "is no safetensors file"),
        (bytes(100), "is no safetensors file"),
        (b"\xff" * 8 + b"{", "is a safetensors file that is damaged or cut short"),
        (b"\2" + bytes(7) + b"{}extra", "is a safetensors file that is damaged or cut short"),
    ],
)
def test_no_safetensors_file(path: Path, content: bytes, what: str) -> None:
    path.write_bytes(content)
    assert message(path) == f"{path} {what}. {TAKE}"


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_safetensors_of_something_else(path: Path, metadata: dict[str, str] | None) -> None:
    safetensors.numpy.save_file({"fc.weight": np.ones((3, 2), np.float16)}, path, metadata)
    assert message(path) == (
        f"{path} is a safetensors file of something else: it does not say what network its numbers "
        f"belong to. {TAKE}"
    )


def test_cut_off_anywhere(path: Path) -> None:
    save(iris(), path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        what = (
            "is a safetensors file that is damaged or cut short"
            if length > 8
            else "is no safetensors file"
            if length
            else "is empty"
        )
        assert message(path) == f"{path} {what}. {TAKE}"
    path.write_bytes(content + b"\0")
    assert message(path) == f"{path} is a safetensors file that is damaged or cut short. {TAKE}"


def test_one_bit_of_one_weight(path: Path) -> None:
    save(iris(), path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert message(path) == (
        f"{path} can't be loaded: it is damaged. Its numbers or names are not those that were written "
        "(their SHA-256 differs). Take another copy, or save the network again."
    )


@settings(deadline=None, max_examples=500)
@given(
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=3
    ),
    cut=st.none() | st.floats(0, 1, exclude_max=True),
)
def test_any_damage_is_seen(scratch: Path, changes: list[tuple[float, int]], cut: float | None) -> None:
    net = iris()
    save(net, scratch)
    content = bytearray(scratch.read_bytes())
    for place, flipped in changes:
        content[int(place * len(content))] ^= flipped
    scratch.write_bytes(content if cut is None else content[: int(cut * len(content))])
    assert refused_or_same(scratch, net)


def test_any_byte_of_the_description_changed(path: Path) -> None:
    net = iris()
    save(net, path)
    content = path.read_bytes()
    header = 8 + int.from_bytes(content[:8], "little")
    for place in range(header):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert refused_or_same(path, net)


# --- files that don't fit themselves --------------------------------------------------------------------


def forge(
    path: Path,
    change: Callable[[dict[str, Any], dict[str, Any]], object] = lambda document, arrays: None,
    text: str | None = None,
) -> str:
    """Write iris' file, with its document and arrays changed, and give what loading says of it."""
    document, arrays = describe(iris())
    change(document, arrays)
    safetensors.numpy.save_file(arrays, path, {"chainrule": text or json.dumps(document), "sha256": "0" * 64})
    said = message(path)
    assert said.startswith(f"{path} can't be loaded: ")
    return said.removeprefix(f"{path} can't be loaded: ")


def setting(place: int, **values: Any) -> Callable[[Any, Any], object]:
    return lambda document, arrays: document["layers"][place]["settings"].update(values)


def entry(**values: Any) -> Callable[[Any, Any], object]:
    return lambda document, arrays: document.update(values)


def array(name: str, value: Any) -> Callable[[Any, Any], object]:
    return lambda document, arrays: arrays.update({name: np.asarray(value)})


def without(name: str) -> Callable[[Any, Any], object]:
    return lambda document, arrays: (document if name in document else arrays).pop(name)


NO_FORMAT = "its description has no format, a whole number from 1 to 2: chainrule did not write it."
PART = '{"name": …, "settings": {…}}'


@pytest.mark.parametrize("text", ["{", "no", "[" * 100_000, '{"format": 1' + "0" * 5000 + "}"])
def test_a_description_that_is_no_json(path: Path, text: str) -> None:
    assert forge(path, text=text) == "its description is damaged, and no JSON."


@pytest.mark.parametrize(
    "text", ["[]", "null", "1", "{}", '{"format": true}', '{"format": 0}', '{"format": "1"}']
)
def test_a_description_without_a_format(path: Path, text: str) -> None:
    assert forge(path, text=text) == NO_FORMAT


def test_a_newer_file(path: Path) -> None:
    assert forge(path, text='{"format": 3, "graph": []}') == (
        "it was made by a newer chainrule (format 3, and this one reads up to 2). "
        "Update with: pip install --upgrade chainrule"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("loss"), f"its description has no 'loss': it must be {PART}."),
        (entry(graph=1), "its description has 'graph', which format 2 does not know."),
        (entry(layers="relu"), f"its layers is 'relu': it must be a list of {PART}."),
        (entry(layers=["relu"]), f"its layers is ['relu']: it must be a list of {PART}."),
        (
            entry(loss={"name": "cross_entropy"}),
            f"its loss is {{'name': 'cross_entropy'}}: it must be {PART}.",
        ),
        (entry(dtype=32), "its dtype is 32: it must be float32 or float64."),
        (entry(dtype="float16"), "its dtype is 'float16': it must be float32 or float64."),
        (entry(frozen="W1"), "its frozen is 'W1': it must be a list of texts."),
        (entry(features=[1, 2]), "its features is [1, 2]: it must be a list of texts, or null."),
        (entry(classes=[None]), "its classes is [None]: it must be a list of texts, or null."),
        (entry(about={"target": []}), "its about is {'target': []}: it must be texts by name."),
        (entry(about="x" * 99), f"its about is '{'x' * 58}…: it must be texts by name."),
        (entry(features=["one"]), "features names 1, and the network has 2."),
        (entry(classes=["a", "b", "c"]), "classes names 3, and the network has 2."),
    ],
)
def test_a_description_of_the_wrong_kind(path: Path, change: Any, said: str) -> None:
    assert forge(path, change) == said


def named(place: int, name: str) -> Callable[[Any, Any], object]:
    return lambda document, arrays: document["layers"][place].update(name=name)


def known(kind: Any) -> str:
    return f"There is: {', '.join(kind.registry())}."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (named(2, "rellu"), f"there is no layer 'rellu'. Did you mean 'relu'? {known(Layer)}"),
        (named(2, "os.system"), f"there is no layer 'os.system'. {known(Layer)}"),
        (named(2, "function"), f"there is no layer 'function'. {known(Layer)}"),
        (
            entry(loss={"name": "_softmax_cross_entropy", "settings": {}}),
            f"there is no loss '_softmax_cross_entropy'. Did you mean 'cross_entropy'? {known(Loss)}",
        ),
        (entry(frozen=["W3"]), "there is no parameter 'W3'. There is: W1, b1, W2, b2."),
        (setting(2, slope=1), "relu has no 'slope': it takes nothing."),
        (setting(1, units=1), "dense has no 'units': it takes inputs, outputs."),
        (
            lambda document, arrays: document["layers"][1]["settings"].pop("outputs"),
            "dense lacks its 'outputs'.",
        ),
        (without("layers.0.scale"), "standardize lacks its 'scale'."),
        (array("layers.0.shift", [1.0]), "standardize has no 'shift': it takes center, scale."),
        (setting(1, inputs="2"), "Dense: inputs = '2' is no whole number: give the number of units."),
        (setting(1, inputs=2.0), "Dense: inputs = 2.0 is no whole number: give the number of units."),
        (setting(1, inputs=0), "Dense: inputs = 0 is out of range: it must be at least 1."),
        (
            entry(loss={"name": "cross_entropy", "settings": {"__class__": 1}}),
            "cross_entropy has no '__class__': it takes from_logits, label_smoothing, class_weights.",
        ),
        (
            named(4, "tanh"),
            "cross_entropy compares probabilities, and the output Tanh() gives none: take output='softmax' "
            "(one class of several) or output='sigmoid' (yes or no for each output), or another loss, "
            "such as loss='mean_squared_error'.",
        ),
        (
            lambda document, arrays: (arrays.pop("layers.0.scale"), setting(0, scale="x")(document, arrays)),
            "Standardize: scale holds text (such as 'x'): give numbers.",
        ),
    ],
)
def test_parts_that_are_unknown_or_wrong(path: Path, change: Any, said: str) -> None:
    assert forge(path, change) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("W2"), "W2 is missing: its layers have it in the shape (3, 2)."),
        (array("W3", [1.0]), "W3 is too much: its layers have W1, b1, W2, b2."),
        (array("layers.7.center", [1.0]), "layers.7.center is too much: its layers have W1, b1, W2, b2."),
        (array("W1", np.ones((3, 2))), "W1 has the shape (3, 2): its layers have it in (2, 3)."),
        (array("b1", 1.0), "b1 has the shape (): its layers have it in (3,)."),
        (array("b1", np.ones(3, np.float32)), "b1 is float32: the dtype of the network is float64."),
        (array("b1", np.ones(3, bool)), "b1 is bool: the dtype of the network is float64."),
        (array("W1", [[0, 1, 2], [0, np.nan, 1]]), "W1[1, 1] is nan: every entry must be finite."),
        (array("b2", [np.inf, 1]), "b2[0] is inf: every entry must be finite."),
        (
            array("layers.0.center", np.ones((2, 1))),
            "layers.0.center is float64 of shape (2, 1): it must be float64 and have one axis.",
        ),
        (
            array("layers.0.center", np.ones(2, np.int8)),
            "layers.0.center is int8 of shape (2,): it must be float64 and have one axis.",
        ),
        (array("layers.0.center", [np.nan, 1]), "layers.0.center[0] is nan: every entry must be finite."),
        (array("layers.0.scale", [1.0, 1, 1]), "layers.0.center and layers.0.scale differ in length."),
        (
            array("layers.0.scale", [0.0, 1]),
            "Standardize: center must be finite and scale above 0 for every feature.",
        ),
        (
            setting(1, inputs=10**5, outputs=10**5),
            "W1 has the shape (2, 3): its layers have it in (100000, 100000).",
        ),
        (
            setting(1, inputs=10**12, outputs=3),
            "W1 has the shape (2, 3): its layers have it in (1000000000000, 3).",
        ),
        (
            setting(1, inputs=10**30),
            f"Dense({10**30}, 3) has more numbers than memory can hold.",
        ),
        (setting(1, outputs=10**15), f"Dense(2, {10**15}) has more numbers than memory can hold."),
    ],
)
def test_arrays_that_do_not_fit(path: Path, change: Any, said: str) -> None:
    assert forge(path, change) == said


def test_numbers_that_numpy_lacks(path: Path) -> None:
    header = json.dumps(
        {
            "__metadata__": {"chainrule": "{}"},
            "W1": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]},
        }
    ).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    assert message(path) == f"{path} is a safetensors file that is damaged or cut short. {TAKE}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=300)
@given(data=st.data(), value=JSON)
def test_any_value_anywhere_in_the_description(scratch: Path, data: st.DataObject, value: Any) -> None:
    def change(document: Any, arrays: Any) -> None:
        place = document
        key = data.draw(st.sampled_from(sorted(document)))
        while isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        place[key] = value

    assert forge(scratch, change)  # one FileError with a message, never another exception


# --- the package ----------------------------------------------------------------------------------------


def test_safetensors_is_not_installed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    path.write_bytes(b"")
    for call in (lambda: save(iris(), path), lambda: load(path)):
        with pytest.raises(MissingPackage) as raised:
            call()
        assert str(raised.value) == (
            "reading and writing model files needs the package safetensors. "
            "Install it with: pip install safetensors"
        )


def test_importing_the_module_imports_no_package() -> None:
    code = "import chainrule.files, sys; print([m for m in sys.modules if m.split('.')[0] == 'safetensors'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
