"""Words of other houses lead to the place that tells of them.

A paragraph that begins with ``Elsewhere:`` below a heading names them as code; each is found by the site's search.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class Elsewhere(SphinxTransform):
    """Puts the words into the index, which the search reads."""

    default_priority = 500

    def apply(self, **how: Any) -> None:
        """Add an entry for each word."""
        for paragraph in list(self.document.findall(nodes.paragraph)):
            section = paragraph.parent
            if not paragraph.astext().startswith("Elsewhere:") or not isinstance(section, nodes.section):
                continue
            anchor = section["ids"][0]
            entries = [
                ("single", code.astext(), anchor, "", None) for code in paragraph.findall(nodes.literal)
            ]
            paragraph["classes"].append("elsewhere")
            section.insert(1, addnodes.index(entries=entries))


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_transform(Elsewhere)
    return {"parallel_read_safe": True}
