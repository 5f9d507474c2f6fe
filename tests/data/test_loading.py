from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

import chainrule.data
from chainrule.data import load
from chainrule.errors import ChainruleError, FileError, InputError, MissingPackage, UnknownName


def test_digits() -> None:
    data = load("digits")
    (X, y), (Xt, yt) = data
    theirs = load_digits()
    assert (X.shape, Xt.shape, X.dtype, y.dtype) == ((1437, 64), (360, 64), np.float64, np.int64)
    assert np.array_equal(np.concatenate([X, Xt]) * 16, theirs.data)
    assert np.array_equal(np.concatenate([y, yt]), theirs.target)
    assert (X.min(), X.max()) == (0, 1)
    assert data.classes == tuple("0123456789")
    assert (data.target, data.kind) == ("digit", "classification")
    assert (data.features[0], data.features[63]) == ("pixel_0_0", "pixel_7_7")


def test_digits_raw() -> None:
    (X, _), (Xt, _) = load("digits", raw=True)
    assert X.dtype == np.uint8
    assert np.array_equal(np.concatenate([X, Xt]), load_digits().data)


def test_a_tab_separated_file(tmp_path: Path) -> None:
    path = tmp_path / "some.TSV"
    path.write_text("x\ty\n1\ta\n")
    assert load(str(path)).classes == ("a",)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"name_or_path": "mnits"},
            UnknownName,
            "there is no data set, folder or file 'mnits'. Did you mean 'mnist'? There is: mnist, digits. "
            "Or give the path of a table (.csv, .xlsx, ...), an .npz, an .npy, an IDX file or a folder of those.",
        ),
        (
            {"name_or_path": "digits", "data_dir": "here"},
            InputError,
            "data_dir='here' goes with 'mnist' alone, not with 'digits'. Leave it out.",
        ),
        (
            {"name_or_path": "some.csv", "raw": True},
            InputError,
            "raw=True does not go with 'some.csv': a table's numbers are never scaled. Leave it out.",
        ),
        (
            {"name_or_path": "digits", "ignore": ["pixel_0_0"]},
            InputError,
            "ignore goes with tables alone, not with 'digits'. Leave it out.",
        ),
        (
            {"name_or_path": "some.npz", "header": False},
            InputError,
            "header goes with tables alone, not with 'some.npz'. Leave it out.",
        ),
        (
            {"name_or_path": "digits", "target": "digits"},
            UnknownName,
            "there is no target 'digits'. Did you mean 'digit'? There is: digit. 'digits' has no other.",
        ),
        (
            {"name_or_path": "digits", "kind": "regression"},
            InputError,
            "'digits' is for classification, not for regression. Leave kind out.",
        ),
        (
            {"name_or_path": "digits", "kind": "class"},
            UnknownName,
            "there is no kind of target 'class'. There is: classification, regression.",
        ),
    ],
)
def test_arguments_that_do_not_go(
    arguments: dict[str, Any], error: type[ChainruleError], message: str
) -> None:
    with pytest.raises(error) as caught:
        load(**arguments)
    assert str(caught.value) == message


def test_a_file_of_no_known_kind(tmp_path: Path) -> None:
    path = tmp_path / "some.docx"
    path.write_bytes(b"PK")
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value) == (
        f"{path} is of no kind that can be read. It takes a table (.csv, .tsv, .txt, .data, .parquet, .feather, "
        ".xlsx), an "
        ".npz, an .npy, an IDX file or a folder of them."
    )


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        (
            "sklearn",
            "digits",
            "The digits data set needs the package scikit-learn. Install it with: pip install scikit-learn",
        ),
        ("pooch", "mnist", "Downloading MNIST needs the package pooch. Install it with: pip install pooch"),
    ],
)
def test_missing_packages(monkeypatch: pytest.MonkeyPatch, module: str, name: str, message: str) -> None:
    monkeypatch.delenv("CHAINRULE_DATA", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingPackage) as caught:
        load(name)
    assert str(caught.value) == message


def test_the_exported_names_are_sorted_and_there() -> None:
    names = chainrule.data.__all__
    assert names == sorted(names)
    assert all(hasattr(chainrule.data, name) for name in names)


def test_the_import_brings_numpy_alone() -> None:
    code = (
        "import sys, numpy; before = set(sys.modules); import chainrule.data; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    source = Path(chainrule.data.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True
    )
    heavy = {
        "sklearn",
        "scipy",
        "pooch",
        "requests",
        "csv",
        "gzip",
        "hashlib",
        "tempfile",
        "zipfile",
        "pandas",
    }
    assert "chainrule" in done.stdout.split()
    assert heavy.isdisjoint(done.stdout.split())
