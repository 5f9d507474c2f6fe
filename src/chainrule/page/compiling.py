"""The compiled engine for a training on the page, made beside the steps that are taken meanwhile."""

from __future__ import annotations

import threading
from importlib.util import find_spec

from chainrule.engines.batches import Batches
from chainrule.engines.protocol import Engine
from chainrule.errors import ChainruleError
from chainrule.model.model import Model
from chainrule.parts.contract import Optimizer


def compile_for(model: Model, optimizer: Optimizer, data: Batches) -> Engine | None:
    """The compiled engine, with one thread: the same bits each time. None where there is none."""
    if find_spec("llvmlite") is None:
        return None
    from chainrule.compiler import CompiledEngine

    try:
        return CompiledEngine(model, optimizer, data, 1)
    except (ChainruleError, OSError):
        return None


class Compiling:
    """A compiled engine in the making: `engine` is there once it is made, and stays None where it can't be."""

    def __init__(self, model: Model, optimizer: Optimizer, data: Batches) -> None:
        self.engine: Engine | None = None
        self._of = model, optimizer, data
        if find_spec("llvmlite") is not None:
            threading.Thread(target=self._make).start()  # no daemon: Python would end within LLVM

    def _make(self) -> None:
        self.engine = compile_for(*self._of)
