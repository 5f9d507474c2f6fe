"""One's own loss, from a plain function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from chainrule.parts.contract import Loss, Rule


class LossFunction(Loss):
    """One's own loss, from a plain function of outputs and targets: ``lambda a, y: np.square(a - y).sum(axis=1)``.

    Its backward rule is derived from it by the chain rule. The function is called, not read: it may be a lambda, a
    closure, or come from a notebook.
    """

    kind: ClassVar[str] = "own loss"

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        """Take `function`, which gets a and y (m, k) and gives one value a sample (m,)."""
        self.function = function

    @classmethod
    def title(cls) -> str:
        return "own loss"

    def forward(self, q: Rule) -> None:
        q.l = q.apply(self.function, q.a, q.y, axes=1)

    def settings(self) -> dict[str, Any]:
        return {}

    def label(self) -> str:
        return str(self)

    def __str__(self) -> str:
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return "own function" if name == "<lambda>" else name
