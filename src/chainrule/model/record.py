"""One step's values: look-up, what if, and the update it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from chainrule.errors import InputError, KindError, UnknownName
from chainrule.expressions import names
from chainrule.model import arguments
from chainrule.model.entry import meant, parse_entry
from chainrule.model.leaves import leaves
from chainrule.model.model import Model
from chainrule.model.noise import drawn_noise
from chainrule.model.samples import check, check_inputs, check_sizes
from chainrule.model.streams import RandomStreams
from chainrule.notation import display
from chainrule.parts.contract import Array, Optimizer
from chainrule.program.holding import HELD, holding
from chainrule.program.program import Program
from chainrule.utils import checks


@dataclass(frozen=True, eq=False)
class Record(Mapping[str, Any]):
    """One step with every quantity by its name: ``trace["z1"]``, ``trace["dW1[0, 1]"]``.

    Parameters
    ----------
    network, program, optimizer : what was run
    leaves : what came from outside
    results : every quantity by name, read-only
    base : for a `what_if`, the trace it started from
    replaced : for a `what_if`, what was put in
    minimizer : an optimizer that takes no single steps, such as L-BFGS: then the step ends at its gradients
    """

    network: Model
    program: Program
    optimizer: Optimizer | None
    leaves: Mapping[str, Any]
    results: Mapping[str, Any]
    base: Self | None = None
    replaced: Mapping[str, Any] = field(default_factory=dict)
    minimizer: Optimizer | None = None

    @classmethod
    def take(
        cls,
        model: Model,
        X: Any,
        y: Any = None,
        optimizer: Optimizer | None = None,
        sample_weight: Any = None,
        seed: int | None = 0,
        inputs: bool = False,
    ) -> Self:
        """One step on X and y, or, without y, one pass forward; see `Network.trace`."""
        checks.truth(inputs, "inputs")
        if y is None and model.paired_loss.reads_targets:
            if sample_weight is not None:
                raise InputError(
                    "a trace without y is forward only, and sample_weight weighs losses: give y, or leave it out."
                )
            X = check_inputs(model, X)
            if optimizer is not None:
                raise InputError("a trace without y is forward only: give y, or leave the optimizer out.")
            if inputs:
                raise InputError(
                    "a trace without y is forward only, without gradients: give y, or leave inputs out."
                )
            return cls.of_arrays(model, X[:])
        X, y, _ = check(model, X, y)
        weight = None if sample_weight is None else arguments.weights(sample_weight, len(X))
        check_sizes(model, [len(X)])
        noise = drawn_noise(model, RandomStreams(seed).noise, len(X))
        return cls.of_arrays(model, X[:], y[:], optimizer, weight, noise, inputs)

    @classmethod
    def of_arrays(
        cls,
        model: Model,
        X: Array,
        y: Array | None = None,
        optimizer: Optimizer | None = None,
        weight: Array | None = None,
        noise: Mapping[str, Array] | None = None,
        inputs: bool = False,
    ) -> Self:
        """The same on checked arrays."""
        minimizer = optimizer if optimizer is not None and optimizer.full_batch else None
        optimizer = None if minimizer is not None else optimizer
        program = model.program(
            optimizer, targets=y is not None, weighted=weight is not None, to_inputs=inputs
        )
        given = {
            name: value.copy() if isinstance(value, np.ndarray) else value
            for name, value in leaves(model, program, X, y, optimizer, weight, noise).items()
        }
        return cls(model, program, optimizer, given, program.run(given), minimizer=minimizer)

    def __post_init__(self) -> None:
        for value in self.results.values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A copy's arrays are read-only, too."""
        self.__dict__.update(state)
        self.__post_init__()

    # --- asking for numbers ---------------------------------------------------------------------------

    def __getitem__(self, text: str) -> Any:
        name, index = self.locate(text)
        return self.results[name] if index is None else self.results[name][index]

    def locate(self, text: str) -> tuple[str, tuple[int, ...] | None]:
        """The name and index that a text such as ``"dW1[0, 1]"`` means; raises if there is no such entry."""
        if not isinstance(text, str):
            raise self._unknown(text, 'Ask by name, as in trace["dW1[0, 1]"].')
        name, index = parse_entry(text)
        name = meant(name, self.results)
        if name not in self.results:
            raise self._unknown(name, self._why_missing(name))
        if index is not None:
            shape = np.shape(self.results[name])
            fits = len(index) == len(shape) and all(-n <= i < n for i, n in zip(index, shape, strict=True))
            if not fits:
                raise InputError(f"{name} has the shape {shape}: there is no entry {list(index)}.")
            index = tuple(i % n for i, n in zip(index, shape, strict=True))
        return name, index

    def _unknown(self, asked: Any, hint: str) -> UnknownName:
        return UnknownName("quantity", asked, self.program.names(), hint, display)

    def _why_missing(self, name: str) -> str:
        if name.removesuffix("_new") in self.network.frozen:
            return f"{name.removesuffix('_new')} is frozen, so it has no update."
        if name == f"d{self.program.data}" and "L" in self.results:
            return "Gradients of inputs are there on request: trace(…, inputs=True)."
        if name.endswith("_new") and self.optimizer is None:
            return "This trace has no update: give trace(…) an optimizer."
        if "L" not in self.results and (name.startswith("d") or name in ("L", "l", "y")):
            return "This trace is forward only: give trace(…) the targets y."
        return ""

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def samples(self) -> int:
        """The number of samples m."""
        return len(self.results[self.program.data])

    @property
    def summed(self) -> bool:
        """Whether L is the sum of several samples' losses, and not their mean: then m counts as 1."""
        return self.samples > self.network.paired_loss.group and self.results.get("m") == 1

    def as_sum(self) -> Self:
        """The same step with L the sum of the samples' losses: its rules, with 1 for m.

        Raises
        ------
        InputError : where a layer takes means over the samples
        """
        for quantity in self.program.quantities.values():
            if quantity.section == "forward" and any(name.name == "m" for name in names(quantity.rule)):
                raise InputError(
                    f"{quantity.part.title()} divides by the number of samples, so L can't be their sum: take the mean."
                )
        given = {**self.leaves, "m": 1} if "m" in self.leaves else self.leaves
        return replace(self, leaves=given, results=self.program.run(given, self.replacing({})))

    @property
    def loss(self) -> float:
        """The loss L of the batch."""
        return float(self["L"])

    @property
    def step_number(self) -> int:
        """Which step of its optimizer this is, from 1."""
        return int(self.results.get("t", 1))

    # --- running it again -----------------------------------------------------------------------------

    def what_if(self, changes: Mapping[str, Any]) -> Self:
        """The same step with quantities, or entries of them, replaced.

        What comes after a replaced quantity is computed from the new value; `str` of the result says what
        changed. A number in the place of one that a rule gives is held there: no gradient passes through that rule,
        and the loss after the update is that with it held, too. What comes from outside, such as W2, is only
        another value. A replaced gradient is what the lines after it read.

        Parameters
        ----------
        changes : ``{"a1[0, 1]": 0, "W2": …}``; a whole quantity needs its own shape

        Raises
        ------
        UnknownName, InputError, KindError
        """
        if not isinstance(changes, Mapping):
            raise KindError(f'{changes!r} is no dict: write what_if({{"a1[0, 1]": 0}}).')
        replaced = dict(self.replaced)
        for text, new in changes.items():
            name, index = self.locate(text)
            replaced[name if index is None else f"{name}{list(index)}"] = new
        base = self.base or self
        program = (
            holding(base.program, self._held(replaced), self.network) if "L" in self.results else base.program
        )
        for name in (parse_entry(text)[0] for text in replaced):
            if name not in program.quantities and name not in program.leaves:
                raise InputError(
                    f"{name} is not computed where {', '.join(sorted(self._held(replaced)))} is held: leave it out."
                )
        given = {**base.leaves, **self._free(program, replaced)}
        values = program.run(given, self.replacing({}, replaced))
        return type(self)(self.network, program, self.optimizer, given, values, base, replaced)

    def _held(self, replaced: Mapping[str, Any]) -> dict[str, list[str]]:
        """For each quantity of forward and loss that is replaced, what was put in, by the names of the entries."""
        found: dict[str, list[str]] = {}
        for text in replaced:
            name = parse_entry(text)[0]
            quantity = self.program.quantities.get(name)
            if quantity is not None and quantity.section in HELD:
                found.setdefault(name, []).append(text)
        return found

    def _free(self, program: Program, replaced: Mapping[str, Any]) -> dict[str, Any]:
        """The leaves of a program that say what follows its rule: 1, and 0 where something was put in."""
        found: dict[str, Any] = {}
        for name, texts in self._held(replaced).items():
            if f"free_{name}" in program.leaves:
                free = np.ones_like(self.results[name])
                for text in texts:
                    free[parse_entry(text)[1] or ...] = 0
                found[f"free_{name}"] = free[()]
        return found

    def free(self, name: str) -> Any:
        """For each entry of a quantity whether its rule gives it, and no `what_if` put it in."""
        free = np.ones(np.shape(self.results[name]), bool)
        for text in self.replaced:
            of, index = parse_entry(text)
            if of == name:
                free[index or ...] = False
        return free

    def held_entries(self, name: str) -> list[str]:
        """What of a quantity a `what_if` holds, by the names of the entries."""
        return self._held(self.replaced).get(name, [])

    @property
    def held(self) -> dict[str, Any]:
        """Of what a `what_if` put in, what stands in the place of a rule: after an update as well."""
        return {text: self.replaced[text] for texts in self._held(self.replaced).values() for text in texts}

    def replacing(
        self, further: Mapping[str, Callable[[Any], Any]], replaced: Mapping[str, Any] | None = None
    ) -> dict[str, Callable[[Any], Any]]:
        """What `Program.run` takes to put in again what was put in here, and then `further` functions."""
        replace: dict[str, Callable[[Any], Any]] = {}
        for text, new in (self.replaced if replaced is None else replaced).items():
            name, index = self.locate(text)
            replace[name] = _replacing(text, index, new, self.results[name], replace.get(name))
        for name, function in further.items():
            first = replace.get(name)
            replace[name] = function if first is None else (lambda v, f=function, g=first: f(g(v)))  # type: ignore[misc]
        return replace

    def put_in(self, name: str, index: tuple[int, ...] | None = None) -> bool:
        """Whether a `what_if` put in that quantity or, with an index, that entry; so its rule does not give it."""
        for text in self.replaced:
            found, at = parse_entry(text)
            if found == name and (at is None or index is None or at == index):
                return True
        return False

    def changed(self) -> list[str]:
        """For a `what_if`: the quantities that came out differently, in order."""
        if self.base is None:
            return []
        before = self.base.results
        return [
            n for n, value in self.results.items()
            if n in before and not np.array_equal(value, before[n], equal_nan=True)
        ]  # fmt: skip

    def apply(self) -> None:
        """Take the step: write every new value to the network and to the optimizer's state."""
        if self.optimizer is None:
            raise InputError("this trace has no update to apply: give trace(…) an optimizer.")
        for name in self.network.parameters:
            if f"{name}_new" in self.results:
                self.network.parameters[name][...] = self.results[f"{name}_new"]
        for name, new in self.program.buffers.items():
            self.network.buffers[name][...] = self.results[new]
        state = self.optimizer.state_arrays(self.network.parameters)
        for name, (local, parameter) in self.program.state.items():
            self.network.parameters.views(state[local])[parameter][...] = self.results[f"{name}_new"]
        self.optimizer.t = self.step_number

    def after(self) -> Self | None:
        """The forward pass and loss of the same batch with the updated parameters; None without an update.

        What a `what_if` holds is held again, so that the two losses tell what the update did.
        """
        if self.optimizer is None:
            return None
        program = holding(
            self.network.program(weighted="weight" in self.results), self._held(self.replaced), self.network
        )
        leaves = {
            name: self.results.get(f"{name}_new", self.results[name])
            if kind == "parameter"
            else self.results[name]
            for name, kind in program.leaves.items()
        }
        results = program.run(leaves, self.replacing({}, self.held))
        return type(self)(self.network, program, None, leaves, results, replaced=self.held)

    def __repr__(self) -> str:
        parts = [self.network.title(), f"{self.samples} sample{'s' if self.samples > 1 else ''}"]
        if self.optimizer is not None:
            parts.append(str(self.optimizer))
        if "L" in self.results:
            parts.append(f"L = {self.loss:.6f}")
        return "Trace  " + "   ".join(parts)


def _replacing(
    text: str, index: tuple[int, ...] | None, new: Any, old: Any, before: Callable[[Any], Any] | None
) -> Callable[[Any], Any]:
    """A function from a quantity's value to the value with `new` put in."""
    array = checks.numbers(new, text)
    shape = () if index is not None else np.shape(old)
    if array.shape != shape:
        raise InputError(f"{text} has the shape {shape}, and what was given has {array.shape}.")

    def replaced(value: Any) -> Any:
        value = value if before is None else before(value)
        if not isinstance(value, np.ndarray):
            return float(array) if not isinstance(value, np.generic) else value.dtype.type(array)
        value = value.copy()
        value[... if index is None else index] = array
        return value

    return replaced
