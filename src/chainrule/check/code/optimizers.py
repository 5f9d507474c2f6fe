"""Steps that an optimizer with a memory makes, such as momentum or Adam; and slips in its formulas."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.check.candidates import Candidates
from chainrule.check.catalogue import counted, identified
from chainrule.check.code import source
from chainrule.check.code.follow import Trial
from chainrule.check.code.search import Slip
from chainrule.check.functions import substituted
from chainrule.check.place import Place
from chainrule.check.sheet import Sheet
from chainrule.expressions import Expr, Name, evaluate
from chainrule.model.leaves import leaves
from chainrule.model.record import Record
from chainrule.parts.contract import Optimizer
from chainrule.program.program import Program

NEAR = 1e-4  # of the largest change: where ε stands is no matter
KEPT = (0.5, 1.0)  # between which numbers are that say how long an optimizer remembers
SECONDS = 2.0
UNNAMED = 0.4


def optimizers(path: Path) -> Iterator[Optimizer]:
    """Those that the program may have, by the numbers that are written in it, with the learning rate 1."""
    known = [each for each in _numbers(path) if KEPT[0] <= each < KEPT[1]][:5]
    for kind in Optimizer.registry().values():
        if (
            not kind.state
            or "learning_rate" not in kind.__dataclass_fields__
            or any(item.default is MISSING for item in kind.__dataclass_fields__.values())
        ):
            continue
        memories = [f for f, item in kind.__dataclass_fields__.items() if f not in ("learning_rate", "epsilon", "clip")
                    and isinstance(item.default, float)]  # fmt: skip
        defaults = [kind.__dataclass_fields__[f].default for f in memories]
        choices = [dict.fromkeys([default, *known]) for default in defaults]
        for values in list(product(*choices))[:30]:
            yield kind(**{"learning_rate": 1.0, **dict(zip(memories, values, strict=True))})


def _numbers(path: Path) -> list[float]:
    """The numbers that are written in a program."""
    try:
        tree = ast.parse(source.read(path))
    except (SyntaxError, ValueError, OSError):
        return []
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return sorted({each for each in found if isinstance(each, float)})


def moved_by(trials: Sequence[Trial], path: Path) -> tuple[Optimizer, float] | None:
    """The optimizer that makes these steps, the first ones of the training, and its learning rate."""
    for optimizer in optimizers(path):
        rate = _rate(trials, optimizer)
        if rate is not None:
            return optimizer, rate
    return None


def _rate(trials: Sequence[Trial], optimizer: Optimizer) -> float | None:
    found: float | None = None
    for trial, results in zip(trials, _run(_begun(trials, optimizer)), strict=False):
        for name, moved in trial.moves.moved.items():
            rate = _ratio(moved, results[f"{name}_new"] - trial.step.old[name])
            if rate is None or rate <= 0 or (found is not None and abs(rate - found) > 1e-3 * found):
                return None
            found = rate
    return found


def _ratio(moved: Any, expected: Any) -> float | None:
    """By what number something expected is what moved; None if by none."""
    size = float(np.sum(np.square(expected)))
    if not np.isfinite(size) or size == 0 or np.shape(moved) != np.shape(expected):
        return None
    rate = float(np.sum(moved * expected) / size)
    return rate if np.max(np.abs(moved - rate * expected)) <= NEAR * np.max(np.abs(moved)) else None


@dataclass(frozen=True)
class _Begun:
    """A step of an optimizer before it is made: what it takes from outside, which no slip in its formulas changes."""

    trial: Trial
    program: Program
    leaves: Mapping[str, Any]


def _begun(trials: Sequence[Trial], optimizer: Optimizer) -> list[_Begun]:
    steps = []
    for trial in trials:
        before = trial.record
        network, results = before.network, before.results
        program = network.program(optimizer)
        noise = {name: before.leaves[name] for name in before.program.noise}
        given = leaves(network, program, results[before.program.data], results["y"], optimizer, None, noise)
        steps.append(_Begun(trial, program, given))
    return steps


def _run(
    steps: Sequence[_Begun], edit: tuple[str, Expr] | None = None, scale: float = 1.0
) -> Iterator[Mapping[str, Any]]:
    """The steps, each with what the one before remembered; with one line of the optimizer otherwise, if wanted."""
    memory: dict[str, Any] = {}
    for number, step in enumerate(steps, 1):
        program = step.program
        given = {**step.leaves, **{n: memory[n] for n in program.state if n in memory}}
        if "t" in given:
            given["t"] = number
        results = program.run(given) if edit is None else _edited(step, given, edit, scale)
        memory = {name: results[f"{name}_new"] for name in program.state if f"{name}_new" in results}
        yield results


def _edited(step: _Begun, given: Mapping[str, Any], edit: tuple[str, Expr], scale: float) -> dict[str, Any]:
    """The update of one parameter, with one line otherwise, and gradients in another scale."""
    program, right = step.program, step.trial.record.results
    line, formula = edit
    parameter = program.quantities[line].parameter
    values = {**given, **{name: scale * right[name] for name in program.gradients.values()}}
    for quantity in program.update_of(parameter):
        values[quantity.name] = evaluate(formula if quantity.name == line else quantity.rule, values)
    return values


def optimizer_slips(trials: Sequence[Trial], path: Path) -> tuple[list[Slip], Trial] | None:
    """A slip in the formulas of an optimizer that explains the steps, and the step that shows it."""
    until = time.process_time() + SECONDS
    parameter = max(trials[0].moves.gradients, key=lambda name: np.size(trials[0].step.old[name]))
    for optimizer in optimizers(path):
        if time.process_time() > until:
            return None
        steps = _begun(trials[:3], optimizer)
        trial = replace(trials[1], record=_second(steps, optimizer))
        m = float(trial.record.results["m"])
        found = [s for scale in (1.0, 2.0, m) for s in _slips(steps, trial, parameter, scale, until)]
        if found:
            written = np.array(_numbers(path))
            rated = {s.rate for s in found if np.any(np.abs(written - s.rate) <= 1e-3 * s.rate)}
            return sorted(found, key=lambda s: (s.rate not in rated, s.cost, -counted(s.names))), trial
    return None


def _second(steps: Sequence[_Begun], optimizer: Optimizer) -> Record:
    """The record of the second step, with the memory of the first one."""
    _, results = _run(steps[:2])
    begun = steps[1]
    given = {name: results[name] for name in begun.leaves}
    return Record(begun.trial.record.network, begun.program, optimizer, given, dict(results))


def _slips(
    steps: Sequence[_Begun], trial: Trial, parameter: str, scale: float, until: float
) -> Iterator[Slip]:
    sheet = Sheet(trial.record, {})
    for quantity in trial.record.program.update_of(parameter):
        place = Place.of(sheet, quantity)
        candidates = Candidates(sheet, place)
        for value, make, edit, name in candidates.of(quantity.rule):
            if time.process_time() > until:
                return
            if np.shape(value) != np.shape(trial.record.results[quantity.name]):
                continue
            rate = _edited_rate(steps, (quantity.name, make()), parameter, scale)
            if rate is not None and _for_others(steps, quantity.name, make(), scale, rate):
                name = name or identified(place, edit) or "optimizer_slip"
                line, formula = _at_the_first(steps, quantity.name, make(), scale, rate)
                results, gradients = trial.record.results, trial.record.program.gradients.values()
                theirs = {**results, **{each: scale * results[each] for each in gradients}}
                numbers = {**results, line: evaluate(formula, theirs)}
                yield Slip(line, formula, (name,), edit.cost, rate, 1, numbers)


def _for_others(steps: Sequence[_Begun], line: str, formula: Expr, scale: float, rate: float) -> bool:
    """Whether the same slip makes the other weights move as they do; biases may be updated in lines of their own."""
    program, old = steps[0].program, steps[0].trial.step.old
    own = program.quantities[line].parameter
    alike = (p for p in program.gradients if p != own and np.ndim(old[p]) == np.ndim(old[own]))
    others = sorted((p for p in alike if np.size(old[p]) > 1), key=lambda p: -np.size(old[p]))
    for other in others[:2]:
        edit = _renamed(program, (line, formula), own, other)
        found = _edited_rate(steps, edit, other, scale)
        if found is None or abs(found - rate) > 1e-3 * rate:
            return False
    return bool(others)


def _at_the_first(
    steps: Sequence[_Begun], line: str, formula: Expr, scale: float, rate: float
) -> tuple[str, Expr]:
    """The same slip at the first weights of the network that it makes move as they do."""
    program = steps[0].program
    own = program.quantities[line].parameter
    for first in (name for name, old in steps[0].trial.step.old.items() if np.ndim(old) == 2):
        edit = _renamed(program, (line, formula), own, first)
        found = _edited_rate(steps, edit, first, scale)
        if found is not None and abs(found - rate) <= 1e-3 * rate:
            return edit
    return line, formula


def _renamed(program: Program, edit: tuple[str, Expr], own: str, other: str) -> tuple[str, Expr]:
    """One line of an optimizer's update as that of another parameter."""
    names = _names_of(program, own), _names_of(program, other)
    formula = substituted(edit[1], {a: Name(b) for a, b in zip(*names, strict=True)})
    return dict(zip(*names, strict=True))[edit[0]], formula


def _names_of(program: Program, parameter: str) -> list[str]:
    """The quantities that belong to the update of a parameter, in one order for all parameters."""
    return [
        parameter, program.gradients[parameter], *program.state_of(parameter),
        *(quantity.name for quantity in program.update_of(parameter)),
    ]  # fmt: skip


def remembers(trials: Sequence[Trial]) -> bool:
    """Whether the weights move by more than their gradients, so that an optimizer may remember something."""
    moves = trials[1].moves if len(trials) > 1 else trials[0].moves
    weights = [name for name in moves.gradients if np.ndim(moves.gradients[name]) == 2]
    return all(_ratio(moves.moved[name], moves.gradients[name]) is None for name in weights)


def _edited_rate(
    steps: Sequence[_Begun], edit: tuple[str, Expr], parameter: str, scale: float
) -> float | None:
    found: float | None = None
    try:
        for trial, results in zip((step.trial for step in steps), _run(steps, edit, scale), strict=False):
            expected = results[f"{parameter}_new"] - trial.step.old[parameter]
            if not np.any(expected) and not np.any(trial.moves.moved[parameter]):
                continue  # as where the velocity before the first step is taken
            rate = _ratio(trial.moves.moved[parameter], expected)
            if rate is None or rate <= 0 or (found is not None and abs(rate - found) > 1e-3 * found):
                return None
            found = rate
    except (ValueError, IndexError, TypeError, KeyError, ArithmeticError):
        return None
    return found
