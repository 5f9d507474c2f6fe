"""An independent reader of a printed walk-through.

It shares nothing with the writer: it takes the text as a person does who has paper and a calculator. It finds
the equations (matrices over several rows, tall brackets, wrapped lines, notes at the right), reads each side as
an expression and evaluates it: with the trace's numbers where it is written by names, with the printed numbers
where numbers are put in. What it cannot read is an error, never skipped.

What it asks of a page (`Checker.check`):

- a side by names gives the quantity, to 1e-9;
- the numbers that are put in are those of the names in the formula, rounded as they are printed;
- the side with numbers gives the result: after ``=`` exactly the printed digits (by hand: exactly the result),
  after ``≈`` not those digits but a number which the rounding of the printed operands allows (by hand: the
  result is that number rounded);
- the result is the trace's own value, rounded;
- a number that fractions give as 0, and floats not, is said to be 0 but for rounding, and so is a comparison that it
  decides; what is said to be that is no larger than roundings of what it is made of.

From a page to its verdict: `tokens`, `sheet`, `parser` and `page` read it; `evaluate` counts a side, in `arrays`,
`exact` or `intervals`; `printed` and `beside` say what a numeral stands for; `sides`, `operands` and `dust` judge an
equation by what is `known`, and `checker` all of them. `pictures` takes the images off a page and holds them against x.
"""

from __future__ import annotations

from reader.arrays import Arrays
from reader.beside import beside, grid
from reader.checker import Checker
from reader.errors import TooWide, Undefined, Unreadable, Untrue
from reader.evaluate import evaluate
from reader.exact import Decimals, Fractions
from reader.intervals import Intervals, Sizes
from reader.known import Count, Reading
from reader.page import Equation, Page, plain_name, read
from reader.parser import cells_of, parse
from reader.pictures import Pictures, check_pictures
from reader.printed import by_hand_text, decimals_printed, half_unit, rounds_to, unit
from reader.sheet import Sheet
from reader.tokens import Token, tokens_of
from reader.tree import Tree, has, is_value, leaves
from reader.why import Derivation, read_why
from reader.why_checker import WhyChecker

__all__ = [
    "Arrays",
    "Checker",
    "Count",
    "Decimals",
    "Derivation",
    "Equation",
    "Fractions",
    "Intervals",
    "Page",
    "Pictures",
    "Reading",
    "Sheet",
    "Sizes",
    "Token",
    "TooWide",
    "Tree",
    "Undefined",
    "Unreadable",
    "Untrue",
    "WhyChecker",
    "beside",
    "by_hand_text",
    "cells_of",
    "check_pictures",
    "decimals_printed",
    "evaluate",
    "grid",
    "half_unit",
    "has",
    "is_value",
    "leaves",
    "parse",
    "plain_name",
    "read",
    "read_why",
    "rounds_to",
    "tokens_of",
    "unit",
]
