"""Text in LaTeX: every sign that TeX can't set as it is, written so that it can. All of it is plain ASCII."""

from __future__ import annotations

import re
import unicodedata

from chainrule.notation.greek import LATEX_SIGNS

HARD_SPACE = "\u00a0"
MATH_SIGNS = {
    **LATEX_SIGNS,
    "→": r"\to", "←": r"\leftarrow", "∂": r"\partial", "′": "'", "⊙": r"\odot", "²": "^2", "³": "^3",
    "ᵀ": r"^\top", "ᵗ": "^t", "×": r"\times", "≈": r"\approx", "·": r"\cdot", "√": r"\surd", "½": r"\tfrac12",
    "±": r"\pm", "−": "-", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∞": r"\infty", "∈": r"\in",
    "<": "<", ">": ">", "|": "|", "¬": r"\neg", "°": r"^\circ",
    "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3",
}  # fmt: skip
_WORDS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\^{}", "~": r"\~{}", '"': "''", "…": r"\dots{}", "–": "--", "—": "---", "‘": "`", "’": "'",
    "“": "``", "”": "''", "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}", "å": r"\aa{}",
    "Å": r"\AA{}", "ł": r"\l{}", "Ł": r"\L{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ı": r"\i{}", "€": "EUR",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c", "\u0323": "d",
}  # fmt: skip


def latex_text(text: str) -> str:
    """Plain text in LaTeX, in ASCII: signs of mathematics, accents, and what LaTeX takes for its own."""
    spaced = re.sub(r" {2,}", lambda found: HARD_SPACE * (len(found[0]) - 1) + " ", text)
    return "".join(_letter(sign) for sign in spaced)


def _letter(sign: str) -> str:
    if sign == HARD_SPACE:
        return "~"
    if sign in MATH_SIGNS:
        return f"${MATH_SIGNS[sign]}$"
    if sign in _WORDS:
        return _WORDS[sign]
    if sign.isascii():
        return sign if sign.isprintable() else " "
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[1] in _ACCENTS:
        return rf"\{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return rf"\texttt{{U+{ord(sign):04X}}}"


def ascii_math(latex: str) -> str:
    """A formula in ASCII: names of one's own may hold any letter."""

    def written(found: re.Match[str]) -> str:
        if found[1] is None:
            return MATH_SIGNS.get(found[0], rf"\text{{{_letter(found[0])}}}")
        return rf"\text{{{''.join(sign if sign.isascii() else _letter(sign) for sign in found[1])}}}"

    return re.sub(r"\\text\{([^{}]*)\}|[^\x00-\x7f]", written, latex)
