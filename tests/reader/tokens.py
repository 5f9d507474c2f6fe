"""From a line of a page to the pieces of a formula."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from reader.errors import Unreadable


@dataclass(frozen=True)
class Token:
    """A piece of a formula: kind is number, name, sign, matrix, group, relation, others, index or rows."""

    kind: str
    text: str
    content: Any = None


_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<others>\(the other (?P<count>\d+)(?:: (?P<rest>[^()]*))?\))"
    r"|(?P<rows>\d+::\d+)"
    r"|(?P<number>\d+(?:\.\d+)?(?:e[+-]\d+)?|inf\b|nan\b)"
    r"|(?P<name>(?:[a-z]?)σ\d*²(?:_[a-z_]+)?|[A-Za-zα-ωΓΔΘΛΞΠΦΨΩẑŷ][A-Za-z0-9_α-ωΓΔΘΛΞΠΦΨΩẑŷ]*)"
    r"|(?P<two>==|!=|>=|<=)"
    r"|(?P<relation>[=≈])"
    r"|(?P<dots>[…⋮])"
    r"|(?P<sign>[-+·⊙×/^²√Σᵀ(){},><|\[\]])"
    r")"
)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text on one line."""
    found: list[Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(f"what is {text[at:].strip()!r} in {text!r}?")
        kind = match.lastgroup or ""
        if match["others"]:
            rest = None if match["rest"] is None else tokens_of(match["rest"])
            found.append(Token("others", match["others"], (rest, int(match["count"]))))
        elif match["rows"]:
            found.append(Token("rows", match["rows"], _rows(match["rows"])))
        elif match["number"]:
            found.append(Token("number", match["number"]))
        elif match["name"]:
            name = match["name"]
            if found and found[-1] == Token("name", "log") and text[match.start("name") - 1] == " ":
                found[-1] = Token("name", f"log_{name}")
            else:
                found.append(Token("name", name))
        elif match["two"]:
            found.append(Token("sign", match["two"]))
        elif match["sign"] == "[":
            end = text.find("]", match.end())
            if end < 0:
                raise Unreadable(f"a bracket is not closed in {text!r}")
            inside = text[match.end() : end]
            before = text[match.start("sign") - 1] if match.start("sign") else " "
            if "::" in inside:
                found.append(Token("rows", inside, _rows(inside)))
            elif found and found[-1].kind == "name" and before != " ":
                found[-1] = Token("name", found[-1].text, tuple(int(i) for i in inside.split(",")))
            elif before == ")":  # of log(1 - a2)
                found.append(Token("index", inside, tuple(int(i) for i in inside.split(","))))
            else:
                found.append(Token("matrix", text[match.start("sign") : end + 1], [pieces_of(inside)]))
            at = end + 1
            continue
        else:
            found.append(Token(kind, match[kind]))
        at = match.end()
    return found


def _rows(text: str) -> tuple[int, int]:
    """``1::3``, every third row from row 1 on."""
    start, step = text.split("::")
    return int(start), int(step)


def pieces_of(row: str) -> list[list[Token]]:
    """The entries of a row of a matrix, each in pieces: they are two or more spaces apart."""
    cells = [cell for cell in re.split(r"\s{2,}", row.strip()) if cell]
    if not cells:
        raise Unreadable("an empty row in a matrix")
    return [tokens_of(cell) for cell in cells]
