"""The names of what scales targets, and takes outputs back to their unit."""

from __future__ import annotations

from chainrule.parts.contract import Layer
from chainrule.program.builder import Builder
from chainrule.program.names import OWN, of_target
from chainrule.program.namespaces.base import WritingNamespace
from chainrule.program.program import Section


class TargetNamespace(WritingNamespace):
    """The layer that scales inputs from x_raw to x scales targets from y_raw to y, and takes a2 back to yhat.

    Parameters
    ----------
    raw, scaled : what its input and its output are called in the network
    """

    part: Layer

    def __init__(
        self, builder: Builder, part: Layer, at: int, section: Section, raw: str, scaled: str
    ) -> None:
        super().__init__(builder, part, at, section)
        self._known = {part.takes: raw, part.gives: scaled}

    def place(self, local: str) -> str:
        return self._known.get(local) or (local if local in OWN else of_target(local))

    def _may_state(self) -> tuple[str, ...]:
        return ("y",)
