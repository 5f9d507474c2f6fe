"""Compiled predictions, for any number of callers at once."""

from __future__ import annotations

import numpy as np

from chainrule.compiler.compiled import CHUNK_ROWS, compiled_for, network_arrays
from chainrule.compiler.entries import Own
from chainrule.compiler.frame import Frame
from chainrule.compiler.tasks import forward_use
from chainrule.compiler.team import Team, give_back, lease
from chainrule.engines.batches import FEW
from chainrule.engines.forward import is_finite, told_by
from chainrule.engines.prepared import prepared
from chainrule.model.model import Model, reads_tables
from chainrule.parts.contract import Array

MAX_FREE_FRAMES = 16  # of a predictor, that wait for their next call


class Predictor:
    """The network's output for rows of one kind of array, for any number of callers at once.

    Each call takes a frame that no one uses, and puts it back; what was compiled is shared.
    """

    def __init__(self, network: Model, X: Array, threads: int) -> None:
        """Compile the forward lines for arrays like X."""
        program, self._network = network.program(targets=False), network if reads_tables(network) else None
        X = X if self._network is None else prepared(self._network, X[:1])
        self._rows = CHUNK_ROWS * threads
        # What tells whether all was finite: samples are looked at as they are prepared, outputs as they are given.
        told = [
            name for name in told_by(program) if name not in (program.data, program.prepared, program.output)
        ]
        self._told_by = [network.parameters[name] for name in told if name not in program.quantities]
        lines = [name for name in told if name in program.quantities]
        use = forward_use([program.output, *lines], X, None, threads, prepared=reads_tables(network))
        self._compiled, self._arrays, self._others = (
            compiled_for(network, program, use),
            network_arrays(network),
            threads - 1,
        )
        self._widths, self._dtypes = (X.shape[1], network.outputs), (X.dtype, network.dtype)
        # Taken and put back by `pop` and `append`, which are whole. A child process finds those that were free.
        self._free: list[PredictorFrame] = [self._new_frame()]

    def __call__(self, X: Array) -> tuple[Array, bool]:
        """The outputs (m, outputs); and whether samples and parameters were finite: if not told so, they may still be.

        Raises
        ------
        NoThreads : if the threads that share the work can't be started
        """
        if self._network is not None:
            X = prepared(self._network, X)
        try:
            frame = self._free.pop()
        except IndexError:
            frame = self._new_frame()
        if self._others:
            team = lease(self._others)
            answer = frame(X, team)
            give_back(team)
        else:
            answer = frame(X, None)
        if len(self._free) < MAX_FREE_FRAMES:
            self._free.append(frame)  # after an error it is not: its frame may be half set
        outputs, sound = answer
        return outputs, sound and all(map(is_finite, self._told_by))

    def _new_frame(self) -> PredictorFrame:
        frame = Frame(self._compiled, self._arrays, self._rows, self._dtypes[1])
        few = [np.zeros((FEW, width), dtype) for width, dtype in zip(self._widths, self._dtypes, strict=True)]
        return PredictorFrame(frame, self._rows, few[0], few[1], np.zeros(self._others + 1))


class PredictorFrame:
    """A frame for predictions, and room for a few rows: to copy them takes less time than to point elsewhere."""

    def __init__(self, frame: Frame, rows: int, x: Array, outputs: Array, sound: Array) -> None:
        self._frame, self._rows, self._x, self._outputs, self._sound = frame, rows, x, outputs, sound
        self._look = sound.item if len(sound) == 1 else sound.any
        self._count = 0  # the rows that the frame is set to, if they are few
        frame.set(Own.BATCH, rows)
        frame.point(Own.SOUND, self._sound)

    def __call__(self, X: Array, team: Team | None) -> tuple[Array, bool]:
        count, frame = len(X), self._frame
        if count <= FEW:
            self._x[:count] = X
            if count != self._count:
                self._point(self._x, self._outputs, count)
                self._count = count
            frame(team)
            return self._outputs[:count].copy(), not self._look()
        result = np.empty((count, self._outputs.shape[1]), self._outputs.dtype)
        self._count = 0
        self._point(X, result, count)
        frame(team)
        return result, not self._look()

    def _point(self, x: Array, outputs: Array, count: int) -> None:
        self._frame.read(Own.X, x)
        self._frame.point(Own.RESULT, outputs)
        self._frame.set(Own.SAMPLES, count)
        self._frame.set(Own.STEPS, -(-count // self._rows))
