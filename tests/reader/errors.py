"""What is raised: a page can't be read, or is not true."""

from __future__ import annotations


class Unreadable(Exception):
    """A line that the reader does not understand."""


class Untrue(Exception):
    """A line that says what is not so."""
