"""The core that readings take: a network's layers, its arrays by name, and the programs of its step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from chainrule.errors import Fixed, InputError, KindError, UnknownName
from chainrule.expressions import check_local
from chainrule.model import arguments
from chainrule.model.answers import Answers
from chainrule.model.arrays import ANEW, Buffers, Constants, Parameters
from chainrule.model.layer_list import as_dtype, as_labels, as_layers, widths
from chainrule.model.target_scale import as_target_scale
from chainrule.parts.contract import Activation, Array, Initializer, Layer, Loss, Optimizer, Penalty
from chainrule.program.form import OwnForm, form
from chainrule.program.names import Names, buffer_name, of_target
from chainrule.program.plan import Plan
from chainrule.program.program import Program
from chainrule.utils import checks, wrong_keywords
from chainrule.utils.recent import Recent

INSTEAD = {  # what to do where an attribute of a network is set
    "parameters": 'write into them, net.parameters["W1"] = … or net.parameters.flat[...] = …',
    "buffers": 'write into them, net.buffers["mu1_run"] = …',
    "frozen": 'write net.freeze("W1") or net.unfreeze("W1")',
}


PROGRAMS: Recent[Program] = Recent(256)  # of all networks whose parts are chainrule's own, by their forms


class Model:
    """A multilayer perceptron as readings take it: layers, arrays by name, and the programs of its step.

    It knows nothing of training, pages or files: `Network` is its face.
    """

    _closed: ClassVar[bool] = (
        True  # where a class says so itself, its networks take no attributes beside their own
    )

    @wrong_keywords.explained(wrong_keywords.NETWORK)
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
        scale_target: Layer | None = None,
        features: Sequence[str] | None = None,
        classes: Sequence[Any] | None = None,
    ) -> None:
        self.layers = tuple(as_layers(layers, hidden, output, scaling))
        self.dtype: Any = as_dtype(dtype)
        self.inputs, self.outputs = widths(self.layers)
        last = self.layers[-1]
        assert isinstance(last, Activation)
        self.loss_part = Loss.of(loss)
        self.paired_loss = self.loss_part.for_output(last, self.outputs)
        self.scale_target = as_target_scale(scale_target, self.loss_part, self.outputs)
        self.answers = Answers.of(self.paired_loss, last, self.outputs)
        self.penalty = None if penalty is None else Penalty.of(penalty)
        if self.outputs == 1 and last.couples_outputs:
            known = [
                name
                for name, part in Activation.registry().items()
                if part.probabilities and not part.couples_outputs
            ]
            raise InputError(
                f"{last.title()} of one output is always the same: take output={known[0]!r}, or an output for each "
                "class."
            )
        self._initializer = Initializer.of(initializer)
        self._build_arrays(self._initializer, seed)
        self._form = self._own_form()
        self.frozen: frozenset[str] = frozenset()
        self.features = as_labels("features", features, self.inputs) or self.layers[0].raw_features
        self.classes = as_labels("classes", classes, max(self.outputs, 2))
        self.threshold: float | None = None  # above which it says yes, where that is not as its loss has it
        self.metadata: dict[str, str] = {}  # what a file remembers beside the network, e.g. the target's name
        self._programs: dict[Any, Program] = {}
        self._compiled: dict[Any, Any] = {}  # steps and predictors in machine code, by what they are made for
        self._forward: Any = None  # what predicts in NumPy, once it has
        self._trained_steps = 0  # since its weights were drawn
        self._place: Any = None  # where its last training ended, for one that goes on
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
            return as_labels(name, value, self.inputs)
        if name == "classes":
            return as_labels(name, value, max(self.outputs, 2))
        if name == "threshold":
            return arguments.threshold(value, self.answers, getattr(self.layers[-1], "probabilities", False))
        if name == "metadata":
            return arguments.texts(name, value)
        if name in self._made:
            raise Fixed(f"net.{name} can't be set once the network is made: {INSTEAD.get(name, ANEW)}.")
        ours = next(cls for cls in type(self).__mro__ if "_closed" in vars(cls))
        if hasattr(ours, name):
            raise Fixed(f"net.{name} can't be set: it is there to be asked, not to be changed.")
        if type(self) is ours:
            settable = ["features", "classes", "threshold", "metadata"]
            raise UnknownName(
                "attribute of a network to set", name, settable, "Settings are arguments of Network."
            )
        return value  # a class of one's own has attributes of its own

    def __getstate__(self) -> dict[str, Any]:
        """A copy writes and compiles for itself: machine code knows where this network's parameters are."""
        state = {**self.__dict__, "_compiled": {}, "_programs": {}, "_forward": None}
        del state["_form"]  # it holds the functions of rules, of which some have no name to be found by
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._form = self._own_form()

    def _build_arrays(self, initializer: Initializer, seed: int | None) -> None:
        rng = np.random.default_rng(arguments.seed(seed))
        arrays: dict[str, Array] = {}
        constants: dict[str, Array] = {}
        buffers: dict[str, Array] = {}
        weights: list[str] = []
        self._owned: list[list[str]] = []  # the names of each layer's parameters
        self._names = Names()
        self._own: list[dict[str, str]] = []  # for each layer, the names of its arrays and its noise
        # Layers at the beginning that take no part in training: they compute in double precision.
        self._preparing = 0
        number, width = 0, self.inputs
        for place, layer in enumerate(self.layers):
            number += layer.has_weights
            parameters = layer.parameters(width, initializer, rng)
            own_constants, own_buffers = layer.constants(), layer.buffers(width)
            if self._preparing == place and not (
                layer.has_weights or parameters or own_buffers or layer.noise
            ):
                self._preparing += 1
            own = self._claim(layer, number, parameters, own_constants, own_buffers)
            self._own.append(own)
            self._owned.append([own[local] for local in parameters])
            for local, array in parameters.items():
                arrays[own[local]] = array.astype(self.dtype)
                if local in layer.weights or (self.penalty is not None and self.penalty.biases):
                    weights.append(own[local])
            dtype = np.dtype(np.float64) if place < self._preparing else self.dtype
            constants |= {own[local]: array.astype(dtype) for local, array in own_constants.items()}
            buffers |= {own[local]: array.astype(self.dtype) for local, array in own_buffers.items()}
            width = layer.width(width) or width
        constants |= self._beside_layers()
        self.parameters = Parameters(arrays)
        self.constants = Constants(constants)
        self.buffers = Buffers(buffers)  # what layers remember from step to step
        self.weights = tuple(weights)  # what the penalty weighs

    def _beside_layers(self) -> dict[str, Array]:
        """The constants of the loss, and of what scales targets, by their names in the network."""
        constants: dict[str, Array] = {}
        for name, array in self.paired_loss.constants().items():
            owner = f"the constant {name} of {self.paired_loss}"
            check_local(name, owner, ("a", "z"))
            constants[self._names.claim(name, owner)] = array.astype(self.dtype)
        if (scaling := self.scale_target) is not None:
            for name, array in scaling.constants().items():
                owner = f"the constant {name} of {scaling}, which scales targets"
                check_local(name, owner, (scaling.takes, scaling.gives))
                constants[self._names.claim(of_target(name), owner)] = array.astype(np.float64)
        return constants

    def _own_form(self) -> Any:
        """What this network has in common with all that share its programs and machine code; None if it shares none."""
        arrays = {**self.parameters, **self.constants, **self.buffers}
        shapes = tuple((name, array.dtype.str, array.shape) for name, array in arrays.items())
        parts = (*self.layers, self.paired_loss, self.penalty, self.scale_target)
        return _form((self.inputs, self.dtype.name, *parts, shapes))

    def _claim(self, layer: Layer, number: int, *arrays: Mapping[str, Array]) -> dict[str, str]:
        """The names in the network of a layer's arrays and its noise, by what it calls them."""
        own: dict[str, str] = {}
        for kind, given in zip(
            ("parameter", "constant", "buffer", "noise"), (*arrays, layer.noise), strict=True
        ):
            for local in given:
                owner = f"the {kind} {local} of {layer}"
                check_local(local, owner, (layer.takes, layer.gives, *own))
                name = buffer_name(local, number) if kind == "buffer" else f"{local}{number or ''}"
                own[local] = self._names.claim(name, owner, between=True)
        return own

    def program(
        self,
        optimizer: Optimizer | None = None,
        *,
        targets: bool = True,
        training: bool = True,
        weighted: bool = False,
        to_inputs: bool = False,
    ) -> Program:
        """The program of a step.

        Parameters
        ----------
        optimizer : without one it ends at the gradients
        targets : without them it is forward only, as nothing is trained
        training : otherwise it ends at the loss, and layers do as for predictions
        weighted : whether each sample has a weight
        to_inputs : whether gradients go back to the inputs, too
        """
        if optimizer is not None and optimizer.full_batch:
            optimizer = None
        key = (optimizer and optimizer.cache_key(), targets, training, weighted, self.frozen, to_inputs)
        found = self._programs.get(key)
        if found is None:
            told = {"targets": targets, "training": training, "weighted": weighted, "to_inputs": to_inputs}
            for name, value in told.items():
                checks.truth(value, name)
            found = self._programs.setdefault(
                key, self._written(key, optimizer, targets, training, weighted, to_inputs)
            )
        return found

    def _written(
        self,
        key: Any,
        optimizer: Optimizer | None,
        targets: bool,
        training: bool,
        weighted: bool,
        to_inputs: bool,
    ) -> Program:
        """A program, which all networks of this form share."""
        shared = self._form is not None and (optimizer is None or _form(optimizer) is not None)
        found = PROGRAMS.get((self._form, key)) if shared else None
        if found is None:
            from chainrule.program.write import write

            # What stays in the process for others must not keep the moments of the first one's optimizer.
            optimizer = optimizer.stateless() if shared and optimizer is not None else optimizer
            plan = Plan(
                self.layers, self.inputs, self._preparing, self._names, self._own,
                self.weights, self.penalty, self.paired_loss if targets else None, training and targets, weighted,
                optimizer, self.frozen, to_inputs, self.scale_target,
            )  # fmt: skip

            found = write(plan, self)
            if shared:
                found = PROGRAMS.keep((self._form, key), found)
        return found

    @property
    def decisions(self) -> Answers:
        """What its outputs say to whoever asks: its `answers`, by its own threshold if it has one.

        Training counts right answers by `answers`.
        """
        return self.answers.above(self.threshold)

    @property
    def input_dtype(self) -> Any:
        """In what numbers inputs enter the program: in double precision where a layer prepares them."""
        return np.dtype(np.float64) if self._preparing else self.dtype

    @property
    def trained(self) -> list[str]:
        """The names of the parameters that training moves, in the order of the flat buffers."""
        return [name for name in self.parameters if name not in self.frozen]

    def freeze(self, *names: str) -> Self:
        """Keep parameters as they are in training; their gradients are still there to be read."""
        for name in names:
            if not isinstance(name, str):
                raise KindError(f'{name!r} is no name: write freeze("W1", "b1").')
            self.parameters[name]  # raises for an unknown one
        self.__dict__["frozen"] = self.frozen | set(names)
        return self

    def unfreeze(self, *names: str) -> Self:
        """Train parameters again; all of them, if none is named."""
        for name in names:
            if not isinstance(name, str):
                raise KindError(f'{name!r} is no name: write unfreeze("W1", "b1").')
            self.parameters[name]
        self.__dict__["frozen"] = self.frozen - set(names or self.frozen)
        return self

    def reset(self, seed: int | None = 0) -> Self:
        """Draw fresh weights, those of a new network with this seed; what is frozen stays.

        What layers remember begins anew, too. An optimizer keeps its state: give the next training one of its own.

        Parameters
        ----------
        seed : as for a new network
        """
        rng, width = np.random.default_rng(arguments.seed(seed)), self.inputs
        for layer, own in zip(self.layers, self._own, strict=True):
            for local, array in layer.parameters(width, self._initializer, rng).items():
                if own[local] not in self.frozen:
                    self.parameters[own[local]][...] = array
            for local, array in layer.buffers(width).items():
                self.buffers[own[local]][...] = array
            width = layer.width(width) or width
        self._trained_steps, self._place = 0, None
        return self

    def title(self) -> str:
        """The network in a line: ``2 → 3 relu → 2 softmax``."""
        words = [str(self.inputs)]
        for layer in self.layers:
            if layer.has_weights:
                words.append(f"→ {layer.width(None)}")
            elif layer.gives != "x":
                words.append(layer.label())
        return " ".join(words)


def _form(given: Any) -> Any:
    try:
        return form(given)
    except OwnForm:
        return None


def compiled(model: Model) -> dict[Any, Any]:
    """Steps and predictors in machine code that were made for a model, by what they are made for."""
    return model._compiled


def rebuilt(model: Model, redrawn: bool = False, **instead: Any) -> Model:
    """A network like this one but for some arguments, which keeps the weights that fit it still.

    Parameters
    ----------
    redrawn : whether its weights are drawn anew all the same
    instead : arguments of `Network`, in place of its own
    """
    own = {
        "layers": model.layers, "loss": model.loss_part, "penalty": model.penalty, "dtype": model.dtype.name,
        "scale_target": model.scale_target, "initializer": model._initializer,
        "features": model.features, "classes": model.classes,
    }  # fmt: skip
    made = Model(**{**own, **instead})
    for old, new in ((model.parameters, made.parameters), (model.buffers, made.buffers)):
        for name, array in old.items():
            if not redrawn and name in new and new[name].shape == array.shape:
                new[name][...] = array
    return made.freeze(*(name for name in model.frozen if name in made.parameters))


def reads_tables(model: Model) -> bool:
    """Whether the first layer takes the columns of a table, of which cells may be missing."""
    return model.layers[0].raw_features is not None


def prepared_inputs(model: Model) -> int:
    """How many columns inputs have once they are prepared."""
    width = model.inputs
    for layer in model.layers[: model._preparing]:
        width = layer.width(width) or width
    return width


def target_dtype(model: Model) -> Any:
    """In what numbers targets enter the program: in double precision where they are scaled."""
    return model.dtype if model.scale_target is None else np.dtype(np.float64)
