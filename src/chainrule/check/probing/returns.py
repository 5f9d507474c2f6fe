"""What a learner's function returns, as quantities by name."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.check.probing.calling import CannotCall, Trouble, place_of
from chainrule.check.probing.names import known_name
from chainrule.check.probing.tasks import Task
from chainrule.check.reading import Written, written
from chainrule.errors import ChainruleError
from chainrule.model.record import Record

Named = dict[str, Any]


class Returned:
    """Reads what a function returns.

    Parameters
    ----------
    task : the function
    record : the step whose quantities the names mean
    """

    def __init__(self, task: Task, record: Record) -> None:
        self.name, self.function, self.orders = task.name, task.function, task.orders
        self.record, self.program = record, record.program

    def named(self, result: Any) -> dict[str, Written]:
        """The quantities by name.

        Raises
        ------
        CannotCall : where it is nothing, no numbers, or can't be told what it is
        """
        if result is None:
            raise self._trouble("returns nothing: is there a return?")
        if isinstance(result, Mapping):
            found = self._of_mapping(result)
        else:
            found = self._of_sequence(result)
        return {name: self._numbers(name, value) for name, value in found.items()}

    def _of_mapping(self, result: Mapping[Any, Any]) -> Named:
        found: Named = {}
        for key, value in result.items():
            name = self._name(str(key))
            if name is not None and name in self.program.quantities:
                found[name] = value
        if not found:
            given = ", ".join(map(str, result))
            raise self._trouble(
                f"returns a dict of {given}: name what is in it as a walk-through does, z1 or dW1."
            )
        return found

    def _name(self, said: str) -> str | None:
        """What a key means: in a dict of gradients W1 is dW1, in one of new weights W1_new."""
        known = known_name(said, self.program)
        wanted = self.orders[0] if self.orders else ()
        for each in (f"d{known}", f"{known}_new"):
            if known is not None and known not in self.program.quantities and each in wanted:
                return each
        return known

    def _of_sequence(self, result: Any) -> Named:
        if len(self.orders) == 1 and len(self.orders[0]) == 1 and not isinstance(result, tuple):
            return {self.orders[0][0]: result}
        results = _flat(result) if self._several(result) else [result]
        texts = self._texts(len(results))
        if not any(texts) and len(results) != len(result if self._several(result) else [result]):
            results, texts = [result[0]], [""]  # and a cache, of which nobody says what is in it
        found: Named = {}
        arrays = []
        for text, value in zip(texts, results, strict=True):
            if isinstance(value, Mapping):
                found |= self._of_mapping(value)
            else:
                arrays.append((known_name(text, self.program), value))
        named = self._named(arrays)
        if not found and not named:
            most = ", or ".join(" and ".join(order) for order in self.orders)
            things = f"{len(results)} things" if len(results) > 1 else "one thing"
            raise self._trouble(
                f"returns {things}, and I can't tell which: return {most}, or a dict by name."
            )
        return found | named

    def _named(self, arrays: Sequence[tuple[str | None, Any]]) -> Named:
        """Arrays by the names in the return; those without one by their place, or by what is left."""
        said = [name if name in self.program.quantities else None for name, _ in arrays]
        values = [value for _, value in arrays]
        known = {str(name): value for name, value in zip(said, values, strict=True) if name is not None}
        if len(known) == len(arrays):
            return known
        for order in self.orders:
            if len(order) != len(arrays):
                continue
            if all(name in (None, of) for name, of in zip(said, order, strict=True)):
                return dict(zip(self._by_shape(order, values), values, strict=True))
            left = [name for name in order if name not in known]
            if len(left) == 1 and len(known) == len(order) - 1:
                return known | {left[0]: values[said.index(None)]}
        return known

    def _by_shape(self, order: Sequence[str], values: Sequence[Any]) -> Sequence[str]:
        """The order; or another one, where every shape is that of one quantity alone, and they don't come in order."""
        shapes = [np.shape(self.record.results[name]) for name in order]
        given = [tuple(size for size in np.shape(value) if size != 1) for value in values]
        if given == shapes or len(set(shapes)) < len(shapes) or sorted(given) != sorted(shapes):
            return order
        return [order[shapes.index(shape)] for shape in given]

    def _several(self, result: Any) -> bool:
        """Whether a tuple or a list holds several quantities, and is not one that is written as a list."""
        if isinstance(result, tuple):
            return True
        several = isinstance(result, list) and any(len(order) == len(result) > 1 for order in self.orders)
        return several and any(isinstance(each, np.ndarray) for each in result)

    def _texts(self, count: int) -> list[str]:
        """What stands in its last return, name by name; empty texts where it can't be read."""
        for node in reversed(list(_returns(self.function))):
            parts = list(_parts(node.value))
            if len(parts) == count:
                return [_text(part) for part in parts]
        return [""] * count

    def _numbers(self, name: str, value: Any) -> Written:
        try:
            if np.iscomplexobj(value):
                raise TypeError
            return written(name, np.array(value) if isinstance(value, np.ndarray) else value)
        except (ChainruleError, TypeError, ValueError):
            if value is None:
                raise self._trouble(f"returns None for {name}: is it computed?") from None
            kind = "complex numbers" if np.iscomplexobj(value) else f"a {type(value).__name__}"
            raise self._trouble(f"returns {kind} for {name}: give an array of numbers.") from None

    def _trouble(self, told: str) -> CannotCall:
        return CannotCall(Trouble(self.name, place_of(self.function), told))


def _flat(result: Any) -> list[Any]:
    """What is returned, with what a tuple in it holds, such as a cache, in its place."""
    found: list[Any] = []
    for each in result:
        found += _flat(each) if isinstance(each, tuple) else [each]
    return found


def _parts(node: ast.expr | None) -> Iterator[ast.expr | None]:
    if isinstance(node, ast.Tuple | ast.List):
        for each in node.elts:
            yield from _parts(each)
    else:
        yield node


def _returns(function: Callable[..., Any]) -> Iterator[ast.Return]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Return):
            yield node


def _text(node: ast.expr | None) -> str:
    """A name, the key of a subscript, or the name of an attribute."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""
