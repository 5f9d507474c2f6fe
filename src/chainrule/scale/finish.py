"""What follows the sums of a step, once for all chunks: penalty, clipping and update, by the program's own lines."""

from __future__ import annotations

import numpy as np

from chainrule.engines.executor import Executor
from chainrule.engines.numpy_engine import updates_in_place
from chainrule.model.model import Model
from chainrule.parts.contract import Array, Optimizer


class Finish:
    """The lines of a step's program from the gradients of the samples on, over the network's own buffers.

    Parameters
    ----------
    network, optimizer : whose parameters and state are updated in place
    weighted : whether samples have weights
    gradients : a flat buffer for the gradients that move the parameters
    """

    def __init__(self, network: Model, optimizer: Optimizer, weighted: bool, gradients: Array) -> None:
        self._network, self._optimizer, self._gradients = network, optimizer, gradients
        program = self._program = network.program(optimizer, weighted=weighted)
        self.sums = np.zeros_like(network.parameters.flat)
        self._data_loss = np.zeros((), network.dtype)
        self._scalars: dict[str, float] = {
            **program.numbers(optimizer, network.penalty), "m": 1, "k": network.outputs,
        }  # fmt: skip
        self._loss = "L_data" if "L_data" in program.quantities else "L"
        given = {self._loss: self._data_loss}
        for name, array in network.parameters.views(self.sums).items():
            given[f"d{name}_data" if f"d{name}_data" in program.quantities else f"d{name}"] = array
        wanted = {gradient: name for name, gradient in program.gradients.items() if gradient not in given}
        targets = [*(["L"] if self._loss != "L" else []), *wanted]
        tape = program.tape(targets, given=[*given])
        views = network.parameters.views(gradients)
        leaves = {**given, **network.parameters, **network.constants}
        outputs = [(tape.places[gradient], views[name]) for gradient, name in wanted.items()]
        self._lines = Executor(tape, leaves, self._scalars, outputs)
        self._updates = updates_in_place(network, optimizer, program, self._scalars, gradients)

    def __call__(self, loss: float, samples: int) -> float:
        """Move the parameters by the gradients in `sums`; gives the loss with the penalty."""
        self._scalars.update(self._program.numbers(self._optimizer, self._network.penalty), m=samples)
        np.copyto(self._gradients, self.sums)
        self._data_loss[()] = loss
        self._lines.run(self._scalars)
        for update in self._updates:
            update.run(self._scalars)
        return loss if self._loss == "L" else float(self._lines.values["L"])
