"""What the tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


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
