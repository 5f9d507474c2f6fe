"""The walk-through as HTML that needs nothing else: formulas are MathML, styles are its own.

A fragment takes its colours from the page around it, so that it suits a light and a dark one; a document
follows what the reader's system prefers. A formula that is wider than its page scrolls in a box of its own, which
shows at its edges that there is more: in a document by shadows that the ends of the formula cover, which needs the
colour of the page; in a fragment by fading out, in browsers that can tie that to scrolling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape

from chainrule.errors import MissingPackage
from chainrule.walkthrough.lines import Line, Walkthrough, WorkedStep
from chainrule.writers.breaking import SUMS, fine, terms, width
from chainrule.writers.equations import Row, Rows
from chainrule.writers.latex import heading_parts

KEPT = 15  # width of a term that a narrow page shows in one line, in em
SHORT = 4.5  # width of a name that a narrow page has room for beside its formula; a longer one stands above
NARROW = 12  # width of what any narrow page has room for, beside names and numbers
WIDEST = 42  # width of one that is left whole: what a page of full width has room for

STYLE = """
.chainrule { line-height: 1.5; max-width: 62rem; margin: 0 auto; text-align: left; }
.chainrule .cr-title { font-size: 1.6em; font-weight: 650; line-height: 1.25; margin: 0 0 .3em; }
.chainrule .cr-about { margin: 0 0 .8em; opacity: .72; }
.chainrule .cr-about > span + span::before { content: "·"; margin: 0 .55em; }
.chainrule .cr-about i { font-style: normal; white-space: nowrap; }
.chainrule .cr-text { margin: .2em 0; overflow-wrap: anywhere; white-space: pre-line; }
.chainrule h2 { font-size: 1.2em; font-weight: 650; margin: 1.9em 0 .2em; padding-bottom: .2em;
  border-bottom: 1px solid color-mix(in srgb, currentColor 22%, transparent); }
.chainrule h3 { font-size: 1em; font-weight: 500; margin: 1.3em 0 .5em; }
.chainrule h3 b { font-weight: 650; margin-right: .6em; }
.chainrule .cr-rows { display: grid; grid-template-columns: auto auto auto minmax(0, 1fr);
  column-gap: .45em; row-gap: .3em; align-items: baseline; margin: .5em 0; }
.chainrule .cr-rows > * { min-width: 0; }
.chainrule .cr-first { padding-top: .55em; }
.chainrule .cr-first:nth-child(-n+4) { padding-top: 0; }
.chainrule .cr-number { opacity: .6; font-size: .85em; font-variant-numeric: tabular-nums; }
.chainrule .cr-number:not(:empty) { padding-right: .5em; }
.chainrule .cr-name { text-align: right; }
.chainrule .cr-side { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 1.6em; }
.chainrule .cr-scroll { max-width: 100%; overflow: auto hidden; scrollbar-width: thin; margin-bottom: -.2em; }
.chainrule .cr-scroll:focus-visible { outline: 2px solid; border-radius: 3px; }
.chainrule .cr-formula { display: flex; flex-wrap: wrap; align-items: baseline; row-gap: .15em; }
.chainrule .cr-formula > span { padding: .1em 0 .3em; }
.chainrule .cr-note { font-size: .88em; opacity: .68; }
.chainrule math { font-size: 1.06em; }
.chainrule math mtd { padding: .25em .4em; text-align: -webkit-center; text-align: -moz-center; }
.chainrule math mtd[columnalign="left"] { text-align: -webkit-left; text-align: -moz-left; }
.chainrule math mphantom { -webkit-user-select: none; user-select: none; }
.chainrule math mtd:first-child { padding-left: .15em; }
.chainrule math mtd:last-child { padding-right: .15em; }
.chainrule math [mathvariant="bold"] { font-weight: bold; }
@media (max-width: 36rem) {
  .chainrule .cr-stacked { grid-template-columns: auto minmax(0, 1fr); }
  .chainrule .cr-stacked .cr-goes-on { display: none; }
  .chainrule .cr-stacked .cr-name { text-align: left; }
  .chainrule .cr-stacked .cr-relation { text-align: right; padding-top: 0; }
  .chainrule .cr-stacked .cr-side { padding-top: 0; }
}
"""

FRAGMENT_STYLE = """
@property --cr-left { syntax: "<length>"; inherits: false; initial-value: 0px; }
@property --cr-right { syntax: "<length>"; inherits: false; initial-value: 0px; }
@keyframes cr-more { from { --cr-left: 0px; --cr-right: 2em; } 10%, 90% { --cr-left: 2em; --cr-right: 2em; }
  to { --cr-left: 2em; --cr-right: 0px; } }
.chainrule .cr-scroll { mask-image: linear-gradient(to right, transparent, black var(--cr-left),
    black calc(100% - var(--cr-right)), transparent); animation: cr-more linear; animation-timeline: scroll(self x); }
"""

PAGE_STYLE = """
:root { color-scheme: light dark; --cr-page: #fdfdfc; --cr-shade: #1c202478; }
body { margin: 0; padding: 1.6rem clamp(1rem, 4vw, 3rem) 3rem; color: #1c2024; background: var(--cr-page);
  font: 17px/1.5 Charter, "Bitstream Charter", "Source Serif 4", Cambria, Georgia, serif; }
.cr-scroll { --cr-cover: 1.1em calc(100% + 2px) no-repeat local; --cr-edge: .65em calc(100% - 3px) no-repeat scroll;
  background: linear-gradient(to right, var(--cr-page) 65%, transparent) left -1px top -1px / var(--cr-cover),
  linear-gradient(to left, var(--cr-page) 65%, transparent) right -1px top -1px / var(--cr-cover),
  linear-gradient(to right, var(--cr-shade), transparent) left 1px center / var(--cr-edge),
  linear-gradient(to left, var(--cr-shade), transparent) right 1px center / var(--cr-edge); }
@media (prefers-color-scheme: dark) {
  :root { --cr-page: #15181b; --cr-shade: #e4e6e878; }
  body { color: #e4e6e8; }
}
@media (max-width: 30rem) { body { font-size: 15px; } }
@media print { body { padding: 0; font-size: 11px; } .chainrule .cr-rows > * { break-inside: avoid; } }
"""


def write_html(explanation: Walkthrough, document: bool) -> str:
    """Write a walk-through: a whole page, or a part of one."""
    writer = _Writer(explanation, _converter())
    title, about, _ = heading_parts(explanation)
    body = writer.article(document)
    if not document:
        return f"<style>{STYLE}{FRAGMENT_STYLE}</style>\n{body}\n"
    name = escape(", ".join([title, *about]))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{PAGE_STYLE}{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


class _Writer:
    def __init__(self, explanation: Walkthrough, convert: Callable[[str], str]) -> None:
        self.explanation, self.convert = explanation, convert
        self.rows = Rows(explanation.values)

    def article(self, document: bool) -> str:
        title, about, lines = heading_parts(self.explanation)
        if not document and self._is_one_line():  # a formula among others in a notebook needs no heading
            step = self._step(self.explanation.sections[0][1][0])
            return f'<article class="chainrule" lang="en">\n{step}\n</article>'
        tag = "h1" if document else "p"
        parts = [
            '<article class="chainrule" lang="en">',
            f'<{tag} class="cr-title">{escape(title)}</{tag}>',
            f'<p class="cr-about">{"".join(map(_settings, about))}</p>',
            *map(_text, lines),
        ]
        for section, steps in self.explanation.sections:
            parts.append(f"<section>\n<h2>{escape(section.capitalize())}</h2>")
            parts += [self._step(step) for step in steps]
            parts.append("</section>")
        return "\n".join([*parts, "</article>"])

    def _is_one_line(self) -> bool:
        steps = [step for _, steps in self.explanation.sections for step in steps]
        exact = self.explanation.values is self.explanation.trace.results
        return exact and len(steps) == 1 and steps[0].number is None and len(steps[0].lines) == 1

    def _step(self, step: WorkedStep) -> str:
        parts = []
        if step.number is not None:
            parts.append(f"<h3><b>Step {step.number}</b>{escape(step.title)}</h3>")
        if step.lines:
            lines = [self.rows.of(line) for line in step.lines]
            stacked = max(width(row.lhs) for rows in lines for row in rows) > SHORT
            told = [self._line(line, rows) for line, rows in zip(step.lines, lines, strict=True)]
            parts += [f'<div class="cr-rows{" cr-stacked" if stacked else ""}">', *told, "</div>"]
        return "\n".join([*parts, *map(_text, step.remarks)])

    def _line(self, line: Line, rows: Sequence[Row]) -> str:
        return "\n".join(self._row(row, line.number if i == 0 else "", i == 0) for i, row in enumerate(rows))

    def _row(self, row: Row, number: str, first: bool) -> str:
        also = " cr-first" if first else ""
        head = also if row.lhs else " cr-goes-on"
        label = escape(row.text)
        pieces = list(_pieces(row.latex))
        shown = "".join(f"<span>{self.convert(piece)}</span>" for piece in pieces)
        name = self.convert(row.lhs) if row.lhs else ""
        note = f'<span class="cr-note">{escape(row.note)}</span>' if row.note else ""
        return (
            f'<span class="cr-number{head}">{escape(number)}</span>'
            f'<span class="cr-name{head}" aria-hidden="true">{name}</span>'
            f'<span class="cr-relation{also}" aria-hidden="true">{self.convert(row.relation)}</span>'
            f'<span class="cr-side{also}"><span class="cr-scroll"{_reached(pieces, row)}>'
            f'<span class="cr-formula" role="math" aria-label="{label}" title="{label}">{shown}</span></span>'
            f"{note}</span>"
        )


def _reached(pieces: Sequence[str], row: Row) -> str:
    """What lets the keyboard reach, and scroll, a formula that is wider than a narrow page."""
    if max(map(width, pieces)) <= NARROW:
        return ""
    return f' tabindex="0" role="group" aria-label="{escape(row.text.split(" ")[0])}, a wide formula"'


def _settings(part: str) -> str:
    """A part of the line below the title; a narrow page breaks it between settings, not within one."""
    return f"<span>{', '.join(f'<i>{escape(setting)}</i>' for setting in part.split(', '))}</span>"


def _pieces(latex: str) -> Iterator[str]:
    """A formula in pieces between which a narrow page breaks it: sums before products."""
    for piece in fine(latex, WIDEST) if width(latex) > WIDEST else terms(latex, SUMS):
        if width(piece) > KEPT or r"\begin" in piece:
            yield from terms(piece)
        else:
            yield piece


def _text(line: str) -> str:
    """A paragraph; runs of spaces are kept as they are."""
    kept = re.sub(r" {2,}", lambda found: "\u00a0" * (len(found[0]) - 1) + " ", line)
    return f'<p class="cr-text">{escape(kept)}</p>'


# --- MathML -----------------------------------------------------------------------------------------------

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
    # A minus sign after an opening bracket or a comma, or alone, is a sign, not a difference.
    (
        re.compile(
            r"((?:&#x00028;|\(|&#x0002C;|,)</mo>(?:<mtext>&#x000A0;</mtext>)?|<mphantom><mrow>)<mo>&#x02212;"
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
_LEADING = re.compile(r"(<math[^>]*><mrow>)<mo>")


def _converter() -> Callable[[str], str]:
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
        continues = latex.startswith(("+ ", "- "))
        return _LEADING.sub(r'\1<mo form="infix">', mathml) if continues else mathml

    return converted


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
