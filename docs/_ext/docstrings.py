"""Docstrings are plain text with sections of names and sentences; here they become the fields of a reference.

What reStructuredText would take for marks of its own, such as ``|x|`` and ``classes_``, is told as it stands; indented
lines after two colons, and examples, are code. Of scikit-learn's own docstrings its links and versions are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

CODE = re.compile(r"(``.+?``|`[^`]+`)", re.DOTALL)
NAMED = ("Parameters", "Attributes", "Raises", "Warns")  # sections of names, each with a text
ROLE = re.compile(r":\w+:`([^`<]+?)(?: <[^`>]+>)?`")  # a link within another project's reference
UNDERLINE = re.compile(r"-{3,}$")


def escaped(text: str) -> str:
    """Text without marks of reStructuredText's, but for code in backticks; a page of these docs becomes a link."""
    parts = CODE.split(ROLE.sub(r"\1", text))
    parts[::2] = [re.sub(r"([*|])|(?<=\w)(_)(?!\w)", r"\\\1\2", part) for part in parts[::2]]
    parts[::2] = [re.sub(r"docs/([\w/]+)\.md", r":doc:`/\1`", part) for part in parts[::2]]
    parts[1::2] = [part if part.startswith("``") or _named(part) else f"`{part}`" for part in parts[1::2]]
    return "".join(parts)


def _named(code: str) -> bool:
    """Whether code in backticks is a name, which may be a link."""
    return re.fullmatch(r"`[\w.]+`", code) is not None


def fields(lines: list[str]) -> Iterator[str]:
    """The lines of a docstring, with its sections as fields."""
    blocks = _blocks(lines)
    section = ""
    for block in blocks:
        if len(block) > 1 and UNDERLINE.match(block[1]) and len(block[0]) <= len(block[1]) + 2:
            section, block = block[0], block[2:]
            yield f":{section}:" if section in (*NAMED, "Returns") else f".. rubric:: {section}"
            yield ""
        elif section in NAMED and not re.match(r"[\w*, ]+ : ", block[0]):
            section = ""
        yield from _section(section, block)
        yield ""


def _blocks(lines: list[str]) -> list[list[str]]:
    """Paragraphs, as lists of lines."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line.rstrip())
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block and not block[0].startswith(".. versionadded::")]


def _section(section: str, block: list[str]) -> Iterator[str]:
    if section in NAMED:
        for item in _items(block):
            names, _, text = item.partition(" : ")
            yield f"    - {_names(section, names)}{': ' if text else ''}{escaped(text)}"
    elif section == "Returns":
        yield f"    {escaped(' '.join(line.strip() for line in block))}"
    elif block[0].startswith(">>>"):
        yield from block
    elif all(line.startswith("  ") for line in block):
        yield from ("::", "", *block)
    else:
        yield from (escaped(line) for line in block)


def _names(section: str, names: str) -> str:
    """Names of errors are links, those of parameters are bold."""
    mark = "**" if section in ("Parameters", "Attributes") else "`"
    return ", ".join(f"{mark}{name}{mark}" for name in names.replace("*", "").split(", "))


def _items(block: list[str]) -> Iterator[str]:
    """A line with those that go on below it, further in."""
    item = ""
    for line in block:
        if item and not line.startswith(" "):
            yield item
            item = ""
        item = f"{item} {line.strip()}".strip()
    if item:
        yield item


def written(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Autodoc asks for the lines of a docstring."""
    lines[:] = list(fields(lines))


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.connect("autodoc-process-docstring", written)
    return {"parallel_read_safe": True}
