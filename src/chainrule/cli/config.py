"""Options from a TOML file, and the file that repeats a training."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import typer

from chainrule.errors import FileError, InputError, UnknownName
from chainrule.utils.checks import short
from chainrule.utils.files import as_path

NOT_REPEATED = ("config", "checkpoint", "resume")  # a training that is repeated begins anew
LONG = "a whole number of thousands of digits: give a shorter one"
FIRST = "# repeats this training: chainrule train --config "


def read(context: typer.Context, path: str | None) -> str | None:
    """Take what a file says for the options that are not given; a callback of typer's, before it reads the others."""
    if path is not None:
        known = {
            each.name.strip("_"): each
            for each in context.command.params
            if each.name not in ("config", "help")
        }
        found = {name: _value(path, name, value, known) for name, value in _content(path).items()}
        context.default_map = {known[name.replace("-", "_")].name: value for name, value in found.items()}
    return path


def _content(path: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(as_path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror or error}.") from error
    except UnicodeDecodeError:
        raise InputError(f"{path} is no TOML file: it is not in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is no TOML file: {error}.") from None
    except ValueError:  # of Python's int
        raise InputError(f"{path} holds {LONG}.") from None


def _value(path: str, name: str, value: Any, known: Mapping[str, Any]) -> Any:
    """What an option gets, as if it had been written on the command line."""
    option = known.get(name.replace("-", "_"))
    if option is None:
        raise UnknownName(f"option in {path}", name, [each.replace("_", "-") for each in known])
    flag = getattr(option, "is_flag", False)
    if isinstance(value, bool) != flag:
        right = "true or false" if flag else "a number or a text"
        raise InputError(f"{path}: {name} = {_written(value)}: it is {right}.")
    if flag:
        return value
    several = value if isinstance(value, list) else [value]
    try:
        texts = [str(each) for each in several]
    except ValueError:  # a hexadecimal one, which Python reads at any length
        raise InputError(f"{path}: {name} is {LONG}.") from None
    if getattr(option, "multiple", False):
        return texts
    if not all(isinstance(each, int | float | str) and not isinstance(each, bool) for each in several):
        raise InputError(f"{path}: {name} = {_written(value)}: it is a number or a text, or a list of them.")
    return ",".join(texts)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else short(value)


def write(context: typer.Context, beside: str) -> str | None:
    """Write all options of a run beside its model.

    Returns
    -------
    the file; None where one that is not of a run stands in its place, or a name that TOML can't hold is among them
    """
    import tomli_w

    from chainrule.utils.files import replacing

    path = as_path(beside).with_suffix(".toml")
    if os.path.exists(path) and not path.read_bytes().startswith(FIRST.encode()):
        return None
    own = {
        each.name.strip("_").replace("_", "-"): context.params[each.name]
        for each in context.command.params
        if each.name in context.params
        and each.name not in NOT_REPEATED
        and context.params[each.name] not in (None, False, [], ())
    }
    content = f"{FIRST}{path}\n{tomli_w.dumps(own)}".encode(errors="surrogateescape")
    try:
        content.decode()
    except UnicodeDecodeError:  # the name of a file in another encoding
        return None
    with replacing(path) as file:
        file.write(content)
    return str(path)
