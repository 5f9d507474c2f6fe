"""What is computed when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class cached(Generic[T]):  # a decorator, named as one
    """A property that is computed once, and then kept in the instance's ``__dict__`` under its name.

    As `functools.cached_property` from Python 3.12 on. Before, that has a lock for all instances together: a child that
    is forked while another thread holds it would wait for ever.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        # Of two threads that come at once, both get what the first one has put there.
        found: T = instance.__dict__.setdefault(self._name, self._function(instance))
        return found
