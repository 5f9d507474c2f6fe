"""The page, in the site: one file that the build writes, and that a reader's click loads: ``{chainrule-page}``."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from running import MADE, made, raw, to_root
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from chainrule.errors import FileError

logger = logging.getLogger(__name__)
FILE = "page.html"
FRAME = """\
<div class="play" data-page="{source}">
<p><button type="button">Open the page here</button> <a href="{source}">or by itself</a>
<span class="size">{size:.0f} MB, with its own Python; nothing is fetched from elsewhere</span></p>
</div>"""
MISSING = """\
<p class="play">This copy of the site was made without the page's engine. <code>make page-runtime</code>, then
<code>make docs</code>, puts it here; <code>chainrule play</code> opens the same page.</p>"""


class Page(SphinxDirective):
    """The page on the worked example, loaded by a click."""

    def run(self) -> list[nodes.Node]:
        """A button; or what to do for one, where the engine for browsers is not on this computer."""
        from chainrule.page import offline
        from chainrule.page.session import Session

        place = made(self.env.app, FILE)
        try:
            offline.save(place, None, offline.record(Session()), title="chainrule: the worked example")
        except FileError as error:
            logger.info("without the page: %s", error)
            return [raw(MISSING)]
        source = f"{to_root(self.env.docname)}{MADE}/{FILE}"
        return [raw(FRAME.format(source=source, size=place.stat().st_size / 1e6))]


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_directive("chainrule-page", Page)
    return {"parallel_read_safe": False}
