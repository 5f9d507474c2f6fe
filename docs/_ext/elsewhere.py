"""Words of other houses, and other words for a thing, lead to the place that tells of them.

A paragraph that begins with ``Elsewhere:`` below a heading names them as code; so does a comment, which isn't shown:
``<!-- Elsewhere: `CNN`, `LSTM` -->``. Each word is an entry of the index, which the site's search reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

SIGN = "Elsewhere:"


class Elsewhere(SphinxTransform):
    """Puts the words into the index, which the search reads."""

    default_priority = 500

    def apply(self, **how: Any) -> None:
        """Add an entry for each word."""
        for section in list(self.document.findall(nodes.section)):
            words = [word for child in list(section.children) for word in _words(child)]
            if words:
                section.insert(1, entries(words, section))


def _words(child: nodes.Node) -> Iterator[str]:
    """The words that a paragraph or a comment names."""
    text = child.astext().removeprefix("<!--").strip()
    if not text.startswith(SIGN):
        return
    if isinstance(child, nodes.paragraph):
        child["classes"].append("elsewhere")
        yield from (code.astext() for code in child.findall(nodes.literal))
    elif isinstance(child, nodes.raw):
        child.parent.remove(child)
        yield from re.findall(r"`([^`]+)`", text)


def entries(words: list[str], section: nodes.section) -> addnodes.index:
    """Main entries of the index, for others come last in a search; of a page's first section, the page itself."""
    anchor = "" if isinstance(section.parent, nodes.document) else section["ids"][0]
    return addnodes.index(entries=[("single", word, anchor, "main", None) for word in words])


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_transform(Elsewhere)
    return {"parallel_read_safe": True}
