"""Files of ONNX: paths, numbers beside the model, sizes that are believed only as far as there are bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx_graphs import RNG, Made

import chainrule as cr
from chainrule.errors import ChainruleError, FileError, InputError, MissingPackage


def model() -> Any:
    graph = Made()
    graph.add("Gemm", "x", np.arange(12.0).reshape(3, 4), np.ones(4))
    graph.add("Tanh")
    return graph.model()


def weights(made: Any) -> Any:
    return next(each for each in made.graph.initializer if len(each.dims) == 2)


def error(source: Any) -> str:
    with pytest.raises(FileError) as caught:
        cr.from_onnx(source)
    return str(caught.value)


def test_a_path_bytes_and_a_message_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(model().SerializeToString())
    for source in (path, str(path), path.read_bytes(), bytearray(path.read_bytes()), model()):
        net = cr.from_onnx(source)
        np.testing.assert_array_equal(net.parameters["W1"], np.arange(12.0).reshape(3, 4))
    net.parameters["W1"][...] = 7  # it is a copy


def test_files_that_are_not_there_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    assert error(path) == f"{path} can't be read: No such file or directory."
    assert error(tmp_path) == f"{tmp_path} can't be read: Is a directory."
    path.write_bytes(b"")
    assert error(path) == f"{path} is empty: give an ONNX model."
    path.write_text("# chainrule")
    assert error(path) == f"{path} is no ONNX model, or one that is damaged or cut short."
    cr.Network([2, 2]).save(path)
    assert error(path) == f"{path} is no ONNX model, or one that is damaged or cut short."


def test_files_that_are_larger_than_any_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(model().SerializeToString())
    monkeypatch.setattr("chainrule.exchange.onnx.files.LARGEST", 100)
    assert (
        error(path)
        == f"{path} has more than 100 bytes, and no ONNX model has: its numbers would be beside it."
    )


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(MissingPackage) as caught:
        cr.from_onnx("m.onnx")
    assert (
        str(caught.value) == "reading an ONNX model needs the package onnx. Install it with: pip install onnx"
    )


def test_shapes_are_believed_as_far_as_there_are_numbers() -> None:
    made = model()
    name = weights(made).name
    weights(made).dims[:] = [2**40, 2**40]
    assert error(made) == (
        f"the initializer {name!r} is to have {2**40} × {2**40} numbers, and there are 96 bytes: the model is "
        "damaged or cut short."
    )
    made = model()
    weights(made).dims[:] = [-3, -4]
    assert error(made) == f"the initializer {name!r} has the shape (-3, -4): the model is damaged."
    made = model()
    weights(made).ClearField("raw_data")
    weights(made).double_data.extend(range(11))
    assert error(made) == (
        f"the initializer {name!r} is to have 3 × 4 numbers, and there are 11 of them: the model is damaged or "
        "cut short."
    )
    weights(made).double_data.append(11)
    np.testing.assert_array_equal(cr.from_onnx(made).parameters["W1"], np.arange(12.0).reshape(3, 4))


def test_constants_are_not_multiplied_in_memory() -> None:
    """Nodes that would put a few numbers together to very many are not run."""
    graph = Made()
    column, row = graph.constant(np.ones((50_000, 1))), graph.constant(np.ones((1, 50_000)))
    graph.add("Gemm", "x", graph.add("Add", column, row))
    told = "makes a constant in a way that chainrule can't work out: write it out."
    with pytest.raises(InputError) as caught:
        cr.from_onnx(graph.model())
    assert str(caught.value) == f"node 0, Add 'n0' {told}"
    graph = Made()
    double = graph.constant(np.ones(8))
    for _ in range(60):
        double = graph.add("Concat", double, double, axis=0)
    graph.add("Add", "x", double)
    graph.dense(8, 2)
    with pytest.raises(InputError) as caught:
        cr.from_onnx(graph.model(("m", 8)))
    assert str(caught.value) == f"node 9, Concat 'n9' {told}"  # 8 · 2^9 numbers are 4,096


def test_a_long_chain_takes_no_recursion() -> None:
    graph = Made()
    graph.dense(3, 3)
    for _ in range(400):
        graph.add("Identity")
    graph.dense(3, 2)
    assert cr.from_onnx(graph.model()).title() == "3 → 3 → 2 identity"


# --- numbers beside the model -----------------------------------------------------------------------------------


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    folder = tmp_path / "inside"
    folder.mkdir()
    onnx.save_model(
        model(), folder / "m.onnx", save_as_external_data=True, location="m.data", size_threshold=0
    )
    return folder / "m.onnx"


def located(path: Path, **given: str) -> Any:
    """The model with its weights said to be there."""
    made = onnx.load(path, load_external_data=False)
    entries = {entry.key: entry for entry in weights(made).external_data}
    for name, value in given.items():
        (entries.get(name) or weights(made).external_data.add(key=name)).value = value
    path.write_bytes(made.SerializeToString())
    return path


def test_numbers_in_a_file_beside_the_model(beside: Path) -> None:
    np.testing.assert_array_equal(cr.from_onnx(beside).parameters["W1"], np.arange(12.0).reshape(3, 4))


def test_numbers_beside_need_the_path(beside: Path) -> None:
    with pytest.raises(InputError) as caught:
        cr.from_onnx(beside.read_bytes())
    assert str(caught.value) == (
        "the initializer 'c0' has its numbers in another file, 'm.data', beside the model: give the path of the model."
    )


@pytest.mark.parametrize(
    "where", ["../secret", "/etc/hostname", "a/../../secret", "..\\secret", "link", "a\0b"]
)
def test_no_file_outside_the_folder_is_read(beside: Path, where: str) -> None:
    secret = beside.parent.parent / "secret"
    secret.write_bytes(bytes(1000))
    (beside.parent / "link").symlink_to(secret)
    with pytest.raises(InputError) as caught:
        cr.from_onnx(located(beside, location=where))
    assert str(caught.value) == (
        f"the initializer 'c0' has its numbers in {where!r}, outside the model's folder, where chainrule reads "
        "nothing: "
        "copy that file into the folder and name it so in the model, or save the model in one piece by onnx.save_model."
    )


@pytest.mark.parametrize(
    "given", [{"offset": "100000"}, {"length": "8"}, {"offset": "-8"}, {"length": "1000000000000"}]
)
def test_files_of_numbers_that_do_not_fit(beside: Path, given: dict[str, str]) -> None:
    data = beside.parent / "m.data"
    start = int(given.get("offset", 0))
    assert error(located(beside, **given)) == (
        f"the initializer 'c0' is to have 96 bytes from {start:,} on in {data}, which has "
        f"{data.stat().st_size:,}: one of the two files is damaged, or of another model."
    )


def test_files_of_numbers_that_are_missing_or_no_numbers(beside: Path) -> None:
    data = beside.parent / "m.data"
    assert error(located(beside, offset="x")) == (
        f"the initializer 'c0' has its numbers in {data}, which can't be read: it is no file of numbers."
    )
    located(beside, offset="0")
    data.unlink()
    assert error(beside) == (
        f"the initializer 'c0' has its numbers in {data}, which can't be read: No such file or directory."
    )


def test_any_bytes_are_refused_or_read() -> None:
    """Whatever is changed in another program's file, what comes is a network or an error of ours."""
    content = model().SerializeToString()
    rng = np.random.default_rng(4)
    for at in rng.integers(0, len(content), 300):
        changed = bytearray(content)
        changed[at] ^= 1 << int(rng.integers(8))
        try:
            cr.from_onnx(bytes(changed)).predict(RNG.normal(size=(2, 3)))
        except ChainruleError:
            continue
