"""One HTML file that holds a page, what it shows at first, and the engine: it needs no network and no installation."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from chainrule.errors import FileError, InputError
from chainrule.page import packing
from chainrule.utils.files import replacing

STATIC = Path(__file__).with_name("static")  # the client, bundled

# Nothing is fetched, whatever the page does: scripts and workers are those that stand in the file.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' data:; worker-src data:; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src data: blob:"
)

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div data-chainrule="offline"></div>
<noscript>This page draws a network, and computes what it shows: it needs JavaScript.</noscript>
{data}
<script type="module" async>{client}</script>
<template data-chainrule-licences><pre>{licences}</pre></template>
{engine}
</body>
</html>
"""


class Reply(NamedTuple):
    """What a session answered once, so that the page has it before its engine is there."""

    request: dict[str, Any]
    header: dict[str, Any]
    buffers: Sequence[Any] = ()


class Answering(Protocol):
    """A session, or what does as one."""

    def handle(
        self, message: Mapping[str, Any], buffers: Sequence[Any] = ()
    ) -> tuple[dict[str, Any], list[Any]]: ...


def record(session: Answering, state: bytes | None = None) -> list[Reply]:
    """What a page asks as soon as it opens, and then line by line: so it is read while its engine starts.

    Parameters
    ----------
    session : a new one, which is left as it was opened
    state : what it opens; None for the worked example
    """
    replies = []

    def ask(*buffers: bytes, **request: Any) -> dict[str, Any]:
        header, answer = session.handle({"id": 0, **request}, buffers)
        if "error" in header:
            raise InputError(header["error"]["text"])
        replies.append(Reply(request, header, answer))
        return header

    want: dict[str, Any] = {"sample": None, "values": True, "parameters": True, "units": {}, "curves": True}
    plane = {"surface": 40, "points": True}  # for the charts beside the step, where there is one
    if state is None:
        opened = ask(do="open", want={**want, **plane})
    else:
        arrays = [{"name": "state", "dtype": "raw", "shape": [len(state)]}]
        opened = ask(state, do="open", state=True, arrays=arrays, want={**want, **plane})
    for line in ask(do="lines")["lines"]["lines"]:
        ask(do="line", name=line["name"])
    ask(do="view", want={**want, **(plane if opened["world"]["data"]["plane"] else {})})
    return replies


def save(
    path: Any, state: bytes | None = None, replies: Iterable[Reply] = (), *, title: str = "chainrule"
) -> None:
    """Write a page that opens by itself, in any browser of today.

    Parameters
    ----------
    path : where the file goes; it is written whole or not at all
    state : a saved state, which the page opens; None for the worked example
    replies : answers that the page has at once, as `record` gives them: to its ``open``, and what comes next
    title : the page's title, as text

    Raises
    ------
    KindError : path is none
    FileError : the file can't be written, the engine is not to be had, or the client was not bundled
    """
    page = _page(state, replies, title)
    with replacing(path) as file:
        file.write(page.encode())


def site() -> dict[str, bytes]:
    """The files of a page that any web server can serve, by their paths: for documentation, say.

    ``index.html`` is the worked example's page. Another page takes part by an element ``<div
    data-chainrule="offline">`` and the script ``page.js``.

    Raises
    ------
    FileError : the engine is not to be had, or the client was not bundled
    """
    index = _static("index.html").replace('data-chainrule="server"', 'data-chainrule="offline"')
    files = {name: _static(name).encode() for name in ("page.js", "page.css", "engine.js")}
    files |= {"index.html": index.encode(), "licences.txt": packing.licences().encode()}
    return files | {f"engine/{name}.packed": content for name, content in packing.packed().items()}


def _page(state: bytes | None, replies: Iterable[Reply], title: str) -> str:
    told = [
        {
            "request": _without_id(request),
            "header": _without_id(header),
            "buffers": [_base64(b) for b in buffers],
        }
        for request, header, buffers in replies
    ]
    # allow_nan: a browser's JSON.parse refuses NaN, and with it the whole page
    parts = {"worker": _base64(_static("engine.js").encode())}
    if state is not None:
        parts["state"] = _base64(state)
    # `<` as an escape, so that no text of the data's can end the script
    parts["replies"] = json.dumps(told, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    data = [_script("part", name, text) for name, text in parts.items()]
    engine = [_script("file", name, _base64(file)) for name, file in packing.packed().items()]
    return PAGE.format(
        policy=POLICY,
        title=html.escape(title),
        style=re.sub(r"</(?=style)", r"<\\/", _static("page.css"), flags=re.IGNORECASE),
        data="\n".join(data),
        client=_within_script(_static("page.js")),
        licences=html.escape(packing.licences()),
        engine="\n".join(engine),
    )


def _script(kind: str, name: str, text: str) -> str:
    return f'<script type="text/plain" data-chainrule-{kind}="{name}">{text}</script>'


def _within_script(source: str) -> str:
    r"""A program that can stand in a page: in its strings and patterns ``\x3c`` means the same as ``<``."""
    return re.sub(r"<(?=!--|/script)", r"\\x3c", source, flags=re.IGNORECASE)


def _without_id(header: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in header.items() if name != "id"}


def _base64(buffer: Any) -> str:
    return base64.b64encode(bytes(buffer)).decode()


def _static(name: str) -> str:
    try:
        return (STATIC / name).read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(
            f"the page's {name} is not in {STATIC}: chainrule was installed without its client. Run 'make client' in a "
            "checkout of chainrule, or install chainrule again."
        ) from error
