"""An expression in any style, and how names, numbers and other signs are written."""

from chainrule.notation.constants import constant, shortest
from chainrule.notation.formula import formula, latex_formula, latex_leaf, text_leaf
from chainrule.notation.greek import GREEK, LETTERS
from chainrule.notation.letters import HARD_SPACE, MATH_SIGNS, ascii_math, latex_text
from chainrule.notation.names import display, entry_text, latex_name
from chainrule.notation.numerals import (
    DECIMALS,
    GAP,
    latex_numeral,
    numeral,
    printed,
    setting_numeral,
    showing,
    shown_decimals,
)
from chainrule.notation.python import code, lines
from chainrule.notation.templates import Style
from chainrule.notation.writing import ATOM, NEGATIVE_STRENGTH, SUM_STRENGTH, Leaf, join_strings, write

__all__ = [
    "ATOM",
    "DECIMALS",
    "GAP",
    "GREEK",
    "HARD_SPACE",
    "LETTERS",
    "MATH_SIGNS",
    "NEGATIVE_STRENGTH",
    "SUM_STRENGTH",
    "Leaf",
    "Style",
    "ascii_math",
    "code",
    "constant",
    "display",
    "entry_text",
    "formula",
    "join_strings",
    "latex_formula",
    "latex_leaf",
    "latex_name",
    "latex_numeral",
    "latex_text",
    "lines",
    "numeral",
    "printed",
    "setting_numeral",
    "shortest",
    "showing",
    "shown_decimals",
    "text_leaf",
    "write",
]  # fmt: skip
