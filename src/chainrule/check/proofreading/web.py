"""A page of HTML as text: MathML, raised and lowered signs, formulas of LaTeX between dollars, tables."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from chainrule.check.proofreading.latex import BREAK, UNREAD, plain

DEEPEST = 200  # elements within each other
_SKIPPED = {
    "style",
    "head",
    "template",
    "annotation",
    "annotation-xml",
    "mphantom",
    "svg",
    "noscript",
    "title",
}
_BLOCKS = {
    "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "br", "pre", "section", "table", "ul", "ol", "dt", "dd",
    "blockquote", "figure", "figcaption", "article", "header", "footer", "hr",
}  # fmt: skip
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "source", "mspace", "none"}
_WIDE = re.compile(r"[1-9]")
_SPACED = {"·", "×", "+", "=", "≈", "⊙", "-", "−"}


def from_html(text: str) -> str:
    """The words and formulas of a page of HTML, each on the line where it stands in the file."""
    reader = _Reader()
    reader.feed(_without_comments(text))
    reader.close()
    return reader.result()


def _without_comments(text: str) -> str:
    """The page without its comments, but with their lines."""
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start)
        parts += [text[at:start], "\n" * text.count("\n", start, end if end > 0 else len(text))]
        at = end + 3 if end > 0 else len(text)
    return "".join([*parts, text[at:]])


class _Element:
    """An element that is open: what stands in it so far, and what is to be made of that."""

    __slots__ = ("children", "name", "parts", "skipped", "tex")

    def __init__(self, name: str, skipped: bool = False, tex: bool = False) -> None:
        self.name, self.skipped, self.tex = name, skipped, tex
        self.parts: list[str] = []
        self.children: list[str] = []  # of an element of MathML whose children mean different things


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack = [_Element("")]
        self.math = 0

    def result(self) -> str:
        while len(self.stack) > 1:
            self._close()
        return "".join(self.stack[0].parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _VOID:
            self._put(
                "    "
                if tag == "mspace" and _WIDE.match(given.get("width") or "")
                else "\f"
                if tag in _BLOCKS
                else ""
            )
            return
        if len(self.stack) > DEEPEST:
            return
        classes = (given.get("class") or "").split()
        tex = tag == "script" and "math/tex" in (given.get("type") or "")
        skipped = tag in _SKIPPED or (tag == "script" and not tex) or "katex-html" in classes
        if tag == "math":
            self.math += 1
            self._put("   " if self._before().isalnum() else "")
        if tag in _BLOCKS or tag in ("td", "th"):
            self._put("\f" if tag in _BLOCKS else " | ")
        self.stack.append(_Element(tag, skipped or self.stack[-1].skipped, tex))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not any(element.name == tag for element in self.stack[-DEEPEST:]):
            return
        while len(self.stack) > 1:
            name = self.stack[-1].name
            self._close()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.math:
            lines = "\v" * data.count("\n")
            self._put(data.strip("\n\t ") + lines if not data.isspace() else lines, child=False)
        else:
            before = self._before()
            apart = (
                self.stack[-1].name == "span"
                and before.isalnum()
                and data[:1].isalnum()
                and not self._in_code()
            )
            self._put("   " + data if apart else data)

    def _before(self) -> str:
        """The sign that stands before what comes."""
        return next((part for e in reversed(self.stack) for part in reversed(e.parts) if part), " ")[-1]

    def _in_code(self) -> bool:
        return any(element.name in ("pre", "code") for element in self.stack)

    def _put(self, text: str, child: bool = True) -> None:
        top = self.stack[-1]
        if text:
            top.parts.append(text)
        if child and top.name in _CHILDREN:
            top.children.append(text)

    def _close(self) -> None:
        element = self.stack.pop()
        inner = "".join(element.parts)
        lines = inner.count("\n") * "\n" + inner.count("\v") * "\v"
        if element.skipped:
            self._put(lines if self.stack[-1].name not in _CHILDREN else "", child=False)
            return
        if element.name == "math":
            self.math -= 1
            self._put(inner + " ")
        elif element.tex:
            self._put(plain(inner))
        elif element.name in ("sub", "sup"):
            self._put(_script(element.name, inner))
        elif element.name in _BLOCKS:
            self._put(inner + "\f")
        else:
            self._put(_math(element, inner) if self.math else inner)


def _script(name: str, inner: str) -> str:
    if name == "sub":
        return "_{" + inner.strip().replace(" ", "") + "}"
    return raised(inner)


def raised(inner: str) -> str:
    """What stands raised: a transpose, a mark of a name, or a power."""
    inner = inner.strip()
    if inner in ("T", "⊤", "ᵀ"):
        return "ᵀ"
    if inner in ("+", "*", "′", "'", "new", "old") or (inner[:1] in "([" and len(inner) < 8):
        return "^{" + inner + "}"
    return f"^({inner.removeprefix('⊙')})"


_CHILDREN = {
    "mfrac",
    "msup",
    "msub",
    "msubsup",
    "mroot",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
}


def _math(element: _Element, inner: str) -> str:
    """An element of MathML as plain text."""
    name, parts = element.name, element.children
    lines = "\v" * (inner.count("\v") - sum(part.count("\v") for part in parts)) if parts else ""
    if name == "mo":
        sign = inner.strip()
        return f" {sign} " if sign in _SPACED else {"\u2062": " ", "\u2061": " ", "∑": "Σ "}.get(sign, sign)
    if name == "mtext":
        words = inner.strip("\u00a0 ")
        return BREAK if " " in words or "\u00a0" in words else words or " "
    if name == "mi":
        return inner if len(inner) < 2 or not inner.isascii() else f" {inner}"
    if name == "mtr":
        return "[" + ", ".join(parts) + "]"
    if name == "mtable":
        return (parts[0] if len(parts) == 1 else "[" + ", ".join(parts) + "]") + lines
    if name in _CHILDREN and name != "mtd":
        return _scripts(name, parts) + lines
    return f"√({inner})" if name == "msqrt" else inner


def _scripts(name: str, parts: list[str]) -> str:
    if name in ("msup", "msub") and len(parts) > 2:  # brackets, of which only the last one was raised
        parts = ["".join(parts[:-1]), parts[-1]]
    if len(parts) != (3 if name in ("msubsup", "munderover") else 2):
        return UNREAD
    base = parts[0].strip()
    if name == "mfrac":
        return f"(({parts[0]})/({parts[1]}))"
    if name == "mroot":
        return f"(({parts[0]})^(1/({parts[1]})))"
    if name == "mover":
        return base + "^{hat}" if parts[1].strip() in "^ˆ̂" else f"{base}" + "^{over}"
    if name in ("munder", "munderover"):
        return base + "_{" + parts[1].replace(" ", "") + "}"
    low = "_{" + parts[1].replace(" ", "") + "}" if name != "msup" else ""
    up = raised(parts[-1]) if name != "msub" else ""
    return base + low + up
