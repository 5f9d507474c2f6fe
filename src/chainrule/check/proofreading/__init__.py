"""Proof-reads a page: its worked numbers are counted again, as far as its printed digits tell."""

from chainrule.check.proofreading.pages import FORMATS, read_standard_input
from chainrule.check.proofreading.proof import Finding, Proof, Unread
from chainrule.check.proofreading.proofread import proofread

__all__ = ["FORMATS", "Finding", "Proof", "Unread", "proofread", "read_standard_input"]
