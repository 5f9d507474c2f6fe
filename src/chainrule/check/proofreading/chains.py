"""The equations of a page: chains of sides, such as name = formula = formula with numbers = result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from chainrule.check.proofreading.grammar import FUNCTIONS, parse, parse_prefix, prose
from chainrule.check.proofreading.latex import SOFT
from chainrule.check.proofreading.passages import Line
from chainrule.check.proofreading.tokens import Token, stands_apart, tokens
from chainrule.check.proofreading.tree import Name, Tree, numeric, printed

LONGEST_LINE = 200_000  # signs
NEAR = 12  # lines after which an equation has ended
# After these words a number is only part of what is counted: half of 0.4, 0.3 times 0.5.
COUNTING = frozenset(
    {
        "of",
        "times",
        "plus",
        "minus",
        "by",
        "over",
        "divided",
        "half",
        "twice",
        "double",
        "per",
        "squared",
        "mal",
        "if",
        "otherwise",
        "else",
        "unless",
        "fois",
        "por",
    }
)
OPENING = frozenset(
    {
        "then",
        "so",
        "thus",
        "hence",
        "is",
        "get",
        "gets",
        "gives",
        "have",
        "compute",
        "and",
        "where",
        "we",
        "that",
        "also",
        "dann",
    }
)
# Words with which another example may begin, whose numbers are others.
_ANOTHER = re.compile(
    r"(?i)\b(?:examples?|exercises?|problems?|epochs?|iterations?|samples?|rounds?|tasks?|cases?|question|second|another"
    r"|batch|beispiel|exemple)\b"
)
_ON_ANY_LINE = set("+·×/⊙")  # with these a line goes on; with - and * an entry of a list may begin
OPERATORS = set("+-·×*/⊙@^")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an equation; what can't be read has no tree."""

    tree: Tree | None
    text: str
    line: int
    cell: int
    relation: str  # the sign before it
    other: Tree | None = None  # what it may be instead: the number alone, before brackets

    @property
    def numeric(self) -> bool:
        """Whether it can be counted."""
        return self.tree is not None and numeric(self.tree)

    @property
    def result(self) -> bool:
        """Whether it is numbers with nothing left to count."""
        return self.tree is not None and printed(self.tree)


@dataclass(slots=True, eq=False)
class Chain:
    """Sides that are said to be equal."""

    sides: list[Side] = field(default_factory=list)
    column: int = -1
    last: int = 0  # the line of the page that it was read from last
    formula: bool = False
    words: str = ""  # of the sentence around it
    part: int = 0  # which example, epoch or sample of the page it belongs to
    listed: bool = False

    @property
    def name(self) -> str:
        """What the chain is about; empty where it begins with numbers."""
        first = self.sides[0]
        if first.tree is None or numeric(first.tree):
            return ""
        return first.tree.text if isinstance(first.tree, Name) else first.text.replace(" ", "")

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.sides[0].line


@dataclass(slots=True)
class Reader:
    """Reads equations line by line."""

    comma: bool
    chains: list[Chain] = field(default_factory=list)
    open: list[Chain] = field(default_factory=list)  # those that the next line may go on with
    blank: int = 0
    part: int = 0

    def read(self, lines: Iterable[Line]) -> list[Chain]:
        """All chains of some lines."""
        for line in _continued(lines):
            if not line.text.strip(f" \t{SOFT}"):
                self.blank += 1
                continue
            if self.blank > 4:
                self.open = []
            self.blank = 0
            self.part += bool(_ANOTHER.search(line.text))
            self._row(line)
            for cell in line.cells or (line.text,):
                self._line(replace(line, text=cell, cells=()))
        return self.chains

    def _row(self, line: Line) -> None:
        """A table's row that says what a name is: a name, and one value."""
        trees = [
            parse(tokens(cell, self.comma), self.comma)
            for cell in line.cells[:20]
            if len(cell) < LONGEST_LINE
        ]
        values = [at for at, tree in enumerate(trees) if tree is not None and printed(tree)]
        if len(values) == 1 and values[0] > 0 and trees[0] is not None and not numeric(trees[0]):
            at = values[0]
            sides = [Side(trees[n], line.cells[n], line.number, line.cell, "=" if n else "") for n in (0, at)]
            self.chains.append(Chain(sides, words=line.text[:400], part=self.part))

    def _line(self, line: Line) -> None:
        if len(line.text) > LONGEST_LINE:
            return
        begun: list[Chain] = []
        for span in _spans(tokens(line.text, self.comma)):
            begun += self._span(span, line)
        if begun:
            kept = [chain for chain in self.open if chain not in begun][-6:]
            self.open = kept + begun
            for chain in begun:
                if not chain.listed:
                    chain.listed = True
                    self.chains.append(chain)

    def _span(self, span: list[Token], line: Line) -> list[Chain]:
        segments, relations = _segments(span)
        if not relations:
            return []
        goes_on = not segments[0] and not line.text[: relations[0].at].strip(f" \t{SOFT}")
        chain = self._goes_on(relations[0], line) if goes_on else None
        if chain is None:
            chain = Chain(column=relations[0].at, formula=line.formula, words=line.text[:400], part=self.part)
            opening = self._opening(segments[0], line)
            if opening is not None:
                chain.sides.append(opening)
            elif not goes_on:
                return []
        chain.last = line.number
        found = [chain]
        for number, (segment, relation) in enumerate(zip(segments[1:], relations, strict=True)):
            last = number == len(relations) - 1
            if not segment:
                break
            side, rest = self._side(segment, relation.text, line, last)
            found[-1].sides.append(side)
            if rest and not last:
                opening = self._opening(rest, line)
                if opening is None:
                    break
                found.append(
                    Chain(
                        [opening],
                        relations[number + 1].at,
                        line.number,
                        line.formula,
                        line.text[:400],
                        self.part,
                    )
                )
        return [each for each in found if len(each.sides) > 1 or (goes_on and each.sides)]

    def _goes_on(self, relation: Token, line: Line) -> Chain | None:
        """The chain that a line goes on with which begins with a relation; None where it can't be told."""
        near = [
            chain
            for chain in self.open
            if line.cell == chain.sides[-1].cell and line.number - chain.sides[-1].line <= NEAR
        ]
        same = [chain for chain in near if chain.column == relation.at and line.aligned]
        if same or len(near) < 2:
            return (same or near)[-1] if near else None
        last = [chain for chain in near if chain.last == near[-1].last]
        unfinished = [chain for chain in last if not chain.sides[-1].result]
        return last[0] if len(last) == 1 else unfinished[0] if len(unfinished) == 1 else None

    def _make(
        self, tree: Tree | None, pieces: list[Token], relation: str, line: Line, other: Tree | None = None
    ) -> Side:
        at = pieces[0].at if pieces else 0
        number = line.number + line.text[:at].count(SOFT)
        return Side(tree, _text(pieces), number, line.cell, relation, other)

    def _opening(self, pieces: list[Token], line: Line) -> Side | None:
        """The first side: what a sentence or a label before it leaves."""
        start = 0
        for at, piece in enumerate(pieces):
            if prose(piece) and at + 1 < len(pieces):
                start = at + 1
        before = pieces[start - 1] if start else None
        rest = _without_label(pieces[start:], at_start=start == 0)
        listed = len(pieces) > 1 and pieces[0].text in ("-", "*", "+") and pieces[0].after
        if not rest or (before is not None and before.text.lower() in COUNTING):
            return None
        tree = parse(rest, self.comma)
        if tree is None and rest[-1].kind == "name":
            rest = rest[-1:]
            tree = parse(rest, self.comma)
            before = before or pieces[0]
        said = before is not None and before.text.lower() not in OPENING
        if tree is not None and numeric(tree) and (listed or said):
            return None  # it may go on what stands before
        return self._make(tree, rest, "", line)

    def _side(self, pieces: list[Token], relation: str, line: Line, last: bool) -> tuple[Side, list[Token]]:
        """A side, and what stands after it before the next relation."""
        tree = parse(pieces, self.comma)
        if tree is not None and not last:
            return self._make(tree, pieces, relation, line), []
        begun = parse_prefix(pieces, self.comma)
        if tree is None:
            if begun is None:
                return self._make(None, pieces, relation, line), []
            tree, used = begun
            after = pieces[used]
            if not (prose(after) or after.wide or after.kind == "break") or after.text.lower() in COUNTING:
                return self._make(None, pieces, relation, line), []
            return self._make(tree, pieces[:used], relation, line), pieces[used:]
        used = _number_alone(pieces)
        if used:
            alone = parse(pieces[:used], self.comma)
            if all(piece.kind == "name" for piece in pieces[used:]):  # a unit, or words
                return self._make(alone, pieces[:used], relation, line), []
            return self._make(tree, pieces, relation, line, alone), []
        return self._make(tree, pieces, relation, line), []


def _number_alone(pieces: list[Token]) -> int:
    """How many pieces are a number with which they begin, if a gap and more stand after it."""
    used = 2 if pieces[0].text == "-" else 1
    if len(pieces) > used and pieces[used - 1].kind == "number" and pieces[used].before:
        return used if pieces[used].kind == "name" or pieces[used].text == "(" else 0
    return 0


def _without_label(pieces: list[Token], at_start: bool) -> list[Token]:
    """Without the number of a step, or a bullet, before a name."""
    if not at_start or len(pieces) < 2:
        return pieces
    if pieces[0].kind == "version" or (pieces[0].text in ("*", "-", "+") and pieces[0].after):
        return pieces[1:]
    texts = [piece.text for piece in pieces[:3]]
    if len(pieces) > 3 and texts[0] == "(" and texts[1].isdigit() and texts[2] == ")" and pieces[3].before:
        return pieces[3:]  # the number of an equation
    label = pieces[0].kind == "number" and pieces[1].kind == "name" and pieces[1].before
    return pieces[1:] if label and ("." in pieces[0].text or pieces[1].wide) else pieces


def _text(pieces: list[Token]) -> str:
    return "".join(f" {piece.text}" if piece.before else piece.text for piece in pieces).strip()


def _spans(pieces: list[Token]) -> Iterator[list[Token]]:
    """A line cut where a sentence or another column begins."""
    span: list[Token] = []
    depth = 0
    for at, piece in enumerate(pieces):
        closes = piece.text in (")", "]", "}")
        said = at + 1 < len(pieces) and piece.text == "(" and piece.before and prose(pieces[at + 1])
        apart = (
            said or stands_apart(piece) or (closes and depth == 0)
        )  # the last one is the bracket of a sentence
        column = piece.wide and bool(span) and not _joins(span[-1]) and not _joins(piece)
        if depth == 0 and (apart or column):
            yield span
            span = []
            if apart:
                continue
        depth += (piece.text in ("(", "[", "{")) - closes
        span.append(piece)
    yield span


def _joins(piece: Token) -> bool:
    return piece.kind == "relation" or piece.text in OPERATORS or piece.text in FUNCTIONS


def _segments(span: list[Token]) -> tuple[list[list[Token]], list[Token]]:
    """What stands between the relations of a span, and these."""
    segments: list[list[Token]] = [[]]
    relations: list[Token] = []
    depth = 0
    for piece in span:
        depth += (piece.text in ("(", "[", "{")) - (piece.text in (")", "]", "}"))
        if piece.kind == "relation" and depth == 0:
            if segments[-1] and segments[-1][-1].text == "+" and not segments[-1][-1].before:
                mark = segments[-1].pop()  # w5+ is a name
                if segments[-1] and segments[-1][-1].kind == "name":
                    base = segments[-1].pop()
                    segments[-1].append(
                        Token("name", base.text + mark.text, base.at, base.before, True, base.wide)
                    )
            relations.append(piece)
            segments.append([])
        else:
            segments[-1].append(piece)
    return segments, relations


def _continued(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines with those that a formula only goes on in put behind the line before."""
    held: Line | None = None
    for line in lines:
        text = line.text.strip(f" \t{SOFT}")
        if held is not None:
            before = held.text.rstrip(f" \t{SOFT}")
            plain = not held.cells and not line.cells and len(before) < LONGEST_LINE
            ends = bool(before) and before[-1] in "=≈+-−·×*/⊙@" and any(s in before for s in "=≈")
            begins = text[:1] in (_ON_ANY_LINE if not line.formula else OPERATORS | {"−"}) and "=" in before
            if plain and text and held.cell == line.cell and (ends or begins):
                lost = line.number - held.number - held.text.count(SOFT)
                held = replace(held, text=f"{held.text}{SOFT * max(lost, 0)} {line.text.strip()}")
                continue
            yield held
        held = line
    if held is not None:
        yield held
