"""An independent reader of a printed walk-through.

It shares nothing with the writer: it takes the text as a person does who has paper and a calculator. It finds
the equations (matrices over several rows, tall brackets, wrapped lines, notes at the right), reads each side as
an expression and evaluates it: with the trace's numbers where it is written by names, with the printed numbers
where numbers are put in. What it cannot read is an error, never skipped.

What it asks of a page (`check`):

- a side by names gives the quantity, to 1e-9;
- the numbers that are put in are those of the names in the formula, rounded as they are printed;
- the side with numbers gives the result: after ``=`` exactly the printed digits (by hand: exactly the result),
  after ``≈`` not those digits but a number which the rounding of the printed operands allows (by hand: the
  result is that number rounded);
- the result is the trace's own value, rounded;
- a number that fractions give as 0, and floats not, is said to be 0 but for rounding, and so is a comparison that it
  decides; what is said to be that is no larger than roundings of what it is made of.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, localcontext
from fractions import Fraction
from functools import reduce
from typing import Any, ClassVar

import numpy as np

Tree = tuple[Any, ...]
OPEN, CLOSE = "⎡⎢⎣", "⎤⎥⎦"
TALL_OPEN, TALL_CLOSE = "⎛⎜⎝", "⎞⎟⎠"
GREEK = {"η": "eta", "β1": "beta1", "β2": "beta2", "ε": "epsilon", "μ": "mu", "ρ": "rho", "γ": "gamma"}
FUNCTIONS = {"log", "tanh", "max", "min", "sin", "cos", "arctan", "sign"}


class Unreadable(Exception):
    """A line that the reader does not understand."""


class Untrue(Exception):
    """A line that says what is not so."""


# --- from rows of characters to tokens --------------------------------------------------------------------


@dataclass(frozen=True)
class Token:
    """A piece of a formula: kind is number, name, sign, matrix, group, relation or others."""

    kind: str
    text: str
    content: Any = None


_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<others>\(the other (?P<count>\d+)\))"
    r"|(?P<number>\d+(?:\.\d+)?(?:e[+-]\d+)?|inf\b|nan\b)"
    r"|(?P<name>[A-Za-zα-ω][A-Za-z0-9_α-ω]*)"
    r"|(?P<two>==|>=|<=)"
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
            found.append(Token("others", match["others"], int(match["count"])))
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
            if (
                found
                and found[-1].kind == "name"
                and match.end() == match.start("sign") + 1
                and (text[match.start("sign") - 1] != " ")
            ):
                found[-1] = Token("name", found[-1].text, tuple(int(i) for i in inside.split(",")))
            else:
                found.append(Token("matrix", text[match.start("sign") : end + 1], [cells_of(inside)]))
            at = end + 1
            continue
        else:
            found.append(Token(kind, match[kind]))
        at = match.end()
    return found


def cells_of(row: str) -> list[Tree]:
    """The entries of a row of a matrix: they are two or more spaces apart."""
    cells = [cell for cell in re.split(r"\s{2,}", row.strip()) if cell]
    if not cells:
        raise Unreadable("an empty row in a matrix")
    return [("dots",) if cell in "…⋮" else parse(tokens_of(cell)) for cell in cells]


@dataclass
class Row:
    """A line of text on which a formula stands: its tokens, and the remark at its right."""

    line: int
    indent: int
    text: str
    tokens: list[Token]
    note: str


class Sheet:
    """The rows of a page as characters at places."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        width = max(map(len, self.lines), default=0)
        self.grid = [line.ljust(width) for line in self.lines]
        self.covered: list[list[tuple[int, int]]] = [[] for _ in self.lines]
        self.tail = (0, "")

    def outside(self, line: int) -> str:
        """A row without what stands in tall brackets."""
        text = re.sub(r"[⎡⎢⎣][^⎤⎥⎦]*[⎤⎥⎦]", lambda m: " " * len(m[0]), self.lines[line])
        return re.sub(r"[⎛⎜⎝⎞⎟⎠⎡⎢⎣⎤⎥⎦]", " ", text)

    def is_base(self, line: int) -> bool:
        """Whether something stands on this line itself."""
        return bool(self.outside(line).strip())

    def height(self, line: int, column: int, family: str) -> range:
        """The lines over which a tall bracket at that place goes."""
        top = bottom = line
        if self.grid[line][column] != family[0]:
            while True:
                top -= 1
                if top < 0 or self.grid[top][column] not in family[:2]:
                    raise Unreadable(f"line {line + 1}: the bracket at column {column + 1} has no top")
                if self.grid[top][column] == family[0]:
                    break
        if self.grid[line][column] != family[2]:
            while True:
                bottom += 1
                if bottom >= len(self.grid) or self.grid[bottom][column] not in family[1:]:
                    raise Unreadable(f"line {line + 1}: the bracket at column {column + 1} has no foot")
                if self.grid[bottom][column] == family[2]:
                    break
        return range(top, bottom + 1)

    def scan(self, line: int, start: int, stop: int) -> tuple[list[Token], str]:
        """The tokens on a line between two columns, and the remark at the right."""
        found: list[Token] = []
        row, at, text_from, note = self.grid[line], start, start, ""

        def flush(end: int, last: bool) -> None:
            nonlocal note
            text = row[text_from:end]
            if last:
                plain = re.sub(r"\[[^\]]*\]", lambda m: "x" * len(m[0]), text)
                gap = re.search(r"(?<=\S)\s{3,}(?=\S)", plain) or (
                    re.match(r"\s{3,}(?=\S)", plain) if text_from > start else None
                )
                if gap:
                    note, text = text[gap.end() :].strip(), text[: gap.start()]
                self.tail = (len(found), text)  # a wrapped line goes on here
            found.extend(tokens_of(text))

        while at < stop:
            sign = row[at]
            if sign in OPEN:
                flush(at, False)
                lines = self.height(line, at, OPEN)
                end = next((c for c in range(at, stop) if row[c] in CLOSE), None)
                if end is None or [self.grid[i][end] for i in lines] != list(_side(CLOSE, len(lines))):
                    raise Unreadable(f"line {line + 1}: the bracket at column {at + 1} has no partner")
                rows = [cells_of(self.grid[i][at + 1 : end]) for i in lines]
                if len({len(cells) for cells in rows}) != 1:
                    raise Unreadable(f"line {line + 1}: rows of different length in a matrix")
                for i in lines:
                    self.covered[i].append((at, end + 1))
                found.append(Token("matrix", "⎡…⎦", rows))
                at = text_from = end + 1
            elif sign in TALL_OPEN:
                flush(at, False)
                lines = self.height(line, at, TALL_OPEN)
                depth = 0
                for end in range(at, stop):
                    depth += (row[end] in TALL_OPEN) - (row[end] in TALL_CLOSE)
                    if depth == 0:
                        break
                else:
                    raise Unreadable(f"line {line + 1}: the bracket at column {at + 1} has no partner")
                if [self.grid[i][end] for i in lines] != list(_side(TALL_CLOSE, len(lines))):
                    raise Unreadable(f"line {line + 1}: brackets of different height")
                inner, remark = self.scan(line, at + 1, end)
                if remark:
                    raise Unreadable(f"line {line + 1}: what is {remark!r}?")
                for i in lines:
                    self.covered[i] += [(at, at + 1), (end, end + 1)]
                found.append(Token("group", "⎛…⎠", inner))
                at = text_from = end + 1
            else:
                at += 1
        flush(stop, True)
        return found, note

    def left_over(self) -> Iterator[int]:
        """Lines of which a part belongs to no formula that was read."""
        for number, line in enumerate(self.lines):
            if not self.is_base(number) and any(
                sign != " " and not any(a <= column < b for a, b in self.covered[number])
                for column, sign in enumerate(line)
            ):
                yield number


def _side(family: str, rows: int) -> str:
    return family[0] + family[1] * (rows - 2) + family[2]


# --- from tokens to trees ---------------------------------------------------------------------------------


class _Parser:
    """Operator precedence: + -, then · ⊙ × / and a product without a sign, then powers and marks."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at = tokens, 0

    def peek(self, *signs: str) -> bool:
        return self.at < len(self.tokens) and (
            self.tokens[self.at].kind == "sign" and self.tokens[self.at].text in signs
        )

    def word(self, text: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] == Token("name", text)

    def take(self) -> Token:
        if self.at >= len(self.tokens):
            raise Unreadable(f"something is missing after {' '.join(t.text for t in self.tokens)!r}")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> None:
        token = self.take()
        if token.text != sign:
            raise Unreadable(f"{sign!r} was expected, not {token.text!r}")

    def whole(self) -> Tree:
        tree = self.choice()
        if self.at < len(self.tokens):
            raise Unreadable(f"what is {self.tokens[self.at].text!r} after {tree!r}?")
        return tree

    def choice(self) -> Tree:
        tree = self.total()
        if self.word("if"):
            self.take()
            condition = self.condition()
            self.expect(",")
            self.expect("otherwise")
            return ("if", condition, tree, self.choice())
        return tree

    def condition(self) -> Tree:
        left = self.total()
        sign = self.take().text
        if sign not in (">", "<", ">=", "<=", "=="):
            raise Unreadable(f"{sign!r} compares nothing")
        return ("compare", sign, left, self.total())

    def total(self) -> Tree:
        tree = self.term()
        while self.peek("+", "-"):
            sign = self.take().text
            tree = ("add" if sign == "+" else "subtract", tree, self.term())
        return tree

    def term(self) -> Tree:
        if self.peek("-"):
            self.take()
            return ("negative", self.product())
        return self.product()

    def product(self) -> Tree:
        tree = self.factor()
        while True:
            if self.peek("·", "⊙", "×", "/"):
                sign = self.take().text
                kind = {"·": "matmul", "/": "divide"}.get(sign, "multiply")
                tree = (kind, tree, self.factor())
            elif self.starts_factor() and tree[0] != "number":
                tree = ("multiply", tree, self.factor())
            else:
                return tree

    def starts_factor(self) -> bool:
        if self.at >= len(self.tokens):
            return False
        token = self.tokens[self.at]
        return (token.kind == "name" and token.text not in ("if", "otherwise")) or self.peek("(", "√")

    def factor(self) -> Tree:
        if self.peek("Σ"):
            self.take()
            return ("sum", self.product())
        tree = self.root()
        while True:
            if self.peek("²"):
                self.take()
                tree = ("square", tree)
            elif self.peek("ᵀ"):
                self.take()
                tree = ("transpose", tree)
            elif self.peek("^"):
                self.take()
                tree = ("power", tree, self.root())
            elif self.at < len(self.tokens) and self.tokens[self.at].kind == "others":
                tree = ("others", tree, self.take().content)
            else:
                return tree

    def root(self) -> Tree:
        if self.peek("√"):
            self.take()
            return ("sqrt", self.atom())
        return self.atom()

    def atom(self) -> Tree:
        token = self.take()
        if token.kind == "number":
            if token.text == "1" and self.peek("{"):
                self.take()
                condition = self.condition()
                self.expect("}")
                return ("indicator", condition)
            return ("number", token.text)
        if token.kind == "matrix":
            return ("matrix", token.content)
        if token.kind == "group":
            return parse(token.content)
        if token.kind == "name":
            if token.text == "e" and self.peek("^"):
                self.take()
                return ("function", "exp", self.root())
            if token.text in FUNCTIONS and self.peek("("):
                self.take()
                arguments = [self.choice()]
                while self.peek(","):
                    self.take()
                    arguments.append(self.choice())
                self.expect(")")
                return ("function", token.text, *arguments)
            return ("name", GREEK.get(token.text, token.text), token.content)
        if token.text == "(":
            tree = self.choice()
            self.expect(")")
            return tree
        if token.text == "|":
            tree = self.choice()
            self.expect("|")
            return ("function", "abs", tree)
        raise Unreadable(f"{token.text!r} begins nothing")


def parse(tokens: list[Token]) -> Tree:
    """One side of an equation."""
    return _Parser(tokens).whole()


def leaves(tree: Tree, kind: str) -> Iterator[Tree]:
    """The numbers, names or matrices of a side."""
    if tree[0] == kind:
        yield tree
    if tree[0] == "matrix":
        for row in tree[1]:
            for cell in row:
                yield from leaves(cell, kind)
    else:
        for part in tree[1:]:
            if isinstance(part, tuple) and part and isinstance(part[0], str):
                yield from leaves(part, kind)


def has(tree: Tree, kind: str) -> bool:
    """Whether there is such a part in a side."""
    return next(leaves(tree, kind), None) is not None


def is_value(tree: Tree) -> bool:
    """Whether a side is a bare result: a number, or a matrix of numbers."""
    if tree[0] == "negative":
        return tree[1][0] == "number"
    if tree[0] == "matrix":
        return all(cell[0] == "dots" or is_value(cell) for row in tree[1] for cell in row)
    return tree[0] == "number"


# --- the page ---------------------------------------------------------------------------------------------


@dataclass
class Equation:
    """``name[index] = side = side ≈ side``."""

    line: int
    number: str
    name: str
    index: tuple[int, ...] | None
    sides: list[tuple[str, Tree]] = field(default_factory=list)
    note: str = ""


@dataclass
class Page:
    """What stands on a page."""

    heading: list[str]
    equations: list[Equation]
    remarks: list[str]
    titles: list[str]


_START = re.compile(
    r"\s+(?:(?P<number>\d+\.\d+)\s+)?(?P<name>log\(1 - \w+\)|log \w+|[A-Za-z][A-Za-z0-9_]*)"
    r"(?P<index>\[[\d, ]+\])? (?=[=≈] )"
)
_GO_ON = re.compile(r"\s+(?=[=≈] )")


def plain_name(text: str) -> str:
    """A quantity's name in a trace: ``log a2`` is log_a2."""
    if text.startswith("log(1 - "):
        return f"log_not_{text[8:-1]}"
    return text.replace("log ", "log_")


def read(text: str, width: int = 80) -> Page:
    """Read a walk-through.

    Raises
    ------
    Unreadable : for a line that is no heading, title, equation or remark
    """
    sheet = Sheet(text)
    blank = next((i for i, line in enumerate(sheet.lines) if not line), len(sheet.lines))
    page = Page(_joined(sheet.lines[:blank]), [], [], [])
    current: Equation | None = None
    pending: list[Token] = []
    piece = before = 0
    remark = False  # whether the line before belongs to one

    def finish() -> None:
        nonlocal current, pending
        if current is not None:
            try:
                current.sides = _sides(pending)
            except Unreadable as error:
                raise Unreadable(f"line {current.line + 1}, {current.name}: {error}") from None
            page.equations.append(current)
        current, pending = None, []

    for number in range(blank, len(sheet.lines)):
        line = sheet.lines[number]
        if len(line) > width:
            raise Unreadable(f"line {number + 1} is {len(line)} columns wide")
        if not sheet.is_base(number):
            if not line:
                finish()
            continue
        start = _START.match(line)
        if remark and line.startswith("    ") and not page.remarks[-1].endswith("."):
            page.remarks[-1] += " " + line.strip()
            continue
        remark = False
        if start is None:
            # The left-hand side stands at the left of everything, so nothing tall is before it.
            go_on = _GO_ON.match(line)
        if not line.startswith(" "):
            finish()
            if not re.fullmatch(r"FORWARD|LOSS|BACKWARD|UPDATE|Step \d+  \S.*", line):
                raise Unreadable(f"line {number + 1}: what is {line!r}?")
            page.titles.append(line)
        elif start is not None:
            finish()
            index = tuple(int(i) for i in start["index"][1:-1].split(",")) if start["index"] else None
            tokens, note = sheet.scan(number, start.end(), len(sheet.grid[number]))
            current = Equation(number, start["number"] or "", plain_name(start["name"]), index, [], note)
            pending, before, piece = tokens, 0, _last_side(line, start.end())
        elif current is not None and go_on is not None:
            tokens, note = sheet.scan(number, go_on.end(), len(sheet.grid[number]))
            before, piece = len(pending), _last_side(line, go_on.end())
            pending += tokens
            current.note = "; ".join(filter(None, (current.note, note)))
        elif current is not None and len(line) == width and re.search(r"\b(rounding|rule|held)\b", line):
            current.note = " ".join(filter(None, (current.note, line.strip())))
        elif current is not None and len(line) - len(line.lstrip()) == piece + 2:
            kept, text = sheet.tail
            sheet.tail = (kept, f"{text.rstrip()} {line.strip()}")
            pending = pending[: before + kept] + tokens_of(sheet.tail[1])
        elif current is not None and len(line) == width and not re.match(r"  \d+ of \d+ ", line):
            current.note = "; ".join(filter(None, (current.note, line.strip())))
        elif re.match(r"  \S", line) and ("[" not in line[:4] or " is held" in line):
            finish()
            page.remarks.append(line.strip())
            remark = True
        elif page.remarks and current is None and re.match(r"    \S", line):
            page.remarks[-1] += " " + line.strip()
        else:
            raise Unreadable(f"line {number + 1}: what is {line!r}?")
    finish()
    for number in sheet.left_over():
        raise Unreadable(f"line {number + 1}: {sheet.lines[number]!r} belongs to no formula")
    return page


def _last_side(line: str, start: int) -> int:
    """Where the last side of a line begins: a line that goes on stands two columns further in."""
    return [m.end() for m in re.finditer(r"(?<!\S)[=≈] ", line) if m.start() >= start][-1]


def _joined(lines: list[str]) -> list[str]:
    joined: list[str] = []
    for line in lines:
        if line.startswith("  ") and joined:
            joined[-1] += "    " + line.strip() if "    " in joined[-1] else " " + line.strip()
        else:
            joined.append(line)
    return joined


def _sides(tokens: list[Token]) -> list[tuple[str, Tree]]:
    sides: list[tuple[str, list[Token]]] = []
    for token in tokens:
        if token.kind == "relation":
            sides.append((token.text, []))
        elif not sides:
            raise Unreadable(f"{token.text!r} stands before = or ≈")
        else:
            sides[-1][1].append(token)
    return [(relation, parse(side)) for relation, side in sides]


# --- evaluating -------------------------------------------------------------------------------------------


def evaluate(tree: Tree, algebra: Any) -> Any:
    """The value of a side, always two-dimensional, in floats, decimals or intervals."""
    kind = tree[0]
    if kind == "number":
        return algebra.number(tree[1])
    if kind == "name":
        return algebra.name(tree[1], tree[2])
    if kind == "matrix":
        return algebra.matrix([[evaluate(cell, algebra) for cell in row] for row in tree[1]])
    if kind == "sum":
        return algebra.sum(evaluate(tree[1], algebra))
    if kind == "others":
        return algebra.others(evaluate(tree[1], algebra), tree[2])
    if kind == "indicator":
        return algebra.indicator(*_condition(tree[1], algebra))
    if kind == "if":
        return algebra.choice(
            algebra.indicator(*_condition(tree[1], algebra)),
            evaluate(tree[2], algebra),
            evaluate(tree[3], algebra),
        )
    if kind == "function":
        parts = [evaluate(part, algebra) for part in tree[2:]]
        return (
            reduce(getattr(algebra, tree[1]), parts) if len(parts) > 2 else getattr(algebra, tree[1])(*parts)
        )
    if kind == "subtract" and tree[1] == ("number", "1") and algebra.is_setting(tree[2]):
        # In 1 - β and 1 - β^t nothing is rounded.
        exactly = tuple(algebra.exactly(part[1]) for part in tree[2][1:] if tree[2][0] == "power")
        setting = algebra.power(*exactly) if exactly else algebra.exactly(tree[2][1])
        return algebra.subtract(algebra.exactly("1"), setting)
    if kind == "multiply" and tree[1][0] == "number" and tree[1][1] in algebra.settings:
        return algebra.multiply(algebra.exactly(tree[1][1]), evaluate(tree[2], algebra))
    if kind == "power" and tree[2][0] == "number":  # an exponent is counted, not measured
        return algebra.power(evaluate(tree[1], algebra), algebra.exactly(tree[2][1]))
    if kind == "divide" and tree[2][0] == "number" and tree[2][1] in algebra.counts:
        return algebra.divide(evaluate(tree[1], algebra), algebra.exactly(tree[2][1]))
    if kind in ("matmul", "add", "subtract", "multiply", "divide", "power", "negative", "square", "sqrt"):
        return getattr(algebra, kind)(*(evaluate(part, algebra) for part in tree[1:]))
    if kind == "transpose":
        return algebra.transpose(evaluate(tree[1], algebra))
    raise Unreadable(f"{kind} has no value")


def _condition(tree: Tree, algebra: Any) -> tuple[str, Any, Any]:
    return tree[1], evaluate(tree[2], algebra), evaluate(tree[3], algebra)


def _compare(sign: str, a: Any, b: Any) -> Any:
    return {">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b, "==": a == b}[sign]


class Arrays:
    """Evaluating on arrays of floats, or of decimals."""

    counts: ClassVar[set[str]] = set()
    settings: ClassVar[set[str]] = set()

    def __init__(self, values: Mapping[str, Any], axis: int = 1) -> None:
        self.values, self.axis = values, axis

    def number(self, text: str) -> Any:
        return np.array([[float(text)]])

    exactly = number

    def is_setting(self, tree: Tree) -> bool:
        return False

    def name(self, name: str, index: tuple[int, ...] | None) -> Any:
        if name not in self.values:
            raise Untrue(f"there is no quantity {name}")
        value = self.values[name]
        if name == "free_l" and index is None:  # one number a sample, beside rows: a column
            value = np.reshape(value, (-1, 1))
        return np.atleast_2d(self.taken(value if index is None else value[index]))

    def taken(self, value: Any) -> Any:
        return np.asarray(value, dtype=np.float64)

    def matrix(self, rows: list[list[Any]]) -> Any:
        return np.block(rows)

    def transpose(self, a: Any) -> Any:
        return a.T

    def sum(self, a: Any) -> Any:
        return a.sum(axis=self.axis, keepdims=True)

    def others(self, a: Any, count: int) -> Any:
        return a

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def subtract(self, a: Any, b: Any) -> Any:
        return a - b

    def multiply(self, a: Any, b: Any) -> Any:
        return a * b

    def divide(self, a: Any, b: Any) -> Any:
        return a / b

    def matmul(self, a: Any, b: Any) -> Any:
        return a @ b

    def power(self, a: Any, b: Any) -> Any:
        return a**b

    def negative(self, a: Any) -> Any:
        return -a

    def square(self, a: Any) -> Any:
        return a * a

    def sqrt(self, a: Any) -> Any:
        return np.sqrt(a)

    def abs(self, a: Any) -> Any:
        return np.abs(a)

    def exp(self, a: Any) -> Any:
        return np.exp(a)

    def log(self, a: Any) -> Any:
        return np.log(a)

    def tanh(self, a: Any) -> Any:
        return np.tanh(a)

    def sign(self, a: Any) -> Any:
        return np.sign(a)

    def sin(self, a: Any) -> Any:
        return np.sin(a)

    def cos(self, a: Any) -> Any:
        return np.cos(a)

    def arctan(self, a: Any) -> Any:
        return np.arctan(a)

    def max(self, a: Any, b: Any = None) -> Any:
        return a.max(axis=1, keepdims=True) if b is None else np.maximum(a, b)

    def min(self, a: Any, b: Any) -> Any:
        return np.minimum(a, b)

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        return np.where(_compare(sign, a, b), 1.0, 0.0)

    def choice(self, condition: Any, a: Any, b: Any) -> Any:
        return np.where(condition == 1, a, b)


def _each(function: Callable[[Decimal], Decimal]) -> Callable[[Any, Any], Any]:
    def on_array(self: Any, a: Any) -> Any:
        flat = [function(v) for v in a.ravel()]
        result = np.empty(a.shape, dtype=object)
        result.ravel()[:] = flat
        return result

    return on_array


def _tanh(v: Decimal) -> Decimal:
    return 1 - 2 / ((2 * v).exp() + 1)


class Decimals(Arrays):
    """Evaluating as on paper, with fifty digits."""

    def taken(self, value: Any) -> Any:
        array = np.asarray(value)
        if array.dtype == object:
            return array
        return np.array([Decimal(str(v)) for v in array.ravel().tolist()], dtype=object).reshape(array.shape)

    def number(self, text: str) -> Any:
        return np.array([[Decimal(text)]], dtype=object)

    exactly = number
    sqrt = _each(Decimal.sqrt)
    exp = _each(Decimal.exp)
    log = _each(Decimal.ln)
    tanh = _each(_tanh)
    sign = _each(lambda v: Decimal((v > 0) - (v < 0)))
    sin = _each(lambda v: Decimal(math.sin(v)))
    cos = _each(lambda v: Decimal(math.cos(v)))
    arctan = _each(lambda v: Decimal(math.atan(v)))

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        return np.where(_compare(sign, a, b), Decimal(1), Decimal(0))


class Fractions(Arrays):
    """Evaluating without any rounding: each float is the fraction that it is, or that its decimals are."""

    def __init__(self, values: Mapping[str, Any], decimal: bool, axis: int = 1) -> None:
        super().__init__(values, axis)
        self.decimal = decimal

    def taken(self, value: Any) -> Any:
        array = np.asarray(value)
        flat = [Fraction(str(v)) if self.decimal else Fraction(float(v)) for v in array.ravel()]
        result = np.empty(array.shape, dtype=object)
        result.ravel()[:] = flat
        return result

    def number(self, text: str) -> Any:
        return np.array([[Fraction(text) if self.decimal else Fraction(float(text))]], dtype=object)

    exactly = number

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        return np.where(_compare(sign, a, b), Fraction(1), Fraction(0))

    def _irrational(self, *of: Any) -> Any:
        raise Unreadable("fractions have no such function")

    sqrt = exp = log = tanh = erf = sin = cos = arctan = power = _irrational


class Sizes(Arrays):
    """Evaluating how large the numbers are that a result is made of: nothing cancels."""

    def taken(self, value: Any) -> Any:
        return np.abs(np.asarray(value, dtype=np.float64))

    def number(self, text: str) -> Any:
        return np.array([[abs(float(text))]])

    exactly = number

    def subtract(self, a: Any, b: Any) -> Any:
        return a + b

    def negative(self, a: Any) -> Any:
        return a

    def log(self, a: Any) -> Any:
        return np.abs(np.log(a)) + 1  # near log 1 what is rounded is the 1


class Intervals(Arrays):
    """Evaluating with every printed number as the interval that is printed so; a value is (low, high).

    Parameters
    ----------
    half : half a unit of the last digit of a printed number
    settings : numerals that are given in full (η, β), where they stand before a product or in 1 - β
    counts : the same for m and k, where something is divided by them
    noise : relative error of each operation in the arithmetic that made the result
    """

    def __init__(
        self, half: Callable[[str], float], settings: set[str], counts: set[str], noise: float
    ) -> None:
        self.half, self.settings, self.counts, self.noise = half, settings, counts, noise

    def wide(self, low: Any, high: Any, scale: Any = None) -> Any:
        spread = self.noise * (np.maximum(np.abs(low), np.abs(high)) if scale is None else scale)
        return low - spread, high + spread

    def exactly(self, text: str) -> Any:
        value = np.array([[float(text)]])
        return value, value

    def number(self, text: str) -> Any:
        value, half = float(text), self.half(text)
        return np.array([[value - half]]), np.array([[value + half]])

    def is_setting(self, tree: Tree) -> bool:
        base = tree[1] if tree[0] == "power" else tree
        return base[0] == "number" and base[1] in self.settings

    def matrix(self, rows: list[list[Any]]) -> Any:
        return tuple(np.block([[cell[side] for cell in row] for row in rows]) for side in (0, 1))

    def transpose(self, a: Any) -> Any:
        return a[0].T, a[1].T

    def others(self, a: Any, count: int) -> Any:
        return self.wide(a[0], a[1], np.maximum(1.0, np.abs(a[1])) * count)

    def add(self, a: Any, b: Any) -> Any:
        return self.wide(a[0] + b[0], a[1] + b[1])

    def subtract(self, a: Any, b: Any) -> Any:
        return self.wide(a[0] - b[1], a[1] - b[0])

    def negative(self, a: Any) -> Any:
        return -a[1], -a[0]

    def multiply(self, a: Any, b: Any) -> Any:
        corners = [a[i] * b[j] for i in (0, 1) for j in (0, 1)]
        return self.wide(np.minimum.reduce(corners), np.maximum.reduce(corners))

    def divide(self, a: Any, b: Any) -> Any:
        corners = [a[i] / b[j] for i in (0, 1) for j in (0, 1)]
        low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
        through = (b[0] <= 0) & (b[1] >= 0)
        return self.wide(np.where(through, -np.inf, low), np.where(through, np.inf, high))

    def matmul(self, a: Any, b: Any) -> Any:
        low, high = self.multiply((a[0][:, :, None], a[1][:, :, None]), (b[0][None, :, :], b[1][None, :, :]))
        scale = np.maximum(np.abs(low), np.abs(high)).sum(axis=1)
        return self.wide(low.sum(axis=1), high.sum(axis=1), scale * a[0].shape[1])

    def square(self, a: Any) -> Any:
        low = np.where((a[0] <= 0) & (a[1] >= 0), 0, np.minimum(a[0] ** 2, a[1] ** 2))
        return self.wide(low, np.maximum(a[0] ** 2, a[1] ** 2))

    def power(self, a: Any, b: Any) -> Any:
        exponent = (b[0] + b[1]) / 2
        if np.all(exponent == np.round(exponent)) and np.all(exponent >= 0):
            ends = a[0] ** exponent, a[1] ** exponent
            low, high = np.minimum(*ends), np.maximum(*ends)
            return self.wide(np.where((a[0] < 0) & (a[1] > 0), np.minimum(low, 0), low), high)
        if np.any(a[0] <= 0):
            raise Unreadable("a broken power of a number that may be negative")
        ends = a[0] ** exponent, a[1] ** exponent
        return self.wide(np.minimum(*ends), np.maximum(*ends))

    def rising(self, function: Any, a: Any) -> Any:
        return self.wide(function(a[0]), function(a[1]))

    def sqrt(self, a: Any) -> Any:
        return self.rising(np.sqrt, (np.maximum(a[0], 0), np.maximum(a[1], 0)))

    def exp(self, a: Any) -> Any:
        return self.rising(np.exp, a)

    def log(self, a: Any) -> Any:
        with np.errstate(divide="ignore"):
            return self.rising(np.log, (np.maximum(a[0], 0), np.maximum(a[1], 0)))

    def tanh(self, a: Any) -> Any:
        return self.rising(np.tanh, a)

    def arctan(self, a: Any) -> Any:
        return self.rising(np.arctan, a)

    def abs(self, a: Any) -> Any:
        return self.max(self.max(a, self.negative(a)), self.exactly("0"))

    def sign(self, a: Any) -> Any:
        return np.sign(a[0]), np.sign(a[1])

    def sin(self, a: Any) -> Any:
        middle, half = np.sin((a[0] + a[1]) / 2), (a[1] - a[0]) / 2
        return self.wide(middle - half, middle + half)

    def cos(self, a: Any) -> Any:
        middle, half = np.cos((a[0] + a[1]) / 2), (a[1] - a[0]) / 2
        return self.wide(middle - half, middle + half)

    def max(self, a: Any, b: Any = None) -> Any:
        if b is None:
            return a[0].max(axis=1, keepdims=True), a[1].max(axis=1, keepdims=True)
        return np.maximum(a[0], b[0]), np.maximum(a[1], b[1])

    def min(self, a: Any, b: Any) -> Any:
        return np.minimum(a[0], b[0]), np.minimum(a[1], b[1])

    def indicator(self, sign: str, a: Any, b: Any) -> Any:
        outcomes = [_compare(sign, x, y) * 1.0 for x in a for y in b]
        return np.minimum.reduce(outcomes), np.maximum.reduce(outcomes)

    def choice(self, condition: Any, a: Any, b: Any) -> Any:
        yes, no = condition[0] == 1, condition[1] == 0
        return (
            np.where(yes, a[0], np.where(no, b[0], np.minimum(a[0], b[0]))),
            np.where(yes, a[1], np.where(no, b[1], np.maximum(a[1], b[1]))),
        )


# --- how numbers are printed ------------------------------------------------------------------------------

DECIMALS = 6


def unit(text: str) -> Decimal:
    """A unit of the last digit of a printed number: six decimals, or six digits (4.28e-07, 1.3e+15)."""
    value = Decimal(text)
    if value and ("e" in text or abs(value) < Decimal("0.001")):
        return Decimal(10) ** (value.adjusted() - DECIMALS + 1)
    return Decimal(10) ** -DECIMALS


def half_unit(text: str) -> float:
    """How far a number may be from its printed form. What is printed as 0 is 0."""
    value = Decimal(text)
    return 0.0 if not value or not value.is_finite() else float(unit(text)) / 2 * (1 + 1e-9)


def rounds_to(value: Any, text: str, slack: float = 1e-9) -> bool | None:
    """Whether a number is printed so; None for a tie, which may go either way."""
    value = value if isinstance(value, Decimal) else Decimal(float(value))
    printed = Decimal(text)
    if not printed.is_finite() or not value.is_finite():
        return str(printed) == str(value)
    if not printed and abs(value) < Decimal("1e-40"):
        value = Decimal(0)
    if not value or not printed:
        return value == printed
    small = Decimal(10) ** (value.adjusted() - DECIMALS + 1) if abs(value) < Decimal("0.001") else unit(text)
    away = abs(value - printed) / min(unit(text), small)
    if value == printed:
        return True
    if abs(away - Decimal("0.5")) <= Decimal(slack):
        return None
    return away < Decimal("0.5")


def by_hand_text(value: Decimal, digits: int) -> Decimal:
    """A number rounded to significant digits, halves to even."""
    # A third of 64.5 is 21.5, and may be counted as 1/3 times 64.5: the last of fifty digits are not sure.
    return Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(Context(prec=45).plus(value))


# --- checking ---------------------------------------------------------------------------------------------


@dataclass
class Count:
    """How much of a page was checked."""

    by_names: int = 0
    with_numbers: int = 0
    results: int = 0
    operands: int = 0
    exact: int = 0
    near: int = 0
    dust: int = 0  # entries that are said to be 0 but for rounding
    decided: int = 0  # comparisons that are said to be decided by rounding
    ties: int = 0  # just between two printed numbers: = and ≈ are both so


class Checker:
    """Checks a page against the values of the trace that it tells.

    Parameters
    ----------
    values : the trace's values by name
    settings : the optimizer's numbers as they are printed in the heading
    digits : for a page by hand; None for an exact one
    single : whether the network computes in float32
    """

    def __init__(
        self, values: Mapping[str, Any], settings: set[str], digits: int | None = None, single: bool = False
    ) -> None:
        self.values, self.digits, self.single = values, digits, single
        self.settings = settings
        self.counts = {str(int(values[n])) for n in ("m", "k") if n in values}
        self.shown: dict[str, Any] = {}  # by hand: what the page carries on
        self.rules: dict[str, Tree] = {}
        self.few: dict[str, bool] = {}
        self.dust: dict[
            str, Any
        ] = {}  # for each entry of a quantity whether it was said to be 0 but for rounding
        self.sizes: dict[str, Any] = {}  # how large the numbers were that a gradient was made of
        self.count = Count()

    def check(self, equations: list[Equation]) -> Count:
        """Check every equation, in order.

        Raises
        ------
        Untrue : for the first that is not so
        """
        for equation in equations:
            where = equation.name + (str(list(equation.index)) if equation.index is not None else "")
            try:
                with np.errstate(all="ignore"), localcontext() as context:
                    context.prec = 50
                    context.traps[DivisionByZero] = context.traps[InvalidOperation] = (
                        False  # 1 / (1 - 1) is ∞
                    )
                    self._equation(equation)
            except (Untrue, Unreadable) as error:
                raise type(error)(f"line {equation.line + 1}, {where}: {error}") from None
            except (ValueError, IndexError) as error:  # NumPy's words for shapes that don't go together
                raise Untrue(f"line {equation.line + 1}, {where}: {error}") from None
        return self.count

    def check_sides(self, equations: list[Equation]) -> Count:
        """Check only that sides with numbers give the results beside them: a page alone, without its trace."""
        with np.errstate(all="ignore"), localcontext() as context:
            context.prec = 50
            for equation in equations:
                if len(equation.sides) > 1 and not has(equation.sides[-2][1], "name"):
                    (_, side), (relation, result) = equation.sides[-2:]
                    try:
                        self._numbers(side, relation, result, equation.name)
                    except Untrue as error:
                        raise Untrue(f"line {equation.line + 1}, {equation.name}: {error}") from None
        return self.count

    def _equation(self, equation: Equation) -> None:
        name, index = equation.name, equation.index
        if name not in self.values:
            raise Untrue("there is no such quantity")
        if len(equation.sides) < 1:
            raise Unreadable("nothing stands after the name")
        value = self.values[name] if index is None else self.values[name][index]
        formulas = [side for _, side in equation.sides if has(side, "name")]
        if not name.startswith("log_"):
            formulas = [self._with_log_not(side) for side in formulas]
        if any(has(side, "name") != (i < len(formulas)) for i, (_, side) in enumerate(equation.sides)):
            raise Unreadable("names stand after numbers")
        for relation, _ in equation.sides[: max(1, len(formulas))]:
            if relation != "=":
                raise Untrue(f"{relation} stands before a formula")
        rest = equation.sides[len(formulas) :]
        if not rest or not is_value(rest[-1][1]):
            raise Unreadable("there is no result")
        if len(rest) > 2:
            raise Unreadable("numbers are put in twice")
        axis = 0 if "over the samples" in equation.note else 1
        for formula in formulas:
            self._formula(formula, value, axis)
        if index is None and formulas:
            self.rules[name] = formulas[-1]
        if index is None and self.digits is None:
            self._rounding(equation, formulas[-1] if formulas else None, value, axis)
        relation, result = rest[-1]
        if len(rest) == 2:
            if rest[0][0] != "=":
                raise Untrue(f"{rest[0][0]} stands before the numbers that are put in")
            self._numbers(rest[0][1], relation, result, name)
            self._operands(equation, formulas[-1] if formulas else None, rest[0][1])
        elif relation != "=":
            raise Untrue(f"{relation} stands before the result, and no rounded numbers before it")
        self._result(name, result, value, index)

    # --- what rounding makes ---

    def _rounding(self, equation: Equation, formula: Tree | None, value: Any, axis: int) -> None:
        """What the note says of rounding is so, and what fractions tell apart from it is said."""
        name, array = equation.name, np.asarray(value, dtype=np.float64)
        told = _told(equation.note, name, array)
        if told is None:
            raise Untrue(f"the note names no entries of {name}: {equation.note!r}")
        self.dust[name], self.count.dust = told, self.count.dust + int(told.sum())
        if formula is None:
            if name.startswith("log_") and told.any():
                self.sizes[name] = np.abs(array) + 1
            return
        known = {n: np.maximum(np.abs(self.values[n]), size) for n, size in self.sizes.items()}
        size = np.reshape(evaluate(formula, Sizes({**self.values, **known}, axis)), array.shape)
        self.sizes[name] = size
        room = (2.0**-24 if self.single else 2.0**-53) * size * 200
        # What an update makes of dust, η m / (√v + ε), has no size of its own: the same entry of m was dust.
        of_dust = [np.reshape(self.dust[n[1]], array.shape) for n in leaves(formula, "name")
                   if n[1] in self.dust and "_" in name and np.size(self.dust[n[1]]) == array.size]  # fmt: skip
        if (
            told & ~(np.abs(array) <= room) & ~reduce(np.logical_or, of_dust, np.zeros(array.shape, bool))
        ).any():
            raise Untrue(f"{array[told]} is told as rounding, of numbers as large as {size[told]}")
        if (
            sum(np.size(self.values[n[1]]) for n in leaves(formula, "name")) <= 400
            and np.isfinite(array).all()
        ):
            for decimal in (False, True):
                try:
                    exactly = np.reshape(
                        evaluate(formula, Fractions(self.values, decimal, axis)), array.shape
                    )
                except (Unreadable, ValueError, ZeroDivisionError):
                    break
                if ((array != 0) & (exactly == 0) & ~told).any():
                    raise Untrue(
                        f"{array} is not said to be rounding, and without any it is 0 ({decimal = })"
                    )
        for part in _parts(formula, "compare"):
            self._choice(equation.note, part)

    def _choice(self, note: str, comparison: Tree) -> None:
        """A comparison with 0 that dust decides otherwise than 0 would is said to be decided so."""
        _, sign, left, right = comparison
        if left[0] != "name" or right != ("number", "0") or left[1] not in self.dust:
            return
        value = np.asarray(self.values[left[1]])
        wrong = self.dust[left[1]] & (_compare(sign, value, 0) != _compare(sign, 0, 0))
        entries = [f"{left[1]}{list(map(int, at))} {sign} 0" for at in np.argwhere(wrong)]
        said = re.search(r"(?:^|; )([^;]*) (?:is|are) decided by rounding", note)
        if bool(entries) != bool(said):
            raise Untrue(f"decided by rounding are {entries}, the note is {note!r}")
        if said is not None:
            more = re.search(r" and (\d+) more$", said[1])
            named = re.split(" and ", said[1][: more.start()] if more else said[1])
            if any(entry not in entries for entry in named) or len(named) + int(
                more[1] if more else 0
            ) != len(entries):
                raise Untrue(f"decided by rounding are {entries}, the note is {note!r}")
            self.count.decided += len(entries)

    def _with_log_not(self, tree: Tree) -> Tree:
        """log(1 - a2) is a quantity of its own where there is one."""
        if tree[:2] == ("function", "log") and tree[2][:2] == ("subtract", ("number", "1")):
            name = f"log_not_{tree[2][2][1]}"
            if name in self.values:
                return ("name", name, None)
        return tuple(self._with_log_not(part) if isinstance(part, tuple) and part else part for part in tree)

    # --- a side by names ---

    def _formula(self, formula: Tree, value: Any, axis: int) -> None:
        found = evaluate(formula, Arrays(self.values, axis))
        wanted = np.asarray(value, dtype=np.float64)
        if found.size != wanted.size:
            raise Untrue(f"the formula has the shape {found.shape}, the quantity {wanted.shape}")
        near = 3e-5 if self.single else 1e-9
        if not np.allclose(found.ravel(), wanted.ravel(), rtol=near, atol=near, equal_nan=True):
            raise Untrue(f"the formula gives {found}, the quantity is {wanted}")
        self.count.by_names += 1

    # --- the result ---

    def _result(self, name: str, result: Tree, value: Any, index: tuple[int, ...] | None) -> None:
        cells = _grid(result)
        if self.digits is None:
            for text, kept in _beside(cells, np.atleast_2d(value)):
                if not self._printed_so(kept, text):
                    raise Untrue(f"{text} is printed, the trace has {kept!r}")
                self.count.results += 1
            return
        if index is not None:
            if name in self.shown and self.shown[name][index] != Decimal(cells[0][0]):
                raise Untrue(f"{cells[0][0]} is printed, before it was {self.shown[name][index]}")
            self.count.results += 1
            return
        shape = np.shape(value)
        texts = [text for row in cells for text in row]
        if "…" in texts or "⋮" in texts:
            return
        self.shown[name] = np.array([Decimal(text) for text in texts], dtype=object).reshape(shape)
        for text in texts:
            if not self._keeps_all(name) and by_hand_text(Decimal(text), self.digits) != Decimal(text):
                raise Untrue(f"{text} has more than {self.digits} digits")
            self.count.results += 1
        if name in self.rules:
            self._carried_on(name)

    def _keeps_all(self, name: str) -> bool:
        return name.endswith("_new") and name.removesuffix("_new") in self.values and name[0] in "Wb"

    def _carried_on(self, name: str) -> None:
        """By hand: the formula with the page's own numbers gives the printed result."""
        rule = self.rules[name]
        known = {n[1]: self._of_page(n[1]) for n in leaves(rule, "name")}
        if any(v is None for v in known.values()):
            return
        axis = 0 if np.ndim(self.values[name]) == 1 and name[:2] == "db" else 1
        found = evaluate(rule, Decimals(known, axis))
        for text, exactly in zip(self.shown[name].ravel(), found.ravel(), strict=True):
            self._rounded_by_hand(name, exactly, text)
        self.count.by_names += 1

    def _of_page(self, name: str) -> Any:
        if name in self.shown:
            return self.shown[name]
        return self.values[name] if self._outside(name) and self._short(name) else None

    def _outside(self, name: str) -> bool:
        """Whether a number is not computed: by hand, one begins with it."""
        known = ("x", "x_raw", "y", "m", "k", "t", "center", "scale", *GREEK.values())
        return name in self.values and (name in known or re.fullmatch(r"[mv]?[Wb]\d+", name) is not None)

    def _short(self, name: str) -> bool:
        """Whether what comes from outside has so few digits that they are all printed."""
        if name in self.few:
            return self.few[name]
        array = Decimals({}).taken(self.values[name])
        self.few[name] = all(by_hand_text(v, 6) == v for v in array.ravel())
        return self.few[name]

    def _rounded_by_hand(self, name: str, exactly: Decimal, printed: Decimal) -> None:
        assert self.digits is not None
        if self._keeps_all(name):
            # An update keeps its digits: at least eight, far more than a rounded gradient brings in.
            if abs(exactly - printed) > Decimal(10) ** (exactly.adjusted() - 7) / 2:
                raise Untrue(f"an update keeps all its digits: {exactly} is printed as {printed}")
        elif by_hand_text(exactly, self.digits) != printed:
            # Functions such as e^x may differ in the last of sixteen digits: no tie hides there.
            raise Untrue(f"{exactly} rounds to {by_hand_text(exactly, self.digits)}, printed is {printed}")

    # --- a side with numbers ---

    def _numbers(self, side: Tree, relation: str, result: Tree, name: str) -> None:
        if has(side, "dots") or has(result, "dots"):
            return
        texts = [text for row in _grid(result) for text in row]
        exactly = evaluate(side, Decimals({})).ravel()
        if len(exactly) != len(texts):
            raise Untrue(f"{len(exactly)} numbers come out, {len(texts)} are printed")
        self.count.with_numbers += 1
        self.count.exact += relation == "="
        self.count.near += relation == "≈"
        if self.digits is not None:
            same = all(v == Decimal(t) for v, t in zip(exactly, texts, strict=True))
            # e^x and the like are computed to sixteen digits: whether more than that is just so, nobody sees.
            open_to_doubt = all(
                abs(v - Decimal(t)) <= abs(v) * Decimal("1e-15") for v, t in zip(exactly, texts, strict=True)
            )
            if same != (relation == "=") and (same or not open_to_doubt):
                raise Untrue(f"{relation} stands before {texts}; without rounding it is {exactly.tolist()}")
            for v, t in zip(exactly, texts, strict=True):
                self._rounded_by_hand(name, v, Decimal(t))
            return
        verdicts = [rounds_to(v, t) for v, t in zip(exactly, texts, strict=True)]
        if relation == "=" and False in verdicts:
            at = verdicts.index(False)
            raise Untrue(f"= {texts[at]}, and the printed numbers give {exactly[at]:.12g}")
        self.count.ties += False not in verdicts and None in verdicts
        if relation == "≈" and False not in verdicts and None not in verdicts:
            raise Untrue(f"≈ {texts}, and the printed numbers give just that: it is =")
        noise = 1e-6 if self.single else 4e-16
        low, high = evaluate(side, Intervals(half_unit, self.settings, self.counts, noise))
        for a, b, t in zip(low.ravel(), high.ravel(), texts, strict=True):
            half = half_unit(t)
            if not a - half <= float(t) <= b + half:
                raise Untrue(f"{relation} {t}, and the rounding of the printed numbers allows {a} to {b}")

    # --- the numbers put in ---

    def _operands(self, equation: Equation, formula: Tree | None, side: Tree) -> None:
        if formula is None and equation.index is not None:
            formula = self.rules.get(equation.name)
        if formula is None and equation.name.startswith("log_"):
            name = equation.name.removeprefix("log_")
            formula = (
                ("function", "log", ("subtract", ("number", "1"), ("name", name.removeprefix("not_"), None)))
                if name.startswith("not_")
                else ("function", "log", ("name", name, None))
            )
        written_out = has(formula, "matmul") and not has(side, "matmul") if formula is not None else True
        if formula is not None and equation.index is None and not has(formula, "sum") and not written_out:
            self._align(formula, side, None)
            return
        # One entry written out: every number is an entry of one of the formula's names, or of the formula.
        if formula is None:
            raise Untrue("no formula tells what these numbers are")
        constants = {Decimal(n[1]) for n in leaves(formula, "number")} | {Decimal(0), Decimal(1)}
        rest = {n[1] for o in leaves(side, "others") for n in leaves(o, "number")}
        for number in leaves(side, "number"):
            text = number[1]
            if Decimal(text) in constants or text in rest:
                continue
            if not any(self._is_entry(text, n[1]) for n in leaves(formula, "name")):
                raise Untrue(f"{text} is no entry of what the formula names")
            self.count.operands += 1

    def _is_entry(self, text: str, name: str) -> bool:
        size = abs(Decimal(text))
        known = self._of_page(name) if self.digits is not None else self.values[name]
        if known is None:
            array = Decimals({}).taken(self.values[name]).ravel()
            if not self._outside(name):
                return True  # counted by hand and not shown whole
            near = array[np.abs(np.abs(array.astype(np.float64)) - float(size)) <= 1e-5 * float(size)]
            return any(self._close(abs(v), str(size)) for v in near)
        if self.digits is not None:
            return any(self._same(v, text) or self._same(-v, text) for v in Decimals({}).taken(known).ravel())
        array = np.abs(np.asarray(known, dtype=np.float64).ravel())
        near = np.abs(array - float(size)) <= np.maximum(6e-7, 1e-5 * float(size))
        return any(self._printed_so(v, str(size)) for v in array[near][:50])

    def _printed_so(self, value: Any, text: str) -> bool:
        """Whether a number of the trace is printed so; one in float32 may be read by its shortest digits."""
        if rounds_to(value, text) is not False:
            return True
        away = abs(float(value) - float(text))
        return self.single and away <= half_unit(text) + 6e-8 * abs(float(value))

    def _same(self, value: Any, text: str) -> bool:
        return Decimal(str(value)) == Decimal(text)

    def _close(self, value: Any, text: str) -> bool:
        """By hand: whether a number from outside is printed with at least six digits."""
        value = Decimal(str(value))
        return abs(value - Decimal(text)) <= (Decimal(10) ** (value.adjusted() - 5) / 2 if value else 0)

    def _align(self, formula: Tree, side: Tree, at: tuple[int, int] | None) -> None:
        """Put the formula beside the same with numbers: each number is that of the name in its place."""
        kind = formula[0]
        if kind == "number":
            if side != formula:
                raise Untrue(f"{side} stands where the formula has {formula[1]}")
        elif kind == "name" or (
            is_value(side) and (kind in ("transpose", "indicator") or _is_column(formula))
        ):
            self._stands_for(formula, side, at)
        elif kind in ("function", "sqrt") and side[0] == "matrix":
            for i, row in enumerate(side[1]):
                for j, cell in enumerate(row):
                    self._align(formula, cell, (i, j))
        elif side[0] != kind or len(side) != len(formula):
            raise Untrue(f"the numbers are put in another formula: {side} for {formula}")
        else:
            for part, put in zip(formula[1:], side[1:], strict=True):
                if isinstance(part, tuple):
                    self._align(part, put, at)
                elif part != put:
                    raise Untrue(f"{put} stands where the formula has {part}")

    def _stands_for(self, formula: Tree, side: Tree, at: tuple[int, int] | None) -> None:
        known = {n[1]: self._of_page(n[1]) for n in leaves(formula, "name")}
        first = (
            formula[1]
            if formula[0] == "name" and self.digits is not None and known[formula[1]] is None
            else None
        )
        if self.digits is None or first:
            value = evaluate(formula, Arrays(self.values))
        elif all(v is not None for v in known.values()):
            value = evaluate(formula, Decimals(known))
        else:
            return
        if first and is_value(side) and not has(side, "dots") and at is None:
            # The numbers from outside that a page by hand begins with: as they are printed first.
            texts = [Decimal(text) for row in _grid(side) for text in row]
            shape = np.shape(self.values[first])
            if len(texts) != np.size(self.values[first]):
                raise Untrue(f"{first} has the shape {shape}")
            self.shown[first] = np.array(texts, dtype=object).reshape(shape)
        if at is not None:
            value = value[at[0] if value.shape[0] > 1 else 0, at[1] if value.shape[1] > 1 else 0]
        if not is_value(side):
            raise Untrue(f"{side} is no number, and it stands for {formula}")
        for text, kept in _beside(_grid(side), np.atleast_2d(value)):
            if self.digits is None:
                fits = self._printed_so(kept, text)
            else:
                fits = self._close(kept, text) if first else self._same(kept, text)
            if not fits and text not in self.settings:
                raise Untrue(f"{text} is put in, and it is {kept}")
            self.count.operands += 1


def _is_column(tree: Tree) -> bool:
    """Whether a part is one number a sample, which is put in as a column of results."""
    return ("name", "free_l", None) in leaves(tree, "name") and not has(tree, "matmul")


def _parts(tree: Tree, kind: str) -> Iterator[Tree]:
    """All parts of that kind."""
    if tree[0] == kind:
        yield tree
    for part in tree[1:]:
        if isinstance(part, tuple) and part and isinstance(part[0], str):
            yield from _parts(part, kind)


def _told(note: str, name: str, array: Any) -> Any:
    """For each entry whether a note says that it is 0 but for rounding; None where it names others."""
    found = np.zeros(array.shape, bool)
    said = re.search(r"(?:^|; )((?:[^;]*) (?:is|are) )?0 but for rounding", note)
    if said is None:
        return found
    if not said[1]:
        return array != 0
    more = re.search(r" and (\d+) more are $", said[1])
    for entry in re.findall(r"\S+?\[([\d, ]+)\]", said[1]):
        found[tuple(int(i) for i in entry.split(","))] = True
    if more:  # the first is named, the others are those as small
        first = np.abs(array[found]).max()
        smallest = np.argsort(np.where(array == 0, np.inf, np.abs(array)).ravel())[: int(more[1]) + 1]
        others = np.isin(np.arange(array.size), smallest).reshape(array.shape)
        found = others if first <= np.abs(array[others]).max() else found
    names = {plain_name(n) for n in re.findall(r"((?:log )?[^\s\[]+)\[", said[1])}
    return found if names <= {name} and not (found & (array == 0)).any() else None


def _grid(side: Tree) -> list[list[str]]:
    """A result's numerals."""
    if side[0] == "matrix":
        return [["…" if cell[0] == "dots" else _numeral(cell) for cell in row] for row in side[1]]
    return [[_numeral(side)]]


def _numeral(tree: Tree) -> str:
    return f"-{tree[1][1]}" if tree[0] == "negative" else str(tree[1])


def _beside(cells: list[list[str]], value: Any) -> Iterator[tuple[str, Any]]:
    """Each printed numeral with its entry; past an ellipsis rows and columns count from the end."""
    down = _places([all(c == "…" for c in row) for row in cells], value.shape[0])
    across = _places([all(row[j] == "…" for row in cells) for j in range(len(cells[0]))], value.shape[1])
    for i, row in zip(down, cells, strict=True):
        for j, text in zip(across, row, strict=True):
            if i is None or j is None:
                continue
            if text == "…":
                raise Unreadable("an ellipsis stands inside a matrix")
            yield text, value[i, j]


def _places(dots: list[bool], size: int) -> list[int | None]:
    if not any(dots):
        if len(dots) != size:
            raise Untrue(f"{len(dots)} rows or columns are printed of {size}")
        return list(range(size))
    if sum(dots) > 1 or len(dots) - 1 >= size:
        raise Unreadable("ellipses leave nothing out")
    cut = dots.index(True)
    return [*range(cut), None, *range(size - (len(dots) - cut - 1), size)]
