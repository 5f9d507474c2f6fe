"""How wide a formula in LaTeX is, and where it can be cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

WIDTH = 37.0  # of a formula right of its relation sign, in em: what an A4 page has room for

_TOKEN = re.compile(
    r"\\bigg?l(?:\(|\\lbrace)|\\bigg?r(?:\)|\\rbrace)|\\big/|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL
)
_BINARY = {"+", "-", r"\cdot", r"\odot", r"\times", "/", r"\big/"}
_RELATIONS = {
    ">": 1.34,
    "<": 1.34,
    "=": 1.34,
    r"\ge": 1.34,
    r"\le": 1.34,
    ",": 0.45,
    r"\bigl(": 0.46,
    r"\bigl\lbrace": 0.5,
    r"\biggl(": 0.75,
    r"\biggl\lbrace": 0.8,
}
_SPACES = {r"\,": 0.17, r"\ ": 0.34, r"\quad": 1.0, r"\qquad": 2.0}
_SIZES = {
    r"\hat": 0.0,
    r"\sum": 1.6,
    r"\cdots": 1.2,
    r"\ddots": 1.3,
    ".": 0.28,
    ",": 0.45,
    "(": 0.39,
    ")": 0.39,
    "[": 0.28,
    "]": 0.28,
    r"\bigr)": 0.46,
    r"\biggr)": 0.75,
    r"\biggr\rbrace": 0.8,
}
_PAIRS = {"(": ")", r"\lbrace": r"\rbrace"}
_FUNCTIONS = {r"\log", r"\max", r"\min", r"\tanh", r"\sin", r"\cos", r"\arctan"}
_ARGUMENTS = {r"\frac": 2, r"\class": 2, r"\sqrt": 1, r"\text": 1, r"\mathbf": 1, r"\operatorname": 1}


@dataclass(frozen=True)
class _Item:
    """A piece of a formula that stays together.

    kind : "binary", "relation", "space", "fence", "group", "fraction", "root" or "atom"
    parts : what is inside a fence or under a root, numerator and denominator of a fraction
    """

    source: str
    width: float
    kind: str = "atom"
    parts: tuple[str, ...] = ()


def width(latex: str) -> float:
    """About how wide a formula is set, in em."""
    return sum(item.width for item in _items(latex))


@lru_cache(maxsize=10_000)
def _items(latex: str) -> tuple[_Item, ...]:
    """The pieces of a formula, their sources in order."""
    tokens = _TOKEN.findall(latex)
    items: list[_Item] = []
    at = 0
    while at < len(tokens):
        item, at = _item(tokens, at)
        if item.kind == "binary" and not _is_operand(items):
            item = replace(item, kind="atom", width=0.78)
        items.append(item)
    return tuple(items)


def _is_operand(items: Sequence[_Item]) -> bool:
    """Whether what stands before an operator makes it one between two operands."""
    before = [item for item in items if item.kind != "space"]
    return bool(before) and before[-1].kind not in ("binary", "relation")


def _item(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    token = tokens[at]
    if token.isspace():
        return _Item(token, 0.0, "space"), at + 1
    if token == "{":
        return _group(tokens, at)
    if token in _PAIRS and _PAIRS[token] in tokens[at:]:
        return _parenthesis(tokens, at)
    if token == r"\left":
        return _between(tokens, at)
    if token == r"\begin":
        return _environment(tokens, at)
    if token in _ARGUMENTS:
        return _command(tokens, at)
    if token in ("^", "_"):
        inner, end = _item(tokens, at + 1)
        return _Item(token + inner.source, 0.72 * inner.width), end
    return _sign(token), at + 1


def _sign(token: str) -> _Item:
    if token in _SPACES:
        return _Item(token, _SPACES[token], "space")
    if token in _BINARY:
        return _Item(token, 1.23 if token != r"\cdot" else 0.73, "binary")
    if token in _RELATIONS:
        return _Item(token, _RELATIONS[token], "relation")
    if token in _FUNCTIONS:
        return _Item(token, 0.5 * len(token))
    return _Item(token, _SIZES.get(token, 0.5 if token.isdigit() else 0.65))


def _group(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    depth, end = 0, at
    while True:
        depth += {"{": 1, "}": -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    inner = "".join(tokens[at + 1 : end - 1])
    return _Item(f"{{{inner}}}", width(inner), "group", (inner,)), end


def _parenthesis(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    depth, end = 0, at
    while end < len(tokens):
        depth += {tokens[at]: 1, _PAIRS[tokens[at]]: -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    inner = "".join(tokens[at + 1 : end - 1])
    return _Item("".join(tokens[at:end]), width(inner) + 0.78, "fence", (inner,)), end


def _between(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    """From \\left to its \\right, with their delimiters: they are wider where they are higher."""
    depth, end = 0, at
    while True:
        depth += {r"\left": 1, r"\right": -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    inner = "".join(tokens[at + 2 : end - 1])
    sides = 1.8 if r"\begin" in inner else 1.6 if r"\frac" in inner else 0.95
    return _Item("".join(tokens[at : end + 1]), width(inner) + sides, "fence", (inner,)), end + 1


def _environment(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    depth, end = 0, at
    while True:
        depth += {r"\begin": 1, r"\end": -1}.get(tokens[end], 0)
        end += 1
        if depth == 0:
            break
    _, body = _group(tokens, at + 1)
    _, after = _group(tokens, end)
    cells = [[width(cell) for cell in row] for row in _cells(tokens[body : end - 1])]
    columns = [max(row[j] for row in cells if j < len(row)) for j in range(max(map(len, cells)))]
    return _Item("".join(tokens[at:after]), sum(columns) + len(columns) + 0.3), after


def _cells(tokens: Sequence[str]) -> list[list[str]]:
    """The cells of an environment; one inside it keeps its own."""
    rows, depth = [[""]], 0
    for token in tokens:
        depth += {r"\begin": 1, r"\end": -1}.get(token, 0)
        if token == "&" and depth == 0:
            rows[-1].append("")
        elif token == r"\\" and depth == 0:
            rows.append([""])
        else:
            rows[-1][-1] += token
    return rows


def _command(tokens: Sequence[str], at: int) -> tuple[_Item, int]:
    groups, end = [], at + 1
    for _ in range(_ARGUMENTS[tokens[at]]):
        item, end = _group(tokens, end)
        groups.append(item)
    source = "".join(tokens[at:end])
    parts = tuple(item.parts[0] for item in groups)
    if tokens[at] == r"\frac":
        return _Item(source, max(item.width for item in groups) + 0.3, "fraction", parts), end
    if tokens[at] == r"\class":  # what only marks a part of a formula takes no room
        return _Item(source, groups[1].width), end
    if tokens[at] in (r"\text", r"\operatorname"):
        return _Item(source, 0.5 * len(parts[0])), end
    if tokens[at] == r"\sqrt":
        return _Item(source, groups[0].width + 1.0, "root", parts), end
    return _Item(source, groups[0].width + 0.1), end


SUMS, PRODUCTS = ("+", "-"), (r"\cdot", r"\odot", "/", r"\big/")
_LAST_RESORT = (",", "=", "<", ">", r"\ge", r"\le")


def terms(latex: str, operators: Sequence[str] = SUMS + PRODUCTS) -> list[str]:
    """A formula cut in front of its outermost operators, and after commas."""
    pieces = [""]
    for item in _items(latex):
        cuts = item.kind in ("binary", "relation") and item.source in operators
        if cuts and item.source != ",":
            pieces.append("")
        pieces[-1] += item.source
        if cuts and item.source == ",":
            pieces.append("")
    return [stripped for piece in pieces if (stripped := _stripped(piece))]


def _stripped(piece: str) -> str:
    piece = piece.strip()
    return piece[:-2].rstrip() if piece.endswith(r"\,") else piece


def broken(latex: str, most: float = WIDTH) -> list[str]:
    """A formula as lines no wider than `most`, where that is possible: cut before an operator."""
    if width(latex) <= most:
        return [latex]
    lines: list[str] = []
    for piece in fine(latex, most - 2):
        if lines and width(lines[-1]) + width(piece) <= most - (2 if len(lines) > 1 else 0):
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines


def fine(latex: str, most: float) -> Iterator[str]:
    """Pieces that fit, as large as possible: sums are cut before products, those before brackets."""
    if width(latex) <= most:
        yield latex
        return
    for operators in (SUMS, PRODUCTS):
        pieces = terms(latex, operators)
        if len(pieces) > 1:
            for piece in pieces:
                yield from fine(piece, most)
            return
    opened = _opened(latex)
    if opened != latex:
        yield from fine(opened, most)
    else:
        yield from terms(latex, _LAST_RESORT)


def _opened(latex: str) -> str:
    """The widest bracket, fraction or root written so that it may be cut inside."""
    items = _items(latex)
    can = [item for item in items if item.kind in ("fence", "fraction", "group", "root")]
    if not can:
        return latex
    widest = max(can, key=lambda item: item.width)
    at = items.index(widest)
    raised = at + 1 < len(items) and items[at + 1].source.startswith("^")
    written = _open(widest, raised)
    return "".join(item.source for item in (*items[:at], replace(widest, source=written), *items[at + 1 :]))


def _open(item: _Item, raised: bool) -> str:
    r"""A bracket, fraction or root as it is written over several lines: a root as ``\bigl( … \bigr)^{1/2}``."""
    inside = [
        _bracket(part) if item.kind != "fraction" or len(terms(part)) > 1 else part for part in item.parts
    ]
    if item.kind == "group":
        return item.parts[0]
    if item.kind == "root":
        root = f"{inside[0]}^{{1/2}}"
        return _bracket(root) if raised else root
    if item.source.startswith((r"\lbrace", r"\left\lbrace")):
        return _bracket(item.parts[0], (r"\lbrace", r"\rbrace"))
    return r" \,\big/\, ".join(inside)


def _bracket(latex: str, sides: tuple[str, str] = ("(", ")")) -> str:
    """A formula in brackets that may stand on different lines, larger around what is higher than letters."""
    size = "bigg" if any(high in latex for high in (r"\frac", r"\begin", r"\sum")) else "big"
    return rf"\{size}l{sides[0]} {latex} \{size}r{sides[1]}"
