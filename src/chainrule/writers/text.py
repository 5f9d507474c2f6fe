"""The walk-through as plain text, in boxes of a fixed width."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.notation import HARD_SPACE, LETTERS, display, entry_text, formula, numeral
from chainrule.walkthrough.lines import Line, Walkthrough, WorkedStep
from chainrule.walkthrough.substitution import Substitution
from chainrule.writers.boxes import Box, beside, box, fence, matrix, wrap
from chainrule.writers.pictures import drawn

ASCII = {
    **{letter: word for word, (letter, _) in LETTERS.items()},
    "→": "->", "·": "@", "⊙": "*", "×": "*", "Σ": "sum", "≈": "~=", "ᵀ": ".T", "√": "sqrt ", "ẑ": "zhat", "ŷ": "yhat",
    "′": "'", "∂": "d", "²": "^2", "…": "...", "⋮": ":", "½": "1/2", "±": "+-", "−": "-", "∞": "inf", "├─": "|-",
    "└─": "`-", "│": "|", "━": "-", "─": "-", HARD_SPACE: " ",
    **dict.fromkeys("╭╮╰╯", "+"), "░": ".", "▒": "+", "▓": "*", "▀": '"',
    **dict.fromkeys("▁▂▃", "_"), **dict.fromkeys("▄▅▆", "="), **dict.fromkeys("▇█", "#"),
}  # fmt: skip


def plain(text: str) -> str:
    """Text in ASCII, for terminals and pipes that can't show more; foreign letters become escapes."""
    for sign, word in ASCII.items():
        text = text.replace(sign, word)
    return "".join(sign if sign.isascii() else _spelled(sign) for sign in text)


def _spelled(sign: str) -> str:
    """A foreign letter in ASCII: a Greek one by its name, any other as an escape, so that no two are alike."""
    words = unicodedata.name(sign, "").split()
    if words[:1] == ["GREEK"] and "LETTER" in words:
        return words[-1].lower() if "SMALL" in words else words[-1].capitalize()
    return sign.encode("ascii", "backslashreplace").decode()


def write_text(explanation: Walkthrough, width: int = 80, ascii: bool = False) -> str:
    """Write a walk-through, `width` columns wide."""
    return _Writer(explanation, width, plain if ascii else str).write()


@dataclass(frozen=True)
class _Piece:
    """One side of an equation: ``= …``, with a note beside it."""

    relation: str
    content: Any
    note: str = ""


class _Writer:
    def __init__(self, explanation: Walkthrough, width: int, sign: Callable[[str], str]) -> None:
        self.explanation, self.width, self.sign = explanation, width, sign
        self.ascii = sign is plain
        self.lines: list[str] = []
        self.put = Substitution(
            explanation.values,
            "text",
            numeral,
            lambda cells: matrix([[sign(cell) for cell in row] for row in cells], self.ascii),
            lambda pieces: beside([p if isinstance(p, Box) else sign(p) for p in pieces]),
            lambda piece: fence(box(piece if isinstance(piece, Box) else sign(piece)), "(", self.ascii),
        )

    def write(self) -> str:
        self._paragraphs(self.explanation.heading)
        for title, steps in self.explanation.sections:
            self.lines += ["", self.sign(title)]
            for step in steps:
                self._step(step)
        return "\n".join(line.rstrip() for line in self.lines)

    def _paragraphs(self, lines: Sequence[str], indent: str = "") -> None:
        for line in lines:
            kept = HARD_SPACE.join(self.sign(part) for part in line.split(HARD_SPACE))
            self.lines += [indent + cut for cut in wrap(kept, self.width - len(indent))]

    def _step(self, step: WorkedStep) -> None:
        if step.number is not None:
            self.lines.append(self.sign(f"Step {step.number}  {step.title}"))
        deep = max((len(line.number) for line in step.lines), default=0)
        for line in step.lines:
            self._line(line, "  " + line.number.ljust(deep + 2 if deep else 0))
            if line.pictures is not None:
                rows, caption = drawn(line.pictures, self.width - 2)
                self.lines += [self.sign(f"  {row}") for row in rows]
                self._paragraphs([caption], "  ")
        self._paragraphs(step.remarks, "  ")

    def _line(self, line: Line, lead: str) -> None:
        head = lead + self.sign(display(line.name))
        rows: list[list[_Piece]] = [[]]
        if line.chain is not None:
            rows = [[_Piece("=", self.sign(formula(line.chain)), line.chain_note)], []]
        if not line.obvious:
            rows[-1].append(_Piece("=", self.sign(formula(line.rule)), line.note))
            rows += [[]] if line.chain is not None else []
        if not line.result:
            self._flow(head, rows)
            return
        for most in (6, 5, 4, 3, 2):
            result = self.put.value(line.value, most)[0]
            if box(result).width + len(head) + 3 <= self.width:
                break
        numbers = self._numbers(line)
        note = line.note if line.obvious else ""
        fits = isinstance(numbers, str) or (
            numbers is not None and len(head) + 3 + numbers.width <= self.width
        )
        if numbers is not None and fits:
            rows[-1].append(_Piece("=", numbers, note))
            relation = (
                line.worked.relation
                if line.worked is not None and np.size(line.value) == 1
                else line.relation
            )
            rows[-1].append(_Piece(relation, result))
            self._keep_together(rows, len(head))
        else:
            rows[-1].append(_Piece("=", result, note))
        self._flow(head, rows)
        if line.worked is not None and not (numbers is not None and fits):
            name = self.sign(entry_text(display(line.name), line.worked.index))
            entry = _Piece("=", self.sign(self.put.entry(line.worked.entry)))
            self._flow(
                " " * len(lead) + name, [[entry, _Piece(line.worked.relation, numeral(line.worked.value))]]
            )

    def _keep_together(self, rows: list[list[_Piece]], indent: int) -> None:
        """Put a formula on a row of its own, if only then its numbers and the result fit on one."""
        if len(rows[-1]) == 3:
            widths = [3 + box(piece.content).width for piece in rows[-1]]
            if indent + sum(widths) > self.width >= indent + sum(widths[1:]):
                rows[-1:] = [rows[-1][:1], rows[-1][1:]]

    def _numbers(self, line: Line) -> Any:
        """The formula with its numbers put in; None where they are not shown."""
        if line.numbers:
            return box(self.put.whole(line.rule))
        if line.worked is not None and np.size(line.value) == 1:
            return self.sign(self.put.entry(line.worked.entry))
        return None

    def _flow(self, head: str, rows: list[list[_Piece]]) -> None:
        """Put pieces in rows, as many in a row as fit."""
        start: Any = head
        for pieces in rows:
            row: list[Any] = [start]
            notes: list[str] = []
            cut = False
            for piece in pieces:
                content = self._wrapped(piece.content, len(head) + 3)
                added = [self.sign(f" {piece.relation} "), content]
                room = self.width - (3 + len("; ".join(notes)) if notes else 0)
                if len(row) > 1 and (beside([*row, *added]).width > room or cut):
                    self._emit(row, notes)
                    row, notes = [" " * len(head)], []
                cut = isinstance(piece.content, str) and len(content.lines) > 1
                row += added
                notes += [piece.note] if piece.note else []
            if pieces:
                self._emit(row, notes)
                start = " " * len(head)

    def _wrapped(self, content: Any, indent: int) -> Box:
        """A long line of numbers as several, cut where there is a space."""
        if isinstance(content, Box) or len(content) <= self.width - indent:
            return box(content)
        lines = wrap(content, self.width - indent)
        return Box(tuple(line.ljust(max(map(len, lines))) for line in lines))

    def _emit(self, row: list[Any], notes: list[str]) -> None:
        """Add a row, its notes at the right of it or, where there is no room, below."""
        done = beside(row)
        lines = list(done.lines)
        note = self.sign("; ".join(notes))
        if note and done.width + 3 + len(note) <= self.width:
            lines[done.base] = lines[done.base].ljust(self.width - len(note)) + note
        elif note:
            lines += [line.rjust(self.width) for line in wrap(note, self.width, "")]
        self.lines += lines
