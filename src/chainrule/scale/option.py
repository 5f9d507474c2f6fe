"""What `client` of `Network.fit` may be, beside a client of Dask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chainrule.model import arguments

HERE = "here"  # in place of a client: this process


@dataclass(frozen=True)
class Cluster:
    """A cluster, and how often sums go through it.

    Parameters
    ----------
    client : a `dask.distributed.Client`, or "here" for this process
    local_steps : in how many steps each chunk goes through its rows of a batch by itself, at least 1. From 2 on it is
        another training: each chunk trains weights and optimizer state of its own, and after so many steps they are
        averaged, each by its rows. A batch of `batch_size` samples is so many steps then

    Raises
    ------
    KindError, InputError : for another number of local steps
    """

    client: Any
    local_steps: int = 1

    def __post_init__(self) -> None:
        arguments.whole(self.local_steps, "local_steps")

    @classmethod
    def of(cls, given: Any) -> Cluster:
        """What `fit` was given."""
        return given if isinstance(given, Cluster) else cls(given)

    @property
    def here(self) -> bool:
        """Whether it is this process."""
        return isinstance(self.client, str) and self.client == HERE
