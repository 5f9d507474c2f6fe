"""What belongs to one training at a time: a network's weights, an optimizer's state, what a callback remembers."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chainrule.errors import InputError
from chainrule.model.model import Model
from chainrule.parts.contract import Optimizer


@dataclass(frozen=True, eq=False)
class _Claim:
    """A training, by the thread that runs it."""

    thread: int


_claims: dict[int, _Claim] = {}  # by the identity of what is claimed, which lives as long as its training


@contextmanager
def claimed(network: Model, optimizer: Optimizer, callbacks: Iterable[Any] = ()) -> Iterator[None]:
    """Have what a training changes for oneself, as long as what follows takes.

    Raises
    ------
    InputError : if another training has some of it, in another thread or further up in this one
    """
    mine, got = _Claim(threading.get_ident()), []
    parts = [optimizer, optimizer.schedule, getattr(optimizer, "inner", None), *callbacks]
    things = {id(each): each for each in (network.parameters, *parts) if each is not None}
    try:
        for key, thing in things.items():
            other = _claims.setdefault(key, mine)  # whole: of two threads, one alone gets it
            if other is not mine:
                raise _in_use(thing, other.thread == mine.thread, thing is network.parameters)
            got.append(key)
        yield
    finally:
        for key in got:
            _claims.pop(key, None)


def _in_use(thing: Any, calling: bool, network: bool) -> InputError:
    what = "network" if network else type(thing).__name__
    where = "that has called this one" if calling else "in another thread"
    instead = (
        "wait until it has ended, or train a copy, copy.deepcopy(network)"
        if network
        else "give each training one of its own"
    )
    return InputError(f"this {what} is in use by a training {where}: {instead}.")


def _forget() -> None:
    """In a child process no thread goes on but the one that forked it."""
    for key, claim in list(_claims.items()):
        if claim.thread != threading.get_ident():
            del _claims[key]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
