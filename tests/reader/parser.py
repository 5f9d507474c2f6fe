"""From the pieces of a formula to its tree, by the strengths of its signs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from reader.errors import Unreadable
from reader.tokens import Token, pieces_of
from reader.tree import Tree

GREEK = {
    "η": "eta", "β": "beta", "ε": "epsilon", "μ": "mu", "ρ": "rho", "γ": "gamma", "λ": "weight_decay", "α": "alpha",
    "ẑ": "zhat",
    "ŷ": "yhat",
}  # fmt: skip
CONSTANTS = {"π": math.pi}
FUNCTIONS = {"log", "tanh", "max", "min", "sin", "cos", "arctan", "sign", "erf", "floor"}


def plain_letters(name: str) -> str:
    """A name in plain letters: ``σ1²`` is var1, ``dγ1`` dgamma1."""
    name = re.sub(r"σ(\d*)²", r"var\1", name)
    return "".join(GREEK.get(letter, letter) for letter in name)


def letters_of(plain: str) -> Iterator[str]:
    """The names that are shown as one: by words, as `plain_letters` gives it, or by the letters themselves."""
    yield plain
    for letter, word in GREEK.items():
        if word in plain:
            yield plain.replace(word, letter)
    for word in ("lambda", "strength"):
        if "weight_decay" in plain:
            yield plain.replace("weight_decay", word)


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

    def next_kind(self, kind: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].kind == kind

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
        if self.word("is"):  # missing: NaN is not equal to itself
            self.take()
            self.expect("missing")
            return ("compare", "!=", left, left)
        sign = self.take().text
        if sign not in (">", "<", ">=", "<=", "==", "!="):
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
            elif self.starts_factor() and (tree[0] != "number" or self.word("π")):
                tree = ("multiply", tree, self.factor())
            else:
                return tree

    def starts_factor(self) -> bool:
        if self.at >= len(self.tokens):
            return False
        token = self.tokens[self.at]
        if token == Token("number", "1"):  # 1{…} behind what it multiplies
            return self.tokens[self.at + 1 : self.at + 2] == [Token("sign", "{")]
        return (token.kind == "name" and token.text not in ("if", "otherwise", "is")) or self.peek(
            "(", "√", "Σ"
        )

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
            elif self.next_kind("others") and tree == ("dots",):  # by names, they are not told
                tree = ("others", tree, self.take().content[1])
            elif self.next_kind("rows"):
                tree = ("rows", tree, self.take().content)
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
            return ("matrix", [[_cell(cell) for cell in row] for row in token.content])
        if token.kind == "group":
            return parse(token.content)
        if token.kind == "others":
            rest, count = token.content
            if rest is None:
                raise Unreadable(f"the other {count}: the rest of what?")
            return ("others", parse(rest), count)
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
                if self.next_kind("index"):
                    return _entry_of(("function", token.text, *arguments), self.take().content)
                return ("function", token.text, *arguments)
            if token.text == "put" and self.peek("("):
                self.take()
                rows = self.choice()
                self.expect(",")
                places = self.take()
                self.expect(")")
                return ("put", rows, places.content)
            if token.text in CONSTANTS:
                return ("number", repr(CONSTANTS[token.text]))
            return ("name", plain_letters(token.text), token.content)
        if token.text == "(":
            tree = self.choice()
            self.expect(")")
            return tree
        if token.kind == "dots":
            return ("dots",)
        if token.text == "|":
            tree = self.choice()
            self.expect("|")
            return ("function", "abs", tree)
        raise Unreadable(f"{token.text!r} begins nothing")


def _entry_of(tree: Tree, index: tuple[int, ...]) -> Tree:
    """``log(1 - a2)[0, 1]``, an entry of a quantity whose name is a formula."""
    if tree[1] == "log" and len(tree) == 3 and tree[2][0] == "subtract" and tree[2][1] == ("number", "1"):
        return ("name", f"log_not_{tree[2][2][1]}", index)
    raise Unreadable(f"of what is {list(index)} an entry?")


def _cell(tokens: list[Token]) -> Tree:
    return ("dots",) if [t.kind for t in tokens] == ["dots"] else parse(tokens)


def parse(tokens: list[Token]) -> Tree:
    """One side of an equation."""
    return _Parser(tokens).whole()


def cells_of(row: str) -> list[Tree]:
    """The entries of a row of a matrix."""
    return [_cell(pieces) for pieces in pieces_of(row)]
