"""A picture is shown as suits the page: its twin for dark ones is ``page-dark.png`` beside it, or is made here."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from dark import turned
from docutils import nodes
from running import MADE, made, raw, to_root
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
            folder = Path(self.env.doc2path(self.env.docname)).parent
            image["classes"].append("only-light")
            twin: nodes.Node
            if (folder / dark).is_file():
                twin = image.copy()
                twin["uri"] = dark.as_posix()
                twin["classes"] = ["only-dark"]
            else:
                twin = self._made((folder / path).resolve(), image["alt"])
            image.parent.insert(image.parent.index(image) + 1, twin)

    def _made(self, path: Path, alt: str) -> nodes.raw:
        """The dark twin of a picture that has none."""
        name = f"{path.stem}-dark{path.suffix}"
        made(self.env.app, name).write_bytes(turned(path.read_bytes(), path.suffix))
        source = f"{to_root(self.env.docname)}{MADE}/{name}"
        return raw(f'<img class="only-dark" src="{source}" alt="{escape(alt)}" loading="lazy">')


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_transform(Twins)
    return {"parallel_read_safe": True}
