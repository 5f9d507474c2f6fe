"""Training by all samples at once: scipy's L-BFGS-B, which asks for the loss and its gradient wherever it likes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.engines.batches import Batches
from chainrule.engines.protocol import Engine
from chainrule.errors import Diverged, InputError, MissingPackage
from chainrule.model.arrays import runs
from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer

Took = Callable[[float, int], bool]  # is told each iteration's loss and right answers; gives whether to go on


def scipys_minimize() -> Any:
    """``scipy.optimize.minimize``."""
    try:
        from scipy.optimize import minimize
    except ImportError:
        raise MissingPackage("scipy", "training by L-BFGS") from None
    return minimize


class Minimizer:
    """What takes the place of an engine where an optimizer is scipy's.

    An iteration is an epoch of one step. Points that a line search only tries leave nothing behind.

    Parameters
    ----------
    engine : takes steps that end at the gradients
    network, optimizer, data : what is trained, by what, and on what; an epoch is an iteration

    Raises
    ------
    MissingPackage : without scipy
    """

    def __init__(self, engine: Engine, network: Model, optimizer: Any, data: Batches) -> None:
        self._minimize = scipys_minimize()
        self.engine, self.network, self.optimizer, self.data = engine, network, optimizer, data
        self.name, self.threads, self.measure, self.close = (
            engine.name,
            engine.threads,
            engine.measure,
            engine.close,
        )
        self._spans = [span for _, span in runs(network.parameters.spans, network.trained)]
        self._kept = {name: array.copy() for name, array in network.buffers.items()}
        # Loss and right answers before the iteration that is running, and at the point that was asked for last.
        self._before = self._found = (math.nan, 0)
        self.result: Any = None  # scipy's

    def minimize(self, took: Took, check_finite: bool) -> str:
        """Take the iterations; gives why they ended before the last one, or nothing."""
        self._check_finite = check_finite
        self._t, self._at = self.optimizer.t, np.zeros(0)
        start, halted = self._gathered(self.network.parameters.flat), False

        def iterated(intermediate_result: Any) -> None:
            if not np.array_equal(intermediate_result.x, self._at):
                self._evaluate(intermediate_result.x)
            for name, array in self.network.buffers.items():
                self._kept[name] = array.copy()
            self._t = self.optimizer.t = self._t + 1
            told, self._before = self._before, self._found
            nonlocal halted
            if halted := not took(*told):
                raise StopIteration

        options = self.optimizer.options(self.data.epochs)
        result = self.result = self._minimize(
            self._evaluate, start, jac=True, method="L-BFGS-B", callback=iterated, options=options
        )
        self._go(result.x)
        return "" if halted or result.nit == self.data.epochs else _reason(result, self.optimizer, options)

    def _evaluate(self, x: Array) -> tuple[float, Array]:
        """The loss and its gradient there; the network is left there, too."""
        self._go(x)
        losses, right = self.engine.run(None, 0, 1)
        self.optimizer.t, loss = self._t, float(losses[0])
        gradient = self._gathered(self.engine.gradients)
        first, self._at, self._found = not len(self._at), x.copy(), (loss, int(right[0]))
        if first:
            self._before = self._found
            if self._check_finite and not (math.isfinite(loss) and np.isfinite(gradient).all()):
                from chainrule.model.record import Record
                from chainrule.walkthrough.not_finite import not_finite

                data = self.data
                if data.elsewhere is None:
                    record = Record.of_arrays(self.network, data.X[:], data.y[:], None, data.weight)
                    sentence = not_finite(record)
                else:
                    sentence = data.elsewhere.broken(self.engine)
                self._go(x)
                raise Diverged(
                    f"before the first step: {sentence} Inputs scaled to mean 0 and standard "
                    "deviation 1, or smaller weights, usually help."
                )
        return loss, gradient

    def _go(self, x: Array) -> None:
        """Put the network to a point, with what its layers remember of the iterations so far."""
        at = 0
        for span in self._spans:
            size = span.stop - span.start
            self.network.parameters.flat[span] = x[at : at + size]
            at += size
        for name, array in self._kept.items():
            self.network.buffers[name][...] = array

    def _gathered(self, flat: Array) -> Array:
        """What is trained of a flat buffer, in double precision."""
        return np.concatenate([flat[span] for span in self._spans]).astype(np.float64)


def check_data(optimizer: Optimizer, data: Batches) -> None:
    """Raise InputError for data that can't be trained on so."""
    own, samples = type(optimizer).__name__, len(data.X)
    if data.size < samples:
        raise InputError(
            f"{own} takes all {samples} samples at once, and batch_size = {data.size}: leave it out, or take "
            "another optimizer."
        )
    for name, given in (("transform", data.transform), ("order", data.order)):
        if given is not None:
            raise InputError(
                f"{own} compares losses of the same samples, and {name} changes them from step to step: leave it "
                "out, or take another optimizer."
            )


def check(network: Model, optimizer: Optimizer) -> None:
    """Raise InputError for a network that can't be trained so."""
    own = type(optimizer).__name__
    for layer in network.layers:
        if layer.noise:
            raise InputError(
                f"{own} compares losses of the same network, and {layer} brings chance into them: take another "
                "optimizer, or leave the layer out."
            )
    if not network.trained:
        raise InputError(f"every parameter is frozen: {own} has nothing to train.")


def _reason(result: Any, optimizer: Any, options: Mapping[str, float]) -> str:
    """Why scipy ended by itself, in words."""
    if result.status == 1:
        return f"the loss was asked for {options['maxfun']} times, the most that is allowed"
    if result.status == 0 and "GRADIENT" in result.message.upper():
        return f"converged: no gradient is above {optimizer.gradient_tolerance:g}"
    if result.status == 0:
        return f"converged: the loss falls by less than {optimizer.loss_tolerance:g} of itself"
    return "no step made the loss smaller"
