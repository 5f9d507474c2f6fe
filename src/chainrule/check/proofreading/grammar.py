"""The grammar of formulas on pages: pieces of a line become a tree.

sum     = term {(+ | -) term}
term    = factor {(* | × | · | @ | ⊙ | / | nothing) factor}
factor  = [- | +] power
power   = marked [^ factor]
marked  = atom {² | ᵀ}
atom    = number | name | function atom | function ( sums ) | ( sum ) | [ rows ] | | sum | | √ atom
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from chainrule.check.proofreading.tokens import FRACTIONS, Token
from chainrule.check.proofreading.tree import Apply, Array, Name, Number, Tree, depth

DEEPEST = 60  # brackets within each other
TALLEST = 200  # operations within each other, as those of a sum of so many terms
FUNCTIONS = {
    "exp": "exp", "ln": "log", "log": "log", "log10": "log10", "lg": "log10", "log2": "log2", "sqrt": "sqrt",
    "tanh": "tanh", "sigmoid": "sigmoid", "logistic": "sigmoid", "σ": "σ", "relu": "relu", "ReLU": "relu",
    "RELU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "softmax": "softmax", "Softmax": "softmax", "max": "max",
    "min": "min", "maximum": "max", "abs": "abs", "sin": "sin", "cos": "cos", "sum": "sum", "Σ": "sum", "mean": "mean",
    "log_{10}": "log10", "log_{2}": "log2", "log_{e}": "log", "log₂": "log2", "log₁₀": "log10",
}  # fmt: skip
FACTORS = set("ηαβγλεμδ")  # before brackets these are factors
SAME = {"array", "matrix", "asarray"}  # calls that only hold their numbers
PREFIXES = ("np.", "numpy.", "math.", "torch.", "jnp.")
PROSE = frozenset(
    {
        "so",
        "is",
        "we",
        "and",
        "the",
        "for",
        "to",
        "of",
        "in",
        "at",
        "by",
        "or",
        "as",
        "an",
        "it",
        "be",
        "if",
        "on",
        "that",
        "this",
        "with",
        "gives",
        "get",
        "gets",
        "then",
        "thus",
        "hence",
        "where",
        "are",
        "was",
        "our",
        "now",
        "which",
        "have",
        "has",
        "from",
        "its",
        "all",
        "but",
        "not",
        "yet",
        "per",
        "here",
        "there",
        "let",
        "a",
    }
)
SIGNS = {"*": "*", "×": "times", "·": "dot", "@": "dot", "⊙": "⊙", "/": "/", "÷": "/"}


class NoFormula(Exception):
    """What stands there is none, or none that is known."""


def prose(token: Token) -> bool:
    """Whether a name is rather a word of a sentence."""
    text = token.text
    if token.kind != "name":
        return False
    word = text.isascii() and text.isalpha()
    known = text in FUNCTIONS or text.removeprefix("np.") in FUNCTIONS
    return word and not known and (len(text) > 3 or text.lower() in PROSE)


def number(token: Token, comma: bool = False) -> Number:
    """A printed number from its piece."""
    text = token.text.replace(",", "." if comma else "")
    mantissa, _, power = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    value = float(text)
    if not math.isfinite(value) or len(text) > 60:
        raise NoFormula
    return Number(token.text, value, 10.0 ** (int(power or 0) - decimals))


class Parser:
    """Reads pieces from left to right, as far as a formula goes."""

    def __init__(self, pieces: Sequence[Token], comma: bool = False) -> None:
        self.pieces, self.comma = pieces, comma
        self.at, self.depth, self.spaced = 0, 0, False

    # --- looking ------------------------------------------------------------------------------------------

    @property
    def next(self) -> Token | None:
        """The piece that comes."""
        return self.pieces[self.at] if self.at < len(self.pieces) else None

    def _is(self, *texts: str) -> bool:
        return self.next is not None and self.next.text in texts

    def _take(self) -> Token:
        if self.next is None:
            raise NoFormula
        self.at += 1
        return self.pieces[self.at - 1]

    def _expect(self, text: str) -> None:
        if self._take().text != text:
            raise NoFormula

    # --- the rules ----------------------------------------------------------------------------------------

    def sum(self) -> Tree:
        """Terms with signs between them."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise NoFormula
        found = self._term()
        while self._is("+", "-") and not self._begins_entry():
            sign = self._take().text
            found = Apply(sign, (found, self._term()))
        self.depth -= 1
        return found

    def _begins_entry(self) -> bool:
        """In a row without commas: whether a sign is that of the next entry."""
        return self.spaced and self.next is not None and self.next.before and not self.next.after

    def _term(self) -> Tree:
        found = self._factor()
        while self.next is not None:
            if self.next.text in SIGNS:
                op = SIGNS[self._take().text]
                found = _quotient(found, self._factor()) if op == "/" else Apply(op, (found, self._factor()))
            elif self._goes_on():
                found = Apply("dot", (found, self._power()))
            else:
                break
        return found

    def _goes_on(self) -> bool:
        """Whether two factors stand side by side."""
        token = self.next
        assert token is not None
        if token.wide or (self.spaced and token.before):
            return False
        last = self.pieces[self.at - 1]
        if token.kind in ("name", "euler"):
            return not prose(token) and not (prose(last) and token.before)
        if token.kind == "fraction" or token.text in ("√", "("):
            said = self.pieces[self.at + 1 : self.at + 2]  # (rounded)
            return not any(map(prose, (last, *said)))
        return token.text == "[" and (last.text in ")]" or last.kind in ("number", "transpose", "name"))

    def _factor(self) -> Tree:
        signs = 0
        while self._is("-", "+"):
            signs += self._take().text == "-"
            self.depth += 1
            if self.depth > 4 * DEEPEST:
                raise NoFormula
        found = self._power()
        return Apply("neg", (found,)) if signs % 2 else found

    def _power(self) -> Tree:
        base = self._marked()
        if not self._is("^", "**"):
            return base
        self._take()
        self.depth += 1
        if self.depth > DEEPEST:
            raise NoFormula
        if self._is("*") and not self.pieces[self.at].before:  # ** in two pieces
            self._take()
        exponent = self._factor()
        self.depth -= 1
        return _raised(base, exponent)

    def _marked(self) -> Tree:
        found = self._atom()
        while self.next is not None and self.next.kind in ("power", "transpose"):
            token = self._take()
            if token.kind == "transpose":
                found = Apply("T", (found,))
            else:
                found = _raised(found, _whole(token.text))
        return found

    def _atom(self) -> Tree:
        token = self._take()
        if token.text in ("1", "𝟙") and self._is("{"):
            return self._indicator()
        if token.kind == "number":
            return self._number(token)
        if token.kind == "fraction":
            return Number(token.text, FRACTIONS[token.text], 0)
        if token.kind == "euler":
            return Name("e")
        if token.kind == "name":
            return self._named(token)
        if token.text == "√":
            return Apply("call", (self._marked(),), "sqrt")
        if token.text == "(":
            return self._brackets()
        if token.text == "{":
            return self._arguments("}")[0]
        if token.text == "[":
            return self._rows()
        if token.text == "|":
            return Apply("call", self._arguments("|"), "abs")
        raise NoFormula

    def _indicator(self) -> Tree:
        """1{…}, which is told by name."""
        start = self.at
        while self._take().text != "}":
            pass
        return Name("1" + "".join(piece.text for piece in self.pieces[start : self.at]))

    def _number(self, token: Token) -> Tree:
        found = number(token, self.comma)
        if self._is("%"):
            self._take()
            return Number(f"{found.text}%", found.value / 100, found.unit / 100)
        if self.next is not None and self.next.kind == "dots" and not self.next.before:
            self._take()
            return Number(f"{found.text}…", found.value, found.unit, open=True)
        return self._with_power_of_ten(found)

    def _with_power_of_ten(self, found: Number) -> Number:
        """4.28 × 10^(-7) is one number."""
        rest = self.pieces[self.at : self.at + 7]
        texts = [token.text for token in rest]
        if len(rest) < 3 or texts[0] not in ("×", "·", "*") or texts[1] != "10":
            return found
        if rest[2].kind == "power":
            power, used = texts[2], 3
        elif texts[2] == "^":
            digits = [t for t in texts[3:] if t != "("]
            minus = digits[:1] == ["-"]
            digits = digits[minus:]
            if not digits or not digits[0].isdigit():
                return found
            power, used = ("-" if minus else "") + digits[0], 4 + minus
            if texts[3] == "(":
                used += 2
                if texts[used - 1 : used] != [")"]:
                    return found
        else:
            return found
        if abs(int(power)) > 300:
            raise NoFormula
        self.at += used
        scale = 10.0 ** int(power)
        return Number(f"{found.text}×10^{power}", found.value * scale, found.unit * scale)

    def _named(self, token: Token) -> Tree:
        text = token.text
        for prefix in PREFIXES:
            text = text.removeprefix(prefix)
        opens = self._is("(") and self.next is not None
        if opens and text not in FACTORS and (text in FUNCTIONS or not self.pieces[self.at].before):
            self._take()
            args = self._arguments(")")
            if text in SAME and len(args) == 1:
                return args[0]
            return Apply("call", args, FUNCTIONS[text]) if text in FUNCTIONS else Apply("unknown", args, text)
        if text in FUNCTIONS and text not in ("σ", "Σ", "sum", "mean"):
            return Apply("call", (self._power(),), FUNCTIONS[text])
        if text in ("Σ", "sum") and self._is("["):
            return Apply("call", (self._power(),), "sum")
        if text == "π":
            return Number("π", math.pi, 0)
        return Name(text)

    def _arguments(self, closing: str) -> tuple[Tree, ...]:
        kept, self.spaced = self.spaced, False
        found = [self.sum()]
        while self._is(",", ";") or (self.next is not None and self.next.text.strip() == ","):
            self._take()
            found.append(self.sum())
        self._expect(closing)
        self.spaced = kept
        return tuple(found)

    def _brackets(self) -> Tree:
        found = self._arguments(")")
        return found[0] if len(found) == 1 else Array((found,), flat=True)

    def _rows(self) -> Tree:
        """What stands in square brackets: entries or rows, with commas, semicolons or spaces between."""
        kept, self.spaced = self.spaced, True
        self.depth += 1
        if self.depth > DEEPEST:
            raise NoFormula
        rows: list[list[Tree]] = [[]]
        while not self._is("]"):
            rows[-1].append(self.sum())
            if self._is(";"):
                rows.append([])
            if self._is(",", ";"):
                self._take()
        self._take()
        self.spaced, self.depth = kept, self.depth - 1
        return _array([row for row in rows if row])


def _array(rows: list[list[Tree]]) -> Tree:
    if not rows:
        raise NoFormula
    if len(rows) > 1:
        return _checked(tuple(map(tuple, rows)))
    inner = rows[0]
    if all(isinstance(each, Array) and each.flat for each in inner):
        return _checked(tuple(each.rows[0] for each in inner if isinstance(each, Array)))
    if len(inner) == 1 and isinstance(inner[0], Array):
        return inner[0]
    if any(isinstance(each, Array) for each in inner):
        raise NoFormula
    return Array((tuple(inner),), flat=True)


def _checked(rows: tuple[tuple[Tree, ...], ...]) -> Array:
    if len({len(row) for row in rows}) > 1:
        raise NoFormula
    return Array(rows, flat=False)


def _whole(text: str) -> Tree:
    size = text.lstrip("+-")
    if len(size) > 3:
        raise NoFormula
    found = Number(size, float(size), 0)
    return Apply("neg", (found,)) if text[0] == "-" else found


def _raised(base: Tree, exponent: Tree) -> Tree:
    if base == Name("e"):
        return Apply("call", (exponent,), "exp")
    return Apply("^", (base, exponent))


def _quotient(over: Tree, under: Tree) -> Tree:
    """A quotient; that of two differentials is a name."""
    if isinstance(over, Name) and isinstance(under, Name):
        for sign in ("∂", "d"):
            if over.text[0] == sign == under.text[0] and len(under.text) > 1:
                return Name(f"{over.text}/{under.text}")
    return Apply("/", (over, under))


def parse(pieces: Sequence[Token], comma: bool = False) -> Tree | None:
    """The tree of pieces that are a formula as a whole; None where they are none."""
    parser = Parser(pieces, comma)
    try:
        found = parser.sum()
    except (NoFormula, OverflowError, ValueError, RecursionError):
        return None
    return found if parser.next is None and depth(found) <= TALLEST else None


def parse_prefix(pieces: Sequence[Token], comma: bool = False) -> tuple[Tree, int] | None:
    """The formula with which pieces begin, and how many they are."""
    parser = Parser(pieces, comma)
    try:
        found = parser.sum()
    except (NoFormula, OverflowError, ValueError, RecursionError):
        return None
    return (found, parser.at) if depth(found) <= TALLEST else None
