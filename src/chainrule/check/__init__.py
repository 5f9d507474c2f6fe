"""Checks a learner's numbers: the first wrong line, and what was done there."""

from chainrule.check.catalogue import CATALOGUE
from chainrule.check.check import check
from chainrule.check.intervals import Interval
from chainrule.check.judge import may_be
from chainrule.check.naming import Answer
from chainrule.check.possible import possible
from chainrule.check.reading import by_hand
from chainrule.check.report import Report, wrapped
from chainrule.check.sheet import Given, Sheet

__all__ = [
    "CATALOGUE",
    "Answer",
    "Given",
    "Interval",
    "Report",
    "Sheet",
    "by_hand",
    "check",
    "may_be",
    "possible",
    "wrapped",
]
