"""Every error a user can meet, each also the built-in that fits.

    ChainruleError
    ├── InputError (ValueError)        a value: shape, range, NaN, an option that does not fit
    │   └── UnknownName (KeyError)     a name that is not there, with the nearest right one
    ├── KindError (TypeError)          a value of the wrong kind
    │   └── LanguageError              a rule that uses what the language of rules does not have
    ├── Fixed (AttributeError)         an attribute that is decided when its object is made
    ├── Diverged (ArithmeticError)     a number stopped being finite while training
    ├── FileError (OSError)            a file that is missing, damaged or foreign
    ├── ClusterError (RuntimeError)    a cluster that can't go on
    └── MissingPackage (ImportError)   an optional package that is not installed

A message says what came, what would be right, and what to do. So do the four warnings: `PrecisionWarning`, of numbers
that are about to become the same, `ColumnWarning`, of a column that may tell nothing, `CheckpointWarning`, of a
training that goes on a little otherwise, and `ClusterWarning`, of workers that are not alike.
"""

from __future__ import annotations

import copyreg
import sys
from collections.abc import Callable, Iterable
from typing import Any

from chainrule.nearest import nearest


class ChainruleError(Exception):
    """The base of all errors of chainrule."""

    def __reduce__(self) -> Any:
        """Errors come whole out of other processes: they are made again from their message, not from what made it."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]

    def __str__(self) -> str:  # KeyError would show its message in quotes
        return str(self.args[0]) if self.args else ""


class InputError(ChainruleError, ValueError):
    """A value that can't be used: a shape, a range, NaN, options that don't go together."""


MOST = 48  # names that a message lists
LONGEST = 200  # signs of an unknown name that it shows


class UnknownName(InputError, KeyError):
    """A name that is not there."""

    def __init__(
        self, what: str, name: object, known: Iterable[str], hint: str = "", shown: Callable[[str], str] = str
    ) -> None:
        """Say what is unknown and which names there are; the nearest one is offered first.

        Parameters
        ----------
        what : the kind of thing asked for, e.g. ``"activation"``
        name : what was given
        known : the right names, in the order in which they are shown
        hint : a closing sentence, if there is more to say
        shown : a name as pages show it; by that one, too, it may have been meant
        """
        self.unknown = name
        self.known = tuple(known)
        told = {name: shown(name) for name in self.known}
        pages = list(told.values())
        near = nearest(name, [*pages, *(name for name in told if name not in pages)])
        listed = ", ".join(pages[:MOST]) + (", …" if len(pages) > MOST else "")
        guess = f" Did you mean {told.get(near, near)!r}?" if near else ""
        given = repr(name) if len(repr(name)) <= LONGEST else f"{repr(name)[:LONGEST]}…"
        there = f" There is: {listed}." if listed else ""
        super().__init__(f"there is no {what} {given}.{guess}{there}{' ' + hint if hint else ''}")


class KindError(ChainruleError, TypeError):
    """A value of the wrong kind."""


class LanguageError(KindError):
    """A rule that uses what the language of rules does not have."""


class Fixed(ChainruleError, AttributeError):
    """An attribute that is decided when its object is made, and can't be set later."""


class Diverged(ChainruleError, ArithmeticError):
    """A number stopped being finite while training; `where` says which one, in which step."""

    where: str = ""


class FileError(ChainruleError, OSError):
    """A file that is missing, damaged, foreign or too new."""


class ClusterError(ChainruleError, RuntimeError):
    """A cluster that can't go on: without workers, or without what they held."""


class PrecisionWarning(UserWarning):
    """Numbers that lie so close together, for their size, that they can't be told apart in the dtype that gets them."""


class ColumnWarning(UserWarning):
    """A column of a table that may well be no feature, such as an id."""


class CheckpointWarning(UserWarning):
    """A training that goes on from another place than was meant, or may give other bits than it would have given."""


class ClusterWarning(UserWarning):
    """Workers that are not alike, so that the last bits depend on which of them takes which chunk."""


class MissingPackage(ChainruleError, ImportError):
    """An optional package that is not installed, or that lacks one itself."""

    def __init__(self, package: str, purpose: str) -> None:
        """Say which package is missing, for what, and how to get it; raised while its ImportError is handled."""
        error = sys.exc_info()[1]
        missing = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
        of = f", which needs {missing}, and that is not there" if _is_another(missing, package) else ""
        super().__init__(f"{purpose} needs the package {package}{of}. Install it with: pip install {package}")


def _is_another(module: str, package: str) -> bool:
    """Whether a module is none of a package's own, but of one that it needs."""
    own = package.strip('"').partition(">")[0]
    return module not in ("", own, {"scikit-learn": "sklearn"}.get(own)) and "[" not in own
