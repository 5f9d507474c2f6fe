"""A learner's own functions checked: called on telling inputs, and their results judged as numbers are."""

from chainrule.check.probing.calling import Trouble, place_of
from chainrule.check.probing.functions import check_functions
from chainrule.check.probing.probes import probes
from chainrule.check.probing.report import FunctionsReport

__all__ = ["FunctionsReport", "Trouble", "check_functions", "place_of", "probes"]
