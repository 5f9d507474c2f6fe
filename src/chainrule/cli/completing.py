"""What a shell offers for the value of an option, once its completion is installed."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable
from typing import Any

Completion = Callable[[str], list[str]]


def among(names: Callable[[], Iterable[str]]) -> Completion:
    """Complete one of these names, also after others and a comma."""

    def complete(incomplete: str) -> list[str]:
        before, comma, begun = incomplete.rpartition(",")
        return [f"{before}{comma}{name}" for name in names() if name.startswith(begun)]

    return complete


def words(*names: str) -> Completion:
    """Complete one of these words."""
    return among(lambda: names)


def parts(kind: str) -> Completion:
    """Complete the name of a part of this kind, such as ``"Optimizer"``."""

    def names() -> Iterable[str]:
        from chainrule.parts import contract

        kinds: Any = contract
        return list(getattr(kinds, kind).registry())

    return among(names)


def samples(incomplete: str) -> list[str]:
    """Complete the name of a data set, or of a file or folder."""
    from chainrule.cli.datasets import GENERATED
    from chainrule.data.loading import NAMES

    names = [name for name in (*NAMES, *GENERATED) if name.startswith(incomplete)]
    files = sorted(glob.glob(f"{glob.escape(os.path.expanduser(incomplete))}*"))
    return [*names, *(f"{file}/" if os.path.isdir(file) else file for file in files)]


def export_kinds() -> Iterable[str]:
    """The kinds of files that a network is exported to."""
    from chainrule.export.kinds import KINDS

    return KINDS
