"""The names of what belongs to a parameter: penalties, clipping, updates; and of what all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.errors import LanguageError
from chainrule.expressions import Const, Symbol, check_local
from chainrule.parts.contract import SYMBOLS, Clipping, Optimizer, Part, Penalty
from chainrule.program.builder import Builder
from chainrule.program.namespaces.base import WritingNamespace
from chainrule.program.program import PENALTY


class ParameterNamespace(WritingNamespace):
    """Names of what belongs to W1: ``w`` → ``W1``, ``dw_penalty`` → ``dW1_penalty``, ``m_hat`` → ``mW1_hat``."""

    def place(self, local: str) -> str:
        base, mark, rest = local.partition("_")
        base = base[:-1] if base in ("w", "dw") else base
        return f"{base}{self.parameter}{mark}{rest}"


class PenaltyNamespace(ParameterNamespace):
    """The names of what a penalty makes of one parameter; its settings are numbers from outside, once it reads them."""

    def __init__(self, builder: Builder, penalty: Penalty, parameter: str) -> None:
        super().__init__(builder, penalty, -1, "loss", parameter)
        self.summed = (f"penalty_{parameter}",)

    def place(self, local: str) -> str:
        if local == "penalty":
            return f"penalty_{self.parameter}"
        scalars = self.builder.scalars
        number = next((name for name, known in scalars.items() if known == (PENALTY, local)), "")
        return number or (local if local in ("m", "k") else super().place(local))

    def read(self, local: str) -> Any:
        number = self.part.scalars().get(local)
        if number is not None and (PENALTY, local) not in self.builder.scalars.values():
            name = f"{local}_{self.part.name()}" if self.builder.names.shown(local) else local
            self.builder.number(PENALTY, self.part, local, number, name)
        return super().read(local)

    def arriving(self) -> dict[str, Symbol]:
        one = self.builder.passed("L_penalty", self.builder.passed("L", Symbol(Const(1), 1)))
        return {f"penalty_{self.parameter}": one}

    def define(self, local: str, name: str, value: Symbol) -> None:
        if local == name == f"d{self.parameter}":  # derived
            local, name = "dw_penalty", f"{name}_penalty"
        super().define(local, name, value)


class ClippingNamespace(ParameterNamespace):
    """The gradient of one parameter, or what is one for all of them.

    Parameters
    ----------
    numbers : the names of its settings in the network, by those that it gives them
    all : the namespaces of all parameters, for what is one for all of them
    """

    def __init__(
        self,
        builder: Builder,
        clipping: Clipping,
        parameter: str,
        numbers: Mapping[str, str],
        all: Sequence[ClippingNamespace] = (),
    ) -> None:
        super().__init__(builder, clipping, -1, "backward", parameter)
        self._numbers, self.all = numbers, all

    def place(self, local: str) -> str:
        if local.partition("_")[0] in ("w", "dw"):
            return super().place(local)
        return self._numbers.get(local, local)


class SharedNamespace(WritingNamespace):
    """Numbers that are one for all parameters: names are as they are.

    Parameters
    ----------
    numbers : the names of the part's settings in the network, by those that it gives them
    taken : what an update reads by names of its own
    """

    def __init__(
        self, builder: Builder, part: Part, numbers: Mapping[str, str], taken: Sequence[str] = ()
    ) -> None:
        super().__init__(builder, part, -1, "update")
        self._numbers, self._taken = numbers, taken

    def place(self, local: str) -> str:
        return self._numbers.get(local, local)

    def _check(self, local: str, name: str, value: Any) -> None:
        check_local(local, self._title, self._taken)
        super()._check(local, name, value)
        if not value.expr.scalar:
            raise LanguageError(
                f"{self.part}: q.{local} is made from arrays: what all parameters share is a number, made from "
                "the settings and q.t."
            )


class UpdateNamespace(ParameterNamespace):
    """The names of an update, where ``dw`` is the gradient that the optimizer gets; shared numbers keep theirs."""

    def __init__(
        self, builder: Builder, optimizer: Optimizer, parameter: str, gradient: str, shared: Mapping[str, str]
    ) -> None:
        super().__init__(builder, optimizer, -1, "update", parameter)
        self._gradient, self._shared = gradient, shared

    def read(self, local: str) -> Any:
        if local in SYMBOLS:
            raise LanguageError(f"{self.part}: its {local} is q.{SYMBOLS[local]} in update(q).")
        symbol = super().read(local)
        # An update is the same for every entry, so a few of them are example enough.
        return Symbol(symbol.expr, symbol.value[:2]) if np.ndim(symbol.value) else symbol

    def place(self, local: str) -> str:
        if local in self._shared:
            return self._shared[local]
        return self._gradient if local == "dw" else super().place(local)
