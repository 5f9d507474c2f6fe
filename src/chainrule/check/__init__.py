"""Checks a learner's numbers: the first wrong line, and what was done there."""

from chainrule.check.check import check
from chainrule.check.reading import by_hand
from chainrule.check.report import Report, wrapped

__all__ = ["Report", "by_hand", "check", "wrapped"]
