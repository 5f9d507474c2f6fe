"""The names of quantities and of their entries, in text and in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chainrule.notation.greek import GREEK, LATEX_GREEK, LATEX_SIGNS

# Names by the signs of the textbooks; a mark such as ² stands after the layer's number.
_SIGNS = {
    **{word: (letter, "") for word, letter in GREEK.items()},
    "var": ("σ", "²"),
    "zhat": ("ẑ", ""),
    "yhat": ("ŷ", ""),
}
_SIGNED = re.compile(rf"(d?)({'|'.join(_SIGNS)})(\d*)(?=_|$)|([a-z])(gamma|beta)(\d+)(?=_|$)")
_PARTS = re.compile(r"([^\W\d_]+?)(\d*)$")


def entry_text(name: str, index: Sequence[int]) -> str:
    """``dW1[0, 1]``."""
    return f"{name}[{', '.join(map(str, index))}]" if len(index) else name


def display(name: str) -> str:
    """A quantity's name as text shows it: ``log_a2`` → ``log a2``, ``eta`` → ``η``, ``dvar1`` → ``dσ1²``."""
    if match := _SIGNED.match(name):
        before, word, number = match.group(1, 2, 3) if match[2] else match.group(4, 5, 6)
        letter, mark = _SIGNS[word]
        return f"{before}{letter}{number}{mark}{name[match.end() :]}"
    if name.startswith("log_not_"):
        return f"log(1 - {name[8:]})"
    return name.replace("log_", "log ") if name.startswith("log_") else name


def latex_name(name: str, index: Sequence[int] | None = None) -> str:
    r"""A quantity's name in LaTeX, or that of one of its entries.

    >>> print(latex_name("dW1"), latex_name("dW1", (0, 1)), latex_name("W1_new"), latex_name("mW1_hat"))
    \frac{\partial L}{\partial W_{1}} \frac{\partial L}{\partial W_{1}[0, 1]} W_{1}^{\text{new}} \hat m_{W_{1}}
    """
    at = f"[{', '.join(map(str, index))}]" if index else ""
    if name in LATEX_GREEK:
        return LATEX_GREEK[name] + at
    if name.startswith("log_not_"):
        return rf"\log\left(1 - {latex_name(name[8:], index)}\right)"
    if name.startswith("log_"):
        return rf"\log {latex_name(name[4:], index)}"
    base, _, mark = name.partition("_")
    return _marked(base, mark, at) if mark else _unmarked(base, at)


def _marked(base: str, mark: str, at: str) -> str:
    word = rf"\text{{{mark.replace('_', ' ')}}}"
    if mark == "hat":
        shown = _unmarked(base, "")
        return rf"\hat {shown}{at}" if shown[0].isalpha() else rf"{{{shown}}}_{{{word}}}{at}"
    if mark == "new":
        shown = _unmarked(base, "")
        return f"{{{shown}}}^{{{word}}}{at}" if "^" in shown else f"{shown}^{{{word}}}{at}"
    if _is_gradient(base):
        return rf"\left({_unmarked(base, '')}\right)_{{{word}}}{at}"
    shown = _unmarked(base, "")
    return f"{{{shown}}}_{{{word}}}{at}" if "_" in shown else f"{shown}_{{{word}}}{at}"


def _is_gradient(base: str) -> bool:
    letters = base[1:].rstrip("0123456789")
    return base[0] == "d" and (len(letters) == 1 or letters in LATEX_GREEK or letters.endswith("hat"))


def _unmarked(base: str, at: str) -> str:
    if _is_gradient(base):
        return rf"\frac{{\partial L}}{{\partial {latex_name(base[1:])}{at}}}"
    match = _PARTS.match(base)
    if match is None:
        return rf"\text{{{base}}}{at}"
    letters, number = match.groups()
    index = f"_{{{number}}}" if number else ""
    if letters == "var":
        return rf"\sigma{index}^{{2}}{at}"
    if letters == "sd":  # √(σ² + ε), which is not σ
        return rf"\text{{sd}}{index}{at}"
    of = letters[1:]
    if (len(of) == 1 or of in LATEX_GREEK) and number and letters not in LATEX_GREEK:
        return rf"{letters[0]}_{{{_letters(of)}_{{{number}}}}}{at}"  # an optimizer's state of a parameter
    shown = _letters(letters)
    return f"{shown}_{{{number}}}{at}" if number else shown + at


def _letters(letters: str) -> str:
    if len(letters) == 1 and letters.isascii():
        return r"\ell" if letters == "l" else letters
    if letters in LATEX_SIGNS:
        return LATEX_SIGNS[letters]
    if len(letters) == 4 and letters.endswith("hat"):
        return rf"\hat {letters[0]}"
    return LATEX_GREEK.get(letters, rf"\text{{{letters}}}")
