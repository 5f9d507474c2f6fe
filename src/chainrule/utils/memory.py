"""What fits into the memory of this machine."""

from __future__ import annotations

import os

ANY = 2**46  # bytes, where the system doesn't say: no machine has more


def memory() -> int:
    """The bytes that this machine has, whoever uses them."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # no such call or no such name on this system
        return ANY
