"""Formulas of LaTeX as plain text, which one grammar reads."""

from __future__ import annotations

import re
from collections.abc import Callable

from chainrule.notation.greek import LETTERS

UNREAD = "\ufffd"  # stands for what can't be read
BREAK = "\x1e"  # here a formula ends
SOFT = "\x0b"  # a new line of the file in which the formula goes on
HARD = "\x0c"  # a new line of the formula, not of the file
_END, _CELL, _WIDE = "\x1c", "\x1d", "\x1f"
DEEPEST = 40  # groups within each other

_SIGNS = {
    **{latex[1:]: letter for letter, latex in LETTERS.values()}, "epsilon": "ε", "phi": "φ",
    "cdot": "·", "times": "×", "ast": "*", "div": "÷", "odot": "⊙", "circ": "⊙", "approx": "≈", "simeq": "≈",
    "cong": "≈", "doteq": "≈", "to": "→", "rightarrow": "→", "Rightarrow": "→", "implies": "→", "iff": "→",
    "longrightarrow": "→", "mapsto": "→", "leftarrow": "=", "gets": "=", "coloneqq": "=", "le": "≤", "leq": "≤",
    "ge": "≥", "geq": "≥", "gt": ">", "lt": "<", "ne": "≠", "neq": "≠", "sum": "Σ", "partial": "∂", "nabla": "∇",
    "ell": "ℓ", "infty": "∞", "lbrace": "{", "rbrace": "}", "{": "{", "}": "}", "lbrack": "[", "rbrack": "]",
    "vert": "|", "lvert": "|", "rvert": "|", "prime": "'", "top": "⊤", "intercal": "⊤", "dots": "…", "ldots": "…",
    "cdots": "…", "quad": _WIDE, "qquad": _WIDE, "%": "%", "_": "_", "&": " ", "#": "#", "$": " ", "-": "",
    "colon": ":", "thinspace": "", "enspace": " ", "space": " ", " ": " ", ",": "", ";": " ", ":": " ", "!": "",
    ">": " ", "\n": SOFT, "cr": HARD, "newline": HARD, "surd": "√", "pm": UNREAD, "langle": "(", "rangle": ")",
}  # fmt: skip
_WORDS = {"exp", "ln", "log", "max", "min", "tanh", "sin", "cos", "lg", "arctan"}
_DROPPED = {
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "displaystyle",
    "textstyle", "small", "large", "Large", "normalsize", "footnotesize", "nonumber", "notag", "limits", "hline",
    "centering", "noindent", "allowbreak", "allowdisplaybreaks", "bf", "it", "rm", "itshape", "bfseries", "par",
    "middle", "bigm", "item", "raggedright",
}  # fmt: skip
_WITH_ARGUMENT = {
    "tag", "label", "ref", "eqref", "cite", "hspace", "vspace", "phantom", "hphantom", "vphantom", "color",
    "setlength", "usepackage", "documentclass", "includegraphics", "url", "footnote",
}  # fmt: skip
_INNER = {
    "boxed", "underline", "cancel", "mathbf", "boldsymbol", "bm", "mathrm", "mathit", "mathsf", "mathcal", "mathbb",
    "operatorname", "vec", "mathop", "emph", "textbf", "textit", "section", "subsection", "subsubsection", "paragraph",
    "title", "texttt", "textrm", "mbox", "text", "fbox", "chapter", "caption", "underbrace", "overbrace",
}  # fmt: skip
_MARKS = {"hat": "hat", "bar": "bar", "tilde": "tilde", "dot": "dot", "widehat": "hat", "overline": "bar"}
_TEXT = {"text", "mbox", "textrm", "textit", "textbf"}
_MATRICES = {"matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array"}
_MARK = re.compile(r"[+*'′]+|\(\w+\)|\[\w+\]|[^\W\d_]{2,}|\w+[+-]\w*|\([^()]{1,8}\)")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?|(.))", re.S)


class _Unreadable(Exception):
    """What this reader does not know."""


def plain(latex: str) -> str:
    r"""A formula as plain text.

    >>> plain(r"\frac{1}{1 + e^{-0.5}} \approx 0.62")
    '((1)/(1 + e^(-0.5))) ≈ 0.62'
    """
    try:
        done = _Reader(re.sub(r"(?<!\\)%[^\n]*", "", latex)).through().replace(_CELL, " ")
        return re.sub(" {2,}", " ", done).replace(_WIDE, "    ")
    except _Unreadable:
        return UNREAD + SOFT * latex.count("\n")


class _Reader:
    """Goes through a formula once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def through(self) -> str:
        return self._until("")

    def _until(self, stop: str) -> str:
        """All to a closing sign, which is taken, or to the end."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unreadable
        parts: list[str] = []
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == stop:
                self.at += 1
                break
            parts.append(self._piece(sign))
            if parts[-1].endswith(_END):  # the end of what \begin began
                break
        self.depth -= 1
        return "".join(parts)

    def _piece(self, sign: str) -> str:
        if sign == "\\":
            return self._command()
        self.at += 1
        if sign == "{":
            return self._group()
        if sign in "^_":
            return self._script(sign)
        if sign in " \t":  # of many spaces one counts
            return "" if self.text[self.at : self.at + 1] in (" ", "\t", "\n") else " "
        return {"~": " ", "&": _CELL, "\n": SOFT, "}": ""}.get(sign, sign)

    def _group(self) -> str:
        inner = self._until("}")
        raised = self.text[self.at : self.at + 1] == "^"
        return f"({inner})" if raised and re.search(r"[-+·×*/]", inner) else inner

    def _argument(self) -> str:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        if self.at >= len(self.text):
            return ""
        sign = self.text[self.at]
        if sign == "{":
            self.at += 1
            return self._until("}")
        return self._piece(sign)

    def _script(self, sign: str) -> str:
        inner = self._argument().strip()
        if sign == "_":
            return "_{" + re.sub(r"[\s_{}]", "", inner) + "}"
        if inner in ("T", "⊤"):
            return "ᵀ"
        if inner.startswith("⊙"):
            return f"^({inner[1:]})"
        if _MARK.fullmatch(inner):
            return "^{" + inner + "}"
        return f"^({inner})"

    def _optional(self) -> str:
        if (
            self.text[self.at : self.at + 1] == "["
            and (end := self.text.find("]", self.at, self.at + 20)) > 0
        ):
            inner, self.at = self.text[self.at + 1 : end], end + 1
            return inner
        return ""

    def _command(self) -> str:
        found = _COMMAND.match(self.text, self.at)
        if found is None:
            self.at += 1
            return ""
        self.at = found.end()
        word = found[1] or found[2]
        if word == "\\":
            self.at += self.text[self.at : self.at + 1] == "*"
            self._optional()
            return HARD
        if word in ("begin", "end"):
            return self._environment(word, self._argument())
        if word in ("left", "right") and self.text[self.at : self.at + 1] == ".":
            self.at += 1
        if word in _DROPPED:
            return " "
        if word == "partial":
            while self.text[self.at : self.at + 1].isspace():
                self.at += 1
        if word in _SIGNS:
            return _SIGNS[word]
        return f" {word} " if word in _WORDS else self._with_arguments(word)

    def _with_arguments(self, word: str) -> str:
        if word in ("frac", "dfrac", "tfrac", "cfrac"):
            over = self._argument()
            return f"(({over})/({self._argument()}))"
        if word == "sqrt":
            root = self._optional()
            inner = self._argument()
            return f"(({inner})^(1/({root})))" if root else f"√({inner})"
        if word in _MARKS:
            return self._argument().strip() + "^{" + _MARKS[word] + "}"
        if word in _WITH_ARGUMENT:
            self._optional()
            self._argument()
            return BREAK
        if word in ("stackrel", "overset", "underset", "textcolor"):
            self._argument()
            return self._argument()
        if word in _INNER:
            return self._inner(word)
        return UNREAD

    def _inner(self, word: str) -> str:
        inner = self._argument()
        if word in ("underbrace", "overbrace") and self.text[self.at : self.at + 1] in ("_", "^"):
            self.at += 1
            self._argument()
        if word in _TEXT and re.search(r"\S\s+\S", inner):
            return BREAK + SOFT * inner.count(SOFT)  # a remark in words
        if word in ("section", "subsection", "subsubsection", "paragraph", "chapter"):
            return f"{HARD}{inner}{HARD}"
        return inner

    def _environment(self, word: str, name: str) -> str:
        name = name.strip().rstrip("*")
        if word == "end":
            return _END
        if name == "array":
            self._argument()
        if name not in _MATRICES:
            inner = self._until("").removesuffix(_END)
            if name in ("cases", "vmatrix", "Vmatrix", "tikzpicture"):
                return UNREAD + SOFT * inner.count(SOFT)
            return inner
        return self._matrix()

    def _matrix(self) -> str:
        """The rows of a matrix in brackets, as Python writes them; a single row in one pair."""
        inner = self._until("").removesuffix(_END)
        lines = SOFT * inner.count(SOFT)
        rows = [row.replace(SOFT, " ").strip() for row in inner.split(HARD)]
        rows = [", ".join(cell.strip() for cell in row.split(_CELL)) for row in rows if row]
        if not rows:
            return UNREAD
        whole = f"[{rows[0]}]" if len(rows) == 1 else "[" + ", ".join(f"[{row}]" for row in rows) + "]"
        return whole + lines


_OPENS = re.compile(
    r"\$\$|\\\[|\\\(|\\begin\{(?:equation|align|alignat|gather|multline|eqnarray|displaymath)\*?\}|(?<![\\$])\$(?![\s$])"
)


def with_formulas(text: str, between: Callable[[str], str] = str) -> str:
    """A text with its formulas, which stand between dollars and the like, as plain text with gaps around.

    `between` is done to what is no formula.
    """
    parts: list[str] = []
    at, missing = 0, set[str]()
    for found in _OPENS.finditer(text):
        if found.start() < at or found[0] in missing:
            continue
        closing = _closing(text, found)
        if closing is None:
            if found[0] != "$":
                missing.add(found[0])
            continue
        end, after = closing
        source = text[found.start() : after]
        edge = "   " if found[0] in ("$", r"\(") else HARD
        done = plain(text[found.end() : end])
        parts += [
            between(text[at : found.start()]),
            edge,
            done,
            SOFT * (source.count("\n") - done.count(SOFT)),
            edge,
        ]
        at = after
    return "".join([*parts, between(text[at:])])


def _closing(text: str, found: re.Match[str]) -> tuple[int, int] | None:
    """Where the formula that begins there ends, and what closes it."""
    opening = found[0]
    closing = {"$$": "$$", r"\[": r"\]", r"\(": r"\)", "$": "$"}.get(opening) or opening.replace(
        "begin", "end"
    )
    start = found.end()
    end = text.find(closing, start)
    if opening == "$":
        while end > 0 and text[end - 1] == "\\":
            end = text.find(closing, end + 1)
        if (
            end < 0
            or "\n\n" in text[start:end]
            or text[end - 1].isspace()
            or text[end + 1 : end + 2].isdigit()
        ):
            return None
    return None if end < 0 else (end, end + len(closing))
