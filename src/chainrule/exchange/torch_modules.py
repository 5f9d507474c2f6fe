"""What PyTorch has no module for."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Standardize(nn.Module):  # type: ignore[misc]  # torch's types are not looked at
    """Scaling of the inputs: x = (x_raw - center) / scale, in double precision where the network prepares with it.

    Parameters
    ----------
    center, scale : as of `chainrule.Standardize`
    dtype : that of the network, in which the result is given
    double : whether it is computed in float64 first, as what scales raw inputs is
    """

    def __init__(self, center: Any, scale: Any, dtype: Any, double: bool) -> None:
        super().__init__()
        self.dtype, self.double_first = dtype, double
        inside = torch.float64 if double else dtype
        self.register_buffer("center", torch.tensor(center, dtype=inside))
        self.register_buffer("scale", torch.tensor(scale, dtype=inside))

    def forward(self, x: Any) -> Any:
        """The scaled inputs."""
        return ((x.to(self.center.dtype) - self.center) / self.scale).to(self.dtype)

    def extra_repr(self) -> str:
        return f"{self.center.numel()} features"


class Restore(Standardize):
    """Outputs in the unit of the targets, the other way: a · scale + center, in double precision; then as `dtype`."""

    def forward(self, x: Any) -> Any:
        """The outputs in their unit."""
        return (x.to(self.center.dtype) * self.scale + self.center).to(self.dtype)

    def extra_repr(self) -> str:
        return f"{self.center.numel()} targets"
