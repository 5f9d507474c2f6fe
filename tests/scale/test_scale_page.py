"""docs/scale.md is true: its blocks run in their order, and print what it shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import chainrule as cr

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_the_blocks_of_the_page_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where Dask puts its files
    blocks = re.findall(
        r"^```(python|text)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert [kind for kind, _ in blocks] == ["python", "text", "python", "text", "python"]
    names: dict[str, Any] = {}
    for kind, block in blocks:
        if kind == "python":
            exec(block, names)
        else:
            assert capsys.readouterr().out == block
    how = {
        "optimizers": ["sgd", "adam"],
        "epochs": 5,
        "batch_size": 32,
        "scaling": names["scales"],
        "progress": False,
    }
    alone = cr.compare([30, 16, 2], names["inputs"], names["kinds"], **how)
    for here, there in zip(alone, names["found"], strict=True):
        assert (here.network.parameters.flat == there.network.parameters.flat).all()
        assert here.history.loss == there.history.loss
