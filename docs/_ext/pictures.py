"""A picture with a twin for dark pages, ``page.png`` and ``page-dark.png``, is shown as suits the reader's page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class Twins(SphinxTransform):
    """Puts the dark one beside the light one; of the two, a browser loads that which it shows."""

    default_priority = 200  # before pictures are collected

    def apply(self, **how: Any) -> None:
        """Look at every picture."""
        for image in list(self.document.findall(nodes.image)):
            image["loading"] = "lazy"
            path = Path(image["uri"])
            dark = path.with_stem(f"{path.stem}-dark")
            if (Path(self.env.doc2path(self.env.docname)).parent / dark).is_file():
                twin = image.copy()
                twin["uri"] = dark.as_posix()
                image["classes"].append("only-light")
                twin["classes"] = ["only-dark"]
                image.parent.insert(image.parent.index(image) + 1, twin)


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_transform(Twins)
    return {"parallel_read_safe": True}
