"""A line of a page cut into numbers, names and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from chainrule.check.proofreading.latex import BREAK

_NONE = "⁰¹²³⁴-⁹ᵀᵗ½⅓¼⅔¾⅕⅛"  # signs that Python counts among the letters and digits
_SUB = "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑᵢⱼₖₗₘₙₒₚₛₜₓ"
_MASTER = re.compile(
    rf"""
    (?P<gap>[ \t\u00a0\u2000-\u200b\x0b]+)
  | (?P<break>\x1e)
  | (?P<version>\d+(?:\.\d+){{2,}})
  | (?P<thousands>[1-9]\d{{0,2}}(?:,\d{{3}})+(?![\d,]|\.\d+\.))(?P<decimals>\.\d+)?
  | (?P<comma>\d+,\d+(?:[eE][+-]?\d+)?)
  | (?P<number>(?:\d+\.\d+|(?<![\w.])\.\d+|\d+)(?:[eE][+-]?\d+)?)
  | (?P<link>(?:https?://|www\.)\S+)
  | (?P<euler>e(?=\^))
  | (?P<name>(?:(?:np|numpy|math|torch|jnp)\.)?(?:[^\W\d_{_NONE}]|[∂∇])(?:(?!_\{{)[^\W{_NONE}]|[{_SUB}'′’\u0302∂])*
       (?:_\{{[^{{}}\n]{{0,40}}\}}|\^\{{[^{{}}\n]{{0,40}}\}}|\^\(\w\)|['′’⁺]|⁽[⁰¹²³⁴-⁹ⁱˡ]+⁾
         |\[\d+(?:,\s*\d+)*\]|(?<=\}})[{_SUB}])*)
  | (?P<power>[⁻⁺]?[⁰¹²³⁴-⁹]+)
  | (?P<fraction>[½⅓¼⅔¾⅕⅛])
  | (?P<transpose>ᵀ|\.T\b|⊤)
  | (?P<dots>…|\.\.\.+)
  | (?P<relation>:=|≈|≃|≅|≐|≔|=(?!=|>)|~=|←)
  | (?P<stop>==+>?|=>|->|→|⇒|<-|[<>≤≥≠≡;?!‖│┃]|\.(?=\s|$)|,(?=\s|$)|:|//|\|\|)
  | (?P<other>.)
    """,
    re.X,
)
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
FRACTIONS = {"½": 1 / 2, "⅓": 1 / 3, "¼": 1 / 4, "⅔": 2 / 3, "¾": 3 / 4, "⅕": 1 / 5, "⅛": 1 / 8}
_SAME = str.maketrans({"−": "-", "–": "-", "﹣": "-", "⋅": "·", "∙": "·", "•": "·", "✕": "×", "∗": "*", "∘": "⊙",
                       "⊗": "⊗", "∑": "Σ", "\u2062": " ", "\u2061": " ", "\u2009": " ", "\u202f": " "})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line: its kind, its text, where it stands, and whether spaces stand before and after it."""

    kind: str
    text: str
    at: int
    before: bool = False
    after: bool = False
    wide: bool = False  # so many spaces before it that another column begins


def tokens(line: str, comma: bool = False) -> list[Token]:
    """The pieces of a line; with `comma`, decimals stand after a comma."""
    found: list[Token] = []
    gap, depth, at, round_brackets = 0, 0, 0, False
    line = line.translate(_SAME)
    while at < len(line):
        match = _MASTER.match(line, at)
        assert match is not None or line[at] == "\n"
        if match is None:
            at += 1
            continue
        kind, text = str(match.lastgroup), match[0]
        if comma and kind in ("thousands", "decimals"):
            match = _COMMA_NUMBER.match(line, at) or match
            text = match[0]
        elif kind in ("thousands", "decimals") and round_brackets:
            kind = "other"  # a thousand, or two numbers
        elif (kind == "comma" and not comma) or (kind in ("thousands", "decimals") and depth > 0):
            match = _plain_number(line, at)
            text = match[0]
        if kind in ("thousands", "decimals", "comma", "number"):
            kind = "number"
            if depth and _FULL_STOP.match(line, match.end()):
                text += "."  # as NumPy prints 1.
        if kind == "gap":
            gap, at = gap + len(text), at + len(text)
            continue
        if text in "[(":
            depth += 1
            round_brackets = text == "("
        elif text in "])":
            depth = max(depth - 1, 0)
            round_brackets = round_brackets and depth > 0
        found.append(
            Token(kind, text.translate(_SUPER) if kind == "power" else text, at, gap > 0, False, gap > 2)
        )
        gap, at = 0, at + len(text)
    return [
        Token(t.kind, t.text, t.at, t.before, n is None or n.before, t.wide)
        for t, n in zip_longest(found, found[1:])
    ]


_NUMBER = re.compile(r"(?:\d+\.\d+|\d+)(?:[eE][+-]?\d+)?")
_COMMA_NUMBER = re.compile(r"\d+,\d+(?:[eE][+-]?\d+)?")
_FULL_STOP = re.compile(r"(?<=\d)\.(?=[\s\],])")


def _plain_number(line: str, at: int) -> re.Match[str]:
    match = _NUMBER.match(line, at)
    assert match is not None
    return match


_COMMA = re.compile(r"(?<![\d.,\w(\[])\d+,\d+(?![\d,.]{0,30}[\])]|\d|,\d)")
_POINT = re.compile(r"(?<![\d.,\w])\d*\.\d+(?![\d.])")
_HEADINGS = re.compile(r"(?m)^[ \t#>*]{0,20}(?:Step[ \t]?)?\d+(?:\.\d+){0,4}[.):]?[ \t]")


def decimal_comma(text: str) -> bool:
    """Whether a page writes 0,5 for a half."""
    inside = _HEADINGS.sub("", text.replace("{,}", ","))
    commas = len(_COMMA.findall(inside))
    return commas >= 2 and commas > 4 * len(_POINT.findall(inside))


def stands_apart(token: Token) -> bool:
    """Whether what stands before it has ended."""
    return token.kind in ("stop", "link", "version") or token.text == BREAK
