"""Which engine takes a training's steps, or predicts: NumPy, or machine code where it repays compiling."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from chainrule.engines.batches import FEW, Batches
from chainrule.engines.lbfgs import Minimizer, check, check_data
from chainrule.engines.numpy_engine import NumpyEngine
from chainrule.engines.protocol import Engine
from chainrule.errors import InputError, MissingPackage, UnknownName
from chainrule.model import arguments
from chainrule.model.labels import Targets
from chainrule.model.model import Model, compiled
from chainrule.parts.contract import Array, Optimizer
from chainrule.utils.processors import processors

ENGINES = ("auto", "numpy", "compiled")
# Seconds of work in NumPy from which code that is there is well repaid, and new code by the next fits of its form.
COMPILE_THRESHOLD_S = 0.04
MAX_THREADS = 64
CHANGED = 600  # multiplications that take as long as to change an entry of a sample, as `Augment` does
SHARED = 8e6  # multiplications a step for each thread; with fewer, waiting costs more than sharing gives


def choose(
    network: Model,
    optimizer: Optimizer,
    data: Batches,
    steps: int,
    engine: Any,
    threads: Any,
    validation_samples: int = 0,
) -> tuple[Engine | Minimizer, str]:
    """The engine for a training of so many steps, with validation of so many samples in all; and why it is that one.

    Left to itself ("auto"), the choice is made from the program, its sizes, the number of steps, those that the
    optimizer has counted and the installed packages alone: the same calls give the same bits.

    Raises
    ------
    UnknownName, InputError, KindError : for an engine or a number of threads that can't be
    MissingPackage : where the compiled engine is asked for and LLVM is not installed
    """
    check_engine(engine, threads)
    if not optimizer.full_batch:
        return stepping(network, optimizer, data, steps, engine, threads, validation_samples)
    check(network, optimizer)
    check_data(optimizer, data)
    found, why = stepping(network, optimizer, data, steps, engine, threads, validation_samples)
    return Minimizer(found, network, optimizer, data), why


def stepping(
    network: Model, optimizer: Optimizer, data: Batches, steps: int, engine: Any, threads: Any, looks: int
) -> tuple[Engine, str]:
    """What takes single steps, and why it is that one; see `choose`."""
    if data.elsewhere is not None:
        return data.elsewhere.engine(network, optimizer, data, steps, engine, threads, looks)
    why = "asked for"
    if engine == "numpy":
        return NumpyEngine(network, optimizer, data), why
    if engine == "auto":
        why = repays(network, optimizer, data, steps, looks)
        if not why:
            return NumpyEngine(network, optimizer, data), "the run is too short to repay compiling"
        if missing := _missing():
            return NumpyEngine(network, optimizer, data), missing
    from chainrule.compiler import CompiledEngine, NotCompiled, NoThreads

    shared = threads or _threads(3 * _work(network, data.size), _makers(network, data))
    try:
        return CompiledEngine(network, optimizer, data, shared), why
    except NoThreads:
        if threads:
            raise
        return CompiledEngine(
            network, optimizer, data, 1
        ), f"{why}; with one thread, as the system starts no more"
    except NotCompiled as reason:
        return NumpyEngine(network, optimizer, data), f"what stands outside the compiled language: {reason}"


def repays(network: Model, optimizer: Optimizer, data: Batches, steps: int, looks: int) -> str:
    """Why so many steps repay compiling, if they do: by themselves, or after those that the optimizer has counted.

    A few samples a call are many steps in all: after enough of them the next ones are taken to be as many.
    """
    each = numpy_seconds(network, optimizer, data.size)
    work = steps * each + looks / data.size * each / 3  # to look is to go forward alone
    if work >= COMPILE_THRESHOLD_S:
        return "the run is long enough to repay compiling"
    if work + optimizer.t * each >= COMPILE_THRESHOLD_S:
        return "the run is short, and the steps before it were enough to repay compiling"
    return ""


def numpy_seconds(network: Model, optimizer: Optimizer, samples: int) -> float:
    """About how long a step takes in NumPy: so much each, a line, an entry of a layer, a product and a parameter."""
    lines = len(network.program(optimizer).quantities)
    size = network.parameters.flat.size
    units = sum(int(shape[0]) for shape in network.parameters.layout.values() if len(shape) == 1)
    numbers = 3e-9 * samples * units + 6 * size * samples / 3.5e11 + 3e-9 * size  # of four bytes
    return float(4e-5 + 3e-7 * lines + numbers * network.dtype.itemsize / 4)


def predict_compiled(network: Model, X: Array, engine: Any, threads: Any) -> tuple[Array, bool] | None:
    """The outputs in machine code, and whether all was finite; None where NumPy is to do it.

    Raises
    ------
    UnknownName, InputError, KindError : for an engine or a number of threads that can't be
    MissingPackage : where the compiled engine is asked for and LLVM is not installed
    """
    if not isinstance(X, np.ndarray):  # a sparse matrix, whose rows are made dense a piece at a time
        check_engine(engine, threads)
        return None
    predictor = _predictor(network, X, engine, threads)
    if predictor is None:
        return None
    try:
        found: tuple[Array, bool] = predictor(X)
        return found
    except InputError:  # that threads can't be started
        if threads:
            raise
        return predict_compiled(network, X, engine, 1)


def measure_compiled(network: Model, X: Array, y: Targets) -> float | None:
    """The loss over checked samples in machine code, where a prediction of as many would be; else None."""
    work = _work(network, len(X))
    if _stays(work) or network.paired_loss.group > 1:
        return None
    from chainrule.compiler import NotCompiled, NoThreads, measure_once

    try:
        return measure_once(network, X, y, _threads(work))
    except NoThreads:
        return measure_once(network, X, y, 1)
    except NotCompiled:
        return None


def _stays(work: int) -> bool:
    """Whether so many multiplications on the way forward are NumPy's, left to itself."""
    return work < COMPILE_THRESHOLD_S * 1e11 or bool(_missing())


def _predictor(network: Model, X: Array, engine: Any, threads: Any) -> Any:
    """What predicts for inputs like X in machine code; None where NumPy is to do it."""
    check_engine(engine, threads)  # before what is kept is looked up: True is found as 1
    work, few = _work(network, len(X)), len(X) <= FEW
    shared = threads or (1 if few else _threads(work))
    flags = X.flags
    kind = (engine, shared, X.dtype, flags.c_contiguous, flags.aligned, X.strides[1] == X.itemsize)
    if kind in (kept := compiled(network)):
        return kept[kind]
    if engine == "numpy" or (engine == "auto" and _stays(work)):
        return None
    from chainrule.compiler import NotCompiled, Predictor

    try:
        found = Predictor(network, X, shared)
    except NotCompiled:
        found = None
    kept[kind] = found
    return found


def check_engine(engine: Any, threads: Any) -> None:
    """Raise UnknownName, InputError or KindError for an engine or a number of threads that can't be."""
    if not isinstance(engine, str) or engine not in ENGINES:
        raise UnknownName("engine", engine, ENGINES)
    if threads is None:
        return
    if arguments.whole(threads, "threads") > MAX_THREADS:
        raise InputError(f"threads = {threads} is out of range: it must be at most {MAX_THREADS}.")
    if engine == "numpy":
        raise InputError(
            f"threads = {threads} is for the compiled engine; NumPy's are set before Python starts, by "
            "OPENBLAS_NUM_THREADS."
        )


def _missing() -> str:
    """What keeps this machine from compiling, in words; nothing where it can."""
    from chainrule.compiler.jit import host

    try:
        fused = host().fused
    except (MissingPackage, OSError):
        return "llvmlite is not installed: pip install 'chainrule[fast]'"
    return "" if fused else "this processor has no fused multiplication and addition"


def _work(network: Model, samples: int) -> int:
    """Multiplications on the way forward."""
    return network.parameters.flat.size * samples


def _threads(work: int, others: int = 0) -> int:
    """How many threads are worth their waiting for each other, where some processors have other work."""
    return max(1, min(int(work / SHARED), _usable() - others, MAX_THREADS))


def _makers(network: Model, data: Batches) -> int:
    """How many threads are worth to change samples while the steps before are taken: 1, or none.

    With two processors it is worth one where the change takes longer than the steps do on both of them, and is no part
    of the steps.
    """
    made = data.transform is not None and data.made_ahead and data.moving is None
    return int(made and network.parameters.flat.size < CHANGED * network.inputs)


_usable = cache(processors)  # asked at every prediction
