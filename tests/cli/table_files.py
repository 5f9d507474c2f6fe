"""Tables of text, written for tests."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path


def write_table(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a file of text, its values separated by commas."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
