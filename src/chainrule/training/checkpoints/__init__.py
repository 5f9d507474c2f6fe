"""Checkpoints: a training that was broken off, by whatever, goes on to the very weights that it would have had.

`kept` has a training write them; `found` says what a folder holds.
"""

from chainrule.training.checkpoints.keeper import Found, found, kept

__all__ = ["Found", "found", "kept"]
