"""The lines of a page, whatever it is written in, as text that the grammar reads."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from chainrule.check.proofreading.boxes import in_one_line
from chainrule.check.proofreading.latex import HARD, SOFT, plain, with_formulas
from chainrule.check.proofreading.web import from_html


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its number, or that of the cell before it; whether signs may begin it that go on."""

    text: str
    number: int
    cell: int = 0
    formula: bool = False
    cells: tuple[str, ...] = ()  # of a table's row
    aligned: bool = False  # whether what stands in one column belongs together


def text_lines(text: str, first: int = 1, cell: int = 0) -> list[Line]:
    """Plain text: matrices in boxes and lists over several lines become one line each."""
    rows = in_one_line(text.split("\n"))
    return [Line(row, first + number, cell, aligned=True) for number, row in enumerate(rows)]


_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})\s*([\w+-]*)")
_BEFORE = re.compile(r"^\s{0,8}(?:>\s?|[-*+]\s+|#{1,6}\s+)+")


def markdown_lines(text: str, first: int = 1, cell: int = 0) -> list[Line]:
    """Markdown: formulas between dollars, blocks of code, tables, lists."""
    found: list[Line] = []
    rows = text.split("\n")
    at = 0
    start = 0
    while at < len(rows):
        fence = _FENCE.match(rows[at])
        if fence is None:
            at += 1
            continue
        found += _prose(rows[start:at], first + start, cell)
        end = next((n for n in range(at + 1, len(rows)) if rows[n].strip().startswith(fence[1])), len(rows))
        inside = "\n".join(rows[at + 1 : end])
        if fence[2] in ("math", "latex", "tex"):
            found += _split(plain(inside), first + at + 1, cell, formula=True)
        else:
            found += text_lines(inside, first + at + 1, cell)
        at = start = end + 1
    return found + _prose(rows[start:], first + start, cell)


def _prose(rows: list[str], first: int, cell: int) -> list[Line]:
    done = _split(with_formulas("\n".join(rows)), first, cell)
    clean = [_unmarked(line) for line in done]
    joined = in_one_line([line.text for line in clean])
    return [
        Line(text, line.number, line.cell, line.formula, line.cells)
        for text, line in zip(joined, clean, strict=True)
    ]


def _unmarked(line: Line) -> Line:
    """A line of Markdown without its signs of layout."""
    text = _BEFORE.sub(lambda found: " " * len(found[0]), line.text)
    text = re.sub(r"\*\*|__(?=\S)|(?<=\S)__|`+", " ", text)
    text = re.sub(r"\\([_*|{}\[\]#$<>])", r"\1", text)
    text = re.sub(r"</?(?:su[bp]|b|i|em|strong|br|p|div|span|code)\b[^<>]{0,200}>", _tag, text)
    cells: tuple[str, ...] = ()
    if text.lstrip().startswith("|") and text.count("|") > 2:
        cells = tuple(part.strip() for part in text.strip().strip("|").split("|"))
        text = "" if set(text.strip()) <= set("|-: ") else text
    return Line(text, line.number, line.cell, line.formula, cells)


def _tag(found: re.Match[str]) -> str:
    return {"<sub>": "_{", "</sub>": "}", "<sup>": "^(", "</sup>": ")"}.get(found[0].lower(), " ")


def latex_lines(text: str, first: int = 1, cell: int = 0) -> list[Line]:
    """A document of LaTeX: its formulas, and what it says between them."""
    text = re.sub(r"(?<!\\)%[^\n]*", "", text)
    return _split(with_formulas(text, _words), first, cell)


def _words(text: str) -> str:
    """What a document says between its formulas."""
    text = re.sub(
        r"\\(?:setlength|usepackage|documentclass|label|ref|cite|begin|end|vspace)\*?(?:\{[^{}\n]*\}|\[[^\]\n]*\])*",
        " ",
        text,
    )
    return re.sub(r"\\[A-Za-z]+\*?|[{}~]|\\(?=[%_&#$])", " ", text)


def _split(text: str, first: int, cell: int, formula: bool = False) -> list[Line]:
    """The lines of a text; each knows where it stood in the file."""
    found: list[Line] = []
    number = first
    for row in text.split("\n"):
        parts = row.split(HARD)
        for part in parts:
            found.append(Line(part, number, cell, formula or len(parts) > 1))
            number += part.count(SOFT)
        number += 1
    return found


def html_lines(text: str, first: int = 1, cell: int = 0) -> list[Line]:
    """A page of HTML."""
    found: list[Line] = []
    for line in _split(with_formulas(from_html(text)), first, cell):
        if line.text.count("|") > 1 and line.text.lstrip().startswith("|"):
            cells = tuple(part.strip() for part in line.text.strip().strip("|").split("|"))
            line = Line(line.text, line.number, cell, line.formula, cells)
        found.append(line)
    joined = in_one_line([line.text for line in found])
    return [Line(t, n.number, cell, n.formula, n.cells) for t, n in zip(joined, found, strict=True)]


def notebook_lines(text: str) -> list[Line]:
    """A notebook: what its cells say, and what they printed.

    Raises
    ------
    ValueError
        it is none
    """
    book = json.loads(text)
    if not isinstance(book, dict) or not isinstance(book.get("cells"), list):
        raise ValueError("a notebook has cells")
    found: list[Line] = []
    for number, cell in enumerate(book["cells"], 1):
        if not isinstance(cell, dict):
            continue
        source = _source(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            found += markdown_lines(source, 1, number)
        elif cell.get("cell_type") == "code":
            found += text_lines(source, 1, number)
            found += text_lines(_printed(cell, source), source.count("\n") + 2, number)
        found.append(Line("", 0, number))
    return found


def _source(given: object) -> str:
    if isinstance(given, list):
        return "".join(part for part in given if isinstance(part, str))
    return given if isinstance(given, str) else ""


_BARE = re.compile(r"[A-Za-z_]\w*")


def _printed(cell: dict[str, object], source: str) -> str:
    """What a cell printed; a value that its last line names is said to be that."""
    texts = []
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        value = _source(data.get("text/plain")) if isinstance(data, dict) else _source(output.get("text"))
        last = source.rstrip().rpartition("\n")[2]
        named = isinstance(data, dict) and _BARE.fullmatch(last) and value[:1].isascii()
        texts.append(f"{last} = {value}" if named else value)
    return "\n".join(texts)
