"""The names of a rule that is tried on numbers."""

from __future__ import annotations

import functools
import operator
from typing import Any

from chainrule.errors import LanguageError
from chainrule.expressions import Namespace
from chainrule.program.namespaces.base import OTHER_NUMBERS, WritingNamespace, close


class ArraysNamespace(Namespace):
    """Behind a scope over arrays: the rules of a part are called on numbers, to see that they do what they wrote down.

    Parameters
    ----------
    written : where these rules have written
    values : every quantity of the program, computed by what was written down
    """

    def __init__(self, written: WritingNamespace, values: dict[str, Any]) -> None:
        super().__init__(values, written.place)
        self._written = written

    def state(self, local: str, value: Any) -> None:
        name = self._written.stated.get(local)
        if name is None or (name and not close(value, self.values[name])):
            raise LanguageError(f"{self._written.part}: q.{local} gets other numbers {OTHER_NUMBERS}")

    def total(self, local: str) -> Any:
        each = (ArraysNamespace(other, self.values) for other in self._written.all)
        return functools.reduce(operator.add, [other.read(local) for other in each])

    def derive_backward(self) -> None:
        """The chain rule was applied to what was written down."""
