"""Files of strangers: mutations of real ones end in a result or in one of chainrule's own errors."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import chainrule as cr
from chainrule.export.reader import read_export
from strangers.attack import withstood
from strangers.mutations import mutated, mutated_document

Read = Callable[[Path], Any]


def models(folder: Path) -> list[bytes]:
    """Model files with all sorts of layers, names and settings."""
    columns = cr.Columns.fitted(pd.DataFrame({"a": ["p", "q", "p"], "b": [1.0, 2.0, None]}))
    scaling = cr.Standardize.fitted(np.array([[1.0, 2], [3, 5]]))
    made = [
        cr.worked_example(),
        cr.Network(
            [cr.Dense(3, 4), cr.BatchNorm(), cr.PReLU(), cr.Dropout(0.5), cr.Dense(4, 3), cr.Softmax()]
        ),
        cr.Network(
            [2, 1], output="sigmoid", loss="cross_entropy", features=["a", "b"], classes=["no", "yes"]
        ),
        cr.Network([scaling, cr.Dense(2, 1)], loss=cr.Huber(), dtype="float32"),
        cr.Network([columns, cr.Dense(len(columns.features), 2), cr.Softmax()], loss="cross_entropy"),
    ]
    made[2].threshold = 0.3
    files = []
    for i, net in enumerate(made):
        net.save(folder / f"{i}.safetensors")
        files.append((folder / f"{i}.safetensors").read_bytes())
    return files


def described_anew(chance: random.Random, content: bytes) -> bytes:
    """A model whose description is mutated inside, with a header and a checksum that fit it."""
    import safetensors.numpy

    from chainrule.files.safetensors import checksum

    size = int.from_bytes(content[:8], "little")
    arrays = safetensors.numpy.load(content)
    text = json.loads(content[8 : 8 + size])["__metadata__"]["chainrule"]
    if chance.random() < 0.7:
        text = json.dumps(mutated_document(chance, json.loads(text)))
    else:
        text = mutated(chance, text.encode()).decode(errors="replace")
    return bytes(safetensors.numpy.save(arrays, {"chainrule": text, "sha256": checksum(text, arrays)}))


def archives() -> list[bytes]:
    files = []
    for save in (np.savez, np.savez_compressed):
        for arrays in (
            {"X": np.arange(12.0).reshape(6, 2), "y": np.array([0, 1, 0, 1, 0, 1])},
            {"x_train": np.ones((4, 2, 2), np.uint8), "y_train": np.array(["a", "b", "a", "b"])},
        ):
            save(file := io.BytesIO(), **arrays)
            files.append(file.getvalue())
    return files


def with_header(chance: random.Random, content: bytes) -> bytes:
    """An archive one of whose members has a header that is mutated, and sums that fit it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(members))
    members[name] = mutated(chance, members[name][:128]) + members[name][128:]
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        for each, held in members.items():
            archive.writestr(each, held)
    return file.getvalue()


def bare_arrays() -> list[bytes]:
    files = []
    for array in (
        np.arange(12.0).reshape(6, 2),
        np.array([(1, 2.5, b"x")] * 4, dtype=[("a", "i4"), ("b", "f8"), ("c", "S3")]),
    ):
        np.save(file := io.BytesIO(), array)
        files.append(file.getvalue())
    return files


def indexed() -> list[bytes]:
    plain = b"\0\0\x08\x03\0\0\0\x04\0\0\0\x02\0\0\0\x02" + bytes(range(16))
    return [plain, gzip.compress(plain), b"\0\0\x0d\x01\0\0\0\x02" + bytes(8)]


WORDS = b"day;city;income;yes\n2001-02-03;Rome;1.234,5;no\n2001-02-04;;2,5;yes\n2001-02-05;Oslo;?;no\n"
TABLES = [
    b"a,b,t\n1,2,x\n3,4,y\n5,6.5,x\n",
    b'name\tq\ttext\n1\t3\t"a\nb"\n2\t4\tc\n',
    "größe,länge,t\n1,2,ä\n3,4,ö\n".encode("latin-1"),
    "\ufeffa,b\n1,2\n3,4\n".encode("utf-16"),
]


def onnx_models() -> list[bytes]:
    net = cr.Network([3, 4, 2], features=["a", "b", "c"], classes=["no", "yes"])
    return [net.export("onnx"), cr.Network([2, 1], output="identity", loss="huber").export("onnx")]


def exported() -> list[bytes]:
    net = cr.Network([3, 4, 2])
    return [net.export(kind).encode() for kind in ("c", "numpy", "js", "sql")]


def json_numbers() -> list[bytes]:
    return [b'{"z1": [[-0.3, 1.15, 0.75]], "a1": [[0, "1.15", 0.75]], "L": 1.9, "dz1": [[0, 1e-3, null]]}']


def checked(path: Path) -> None:
    net = cr.worked_example()
    net.trace(net.x, net.y, "sgd").check(path)


def cells(path: Path) -> None:
    cr.data.load(path, cells=True)


CASES: dict[str, tuple[str, Callable[[Path], list[bytes]], Callable[..., bytes], Read]] = {
    "model": (".safetensors", models, mutated, cr.load),
    "description": (".safetensors", models, described_anew, cr.load),
    "npz": (".npz", lambda _: archives(), mutated, cr.data.load),
    "npz header": (".npz", lambda _: archives(), with_header, cr.data.load),
    "npy": (".npy", lambda _: bare_arrays(), mutated, cr.data.load),
    "idx": ("-images-idx3-ubyte", lambda _: indexed(), mutated, cr.data.read_idx),
    "table": (".csv", lambda _: TABLES, mutated, cr.data.load),
    "cells": (".csv", lambda _: [*TABLES, WORDS], mutated, cells),
    "onnx": (".onnx", lambda _: onnx_models(), mutated, cr.from_onnx),
    "export": (".txt", lambda _: exported(), mutated, read_export),
    "numbers": (".json", lambda _: json_numbers(), mutated, checked),
    "numbers npz": (".npz", lambda _: archives(), with_header, checked),
}


@pytest.mark.parametrize("kind", CASES)
def test_mutations_of_real_files(kind: str, tmp_path: Path) -> None:
    ending, make, hurt, read = CASES[kind]
    originals = make(tmp_path)

    def case(chance: random.Random) -> None:
        path = tmp_path / f"strange{ending}"
        path.write_bytes(hurt(chance, chance.choice(originals)))
        read(path)

    withstood(case)


@pytest.mark.parametrize("kind", CASES)
def test_the_originals_are_read(kind: str, tmp_path: Path) -> None:
    ending, make, _, read = CASES[kind]
    for i, content in enumerate(make(tmp_path)):
        path = tmp_path / f"plain{i}{ending}"
        path.write_bytes(content)
        if kind not in ("numbers npz",):  # samples, and no numbers of a step
            read(path)
