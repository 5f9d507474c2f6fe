"""The format of a page."""

from __future__ import annotations

import io
import sys

import pytest

from chainrule.cli.formats import as_html, as_json, format_for
from chainrule.errors import InputError, UnknownName


@pytest.mark.parametrize(
    ("given", "out", "format"),
    [
        (None, None, "text"),
        (None, "page", "text"),
        (None, "page.HTM", "html"),
        ("text", "page.html", "text"),
        ("html", "page.odd", "html"),
    ],
)
def test_it_is_named_or_goes_by_the_ending(given, out, format):
    assert format_for(given, out) == format


def test_unknown_formats_and_endings_are_refused():
    with pytest.raises(UnknownName) as raised:
        format_for("htlm", None)
    assert (
        str(raised.value)
        == "there is no format 'htlm'. Did you mean 'html'? There is: text, markdown, latex, html, json."
    )
    with pytest.raises(InputError) as refused:
        format_for(None, "page.pdf")
    assert str(refused.value) == (
        "--out page.pdf: its ending .pdf stands for no format. Take .txt, .md, .tex, .html, .htm, .json, "
        "or say which with --format."
    )


@pytest.mark.parametrize(
    ("encoding", "out", "escaped"), [("ascii", None, True), ("ascii", "f", False), ("utf-8", None, False)]
)
def test_signs_are_escaped_where_standard_output_has_ascii_alone(monkeypatch, encoding, out, escaped):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert as_html("<p>η</p>", out) == ("<p>&#951;</p>" if escaped else "<p>η</p>")
    assert as_json({"η": 1}, out) == ('{\n "\\u03b7": 1\n}' if escaped else '{\n "η": 1\n}')
