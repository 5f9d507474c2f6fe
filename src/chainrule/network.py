"""The network: layers, parameters by name, and the program of its step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule import arguments
from chainrule.arguments import Targets
from chainrule.errors import InputError, KindError, UnknownName
from chainrule.parts import Dense, Function, Identity
from chainrule.parts.contract import Activation, Array, Initializer, Layer, Loss, Optimizer
from chainrule.program import Program, write

if TYPE_CHECKING:
    from chainrule.trace import Trace
    from chainrule.training import History

DTYPES = ("float32", "float64")
PREDICT_ROWS = 4096  # so that predicting many samples needs little memory


class Parameters(Mapping[str, Array]):
    """The parameters by name, as views of one flat buffer: write to their entries, or assign a whole one."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.flat: Array = np.concatenate([np.ravel(a) for a in arrays.values()])
        self.layout = {name: a.shape for name, a in arrays.items()}
        self.spans: dict[str, slice] = {}
        start = 0
        for name, array in arrays.items():
            self.spans[name] = slice(start, start + array.size)
            start += array.size
        self._views = self.views(self.flat)

    def views(self, flat: Array) -> dict[str, Array]:
        """Any flat buffer of this layout, by name."""
        return {name: flat[self.spans[name]].reshape(shape) for name, shape in self.layout.items()}

    def __getitem__(self, name: str) -> Array:
        if name not in self._views:
            raise UnknownName("parameter", name, self._views)
        return self._views[name]

    def __setitem__(self, name: str, value: Any) -> None:
        view = self[name]
        array = arguments.finite(arguments.numbers(value, name), name, view.dtype)
        if array.shape != view.shape:
            raise InputError(f"{name} has the shape {view.shape}, and what was given has {array.shape}.")
        view[...] = array

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __repr__(self) -> str:
        return "Parameters(" + ", ".join(f"{name} {shape}" for name, shape in self.layout.items()) + ")"


def runs(spans: Mapping[str, slice], names: Sequence[str]) -> list[tuple[str, slice]]:
    """Parameters that lie side by side in the flat buffers as one run, with the name of its first."""
    found: list[tuple[str, slice]] = []
    for name in names:
        span = spans[name]
        if found and found[-1][1].stop == span.start:
            first, run = found[-1]
            found[-1] = (first, slice(run.start, span.stop))
        else:
            found.append((name, span))
    return found


class Network:
    """A multilayer perceptron: its layers, their parameters, and the step that trains them.

    a = f(x · W1 + b1) and so on, layer by layer. Written as sizes, ``Network([2, 3, 2])``, or as layers,
    ``Network([Dense(2, 3), ReLU(), Dense(3, 2), Softmax()])``.

    Parameters
    ----------
    layers : numbers of units from input to output, or layers
    hidden : the activation of the hidden layers (with sizes): a name, a part, a plain function of z, or a list
        with one for each hidden layer
    output : the activation of the output (with sizes)
    loss : a name or a part; it must go with the output
    seed : of the initial weights
    dtype : "float64" or "float32"
    parameters : initial values by name, instead of drawn ones
    initializer : how weights are drawn: "glorot", "he", "normal", or a part
    scaling : a `Standardize` that the program starts with
    features, classes : names of the inputs and of the classes, for show

    Raises
    ------
    InputError, KindError, UnknownName, LanguageError

    >>> net = Network([2, 3, 2], hidden="relu", output="softmax", seed=0)
    >>> net.parameters["W1"].shape
    (2, 3)
    """

    def __init__(
        self,
        layers: Sequence[Any],
        *,
        hidden: Any = "relu",
        output: Any = "softmax",
        loss: Any = "cross_entropy",
        seed: int | None = 0,
        dtype: str = "float64",
        parameters: Mapping[str, Any] | None = None,
        initializer: Any = "glorot",
        scaling: Layer | None = None,
        features: Sequence[str] | None = None,
        classes: Sequence[Any] | None = None,
    ) -> None:
        self.layers = _layers(layers, hidden, output, scaling)
        self.dtype: Any = _dtype(dtype)
        self.inputs, self.outputs = _widths(self.layers)
        last = self.layers[-1]
        assert isinstance(last, Activation)
        self.loss_part = Loss.of(loss)
        self.paired_loss = self.loss_part.paired(last)
        if self.outputs == 1 and last.name() == "softmax":
            raise InputError(
                "softmax of one output is always 1: take output='sigmoid', or an output for each class."
            )
        self._build_arrays(Initializer.of(initializer), seed)
        self.frozen: set[str] = set()
        self.features = _labels("features", features, self.inputs)
        self.classes = _labels("classes", classes, max(self.outputs, 2))
        self.about: dict[str, str] = {}  # what a file remembers beside the network, e.g. the target's name
        self._programs: dict[Any, Program] = {}
        self.compiled: dict[Any, Any] = {}  # steps and predictors in machine code, by what they are made for
        if parameters is not None and not isinstance(parameters, Mapping):
            raise KindError(f'parameters = {parameters!r} is no dict: write {{"W1": …}}.')
        for name, value in (parameters or {}).items():
            self.parameters[name] = value
        self.program()  # written now, so that rules that can't be are refused here

    def __getstate__(self) -> dict[str, Any]:
        """A copy compiles for itself: machine code knows where this network's parameters are."""
        return {**self.__dict__, "compiled": {}}

    def _build_arrays(self, initializer: Initializer, seed: int | None) -> None:
        rng = np.random.default_rng(arguments.seed(seed))
        arrays: dict[str, Array] = {}
        self.constants: dict[str, Array] = {}
        self._owned: list[list[str]] = []  # the names of each layer's parameters
        number = 0
        for layer in self.layers:
            number += layer.counts
            own = layer.parameters(initializer, rng)
            self._owned.append([f"{local}{number}" if number else local for local in own])
            for name, array in zip(self._owned[-1], own.values(), strict=True):
                arrays[name] = array.astype(self.dtype)
            for local, array in layer.constants().items():
                self.constants[f"{local}{number}" if number else local] = array.astype(self.dtype)
        self.parameters = Parameters(arrays)

    # --- the program ----------------------------------------------------------------------------------

    def program(self, optimizer: Optimizer | None = None, *, targets: bool = True) -> Program:
        """The program of a step; without an optimizer up to the gradients, without targets forward only."""
        key = (
            optimizer
            and (
                type(optimizer),
                *optimizer.scalars(),
                repr([v for v in optimizer.settings().values() if type(v) is not float]),
            ),
            targets,
            frozenset(self.frozen),
        )
        if key not in self._programs:
            loss = self.paired_loss if targets else None
            self._programs[key] = write(
                self.layers, loss, optimizer, self.parameters, self.constants, self.inputs, self.frozen
            )
        return self._programs[key]

    def leaves(self, X: Array, y: Array | None, optimizer: Optimizer | None = None) -> dict[str, Any]:
        """The value of everything that a step takes from outside, for checked samples."""
        program = self.program(optimizer, targets=y is not None)
        values: dict[str, Any] = {
            program.data: X.astype(self.dtype, copy=False),
            **self.parameters,
            **self.constants,
        }
        if y is not None:
            values |= {"y": y.astype(self.dtype, copy=False), "m": len(X), "k": self.outputs}
        if optimizer is not None:
            memory = optimizer.memory(self.parameters)
            views = {local: self.parameters.views(flat) for local, flat in memory.items()}
            values |= {name: views[local][parameter] for name, (local, parameter) in program.state.items()}
            values |= {**optimizer.scalars(), "t": optimizer.t + 1}
        return values

    @property
    def trained(self) -> list[str]:
        """The names of the parameters that training moves, in the order of the flat buffers."""
        return [name for name in self.parameters if name not in self.frozen]

    def freeze(self, *names: str) -> Network:
        """Keep parameters as they are in training; their gradients are still there to be read."""
        for name in names:
            if not isinstance(name, str):
                raise KindError(f'{name!r} is no name: write freeze("W1", "b1").')
            self.parameters[name]  # raises for an unknown one
        self.frozen.update(names)
        return self

    def unfreeze(self, *names: str) -> Network:
        """Train parameters again; all of them, if none is named."""
        for name in names:
            self.parameters[name]
        self.frozen.difference_update(names or set(self.frozen))
        return self

    # --- what users ask for ---------------------------------------------------------------------------

    def predict(self, X: Any, *, engine: str = "auto", threads: int | None = None) -> Array:
        """The network's output, e.g. probabilities (m, classes), for X (m, inputs).

        Parameters
        ----------
        X : inputs (m, inputs), or one sample
        engine, threads : as for `fit`; "auto" compiles for one very large X only, so ask for "compiled" where
            `predict` is called again and again

        Raises
        ------
        InputError, KindError, UnknownName, MissingPackage
        """
        from chainrule.engines import predictor

        X = arguments.samples(X, self.inputs)
        compiled = predictor(self, X, engine, threads)
        if compiled is not None:
            outputs: Array = compiled(X)
            if compiled.sound:  # else the same questions as below, after the fact
                return outputs
        arguments.finite(X, "X", self.dtype)
        self._check_parameters()
        if compiled is not None:
            return outputs
        program = self.program(targets=False)
        needed = program.needed([program.output])
        outputs = np.empty((len(X), self.outputs), self.dtype)
        for start in range(0, len(X), PREDICT_ROWS):
            rows = slice(start, start + PREDICT_ROWS)
            outputs[rows] = program.run(self.leaves(X[rows], None), quantities=needed)[program.output]
        return outputs

    def classify(self, X: Any) -> Array:
        """The predicted class of each sample, (m,): the largest output, or whether a single one is above ½."""
        if not self.loss_part.compares_classes and self.outputs == 1:
            raise InputError(
                f"the network gives one number a sample, for {self.loss_part.title()}: there are no classes; "
                "take predict(X)."
            )
        return decide(self.predict(X))

    def loss(self, X: Any, y: Any) -> float:
        """The loss over all samples."""
        from chainrule.engines import measure

        return measure(self, *self.check(X, y))[0]

    def gradients(self, X: Any, y: Any) -> dict[str, Array]:
        """∂L/∂parameter for every parameter, frozen ones too, by the parameter's name."""
        X, y, _ = self.check(X, y)
        program = self.program()
        needed = program.needed([f"d{name}" for name in self.parameters])
        values = program.run(self.leaves(X, y[:]), quantities=needed)
        return {name: values[f"d{name}"] for name in self.parameters}

    def check(self, X: Any, y: Any) -> tuple[Array, Targets, bool]:
        """X as (m, inputs), y as (m, outputs), and whether y were class labels; raises for bad ones.

        Nothing is copied, and rows of labels are made only where they are read: ``y[:]`` are all of them.
        """
        X = arguments.inputs(X, self.inputs, self.dtype)
        if self.classes is not None:
            y = arguments.class_codes(y, self.classes)
        targets, classes = arguments.targets(y, len(X), self.outputs, self.paired_loss, self.dtype)
        self._check_parameters()
        return X, targets, classes

    def _check_parameters(self) -> None:
        for name, array in self.parameters.items():
            arguments.finite(array, name)

    def trace(self, X: Any, y: Any = None, optimizer: Any = None) -> Trace:
        """One step with every quantity kept; the network and the optimizer are left as they were.

        Parameters
        ----------
        X : inputs (m, inputs), or one sample
        y : targets; without them the trace is forward only
        optimizer : a name or a part; without one the trace ends at the gradients
        """
        from chainrule.trace import trace

        return trace(self, X, y, None if optimizer is None else Optimizer.of(optimizer))

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        optimizer: Any = "adam",
        validation_data: tuple[Any, Any] | None = None,
        shuffle: bool = True,
        seed: int | None = 0,
        progress: bool = True,
        engine: str = "auto",
        threads: int | None = None,
    ) -> History:
        """Train by mini-batches.

        Same seed, engine, machine and number of threads: the same weights, bit for bit. Ctrl-C ends training after
        the step that is running and keeps the network as it stands.

        Parameters
        ----------
        X, y : inputs (n, inputs) and targets (n,) or (n, outputs); only batches are copied, so either may be a
            `numpy.memmap` larger than memory
        epochs : how many times to go through the samples, at least 1
        batch_size : samples a step, at least 1; None: all at once
        optimizer : its state and count live with it: a second `fit` goes on where the first ended
        validation_data : (X, y) to measure after each epoch
        shuffle : a new order each epoch, by `seed`; else in the given order
        progress : a bar, where there is a terminal to show it on
        engine : "numpy", "compiled" (machine code, by LLVM), or "auto", which compiles where the run is long enough
            to repay it; the History says which one it was, and why
        threads : how many share the compiled steps, 1 to 64; as many as a step of that size can use unless given

        Raises
        ------
        InputError, KindError : for bad arguments
        MissingPackage : where "compiled" is asked for and llvmlite is not installed
        Diverged : when a number stops being finite

        Returns
        -------
        the History: loss, accuracy, validation and seconds of each epoch
        """
        from chainrule.training import fit

        return fit(
            self, X, y, epochs=epochs, batch_size=batch_size, optimizer=Optimizer.of(optimizer),
            validation_data=validation_data, shuffle=shuffle, seed=seed, progress=progress,
            engine=engine, threads=threads,
        )  # fmt: skip

    def steps(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        optimizer: Any = "adam",
        shuffle: bool = True,
        seed: int | None = 0,
    ) -> Iterator[Trace]:
        """The debugger's step: each step traced, then applied; the same as `fit`'s in NumPy, bit for bit."""
        from chainrule.training import steps

        return steps(
            self, X, y, epochs=epochs, batch_size=batch_size, optimizer=Optimizer.of(optimizer),
            shuffle=shuffle, seed=seed,
        )  # fmt: skip

    def code(
        self,
        *,
        optimizer: Any = "adam",
        epochs: int = 1,
        batch_size: int | None = None,
        shuffle: bool = True,
        seed: int | None = 0,
    ) -> str:
        """The same training as one standalone script of plain NumPy.

        It offers ``train(X, y, parameters)``, imports NumPy alone, and gives the same weights as `fit` with
        ``engine="numpy"``, bit for bit, from the same parameters.

        Parameters
        ----------
        optimizer : its rules and hyper-parameters; its count and state start anew
        epochs, batch_size, shuffle, seed : as for `Network.fit`

        Raises
        ------
        InputError, KindError
        """
        from chainrule.readings.code import script

        return script(self, Optimizer.of(optimizer), epochs, batch_size, shuffle, seed)

    def save(self, path: Any) -> None:
        """Write the network to a safetensors file."""
        from chainrule.files.safetensors import save

        save(self, path)

    # --- how it shows itself --------------------------------------------------------------------------

    def title(self) -> str:
        """The network in a line: ``2 → 3 relu → 2 softmax``."""
        words = [str(self.inputs)]
        for layer in self.layers:
            if layer.counts:
                words.append(f"→ {layer.width(None)}")
            elif isinstance(layer, Activation):
                words.append(layer.label())
        return " ".join(words)

    def __repr__(self) -> str:
        return f"Network({self.title()}, {self.loss_part.name()}, {self.parameters.flat.size} parameters, {self.dtype})"

    def __str__(self) -> str:
        rows = [("layer", "gives", "shape", "parameters")]
        for layer, (name, width), owned in zip(self.layers, self._outputs(), self._owned, strict=True):
            own = [f"{n} {self.parameters.layout[n]}" for n in owned]
            rows.append((str(layer), name, f"(m, {width})", "  ".join(own)))
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
        ]
        frozen = f", frozen: {', '.join(sorted(self.frozen))}" if self.frozen else ""
        total = self.parameters.flat
        return "\n".join(
            [
                f"Network  {self.title()}   loss {self.loss_part.name()}   {self.dtype}",
                *(f"  {line}" for line in lines),
                f"  {total.size:,} parameters, {_bytes(total.nbytes)}{frozen}",
            ]
        )

    def _outputs(self) -> list[tuple[str, int | None]]:
        """The name and width of each layer's output."""
        found: list[tuple[str, int | None]] = []
        number, width = 0, None
        for layer in self.layers:
            number += layer.counts
            width = layer.width(width) or self.inputs
            found.append((layer.gives if layer.gives == "x" else f"{layer.gives}{number}", width))
        return found


def decide(outputs: Array) -> Array:
    """The class of each row of outputs."""
    decided: Array = (
        outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0.5).astype(np.int64)
    )
    return decided


def _layers(layers: Sequence[Any], hidden: Any, output: Any, scaling: Layer | None) -> list[Layer]:
    if isinstance(layers, np.ndarray):
        layers = layers.tolist()
    if isinstance(layers, str) or not isinstance(layers, Sequence) or len(layers) == 0:
        raise KindError(f"{layers!r} is no list of layers: write sizes, such as [2, 3, 2], or layers.")
    if all(isinstance(item, int | np.integer) and not isinstance(item, bool) for item in layers):
        found = _from_sizes([int(n) for n in layers], hidden, output)
    elif wrong := [item for item in layers if isinstance(item, float | bool)]:
        raise KindError(f"{wrong[0]!r} is no number of units: sizes are whole numbers, such as [2, 3, 2].")
    else:
        found = [_layer(item) for item in layers]
        if not isinstance(found[-1], Activation):
            found.append(Identity())
    if scaling is not None and not isinstance(scaling, Layer):
        raise KindError(
            f"scaling = {scaling!r} is no layer: give a Standardize, such as Standardize.fitted(X)."
        )
    return found if scaling is None else [scaling, *found]


def _from_sizes(sizes: list[int], hidden: Any, output: Any) -> list[Layer]:
    if len(sizes) < 2:
        raise InputError(
            f"{sizes} names one layer: give at least the numbers of inputs and of outputs, as [2, 2]."
        )
    between = len(sizes) - 2
    each = list(hidden) if isinstance(hidden, list | tuple) else [hidden] * between
    if len(each) != between:
        raise InputError(f"hidden names {len(each)} activations, and there are {between} hidden layers.")
    found: list[Layer] = []
    for i, activation in enumerate([*each, output]):
        found += [Dense(sizes[i], sizes[i + 1]), _activation(activation)]
    return found


def _activation(given: Any) -> Activation:
    if callable(given) and not isinstance(given, type | Activation):
        return Function(given)
    return Activation.of(given)


def _layer(given: Any) -> Layer:
    if isinstance(given, str) or (callable(given) and not isinstance(given, type | Layer)):
        return _activation(given)
    return Layer.of(given)


def _widths(layers: Sequence[Layer]) -> tuple[int, int]:
    counting = [layer for layer in layers if layer.counts]
    if not counting:
        raise InputError("the network has no layer with weights: put in a Dense.")
    width: int | None = None
    for layer in layers:
        width = layer.width(width)
    inputs = getattr(counting[0], "inputs")  # noqa: B009
    assert width is not None
    return int(inputs), int(width)


def _dtype(dtype: Any) -> Any:
    name = np.dtype(dtype).name if isinstance(dtype, type | np.dtype) else dtype
    if name not in DTYPES:
        raise UnknownName("dtype", name, DTYPES)
    return np.dtype(name)


def _labels(what: str, given: Sequence[Any] | None, count: int) -> list[str] | None:
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise KindError(f"{what} = {given!r} is no list of names.")
    if len(set(map(str, given))) != len(given):
        raise InputError(f"{what} names one twice: {', '.join(map(str, given))}.")
    if len(given) != count:
        raise InputError(f"{what} names {len(given)}, and the network has {count}.")
    return [str(name) for name in given]


def _bytes(size: int) -> str:
    return (
        f"{size:,} bytes"
        if size < 10_000
        else f"{size / 1000:,.0f} kB"
        if size < 1e7
        else f"{size / 1e6:,.0f} MB"
    )
