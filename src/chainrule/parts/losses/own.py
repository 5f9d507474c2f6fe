"""One's own loss, from a plain function."""

from __future__ import annotations

from typing import ClassVar

from chainrule.parts.contract import Loss, OfFunction, Rule


class LossFunction(OfFunction, Loss):
    """One's own loss, from a plain function of outputs and targets: ``lambda a, y: np.square(a - y).sum(axis=1)``.

    Its backward rule is derived from it by the chain rule.

    Parameters
    ----------
    function : gets a and y (m, k) and gives one value a sample (m,)
    """

    kind: ClassVar[str] = "own loss"

    @classmethod
    def title(cls) -> str:
        return "own loss"

    def forward(self, q: Rule) -> None:
        q.l = q.apply(self.function, q.a, q.y, axes=1)
