"""A learner's own functions checked: called on telling inputs, and their results judged as numbers are."""

from chainrule.check.probing.calling import CannotCall, Trouble, call, parameters_of
from chainrule.check.probing.functions import check_functions, check_tasks
from chainrule.check.probing.probes import probes
from chainrule.check.probing.report import FunctionsReport
from chainrule.check.probing.tasks import Task

__all__ = [
    "CannotCall",
    "FunctionsReport",
    "Task",
    "Trouble",
    "call",
    "check_functions",
    "check_tasks",
    "parameters_of",
    "probes",
]
