"""The step that commands show where nothing is named."""

from __future__ import annotations

from typing import Any

import chainrule as cr


def worked_trace(x: Any = None, y: Any = None) -> Any:
    """The worked example's step, or that of its network on other samples."""
    net = cr.worked_example()
    return net.trace(net.x if x is None else x, net.y if y is None else y, cr.SGD(0.01))
