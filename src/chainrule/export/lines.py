"""Lines of Python of a length that can be read."""

from __future__ import annotations

import re
from textwrap import wrap

WIDTH = 100
_CALL_OR_DICT = re.compile(r"((?:def |return |[\w, ]+ = )?\w*[({])([^(){}]*(?:\([^()]*\)[^(){}]*)*)([)}]:?)")


def cut(line: str, indent: int = 4) -> str:
    """A line as it is if it is short enough, else broken inside brackets."""
    text = line.strip()
    indent = len(line) - len(line.lstrip()) or indent
    if len(text) + indent <= WIDTH:
        return line
    if match := _CALL_OR_DICT.fullmatch(text):  # one call, or one dict
        head, inner, tail = match.groups()
    else:
        head, equals, inner = text.partition(" = " if " = " in text else "return ")
        head, tail = head + equals + "(", ")"
    pad = " " * (indent + 4)
    lines = wrap(inner, WIDTH, initial_indent=pad, subsequent_indent=pad, break_long_words=False,
                 break_on_hyphens=False)  # fmt: skip
    broken = "\n".join([head, *lines, " " * indent + tail])
    return " " * (len(line) - len(line.lstrip())) + broken
