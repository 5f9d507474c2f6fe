"""Which engine takes an estimator's steps."""

from __future__ import annotations

from importlib.util import find_spec

from chainrule.engines.batches import Batches
from chainrule.network import Network
from chainrule.parts.contract import Optimizer
from chainrule.training.engine_choice import numpy_seconds
from chainrule.training.schedule import spanned

# Seconds of work in NumPy from which code pays: an estimator is fitted many times, by searches and on folds.
COMPILED_FROM_S = 0.01

if HAS_LLVM := find_spec("llvmlite") is not None:
    # What a fit needs is loaded here, not in the first of them.
    import chainrule.compiler
    import chainrule.program.write  # noqa: F401
    from chainrule.compiler.jit import host

    host()


def chosen_engine(
    engine: str, network: Network, optimizer: Optimizer, data: Batches, lasting: bool = False
) -> str:
    """The engine to ask for: left to itself ("auto"), machine code from shorter trainings on than for a `Network`.

    It depends on the sizes and the number of epochs that there are to be at most, so the same call gives the same bits.
    What is `lasting` will go on in other calls, whose bits are to be those of one: there the epochs don't count.
    """
    if engine != "auto" or not HAS_LLVM:
        return engine
    if lasting:
        return "compiled"
    steps = data.epochs * data.per_epoch
    with spanned(optimizer, optimizer.t + steps):
        seconds = steps * numpy_seconds(network, optimizer, data.size)
    return "compiled" if seconds >= COMPILED_FROM_S else engine
