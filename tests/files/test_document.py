"""Files that don't fit themselves: descriptions, parts and arrays that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from saved import iris, message

import chainrule as cr
from chainrule.files.document import describe
from chainrule.files.safetensors import checksum
from chainrule.network import load
from chainrule.parts.contract import Layer, Loss
from thorough import examples


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


NO_FORMAT = "its description has no format, a whole number from 1 to 3: chainrule did not write it."
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
    assert forge(path, text='{"format": 4, "graph": []}') == (
        "it was made by a newer chainrule (format 4, and this one reads up to 3). "
        "Update with: pip install --upgrade chainrule"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("loss"), f"its description has no 'loss': it must be {PART}."),
        (entry(graph=1), "its description has 'graph', which format 3 does not know."),
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
        (entry(threshold="0.3"), "its threshold is '0.3': it must be a number, or null."),
        (entry(threshold=True), "its threshold is True: it must be a number, or null."),
        (entry(threshold=float("nan")), "threshold = nan is out of range: it must be finite."),
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
        (setting(1, units=1), "dense has no 'units': it takes inputs, outputs, bias."),
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
            "Dense(100000, 100000) has 100000 units, and no array in the file is as long.",
        ),
        (
            setting(1, inputs=10**12, outputs=3),
            f"Dense({10**12}, 3) has {10**12} units, and no array in the file is as long.",
        ),
        (
            setting(1, inputs=10**30),
            f"Dense({10**30}, 3) has {10**30} units, and no array in the file is as long.",
        ),
        (setting(1, inputs=3, outputs=2), "W1 has the shape (2, 3): its layers have it in (3, 2)."),
        (
            setting(1, outputs=10**15),
            f"Dense(2, {10**15}) has {10**15} units, and no array in the file is as long.",
        ),
    ],
)
def test_arrays_that_do_not_fit(path: Path, change: Any, said: str) -> None:
    assert forge(path, change) == said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@examples(300)
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


def scaled(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> str:
    """What loading says of a network whose target is scaled, with its document and arrays changed."""
    net = cr.Network([2, 1], output="identity", loss="huber", scale_target=cr.Standardize(5, 2))
    document, arrays = describe(net)
    change(document, arrays)
    safetensors.numpy.save_file(arrays, path, {"chainrule": json.dumps(document), "sha256": "0" * 64})
    return message(path).removeprefix(f"{path} can't be loaded: ")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("scale_target"), f"its description has no 'scale_target': it must be {PART}, or null."),
        (entry(scale_target=None),
         "scale_target.center is too much: its layers have W1, b1."),
        (without("scale_target.scale"), "standardize lacks its 'scale'."),
        (array("scale_target.scale", [0.0]),
         "Standardize: center must be finite and scale above 0 for every feature."),
        (array("scale_target.center", [np.nan]), "scale_target.center[0] is nan: every entry must be finite."),
        (array("scale_target.center", [1.0, 2]),
         "scale_target scales 2 targets, and the network has 1: give one for each."),
        (entry(format=2), "its description has 'scale_target', which format 2 does not know."),
    ],
)  # fmt: skip
def test_a_scale_of_the_target_that_is_wrong(path: Path, change: Any, said: str) -> None:
    assert scaled(path, change) == said


def test_files_of_earlier_formats_have_no_scale_of_the_target(path: Path) -> None:
    document, arrays = describe(cr.Network([2, 1], output="identity", loss="huber"))
    del document["scale_target"], document["threshold"]
    text = json.dumps(document | {"format": 2})
    safetensors.numpy.save_file(arrays, path, {"chainrule": text, "sha256": checksum(text, arrays)})
    assert load(path).scale_target is None
