"""Checkpoints: a training that was broken off, by whatever, goes on to the very weights it would have had."""

from chainrule.training.checkpoints.keeper import kept

__all__ = ["kept"]
