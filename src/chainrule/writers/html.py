"""The walk-through as HTML that needs nothing else: formulas are MathML, styles are its own.

A fragment takes its colours from the page around it, so that it suits a light and a dark one; a document
follows what the reader's system prefers. A formula that is wider than its page scrolls in a box of its own, which
shows at its edges that there is more: in a document by shadows that the ends of the formula cover, which needs the
colour of the page; in a fragment by fading out, in browsers that can tie that to scrolling.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from html import escape

from chainrule.notation import display
from chainrule.walkthrough.lines import Line, Walkthrough, WorkedStep
from chainrule.walkthrough.pictures import Pictures
from chainrule.writers.breaking import SUMS, fine, terms, width
from chainrule.writers.equations import Row, Rows
from chainrule.writers.latex import heading_parts
from chainrule.writers.mathml import converter
from chainrule.writers.pictures import png

KEPT = 15  # width of a term that a narrow page shows in one line, in em
SHORT = 4.5  # width of a name that a narrow page has room for beside its formula; a longer one stands above
NARROW = 12  # width of what any narrow page has room for, beside names and numbers
PIXELS = 112  # how wide an image is, about: each of its pixels takes a whole number of the screen's
WIDEST = 42  # width of one that is left whole: what a page of full width has room for

STYLE = """
.chainrule { line-height: 1.5; max-width: 62rem; margin: 0 auto; text-align: left; }
.chainrule .cr-title { font-size: 1.6em; font-weight: 650; line-height: 1.25; margin: 0 0 .3em; }
.chainrule .cr-about { margin: 0 0 .8em; opacity: .72; }
.chainrule .cr-about > span { display: inline-block; }
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
.chainrule .cr-number { opacity: .72; font-size: .85em; font-variant-numeric: tabular-nums; }
.chainrule .cr-number:not(:empty) { padding-right: .5em; }
.chainrule .cr-name { text-align: right; }
.chainrule .cr-side { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 1.6em; }
.chainrule .cr-scroll { max-width: 100%; overflow: auto hidden; scrollbar-width: thin; margin-bottom: -.2em; }
.chainrule .cr-scroll:focus-visible { outline: 2px solid; border-radius: 3px; }
.chainrule .cr-formula { display: flex; flex-wrap: wrap; align-items: baseline; row-gap: .15em; }
.chainrule .cr-formula > span { padding: .1em 0 .3em; }
.chainrule .cr-note { font-size: .88em; opacity: .68; }
.chainrule .cr-pictures { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: .5em .8em; margin: .4em 0; }
.chainrule .cr-pictures figure { margin: 0; width: min-content; }
.chainrule .cr-pictures img { display: block; max-width: 100%; height: auto; image-rendering: pixelated;
  border: 1px solid color-mix(in srgb, currentColor 22%, transparent); }
.chainrule .cr-pictures figcaption, .chainrule .cr-pictures p { font-size: .88em; opacity: .68; }
.chainrule .cr-pictures p { flex-basis: 100%; margin: 0; }
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
    return page(title_of(explanation), Article(explanation, converter()).written(document), document)


def title_of(explanation: Walkthrough) -> str:
    """What the page is called."""
    title, about, _ = heading_parts(explanation)
    return ", ".join([title, *about])


def page(title: str, body: str, document: bool, style: str = "") -> str:
    """A body with its styles: a whole page, or a part of one; `style` is what it needs beside those of all pages."""
    if not document:
        return f"<style>{STYLE}{style}{FRAGMENT_STYLE}</style>\n{body}\n"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{PAGE_STYLE}{STYLE}{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


class Article:
    """A walk-through as an article of a page.

    Parameters
    ----------
    explanation : what is told
    convert : makes MathML of LaTeX
    """

    def __init__(self, explanation: Walkthrough, convert: Callable[[str], str]) -> None:
        self.explanation, self.convert = explanation, convert
        self.rows = Rows(explanation.values)

    def written(self, document: bool) -> str:
        """The article; in a document it begins with its title."""
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
            told = [self.line(line, rows) for line, rows in zip(step.lines, lines, strict=True)]
            parts += [f'<div class="cr-rows{" cr-stacked" if stacked else ""}">', *told, "</div>"]
        return "\n".join([*parts, *map(_text, step.remarks)])

    def line(self, line: Line, rows: Sequence[Row]) -> str:
        """A line in its rows, of which the last one is the result."""
        told = [self.row(row, line.number if i == 0 else "", i == 0) for i, row in enumerate(rows)]
        return "\n".join(told if line.pictures is None else [*told, _pictures(line.pictures)])

    def row(self, row: Row, number: str, first: bool, side: str | None = None) -> str:
        """A row: its number, its name, and its right side, or another one in its place."""
        also = " cr-first" if first else ""
        head = also if row.lhs else " cr-goes-on"
        name = self.convert(row.lhs) if row.lhs else ""
        side = formula(row.latex, row.text, self.convert) if side is None else side
        return (
            f'<span class="cr-number{head}">{escape(number)}</span>'
            f'<span class="cr-name{head}" aria-hidden="true">{name}</span>'
            f'<span class="cr-relation{also}" aria-hidden="true">{self.convert(row.relation)}</span>'
            f'<span class="cr-side{also}">{side}{note(row.note)}</span>'
        )


def _pictures(pictures: Pictures) -> str:
    """Images beside each other as far as the page has room, and below them what they show."""
    height, width = pictures.images.shape[1:]
    across = width * max(1, round(PIXELS / width))
    figures = []
    for i, image in enumerate(pictures.images):
        title = escape(pictures.title(i))
        alt = ", ".join(filter(None, [f"{display(pictures.name)} as an image", title, pictures.size]))
        figures.append(
            f'<figure><img src="data:image/png;base64,{b64encode(png(image)).decode()}" alt="{alt}" '
            f'width="{across}" height="{across * height // width}">'
            + (f"<figcaption>{title}</figcaption></figure>" if title else "</figure>")
        )
    caption = pictures.caption(len(figures), "white", "black")
    return f'<div class="cr-pictures">{"".join(figures)}<p>{escape(caption)}</p></div>'


def formula(latex: str, text: str, convert: Callable[[str], str], narrow: float = NARROW) -> str:
    """A formula that a narrow page breaks between its terms, or scrolls.

    Parameters
    ----------
    latex : the formula
    text : what a screen reader says
    convert : makes MathML of LaTeX
    narrow : for how much a narrow page has room, in em
    """
    label = escape(text)
    pieces = list(_pieces(latex))
    shown = "".join(f"<span>{convert(piece)}</span>" for piece in pieces)
    return (
        f'<span class="cr-scroll"{_reached(pieces, text, narrow)}>'
        f'<span class="cr-formula" role="math" aria-label="{label}" title="{label}">{shown}</span></span>'
    )


def note(text: str) -> str:
    """A remark beside a formula."""
    return f'<span class="cr-note">{_indexed(text)}</span>' if text else ""


def _reached(pieces: Sequence[str], text: str, narrow: float) -> str:
    """What lets the keyboard reach, and scroll, a formula that is wider than a narrow page."""
    if max(map(width, pieces)) <= narrow:
        return ""
    return f' tabindex="0" role="group" aria-label="{escape(text.split(" ")[0])}, a wide formula"'


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
    return f'<p class="cr-text">{_indexed(kept)}</p>'


def _indexed(text: str) -> str:
    """Text in which a_i and δ_ij have their indices below them."""
    return re.sub(r"\b([azδ])_(ij|i|j)\b", r"<i>\1</i><sub>\2</sub>", escape(text))
