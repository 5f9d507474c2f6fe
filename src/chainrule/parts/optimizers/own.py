"""An update made from a plain function."""

from __future__ import annotations

from typing import ClassVar

from chainrule.parts.contract import OfFunction, Optimizer, Rule


class UpdateFunction(OfFunction, Optimizer):
    """One's own optimizer, from a plain function of w and dw: ``lambda w, dw: w - 0.01 * dw``.

    It remembers nothing; one that does is a class with its `state`.
    """

    kind: ClassVar[str] = "own optimizer"

    def update(self, q: Rule) -> None:
        q.w_new = q.apply(self.function, q.w, q.dw)
