"""A notebook as it lies in ``notebooks/``, with the outputs that it was saved with: ``{chainrule-notebook} mnist``."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from running import MADE, made, to_root
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


class Notebook(SphinxDirective):
    """The cells of a notebook."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Text, code and outputs, in order; the notebook's title is the page's own."""
        self.name = self.arguments[0]
        path = NOTEBOOKS / f"{self.name}.ipynb"
        self.env.note_dependency(str(path))
        self.images, self.titled = 0, False
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n\n".join(part for cell in cells for part in self._cell(cell))
        return self.parse_text_to_nodes(text, allow_section_headings=True)

    def _cell(self, cell: dict[str, Any]) -> Iterator[str]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield re.sub(r"^# ", "## ", source, flags=re.M) if self.titled else source.partition("\n")[2]
            self.titled = True
            return
        yield fenced("python", source)
        for output in cell.get("outputs", []):
            yield self._output(output)

    def _output(self, output: dict[str, Any]) -> str:
        if output["output_type"] == "stream":
            return fenced("text", "".join(output["text"]))
        data = output["data"]
        if "image/png" in data:
            return self._image(base64.b64decode("".join(data["image/png"])))
        if "text/html" in data:
            return fenced("{raw} html", f'<div class="made">{"".join(data["text/html"])}</div>')
        return fenced("text", "".join(data["text/plain"]))

    def _image(self, png: bytes) -> str:
        self.images += 1
        name = f"{self.name}-{self.images}.png"
        made(self.env.app, name).write_bytes(png)
        source = f"{to_root(self.env.docname)}{MADE}/{name}"
        alt = f"What the code above draws, picture {self.images} of this notebook"
        return fenced("{raw} html", f'<p class="figure"><img src="{source}" alt="{alt}" loading="lazy"></p>')


def fenced(language: str, text: str) -> str:
    """A block of MyST."""
    return f"`````{language}\n{text.rstrip()}\n`````"


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_directive("chainrule-notebook", Notebook)
    return {"parallel_read_safe": False}
