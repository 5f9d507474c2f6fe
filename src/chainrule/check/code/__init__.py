"""Follows a learner's program: records what it computes, and checks its step."""

from chainrule.check.code.check import PROGRAMS, check_program
from chainrule.check.code.report import ProgramReport

__all__ = ["PROGRAMS", "ProgramReport", "check_program"]
