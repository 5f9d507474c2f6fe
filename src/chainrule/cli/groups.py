"""Options that commands share: the fields of a dataclass, each of which a command has by itself."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options of a group in place of the parameter that is one."""
    hints = get_type_hints(command, include_extras=True)
    name = next(name for name, hint in hints.items() if dataclasses.is_dataclass(hint))
    group = hints.pop(name)
    own = {each.name: each for each in dataclasses.fields(group)}
    among = get_type_hints(group, include_extras=True)

    parameters: list[inspect.Parameter] = []
    for given in inspect.signature(command).parameters.values():
        if given.name != name:
            parameters.append(given.replace(annotation=hints[given.name]))
            continue
        parameters += [
            given.replace(name=each, annotation=among[each], default=field.default)
            for each, field in own.items()
        ]

    @functools.wraps(command)
    def with_all(**values: Any) -> None:
        command(**{name: group(**{each: values.pop(each) for each in own})}, **values)

    with_all.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
    with_all.__annotations__ = {each.name: each.annotation for each in parameters}
    del with_all.__dict__["__wrapped__"]
    return with_all
