"""What the search shows below a title: the first sentence of each page, section and object, kept in one script.

Sphinx's own search fetches pages for its summaries, which a page from ``file://`` can't.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from elsewhere import SIGN
from sphinx import addnodes
from sphinx.application import Sphinx

MOST = 180  # letters of a summary
FILE = "summaries.js"


def kept(app: Sphinx, document: nodes.document) -> None:
    """Keep a page's titles and sentences, by their anchors."""
    _all(app)[app.env.docname] = dict(_summaries(document))


def forgotten(app: Sphinx, env: Any, docname: str) -> None:
    """A page that is read again, or is no more."""
    _all(app).pop(docname, None)


def _all(app: Sphinx) -> dict[str, dict[str, list[str]]]:
    if not hasattr(app.env, "chainrule_summaries"):
        app.env.chainrule_summaries = {}  # type: ignore[attr-defined]
    found: dict[str, dict[str, list[str]]] = app.env.chainrule_summaries
    return found


def _summaries(document: nodes.document) -> Iterator[tuple[str, list[str]]]:
    """An anchor with a title and a sentence; that of the page itself is empty."""
    for section in document.findall(nodes.section):
        anchor = "" if section.parent is document else f"#{section['ids'][0]}"
        yield anchor, [section[0].astext(), _first_sentence(section)]
    for told in document.findall(addnodes.desc):
        for signature in told.findall(addnodes.desc_signature):
            if signature["ids"]:
                yield f"#{signature['ids'][0]}", ["", _sentence(_paragraphs(told[-1]))]


def _first_sentence(section: nodes.section) -> str:
    """That of its text; or, where it has none, the titles below it; or what it is called elsewhere."""
    titles = [below[0].astext() for below in section.children if isinstance(below, nodes.section)]
    return _sentence(_paragraphs(section)) or _cut(", ".join(titles)) or _elsewhere(section)


def _elsewhere(section: nodes.section) -> str:
    """The other words for it, where there is nothing else."""
    texts = [child.astext() for child in section.children if isinstance(child, nodes.paragraph)]
    return next((_cut(text) for text in texts if text.startswith(SIGN)), "")


def _paragraphs(place: nodes.Element) -> list[str]:
    texts = [child.astext() for child in place.children if isinstance(child, nodes.paragraph)]
    return [" ".join(text.split()) for text in texts if not text.startswith(SIGN)]


def _sentence(texts: list[str]) -> str:
    return _cut(re.split(r"(?<=[.?!])\s", texts[0], maxsplit=1)[0]) if texts else ""


def _cut(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST].rpartition(' ')[0]} …"


def written(app: Sphinx, error: Exception | None) -> None:
    """The script beside the search's own."""
    if error is None and app.builder.format == "html":
        text = json.dumps(_all(app), ensure_ascii=False, sort_keys=True)
        Path(app.outdir, "_static", FILE).write_text(f"const SUMMARIES = {text};\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.connect("doctree-read", kept)
    app.connect("env-purge-doc", forgotten)
    app.connect("build-finished", written)
    return {"parallel_read_safe": False, "env_version": 1}
