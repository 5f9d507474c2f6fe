"""What once escaped as an error of Python's, or never came to an end: each is refused in whole words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse

import chainrule as cr
from chainrule import course, page
from chainrule.check import by_hand
from chainrule.check.code import check_program, run
from chainrule.errors import FileError, InputError, KindError, UnknownName
from chainrule.export.reader import read_export
from chainrule.files.safetensors import checksum, read_tensors, tensors
from chainrule.training.checkpoints.content import KEY
from chainrule.utils.checks import short
from chainrule.utils.files import as_path

X, Y = np.random.default_rng(0).normal(size=(12, 2)), np.arange(12) % 2


class Raises:
    """Raises whatever it is asked for."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")

    __fspath__ = __repr__


def graded(**more: Any) -> Any:
    net = cr.worked_example()
    return net.trace(net.x, net.y).exercise("dz1").grade({"dz1": [0, 1.37, 0.857]}, **more)


def matched(features: Any, folder: Path = Path(".")) -> Any:
    (folder / "t.csv").write_text("a,b,t\n1,2,x\n3,4,y\n")
    return cr.data.load(folder / "t.csv").matching(features, ["x", "y"])


def proof() -> Any:
    return cr.proofread("z = 1 + 1 = 3")


NET = cr.Network([2, 3, 2], seed=0)
CASES: list[tuple[Callable[[], Any], type[cr.ChainruleError], str]] = [
    (lambda: check_program(set()), KindError, "set() is no path: give a file's name, such as 'model.safetensors'."),  # type: ignore[arg-type]
    (lambda: course.is_course(1.5), KindError, "1.5 is no path: give a file's name, such as 'model.safetensors'."),  # type: ignore[arg-type]
    (lambda: as_path("\ud800"), KindError, r"'\ud800' is no path: give a file's name, such as 'model.safetensors'."),
    (lambda: as_path(Raises()), KindError, "one Raises is no path: give a file's name, such as 'model.safetensors'."),
    (lambda: page.save("run.html", 2.5, X, Y), KindError,  # type: ignore[arg-type]
     "2.5 is no network: give one, such as cr.Network([2, 3, 2])."),
    (lambda: page.save("run.html", NET, X, Y, epochs=True), KindError,
     "epochs = True is no whole number: give one that is at least 0."),
    (lambda: cr.data.load("t.csv", target=[[1], [2, 3]]), KindError,
     "target = [[1], [2, 3]]: give names in a list, such as ['price', 'rent']."),
    (lambda: cr.data.split(scipy.sparse.csr_matrix(X), Y[:3], 0.2), InputError,
     "X has 12 rows and y 3: give one of y for each of X."),
    (lambda: setattr(NET, "classes", range(10**12)), InputError,
     "classes names 1000000000000, and the network has 2."),
    (lambda: setattr(NET, "classes", np.broadcast_to(1.0, (10**9, 2))), KindError,
     "classes has the shape (1000000000, 2): it is a list of names."),
    (lambda: NET.parameters[np.zeros(2)], UnknownName,  # type: ignore[index]
     "there is no parameter array([0., 0.]). There is: W1, b1, W2, b2."),
    (lambda: NET.parameters["x" * 999], UnknownName,
     "there is no parameter '" + "x" * 199 + "…. There is: W1, b1, W2, b2."),
    (lambda: cr.Dropout(-(10**5000)), InputError,
     "Dropout: rate = one int is out of range: it must be at least 0 and below 1."),
    (lambda: cr.data.moons(-(10**5000)), InputError, "n is one int. It takes a whole number of at least 2."),
    (lambda: cr.compare([2, 2, 2], X, Y, optimizers=["sgd"], epochs=1)[[1]], UnknownName,  # type: ignore[index]
     "there is no optimizer [1]. There is: sgd."),
    (lambda: graded(points=[1]), KindError,
     'points = [1] is no dict: give points by name, such as {"dz1": 2}.'),
    (lambda: graded(points={1: 2}), UnknownName,
     "there is no line or blank of the sheet 1. There is: dz1, dz1[0, 0], dz1[0, 1], dz1[0, 2]."),
    (lambda: graded(carry=[]), InputError, "carry = []: it is 'best' or 'never'."),
    (lambda: graded().to_text(width=1e400), KindError,
     "width = inf is no whole number: give the columns of the page, such as 80."),
    (lambda: proof().to_text(width=0), InputError, "width = 0 is out of range: it must be 10 to 1000."),
    (lambda: proof().to_text(ascii="no"), KindError, "ascii = 'no' is neither True nor False."),
    (lambda: cr.from_torch({"0.weight": np.float32(1)}, output="softmax"), InputError,
     "0.weight, of shape (), belongs to no Linear: a state_dict with other layers doesn't tell in what order their "
     "activations come. Give the module itself."),
    (lambda: by_hand("dz1=" + "[" * 100_000), InputError,
     f"{short('dz1=' + '[' * 99)}: {short('[' * 99)} is no list of numbers, such as [-1.2,1.37,0.857]."),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(CASES)))
def test_arguments(number: int) -> None:
    called, kind, message = CASES[number]
    with pytest.raises(kind) as caught:
        called()
    assert (type(caught.value), str(caught.value)) == (kind, message)


def test_names_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(KindError) as caught:
        matched(1.5, tmp_path)
    assert str(caught.value) == "features = 1.5: give names in a list, such as ['age', 'size']."


def test_samples_of_a_program_as_arrays(tmp_path: Path) -> None:
    (path := tmp_path / "a.py").write_text("def train(x, y):\n    return x * 0.5 + y\n")
    assert check_program(path, run="train(x, y)", x=X, y=X[:, :1]).state == "not followed"
    with pytest.raises(KindError) as caught:
        check_program(path, run=1)  # type: ignore[arg-type]
    assert str(caught.value) == "run = 1 is no text."


@pytest.mark.parametrize("source", [[1, 2], None, [["a"]]])
def test_a_cell_that_is_no_text(source: Any, tmp_path: Path) -> None:
    (path := tmp_path / "a.ipynb").write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": source}]})
    )
    assert check_program(path).why == "It can't be run: it is no notebook."


@pytest.mark.parametrize("text", ["", '{"status": "ended", "mess', '{"status": []}', "[" * 100_000])
def test_a_process_that_ended_while_it_wrote(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_run", lambda folder, _: (folder / "told.json").write_text(text))
    (path := tmp_path / "a.py").write_text("")
    assert check_program(path).why == (
        "It was ended by the system, or ended itself, before anything could be seen of it."
    )


def test_an_export_with_nothing_in_it(tmp_path: Path) -> None:
    (path := tmp_path / "a.sql").write_bytes(b"--")
    assert read_export(path) is None


def trained(folder: Path, **more: Any) -> Any:
    return cr.Network([2, 3, 2], seed=0).fit(
        X, Y, epochs=2, batch_size=4, progress=False, engine="numpy", checkpoint=folder, **more
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda told: told.pop("place"), "{file} is damaged: its description is not that of a checkpoint."),
        (lambda told: told["place"].update(skipped=10**9),
         "{file} is damaged: its description is not that of a checkpoint."),
        (lambda told: told["place"]["history"].update(loss=["a"]),
         "{file} is damaged: its description is not that of a checkpoint."),
        (lambda told: told["place"].update(so_far=[7, 0.5, 1]), "{folder} holds a checkpoint of this training that "
         "something else has written: begin anew in another folder."),
        (lambda told: told["place"]["streams"].update(order={"state": 1}), "{folder} holds a checkpoint of this "
         "training that something else has written: begin anew in another folder."),
    ],
)  # fmt: skip
def test_a_forged_checkpoint(change: Callable[[Any], Any], message: str, tmp_path: Path) -> None:
    trained(tmp_path)
    newest, *others = sorted(tmp_path.glob("step-*"), reverse=True)
    texts, arrays = read_tensors(newest, "", KEY)
    change(document := json.loads(texts[KEY]))
    text = json.dumps(document)
    newest.write_bytes(tensors({KEY: text, "sha256": checksum(text, arrays)}, arrays))
    for other in others:
        other.unlink()
    with pytest.raises(FileError) as caught:
        trained(tmp_path, resume=True)
    assert str(caught.value) == message.format(file=newest, folder=tmp_path)
