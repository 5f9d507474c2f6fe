"""A notebook as it lies in ``notebooks/``, with the outputs that it was saved with: ``{chainrule-notebook} mnist``."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dark
from running import MADE, made, to_root
from sphinx.application import Sphinx

ASKED = re.compile(r"^```\{chainrule-notebook\} (\w+)\n```$", re.MULTILINE)
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


class Notebook:
    """A notebook as Markdown, without its title, which is the page's own.

    Parameters
    ----------
    app : whose site it goes into
    docname : the page that shows it
    name : of its file
    """

    def __init__(self, app: Sphinx, docname: str, name: str) -> None:
        self.app, self.docname, self.name = app, docname, name
        self.images, self.titled = 0, False

    def text(self) -> str:
        """Text, code and outputs, in order."""
        cells = json.loads((NOTEBOOKS / f"{self.name}.ipynb").read_text(encoding="utf-8"))["cells"]
        return "\n\n".join(part for cell in cells for part in self._cell(cell))

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
        sources = []
        for name, picture in (("", png), ("-dark", dark.turned(png, ".png"))):
            made(self.app, file := f"{self.name}-{self.images}{name}.png").write_bytes(picture)
            sources.append(f"{to_root(self.docname)}{MADE}/{file}")
        alt = f"What the code above draws, picture {self.images} of this notebook"
        return fenced("{raw} html", dark.twins(*sources, alt))


def fenced(language: str, text: str) -> str:
    """A block of MyST."""
    return f"`````{language}\n{text.rstrip()}\n`````"


def shown(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put a notebook where a page asks for it."""
    source[0] = ASKED.sub(lambda found: Notebook(app, docname, found[1]).text(), source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.connect("source-read", shown)
    return {"parallel_read_safe": False}
