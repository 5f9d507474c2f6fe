"""Tables, written to a file and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chainrule.data import DataSet, read_table
from chainrule.errors import FileError

CASES = Path(__file__).with_name("cases")
FLOWERS = "length,width,flower\n5.1,3.5,rose\n4.9,3,iris\n6,2.5,rose\n"


def read(path: Path, text: str, target: str | None = None, **settings: Any) -> DataSet:
    """Read a table of that text, in UTF-8."""
    path.write_text(text, encoding="utf-8", newline="")
    return read_table(path, target, **settings)


def said(path: Path, text: str, **settings: Any) -> str:
    """What the error says about a table of that text, without the path in front."""
    with pytest.raises(FileError) as caught:
        read(path, text, **settings)
    message = str(caught.value)
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def column(values: Any, name: str = "y") -> str:
    """A table of two columns: x goes from 0.5 on, and the other one has these values."""
    return f"x,{name}\n" + "".join(f"{i + 0.5},{value}\n" for i, value in enumerate(values))
