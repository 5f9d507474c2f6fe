"""What functions are called by, and so what each of them is to compute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.check.probing.calling import parameters_of
from chainrule.check.probing.names import known_name, plain
from chainrule.errors import InputError, KindError, UnknownName
from chainrule.nearest import MEANINGS
from chainrule.notation import display
from chainrule.parts.contract import Activation, Loss
from chainrule.program.program import Program, Quantity

FORWARD = ("forward", "forwardpass", "feedforward", "forwardpropagation", "forwardprop", "predict")
BACKWARD = ("backward", "backwardpass", "backprop", "backpropagation", "backwardpropagation", "gradients")
UPDATE = ("update", "step", "optimizerstep", "updateparameters", "updateweights")
LOSS = ("loss", "cost", "computeloss", "computecost", "lossfunction")
SLOPE = ("slope", "derivative", "prime", "gradient", "grad", "deriv", "backward")


@dataclass(frozen=True)
class Task:
    """A function with what it computes.

    Parameters
    ----------
    name : by which it was given
    orders : for each number of results that it may return, their names
    of : what it computes, where that is one quantity
    first : the quantity that its first argument is, whatever it is called; empty: by its name
    factor : the quantity that what it returns, the slope of a function, is multiplied by; empty for none
    """

    name: str
    function: Callable[..., Any]
    orders: tuple[tuple[str, ...], ...]
    of: Quantity | None = None
    first: str = ""
    factor: str = ""


def tasks(functions: Any, program: Program) -> list[Task]:
    """What each function is to compute, in the order of the step.

    Raises
    ------
    KindError, InputError, UnknownName
    """
    if not isinstance(functions, Mapping):
        raise KindError(f'{functions!r} is no dict of functions: write check({{"relu": relu, "dz1": dz1}}).')
    if not functions:
        raise InputError('there is nothing to check: give at least one function, such as {"relu": relu}.')
    found: list[Task] = []
    for name, function in functions.items():
        if not isinstance(name, str) or not callable(function):
            raise KindError(
                f'{name!r}: {function!r} is no function: give functions by names, {{"relu": relu}}.'
            )
        found += _of(name, function, program)
    order = {name: place for place, name in enumerate(program.quantities)}
    return sorted(found, key=lambda task: order[task.orders[0][0]])


def _of(name: str, function: Callable[..., Any], program: Program) -> list[Task]:
    found = known_name(name, program)
    if found is not None and found in program.quantities:
        quantity = program.quantities[found]
        takes = {each.name: z for each, z in _of_activation(program)}
        first = takes.get(found, "") if len(_required(function)) == 1 else ""
        return [Task(name, function, ((found,),), quantity, first)]
    said = plain(name)
    groups = {FORWARD: _forward, BACKWARD: _backward, UPDATE: _update, LOSS: _loss}
    for names, orders in groups.items():
        if said in names and (known := orders(program)):
            return [Task(name, function, known, program.quantities[known[0][0]] if names is LOSS else None)]
    made = [*_activations(name, function, program), *_slopes(name, function, program)]
    kinds = () if program.plan.loss is None else type(program.plan.loss).__mro__
    losses = {kind.name() for kind in kinds if issubclass(kind, Loss)}
    if losses & {name, name.removesuffix("_loss"), *MEANINGS.get(name, ())}:
        made.append(Task(name, function, _loss(program), program.quantities["L"]))
    if not made:
        _refuse(name, program)
    return made


def _required(function: Callable[..., Any]) -> list[str]:
    return [each.name for each in parameters_of(function) if each.default is each.empty]


def _activations(name: str, function: Callable[..., Any], program: Program) -> Iterator[Task]:
    for quantity, z in _of_activation(program):
        if plain(quantity.part.name()) == plain(name):
            yield Task(name, function, ((quantity.name,),), quantity, z)


def _slopes(name: str, function: Callable[..., Any], program: Program) -> Iterator[Task]:
    said = plain(name)
    for quantity, z in _of_activation(program):
        of = plain(quantity.part.name())
        slope = said in {f"{of}{each}" for each in SLOPE} | {f"d{of}", f"deriv{of}", f"derivative{of}"}
        couples = getattr(quantity.part, "couples_outputs", False)
        da, dz = f"d{quantity.name}", program.quantities.get(f"d{z}")
        if slope and not couples and dz is not None and da in program.quantities:
            yield Task(name, function, ((dz.name,),), dz, z, da)


def _of_activation(program: Program) -> Iterator[tuple[Quantity, str]]:
    """What each activation gives, and what it takes."""
    before = program.prepared
    for quantity in program.quantities.values():
        if quantity.section == "forward" and quantity.place >= 0:
            layer = program.plan.layers[quantity.place]
            if quantity.local == layer.gives:
                if isinstance(layer, Activation):
                    yield quantity, before
                before = quantity.name


def _forward(program: Program) -> tuple[tuple[str, ...], ...]:
    named = [q for q in program.quantities.values() if q.section == "forward" and q.place >= 0]
    given = [q for q in named if q.local == program.plan.layers[q.place].gives]
    outputs = tuple(q.name for q in given if isinstance(q.part, Activation))
    return ((program.output,), outputs, tuple(q.name for q in given))


def _backward(program: Program) -> tuple[tuple[str, ...], ...]:
    found = tuple(program.gradients.values())
    return (found,) if found else ()


def _update(program: Program) -> tuple[tuple[str, ...], ...]:
    found = tuple(f"{p}_new" for p in program.gradients if f"{p}_new" in program.quantities)
    return (found,) if found else ()


def _loss(program: Program) -> tuple[tuple[str, ...], ...]:
    return (("L",),) if "L" in program.quantities else ()


def _refuse(name: str, program: Program) -> None:
    activations = {q.part.name(): None for q, _ in _of_activation(program)}
    known = [*program.quantities, *activations, "loss", "forward", "backward"]
    known += ["update"] if _update(program) else []
    hint = "" if _update(program) else "An update is checked where an optimizer is given."
    raise UnknownName("quantity or function of the step", name, known, hint, display)
