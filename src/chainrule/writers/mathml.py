"""Formulas as MathML, which browsers show by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from chainrule.errors import MissingPackage

_MATRIX = re.compile(r"\\begin\{bmatrix\} (.*?) \\end\{bmatrix\}")
_PLAIN = re.compile(r"(-?)(\d*)(\.?\d*)")
_CHANGES = [
    (re.compile(r"<math[^>]*>"), '<math displaystyle="true">'),
    # A bracket with a power has its own height only in a row of its own; 1/2 as a power is a number.
    (re.compile(r"<msup>(<mo [^>]*>\)</mo>)"), r"<msup><mrow>\1</mrow>"),
    (re.compile(r"<mn>1</mn><mo>&#x0002F;</mo><mn>2</mn>"), "<mn>1/2</mn>"),
    # A word is a name, not an operator with wide space around; before an argument without brackets goes some.
    (re.compile(r"<m[io]>([a-z]{2,})</m[io]>"), r"<mi>\1</mi>"),
    (re.compile(r"(<mi>[a-z]{2,}</mi>)(?=<m(?:i|n|sub|sup|subsup)>)"), r'\1<mspace width="0.17em"/>'),
    # A minus sign after an opening bracket or brace, a comma or =, or alone, is a sign, not a difference.
    (
        re.compile(
            r"((?:&#x00028;|\(|&#x0002C;|,|&#x0003D;|=|&#x0007B;)</m[io]>(?:<mtext>&#x000A0;</mtext>)?|<mphantom><mrow>)<mo>&#x02212;"
        ),
        r'\1<mo form="prefix">&#x02212;',
    ),
    # Brackets around one row need not stretch.
    (
        re.compile(
            r"<mo>&#x0005B;</mo>(<mtable><mtr>(?:(?!<mtr>|</mtable>).)*</mtr></mtable>)<mo>&#x0005D;</mo>"
        ),
        r'<mo stretchy="false">&#x0005B;</mo>\1<mo stretchy="false">&#x0005D;</mo>',
    ),
]
_TAG = re.compile(r"<(/?)(\w+)[^>]*?(/?)>")
_SCRIPTS = {"msup": 1, "msub": 1, "msubsup": 2}  # how many follow the base
_LEADING = re.compile(r"(<math[^>]*><mrow>)<mo>")


def converter() -> Callable[[str], str]:
    """A function from LaTeX to MathML."""
    try:
        from latex2mathml.converter import convert
    except ImportError:
        raise MissingPackage("latex2mathml", "writing HTML with formulas") from None

    @cache
    def converted(latex: str) -> str:
        quotient = r"\," if latex.startswith(r"\big/") else ""
        mathml = convert(quotient + _MATRIX.sub(lambda found: _aligned(found[1]), latex))
        for pattern, change in _CHANGES:
            mathml = pattern.sub(change, mathml)
        mathml = _with_one_base(mathml)
        continues = latex.startswith(("+ ", "- "))
        return _LEADING.sub(r'\1<mo form="infix">', mathml) if continues else mathml

    return converted


def _with_one_base(mathml: str) -> str:
    """Have what is raised or lowered be one element, as MathML wants it: a matrix is three with its brackets."""
    rows: list[tuple[int, str]] = []
    above: list[tuple[str, list[int]]] = []  # the elements around, and where their children begin
    for tag in _TAG.finditer(mathml):
        if not tag[1]:
            if above:
                above[-1][1].append(tag.start())
            above.append((tag[2], []))
        if tag[1] or tag[3]:
            name, starts = above.pop()
            if (scripts := _SCRIPTS.get(name, 0)) and len(starts) > scripts + 1:
                rows += [(starts[0], "<mrow>"), (starts[-scripts], "</mrow>")]
    for place, row in sorted(rows, reverse=True):
        mathml = mathml[:place] + row + mathml[place:]
    return mathml


def _aligned(body: str) -> str:
    """The rows of a matrix, its numbers padded so that each column stands at the decimal point."""
    rows = [row.split(" & ") for row in body.split(r" \\ ")]
    columns = (
        [_padded(column) for column in zip(*rows, strict=True)] if len(rows) > 1 else zip(*rows, strict=True)
    )
    written = r" \\ ".join(" & ".join(row) for row in zip(*columns, strict=True))
    return rf"\begin{{bmatrix}} {written} \end{{bmatrix}}"


def _padded(column: Sequence[str]) -> list[str]:
    """A column of numbers with invisible digits left and right; other cells stay as they are."""
    found = [_PLAIN.fullmatch(cell) for cell in column]
    heads = [match[1] + match[2] for match in found if match]
    wide = max(map(len, heads), default=0)
    deep = max((len(match[3]) for match in found if match), default=0)
    signed = any(head.startswith("-") for head in heads)

    def cell(text: str, match: re.Match[str] | None) -> str:
        if match is None:
            return text
        left = wide - len(match[1] + match[2])
        sign = "-" if left and signed and not match[1] else ""
        point = "." if deep and not match[3] else ""
        right = deep - len(match[3] + point)
        return _invisible(sign + "0" * (left - len(sign))) + text + _invisible(point + "0" * right)

    return [cell(text, match) for text, match in zip(column, found, strict=True)]


def _invisible(text: str) -> str:
    return rf"\phantom{{{text}}}" if text else ""
