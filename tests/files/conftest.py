"""Where the tests of files write."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file for the examples of hypothesis, which don't get a folder each."""
    return tmp_path_factory.mktemp("networks") / "scratch.safetensors"
