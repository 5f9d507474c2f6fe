"""Real files to work on, and commands run in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sklearn.datasets import load_diabetes, load_iris
from table_files import write_table

from chainrule.cli import run


@dataclass
class Result:
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """iris.csv, new.csv (columns in another order, no target), diabetes.csv, few.csv, and a model of iris.csv."""
    folder = tmp_path_factory.mktemp("prepared")
    iris, diabetes = load_iris(), load_diabetes(scaled=False)
    names = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    species = iris.target_names[iris.target]
    write_table(
        folder / "iris.csv",
        [*names, "species"],
        ([*row, kind] for row, kind in zip(iris.data, species, strict=True)),
    )
    write_table(folder / "new.csv", names[::-1], (row[::-1] for row in iris.data[::30]))
    write_table(
        folder / "diabetes.csv",
        [*diabetes.feature_names, "progress"],
        ([*row, target] for row, target in zip(diabetes.data, diabetes.target, strict=True)),
    )
    write_table(folder / "few.csv", ["a", "b", "label"], [(0.5, 0.5, 1), (1, -1, 0), (-1, -0.5, 1)])
    options = ["--hidden", "8", "--standardize", "--epochs", "40", "--lr", "0.01", "--quiet"]
    model = str(folder / "model.safetensors")
    assert run(["train", str(folder / "iris.csv"), *options, "--out", model]) == 0
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own with copies of the prepared files, as the working directory."""
    for path in prepared.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def chainrule(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, in `folder`: ``chainrule("explain", "dW1")``."""
    for name in ("CHAINRULE_DEBUG", "CHAINRULE_DATA", "FORCE_COLOR", "GITHUB_ACTIONS", "TERMINAL_WIDTH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def command(*arguments: str) -> Result:
        capsys.readouterr()
        code = run(list(arguments))
        return Result(code, *capsys.readouterr())

    return command


@pytest.fixture
def refused(chainrule: Run) -> Callable[..., str]:
    """Run a command that must fail as bad input, in one line on stderr; gives the line."""

    def command(*arguments: str) -> str:
        result = chainrule(*arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("chainrule: ")
        assert result.err.endswith("\n")
        assert result.err.count("\n") == 1
        return result.err.removeprefix("chainrule: ").removesuffix("\n")

    return command
