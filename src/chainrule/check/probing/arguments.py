"""What a function of a learner's is given, by the names of its parameters."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.check.probing.calling import CannotCall, Trouble, parameters_of, place_of
from chainrule.check.probing.layout import as_labels, laid_out
from chainrule.check.probing.names import BUFFERS, CACHE, GRADIENTS, PARAMETERS, argument, known_name, plain
from chainrule.check.probing.tasks import Task
from chainrule.model.record import Record


class Kept(dict[str, Any]):
    """Quantities by name, also by those that the field has for them: ``cache["A1"]``, ``grads["W1"]``."""

    def __init__(self, values: Mapping[str, Any], record: Record, prefix: str = "") -> None:
        super().__init__(values)
        self._program, self._prefix = record.program, prefix

    def __copy__(self) -> Kept:
        made = Kept.__new__(Kept)
        made.update(self)
        made._program, made._prefix = self._program, self._prefix
        return made

    def __missing__(self, key: str) -> Any:
        name = known_name(str(key), self._program)
        for each in (f"{self._prefix}{name}", name):
            if each is not None and each in self:
                return self[each]
        raise KeyError(key)


class Arguments:
    """Finds what each parameter of a function means.

    Parameters
    ----------
    task : the function
    record, columns : the probe, and whether its samples are given as columns
    values : of every quantity
    kept : what the function before returned beside its result, for the next one
    """

    def __init__(
        self, task: Task, record: Record, columns: bool, values: Mapping[str, Any], kept: Any = None
    ) -> None:
        self._task, self._record, self._columns, self._values, self._kept = (
            task,
            record,
            columns,
            values,
            kept,
        )
        self._meant: dict[str, str] = {}
        self._given: dict[str, Any] = {}

    def all(self) -> dict[str, Any]:
        """The arguments by the names of the parameters.

        Raises
        ------
        CannotCall : for a parameter that nobody knows
        """
        for parameter in parameters_of(self._task.function):
            name = self._name(parameter)
            if name is not None:
                self._meant[parameter.name] = name
                self._given[parameter.name] = laid_out(self._values[name], self._columns)
            elif plain(parameter.name) in (*PARAMETERS, *BUFFERS, *GRADIENTS, *CACHE):
                self._given[parameter.name] = self._several(plain(parameter.name))
            elif parameter.default is inspect.Parameter.empty:
                raise self._unknown(parameter.name)
        return self._given

    def quantities(self) -> dict[str, Any]:
        """What it was given of the step's arrays, by our names."""
        return {
            name: np.asarray(self._given[parameter], np.float64)
            for parameter, name in self._meant.items()
            if np.ndim(self._given[parameter])
        }

    def with_labels(self) -> dict[str, Any] | None:
        """The arguments with class labels for targets; None where it takes none, or they name no classes."""
        target = self._record.program.target
        labels = as_labels(self._values[target]) if target in self._meant.values() else None
        if labels is None:
            return None
        return {
            name: labels if self._meant.get(name) == target else value for name, value in self._given.items()
        }

    def of_output(self) -> dict[str, Any] | None:
        """The arguments of a slope with a in the place of z; None where it asks for z or a by name."""
        a = self._task.factor.removeprefix("d")
        [first, *_] = self._given
        if plain(first) in ("z", "a", plain(self._task.first), plain(a)):
            return None
        return {**self._given, first: laid_out(self._values[a], self._columns)}

    def updated(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """The new weights of a function that puts them in the place of the old ones and returns nothing."""
        found: dict[str, Any] = {}
        for parameter, value in changed.items():
            if isinstance(value, Mapping):
                found |= {
                    f"{known_name(str(name), self._record.program)}_new": new for name, new in value.items()
                }
            elif parameter in self._meant:
                found[f"{self._meant[parameter]}_new"] = value
        return found

    def _name(self, parameter: inspect.Parameter) -> str | None:
        program, task = self._record.program, self._task
        if task.first and not self._meant:
            a = task.factor.removeprefix("d")  # a slope may be asked for given a
            return a if a and plain(parameter.name) in ("a", plain(a)) else task.first
        found = argument(parameter.name, task.of, program)
        if found is None or found in {name for order in task.orders for name in order}:
            return None
        return found

    def _several(self, said: str) -> Any:
        program = self._record.program
        if said in CACHE and self._kept is not None:
            return self._kept
        names = [
            *program.leaves,
            *(n for n, q in program.quantities.items() if q.section in ("forward", "loss")),
        ]
        prefix = ""
        if said in (*PARAMETERS, *BUFFERS):
            of = "parameter" if said in PARAMETERS else "buffer"
            names = [name for name, kind in program.leaves.items() if kind == of]
        elif said in GRADIENTS:
            names, prefix = list(program.gradients.values()), "d"
        values = {name: laid_out(self._values[name], self._columns) for name in names}
        return Kept(values, self._record, prefix)

    def _unknown(self, name: str) -> CannotCall:
        known = [*self._record.program.leaves, *self._record.program.quantities]
        like = ", ".join(each for each in known if each in ("x", "y", "W1", "z1", "dz1", "W1_new"))
        told = (
            f"wants {name!r}, and I don't know what that is: name it as a walk-through does, such as {like} or lr, or "
            "give it a default."
        )
        return CannotCall(Trouble(self._task.name, place_of(self._task.function), told))
