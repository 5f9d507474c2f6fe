"""Pages that work small networks by hand, written in many ways; they know nothing of chainrule.

What a page says is counted in decimals of 40 digits. A page is a list of lines: a name that is given, or a name with
its formula in symbols, the formula with its numbers, and the result.
"""

from __future__ import annotations

import html
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, getcontext

getcontext().prec = 40
D = Decimal
Matrix = list[list[Decimal]]
Tree = tuple  # ("q", name) | ("c", text) | (operation, tree, ...)


# --- intervals of decimals ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """All numbers between two."""

    low: Decimal
    high: Decimal

    def meets(self, other: Range) -> bool:
        slack = D("1e-13") * max(abs(self.low), abs(self.high), D("1e-6"))
        return self.low - slack <= other.high and other.low - slack <= self.high


def _of(ends: Iterator[Decimal] | list[Decimal]) -> Range:
    ends = list(ends)
    return Range(min(ends), max(ends))


def _sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + (-x).exp())


def _tanh(x: Decimal) -> Decimal:
    return 1 - 2 / (1 + (2 * x).exp())


RISING: dict[str, Callable[[Decimal], Decimal]] = {
    "exp": lambda x: x.exp(), "ln": lambda x: x.ln(), "tanh": _tanh, "sig": _sigmoid, "relu": lambda x: max(x, D(0)),
    "sqrt": lambda x: x.sqrt(),
}  # fmt: skip


def scalar(op: str, *args: Range) -> Range:
    """An operation on numbers."""
    if op in RISING:
        return Range(RISING[op](args[0].low), RISING[op](args[0].high))
    if op == "neg":
        return Range(-args[0].high, -args[0].low)
    if op == "sq":
        ends = [args[0].low ** 2, args[0].high ** 2]
        return Range(D(0) if args[0].low < 0 < args[0].high else min(ends), max(ends))
    a, b = args
    if op == "+":
        return Range(a.low + b.low, a.high + b.high)
    if op == "-":
        return Range(a.low - b.high, a.high - b.low)
    pairs = [(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return _of([x * y if op == "*" else x / y for x, y in pairs])


Ranges = list[list[Range]]


def ranged(tree: Tree, value: Callable[[str, str], Ranges]) -> Ranges:
    """A formula on ranges, of single numbers as 1 × 1."""
    op = tree[0]
    if op in ("q", "c"):
        return value(op, tree[1])
    args = [ranged(each, value) for each in tree[1:]]
    if op == "T":
        return [list(row) for row in zip(*args[0], strict=True)]
    if op == "dot":
        return [
            [
                _summed([scalar("*", a, b) for a, b in zip(row, column, strict=True)])
                for column in zip(*args[1], strict=True)
            ]
            for row in args[0]
        ]
    if op == "sum":
        return [[_summed([each for row in args[0] for each in row])]]
    if len(args) == 1:
        return [[scalar(op, each) for each in row] for row in args[0]]
    rows, columns = (max(len(a) for a in args), max(len(a[0]) for a in args))
    op = "*" if op == "had" else op
    return [
        [
            scalar(op, *(a[r if len(a) > 1 else 0][c if len(a[0]) > 1 else 0] for a in args))
            for c in range(columns)
        ]
        for r in range(rows)
    ]


def _summed(parts: list[Range]) -> Range:
    total = parts[0]
    for each in parts[1:]:
        total = scalar("+", total, each)
    return total


# --- what a page says ---------------------------------------------------------------------------------------


@dataclass
class Line:
    """A name with its numbers as they are printed, and the formula that gives them, if any."""

    name: str
    printed: list[list[str]]
    formula: Tree | None = None
    put_in: dict[int, list[list[str]]] = field(
        default_factory=dict
    )  # by the place of a quantity in the formula
    single: bool = True
    symbols: bool = True  # whether the formula stands there in symbols, too
    again: bool = False  # whether it is only said again


@dataclass
class Page:
    """Lines, and how they are written."""

    lines: list[Line]
    style: str
    given: dict[str, Matrix]
    decimals: int


def text_of(value: Decimal, decimals: int) -> str:
    """A number rounded to so many decimals."""
    shown = format(value.quantize(D(1).scaleb(-decimals)), "f")
    return shown.lstrip("-") if not D(shown) else shown


def places(tree: Tree) -> list[str]:
    """The quantities of a formula, from left to right."""
    if tree[0] == "q":
        return [tree[1]]
    return [] if tree[0] == "c" else [name for each in tree[1:] for name in places(each)]


class Writer:
    """Counts lines in decimals, and writes down what is printed."""

    def __init__(self, decimals: int, carries: str) -> None:
        self.decimals, self.carries = decimals, carries
        self.value: dict[str, Matrix] = {}
        self.given: dict[str, Matrix] = {}
        self.printed: dict[str, list[list[str]]] = {}
        self.single: dict[str, bool] = {}
        self.lines: list[Line] = []

    def give(self, name: str, value: list[list[str]]) -> None:
        """A number, or rows of numbers, that the page begins with."""
        self.value[name] = self.given[name] = [[D(each) for each in row] for row in value]
        self.printed[name] = value
        self.single[name] = len(value) == len(value[0]) == 1
        self.lines.append(Line(name, value, single=self.single[name]))

    def line(self, name: str, formula: Tree, symbols: bool = True) -> None:
        """A quantity by its formula."""

        def value(kind: str, what: str) -> Ranges:
            found = [[D(what)]] if kind == "c" else self.value[what]
            return [[Range(each, each) for each in row] for row in found]

        exact = [[each.low for each in row] for row in ranged(formula, value)]
        self.printed[name] = [[text_of(each, self.decimals) for each in row] for row in exact]
        rounded = [[D(each) for each in row] for row in self.printed[name]]
        self.value[name] = exact if self.carries == "full" else rounded
        self.single[name] = len(exact) == len(exact[0]) == 1
        put_in = {at: self.printed[q] for at, q in enumerate(places(formula))}
        self.lines.append(Line(name, self.printed[name], formula, put_in, self.single[name], symbols))

    def again(self, name: str) -> None:
        """What a quantity was, said once more."""
        self.lines.append(Line(name, self.printed[name], None, {}, self.single[name], again=True))

    def page(self, style: str) -> Page:
        return Page(self.lines, style, self.given, self.decimals)


def q(name: str) -> Tree:
    return ("q", name)


def c(text: str) -> Tree:
    return ("c", text)


def _draw(rng: random.Random, decimals: int = 2, size: float = 1.0) -> str:
    return text_of(D(str(round(rng.uniform(-size, size), decimals) or 0.1)), decimals)


def by_scalars(rng: random.Random, style: str, decimals: int, carries: str, squash: str = "sig") -> Page:
    """Two inputs, two hidden units, one output, each number by itself; one step of gradient descent."""
    page = Writer(decimals, carries)
    for name in ("x_1", "x_2", "w_1", "w_2", "w_3", "w_4", "w_5", "w_6", "b_1", "b_2"):
        page.give(name, [[_draw(rng)]])
    page.give("t", [[_draw(rng).lstrip("-")]])
    page.give("η", [["0.5"]])
    for unit, (first, second) in (("h1", ("w_1", "w_2")), ("h2", ("w_3", "w_4"))):
        total = ("+", ("+", ("*", q(first), q("x_1")), ("*", q(second), q("x_2"))), q("b_1"))
        page.line(f"net_{unit}", total)
        page.line(f"out_{unit}", (squash, q(f"net_{unit}")))
    total = ("+", ("+", ("*", q("w_5"), q("out_h1")), ("*", q("w_6"), q("out_h2"))), q("b_2"))
    page.line("net_o", total)
    page.line("out_o", ("sig", q("net_o")))
    page.line("E", ("*", c("0.5"), ("sq", ("-", q("t"), q("out_o")))))
    page.line("e", ("-", q("out_o"), q("t")))
    page.line("s_o", ("*", q("out_o"), ("-", c("1"), q("out_o"))))
    page.line("δ_o", ("*", q("e"), q("s_o")))
    page.again("out_h1")
    page.line("g_5", ("*", q("δ_o"), q("out_h1")))
    page.line("g_6", ("*", q("δ_o"), q("out_h2")))
    slope = (
        ("*", q("out_h1"), ("-", c("1"), q("out_h1")))
        if squash == "sig"
        else ("-", c("1"), ("sq", q("out_h1")))
    )
    page.line("δ_h1", ("*", ("*", q("δ_o"), q("w_5")), slope))
    page.line("g_1", ("*", q("δ_h1"), q("x_1")))
    page.again("E")
    page.line("w_1^{new}", ("-", q("w_1"), ("*", q("η"), q("g_1"))))
    page.line("w_5^{new}", ("-", q("w_5"), ("*", q("η"), q("g_5"))))
    return page.page(style)


def by_matrices(rng: random.Random, style: str, decimals: int, carries: str, function: str = "tanh") -> Page:
    """Two samples, three hidden units, two outputs with squared error; rows are samples."""
    page = Writer(decimals, carries)
    for name, (rows, columns) in {
        "x": (2, 2),
        "W_1": (2, 3),
        "b_1": (1, 3),
        "W_2": (3, 2),
        "b_2": (1, 2),
    }.items():
        page.give(name, [[_draw(rng, 1) for _ in range(columns)] for _ in range(rows)])
    page.give("y", [[rng.choice(["0", "1"]) for _ in range(2)] for _ in range(2)])
    page.give("η", [["0.1"]])
    page.line("z_1", ("+", ("dot", q("x"), q("W_1")), q("b_1")))
    page.line("a_1", (function, q("z_1")))
    page.line("z_2", ("+", ("dot", q("a_1"), q("W_2")), q("b_2")))
    page.line("e", ("-", q("z_2"), q("y")))
    page.line("dW_2", ("dot", ("T", q("a_1")), q("e")))
    page.line("da_1", ("dot", q("e"), ("T", q("W_2"))))
    if function == "tanh":
        page.line("s_1", ("-", c("1"), ("sq", q("a_1"))), symbols=False)
        page.line("dz_1", ("had", q("da_1"), q("s_1")))
        page.line("dW_1", ("dot", ("T", q("x")), q("dz_1")))
    page.again("z_2")
    page.line("W_2^{new}", ("-", q("W_2"), ("*", q("η"), q("dW_2"))))
    return page.page(style)


def one_sample(rng: random.Random, style: str, decimals: int, carries: str, function: str = "relu") -> Page:
    """One sample, softmax in its parts, cross-entropy of the first class."""
    page = Writer(decimals, carries)
    for name, (rows, columns) in {"x": (1, 3), "W_1": (3, 2), "b_1": (1, 2)}.items():
        page.give(name, [[_draw(rng, 1) for _ in range(columns)] for _ in range(rows)])
    page.give("u_1", [[_draw(rng)]])
    page.give("u_2", [[_draw(rng)]])
    page.line("z_1", ("+", ("dot", q("x"), q("W_1")), q("b_1")))
    page.line("a_1", (function, q("z_1")))
    page.line("s_1", ("exp", q("u_1")))
    page.line("s_2", ("exp", q("u_2")))
    page.line("S", ("+", q("s_1"), q("s_2")))
    page.line("p_1", ("/", q("s_1"), q("S")))
    page.line("p_2", ("/", q("s_2"), q("S")))
    page.line("L", ("neg", ("ln", q("p_1"))))
    page.again("p_1")
    page.line("r", ("-", q("p_1"), c("1")))
    page.line("m", ("/", ("+", ("sq", q("r")), ("sq", q("p_2"))), c("2")))
    page.line("k", ("sqrt", q("m")))
    return page.page(style)


# --- how it is written --------------------------------------------------------------------------------------

STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "dot": 2, "had": 2, "neg": 1.5, "sq": 4, "T": 4}


@dataclass
class Style:
    """How a page writes operations, names and rows of numbers."""

    name: Callable[[str], str]
    rows: Callable[[list[list[str]]], str]
    signs: dict[str, str]
    functions: dict[str, str]
    power: tuple[str, str]
    fraction: Callable[[str, str], str] | None = None
    number: Callable[[str], str] = str
    split: bool = False  # whether functions of rows are written entry by entry

    def write(self, tree: Tree, leaf: Callable[[], str], at: float = 0) -> str:
        op = tree[0]
        if op == "q":
            text = leaf()
            return f"({text})" if text[0] in "-−" and at >= 1 else text
        if op == "c":
            return self.number(tree[1])
        if op in self.functions:
            return self.functions[op].format(self.write(tree[1], leaf, 3 if op == "sig" else 0))
        if op == "/" and self.fraction is not None:
            over = self.write(tree[1], leaf)
            return self.fraction(over, self.write(tree[2], leaf))
        own = STRENGTH[op]
        if op == "neg":
            text = f"-{self.write(tree[1], leaf, 2)}"
        elif op in ("sq", "T"):
            text = self.write(tree[1], leaf, 4) + self.power[op == "T"]
        else:
            left = self.write(tree[1], leaf, own - 0.5)
            text = f"{left} {self.signs[op]} {self.write(tree[2], leaf, own + 0.5)}"
        return f"({text})" if own < at + (op == "neg") else text


def _lists(rows: list[list[str]]) -> str:
    inner = ", ".join(f"[{', '.join(row)}]" for row in rows)
    return inner if len(rows) == 1 else f"[{inner}]"


def _spaced(rows: list[list[str]]) -> str:
    inner = "; ".join(" ".join(row) for row in rows)
    return f"[{inner}]"


def _latex_rows(kind: str) -> Callable[[list[list[str]]], str]:
    def write(rows: list[list[str]]) -> str:
        inner = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{{kind}}} {inner} \end{{{kind}}}"

    return write


def _latex_name(name: str) -> str:
    base, _, mark = name.partition("^")
    letters, _, index = base.partition("_")
    greek = {"η": r"\eta", "δ": r"\delta"}.get(letters, letters)
    if letters.startswith("d") and len(letters) == 2:
        greek = rf"\frac{{\partial L}}{{\partial {letters[1]}_{{{index}}}}}"
        return greek
    return greek + (rf"_{{{index}}}" if index else "") + (r"^{\text{new}}" if mark else "")


def _unicode_name(name: str) -> str:
    sub = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    base, _, mark = name.partition("^")
    letters, _, index = base.partition("_")
    low = index.translate(sub) if index.isdigit() else (f"_{index}" if index else "")
    return f"{letters}{low}" + ("⁺" if mark else "")


def _plain_name(name: str) -> str:
    base, _, mark = name.partition("^")
    return base.replace("δ", "delta").replace("η", "lr") + ("_new" if mark else "")


def _html_name(name: str) -> str:
    base, _, mark = name.partition("^")
    letters, _, index = base.partition("_")
    return f"<i>{letters}</i>" + (f"<sub>{index}</sub>" if index else "") + ("<sup>new</sup>" if mark else "")


_PLAIN_SIGNS = {"+": "+", "-": "-", "*": "*", "/": "/", "dot": "@", "had": "*"}
_SIGNS = {"+": "+", "-": "−", "*": "·", "/": "/", "dot": "·", "had": "⊙"}
_LATEX_SIGNS = {"+": "+", "-": "-", "*": r"\cdot", "/": "/", "dot": r"\cdot", "had": r"\odot"}
_HTML_SIGNS = {"+": "+", "-": "&minus;", "*": "&middot;", "/": "/", "dot": "&middot;", "had": "&#8857;"}
_PLAIN_FUNCTIONS = {
    "exp": "exp({})", "ln": "log({})", "tanh": "tanh({})", "sig": "1/(1 + exp(-{}))", "relu": "relu({})",
    "sqrt": "sqrt({})",
}  # fmt: skip
_FUNCTIONS = {
    "exp": "e^({})", "ln": "ln({})", "tanh": "tanh({})", "sig": "1/(1 + e^(−{}))", "relu": "max(0, {})",
    "sqrt": "√({})",
}  # fmt: skip
_LATEX_FUNCTIONS = {
    "exp": "e^{{{}}}", "ln": r"\ln\left({}\right)", "tanh": r"\tanh({})", "sig": r"\frac{{1}}{{1 + e^{{-{}}}}}",
    "relu": r"\max(0,\, {})", "sqrt": r"\sqrt{{{}}}",
}  # fmt: skip
_HTML_FUNCTIONS = {
    "exp": "e<sup>{}</sup>", "ln": "ln({})", "tanh": "tanh({})", "sig": "1 / (1 + e<sup>&minus;{}</sup>)",
    "relu": "max(0, {})", "sqrt": "&radic;({})",
}  # fmt: skip


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _comma(text: str) -> str:
    return text.replace(".", ",")


PLAIN = Style(_plain_name, _lists, _PLAIN_SIGNS, _PLAIN_FUNCTIONS, ("^2", ".T"))
UNICODE = Style(_unicode_name, _spaced, _SIGNS, _FUNCTIONS, ("²", "ᵀ"), number=_minus)
COMMA = replace(UNICODE, number=lambda text: _minus(_comma(text)))
LATEX = Style(
    _latex_name, _latex_rows("bmatrix"), _LATEX_SIGNS, _LATEX_FUNCTIONS, ("^2", r"^\top"),
    lambda over, under: rf"\frac{{{over}}}{{{under}}}",
)  # fmt: skip
PARENTHESES = replace(LATEX, rows=_latex_rows("pmatrix"), power=("^{2}", "^T"))
HTML = Style(_html_name, _lists, _HTML_SIGNS, _HTML_FUNCTIONS, ("<sup>2</sup>", "<sup>T</sup>"))


def sides(line: Line, style: Style) -> list[str]:
    """Name, formula in symbols, formula with numbers, result."""
    found = [style.name(line.name)]
    function = line.formula is not None and line.formula[0] in RISING and not line.single
    if line.formula is not None:
        if line.symbols and not function:
            names = iter(places(line.formula))
            found.append(style.write(line.formula, lambda: style.name(next(names))))
        found.append(_with_numbers(line, style, function))
    return [*found, rows_of(line.printed, line.single, style)]


def _with_numbers(line: Line, style: Style, function: bool) -> str:
    assert line.formula is not None
    if function or (line.formula[0] == "-" and line.formula[2][0] == "sq" and not line.single):
        whole = line.put_in[0]
        entries = [
            [style.write(line.formula, lambda e=each: style.number(e)) for each in row] for row in whole
        ]
        return style.rows(entries)
    at = iter(range(99))

    def leaf() -> str:
        numbers = line.put_in[next(at)]
        return rows_of(numbers, len(numbers) == len(numbers[0]) == 1, style)

    return style.write(line.formula, leaf)


def rows_of(numbers: list[list[str]], single: bool, style: Style) -> str:
    """Numbers as a page prints them."""
    shown = [[style.number(each) for each in row] for row in numbers]
    return shown[0][0] if single else style.rows(shown)


WORDS = ["So we get", "Next,", "Then", "This gives", "Here"]


def text_page(page: Page, style: Style) -> str:
    """Plain text; long equations go on in the next line."""
    out = ["A small network, by hand", ""]
    for number, line in enumerate(page.lines):
        parts = sides(line, style)
        word = "Again, " if line.again else f"({number}) " if number % 5 == 0 and line.formula else ""
        relation = "≈" if line.formula else "="
        if len(" = ".join(parts)) > 70 and len(parts) > 2:
            out.append(f"{word}{parts[0]} = {parts[1]}")
            pad = " " * len(f"{word}{parts[0]} ")
            out += [f"{pad}= {part}" for part in parts[2:-1]] + [f"{pad}{relation} {parts[-1]}"]
        else:
            out.append(word + " = ".join(parts[:-1]) + f" {relation} {parts[-1]}")
        out += [""] * (number % 4 == 3)
    return "\n".join(out) + "\n"


def boxed_page(page: Page, style: Style) -> str:
    """Text with matrices drawn over several lines."""
    out = ["By hand", ""]
    for line in page.lines:
        pieces: list[str | list[str]] = []

        def rows(numbers: list[list[str]], pieces: list[str | list[str]] = pieces) -> str:
            if len(numbers) == 1:
                return "[" + "  ".join(numbers[0]) + "]"
            width = max(len(each) for row in numbers for each in row)
            inner = ["  ".join(each.rjust(width) for each in row) for row in numbers]
            tall = ["⎡", *"⎢" * (len(inner) - 2), "⎣"], ["⎤", *"⎥" * (len(inner) - 2), "⎦"]
            pieces.append([a + text + b for a, text, b in zip(tall[0], inner, tall[1], strict=True)])
            return f"\0{len(pieces) - 1}\0"

        text = " = ".join(sides(line, replace(style, rows=rows)))
        parts = text.split("\0")
        boxes = [pieces[int(part)] if at % 2 else [part] for at, part in enumerate(parts)]
        height = max(map(len, boxes))
        lines = [""] * height
        for box in boxes:
            top = (height - 1) // 2 - (len(box) - 1) // 2
            for at in range(height):
                inside = box[at - top] if 0 <= at - top < len(box) else " " * len(box[0])
                lines[at] += inside
        out += [each.rstrip() for each in lines]
    return "\n".join(out) + "\n"


def markdown_page(page: Page, style: Style) -> str:
    """Markdown with formulas between dollars, some in the sentence, some by themselves."""
    out = ["# A worked step", "", "We count *one* step by hand.", ""]
    for number, line in enumerate(page.lines):
        parts = sides(line, style)
        if line.formula is None or (line.single and number % 3 == 0):
            word = "Again" if line.again else WORDS[number % len(WORDS)] if line.formula else "Given is"
            out += [
                f"{word} ${' = '.join(parts)}$, as above."
                if line.formula
                else f"- {word} ${' = '.join(parts)}$"
            ]
        elif number % 2:
            inner = r" \\".join(("\n" if at else "") + f"&= {part}" for at, part in enumerate(parts[1:]))
            out += ["", "$$", r"\begin{aligned}", f"{parts[0]} {inner}", r"\end{aligned}", "$$", ""]
        else:
            out += ["", f"$${' = '.join(parts[:-1])} \\approx {parts[-1]}$$", ""]
    return "\n".join(out) + "\n"


def latex_page(page: Page, style: Style) -> str:
    """A document of LaTeX."""
    out = [
        r"\documentclass{article}",
        r"\usepackage{amsmath}",
        r"\begin{document}",
        r"\section{By hand} % a draft",
    ]
    for line in page.lines:
        parts = sides(line, style)
        if len(parts) == 2:
            out.append(f"With ${parts[0]} = {parts[1]}$" + (" again." if line.again else "."))
        else:
            rest = " \\\\\n".join(f"&= {part}" for part in parts[1:])
            out += [r"\begin{align}", f"{parts[0]} {rest}", r"\end{align}"]
    return "\n".join([*out, r"\end{document}"]) + "\n"


def html_page(page: Page, style: Style) -> str:
    """A page of HTML with raised and lowered signs."""
    out = [
        "<!DOCTYPE html>",
        "<html><head><title>By hand = 1</title></head><body>",
        "<h1>By hand</h1>",
        "<ul>",
    ]
    out += [
        f"<li>{' = '.join(sides(line, style))}</li>"
        for line in page.lines
        if line.formula is None and not line.again
    ]
    out += ["</ul>"]
    for line in page.lines:
        if line.formula is not None or line.again:
            out.append(f"<p>{'Again ' if line.again else ''}{' = '.join(sides(line, style))}</p>")
    return "\n".join([*out, "</body></html>"]) + "\n"


def mathjax_page(page: Page, style: Style) -> str:
    """A page of HTML with formulas of LaTeX."""
    out = ["<html><body>", "<h1>By hand</h1>"]
    for line in page.lines:
        out.append(f"<p>\\({html.escape(' = '.join(sides(line, style)))}\\)</p>")
    return "\n".join([*out, "</body></html>"]) + "\n"


def notebook_page(page: Page, style: Style) -> str:
    """A notebook: given numbers in code, formulas in cells of Markdown, results printed once more."""
    cells = []
    for line in page.lines:
        if line.formula is None and not line.again:
            value = rows_of(line.printed, line.single, PLAIN)
            name = _plain_name(line.name)
            cells.append({"cell_type": "code", "source": [f"{name} = {value}\n", "# given"], "outputs": []})
        elif line.again:
            name, value = _plain_name(line.name), rows_of(line.printed, line.single, PLAIN)
            printed = {"output_type": "stream", "text": [f"{name} = {value}\n"]}
            cells.append(
                {"cell_type": "code", "source": [f"print('{name} is', {name})"], "outputs": [printed]}
            )
        else:
            text = [f"We get\n\n$${' = '.join(sides(line, replace(style, name=_same_name)))}$$\n"]
            cells.append({"cell_type": "markdown", "source": text})
    return json.dumps({"cells": cells, "nbformat": 4})


def _same_name(name: str) -> str:
    return _plain_name(name).replace("_new", r"\_new") if "^" in name else rf"\text{{{_plain_name(name)}}}"


def readme_page(page: Page, style: Style) -> str:
    """Markdown with a table of what is given, and formulas in blocks of code."""
    out = ["# Backpropagation", "", "| name | value |", "| --- | ---: |"]
    out += [f"| {style.name(each.name)} | {rows_of(each.printed, each.single, style)} |" for each in page.lines
            if each.formula is None and not each.again]  # fmt: skip
    out += ["", "```text"]
    out += [" = ".join(sides(each, style)) for each in page.lines if each.formula is not None]
    out += ["```", "", "Said again:", ""]
    out += [f"* {' = '.join(sides(each, style))}" for each in page.lines if each.again]
    return "\n".join(out) + "\n"


STYLES: dict[str, tuple[str, Callable[[Page, Style], str], Style]] = {
    "text": ("text", text_page, UNICODE), "plain text": ("text", text_page, PLAIN),
    "commas": ("text", text_page, COMMA),
    "boxes": ("text", boxed_page, UNICODE), "markdown": ("markdown", markdown_page, LATEX),
    "markdown lists": ("markdown", readme_page, PLAIN), "latex": ("latex", latex_page, LATEX),
    "latex in parentheses": ("latex", latex_page, PARENTHESES), "html": ("html", html_page, HTML),
    "mathjax": ("html", mathjax_page, LATEX), "notebook": ("notebook", notebook_page, LATEX),
}  # fmt: skip
KINDS: dict[str, Callable[..., Page]] = {
    "sigmoid by scalars": by_scalars,
    "tanh by scalars": lambda *of: by_scalars(*of, squash="tanh"),
    "tanh by matrices": by_matrices,
    "relu by matrices": lambda *of: by_matrices(*of, function="relu"),
    "softmax": one_sample,
}


def written(page: Page) -> tuple[str, str]:
    """A page as text, and what it is written in."""
    format, write, style = STYLES[page.style]
    return write(page, style), format


def drawn(seed: int) -> Page:
    """A right page, drawn at random."""
    rng = random.Random(seed)
    kind = list(KINDS)[seed % len(KINDS)]
    style = list(STYLES)[(seed // len(KINDS)) % len(STYLES)]
    if style == "commas" and "scalars" not in kind:
        style = "text"
    return KINDS[kind](rng, style, rng.choice([3, 4, 5, 6, 9]), rng.choice(["full", "rounded"]))
