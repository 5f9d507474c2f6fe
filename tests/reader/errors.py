"""What is raised: a page can't be read, or is not true."""

from __future__ import annotations


class Unreadable(Exception):
    """A line that the reader does not understand."""


class TooWide(Unreadable):
    """A line that does not fit a page."""


class Untrue(Exception):
    """A line that says what is not so."""


class Undefined(Untrue):
    """A name or a sign of which the page does not say what it is."""
