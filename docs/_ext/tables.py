"""Tables of words: on a phone their cells stand below each other, and words of chainrule's are links to the reference.

Tables of figures, which have a column to the right, stay as they are and scroll.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

OURS = re.compile(r"(?:cr|chainrule)\.([\w.]+)")
MODULES = {"plot": "plots"}  # what a module is called in the package


def resolved(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Look at every table of a page."""
    for table in document.findall(nodes.table):
        cells = list(table.findall(nodes.entry))
        if not any("text-right" in cell["classes"] for cell in cells):
            table["classes"].append("words")
            _name_columns(table)
        if docname.startswith("from/"):
            for literal in [literal for cell in cells for literal in cell.findall(nodes.literal)]:
                _link(app, literal, docname)


def _name_columns(table: nodes.table) -> None:
    """Where there are more than two, a cell that stands below others needs the name of its column."""
    head, *rows = (list(row.findall(nodes.entry)) for row in table.findall(nodes.row))
    if len(head) > 2:
        for row in rows:
            for title, cell in list(zip(head, row, strict=True))[1:]:
                if cell.astext():
                    cell[0].insert(0, nodes.inline("", f"{title.astext()}: ", classes=["column"]))


def _link(app: Sphinx, literal: nodes.literal, docname: str) -> None:
    """To the object, or to that which has it."""
    found = OURS.match(literal.astext())
    if found is None:
        return
    objects: dict[str, Any] = app.env.domains["py"].data["objects"]
    place = next((objects[name] for name in _names(found[1]) if name in objects), None)
    if place is not None:
        uri = f"{app.builder.get_relative_uri(docname, place.docname)}#{place.node_id}"
        literal.replace_self(nodes.reference("", "", literal.deepcopy(), internal=True, refuri=uri))


def _names(path: str) -> Iterator[str]:
    """The full name of what a path names, and then of what it is part of."""
    first, *rest = path.split(".")
    parts = [MODULES.get(first, first), *rest]
    for count in range(len(parts), 0, -1):
        yield ".".join(["chainrule", *parts[:count]])
    yield f"chainrule.parts.{parts[0]}"


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.connect("doctree-resolved", resolved)
    return {"parallel_read_safe": True}
