"""scipy's L-BFGS: the program ends at the gradients."""

from __future__ import annotations

from typing import Any, ClassVar

from chainrule.errors import InputError
from chainrule.parts.contract import Optimizer, setting


class LBFGS(Optimizer):
    """L-BFGS, scipy's: steps by the loss's curvature, estimated from the last steps, each as long as pays.

    It takes all samples at once, and in each iteration may ask for the loss several times, until the step is long
    enough and not too long; so an iteration is an epoch, and a step's program ends at the gradients. It ends where it
    has converged, and each `fit` begins anew, without the steps of an earlier one.

    Parameters
    ----------
    pairs : how many of the last steps it remembers, at least 1
    loss_tolerance : it ends when the loss falls by less than this part of itself (of 1, if that is more), at least 0
    gradient_tolerance : it ends when no entry of a gradient is above this, at least 0
    max_fun : it ends when the loss was asked for so often, at least 1; None: a hundred times an iteration

    Raises
    ------
    InputError : for a clipping; its line search needs the gradients as they are

    Source: D. Liu, J. Nocedal, On the limited memory BFGS method for large scale optimization, 1989; R. Byrd et al., A
    limited memory algorithm for bound constrained optimization, 1995, as scipy's L-BFGS-B without bounds.
    """

    pairs: int = setting(default=10, ge=1, whole=True)
    loss_tolerance: float = setting(default=2.220446049250313e-09, ge=0)
    gradient_tolerance: float = setting(default=1e-5, ge=0)
    max_fun: int | None = setting(default=None, ge=1, whole=True)

    full_batch: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.clip is not None:
            raise InputError(
                f"LBFGS takes no clip = {self.clip}: its line search needs the gradients as they are."
            )

    @classmethod
    def name(cls) -> str:
        return "lbfgs"

    def label(self) -> str:
        return "L-BFGS"

    def cache_key(self) -> tuple[Any, ...]:
        return (type(self), *self.settings().values())  # scipy reads them once, so none is steered

    def options(self, iterations: int) -> dict[str, float]:
        """What scipy is told, for so many iterations at most."""
        return {
            "maxiter": iterations,
            "maxfun": 100 * iterations if self.max_fun is None else self.max_fun,
            "maxcor": self.pairs,
            "ftol": self.loss_tolerance,
            "gtol": self.gradient_tolerance,
        }
