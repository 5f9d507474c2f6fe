"""How a part is made of its settings: by its fields, as a dataclass is, and then checked and fixed."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from chainrule.errors import KindError
from chainrule.utils import wrong_keywords


class Making(type):
    """The class of the parts' classes: a part is checked and fixed once it is made, however its class makes it."""

    def __call__(cls, *args: Any, **settings: Any) -> Any:
        if getattr(vars(cls).get("__dataclass_params__"), "eq", False):
            raise KindError(f"{cls.__name__} is a dataclass by itself: leave the decorator @dataclass out.")
        try:
            part = super().__call__(*args, **settings)
        except TypeError:
            signature = inspect.signature(cls)
            for name in settings:
                if name not in signature.parameters and not _takes_any(signature):
                    raise wrong_keywords.wrong(
                        cls.__name__, name, signature.parameters, cls._instead_of(name)
                    ) from None
            try:
                signature.bind(*args, **settings)
            except TypeError as error:
                takes = ", ".join(signature.parameters) or "nothing"
                raise KindError(f"{cls.__name__}: {error}; it takes {takes}.") from None
            raise
        part._check_settings()
        part._own_arrays()
        part.__dict__["_made"] = True
        return part

    def _instead_of(cls, keyword: str) -> str:
        """What to do in place of giving a keyword that this class does not take, if other parts have to do with it."""
        own: Mapping[str, str] = getattr(cls, "_advice", {})
        if keyword in own:
            return own[keyword]
        kind: Any = next(base for base in cls.__mro__ if "kind" in vars(base))
        known: dict[str, Any] = kind.registry()
        if keyword in known:
            return f"there is {known[keyword].__name__}(), a part of its own"
        others = [part.__name__ for part in known.values() if keyword in inspect.signature(part).parameters]
        last = f"{others[-1]} take{'' if others[1:] else 's'} it" if others else ""
        return f"{', '.join(others[:-1])} and {last}" if others[1:] else last

    @property
    def __signature__(cls) -> inspect.Signature:  # what `help` shows, and not that of `__call__`
        made_by = cls.__init__  # type: ignore[misc]
        if (of := getattr(made_by, "fields_of", None)) is not None:
            return inspect.Signature(list(map(_parameter, settings_of(of))), return_annotation=None)
        signature = inspect.signature(made_by)
        return signature.replace(parameters=list(signature.parameters.values())[1:])


def init(cls: Any) -> Callable[..., None]:
    """What makes a part of its fields, as a dataclass does, which would compile a function for each of the classes."""

    def __init__(self: Any, *args: Any, **settings: Any) -> None:
        takes = settings_of(cls)
        given = dict(zip((field.name for field in takes if not field.kw_only), args, strict=False))
        if (
            len(given) < len(args)
            or given.keys() & settings.keys()
            or settings.keys() - {f.name for f in takes}
        ):
            raise TypeError("these are not the arguments of the signature, which says what is wrong")
        given |= settings
        for field in dataclasses.fields(cls):
            if field.name in given:
                setattr(self, field.name, given[field.name])
            elif field.default_factory is not dataclasses.MISSING:
                setattr(self, field.name, field.default_factory())
            elif field.init and field.default is dataclasses.MISSING:
                raise TypeError(f"{field.name} is missing")
            elif field.init:
                setattr(self, field.name, field.default)
        self.__post_init__()

    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    __init__.fields_of = cls  # type: ignore[attr-defined]
    return __init__


def settings_of(cls: Any) -> list[dataclasses.Field[Any]]:
    """The fields that a part is made of, in the order in which they are given."""
    return sorted(
        (field for field in dataclasses.fields(cls) if field.init), key=lambda field: bool(field.kw_only)
    )


def _parameter(field: dataclasses.Field[Any]) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY if field.kw_only else inspect.Parameter.POSITIONAL_OR_KEYWORD
    left_out = inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
    default = left_out if field.default_factory is dataclasses.MISSING else ...
    return inspect.Parameter(field.name, kind, default=default, annotation=field.type)


def _takes_any(signature: inspect.Signature) -> bool:
    return any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
