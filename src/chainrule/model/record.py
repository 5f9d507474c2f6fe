"""One step's values: the core of a trace."""

from chainrule.trace import Trace as Record
from chainrule.trace import parse_entry

__all__ = ["Record", "parse_entry"]
