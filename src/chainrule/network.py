"""The network: layers, parameters by name, and the program of its step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import Fixed, InputError, KindError, UnknownName
from chainrule.expressions import check_local
from chainrule.model import arguments
from chainrule.model.answers import Answers
from chainrule.model.arguments import Targets
from chainrule.parts import Dense, Identity
from chainrule.parts.contract import Activation, Array, Initializer, Layer, Loss, Optimizer, Penalty
from chainrule.program.names import Names, remembered
from chainrule.program.plan import Plan
from chainrule.program.program import Program
from chainrule.program.write import write
from chainrule.utils import checks
from chainrule.utils.chunks import ENTRIES, pieces

if TYPE_CHECKING:
    from chainrule.trace import Trace
    from chainrule.training.fit import History

DTYPES = ("float32", "float64")
PREDICT_ROWS = 4096  # so that predicting many samples needs little memory


ANEW = "make a new network; Network(…, parameters=net.parameters) keeps the weights"
INSTEAD = {  # what to do where an attribute of a network is set
    "parameters": 'write into them, net.parameters["W1"] = … or net.parameters.flat[...] = …',
    "memory": 'write into it, net.memory["mu1_run"] = …',
    "frozen": 'write net.freeze("W1") or net.unfreeze("W1")',
}


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

    def __setattr__(self, name: str, value: Any) -> None:
        if "_views" in self.__dict__ and name[0] != "_":
            raise Fixed(
                f"parameters.{name} can't be set: write into what is there, parameters.flat[...] = … for all of them, "
                'parameters["W1"] = … for one.'
            )
        object.__setattr__(self, name, value)

    def __getstate__(self) -> dict[str, Any]:
        return {"flat": self.flat, "layout": self.layout, "spans": self.spans}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A copy's parameters are views of the copy's own buffer."""
        self.__dict__.update(state)
        self._views = self.views(self.flat)

    def __getitem__(self, name: str) -> Array:
        if name not in self._views:
            raise UnknownName("parameter", name, self._views)
        return self._views[name]

    def __setitem__(self, name: str, value: Any) -> None:
        view = self[name]
        array = arguments.finite(checks.numbers(value, name), name, view.dtype)
        if array.shape != view.shape:
            raise InputError(f"{name} has the shape {view.shape}, and what was given has {array.shape}.")
        view[...] = array

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __repr__(self) -> str:
        return "Parameters(" + ", ".join(f"{name} {shape}" for name, shape in self.layout.items()) + ")"


class Memory(dict[str, Array]):
    """Arrays by name that stay in their places: write to their entries, or assign a whole one."""

    def __reduce__(self) -> Any:
        return type(self), (dict(self),)

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self:
            raise UnknownName("array", name, self)
        array = arguments.finite(checks.numbers(value, name), name, self[name].dtype)
        if array.shape != self[name].shape:
            raise InputError(
                f"{name} has the shape {self[name].shape}, and what was given has {array.shape}."
            )
        self[name][...] = array

    def _stay(self, *_: Any, **__: Any) -> Any:
        raise Fixed("a network's arrays stay: assign them one by one, by their names.")

    __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _stay


class Constants(Memory):
    """The arrays that layers and losses brought along, which no one writes to."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        super().__init__(arrays)
        for array in self.values():
            array.flags.writeable = False

    def __setitem__(self, name: str, value: Any) -> None:
        raise Fixed(f"{name} can't be set, since it is a constant: {ANEW}.")


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
    hidden : the activation of the hidden layers, with sizes: a name, a part, a plain function of z, or a list
        with one for each hidden layer; "relu" unless given
    output : the activation of the output, with sizes; "softmax" unless given
    loss : a name, a part, or a function of outputs and targets; it must go with the output
    penalty : what large weights cost: a name, a part, or a function of a weight matrix
    seed : of the initial weights
    dtype : "float64" or "float32"
    parameters : initial values by name, instead of drawn ones
    initializer : how weights are drawn: "glorot", "he", "normal", or a part
    scaling : a `Standardize` that the program starts with
    features, classes : names of the inputs and of the classes, for show

    Raises
    ------
    InputError, KindError, UnknownName, LanguageError
    Fixed : where an attribute is set later that the network's programs are written with; `features`, `classes` and
        `about` may be, and what stands in `parameters` and `memory`

    >>> net = Network([2, 3, 2], hidden="relu", output="softmax", seed=0)
    >>> net.parameters["W1"].shape
    (2, 3)
    """

    def __init__(
        self,
        layers: Sequence[Any],
        *,
        hidden: Any = None,
        output: Any = None,
        loss: Any = "cross_entropy",
        penalty: Any = None,
        seed: int | None = 0,
        dtype: str = "float64",
        parameters: Mapping[str, Any] | None = None,
        initializer: Any = "glorot",
        scaling: Layer | None = None,
        features: Sequence[str] | None = None,
        classes: Sequence[Any] | None = None,
    ) -> None:
        self.layers = tuple(_layers(layers, hidden, output, scaling))
        self.dtype: Any = _dtype(dtype)
        self.inputs, self.outputs = _widths(self.layers)
        last = self.layers[-1]
        assert isinstance(last, Activation)
        self.loss_part = Loss.of(loss)
        self.paired_loss = self.loss_part.paired(last, self.outputs)
        self.answers = Answers.of(self.paired_loss, last, self.outputs)
        self.penalty = None if penalty is None else Penalty.of(penalty)
        if self.outputs == 1 and last.shares:
            known = [
                name for name, part in Activation.known().items() if part.probabilities and not part.shares
            ]
            raise InputError(
                f"{last.title()} of one output is always the same: take output={known[0]!r}, or an output for each "
                "class."
            )
        self._build_arrays(Initializer.of(initializer), seed)
        self.frozen: frozenset[str] = frozenset()
        self.features = _labels("features", features, self.inputs)
        self.classes = _labels("classes", classes, max(self.outputs, 2))
        self.about: dict[str, str] = {}  # what a file remembers beside the network, e.g. the target's name
        self._programs: dict[Any, Program] = {}
        self.compiled: dict[Any, Any] = {}  # steps and predictors in machine code, by what they are made for
        if parameters is not None and not isinstance(parameters, Mapping):
            raise KindError(f'parameters = {parameters!r} is no dict: write {{"W1": …}}.')
        for name, value in (parameters or {}).items():
            self.parameters[name] = value
        self._made = frozenset(vars(self))
        self.program()  # written now, so that rules that can't be are refused here

    def __setattr__(self, name: str, value: Any) -> None:
        if "_made" in self.__dict__ and name[0] != "_":
            value = self._changed(name, value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__.get("_made", ()):
            raise Fixed(f"net.{name} can't be deleted: {INSTEAD.get(name, ANEW)}.")
        object.__delattr__(self, name)

    def _changed(self, name: str, value: Any) -> Any:
        """The value of an attribute that is set once the network is made; raises where it would change nothing."""
        if name == "features":
            return _labels(name, value, self.inputs)
        if name == "classes":
            return _labels(name, value, max(self.outputs, 2))
        if name == "about":
            return value
        if name in self._made:
            raise Fixed(f"net.{name} can't be set once the network is made: {INSTEAD.get(name, ANEW)}.")
        if hasattr(Network, name):
            raise Fixed(f"net.{name} can't be set: it is there to be asked, not to be changed.")
        if type(self) is Network:
            settable = ["features", "classes", "about"]
            raise UnknownName(
                "attribute of a network to set", name, settable, "Settings are arguments of Network."
            )
        return value  # a class of one's own has attributes of its own

    def __getstate__(self) -> dict[str, Any]:
        """A copy writes and compiles for itself: machine code knows where this network's parameters are."""
        return {**self.__dict__, "compiled": {}, "_programs": {}}

    def _build_arrays(self, initializer: Initializer, seed: int | None) -> None:
        rng = np.random.default_rng(arguments.seed(seed))
        arrays: dict[str, Array] = {}
        constants: dict[str, Array] = {}
        memory: dict[str, Array] = {}
        weights: list[str] = []
        self._owned: list[list[str]] = []  # the names of each layer's parameters
        self._names = Names()
        self._own: list[dict[str, str]] = []  # for each layer, the names of its arrays and its noise
        # Layers at the beginning that take no part in training: they compute in double precision.
        self.preparing = 0
        number, width = 0, self.inputs
        for place, layer in enumerate(self.layers):
            number += layer.counts
            parameters = layer.parameters(width, initializer, rng)
            own_constants, own_memory = layer.constants(), layer.memory(width)
            if self.preparing == place and not (layer.counts or parameters or own_memory or layer.noise):
                self.preparing += 1
            own = self._claim(layer, number, parameters, own_constants, own_memory)
            self._own.append(own)
            self._owned.append([own[local] for local in parameters])
            for local, array in parameters.items():
                arrays[own[local]] = array.astype(self.dtype)
                if local in layer.weights or (self.penalty is not None and self.penalty.biases):
                    weights.append(own[local])
            dtype = np.dtype(np.float64) if place < self.preparing else self.dtype
            constants |= {own[local]: array.astype(dtype) for local, array in own_constants.items()}
            memory |= {own[local]: array.astype(self.dtype) for local, array in own_memory.items()}
            width = layer.width(width) or width
        for name, array in self.paired_loss.constants().items():
            owner = f"the constant {name} of {self.paired_loss}"
            check_local(name, owner, ("a", "z"))
            constants[self._names.claim(name, owner)] = array.astype(self.dtype)
        self.parameters = Parameters(arrays)
        self.constants = Constants(constants)
        self.memory = Memory(memory)  # what layers remember from step to step
        self.weights = tuple(weights)  # what the penalty weighs

    def _claim(self, layer: Layer, number: int, *arrays: Mapping[str, Array]) -> dict[str, str]:
        """The names in the network of a layer's arrays and its noise, by what it calls them."""
        own: dict[str, str] = {}
        for kind, given in zip(
            ("parameter", "constant", "memory", "noise"), (*arrays, layer.noise), strict=True
        ):
            for local in given:
                owner = f"the {kind} {local} of {layer}"
                check_local(local, owner, (layer.takes, layer.gives, *own))
                name = remembered(local, number) if kind == "memory" else f"{local}{number or ''}"
                own[local] = self._names.claim(name, owner, between=True)
        return own

    # --- the program ----------------------------------------------------------------------------------

    def program(
        self,
        optimizer: Optimizer | None = None,
        *,
        targets: bool = True,
        training: bool = True,
        weighted: bool = False,
    ) -> Program:
        """The program of a step.

        Parameters
        ----------
        optimizer : without one it ends at the gradients
        targets : without them it is forward only, as nothing is trained
        training : otherwise it ends at the loss, and layers do as for predictions
        weighted : whether each sample has a weight
        """
        if optimizer is not None and optimizer.full_batch:
            optimizer = None
        key = (optimizer and optimizer.form(), targets, training, weighted, self.frozen)
        if key not in self._programs:
            for name, value in (("targets", targets), ("training", training), ("weighted", weighted)):
                checks.truth(value, name)
            written = write(
                Plan(
                    self.layers, self.inputs, self.preparing, self.parameters, self.constants, self.memory, self._names,
                    self._own,
                    self.weights, self.penalty, self.paired_loss if targets else None, training and targets, weighted,
                    optimizer, self.frozen,
                )
            )  # fmt: skip
            self._programs.setdefault(key, written)  # another thread may have written it, too
        return self._programs[key]

    def leaves(
        self,
        program: Program,
        X: Array,
        y: Array | None = None,
        optimizer: Optimizer | None = None,
        weight: Array | None = None,
        noise: Mapping[str, Array] | None = None,
    ) -> dict[str, Any]:
        """The value of everything that a program takes from outside, for checked samples."""
        values: dict[str, Any] = {
            program.data: X.astype(self.input_dtype, copy=False),
            **self.parameters,
            **self.constants,
            **self.memory,
            **(noise or {}),
        }
        if y is not None:
            values |= {"m": len(X), "k": self.outputs, "y": y.astype(self.dtype, copy=False)}
        if weight is not None:
            values["weight"] = weight.astype(self.dtype, copy=False)
        if optimizer is not None:
            memory = optimizer.memory(self.parameters)
            views = {local: self.parameters.views(flat) for local, flat in memory.items()}
            values |= {name: views[local][parameter] for name, (local, parameter) in program.state.items()}
            values |= program.numbers(optimizer)
        return values

    def draw(self, rng: np.random.Generator, into: Mapping[str, Array]) -> None:
        """Fill the noise of a step, in the order of the layers."""
        for name, (spread, _) in self.program().noise.items():
            if spread == "uniform":
                rng.random(out=into[name], dtype=into[name].dtype)
            else:
                rng.standard_normal(out=into[name], dtype=into[name].dtype)

    def noise(self, samples: int) -> dict[str, Array]:
        """Room for the noise of a step."""
        noise = self.program().noise
        return {name: np.empty((samples, width), self.dtype) for name, (_, width) in noise.items()}

    def drawn(self, rng: np.random.Generator, samples: int) -> dict[str, Array]:
        """The noise of a step, in arrays of its own."""
        into = self.noise(samples)
        self.draw(rng, into)
        return into

    @property
    def input_dtype(self) -> Any:
        """In what numbers inputs enter the program: in double precision where a layer prepares them."""
        return np.dtype(np.float64) if self.preparing else self.dtype

    @property
    def fewest(self) -> int:
        """How many samples a training step needs at least."""
        return max(layer.fewest for layer in self.layers)

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
        self.__dict__["frozen"] = self.frozen | set(names)
        return self

    def unfreeze(self, *names: str) -> Network:
        """Train parameters again; all of them, if none is named."""
        for name in names:
            self.parameters[name]
        self.__dict__["frozen"] = self.frozen - set(names or self.frozen)
        return self

    # --- what users ask for ---------------------------------------------------------------------------

    def predict(self, X: Any, *, engine: str = "auto", threads: int | None = None) -> Array:
        """The network's output, e.g. probabilities (m, classes), for X (m, inputs).

        Any number of threads may ask at once. While another one trains the network, the weights that are read may be
        those of neighbouring steps.

        Parameters
        ----------
        X : inputs (m, inputs), or one sample
        engine, threads : as for `fit`; "auto" compiles for one very large X only, so ask for "compiled" where
            `predict` is called again and again

        Raises
        ------
        InputError, KindError, UnknownName, MissingPackage
        """
        from chainrule.engines.numpy_engine import predict

        X = arguments.samples(X, self.inputs)
        compiled = predict(self, X, engine, threads)
        if compiled is not None:
            outputs, sound = compiled
            if sound:  # else the same questions as below, after the fact
                return outputs
        arguments.finite(X, "X", self.input_dtype)
        self._check_parameters()
        if compiled is not None:
            self._check_prepared(X)
            return outputs
        program = self.program(targets=False)
        needed = program.needed([program.output])
        outputs = np.empty((len(X), self.outputs), self.dtype)
        for start in range(0, len(X), PREDICT_ROWS):
            rows = slice(start, start + PREDICT_ROWS)
            values = program.run(self.leaves(program, X[rows]), quantities=needed)
            outputs[rows] = values[program.output]
            if self.preparing and not np.isfinite(values[program.prepared]).all():
                self._check_prepared(X)
            del values  # before the next ones are made
        return outputs

    def classify(self, X: Any) -> Array:
        """What the network says to each sample, as its loss means its outputs.

        Of softmax with cross-entropy and the like, and of a loss of numbers with several outputs, the class with the
        largest output (m,). Of one output, 1 for yes and 0 for no (m,). Of several outputs that each say yes or no, as
        sigmoid ones do with cross-entropy, 1 and 0 for each (m, outputs).

        Raises
        ------
        InputError : for a network that gives one number a sample, or whose loss compares outputs with each other
        """
        if not self.answers.of_classes and (self.outputs == 1 or not self.paired_loss.reads_targets):
            many = "one number" if self.outputs == 1 else f"{self.outputs} numbers"
            raise InputError(
                f"the network gives {many} a sample, for {self.loss_part.title()}: there are no classes; "
                "take predict(X)."
            )
        return self.answers.decide(self.predict(X))

    def loss(self, X: Any, y: Any) -> float:
        """The loss over all samples."""
        from chainrule.engines.numpy_engine import measure

        checked = self.check(X, y)
        loss, _ = measure(self, *checked)
        if not np.isfinite(loss):
            self._check_prepared(checked[0])
        return loss

    def gradients(self, X: Any, y: Any, *, seed: int | None = 0) -> dict[str, Array]:
        """∂L/∂parameter in a training step, for every parameter, frozen ones too, by the parameter's name.

        What chance brings to the step is drawn by the seed.
        """
        trace = self.trace(X, y, seed=seed)
        return {name: trace[f"d{name}"].copy() for name in self.parameters}

    def check(self, X: Any, y: Any) -> tuple[Array, Targets, int]:
        """X as (m, inputs), y as (m, outputs), and how many answers of a sample y judges, 0 if it names no classes.

        Raises for bad ones.
        Nothing is copied, and rows of labels are made only where they are read: ``y[:]`` are all of them.
        """
        X = self.check_inputs(X)
        group = self.paired_loss.group
        if len(X) % group:
            raise InputError(
                f"X has {len(X)} row{'s' if len(X) > 1 else ''}, and {self.loss_part.title()} takes rows in groups of "
                f"{group}: give a number of rows that {group} divides."
            )
        if self.classes is not None:
            y = arguments.class_codes(y, self.classes)
        targets, named = arguments.targets(y, len(X), self.answers, self.paired_loss, self.dtype)
        self._check_parameters()
        return X, targets, self.answers.count if named else 0

    def check_inputs(self, X: Any) -> Array:
        """X as (m, inputs), finite in the network's dtype when it is prepared; raises where it is not.

        Of many numbers that the dtype holds as they are, it is not asked whether they still are when they are prepared:
        that is looked for where a result is not finite.
        """
        checked = arguments.samples(X, self.inputs)
        prepares = self.input_dtype != self.dtype
        if prepares and not arguments.holds(checked, self.dtype):
            arguments.finite(checked, "X", self.input_dtype)
            self._check_prepared(checked)
        elif prepares and checked.size <= ENTRIES:
            self._check_prepared(checked)
        return arguments.finite(checked, "X", self.dtype) if not prepares else checked

    def _prepared(self, X: Array) -> Array:
        """Inputs as the first layer with weights gets them for predictions."""
        program = self.program(targets=False)
        leaves = {program.data: X.astype(self.input_dtype, copy=False), **self.constants}
        made: Array = program.run(leaves, quantities=program.preparation)[program.prepared]
        return made

    def _check_prepared(self, X: Array) -> None:
        """Raise where an entry, once it is prepared, is no number that the network's dtype can hold."""
        if self.input_dtype == self.dtype:
            return
        for rows in pieces(X.shape):
            if len(wrong := np.argwhere(~np.isfinite(self._prepared(X[rows])))):
                raise arguments.too_large(
                    X, "X", (rows.start + int(wrong[0][0]), int(wrong[0][1])), self.dtype
                )

    def _check_parameters(self) -> None:
        for name, array in self.parameters.items():
            arguments.finite(array, name)

    def trace(
        self, X: Any, y: Any = None, optimizer: Any = None, *, sample_weight: Any = None, seed: int | None = 0
    ) -> Trace:
        """One step with every quantity kept; the network and the optimizer are left as they were.

        Parameters
        ----------
        X : inputs (m, inputs), or one sample
        y : targets; without them the trace is forward only, as for predictions
        optimizer : a name or a part; without one the trace ends at the gradients
        sample_weight : how much each sample counts (m,), at least 0
        seed : of what chance brings to the step; that of a `fit` with this seed, in its first step
        """
        from chainrule.trace import trace

        part = None if optimizer is None else Optimizer.of(optimizer)
        part = None if part is not None and part.full_batch else part
        return trace(self, X, y, part, sample_weight, seed)

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
        transform: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        callbacks: Any = (),
    ) -> History:
        """Train by mini-batches.

        Same seed, engine, machine and number of threads: the same weights, bit for bit. Ctrl-C ends training after
        the step that is running and keeps the network as it stands. It may run in any thread, but one network is
        trained by one `fit` at a time, and so is an optimizer.

        Parameters
        ----------
        X, y : inputs (n, inputs) and targets (n,) or (n, outputs); only batches are copied, so either may be a
            `numpy.memmap` larger than memory. A `PrecisionWarning` tells of numbers too close together for the dtype
        epochs : how many times to go through the samples, at least 1
        batch_size : samples a step, at least 1; None: all at once
        optimizer : its state and count live with it: a second `fit` goes on where the first ended
        validation_data : (X, y) to measure after each epoch
        shuffle : a new order each epoch, by `seed`; else in the given order
        progress : a bar, where there is a terminal to show it on, for a `fit` in the main thread
        engine : "numpy", "compiled" (machine code, by LLVM), or "auto", which compiles where the run is long enough
            to repay it; the History says which one it was, and why
        threads : how many share the compiled steps, 1 to 64; as many as a step of that size can use unless given
        transform : changes the samples of each step, a function of them (m, inputs) and a random generator, such as
            `chainrule.data.Augment`
        sample_weight : how much each sample counts (n,), at least 0: L = Σ w l / m, divided by the number of samples
            and not by Σ w, so weights of mean 1 keep the loss's size
        class_weight : how much the samples of each class count: a dict, or "balanced", by which each class counts the
            same; times sample_weight. For one class a sample, not for several labels
        callbacks : a list of what is done between the steps: `EarlyStopping`, `SaveBest`, `CSVLog`, a `Callback` of
            one's own, or a function that is called after each epoch with the `Run`

        Raises
        ------
        InputError, KindError : for bad arguments; for a network or an optimizer that another training has; for threads
            that can't be started
        MissingPackage : where "compiled" is asked for and llvmlite is not installed
        Diverged : when a number stops being finite

        Returns
        -------
        the History: loss, validation and seconds of each epoch; and accuracy, where y names classes: by labels, rows
        with a single 1, or 0 and 1
        """
        from chainrule.training.fit import fit

        return fit(
            self, X, y, epochs=epochs, batch_size=batch_size, optimizer=Optimizer.of(optimizer),
            validation_data=validation_data, shuffle=shuffle, seed=seed, progress=progress,
            engine=engine, threads=threads, transform=transform, sample_weight=sample_weight,
            class_weight=class_weight, callbacks=callbacks,
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
        transform: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
    ) -> Iterator[Trace]:
        """The debugger's step: each step traced, then applied; the same as `fit`'s in NumPy, bit for bit.

        Between two steps the network is free for others; a step while another training has it is refused.
        """
        from chainrule.training.fit import steps

        return steps(
            self, X, y, epochs=epochs, batch_size=batch_size, optimizer=Optimizer.of(optimizer),
            shuffle=shuffle, seed=seed, transform=transform, sample_weight=sample_weight, class_weight=class_weight,
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

        It offers ``train(X, y, parameters)``, imports NumPy alone (for `LBFGS` scipy, too), and gives the same weights
        as `fit` with ``engine="numpy"``, bit for bit, from the same parameters.

        Parameters
        ----------
        optimizer : its rules and hyper-parameters; its count and state start anew
        epochs, batch_size, shuffle, seed : as for `Network.fit`

        Raises
        ------
        InputError, KindError
        """
        from chainrule.export.numpy_script import script

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
            elif layer.gives != "x":
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


def _layers(layers: Sequence[Any], hidden: Any, output: Any, scaling: Layer | None) -> list[Layer]:
    if isinstance(layers, np.ndarray):
        layers = layers.tolist()
    if isinstance(layers, str) or not isinstance(layers, Sequence) or len(layers) == 0:
        raise KindError(f"{layers!r} is no list of layers: write sizes, such as [2, 3, 2], or layers.")
    if all(isinstance(item, int | np.integer) and not isinstance(item, bool) for item in layers):
        hidden, output = "relu" if hidden is None else hidden, "softmax" if output is None else output
        found = _from_sizes([int(n) for n in layers], hidden, output)
    elif wrong := [item for item in layers if isinstance(item, float | bool)]:
        raise KindError(f"{wrong[0]!r} is no number of units: sizes are whole numbers, such as [2, 3, 2].")
    else:
        for name, given in (("hidden", hidden), ("output", output)):
            if given is not None:
                raise InputError(
                    f"{name} = {given!r} goes with sizes, such as [2, 3, 2], and layers are given: write it among them."
                )
        found = [_layer(item) for item in layers]
        if not isinstance(found[-1], Activation):
            found.append(Identity())
    if scaling is not None and not isinstance(scaling, Layer):
        raise KindError(f"scaling = {scaling!r} is no layer: give one that scales the inputs.")
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


def _labels(what: str, given: Sequence[Any] | None, count: int) -> tuple[str, ...] | None:
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        raise KindError(f"{what} = {given!r} is no list of names.")
    checks.unmasked(given, what)
    if len(set(map(str, given))) != len(given):
        raise InputError(f"{what} names one twice: {', '.join(map(str, given))}.")
    if len(given) != count:
        raise InputError(f"{what} names {len(given)}, and the network has {count}.")
    return tuple(str(name) for name in given)


def _bytes(size: int) -> str:
    return (
        f"{size:,} bytes"
        if size < 10_000
        else f"{size / 1000:,.0f} kB"
        if size < 1e7
        else f"{size / 1e6:,.0f} MB"
    )
