"""The names of quantities as variables of another language."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable


def variables(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """For each name a variable of its own: the name, unless it is taken, as words of the language are."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        normal = unicodedata.normalize("NFKC", name)  # as Python itself reads a name
        word = "".join(letter if f"_{letter}".isidentifier() else "_" for letter in normal)
        word = word if word.isidentifier() else f"_{word}"
        while word in taken or word in found.values():
            word += "_"
        found[name] = word
    return found
