"""What the tests share."""

from __future__ import annotations

import faulthandler
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"

LAST_WORDS = pytest.StashKey[Path]()  # a folder with a file for each worker


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each worker a file to say where it crashed: what goes to its stderr is lost above all other lines."""
    if LAST_WORDS not in node.config.stash:
        node.config.stash[LAST_WORDS] = Path(mkdtemp())
    node.workerinput["last_words"] = str(node.config.stash[LAST_WORDS] / node.gateway.id)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if path := getattr(config, "workerinput", {}).get("last_words"):
        faulthandler.enable(open(path, "w", encoding="utf-8"))  # noqa: SIM115


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if (folder := config.stash.get(LAST_WORDS, None)) is None:
        return
    for path in sorted(folder.iterdir()):
        if words := path.read_text(encoding="utf-8", errors="replace"):
            terminalreporter.section(f"where {path.name} crashed")
            terminalreporter.write(words)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with MNIST's four files, gzipped, of CHAINRULE_DATA or beside the checkout."""
    roots = [Path(root) for root in (os.environ.get("CHAINRULE_DATA"), SHARED) if root]
    for folder in [place for root in roots for place in (root, root / "mnist")]:
        if (folder / "train-images-idx3-ubyte.gz").is_file():
            return folder
    pytest.skip(f"needs MNIST's four .gz files in {SHARED / 'mnist'} or in the folder CHAINRULE_DATA")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled code goes into a folder of the test run, never into the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAINRULE_CACHE", str(tmp_path_factory.mktemp("code")))
        yield
