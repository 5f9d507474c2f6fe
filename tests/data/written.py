"""Tables, written to a file and read."""

from __future__ import annotations

from pathlib import Path

from chainrule.data import DataSet, Kind, read_csv

FLOWERS = "length,width,flower\n5.1,3.5,rose\n4.9,3,iris\n6,2.5,rose\n"


def read(path: Path, text: str, target: str | None = None, kind: Kind | None = None) -> DataSet:
    path.write_text(text, encoding="utf-8")
    return read_csv(path, target, kind=kind)
