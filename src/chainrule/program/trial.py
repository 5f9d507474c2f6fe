"""Rules that don't come with chainrule are called on numbers, and must give what they wrote down."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.errors import LanguageError
from chainrule.expressions import Scope, evaluate
from chainrule.parts.contract import Clipping, Optimizer, Part, Schedule
from chainrule.program.builder import Builder
from chainrule.program.namespaces import ArraysNamespace, WritingNamespace, close
from chainrule.program.program import LeafKind

Call = tuple[str, WritingNamespace]  # a rule by its name, and where it has written


def try_rules(builder: Builder, called: Sequence[Call]) -> None:
    """Call rules on numbers other than the examples, and compare with what they wrote down.

    Raises
    ------
    LanguageError : for a rule or another form of a quantity that gives other numbers
    """
    if not (called or builder.forms):
        return
    values = {name: _other(name, kind, builder.values[name].value) for name, kind in builder.leaves.items()}
    with np.errstate(all="ignore"):
        for quantity in builder.quantities.values():
            values[quantity.name] = evaluate(quantity.rule, values)
        for name, who in builder.forms:
            other = builder.quantities[name].textbook_form
            assert other is not None
            if not close(evaluate(other, values), values[name]):
                raise LanguageError(
                    f"{who} gives other numbers than the first one, which is {name}: both must be equal for "
                    "every input, but for rounding."
                )
        for rule, namespace in called:
            _try(namespace.part, rule, ArraysNamespace(namespace, values))
            _try_settings(rule, namespace, values)


def _try(part: Part, rule: str, namespace: ArraysNamespace) -> None:
    try:
        getattr(part, rule)(Scope(namespace))
    except LanguageError:
        raise
    except Exception as error:
        raise LanguageError(
            f"{part}: {rule}(q) can be called on quantities, and not on arrays: {error}."
        ) from error


def _try_settings(rule: str, namespace: WritingNamespace, values: dict[str, Any]) -> None:
    """A number of an optimizer that its rule reads from `self` would be that of the first one for ever."""
    part = namespace.part
    if not isinstance(part, Optimizer | Schedule | Clipping):
        return
    for name, number in part.settings().items():
        for other in {0.0, 0.5 * number + 0.01} if type(number) is float else ():
            changed = copy.copy(part)
            vars(changed)[name] = other
            if changed.cache_key() != part.cache_key():
                continue
            try:
                _try(changed, rule, ArraysNamespace(namespace, values))
            except LanguageError:
                raise LanguageError(
                    f"{part}: {rule}(q) reads self.{name}, and one program serves every {name}: read it as "
                    f"q.{part.letters.get(name, name)}."
                ) from None


def _other(name: str, kind: LeafKind, example: Any) -> Any:
    """Another value for a leaf, which keeps what makes it a right one: sums of shares, signs, what is 0."""
    if kind == "scalar":
        return {"m": 5, "t": 3}.get(name, example)
    return example[::-1] if kind in ("input", "target", "weight", "noise") else 0.75 * example
