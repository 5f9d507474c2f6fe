"""Snippets of pages are run, and what they print or give is put below them.

    ```{chainrule-run}
    import chainrule as cr

    net = cr.worked_example()
    net.trace(net.x, net.y).explain("dW1")
    ```

The blocks of a page are run in order, in one namespace that begins empty; lines that begin with ``$`` are
commands. A value that can write itself as HTML does so, in the colours of the page; a figure is drawn; anything
else is shown as Python shows it. Options: ``:hidden:`` shows nothing of the code, ``:silent:`` nothing of what came,
``:text:`` plain text alone, ``:alt:`` says what a figure shows; the block's last statement draws it, a second time for
dark pages.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any, ClassVar

import dark
from docutils import nodes
from docutils.parsers.rst import directives
from snippets import Shown, SnippetFailed, Snippets
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
RULE = re.compile(r"[^{}]+\{(?:[^{}]|\{[^{}]*\})*\}")  # of a style sheet, with those within it
MADE = "made"  # the folder of what is made here, in the site


def made(app: Sphinx, name: str) -> Path:
    """Where a file that the build makes goes."""
    place = Path(app.outdir) / MADE / name
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def to_root(docname: str) -> str:
    """The way from a page to the site's first folder."""
    return "../" * docname.count("/")


def raw(html: str) -> nodes.raw:
    """HTML as it stands."""
    return nodes.raw("", html, format="html")


class Run(SphinxDirective):
    """Run a block, and show it with what came."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "hidden": directives.flag,
        "silent": directives.flag,
        "text": directives.flag,
        "alt": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """The block, and below it what it printed and gave."""
        docname, text = self.env.docname, "\n".join(self.content) + "\n"
        try:
            shown = self._snippets().run(text, self._first_line())
        except SnippetFailed as error:
            logger.error(str(error), location=(docname, self.lineno))
            return []
        found: list[nodes.Node] = []
        if "hidden" not in self.options:
            code, language = text.rstrip("\n"), "console" if text.startswith("$ ") else "python"
            found.append(nodes.literal_block(code, code, language=language))
        return found if "silent" in self.options else found + self._came(shown)

    def _first_line(self) -> int:
        """Where the block's text begins, below its options."""
        lines, text = (
            Path(self.env.doc2path(self.env.docname)).read_text("utf-8").splitlines(),
            list(self.content),
        )
        places = range(self.lineno, len(lines))  # counted from 0, the first line below the fence
        return next((i + 1 for i in places if lines[i : i + len(text)] == text), self.lineno)

    def _snippets(self) -> Snippets:
        pages = self.env.temp_data  # which are those of one page
        if "chainrule" not in pages:
            pages["chainrule"] = Snippets(f"docs/{self.env.docname}.md")
        found: Snippets = pages["chainrule"]
        return found

    def _came(self, shown: Shown) -> list[nodes.Node]:
        found: list[nodes.Node] = [_printed(shown.printed)] if shown.printed.strip() else []
        if _drawn():
            return [*found, raw(self._figure())]
        value = shown.value
        if value is None:
            return found
        if "text" not in self.options and hasattr(value, "to_html"):
            return [
                *found,
                raw(f'<div class="made">{self._styled_once(value.to_html(document=False))}</div>'),
            ]
        return [*found, _printed(str(value) if hasattr(value, "to_text") else repr(value))]

    def _styled_once(self, html: str) -> str:
        """HTML without the rules of style that something above it on the page has brought."""
        known: set[str] = self.env.temp_data.setdefault("chainrule_styles", set())

        def new(style: re.Match[str]) -> str:
            rules = [rule for rule in RULE.findall(style[1]) if rule not in known]
            known.update(rules)
            return f"<style>{''.join(rules)}</style>" if rules else ""

        return re.sub(r"<style>(.*?)</style>", new, html, flags=re.DOTALL)

    def _figure(self) -> str:
        from matplotlib import pyplot as plt

        if "alt" not in self.options:
            raise self.error("a figure needs :alt:, which says what it shows.")
        name = hashlib.sha256(f"{self.env.docname} {self.lineno}".encode()).hexdigest()[:12]
        light = self._saved(f"{name}.svg")
        with plt.style.context(dark.style()):
            self._snippets().again()
            if not _drawn():
                raise self.error("the last statement of a block with :alt: draws its figure.")
            return dark.twins(light, self._saved(f"{name}-dark.svg"), self.options["alt"])

    def _saved(self, name: str) -> str:
        """Keep the figure that is drawn; its address on this page."""
        from matplotlib import pyplot as plt

        plt.gcf().savefig(made(self.env.app, name), bbox_inches="tight", metadata={"Date": None})
        plt.close("all")
        return f"{to_root(self.env.docname)}{MADE}/{name}"


def _drawn() -> bool:
    from matplotlib import pyplot as plt

    return bool(plt.get_fignums())


def _printed(text: str) -> nodes.literal_block:
    text = text.rstrip("\n")
    return nodes.literal_block(text, text, language="text", classes=["came"])


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "chainrule"
    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text, and a picture small
    os.environ.setdefault("COLUMNS", "100")
    app.add_directive("chainrule-run", Run)
    return {"parallel_read_safe": False, "env_version": 1}
